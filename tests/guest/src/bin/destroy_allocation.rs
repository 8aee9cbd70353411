// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTDestroyAllocation2: what it takes, and that what it refuses stays whole.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::{bytes_at, unmap, Map, BAD_ADDRESSES, PAGE},
    tests,
};
use libd3dkmt::sys;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            case_103_nothing_to_destroy,
            case_105_count_without_list,
            bad_list_addresses,
            half_mapped_lists,
            case_106_one_allocation,
            case_108_the_same_again,
            case_109_the_only_allocation_of_a_resource,
            case_110_a_stale_list_of_a_resource_is_ignored,
            case_113_resource_and_count,
            case_114_two_resources_in_one_list,
            case_114_resource_and_stand_alone_in_one_list,
            case_116_member_of_a_shared_resource,
            case_117_duplicates,
            case_118_more_than_1024,
            a_list_of_1024,
            case_120_and_121_flags,
            reserved_flag_bits,
            case_123_a_mapping_outlives_the_allocation,
            a_mapping_outlives_the_device,
            a_mapping_outlives_the_open_node,
            case_125_global_handle_as_resource,
            no_device,
            allocations_of_another_device,
            resource_of_another_device,
            other_objects_in_the_list,
            other_objects_as_resource,
            one_bad_handle_spares_all,
            a_resource_twice,
            a_resource_takes_its_allocations_with_it,
            appended_allocations_go_with_the_resource,
            stale_handles_never_name_new_objects,
        ],
        &[],
    )
}

fn arguments(device: u32, resource: u32, list: u64, count: u32) -> sys::D3DKMT_DESTROYALLOCATION2 {
    sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(device),
        resource: handle(resource),
        allocations: list,
        alloc_count: count,
        ..Default::default()
    }
}

fn destroy(gpu: &Gpu, mut args: sys::D3DKMT_DESTROYALLOCATION2) -> Answer {
    // SAFETY: Tests hand in lists of theirs, or addresses where there is nothing.
    unsafe { sys::D3DKMTDestroyAllocation2(&gpu.dxg, &mut args) }
}

/// The list is refused, and everything in it is still there.
fn list_refused(gpu: &Gpu, device: u32, list: &[u32]) {
    gpu.unchanged(|| {
        let answer = destroy_allocations(&gpu.dxg, device, list);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_103_nothing_to_destroy() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        assert_eq!(destroy(&gpu, arguments(device, 0, 0, 0)), SUCCESS);
        for (_, list) in BAD_ADDRESSES {
            assert_eq!(destroy(&gpu, arguments(device, 0, list, 0)), SUCCESS);
        }
    });
}

fn case_105_count_without_list() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        for_each([1, 2, 1024], |count| {
            let answer = destroy(&gpu, arguments(device, 0, 0, count));
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
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

fn case_106_one_allocation() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let create = Create::buffer(device, 4096).made(gpu);
        assert_eq!(counters().since(&before, "allocations"), 1);
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        let stale = lock(&gpu.dxg, device, create.allocation(0)).0;
        assert_eq!(stale, INVALID_PARAMETER);
    });
}

fn case_108_the_same_again() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let list = Create::buffers(device, 2).made(gpu).allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..1]), SUCCESS);
        list_refused(gpu, device, &list[..1]);
        list_refused(gpu, device, &list);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[1..]), SUCCESS);
    });
}

fn case_109_the_only_allocation_of_a_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
        let now = counters();
        assert_eq!(now.since(&before, "allocations"), 0);
        assert_eq!(now.since(&before, "resources"), 1);
        let resource = create.resource();
        // It is alive: it takes new allocations.
        Create::buffer(device, 4096).append(resource).made(gpu);
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        before.assert_restored();
    });
}

fn case_110_a_stale_list_of_a_resource_is_ignored() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(BAD_ADDRESSES, |(_, list)| {
        let create = Create::buffer(device, 4096).in_resource().made(&gpu);
        let answer = destroy(&gpu, arguments(device, create.resource(), list, 0));
        assert_eq!(answer, SUCCESS);
    });
}

fn case_113_resource_and_count() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let list = create.allocations();
    gpu.unchanged(|| {
        for_each([0, list.as_ptr() as u64], |address| {
            for count in [1, 2, 1024] {
                let args = arguments(device, create.resource(), address, count);
                assert_eq!(destroy(&gpu, args), INVALID_PARAMETER);
            }
        });
    });
}

