// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTLock2 and Unlock2: what the CPU sees of an allocation, and what it may do to the mapping.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::{buffer, surface, Create},
    harness,
    memory::{bytes_at, memory_file, unmap, Map, PAGE},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
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
            case_212_zeroed_and_writable,
            the_whole_of_64_mib,
            a_surface_has_all_its_rows,
            locks_nest_and_share_one_address,
            case_214_unlock_without_lock,
            contents_stay_between_locks,
            allocations_do_not_alias,
            reserved_flag_bits,
            case_218_not_cpu_visible,
            no_device,
            no_allocation,
            case_256_other_objects,
            allocation_of_another_device,
            destroyed_allocation,
            into_read_only_argument_takes_the_lock_back,
            nested_into_read_only_argument_takes_one_lock_back,
            two_threads_see_one_memory,
            threads_race_for_the_first_lock,
            lock_races_with_destroy,
            unmapped_by_the_user_then_unlocked,
            unmapped_by_the_user_then_locked_again,
            unmapped_in_part,
            moved_by_the_user,
            grown_by_the_user,
            replaced_by_the_user,
            read_only_by_the_user,
            advice_that_is_refused,
            a_forked_child_has_no_mapping,
            a_heap_is_locked_in_place,
            a_fragment_of_the_caller_is_locked_in_place,
            rlimit_as_is_heeded,
            system_calls_read_and_write_through_it,
            other_processes_do_not_see_it,
            an_argument_block_may_live_in_it,
        ],
        &[("limited", limited)],
    )
}

/// A device with one buffer, and its lock.
struct Locked<'a> {
    gpu: &'a Gpu,
    device: u32,
    allocation: u32,
    address: u64,
    bytes: usize,
}

impl<'a> Locked<'a> {
    fn new(gpu: &'a Gpu, pages: usize) -> Self {
        let device = gpu.device();
        let bytes = pages * PAGE;
        let allocation = Create::buffer(device, bytes as u64).made(gpu).allocation(0);
        Self {
            gpu,
            device,
            allocation,
            address: gpu.lock(device, allocation),
            bytes,
        }
    }

    #[allow(clippy::mut_from_ref, reason = "memory that is shared anyway")]
    fn bytes(&self) -> &mut [u8] {
        // SAFETY: The lock has that many bytes; tests use one slice at a time.
        unsafe { bytes_at(self.address, self.bytes) }
    }

    fn lock(&self) -> u64 {
        self.gpu.lock(self.device, self.allocation)
    }

    fn try_unlock(&self) -> Answer {
        unlock(&self.gpu.dxg, self.device, self.allocation)
    }

    fn unlock(&self) {
        assert_eq!(self.try_unlock(), SUCCESS);
    }
}

fn case_212_zeroed_and_writable() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 5);
        assert_eq!(locked.address % PAGE as u64, 0);
        assert!(locked.bytes().iter().all(|&byte| byte == 0));
        locked.bytes().fill(0xff);
        assert!(locked.bytes().iter().all(|&byte| byte == 0xff));
        let now = counters();
        assert_eq!(now.since(&before, "mappings"), 1);
        assert_eq!(now.since(&before, "gem_objects"), 1);
        locked.unlock();
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_eq!(counters().since(&before, "gem_objects"), 1);
    });
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

fn locks_nest_and_share_one_address() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 2);
        for _ in 0..99 {
            assert_eq!(locked.lock(), locked.address);
        }
        assert_eq!(counters().since(&before, "mappings"), 1);
        locked.bytes()[0] = 1;
        for _ in 0..99 {
            locked.unlock();
        }
        // Ninety-nine of a hundred: still locked.
        assert_eq!(locked.bytes()[0], 1);
        locked.unlock();
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
    });
}

