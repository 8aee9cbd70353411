// SPDX-License-Identifier: MIT OR Apache-2.0
//! All calls at once, on handles that all threads know, whether they still name something or not.

use super::*;
use dxg_guest_tests::{
    global,
    memory::{unmap, PAGE},
    share::{number, query},
};
use std::{
    collections::BTreeSet,
    os::fd::OwnedFd,
    sync::{
        atomic::{AtomicU64, Ordering::Relaxed},
        Arc, Mutex,
    },
};

with_2_and_8! {
    everything: two_do_everything_at_once, eight_do_everything_at_once;
}

/// A handle, and the device that it is on.
#[derive(Clone, Copy, Default)]
struct On(u32, u32);

/// Places for handles. What is put there stays until something else is put there.
#[derive(Default)]
struct Places([AtomicU64; 4]);

impl Places {
    fn put(&self, random: &mut Random, On(device, handle): On) {
        let both = (u64::from(device) << 32) | u64::from(handle);
        self.0[random.below(4)].store(both, Relaxed);
    }

    fn get(&self, random: &mut Random) -> On {
        let both = self.0[random.below(4)].load(Relaxed);
        // CAST: the two halves.
        On((both >> 32) as u32, both as u32)
    }
}

/// What all threads know.
struct World<'a> {
    gpu: &'a Gpu,
    devices: Places,
    allocations: Places,
    resources: Places,
    shared: Places,
    globals: Places,
    nt: Mutex<Vec<Arc<OwnedFd>>>,
    /// Devices that nobody has destroyed yet.
    alive: Mutex<BTreeSet<u32>>,
    /// Where a lock was that its unlock came too late for.
    left: Mutex<BTreeSet<u64>>,
}

/// A handle that names nothing any more, or nothing yet.
const GONE: &[Answer] = &[INVALID_PARAMETER];

