// SPDX-License-Identifier: MIT OR Apache-2.0
//! Openings in one process.

use super::*;
use dxg_guest_tests::{
    create::Create,
    memory::unmap,
    share::{share, shared, Open},
};
use std::os::fd::OwnedFd;

/// A shared resource of two buffers with something in the second one, and its NT handle.
fn prepared(gpu: &Gpu, device: u32) -> (Create, OwnedFd) {
    let create = shared(device, 2).made(gpu);
    locked(gpu, device, create.allocation(1), |at| fill(at, 0x5a));
    let nt = share(gpu, create.resource());
    (create, nt)
}

/// Uses an opening of it.
fn uses(gpu: &Gpu, device: u32, opened: &Open) {
    locked(gpu, device, opened.allocation(1), |at| {
        assert!(is_full(at, 0x5a), "its bytes");
    });
    locked(gpu, device, opened.allocation(0), |at| fill(at, 1));
}

pub(super) fn the_creating_resource_is_destroyed() {
    on_each_adapter(|gpu| {
        let (first, second) = (gpu.device(), gpu.device());
        let (create, nt) = prepared(gpu, first);
        let opened = Open::new(second, &nt, 2).made(gpu);
        drop(nt);
        let destroyed = destroy_resource(&gpu.dxg, first, create.resource());
        assert_eq!(destroyed, SUCCESS);
        uses(gpu, second, &opened);
        let destroyed = destroy_resource(&gpu.dxg, first, opened.resource());
        assert_eq!(destroyed, INVALID_PARAMETER, "it is on the other device");
        uses(gpu, second, &opened);
    });
}

pub(super) fn the_creating_adapter_is_closed() {
    on_each_adapter(|gpu| {
        let (_, other) = open_adapter(&gpu.dxg, gpu.luid);
        let (_, first) = create_device(&gpu.dxg, other);
        let (_, nt) = prepared(gpu, first);
        assert_eq!(close_adapter(&gpu.dxg, other), SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        let second = gpu.device();
        uses(gpu, second, &Open::new(second, &nt, 2).made(gpu));
    });
}

pub(super) fn only_an_nt_handle_is_left_by_a_closed_node() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let (_, nt) = prepared(&gpu, gpu.device());
        drop(gpu);
        before.assert_grown(&[
            ("nt_handles", 1),
            ("resources", 1),
            ("allocations", 2),
            ("gem_objects", 1),
        ]);
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        uses(&gpu, device, &Open::new(device, &nt, 2).made(&gpu));
    }
}

pub(super) fn only_a_mapping_is_left() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (first, second) = (gpu.device(), gpu.device());
        let (_, nt) = prepared(gpu, first);
        let opened = Open::new(second, &nt, 2).made(gpu);
        drop(nt);
        let address = gpu.lock(second, opened.allocation(1));
        for device in [first, second] {
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        }
        // Of the two allocations the one that is mapped, and what it is part of.
        before.assert_grown(&[
            ("mappings", 1),
            ("resources", 1),
            ("allocations", 1),
            ("gem_objects", 1),
        ]);
        assert!(is_full(address, 0x5a));
        fill(address, 2);
        unmap(address, PAGE);
        before.assert_restored();
    });
}

pub(super) fn opened_twice_on_one_device() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (create, nt) = prepared(gpu, device);
        let opened = [0, 1].map(|_| Open::new(device, &nt, 2).made(gpu));
        let [a, b] = [0, 1].map(|i| gpu.lock(device, opened[i].allocation(1)));
        let c = gpu.lock(device, create.allocation(1));
        assert!(a != b && b != c && c != a, "one mapping for two openings");
        for (to, byte) in [(a, 1), (b, 2), (c, 3)] {
            fill(to, byte);
            assert!([a, b, c].iter().all(|&from| is_full(from, byte)));
        }
        // Each opening has locks of its own.
        gpu.unlock(device, opened[0].allocation(1));
        let answer = unlock(&gpu.dxg, device, opened[0].allocation(1));
        assert_eq!(answer, INVALID_PARAMETER);
        fill(b, 4);
        gpu.unlock(device, opened[1].allocation(1));
        assert!(is_full(c, 4));
        gpu.unlock(device, create.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, device, opened[0].resource());
        assert_eq!(destroyed, SUCCESS);
        locked(gpu, device, opened[1].allocation(1), |at| {
            assert!(is_full(at, 4))
        });
    });
}

