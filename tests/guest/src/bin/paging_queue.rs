// SPDX-License-Identifier: MIT OR Apache-2.0
//! Paging queues, and their fences, which nobody but the kernel signals.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    fence::{
        create_paging_queue, destroy_paging_queue, destroy_sync_object, new_paging_queue, signal,
        signal_with, wait, wait_in, Event, Fence, PagingQueue, WaitOptions, REWIND,
    },
    harness,
    limit::Limit,
    memory::{becomes_writable, is_writable, Map, PAGE},
    signals::spawn,
    state::soon,
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{process::ExitCode, thread};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_queue_has_two_handles_and_a_fence,
            priorities,
            physical_adapters,
            what_is_no_device,
            an_answer_that_cannot_be_written,
            no_room_in_the_address_space,
            the_fence_is_for_reading,
            the_fence_is_not_for_signals_or_an_end,
            the_fence_can_be_waited_for,
            destroying_ends_queue_and_fence,
            what_is_no_queue,
            the_device_takes_its_queues_along,
            a_waiter_gets_the_end_of_the_queue,
            a_hundred_queues,
            queues_come_and_go_in_eight_threads,
        ],
        &[],
    )
}

fn a_queue_has_two_handles_and_a_fence() {
    on_each_device(|gpu, device| {
        let before = counters();
        let mut args = new_paging_queue(device);
        assert_eq!(create_paging_queue(&gpu.dxg, &mut args), SUCCESS);
        let queue = PagingQueue::made(&args);
        assert_eq!(queue.handle, device + HANDLE_STEP);
        assert_eq!(queue.fence.handle, device + 2 * HANDLE_STEP);
        assert_eq!(queue.fence.address % PAGE as u64, 0);
        assert_eq!(queue.fence.value(), 0);
        assert_eq!((args.device.v, args.priority), (device, 0));
        before.assert_grown(&[("paging_queues", 1), ("fences", 1), ("mappings", 1)]);
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        before.assert_restored();
    });
}

/// The answer to a creation with something changed about it; what it has made is destroyed.
fn create_with(
    gpu: &Gpu,
    device: u32,
    change: impl FnOnce(&mut sys::D3DKMT_CREATEPAGINGQUEUE),
) -> Answer {
    let mut args = new_paging_queue(device);
    change(&mut args);
    let answer = create_paging_queue(&gpu.dxg, &mut args);
    if answer == SUCCESS {
        let destroyed = destroy_paging_queue(&gpu.dxg, args.paging_queue.v);
        assert_eq!(destroyed, SUCCESS);
    }
    answer
}

fn priorities() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each([-1, 0, 1], |priority| {
        let answer = create_with(&gpu, device, |args| args.priority = priority);
        assert_eq!(answer, SUCCESS);
    });
    gpu.unchanged(|| {
        for_each([-2, 2, 3, 0x100, i32::MIN, i32::MAX], |priority| {
            let answer = create_with(&gpu, device, |args| args.priority = priority);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn physical_adapters() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        for_each([1, 2, 31, u32::MAX], |index| {
            let answer = create_with(&gpu, device, |args| args.physical_adapter_index = index);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn what_is_no_device() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let queue = PagingQueue::new(&gpu, device);
    let others = [
        gpu.adapter,
        create.resource(),
        create.allocation(0),
        queue.handle,
        queue.fence.handle,
    ];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            let answer = create_with(&gpu, handle, |_| ());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let answer = call_at(&gpu.dxg, request::CREATEPAGINGQUEUE, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn an_answer_that_cannot_be_written() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(1);
    memory.put(0, new_paging_queue(device));
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::CREATEPAGINGQUEUE, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn no_room_in_the_address_space() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        let _limit = Limit::of_mappings();
        let answer = create_with(&gpu, device, |_| ());
        assert_eq!(answer, NO_MEMORY);
    });
}

fn the_fence_is_for_reading() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        assert!(!is_writable(queue.fence.address));
        assert!(!becomes_writable(queue.fence.address, PAGE));
        assert_eq!(queue.fence.value(), 0);
    });
}

fn the_fence_is_not_for_signals_or_an_end() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let own = Fence::new(gpu, device, 7);
        gpu.unchanged(|| {
            let answer = signal(&gpu.dxg, device, &[(queue.fence.handle, 1)]);
            assert_eq!(answer, ACCESS_DENIED);
            let answer = signal_with(&gpu.dxg, device, &[(queue.fence.handle, 0)], REWIND);
            assert_eq!(answer, ACCESS_DENIED);
            // Nor is the other one signalled then.
            let both = [(own.handle, 8), (queue.fence.handle, 1)];
            assert_eq!(signal(&gpu.dxg, device, &both), ACCESS_DENIED);
            let answer = destroy_sync_object(&gpu.dxg, queue.fence.handle);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        assert_eq!((queue.fence.value(), own.value()), (0, 7));
    });
}

