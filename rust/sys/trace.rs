// SPDX-License-Identifier: GPL-2.0

//! Tracepoints, in the trace system `dxgkrnl`: see `trace.h` for their fields.
//!
//! While it is disabled, a tracepoint costs a load, a comparison and a branch; its arguments are not even
//! computed.

use crate::bindings;

/// The owner of an allocation.
#[derive(Clone, Copy)]
pub(crate) struct Owner {
    /// LUID of the adapter.
    pub(crate) adapter: u64,
    /// The process, as the initial PID namespace numbers it.
    pub(crate) process: i32,
}

/// An allocation, as events name it.
pub(crate) struct Allocation {
    pub(crate) owner: Owner,
    /// The same number in all events of an allocation.
    pub(crate) key: usize,
    pub(crate) bytes: u64,
    /// 0 if the event concerns no handle.
    pub(crate) handle: u32,
}

/// Whether a tracepoint is enabled.
macro_rules! is_on {
    ($point:ident) => {{
        // SAFETY: The tracepoint is a static variable of this module, and its count a word that is only
        // ever changed as a whole.
        unsafe { (&raw const bindings::$point.key.key.enabled.counter).read_volatile() != 0 }
    }};
}

macro_rules! allocation_events {
    ($($(#[$doc:meta])* $name:ident, $point:ident, $event:ident;)*) => {$(
        $(#[$doc])*
        #[inline]
        pub(crate) fn $name(allocation: impl FnOnce() -> Allocation) {
            if is_on!($point) {
                let Allocation { owner, key, bytes, handle } = allocation();
                let (adapter, process) = (owner.adapter, owner.process);
                let key = core::ptr::without_provenance(key);
                // SAFETY: The function only notes its arguments; the key is not used as an address.
                unsafe {
                    bindings::dxg_trace_allocation(
                        bindings::$event, adapter, process, key, bytes, handle,
                    )
                };
            }
        }
    )*};
}

allocation_events! {
    /// A new handle of an allocation, created or opened.
    create, __tracepoint_dxgkrnl_create, dxg_trace_allocation_DXG_TRACE_CREATE;
    /// The memory of an allocation ends.
    destroy, __tracepoint_dxgkrnl_destroy, dxg_trace_allocation_DXG_TRACE_DESTROY;
    /// D3DKMTLock2 has succeeded.
    lock, __tracepoint_dxgkrnl_lock, dxg_trace_allocation_DXG_TRACE_LOCK;
    /// A page fault found the pages away.
    fault, __tracepoint_dxgkrnl_fault, dxg_trace_allocation_DXG_TRACE_FAULT;
    /// The bytes are in the segment now.
    page_in, __tracepoint_dxgkrnl_page_in, dxg_trace_allocation_DXG_TRACE_PAGE_IN;
    /// The bytes of an offer were discarded.
    discard, __tracepoint_dxgkrnl_discard, dxg_trace_allocation_DXG_TRACE_DISCARD;
}

/// The bytes have left the segment, for other processes that need the room or for their own.
#[inline]
pub(crate) fn evict(allocation: impl FnOnce() -> Allocation, for_others: bool) {
    if is_on!(__tracepoint_dxgkrnl_evict) {
        let is = allocation();
        let key = core::ptr::without_provenance(is.key);
        let Owner { adapter, process } = is.owner;
        // SAFETY: The function only notes its arguments; the key is not used as an address.
        unsafe { bindings::dxg_trace_evict(adapter, process, key, is.bytes, for_others) };
    }
}

/// Whether anybody listens to signals of monitored fences.
#[inline]
pub(crate) fn is_signal_on() -> bool {
    is_on!(__tracepoint_dxgkrnl_signal)
}

/// Whether anybody listens to waits for monitored fences.
#[inline]
pub(crate) fn is_wait_on() -> bool {
    is_on!(__tracepoint_dxgkrnl_wait)
}

/// A monitored fence is signalled to a value.
#[inline]
pub(crate) fn signal(by: impl FnOnce() -> Owner, handle: u32, value: u64) {
    if is_on!(__tracepoint_dxgkrnl_signal) {
        let Owner { adapter, process } = by();
        // SAFETY: The function only notes its arguments.
        unsafe { bindings::dxg_trace_signal(adapter, process, handle, value) };
    }
}

/// A wait for a monitored fence begins.
#[inline]
pub(crate) fn wait(by: impl FnOnce() -> Owner, handle: u32, value: u64) {
    if is_on!(__tracepoint_dxgkrnl_wait) {
        let Owner { adapter, process } = by();
        // SAFETY: The function only notes its arguments.
        unsafe { bindings::dxg_trace_wait(adapter, process, handle, value) };
    }
}

/// The device of an adapter was unplugged.
#[inline]
pub(crate) fn unplug(adapter: u64) {
    if is_on!(__tracepoint_dxgkrnl_unplug) {
        // SAFETY: The function only notes its argument.
        unsafe { bindings::dxg_trace_unplug(adapter) };
    }
}
