// SPDX-License-Identifier: GPL-2.0

//! [`Memcg`]: a memory cgroup, to which memory is charged.

use crate::bindings;
use core::ptr::NonNull;
use kernel::bindings::mem_cgroup;

/// A memory cgroup, or none if the kernel has none.
///
/// # Invariants
///
/// The pointer is a live memory cgroup on which this value owns a reference.
pub(crate) struct Memcg(Option<NonNull<mem_cgroup>>);

// SAFETY: Memory cgroups are reference-counted and may be used by any thread.
unsafe impl Send for Memcg {}
// SAFETY: As above; no method changes it.
unsafe impl Sync for Memcg {}

impl Memcg {
    /// The memory cgroup of the calling process.
    pub(crate) fn current() -> Self {
        // SAFETY: The function has no preconditions; it returns a reference that is ours.
        // INVARIANT: It goes over into the new value.
        Self(NonNull::new(unsafe { bindings::dxg_memcg_get_current() }))
    }

    /// The root memory cgroup, which has no limits.
    pub(crate) fn root() -> Self {
        // SAFETY: The function has no preconditions; the root is never freed, and not counted.
        // INVARIANT: References on the root need not be owned, and dropping one that was not taken does
        // nothing.
        Self(NonNull::new(unsafe { bindings::dxg_memcg_root() }))
    }

    /// Runs `work` while this is the active memcg, to which its memory is charged, whoever the caller is.
    pub(crate) fn while_active<R>(&self, work: impl FnOnce() -> R) -> R {
        /// The previously active memcg.
        struct Restore(*mut mem_cgroup);
        impl Drop for Restore {
            fn drop(&mut self) {
                // SAFETY: It is what was set before, by a caller that keeps it.
                unsafe { bindings::dxg_memcg_set_active(self.0) };
            }
        }
        let memcg = self.0.map_or(core::ptr::null_mut(), NonNull::as_ptr);
        // SAFETY: By the type invariant the memcg is live, longer than it is set.
        let _restore = Restore(unsafe { bindings::dxg_memcg_set_active(memcg) });
        work()
    }
}

impl Drop for Memcg {
    fn drop(&mut self) {
        if let Some(memcg) = self.0 {
            // SAFETY: By the type invariant we own a reference.
            unsafe { bindings::dxg_memcg_put(memcg.as_ptr()) };
        }
    }
}
