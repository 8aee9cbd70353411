// SPDX-License-Identifier: MIT OR Apache-2.0
//! A place around every call of the process, for those who watch calls or make them fail.

use super::status::NtStatus;
use rustix::io::Errno;
use std::{ffi::c_void, os::fd::BorrowedFd, sync::OnceLock};

/// A call that somebody wants to make.
pub struct Call<'a> {
    /// The node.
    pub node: BorrowedFd<'a>,
    /// The request.
    pub request: u32,
    /// The address of the argument block. It can be a bad one.
    pub argument: *mut c_void,
    pub(super) make: &'a dyn Fn() -> Result<NtStatus, Errno>,
}

impl Call<'_> {
    /// Makes the call, and not by the function that stands around it.
    ///
    /// # Errors
    ///
    /// The errno, if `ioctl` returned -1.
    pub fn make(&self) -> Result<NtStatus, Errno> {
        (self.make)()
    }
}

/// What stands around calls: it makes the call, and returns what the caller will see.
pub type Around = fn(&Call<'_>) -> Result<NtStatus, Errno>;

static AROUND: OnceLock<Around> = OnceLock::new();

/// Puts `around` around every call that [`ioctl_ptr`](super::ioctl_ptr), and so everything in this
/// crate, makes from now on, on any thread; its own calls are no exception. It stays for good.
///
/// # Safety
///
/// Callers must find what one call leaves behind: `around` may make a call several times only if it
/// puts back, before each, whatever the one before it has changed.
///
/// # Errors
///
/// `around`, if there is one already.
pub unsafe fn around_every_call(around: Around) -> Result<(), Around> {
    AROUND.set(around)
}

/// What stands around calls now.
pub(super) fn around() -> Option<Around> {
    AROUND.get().copied()
}
