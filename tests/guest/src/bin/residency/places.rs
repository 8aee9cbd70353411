// SPDX-License-Identifier: MIT OR Apache-2.0
//! QueryAllocationResidency, UpdateAllocationProperty, FlushHeapTransitions, InvalidateCache.

use super::*;
use dxg_guest_tests::{
    locked::write,
    memory::{PAGE, UNMAPPED},
    paging::*,
    pattern::Patterned,
};
use libd3dkmt::sys::{
    self, bindings as c, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};

pub(super) fn residency_of_lists_and_resources() {
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

pub(super) fn residency_of_what_is_not_one_of_the_forms() {
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

pub(super) fn a_move_to_system_memory_and_back() {
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
        assert_eq!((made.0, made.1, made.3), (PENDING, 1, 0));
        arrived(gpu, device, queue, made.0, made.2);
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

pub(super) fn a_move_takes_what_is_resident_out_of_the_budget() {
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

pub(super) fn moves_that_are_refused() {
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
    // Memory of the caller stays where it is.
    let memory = Map::new(1);
    let heap = Create::heap(device, memory.address(), PAGE as u64).made(&gpu);
    let answer = update(&|args| args.allocation = handle(heap.allocation(0)));
    assert_eq!(answer, SUCCESS);
    assert_eq!(place(&gpu, device, heap.allocation(0)), IN_SHARED_MEMORY);
}

pub(super) fn flush_of_an_adapter() {
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

pub(super) fn cache_ranges() {
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
