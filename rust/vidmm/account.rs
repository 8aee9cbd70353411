// SPDX-License-Identifier: GPL-2.0

//! [`Account`]: a process on an adapter, to which memory is charged.

use super::{
    lru::Key,
    residency_tracker::{
        index,
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
    /// The process's description in traces.
    owner: trace::Owner,
    /// The process's memcg when it began to use the adapter.
    memcg: Memcg,
    /// Bytes of all its allocations, by group.
    total: [Atomic<u64>; 2],
    /// The process's paging work.
    work: Arc<PagingWork>,
}

/// A process's use of a segment group, in bytes: for people.
pub(crate) struct AccountReport {
    /// The size of all its allocations.
    pub(crate) total: u64,
    /// Bytes that are in memory.
    pub(crate) usage: u64,
    /// Part of `usage`: on residency lists.
    pub(crate) listed: u64,
    /// Part of `usage`: offered.
    pub(crate) offered: u64,
    pub(crate) budget: u64,
}

/// A process's budget and usage of a segment group, in bytes (D3DKMTQueryVideoMemoryInfo).
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
    /// The account of the calling process, which traces call `owner`.
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
                memcg: Memcg::current(),
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

    /// D3DKMTFlushHeapTransitions: waits until all the process's paging work is done. `false` when a signal
    /// came first.
    #[must_use]
    pub(crate) fn flush(&self) -> bool {
        self.work.flush()
    }

    pub(super) fn work(&self) -> &Arc<PagingWork> {
        &self.work
    }

    /// Whether there is nothing left to report: the adapter was unplugged, and all allocations have ended.
    pub(crate) fn is_over(&self) -> bool {
        let is_empty = |bytes: &Atomic<u64>| bytes.load(Relaxed) == 0;
        self.vidmm.removed.load(Relaxed) && self.total.iter().all(is_empty)
    }

    /// The memcg to which the kernel's memory for this process is charged.
    pub(super) fn memcg(&self) -> &Memcg {
        &self.memcg
    }

    /// Calls `f`, whose allocations are charged to the process.
    pub(crate) fn charged<R>(&self, f: impl FnOnce() -> R) -> R {
        self.memcg.while_active(f)
    }

    /// Adds an allocation of that many bytes to the group's total.
    pub(super) fn add_total(&self, group: SegmentGroup, bytes: u64) {
        self.total[index(group)].fetch_add(bytes, Relaxed);
    }

    /// Subtracts it again.
    pub(super) fn sub_total(&self, group: SegmentGroup, bytes: u64) {
        self.total[index(group)].fetch_add(bytes.wrapping_neg(), Relaxed);
    }

    /// The process's use of a group.
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

    /// The process's budget and usage.
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

    /// D3DKMTChangeVideoMemoryReservation: how much the process wants to have available.
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
