// SPDX-License-Identifier: GPL-2.0

//! Residency: what devices want to have in the segment (D3DKMTMakeResident, D3DKMTEvict).

use super::{
    account::Account,
    backing::{
        Backing,
        Home, //
    },
    books::Books,
    place::Place,
    SegmentGroup,
    VidMm, //
};
use crate::{
    core::paging_priority::PagingPriority,
    fence::timeline::Timeline,
    mem::{
        KVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    }, //
};

/// How often one binding of an allocation is on its device's residency list. It only changes with the
/// books of the allocation's adapter locked.
pub(crate) struct Residency(Atomic<u32>);

impl Residency {
    pub(crate) const fn new() -> Self {
        Self(Atomic::new(0))
    }

    fn count(&self) -> u32 {
        self.0.load(Relaxed)
    }

    fn set(&self, count: u32) {
        self.0.store(count, Relaxed);
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
pub(crate) enum Admission {
    /// Everything is where it should be, or will be when the queue's fence has this value.
    Admitted(Option<u64>),
    /// The process would be over its limit, by so many bytes. Nothing has changed.
    OverBudget(u64),
}

/// Where an allocation's memory is (D3DKMT_ALLOCATIONRESIDENCYSTATUS).
#[derive(Clone, Copy, PartialEq, Eq)]
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

    fn belongs_in_segment(&self) -> bool {
        matches!(self.home, Home::Segment(_))
    }

    /// A binding ends: it is on no list any more.
    pub(crate) fn unlist(&self, residency: &Residency, account: &Account) {
        if residency.count() > 0 {
            let mut books = self.vidmm.books.lock();
            residency.set(0);
            books.unlist(self.key(), account.key());
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
    /// - DEVICE_REMOVED. NO_MEMORY.
    pub(crate) fn make_resident(
        self: &Arc<Self>,
        account: &Account,
        list: &[Bound<'_>],
        limit: Limit,
        priority: PagingPriority,
        queue: &Arc<Timeline>,
    ) -> NtResult<Admission> {
        let mut order = self.order()?;
        {
            let stay = self.provider.stay()?;
            for bound in list {
                bound.backing.enter(&stay)?;
            }
        }
        let mut wanted = KVec::with_capacity(list.len(), ACCOUNT)?;
        // It ends at once if there is nothing to page.
        let operation = Timeline::begin(queue)?;
        let mut books = self.books.lock();
        let result = admit(&mut books, account, list, limit);
        if matches!(result, Ok(None)) {
            for bound in list {
                if bound.backing.belongs_in_segment() && !books.is_in_segment(bound.backing.key()) {
                    // There is room.
                    let _ = wanted.push_within_capacity(bound.backing.clone());
                }
            }
        }
        drop(books);
        match result? {
            Some(trim) => Ok(Admission::OverBudget(trim)),
            None if wanted.is_empty() => Ok(Admission::Admitted(None)),
            None => {
                order.bring_in(wanted);
                let value = operation.value();
                self.submit(order, priority, Some(operation));
                Ok(Admission::Admitted(Some(value)))
            }
        }
    }

    /// D3DKMTEvict: takes bindings of a process off their device's residency list, all or none. What is on
    /// none any more is put out of the segment, soon or only when the room is needed. The
    /// result is how many bytes the process has to trim to be within its budget.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: one of them is not on the list as often. NO_MEMORY.
    pub(crate) fn evict(
        self: &Arc<Self>,
        account: &Account,
        list: &[Bound<'_>],
        only_if_necessary: bool,
    ) -> NtResult<u64> {
        let mut order = self.order()?;
        let mut unwanted = KVec::with_capacity(list.len(), ACCOUNT)?;
        let mut books = self.books.lock();
        for (done, bound) in list.iter().enumerate() {
            if take_off(&mut books, account, bound).is_err() {
                for bound in &list[..done] {
                    // It was there, so there is room for it.
                    let _ = put_on(&mut books, account, bound);
                }
                return Err(NtStatus::INVALID_PARAMETER);
            }
        }
        for bound in list {
            let known = books.standing(bound.backing.key());
            if !only_if_necessary && known.is_some_and(|known| known.listed == 0) {
                // There is room.
                let _ = unwanted.push_within_capacity(bound.backing.clone());
            }
        }
        let trim = excess(&books, account, Limit::Budget);
        drop(books);
        if !unwanted.is_empty() {
            order.put_out(unwanted);
            self.submit(order, PagingPriority::Normal, None);
        }
        Ok(trim)
    }
}

/// Puts all bindings on the list; or none, and says by how many bytes they are too many.
fn admit(
    books: &mut Books<Arc<Backing>>,
    account: &Account,
    list: &[Bound<'_>],
    limit: Limit,
) -> NtResult<Option<u64>> {
    let before = excess(books, account, limit);
    let mut done = 0;
    let mut result = Ok(());
    for bound in list {
        result = put_on(books, account, bound);
        if result.is_err() {
            break;
        }
        done += 1;
    }
    let after = excess(books, account, limit);
    // Who only asks for what it has is not asked to trim.
    if result.is_ok() && (after == 0 || after == before) {
        return Ok(None);
    }
    for bound in &list[..done] {
        // It was put on just now.
        let _ = take_off(books, account, bound);
    }
    result.map(|()| Some(after))
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
    let key = bound.backing.key();
    let known = books.standing(key).ok_or(NtStatus::DEVICE_REMOVED)?;
    if known.offer.is_some() {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    let count = bound.residency.count();
    bound
        .residency
        .set(count.checked_add(1).ok_or(NtStatus::INVALID_PARAMETER)?);
    if count == 0 {
        books.list(key, account.key());
    }
    Ok(())
}

fn take_off(books: &mut Books<Arc<Backing>>, account: &Account, bound: &Bound<'_>) -> NtResult {
    let count = bound.residency.count();
    let count = count.checked_sub(1).ok_or(NtStatus::INVALID_PARAMETER)?;
    bound.residency.set(count);
    if count == 0 {
        books.unlist(bound.backing.key(), account.key());
    }
    Ok(())
}
