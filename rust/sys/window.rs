// SPDX-License-Identifier: GPL-2.0

//! [`Window`]: pages that processes see in their mappings, until the pages are taken away.

use super::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr, //
    },
    fs::File,
    new_mutex,
    page::Page,
    prelude::*,
    sync::{
        aref::ARef,
        Arc,
        Mutex, //
    }, //
};

/// Something that has pages to show.
///
/// # Safety
///
/// Every pointer that [`Self::pages`] returns is a page that stays allocated, and belongs to the
/// object, for as long as `self` lives; the list never changes.
pub(crate) unsafe trait PageSource: Send + Sync + 'static {
    /// The pages, in order.
    fn pages(&self) -> &[*mut c::page];
}

/// What there is to see.
enum Shown {
    /// The pages of the source.
    Source(KBox<dyn PageSource>),
    /// They are gone. One page of zeros, made when somebody looks, stands for all of them.
    Blank(Option<Page>),
}

/// Pages, and the address space that knows all their mappings.
///
/// The mappings themselves are made by [`View`](super::view::View); each keeps its window.
#[pin_data]
pub(crate) struct Window {
    /// A file that is never mapped: its inode belongs to this window alone.
    space: ARef<File>,
    count: usize,
    /// Taken under the lock of the address space in which a page faults. While it is held, what is
    /// shown does not change, so a page that is inserted then is zapped when it goes.
    #[pin]
    shown: Mutex<Shown>,
}

impl Window {
    /// Shows the pages of `source`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(source: KBox<dyn PageSource>) -> Result<Arc<Self>> {
        // The file is for nobody, so its operations do not matter. The kernel's own outlive this
        // module, as the file may: a window is no reason for the module to stay.
        // SAFETY: The name is a C string; the operations are static and use no private data.
        let space = from_err_ptr(unsafe {
            bindings::anon_inode_create_getfile(
                c"dxg-window".as_char_ptr(),
                &raw const c::generic_ro_fops,
                core::ptr::null_mut(),
                // CAST: a small flag word.
                (c::O_RDWR | c::O_CLOEXEC) as c_int,
                core::ptr::null(),
            )
        })?;
        let space = NonNull::new(space.cast::<File>()).ok_or(ENOMEM)?;
        // SAFETY: The file is new and its one reference is ours; it has no position.
        let space = unsafe { ARef::<File>::from_raw(space) };
        Arc::pin_init(
            pin_init!(Self {
                space,
                count: source.pages().len(),
                shown <- new_mutex!(Shown::Source(source), "Window::shown"),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    /// Number of pages.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Takes the pages away: all mappings show zeros from now on. When it returns, the source has
    /// been dropped.
    pub(crate) fn revoke(&self) {
        let source;
        {
            let mut shown = self.shown.lock();
            match core::mem::replace(&mut *shown, Shown::Blank(None)) {
                Shown::Source(pages) => source = pages,
                // Mappings may have the blank page.
                blank => {
                    *shown = blank;
                    return;
                }
            }
        }
        // SAFETY: The file is live, and its address space with it. Every mapping of the window is
        // in there, and whoever inserts a page from now on sees the blank one.
        unsafe { bindings::dxg_zap_space(self.space.as_ptr()) };
        drop(source);
    }

    /// Makes the mappings of `file` part of this window's address space.
    ///
    /// # Safety
    ///
    /// `file` was never mapped, and it keeps this window.
    pub(super) unsafe fn adopt(&self, file: &File) {
        // SAFETY: Both files are live; per the function's contract nobody has used the mapping of
        // `file`, and the inode that it gets lives as long as it.
        unsafe { bindings::dxg_file_set_space(file.as_ptr(), self.space.as_ptr()) };
    }

    /// Puts all pages into a mapping; none if they were taken away, as faults bring the blank one.
    ///
    /// # Safety
    ///
    /// `vma` is a shared PFN map of a file that this window has adopted; the caller holds the lock
    /// of its address space. `start` is its first address, and it has as many pages as the window.
    pub(super) unsafe fn fill(&self, vma: *mut c::vm_area_struct, start: usize) -> Result {
        let shown = self.shown.lock();
        let Shown::Source(source) = &*shown else {
            return Ok(());
        };
        for (i, &page) in source.pages().iter().enumerate() {
            // SAFETY: Per the function's contract; the page stays until it is zapped.
            let fault = unsafe { insert(vma, start + i * super::PAGE_SIZE, page) };
            if fault != c::vm_fault_reason_VM_FAULT_NOPAGE {
                return Err(ENOMEM);
            }
        }
        Ok(())
    }

    /// Puts one page into a mapping.
    ///
    /// # Safety
    ///
    /// As for [`Self::fill`]; `address` is inside the VMA.
    pub(super) unsafe fn fault(
        &self,
        vma: *mut c::vm_area_struct,
        address: usize,
        index: usize,
    ) -> c::vm_fault_t {
        if index >= self.count {
            return c::vm_fault_reason_VM_FAULT_SIGBUS;
        }
        let mut shown = self.shown.lock();
        let page = match &mut *shown {
            Shown::Source(source) => source.pages()[index],
            Shown::Blank(Some(page)) => page.as_ptr(),
            Shown::Blank(none) => {
                let flags = GFP_KERNEL_ACCOUNT | kernel::alloc::flags::__GFP_ZERO;
                let Ok(page) = Page::alloc_page(flags) else {
                    return c::vm_fault_reason_VM_FAULT_OOM;
                };
                none.insert(page).as_ptr()
            }
        };
        // SAFETY: Per the function's contract; the source's page stays until it is zapped, and the
        // blank one as long as the window, which the VMA's file keeps.
        unsafe { insert(vma, address, page) }
    }
}

/// # Safety
///
/// `vma` is a shared PFN map, whose address space's lock the caller holds; `address` is inside it;
/// `page` stays allocated until the entry is gone.
unsafe fn insert(vma: *mut c::vm_area_struct, address: usize, page: *mut c::page) -> c::vm_fault_t {
    // SAFETY: The page is allocated.
    let pfn = unsafe { bindings::dxg_page_to_pfn(page) };
    // SAFETY: Per the function's contract.
    unsafe { c::vmf_insert_pfn(vma, address, pfn) }
}
