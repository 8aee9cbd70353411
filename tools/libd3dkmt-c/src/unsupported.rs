// SPDX-License-Identifier: MIT OR Apache-2.0
//! Functions that no request of `/dev/dxg` belongs to. Programs that name them can be linked.

use crate::call::{guarded, Status};
use libd3dkmt::sys::NtStatus;
use std::ffi::c_void;

/// Defines the functions.
macro_rules! functions {
    ($status:ident: $($name:ident)*) => {$(
        #[doc = concat!("Does nothing, and says ", stringify!($status), ".")]
        #[no_mangle]
        pub extern "C" fn $name(_: *const c_void) -> Status {
            guarded(|| NtStatus::$status)
        }
    )*};
}

functions! { NOT_SUPPORTED:
    D3DKMTLock
    D3DKMTUnlock
    D3DKMTOpenNtHandleFromName
    D3DKMTOpenSyncObjectNtHandleFromName

    D3DKMTCreateKeyedMutex2
    D3DKMTOpenKeyedMutex2
    D3DKMTDestroyKeyedMutex
    D3DKMTAcquireKeyedMutex2
    D3DKMTReleaseKeyedMutex2

    D3DKMTGetMultisampleMethodList
    D3DKMTSetQueuedLimit
    D3DKMTSetDisplayPrivateDriverFormat
    D3DKMTPresent
    D3DKMTSubmitPresentToHwQueue
    D3DKMTPinResources
    D3DKMTUnpinResources

    D3DKMTCreateProtectedSession
    D3DKMTDestroyProtectedSession
    D3DKMTQueryProtectedSessionStatus
    D3DKMTQueryProtectedSessionInfoFromNtHandle
    D3DKMTOpenProtectedSessionFromNtHandle

    D3DKMTCreateTrackedWorkload
    D3DKMTDestroyTrackedWorkload
    D3DKMTUpdateTrackedWorkload
    D3DKMTGetTrackedWorkloadStatistics
    D3DKMTResetTrackedWorkloadStatistics
    D3DKMTGetAvailableTrackedWorkloadIndex
}

// There is no power state, so every one that is asked for is stable.
functions! { SUCCESS: D3DKMTSetStablePowerState }
