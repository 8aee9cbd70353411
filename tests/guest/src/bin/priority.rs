// SPDX-License-Identifier: MIT OR Apache-2.0
//! SetAllocationPriority, GetAllocationPriority.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    fence::PagingQueue,
    harness,
    locked::{assert_holds, write},
    memory::{Map, MIB, UNMAPPED},
    paging::*,
    reload::with,
    share::{with_shared, Open},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            it_begins_as_normal,
            of_a_list,
            of_a_resource,
            zero_is_none,
            the_subject_has_one_form,
            allocations_of_others,
            addresses,
            all_who_have_it_open_see_it,
            the_lowest_is_evicted_first,
            the_lower_gives_way_to_the_higher,
        ],
        &[],
    )
}

const SMALL: &str = "local_segment_mib=16 commit_mib=256";

const LOW: u32 = 0x5000_0000;
const NORMAL: u32 = 0x7800_0000;
const HIGH: u32 = 0xa000_0000;

fn priorities(gpu: &Gpu, device: u32, list: &[u32]) -> Vec<u32> {
    let (answer, priorities) = get_priorities(&gpu.dxg, device, list);
    assert_eq!(answer, SUCCESS);
    priorities
}

/// Calls GetAllocationPriority of a resource.
fn priority_of(gpu: &Gpu, device: u32, resource: u32) -> (Answer, u32) {
    let mut priority = 0;
    let mut args = sys::D3DKMT_GETALLOCATIONPRIORITY {
        device: handle(device),
        resource: handle(resource),
        priorities: &raw mut priority as u64,
        ..Default::default()
    };
    // SAFETY: The address is that of one number.
    let answer = unsafe { sys::D3DKMTGetAllocationPriority(&gpu.dxg, &mut args) };
    (answer, priority)
}

fn it_begins_as_normal() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 3).in_resource().made(gpu);
        assert_eq!(priorities(gpu, device, &create.allocations()), [NORMAL; 3]);
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), 4096).made(gpu);
        assert_eq!(priorities(gpu, device, &heap.allocations()), [NORMAL]);
        assert_eq!(
            priority_of(gpu, device, create.resource()),
            (SUCCESS, NORMAL)
        );
    });
}

fn of_a_list() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 3).made(gpu);
        let list = create.allocations();
        let some = [LOW, 1, u32::MAX];
        assert_eq!(set_priorities(&gpu.dxg, device, &list, &some), SUCCESS);
        assert_eq!(priorities(gpu, device, &list), some);
        // Touched memory has priorities as well.
        write(gpu, device, list[1], 1);
        let answer = set_priorities(&gpu.dxg, device, &[list[1], list[0]], &[HIGH, LOW + 1]);
        assert_eq!(answer, SUCCESS);
        assert_eq!(priorities(gpu, device, &list), [LOW + 1, HIGH, u32::MAX]);
        // Of one that is named twice the last one stays.
        let answer = set_priorities(&gpu.dxg, device, &[list[0]; 2], &[5, 6]);
        assert_eq!(answer, SUCCESS);
        assert_eq!(priorities(gpu, device, &list[..1]), [6]);
    });
}

fn of_a_resource() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 3).in_resource().made(gpu);
        let (resource, list) = (create.resource(), create.allocations());
        let answer = set_resource_priority(&gpu.dxg, device, resource, LOW);
        assert_eq!(answer, SUCCESS);
        assert_eq!(priorities(gpu, device, &list), [LOW; 3]);
        assert_eq!(priority_of(gpu, device, resource), (SUCCESS, LOW));
        let answer = set_priorities(&gpu.dxg, device, &list[1..2], &[HIGH]);
        assert_eq!(answer, SUCCESS);
        assert_eq!(priority_of(gpu, device, resource), (SUCCESS, HIGH));
        // Without allocations there is nothing to say, and nothing to do.
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        assert_eq!(priority_of(gpu, device, resource).0, INVALID_PARAMETER);
        let answer = set_resource_priority(&gpu.dxg, device, resource, LOW);
        assert_eq!(answer, SUCCESS);
    });
}

fn zero_is_none() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let list = create.allocations();
    for bad in [[0, 1], [1, 0], [0, 0]] {
        let answer = set_priorities(&gpu.dxg, device, &list, &bad);
        assert_eq!(answer, INVALID_PARAMETER);
    }
    let answer = set_resource_priority(&gpu.dxg, device, create.resource(), 0);
    assert_eq!(answer, INVALID_PARAMETER);
    assert_eq!(priorities(&gpu, device, &list), [NORMAL; 2]);
}

