// SPDX-License-Identifier: MIT OR Apache-2.0
//! MakeResident, and what concerns all calls with lists.

use super::*;
use dxg_guest_tests::{
    child, faults,
    fence::Fence,
    locked::{assert_holds, write},
    memory::{PAGE, UNMAPPED},
    paging::*,
};
use libd3dkmt::sys::{bindings as c, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL};

pub(super) fn what_is_paged_in_is_pending() {
    faults::every_call::spare("a call whose answer can't be written takes a value of the queue");
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        assert_eq!(place(gpu, device, allocation), NOT_RESIDENT);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], 0);
        assert_eq!(made, (PENDING, 1, 1, 0));
        arrived(gpu, device, queue, made.0, made.2);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        assert_eq!(gpu.usage(LOCAL), MIB);
        // The values are the queue's own.
        let next = buffer(gpu, device, MIB);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[next, allocation], 0);
        assert_eq!(made, (PENDING, 2, 2, 0));
        arrived(gpu, device, queue, made.0, made.2);
    });
}

/// The value to wait for is reached when the call returns.
pub(super) fn what_is_there_is_pending_as_well() {
    faults::every_call::spare("a call whose answer can't be written takes a value of the queue");
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        write(gpu, device, allocation, 7);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        for value in 1..4 {
            let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation; 2], 0);
            assert_eq!((made, queue.fence.value()), ((PENDING, 2, value, 0), value));
        }
        assert_holds(gpu, device, allocation, 7);
    });
}

pub(super) fn memory_that_has_no_segment_is_pending_as_well() {
    faults::every_call::spare("a call whose answer can't be written takes a value of the queue");
    on_each_queue(|gpu, device, queue| {
        let memory = Map::new(2);
        let heap = Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
        let made = make_resident_in(&gpu.dxg, queue.handle, &heap.allocations(), 0);
        assert_eq!((made, queue.fence.value()), ((PENDING, 1, 1, 0), 1));
        assert_eq!(place(gpu, device, heap.allocation(0)), IN_SHARED_MEMORY);
        assert_eq!(evict(&gpu.dxg, device, &heap.allocations()), SUCCESS);
    });
}

pub(super) fn how_many_are_made_resident() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, PAGE as u64);
    let list = vec![allocation; PAGED_MAX as usize + 1];
    for_each([0, PAGED_MAX + 1, u32::MAX], |count| {
        let list = List::new(&list);
        let mut args = to_make_resident(queue.handle, &list);
        args.alloc_count = count;
        assert_eq!(make_resident_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    });
    let most = &list[..PAGED_MAX as usize];
    let made = make_resident_in(&gpu.dxg, queue.handle, most, 0);
    assert_eq!((made.0, made.1, made.3), (PENDING, PAGED_MAX, 0));
    arrived(&gpu, device, &queue, made.0, made.2);
    assert_eq!(evict(&gpu.dxg, device, most), SUCCESS);
    assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
    assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
}

pub(super) fn flags_of_make_resident() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, PAGE as u64);
    resident(&gpu, device, &queue, &[allocation]);
    let make = |flags| make_resident_in(&gpu.dxg, queue.handle, &[allocation], flags).0;
    for_each([0, 1, 3], |flags| assert_eq!(make(flags), PENDING));
    for_each([2, 4, 5, 0x10, 0x8000_0000, u32::MAX], |flags| {
        assert_eq!(make(flags), INVALID_PARAMETER);
    });
    // Those three were counted, and no other.
    assert_eq!(evict(&gpu.dxg, device, &[allocation; 4]), SUCCESS);
    assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
    assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
}

pub(super) fn allocations_of_others() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let good = Create::buffers(device, 2).in_resource().made(&gpu);
    let other_device = gpu.device();
    let other = buffer(&gpu, other_device, PAGE as u64);
    let fence = Fence::new(&gpu, device, 0);
    let mine = good.allocation(0);
    let wrong = [
        device,
        gpu.adapter,
        good.resource(),
        queue.handle,
        fence.handle,
    ];
    let queues = [device, gpu.adapter, good.resource(), mine, fence.handle];
    let before = counters();
    for_each(
        NO_HANDLES.into_iter().chain(wrong).chain([other]),
        |handle| {
            let made = make_resident(&gpu.dxg, queue.handle, &[mine, handle]);
            assert_eq!(made, INVALID_PARAMETER);
            let evicted = evict(&gpu.dxg, device, &[handle]);
            assert_eq!(evicted, INVALID_PARAMETER);
            let asked = places(&gpu.dxg, device, &[mine, handle]).0;
            assert_eq!(asked, INVALID_PARAMETER);
            let updated = update_with(&gpu.dxg, &mut to_move(queue.handle, handle, 1));
            assert_eq!(updated, INVALID_PARAMETER);
        },
    );
    for_each(NO_HANDLES.into_iter().chain(queues), |handle| {
        assert_eq!(make_resident(&gpu.dxg, handle, &[mine]), INVALID_PARAMETER);
        let updated = update_with(&gpu.dxg, &mut to_move(handle, mine, 1));
        assert_eq!(updated, INVALID_PARAMETER);
    });
    for_each([0, mine, queue.handle, gpu.adapter], |handle| {
        assert_eq!(evict(&gpu.dxg, handle, &[mine]), INVALID_PARAMETER);
        assert_eq!(places(&gpu.dxg, handle, &[mine]).0, INVALID_PARAMETER);
    });
    // None of them was counted.
    assert_eq!(evict(&gpu.dxg, device, &[mine]), INVALID_PARAMETER);
    let unmapped = UNMAPPED;
    let mut args = to_make_resident(queue.handle, &List::new(&[mine]));
    args.allocation_list = unmapped;
    assert_eq!(make_resident_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    for request in [
        request::MAKERESIDENT,
        request::EVICT,
        request::UPDATEALLOCPROPERTY,
    ] {
        assert_eq!(call_at(&gpu.dxg, request, 0), INVALID_PARAMETER);
    }
    before.assert_restored();
}

