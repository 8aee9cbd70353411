// SPDX-License-Identifier: MIT OR Apache-2.0
//! Openings by one NT handle, while it and the resource's creator go.

use super::*;
use dxg_guest_tests::{
    memory::{bytes_at, PAGE},
    share::{number, query},
};
use std::{
    os::fd::{AsRawFd, IntoRawFd},
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

with_2_and_8! {
    same_bytes: two_see_the_same_bytes, eight_see_the_same_bytes;
    closed: two_open_what_is_closed, eight_open_what_is_closed;
}

/// Words of a page that is locked, which others use as well.
fn words(address: u64) -> &'static [AtomicU64] {
    let word = address as *const AtomicU64;
    // SAFETY: The lock has a page, and all that are in the race use it by atomics. Nobody uses the
    // words after the lock is gone.
    unsafe { std::slice::from_raw_parts(word, PAGE / 8) }
}

/// Each thread adds to a word of its own and to one of all, by an opening that is new each time; no
/// addition is lost. The first thread ends the creator's opening meanwhile, which changes nothing.
fn same_bytes(gpu: &Gpu, threads: usize, random: &mut Random) {
    const TIMES: u64 = 6;
    let creator = gpu.device();
    let created = Create::buffers(creator, 2).in_shared_resource().made(gpu);
    let nt = share(gpu, created.resource());
    let seeds = random.forks(threads);
    race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        let common = random.below(2) == 0;
        let device = if common { creator } else { gpu.device() };
        for time in 0..TIMES {
            let open = Open::bare(device, &nt, 2).made(gpu);
            let words = words(gpu.lock(device, open.allocation(1)));
            words[0].fetch_add(1, Relaxed);
            assert_eq!(words[1 + i].fetch_add(1, Relaxed), time, "lost");
            gpu.unlock(device, open.allocation(1));
            if !common && random.below(2) == 0 {
                continue;
            }
            let ended = destroy_resource(&gpu.dxg, device, open.resource());
            assert_eq!(ended, SUCCESS);
            if i == 0 && time == TIMES / 2 {
                let ended = destroy_resource(&gpu.dxg, creator, created.resource());
                one_of(ended, &[INVALID_PARAMETER]);
            }
        }
        if !common {
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        }
    });
    let open = Open::bare(creator, &nt, 2).made(gpu);
    let sum = words(gpu.lock(creator, open.allocation(1)))[0].load(Relaxed);
    assert_eq!(sum, TIMES * threads as u64);
    gpu.unlock(creator, open.allocation(1));
    assert_eq!(destroy_device(&gpu.dxg, creator), SUCCESS);
}

/// The first thread closes the NT handle; the others open what it names until it names nothing.
fn closed(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let before = counters();
    let created = Create::buffers(device, 2).in_shared_resource().made(gpu);
    let address = gpu.lock(device, created.allocation(0));
    // SAFETY: The lock has a page.
    unsafe { bytes_at(address, PAGE) }.fill(0x5a);
    gpu.unlock(device, created.allocation(0));
    let nt = share(gpu, created.resource()).into_raw_fd();
    let seeds = random.forks(threads);
    race(threads, |i| {
        if i == 0 {
            let mut random = Random::new(seeds[i]);
            random.pause();
            if random.below(2) == 0 {
                let ended = destroy_resource(&gpu.dxg, device, created.resource());
                assert_eq!(ended, SUCCESS);
            }
            // SAFETY: The NT handle is this function's. Nobody opens other descriptors meanwhile.
            assert_eq!(unsafe { libc::close(nt) }, 0);
            return;
        }
        while open_and_look(gpu, device, &nt) {}
        for _ in 0..3 {
            let (answer, _) = query(gpu, device, number(&nt));
            assert_eq!(answer, INVALID_HANDLE, "it was closed before");
        }
    });
    assert_eq!(Open::bare(device, &nt, 2).call(gpu), INVALID_HANDLE);
    let ended = destroy_resource(&gpu.dxg, device, created.resource());
    one_of(ended, &[INVALID_PARAMETER]);
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// Whether the NT handle was still open; then what it names is whole.
fn open_and_look(gpu: &Gpu, device: u32, nt: &impl AsRawFd) -> bool {
    let (answer, sizes) = query(gpu, device, number(nt));
    if one_of(answer, &[INVALID_HANDLE]) {
        assert_eq!(sizes.allocation_count, 2);
    }
    let mut open = Open::bare(device, nt, 2);
    if !one_of(open.call(gpu), &[INVALID_HANDLE]) {
        return false;
    }
    assert_eq!(answer, SUCCESS, "it was closed before");
    let address = gpu.lock(device, open.allocation(0));
    // SAFETY: The lock has a page, which nobody writes to.
    let bytes = unsafe { bytes_at(address, PAGE) };
    assert!(bytes.iter().all(|&byte| byte == 0x5a));
    gpu.unlock(device, open.allocation(0));
    let ended = destroy_resource(&gpu.dxg, device, open.resource());
    assert_eq!(ended, SUCCESS);
    true
}
