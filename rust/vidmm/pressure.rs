// SPDX-License-Identifier: GPL-2.0

//! What VidMm gives back when the system runs short of memory: what is offered, and what is idle.

use super::VidMm;
use crate::sys::{
    self,
    shrinker::Reserve,
    PAGE_SIZE, //
};
use kernel::sync::atomic::Relaxed;

impl Reserve for VidMm {
    fn pages(&self) -> usize {
        let bytes = self.books.lock().spare(sys::can_swap());
        usize::try_from(bytes).unwrap_or(usize::MAX) / PAGE_SIZE
    }

    /// The worker does it: whoever is short of memory can neither wait for a turn nor free memory of a
    /// device.
    fn give_back(&self, pages: usize) -> usize {
        self.wanted.fetch_add(pages, Relaxed);
        self.worker.wake();
        pages
    }
}

impl VidMm {
    /// Gives about so many pages back. What is idle only leaves the segment if it can be swapped out.
    pub(super) fn relieve(&self, pages: usize) {
        let mut missing = pages;
        let mut after = None;
        while missing > 0 {
            let Ok(stay) = self.provider.stay() else {
                return;
            };
            let Some((at, backing)) = self.books.lock().surplus(after, sys::can_swap()) else {
                return;
            };
            after = Some(at);
            let turn = self.turns.take();
            let given = match backing.standing() {
                Some(known) if known.offer.is_some() => backing.discard(&turn),
                Some(known) if known.listed == 0 && known.locks == 0 => {
                    backing.put_out(&stay, &turn)
                }
                _ => continue,
            };
            if given.is_ok() {
                let bytes = usize::try_from(backing.bytes()).unwrap_or(usize::MAX);
                missing = missing.saturating_sub(bytes / PAGE_SIZE);
            }
        }
    }
}
