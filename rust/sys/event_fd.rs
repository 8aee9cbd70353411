// SPDX-License-Identifier: GPL-2.0

//! [`EventFd`]: a caller's eventfd, to be signalled later.

use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::from_err_ptr,
    prelude::*, //
};

/// An eventfd, which outlives its descriptors.
///
/// # Invariants
///
/// The pointer is an eventfd's context on which this value owns a reference.
pub(crate) struct EventFd(NonNull<c::eventfd_ctx>);

// SAFETY: Contexts are reference-counted, and may be signalled and put by any thread.
unsafe impl Send for EventFd {}
// SAFETY: As above; signalling takes the context's own lock.
unsafe impl Sync for EventFd {}

impl EventFd {
    /// The eventfd behind a descriptor of the calling process.
    ///
    /// # Errors
    ///
    /// `EBADF`: no open descriptor. `EINVAL`: not an eventfd's.
    pub(crate) fn from_fd(fd: u64) -> Result<Self> {
        let fd = c_int::try_from(fd).map_err(|_| EBADF)?;
        // SAFETY: No preconditions; the reference that it returns is ours.
        let context = from_err_ptr(unsafe { bindings::eventfd_ctx_fdget(fd) })?;
        // INVARIANT: The reference just taken is handed to the new value.
        NonNull::new(context).map(Self).ok_or(EINVAL)
    }

    /// Adds 1 to its counter.
    pub(crate) fn signal(&self) {
        // SAFETY: By the type invariant the context is live.
        unsafe { bindings::dxg_eventfd_signal(self.0.as_ptr()) };
    }
}

impl Drop for EventFd {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference, which ends here.
        unsafe { bindings::eventfd_ctx_put(self.0.as_ptr()) };
    }
}
