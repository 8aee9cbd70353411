// SPDX-License-Identifier: GPL-2.0

//! [`CpuMapping`]: pages that processes see in their mappings, until they are unmapped or revoked.

use super::{
    killable,
    page_source::PageSource,
    system_memory::{
        ShmemPage,
        SystemMemory, //
    },
    ACCOUNT, //
};
use crate::bindings;
use kernel::{
    bindings as c,
    error::code::*,
    fs::File,
    new_mutex,
    page::Page,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// What a CPU mapping shows.
pub(crate) enum Source {
    /// These pages, all of which are there.
    Pages(Arc<dyn PageSource>),
    /// Memory whose pages are allocated at page faults.
    System(Arc<SystemMemory>),
}

/// What the mappings show now.
enum Shown {
    Pages(Arc<dyn PageSource>),
    System {
        memory: Arc<SystemMemory>,
        /// The pages that are mapped somewhere, by their number.
        held: RBTree<usize, ShmemPage>,
    },
    /// Nothing for now: a page fault has the owner page the memory in.
    Away {
        /// The last page-in failed.
        failed: bool,
    },
    /// They are gone. One page of zeros, allocated at the first fault, stands for all of them.
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

/// What the mappings show, and the files that are mapped.
///
/// # Invariants
///
/// `files` has the addresses of live files, each with an inode of its own.
struct State {
    shown: Shown,
    /// Files whose mappings show the CPU mapping.
    files: RBTree<usize, ()>,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

/// The result of a page fault.
pub(super) enum FaultResult {
    /// The kernel gets this result.
    Done(c::vm_fault_t),
    /// The page has to be made.
    Missing(Arc<SystemMemory>),
    /// The pages are away.
    Away,
}

/// Pages that are inserted into a mapping at once, if they are all there.
const AROUND: usize = 512;

/// Pages, and the files whose mappings show them.
///
/// [`MappedVma`](super::mapped_vma::MappedVma) makes the mappings themselves; each keeps its CPU mapping.
#[pin_data]
pub(crate) struct CpuMapping {
    count: usize,
    /// Nests inside the mmap_lock of the process whose page faults. While it is held, what is shown does not
    /// change, so a page that is inserted under it is zapped when it goes.
    #[pin]
    state: Mutex<State>,
}

impl CpuMapping {
    /// Shows `count` pages of `source`, which has no fewer.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(count: usize, source: Source) -> Result<Arc<Self>> {
        Self::with(count, source.into())
    }

    /// A mapping of `count` pages, which are away for now.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn away(count: usize) -> Result<Arc<Self>> {
        Self::with(count, Shown::Away { failed: false })
    }

    fn with(count: usize, shown: Shown) -> Result<Arc<Self>> {
        // INVARIANT: There are no files.
        let state = State {
            shown,
            files: RBTree::new(),
        };
        Arc::pin_init(
            pin_init!(Self {
                count,
                state <- new_mutex!(state, "CpuMapping::state"),
            }),
            ACCOUNT,
        )
    }

    /// Number of pages.
    pub(super) fn count(&self) -> usize {
        self.count
    }

    /// Unmaps the pages for a while. When it returns, no process sees them any more.
    pub(crate) fn unmap(&self) {
        self.replace(Shown::Away { failed: false });
    }

    /// Shows pages, if they were away. It allocates nothing.
    pub(crate) fn show(&self, source: Source) {
        let mut state = self.state.lock();
        if matches!(state.shown, Shown::Away { .. }) {
            state.shown = source.into();
            return;
        }
        drop(state);
        drop(source);
    }

    /// Takes the pages away for good: all mappings show zeros from now on. When it returns, the source has been
    /// dropped.
    pub(crate) fn revoke(&self) {
        self.replace(Shown::Blank(None));
    }

    fn replace(&self, next: Shown) {
        let mut state = self.state.lock();
        // The blank page may be mapped.
        if matches!(state.shown, Shown::Blank(_)) {
            return;
        }
        let old = core::mem::replace(&mut state.shown, next);
        for &file in state.files.keys() {
            // SAFETY: By the type invariant the file is live, as it can't leave while the state is
            // locked, and its address space is all its own. A page that is inserted from now on
            // is one of `next`.
            unsafe { bindings::dxg_zap_file(core::ptr::with_exposed_provenance(file)) };
        }
        drop(state);
        drop(old);
    }

    /// The page-in failed: the next page fault reports that.
    pub(super) fn fail(&self) {
        if let Shown::Away { failed } = &mut self.state.lock().shown {
            *failed = true;
        }
    }

    /// From now on the mappings of `file` show this CPU mapping, until the file [leaves](Self::leave).
    ///
    /// # Safety
    ///
    /// `file` is new, has an inode of its own, and leaves before it goes.
    pub(super) unsafe fn adopt(&self, file: &File) -> Result {
        let key = file.as_ptr().expose_provenance();
        let node = RBTreeNode::new(key, (), ACCOUNT)?;
        // INVARIANT: Per the function's contract.
        let replaced = self.state.lock().files.insert(node);
        drop(replaced);
        Ok(())
    }

    /// An adopted file goes, and none of its mappings is left. After the last one, pages of system memory are
    /// no longer held: the kernel may swap them out.
    pub(super) fn leave(&self, file: *mut c::file) {
        let mut state = self.state.lock();
        let node = state.files.remove_node(&file.addr());
        let was_last = state.files.is_empty();
        let unseen = match &mut state.shown {
            Shown::System { held, .. } if was_last => core::mem::replace(held, RBTree::new()),
            _ => RBTree::new(),
        };
        drop(state);
        drop((node, unseen));
    }

    /// Inserts all pages into a mapping, as far as they are all there already; page faults insert the others.
    ///
    /// # Errors
    ///
    /// `ENOMEM`. `EINTR`: the calling process is being killed.
    ///
    /// # Safety
    ///
    /// `vma` is a shared PFN map of a file that this CPU mapping has adopted, and is complete: the file's
    /// address space knows it. The caller holds the process's mmap_lock. `start` and `end` are where it begins
    /// and ends.
    pub(super) unsafe fn fill(
        &self,
        vma: *mut c::vm_area_struct,
        (start, end): (usize, usize),
    ) -> Result {
        for (piece, start) in (start..end).step_by(AROUND * super::PAGE_SIZE).enumerate() {
            killable::check()?;
            // Some at a time, as a thread that moves the pages waits for the lock.
            let state = self.state.lock();
            let Shown::Pages(source) = &state.shown else {
                return Ok(());
            };
            let pages = source.pages().iter().take(self.count);
            let pages = pages.skip(piece * AROUND).take(AROUND);
            for (address, &page) in (start..end).step_by(super::PAGE_SIZE).zip(pages) {
                // SAFETY: Per the function's contract; the page stays until it is zapped.
                let fault = unsafe { insert(vma, address, page) };
                if fault != c::vm_fault_reason_VM_FAULT_NOPAGE {
                    return Err(ENOMEM);
                }
            }
        }
        Ok(())
    }

    /// Inserts the page with number `index` into a mapping at `address`, if it is there, and some of those that
    /// follow it, up to `end`.
    ///
    /// # Safety
    ///
    /// As for [`Self::fill`]; `address` is inside the VMA, and `end` is the VMA's end.
    pub(super) unsafe fn fault(
        &self,
        vma: *mut c::vm_area_struct,
        (address, end): (usize, usize),
        index: usize,
    ) -> FaultResult {
        const OUT_OF_MEMORY: FaultResult = FaultResult::Done(c::vm_fault_reason_VM_FAULT_OOM);
        const NO_PAGE: FaultResult = FaultResult::Done(c::vm_fault_reason_VM_FAULT_SIGBUS);
        if index >= self.count {
            return NO_PAGE;
        }
        let mut state = self.state.lock();
        let page = match &mut state.shown {
            Shown::Pages(source) => {
                let pages = source.pages().iter().take(self.count).skip(index);
                let mut result = NO_PAGE;
                for (at, &page) in (address..end)
                    .step_by(super::PAGE_SIZE)
                    .zip(pages)
                    .take(AROUND)
                {
                    // SAFETY: Per the function's contract; the page stays until it is zapped.
                    let fault = unsafe { insert(vma, at, page) };
                    if at == address {
                        result = FaultResult::Done(fault);
                    }
                    if fault != c::vm_fault_reason_VM_FAULT_NOPAGE {
                        break;
                    }
                }
                return result;
            }
            Shown::System { memory, held } => match held.get(&index) {
                Some(page) => page.as_ptr(),
                None => return FaultResult::Missing(memory.clone()),
            },
            Shown::Away { failed } => {
                return match core::mem::take(failed) {
                    true => NO_PAGE,
                    false => FaultResult::Away,
                }
            }
            Shown::Blank(Some(page)) => page.as_ptr(),
            Shown::Blank(none) => {
                let flags = ACCOUNT | kernel::alloc::flags::__GFP_ZERO;
                let Ok(page) = Page::alloc_page(flags) else {
                    return OUT_OF_MEMORY;
                };
                none.insert(page).as_ptr()
            }
        };
        // SAFETY: Per the function's contract; the page that is held stays until it is zapped, and the
        // blank one as long as the CPU mapping, which the VMA's file keeps.
        FaultResult::Done(unsafe { insert(vma, address, page) })
    }

    /// Holds a page that was made, as long as it is mapped; unless other memory is shown meanwhile.
    pub(super) fn hold(&self, made: RBTreeNode<usize, ShmemPage>, of: &Arc<SystemMemory>) {
        let mut state = self.state.lock();
        let unused = match &mut state.shown {
            // Another thread may have been faster: then it is the same page.
            Shown::System { memory, held } if Arc::ptr_eq(memory, of) => held.insert(made),
            _ => Some(made),
        };
        drop(state);
        drop(unused);
    }
}

/// # Safety
///
/// `vma` is a shared PFN map, whose mmap_lock the caller holds; `address` is inside it; `page` stays allocated
/// until the entry is gone.
unsafe fn insert(vma: *mut c::vm_area_struct, address: usize, page: *mut c::page) -> c::vm_fault_t {
    // SAFETY: The page is allocated.
    let pfn = unsafe { bindings::dxg_page_to_pfn(page) };
    // SAFETY: Per the function's contract.
    unsafe { c::vmf_insert_pfn(vma, address, pfn) }
}
