// SPDX-License-Identifier: GPL-2.0

//! Memory of the calling process, pinned as long as an allocation lives.

use super::{
    killable,
    page_source::PageSource,
    user_sized::UserSized,
    ACCOUNT,
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
    alloc::Vec,
    bindings as c,
    error::code::*,
    prelude::*, //
};

/// Pages that are pinned at a time, as the kernel may pin with interrupts off.
const AT_ONCE: usize = 512;

/// The user that pinned pages are charged to, and the address space that they came from.
///
/// # Invariants
///
/// - `user` is a `user_struct` on which this value owns a reference, and `pages` pages are charged to its
///   `locked_vm` for this value, and shown in the `pinned_vm` of `mm`.
/// - `mm` is a `mm_struct` on which this value owns a `mmgrab` reference.
struct Charge {
    user: NonNull<c::user_struct>,
    pages: usize,
    mm: NonNull<c::mm_struct>,
}

impl Charge {
    /// Charges the caller for `pages` pages, within its RLIMIT_MEMLOCK.
    fn new(pages: usize) -> Result<Self> {
        // SAFETY: No preconditions; `current` stays what it is during this call.
        let mm = NonNull::new(unsafe { bindings::dxg_current_mm() }).ok_or(EINVAL)?;
        // SAFETY: The caller's own address space is alive while the caller runs.
        let user = NonNull::new(unsafe { bindings::dxg_account_pinned(mm.as_ptr(), pages) });
        let user = user.ok_or(ENOMEM)?;
        // SAFETY: As above; the reference keeps the structure (not the mappings) for us.
        unsafe { bindings::dxg_mmgrab(mm.as_ptr()) };
        // INVARIANT: Charged and referenced just now.
        Ok(Self { user, pages, mm })
    }
}

impl Drop for Charge {
    fn drop(&mut self) {
        // SAFETY: By the type invariant; the reference ends here.
        unsafe {
            bindings::dxg_unaccount_pinned(self.user.as_ptr(), self.mm.as_ptr(), self.pages);
        }
        // SAFETY: By the type invariant we own a reference, which ends here.
        unsafe { bindings::dxg_mmdrop(self.mm.as_ptr()) };
    }
}

/// Pinned pages of the process that made the allocation.
///
/// # Invariants
///
/// Every pointer in `pages` is a page that this value has pinned (FOLL_LONGTERM).
pub(crate) struct UserPages {
    pages: Vec<*mut c::page, UserSized>,
    /// Where the pages are in the caller's address space.
    address: usize,
    writable: bool,
    charge: Charge,
}

// SAFETY: Pins may be released by any thread; the list is never changed after creation.
unsafe impl Send for UserPages {}
// SAFETY: There is no interior mutability.
unsafe impl Sync for UserPages {}

impl UserPages {
    /// Pins `bytes` bytes (whole pages) at `address` (page aligned) of the calling process.
    ///
    /// # Errors
    ///
    /// - `EINVAL`: not whole pages, nothing, or beyond the address space.
    /// - `ENOMEM`: over RLIMIT_MEMLOCK (without CAP_IPC_LOCK), or no memory.
    /// - `EFAULT`: some page is not there, not writable, or not ordinary memory.
    /// - `EINTR`: the calling process is being killed.
    pub(crate) fn pin(address: usize, bytes: usize, writable: bool) -> Result<Self> {
        if address % PAGE_SIZE != 0 || bytes % PAGE_SIZE != 0 || bytes == 0 {
            return Err(EINVAL);
        }
        address.checked_add(bytes).ok_or(EINVAL)?;
        super::may_be_delayed();
        let count = bytes / PAGE_SIZE;
        let charge = Charge::new(count)?;
        let mut pages = Vec::with_capacity(count, ACCOUNT)?;
        let mut flags = c::FOLL_LONGTERM;
        if writable {
            flags |= c::FOLL_WRITE;
        }
        // INVARIANT: `pages` only ever holds what was pinned; dropping `pinned` on a failure
        // below releases just these.
        let mut pinned = Self {
            pages: Vec::new(),
            address,
            writable,
            charge,
        };
        let mut failure = Ok(());
        while pages.len() < count {
            if let Err(killed) = killable::check() {
                failure = Err(killed);
                break;
            }
            let done = pages.len();
            // CAST: at most 512.
            let batch = AT_ONCE.min(count - done) as i32;
            let spare = pages.spare_capacity_mut().as_mut_ptr().cast();
            // SAFETY: The spare capacity has room for `batch` pointers, since `count` were
            // reserved; the function writes as many as it returns.
            let got =
                unsafe { c::pin_user_pages_fast(address + done * PAGE_SIZE, batch, flags, spare) };
            let Ok(got @ 1..) = usize::try_from(got) else {
                failure = Err(if got < 0 {
                    Error::from_errno(got)
                } else {
                    EFAULT
                });
                break;
            };
            // SAFETY: `got` more elements were written, within the capacity.
            unsafe { pages.inc_len(got) };
        }
        counters::add(Counter::PinnedPages, pages.len());
        pinned.pages = pages;
        failure.map(|()| pinned)
    }

    /// Address in the process that pinned the pages, if that is the calling process.
    pub(crate) fn address(&self) -> Option<usize> {
        // SAFETY: No preconditions.
        let mm = unsafe { bindings::dxg_current_mm() };
        core::ptr::eq(mm, self.charge.mm.as_ptr()).then_some(self.address)
    }

    /// Whether they were pinned for writing.
    pub(crate) fn is_writable(&self) -> bool {
        self.writable
    }
}

// SAFETY: By the type invariant the pages are pinned until drop; the list does not change.
unsafe impl PageSource for UserPages {
    fn pages(&self) -> &[*mut c::page] {
        &self.pages
    }
}

impl Drop for UserPages {
    fn drop(&mut self) {
        let count = self.pages.len();
        // SAFETY: By the type invariant these pages are pinned by us. They are marked dirty where
        // the device could have written to them.
        unsafe {
            c::unpin_user_pages_dirty_lock(self.pages.as_mut_ptr(), count, self.writable);
        }
        counters::sub(Counter::PinnedPages, count);
    }
}
