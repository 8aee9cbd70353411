// SPDX-License-Identifier: MIT OR Apache-2.0
//! What else can be done with what is offered, and what cannot be offered.

use super::*;
use dxg_guest_tests::{
    create::Create,
    dma_buf::{displayable, Export},
    memory::{Map, PAGE},
};

pub(super) fn what_is_offered_cannot_be_used() {
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

pub(super) fn what_is_offered_cannot_be_exported() {
    on_each_queue(|gpu, device, queue| {
        let allocation = displayable(device).made(gpu).allocation(0);
        assert_eq!(offer(&gpu.dxg, device, &[allocation]), SUCCESS);
        let refused = Export::new(device, allocation).call(gpu);
        assert_eq!(refused, INVALID_PARAMETER);
        assert_eq!(reclaimed_one(gpu, device, queue, allocation), KEPT);
        drop(Export::new(device, allocation).made(gpu));
    });
}

pub(super) fn what_is_locked_cannot_be_offered() {
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

pub(super) fn what_is_resident_comes_back() {
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
pub(super) fn an_eviction_takes_nothing() {
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

pub(super) fn resources() {
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

pub(super) fn shared_memory_and_memory_of_the_caller() {
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
