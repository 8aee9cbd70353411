// SPDX-License-Identifier: MIT OR Apache-2.0
//! OfferAllocations, ReclaimAllocations2.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    dma_buf::{displayable, Export},
    fence::PagingQueue,
    harness,
    locked::{assert_holds, write},
    memory::{Map, MIB, PAGE, UNMAPPED},
    paging::*,
    pattern::Patterned,
    reload::with,
    tests,
};
use libd3dkmt::sys::{
    self, bindings as c, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            what_nobody_took_is_kept,
            what_was_taken_is_zero,
            what_was_taken_gives_its_memory_back,
            the_lowest_goes_first,
            auto_is_normal,
            another_offer_changes_the_priority,
            what_is_offered_goes_before_what_is_idle,
            what_was_decommitted_may_be_gone,
            without_allow_decommit_the_commitment_stays,
            what_is_offered_cannot_be_used,
            what_is_offered_cannot_be_exported,
            what_is_locked_cannot_be_offered,
            what_is_resident_comes_back,
            an_eviction_takes_nothing,
            resources,
            shared_memory_and_memory_of_the_caller,
            results_that_cannot_be_written,
            results_need_not_be_asked_for,
            what_was_not_offered,
            arguments_of_offers,
            arguments_of_reclaims,
            allocations_of_others,
            ten_thousand_offers,
        ],
        &[],
    )
}

const SMALL: &str = "local_segment_mib=16 commit_mib=64";

const LOW: u32 = c::D3DKMT_OFFER_PRIORITY_LOW;
const NORMAL: u32 = c::D3DKMT_OFFER_PRIORITY_NORMAL;
const HIGH: u32 = c::D3DKMT_OFFER_PRIORITY_HIGH;
const AUTO: u32 = c::D3DKMT_OFFER_PRIORITY_AUTO;
const ALLOW_DECOMMIT: u32 = c::D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT;

const KEPT: u32 = c::D3DDDI_RECLAIM_RESULT_OK;
const DISCARDED: u32 = c::D3DDDI_RECLAIM_RESULT_DISCARDED;
const NOT_COMMITTED: u32 = c::D3DDDI_RECLAIM_RESULT_NOT_COMMITTED;

/// A device with a paging queue, on each adapter, with a segment of 16 MiB.
fn on_each_small_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    with(SMALL, || on_each_queue(&test));
}

/// A buffer of so many MiB with a byte in it, in the segment.
fn filled(gpu: &Gpu, device: u32, mib: u64, byte: u8) -> u32 {
    let allocation = buffer(gpu, device, mib * MIB);
    write(gpu, device, allocation, byte);
    assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
    allocation
}

fn what_nobody_took_is_kept() {
    on_each_queue(|gpu, device, queue| {
        let mut buffer = Patterned::new(gpu, device, MIB);
        buffer.write(gpu, device, 3);
        for flags in [0, 1, ALLOW_DECOMMIT, 3] {
            let offered = offer_in(&gpu.dxg, device, &[buffer.allocation], LOW, flags);
            assert_eq!(offered, SUCCESS);
            assert_eq!(reclaimed_one(gpu, device, queue, buffer.allocation), KEPT);
            buffer.check(gpu, device);
        }
    });
}

fn what_was_taken_is_zero() {
    on_each_small_queue(|gpu, device, queue| {
        let first = filled(gpu, device, 10, 1);
        assert_eq!(offer(&gpu.dxg, device, &[first]), SUCCESS);
        filled(gpu, device, 10, 2);
        assert_eq!(place(gpu, device, first), NOT_RESIDENT);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
        // Once reclaimed it is as any other.
        assert_eq!(reclaimed_one(gpu, device, queue, first), KEPT);
        write(gpu, device, first, 3);
        assert_holds(gpu, device, first, 3);
    });
}

fn what_was_taken_gives_its_memory_back() {
    on_each_small_queue(|gpu, device, _| {
        let first = filled(gpu, device, 10, 1);
        assert_eq!(offer(&gpu.dxg, device, &[first]), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 10 * MIB);
        filled(gpu, device, 10, 2);
        assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (10 * MIB, 0));
    });
}