fn the_subject_has_one_form() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(&gpu);
    let list = List::new(&create.allocations());
    let (address, resource) = (list.address(), create.resource());
    let mut numbers = [LOW; 2];
    let numbers = numbers.as_mut_ptr() as u64;
    let ask = |resource, allocation_list, allocation_count| {
        let mut set = sys::D3DKMT_SETALLOCATIONPRIORITY {
            device: handle(device),
            resource: handle(resource),
            allocation_list,
            allocation_count,
            priorities: numbers,
            ..Default::default()
        };
        let mut get = sys::D3DKMT_GETALLOCATIONPRIORITY {
            device: handle(device),
            resource: handle(resource),
            allocation_list,
            allocation_count,
            priorities: numbers,
            ..Default::default()
        };
        // SAFETY: Tests hand in memory of their own, or addresses that are not mapped.
        unsafe {
            [
                sys::D3DKMTSetAllocationPriority(&gpu.dxg, &mut set),
                sys::D3DKMTGetAllocationPriority(&gpu.dxg, &mut get),
            ]
        }
    };
    let bad = [
        (resource, address, 2),
        (resource, 0, 2),
        (resource, address, 0),
        (0, 0, 0),
        (0, 0, 2),
        (0, address, 0),
        (0, address, LISTED_MAX + 1),
        (0, address, u32::MAX),
        (0, UNMAPPED, 1),
        (0, u64::MAX - 3, 2),
    ];
    for_each(bad, |(resource, list, count)| {
        assert_eq!(ask(resource, list, count), [INVALID_PARAMETER; 2]);
    });
    assert_eq!(priorities(&gpu, device, &create.allocations()), [NORMAL; 2]);
    assert_eq!(ask(0, address, 2), [SUCCESS; 2]);
    assert_eq!(ask(resource, 0, 0), [SUCCESS; 2]);
    // As many as there may be.
    let most = vec![create.allocation(0); LISTED_MAX as usize];
    let many = priorities(&gpu, device, &most);
    assert!(many.iter().all(|&priority| priority == LOW));
}

fn allocations_of_others() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mine = Create::buffers(device, 2).in_resource().made(&gpu);
    let other_device = gpu.device();
    let others = Create::buffer(other_device, 4096).in_resource().made(&gpu);
    let queue = PagingQueue::new(&gpu, device);
    let wrong = [device, gpu.adapter, queue.handle, others.allocation(0)];
    for_each(
        NO_HANDLES.into_iter().chain(wrong).chain([mine.resource()]),
        |handle| {
            let list = [mine.allocation(0), handle];
            let answer = set_priorities(&gpu.dxg, device, &list, &[LOW; 2]);
            assert_eq!(answer, INVALID_PARAMETER);
            let answer = get_priorities(&gpu.dxg, device, &list).0;
            assert_eq!(answer, INVALID_PARAMETER);
        },
    );
    for_each(
        wrong
            .into_iter()
            .chain([others.resource(), mine.allocation(0)]),
        |handle| {
            let answer = set_resource_priority(&gpu.dxg, device, handle, LOW);
            assert_eq!(answer, INVALID_PARAMETER);
            assert_eq!(priority_of(&gpu, device, handle).0, INVALID_PARAMETER);
        },
    );
    for_each(
        [0, gpu.adapter, mine.allocation(0), queue.handle],
        |handle| {
            let list = mine.allocations();
            let answer = set_priorities(&gpu.dxg, handle, &list, &[LOW; 2]);
            assert_eq!(answer, INVALID_PARAMETER);
            assert_eq!(get_priorities(&gpu.dxg, handle, &list).0, INVALID_PARAMETER);
        },
    );
    let now = priorities(&gpu, device, &mine.allocations());
    assert_eq!(now, [NORMAL; 2]);
}

