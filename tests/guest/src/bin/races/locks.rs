// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a thread has locked stays readable until it unlocks it, whatever the others do.

use super::*;
use dxg_guest_tests::memory::{unmap, PAGE};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

with_2_and_8! {
    own_locks: two_keep_their_locks, eight_keep_their_locks;
    destroyed: two_lock_what_is_destroyed, eight_lock_what_is_destroyed;
}

/// The first word of an address that is locked.
pub(super) fn word(address: u64) -> &'static AtomicU64 {
    // SAFETY: The caller has a lock there; all use it by atomics, and only while they have one.
    unsafe { AtomicU64::from_ptr(address as *mut u64) }
}

/// The locks of one thread on one allocation, and how often it has used them.
#[derive(Default)]
struct Ledger {
    locks: u32,
    address: u64,
    uses: u64,
}

impl Ledger {
    /// Locks once more; whether it could.
    fn lock(&mut self, gpu: &Gpu, device: u32, allocation: u32, refusals: &[Answer]) -> bool {
        let (answer, address) = lock(&gpu.dxg, device, allocation);
        if !one_of(answer, refusals) {
            return false;
        }
        if self.locks > 0 {
            assert_eq!(address, self.address, "locked twice, at two places");
        }
        self.locks += 1;
        self.address = address;
        true
    }

    /// Takes a lock back; whether it could.
    fn unlock(&mut self, gpu: &Gpu, device: u32, allocation: u32, refusals: &[Answer]) -> bool {
        let answer = unlock(&gpu.dxg, device, allocation);
        if !one_of(answer, refusals) {
            return false;
        }
        self.locks -= 1;
        true
    }

    fn touch(&mut self) {
        if self.locks > 0 {
            word(self.address).fetch_add(1, Relaxed);
            self.uses += 1;
        }
    }
}

fn own_locks(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let allocation = Create::buffer(device, 4096).made(gpu).allocation(0);
    let before = counters();
    let seeds = random.forks(threads);
    let uses = race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        let mut own = Ledger::default();
        for _ in 0..30 {
            match random.below(3) {
                0 if own.locks > 0 => own.unlock(gpu, device, allocation, &[]),
                _ => own.lock(gpu, device, allocation, &[]),
            };
            own.touch();
        }
        while own.locks > 0 {
            own.touch();
            own.unlock(gpu, device, allocation, &[]);
        }
        own.uses
    });
    assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
    before.assert_grown(&[("gem_objects", 1)]);
    let sum = word(gpu.lock(device, allocation)).load(Relaxed);
    assert_eq!(sum, uses.iter().sum());
    gpu.unlock(device, allocation);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// What was locked when the allocation went stays mapped, once.
fn destroyed(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let list = Create::buffer(device, 4096).made(gpu).allocations();
    let before = counters();
    let seeds = random.forks(threads);
    let left = race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        if i == 0 {
            random.pause();
            assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
            return None;
        }
        let mut own = Ledger::default();
        let gone = &[INVALID_PARAMETER];
        loop {
            let there = match random.below(5) {
                0 | 1 if own.locks > 0 => own.unlock(gpu, device, list[0], gone),
                _ => own.lock(gpu, device, list[0], gone),
            };
            own.touch();
            if !there {
                break;
            }
        }
        assert!(!own.lock(gpu, device, list[0], gone), "it was gone before");
        own.touch();
        (own.locks > 0).then_some(own.address)
    });
    let left: BTreeSet<_> = left.into_iter().flatten().collect();
    assert!(left.len() <= 1, "{left:x?}");
    let mappings = counters().since(&before, "mappings");
    assert_eq!(mappings, left.len() as i64);
    for address in left {
        word(address).fetch_add(1, Relaxed);
        unmap(address, PAGE);
    }
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}
