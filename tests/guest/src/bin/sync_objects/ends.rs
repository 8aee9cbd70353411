// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits for fences that end.

use super::*;
use dxg_guest_tests::child::{self, Child};
use std::{
    sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering::Relaxed},
    thread,
};

/// Whatever ends a fence: a thread that waits for it gets INVALID_PARAMETER, and an eventfd is
/// signalled.
fn ends_waits(end: impl Fn(&Gpu, u32, Fence)) {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let [fence, other] = [0; 2].map(|_| Fence::new(gpu, device, 0));
        // For one of two fences, of which the other one is never signalled.
        let targets = [(other.handle, 1), (fence.handle, 1)];
        let event = Event::new();
        let options = WaitOptions {
            any: true,
            event: Some(&event),
        };
        assert_eq!(wait_in(&gpu.dxg, device, &targets, options), SUCCESS);
        thread::scope(|scope| {
            let all = spawn(scope, || wait(&gpu.dxg, device, &targets));
            let any = WaitOptions {
                any: true,
                ..WaitOptions::default()
            };
            let any = spawn(scope, move || wait_in(&gpu.dxg, device, &targets, any));
            wait_for_waits(&before, 3);
            end(gpu, device, fence);
            for waiting in [all, any] {
                assert_eq!(waiting.join().expect("a thread"), INVALID_PARAMETER);
            }
        });
        assert_eq!(event.count(), 1);
        wait_for_waits(&before, 0);
        // The wait would be answered with that now as well.
        let now = wait(&gpu.dxg, device, &[(fence.handle, 0)]);
        assert_eq!(now, INVALID_PARAMETER);
    });
}

pub(super) fn an_end_ends_waits() {
    ends_waits(|gpu, _, fence| {
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
    });
}

pub(super) fn the_device_ends_waits() {
    ends_waits(|gpu, device, _| assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS));
}

/// A signal leaves most of many waits to a worker. What ends before that is done has been signalled all the same: the
/// fence, or another one that a wait for any is for.
pub(super) fn waits_that_were_reached_before_the_end() {
    const MANY: i64 = 256;
    on_each_adapter(|gpu| {
        for others_end in [false, true] {
            let before = counters();
            let device = gpu.device();
            let [fence, other] = [0; 2].map(|_| Fence::new(gpu, device, 0));
            let event = Event::new();
            let options = WaitOptions {
                event: Some(&event),
                ..WaitOptions::default()
            };
            for _ in 0..MANY {
                let answer = wait_in(&gpu.dxg, device, &[(fence.handle, 1)], options);
                assert_eq!(answer, SUCCESS);
            }
            thread::scope(|scope| {
                // Its turn is the last one.
                let waiting = spawn(scope, || {
                    let any = WaitOptions {
                        any: true,
                        ..WaitOptions::default()
                    };
                    let targets = [(fence.handle, 2), (other.handle, 1)];
                    wait_in(&gpu.dxg, device, &targets, any)
                });
                wait_for_waits(&before, MANY + 1);
                assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 2)]), SUCCESS);
                let ends = if others_end { other } else { fence };
                assert_eq!(destroy_sync_object(&gpu.dxg, ends.handle), SUCCESS);
                assert_eq!(waiting.join().expect("a thread"), SUCCESS);
            });
            wait_for_waits(&before, 0);
            assert_eq!(i64::try_from(event.count()), Ok(MANY));
        }
    });
}

/// Closing the node ends waits by eventfds. (A thread that waits keeps the node open.)
pub(super) fn the_last_descriptor_ends_waits() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let fence = Fence::new(&gpu, device, 0);
        let event = Event::new();
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        let target = [(fence.handle, 1)];
        assert_eq!(wait_in(&gpu.dxg, device, &target, options), SUCCESS);
        drop(gpu);
        before.assert_restored();
        assert_eq!(event.count(), 1);
    }
}

/// In a child: waits in two threads, for ever.
pub(super) fn waiter(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let queue = PagingQueue::new(&gpu, device);
    thread::scope(|scope| {
        for fence in [fence, queue.fence] {
            let dxg = &gpu.dxg;
            spawn(scope, move || wait(dxg, device, &[(fence.handle, 1)]));
        }
        child::say("waiting");
    });
}

pub(super) fn a_wait_of_a_process_that_is_killed() {
    for luid in luids() {
        for signal in [libc::SIGKILL, libc::SIGTERM] {
            let before = counters();
            let mut child: Child = child::start_on("waiter", luid, &[]);
            assert_eq!(child.line(), "waiting");
            wait_for_waits(&before, 2);
            child.signal(signal);
            child.end();
            before.assert_restored();
        }
    }
}

/// Some signal, some wait, some destroy and make anew: every wait ends, with an answer that can be,
/// and nothing is left.
pub(super) fn signals_waits_and_ends_in_eight_threads() {
    let most = harness::scaled(200);
    on_each_device(|gpu, device| {
        let before = counters();
        let current = AtomicU32::new(Fence::new(gpu, device, 0).handle);
        let (stop, value, waited) = (AtomicBool::new(false), AtomicU64::new(0), AtomicU32::new(0));
        let event = Event::new();
        thread::scope(|scope| {
            for thread in 0..7 {
                let (current, stop, value, waited) = (&current, &stop, &value, &waited);
                let event = &event;
                spawn(scope, move || {
                    while !stop.load(Relaxed) {
                        let target = [(current.load(Relaxed), value.load(Relaxed) + 1)];
                        let options = WaitOptions {
                            any: thread % 2 == 0,
                            event: (thread == 6).then_some(event),
                        };
                        let answer = match thread {
                            0..3 => signal(&gpu.dxg, device, &target),
                            _ => wait_in(&gpu.dxg, device, &target, options),
                        };
                        match (answer, thread) {
                            (SUCCESS, 0..3) => drop(value.fetch_add(1, Relaxed)),
                            (SUCCESS, _) => drop(waited.fetch_add(1, Relaxed)),
                            (INVALID_PARAMETER, _) => {}
                            (answer, _) => panic!("{answer:?}"),
                        }
                    }
                });
            }
            let _stop = harness::StopAtEnd(&stop);
            let mut rounds = 0;
            while rounds < most || u64::from(waited.load(Relaxed)) < most {
                value.store(0, Relaxed);
                let new = Fence::new(gpu, device, 0).handle;
                let old = current.swap(new, Relaxed);
                assert_eq!(destroy_sync_object(&gpu.dxg, old), SUCCESS);
                rounds += 1;
                thread::yield_now();
            }
            stop.store(true, Relaxed);
            // Whoever waits still gets the end of the last one.
            let last = current.load(Relaxed);
            assert_eq!(destroy_sync_object(&gpu.dxg, last), SUCCESS);
        });
        before.assert_restored();
    });
}
