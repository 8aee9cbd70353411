// SPDX-License-Identifier: MIT OR Apache-2.0
//! Arguments of D3DKMTCreateAllocation2: good ones, for tests to spoil.

use crate::{
    calls::{handle, Answer, Gpu, SUCCESS},
    memory::Map,
};
use libd3dkmt::sys::{self, gem::*};

/// A good blob of private data for a buffer.
pub fn buffer(bytes: u64) -> dxgkrnl_gem_allocation {
    dxgkrnl_gem_allocation {
        magic: DXGKRNL_GEM_MAGIC,
        version: DXGKRNL_GEM_VERSION,
        kind: DXGKRNL_GEM_KIND_BUFFER,
        usage: DXGKRNL_GEM_USAGE_CPU_VISIBLE,
        bytes,
        ..Default::default()
    }
}

/// The fourcc of the usual format.
pub const XR24: u32 = u32::from_le_bytes(*b"XR24");

/// A good blob of private data for a surface.
pub fn surface(width: u32, height: u32) -> dxgkrnl_gem_allocation {
    dxgkrnl_gem_allocation {
        kind: DXGKRNL_GEM_KIND_SURFACE,
        width,
        height,
        format: XR24,
        bytes: 0,
        ..buffer(0)
    }
}

/// Bytes of a blob.
pub const BLOB: u32 = 48;

/// An argument with everything that it points to. All pointers are in place, so that a test can
/// change a field, or put another pointer there, and call.
pub struct Create<Blob = dxgkrnl_gem_allocation> {
    /// The argument block.
    pub args: sys::D3DKMT_CREATEALLOCATION,
    /// The elements that `args.allocation_info` points to.
    pub infos: Vec<sys::D3DDDI_ALLOCATIONINFO2>,
    /// The blobs that the elements point to.
    pub blobs: Vec<Blob>,
    /// What `args.priv_drv_data` of a standard allocation points to.
    pub standard: Box<sys::D3DKMT_CREATESTANDARDALLOCATION>,
    /// The private data of the resource.
    pub resource_data: Vec<u64>,
}

impl<Blob> Create<Blob> {
    /// Stand-alone allocations with the private data `blobs`; `place` tells address and bytes of one.
    pub fn new(device: u32, mut blobs: Vec<Blob>, place: impl Fn(&mut Blob) -> (u64, u32)) -> Self {
        let mut infos: Vec<_> = blobs
            .iter_mut()
            .map(place)
            .map(|(address, bytes)| sys::D3DDDI_ALLOCATIONINFO2 {
                priv_drv_data: address,
                priv_drv_data_size: bytes,
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
            standard: Box::default(),
            resource_data: Vec::new(),
        }
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

    /// In a new resource that gets a global handle.
    pub fn in_global_resource(self) -> Self {
        self.in_resource()
            .flags(sys::D3DKMT_CREATEALLOCATION_CREATE_SHARED)
    }

    /// In a resource that is there.
    pub fn append(mut self, resource: u32) -> Self {
        self.args.resource = handle(resource);
        self
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The pointers are those of this value, or tests put others there, to memory of
        // theirs or to none.
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

    /// The handle of an allocation that was made.
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

    /// The global handle of the resource.
    pub fn global(&self) -> u32 {
        self.args.global_share.v
    }
}

impl Create {
    /// Allocations that the blobs describe.
    pub fn blobs(device: u32, blobs: &[dxgkrnl_gem_allocation]) -> Self {
        Self::new(device, blobs.to_vec(), |blob| (&raw mut *blob as u64, BLOB))
    }

    /// One stand-alone buffer.
    pub fn buffer(device: u32, bytes: u64) -> Self {
        Self::blobs(device, &[buffer(bytes)])
    }

    /// One buffer whose blob, good in its first bytes, is in `memory` and said to have `bytes` bytes.
    pub fn blob_of_size(device: u32, memory: &Map, bytes: u32) -> Self {
        memory.put(0, buffer(4096));
        let mut create = Self::buffer(device, 4096);
        create.infos[0].priv_drv_data = memory.address();
        create.infos[0].priv_drv_data_size = bytes;
        create
    }

    /// `count` buffers of a page.
    pub fn buffers(device: u32, count: usize) -> Self {
        Self::blobs(device, &vec![buffer(4096); count])
    }

    /// Buffers on memory of the caller: addresses and bytes.
    pub fn memory(device: u32, ranges: &[(u64, u64)]) -> Self {
        let blobs: Vec<_> = ranges.iter().map(|&(_, bytes)| buffer(bytes)).collect();
        let mut create = Self::blobs(device, &blobs);
        for (info, &(address, _)) in create.infos.iter_mut().zip(ranges) {
            info.sysmem = address;
        }
        create
    }

    /// Baseline B of the conformance table: a standard allocation, the existing heap at `address`.
    pub fn heap(device: u32, address: u64, bytes: u64) -> Self {
        let mut create = Self::blobs(device, &[buffer(bytes)]);
        let info = &mut create.infos[0];
        (info.priv_drv_data, info.priv_drv_data_size) = (0, 0);
        info.sysmem = address;
        create.standard.type_ = sys::D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP;
        create.standard.existing_heap_data.size = bytes;
        create.args.priv_drv_data = &raw mut *create.standard as u64;
        create.flags(
            sys::D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION
                | sys::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM,
        )
    }
}