/// Which of some buffers of 4 MiB, offered with priorities, are left when `more` MiB more are needed.
fn left(gpu: &Gpu, device: u32, priorities: &[u32], more: u64) -> Vec<bool> {
    let all: Vec<_> = (priorities.iter())
        .map(|_| filled(gpu, device, 4, 1))
        .collect();
    for (&allocation, &priority) in all.iter().zip(priorities) {
        let offered = offer_in(&gpu.dxg, device, &[allocation], priority, 0);
        assert_eq!(offered, SUCCESS);
    }
    let other = filled(gpu, device, more, 2);
    let (answer, places) = places(&gpu.dxg, device, &all);
    assert_eq!(answer, SUCCESS);
    let made = [all, vec![other]].concat();
    assert_eq!(destroy_allocations(&gpu.dxg, device, &made), SUCCESS);
    places.iter().map(|&place| place == IN_GPU_MEMORY).collect()
}

fn the_lowest_goes_first() {
    on_each_small_queue(|gpu, device, _| {
        let left = |priorities: &[u32], more| left(gpu, device, priorities, more);
        assert_eq!(left(&[HIGH, NORMAL, LOW], 4), [true, true, true]);
        assert_eq!(left(&[HIGH, NORMAL, LOW], 8), [true, true, false]);
        assert_eq!(left(&[LOW, HIGH, NORMAL], 12), [false, true, false]);
        assert_eq!(left(&[HIGH, LOW, NORMAL], 16), [false, false, false]);
    });
}

/// Of equal ones the longest unused goes first.
fn auto_is_normal() {
    on_each_small_queue(|gpu, device, _| {
        let left = |priorities: &[u32], more| left(gpu, device, priorities, more);
        assert_eq!(left(&[AUTO, NORMAL, LOW], 12), [false, true, false]);
        assert_eq!(left(&[NORMAL, AUTO, LOW], 12), [false, true, false]);
        assert_eq!(left(&[HIGH, AUTO, LOW], 12), [true, false, false]);
    });
}

fn another_offer_changes_the_priority() {
    on_each_small_queue(|gpu, device, queue| {
        let [first, second] = [1, 2].map(|byte| filled(gpu, device, 6, byte));
        for (allocation, priority) in [(first, LOW), (second, NORMAL), (first, HIGH)] {
            let offered = offer_in(&gpu.dxg, device, &[allocation], priority, 0);
            assert_eq!(offered, SUCCESS);
        }
        filled(gpu, device, 6, 3);
        let both = reclaimed(gpu, device, queue, Kind::Allocations, &[first, second]);
        assert_eq!(both, [KEPT, DISCARDED]);
    });
}

fn what_is_offered_goes_before_what_is_idle() {
    on_each_small_queue(|gpu, device, queue| {
        let idle = filled(gpu, device, 6, 1);
        let offered = filled(gpu, device, 6, 2);
        assert_eq!(offer_in(&gpu.dxg, device, &[offered], HIGH, 0), SUCCESS);
        filled(gpu, device, 6, 3);
        assert_eq!(place(gpu, device, idle), IN_GPU_MEMORY);
        assert_eq!(reclaimed_one(gpu, device, queue, offered), DISCARDED);
        assert_holds(gpu, device, idle, 1);
    });
}

/// Offers 10 MiB with flags, has them discarded, and takes all commitment that is left, of 64 MiB. The offered
/// allocation, and one of those that have the rest.
fn crowded(gpu: &Gpu, device: u32, flags: u32, others: u64) -> (u32, u32) {
    let first = filled(gpu, device, 10, 1);
    let offered = offer_in(&gpu.dxg, device, &[first], NORMAL, flags);
    assert_eq!(offered, SUCCESS);
    filled(gpu, device, 10, 2);
    (first, buffer(gpu, device, others * MIB))
}

fn what_was_decommitted_may_be_gone() {
    on_each_small_queue(|gpu, device, queue| {
        let (first, other) = crowded(gpu, device, ALLOW_DECOMMIT, 54);
        for _ in 0..2 {
            assert_eq!(reclaimed_one(gpu, device, queue, first), NOT_COMMITTED);
            assert_eq!(lock(&gpu.dxg, device, first).0, INVALID_PARAMETER);
        }
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[other]), SUCCESS);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
        // It is committed again: 44 MiB are left.
        Create::buffer(device, 45 * MIB).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        buffer(gpu, device, 44 * MIB);
    });
}

fn without_allow_decommit_the_commitment_stays() {
    on_each_small_queue(|gpu, device, queue| {
        let (first, _) = crowded(gpu, device, 0, 44);
        Create::buffer(device, MIB).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
    });
}

