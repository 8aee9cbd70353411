// SPDX-License-Identifier: MIT OR Apache-2.0
//! Residency, offers, priorities and statistics, as tests ask for them.

use crate::{
    calls::{handle, on_each_device, Answer, Gpu, PENDING, SUCCESS},
    create::Create,
    faults::every_call,
    fence::{wait, PagingQueue},
};
use libd3dkmt::{
    sys::{self, bindings as c},
    Dxg,
};

/// As many allocations as one call about paging takes.
pub const PAGED_MAX: u32 = 10_240;
/// As many allocations as one call about priorities takes.
pub const LISTED_MAX: u32 = 0x2_0000;

/// Where memory is: in the segment, in system memory, nowhere.
pub const IN_GPU_MEMORY: u32 = c::D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY;
pub const IN_SHARED_MEMORY: u32 = c::D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY;
pub const NOT_RESIDENT: u32 = c::D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT;

/// A device with a paging queue, on each adapter.
pub fn on_each_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    on_each_device(|gpu, device| test(gpu, device, &PagingQueue::new(gpu, device)));
}

/// An allocation of its own, which nobody has touched.
pub fn buffer(gpu: &Gpu, device: u32, bytes: u64) -> u32 {
    Create::buffer(device, bytes).made(gpu).allocation(0)
}

/// What a call answered that may have something paged, which changes counters from now on.
fn paging(answer: Answer) -> Answer {
    if answer == SUCCESS || answer == PENDING {
        every_call::spare("something may be paged meanwhile");
    }
    answer
}

/// A list of handles, for arguments that live as long.
pub struct List(Vec<sys::d3dkmthandle>);

impl List {
    /// Of these handles.
    pub fn new(list: &[u32]) -> Self {
        Self(list.iter().map(|&value| handle(value)).collect())
    }

    /// Where it is.
    pub fn address(&self) -> u64 {
        self.0.as_ptr() as u64
    }

    /// Its length.
    pub fn count(&self) -> u32 {
        u32::try_from(self.0.len()).expect("a small number")
    }
}

/// A good argument of D3DKMTMakeResident. The answers must be overwritten.
pub fn to_make_resident(queue: u32, list: &List) -> sys::D3DDDI_MAKERESIDENT {
    sys::D3DDDI_MAKERESIDENT {
        paging_queue: handle(queue),
        alloc_count: list.count(),
        allocation_list: list.address(),
        paging_fence_value: u64::MAX,
        num_bytes_to_trim: u64::MAX,
        ..Default::default()
    }
}

/// D3DKMTMakeResident with an argument.
pub fn make_resident_with(dxg: &Dxg, args: &mut sys::D3DDDI_MAKERESIDENT) -> Answer {
    // SAFETY: The list is as long as stated, or tests say otherwise, of memory of theirs.
    paging(unsafe { sys::D3DKMTMakeResident(dxg, args) })
}

/// What D3DKMTMakeResident answered: the status, how many, the fence's value, bytes to trim.
pub type Made = (Answer, u32, u64, u64);

/// D3DKMTMakeResident with flags.
pub fn make_resident_in(dxg: &Dxg, queue: u32, list: &[u32], flags: u32) -> Made {
    let list = List::new(list);
    let mut args = to_make_resident(queue, &list);
    args.flags.value = flags;
    let answer = make_resident_with(dxg, &mut args);
    (
        answer,
        args.alloc_count,
        args.paging_fence_value,
        args.num_bytes_to_trim,
    )
}

/// D3DKMTMakeResident: the status alone.
pub fn make_resident(dxg: &Dxg, queue: u32, list: &[u32]) -> Answer {
    make_resident_in(dxg, queue, list, 0).0
}

/// Makes allocations resident, and waits until they are.
pub fn resident(gpu: &Gpu, device: u32, queue: &PagingQueue, list: &[u32]) {
    let (answer, _, value, _) = make_resident_in(&gpu.dxg, queue.handle, list, 0);
    arrived(gpu, device, queue, answer, value);
}

/// Waits for what a paging call has begun.
pub fn arrived(gpu: &Gpu, device: u32, queue: &PagingQueue, answer: Answer, value: u64) {
    match answer {
        SUCCESS => assert_eq!(value, 0, "nothing to wait for"),
        PENDING => {
            assert_ne!(value, 0, "something to wait for");
            let waited = wait(&gpu.dxg, device, &[(queue.fence.handle, value)]);
            assert_eq!(waited, SUCCESS);
            assert!(queue.fence.value() >= value);
        }
        other => panic!("{other:?}"),
    }
}

/// A good argument of D3DKMTEvict.
pub fn to_evict(device: u32, list: &List) -> sys::D3DKMT_EVICT {
    sys::D3DKMT_EVICT {
        device: handle(device),
        alloc_count: list.count(),
        allocations: list.address(),
        num_bytes_to_trim: u64::MAX,
        ..Default::default()
    }
}

