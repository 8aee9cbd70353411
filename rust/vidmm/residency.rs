// SPDX-License-Identifier: GPL-2.0

//! Residency: what devices want to have in the segment (D3DKMTMakeResident, D3DKMTEvict,
//! D3DKMTUpdateAllocationProperty).
//!
//! Each call has the caller told its answer when it can't fail any more but for that; if that fails,
//! it takes back what it has done.

use super::{
    account::Account,
    backing::Backing,
    books::Books,
    place::Place,
    work::{
        Movables,
        Order, //
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
    Arc, //
};

/// How often one binding of an allocation is on its device's residency list. It only changes with the
/// books of the allocation's adapter locked.
pub(crate) struct Residency {
    count: Atomic<u32>,
    /// Bytes that count in its process's share for that.
    counted: Atomic<u64>,
}

impl Residency {
    pub(crate) const fn new() -> Self {
        Self {
            count: Atomic::new(0),
            counted: Atomic::new(0),
        }
    }

    pub(super) fn count(&self) -> u32 {
        self.count.load(Relaxed)
    }

    fn set(&self, count: u32) {
        self.count.store(count, Relaxed);
    }
}

/// A binding of an allocation, for a call about residency.
#[derive(Clone, Copy)]
pub(crate) struct Bound<'a> {
    pub(crate) residency: &'a Residency,
    pub(crate) backing: &'a Arc<Backing>,
}

/// How far a process may go (D3DDDI_MAKERESIDENT_FLAGS).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Limit {
    /// Its budget.
    Budget,
    /// The whole segment (CantTrimFurther).
    Segment,
}

/// What became of a wish.
#[derive(Clone, Copy)]
pub(crate) enum Admission {
    /// Everything is where it should be, or will be when the queue's fence has this value.
    Admitted(Option<u64>),
    /// The process would be over its limit, by so many bytes. Nothing has changed.
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
        match self.place() {
            Place::Local => ResidencyStatus::InGpuMemory,
            Place::System | Place::UserPages | Place::Imported => ResidencyStatus::InSharedMemory,
            Place::Untouched | Place::Discarded | Place::Lost => ResidencyStatus::NotResident,
        }
    }

    /// A binding ends: it is on no list any more.
    pub(crate) fn unlist(&self, residency: &Residency, account: &Account) {
        if residency.count() > 0 {
            let mut books = self.vidmm.books();
            residency.set(0);
            books.unlist(self.key(), account.key(), residency.counted.load(Relaxed));
        }
    }
}

impl VidMm {
    /// D3DKMTMakeResident: puts bindings of a process on their device's residency list, all or none.
    /// A binding may be there more than once, and in the list as well.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: one of them is offered, or is on the list 2^32 - 1 times.
    /// - DEVICE_REMOVED. NO_MEMORY. What `tell` says.
    pub(crate) fn make_resident(
        &self,
        account: &Account,
        list: &[Bound<'_>],
        limit: Limit,
        priority: PagingPriority,
        queue: &Arc<Timeline>,
        tell: impl FnOnce(Admission) -> NtResult,
    ) -> NtResult<Admission> {
        let mut order = Order::new()?;
        for bound in list {
            killable::check()?;
            bound.backing.enter()?;
        }
        let mut wanted = Movables::with_capacity(list.len(), ACCOUNT)?;
        let operation = Timeline::prepare(queue)?;
        let turn = account.work().turn()?;
        let result = self.admit(account, list, limit);
        drop(turn);
        if matches!(result, Ok(None)) {
            let collect = |books: &mut Books<_>, bound: &Bound<'_>| {
                if bound.backing.belongs_in_segment() && !books.is_in_segment(bound.backing.key()) {
                    // There is room.
                    let _ = wanted.push_within_capacity(bound.backing.clone());
                }
                Ok(())
            };
            // It never fails.
            let _ = self.in_pieces(list, Stops::Never, collect);
        }
        let operation = (!wanted.is_empty()).then(|| operation.begin());
        let admission = match result? {
            Some(trim) => Admission::OverBudget(trim),
            None => Admission::Admitted(operation.as_ref().map(Operation::value)),
        };
        tell(admission).inspect_err(|_| {
            if matches!(admission, Admission::Admitted(_)) {
                self.withdraw(account, list);
            }
        })?;
        if operation.is_some() {
            order.bring_in(wanted);
            account.work().submit(order, priority, operation);
        }
        Ok(admission)
    }

