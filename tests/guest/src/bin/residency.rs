// SPDX-License-Identifier: MIT OR Apache-2.0
//! MakeResident, Evict, QueryAllocationResidency, UpdateAllocationProperty, FlushHeapTransitions,
//! InvalidateCache.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    dma_buf::Export,
    faults,
    fence::{Fence, PagingQueue},
    harness,
    locked::{assert_holds, write},
    memory::{Map, PAGE, UNMAPPED},
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
            what_is_paged_in_is_pending,
            what_is_there_is_a_success,
            memory_that_has_no_segment_is_a_success,
            how_many_are_made_resident,
            flags_of_make_resident,
            allocations_of_others,
            an_answer_that_cannot_be_written_changes_nothing,
            too_much_changes_nothing_and_says_how_much,
            cant_trim_further_goes_up_to_the_segment,
            evicted_memory_goes_out_and_keeps_its_contents,
            evicted_only_if_necessary_it_stays,
            evict_counts_down,
            evict_says_how_much_is_over,
            flags_and_counts_of_evict,
            evict_is_all_or_nothing,
            what_is_exported_stays,
            residency_of_lists_and_resources,
            residency_of_what_is_not_one_of_the_forms,
            a_move_to_system_memory_and_back,
            a_move_takes_what_is_resident_out_of_the_budget,
            moves_that_are_refused,
            flush_of_an_adapter,
            cache_ranges,
        ],
        &[],
    )
}

const MIB: u64 = 1 << 20;
const SEGMENT: u64 = 16 * MIB;
const SMALL: &str = "local_segment_mib=16 commit_mib=256";

/// A device with a paging queue, on each adapter.
fn on_each_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    on_each_device(|gpu, device| test(gpu, device, &PagingQueue::new(gpu, device)));
}

/// The same with a small segment.
fn on_each_small_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    with(SMALL, || on_each_queue(&test));
}

fn buffer(gpu: &Gpu, device: u32, bytes: u64) -> u32 {
    Create::buffer(device, bytes).made(gpu).allocation(0)
}

fn what_is_paged_in_is_pending() {
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

fn what_is_there_is_a_success() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        write(gpu, device, allocation, 7);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        for _ in 0..3 {
            let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation; 2], 0);
            assert_eq!(made, (SUCCESS, 2, 0, 0));
        }
        assert_holds(gpu, device, allocation, 7);
    });
}

fn memory_that_has_no_segment_is_a_success() {
    on_each_queue(|gpu, device, queue| {
        let memory = Map::new(2);
        let heap = Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
        let made = make_resident_in(&gpu.dxg, queue.handle, &heap.allocations(), 0);
        assert_eq!(made, (SUCCESS, 1, 0, 0));
        assert_eq!(place(gpu, device, heap.allocation(0)), IN_SHARED_MEMORY);
        assert_eq!(evict(&gpu.dxg, device, &heap.allocations()), SUCCESS);
    });
}

fn how_many_are_made_resident() {
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

fn flags_of_make_resident() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, PAGE as u64);
    resident(&gpu, device, &queue, &[allocation]);
    let make = |flags| make_resident_in(&gpu.dxg, queue.handle, &[allocation], flags).0;
    for_each([0, 1, 3], |flags| assert_eq!(make(flags), SUCCESS));
    for_each([2, 4, 5, 0x10, 0x8000_0000, u32::MAX], |flags| {
        assert_eq!(make(flags), INVALID_PARAMETER);
    });
    // Those three were counted, and no other.
    assert_eq!(evict(&gpu.dxg, device, &[allocation; 4]), SUCCESS);
    assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
    assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
}

