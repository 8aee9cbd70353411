// SPDX-License-Identifier: GPL-2.0

//! Residency: what devices want in the segment (D3DKMTMakeResident, D3DKMTEvict,
//! D3DKMTUpdateAllocationProperty).
//!
//! Each call copies its result to the caller last, when nothing else can fail; if the copy fails, it undoes
//! what it has done.

use super::{
    account::Account,
    backing::Backing,
    placement::Placement,
    residency_tracker::ResidencyTracker,
    work::{
        Movables,
        PagingJob, //
    },
    SegmentGroup,
    Stops,
    VidMm, //
};
use crate::{
    fence::timeline::{
        Operation,
        Timeline, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::killable,
    vidmm::paging_priority::PagingPriority, //
};
use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Arc,
    SetOnce, //
};

/// How often one binding of an allocation is on its device's residency list. Changes only with the residency
/// tracker of the allocation's adapter locked.
pub(crate) struct Residency {
    count: Atomic<u32>,
    /// Bytes that this adds to its process's usage.
    counted: Atomic<u64>,
    /// Set when the binding is mapped, as most never are.
    listed: SetOnce<Arc<Listed>>,
}

/// Whether a binding is on its device's residency list: for engines, which find its mappings.
pub(crate) struct Listed(Atomic<bool>);

impl Listed {
    pub(crate) fn is_listed(&self) -> bool {
        self.0.load(Relaxed)
    }
}

impl Residency {
    pub(crate) const fn new() -> Self {
        Self {
            count: Atomic::new(0),
            counted: Atomic::new(0),
            listed: SetOnce::new(),
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count.load(Relaxed)
    }

    fn set(&self, count: u32) {
        self.count.store(count, Relaxed);
        if let Some(listed) = self.listed.as_ref() {
            listed.0.store(count > 0, Relaxed);
        }
    }
}

/// A binding of an allocation, for a call about residency.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) residency: &'a Residency,
    pub(crate) backing: &'a Arc<Backing>,
}

/// The limit for a process (D3DDDI_MAKERESIDENT_FLAGS).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Its budget.
    Budget,
    /// The whole segment (CantTrimFurther).
    Segment,
}

/// The result of a request for residency.
#[derive(Clone, Copy)]
pub(crate) enum Admission {
    /// Everything is in place when the queue's fence has this value, which it may have already.
    Admitted(Option<u64>),
    /// The process would exceed its limit by this many bytes. Nothing has changed.
    OverBudget(u64),
}

/// Where an allocation's memory is (D3DKMT_ALLOCATIONRESIDENCYSTATUS); the farthest is the greatest.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ResidencyStatus {
    InGpuMemory,
    InSharedMemory,
    NotResident,
}

impl Backing {
    /// D3DKMTQueryAllocationResidency.
    pub(crate) fn residency_status(&self) -> ResidencyStatus {
        match self.placement() {
            Placement::Local => ResidencyStatus::InGpuMemory,
            Placement::System | Placement::UserPages | Placement::Imported => {
                ResidencyStatus::InSharedMemory
            }
            Placement::Unpopulated | Placement::Discarded | Placement::Lost => {
                ResidencyStatus::NotResident
            }
        }
    }

    /// Whether a binding is on its residency list, now and later.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn listed(&self, residency: &Residency) -> NtResult<Arc<Listed>> {
        if residency.listed.as_ref().is_none() {
            let new = Arc::new(Listed(Atomic::new(false)), ACCOUNT)?;
            let _tracker = self.vidmm.tracker();
            new.0.store(residency.count() > 0, Relaxed);
            // `false`: another thread was first.
            residency.listed.populate(new);
        }
        residency
            .listed
            .as_ref()
            .cloned()
            .ok_or(NtStatus::UNSUCCESSFUL)
    }

    /// A binding ends: takes it off its residency list.
    pub(crate) fn unlist(&self, residency: &Residency, account: &Account) {
        if residency.count() > 0 {
            let mut tracker = self.vidmm.tracker();
            residency.set(0);
            tracker.unlist(self.key(), account.key(), residency.counted.load(Relaxed));
        }
    }
}

