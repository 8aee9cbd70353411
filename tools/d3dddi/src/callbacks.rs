// SPDX-License-Identifier: MIT OR Apache-2.0
//! The callbacks as a trait.

use crate::{
    hresult::{HResult, Result},
    types::{D3DKMT_HANDLE, HANDLE},
};
use std::{num::NonZeroUsize, ptr::NonNull};

/// A resource of the runtime's (`hResource`, `hRTResource`): its own number, which means nothing to
/// anybody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct RtResource(pub NonZeroUsize);

impl RtResource {
    /// As C has it; NULL is none.
    pub fn from_handle(handle: HANDLE) -> Option<Self> {
        NonZeroUsize::new(handle as usize).map(Self)
    }

    /// As C has it.
    pub fn to_handle(self) -> HANDLE {
        self.0.get() as HANDLE
    }
}

/// Where memory begins that the runtime has allocated (`pSystemMem`).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SystemMemory(NonNull<u8>);

impl SystemMemory {
    /// Memory that begins at `base`.
    ///
    /// # Safety
    ///
    /// As many bytes as an allocation that is made of it has are mapped there, readable and
    /// writable, until it is deallocated, and nobody has a reference to them then.
    pub unsafe fn new(base: NonNull<u8>) -> Self {
        Self(base)
    }

    /// The address.
    pub fn base(self) -> NonNull<u8> {
        self.0
    }
}

/// One allocation to make (D3DDDI_ALLOCATIONINFO2).
#[derive(Clone, Debug, Default)]
pub struct Element {
    /// What the kernel-mode driver is told, and after a success what it answers.
    pub private_data: Vec<u8>,
    /// Memory to put it in, instead of video memory.
    pub system_memory: Option<SystemMemory>,
    /// `D3DDDI_ALLOCATIONINFO2_*`.
    pub flags: u32,
    /// Which source a primary is for. For all others it comes back as D3DDDI_ID_NOTAPPLICABLE.
    pub source: u32,
    /// Counts with D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY.
    pub priority: u32,
    /// Out: the allocation.
    pub handle: D3DKMT_HANDLE,
    /// Out: where the GPU sees it; 0 if that is not known.
    pub gpu_address: u64,
}

impl Element {
    /// Video memory that `private_data` describes.
    pub fn new(private_data: impl Into<Vec<u8>>) -> Self {
        Self {
            private_data: private_data.into(),
            ..Self::default()
        }
    }
}

/// The argument of pfnAllocateCb.
#[derive(Debug)]
pub struct Allocate<'a> {
    /// The resource that the allocations are of; none: they belong to the device.
    pub resource: Option<RtResource>,
    /// What the kernel-mode driver is told about the resource.
    pub private_data: &'a [u8],
    /// The allocations.
    pub elements: &'a mut [Element],
    /// Out, when there is a `resource`: the kernel's.
    pub km_resource: D3DKMT_HANDLE,
}

impl<'a> Allocate<'a> {
    /// Allocations of a resource, or of the device.
    pub fn new(resource: Option<RtResource>, elements: &'a mut [Element]) -> Self {
        Self {
            resource,
            private_data: &[],
            elements,
            km_resource: D3DKMT_HANDLE::NONE,
        }
    }
}

/// What a callback is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum What<'a> {
    /// A resource with all of its allocations.
    Resource(RtResource),
    /// These allocations.
    Allocations(&'a [D3DKMT_HANDLE]),
}

/// Those callbacks of a Direct3D runtime that work here.
///
/// Each fails with `E_INVALIDARG` for arguments that make no sense, and all that may touch the device
/// with `D3DDDIERR_DEVICEREMOVED` when it is gone. A function of the driver that meets that result
/// hands back exactly it. After a failure nothing has changed.
///
/// # Safety
///
/// At the address that [`lock2`](Self::lock2) and [`lock`](Self::lock) answer there is the whole
/// allocation, as large as the kernel-mode driver made it, readable and writable until it is
/// unlocked as often as it was locked.
pub unsafe trait DeviceCallbacks {
    /// Makes allocations (pfnAllocateCb): for a resource, the first call makes the kernel's, and
    /// later ones append to it. Handles, private data and `km_resource` are answered.
    ///
    /// # Errors
    ///
    /// `E_OUTOFMEMORY`, `D3DERR_OUTOFVIDEOMEMORY`, `ERROR_GRAPHICS_DRIVER_MISMATCH`.
    fn allocate(&self, request: &mut Allocate<'_>) -> Result;

    /// Destroys allocations, or a kernel's resource with all it has (pfnDeallocate2Cb).
    /// A resource outlives its allocations.
    ///
    /// # Errors
    ///
    /// None but those of every callback; a device that is gone does not count.
    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result;

    /// [`Self::deallocate2`] without flags (pfnDeallocateCb).
    ///
    /// # Errors
    ///
    /// As there.
    fn deallocate(&self, what: What<'_>) -> Result {
        self.deallocate2(what, 0)
    }

    /// Maps an allocation for the CPU (pfnLock2Cb). Locks nest. Nothing waits for the GPU.
    ///
    /// # Errors
    ///
    /// `E_OUTOFMEMORY`.
    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>>;

    /// Takes one lock back (pfnUnlock2Cb).
    ///
    /// # Errors
    ///
    /// None but those of every callback.
    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result;

    /// [`Self::lock2`] as before WDDM 2 (pfnLockCb), with `lock_flags`.
    ///
    /// # Errors
    ///
    /// `E_OUTOFMEMORY`; `D3DERR_NOTAVAILABLE`: there is no aperture to acquire.
    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>>;

    /// Takes one lock of each allocation back (pfnUnlockCb).
    ///
    /// # Errors
    ///
    /// That of the first one that fails; those before it are unlocked.
    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result;

    /// Says for each allocation, or once for the resource, whether it is in memory of the GPU (1),
    /// in shared memory (2) or in none (3) (pfnQueryResidencyCb).
    ///
    /// # Errors
    ///
    /// `E_NOTIMPL` when the kernel has no such call.
    fn query_residency(&self, _what: What<'_>, _answers: &mut [u32]) -> Result {
        Err(HResult::E_NOTIMPL)
    }

    /// Sets the priority of each allocation, or that of the resource (pfnSetPriorityCb).
    ///
    /// # Errors
    ///
    /// `E_NOTIMPL` when the kernel has no such call.
    fn set_priority(&self, _what: What<'_>, _priorities: &[u32]) -> Result {
        Err(HResult::E_NOTIMPL)
    }
}

// SAFETY: The addresses are those of what it refers to.
unsafe impl<D: DeviceCallbacks + ?Sized> DeviceCallbacks for &D {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        (**self).allocate(request)
    }
    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result {
        (**self).deallocate2(what, flags)
    }
    fn deallocate(&self, what: What<'_>) -> Result {
        (**self).deallocate(what)
    }
    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        (**self).lock2(allocation)
    }
    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        (**self).unlock2(allocation)
    }
    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>> {
        (**self).lock(allocation, flags)
    }
    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result {
        (**self).unlock(allocations)
    }
    fn query_residency(&self, what: What<'_>, answers: &mut [u32]) -> Result {
        (**self).query_residency(what, answers)
    }
    fn set_priority(&self, what: What<'_>, priorities: &[u32]) -> Result {
        (**self).set_priority(what, priorities)
    }
}
