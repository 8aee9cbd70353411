// SPDX-License-Identifier: MIT OR Apache-2.0
//! Adding to a resource, while others add, share, open and destroy.

use super::*;
use dxg_guest_tests::share::{number, query};
use std::{
    collections::BTreeSet,
    os::fd::OwnedFd,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
};

with_2_and_8! {
    and_destroy: two_append_and_destroy, eight_append_and_destroy;
    to_what_is_shared: two_append_to_what_is_shared, eight_append_to_what_is_shared;
}

/// What is added before the resource goes, goes with it; after that nothing is added.
fn and_destroy(gpu: &Gpu, threads: usize, random: &mut Random) {
    const APPENDS: usize = 8;
    let device = gpu.device();
    let before = counters();
    let first = Create::buffer(device, 4096).in_resource().made(gpu);
    let resource = first.resource();
    let seeds = random.forks(threads);
    let added = race(threads, |i| {
        if i == 0 {
            Random::new(seeds[i]).pause();
            assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
            return Vec::new();
        }
        let mut added = Vec::new();
        let mut gone = false;
        for _ in 0..APPENDS {
            let mut create = Create::buffers(device, 2).append(resource);
            let answer = create.call(gpu);
            if one_of(answer, &[INVALID_HANDLE, INVALID_PARAMETER]) {
                assert!(!gone, "it was gone before");
                added.extend(create.allocations());
            }
            // INVALID_PARAMETER: gone meanwhile.
            gone = gone || answer != SUCCESS;
        }
        added
    });
    let added: Vec<_> = added.into_iter().flatten().collect();
    let different: BTreeSet<_> = added.iter().chain(&first.allocations()).copied().collect();
    assert_eq!(different.len(), added.len() + 1);
    for allocation in different {
        assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    }
    Create::buffers(device, 2)
        .append(resource)
        .refused(gpu, INVALID_HANDLE);
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// A resource that can be shared, and one that can not, in the hands of many.
struct Two<'a> {
    gpu: &'a Gpu,
    device: u32,
    /// With two allocations.
    shared: Create,
    nt: OwnedFd,
    /// With one allocation, and those that were added.
    plain: Create,
    added: AtomicUsize,
}

impl Two<'_> {
    /// A shared resource is whole from the beginning: whenever it is looked at, it is the same.
    fn look(&self, nt: &OwnedFd) {
        let (answer, sizes) = query(self.gpu, self.device, number(nt));
        assert_eq!((answer, sizes.allocation_count), (SUCCESS, 2));
        for (count, expected) in [(1, INVALID_PARAMETER), (3, INVALID_PARAMETER), (2, SUCCESS)] {
            let mut open = Open::bare(self.device, nt, count);
            assert_eq!(open.call(self.gpu), expected, "{count}");
            if expected == SUCCESS {
                let (gpu, device) = (self.gpu, open.args.device.v);
                let append = Create::buffer(device, 4096).append(open.resource());
                self.refuses(append);
                let ended = destroy_resource(&gpu.dxg, device, open.resource());
                assert_eq!(ended, SUCCESS);
            }
        }
    }

    fn refuses(&self, mut append: Create) {
        assert_eq!(append.call(self.gpu), INVALID_PARAMETER);
    }

    fn step(&self, what: usize) {
        let (gpu, device) = (self.gpu, self.device);
        match what {
            0 => self.refuses(Create::buffer(device, 4096).append(self.shared.resource())),
            1 => self.look(&share(gpu, self.shared.resource())),
            2 => self.look(&self.nt),
            3 => {
                let member = [self.shared.allocation(1)];
                let answer = destroy_allocations(&gpu.dxg, device, &member);
                assert_eq!(answer, INVALID_PARAMETER);
            }
            4 => {
                let plain = self.plain.resource();
                Create::buffer(device, 4096).append(plain).made(gpu);
                self.added.fetch_add(1, Relaxed);
            }
            _ => {
                let answer = Share::new(self.plain.resource()).call(gpu);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        }
    }
}

fn to_what_is_shared(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let before = counters();
    let shared = Create::buffers(device, 2).in_shared_resource().made(gpu);
    let two = Two {
        gpu,
        device,
        nt: share(gpu, shared.resource()),
        shared,
        plain: Create::buffer(device, 4096).in_resource().made(gpu),
        added: AtomicUsize::new(0),
    };
    let seeds = random.forks(threads);
    race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        (0..12).for_each(|_| two.step(random.below(6)));
    });
    let added = i64::try_from(two.added.into_inner()).expect("few");
    before.assert_grown(&[
        ("resources", 2),
        ("allocations", 3 + added),
        ("bindings", 3 + added),
        ("nt_handles", 1),
    ]);
    drop(two.nt);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}