pub(super) fn opened_on_two_devices() {
    on_each_adapter(|gpu| {
        let first = gpu.device();
        let (_, nt) = prepared(gpu, first);
        let devices = [gpu.device(), gpu.device()];
        let opened = devices.map(|device| Open::new(device, &nt, 2).made(gpu));
        let [a, b] = [0, 1].map(|i| gpu.lock(devices[i], opened[i].allocation(1)));
        fill(a, 1);
        assert!(is_full(b, 1));
        // An opening is of its device alone.
        for (device, other) in [(0, 1), (1, 0)] {
            let (answer, _) = lock(&gpu.dxg, devices[device], opened[other].allocation(1));
            assert_eq!(answer, INVALID_PARAMETER);
            gpu.unlock(devices[device], opened[device].allocation(1));
        }
    });
}

pub(super) fn single_allocations_of_any_opening() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (create, nt) = prepared(gpu, device);
        let opened = Open::new(device, &nt, 2).made(gpu);
        let refused = |list: &[u32]| {
            gpu.unchanged(|| {
                let answer = destroy_allocations(&gpu.dxg, device, list);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        };
        refused(&create.allocations());
        refused(&opened.allocations());
        refused(&opened.allocations()[..1]);
        refused(&[create.allocation(0), opened.allocation(0)]);
        uses(gpu, device, &opened);
    });
}

pub(super) fn the_device_of_an_opening_is_destroyed() {
    on_each_adapter(|gpu| {
        let (first, second) = (gpu.device(), gpu.device());
        let (create, nt) = prepared(gpu, first);
        Open::new(second, &nt, 2).made(gpu);
        assert_eq!(destroy_device(&gpu.dxg, second), SUCCESS);
        locked(gpu, first, create.allocation(1), |at| {
            assert!(is_full(at, 0x5a))
        });
        let third = gpu.device();
        uses(gpu, third, &Open::new(third, &nt, 2).made(gpu));
    });
}

pub(super) fn counters_at_each_step() {
    on_each_adapter(|gpu| {
        let (first, second) = (gpu.device(), gpu.device());
        let start = counters();
        let made = |nt: i64, openings: i64, touched: i64, mappings: i64| {
            start.assert_grown(&[
                ("resources", 1),
                ("allocations", 3),
                ("nt_handles", nt),
                ("bindings", 3 * openings),
                ("gem_objects", touched),
                ("mappings", mappings),
            ]);
        };
        let create = shared(first, 3).made(gpu);
        made(0, 1, 0, 0);
        let nt = share(gpu, create.resource());
        made(1, 1, 0, 0);
        let a = Open::new(first, &nt, 3).made(gpu);
        made(1, 2, 0, 0);
        let b = Open::new(second, &nt, 3).made(gpu);
        made(1, 3, 0, 0);
        // Touched by one opening, it is there for all of them.
        gpu.lock(second, b.allocation(2));
        made(1, 3, 1, 1);
        gpu.lock(first, a.allocation(2));
        made(1, 3, 1, 2);
        gpu.lock(first, create.allocation(2));
        made(1, 3, 1, 3);
        gpu.lock(first, create.allocation(0));
        made(1, 3, 2, 4);
        gpu.unlock(second, b.allocation(2));
        made(1, 3, 2, 3);
        drop(nt);
        made(0, 3, 2, 3);
        for (device, allocation) in [
            (first, a.allocation(2)),
            (first, create.allocation(2)),
            (first, create.allocation(0)),
        ] {
            gpu.unlock(device, allocation);
        }
        made(0, 3, 2, 0);
        assert_eq!(
            destroy_resource(&gpu.dxg, first, create.resource()),
            SUCCESS
        );
        made(0, 2, 2, 0);
        assert_eq!(destroy_resource(&gpu.dxg, second, b.resource()), SUCCESS);
        made(0, 1, 2, 0);
        assert_eq!(destroy_resource(&gpu.dxg, first, a.resource()), SUCCESS);
        start.assert_restored();
    });
}
