// SPDX-License-Identifier: GPL-2.0

//! Offers: memory whose contents its owner can afford to lose (D3DKMTOfferAllocations,
//! D3DKMTReclaimAllocations2).

use super::{
    account::Account,
    backing::{
        AllowedPlacement,
        Backing,
        State, //
    },
    lru_key::OfferPriority,
    placement::Placement,
    residency::Bound,
    residency_tracker::ResidencyTracker,
    work::{
        Movables,
        PagingJob, //
    },
    Commitment,
    SegmentGroup,
    Stops, //
};
use crate::{
    fence::timeline::{
        Operation,
        Timeline, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::killable,
    vidmm::paging_priority::PagingPriority, //
};
use kernel::sync::{
    atomic::Relaxed,
    Arc, //
};

/// The state of a reclaimed allocation (D3DDDI_RECLAIM_RESULT); the worst is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reclaimed {
    /// Its contents are intact.
    Ok,
    /// It has memory, all zero.
    Discarded,
    /// It has no memory: it has to be destroyed.
    NotCommitted,
}

/// What the reclaim has done so far about one allocation.
struct Step {
    reclaimed: Reclaimed,
    /// The offer that was withdrawn.
    offer: Option<OfferPriority>,
    /// Its memory was committed again.
    recommitted: bool,
}

impl Account {
    /// D3DKMTOfferAllocations: offers all of them, or none. Offering an offered allocation changes its
    /// priority.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the CPU holds locks on one of them; or VidMm does not manage its memory.
    /// - DEVICE_REMOVED. NO_MEMORY. INTERRUPTED.
    pub(crate) fn offer(
        &self,
        list: &[Bound<'_>],
        priority: OfferPriority,
        may_decommit: bool,
    ) -> NtResult {
        for bound in list {
            if matches!(bound.backing.allowed, AllowedPlacement::Fixed) {
                return Err(NtStatus::INVALID_PARAMETER);
            }
            killable::check()?;
            bound.backing.enter()?;
        }
        // From the first check on, the CPU takes no lock.
        let _guard = self.work().lock_list_calls()?;
        let look = |tracker: &mut ResidencyTracker<_>, bound: &Bound<'_>| {
            let known = tracker.residency_info(bound.backing.key());
            match known.ok_or(NtStatus::DEVICE_REMOVED)?.locks {
                0 => Ok(()),
                _ => Err(NtStatus::INVALID_PARAMETER),
            }
        };
        let vidmm = &self.vidmm;
        vidmm
            .in_pieces(list, Stops::WhenKilled, look)
            .and_then(|()| {
                // A process being killed loses its allocations anyway.
                vidmm.in_pieces(list, Stops::WhenKilled, |tracker, bound| {
                    bound.backing.may_decommit.store(may_decommit, Relaxed);
                    tracker.set_offer(bound.backing.key(), Some(priority));
                    Ok(())
                })
            })
            .map_err(|(_, status)| status)
    }