fn allocations_of_others() {
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

/// Makes a call with its argument in memory that cannot be written.
fn unwritable<T>(gpu: &Gpu, request: u32, args: T) -> Answer {
    let memory = Map::new(1);
    memory.put(0, args);
    memory.read_only();
    call_at(&gpu.dxg, request, memory.address())
}

fn an_answer_that_cannot_be_written_changes_nothing() {
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

fn too_much_changes_nothing_and_says_how_much() {
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

fn cant_trim_further_goes_up_to_the_segment() {
    const FURTHER: u32 = c::D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER;
    const MUST: u32 = FURTHER | c::D3DDDI_MAKERESIDENT_MUST_SUCCEED;
    on_each_small_queue(|gpu, device, queue| {
        let all: Vec<_> = (0..5).map(|_| buffer(gpu, device, 4 * MIB)).collect();
        for flags in [FURTHER, MUST] {
            let made = make_resident_in(&gpu.dxg, queue.handle, &all, flags);
            assert_eq!(made, (NO_MEMORY, 0, 0, 4 * MIB));
        }
        let made = make_resident_in(&gpu.dxg, queue.handle, &all[..4], FURTHER);
        arrived(gpu, device, queue, made.0, made.2);
        assert_eq!(gpu.usage(LOCAL), SEGMENT);
        assert_eq!(evict(&gpu.dxg, device, &all[..4]), SUCCESS);
    });
}

fn evicted_memory_goes_out_and_keeps_its_contents() {
    on_each_queue(|gpu, device, queue| {
        let mut all: Vec<_> = (0..4).map(|_| Patterned::new(gpu, device, MIB)).collect();
        let list: Vec<_> = all.iter().map(|buffer| buffer.allocation).collect();
        resident(gpu, device, queue, &list);
        for (seed, buffer) in (1..).zip(&mut all) {
            buffer.write(gpu, device, seed);
        }
        assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (4 * MIB, 0));
        evicted(gpu, device, &list);
        assert_eq!(places(&gpu.dxg, device, &list).1, [IN_SHARED_MEMORY; 4]);
        assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (0, 4 * MIB));
        let made = make_resident_in(&gpu.dxg, queue.handle, &list, 0);
        assert_eq!((made.0, made.1, made.3), (PENDING, 4, 0));
        arrived(gpu, device, queue, made.0, made.2);
        assert_eq!(places(&gpu.dxg, device, &list).1, [IN_GPU_MEMORY; 4]);
        for buffer in &all {
            buffer.check(gpu, device);
        }
        evicted(gpu, device, &list);
        for buffer in &all {
            buffer.check(gpu, device);
        }
    });
}

fn evicted_only_if_necessary_it_stays() {
    const ONLY: u32 = c::D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY;
    on_each_small_queue(|gpu, device, queue| {
        let mut first = Patterned::new(gpu, device, 10 * MIB);
        first.write(gpu, device, 5);
        resident(gpu, device, queue, &[first.allocation]);
        let answer = evict_in(&gpu.dxg, device, &[first.allocation], ONLY);
        assert_eq!(answer, (SUCCESS, 0));
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, first.allocation), IN_GPU_MEMORY);
        // Now it is.
        let second = buffer(gpu, device, 10 * MIB);
        resident(gpu, device, queue, &[second]);
        assert_eq!(place(gpu, device, second), IN_GPU_MEMORY);
        assert_eq!(place(gpu, device, first.allocation), IN_SHARED_MEMORY);
        first.check(gpu, device);
    });
}

fn evict_counts_down() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, MIB);
        resident(gpu, device, queue, &[allocation; 3]);
        for _ in 0..2 {
            evicted(gpu, device, &[allocation]);
            assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        }
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
        assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
    });
}

/// Another device counts for itself, and the process's budget is one.
fn evict_says_how_much_is_over() {
    on_each_small_queue(|gpu, device, queue| {
        let other_device = gpu.device();
        let other_queue = PagingQueue::new(gpu, other_device);
        let mine = buffer(gpu, device, 10 * MIB);
        let others = buffer(gpu, other_device, 10 * MIB);
        resident(gpu, device, queue, &[mine]);
        let made = make_resident_in(&gpu.dxg, other_queue.handle, &[others], 0);
        assert_eq!(made, (NO_MEMORY, 0, 0, 20 * MIB - SEGMENT));
        assert_eq!(evict_in(&gpu.dxg, device, &[mine], 0), (SUCCESS, 0));
        resident(gpu, other_device, &other_queue, &[others]);
        assert_eq!(destroy_device(&gpu.dxg, other_device), SUCCESS);
        // With the binding its place on the list went.
        resident(gpu, device, queue, &[mine]);
    });
}

