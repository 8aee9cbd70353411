// SPDX-License-Identifier: MIT OR Apache-2.0
//! Residency, offers, priorities.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    faults::every_call::spare,
    fence::PagingQueue,
    locked::{assert_holds, write},
    memory::MIB,
    paging::*,
    reload::with,
};
use libd3dkmt::sys::{self, bindings as c, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL};

pub const CASES: &[Case] = &[
    case!(
        case_224_resident_already,
        "MakeResident, allocations that are resident",
        C,
        "SUCCESS; they count once more, and there is nothing to wait for",
        "PENDING, with a value that the fence has already",
        "a client asserts PENDING (case 331), and all take it",
    ),
    case!(
        case_225_paging_is_needed,
        "MakeResident, paging is needed",
        C,
        "PENDING; they count, and are there when the fence has the value of the answer",
    ),
    case!(
        case_226_over_the_budget,
        "MakeResident, over the budget",
        C,
        "NO_MEMORY; none of them counts, and NumBytesToTrim is what is over the budget",
    ),
    case!(
        case_227_cant_trim_further,
        "MakeResident, CantTrimFurther, over the budget but not over the segment",
        C,
        "SUCCESS",
        "SUCCESS, or PENDING; over the segment NO_MEMORY",
    ),
    case!(
        case_228_must_succeed_alone,
        "MakeResident, MustSucceed without CantTrimFurther",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_229_of_another_device,
        "MakeResident, an allocation of another device than the queue's",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_230_how_many,
        "MakeResident of no or more than 10240 allocations",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_231_evicted_as_often,
        "Evict, as often as it was made resident",
        C,
        "SUCCESS; it is off the residency list",
    ),
    case!(
        case_232_evicted_too_often,
        "Evict, more often than it was made resident",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_234_offer_without_a_priority,
        "OfferAllocations, no priority",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_235_offer_of_both_lists,
        "OfferAllocations, both lists, and none",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_236_reclaimed_in_time,
        "ReclaimAllocations2, nobody took the memory",
        C,
        "SUCCESS; OK, and the contents are there",
    ),
    case!(
        case_237_reclaimed_too_late,
        "ReclaimAllocations2, the memory was taken",
        C,
        "SUCCESS; DISCARDED, and the contents are undefined",
        "SUCCESS; DISCARDED, and all bytes are 0",
    ),
    case!(
        case_238_reclaimed_without_commitment,
        "ReclaimAllocations2, offered with AllowDecommit, and no commitment is left",
        C,
        "SUCCESS; NOT_COMMITTED, and the allocation cannot be used",
    ),
    case!(
        case_240_priority_of_a_resource,
        "SetAllocationPriority, a resource, no count, one priority",
        C,
        "SUCCESS; all its allocations have it",
    ),
    case!(
        case_241_residency_of_both_or_none,
        "QueryAllocationResidency, a resource and a list, and neither",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_242_where_memory_is,
        "QueryAllocationResidency, not used yet, made resident, evicted",
        I,
        "SUCCESS; not resident, in GPU memory, in shared memory",
    ),
];

/// On each adapter, with a segment of 16 MiB.
fn on_each_small_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    with("local_segment_mib=16 commit_mib=64", || {
        on_each_queue(&test)
    });
}

fn case_224_resident_already() {
    spare("a call whose answer can't be written takes a value of the queue");
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        write(gpu, device, allocation, 1);
        for value in 1..3 {
            let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], 0);
            assert_eq!((made, queue.fence.value()), ((PENDING, 1, value, 0), value));
        }
        assert_eq!(evict(&gpu.dxg, device, &[allocation; 2]), SUCCESS);
    });
}

fn case_225_paging_is_needed() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], 0);
        assert_eq!((made.0, made.1, made.3), (PENDING, 1, 0));
        arrived(gpu, device, queue, made.0, made.2);
        assert_eq!(gpu.usage(LOCAL), MIB);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), SUCCESS);
    });
}

fn case_226_over_the_budget() {
    on_each_small_queue(|gpu, device, queue| {
        let all = [0; 2].map(|_| buffer(gpu, device, 9 * MIB));
        let made = make_resident_in(&gpu.dxg, queue.handle, &all, 0);
        assert_eq!(made, (NO_MEMORY, 0, 0, 2 * MIB));
        for allocation in all {
            assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
        }
    });
}

fn case_227_cant_trim_further() {
    const FURTHER: u32 = c::D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER;
    on_each_small_queue(|gpu, device, queue| {
        let all = [0; 3].map(|_| buffer(gpu, device, 8 * MIB));
        let made = make_resident_in(&gpu.dxg, queue.handle, &all[..2], FURTHER);
        arrived(gpu, device, queue, made.0, made.2);
        let made = make_resident_in(&gpu.dxg, queue.handle, &all[2..], FURTHER);
        assert_eq!(made, (NO_MEMORY, 0, 0, 8 * MIB));
        assert_eq!(evict(&gpu.dxg, device, &all[..2]), SUCCESS);
    });
}