/// D3DKMTEvict with an argument.
pub fn evict_with(dxg: &Dxg, args: &mut sys::D3DKMT_EVICT) -> Answer {
    // SAFETY: As for `make_resident_with`.
    paging(unsafe { sys::D3DKMTEvict(dxg, args) })
}

/// D3DKMTEvict with flags: the status, and bytes to trim.
pub fn evict_in(dxg: &Dxg, device: u32, list: &[u32], flags: u32) -> (Answer, u64) {
    let list = List::new(list);
    let mut args = to_evict(device, &list);
    args.flags.value = flags;
    let answer = evict_with(dxg, &mut args);
    (answer, args.num_bytes_to_trim)
}

/// D3DKMTEvict: the status alone.
pub fn evict(dxg: &Dxg, device: u32, list: &[u32]) -> Answer {
    evict_in(dxg, device, list, 0).0
}

/// D3DKMTFlushHeapTransitions.
pub fn flush(dxg: &Dxg, adapter: u32) -> Answer {
    let mut args = sys::D3DKMT_FLUSHHEAPTRANSITIONS {
        adapter: handle(adapter),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTFlushHeapTransitions(dxg, &mut args) }
}

/// Evicts allocations, and waits until they are out.
pub fn evicted(gpu: &Gpu, device: u32, list: &[u32]) {
    assert_eq!(evict(&gpu.dxg, device, list), SUCCESS);
    assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
}

/// D3DKMTQueryAllocationResidency of a list.
pub fn places(dxg: &Dxg, device: u32, list: &[u32]) -> (Answer, Vec<u32>) {
    let mut statuses = vec![u32::MAX; list.len()];
    let list = List::new(list);
    let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
        device: handle(device),
        allocations: list.address(),
        allocation_count: list.count(),
        residency_status: statuses.as_mut_ptr() as u64,
        ..Default::default()
    };
    // SAFETY: The lists are as long as stated.
    let answer = unsafe { sys::D3DKMTQueryAllocationResidency(dxg, &mut args) };
    (answer, statuses)
}

/// Where one allocation is.
pub fn place(gpu: &Gpu, device: u32, allocation: u32) -> u32 {
    let (answer, places) = places(&gpu.dxg, device, &[allocation]);
    assert_eq!(answer, SUCCESS);
    places[0]
}

/// Which list an argument has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    Resources,
    Allocations,
}

/// A good argument of D3DKMTOfferAllocations.
pub fn to_offer(device: u32, kind: Kind, list: &List) -> sys::D3DKMT_OFFERALLOCATIONS {
    let mut args = sys::D3DKMT_OFFERALLOCATIONS {
        device: handle(device),
        allocation_count: list.count(),
        priority: c::D3DKMT_OFFER_PRIORITY_NORMAL,
        ..Default::default()
    };
    match kind {
        Kind::Resources => args.resources = list.address(),
        Kind::Allocations => args.allocations = list.address(),
    }
    args
}

/// D3DKMTOfferAllocations with an argument.
pub fn offer_with(dxg: &Dxg, args: &mut sys::D3DKMT_OFFERALLOCATIONS) -> Answer {
    // SAFETY: As for `make_resident_with`.
    unsafe { sys::D3DKMTOfferAllocations(dxg, args) }
}

/// D3DKMTOfferAllocations of allocations with a priority and flags.
pub fn offer_in(dxg: &Dxg, device: u32, list: &[u32], priority: u32, flags: u32) -> Answer {
    let list = List::new(list);
    let mut args = to_offer(device, Kind::Allocations, &list);
    args.priority = priority;
    args.flags.value = flags;
    offer_with(dxg, &mut args)
}

/// D3DKMTOfferAllocations of allocations.
pub fn offer(dxg: &Dxg, device: u32, list: &[u32]) -> Answer {
    offer_in(dxg, device, list, c::D3DKMT_OFFER_PRIORITY_NORMAL, 0)
}

/// A good argument of D3DKMTReclaimAllocations2, without results.
pub fn to_reclaim(queue: u32, kind: Kind, list: &List) -> sys::D3DKMT_RECLAIMALLOCATIONS2 {
    let mut args = sys::D3DKMT_RECLAIMALLOCATIONS2 {
        paging_queue: handle(queue),
        allocation_count: list.count(),
        paging_fence_value: u64::MAX,
        ..Default::default()
    };
    match kind {
        Kind::Resources => args.resources = list.address(),
        Kind::Allocations => args.allocations = list.address(),
    }
    args
}

/// D3DKMTReclaimAllocations2 with an argument.
pub fn reclaim_with(dxg: &Dxg, args: &mut sys::D3DKMT_RECLAIMALLOCATIONS2) -> Answer {
    // SAFETY: As for `make_resident_with`.
    paging(unsafe { sys::D3DKMTReclaimAllocations2(dxg, args) })
}