impl VidMm {
    /// D3DKMTMakeResident: puts bindings of a process on their device's residency list, all or none.
    /// A binding may be on it more than once, and may occur in `list` more than once.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: one of them is offered, or is on the list 2^32 - 1 times.
    /// - DEVICE_REMOVED. NO_MEMORY. Errors of `tell`.
    pub(crate) fn make_resident(
        &self,
        account: &Account,
        list: &[Bound<'_>],
        limit: Limit,
        priority: PagingPriority,
        queue: &Arc<Timeline>,
        tell: impl FnOnce(Admission) -> NtResult,
    ) -> NtResult<Admission> {
        let mut job = PagingJob::new()?;
        for bound in list {
            killable::check()?;
            bound.backing.enter()?;
        }
        let mut wanted = Movables::with_capacity(list.len(), ACCOUNT)?;
        let operation = Timeline::prepare(queue)?;
        let guard = account.work().lock_list_calls()?;
        let result = self.admit(account, list, limit);
        drop(guard);
        if matches!(result, Ok(None)) {
            let collect = |tracker: &mut ResidencyTracker<_>, bound: &Bound<'_>| {
                if is_missing(tracker, bound) {
                    // There is capacity.
                    let _ = wanted.push_within_capacity(bound.backing.clone());
                }
                Ok(())
            };
            // It cannot fail.
            let _ = self.in_pieces(list, Stops::Never, collect);
        }
        // Clients take no other answer than PENDING, also if there is nothing to wait for (cases 331, 332).
        let (admission, operation) = match result? {
            Some(trim) => (Admission::OverBudget(trim), None),
            None => {
                let operation = (!list.is_empty()).then(|| operation.begin());
                let value = operation.as_ref().map(Operation::value);
                (Admission::Admitted(value), operation)
            }
        };
        tell(admission).inspect_err(|_| {
            if matches!(admission, Admission::Admitted(_)) {
                self.withdraw(account, list);
            }
        })?;
        if !wanted.is_empty() {
            job.page_in(wanted);
            account.work().submit(job, priority, operation);
        }
        Ok(admission)
    }

