// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTDestroyAllocation2: what it takes, and that what it refuses stays whole.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    destroy::*,
    harness,
    memory::{bytes_at, unmap, Map, BAD_ADDRESSES, PAGE},
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            bad_list_addresses,
            half_mapped_lists,
            a_mapping_outlives_the_device,
            a_mapping_outlives_the_open_node,
            no_device,
            resource_of_another_device,
            other_objects_in_the_list,
            other_objects_as_resource,
            one_bad_handle_spares_all,
            appended_allocations_go_with_the_resource,
            stale_handles_never_name_new_objects,
        ],
        &[],
    )
}

fn bad_list_addresses() {
    let gpu = Gpu::first();
    let device = gpu.device();
    Create::buffer(device, 4096).made(&gpu);
    gpu.unchanged(|| {
        for_each(BAD_ADDRESSES, |(_, list)| {
            for count in [1, 1024] {
                let answer = destroy(&gpu, arguments(device, 0, list, count));
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
    });
}

fn half_mapped_lists() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).made(&gpu);
    let hole = Map::before_a_hole();
    let list = hole.before_end_of_first_page(4);
    hole.put(PAGE - 4, create.allocation(0));
    gpu.unchanged(|| {
        let answer = destroy(&gpu, arguments(device, 0, list, 2));
        assert_eq!(answer, INVALID_PARAMETER);
    });
    assert_eq!(destroy(&gpu, arguments(device, 0, list, 1)), SUCCESS);
}

/// Locks an allocation of three pages, and writes a byte to each.
fn locked(gpu: &Gpu, device: u32) -> (u32, u64) {
    let allocation = Create::buffer(device, 3 * PAGE as u64)
        .made(gpu)
        .allocation(0);
    let address = gpu.lock(device, allocation);
    // SAFETY: The lock has three pages.
    let bytes = unsafe { bytes_at(address, 3 * PAGE) };
    (0..3).for_each(|page| bytes[page * PAGE] = 0x40 + page as u8);
    (allocation, address)
}

/// The bytes are as `locked` left them, and can be written still; unmapping them frees them.
fn still_there(address: u64) {
    // SAFETY: The mapping has three pages.
    let bytes = unsafe { bytes_at(address, 3 * PAGE) };
    for page in 0..3 {
        assert_eq!(bytes[page * PAGE], 0x40 + page as u8);
        assert_eq!(bytes[page * PAGE + 1], 0);
        bytes[page * PAGE] = 9;
    }
    assert_eq!(bytes[2 * PAGE], 9);
    let before = counters();
    assert_eq!(before.get("mappings"), 1);
    unmap(address, 3 * PAGE);
    let now = counters();
    assert_eq!(now.since(&before, "mappings"), -1);
    assert_eq!(now.since(&before, "gem_objects"), -1);
    assert_eq!(now.since(&before, "allocations"), -1);
}

fn a_mapping_outlives_the_device() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (_, address) = locked(gpu, device);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        still_there(address);
    });
}

fn a_mapping_outlives_the_open_node() {
    for luid in luids() {
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let (_, address) = locked(&gpu, device);
        drop(gpu);
        still_there(address);
    }
}

fn no_device() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let others = [gpu.adapter, create.resource(), create.allocation(0)];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            let list = create.allocations();
            let answer = destroy_allocations(&gpu.dxg, handle, &list);
            assert_eq!(answer, INVALID_PARAMETER, "list");
            let answer = destroy_resource(&gpu.dxg, handle, create.resource());
            assert_eq!(answer, INVALID_PARAMETER, "resource");
            let answer = destroy(&gpu, arguments(handle, 0, 0, 0));
            assert_eq!(answer, INVALID_PARAMETER, "nothing");
        });
    });
}

fn resource_of_another_device() {
    on_each_adapter(|gpu| {
        let [mine, other] = [gpu.device(), gpu.device()];
        let create = Create::buffers(mine, 2).in_resource().made(gpu);
        gpu.unchanged(|| {
            let answer = destroy_resource(&gpu.dxg, other, create.resource());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let destroyed = destroy_resource(&gpu.dxg, mine, create.resource());
        assert_eq!(destroyed, SUCCESS);
    });
}

fn other_objects_in_the_list() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let others = [gpu.adapter, device, create.resource()];
    for_each(NO_HANDLES.into_iter().chain(others), |handle| {
        list_refused(&gpu, device, &[handle]);
        list_refused(&gpu, device, &[create.allocation(0), handle]);
    });
}

fn other_objects_as_resource() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let others = [gpu.adapter, device, create.allocation(0), 0x7fff_ffc0, 1];
    gpu.unchanged(|| {
        for_each(others, |handle| {
            let answer = destroy_resource(&gpu.dxg, device, handle);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn one_bad_handle_spares_all() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let list = Create::buffers(device, 64).made(gpu).allocations();
        for place in [0, 1, 32, 63] {
            let mut spoilt = list.clone();
            spoilt[place] = device;
            list_refused(gpu, device, &spoilt);
        }
        // All of them work as before, and none is marked.
        for &allocation in &list {
            gpu.lock(device, allocation);
            gpu.unlock(device, allocation);
        }
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    });
}

fn appended_allocations_go_with_the_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let resource = create.resource();
        let more = Create::buffers(device, 2).append(resource).made(gpu);
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        before.assert_restored();
        let stale = lock(&gpu.dxg, device, more.allocation(1)).0;
        assert_eq!(stale, INVALID_PARAMETER);
    });
}

fn stale_handles_never_name_new_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut stale = Vec::new();
    for _ in 0..20 {
        let list = Create::buffers(device, 100).made(&gpu).allocations();
        for old in &stale {
            assert_eq!(lock(&gpu.dxg, device, *old).0, INVALID_PARAMETER);
        }
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        stale = list;
    }
}
