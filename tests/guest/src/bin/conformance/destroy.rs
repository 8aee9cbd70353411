// SPDX-License-Identifier: MIT OR Apache-2.0
//! DestroyAllocation2.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    destroy::*,
    fence::PagingQueue,
    global::{is_there, shared},
    gpu_va,
    locked::{write, Locked},
    memory::{unmap, BAD_ADDRESSES, PAGE},
};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_103_nothing_to_destroy,
        "no resource, no allocations",
        C,
        "SUCCESS; nothing happens",
    ),
    case!(
        case_104_nothing_to_destroy_on_the_node,
        "the same on /dev/dxg",
        L,
        "INVALID_PARAMETER: one of the two must be there",
        "SUCCESS; nothing happens",
        "case 103 is certain",
    ),
    case!(case_105_count_without_list, "a count, and no list", C, IP),
    case!(
        case_106_one_allocation,
        "one allocation",
        C,
        "SUCCESS; the handle names nothing any more",
    ),
    case!(
        case_107_many_allocations,
        "many allocations in one list",
        I,
        "SUCCESS; none of the handles names anything any more",
    ),
    case!(case_108_the_same_again, "an allocation twice", C, IP),
    case!(
        case_109_the_only_allocation_of_a_resource,
        "the only allocation of a resource",
        C,
        "SUCCESS; the resource is still there",
    ),
    case!(
        case_110_a_resource_with_a_stale_list,
        "then the resource, count 0, and a list's address that is stale",
        C,
        "SUCCESS; nobody looks at the list",
    ),
    case!(case_111_a_resource_twice, "a resource twice", I, IP),
    case!(
        case_112_a_resource_with_allocations,
        "a resource with allocations",
        I,
        "SUCCESS; they go with it",
    ),
    case!(
        case_113_resource_and_count,
        "a resource, and a count",
        I,
        "SUCCESS by its page, the count is ignored; INVALID_PARAMETER of WSL",
        "INVALID_PARAMETER; nothing is destroyed",
        "who gives both means one of them; WSL's programs know this answer",
    ),
    case!(
        case_114_members_of_different_resources,
        "a list of members of two resources, or of one and of none",
        L,
        "INVALID_PARAMETER; nothing is destroyed",
    ),
    case!(
        case_115_allocations_of_another_device,
        "a list with allocations of another device",
        I,
        "INVALID_PARAMETER; nothing is destroyed",
    ),
    case!(
        case_116_member_of_a_shared_resource,
        "members of a shared resource",
        L,
        "INVALID_PARAMETER: it goes as a whole",
    ),
    case!(
        case_117_duplicates,
        "a handle twice in one list",
        I,
        "INVALID_PARAMETER; nothing is destroyed",
    ),
    case!(case_118_more_than_1024, "AllocationCount 1025", L, IP),
    case!(
        case_120_assume_not_in_use,
        "AssumeNotInUse",
        C,
        "SUCCESS; nothing is waited for",
    ),
    case!(
        case_121_synchronous_destroy,
        "SynchronousDestroy",
        C,
        "SUCCESS; the memory is there again when the call returns",
    ),
    case!(
        case_122_reserved_flag_bits,
        "SystemUseOnly, or a reserved bit in the flags",
        I,
        "INVALID_PARAMETER; nothing is destroyed",
    ),
    case!(
        case_123_a_locked_allocation,
        "an allocation that is locked",
        I,
        "SUCCESS; its mapping goes with it",
        "SUCCESS; the mapping shows the bytes until it is unmapped",
        "the address is the caller's, and must not become a fault or another mapping's",
    ),
    case!(
        case_124_a_mapped_allocation,
        "an allocation with GPU addresses that its mapping chose",
        C,
        "SUCCESS; the addresses are free again",
    ),
    case!(
        case_125_a_global_handle,
        "a global handle as the resource",
        I,
        IP
    ),
];

/// None of the handles names an allocation.
fn assert_gone(gpu: &Gpu, device: u32, list: &[u32]) {
    for &allocation in list {
        assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    }
}

fn case_103_nothing_to_destroy() {
    on_each_device(|gpu, device| {
        Create::buffer(device, 4096).in_resource().made(gpu);
        gpu.unchanged(|| assert_eq!(destroy(gpu, arguments(device, 0, 0, 0)), SUCCESS));
    });
}

