// SPDX-License-Identifier: MIT OR Apache-2.0
//! Of all that destroy an object, one succeeds.

use super::*;
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
};

with_2_and_8! {
    the_same: two_destroy_the_same, eight_destroy_the_same;
    owned: two_destroy_what_owns_each_other, eight_destroy_what_owns_each_other;
    lists: two_destroy_lists_that_overlap, eight_destroy_lists_that_overlap;
    guesses: two_guess_what_is_created, eight_guess_what_is_created;
}

/// A call that ends an object.
#[derive(Clone, Copy)]
enum End {
    Adapter(u32),
    Device(u32),
    Resource(u32, u32),
    Allocation(u32, u32),
}

impl End {
    fn call(self, gpu: &Gpu) -> Answer {
        match self {
            Self::Adapter(handle) => close_adapter(&gpu.dxg, handle),
            Self::Device(handle) => destroy_device(&gpu.dxg, handle),
            Self::Resource(device, handle) => destroy_resource(&gpu.dxg, device, handle),
            Self::Allocation(device, handle) => destroy_allocations(&gpu.dxg, device, &[handle]),
        }
    }
}

/// Each thread makes all calls, beginning with another one; the successes of each call.
fn all_end(gpu: &Gpu, threads: usize, ends: &[End]) -> Vec<usize> {
    let answers = race(threads, |i| {
        let mut answers = vec![SUCCESS; ends.len()];
        for step in 0..ends.len() {
            let at = (i * ends.len() / threads + step) % ends.len();
            answers[at] = ends[at].call(gpu);
            one_of(answers[at], &[INVALID_PARAMETER]);
        }
        answers
    });
    (0..ends.len())
        .map(|at| successes(answers.iter().map(|of| of[at])))
        .collect()
}

fn the_same(gpu: &Gpu, threads: usize, _: &mut Random) {
    let device = gpu.device();
    let alone = Create::buffer(device, 4096).made(gpu);
    let resource = Create::buffers(device, 2).in_resource().made(gpu);
    let shared = Create::buffers(device, 2).in_shared_resource().made(gpu);
    let nt = share(gpu, shared.resource());
    let opened = Open::bare(device, &nt, 2).made(gpu);
    drop(nt);
    let global = Create::buffer(device, 4096).in_global_resource().made(gpu);
    let (answer, adapter) = open_adapter(&gpu.dxg, gpu.luid);
    assert_eq!(answer, SUCCESS);
    let ends = [
        End::Allocation(device, alone.allocation(0)),
        End::Resource(device, resource.resource()),
        End::Resource(device, shared.resource()),
        End::Resource(device, opened.resource()),
        End::Resource(device, global.resource()),
        End::Device(gpu.device()),
        End::Adapter(adapter),
    ];
    assert_eq!(all_end(gpu, threads, &ends), [1; 7]);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// The owner ends once, and what it owns by itself or with it.
fn owned(gpu: &Gpu, threads: usize, _: &mut Random) {
    let device = gpu.device();
    let resource = Create::buffers(device, 3).in_resource().made(gpu);
    let alone = Create::buffer(device, 4096).made(gpu).allocation(0);
    let [a, b, c] = [0, 1, 2].map(|i| End::Allocation(device, resource.allocation(i)));
    let ends = [
        a,
        End::Resource(device, resource.resource()),
        b,
        End::Allocation(device, alone),
        End::Device(device),
        c,
    ];
    let times = all_end(gpu, threads, &ends);
    assert!(times.iter().all(|&times| times <= 1), "{times:?}");
    assert_eq!(times[4], 1, "the device");
    for end in ends {
        assert_eq!(end.call(gpu), INVALID_PARAMETER);
    }
}

/// A list is destroyed as a whole or not at all, and an allocation once.
fn lists(gpu: &Gpu, threads: usize, random: &mut Random) {
    const ALLOCATIONS: usize = 8;
    let device = gpu.device();
    let all: Vec<_> = (0..ALLOCATIONS)
        .map(|_| Create::buffer(device, 4096).made(gpu).allocation(0))
        .collect();
    let lists: Vec<BTreeSet<u32>> = (0..threads)
        .map(|_| (0..3).map(|_| random.pick(&all)).collect())
        .collect();
    let answers = race(threads, |i| {
        let list: Vec<_> = lists[i].iter().copied().collect();
        let answer = destroy_allocations(&gpu.dxg, device, &list);
        one_of(answer, &[INVALID_PARAMETER])
    });
    let mut destroyed = BTreeSet::new();
    for (list, _) in lists.iter().zip(&answers).filter(|(_, &won)| won) {
        for &allocation in list {
            assert!(destroyed.insert(allocation), "destroyed twice");
        }
    }
    for (list, _) in lists.iter().zip(&answers).filter(|(_, &won)| !won) {
        assert!(!list.is_disjoint(&destroyed), "refused for nothing");
    }
    for &allocation in &all {
        let expected = if destroyed.contains(&allocation) {
            INVALID_PARAMETER
        } else {
            SUCCESS
        };
        let answer = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(answer, expected);
    }
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// One creates and destroys; the others guess its handles. Creating always succeeds, and each object
/// is destroyed by one of them.
fn guesses(gpu: &Gpu, threads: usize, _: &mut Random) {
    const TIMES: usize = 20;
    let device = gpu.device();
    let next = AtomicU32::new(gpu.next_handle() + HANDLE_STEP);
    let done = AtomicBool::new(false);
    let destroyed = race(threads, |i| {
        if i == 0 {
            let _done = harness::StopAtEnd(&done);
            let create = |_| {
                let allocation = Create::buffer(device, 4096).made(gpu).allocation(0);
                next.store(allocation + HANDLE_STEP, Relaxed);
                destroy_allocations(&gpu.dxg, device, &[allocation])
            };
            return successes((0..TIMES).map(create));
        }
        let mut found = 0;
        while !done.load(Relaxed) {
            let guess = next.load(Relaxed);
            found += successes((0..3).map(|more| {
                let guess = guess + more * HANDLE_STEP;
                let answer = destroy_allocations(&gpu.dxg, device, &[guess]);
                one_of(answer, &[INVALID_PARAMETER]);
                answer
            }));
        }
        found
    });
    assert_eq!(destroyed.iter().sum::<usize>(), TIMES, "{destroyed:?}");
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}
