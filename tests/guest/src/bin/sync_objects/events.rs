// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTWaitForSynchronizationObjectFromCpu with an eventfd: the call returns, and the eventfd is
//! signalled when the wait is over.

use super::*;
use rustix::pipe::pipe;
use std::{fs::File, os::fd::AsRawFd};

/// A wait for all targets that signals an event.
fn wait_by(gpu: &Gpu, device: u32, targets: &[(u32, u64)], event: &Event) -> Answer {
    let options = WaitOptions {
        event: Some(event),
        ..WaitOptions::default()
    };
    wait_in(&gpu.dxg, device, targets, options)
}

pub(super) fn an_event_of_what_is_reached() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fence = Fence::new(gpu, device, 5);
        let event = Event::new();
        assert_eq!(wait_by(gpu, device, &[(fence.handle, 5)], &event), SUCCESS);
        assert_eq!(event.count(), 1);
        before.assert_grown(&[("fences", 1), ("mappings", 1)]);
    });
}

pub(super) fn an_event_comes_later() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fence = Fence::new(gpu, device, 0);
        let event = Event::new();
        assert_eq!(wait_by(gpu, device, &[(fence.handle, 5)], &event), SUCCESS);
        before.assert_grown(&[("fences", 1), ("mappings", 1), ("waits", 1)]);
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 4)]), SUCCESS);
        assert_eq!(event.count(), 0);
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 5)]), SUCCESS);
        assert_eq!(event.count(), 1);
        before.assert_grown(&[("fences", 1), ("mappings", 1)]);
    });
}

pub(super) fn an_event_comes_once() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 0);
        let event = Event::new();
        // Each wait is for itself.
        for value in [1, 1, 2] {
            let target = [(fence.handle, value)];
            assert_eq!(wait_by(gpu, device, &target, &event), SUCCESS);
        }
        for (value, count) in [(1, 2), (1, 0), (3, 1), (9, 0)] {
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
            assert_eq!(event.count(), count, "signals of {value}");
        }
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
        assert_eq!(event.count(), 0);
    });
}

pub(super) fn an_event_of_all_and_of_any() {
    on_each_device(|gpu, device| {
        let fences = [0; 3].map(|_| Fence::new(gpu, device, 0));
        let targets = fences.map(|fence| (fence.handle, 1));
        let [all, any] = [Event::new(), Event::new()];
        assert_eq!(wait_by(gpu, device, &targets, &all), SUCCESS);
        let options = WaitOptions {
            any: true,
            event: Some(&any),
        };
        assert_eq!(wait_in(&gpu.dxg, device, &targets, options), SUCCESS);
        for (i, expected) in [(2, (0, 1)), (0, (0, 0)), (1, (1, 0))] {
            let answer = signal(&gpu.dxg, device, &targets[i..=i]);
            assert_eq!(answer, SUCCESS);
            assert_eq!((all.count(), any.count()), expected);
        }
    });
}

pub(super) fn an_event_outlives_its_descriptor() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let event = Event::new();
    let other = event.duplicate();
    let target = [(fence.handle, 1)];
    assert_eq!(wait_by(&gpu, device, &target, &event), SUCCESS);
    drop(event);
    assert_eq!(signal(&gpu.dxg, device, &target), SUCCESS);
    assert_eq!(other.count(), 1);
    // Nobody has it any more when its time comes.
    assert_eq!(wait_by(&gpu, device, &[(fence.handle, 2)], &other), SUCCESS);
    drop(other);
    assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 2)]), SUCCESS);
}

pub(super) fn what_is_no_event() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 1);
    let wait = |event: u64| wait_with(&gpu.dxg, device, &[(fence.handle, 1)], 0, event);
    let (reader, _writer) = pipe().expect("a pipe");
    let null = File::open("/dev/null").expect("/dev/null");
    // The last number that was given out, free again.
    let closed = Event::new().number();
    gpu.unchanged(|| {
        let numbers = [closed, 1 << 20, i32::MAX as u64, 1 << 31, 1 << 32, u64::MAX];
        for_each(numbers, |number| assert_eq!(wait(number), INVALID_HANDLE));
        let others = [
            reader.as_raw_fd(),
            null.as_raw_fd(),
            rustix::fd::AsFd::as_fd(&gpu.dxg).as_raw_fd(),
        ];
        for_each(others, |fd| {
            let number = u64::try_from(fd).expect("a descriptor");
            assert_eq!(wait(number), INVALID_PARAMETER);
        });
    });
}

pub(super) fn an_event_of_a_refused_wait() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 1);
    let denied = Fence::with_flags(&gpu, device, 1, 0x20);
    let event = Event::new();
    gpu.unchanged(|| {
        let targets = [(fence.handle, 1), (0, 1)];
        let answer = wait_by(&gpu, device, &targets, &event);
        assert_eq!(answer, INVALID_PARAMETER);
        let targets = [(fence.handle, 1), (denied.handle, 1)];
        assert_eq!(wait_by(&gpu, device, &targets, &event), ACCESS_DENIED);
    });
    assert_eq!(event.count(), 0);
}

/// A wait that is over leaves nothing in the fences that it did not need.
pub(super) fn waits_for_any_leave_nothing() {
    on_each_device(|gpu, device| {
        let before = counters();
        let [never, often] = [0; 2].map(|_| Fence::new(gpu, device, 0));
        let event = Event::new();
        let options = WaitOptions {
            any: true,
            event: Some(&event),
        };
        for turn in 1..=200 {
            let targets = [(never.handle, 1), (often.handle, turn)];
            assert_eq!(wait_in(&gpu.dxg, device, &targets, options), SUCCESS);
            assert_eq!(counters().since(&before, "waits"), 1);
            assert_eq!(signal(&gpu.dxg, device, &targets[1..]), SUCCESS);
            assert_eq!(event.count(), 1);
            assert_eq!(counters().since(&before, "waits"), 0);
        }
    });
}