fn case_228_must_succeed_alone() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        let flags = c::D3DDDI_MAKERESIDENT_MUST_SUCCEED;
        let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], flags);
        assert_eq!(made.0, INVALID_PARAMETER);
    });
}

fn case_229_of_another_device() {
    on_each_queue(|gpu, device, queue| {
        let [mine, others] = [device, gpu.device()].map(|device| buffer(gpu, device, MIB));
        let made = make_resident(&gpu.dxg, queue.handle, &[mine, others]);
        assert_eq!(made, INVALID_PARAMETER);
        assert_eq!(evict(&gpu.dxg, device, &[mine]), INVALID_PARAMETER);
    });
}

fn case_230_how_many() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        let list = vec![allocation; PAGED_MAX as usize + 1];
        for list in [&[][..], &list] {
            assert_eq!(
                make_resident(&gpu.dxg, queue.handle, list),
                INVALID_PARAMETER
            );
        }
    });
}

fn case_231_evicted_as_often() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        resident(gpu, device, queue, &[allocation; 2]);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
    });
}

fn case_232_evicted_too_often() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(evict(&gpu.dxg, device, &[allocation; 2]), INVALID_PARAMETER);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), SUCCESS);
    });
}

fn case_234_offer_without_a_priority() {
    on_each_device(|gpu, device| {
        let allocation = buffer(gpu, device, MIB);
        let answer = offer_in(&gpu.dxg, device, &[allocation], 0, 0);
        assert_eq!(answer, INVALID_PARAMETER);
        write(gpu, device, allocation, 1);
    });
}

fn case_235_offer_of_both_lists() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 1).in_resource().made(gpu);
        let list = List::new(&create.allocations());
        let resources = List::new(&[create.resource()]);
        let mut args = to_offer(device, Kind::Allocations, &list);
        args.resources = resources.address();
        assert_eq!(offer_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
        (args.resources, args.allocations) = (0, 0);
        assert_eq!(offer_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    });
}

fn case_236_reclaimed_in_time() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        write(gpu, device, allocation, 6);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let result = reclaimed_one(gpu, device, queue, allocation);
        assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_OK);
        assert_holds(gpu, device, allocation, 6);
    });
}

/// Offers 10 MiB, and has them taken.
fn taken(gpu: &Gpu, device: u32, flags: u32) -> u32 {
    let [first, second] = [0; 2].map(|_| buffer(gpu, device, 10 * MIB));
    write(gpu, device, first, 1);
    let answer = offer_in(
        &gpu.dxg,
        device,
        &[first],
        c::D3DKMT_OFFER_PRIORITY_LOW,
        flags,
    );
    assert_eq!(answer, SUCCESS);
    write(gpu, device, second, 2);
    first
}

fn case_237_reclaimed_too_late() {
    on_each_small_queue(|gpu, device, queue| {
        let allocation = taken(gpu, device, 0);
        let result = reclaimed_one(gpu, device, queue, allocation);
        assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_DISCARDED);
        assert_holds(gpu, device, allocation, 0);
    });
}

fn case_238_reclaimed_without_commitment() {
    on_each_small_queue(|gpu, device, queue| {
        let allocation = taken(gpu, device, c::D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT);
        buffer(gpu, device, 54 * MIB);
        let result = reclaimed_one(gpu, device, queue, allocation);
        assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_NOT_COMMITTED);
        assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    });
}

fn case_240_priority_of_a_resource() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 3).in_resource().made(gpu);
        let answer = set_resource_priority(&gpu.dxg, device, create.resource(), 0xa000_0000);
        assert_eq!(answer, SUCCESS);
        let now = get_priorities(&gpu.dxg, device, &create.allocations());
        assert_eq!(now, (SUCCESS, vec![0xa000_0000; 3]));
    });
}

fn case_241_residency_of_both_or_none() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 1).in_resource().made(gpu);
        let list = List::new(&create.allocations());
        let mut status = 0_u32;
        for (resource, allocations, allocation_count) in
            [(create.resource(), list.address(), 1), (0, 0, 0)]
        {
            let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
                device: handle(device),
                resource: handle(resource),
                allocations,
                allocation_count,
                residency_status: &raw mut status as u64,
                ..Default::default()
            };
            // SAFETY: The list is as long as stated.
            let answer = unsafe { sys::D3DKMTQueryAllocationResidency(&gpu.dxg, &mut args) };
            assert_eq!(answer, INVALID_PARAMETER);
        }
    });
}

fn case_242_where_memory_is() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        assert_eq!(place(gpu, device, allocation), NOT_RESIDENT);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
    });
}
