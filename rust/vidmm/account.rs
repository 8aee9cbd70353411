// SPDX-License-Identifier: GPL-2.0

//! [`Account`]: one process on one adapter, to whom memory is charged.

use super::{
    residency_tracker::{
        index,
        Key,
        NewProcessUsage, //
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
        memcg::Memcg,
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
    group: Memcg,
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
                group: Memcg::current(),
                total: [Atomic::new(0), Atomic::new(0)],
                work,
            },
            ACCOUNT,
        )?;
        let process = NewProcessUsage::new(account.key(), sys::current_uid(), ACCOUNT)?;
        let unused = account.vidmm.tracker().add_process(process);
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
    pub(super) fn group(&self) -> &Memcg {
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
        let tracker = self.vidmm.tracker();
        let process = tracker.process_usage(self.key(), group);
        AccountReport {
            total: self.total[index(group)].load(Relaxed),
            usage: process.usage,
            listed: process.listed,
            offered: process.offered,
            budget: tracker.group(group).budget(&process),
        }
    }

    /// What the process may have and has.
    pub(crate) fn info(&self, group: SegmentGroup) -> MemoryInfo {
        let tracker = self.vidmm.tracker();
        let (all, process) = (
            tracker.group(group),
            tracker.process_usage(self.key(), group),
        );
        MemoryInfo {
            budget: all.budget(&process),
            usage: process.usage,
            listed: process.listed,
            reservation: process.reservation,
            reservable: all.reservable(&process),
        }
    }

    /// D3DKMTChangeVideoMemoryReservation: what the process wants to be able to have.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when it is more than can be reserved.
    pub(crate) fn set_reservation(&self, group: SegmentGroup, bytes: u64) -> NtResult {
        let mut tracker = self.vidmm.tracker();
        let process = tracker.process_usage(self.key(), group);
        if bytes > tracker.group(group).reservable(&process) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        tracker.change_usage(self.key(), group, |process| process.reservation = bytes);
        Ok(())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let process = self.vidmm.tracker().remove_process(self.key());
        drop(process);
    }
}