fn case_104_nothing_to_destroy_on_the_node() {
    on_each_device(|gpu, device| {
        let list = Create::buffers(device, 2).made(gpu).allocations();
        gpu.unchanged(|| {
            // Whatever the address of the list is.
            let here = ("a list", list.as_ptr() as u64);
            for (name, address) in BAD_ADDRESSES.into_iter().chain([here]) {
                let answer = destroy(gpu, arguments(device, 0, address, 0));
                assert_eq!(answer, SUCCESS, "{name}");
            }
        });
    });
}

fn case_105_count_without_list() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each([1, 2, 1024], |count| {
                let answer = destroy(gpu, arguments(device, 0, 0, count));
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
    });
}

fn case_106_one_allocation() {
    on_each_device(|gpu, device| {
        let before = counters();
        let list = Create::buffer(device, 4096).made(gpu).allocations();
        assert_eq!(counters().since(&before, "allocations"), 1);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        before.assert_restored();
        assert_gone(gpu, device, &list);
    });
}

fn case_107_many_allocations() {
    on_each_device(|gpu, device| {
        let before = counters();
        let mut list = Create::buffers(device, 1024).made(gpu).allocations();
        list.reverse();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        before.assert_restored();
        assert_gone(gpu, device, &list[..100]);
    });
}

fn case_108_the_same_again() {
    on_each_device(|gpu, device| {
        let list = Create::buffers(device, 2).made(gpu).allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..1]), SUCCESS);
        list_refused(gpu, device, &list[..1]);
        list_refused(gpu, device, &list);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[1..]), SUCCESS);
    });
}

fn case_109_the_only_allocation_of_a_resource() {
    on_each_device(|gpu, device| {
        let before = counters();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
        before.assert_grown(&[("resources", 1)]);
        let resource = create.resource();
        // It is alive: it takes new allocations.
        Create::buffer(device, 4096).append(resource).made(gpu);
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        before.assert_restored();
    });
}

fn case_110_a_resource_with_a_stale_list() {
    on_each_device(|gpu, device| {
        let before = counters();
        for_each(BAD_ADDRESSES, |(_, list)| {
            let create = Create::buffer(device, 4096).in_resource().made(gpu);
            let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
            assert_eq!(destroyed, SUCCESS);
            let answer = destroy(gpu, arguments(device, create.resource(), list, 0));
            assert_eq!(answer, SUCCESS);
            before.assert_restored();
        });
    });
}

fn case_111_a_resource_twice() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let resource = create.resource();
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        gpu.unchanged(|| {
            let answer = destroy_resource(&gpu.dxg, device, resource);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn case_112_a_resource_with_allocations() {
    on_each_device(|gpu, device| {
        let before = counters();
        let create = Create::buffers(device, 300).in_resource().made(gpu);
        assert_eq!(counters().since(&before, "allocations"), 300);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        assert_gone(gpu, device, &create.allocations());
        list_refused(gpu, device, &create.allocations()[..1]);
    });
}

fn case_113_resource_and_count() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 2).in_resource().made(gpu);
        let list = create.allocations();
        gpu.unchanged(|| {
            for_each([0, list.as_ptr() as u64], |address| {
                for count in [1, 2, 1024] {
                    let args = arguments(device, create.resource(), address, count);
                    assert_eq!(destroy(gpu, args), INVALID_PARAMETER);
                }
            });
        });
    });
}

fn case_114_members_of_different_resources() {
    on_each_device(|gpu, device| {
        let one = Create::buffers(device, 2).in_resource().made(gpu);
        let two = Create::buffers(device, 2).in_resource().made(gpu);
        let alone = Create::buffer(device, 4096).made(gpu).allocation(0);
        let list = [one.allocations(), two.allocations()].concat();
        list_refused(gpu, device, &list);
        list_refused(gpu, device, &[list[0], alone]);
        list_refused(gpu, device, &[alone, list[0]]);
        for list in [&list[..2], &list[2..], &[alone]] {
            assert_eq!(destroy_allocations(&gpu.dxg, device, list), SUCCESS);
        }
    });
}

fn case_115_allocations_of_another_device() {
    on_each_device(|gpu, mine| {
        let other = gpu.device();
        let list = Create::buffers(mine, 2).made(gpu).allocations();
        let theirs = Create::buffer(other, 4096).made(gpu).allocation(0);
        list_refused(gpu, other, &list[..1]);
        list_refused(gpu, other, &[theirs, list[0]]);
        list_refused(gpu, other, &list);
        assert_eq!(destroy_allocations(&gpu.dxg, mine, &list), SUCCESS);
    });
}

