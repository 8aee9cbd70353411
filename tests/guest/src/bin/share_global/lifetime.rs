// SPDX-License-Identifier: MIT OR Apache-2.0
//! How long a number means something, within one process.

use super::*;
use dxg_guest_tests::memory::unmap;
use std::collections::BTreeSet;

pub(super) fn numbers_come_back_late() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut seen = BTreeSet::new();
    for _ in 0..1000 {
        let create = small(&gpu, device);
        assert_is_global(create.global());
        assert!(seen.insert(create.global()), "it came back");
        destroy(&gpu, device, create.resource());
    }
    for &number in seen.iter().step_by(100) {
        assert_names_nothing(&gpu, device, number);
    }
}

pub(super) fn the_last_opening_takes_the_number_with_it() {
    on_each_adapter(|gpu| {
        let orders = [
            [0, 1, 2],
            [0, 2, 1],
            [1, 0, 2],
            [1, 2, 0],
            [2, 0, 1],
            [2, 1, 0],
        ];
        for_each(orders, |order| {
            let before = counters();
            let devices = [gpu.device(), gpu.device(), gpu.device()];
            let create = small(gpu, devices[0]);
            let global = create.global();
            let [first, second] =
                [1, 2].map(|i| Open::of(gpu, devices[i], global).made(gpu).resource());
            let resources = [create.resource(), first, second];
            for i in order {
                assert!(is_there(gpu, devices[0], global));
                destroy(gpu, devices[i], resources[i]);
            }
            assert_names_nothing(gpu, devices[0], global);
            for device in devices {
                assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            }
            before.assert_restored();
        });
    });
}

pub(super) fn a_device_takes_its_openings_with_it() {
    on_each_adapter(|gpu| {
        let [device, other, third] = [gpu.device(), gpu.device(), gpu.device()];
        let create = small(gpu, device);
        for _ in 0..3 {
            Open::of(gpu, other, create.global()).made(gpu);
        }
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert!(is_there(gpu, third, create.global()));
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        assert_names_nothing(gpu, third, create.global());
    });
}

pub(super) fn closing_the_node_takes_the_number_with_it() {
    for luid in luids() {
        let gpu = Gpu::open(luid);
        let [device, other] = [gpu.device(), gpu.device()];
        let create = small(&gpu, device);
        Open::of(&gpu, other, create.global()).made(&gpu);
        drop(gpu);
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        assert_names_nothing(&gpu, device, create.global());
    }
}

pub(super) fn the_creating_device_goes_first() {
    on_each_adapter(|gpu| {
        let [device, other] = [gpu.device(), gpu.device()];
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(2), 0x77);
        let open = Open::of(gpu, other, create.global()).made(gpu);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert_holds(gpu, other, open.allocation(2), 0x77);
        // What the creator attached is there as well.
        let again = Open::of(gpu, other, create.global()).made(gpu);
        assert_eq!(again.runtime_data, RUNTIME);
        assert_eq!(again.total, open.total);
        assert_holds(gpu, other, again.allocation(2), 0x77);
    });
}

pub(super) fn a_mapping_keeps_the_bytes_and_no_number() {
    on_each_adapter(|gpu| {
        let before = counters();
        let [device, other] = [gpu.device(), gpu.device()];
        let create = small(gpu, device);
        let open = Open::of(gpu, other, create.global()).made(gpu);
        let address = gpu.lock(other, open.allocation(0));
        write(gpu, device, create.allocation(0), 0x33);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        destroy(gpu, other, open.resource());
        assert_names_nothing(gpu, other, create.global());
        // SAFETY: The mapping has a page, and nobody else writes to it.
        let bytes = unsafe { bytes_at(address, PAGE) };
        assert!(bytes.iter().all(|&byte| byte == 0x33));
        unmap(address, PAGE);
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        before.assert_restored();
    });
}