/// What became of what was offered, in a call that has to succeed. It waits for what is paged in.
pub fn reclaimed(
    gpu: &Gpu,
    device: u32,
    queue: &PagingQueue,
    kind: Kind,
    list: &[u32],
) -> Vec<u32> {
    let mut results = vec![u32::MAX; list.len()];
    let list = List::new(list);
    let mut args = to_reclaim(queue.handle, kind, &list);
    args.results = results.as_mut_ptr() as u64;
    let answer = reclaim_with(&gpu.dxg, &mut args);
    arrived(gpu, device, queue, answer, args.paging_fence_value);
    results
}

/// The same of one allocation.
pub fn reclaimed_one(gpu: &Gpu, device: u32, queue: &PagingQueue, allocation: u32) -> u32 {
    reclaimed(gpu, device, queue, Kind::Allocations, &[allocation])[0]
}

/// D3DKMTSetAllocationPriority of a list.
pub fn set_priorities(dxg: &Dxg, device: u32, list: &[u32], priorities: &[u32]) -> Answer {
    let list = List::new(list);
    let mut args = sys::D3DKMT_SETALLOCATIONPRIORITY {
        device: handle(device),
        allocation_list: list.address(),
        allocation_count: list.count(),
        priorities: priorities.as_ptr() as u64,
        ..Default::default()
    };
    // SAFETY: The lists are as long as stated.
    unsafe { sys::D3DKMTSetAllocationPriority(dxg, &mut args) }
}

/// D3DKMTSetAllocationPriority of a resource.
pub fn set_resource_priority(dxg: &Dxg, device: u32, resource: u32, priority: u32) -> Answer {
    let mut args = sys::D3DKMT_SETALLOCATIONPRIORITY {
        device: handle(device),
        resource: handle(resource),
        priorities: &raw const priority as u64,
        ..Default::default()
    };
    // SAFETY: The address is that of one priority.
    unsafe { sys::D3DKMTSetAllocationPriority(dxg, &mut args) }
}

/// D3DKMTGetAllocationPriority of a list.
pub fn get_priorities(dxg: &Dxg, device: u32, list: &[u32]) -> (Answer, Vec<u32>) {
    let mut priorities = vec![0; list.len()];
    let list = List::new(list);
    let mut args = sys::D3DKMT_GETALLOCATIONPRIORITY {
        device: handle(device),
        allocation_list: list.address(),
        allocation_count: list.count(),
        priorities: priorities.as_mut_ptr() as u64,
        ..Default::default()
    };
    // SAFETY: The lists are as long as stated.
    let answer = unsafe { sys::D3DKMTGetAllocationPriority(dxg, &mut args) };
    (answer, priorities)
}

/// A good argument of D3DKMTUpdateAllocationProperty: it prefers a segment.
pub fn to_move(queue: u32, allocation: u32, segment: u32) -> sys::D3DDDI_UPDATEALLOCPROPERTY {
    let mut args = sys::D3DDDI_UPDATEALLOCPROPERTY {
        paging_queue: handle(queue),
        allocation: handle(allocation),
        paging_fence_value: u64::MAX,
        property_mask_value: c::D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT,
        ..Default::default()
    };
    args.preferred_segment.value = segment;
    args
}

/// D3DKMTUpdateAllocationProperty with an argument.
pub fn update_with(dxg: &Dxg, args: &mut sys::D3DDDI_UPDATEALLOCPROPERTY) -> Answer {
    // SAFETY: The argument holds no address.
    paging(unsafe { sys::D3DKMTUpdateAllocationProperty(dxg, args) })
}

/// Moves an allocation to a segment, and waits until it is there.
pub fn moved(gpu: &Gpu, device: u32, queue: &PagingQueue, allocation: u32, segment: u32) {
    let mut args = to_move(queue.handle, allocation, segment);
    let answer = update_with(&gpu.dxg, &mut args);
    arrived(gpu, device, queue, answer, args.paging_fence_value);
}

/// A good argument of D3DKMTChangeVideoMemoryReservation.
pub fn to_reserve(
    adapter: u32,
    group: u32,
    bytes: u64,
) -> sys::D3DKMT_CHANGEVIDEOMEMORYRESERVATION {
    sys::D3DKMT_CHANGEVIDEOMEMORYRESERVATION {
        adapter: handle(adapter),
        memory_segment_group: group,
        reservation: bytes,
        ..Default::default()
    }
}

/// D3DKMTChangeVideoMemoryReservation with an argument.
pub fn reserve_with(dxg: &Dxg, args: &mut sys::D3DKMT_CHANGEVIDEOMEMORYRESERVATION) -> Answer {
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTChangeVideoMemoryReservation(dxg, args) }
}

/// D3DKMTInvalidateCache.
pub fn invalidate(dxg: &Dxg, device: u32, allocation: u32, offset: u64, length: u64) -> Answer {
    let mut args = sys::D3DKMT_INVALIDATECACHE {
        device: handle(device),
        allocation: handle(allocation),
        offset,
        length,
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTInvalidateCache(dxg, &mut args) }
}
