// SPDX-License-Identifier: MIT OR Apache-2.0
//! Evict.

use super::*;
use dxg_guest_tests::{
    absent::Absent,
    dma_buf::Export,
    faults::every_call,
    locked::{assert_holds, write},
    memory::PAGE,
    paging::*,
    pattern::Patterned,
};
use libd3dkmt::sys::{
    bindings as c, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{os::fd::OwnedFd, thread};

pub(super) fn evicted_memory_goes_out_and_keeps_its_contents() {
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

pub(super) fn evicted_only_if_necessary_it_stays() {
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

pub(super) fn evict_counts_down() {
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
pub(super) fn evict_says_how_much_is_over() {
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

pub(super) fn flags_and_counts_of_evict() {
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

pub(super) fn evict_is_all_or_nothing() {
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

/// The answer cannot be written. While that was tried, the memory was on no list, and had to make room for another.
pub(super) fn what_a_failed_evict_has_lost_is_paged_in_again() {
    on_each_small_queue(|gpu, device, queue| {
        every_call::spare("it waits");
        let [first, other] = [0; 2].map(|_| buffer(gpu, device, 10 * MIB));
        resident(gpu, device, queue, &[first]);
        let list = List::new(&[first]);
        let answer = Absent::for_writers(to_evict(device, &list));
        let at = answer.address();
        thread::scope(|scope| {
            let call = scope.spawn(move || call_at(&gpu.dxg, request::EVICT, at));
            answer.wait_for_touch();
            write(gpu, device, other, 1);
            let meanwhile = place(gpu, device, first);
            answer.refuse();
            assert_eq!(call.join().expect("no panic"), INVALID_PARAMETER);
            assert_eq!(meanwhile, IN_SHARED_MEMORY);
        });
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        assert_eq!(place(gpu, device, first), IN_GPU_MEMORY);
        evicted(gpu, device, &[first]);
    });
}

/// A new allocation of so many MiB, and a dma-buf of it.
fn exported(gpu: &Gpu, device: u32, mib: u64) -> (u32, OwnedFd) {
    let create = Create::buffer(device, mib * MIB);
    let allocation = create.in_shared_resource().made(gpu).allocation(0);
    (allocation, Export::new(device, allocation).made(gpu))
}

/// Whoever has a dma-buf goes on with that memory.
pub(super) fn what_is_exported_stays() {
    on_each_queue(|gpu, device, queue| {
        let (allocation, dma_buf) = exported(gpu, device, 1);
        resident(gpu, device, queue, &[allocation]);
        evicted(gpu, device, &[allocation]);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        moved(gpu, device, queue, allocation, 2);
        assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
        drop(dma_buf);
    });
}

pub(super) fn what_was_exported_makes_room_again() {
    on_each_small_queue(|gpu, device, _| {
        let (allocation, dma_buf) = exported(gpu, device, 8);
        let other = buffer(gpu, device, 10 * MIB);
        write(gpu, device, other, 1);
        assert_eq!(place(gpu, device, other), IN_SHARED_MEMORY);
        every_call::spare("the export ends meanwhile");
        drop(dma_buf);
        assert_holds(gpu, device, other, 1);
        assert_eq!(place(gpu, device, other), IN_GPU_MEMORY);
        assert_eq!(place(gpu, device, allocation), IN_SHARED_MEMORY);
    });
}
