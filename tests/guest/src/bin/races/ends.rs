// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices, adapters and nodes end while others use them.

use super::*;
use dxg_guest_tests::{
    memory::{unmap, PAGE},
    share::{number, query},
};
use libd3dkmt::sys;
use std::{collections::BTreeSet, os::fd::OwnedFd, sync::atomic::Ordering::Relaxed};

with_2_and_8! {
    device: two_use_a_device_that_ends, eight_use_a_device_that_ends;
    adapter: two_use_an_adapter_that_is_closed, eight_use_an_adapter_that_is_closed;
}

/// A device with one of each.
struct Full<'a> {
    gpu: &'a Gpu,
    device: u32,
    alone: u32,
    plain: u32,
    shared: u32,
    /// Of another resource, which another device has.
    nt: OwnedFd,
}

/// What a call on a device that may have ended has told.
struct Told {
    answer: Answer,
    /// What stays mapped, if its unlock came too late.
    left: Option<u64>,
}

impl From<Answer> for Told {
    fn from(answer: Answer) -> Self {
        Self { answer, left: None }
    }
}

impl Full<'_> {
    /// A call, with all answers that it may have.
    fn call(&self, what: usize) -> Told {
        let (gpu, device) = (self.gpu, self.device);
        let told: Told = match what {
            0 => Create::buffers(device, 2).call(gpu).into(),
            1 => Create::buffers(device, 2).in_resource().call(gpu).into(),
            2 => {
                let mut append = Create::buffer(device, 4096).append(self.plain);
                match append.call(gpu) {
                    // The resource went before the device was asked for it.
                    INVALID_HANDLE => INVALID_PARAMETER.into(),
                    answer => answer.into(),
                }
            }
            3 => {
                let mut share = Share::new(self.shared);
                let answer = share.call(gpu);
                if answer == SUCCESS {
                    drop(share.descriptor());
                }
                answer.into()
            }
            4 => query(gpu, device, number(&self.nt)).0.into(),
            5 => Open::bare(device, &self.nt, 1).call(gpu).into(),
            _ => {
                let (answer, address) = lock(&gpu.dxg, device, self.alone);
                let mut left = None;
                if answer == SUCCESS {
                    word(address).fetch_add(1, Relaxed);
                    let unlocked = unlock(&gpu.dxg, device, self.alone);
                    left = (!one_of(unlocked, &[INVALID_PARAMETER])).then_some(address);
                }
                Told { answer, left }
            }
        };
        one_of(told.answer, &[INVALID_PARAMETER]);
        told
    }
}

fn device(gpu: &Gpu, threads: usize, random: &mut Random) {
    let other = gpu.device();
    let others = Create::buffer(other, 4096).in_shared_resource().made(gpu);
    let before = counters();
    let device = gpu.device();
    let shared = Create::buffer(device, 4096).in_shared_resource().made(gpu);
    let full = Full {
        gpu,
        device,
        alone: Create::buffer(device, 4096).made(gpu).allocation(0),
        plain: (Create::buffer(device, 4096).in_resource().made(gpu)).resource(),
        shared: shared.resource(),
        nt: share(gpu, others.resource()),
    };
    let seeds = random.forks(threads);
    let left = race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        if i == 0 {
            random.pause();
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            return Vec::new();
        }
        let mut left = Vec::new();
        loop {
            let told = full.call(random.below(7));
            left.extend(told.left);
            if told.answer != SUCCESS {
                break;
            }
        }
        // What is on it goes before the device's call returns, but not at once; so ask the device.
        for what in [0, 1, 4, 5] {
            assert_eq!(full.call(what).answer, INVALID_PARAMETER, "{what}");
        }
        left
    });
    for what in 0..7 {
        assert_eq!(full.call(what).answer, INVALID_PARAMETER, "{what}");
    }
    drop(full.nt);
    let left: BTreeSet<_> = left.into_iter().flatten().collect();
    left.iter().for_each(|&address| unmap(address, PAGE));
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
}

/// Devices go on when the adapter's handle is closed, also those that are made at that moment.
fn adapter(gpu: &Gpu, threads: usize, random: &mut Random) {
    let (answer, adapter) = open_adapter(&gpu.dxg, gpu.luid);
    assert_eq!(answer, SUCCESS);
    let seeds = random.forks(threads);
    race(threads, |i| {
        if i == 0 {
            Random::new(seeds[i]).pause();
            assert_eq!(close_adapter(&gpu.dxg, adapter), SUCCESS);
            return;
        }
        loop {
            let (answer, device) = create_device(&gpu.dxg, adapter);
            if !one_of(answer, &[INVALID_PARAMETER]) {
                break;
            }
            let allocation = Create::buffer(device, 4096).made(gpu).allocation(0);
            gpu.lock(device, allocation);
            gpu.unlock(device, allocation);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            let mut args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
                adapter: handle(adapter),
                ..Default::default()
            };
            let answer = query_video_memory(&gpu.dxg, &mut args);
            if !one_of(answer, &[INVALID_PARAMETER]) {
                break;
            }
        }
        let (answer, _) = create_device(&gpu.dxg, adapter);
        assert_eq!(answer, INVALID_PARAMETER, "it was closed before");
    });
}

/// What a process has goes with its last descriptor, and the next one begins anew. As long as a thread
/// has one, it finds what it has made.
fn nodes(threads: usize) {
    spare("others make calls at the same time");
    let mut random = Random::new(announced_seed());
    // No other descriptor is open meanwhile.
    for luid in luids() {
        for_some_time(|| {
            let before = counters();
            let seeds = random.forks(threads);
            race(threads, |i| {
                let mut random = Random::new(seeds[i]);
                (0..5).for_each(|_| one_node(luid, &mut random));
            });
            before.assert_restored();
        });
    }
}

fn one_node(luid: Luid, random: &mut Random) {
    let gpu = Gpu::open(luid);
    let device = gpu.device();
    let allocation = Create::buffer(device, 4096).made(&gpu).allocation(0);
    random.pause();
    gpu.lock(device, allocation);
    gpu.unlock(device, allocation);
    match random.below(3) {
        0 => assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS),
        1 => {
            let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
            assert_eq!(destroyed, SUCCESS);
        }
        // The descriptor takes it all, if it is the last one.
        _ => {}
    }
}

pub(super) fn two_open_and_close_the_node() {
    nodes(2);
}

pub(super) fn eight_open_and_close_the_node() {
    nodes(8);
}
