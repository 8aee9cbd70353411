// SPDX-License-Identifier: GPL-2.0

//! What VidMm reclaims when the system runs short of memory: offered memory, and idle memory.

use super::{
    lru::Surplus,
    paging::Urgency,
    VidMm, //
};
use crate::sys::{
    self,
    shrinker::Reclaimable,
    PAGE_SIZE, //
};
use kernel::sync::atomic::Relaxed;

impl Reclaimable for VidMm {
    fn count(&self) -> usize {
        let [offered, idle] = self.reclaimable.each_ref().map(|bytes| bytes.load(Relaxed));
        let bytes = match sys::can_swap() {
            true => offered.saturating_add(idle),
            false => offered,
        };
        let pages = usize::try_from(bytes).unwrap_or(usize::MAX) / PAGE_SIZE;
        // Pages that earlier scans have accepted do not count again.
        pages.saturating_sub(self.wanted.load(Relaxed))
    }

    /// The worker reclaims: direct reclaim can neither wait for the paging lock nor free memory of a device.
    fn scan(&self, pages: usize) -> usize {
        let pages = pages.min(self.count());
        if pages > 0 {
            self.wanted.fetch_add(pages, Relaxed);
            self.worker.wake();
        }
        pages
    }
}

impl VidMm {
    /// Reclaims one allocation. Idle memory only leaves the segment if it can be swapped out. Returns whether
    /// more is wanted.
    pub(super) fn shrink(&self) -> bool {
        let missing = self.wanted.load(Relaxed);
        if missing == 0 {
            return false;
        }
        let surplus = self.tracker().surplus(sys::can_swap());
        let backing = match surplus {
            Surplus::Found(backing) => backing,
            Surplus::GoOn => return true,
            Surplus::Nothing => {
                self.wanted.store(0, Relaxed);
                return false;
            }
        };
        let given = match backing.residency_info() {
            Some(known) if known.offer.is_some() => backing.discard(),
            Some(known) if known.listed == 0 => backing.evict(Urgency::Others),
            _ => Ok(()),
        };
        if given.is_err() {
            // The next call tries another one.
            self.tracker().touch(backing.key());
        }
        let pages = usize::try_from(backing.bytes()).unwrap_or(usize::MAX) / PAGE_SIZE;
        let left = missing.saturating_sub(pages);
        // Requests made meanwhile remain.
        self.wanted.fetch_sub(missing - left, Relaxed);
        if left == 0 {
            self.tracker().end_walk();
        }
        left > 0
    }
}
