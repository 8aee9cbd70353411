// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory that moves while others use it: no byte is lost, whoever does what at the same time.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    faults::every_call::spare,
    fence::PagingQueue,
    harness,
    memory::{bytes_at, unmap_views, Map, MIB, PAGE},
    paging::*,
    pattern::{Patterned, Random},
    reload::with,
    signals::spawn,
    tests,
};
use libd3dkmt::sys::{bindings as c, request};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

fn main() -> ExitCode {
    harness::run(
        tests![
            an_evict_that_fails_is_not_seen_half_done,
            two_page_their_own,
            eight_page_their_own,
            nothing_is_lost_of_what_is_written_to_while_it_moves,
            nothing_is_lost_of_what_is_mapped_while_it_moves,
            two_do_anything_to_the_same,
            eight_do_anything_to_the_same,
        ],
        &[],
    )
}

const PARAMETERS: &str = "local_segment_mib=8 commit_mib=256";
const TIME: Duration = Duration::from_millis(1500);

/// Does something again and again until a moment, and once at least.
fn until(end: Instant, mut round: impl FnMut()) {
    loop {
        round();
        if Instant::now() >= end {
            break;
        }
    }
}

/// Runs threads on each adapter for [`TIME`].
fn on_each(threads: usize, work: impl Fn(&Gpu, u32, &mut Random) + Sync) {
    spare("there are too many of them");
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let end = Instant::now() + TIME;
            thread::scope(|scope| {
                for i in 0..threads {
                    let work = &work;
                    spawn(scope, move || {
                        let mut random = Random::new(i as u64 + 1);
                        until(end, || {
                            work(gpu, device, &mut random);
                        });
                    });
                }
            });
            assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        });
    });
}

/// One has Evict fail again and again, for the last of its list or for its answer. For the other thread all of the list
/// is on the residency list, or, while the answer is written, none of it.
fn an_evict_that_fails_is_not_seen_half_done() {
    spare("there are too many of them");
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let all = Create::buffers(device, 500).made(gpu).allocations();
        let unlisted = Create::buffer(device, PAGE as u64).made(gpu).allocation(0);
        let ends = [all[0], all[all.len() - 1]];
        resident(gpu, device, &queue, &all);
        let too_many = [&all[..], &[unlisted]].concat();
        let list = List::new(&all);
        let answer = Map::new(1);
        answer.put(0, to_evict(device, &list));
        answer.read_only();
        let at = answer.address();
        for may_be_off in [false, true] {
            let end = Instant::now() + TIME;
            let fail = || match may_be_off {
                false => evict(&gpu.dxg, device, &too_many),
                true => call_at(&gpu.dxg, request::EVICT, at),
            };
            thread::scope(|scope| {
                spawn(scope, || {
                    until(end, || assert_eq!(fail(), INVALID_PARAMETER))
                });
                spawn(scope, || {
                    until(end, || match evict(&gpu.dxg, device, &ends[..1]) {
                        INVALID_PARAMETER if may_be_off => {}
                        answer => {
                            assert_eq!(answer, SUCCESS);
                            assert_eq!(evict(&gpu.dxg, device, &ends[1..]), SUCCESS);
                            resident(gpu, device, &queue, &ends);
                        }
                    })
                });
            });
        }
        evicted(gpu, device, &all);
    });
}

/// A life of some buffers, whose contents are checked all the time.
fn own(gpu: &Gpu, device: u32, random: &mut Random) {
    const BUFFERS: usize = 4;
    let queue = PagingQueue::new(gpu, device);
    let new = |_| Patterned::new(gpu, device, MIB);
    let mut all: Vec<_> = (0..BUFFERS).map(new).collect();
    for _ in 0..24 {
        let which = random.below(BUFFERS);
        let list = [all[which].allocation];
        match random.below(5) {
            0 => all[which].check(gpu, device),
            1 => all[which].write(gpu, device, random.next_number()),
            2 => {
                // Others may have as much as the budget leaves.
                let (answer, _, value, _) = make_resident_in(&gpu.dxg, queue.handle, &list, 0);
                if answer != NO_MEMORY {
                    arrived(gpu, device, &queue, answer, value);
                    all[which].check(gpu, device);
                    assert_eq!(evict(&gpu.dxg, device, &list), SUCCESS);
                }
            }
            3 => {
                assert_eq!(offer(&gpu.dxg, device, &list), SUCCESS);
                let result = reclaimed_one(gpu, device, &queue, list[0]);
                if result == c::D3DDDI_RECLAIM_RESULT_DISCARDED {
                    all[which].forget();
                }
                all[which].check(gpu, device);
            }
            _ => {
                let priority = 0x2800_0000 + (random.below(5) as u32) * 0x2800_0000;
                let answer = set_priorities(&gpu.dxg, device, &list, &[priority]);
                assert_eq!(answer, SUCCESS);
            }
        }
    }
    for buffer in &all {
        buffer.check(gpu, device);
        let gone = destroy_allocations(&gpu.dxg, device, &[buffer.allocation]);
        assert_eq!(gone, SUCCESS);
    }
    assert_eq!(
        dxg_guest_tests::fence::destroy_paging_queue(&gpu.dxg, queue.handle),
        SUCCESS
    );
}

fn two_page_their_own() {
    on_each(2, own);
}

fn eight_page_their_own() {
    on_each(8, own);
}