    /// Puts all bindings on the list; or none, and says by how many bytes they are too many.
    fn admit(&self, account: &Account, list: &[Bound<'_>], limit: Limit) -> NtResult<Option<u64>> {
        let before = listed(&self.books(), account);
        let put = self.in_pieces(list, Stops::WhenKilled, |books, bound| {
            put_on(books, account, bound)
        });
        let (after, now) = {
            let books = self.books();
            (excess(&books, account, limit), listed(&books, account))
        };
        let (done, result) = match put {
            // Who only asks for what it has is not asked to trim.
            Ok(()) if after == 0 || now <= before => return Ok(None),
            Ok(()) => (list.len(), Ok(Some(after))),
            Err((done, status)) => (done, Err(status)),
        };
        self.withdraw(account, &list[..done]);
        result
    }

    /// Takes bindings off the list that were put there just now.
    fn withdraw(&self, account: &Account, list: &[Bound<'_>]) {
        // What another thread has taken off is not there any more.
        let _ = self.in_pieces(list, Stops::Never, |books, bound| {
            take_off(books, account, bound).or(Ok(()))
        });
    }

    /// Puts bindings on the list again that were taken off just now.
    fn put_back(&self, account: &Account, list: &[Bound<'_>]) {
        // They were there, so there is room for them.
        let _ = self.in_pieces(list, Stops::Never, |books, bound| {
            list_one(books, account, bound)
        });
    }

    /// D3DKMTEvict: takes bindings of a process off their device's residency list, all or none. What is on
    /// none any more is put out of the segment, soon or only when the room is needed. `tell` gets
    /// how many bytes the process has to trim to be within its budget.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: one of them is not on the list as often. NO_MEMORY. What `tell` says.
    pub(crate) fn evict(
        &self,
        account: &Account,
        list: &[Bound<'_>],
        only_if_necessary: bool,
        tell: impl FnOnce(u64) -> NtResult,
    ) -> NtResult {
        let mut order = Order::new()?;
        let mut unwanted = Movables::with_capacity(list.len(), ACCOUNT)?;
        self.in_pieces(list, Stops::WhenKilled, |books, bound| {
            take_off(books, account, bound)
        })
        .map_err(|(done, status)| {
            self.put_back(account, &list[..done]);
            status
        })?;
        if !only_if_necessary {
            let collect = |books: &mut Books<_>, bound: &Bound<'_>| {
                let known = books.standing(bound.backing.key());
                if known.is_some_and(|known| known.listed == 0) {
                    // There is room.
                    let _ = unwanted.push_within_capacity(bound.backing.clone());
                }
                Ok(())
            };
            // It never fails.
            let _ = self.in_pieces(list, Stops::Never, collect);
        }
        let trim = excess(&self.books(), account, Limit::Budget);
        tell(trim).inspect_err(|_| self.put_back(account, list))?;
        if !unwanted.is_empty() {
            order.put_out(unwanted);
            account.work().submit(order, PagingPriority::Normal, None);
        }
        Ok(())
    }

    /// D3DKMTUpdateAllocationProperty: from now on the allocation is to be in the segment when it is
    /// wanted, or is to stay out of it. `tell` gets the value that the queue's fence has when it is
    /// there, or nothing if it is there now.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: it is offered. DEVICE_REMOVED. What `tell` says.
    /// - NO_MEMORY: none is left; or it is on the list, and would be too much for the process's budget.
    pub(crate) fn place(
        &self,
        account: &Account,
        bound: Bound<'_>,
        in_segment: bool,
        priority: PagingPriority,
        queue: &Arc<Timeline>,
        tell: impl FnOnce(Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        let backing = bound.backing;
        let mut order = Order::new()?;
        backing.enter()?;
        let mut moved = Movables::with_capacity(1, ACCOUNT)?;
        moved.push(backing.clone(), ACCOUNT)?;
        let operation = Timeline::prepare(queue)?;

        let mut books = self.books();
        let known = books.standing(backing.key());
        let known = known.ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.offer.is_some() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let before = excess(&books, account, Limit::Budget);
        let was = keep_out(&mut books, account, &bound, !in_segment);
        let after = excess(&books, account, Limit::Budget);
        if after > before {
            keep_out(&mut books, account, &bound, was);
            return Err(NtStatus::NO_MEMORY);
        }
        let is_in = books.is_in_segment(backing.key());
        drop(books);

        let moves = match backing.belongs_in_segment() {
            true => known.listed > 0 && !is_in,
            false => is_in,
        };
        let operation = moves.then(|| operation.begin());
        let value = operation.as_ref().map(Operation::value);
        tell(value).inspect_err(|_| {
            keep_out(&mut self.books(), account, &bound, was);
        })?;
        if moves {
            match in_segment {
                true => order.bring_in(moved),
                false => order.put_out(moved),
            }
            account.work().submit(order, priority, operation);
        }
        Ok(value)
    }
}

/// Bytes of the process that count as resident.
fn listed(books: &Books<Arc<Backing>>, account: &Account) -> u64 {
    books.share(account.key(), SegmentGroup::Local).listed
}

/// By how many bytes the process is over its limit.
fn excess(books: &Books<Arc<Backing>>, account: &Account, limit: Limit) -> u64 {
    let (all, share) = (
        books.group(SegmentGroup::Local),
        books.share(account.key(), SegmentGroup::Local),
    );
    let limit = match limit {
        Limit::Budget => all.budget(&share),
        Limit::Segment => all.size(),
    };
    share.listed.saturating_sub(limit)
}

fn put_on(books: &mut Books<Arc<Backing>>, account: &Account, bound: &Bound<'_>) -> NtResult {
    let known = books.standing(bound.backing.key());
    let known = known.ok_or(NtStatus::DEVICE_REMOVED)?;
    if known.offer.is_some() {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    list_one(books, account, bound)
}

fn list_one(books: &mut Books<Arc<Backing>>, account: &Account, bound: &Bound<'_>) -> NtResult {
    let residency = bound.residency;
    let count = residency.count();
    residency.set(count.checked_add(1).ok_or(NtStatus::INVALID_PARAMETER)?);
    if count == 0 {
        let bytes = books.list(bound.backing.key(), account.key());
        residency.counted.store(bytes, Relaxed);
    }
    Ok(())
}

fn take_off(books: &mut Books<Arc<Backing>>, account: &Account, bound: &Bound<'_>) -> NtResult {
    let residency = bound.residency;
    let count = residency.count().checked_sub(1);
    let count = count.ok_or(NtStatus::INVALID_PARAMETER)?;
    residency.set(count);
    if count == 0 {
        let bytes = residency.counted.load(Relaxed);
        books.unlist(bound.backing.key(), account.key(), bytes);
    }
    Ok(())
}

/// Keeps an allocation out of the segment from now on, or no more; the result is whether it was kept out
/// before. Other bindings that are on a list count for what they counted.
fn keep_out(
    books: &mut Books<Arc<Backing>>,
    account: &Account,
    bound: &Bound<'_>,
    out: bool,
) -> bool {
    let (backing, residency) = (bound.backing, bound.residency);
    let key = backing.key();
    let was = backing.kept_out.load(Relaxed);
    backing.kept_out.store(out, Relaxed);
    let bytes = match backing.belongs_in_segment() {
        true => backing.bytes(),
        false => 0,
    };
    books.set_bytes(key, bytes);
    if residency.count() > 0 {
        books.unlist(key, account.key(), residency.counted.load(Relaxed));
        residency
            .counted
            .store(books.list(key, account.key()), Relaxed);
    }
    was
}
