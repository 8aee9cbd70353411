// SPDX-License-Identifier: GPL-2.0

//! [`SystemMemory`]: memory that the kernel may swap out; pages that were never written take no memory.

use super::{
    killable,
    page_source::PageSource,
    PAGE_SIZE, //
};
use crate::{
    bindings,
    counters::{
        Counted,
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
    error::{
        code::*,
        from_err_ptr,
        to_result, //
    },
    fs::File,
    prelude::*,
    sync::aref::ARef, //
};

/// The shmem mount for all system memory, with single pages; mounted as long as the module is loaded.
pub(crate) struct Mount(());

impl Mount {
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new() -> Result<Self> {
        // SAFETY: There is one, at the beginning.
        to_result(unsafe { bindings::dxg_mount_shmem() }).map(|()| Self(()))
    }
}

impl Drop for Mount {
    fn drop(&mut self) {
        // SAFETY: It was mounted, and no more files are made; those that are left keep it.
        unsafe { bindings::dxg_unmount_shmem() };
    }
}

/// Whether an allocation may wait.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Patience {
    /// It may reclaim memory, and the memcg that pays may be throttled.
    MayWait,
    /// It fails if there is no free memory.
    Impatient,
    /// It fails at what is not in memory.
    Never,
}

/// Pages of a shmem file that is not shared with anything. All zero at first.
pub(crate) struct SystemMemory {
    file: ARef<File>,
    count: usize,
    _counted: Counted,
}

impl SystemMemory {
    /// A file of `bytes` bytes (whole pages). It allocates no page.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EFBIG` and the like when no file is that large.
    pub(crate) fn new(bytes: usize) -> Result<Self> {
        let size = c::loff_t::try_from(bytes).map_err(|_| ENOMEM)?;
        // SAFETY: The function makes a file and has no preconditions.
        let file = from_err_ptr(unsafe { bindings::dxg_shmem_file(size) })?;
        let file = NonNull::new(file.cast::<File>()).ok_or(ENOMEM)?;
        Ok(Self {
            // SAFETY: The file is new and its one reference is ours; it has no position in use.
            file: unsafe { ARef::from_raw(file) },
            count: bytes / PAGE_SIZE,
            _counted: Counted::new(Counter::SystemMemory),
        })
    }

    /// Bytes that exist, in memory or swapped out.
    pub(crate) fn present(&self) -> u64 {
        // SAFETY: The file is live, and one of shared memory.
        unsafe { bindings::dxg_shmem_present(self.file.as_ptr()) }
    }

    /// One page, which stays in memory while it is held. If need be, it is allocated, or read back: charged to
    /// the active memcg, without invoking the OOM killer.
    ///
    /// # Errors
    ///
    /// `ENOMEM`. `EINVAL`: there is no such page. `EIO`: it could not be read back. `ENOENT`: it is not in memory.
    pub(super) fn page(&self, index: usize, patience: Patience) -> Result<ShmemPage> {
        if index >= self.count {
            return Err(EINVAL);
        }
        let file = self.file.as_ptr();
        let may_wait = patience == Patience::MayWait;
        let page = from_err_ptr(match patience {
            // SAFETY: The file is live, and one of shared memory.
            Patience::Never => unsafe { bindings::dxg_shmem_cached_page(file, index) },
            // SAFETY: As above; and it has that page.
            _ => unsafe { bindings::dxg_shmem_page(file, index, may_wait) },
        })?;
        // INVARIANT: The function gives a reference.
        NonNull::new(page).map(ShmemPage).ok_or(ENOMEM)
    }

    /// Allocates all pages.
    ///
    /// # Errors
    ///
    /// As [`Self::hold`].
    pub(crate) fn populate(&self) -> Result {
        (0..self.count).try_for_each(|index| {
            killable::check()?;
            self.page(index, Patience::MayWait).map(drop)
        })
    }

    /// All pages, which stay in memory while they are held.
    ///
    /// # Errors
    ///
    /// `ENOMEM`. `EIO`: one could not be read back. `ENOENT`: one is not in memory. `EINTR`: the calling process is being killed.
    pub(crate) fn hold(&self, patience: Patience) -> Result<ShmemPages> {
        self.hold_part(0, self.count, patience)
    }

    /// Pages `first..first + count`, likewise.
    ///
    /// # Errors
    ///
    /// As [`Self::hold`]. `EINVAL`: it has fewer.
    pub(crate) fn hold_part(
        &self,
        first: usize,
        count: usize,
        patience: Patience,
    ) -> Result<ShmemPages> {
        let flags = match patience {
            Patience::Never => GFP_NOWAIT,
            _ => GFP_KERNEL,
        };
        let mut held = ShmemPages {
            pages: KVVec::with_capacity(count, flags | __GFP_NOWARN)?,
        };
        for index in (first..).take(count) {
            killable::check()?;
            let page = core::mem::ManuallyDrop::new(self.page(index, patience)?);
            // INVARIANT: The reference goes over into the list, in which there is room.
            held.pages.push(page.0.as_ptr(), flags)?;
        }
        Ok(held)
    }
}

impl Drop for SystemMemory {
    fn drop(&mut self) {
        // The file itself may end only when the calling thread returns to user space.
        // SAFETY: The file is live, and one of shared memory.
        unsafe { bindings::dxg_shmem_empty(self.file.as_ptr()) };
    }
}

/// A page in memory. It counts as written to.
///
/// # Invariants
///
/// The pointer is a page of a shared memory file, on which this value owns a reference.
pub(super) struct ShmemPage(NonNull<c::page>);

// SAFETY: Pages are reference-counted, and may be let go by any thread.
unsafe impl Send for ShmemPage {}
// SAFETY: No method changes anything.
unsafe impl Sync for ShmemPage {}

impl ShmemPage {
    pub(super) fn as_ptr(&self) -> *mut c::page {
        self.0.as_ptr()
    }
}

impl Drop for ShmemPage {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { bindings::dxg_shmem_put(self.0.as_ptr()) };
    }
}

/// Some pages in memory. They count as written to.
///
/// # Invariants
///
/// Every pointer is a page of a shared memory file, on which this value owns a reference.
pub(crate) struct ShmemPages {
    pages: KVVec<*mut c::page>,
}

// SAFETY: As for `ShmemPage`.
unsafe impl Send for ShmemPages {}
// SAFETY: As for `ShmemPage`.
unsafe impl Sync for ShmemPages {}

// SAFETY: By the type invariant the pages stay as long as this value; the list does not change.
unsafe impl PageSource for ShmemPages {
    fn pages(&self) -> &[*mut c::page] {
        &self.pages
    }
}

impl Drop for ShmemPages {
    fn drop(&mut self) {
        for &page in &self.pages {
            // SAFETY: By the type invariant we own a reference.
            unsafe { bindings::dxg_shmem_put(page) };
        }
    }
}