fn what_is_offered_cannot_be_used() {
    on_each_queue(|gpu, device, queue| {
        let allocation = filled(gpu, device, 1, 4);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        let made = make_resident(&gpu.dxg, queue.handle, &[allocation]);
        assert_eq!(made, INVALID_PARAMETER);
        assert_eq!(reclaimed_one(gpu, device, queue, allocation), KEPT);
        assert_holds(gpu, device, allocation, 4);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        // What is offered can be destroyed.
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 0);
    });
}

fn what_is_offered_cannot_be_exported() {
    on_each_queue(|gpu, device, queue| {
        let allocation = displayable(device).made(gpu).allocation(0);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let refused = Export::new(device, allocation).call(gpu);
        assert_eq!(refused, INVALID_PARAMETER);
        assert_eq!(reclaimed_one(gpu, device, queue, allocation), KEPT);
        drop(Export::new(device, allocation).made(gpu));
    });
}

fn what_is_locked_cannot_be_offered() {
    on_each_queue(|gpu, device, _| {
        let free = filled(gpu, device, 1, 5);
        let locked = filled(gpu, device, 1, 6);
        gpu.lock(device, locked);
        gpu.lock(device, locked);
        for _ in 0..2 {
            // Nor is the other one offered then.
            let answer = offer(&gpu.dxg, device, &[free, locked]);
            assert_eq!(answer, INVALID_PARAMETER);
            assert_holds(gpu, device, free, 5);
            gpu.unlock(device, locked);
        }
        assert_eq!(offer(&gpu.dxg, device, &[free, locked]), SUCCESS);
        assert_eq!(lock(&gpu.dxg, device, free).0, INVALID_PARAMETER);
    });
}

fn what_is_resident_comes_back() {
    on_each_small_queue(|gpu, device, queue| {
        let allocation = filled(gpu, device, 10, 7);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        filled(gpu, device, 10, 8);
        let list = List::new(&[allocation]);
        let mut args = to_reclaim(queue.handle, Kind::Allocations, &list);
        let mut result = u32::MAX;
        args.results = &raw mut result as u64;
        let answer = reclaim_with(&gpu.dxg, &mut args);
        assert_eq!((answer, result), (PENDING, DISCARDED));
        arrived(gpu, device, queue, answer, args.paging_fence_value);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        assert_holds(gpu, device, allocation, 0);
        // What was not taken is there.
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let answer = reclaim_with(&gpu.dxg, &mut args);
        assert_eq!((answer, result), (SUCCESS, KEPT));
        assert_eq!(args.paging_fence_value, 0);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), SUCCESS);
    });
}

/// What is offered is taken when the room is needed, and not before.
fn an_eviction_takes_nothing() {
    on_each_queue(|gpu, device, queue| {
        let allocation = filled(gpu, device, 1, 6);
        resident(gpu, device, queue, &[allocation]);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        evicted(gpu, device, &[allocation]);
        let moved = update_with(&gpu.dxg, &mut to_move(queue.handle, allocation, 2));
        assert_eq!(moved, INVALID_PARAMETER);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        assert_eq!(reclaimed_one(gpu, device, queue, allocation), KEPT);
        assert_holds(gpu, device, allocation, 6);
    });
}

fn resources() {
    on_each_small_queue(|gpu, device, queue| {
        let make = |blobs: &[u64]| {
            let blobs: Vec<_> = blobs
                .iter()
                .map(|&mib| dxg_guest_tests::create::buffer(mib * MIB))
                .collect();
            Create::blobs(device, &blobs).in_resource().made(gpu)
        };
        let first = make(&[2, 6]);
        let second = make(&[1, 1, 1]);
        let all = [first.allocations(), second.allocations()].concat();
        for &allocation in &all {
            write(gpu, device, allocation, 9);
        }
        let empty = make(&[1]);
        let emptied = destroy_allocations(&gpu.dxg, device, &empty.allocations());
        assert_eq!(emptied, SUCCESS);
        let handles = [first.resource(), empty.resource(), second.resource()];
        let list = List::new(&handles);
        let mut args = to_offer(device, Kind::Resources, &list);
        assert_eq!(offer_with(&gpu.dxg, &mut args), SUCCESS);
        for &allocation in &all {
            assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        }
        // Room for the 2 and the 6 of the first, which are the longest unused.
        filled(gpu, device, 12, 1);
        let results = reclaimed(gpu, device, queue, Kind::Resources, &handles);
        assert_eq!(results, [DISCARDED, KEPT, KEPT]);
        for (&allocation, byte) in all.iter().zip([0, 0, 9, 9, 9]) {
            assert_holds(gpu, device, allocation, byte);
        }
    });
}