    /// D3DKMTReclaimAllocations2: withdraws offers. What is on the residency list of the binding's device is
    /// paged in again. `tell` gets the result for each allocation, and the value of the queue's fence at which
    /// they are in the segment; if it fails, all are offered as before.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED. NO_MEMORY. INTERRUPTED. Errors of `tell`.
    pub(crate) fn reclaim(
        &self,
        list: &[Bound<'_>],
        priority: PagingPriority,
        queue: &Arc<Timeline>,
        tell: impl FnOnce(&[Reclaimed], Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        let mut job = PagingJob::new()?;
        let mut steps = KVVec::with_capacity(list.len(), ACCOUNT)?;
        let mut results = KVVec::with_capacity(list.len(), ACCOUNT)?;
        let mut wanted = Movables::with_capacity(list.len(), ACCOUNT)?;
        let operation = Timeline::prepare(queue)?;

        let mut failed = Ok(());
        for bound in list {
            let step = killable::check().map_err(NtStatus::from);
            match step.and_then(|()| bound.backing.begin_reclaim()) {
                Ok(step) => {
                    // There is capacity, here and below.
                    let _ = results.push_within_capacity(step.reclaimed);
                    if bound.is_missing() && step.reclaimed != Reclaimed::NotCommitted {
                        let _ = wanted.push_within_capacity(bound.backing.clone());
                    }
                    let _ = steps.push_within_capacity(step);
                }
                Err(status) => {
                    failed = Err(status);
                    break;
                }
            }
        }
        let operation = (!wanted.is_empty()).then(|| operation.begin());
        let value = operation.as_ref().map(Operation::value);
        if let Err(status) = failed.and_then(|()| tell(&results, value)) {
            for (bound, step) in list.iter().zip(steps) {
                bound.backing.cancel_reclaim(step);
            }
            return Err(status);
        }
        for (bound, step) in list.iter().zip(steps) {
            bound.backing.end_reclaim(step);
        }
        if operation.is_some() {
            job.page_in(wanted);
            self.work().submit(job, priority, operation);
        }
        Ok(value)
    }
}

impl Bound<'_> {
    /// Whether its device wants it in the segment, but it is not there.
    fn is_missing(&self) -> bool {
        let listed = self.residency.count() > 0;
        listed && self.backing.belongs_in_segment() && self.backing.placement() != Placement::Local
    }
}

impl Backing {
    /// Withdraws the offer of an allocation that still has its contents. One that has lost them stays offered,
    /// but is committed again.
    fn begin_reclaim(&self) -> NtResult<Step> {
        // The lock keeps it from being discarded meanwhile.
        let mut paging = self.vidmm.lock_paging()?;
        let inner = self.inner(&mut paging);
        let unchanged = |reclaimed| Step {
            reclaimed,
            offer: None,
            recommitted: false,
        };
        match inner.state.placement() {
            Placement::Lost => Err(NtStatus::DEVICE_REMOVED),
            Placement::Discarded => {
                if inner.commitment.is_some() {
                    return Ok(unchanged(Reclaimed::Discarded));
                }
                let Ok(again) = self.recommit() else {
                    return Ok(unchanged(Reclaimed::NotCommitted));
                };
                inner.commitment = Some(again);
                Ok(Step {
                    recommitted: true,
                    ..unchanged(Reclaimed::Discarded)
                })
            }
            _ => {
                let mut tracker = self.vidmm.tracker();
                let offer = tracker
                    .residency_info(self.key())
                    .and_then(|known| known.offer);
                if offer.is_some() {
                    tracker.set_offer(self.key(), None);
                }
                Ok(Step {
                    offer,
                    ..unchanged(Reclaimed::Ok)
                })
            }
        }
    }

    fn recommit(&self) -> NtResult<Commitment> {
        let (group, bytes) = (SegmentGroup::Local, self.bytes());
        self.vidmm.commit(&self.account, group, bytes)
    }

    /// The caller got the result: an allocation that has lost its contents is as new.
    fn end_reclaim(&self, step: Step) {
        if step.reclaimed != Reclaimed::Discarded {
            return;
        }
        let mut paging = self.vidmm.paging.lock();
        let inner = self.inner(&mut paging);
        // Another thread may have done this, or the adapter was unplugged.
        if inner.state.placement() == Placement::Discarded {
            // The commitment that this thread found may have gone with another thread's failed reclaim.
            if inner.commitment.is_none() {
                let Ok(again) = self.recommit() else {
                    return;
                };
                inner.commitment = Some(again);
            }
            let nothing = self.set_state(inner, State::Unpopulated, [0, 0]);
            self.vidmm.tracker().set_offer(self.key(), None);
            drop(paging);
            drop(nothing);
        }
    }

    /// The caller could not get the result: the allocation is offered again.
    fn cancel_reclaim(&self, step: Step) {
        if step.recommitted {
            let mut paging = self.vidmm.paging.lock();
            let inner = self.inner(&mut paging);
            // Unless another thread's reclaim has made use of it.
            let is_unused = inner.state.placement() == Placement::Discarded;
            let commitment = is_unused.then(|| inner.commitment.take());
            drop(paging);
            drop(commitment);
        }
        let mut tracker = self.vidmm.tracker();
        let known = tracker.residency_info(self.key());
        // Unless the CPU has locked it meanwhile.
        if step.offer.is_some() && known.is_some_and(|known| known.locks == 0) {
            tracker.set_offer(self.key(), step.offer);
        }
    }

    /// The CPU locks it.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER while it is offered; DEVICE_REMOVED; NO_MEMORY; INTERRUPTED.
    pub(crate) fn lock(self: &Arc<Self>) -> NtResult {
        self.enter()?;
        let _guard = self.account.work().lock_list_calls()?;
        let mut tracker = self.vidmm.tracker();
        let known = tracker
            .residency_info(self.key())
            .ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.offer.is_some() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        tracker.lock(self.key());
        Ok(())
    }

    /// The CPU releases `count` locks.
    pub(crate) fn unlock(&self, count: u32) {
        self.vidmm.tracker().unlock(self.key(), count);
    }
}