fn flags_and_counts_of_evict() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, PAGE as u64);
    resident(&gpu, device, &queue, &[allocation; 4]);
    for_each([4, 8, 0x8000_0000, u32::MAX], |flags| {
        let answer = evict_in(&gpu.dxg, device, &[allocation], flags).0;
        assert_eq!(answer, INVALID_PARAMETER);
    });
    for_each([0, PAGED_MAX + 1, u32::MAX], |count| {
        let list = List::new(&[allocation; PAGED_MAX as usize + 1]);
        let mut args = to_evict(device, &list);
        args.alloc_count = count;
        assert_eq!(evict_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    });
    for_each([0, 1, 2, 3], |flags| {
        let answer = evict_in(&gpu.dxg, device, &[allocation], flags);
        assert_eq!(answer, (SUCCESS, 0));
    });
    assert_eq!(evict(&gpu.dxg, device, &[allocation]), INVALID_PARAMETER);
}

fn evict_is_all_or_nothing() {
    on_each_queue(|gpu, device, queue| {
        let [first, second] = [0; 2].map(|_| buffer(gpu, device, MIB));
        resident(gpu, device, queue, &[first]);
        let answer = evict(&gpu.dxg, device, &[first, second]);
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(evict(&gpu.dxg, device, &[first; 2]), INVALID_PARAMETER);
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, first), IN_GPU_MEMORY);
        assert_eq!(evict(&gpu.dxg, device, &[first]), SUCCESS);
    });
}

/// Whoever has a dma-buf goes on with that memory.
fn what_is_exported_stays() {
    on_each_queue(|gpu, device, queue| {
        let create = Create::buffer(device, MIB).in_shared_resource().made(gpu);
        let allocation = create.allocation(0);
        let mut export = Export::new(device, allocation);
        match export.call(gpu) {
            // The software adapter has no device that could.
            NOT_SUPPORTED => return,
            answer => assert_eq!(answer, SUCCESS),
        }
        let dma_buf = export.descriptor();
        resident(gpu, device, queue, &[allocation]);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        moved(gpu, device, queue, allocation, 2);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        drop(dma_buf);
    });
}

fn residency_of_lists_and_resources() {
    on_each_queue(|gpu, device, _| {
        let create = Create::buffers(device, 3).in_resource().made(gpu);
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), PAGE as u64).made(gpu);
        write(gpu, device, create.allocation(1), 1);
        let list = [create.allocations(), heap.allocations()].concat();
        let (answer, now) = places(&gpu.dxg, device, &list);
        assert_eq!(answer, SUCCESS);
        let expected = [NOT_RESIDENT, IN_GPU_MEMORY, NOT_RESIDENT, IN_SHARED_MEMORY];
        assert_eq!(now, expected);
        // A resource is where the farthest of it is.
        let mut status = 0;
        let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
            device: handle(device),
            resource: handle(create.resource()),
            residency_status: &raw mut status as u64,
            ..Default::default()
        };
        // SAFETY: The address is that of one number.
        let answer = unsafe { sys::D3DKMTQueryAllocationResidency(&gpu.dxg, &mut args) };
        assert_eq!((answer, status), (SUCCESS, NOT_RESIDENT));
        for i in [0, 2] {
            write(gpu, device, create.allocation(i), 1);
        }
        // SAFETY: As above.
        let answer = unsafe { sys::D3DKMTQueryAllocationResidency(&gpu.dxg, &mut args) };
        assert_eq!((answer, status), (SUCCESS, IN_GPU_MEMORY));
    });
}