fn case_116_member_of_a_shared_resource() {
    on_each_device(|gpu, device| {
        for create in [
            Create::buffers(device, 2).in_shared_resource(),
            Create::buffers(device, 2).in_global_resource(),
        ] {
            let create = create.made(gpu);
            let list = create.allocations();
            list_refused(gpu, device, &list[..1]);
            list_refused(gpu, device, &list);
            let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
            assert_eq!(destroyed, SUCCESS);
        }
    });
}

fn case_117_duplicates() {
    on_each_device(|gpu, device| {
        let list = Create::buffers(device, 3).made(gpu).allocations();
        list_refused(gpu, device, &[list[0], list[0]]);
        list_refused(gpu, device, &[list[0], list[1], list[2], list[0]]);
        list_refused(gpu, device, &[list[2]; 1024]);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    });
}

fn case_118_more_than_1024() {
    on_each_device(|gpu, device| {
        let mut list = Create::buffers(device, 1024).made(gpu).allocations();
        list.extend(Create::buffer(device, 4096).made(gpu).allocations());
        list_refused(gpu, device, &list);
        gpu.unchanged(|| {
            let args = arguments(device, 0, list.as_ptr() as u64, u32::MAX);
            assert_eq!(destroy(gpu, args), INVALID_PARAMETER);
        });
    });
}

/// Destroys with these flags; the memory is there again when the call returns.
fn destroyed_with(flags: u32) {
    on_each_device(|gpu, device| {
        let before = counters();
        let create = Create::buffer(device, 4096).made(gpu);
        write(gpu, device, create.allocation(0), 1);
        assert_eq!(counters().since(&before, "gem_objects"), 1);
        let list = create.allocations();
        let mut args = arguments(device, 0, list.as_ptr() as u64, 1);
        args.flags.value = flags;
        assert_eq!(destroy(gpu, args), SUCCESS);
        assert_eq!(counters(), before);
    });
}

fn case_120_assume_not_in_use() {
    destroyed_with(1);
}

fn case_121_synchronous_destroy() {
    destroyed_with(2);
    destroyed_with(3);
}

fn case_122_reserved_flag_bits() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
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
                    assert_eq!(destroy(gpu, *args), INVALID_PARAMETER);
                }
            });
        });
    });
}

fn case_123_a_locked_allocation() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 3);
        locked.bytes().fill(0x40);
        let before = counters();
        let list = [locked.allocation];
        let destroyed = destroy_allocations(&gpu.dxg, locked.device, &list);
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(counters().since(&before, "bindings"), -1);
        assert_eq!(locked.try_unlock(), INVALID_PARAMETER);
        // It can be read and written still.
        assert!(locked.bytes().iter().all(|&byte| byte == 0x40));
        locked.bytes()[2 * PAGE] = 9;
        assert_eq!(locked.bytes()[2 * PAGE], 9);
        unmap(locked.address, 3 * PAGE);
        before.assert_grown(&[
            ("bindings", -1),
            ("allocations", -1),
            ("gem_objects", -1),
            ("mappings", -1),
        ]);
    });
}

fn case_124_a_mapped_allocation() {
    on_each_device(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let allocation = Create::buffer(device, 4096).made(gpu).allocation(0);
        let address = gpu_va::mapped(gpu, device, &queue, 0, allocation, 1);
        let freed = |expected| {
            let answer = gpu_va::free(&gpu.dxg, gpu.adapter, address, 4096);
            assert_eq!(answer, expected);
        };
        assert_eq!(
            destroy_allocations(&gpu.dxg, device, &[allocation]),
            SUCCESS
        );
        freed(INVALID_PARAMETER);
        // Others can have them.
        let (answer, again, _) = gpu_va::map(&gpu.dxg, queue.handle, address, 0, 1);
        assert_eq!((answer, again), (PENDING, address));
        freed(SUCCESS);
    });
}

fn case_125_a_global_handle() {
    on_each_device(|gpu, device| {
        let global = shared(gpu, device).global();
        gpu.unchanged(|| {
            for_each([global, 0xc000_0002, 0x4000_0042], |handle| {
                let answer = destroy_resource(&gpu.dxg, device, handle);
                assert_eq!(answer, INVALID_PARAMETER);
                let answer = destroy_allocations(&gpu.dxg, device, &[handle]);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        assert!(is_there(gpu, device, global));
    });
}
