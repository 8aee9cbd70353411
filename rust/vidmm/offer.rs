// SPDX-License-Identifier: GPL-2.0

//! Offers: memory whose contents its owner can do without (D3DKMTOfferAllocations,
//! D3DKMTReclaimAllocations2).

use super::{
    backing::{
        Backing,
        State, //
    },
    place::Place,
    rank::OfferPriority,
    SegmentGroup, //
};
use crate::status::{
    NtResult,
    NtStatus, //
};
use kernel::sync::Arc;

/// What a reclaimed allocation has (D3DDDI_RECLAIM_RESULT).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Reclaimed {
    /// Its contents.
    Ok,
    /// Memory, all zero.
    Discarded,
    /// No memory: it has to be destroyed.
    NotCommitted,
}

impl Backing {
    /// D3DKMTOfferAllocations. An offer of what is offered changes the priority.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the CPU has locks on it; or it is no memory of VidMm's.
    /// - DEVICE_REMOVED. NO_MEMORY.
    pub(crate) fn offer(
        self: &Arc<Self>,
        priority: OfferPriority,
        may_decommit: bool,
    ) -> NtResult {
        let stay = self.vidmm.provider.stay()?;
        self.enter(&stay)?;
        let mut inner = self.inner.lock();
        if matches!(inner.state.place(), Place::UserPages | Place::Imported) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let mut books = self.vidmm.books.lock();
        let known = books.standing(self.key()).ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.locks > 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        inner.may_decommit = may_decommit;
        books.set_offer(self.key(), Some(priority));
        Ok(())
    }

    /// Takes an offer back.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED.
    pub(crate) fn reclaim(&self) -> NtResult<Reclaimed> {
        let _stay = self.vidmm.provider.stay()?;
        let turn = self.vidmm.turns.take();
        let reclaimed = match self.place() {
            Place::Lost => return Err(NtStatus::DEVICE_REMOVED),
            Place::Discarded => {
                if self.inner.lock().commitment.is_none() {
                    let Ok(again) = self.vidmm.commit(SegmentGroup::Local, self.bytes()) else {
                        return Ok(Reclaimed::NotCommitted);
                    };
                    self.inner.lock().commitment = Some(again);
                }
                self.go(&turn, State::Untouched, [0, 0])?;
                Reclaimed::Discarded
            }
            _ => Reclaimed::Ok,
        };
        self.vidmm.books.lock().set_offer(self.key(), None);
        Ok(reclaimed)
    }

    /// The CPU takes a lock.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER while it is offered; DEVICE_REMOVED; NO_MEMORY.
    pub(crate) fn lock(self: &Arc<Self>) -> NtResult {
        let stay = self.vidmm.provider.stay()?;
        self.enter(&stay)?;
        let mut books = self.vidmm.books.lock();
        let known = books.standing(self.key()).ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.offer.is_some() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        books.lock(self.key());
        Ok(())
    }

    /// The CPU gives `count` locks back.
    pub(crate) fn unlock(&self, count: u32) {
        self.vidmm.books.lock().unlock(self.key(), count);
    }
}