fn the_fence_can_be_waited_for() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let event = Event::new();
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        let fence = queue.fence.handle;
        assert_eq!(wait(&gpu.dxg, device, &[(fence, 0)]), SUCCESS);
        assert_eq!(wait_in(&gpu.dxg, device, &[(fence, 0)], options), SUCCESS);
        assert_eq!(event.count(), 1);
        assert_eq!(wait_in(&gpu.dxg, device, &[(fence, 1)], options), SUCCESS);
        assert_eq!(event.count(), 0, "nothing was paged");
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        assert_eq!(event.count(), 1, "the end");
    });
}

fn destroying_ends_queue_and_fence() {
    on_each_device(|gpu, device| {
        let before = counters();
        let queue = PagingQueue::new(gpu, device);
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        before.assert_restored();
        let again = destroy_paging_queue(&gpu.dxg, queue.handle);
        assert_eq!(again, INVALID_PARAMETER);
        let fence = wait(&gpu.dxg, device, &[(queue.fence.handle, 0)]);
        assert_eq!(fence, INVALID_PARAMETER);
    });
}

fn what_is_no_queue() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let own = Fence::new(&gpu, device, 0);
    let others = [gpu.adapter, device, queue.fence.handle, own.handle];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            let answer = destroy_paging_queue(&gpu.dxg, handle);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let answer = call_at(&gpu.dxg, request::DESTROYPAGINGQUEUE, 0);
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(
            destroy_sync_object(&gpu.dxg, queue.handle),
            INVALID_PARAMETER
        );
        let answer = wait(&gpu.dxg, device, &[(queue.handle, 0)]);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn the_device_takes_its_queues_along() {
    on_each_adapter(|gpu| {
        let before = counters();
        let [first, second] = [gpu.device(), gpu.device()];
        let of_first = [0; 3].map(|_| PagingQueue::new(gpu, first));
        let of_second = PagingQueue::new(gpu, second);
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        before.assert_grown(&[
            ("devices", 1),
            ("paging_queues", 1),
            ("fences", 1),
            ("mappings", 1),
        ]);
        for queue in of_first {
            let answer = destroy_paging_queue(&gpu.dxg, queue.handle);
            assert_eq!(answer, INVALID_PARAMETER);
        }
        assert_eq!(of_second.fence.value(), 0);
        assert_eq!(destroy_device(&gpu.dxg, second), SUCCESS);
        before.assert_restored();
    });
}

fn a_waiter_gets_the_end_of_the_queue() {
    on_each_device(|gpu, device| {
        let before = counters();
        let queue = PagingQueue::new(gpu, device);
        thread::scope(|scope| {
            let waiting = spawn(scope, || wait(&gpu.dxg, device, &[(queue.fence.handle, 1)]));
            soon(|| match counters().since(&before, "waits") {
                1 => Ok(()),
                _ => Err(()),
            })
            .expect("a wait");
            assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
            assert_eq!(waiting.join().expect("a thread"), INVALID_PARAMETER);
        });
        before.assert_restored();
    });
}

fn a_hundred_queues() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let queues: Vec<_> = (0..100).map(|_| PagingQueue::new(gpu, device)).collect();
        let mut addresses: Vec<_> = queues.iter().map(|queue| queue.fence.address).collect();
        addresses.sort();
        addresses.dedup();
        assert_eq!(addresses.len(), 100, "each has a page of its own");
        for queue in queues.iter().step_by(2) {
            assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        }
        assert!(queues[1..].iter().step_by(2).all(|q| q.fence.value() == 0));
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_restored();
    });
}

fn queues_come_and_go_in_eight_threads() {
    on_each_device(|gpu, device| {
        let before = counters();
        thread::scope(|scope| {
            for _ in 0..8 {
                spawn(scope, || {
                    for _ in 0..50 {
                        let queue = PagingQueue::new(gpu, device);
                        assert_eq!(queue.fence.value(), 0);
                        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
                    }
                });
            }
        });
        before.assert_restored();
    });
}
