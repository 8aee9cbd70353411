// SPDX-License-Identifier: MIT OR Apache-2.0
//! The adapter of tests: its private data, and the log of what its miniport was asked.

#[path = "../../../rust/miniport/script/wire.rs"]
pub mod wire;

use crate::{
    calls::{handle, Answer, Gpu, Luid, SUCCESS},
    share::{number, Open},
    sysfs,
};
use libd3dkmt::sys;
use std::{fs, os::fd::AsRawFd};

const FILE: &str = "/sys/kernel/debug/dxgkrnl/script";

/// The adapter, if it is there.
pub fn find() -> Option<Luid> {
    sysfs::find("script")
}

/// Opens it.
pub fn open() -> Gpu {
    Gpu::open(find().expect("the adapter of tests"))
}

fn command(word: &str) {
    fs::write(FILE, word).unwrap_or_else(|error| panic!("{word}: {error}"));
}

/// Ends the adapter, as if its device went.
pub fn stop() {
    command("stop");
}

/// Brings a new one.
pub fn start() {
    command("start");
}

/// Takes the log: its lines, and it is empty again.
pub fn log() -> Vec<String> {
    let text = fs::read_to_string(FILE).expect("the log");
    command("clear");
    text.lines().map(str::to_owned).collect()
}

/// A blob of these instructions.
pub fn blob(instructions: &[(u64, u64)]) -> Vec<u64> {
    let mut words = vec![wire::MAGIC];
    for &(instruction, operand) in instructions {
        words.extend([instruction, operand]);
    }
    words
}

/// A blob of an allocation with a name.
pub fn named(tag: u64) -> Vec<u64> {
    blob(&[(wire::TAG, tag)])
}

/// The operand of an instruction of a blob.
pub fn operand(blob: &[u64], instruction: u64) -> u64 {
    let pair = blob[1..].chunks(2).find(|pair| pair[0] == instruction);
    pair.expect("the instruction")[1]
}

/// An argument of D3DKMTCreateAllocation2 with what it points to.
pub struct Create {
    /// The argument block.
    pub args: sys::D3DKMT_CREATEALLOCATION,
    /// The elements.
    pub infos: Vec<sys::D3DDDI_ALLOCATIONINFO2>,
    /// Their private data.
    pub blobs: Vec<Vec<u64>>,
    resource: Vec<u64>,
}

fn size(words: &[u64]) -> u32 {
    u32::try_from(8 * words.len()).expect("a small number")
}

impl Create {
    /// Stand-alone allocations with this private data.
    pub fn new(device: u32, blobs: &[Vec<u64>]) -> Self {
        let mut blobs = blobs.to_vec();
        let mut infos: Vec<_> = blobs
            .iter_mut()
            .map(|blob| sys::D3DDDI_ALLOCATIONINFO2 {
                priv_drv_data: blob.as_mut_ptr() as u64,
                priv_drv_data_size: size(blob),
                ..Default::default()
            })
            .collect();
        let args = sys::D3DKMT_CREATEALLOCATION {
            device: handle(device),
            alloc_count: u32::try_from(infos.len()).expect("a small number"),
            allocation_info: infos.as_mut_ptr() as u64,
            ..Default::default()
        };
        Self {
            args,
            infos,
            blobs,
            resource: Vec::new(),
        }
    }

    /// One stand-alone allocation of these instructions.
    pub fn one(device: u32, instructions: &[(u64, u64)]) -> Self {
        Self::new(device, &[blob(instructions)])
    }

    /// `count` allocations, named from 1 on.
    pub fn named(device: u32, count: u64) -> Self {
        Self::new(device, &(1..=count).map(named).collect::<Vec<_>>())
    }

    /// With these flags more.
    pub fn flags(mut self, flags: u32) -> Self {
        self.args.flags.value |= flags;
        self
    }

    /// In a new resource.
    pub fn in_resource(self) -> Self {
        self.flags(sys::D3DKMT_CREATEALLOCATION_CREATE_RESOURCE)
    }

    /// In a new resource that can be shared.
    pub fn in_shared_resource(self) -> Self {
        self.in_resource().flags(
            sys::D3DKMT_CREATEALLOCATION_CREATE_SHARED
                | sys::D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING,
        )
    }

    /// In a resource that is there.
    pub fn append(mut self, resource: u32) -> Self {
        self.args.resource = handle(resource);
        self
    }

    /// With private data of the resource.
    pub fn with_data(mut self, instructions: &[(u64, u64)]) -> Self {
        self.resource = blob(instructions);
        self.args.priv_drv_data = self.resource.as_ptr() as u64;
        self.args.priv_drv_data_size = size(&self.resource);
        self
    }

    /// All are primaries of the first source.
    pub fn primary(mut self) -> Self {
        for info in &mut self.infos {
            info.flags.value |= sys::bindings::D3DDDI_ALLOCATIONINFO2_PRIMARY;
        }
        self
    }

    /// On memory of the caller.
    pub fn on_memory(mut self, address: u64) -> Self {
        self.infos[0].sysmem = address;
        self
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The pointers are those of this value.
        unsafe { sys::D3DKMTCreateAllocation2(&gpu.dxg, &mut self.args) }
    }

    /// Calls, which must succeed.
    pub fn made(mut self, gpu: &Gpu) -> Self {
        assert_eq!(self.call(gpu), SUCCESS, "CreateAllocation2");
        self
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// The handle of an allocation.
    pub fn allocation(&self, index: usize) -> u32 {
        self.infos[index].allocation.v
    }

    /// The handles of all allocations.
    pub fn allocations(&self) -> Vec<u32> {
        self.infos.iter().map(|info| info.allocation.v).collect()
    }

    /// The handle of the resource.
    pub fn resource(&self) -> u32 {
        self.args.resource.v
    }

    /// Bytes of all allocations' private data.
    pub fn total(&self) -> usize {
        self.blobs.iter().map(|blob| 8 * blob.len()).sum()
    }

    /// An opening of the shared resource that was made.
    pub fn opening(&self, device: u32, nt: &impl AsRawFd) -> Open {
        let data = 8 * self.resource.len();
        let mut open = Open::sized(device, number(nt), self.infos.len(), 0, data);
        open.total = vec![0; self.total()];
        open.args.total_priv_drv_data = open.total.as_mut_ptr() as u64;
        open.args.total_priv_drv_data_size = u32::try_from(open.total.len()).expect("small");
        open
    }
}