    /// Puts all bindings on the residency list; or none, and returns by how many bytes they exceed the limit.
    fn admit(&self, account: &Account, list: &[Bound<'_>], limit: Limit) -> NtResult<Option<u64>> {
        let before = listed(&self.tracker(), account);
        let put = self.in_pieces(list, Stops::WhenKilled, |tracker, bound| {
            put_on(tracker, account, bound)
        });
        let (after, now) = {
            let tracker = self.tracker();
            (excess(&tracker, account, limit), listed(&tracker, account))
        };
        let (done, result) = match put {
            // A process that asks for no more than it has need not trim.
            Ok(()) if after == 0 || now <= before => return Ok(None),
            Ok(()) => (list.len(), Ok(Some(after))),
            Err((done, status)) => (done, Err(status)),
        };
        self.withdraw(account, &list[..done]);
        result
    }

    /// Takes bindings off the residency list that were just put there.
    fn withdraw(&self, account: &Account, list: &[Bound<'_>]) {
        // Another thread may have taken some off already.
        let _ = self.in_pieces(list, Stops::Never, |tracker, bound| {
            take_off(tracker, account, bound).or(Ok(()))
        });
    }

    /// Puts bindings on the residency list again that were just taken off. What has left the segment meanwhile
    /// comes in again.
    fn put_back(
        &self,
        account: &Account,
        list: &[Bound<'_>],
        mut job: PagingJob,
        mut moved: Movables,
    ) {
        moved.clear();
        let put = |tracker: &mut ResidencyTracker<_>, bound: &Bound<'_>| {
            // Other threads may have put it there too often meanwhile.
            if list_one(tracker, account, bound).is_ok() && is_missing(tracker, bound) {
                // There is capacity.
                let _ = moved.push_within_capacity(bound.backing.clone());
            }
            Ok(())
        };
        // It cannot fail.
        let _ = self.in_pieces(list, Stops::Never, put);
        if !moved.is_empty() {
            job.page_in(moved);
            account.work().submit(job, PagingPriority::Normal, None);
        }
    }

    /// D3DKMTEvict: takes bindings of a process off their device's residency list, all or none. An allocation
    /// that is on no list any more is evicted from the segment, soon or only when the room is needed. `tell`
    /// gets how many bytes the process has to trim to be within its budget.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: one of them is not on the list that often. NO_MEMORY. Errors of `tell`. INTERRUPTED:
    /// the process is being killed.
    pub(crate) fn evict(
        &self,
        account: &Account,
        list: &[Bound<'_>],
        only_if_necessary: bool,
        tell: impl FnOnce(u64) -> NtResult,
    ) -> NtResult {
        let mut job = PagingJob::new()?;
        let mut unwanted = Movables::with_capacity(list.len(), ACCOUNT)?;
        let guard = account.work().lock_list_calls()?;
        let taken = self.in_pieces(list, Stops::WhenKilled, |tracker, bound| {
            take_off(tracker, account, bound)
        });
        if let Err((done, status)) = taken {
            self.put_back(account, &list[..done], job, unwanted);
            return Err(status);
        }
        drop(guard);
        if !only_if_necessary {
            let collect = |tracker: &mut ResidencyTracker<_>, bound: &Bound<'_>| {
                let known = tracker.residency_info(bound.backing.key());
                if known.is_some_and(|known| known.listed == 0) {
                    // There is capacity.
                    let _ = unwanted.push_within_capacity(bound.backing.clone());
                }
                Ok(())
            };
            // It cannot fail.
            let _ = self.in_pieces(list, Stops::Never, collect);
        }
        let trim = excess(&self.tracker(), account, Limit::Budget);
        if let Err(status) = tell(trim) {
            // Others may have seen them off the list: the lock is not held while the caller is told.
            let _guard = account.work().lock_list_calls().ok();
            self.put_back(account, list, job, unwanted);
            return Err(status);
        }
        if !unwanted.is_empty() {
            job.evict(unwanted);
            account.work().submit(job, PagingPriority::Normal, None);
        }
        Ok(())
    }

    /// D3DKMTUpdateAllocationProperty: from now on the allocation is to be in the segment when it is used, or
    /// is to stay out of it. `tell` gets the value of the queue's fence at which it is in place, or nothing if
    /// it already is.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: it is offered. DEVICE_REMOVED. Errors of `tell`.
    /// - NO_MEMORY: none is left; or it is on the residency list, and would exceed the process's budget.
    pub(crate) fn update_allocation_property(
        &self,
        account: &Account,
        bound: Bound<'_>,
        in_segment: bool,
        priority: PagingPriority,
        queue: &Arc<Timeline>,
        tell: impl FnOnce(Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        let backing = bound.backing;
        let mut job = PagingJob::new()?;
        backing.enter()?;
        let mut moved = Movables::with_capacity(1, ACCOUNT)?;
        moved.push(backing.clone(), ACCOUNT)?;
        let operation = Timeline::prepare(queue)?;

        let mut tracker = self.tracker();
        let known = tracker.residency_info(backing.key());
        let known = known.ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.offer.is_some() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let before = excess(&tracker, account, Limit::Budget);
        let was = set_stays_out(&mut tracker, account, &bound, !in_segment);
        let after = excess(&tracker, account, Limit::Budget);
        if after > before {
            set_stays_out(&mut tracker, account, &bound, was);
            return Err(NtStatus::NO_MEMORY);
        }
        let is_in = tracker.is_in_segment(backing.key());
        drop(tracker);

        let moves = match backing.belongs_in_segment() {
            true => known.listed > 0 && !is_in,
            false => is_in,
        };
        let operation = moves.then(|| operation.begin());
        let value = operation.as_ref().map(Operation::value);
        tell(value).inspect_err(|_| {
            set_stays_out(&mut self.tracker(), account, &bound, was);
        })?;
        if moves {
            match in_segment {
                true => job.page_in(moved),
                false => job.evict(moved),
            }
            account.work().submit(job, priority, operation);
        }
        Ok(value)
    }
}

/// The process's bytes that count as resident.
fn listed(tracker: &ResidencyTracker<Arc<Backing>>, account: &Account) -> u64 {
    tracker
        .process_usage(account.key(), SegmentGroup::Local)
        .listed
}

/// By how many bytes the process exceeds its limit.
fn excess(tracker: &ResidencyTracker<Arc<Backing>>, account: &Account, limit: Limit) -> u64 {
    let (all, process) = (
        tracker.group(SegmentGroup::Local),
        tracker.process_usage(account.key(), SegmentGroup::Local),
    );
    let limit = match limit {
        Limit::Budget => all.budget(&process),
        Limit::Segment => all.size(),
    };
    process.listed.saturating_sub(limit)
}

/// Whether an allocation belongs in the segment, and is not there.
fn is_missing(tracker: &ResidencyTracker<Arc<Backing>>, bound: &Bound<'_>) -> bool {
    bound.backing.belongs_in_segment() && !tracker.is_in_segment(bound.backing.key())
}

fn put_on(
    tracker: &mut ResidencyTracker<Arc<Backing>>,
    account: &Account,
    bound: &Bound<'_>,
) -> NtResult {
    let known = tracker.residency_info(bound.backing.key());
    let known = known.ok_or(NtStatus::DEVICE_REMOVED)?;
    if known.offer.is_some() {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    list_one(tracker, account, bound)
}

fn list_one(
    tracker: &mut ResidencyTracker<Arc<Backing>>,
    account: &Account,
    bound: &Bound<'_>,
) -> NtResult {
    let residency = bound.residency;
    let count = residency.count();
    residency.set(count.checked_add(1).ok_or(NtStatus::INVALID_PARAMETER)?);
    if count == 0 {
        let bytes = tracker.list(bound.backing.key(), account.key());
        residency.counted.store(bytes, Relaxed);
    }
    Ok(())
}

fn take_off(
    tracker: &mut ResidencyTracker<Arc<Backing>>,
    account: &Account,
    bound: &Bound<'_>,
) -> NtResult {
    let residency = bound.residency;
    let count = residency.count().checked_sub(1);
    let count = count.ok_or(NtStatus::INVALID_PARAMETER)?;
    residency.set(count);
    if count == 0 {
        let bytes = residency.counted.load(Relaxed);
        tracker.unlist(bound.backing.key(), account.key(), bytes);
    }
    Ok(())
}

/// Keeps an allocation out of the segment from now on, or no longer; returns whether it was kept out before.
/// Other bindings on a residency list keep counting as many bytes as they did.
fn set_stays_out(
    tracker: &mut ResidencyTracker<Arc<Backing>>,
    account: &Account,
    bound: &Bound<'_>,
    out: bool,
) -> bool {
    let (backing, residency) = (bound.backing, bound.residency);
    let key = backing.key();
    let was = backing.stays_out.load(Relaxed);
    backing.stays_out.store(out, Relaxed);
    let bytes = match backing.belongs_in_segment() {
        true => backing.bytes(),
        false => 0,
    };
    tracker.set_bytes(key, bytes);
    if residency.count() > 0 {
        tracker.unlist(key, account.key(), residency.counted.load(Relaxed));
        residency
            .counted
            .store(tracker.list(key, account.key()), Relaxed);
    }
    was
}
