// SPDX-License-Identifier: GPL-2.0

//! [`Identity`]: on whose behalf a call is made.

use crate::bindings;
use core::ptr::NonNull;
use kernel::bindings as c;

/// A user id in a user namespace.
///
/// # Invariants
///
/// `namespace` is a live user namespace on which this value owns a reference.
pub(crate) struct Identity {
    namespace: NonNull<c::user_namespace>,
    /// The kernel's value, relative to no namespace.
    uid: u32,
}

// SAFETY: User namespaces are reference-counted and may be compared and put by any thread.
unsafe impl Send for Identity {}
// SAFETY: As above; no method changes it.
unsafe impl Sync for Identity {}

impl Identity {
    /// The caller's effective user.
    pub(crate) fn current() -> Option<Self> {
        let mut uid = 0;
        // SAFETY: The function returns a reference that is ours; `uid` is valid for writes.
        let namespace = unsafe { bindings::dxg_get_current_user(&mut uid) };
        // INVARIANT: The reference just taken is handed to the new value.
        NonNull::new(namespace).map(|namespace| Self { namespace, uid })
    }
}

impl PartialEq for Identity {
    fn eq(&self, other: &Self) -> bool {
        self.namespace == other.namespace && self.uid == other.uid
    }
}

impl Drop for Identity {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { bindings::dxg_put_user_namespace(self.namespace.as_ptr()) };
    }
}