/// One counts in a locked buffer, while others have it evicted again and again.
fn nothing_is_lost_of_what_is_written_to_while_it_moves() {
    const BYTES: u64 = 2 * MIB;
    spare("there are too many of them");
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let counted = Create::buffer(device, BYTES).made(gpu).allocation(0);
            let address = gpu.lock(device, counted);
            let end = Instant::now() + TIME;
            let rounds = thread::scope(|scope| {
                spawn(scope, move || {
                    let mut random = Random::new(1);
                    let new = |_| Patterned::new(gpu, device, BYTES);
                    let mut all: Vec<_> = (0..6).map(new).collect();
                    until(end, || {
                        let which = random.below(all.len());
                        all[which].write(gpu, device, random.next_number());
                        all[which].check(gpu, device);
                    });
                });
                let counter = spawn(scope, move || {
                    let mut rounds = 0_u64;
                    until(end, || {
                        for page in 0..BYTES as usize / PAGE {
                            let word = (address as usize + page * PAGE) as *mut u64;
                            // SAFETY: The lock has these pages, and only this thread uses them.
                            unsafe {
                                assert_eq!(word.read_volatile(), rounds);
                                word.write_volatile(rounds + 1);
                            }
                        }
                        rounds += 1;
                    });
                    rounds
                });
                counter.join().expect("the counter")
            });
            assert_ne!(rounds, 0);
            // SAFETY: As above.
            let bytes = unsafe { bytes_at(address, BYTES as usize) };
            for page in bytes.chunks(PAGE) {
                assert_eq!(page[..8], rounds.to_ne_bytes());
            }
            gpu.unlock(device, counted);
        });
    });
}

/// One locks a buffer again and again, and writes to it, while another one has it moved.
fn nothing_is_lost_of_what_is_mapped_while_it_moves() {
    spare("there are too many of them");
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let queue = PagingQueue::new(gpu, device);
            let mut buffer = Patterned::new(gpu, device, PAGE as u64);
            let list = [buffer.allocation];
            let end = Instant::now() + TIME;
            thread::scope(|scope| {
                spawn(scope, move || {
                    until(end, || {
                        resident(gpu, device, &queue, &list);
                        evicted(gpu, device, &list);
                    });
                });
                spawn(scope, move || {
                    let mut random = Random::new(1);
                    until(end, || {
                        buffer.write(gpu, device, random.next_number());
                        buffer.check(gpu, device);
                    });
                });
            });
        });
    });
}

/// Allocations that any thread may replace.
struct Common([AtomicU32; 6]);

/// Calls on what others may just have destroyed, offered, locked or made resident.
fn anything(gpu: &Gpu, device: u32, random: &mut Random, common: &Common, queue: &PagingQueue) {
    let slot = &common.0[random.below(common.0.len())];
    let one = slot.load(Relaxed);
    let list = [one];
    let allowed: &[Answer] = &[SUCCESS, INVALID_PARAMETER];
    let is_allowed = |answer: Answer| assert!(allowed.contains(&answer), "{answer:?}");
    match random.below(7) {
        0 => {
            // One page more or less: of another size than before.
            let bytes = MIB + random.below(16) as u64 * PAGE as u64;
            let new = Create::buffer(device, bytes).made(gpu).allocation(0);
            let old = slot.swap(new, Relaxed);
            is_allowed(destroy_allocations(&gpu.dxg, device, &[old]));
        }
        1 => {
            let (answer, address) = lock(&gpu.dxg, device, one);
            is_allowed(answer);
            if answer == SUCCESS {
                // It stays there as long as the mapping, which goes with the allocation at the earliest.
                assert_ne!(address, 0);
                is_allowed(unlock(&gpu.dxg, device, one));
            }
        }
        2 => {
            let (answer, ..) = make_resident_in(&gpu.dxg, queue.handle, &list, 0);
            let allowed = [SUCCESS, PENDING, NO_MEMORY, INVALID_PARAMETER];
            assert!(allowed.contains(&answer), "{answer:?}");
        }
        3 => is_allowed(evict(&gpu.dxg, device, &list)),
        4 => is_allowed(offer(&gpu.dxg, device, &list)),
        5 => {
            let list = List::new(&list);
            let mut args = to_reclaim(queue.handle, Kind::Allocations, &list);
            let answer = reclaim_with(&gpu.dxg, &mut args);
            let allowed = [SUCCESS, PENDING, INVALID_PARAMETER];
            assert!(allowed.contains(&answer), "{answer:?}");
        }
        _ => {
            let (answer, _) = places(&gpu.dxg, device, &list);
            is_allowed(answer);
        }
    }
}

fn anything_to_the_same(threads: usize) {
    spare("there are too many of them");
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let new = |_| AtomicU32::new(Create::buffer(device, MIB).made(gpu).allocation(0));
            let common = Common(std::array::from_fn(new));
            let queue = PagingQueue::new(gpu, device);
            let end = Instant::now() + TIME;
            thread::scope(|scope| {
                for i in 0..threads {
                    let (common, queue) = (&common, &queue);
                    spawn(scope, move || {
                        let mut random = Random::new(i as u64 + 9);
                        until(end, || {
                            anything(gpu, device, &mut random, common, queue);
                        });
                    });
                }
            });
            assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            // What was destroyed while it was locked stays mapped.
            unmap_views();
        });
    });
}

fn two_do_anything_to_the_same() {
    anything_to_the_same(2);
}

fn eight_do_anything_to_the_same() {
    anything_to_the_same(8);
}
