// SPDX-License-Identifier: MIT OR Apache-2.0
//! The arguments of callbacks, as the WDK has them on 64-bit machines.
#![allow(non_camel_case_types, non_snake_case)]

use std::ffi::c_void;

/// An opaque value of whoever gave it out.
pub type HANDLE = *mut c_void;

/// A handle of the kernel's.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[repr(transparent)]
pub struct D3DKMT_HANDLE(pub u32);

impl D3DKMT_HANDLE {
    /// No object.
    pub const NONE: Self = Self(0);
}

/// The `VidPnSourceId` of what is no primary. As an HRESULT it is `S_OK`.
pub const D3DDDI_ID_NOTAPPLICABLE: u32 = 0;

/// An allocation is a primary surface of `VidPnSourceId`.
pub const D3DDDI_ALLOCATIONINFO2_PRIMARY: u32 = 0x1;
/// A primary has a left and a right image.
pub const D3DDDI_ALLOCATIONINFO2_STEREO: u32 = 0x2;
/// `Priority` counts.
pub const D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY: u32 = 0x4;

/// What is destroyed is not in use: no waiting for queued work.
pub const D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE: u32 = 0x1;
/// The memory is free when the call is done.
pub const D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY: u32 = 0x2;

/// Flags of pfnLockCb.
pub mod lock_flags {
    #![allow(missing_docs)]
    pub const READ_ONLY: u32 = 0x1;
    pub const WRITE_ONLY: u32 = 0x2;
    pub const DONOT_WAIT: u32 = 0x4;
    pub const IGNORE_SYNC: u32 = 0x8;
    pub const LOCK_ENTIRE: u32 = 0x10;
    pub const DONOT_EVICT: u32 = 0x20;
    pub const ACQUIRE_APERTURE: u32 = 0x40;
    pub const DISCARD: u32 = 0x80;
    pub const NO_EXISTING_REFERENCE: u32 = 0x100;
    pub const USE_ALTERNATE_VA: u32 = 0x200;
    pub const IGNORE_READ_SYNC: u32 = 0x400;
    pub const RESERVED: u32 = 0xFFFF_F800;
}

/// Defines the structures, with the size of each.
macro_rules! structures {
    ($($(#[$doc:meta])* $name:ident, $bytes:literal {
        $($(#[$field_doc:meta])* $field:ident: $type:ty,)*
    })*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug)]
        #[repr(C)]
        pub struct $name {
            $($(#[$field_doc])* pub $field: $type,)*
        }

        const _: () = assert!(size_of::<$name>() == $bytes);

        impl Default for $name {
            fn default() -> Self {
                // SAFETY: All fields are integers and raw pointers, for which zeros are good.
                unsafe { std::mem::zeroed() }
            }
        }
    )*};
}

structures! {
    /// One allocation to make, second version.
    D3DDDI_ALLOCATIONINFO2, 96 {
        /// Out: the allocation.
        hAllocation: D3DKMT_HANDLE,
        /// In: memory that the runtime has allocated, or NULL.
        pSystemMem: *const c_void,
        /// In and out: what the kernel-mode driver is told, and what it answers.
        pPrivateDriverData: *mut c_void,
        /// In: bytes of it.
        PrivateDriverDataSize: u32,
        /// In: which video present source a primary is for; comes back as
        /// [`D3DDDI_ID_NOTAPPLICABLE`] for all others.
        VidPnSourceId: u32,
        /// In: `D3DDDI_ALLOCATIONINFO2_*`.
        Flags: u32,
        /// Out: where the GPU sees it, if the system picks that.
        GpuVirtualAddress: u64,
        /// In: counts with OverridePriority.
        Priority: u32,
        /// In: 0.
        Reserved: [u64; 5],
    }
    /// pfnAllocateCb.
    D3DDDICB_ALLOCATE, 40 {
        /// In: what the kernel-mode driver is told about the resource.
        pPrivateDriverData: *const c_void,
        /// In: bytes of it.
        PrivateDriverDataSize: u32,
        /// In: the runtime's resource, or NULL: the allocations belong to the device.
        hResource: HANDLE,
        /// Out, when `hResource` was given: the kernel's resource.
        hKMResource: D3DKMT_HANDLE,
        /// In: elements of the array.
        NumAllocations: u32,
        /// In and out: the array.
        pAllocationInfo2: *mut D3DDDI_ALLOCATIONINFO2,
    }
    /// pfnDeallocateCb.
    D3DDDICB_DEALLOCATE, 24 {
        /// In: the runtime's resource, or NULL: the list counts.
        hResource: HANDLE,
        /// In: handles in the list.
        NumAllocations: u32,
        /// In: the list.
        HandleList: *const D3DKMT_HANDLE,
    }
    /// pfnDeallocate2Cb.
    D3DDDICB_DEALLOCATE2, 32 {
        /// In: the runtime's resource, or NULL: the list counts.
        hResource: HANDLE,
        /// In: handles in the list.
        NumAllocations: u32,
        /// In: the list.
        HandleList: *const D3DKMT_HANDLE,
        /// In: `D3DDDICB_DESTROYALLOCATION2_*`.
        Flags: u32,
    }
    /// pfnSetPriorityCb.
    D3DDDICB_SETPRIORITY, 32 {
        /// In: the runtime's resource, or NULL: the list counts.
        hResource: HANDLE,
        /// In: handles in the list.
        NumAllocations: u32,
        /// In: the list.
        HandleList: *const D3DKMT_HANDLE,
        /// In: a priority for each handle, or the one of the resource.
        pPriorities: *const u32,
    }
    /// pfnQueryResidencyCb.
    D3DDDICB_QUERYRESIDENCY, 32 {
        /// In: the runtime's resource, or NULL: the list counts.
        hResource: HANDLE,
        /// In: handles in the list.
        NumAllocations: u32,
        /// In: the list.
        HandleList: *const D3DKMT_HANDLE,
        /// Out: a status for each handle, or the one of the resource.
        pResidencyStatus: *mut u32,
    }
    /// pfnLockCb.
    D3DDDICB_LOCK, 48 {
        /// In and out: the allocation. There is no renaming, so it never changes.
        hAllocation: D3DKMT_HANDLE,
        /// In: for the kernel-mode driver; not used here.
        PrivateDriverData: u32,
        /// In: pages in the list; not used here, as all of it is locked.
        NumPages: u32,
        /// In: the list.
        pPages: *const u32,
        /// Out: the address of the first byte.
        pData: *mut c_void,
        /// In: [`lock_flags`].
        Flags: u32,
        /// Out: 0, there is no aperture.
        GpuVirtualAddress: u64,
    }
    /// pfnUnlockCb.
    D3DDDICB_UNLOCK, 16 {
        /// In: handles in the list.
        NumAllocations: u32,
        /// In: the list.
        phAllocations: *const D3DKMT_HANDLE,
    }
    /// pfnLock2Cb.
    D3DDDICB_LOCK2, 16 {
        /// In: the allocation.
        hAllocation: D3DKMT_HANDLE,
        /// In: 0.
        Flags: u32,
        /// Out: the address of the first byte.
        pData: *mut c_void,
    }
    /// pfnUnlock2Cb.
    D3DDDICB_UNLOCK2, 4 {
        /// In: the allocation.
        hAllocation: D3DKMT_HANDLE,
    }
}