fn shared_memory_and_memory_of_the_caller() {
    on_each_queue(|gpu, device, _| {
        let free = filled(gpu, device, 1, 1);
        let shared = Create::buffer(device, 4096).in_shared_resource().made(gpu);
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), PAGE as u64).made(gpu);
        for other in [shared.allocation(0), heap.allocation(0)] {
            let answer = offer(&gpu.dxg, device, &[free, other]);
            assert_eq!(answer, INVALID_PARAMETER);
        }
        let list = List::new(&[shared.resource()]);
        let mut args = to_offer(device, Kind::Resources, &list);
        assert_eq!(offer_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
        assert_holds(gpu, device, free, 1);
        write(gpu, device, shared.allocation(0), 2);
    });
}

fn results_that_cannot_be_written() {
    on_each_small_queue(|gpu, device, queue| {
        let (gone, other) = crowded(gpu, device, ALLOW_DECOMMIT, 40);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[other]), SUCCESS);
        let kept = filled(gpu, device, 1, 5);
        assert_eq!(offer(&gpu.dxg, device, &[kept]), SUCCESS);
        let list = List::new(&[kept, gone]);
        let args = to_reclaim(queue.handle, Kind::Allocations, &list);
        let memory = Map::new(1);
        memory.put(0, args);
        memory.read_only();
        let answer = call_at(&gpu.dxg, request::RECLAIMALLOCATIONS2, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
        let mut args = args;
        args.results = UNMAPPED;
        assert_eq!(reclaim_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
        // All are offered as before, and nothing is forgotten.
        for allocation in [kept, gone] {
            assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        }
        // 11 MiB are committed, and what was decommitted still is not.
        let most = buffer(gpu, device, 53 * MIB);
        let results = reclaimed(gpu, device, queue, Kind::Allocations, &[kept, gone]);
        assert_eq!(results, [KEPT, NOT_COMMITTED]);
        assert_holds(gpu, device, kept, 5);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[most]), SUCCESS);
        assert_eq!(reclaimed_one(gpu, device, queue, gone), DISCARDED);
    });
}

fn results_need_not_be_asked_for() {
    on_each_queue(|gpu, device, queue| {
        let allocation = filled(gpu, device, 1, 3);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let list = List::new(&[allocation]);
        let mut args = to_reclaim(queue.handle, Kind::Allocations, &list);
        assert_eq!(reclaim_with(&gpu.dxg, &mut args), SUCCESS);
        assert_eq!(args.paging_fence_value, 0);
        assert_holds(gpu, device, allocation, 3);
    });
}

fn what_was_not_offered() {
    on_each_queue(|gpu, device, queue| {
        let untouched = buffer(gpu, device, MIB);
        let filled = filled(gpu, device, 1, 3);
        let list = [filled, untouched, filled];
        let results = reclaimed(gpu, device, queue, Kind::Allocations, &list);
        assert_eq!(results, [KEPT; 3]);
        assert_holds(gpu, device, filled, 3);
        // What has no contents yet loses none.
        assert_eq!(offer(&gpu.dxg, device, &[untouched]), SUCCESS);
        assert_eq!(reclaimed_one(gpu, device, queue, untouched), KEPT);
        assert_holds(gpu, device, untouched, 0);
    });
}

fn arguments_of_offers() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let allocation = create.allocation(0);
    let allocations = List::new(&vec![allocation; PAGED_MAX as usize + 1]);
    let resources = List::new(&vec![create.resource(); PAGED_MAX as usize + 1]);
    let ask = |change: &dyn Fn(&mut sys::D3DKMT_OFFERALLOCATIONS)| {
        let mut args = to_offer(device, Kind::Allocations, &allocations);
        args.allocation_count = 1;
        change(&mut args);
        offer_with(&gpu.dxg, &mut args)
    };
    let refused = |change: &dyn Fn(&mut sys::D3DKMT_OFFERALLOCATIONS)| {
        assert_eq!(ask(change), INVALID_PARAMETER);
    };
    for_each([0, 5, 6, u32::MAX], |priority| {
        refused(&|args| args.priority = priority)
    });
    for_each([4, 8, 0x8000_0000, u32::MAX], |flags| {
        refused(&|args| args.flags.value = flags)
    });
    for_each([0, PAGED_MAX + 1, u32::MAX], |count| {
        refused(&|args| args.allocation_count = count);
        refused(&|args| {
            (args.allocations, args.resources) = (0, resources.address());
            args.allocation_count = count;
        });
    });
    refused(&|args| args.resources = resources.address());
    refused(&|args| args.allocations = 0);
    refused(&|args| args.allocations = UNMAPPED);
    refused(&|args| args.device = handle(allocation));
    // Each list is of its kind.
    refused(&|args| args.allocations = resources.address());
    refused(&|args| (args.allocations, args.resources) = (0, allocations.address()));
    let answer = call_at(&gpu.dxg, request::OFFERALLOCATIONS, 0);
    assert_eq!(answer, INVALID_PARAMETER);
    // Nothing was offered.
    write(&gpu, device, allocation, 1);
    assert_eq!(ask(&|args| args.allocation_count = PAGED_MAX), SUCCESS);
    for_each([LOW, NORMAL, HIGH, AUTO], |priority| {
        assert_eq!(ask(&|args| args.priority = priority), SUCCESS);
    });
}

