// SPDX-License-Identifier: MIT OR Apache-2.0
//! The callback table.
#![allow(non_camel_case_types, non_snake_case)]

use crate::{hresult::HResult, types::*};
use std::ffi::c_void;

/// A callback: the runtime's device, and the argument.
pub type Callback<A> = unsafe extern "C" fn(HANDLE, A) -> HResult;

/// A callback that nothing here serves. All but one take a handle and a pointer.
pub type Unserved = Callback<*mut c_void>;

macro_rules! table {
    ($($name:ident: $type:ty,)*) => {
        /// The table that a runtime gives a driver, up to WDDM 2.5. The members have the WDK's
        /// order, so that a driver made for the WDK finds them. A member can be NULL.
        #[derive(Clone, Copy, Debug, Default)]
        #[repr(C)]
        #[allow(missing_docs)]
        pub struct D3DDDI_DEVICECALLBACKS {
            $(pub $name: Option<$type>,)*
        }

        impl D3DDDI_DEVICECALLBACKS {
            /// Names of the members, in their order.
            pub const MEMBERS: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

table! {
    pfnAllocateCb: Callback<*mut D3DDDICB_ALLOCATE>,
    pfnDeallocateCb: Callback<*const D3DDDICB_DEALLOCATE>,
    pfnSetPriorityCb: Callback<*const D3DDDICB_SETPRIORITY>,
    pfnQueryResidencyCb: Callback<*const D3DDDICB_QUERYRESIDENCY>,
    pfnSetDisplayModeCb: Unserved,
    pfnPresentCb: Unserved,
    pfnRenderCb: Unserved,
    pfnLockCb: Callback<*mut D3DDDICB_LOCK>,
    pfnUnlockCb: Callback<*const D3DDDICB_UNLOCK>,
    pfnEscapeCb: Unserved,
    pfnCreateOverlayCb: Unserved,
    pfnUpdateOverlayCb: Unserved,
    pfnFlipOverlayCb: Unserved,
    pfnDestroyOverlayCb: Unserved,
    pfnCreateContextCb: Unserved,
    pfnDestroyContextCb: Unserved,
    pfnCreateSynchronizationObjectCb: Unserved,
    pfnDestroySynchronizationObjectCb: Unserved,
    pfnWaitForSynchronizationObjectCb: Unserved,
    pfnSignalSynchronizationObjectCb: Unserved,
    pfnSetAsyncCallbacksCb: unsafe extern "C" fn(HANDLE, i32),
    pfnSetDisplayPrivateDriverFormatCb: Unserved,
    pfnOfferAllocationsCb: Unserved,
    pfnReclaimAllocationsCb: Unserved,
    pfnCreateSynchronizationObject2Cb: Unserved,
    pfnWaitForSynchronizationObject2Cb: Unserved,
    pfnSignalSynchronizationObject2Cb: Unserved,
    pfnPresentMultiPlaneOverlayCb: Unserved,
    pfnLogUMDMarkerCb: Unserved,
    pfnMakeResidentCb: Unserved,
    pfnEvictCb: Unserved,
    pfnWaitForSynchronizationObjectFromCpuCb: Unserved,
    pfnSignalSynchronizationObjectFromCpuCb: Unserved,
    pfnWaitForSynchronizationObjectFromGpuCb: Unserved,
    pfnSignalSynchronizationObjectFromGpuCb: Unserved,
    pfnCreatePagingQueueCb: Unserved,
    pfnDestroyPagingQueueCb: Unserved,
    pfnLock2Cb: Callback<*mut D3DDDICB_LOCK2>,
    pfnUnlock2Cb: Callback<*const D3DDDICB_UNLOCK2>,
    pfnInvalidateCacheCb: Unserved,
    pfnReserveGpuVirtualAddressCb: Unserved,
    pfnMapGpuVirtualAddressCb: Unserved,
    pfnFreeGpuVirtualAddressCb: Unserved,
    pfnUpdateGpuVirtualAddressCb: Unserved,
    pfnCreateContextVirtualCb: Unserved,
    pfnSubmitCommandCb: Unserved,
    pfnDeallocate2Cb: Callback<*const D3DDDICB_DEALLOCATE2>,
    pfnSignalSynchronizationObjectFromGpu2Cb: Unserved,
    pfnReclaimAllocations2Cb: Unserved,
    pfnGetResourcePresentPrivateDriverDataCb: Unserved,
    pfnUpdateAllocationPropertyCb: Unserved,
    pfnOfferAllocations2Cb: Unserved,
    pfnReclaimAllocations3Cb: Unserved,
    pfnAcquireResourceCb: Unserved,
    pfnReleaseResourceCb: Unserved,
    pfnCreateHwContextCb: Unserved,
    pfnDestroyHwContextCb: Unserved,
    pfnCreateHwQueueCb: Unserved,
    pfnDestroyHwQueueCb: Unserved,
    pfnSubmitCommandToHwQueueCb: Unserved,
    pfnSubmitWaitForSyncObjectsToHwQueueCb: Unserved,
    pfnSubmitSignalSyncObjectsToHwQueueCb: Unserved,
}