pub(super) fn an_answer_that_cannot_be_written_changes_nothing() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        let list = List::new(&[allocation]);
        let args = to_make_resident(queue.handle, &list);
        let answer = unwritable(gpu, request::MAKERESIDENT, args);
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, allocation), NOT_RESIDENT);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);

        resident(gpu, device, queue, &[allocation]);
        let answer = unwritable(gpu, request::EVICT, to_evict(device, &list));
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);

        let args = to_move(queue.handle, allocation, 2);
        let answer = unwritable(gpu, request::UPDATEALLOCPROPERTY, args);
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
    });
}

pub(super) fn too_much_changes_nothing_and_says_how_much() {
    on_each_small_queue(|gpu, device, queue| {
        let all: Vec<_> = (0..3).map(|_| buffer(gpu, device, 6 * MIB)).collect();
        let made = make_resident_in(&gpu.dxg, queue.handle, &all, 0);
        assert_eq!(made, (NO_MEMORY, 0, 0, 18 * MIB - SEGMENT));
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        for &allocation in &all {
            assert_eq!(place(gpu, device, allocation), NOT_RESIDENT);
            assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
        }
        // What fits after trimming is admitted.
        resident(gpu, device, queue, &all[..2]);
        let made = make_resident_in(&gpu.dxg, queue.handle, &all[2..], 0);
        assert_eq!(made, (NO_MEMORY, 0, 0, 18 * MIB - SEGMENT));
        assert_eq!(evict(&gpu.dxg, device, &all[..1]), SUCCESS);
        resident(gpu, device, queue, &all[2..]);
        let (_, now) = places(&gpu.dxg, device, &all);
        assert_eq!(now[1..], [IN_GPU_MEMORY; 2]);
    });
}

pub(super) fn cant_trim_further_goes_up_to_the_segment() {
    const FURTHER: u32 = c::D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER;
    const MUST: u32 = FURTHER | c::D3DDDI_MAKERESIDENT_MUST_SUCCEED;
    on_each_small_queue(|gpu, device, queue| {
        let all: Vec<_> = (0..5).map(|_| buffer(gpu, device, 4 * MIB)).collect();
        for (flags, state) in [
            (0, c::D3DKMT_DEVICEEXECUTION_ACTIVE),
            (FURTHER, c::D3DKMT_DEVICEEXECUTION_ACTIVE),
            (MUST, c::D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY),
            (FURTHER, c::D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY),
        ] {
            let made = make_resident_in(&gpu.dxg, queue.handle, &all, flags);
            assert_eq!(made, (NO_MEMORY, 0, 0, 4 * MIB));
            let execution = c::D3DKMT_DEVICESTATE_EXECUTION;
            let now = device_state(&gpu.dxg, device, execution);
            assert_eq!(now, (SUCCESS, state), "{flags}");
        }
        // Others are not concerned, and success is none.
        let other = gpu.device();
        let execution = c::D3DKMT_DEVICESTATE_EXECUTION;
        let active = (SUCCESS, c::D3DKMT_DEVICEEXECUTION_ACTIVE);
        assert_eq!(device_state(&gpu.dxg, other, execution), active);
        let its_queue = PagingQueue::new(gpu, other);
        let small = buffer(gpu, other, MIB);
        let made = make_resident_in(&gpu.dxg, its_queue.handle, &[small], MUST);
        arrived(gpu, other, &its_queue, made.0, made.2);
        assert_eq!(device_state(&gpu.dxg, other, execution), active);
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        let made = make_resident_in(&gpu.dxg, queue.handle, &all[..4], FURTHER);
        arrived(gpu, device, queue, made.0, made.2);
        assert_eq!(gpu.usage(LOCAL), SEGMENT);
        assert_eq!(evict(&gpu.dxg, device, &all[..4]), SUCCESS);
    });
}

/// In a child: takes half of the segment from the others.
pub(super) fn reserves(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let mut args = to_reserve(gpu.adapter, LOCAL, SEGMENT / 2);
    assert_eq!(reserve_with(&gpu.dxg, &mut args), SUCCESS);
    child::say("reserved");
    child::wait_for_parent();
}

/// Who is over its budget because others came is refused more, but not what it has.
pub(super) fn what_is_listed_is_not_to_be_trimmed() {
    on_each_small_queue(|gpu, device, queue| {
        let [has, more] = [10 * MIB, MIB].map(|bytes| buffer(gpu, device, bytes));
        resident(gpu, device, queue, &[has]);
        let mut child = child::start_on("reserves", gpu.luid, &[]);
        assert_eq!(child.line(), "reserved");
        resident(gpu, device, queue, &[has]);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[more], 0);
        assert_eq!(made, (NO_MEMORY, 0, 0, 3 * MIB));
        child.succeed();
        resident(gpu, device, queue, &[more]);
    });
}
