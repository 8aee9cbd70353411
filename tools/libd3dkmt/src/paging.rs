// SPDX-License-Identifier: MIT OR Apache-2.0
//! Residency, offers and priorities of allocations, and what the process wants of an adapter's memory.

use crate::{
    call::check,
    sys::{self, d3dkmthandle, NtStatus},
    Adapter, Allocation, Device, Error, EvictFlags, MakeResidentFlags, OfferFlags, OfferPriority,
    PagingQueue, ReclaimResult, ResidencyStatus, SegmentGroup,
};

/// What became of a wish to make allocations resident.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MadeResident {
    /// They are where they should be.
    Now,
    /// They will be when the queue has this value ([`PagingQueue::wait`]).
    At(u64),
    /// None is: the process would be over its budget, by so many bytes.
    OverBudget(u64),
}

fn handles(allocations: &[&Allocation]) -> Vec<d3dkmthandle> {
    let handles = allocations.iter();
    handles
        .map(|allocation| allocation.handle().into())
        .collect()
}

fn count(handles: &[d3dkmthandle]) -> u32 {
    // The kernel refuses far shorter lists.
    u32::try_from(handles.len()).unwrap_or(u32::MAX)
}

/// `None` for 0, for which there is nothing to wait.
fn awaited(value: u64) -> Option<u64> {
    (value != 0).then_some(value)
}

fn unnamed(call: &'static str) -> Error {
    Error::Answer {
        call,
        what: "the answer has no name",
    }
}

impl PagingQueue {
    /// Puts allocations of the queue's device on its residency list, all of them or none; each counts
    /// (D3DKMTMakeResident).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), libd3dkmt::Error> {
    /// use libd3dkmt::{gem::Buffer, AllocationInfo, Dxg, MadeResident, MakeResidentFlags, PagingPriority};
    ///
    /// let adapter = Dxg::open()?.adapters()?.remove(0);
    /// let device = adapter.create_device()?;
    /// let queue = device.create_paging_queue(PagingPriority::NORMAL)?;
    /// let buffer = device.allocate(AllocationInfo::buffer(Buffer::new(1 << 20)))?;
    /// match queue.make_resident(&[&buffer], MakeResidentFlags::empty())? {
    ///     MadeResident::Now => (),
    ///     MadeResident::At(value) => queue.wait(value)?,
    ///     MadeResident::OverBudget(bytes) => println!("{bytes} bytes too many"),
    /// }
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: no or more than 10240 allocations, one of another device, one that is offered.
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn make_resident(
        &self,
        allocations: &[&Allocation],
        flags: MakeResidentFlags,
    ) -> Result<MadeResident, Error> {
        let list = handles(allocations);
        let mut argument = sys::D3DDDI_MAKERESIDENT {
            paging_queue: self.handle().into(),
            alloc_count: count(&list),
            allocation_list: list.as_ptr() as u64,
            flags: flags.into(),
            ..Default::default()
        };
        // SAFETY: The list has as many handles as stated.
        let result = unsafe { sys::D3DKMTMakeResident(self.dxg(), &mut argument) };
        let over = argument.num_bytes_to_trim;
        if NtStatus::from_ioctl(result) == NtStatus::NO_MEMORY && over != 0 {
            return Ok(MadeResident::OverBudget(over));
        }
        check("D3DKMTMakeResident", result)?;
        Ok(match awaited(argument.paging_fence_value) {
            Some(value) => MadeResident::At(value),
            None => MadeResident::Now,
        })
    }

    /// Takes offers back (D3DKMTReclaimAllocations2): what became of each allocation, and the value that the
    /// queue has when those that are resident are there again.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: no or more than 10240 allocations, or one of another device.
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn reclaim(
        &self,
        allocations: &[&Allocation],
    ) -> Result<(Vec<ReclaimResult>, Option<u64>), Error> {
        const CALL: &str = "D3DKMTReclaimAllocations2";
        let list = handles(allocations);
        let mut results = vec![0_u32; list.len()];
        let mut argument = sys::D3DKMT_RECLAIMALLOCATIONS2 {
            paging_queue: self.handle().into(),
            allocation_count: count(&list),
            allocations: list.as_ptr() as u64,
            results: results.as_mut_ptr() as u64,
            ..Default::default()
        };
        // SAFETY: Both lists are as long as stated.
        let result = unsafe { sys::D3DKMTReclaimAllocations2(self.dxg(), &mut argument) };
        check(CALL, result)?;
        let named = results.into_iter().map(ReclaimResult::try_from);
        let named: Result<_, _> = named.collect();
        let named = named.map_err(|_| unnamed(CALL))?;
        Ok((named, awaited(argument.paging_fence_value)))
    }

    /// Has an allocation of the queue's device in local memory, or kept out of it
    /// (D3DKMTUpdateAllocationProperty): the value that the queue has when it is there.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: an allocation of another device, or one that cannot be there.
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn prefer(
        &self,
        allocation: &Allocation,
        group: SegmentGroup,
    ) -> Result<Option<u64>, Error> {
        let mut argument = sys::D3DDDI_UPDATEALLOCPROPERTY {
            paging_queue: self.handle().into(),
            allocation: allocation.handle().into(),
            property_mask_value: sys::D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT,
            ..Default::default()
        };
        // Segments have the numbers from 1, groups from 0, in the same order.
        argument.preferred_segment.value = u32::from(group) + 1;
        // SAFETY: The argument holds no address.
        let result = unsafe { sys::D3DKMTUpdateAllocationProperty(self.dxg(), &mut argument) };
        check("D3DKMTUpdateAllocationProperty", result)?;
        Ok(awaited(argument.paging_fence_value))
    }
}