impl World<'_> {
    fn device(&self, random: &mut Random) -> u32 {
        self.devices.get(random).1
    }

    fn new_device(&self, random: &mut Random) {
        let device = self.gpu.device();
        let mut alive = self.alive.lock().expect("no thread has failed");
        assert!(alive.insert(device), "a handle of two devices");
        drop(alive);
        self.devices.put(random, On(device, device));
    }

    fn end_device(&self, device: u32) {
        if one_of(destroy_device(&self.gpu.dxg, device), GONE) {
            let mut alive = self.alive.lock().expect("no thread has failed");
            assert!(alive.remove(&device), "destroyed twice");
        }
    }

    fn create(&self, random: &mut Random) {
        let device = self.device(random);
        let create = Create::buffers(device, 2);
        let (mut create, places) = match random.below(4) {
            0 => (create, None),
            1 => (create.in_resource(), Some(&self.resources)),
            2 => (create.in_shared_resource(), Some(&self.shared)),
            _ => (create.in_global_resource(), Some(&self.shared)),
        };
        if !one_of(create.call(self.gpu), GONE) {
            return;
        }
        let allocation = create.allocation(random.below(2));
        self.allocations.put(random, On(device, allocation));
        if let Some(places) = places {
            places.put(random, On(device, create.resource()));
        }
        if create.global() != 0 {
            self.globals.put(random, On(device, create.global()));
        }
    }

    fn append(&self, random: &mut Random) {
        let On(device, resource) = self.resources.get(random);
        let mut create = Create::buffer(device, 4096).append(resource);
        if one_of(create.call(self.gpu), &[INVALID_PARAMETER, INVALID_HANDLE]) {
            self.allocations
                .put(random, On(device, create.allocation(0)));
        }
    }

    fn append_to_shared(&self, random: &mut Random) {
        let On(device, resource) = self.shared.get(random);
        let answer = Create::buffer(device, 4096).append(resource).call(self.gpu);
        assert!([INVALID_PARAMETER, INVALID_HANDLE].contains(&answer));
    }

    fn destroy(&self, random: &mut Random) {
        let dxg = &self.gpu.dxg;
        let answer = match random.below(3) {
            0 => {
                let On(device, allocation) = self.allocations.get(random);
                destroy_allocations(dxg, device, &[allocation])
            }
            1 => {
                let On(device, resource) = self.resources.get(random);
                destroy_resource(dxg, device, resource)
            }
            _ => {
                let On(device, resource) = self.shared.get(random);
                destroy_resource(dxg, device, resource)
            }
        };
        one_of(answer, GONE);
    }

    fn lock(&self, random: &mut Random) {
        let On(device, allocation) = self.allocations.get(random);
        let (answer, address) = lock(&self.gpu.dxg, device, allocation);
        if !one_of(answer, GONE) {
            return;
        }
        word(address).fetch_add(1, Relaxed);
        if !one_of(unlock(&self.gpu.dxg, device, allocation), GONE) {
            let mut left = self.left.lock().expect("no thread has failed");
            left.insert(address);
        }
    }

    /// Those without two allocations of a page are never shared.
    fn share(&self, random: &mut Random) {
        let On(_, resource) = self.shared.get(random);
        let mut share = Share::new(resource);
        if !one_of(share.call(self.gpu), GONE) {
            return;
        }
        let fd = Arc::new(share.descriptor());
        let mut nt = self.nt.lock().expect("no thread has failed");
        let old = (nt.len() == 4).then(|| nt.swap_remove(0));
        nt.push(fd);
        drop(nt);
        drop(old);
    }

    /// The caller's reference keeps the descriptor open.
    fn open(&self, random: &mut Random) {
        let device = self.device(random);
        let nt = self.nt.lock().expect("no thread has failed");
        let fd = (!nt.is_empty()).then(|| nt[random.below(nt.len())].clone());
        drop(nt);
        let Some(fd) = fd else { return };
        let (answer, sizes) = query(self.gpu, device, number(&*fd));
        if one_of(answer, GONE) {
            assert_eq!(sizes.allocation_count, 2);
        }
        let mut open = Open::bare(device, &*fd, 2);
        if one_of(open.call(self.gpu), GONE) {
            self.shared.put(random, On(device, open.resource()));
            self.allocations.put(random, On(device, open.allocation(1)));
        }
    }

    fn open_global(&self, random: &mut Random) {
        let device = self.device(random);
        let On(_, number) = self.globals.get(random);
        let (answer, sizes) = global::query(self.gpu, device, number);
        if !one_of(answer, GONE) {
            return;
        }
        assert_eq!(sizes.NumAllocations, 2);
        let mut open = global::Open::with(device, number, &sizes);
        if one_of(open.call(self.gpu), GONE) {
            self.shared.put(random, On(device, open.resource()));
            self.allocations.put(random, On(device, open.allocation(1)));
        }
    }

    fn step(&self, random: &mut Random) {
        match random.below(20) {
            0 => self.new_device(random),
            1 => self.end_device(self.device(random)),
            2..6 => self.create(random),
            6..8 => self.append(random),
            8 => self.append_to_shared(random),
            9..12 => self.destroy(random),
            12..15 => self.lock(random),
            15 => self.share(random),
            16..18 => self.open(random),
            _ => self.open_global(random),
        }
    }
}

fn everything(gpu: &Gpu, threads: usize, random: &mut Random) {
    let before = counters();
    let world = World {
        gpu,
        devices: Places::default(),
        allocations: Places::default(),
        resources: Places::default(),
        shared: Places::default(),
        globals: Places::default(),
        nt: Mutex::default(),
        alive: Mutex::default(),
        left: Mutex::default(),
    };
    for _ in 0..8 {
        world.new_device(random);
    }
    let seeds = random.forks(threads);
    race(threads, |i| {
        let mut random = Random::new(seeds[i]);
        (0..200).for_each(|_| world.step(&mut random));
    });
    let alive = world.alive.into_inner().expect("no thread has failed");
    for device in alive {
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    }
    drop(world.nt);
    let left = world.left.into_inner().expect("no thread has failed");
    left.into_iter().for_each(|address| unmap(address, PAGE));
    before.assert_restored();
}
