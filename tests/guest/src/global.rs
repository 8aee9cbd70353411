// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing by global handles: what is asked, and arguments of D3DKMTOpenResource, good ones, for
//! tests to spoil.

use crate::{
    calls::{destroy_resource, on_each_device, Answer, Gpu, INVALID_PARAMETER, SUCCESS},
    create::{buffer, Create},
    memory::PAGE,
    share::{with_data, UNTOUCHED},
};
use libd3dkmt::sys;

/// D3DKMTQueryResourceInfo without a buffer: the answer, and the sizes.
pub fn query(gpu: &Gpu, device: u32, global: u32) -> (Answer, sys::D3DKMT_QUERYRESOURCEINFO) {
    let mut args = sys::D3DKMT_QUERYRESOURCEINFO {
        hDevice: device,
        hGlobalShare: global,
        ..Default::default()
    };
    // SAFETY: The one address is NULL, and not used.
    let answer = unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, &mut args) };
    (answer, args)
}

/// Whether a number names a resource for the caller.
pub fn is_there(gpu: &Gpu, device: u32, global: u32) -> bool {
    match query(gpu, device, global).0 {
        SUCCESS => true,
        answer => {
            assert_eq!(answer, INVALID_PARAMETER);
            false
        }
    }
}

/// Neither call knows the number.
pub fn assert_names_nothing(gpu: &Gpu, device: u32, global: u32) {
    assert!(!is_there(gpu, device, global), "{global:#x}");
    let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
        NumAllocations: 1,
        TotalPrivateDriverDataSize: 48,
        ..Default::default()
    };
    let answer = Open::with(device, global, &sizes).call(gpu);
    assert_eq!(answer, INVALID_PARAMETER, "{global:#x}");
}

/// The form of global handles: the two highest bits, and a 2 in the low six.
pub fn assert_is_global(handle: u32) {
    assert_eq!(handle & 0xc000_003f, 0xc000_0002, "{handle:#x}");
}

/// Pages of the allocations of [`shared`].
pub const PAGES: [usize; 3] = [2, 1, 5];

/// A shared resource with data of all kinds.
pub fn shared(gpu: &Gpu, device: u32) -> Create {
    let blobs = PAGES.map(|pages| buffer((pages * PAGE) as u64));
    let create = Create::blobs(device, &blobs).in_global_resource();
    let create = with_data(create).made(gpu);
    assert_is_global(create.global());
    create
}

/// The smallest one.
pub fn small(gpu: &Gpu, device: u32) -> Create {
    Create::buffer(device, 4096).in_global_resource().made(gpu)
}

/// Opens a resource of [`shared`] with an argument that `spoil` has changed, which is refused and
/// leaves nothing behind: the number goes with its creator, and works until then.
pub fn opens_refused(answer: Answer, spoil: impl Fn(&mut Open)) {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        let mut open = Open::of(gpu, device, create.global());
        spoil(&mut open);
        open.refused(gpu, answer);
        let open = Open::of(gpu, device, create.global()).made(gpu);
        for resource in [open.resource(), create.resource()] {
            assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        }
        assert_names_nothing(gpu, device, create.global());
    });
}

/// An argument with everything that it points to.
pub struct Open {
    /// The argument block.
    pub args: sys::D3DKMT_OPENRESOURCE,
    /// The elements that it points to.
    pub infos: Vec<sys::D3DDDI_OPENALLOCATIONINFO2>,
    /// The runtime's data goes here.
    pub runtime_data: Vec<u8>,
    /// The resource's private data.
    pub private_data: Vec<u8>,
    /// The allocations' private data, one after the other.
    pub total: Vec<u8>,
}

impl Open {
    /// Opens a resource with the sizes that were asked for.
    pub fn with(device: u32, global: u32, sizes: &sys::D3DKMT_QUERYRESOURCEINFO) -> Self {
        let buffer = |bytes: u32| vec![UNTOUCHED; bytes as usize];
        let untouched = sys::D3DDDI_OPENALLOCATIONINFO2 {
            priv_drv_data: u64::MAX,
            ..Default::default()
        };
        let mut open = Self {
            args: sys::D3DKMT_OPENRESOURCE {
                hDevice: device,
                hGlobalShare: global,
                NumAllocations: sizes.NumAllocations,
                PrivateRuntimeDataSize: sizes.PrivateRuntimeDataSize,
                ResourcePrivateDriverDataSize: sizes.ResourcePrivateDriverDataSize,
                TotalPrivateDriverDataBufferSize: sizes.TotalPrivateDriverDataSize,
                ..Default::default()
            },
            infos: vec![untouched; sizes.NumAllocations as usize],
            runtime_data: buffer(sizes.PrivateRuntimeDataSize),
            private_data: buffer(sizes.ResourcePrivateDriverDataSize),
            total: buffer(sizes.TotalPrivateDriverDataSize),
        };
        open.args.pOpenAllocationInfo2 = open.infos.as_mut_ptr() as u64;
        open.args.pPrivateRuntimeData = open.runtime_data.as_mut_ptr() as u64;
        open.args.pResourcePrivateDriverData = open.private_data.as_mut_ptr() as u64;
        open.args.pTotalPrivateDriverDataBuffer = open.total.as_mut_ptr() as u64;
        open
    }

    /// Opens a resource with its sizes.
    pub fn of(gpu: &Gpu, device: u32, global: u32) -> Self {
        let (answer, sizes) = query(gpu, device, global);
        assert_eq!(answer, SUCCESS, "QueryResourceInfo");
        Self::with(device, global, &sizes)
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The pointers are those of this value, or tests put others there, to memory of
        // theirs or to none.
        unsafe { sys::D3DKMTOpenResource(&gpu.dxg, &mut self.args) }
    }

    /// Calls, which must succeed.
    pub fn made(mut self, gpu: &Gpu) -> Self {
        assert_eq!(self.call(gpu), SUCCESS, "OpenResource");
        self
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// The handle of the resource.
    pub fn resource(&self) -> u32 {
        self.args.hResource
    }

    /// The handle of an allocation.
    pub fn allocation(&self, index: usize) -> u32 {
        self.infos[index].allocation.v
    }
}