impl Device {
    /// Takes allocations off the device's residency list, all of them or none (D3DKMTEvict): by how many
    /// bytes the process is over its budget.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: no or more than 10240 allocations, one of another device, or one that is not
    /// resident. `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn evict(&self, allocations: &[&Allocation], flags: EvictFlags) -> Result<u64, Error> {
        let list = handles(allocations);
        let mut argument = sys::D3DKMT_EVICT {
            device: self.handle().into(),
            alloc_count: count(&list),
            allocations: list.as_ptr() as u64,
            flags: flags.into(),
            ..Default::default()
        };
        // SAFETY: The list has as many handles as stated.
        let result = unsafe { sys::D3DKMTEvict(self.dxg(), &mut argument) };
        check("D3DKMTEvict", result)?;
        Ok(argument.num_bytes_to_trim)
    }

    /// Offers memory of allocations, all of them or none, whose contents can be done without
    /// (D3DKMTOfferAllocations). They cannot be used until they are reclaimed
    /// ([`PagingQueue::reclaim`]).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: no or more than 10240 allocations, one of another device, one that is locked,
    /// shared, or memory of the caller. `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn offer(
        &self,
        allocations: &[&Allocation],
        priority: OfferPriority,
        flags: OfferFlags,
    ) -> Result<(), Error> {
        let list = handles(allocations);
        let mut argument = sys::D3DKMT_OFFERALLOCATIONS {
            device: self.handle().into(),
            allocation_count: count(&list),
            allocations: list.as_ptr() as u64,
            priority: priority.into(),
            flags: flags.into(),
            ..Default::default()
        };
        // SAFETY: The list has as many handles as stated.
        let result = unsafe { sys::D3DKMTOfferAllocations(self.dxg(), &mut argument) };
        check("D3DKMTOfferAllocations", result)
    }
}

impl Allocation {
    /// How much it matters that its memory stays where it is (D3DKMTGetAllocationPriority).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn priority(&self) -> Result<u32, Error> {
        let list = [d3dkmthandle::from(self.handle())];
        let mut priority = 0_u32;
        let mut argument = sys::D3DKMT_GETALLOCATIONPRIORITY {
            device: self.device().handle().into(),
            allocation_list: list.as_ptr() as u64,
            allocation_count: 1,
            priorities: &raw mut priority as u64,
            ..Default::default()
        };
        let dxg = self.device().dxg();
        // SAFETY: The addresses are those of one handle and one number.
        let result = unsafe { sys::D3DKMTGetAllocationPriority(dxg, &mut argument) };
        check("D3DKMTGetAllocationPriority", result)?;
        Ok(priority)
    }

    /// Sets that, for all who have it open (D3DKMTSetAllocationPriority).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: 0. `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn set_priority(&self, priority: u32) -> Result<(), Error> {
        let list = [d3dkmthandle::from(self.handle())];
        let mut argument = sys::D3DKMT_SETALLOCATIONPRIORITY {
            device: self.device().handle().into(),
            allocation_list: list.as_ptr() as u64,
            allocation_count: 1,
            priorities: &raw const priority as u64,
            ..Default::default()
        };
        let dxg = self.device().dxg();
        // SAFETY: The addresses are those of one handle and one number.
        let result = unsafe { sys::D3DKMTSetAllocationPriority(dxg, &mut argument) };
        check("D3DKMTSetAllocationPriority", result)
    }

    /// Where its memory is (D3DKMTQueryAllocationResidency).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn residency(&self) -> Result<ResidencyStatus, Error> {
        const CALL: &str = "D3DKMTQueryAllocationResidency";
        let list = [d3dkmthandle::from(self.handle())];
        let mut status = 0_u32;
        let mut argument = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
            device: self.device().handle().into(),
            allocations: list.as_ptr() as u64,
            allocation_count: 1,
            residency_status: &raw mut status as u64,
            ..Default::default()
        };
        let dxg = self.device().dxg();
        // SAFETY: The addresses are those of one handle and one number.
        let result = unsafe { sys::D3DKMTQueryAllocationResidency(dxg, &mut argument) };
        check(CALL, result)?;
        ResidencyStatus::try_from(status).map_err(|_| unnamed(CALL))
    }
}

impl Adapter {
    /// Says how many bytes of a group the process wants to be able to have
    /// (D3DKMTChangeVideoMemoryReservation).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: more than
    /// [`available_for_reservation`](crate::VideoMemoryInfo::available_for_reservation).
    /// `DEVICE_REMOVED`, `NO_MEMORY`.
    pub fn reserve_video_memory(&self, group: SegmentGroup, bytes: u64) -> Result<(), Error> {
        let mut argument = sys::D3DKMT_CHANGEVIDEOMEMORYRESERVATION {
            adapter: self.handle().into(),
            memory_segment_group: group.into(),
            reservation: bytes,
            ..Default::default()
        };
        // SAFETY: The argument holds no address.
        let result = unsafe { sys::D3DKMTChangeVideoMemoryReservation(self.dxg(), &mut argument) };
        check("D3DKMTChangeVideoMemoryReservation", result)
    }

    /// Waits until all paging is done that was asked for (D3DKMTFlushHeapTransitions).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`.
    pub fn flush_heap_transitions(&self) -> Result<(), Error> {
        let mut argument = sys::D3DKMT_FLUSHHEAPTRANSITIONS {
            adapter: self.handle().into(),
        };
        // SAFETY: The argument holds no address.
        let result = unsafe { sys::D3DKMTFlushHeapTransitions(self.dxg(), &mut argument) };
        check("D3DKMTFlushHeapTransitions", result)
    }
}
