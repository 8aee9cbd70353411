// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTWaitForSynchronizationObjectFromCpu, when it blocks.

use super::*;
use dxg_guest_tests::memory::{Map, BAD_ADDRESSES};
use libd3dkmt::sys::{self, request};
use std::thread;

pub(super) fn what_is_reached_is_not_waited_for() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fence = Fence::new(gpu, device, 5);
        for value in [0, 1, 5] {
            assert_eq!(wait(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
        }
        before.assert_grown(&[("fences", 1), ("mappings", 1)]);
    });
}

pub(super) fn a_signal_ends_a_wait() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fence = Fence::new(gpu, device, 0);
        thread::scope(|scope| {
            let waiting = spawn(scope, || wait(&gpu.dxg, device, &[(fence.handle, 5)]));
            wait_for_waits(&before, 1);
            // That is not enough.
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 4)]), SUCCESS);
            wait_for_waits(&before, 1);
            assert!(!waiting.is_finished());
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 6)]), SUCCESS);
            assert_eq!(waiting.join().expect("a thread"), SUCCESS);
        });
        wait_for_waits(&before, 0);
    });
}

fn two_fences(gpu: &Gpu, device: u32) -> [Fence; 2] {
    [0; 2].map(|_| Fence::new(gpu, device, 0))
}

pub(super) fn all_of_two() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fences = two_fences(gpu, device);
        let targets = fences.map(|fence| (fence.handle, 1));
        thread::scope(|scope| {
            let waiting = spawn(scope, || wait(&gpu.dxg, device, &targets));
            wait_for_waits(&before, 1);
            assert_eq!(signal(&gpu.dxg, device, &targets[1..]), SUCCESS);
            wait_for_waits(&before, 1);
            assert!(!waiting.is_finished());
            assert_eq!(signal(&gpu.dxg, device, &targets[..1]), SUCCESS);
            assert_eq!(waiting.join().expect("a thread"), SUCCESS);
        });
    });
}

pub(super) fn any_of_two() {
    on_each_device(|gpu, device| {
        for which in [0, 1] {
            let before = counters();
            let fences = two_fences(gpu, device);
            let targets = fences.map(|fence| (fence.handle, 1));
            let options = WaitOptions {
                any: true,
                ..WaitOptions::default()
            };
            thread::scope(|scope| {
                let waiting = spawn(scope, || wait_in(&gpu.dxg, device, &targets, options));
                wait_for_waits(&before, 1);
                let answer = signal(&gpu.dxg, device, &targets[which..=which]);
                assert_eq!(answer, SUCCESS);
                assert_eq!(waiting.join().expect("a thread"), SUCCESS);
            });
            wait_for_waits(&before, 0);
            // One that is reached is enough, now as well.
            assert_eq!(wait_in(&gpu.dxg, device, &targets, options), SUCCESS);
        }
    });
}

pub(super) fn a_fence_twice_in_a_wait() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let before = counters();
    let fence = Fence::new(&gpu, device, 0);
    let targets = [3, 1, 3].map(|value| (fence.handle, value));
    thread::scope(|scope| {
        let waiting = spawn(scope, || wait(&gpu.dxg, device, &targets));
        wait_for_waits(&before, 1);
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 1)]), SUCCESS);
        wait_for_waits(&before, 1);
        assert!(!waiting.is_finished());
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 3)]), SUCCESS);
        assert_eq!(waiting.join().expect("a thread"), SUCCESS);
    });
}

/// A value that was reached while one waited counts, though the fence has fallen since.
pub(super) fn what_was_reached_stays_reached() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fences = two_fences(&gpu, device);
    let targets = fences.map(|fence| (fence.handle, 1));
    let event = Event::new();
    let options = WaitOptions {
        event: Some(&event),
        ..WaitOptions::default()
    };
    assert_eq!(wait_in(&gpu.dxg, device, &targets, options), SUCCESS);
    assert_eq!(signal(&gpu.dxg, device, &targets[..1]), SUCCESS);
    let back = [(fences[0].handle, 0)];
    assert_eq!(signal_with(&gpu.dxg, device, &back, REWIND), SUCCESS);
    assert_eq!(fences[0].value(), 0);
    assert_eq!(event.count(), 0);
    assert_eq!(signal(&gpu.dxg, device, &targets[1..]), SUCCESS);
    assert_eq!(event.count(), 1);
}

pub(super) fn as_many_objects_as_a_wait_takes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 1);
    gpu.unchanged(|| {
        let refused = |targets: &[_]| {
            assert_eq!(wait(&gpu.dxg, device, targets), INVALID_PARAMETER);
        };
        refused(&[]);
        refused(&vec![(fence.handle, 1); WAITED_ON_MAX as usize + 1]);
    });
    for_each([32, 33, 5000, WAITED_ON_MAX], |count| {
        let targets = vec![(fence.handle, 1); count as usize];
        assert_eq!(wait(&gpu.dxg, device, &targets), SUCCESS);
    });
    // And so many that have to be waited for.
    let before = counters();
    let targets: Vec<_> = (2..5002).map(|value| (fence.handle, value)).collect();
    thread::scope(|scope| {
        let waiting = scope.spawn(|| wait(&gpu.dxg, device, &targets));
        wait_for_waits(&before, 1);
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 5000)]), SUCCESS);
        assert!(!waiting.is_finished());
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 5001)]), SUCCESS);
        assert_eq!(waiting.join().expect("a thread"), SUCCESS);
    });
}

