// SPDX-License-Identifier: GPL-2.0

//! What a process does with whole allocations: residency, offers, priorities.

use crate::{
    core::bindings::{
        device::Device,
        open_allocation::OpenAllocation,
        paging_queue::PagingQueue,
        process::{
            Object,
            Process, //
        }, //
    },
    ddi::answer::SegmentSet,
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    vidmm::{
        lru_key::OfferPriority,
        offer::Reclaimed,
        residency::{
            Admission,
            Bound,
            Limit,
            ResidencyStatus, //
        }, //
    }, //
};
use core::num::NonZeroU32;
use kernel::sync::Arc;

/// Allocations of one device.
pub(crate) type OpenAllocations = KVVec<Arc<OpenAllocation>>;

/// Most allocations in one call, including those of resources: a resource can be listed again and again.
const MOST: usize = 1 << 16;

impl Process {
    /// Adds all allocations of a resource of `device` to the list.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: no such resource; too many allocations. NO_MEMORY.
    pub(crate) fn add_allocations_of(
        &self,
        device: &Arc<Device>,
        resource: Handle,
        list: &mut OpenAllocations,
    ) -> NtResult {
        let before = list.len();
        loop {
            let missing = self.with_table(|table| {
                match table.get(resource) {
                    Some(Object::Resource(open)) if Arc::ptr_eq(open.device(), device) => {}
                    _ => return Err(NtStatus::INVALID_PARAMETER),
                }
                let mut missing = 0;
                let mut child = table.first_child(resource);
                while !child.is_null() && list.len() + missing <= MOST {
                    if let Some(Object::Allocation(open)) = table.get(child) {
                        if list.len() == list.capacity() {
                            missing += 1;
                        } else {
                            let _ = list.push_within_capacity(open.clone());
                        }
                    }
                    child = table.next_sibling(child);
                }
                Ok(missing)
            })?;
            if list.len() + missing > MOST {
                return Err(NtStatus::INVALID_PARAMETER);
            }
            if missing == 0 {
                return Ok(());
            }
            let all = list.len() - before + missing;
            list.truncate(before);
            list.reserve(all, ACCOUNT)?;
        }
    }
}

fn bounds(list: &[Arc<OpenAllocation>]) -> NtResult<KVVec<Bound<'_>>> {
    let mut bounds = KVVec::with_capacity(list.len(), ACCOUNT)?;
    for open in list {
        bounds.push(open.bound(), ACCOUNT)?;
    }
    Ok(bounds)
}

impl PagingQueue {
    /// D3DKMTMakeResident, for allocations of the queue's device. `tell` is called with the result first; if it
    /// fails, nothing has changed. If the call `must_succeed` and there is no memory, the device is in an
    /// error state from then on.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: an allocation is offered, or resident too often. DEVICE_REMOVED. NO_MEMORY. The
    /// errors of `tell`.
    pub(crate) fn make_resident(
        &self,
        list: &[Arc<OpenAllocation>],
        limit: Limit,
        must_succeed: bool,
        tell: impl FnOnce(Admission) -> NtResult,
    ) -> NtResult<Admission> {
        let (account, timeline) = (self.device().account(), self.timeline());
        let vidmm = self.device().adapter().vidmm();
        let priority = self.priority();
        let list = bounds(list)?;
        let made = vidmm.make_resident(account, &list, limit, priority, timeline, tell);
        let has_no_memory = matches!(
            made,
            Ok(Admission::OverBudget(_)) | Err(NtStatus::NO_MEMORY)
        );
        if must_succeed && has_no_memory {
            self.device().run_out_of_memory();
        }
        made
    }

    /// D3DKMTReclaimAllocations2, likewise. `tell` gets the result of each, and the fence value to wait for.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED. NO_MEMORY. The errors of `tell`.
    pub(crate) fn reclaim(
        &self,
        list: &[Arc<OpenAllocation>],
        tell: impl FnOnce(&[Reclaimed], Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        let account = self.device().account();
        account.reclaim(&bounds(list)?, self.priority(), self.timeline(), tell)
    }

    /// D3DKMTUpdateAllocationProperty, likewise: whether to place the allocation in local memory.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: it is offered. DEVICE_REMOVED. NO_MEMORY: also when it would exceed the budget. The
    /// errors of `tell`.
    pub(crate) fn update_allocation_property(
        &self,
        open: &OpenAllocation,
        in_local: bool,
        tell: impl FnOnce(Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        let (account, timeline) = (self.device().account(), self.timeline());
        let vidmm = self.device().adapter().vidmm();
        let priority = self.priority();
        vidmm.update_allocation_property(account, open.bound(), in_local, priority, timeline, tell)
    }
}

impl Device {
    /// D3DKMTEvict, for allocations of the device. `tell` gets the number of bytes over the budget; if it
    /// fails, nothing has changed.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: one is not resident as often. NO_MEMORY. The errors of `tell`.
    pub(crate) fn evict(
        &self,
        list: &[Arc<OpenAllocation>],
        only_if_necessary: bool,
        tell: impl FnOnce(u64) -> NtResult,
    ) -> NtResult {
        let vidmm = self.adapter().vidmm();
        vidmm.evict(self.account(), &bounds(list)?, only_if_necessary, tell)
    }

    /// D3DKMTOfferAllocations, for allocations of the device.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: one is locked; is part of a shared resource, as other openers may need its
    ///   contents; or is memory of the caller.
    /// - DEVICE_REMOVED. NO_MEMORY.
    pub(crate) fn offer(
        &self,
        list: &[Arc<OpenAllocation>],
        priority: OfferPriority,
        may_decommit: bool,
    ) -> NtResult {
        if list.iter().any(|open| open.is_shared()) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let account = self.account();
        account.offer(&bounds(list)?, priority, may_decommit)
    }
}

impl OpenAllocation {
    /// D3DKMTGetAllocationPriority.
    pub(crate) fn priority(&self) -> u32 {
        self.allocation().backing().priority()
    }

    /// D3DKMTSetAllocationPriority: applies to all openers of the allocation.
    pub(crate) fn set_priority(&self, priority: NonZeroU32) {
        self.allocation().backing().set_priority(priority);
    }

    /// D3DKMTQueryAllocationResidency.
    pub(crate) fn residency_status(&self) -> ResidencyStatus {
        self.allocation().backing().residency_status()
    }

    /// Segments that it may be placed in.
    pub(crate) fn supported(&self) -> SegmentSet {
        self.allocation().facts().supported()
    }

    /// INVALID_PARAMETER unless the range lies within it.
    pub(crate) fn check_range(&self, offset: u64, length: u64) -> NtResult {
        match offset.checked_add(length) {
            Some(end) if end <= self.allocation().facts().size() => Ok(()),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }
}