fn case_214_unlock_without_lock() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        let video = Create::buffer(device, 4096).made(gpu);
        let heap = Create::heap(device, memory.address(), 4096).made(gpu);
        gpu.unchanged(|| {
            for allocation in [video.allocation(0), heap.allocation(0)] {
                let answer = unlock(&gpu.dxg, device, allocation);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
        for allocation in [video.allocation(0), heap.allocation(0)] {
            gpu.lock(device, allocation);
            gpu.unlock(device, allocation);
            let answer = unlock(&gpu.dxg, device, allocation);
            assert_eq!(answer, INVALID_PARAMETER);
        }
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

fn lock_with_flags(gpu: &Gpu, device: u32, allocation: u32, flags: u32) -> Answer {
    let mut args = sys::D3DKMT_LOCK2 {
        device: handle(device),
        allocation: handle(allocation),
        ..Default::default()
    };
    args.flags.value = flags;
    // SAFETY: The address in the argument is an answer.
    unsafe { sys::D3DKMTLock2(&gpu.dxg, &mut args) }
}

fn reserved_flag_bits() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let allocation = Create::buffer(device, 4096).made(&gpu).allocation(0);
    gpu.unchanged(|| {
        for_each(0..32, |bit| {
            let answer = lock_with_flags(&gpu, device, allocation, 1 << bit);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
}

fn case_218_not_cpu_visible() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let hidden = sys::gem::dxgkrnl_gem_allocation {
            usage: 0,
            ..buffer(4096)
        };
        let allocation = Create::blobs(device, &[hidden]).made(gpu).allocation(0);
        gpu.unchanged(|| {
            assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        });
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
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

fn case_256_other_objects() {
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
            scope.spawn(|| {
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
                        scope.spawn(|| {
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
                let locker = scope.spawn(|| {
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

fn unmapped_by_the_user_then_unlocked() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 2);
        unmap(locked.address, locked.bytes);
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn unmapped_by_the_user_then_locked_again() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes()[PAGE] = 5;
        unmap(locked.address, locked.bytes);
        // SAFETY: The lock has two pages.
        let bytes = unsafe { bytes_at(locked.lock(), locked.bytes) };
        assert_eq!(bytes[PAGE], 5);
        locked.unlock();
        assert_eq!(bytes[PAGE], 5, "one of two locks is left");
        locked.unlock();
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
    });
}

fn unmapped_in_part() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 4);
        locked.bytes().fill(3);
        let page = PAGE as u64;
        unmap(locked.address + page, PAGE);
        locked.unlock();
        // What the user has cut to pieces stays the user's.
        for kept in [0, 2, 3] {
            // SAFETY: These pages are still mapped.
            let bytes = unsafe { bytes_at(locked.address + kept * page, PAGE) };
            assert!(bytes.iter().all(|&byte| byte == 3));
        }
        assert_eq!(counters().since(&before, "mappings"), 1);
        unmap(locked.address, locked.bytes);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn remap(old: u64, old_bytes: usize, bytes: usize, flags: i32, to: u64) -> Result<u64, i32> {
    // SAFETY: Tests move mappings of theirs to places of theirs.
    let result = unsafe { libc::mremap(old as _, old_bytes, bytes, flags, to) };
    if result == libc::MAP_FAILED {
        return Err(std::io::Error::last_os_error().raw_os_error().unwrap_or(0));
    }
    Ok(result as u64)
}

fn moved_by_the_user() {
    on_each_adapter(|gpu| {
        let before = counters();
        let locked = Locked::new(gpu, 3);
        locked.bytes().fill(6);
        let place = Map::new(3);
        let flags = libc::MREMAP_MAYMOVE | libc::MREMAP_FIXED;
        let moved = remap(
            locked.address,
            locked.bytes,
            locked.bytes,
            flags,
            place.address(),
        );
        assert_eq!(moved, Ok(place.address()));
        // SAFETY: The mapping is there now.
        let bytes = unsafe { bytes_at(place.address(), locked.bytes) };
        assert!(bytes.iter().all(|&byte| byte == 6));
        // It is not where the lock was, so that unlocking leaves it alone.
        locked.unlock();
        assert!(bytes.iter().all(|&byte| byte == 6));
        drop(place);
        assert_eq!(counters().since(&before, "mappings"), 0);
    });
}

fn grown_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        for flags in [0, libc::MREMAP_MAYMOVE] {
            let grown = remap(locked.address, locked.bytes, 3 * PAGE, flags, 0);
            assert_eq!(grown, Err(libc::EFAULT));
        }
        // A second mapping of the same.
        let doubled = remap(locked.address, 0, locked.bytes, libc::MREMAP_MAYMOVE, 0);
        assert!(doubled.is_err(), "{doubled:x?}");
        locked.bytes().fill(1);
        locked.unlock();
    });
}

fn replaced_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        // SAFETY: The range is the lock's, which nothing refers to.
        let mine = unsafe {
            libc::mmap(
                locked.address as _,
                locked.bytes,
                libc::PROT_READ | libc::PROT_WRITE,
                libc::MAP_PRIVATE | libc::MAP_ANONYMOUS | libc::MAP_FIXED,
                -1,
                0,
            )
        };
        assert_eq!(mine as u64, locked.address);
        locked.bytes().fill(2);
        locked.unlock();
        // Unlocking must not unmap what is not the allocation.
        assert!(locked.bytes().iter().all(|&byte| byte == 2));
        unmap(locked.address, locked.bytes);
    });
}

fn read_only_by_the_user() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes().fill(4);
        let protect = |prot| {
            // SAFETY: The range is the lock's.
            unsafe { libc::mprotect(locked.address as _, locked.bytes, prot) }
        };
        assert_eq!(protect(libc::PROT_READ), 0);
        assert!(locked.bytes().iter().all(|&byte| byte == 4));
        assert_eq!(protect(libc::PROT_READ | libc::PROT_WRITE), 0);
        locked.bytes().fill(5);
        locked.unlock();
    });
}

