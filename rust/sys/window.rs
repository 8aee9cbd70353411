// SPDX-License-Identifier: GPL-2.0

//! [`Window`]: pages that processes see in their mappings, until the pages are taken away.

use super::{
    bindings,
    system_memory::{
        HeldPage,
        SystemMemory, //
    }, //
};
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
    rbtree::RBTree,
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

/// What a window is to show.
pub(crate) enum Source {
    /// These pages, all of which are there.
    Pages(KBox<dyn PageSource>),
    /// Memory whose pages come into being when somebody touches them.
    System(Arc<SystemMemory>),
}

/// What there is to see.
enum Shown {
    Pages(KBox<dyn PageSource>),
    System {
        memory: Arc<SystemMemory>,
        /// The pages that somebody sees, by their number.
        held: RBTree<usize, HeldPage>,
    },
    /// Nothing for now: whoever touches a page has its owner bring it back.
    Away,
    /// They are gone. One page of zeros, made when somebody looks, stands for all of them.
    Blank(Option<Page>),
}

impl From<Source> for Shown {
    fn from(source: Source) -> Self {
        match source {
            Source::Pages(pages) => Self::Pages(pages),
            Source::System(memory) => Self::System {
                memory,
                held: RBTree::new(),
            },
        }
    }
}

/// What there is to see, and in how many places.
struct State {
    shown: Shown,
    /// Files whose mappings are in the address space.
    views: usize,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

/// What became of a touch.
pub(super) enum Touch {
    /// This is what the kernel is to be told.
    Done(c::vm_fault_t),
    /// As above, and memory came into being.
    Grown(c::vm_fault_t),
    /// The pages are away.
    Away,
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
    state: Mutex<State>,
}

impl Window {
    /// Shows `count` pages of `source`, which has no fewer.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(count: usize, source: Source) -> Result<Arc<Self>> {
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
                count,
                state <- new_mutex!(State { shown: source.into(), views: 0 }, "Window::state"),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    /// Number of pages.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Whether the pages are away for now.
    pub(crate) fn is_away(&self) -> bool {
        matches!(self.state.lock().shown, Shown::Away)
    }

    /// Takes the pages away for a while. When it returns, nobody sees them any more.
    pub(crate) fn hide(&self) {
        self.replace(Shown::Away);
    }

    /// Shows pages again after they were away.
    pub(crate) fn show(&self, source: Source) {
        let mut state = self.state.lock();
        // Not if they are gone meanwhile.
        if matches!(state.shown, Shown::Away) {
            state.shown = source.into();
            return;
        }
        drop(state);
        drop(source);
    }

    /// Takes the pages away for good: all mappings show zeros from now on. When it returns, the source
    /// has been dropped.
    pub(crate) fn revoke(&self) {
        self.replace(Shown::Blank(None));
    }

    fn replace(&self, next: Shown) {
        let old;
        {
            let mut state = self.state.lock();
            // Mappings may have the blank page.
            if matches!(state.shown, Shown::Blank(_)) {
                return;
            }
            old = core::mem::replace(&mut state.shown, next);
        }
        // SAFETY: The file is live, and its address space with it. Every mapping of the window is
        // in there, and whoever inserts a page from now on sees what is there now.
        unsafe { bindings::dxg_zap_space(self.space.as_ptr()) };
        drop(old);
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
        self.state.lock().views += 1;
    }

    /// A file that was adopted goes, and none of its mappings is left. When it was the last one, pages of
    /// system memory are held no more: the kernel may swap them out.
    pub(super) fn leave(&self) {
        let mut state = self.state.lock();
        state.views -= 1;
        let was_last = state.views == 0;
        let unseen = match &mut state.shown {
            Shown::System { held, .. } if was_last => core::mem::replace(held, RBTree::new()),
            _ => return,
        };
        drop(state);
        drop(unseen);
    }

    /// Puts all pages from `first` on into a mapping; none if they are not all there anyway, as faults
    /// bring them.
    ///
    /// # Safety
    ///
    /// `vma` is a shared PFN map of a file that this window has adopted, and is complete: the file's
    /// address space knows it. The caller holds the lock of the process's address space. `start`
    /// and `end` are where it begins and ends.
    pub(super) unsafe fn fill(
        &self,
        vma: *mut c::vm_area_struct,
        (start, end): (usize, usize),
        first: usize,
    ) -> Result {
        let state = self.state.lock();
        let Shown::Pages(source) = &state.shown else {
            return Ok(());
        };
        let pages = source.pages().iter().take(self.count).skip(first);
        for (address, &page) in (start..end).step_by(super::PAGE_SIZE).zip(pages) {
            // SAFETY: Per the function's contract; the page stays until it is zapped.
            let fault = unsafe { insert(vma, address, page) };
            if fault != c::vm_fault_reason_VM_FAULT_NOPAGE {
                return Err(ENOMEM);
            }
        }
        Ok(())
    }

    /// Puts one page into a mapping, if it is there.
    ///
    /// # Safety
    ///
    /// As for [`Self::fill`]; `address` is inside the VMA.
    pub(super) unsafe fn fault(
        &self,
        vma: *mut c::vm_area_struct,
        address: usize,
        index: usize,
    ) -> Touch {
        const OUT_OF_MEMORY: Touch = Touch::Done(c::vm_fault_reason_VM_FAULT_OOM);
        const NO_PAGE: Touch = Touch::Done(c::vm_fault_reason_VM_FAULT_SIGBUS);
        if index >= self.count {
            return NO_PAGE;
        }
        let mut grown = false;
        let mut state = self.state.lock();
        let page = match &mut state.shown {
            Shown::Pages(source) => match source.pages().get(index) {
                Some(&page) => page,
                None => return NO_PAGE,
            },
            Shown::System { memory, held } => match held.get(&index) {
                Some(page) => page.as_ptr(),
                None => {
                    let Ok(page) = memory.page(index) else {
                        return NO_PAGE;
                    };
                    let pointer = page.as_ptr();
                    if held
                        .try_create_and_insert(index, page, GFP_KERNEL_ACCOUNT)
                        .is_err()
                    {
                        return NO_PAGE;
                    }
                    grown = true;
                    pointer
                }
            },
            Shown::Away => return Touch::Away,
            Shown::Blank(Some(page)) => page.as_ptr(),
            Shown::Blank(none) => {
                let flags = GFP_KERNEL_ACCOUNT | kernel::alloc::flags::__GFP_ZERO;
                let Ok(page) = Page::alloc_page(flags) else {
                    return OUT_OF_MEMORY;
                };
                none.insert(page).as_ptr()
            }
        };
        // SAFETY: Per the function's contract; the source's page stays until it is zapped, and the
        // blank one as long as the window, which the VMA's file keeps.
        let fault = unsafe { insert(vma, address, page) };
        match grown {
            true => Touch::Grown(fault),
            false => Touch::Done(fault),
        }
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
