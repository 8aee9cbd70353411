// SPDX-License-Identifier: GPL-2.0

//! The module's own work queue: unlike a system queue it is drained when the module is unloaded.

use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    alloc::AllocError,
    workqueue::Queue, //
};

/// An ordered work queue; dropping it waits for all queued work.
///
/// # Invariants
///
/// The pointer is a live work queue that this value owns.
pub(crate) struct OrderedQueue(NonNull<kernel::bindings::workqueue_struct>);

// SAFETY: A work queue may be used and destroyed by any thread.
unsafe impl Send for OrderedQueue {}
// SAFETY: Queueing takes the queue's own locks.
unsafe impl Sync for OrderedQueue {}

impl OrderedQueue {
    pub(crate) fn new() -> Result<Self, AllocError> {
        // SAFETY: The function has no preconditions but process context, which `init` is.
        let queue = unsafe { bindings::dxg_alloc_workqueue() };
        // INVARIANT: Not NULL, so it is a new queue that is ours alone.
        NonNull::new(queue).map(Self).ok_or(AllocError)
    }

    pub(crate) fn queue(&self) -> &Queue {
        // SAFETY: By the type invariant the queue lives as long as `self`, which the returned
        // reference borrows.
        unsafe { Queue::from_raw(self.0.as_ptr()) }
    }

    /// Waits until all work queued before is done. Must not be called from this queue.
    pub(crate) fn flush(&self) {
        // SAFETY: By the type invariant the queue is live.
        unsafe { bindings::dxg_flush_workqueue(self.0.as_ptr()) };
    }
}

impl Drop for OrderedQueue {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own the queue, and nothing can queue on it any more.
        unsafe { kernel::bindings::destroy_workqueue(self.0.as_ptr()) };
    }
}
