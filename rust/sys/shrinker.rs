// SPDX-License-Identifier: GPL-2.0

//! [`Shrinker`]: reclaims memory when the kernel runs short of it.

use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::code::*,
    prelude::*,
    sync::Arc, //
};

/// Reclaimable memory. Called from direct reclaim: must not allocate; may take only locks under which nothing
/// allocates.
pub(crate) trait Reclaimable: Send + Sync + 'static {
    /// Pages that could be reclaimed (`count_objects`).
    fn count(&self) -> usize;

    /// Arranges for about that many pages to be reclaimed; returns how many will be (`scan_objects`).
    fn scan(&self, pages: usize) -> usize;
}

/// A registered shrinker.
///
/// # Invariants
///
/// The pointer is a registered shrinker that this value owns. Its private data is a box of the reclaimable
/// memory, which this value owns, too.
pub(crate) struct Shrinker(NonNull<c::shrinker>);

/// What the private data points to.
type Content = Arc<dyn Reclaimable>;

// SAFETY: A shrinker may be freed by any thread; reclaimable memory is `Send`.
unsafe impl Send for Shrinker {}
// SAFETY: There are no methods; reclaimable memory is `Sync`.
unsafe impl Sync for Shrinker {}

impl Shrinker {
    /// Registers reclaimable memory, until the result is dropped.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(reclaimable: Content) -> Result<Self> {
        let content = KBox::new(reclaimable, GFP_KERNEL)?;
        // SAFETY: The function has no preconditions.
        let shrinker = NonNull::new(unsafe { bindings::dxg_shrinker_alloc() }).ok_or(ENOMEM)?;
        // SAFETY: It is new, and ours alone until it is registered.
        unsafe {
            let raw = shrinker.as_ptr();
            (*raw).count_objects = Some(count);
            (*raw).scan_objects = Some(scan);
            (*raw).private_data = KBox::into_raw(content).cast();
            c::shrinker_register(raw);
        }
        // INVARIANT: As was just done.
        Ok(Self(shrinker))
    }
}

impl Drop for Shrinker {
    fn drop(&mut self) {
        // SAFETY: By the type invariant.
        let content = unsafe { (*self.0.as_ptr()).private_data }.cast::<Content>();
        // SAFETY: By the type invariant. When it returns, the kernel no longer calls the shrinker.
        unsafe { c::shrinker_free(self.0.as_ptr()) };
        // SAFETY: It was made by `new`, and nothing uses it any more.
        drop(unsafe { KBox::from_raw(content) });
    }
}

/// # Safety
///
/// The kernel calls it for a shrinker that `Shrinker::new` registered.
unsafe extern "C" fn count(shrinker: *mut c::shrinker, _: *mut c::shrink_control) -> c_ulong {
    // SAFETY: Per the function's contract; the content is there until after the last call.
    let reclaimable = unsafe { &*(*shrinker).private_data.cast::<Content>() };
    match reclaimable.count() {
        0 => c_ulong::MAX - 1, // SHRINK_EMPTY
        pages => pages,
    }
}

/// # Safety
///
/// As for `count`; `control` is what the kernel gives it.
unsafe extern "C" fn scan(shrinker: *mut c::shrinker, control: *mut c::shrink_control) -> c_ulong {
    // SAFETY: As in `count`.
    let reclaimable = unsafe { &*(*shrinker).private_data.cast::<Content>() };
    // SAFETY: Per the function's contract.
    let wanted = unsafe { (*control).nr_to_scan };
    match reclaimable.scan(wanted) {
        0 => c_ulong::MAX, // SHRINK_STOP
        pages => pages,
    }
}