fn case_114_two_resources_in_one_list() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let one = Create::buffers(device, 2).in_resource().made(gpu);
        let two = Create::buffers(device, 2).in_resource().made(gpu);
        let list = [one.allocations(), two.allocations()].concat();
        list_refused(gpu, device, &list);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..2]), SUCCESS);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[2..]), SUCCESS);
    });
}

fn case_114_resource_and_stand_alone_in_one_list() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let one = Create::buffer(device, 4096).in_resource().made(gpu);
        let two = Create::buffer(device, 4096).made(gpu);
        let (one, two) = (one.allocation(0), two.allocation(0));
        list_refused(gpu, device, &[one, two]);
        list_refused(gpu, device, &[two, one]);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[one]), SUCCESS);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[two]), SUCCESS);
    });
}

fn case_116_member_of_a_shared_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::buffers(device, 2).in_shared_resource().made(gpu);
        let list = create.allocations();
        list_refused(gpu, device, &list[..1]);
        list_refused(gpu, device, &list);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
    });
}

fn case_117_duplicates() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let list = Create::buffers(device, 3).made(gpu).allocations();
        list_refused(gpu, device, &[list[0], list[0]]);
        list_refused(gpu, device, &[list[0], list[1], list[2], list[0]]);
        list_refused(gpu, device, &[list[2]; 1024]);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    });
}

fn case_118_more_than_1024() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut list = Create::buffers(device, 1024).made(&gpu).allocations();
    list.extend(Create::buffer(device, 4096).made(&gpu).allocations());
    list_refused(&gpu, device, &list);
    gpu.unchanged(|| {
        let args = arguments(device, 0, list.as_ptr() as u64, u32::MAX);
        assert_eq!(destroy(&gpu, args), INVALID_PARAMETER);
    });
}

fn a_list_of_1024() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let mut list = Create::buffers(device, 1024).made(gpu).allocations();
        list.reverse();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        before.assert_restored();
    });
}

fn case_120_and_121_flags() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for_each(0..4, |flags| {
            let before = counters();
            let create = Create::buffer(device, 4096).made(gpu);
            gpu.lock(device, create.allocation(0));
            gpu.unlock(device, create.allocation(0));
            let list = create.allocations();
            let mut args = arguments(device, 0, list.as_ptr() as u64, 1);
            args.flags.value = flags;
            assert_eq!(destroy(gpu, args), SUCCESS);
            before.assert_restored();
        });
    });
}

fn reserved_flag_bits() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let list = create.allocations();
    gpu.unchanged(|| {
        for_each(2..32, |bit| {
            let mut kinds = [
                arguments(device, 0, 0, 0),
                arguments(device, create.resource(), 0, 0),
                arguments(device, 0, list.as_ptr() as u64, 1),
            ];
            for args in &mut kinds {
                args.flags.value = 1 << bit;
                assert_eq!(destroy(&gpu, *args), INVALID_PARAMETER);
            }
        });
    });
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

fn case_123_a_mapping_outlives_the_allocation() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (allocation, address) = locked(gpu, device);
        let before = counters();
        assert_eq!(
            destroy_allocations(&gpu.dxg, device, &[allocation]),
            SUCCESS
        );
        assert_eq!(counters().since(&before, "bindings"), -1);
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
        still_there(address);
    });
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

fn case_125_global_handle_as_resource() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        for_each([0xc000_0002, 0xc000_0042, 0x4000_0042], |handle| {
            let answer = destroy_resource(&gpu.dxg, device, handle);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
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

fn allocations_of_another_device() {
    on_each_adapter(|gpu| {
        let [mine, other] = [gpu.device(), gpu.device()];
        let list = Create::buffers(mine, 2).made(gpu).allocations();
        list_refused(gpu, other, &list[..1]);
        list_refused(gpu, other, &list);
        assert_eq!(destroy_allocations(&gpu.dxg, mine, &list), SUCCESS);
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

fn a_resource_twice() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let resource = create.resource();
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        gpu.unchanged(|| {
            let answer = destroy_resource(&gpu.dxg, device, resource);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn a_resource_takes_its_allocations_with_it() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let create = Create::buffers(device, 300).in_resource().made(gpu);
        assert_eq!(counters().since(&before, "allocations"), 300);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        for allocation in create.allocations() {
            assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
        }
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
