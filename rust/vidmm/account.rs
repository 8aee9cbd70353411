// SPDX-License-Identifier: GPL-2.0

//! [`Account`]: one process on one adapter, to whom memory is charged.

use super::{
    books::{
        index,
        Key,
        NewShare, //
    },
    work::PagingWork,
    SegmentGroup,
    VidMm, //
};
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        memory_group::MemoryGroup,
        trace, //
    }, //
};
use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Arc, //
};

/// See the module's documentation.
pub(crate) struct Account {
    pub(super) vidmm: Arc<VidMm>,
    /// It, in traces.
    owner: trace::Owner,
    /// That of the process when it began to use the adapter.
    group: MemoryGroup,
    /// Bytes of all its allocations, by group.
    total: [Atomic<u64>; 2],
    /// What it has its memory moved for, on its own account.
    work: Arc<PagingWork>,
}

/// What a process has of a group of segments, in bytes: for people.
pub(crate) struct AccountReport {
    /// Of all its allocations.
    pub(crate) total: u64,
    /// In memory.
    pub(crate) usage: u64,
    /// Part of it: on residency lists.
    pub(crate) listed: u64,
    /// Part of it: offered.
    pub(crate) offered: u64,
    pub(crate) budget: u64,
}

/// What a process may have and has of a group of segments, in bytes (D3DKMTQueryVideoMemoryInfo).
#[derive(Clone, Copy)]
pub(crate) struct MemoryInfo {
    pub(crate) budget: u64,
    pub(crate) usage: u64,
    /// On the residency lists of its devices.
    pub(crate) listed: u64,
    pub(crate) reservation: u64,
    pub(crate) reservable: u64,
}

impl Account {
    /// Of the calling process, which traces call `owner`.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(vidmm: Arc<VidMm>, owner: trace::Owner) -> NtResult<Arc<Self>> {
        let work = PagingWork::new(&vidmm.queue)?;
        let account = Arc::new(
            Self {
                vidmm,
                owner,
                group: MemoryGroup::current(),
                total: [Atomic::new(0), Atomic::new(0)],
                work,
            },
            ACCOUNT,
        )?;
        let share = NewShare::new(account.key(), sys::current_uid(), ACCOUNT)?;
        let unused = account.vidmm.books().open_share(share);
        drop(unused);
        Ok(account)
    }

    pub(super) fn owner(&self) -> trace::Owner {
        self.owner
    }

    pub(super) fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// D3DKMTFlushHeapTransitions: waits until all is done that the process had its memory moved for.
    /// `false` when a signal came first.
    #[must_use]
    pub(crate) fn flush(&self) -> bool {
        self.work.flush()
    }

    pub(super) fn work(&self) -> &Arc<PagingWork> {
        &self.work
    }

    /// Whether nothing is left of it that could be told: the adapter has gone, and all allocations.
    pub(crate) fn is_over(&self) -> bool {
        let is_empty = |bytes: &Atomic<u64>| bytes.load(Relaxed) == 0;
        self.vidmm.gone.load(Relaxed) && self.total.iter().all(is_empty)
    }

    /// Whom the kernel's memory for this process is charged to.
    pub(super) fn group(&self) -> &MemoryGroup {
        &self.group
    }

    /// An allocation of so many bytes comes, which belongs in that group.
    pub(super) fn add_total(&self, group: SegmentGroup, bytes: u64) {
        self.total[index(group)].fetch_add(bytes, Relaxed);
    }

    /// It goes.
    pub(super) fn sub_total(&self, group: SegmentGroup, bytes: u64) {
        self.total[index(group)].fetch_add(bytes.wrapping_neg(), Relaxed);
    }

    /// What the process has of a group.
    pub(crate) fn report(&self, group: SegmentGroup) -> AccountReport {
        let books = self.vidmm.books();
        let share = books.share(self.key(), group);
        AccountReport {
            total: self.total[index(group)].load(Relaxed),
            usage: share.usage,
            listed: share.listed,
            offered: share.offered,
            budget: books.group(group).budget(&share),
        }
    }

    /// What the process may have and has.
    pub(crate) fn info(&self, group: SegmentGroup) -> MemoryInfo {
        let books = self.vidmm.books();
        let (all, share) = (books.group(group), books.share(self.key(), group));
        MemoryInfo {
            budget: all.budget(&share),
            usage: share.usage,
            listed: share.listed,
            reservation: share.reservation,
            reservable: all.reservable(&share),
        }
    }

    /// D3DKMTChangeVideoMemoryReservation: what the process wants to be able to have.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when it is more than can be reserved.
    pub(crate) fn reserve(&self, group: SegmentGroup, bytes: u64) -> NtResult {
        let mut books = self.vidmm.books();
        let share = books.share(self.key(), group);
        if bytes > books.group(group).reservable(&share) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        books.change_share(self.key(), group, |share| share.reservation = bytes);
        Ok(())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let share = self.vidmm.books().close_share(self.key());
        drop(share);
    }
}
