// SPDX-License-Identifier: GPL-2.0

//! Which process is calling.

use crate::bindings;
use core::ptr::NonNull;
use kernel::sync::atomic::{
    Atomic,
    Relaxed, //
};

/// The identity of a process (thread group).
///
/// It keeps the kernel's `struct pid`, so that a process number that is used again does not make
/// two processes look like one.
///
/// # Invariants
///
/// The pointer is a live `struct pid` on which this value owns a reference.
pub(crate) struct ProcessId {
    pid: NonNull<kernel::bindings::pid>,
    number: u64,
}

/// The next identity's number.
static NUMBERS: Atomic<u64> = Atomic::new(1);

// SAFETY: `struct pid` is reference-counted and may be compared and put by any thread.
unsafe impl Send for ProcessId {}
// SAFETY: As above; no method changes it.
unsafe impl Sync for ProcessId {}

impl ProcessId {
    /// The calling process.
    pub(crate) fn current() -> Option<Self> {
        // SAFETY: The function has no preconditions; it returns a reference that is ours.
        let pid = unsafe { bindings::dxg_get_current_tgid() };
        // INVARIANT: The reference just taken is handed to the new value.
        NonNull::new(pid).map(|pid| Self {
            pid,
            number: NUMBERS.fetch_add(1, Relaxed),
        })
    }

    /// Whether the caller belongs to this process.
    pub(crate) fn is_current(&self) -> bool {
        // SAFETY: By the type invariant the pointer is live; it is only compared.
        unsafe { bindings::dxg_is_current_tgid(self.pid.as_ptr()) }
    }

    /// A number that no other identity has or had.
    pub(crate) fn number(&self) -> u64 {
        self.number
    }

    /// The process's number as the initial PID namespace numbers it: for people.
    pub(crate) fn pid(&self) -> i32 {
        // SAFETY: By the type invariant the pointer is live.
        unsafe { bindings::dxg_pid_number(self.pid.as_ptr()) }
    }

    /// A key that no other live process has.
    pub(crate) fn key(&self) -> usize {
        self.pid.as_ptr() as usize
    }
}

impl Drop for ProcessId {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { kernel::bindings::put_pid(self.pid.as_ptr()) };
    }
}