pub(super) fn flags_of_a_wait() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 1);
    let target = [(fence.handle, 1)];
    gpu.unchanged(|| {
        for_each(1..32, |bit| {
            let answer = wait_with(&gpu.dxg, device, &target, 1 << bit, 0);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    assert_eq!(wait_with(&gpu.dxg, device, &target, 1, 0), SUCCESS);
}

pub(super) fn lists_of_a_wait() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 9);
    let wait_at = |count, objects, values| {
        let mut args = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
            device: handle(device),
            object_count: count,
            objects,
            fence_values: values,
            ..Default::default()
        };
        // SAFETY: As in `signal_at`.
        unsafe { sys::D3DKMTWaitForSynchronizationObjectFromCpu(&gpu.dxg, &mut args) }
    };
    let (object, value) = ([handle(fence.handle)], [9_u64]);
    let [objects, values] = [object.as_ptr() as u64, value.as_ptr() as u64];
    gpu.unchanged(|| {
        for_each(BAD_ADDRESSES, |(_, bad)| {
            assert_eq!(wait_at(1, bad, values), INVALID_PARAMETER);
            assert_eq!(wait_at(1, objects, bad), INVALID_PARAMETER);
        });
        let hole = Map::before_a_hole();
        let at = hole.before_end_of_first_page(8);
        hole.put((at - hole.address()) as usize, 9_u64);
        let two = [handle(fence.handle); 2];
        assert_eq!(wait_at(2, two.as_ptr() as u64, at), INVALID_PARAMETER);
        let number = request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU;
        assert_eq!(call_at(&gpu.dxg, number, 0), INVALID_PARAMETER);
    });
    assert_eq!(wait_at(1, objects, values), SUCCESS);
}

/// Each signals the other one: a lost wake-up would stop both.
pub(super) fn two_threads_take_turns() {
    const TURNS: u64 = 500;
    on_each_device(|gpu, device| {
        let [ping, pong] = two_fences(gpu, device);
        let play = |own: Fence, other: Fence, ahead: u64| {
            for turn in 1..=TURNS {
                let mine = [(own.handle, turn)];
                let theirs = [(other.handle, turn - ahead)];
                assert_eq!(wait(&gpu.dxg, device, &theirs), SUCCESS);
                assert_eq!(signal(&gpu.dxg, device, &mine), SUCCESS);
            }
        };
        thread::scope(|scope| {
            spawn(scope, || play(ping, pong, 1));
            spawn(scope, || play(pong, ping, 0));
        });
        assert_eq!((ping.value(), pong.value()), (TURNS, TURNS));
    });
}

/// Everybody has a value of their own, and all are signalled one by one.
pub(super) fn eight_threads_wait_for_one_fence() {
    on_each_device(|gpu, device| {
        let before = counters();
        let fence = Fence::new(gpu, device, 0);
        thread::scope(|scope| {
            let waiting: Vec<_> = (1..=8)
                .map(|value| {
                    spawn(scope, move || {
                        assert_eq!(wait(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
                        assert!(fence.value() >= value);
                    })
                })
                .collect();
            wait_for_waits(&before, 8);
            for (value, waiting) in (1..).zip(waiting) {
                assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
                waiting.join().expect("a thread");
                wait_for_waits(&before, 8 - i64::try_from(value).expect("a few"));
            }
        });
    });
}

/// What libd3dkmt makes of it.
pub(super) fn the_library_has_fences_and_queues() {
    use libd3dkmt::{Dxg, FenceFlags, NtStatus, PagingPriority, WaitFor};
    for adapter in Dxg::open().expect(Dxg::PATH).adapters().expect("adapters") {
        let before = counters();
        let device = adapter.create_device().expect("a device");
        let [one, two] = [3, 4].map(|value| device.create_fence(value).expect("a fence"));
        let queue = device.create_paging_queue(PagingPriority::NORMAL);
        let queue = queue.expect("a queue");
        assert_eq!((one.value(), two.value(), queue.value()), (3, 4, 0));
        one.signal(5).expect("a signal");
        one.signal(1).expect("a signal");
        assert_eq!(one.value(), 5);
        one.rewind(2).expect("a signal");
        assert_eq!(one.value(), 2);
        one.wait(2).expect("a wait");
        queue.wait(0).expect("a wait");
        let points = [one.at(9), two.at(4), queue.at(0)];
        device.wait(&points, WaitFor::Any).expect("a wait");
        let event = Event::new();
        let by_event = device.signal_event_at(&points, WaitFor::All, event.descriptor());
        by_event.expect("a wait");
        assert_eq!(event.count(), 0);
        thread::scope(|scope| {
            let waiting = spawn(scope, || device.wait(&points, WaitFor::All));
            one.signal(9).expect("a signal");
            waiting.join().expect("no panic").expect("a wait");
        });
        assert_eq!(event.count(), 1);
        let none = device.create_fence_with(0, FenceFlags::NO_SIGNAL);
        let refused = none.expect("a fence").signal(1);
        let status = refused.expect_err("no right").status();
        assert_eq!(status, Some(NtStatus::ACCESS_DENIED));
        let other = adapter.create_device().expect("a device");
        other
            .wait(&points, WaitFor::All)
            .expect_err("another device");
        other.wait(&[], WaitFor::All).expect_err("nothing");
        drop(other);
        queue.destroy().expect("destroyed");
        one.destroy().expect("destroyed");
        // The device goes with the last thing on it.
        drop(device);
        drop(two);
        before.assert_restored();
    }
}
