// SPDX-License-Identifier: GPL-2.0

//! [`FencePage`]: a kernel page, of which processes read the first 64 bits.

use super::{
    cpu_mapping::{
        CpuMapping,
        Source, //
    },
    mapped_vma::MappedVma,
    page_source::PageSource,
    ACCOUNT, //
};
use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    alloc::flags::__GFP_ZERO,
    bindings as c,
    page::Page,
    prelude::*,
    sync::{
        atomic::{
            Acquire,
            Atomic,
            Release, //
        },
        Arc, //
    }, //
};

/// A page with a value that only the kernel writes.
///
/// # Invariants
///
/// `value` is the first address of `page`, in the kernel's own mapping of it.
pub(crate) struct FencePage {
    value: NonNull<u64>,
    /// The page again, as a list.
    pages: [*mut c::page; 1],
    _page: Page,
}

// SAFETY: The page is freed by any thread; what points to it is never changed.
unsafe impl Send for FencePage {}
// SAFETY: As above; the value is only used by atomic operations.
unsafe impl Sync for FencePage {}

impl FencePage {
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(value: u64) -> Result<Arc<Self>> {
        let page = Page::alloc_page(ACCOUNT | __GFP_ZERO)?;
        // SAFETY: The page is allocated, and not from highmem, as GFP_KERNEL says.
        let address = unsafe { bindings::dxg_page_address(page.as_ptr()) };
        // INVARIANT: The address just found; it stays as long as the page.
        let fence = Self {
            value: NonNull::new(address.cast()).ok_or(ENOMEM)?,
            pages: [page.as_ptr()],
            _page: page,
        };
        fence.store(value);
        Ok(Arc::new(fence, ACCOUNT)?)
    }

    fn value(&self) -> &Atomic<u64> {
        // SAFETY: By the type invariant the pointer is that of a page, so that it is aligned, and
        // valid as long as `self`. The kernel uses the value only through this function, and
        // processes read it.
        unsafe { Atomic::from_ptr(self.value.as_ptr()) }
    }

    pub(crate) fn load(&self) -> u64 {
        self.value().load(Acquire)
    }

    /// Stores with release semantics: a reader of the new value sees all earlier writes.
    pub(crate) fn store(&self, value: u64) {
        self.value().store(value, Release);
    }

    /// Maps the page into the calling process.
    ///
    /// # Errors
    ///
    /// `ENOMEM`: no memory, or no room in the address space.
    pub(crate) fn map(page: &Arc<Self>) -> Result<MappedVma> {
        MappedVma::map_inherited(CpuMapping::new(1, Source::Pages(page.clone()))?)
    }
}

// SAFETY: The page lives as long as this value, and the list of it never changes.
unsafe impl PageSource for FencePage {
    fn pages(&self) -> &[*mut c::page] {
        &self.pages
    }
}
