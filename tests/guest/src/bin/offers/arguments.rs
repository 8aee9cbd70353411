// SPDX-License-Identifier: MIT OR Apache-2.0
//! Arguments and results.

use super::*;
use dxg_guest_tests::{
    create::Create,
    memory::{Map, PAGE, UNMAPPED},
};
use libd3dkmt::sys::{self, request};

pub(super) fn results_that_cannot_be_written() {
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

pub(super) fn results_need_not_be_asked_for() {
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

pub(super) fn what_was_not_offered() {
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

pub(super) fn arguments_of_offers() {
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

pub(super) fn arguments_of_reclaims() {
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

pub(super) fn allocations_of_others() {
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

pub(super) fn ten_thousand_offers() {
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
