// SPDX-License-Identifier: GPL-2.0

//! [`KernelPages`]: system memory of the module, allocated page by page.

use super::{
    killable,
    page_source::PageSource,
    PAGE_SIZE, //
};
use crate::{
    bindings,
    counters::{
        self,
        Counter, //
    }, //
};
use core::ptr::NonNull;
use kernel::{
    alloc::{
        flags::__GFP_NOWARN,
        KVVec, //
    },
    bindings as c,
    error::code::*,
    prelude::*, //
};

/// Pages that may be charged for a file and its mapping, apart from page tables.
const HEADROOM: usize = 8;

/// Ensures that the memcg has room left for a file, and for a mapping of `bytes` bytes of it: the kernel
/// charges these by itself, and would invoke the OOM killer for them.
///
/// # Errors
///
/// As [`KernelPages::new`].
pub(crate) fn leave_for_file(bytes: usize) -> Result {
    const TABLE: usize = PAGE_SIZE * PAGE_SIZE / size_of::<usize>();
    KernelPages::new((HEADROOM + bytes / TABLE) * PAGE_SIZE).map(drop)
}

/// Pages that are not shared with anything. They are not cleared.
///
/// # Invariants
///
/// Every pointer in `pages` is a page that this value has allocated.
pub(crate) struct KernelPages {
    pages: KVVec<*mut c::page>,
}

// SAFETY: The list never changes, and pages may be freed by any thread.
unsafe impl Send for KernelPages {}
// SAFETY: There is no interior mutability.
unsafe impl Sync for KernelPages {}

// SAFETY: By the type invariant the pages stay allocated as long as this value.
unsafe impl PageSource for KernelPages {
    fn pages(&self) -> &[*mut c::page] {
        &self.pages
    }
}

impl KernelPages {
    /// Allocates `bytes` bytes (whole pages), charged to the caller's memory cgroup.
    ///
    /// # Errors
    ///
    /// `ENOMEM`. `EINTR`: the calling process is being killed.
    pub(crate) fn new(bytes: usize) -> Result<Self> {
        let count = bytes / PAGE_SIZE;
        let mut new = Self {
            // Not charged, as that may invoke the OOM killer; the segment limits it.
            pages: KVVec::with_capacity(count, GFP_KERNEL | __GFP_NOWARN)?,
        };
        for _ in 0..count {
            killable::check()?;
            // SAFETY: No preconditions but process context.
            let page = NonNull::new(unsafe { bindings::dxg_alloc_page() }).ok_or(ENOMEM)?;
            // INVARIANT: Allocated just now; there is room for `count` of them.
            new.pages.push(page.as_ptr(), GFP_KERNEL)?;
            counters::add(Counter::KernelPages, 1);
        }
        Ok(new)
    }
}

impl Drop for KernelPages {
    fn drop(&mut self) {
        for &page in &self.pages {
            // SAFETY: By the type invariant it is ours, and nothing uses it any more.
            unsafe { c::__free_pages(page, 0) };
        }
        counters::sub(Counter::KernelPages, self.pages.len());
    }
}