fn residency_of_what_is_not_one_of_the_forms() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let list = List::new(&create.allocations());
    let (address, resource) = (list.address(), create.resource());
    let mut statuses = [0_u32; 2];
    let statuses = statuses.as_mut_ptr() as u64;
    let ask = |resource: u32, allocations, allocation_count, residency_status| {
        let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
            device: handle(device),
            resource: handle(resource),
            allocations,
            allocation_count,
            residency_status,
            ..Default::default()
        };
        // SAFETY: Tests hand in memory of their own, or addresses that are not mapped.
        unsafe { sys::D3DKMTQueryAllocationResidency(&gpu.dxg, &mut args) }
    };
    assert_eq!(ask(0, address, 2, statuses), SUCCESS);
    assert_eq!(ask(resource, 0, 0, statuses), SUCCESS);
    let bad = [
        (resource, address, 2),
        (resource, 0, 2),
        (resource, address, 0),
        (0, 0, 0),
        (0, 0, 2),
        (0, address, 0),
        (0, address, LISTED_MAX + 1),
        (0, UNMAPPED, 1),
        (device, 0, 0),
        (create.allocation(0), 0, 0),
    ];
    for_each(bad, |(resource, list, count)| {
        assert_eq!(ask(resource, list, count, statuses), INVALID_PARAMETER);
    });
    assert_eq!(ask(0, address, 2, 0), INVALID_PARAMETER);
    assert_eq!(ask(resource, 0, 0, UNMAPPED), INVALID_PARAMETER);
    assert_eq!(
        destroy_allocations(&gpu.dxg, device, &create.allocations()),
        SUCCESS
    );
    assert_eq!(ask(resource, 0, 0, statuses), INVALID_PARAMETER);
}

fn a_move_to_system_memory_and_back() {
    on_each_queue(|gpu, device, queue| {
        let mut buffer = Patterned::new(gpu, device, MIB);
        buffer.write(gpu, device, 9);
        let allocation = buffer.allocation;
        let mut args = to_move(queue.handle, allocation, 2);
        let answer = update_with(&gpu.dxg, &mut args);
        assert_eq!(answer, PENDING);
        arrived(gpu, device, queue, answer, args.paging_fence_value);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
        assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (0, MIB));
        // There it stays, whoever touches it or wants it resident.
        buffer.check(gpu, device);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], 0);
        assert_eq!(made, (SUCCESS, 1, 0, 0));
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
        // And back, as it is wanted.
        let mut args = to_move(queue.handle, allocation, 1);
        let answer = update_with(&gpu.dxg, &mut args);
        assert_eq!(answer, PENDING);
        arrived(gpu, device, queue, answer, args.paging_fence_value);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        buffer.check(gpu, device);
        // What is there already need not be waited for.
        let mut args = to_move(queue.handle, allocation, 1);
        let answer = update_with(&gpu.dxg, &mut args);
        assert_eq!((answer, args.paging_fence_value), (SUCCESS, 0));
        // By the set of segments.
        let mut args = to_move(queue.handle, allocation, 0);
        args.property_mask_value = c::D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET;
        args.supported_segment_set = 2;
        let answer = update_with(&gpu.dxg, &mut args);
        assert_eq!(answer, PENDING);
        arrived(gpu, device, queue, answer, args.paging_fence_value);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
        buffer.check(gpu, device);
    });
}

fn a_move_takes_what_is_resident_out_of_the_budget() {
    on_each_small_queue(|gpu, device, queue| {
        let [first, second] = [0; 2].map(|_| buffer(gpu, device, 10 * MIB));
        resident(gpu, device, queue, &[first]);
        assert_eq!(make_resident(&gpu.dxg, queue.handle, &[second]), NO_MEMORY);
        moved(gpu, device, queue, first, 2);
        resident(gpu, device, queue, &[second]);
        assert_eq!(place(gpu, device, second), IN_GPU_MEMORY);
        // It would be too much again.
        let mut args = to_move(queue.handle, first, 1);
        assert_eq!(update_with(&gpu.dxg, &mut args), NO_MEMORY);
        assert_eq!(place(gpu, device, first), IN_SHARED_MEMORY);
        assert_eq!(evict(&gpu.dxg, device, &[second, first]), SUCCESS);
        // All that was counted is given back.
        let third = buffer(gpu, device, SEGMENT);
        resident(gpu, device, queue, &[third]);
    });
}

