// SPDX-License-Identifier: GPL-2.0

//! [`WriteFence`]: a `dma_fence` that ends with the packets that write to a primary.

use super::may_be_delayed;
use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        to_result, //
    },
    prelude::*, //
};

/// Milliseconds after which it ends with an error, whatever its packets do: they may wait for a user as long as they
/// like, which nobody who waits for a `dma_fence` may be made to.
const TIMEOUT: c_uint = 5_000;

/// Fences of unfinished packets that an object has at most; the next packet waits for one of them.
const MOST: c_uint = 64;

/// See the module's documentation. Dropping it signals the fence.
///
/// # Invariants
///
/// The pointer is a fence that `dxg_write_fence_new` made, on which this value owns a reference.
pub(crate) struct WriteFence(NonNull<c::dma_fence>);

// SAFETY: Fences are reference-counted, and may be signalled by any thread.
unsafe impl Send for WriteFence {}
// SAFETY: As above; a fence has a lock of its own.
unsafe impl Sync for WriteFence {}

impl WriteFence {
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: No preconditions.
        let fence = unsafe { bindings::dxg_write_fence_new(bindings::DXG_GFP_ACCOUNT, TIMEOUT) };
        // INVARIANT: The reference is handed to the new value.
        NonNull::new(fence).map(Self).ok_or(ENOMEM)
    }

    /// Adds it to a reservation object; or returns one that has to end first, as there are so many.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, `EINTR`.
    ///
    /// # Safety
    ///
    /// The reservation object is live, and the caller does not hold its lock.
    pub(crate) unsafe fn add_to(&self, resv: *mut c::dma_resv) -> Result<Option<Unfinished>> {
        let mut before = core::ptr::null_mut();
        // SAFETY: The reservation object is live and not locked, as the caller promises; the fence is live by the type
        // invariant.
        to_result(unsafe {
            bindings::dxg_resv_add_write_fence(resv, self.0.as_ptr(), MOST, &mut before)
        })?;
        // INVARIANT: If it is not NULL, it is a fence with a reference for us.
        Ok(NonNull::new(before).map(Unfinished))
    }
}

impl Drop for WriteFence {
    fn drop(&mut self) {
        // SAFETY: By the type invariant it is such a fence, and we own a reference, which ends here.
        unsafe { bindings::dxg_write_fence_end(self.0.as_ptr()) };
    }
}

/// A fence of packets that have not ended.
///
/// # Invariants
///
/// The pointer is a fence on which this value owns a reference.
#[must_use]
pub(crate) struct Unfinished(NonNull<c::dma_fence>);

impl Unfinished {
    /// Waits until they have ended, or [`TIMEOUT`].
    ///
    /// # Errors
    ///
    /// `EINTR`.
    pub(crate) fn wait(self) -> Result {
        may_be_delayed();
        // SAFETY: By the type invariant the fence is live.
        to_result(unsafe { bindings::dxg_fence_wait(self.0.as_ptr()) })
    }
}

impl Drop for Unfinished {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { bindings::dxg_fence_put(self.0.as_ptr()) };
    }
}