fn addresses() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffers(device, 2).made(&gpu);
    let list = List::new(&create.allocations());
    let memory = Map::new(1);
    memory.put(0, [LOW; 2]);
    memory.read_only();
    let set = |priorities| {
        let mut args = sys::D3DKMT_SETALLOCATIONPRIORITY {
            device: handle(device),
            allocation_list: list.address(),
            allocation_count: 2,
            priorities,
            ..Default::default()
        };
        // SAFETY: Memory of this test, or addresses that are not mapped.
        unsafe { sys::D3DKMTSetAllocationPriority(&gpu.dxg, &mut args) }
    };
    let get = |priorities| {
        let mut args = sys::D3DKMT_GETALLOCATIONPRIORITY {
            device: handle(device),
            allocation_list: list.address(),
            allocation_count: 2,
            priorities,
            ..Default::default()
        };
        // SAFETY: As above.
        unsafe { sys::D3DKMTGetAllocationPriority(&gpu.dxg, &mut args) }
    };
    let hole = Map::before_a_hole();
    hole.put(4092, LOW);
    for_each(
        [0, UNMAPPED, hole.address() + 4092, u64::MAX - 3],
        |address| {
            assert_eq!(set(address), INVALID_PARAMETER);
            assert_eq!(get(address), INVALID_PARAMETER);
        },
    );
    assert_eq!(priorities(&gpu, device, &create.allocations()), [NORMAL; 2]);
    assert_eq!(get(memory.address()), INVALID_PARAMETER);
    assert_eq!(set(memory.address()), SUCCESS);
    for request in [
        request::SETALLOCATIONPRIORITY,
        request::GETALLOCATIONPRIORITY,
    ] {
        assert_eq!(call_at(&gpu.dxg, request, 0), INVALID_PARAMETER);
    }
}

fn all_who_have_it_open_see_it() {
    with_shared(2, |gpu, device, create, nt| {
        let other_device = gpu.device();
        let open = Open::new(other_device, nt, 2).made(gpu);
        let both = [LOW, HIGH];
        let answer = set_priorities(&gpu.dxg, device, &create.allocations(), &both);
        assert_eq!(answer, SUCCESS);
        let theirs = open.allocations();
        assert_eq!(priorities(gpu, other_device, &theirs), both);
        let answer = set_resource_priority(&gpu.dxg, other_device, open.resource(), NORMAL);
        assert_eq!(answer, SUCCESS);
        assert_eq!(priorities(gpu, device, &create.allocations()), [NORMAL; 2]);
    });
}

fn filled(gpu: &Gpu, device: u32, mib: u64, priority: u32, byte: u8) -> u32 {
    let allocation = Create::buffer(device, mib * MIB).made(gpu).allocation(0);
    let answer = set_priorities(&gpu.dxg, device, &[allocation], &[priority]);
    assert_eq!(answer, SUCCESS);
    write(gpu, device, allocation, byte);
    allocation
}

/// Only of equal ones the longest unused goes first.
fn the_lowest_is_evicted_first() {
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let list = [
                filled(gpu, device, 5, HIGH, 1),
                filled(gpu, device, 5, NORMAL, 2),
                filled(gpu, device, 5, LOW, 3),
            ];
            let now = || places(&gpu.dxg, device, &list).1;
            filled(gpu, device, 5, HIGH, 4);
            assert_eq!(now(), [IN_GPU_MEMORY, IN_GPU_MEMORY, IN_SHARED_MEMORY]);
            filled(gpu, device, 5, HIGH, 5);
            assert_eq!(now(), [IN_GPU_MEMORY, IN_SHARED_MEMORY, IN_SHARED_MEMORY]);
            // What is there already counts anew when its priority changes.
            let answer = set_priorities(&gpu.dxg, device, &list[..1], &[LOW]);
            assert_eq!(answer, SUCCESS);
            filled(gpu, device, 5, LOW, 6);
            assert_eq!(now(), [IN_SHARED_MEMORY; 3]);
            for (&allocation, byte) in list.iter().zip(1..) {
                assert_holds(gpu, device, allocation, byte);
            }
        });
    });
}

fn the_lower_gives_way_to_the_higher() {
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let high = filled(gpu, device, 10, HIGH, 1);
            let normal = filled(gpu, device, 10, NORMAL, 2);
            assert_eq!(place(gpu, device, high), IN_GPU_MEMORY);
            assert_eq!(place(gpu, device, normal), IN_SHARED_MEMORY);
            assert_holds(gpu, device, normal, 2);
            // What is wanted resident goes before every priority.
            let queue = PagingQueue::new(gpu, device);
            resident(gpu, device, &queue, &[normal]);
            assert_eq!(place(gpu, device, normal), IN_GPU_MEMORY);
            assert_eq!(place(gpu, device, high), IN_SHARED_MEMORY);
            assert_holds(gpu, device, high, 1);
            assert_holds(gpu, device, normal, 2);
        });
    });
}