fn advice_that_is_refused() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        locked.bytes().fill(8);
        for_each(
            [
                libc::MADV_DOFORK,
                libc::MADV_DONTNEED,
                libc::MADV_REMOVE,
                libc::MADV_HUGEPAGE,
                libc::MADV_MERGEABLE,
            ],
            |advice| {
                // SAFETY: The range is the lock's.
                unsafe { libc::madvise(locked.address as _, locked.bytes, advice) };
                // Whatever the kernel says to it, the contents stay.
                assert!(locked.bytes().iter().all(|&byte| byte == 8));
            },
        );
        // SAFETY: As above.
        let fork = unsafe { libc::madvise(locked.address as _, locked.bytes, libc::MADV_DOFORK) };
        assert_eq!(fork, -1, "a child would have the mapping");
        locked.unlock();
    });
}

fn a_forked_child_has_no_mapping() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        locked.bytes()[0] = 11;
        let byte = locked.address as *const u8;
        // SAFETY: In the child the address is not mapped, and the read ends it.
        let status = child::fork(|| i32::from(unsafe { byte.read_volatile() }));
        assert_eq!(status.signal(), Some(libc::SIGSEGV), "{status}");
        assert_eq!(locked.bytes()[0], 11);
        locked.unlock();
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

/// In a child: there is no address space for the lock.
fn limited(_: &[String]) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let small = Create::buffer(device, 4096).made(gpu).allocation(0);
        let large = Create::buffer(device, 64 << 20).made(gpu).allocation(0);
        let before = counters();
        let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
        let pages: u64 = statm
            .split(' ')
            .next()
            .expect("a size")
            .parse()
            .expect("pages");
        set_address_space(pages * PAGE as u64 + (16 << 20));
        let (answer, address) = lock(&gpu.dxg, device, large);
        assert_eq!((answer, address), (NO_MEMORY, 0));
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_eq!(unlock(&gpu.dxg, device, large), INVALID_PARAMETER);
        gpu.lock(device, small);
        gpu.unlock(device, small);
        set_address_space(libc::RLIM_INFINITY);
        gpu.lock(device, large);
        gpu.unlock(device, large);
    });
}

fn set_address_space(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

fn rlimit_as_is_heeded() {
    Child::start(child::command("limited", &[])).succeed();
}

fn system_calls_read_and_write_through_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 2);
        for (i, byte) in locked.bytes().iter_mut().enumerate() {
            *byte = (i * 3) as u8;
        }
        let (mut file, mut back) = (memory_file(2), memory_file(2));
        file.write_all(locked.bytes()).expect("write");
        let copied = std::fs::read(format!(
            "/proc/self/fd/{}",
            std::os::fd::AsRawFd::as_raw_fd(&file)
        ));
        assert_eq!(copied.expect("read"), locked.bytes());
        back.write_all(&[9; 2 * PAGE]).expect("write");
        std::io::Seek::rewind(&mut back).expect("seek");
        back.read_exact(locked.bytes()).expect("read");
        assert!(locked.bytes().iter().all(|&byte| byte == 9));
        locked.unlock();
    });
}

fn other_processes_do_not_see_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let mut copy = [0_u8; 16];
        let to = libc::iovec {
            iov_base: copy.as_mut_ptr().cast(),
            iov_len: 16,
        };
        let from = libc::iovec {
            iov_base: locked.address as _,
            iov_len: 16,
        };
        // SAFETY: Both ranges are this process's.
        let got = unsafe {
            let pid = libc::getpid();
            libc::process_vm_readv(pid, &to, 1, &from, 1, 0)
        };
        let error = std::io::Error::last_os_error().raw_os_error();
        assert_eq!((got, error), (-1, Some(libc::EFAULT)));
        locked.unlock();
    });
}

fn an_argument_block_may_live_in_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let args = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        let at = locked.address as *mut sys::D3DKMT_CREATEDEVICE;
        // SAFETY: The lock has a page.
        unsafe { at.write(args) };
        let answer = call_at(&gpu.dxg, request::CREATEDEVICE, locked.address);
        assert_eq!(answer, SUCCESS);
        // SAFETY: As above.
        let device = unsafe { at.read() }.device.v;
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        // The block of the call that takes the mapping away.
        let words = locked.address as *mut [u32; 2];
        // SAFETY: As above.
        unsafe { words.write([locked.device, locked.allocation]) };
        let answer = call_at(&gpu.dxg, request::UNLOCK2, locked.address);
        assert_eq!(answer, SUCCESS);
        let answer = call_at(&gpu.dxg, request::UNLOCK2, locked.address);
        assert_eq!(answer, INVALID_PARAMETER, "not mapped any more");
    });
}