fn moves_that_are_refused() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let allocation = buffer(&gpu, device, PAGE as u64);
    let update = |change: &dyn Fn(&mut sys::D3DDDI_UPDATEALLOCPROPERTY)| {
        let mut args = to_move(queue.handle, allocation, 1);
        change(&mut args);
        update_with(&gpu.dxg, &mut args)
    };
    // Fields that the mask does not name do not matter.
    assert_eq!(update(&|args| args.supported_segment_set = 0xff), SUCCESS);
    let nothing = update(&|args| {
        args.property_mask_value = 0;
        args.preferred_segment.value = u32::MAX;
    });
    assert_eq!(nothing, SUCCESS);
    for_each([3, 31, 1 | (3 << 6), 0x4000_0000, 0x8000_0001], |value| {
        let answer = update(&|args| args.preferred_segment.value = value);
        assert_eq!(answer, INVALID_PARAMETER);
    });
    for_each([0, 4, 7, u32::MAX], |set| {
        let answer = update(&|args| {
            args.property_mask_value = 2;
            args.supported_segment_set = set;
        });
        assert_eq!(answer, INVALID_PARAMETER);
    });
    // The preferred one has to be of the new set.
    let other = update(&|args| {
        args.property_mask_value = 6;
        args.supported_segment_set = 2;
    });
    assert_eq!(other, INVALID_PARAMETER);
    for_each([0x10, 0x14, 0x8000_0000], |mask| {
        let answer = update(&|args| args.property_mask_value = mask);
        assert_eq!(answer, INVALID_PARAMETER);
    });
    for_each([4, 8, 0x8000_0000], |flags| {
        let answer = update(&|args| args.flags.value = flags);
        assert_eq!(answer, INVALID_PARAMETER);
    });
    for_each([(1, 1), (8, 2)], |(mask, flag)| {
        let fixed = |flags| {
            update(&|args| {
                args.property_mask_value = mask;
                args.flags.value = flags;
            })
        };
        assert_eq!(fixed(flag), NOT_SUPPORTED);
        assert_eq!(fixed(0), SUCCESS);
    });
    // Memory of the caller is in the aperture alone.
    let memory = Map::new(1);
    let heap = Create::heap(device, memory.address(), PAGE as u64).made(&gpu);
    let answer = update(&|args| args.allocation = handle(heap.allocation(0)));
    assert!(
        answer == SUCCESS || answer == INVALID_PARAMETER,
        "{answer:?}"
    );
    assert_eq!(place(&gpu, device, heap.allocation(0)), IN_SHARED_MEMORY);
}

fn flush_of_an_adapter() {
    on_each_queue(|gpu, device, queue| {
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        let allocation = buffer(gpu, device, 8 * MIB);
        let made = make_resident_in(&gpu.dxg, queue.handle, &[allocation], 0);
        assert_eq!(made.0, PENDING);
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert!(queue.fence.value() >= made.2);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        for handle in [0, device, queue.handle, allocation] {
            assert_eq!(flush(&gpu.dxg, handle), INVALID_PARAMETER);
        }
        let answer = call_at(&gpu.dxg, request::FLUSHHEAPTRANSITIONS, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn cache_ranges() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let other_device = gpu.device();
    let allocation = buffer(&gpu, device, 8192);
    let of = |offset, length| invalidate(&gpu.dxg, device, allocation, offset, length);
    for_each(
        [(0, 8192), (0, 0), (8192, 0), (1, 8191), (4097, 1)],
        |(offset, length)| {
            assert_eq!(of(offset, length), SUCCESS);
        },
    );
    for_each(
        [
            (0, 8193),
            (8193, 0),
            (1, 8192),
            (u64::MAX, 1),
            (1, u64::MAX),
        ],
        |(offset, length)| {
            assert_eq!(of(offset, length), INVALID_PARAMETER);
        },
    );
    let answer = invalidate(&gpu.dxg, other_device, allocation, 0, 1);
    assert_eq!(answer, INVALID_PARAMETER);
    assert_eq!(
        invalidate(&gpu.dxg, device, device, 0, 1),
        INVALID_PARAMETER
    );
    let answer = call_at(&gpu.dxg, request::INVALIDATECACHE, 0);
    assert_eq!(answer, INVALID_PARAMETER);
}
