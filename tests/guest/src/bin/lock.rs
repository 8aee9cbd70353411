// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTLock2 and Unlock2: what they take, how they nest, and what the CPU sees of an allocation. What
//! may be done to the mapping is the suite `mapping`.

use dxg_guest_tests::{
    calls::*,
    create::{surface, Create},
    harness,
    locked::Locked,
    memory::{bytes_at, unmap, Map, PAGE},
    signals::spawn,
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{
    process::ExitCode,
    sync::{
        atomic::{AtomicU64, Ordering},
        Barrier,
    },
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            the_whole_of_64_mib,
            a_surface_has_all_its_rows,
            contents_stay_between_locks,
            allocations_do_not_alias,
            no_device,
            no_allocation,
            other_objects,
            allocation_of_another_device,
            destroyed_allocation,
            into_read_only_argument_takes_the_lock_back,
            nested_into_read_only_argument_takes_one_lock_back,
            two_threads_see_one_memory,
            threads_race_for_the_first_lock,
            lock_races_with_destroy,
            a_heap_is_locked_in_place,
            a_fragment_of_the_caller_is_locked_in_place,
        ],
        &[],
    )
}

fn the_whole_of_64_mib() {
    on_each_adapter(|gpu| {
        let pages = (64 << 20) / PAGE;
        let locked = Locked::new(gpu, pages);
        // Each page says its number at both ends.
        for (i, page) in locked.bytes().chunks_exact_mut(PAGE).enumerate() {
            assert_eq!(page[..8], [0; 8]);
            assert_eq!(page[PAGE - 8..], [0; 8]);
            page[..8].copy_from_slice(&i.to_le_bytes());
            page[PAGE - 8..].copy_from_slice(&(!i).to_le_bytes());
        }
        locked.unlock();
        let again = locked.lock();
        // SAFETY: The lock has that many bytes.
        let bytes = unsafe { bytes_at(again, pages * PAGE) };
        for (i, page) in bytes.chunks_exact(PAGE).enumerate() {
            assert_eq!(page[..8], i.to_le_bytes());
            assert_eq!(page[PAGE - 8..], (!i).to_le_bytes());
        }
        locked.unlock();
    });
}

fn a_surface_has_all_its_rows() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::blobs(device, &[surface(641, 479)]).made(gpu);
        let blob = create.blobs[0];
        assert_eq!(blob.pitch, 2816, "641 pixels, in steps of 256 bytes");
        let bytes = (2816 * 479_usize).next_multiple_of(PAGE);
        assert_eq!(blob.bytes, bytes as u64);
        let address = gpu.lock(device, create.allocation(0));
        // SAFETY: The lock has that many bytes.
        let memory = unsafe { bytes_at(address, bytes) };
        assert!(memory.iter().all(|&byte| byte == 0));
        for (row, line) in memory.chunks_mut(2816).enumerate() {
            line.fill(row as u8);
        }
        for (row, line) in memory.chunks(2816).enumerate() {
            assert!(line.iter().all(|&byte| byte == row as u8));
        }
        gpu.unlock(device, create.allocation(0));
    });
}

fn contents_stay_between_locks() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 3);
        for (i, byte) in locked.bytes().iter_mut().enumerate() {
            *byte = (i * 7) as u8;
        }
        for _ in 0..10 {
            locked.unlock();
            // SAFETY: The lock has that many bytes.
            let bytes = unsafe { bytes_at(locked.lock(), locked.bytes) };
            assert!(bytes
                .iter()
                .enumerate()
                .all(|(i, &byte)| byte == (i * 7) as u8));
        }
        locked.unlock();
    });
}

fn allocations_do_not_alias() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::buffers(device, 20).in_resource().made(gpu);
        let list = create.allocations();
        let addresses: Vec<_> = list.iter().map(|&one| gpu.lock(device, one)).collect();
        for (i, &address) in addresses.iter().enumerate() {
            // SAFETY: Each lock has a page.
            unsafe { bytes_at(address, PAGE) }.fill(i as u8 + 1);
        }
        for (i, &address) in addresses.iter().enumerate() {
            // SAFETY: As above.
            let bytes = unsafe { bytes_at(address, PAGE) };
            assert!(
                bytes.iter().all(|&byte| byte == i as u8 + 1),
                "allocation {i}"
            );
        }
        list.iter().for_each(|&one| gpu.unlock(device, one));
    });
}

/// Neither call takes the two handles.
fn both_refused(gpu: &Gpu, device: u32, allocation: u32) {
    let (answer, address) = lock(&gpu.dxg, device, allocation);
    assert_eq!((answer, address), (INVALID_PARAMETER, 0), "Lock2");
    let answer = unlock(&gpu.dxg, device, allocation);
    assert_eq!(answer, INVALID_PARAMETER, "Unlock2");
}

fn no_device() {
    let gpu = Gpu::first();
    let locked = Locked::new(&gpu, 1);
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([gpu.adapter]), |handle| {
            both_refused(&gpu, handle, locked.allocation);
        });
    });
    locked.unlock();
}

fn no_allocation() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| for_each(NO_HANDLES, |handle| both_refused(&gpu, device, handle)));
}

fn other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let (resource, allocation) = (create.resource(), create.allocation(0));
    gpu.unchanged(|| {
        for_each([gpu.adapter, device, resource], |handle| {
            both_refused(&gpu, device, handle);
        });
        for_each([resource, allocation], |handle| {
            both_refused(&gpu, handle, allocation);
        });
    });
}

