// SPDX-License-Identifier: MIT OR Apache-2.0
//! Threads that use the same numbers at the same time.

use super::*;
use dxg_guest_tests::{clock::Deadline, signals::spawn};
use std::{
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

/// How long a race goes on; it ends earlier when each outcome was seen often enough, and only when each
/// was seen, unless it is stuck.
const TIME: Duration = Duration::from_secs(10);
const STUCK: Duration = Duration::from_secs(60);
const OFTEN: u32 = 100;

/// Each thread creates, shows its number to all, opens what was shown last, and destroys its own.
/// Whatever the others do meanwhile, an opening keeps its number.
fn create_open_and_destroy(threads: usize) {
    on_each_adapter(|gpu| {
        let before = counters();
        let shown = AtomicU32::new(0);
        let [opened, gone] = [AtomicU32::new(0), AtomicU32::new(0)];
        let start = Instant::now();
        let seen = |times| opened.load(Relaxed) >= times && gone.load(Relaxed) >= times;
        let goes_on = |deadline: &mut Deadline| match start.elapsed() < TIME {
            true => !seen(OFTEN),
            false => !seen(1) && !deadline.is_over(),
        };
        thread::scope(|scope| {
            for _ in 0..threads {
                spawn(scope, || {
                    let device = gpu.device();
                    let mut deadline = Deadline::after(STUCK);
                    while goes_on(&mut deadline) {
                        let create = small(gpu, device);
                        let others = shown.swap(create.global(), Relaxed);
                        if open_and_look(gpu, device, others) {
                            opened.fetch_add(1, Relaxed);
                        } else {
                            gone.fetch_add(1, Relaxed);
                        }
                        destroy(gpu, device, create.resource());
                    }
                    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
                });
            }
        });
        assert!(seen(1), "opened {opened:?} times, gone {gone:?} times");
        before.assert_restored();
        let device = gpu.device();
        assert_names_nothing(gpu, device, shown.load(Relaxed));
    });
}

/// Opens a number that may have gone, or may go now; whether it was there.
fn open_and_look(gpu: &Gpu, device: u32, global: u32) -> bool {
    let (answer, sizes) = query(gpu, device, global);
    if answer != SUCCESS {
        assert_eq!(answer, INVALID_PARAMETER);
        return false;
    }
    let mut open = Open::with(device, global, &sizes);
    match open.call(gpu) {
        SUCCESS => {
            assert!(is_there(gpu, device, global), "an opening keeps it");
            gpu.lock(device, open.allocation(0));
            gpu.unlock(device, open.allocation(0));
            destroy(gpu, device, open.resource());
            true
        }
        answer => {
            assert_eq!(answer, INVALID_PARAMETER);
            false
        }
    }
}

pub(super) fn two_threads_create_open_and_destroy() {
    create_open_and_destroy(2);
}

pub(super) fn eight_threads_create_open_and_destroy() {
    create_open_and_destroy(8);
}

/// All open and destroy the same resource, whose creator goes in the middle of it.
fn keep_one_number(threads: u32) {
    on_each_adapter(|gpu| {
        let before = counters();
        for _ in 0..harness::scaled(10).max(1) {
            let device = gpu.device();
            let create = small(gpu, device);
            let global = create.global();
            let opened = AtomicU32::new(0);
            thread::scope(|scope| {
                for _ in 0..threads {
                    spawn(scope, || {
                        let own = gpu.device();
                        for _ in 0..20 {
                            if !open_and_look(gpu, own, global) {
                                break;
                            }
                            opened.fetch_add(1, Relaxed);
                        }
                        assert_eq!(destroy_device(&gpu.dxg, own), SUCCESS);
                    });
                }
                while opened.load(Relaxed) < threads {
                    thread::yield_now();
                }
                destroy(gpu, device, create.resource());
            });
            assert_names_nothing(gpu, device, global);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        }
        before.assert_restored();
    });
}

pub(super) fn two_threads_keep_one_number() {
    keep_one_number(2);
}

pub(super) fn eight_threads_keep_one_number() {
    keep_one_number(8);
}

/// What the kernel has read, it does not read again.
pub(super) fn a_thread_rewrites_the_sizes() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = shared(gpu, device);
        let before = counters();
        let mut open = Open::of(gpu, device, create.global());
        // Room for whatever is said.
        open.infos.resize(1024, open.infos[0]);
        open.total.resize(4096, 0);
        open.args.pOpenAllocationInfo2 = open.infos.as_mut_ptr() as u64;
        open.args.pTotalPrivateDriverDataBuffer = open.total.as_mut_ptr() as u64;
        let (count, room) = (
            &raw mut open.args.NumAllocations,
            &raw mut open.args.TotalPrivateDriverDataBufferSize,
        );
        // SAFETY: The fields live as long as `open`, and both sides use atomics or the kernel.
        let [count, room] = [count, room].map(|field| unsafe { AtomicU32::from_ptr(field) });
        let argument = &raw const open.args as u64;
        let stop = AtomicBool::new(false);
        let mut opened = 0;
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            spawn(scope, || {
                while !stop.load(Relaxed) {
                    for (value, bytes) in [(3, 144), (1024, 48), (3, 4096), (0, 0), (3, 144)] {
                        count.store(value, Relaxed);
                        room.store(bytes, Relaxed);
                    }
                }
            });
            for _ in 0..300 {
                match call_at(&gpu.dxg, request::OPENRESOURCE, argument) {
                    SUCCESS => opened += 1,
                    answer => assert!([INVALID_PARAMETER, NO_MEMORY].contains(&answer)),
                }
            }
        });
        assert_eq!(counters().since(&before, "bindings"), 3 * opened);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}
