// SPDX-License-Identifier: MIT OR Apache-2.0
//! A handle names one object, and never another one.

use super::*;
use dxg_guest_tests::memory::bytes_at;
use std::{collections::HashSet, sync::Mutex};

with_2_and_8! {
    own: two_get_handles_of_their_own, eight_get_handles_of_their_own;
}

/// An object of one thread. Allocations hold a number.
enum Own {
    Adapter(u32),
    Device(u32),
    Allocation(u32, u64),
    Resource(u32, [u32; 2], u64),
}

struct Thread<'a> {
    gpu: &'a Gpu,
    device: u32,
    /// All that were handed out: far fewer than have to come before one comes again.
    seen: &'a Mutex<HashSet<u32>>,
    random: Random,
    own: Vec<Own>,
}

impl Thread<'_> {
    fn is_new(&self, handles: &[u32]) {
        let mut seen = self.seen.lock().expect("no thread has failed");
        for &handle in handles {
            assert_eq!(handle & 0x3f, 0, "{handle:#x}");
            assert!(handle >= FIRST_HANDLE, "{handle:#x}");
            assert!(seen.insert(handle), "{handle:#x} was there before");
        }
    }

    fn with_number(&self, allocation: u32, what: impl FnOnce(&mut [u8])) {
        let address = self.gpu.lock(self.device, allocation);
        // SAFETY: The lock has a page, which is this thread's.
        what(unsafe { bytes_at(address, 8) });
        self.gpu.unlock(self.device, allocation);
    }

    fn put(&self, allocation: u32, number: u64) {
        self.with_number(allocation, |bytes| {
            bytes.copy_from_slice(&number.to_ne_bytes());
        });
    }

    fn holds(&self, allocation: u32, number: u64) {
        self.with_number(allocation, |bytes| {
            assert_eq!(bytes, number.to_ne_bytes(), "bytes of another allocation");
        });
    }

    fn create(&mut self) {
        let gpu = self.gpu;
        let number = self.random.forks(1)[0];
        let own = match self.random.below(4) {
            0 => {
                let (answer, adapter) = open_adapter(&gpu.dxg, gpu.luid);
                assert_eq!(answer, SUCCESS);
                self.is_new(&[adapter]);
                Own::Adapter(adapter)
            }
            1 => {
                let device = gpu.device();
                self.is_new(&[device]);
                Own::Device(device)
            }
            2 => {
                let allocation = Create::buffer(self.device, 4096).made(gpu).allocation(0);
                self.is_new(&[allocation]);
                self.put(allocation, number);
                Own::Allocation(allocation, number)
            }
            _ => {
                let create = Create::buffers(self.device, 2).in_resource().made(gpu);
                let list = [create.allocation(0), create.allocation(1)];
                self.is_new(&[create.resource(), list[0], list[1]]);
                self.put(list[0], number);
                self.put(list[1], !number);
                Own::Resource(create.resource(), list, number)
            }
        };
        self.own.push(own);
    }

    /// Each handle still names what it named.
    fn destroy(&mut self) {
        if self.own.is_empty() {
            return;
        }
        let at = self.random.below(self.own.len());
        let (dxg, device) = (&self.gpu.dxg, self.device);
        let answer = match self.own.swap_remove(at) {
            Own::Adapter(adapter) => close_adapter(dxg, adapter),
            Own::Device(device) => destroy_device(dxg, device),
            Own::Allocation(allocation, number) => {
                self.holds(allocation, number);
                destroy_allocations(dxg, device, &[allocation])
            }
            Own::Resource(resource, list, number) => {
                self.holds(list[0], number);
                self.holds(list[1], !number);
                destroy_resource(dxg, device, resource)
            }
        };
        assert_eq!(answer, SUCCESS);
    }
}

fn own(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let seeds = random.forks(threads);
    let seen = Mutex::default();
    race(threads, |i| {
        let mut thread = Thread {
            gpu,
            device,
            seen: &seen,
            random: Random::new(seeds[i]),
            own: Vec::new(),
        };
        for _ in 0..30 {
            match thread.random.below(3) {
                0 => thread.destroy(),
                _ => thread.create(),
            }
        }
        while !thread.own.is_empty() {
            thread.destroy();
        }
    });
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}