fn allocation_of_another_device() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let other = gpu.device();
        gpu.unchanged(|| both_refused(gpu, other, locked.allocation));
        locked.unlock();
    });
}

fn destroyed_allocation() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let list = Create::buffer(device, 4096).made(gpu).allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        gpu.unchanged(|| both_refused(gpu, device, list[0]));
    });
}

fn lock_into_read_only_argument(gpu: &Gpu, device: u32, allocation: u32) -> Answer {
    let memory = Map::new(1);
    memory.put(
        0,
        sys::D3DKMT_LOCK2 {
            device: handle(device),
            allocation: handle(allocation),
            ..Default::default()
        },
    );
    memory.read_only();
    call_at(&gpu.dxg, request::LOCK2, memory.address())
}

fn into_read_only_argument_takes_the_lock_back() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        let video = Create::buffer(device, 4096).made(gpu).allocation(0);
        let heap = Create::heap(device, memory.address(), 4096);
        let heap = heap.made(gpu).allocation(0);
        // The first touch makes the memory, and that stays.
        gpu.lock(device, video);
        gpu.unlock(device, video);
        for allocation in [video, heap] {
            gpu.unchanged(|| {
                let answer = lock_into_read_only_argument(gpu, device, allocation);
                assert_eq!(answer, INVALID_PARAMETER);
            });
            let answer = unlock(&gpu.dxg, device, allocation);
            assert_eq!(answer, INVALID_PARAMETER);
        }
    });
}

fn nested_into_read_only_argument_takes_one_lock_back() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        locked.bytes()[7] = 7;
        gpu.unchanged(|| {
            let answer = lock_into_read_only_argument(gpu, locked.device, locked.allocation);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        assert_eq!(locked.bytes()[7], 7);
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
    });
}

fn two_threads_see_one_memory() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let word = |address: u64| {
            // SAFETY: The lock has a page, and all use it by atomics.
            unsafe { AtomicU64::from_ptr(address as *mut u64) }
        };
        thread::scope(|scope| {
            spawn(scope, || {
                let mine = word(locked.lock());
                for i in 1..=1000 {
                    while mine.load(Ordering::Acquire) != 2 * i - 1 {
                        thread::yield_now();
                    }
                    mine.store(2 * i, Ordering::Release);
                }
                locked.unlock();
            });
            let mine = word(locked.address);
            for i in 1..=1000 {
                mine.store(2 * i - 1, Ordering::Release);
                while mine.load(Ordering::Acquire) != 2 * i {
                    thread::yield_now();
                }
            }
        });
        locked.unlock();
    });
}

fn threads_race_for_the_first_lock() {
    const THREADS: usize = 4;
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for _ in 0..50 {
            let before = counters();
            let allocation = Create::buffer(device, 8192).made(gpu).allocation(0);
            let barrier = Barrier::new(THREADS);
            let addresses: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS)
                    .map(|_| {
                        spawn(scope, || {
                            barrier.wait();
                            gpu.lock(device, allocation)
                        })
                    })
                    .collect();
                threads
                    .into_iter()
                    .map(|t| t.join().expect("locked"))
                    .collect()
            });
            assert!(
                addresses.iter().all(|&one| one == addresses[0]),
                "{addresses:x?}"
            );
            assert_eq!(counters().since(&before, "mappings"), 1);
            assert_eq!(counters().since(&before, "gem_objects"), 1);
            for _ in 0..THREADS {
                gpu.unlock(device, allocation);
            }
            assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
            let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
            assert_eq!(destroyed, SUCCESS);
            before.assert_restored();
        }
    });
}

fn lock_races_with_destroy() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for _ in 0..50 {
            let list = Create::buffer(device, 4096).made(gpu).allocations();
            let barrier = Barrier::new(2);
            let (answer, address) = thread::scope(|scope| {
                let locker = spawn(scope, || {
                    barrier.wait();
                    lock(&gpu.dxg, device, list[0])
                });
                barrier.wait();
                assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
                locker.join().expect("an answer")
            });
            match answer {
                SUCCESS => {
                    // SAFETY: The lock has a page, whatever became of the allocation.
                    unsafe { bytes_at(address, PAGE) }.fill(1);
                    unmap(address, PAGE);
                }
                answer => assert_eq!(answer, INVALID_PARAMETER),
            }
        }
    });
}

fn a_heap_is_locked_in_place() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let mut memory = Map::new(4);
        memory.bytes()[0] = 1;
        let heap = Create::heap(device, memory.address(), 4 * PAGE as u64).made(gpu);
        let allocation = heap.allocation(0);
        for _ in 0..3 {
            assert_eq!(gpu.lock(device, allocation), memory.address());
        }
        let now = counters();
        assert_eq!(now.since(&before, "mappings"), 0);
        assert_eq!(now.since(&before, "gem_objects"), 0);
        memory.bytes().fill(2);
        for _ in 0..3 {
            gpu.unlock(device, allocation);
        }
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        assert!(memory.bytes().iter().all(|&byte| byte == 2));
    });
}

fn a_fragment_of_the_caller_is_locked_in_place() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(3);
        let page = PAGE as u64;
        let ranges = [0, 1, 2].map(|i| (memory.address() + i * page, page));
        let create = Create::memory(device, &ranges).made(gpu);
        for (i, (address, _)) in ranges.into_iter().enumerate() {
            assert_eq!(gpu.lock(device, create.allocation(i)), address);
            gpu.unlock(device, create.allocation(i));
        }
    });
}