fn arguments_of_reclaims() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let allocation = create.allocation(0);
    let allocations = List::new(&vec![allocation; PAGED_MAX as usize + 1]);
    let resources = List::new(&vec![create.resource(); PAGED_MAX as usize + 1]);
    assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
    let ask = |change: &dyn Fn(&mut sys::D3DKMT_RECLAIMALLOCATIONS2)| {
        let mut args = to_reclaim(queue.handle, Kind::Allocations, &allocations);
        args.allocation_count = 1;
        change(&mut args);
        reclaim_with(&gpu.dxg, &mut args)
    };
    let refused = |change: &dyn Fn(&mut sys::D3DKMT_RECLAIMALLOCATIONS2)| {
        assert_eq!(ask(change), INVALID_PARAMETER);
    };
    for_each([0, PAGED_MAX + 1, u32::MAX], |count| {
        refused(&|args| args.allocation_count = count);
        refused(&|args| {
            (args.allocations, args.resources) = (0, resources.address());
            args.allocation_count = count;
        });
    });
    refused(&|args| args.resources = resources.address());
    refused(&|args| args.allocations = 0);
    refused(&|args| args.allocations = UNMAPPED);
    refused(&|args| args.allocations = resources.address());
    refused(&|args| (args.allocations, args.resources) = (0, allocations.address()));
    for_each([0, device, allocation, queue.fence.handle], |other| {
        refused(&|args| args.paging_queue = handle(other));
    });
    let answer = call_at(&gpu.dxg, request::RECLAIMALLOCATIONS2, 0);
    assert_eq!(answer, INVALID_PARAMETER);
    // It is offered still.
    assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    assert_eq!(ask(&|args| args.allocation_count = PAGED_MAX), SUCCESS);
    write(&gpu, device, allocation, 1);
}

fn allocations_of_others() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let mine = buffer(&gpu, device, PAGE as u64);
    let other_device = gpu.device();
    let others = Create::buffer(other_device, 4096).in_resource().made(&gpu);
    let wrong = [
        device,
        others.allocation(0),
        others.resource(),
        queue.handle,
    ];
    for_each(NO_HANDLES.into_iter().chain(wrong), |handle| {
        for kind in [Kind::Allocations, Kind::Resources] {
            let list = List::new(&[handle]);
            let offered = offer_with(&gpu.dxg, &mut to_offer(device, kind, &list));
            assert_eq!(offered, INVALID_PARAMETER);
            let reclaimed = reclaim_with(&gpu.dxg, &mut to_reclaim(queue.handle, kind, &list));
            assert_eq!(reclaimed, INVALID_PARAMETER);
        }
        assert_eq!(offer(&gpu.dxg, device, &[mine, handle]), INVALID_PARAMETER);
    });
    write(&gpu, device, mine, 1);
}

fn ten_thousand_offers() {
    on_each_queue(|gpu, device, queue| {
        let create = Create::buffers(device, 1000).in_resource().made(gpu);
        let all = create.allocations();
        write(gpu, device, all[500], 1);
        let list = vec![create.resource(); 10];
        let listed = List::new(&list);
        let mut args = to_offer(device, Kind::Resources, &listed);
        assert_eq!(offer_with(&gpu.dxg, &mut args), SUCCESS);
        let results = reclaimed(gpu, device, queue, Kind::Resources, &list);
        assert_eq!(results, [KEPT; 10]);
        assert_holds(gpu, device, all[500], 1);
        // More than 2^20 are too many for one call.
        let listed = List::new(&vec![create.resource(); 1049]);
        let mut args = to_offer(device, Kind::Resources, &listed);
        assert_eq!(offer_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    });
}
