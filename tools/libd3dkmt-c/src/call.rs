// SPDX-License-Identifier: MIT OR Apache-2.0
//! From a request to an NTSTATUS.

use crate::node::Node;
use libd3dkmt::sys::{self, NtStatus};
use rustix::io::Errno;
use std::{
    ffi::c_void,
    panic::{self, AssertUnwindSafe},
};

/// What a function of the library returns to C.
pub(crate) type Status = i32;

/// Runs the body of a function. It should not panic; if it does, that is a failure of this call, and
/// not of the program.
pub(crate) fn guarded(body: impl FnOnce() -> NtStatus) -> Status {
    let status = panic::catch_unwind(AssertUnwindSafe(body)).unwrap_or(NtStatus::UNSUCCESSFUL);
    status.0 as Status
}

/// Makes a request.
///
/// # Safety
///
/// As [`sys::ioctl_ptr`]: whatever the kernel writes to by way of `argument` must be the caller's to
/// give.
pub(crate) unsafe fn request(request: u32, argument: *mut c_void) -> NtStatus {
    let Some(node) = Node::get() else {
        return NtStatus::UNSUCCESSFUL;
    };
    // SAFETY: The caller vouches for the argument.
    let make = |node: Node| unsafe { sys::ioctl_ptr(node.fd(), request, argument) };
    let mut result = make(node);
    // The errnos of a descriptor that is another process's or none at all. The call did nothing.
    if matches!(result, Err(Errno::NOTTY | Errno::BADF)) && node.is_stale() {
        match node.renewed() {
            Some(node) => result = make(node),
            None => return NtStatus::UNSUCCESSFUL,
        }
    }
    status_of(result)
}

/// A request that the module does not know is not supported. To all other answers applies the table
/// of the ABI.
fn status_of(result: Result<NtStatus, Errno>) -> NtStatus {
    match result {
        Err(Errno::NOTTY) => NtStatus::NOT_SUPPORTED,
        other => NtStatus::from_ioctl(other),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_panic_is_a_status() {
        assert_eq!(guarded(|| panic!("a test")), -0x3FFF_FFFF);
        assert_eq!(guarded(|| NtStatus::GRAPHICS_NO_VIDEO_MEMORY), -0x3FE1_FF00);
        assert_eq!(guarded(|| NtStatus::PENDING), 0x103);
    }

    #[test]
    fn an_unknown_request_is_not_supported() {
        assert_eq!(status_of(Err(Errno::NOTTY)), NtStatus::NOT_SUPPORTED);
        assert_eq!(status_of(Err(Errno::BADF)), NtStatus::INVALID_HANDLE);
        assert_eq!(status_of(Err(Errno::FAULT)), NtStatus::UNSUCCESSFUL);
        let raw = NtStatus::GRAPHICS_DRIVER_MISMATCH;
        assert_eq!(status_of(Ok(raw)), raw);
    }
}
