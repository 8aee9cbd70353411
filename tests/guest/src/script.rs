// SPDX-License-Identifier: MIT OR Apache-2.0
//! The adapter of tests: its private data, and the log of what its miniport was asked.

#[path = "../../../rust/miniport/script/wire.rs"]
pub mod wire;

use crate::{
    calls::{Gpu, Luid},
    create,
    share::{number, Open},
    sysfs,
};
use libd3dkmt::sys;
use std::{fs, os::fd::AsRawFd};

/// The file of the log.
pub const FILE: &str = "/sys/kernel/debug/dxgkrnl/script";

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

/// Ends the packets that are held; there must be one.
pub fn complete() {
    command("complete");
}

/// Ends the packet of that name, which must be held.
pub fn complete_named(tag: u64) {
    command(&format!("complete {tag}"));
}

/// The lines of the log, which stay.
pub fn lines() -> Vec<String> {
    let text = fs::read_to_string(FILE).expect("the log");
    text.lines().map(str::to_owned).collect()
}

/// Takes the log: its lines, and it is empty again. Nothing may be logged meanwhile.
pub fn log() -> Vec<String> {
    let lines = lines();
    command("clear");
    lines
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

/// Bytes of a blob.
pub fn size(words: &[u64]) -> u32 {
    u32::try_from(8 * words.len()).expect("a small number")
}

/// An argument of D3DKMTCreateAllocation2 with instructions as private data.
pub type Create = create::Create<Vec<u64>>;

impl Create {
    /// Stand-alone allocations with this private data.
    pub fn scripted(device: u32, blobs: &[Vec<u64>]) -> Self {
        Self::new(device, blobs.to_vec(), |words| {
            (words.as_mut_ptr() as u64, size(words))
        })
    }

    /// One stand-alone allocation of these instructions.
    pub fn one(device: u32, instructions: &[(u64, u64)]) -> Self {
        Self::scripted(device, &[blob(instructions)])
    }

    /// `count` allocations, named from 1 on.
    pub fn named(device: u32, count: u64) -> Self {
        Self::scripted(device, &(1..=count).map(named).collect::<Vec<_>>())
    }

    /// With private data of the resource.
    pub fn with_data(mut self, instructions: &[(u64, u64)]) -> Self {
        self.resource_data = blob(instructions);
        self.args.priv_drv_data = self.resource_data.as_ptr() as u64;
        self.args.priv_drv_data_size = size(&self.resource_data);
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

    /// Bytes of all allocations' private data.
    pub fn total(&self) -> usize {
        self.blobs.iter().map(|blob| 8 * blob.len()).sum()
    }

    /// An opening of the shared resource that was made.
    pub fn opening(&self, device: u32, nt: &impl AsRawFd) -> Open {
        let data = 8 * self.resource_data.len();
        let mut open = Open::sized(device, number(nt), self.infos.len(), 0, data);
        open.total = vec![0; self.total()];
        open.args.total_priv_drv_data = open.total.as_mut_ptr() as u64;
        open.args.total_priv_drv_data_size = u32::try_from(open.total.len()).expect("small");
        open
    }
}
