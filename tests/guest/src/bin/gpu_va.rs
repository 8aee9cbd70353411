// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU virtual addresses: reserving, mapping and freeing them.

use dxg_guest_tests::{
    calls::*,
    child::fork,
    create::Create,
    fence::{destroy_paging_queue, Fence, PagingQueue},
    gpu_va::*,
    harness,
    memory::Map,
    paging::{buffer, on_each_queue},
    sysfs, tests,
};
use libd3dkmt::sys::{bindings as c, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            a_reservation_is_by_an_adapter_or_a_paging_queue,
            what_cannot_be_reserved,
            limits_of_a_reservation,
            a_mapping_has_an_address_and_a_value,
            where_mappings_can_be,
            what_cannot_be_mapped,
            protections,
            unique_driver_protections,
            memory_that_is_read_only,
            allocations_of_other_devices,
            what_is_freed,
            an_allocation_takes_its_mappings_along,
            the_last_device_takes_the_addresses_along,
            the_queue_goes_before_its_mappings,
            answers_that_cannot_be_written,
            each_process_has_its_own,
        ],
        &[],
    )
}

/// A range in the middle of nowhere, and what is behind it.
const FAR: u64 = 0x7000_0000_0000;

/// Cases 311, 312, 314, 317, 318, 321.
fn a_reservation_is_by_an_adapter_or_a_paging_queue() {
    on_each_queue(|gpu, device, queue| {
        let other = gpu.device();
        let queue_of_other = PagingQueue::new(gpu, other);
        for_each([0, 1, 2], |reservation_type| {
            for by in [gpu.adapter, queue.handle, queue_of_other.handle] {
                let mut args = to_reserve(by, 0, 3 * GRANULE);
                args.reservation_type = reservation_type;
                args.driver_protection = 7;
                assert_eq!(reserve_with(&gpu.dxg, &mut args), SUCCESS);
                assert_eq!(args.paging_fence_value, 0);
                let address = args.virtual_address;
                assert!(address != 0 && address % GRANULE == 0 && address < END);
                // It is taken, for all devices of the process.
                let again = reserve(&gpu.dxg, queue_of_other.handle, address, GRANULE);
                assert_eq!(again.0, INVALID_PARAMETER);
                assert_eq!(free(&gpu.dxg, gpu.adapter, address, 3 * GRANULE), SUCCESS);
            }
        });
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

/// Cases 301, 302, 305, 308, 313, 319.
fn what_cannot_be_reserved() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        let (answer, _) = reserve(&gpu.dxg, gpu.adapter, FAR, 4 * GRANULE);
        assert_eq!(answer, SUCCESS);
        let refused = |by, base, bytes| {
            let answer = reserve(&gpu.dxg, by, base, bytes);
            assert_eq!(answer, (INVALID_PARAMETER, u64::MAX));
        };
        gpu.unchanged(|| {
            for_each([0, 1, 4096, GRANULE + 4096, u64::MAX], |bytes| {
                refused(gpu.adapter, 0, bytes);
            });
            for_each(
                [1, 4096, GRANULE / 2, END, u64::MAX - GRANULE + 1],
                |base| {
                    refused(gpu.adapter, base, GRANULE);
                },
            );
            for_each([-1, 0, 3], |at: i64| {
                let base = FAR.wrapping_add_signed(at * 0x1_0000);
                refused(gpu.adapter, base, 2 * GRANULE);
            });
            let others = [device, allocation, queue.fence.handle];
            for_each(NO_HANDLES.into_iter().chain(others), |by| {
                refused(by, 0, GRANULE)
            });
            for_each([3, 4, u32::MAX], |reservation_type| {
                let mut args = to_reserve(gpu.adapter, 0, GRANULE);
                args.reservation_type = reservation_type;
                assert_eq!(reserve_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
            });
        });
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, 4 * GRANULE), SUCCESS);
    });
}

/// Cases 303, 304, 306, 307.
fn limits_of_a_reservation() {
    let gpu = Gpu::first();
    let within = |minimum, maximum, base, bytes| {
        let mut args = to_reserve(gpu.adapter, base, bytes);
        (args.minimum_address, args.maximum_address) = (minimum, maximum);
        let answer = reserve_with(&gpu.dxg, &mut args);
        (answer, args.virtual_address)
    };
    let to = FAR + 4 * GRANULE;
    for_each(
        [(1, 0), (0, 4096), (FAR, to + 1), (0, END + GRANULE)],
        |(from, to)| {
            assert_eq!(within(from, to, 0, GRANULE).0, INVALID_PARAMETER);
        },
    );
    assert_eq!(within(FAR, to, 0, 5 * GRANULE).0, NO_MEMORY);
    assert_eq!(within(FAR, to, 0, 3 * GRANULE), (SUCCESS, FAR));
    assert_eq!(within(FAR, to, 0, 2 * GRANULE).0, NO_MEMORY);
    // With a base they are not looked at.
    let last = FAR + 3 * GRANULE;
    assert_eq!(within(1, 1, last, GRANULE), (SUCCESS, last));
    assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, 3 * GRANULE), SUCCESS);
    assert_eq!(free(&gpu.dxg, gpu.adapter, last, GRANULE), SUCCESS);
    // As a driver of D3D12 asks: 64 KiB to 4 GiB between 64 MiB and 1 TiB.
    for_each([GRANULE, 4 << 30], |bytes| {
        let (answer, address) = within(64 << 20, 1 << 40, 0, bytes);
        assert_eq!(answer, SUCCESS);
        assert!(address >= 64 << 20 && address + bytes <= 1 << 40);
        assert_eq!(free(&gpu.dxg, gpu.adapter, address, bytes), SUCCESS);
    });
}

/// Cases 330 to 332, 358, 359.
fn a_mapping_has_an_address_and_a_value() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let mut last = queue.fence.value();
        let mut addresses = Vec::new();
        for _ in 0..3 {
            let (answer, address, value) = map(&gpu.dxg, queue.handle, 0, allocation, 4);
            assert_eq!(answer, PENDING);
            assert!(address != 0 && address % GPU_PAGE == 0 && address < END);
            assert!(!addresses.contains(&address));
            addresses.push(address);
            // Nothing else is being paged.
            assert_eq!(value, last + 1);
            assert_eq!(queue.fence.value(), value);
            last = value;
        }
        for address in addresses {
            assert_eq!(free(&gpu.dxg, gpu.adapter, address, 4 * GPU_PAGE), SUCCESS);
        }
    });
}

/// Cases 334, 343 to 349.
fn where_mappings_can_be() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 16 * GPU_PAGE);
        let other = buffer(gpu, device, 16 * GPU_PAGE);
        let dxg = &gpu.dxg;
        let at = |page: u64| FAR + page * GPU_PAGE;
        let map_at =
            |page, allocation, pages| map(dxg, queue.handle, at(page), allocation, pages).0;
        // Two reservations of 16 pages, beside each other.
        assert_eq!(reserve(dxg, gpu.adapter, at(0), GRANULE), (SUCCESS, at(0)));
        assert_eq!(
            reserve(dxg, gpu.adapter, at(16), GRANULE),
            (SUCCESS, at(16))
        );
        assert_eq!(mapped(gpu, device, queue, at(3), allocation, 4), at(3));
        assert_eq!(map_at(4, other, 1), PENDING);
        assert_eq!(map_at(5, 0, 1), PENDING);
        assert_eq!(map_at(15, allocation, 2), INVALID_PARAMETER);
        assert_eq!(map_at(31, allocation, 2), INVALID_PARAMETER);
        // What is free: a range of its own.
        assert_eq!(map_at(40, allocation, 8), PENDING);
        assert_eq!(map_at(42, other, 2), PENDING);
        assert_eq!(map_at(47, other, 2), INVALID_PARAMETER);
        assert_eq!(map_at(39, other, 2), INVALID_PARAMETER);
        // No zeros there, but where nothing is.
        assert_eq!(map_at(42, 0, 1), INVALID_PARAMETER);
        assert_eq!(map_at(50, 0, 1), PENDING);
        // Limits.
        let within = |from, to, pages| {
            let mut args = to_map(queue.handle, 0, allocation, pages);
            (args.minimum_address, args.maximum_address) = (from, to);
            let answer = map_with(dxg, &mut args);
            (answer, args.virtual_address)
        };
        for_each([(1, 0), (0, 4095), (at(60), at(64) - 1)], |(from, to)| {
            assert_eq!(within(from, to, 1).0, INVALID_PARAMETER);
        });
        assert_eq!(within(at(60), at(64), 5).0, NO_MEMORY);
        assert_eq!(within(at(60), at(64), 4), (PENDING, at(60)));
        assert_eq!(destroy_device(dxg, device), SUCCESS);
    });
}

/// Cases 335, 336, 339 to 341, 355.
fn what_cannot_be_mapped() {
    on_each_queue(|gpu, device, queue| {
        let create = Create::buffer(device, 4 * GPU_PAGE).in_resource().made(gpu);
        let allocation = create.allocation(0);
        let refused = |change: &dyn Fn(&mut c::d3dddi_mapgpuvirtualaddress)| {
            let mut args = to_map(queue.handle, 0, allocation, 4);
            change(&mut args);
            assert_eq!(map_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
            let answers = (args.virtual_address, args.paging_fence_value);
            assert_eq!(answers, (u64::MAX, u64::MAX));
        };
        gpu.unchanged(|| {
            let others = [gpu.adapter, device, create.resource(), allocation];
            let no_queue = NO_HANDLES
                .into_iter()
                .chain(others)
                .chain([queue.fence.handle]);
            for_each(no_queue, |handle| {
                refused(&|args| args.paging_queue.v = handle)
            });
            let others = [gpu.adapter, device, create.resource(), queue.handle];
            for_each(NO_HANDLES.into_iter().chain(others), |handle| {
                refused(&|args| args.allocation.v = handle);
            });
            for_each(
                [(0, 0), (0, 5), (1, 4), (4, 1), (u64::MAX, 1), (0, u64::MAX)],
                |(offset, size)| {
                    refused(&|args| (args.offset_in_pages, args.size_in_pages) = (offset, size));
                },
            );
            refused(&|args| args.base_address = FAR + 1);
            refused(&|args| args.base_address = GPU_PAGE);
            refused(&|args| args.base_address = END - GPU_PAGE);
            refused(&|args| args.reserved0 = 1);
            refused(&|args| args.reserved1 = 1);
        });
    });
}

/// Cases 350 to 354.
fn protections() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        let with = |protection, allocation| {
            let mut args = to_map(queue.handle, FAR, allocation, 1);
            args.protection.value = protection;
            map_with(&gpu.dxg, &mut args)
        };
        for protection in 0..64 {
            let is_blank = protection & (ZERO | NO_ACCESS) != 0;
            let is_good = protection < 16 && protection & 12 != 12;
            for allocation in [0, allocation] {
                let expected = match is_good && is_blank == (allocation == 0) {
                    true => PENDING,
                    false => INVALID_PARAMETER,
                };
                assert_eq!(
                    with(protection, allocation),
                    expected,
                    "{protection} of {allocation}"
                );
            }
        }
        assert_eq!(with(WRITE | (1 << 63), allocation), INVALID_PARAMETER);
        assert_eq!(with(WRITE | EXECUTE, allocation), PENDING);
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
    });
}

/// Case 357.
fn unique_driver_protections() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let with = |page: u64, offset, driver_protection| {
            let mut args = to_map(queue.handle, FAR + page * GPU_PAGE, allocation, 2);
            args.offset_in_pages = offset;
            args.driver_protection = driver_protection;
            map_with(&gpu.dxg, &mut args)
        };
        let unique = 1 << 63;
        assert_eq!(with(0, 0, unique | 5), PENDING);
        assert_eq!(with(8, 1, unique | 5), PENDING);
        assert_eq!(with(16, 1, unique | 6), INVALID_PARAMETER);
        assert_eq!(with(16, 1, 5), INVALID_PARAMETER);
        assert_eq!(with(0, 0, unique | 6), INVALID_PARAMETER);
        assert_eq!(
            free(&gpu.dxg, gpu.adapter, FAR + 8 * GPU_PAGE, 2 * GPU_PAGE),
            SUCCESS
        );
        assert_eq!(with(16, 2, 5), PENDING);
        assert_eq!(with(24, 2, 6), PENDING);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

/// Case 356.
fn memory_that_is_read_only() {
    on_each_queue(|gpu, device, queue| {
        let memory = Map::new(16);
        memory.read_only();
        let create = Create::heap(device, memory.address(), GRANULE);
        let create = create.flags(c::D3DKMT_CREATEALLOCATION_READ_ONLY).made(gpu);
        let with = |protection| {
            let mut args = to_map(queue.handle, FAR, create.allocation(0), 16);
            args.protection.value = protection;
            map_with(&gpu.dxg, &mut args)
        };
        gpu.unchanged(|| assert_eq!(with(WRITE), ACCESS_DENIED));
        assert_eq!(with(0), PENDING);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

/// Cases 338, 339.
fn allocations_of_other_devices() {
    on_each_queue(|gpu, _, queue| {
        let other = gpu.device();
        let allocation = buffer(gpu, other, 4096);
        let (answer, address, _) = map(&gpu.dxg, queue.handle, 0, allocation, 1);
        assert_eq!(answer, PENDING);
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        assert_eq!(
            free(&gpu.dxg, gpu.adapter, address, GPU_PAGE),
            INVALID_PARAMETER
        );
        // Of another adapter.
        for luid in luids() {
            let (answer, adapter) = open_adapter(&gpu.dxg, luid);
            assert_eq!(answer, SUCCESS);
            let (answer, there) = create_device(&gpu.dxg, adapter);
            assert_eq!(answer, SUCCESS);
            let allocation = buffer(gpu, there, 4096);
            let is_same = sysfs::adapter_name(&Gpu::open(luid)) == sysfs::adapter_name(gpu);
            let expected = if is_same { PENDING } else { INVALID_PARAMETER };
            assert_eq!(map(&gpu.dxg, queue.handle, 0, allocation, 1).0, expected);
            assert_eq!(destroy_device(&gpu.dxg, there), SUCCESS);
            assert_eq!(close_adapter(&gpu.dxg, adapter), SUCCESS);
        }
    });
}

/// Cases 375 to 381, 384.
fn what_is_freed() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 16 * GPU_PAGE);
        let dxg = &gpu.dxg;
        let at = |page: u64| FAR + page * GPU_PAGE;
        let free_at = |page, pages: u64| free(dxg, gpu.adapter, at(page), pages * GPU_PAGE);
        assert_eq!(reserve(dxg, gpu.adapter, at(0), 2 * GRANULE).0, SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, at(32), GRANULE).0, SUCCESS);
        assert_eq!(map(dxg, queue.handle, at(2), allocation, 16).0, PENDING);
        gpu.unchanged(|| {
            for_each(
                [(0, 0), (0, 33), (31, 2), (47, 2), (60, 1)],
                |(page, pages)| {
                    assert_eq!(free_at(page, pages), INVALID_PARAMETER);
                },
            );
            assert_eq!(free(dxg, gpu.adapter, at(0), 1), INVALID_PARAMETER);
            assert_eq!(
                free(dxg, gpu.adapter, at(0) + 1, GPU_PAGE),
                INVALID_PARAMETER
            );
            assert_eq!(free(dxg, gpu.adapter, 0, GPU_PAGE), INVALID_PARAMETER);
            assert_eq!(free(dxg, gpu.adapter, END, GPU_PAGE), INVALID_PARAMETER);
            let no_adapter = NO_HANDLES
                .into_iter()
                .chain([device, queue.handle, allocation]);
            for_each(no_adapter, |handle| {
                assert_eq!(free(dxg, handle, at(0), GRANULE), INVALID_PARAMETER);
            });
        });
        // A hole, in which others can be, and then the rest.
        assert_eq!(free_at(4, 4), SUCCESS);
        assert_eq!(map(dxg, queue.handle, at(4), allocation, 4).0, PENDING);
        assert_eq!(free_at(3, 2), INVALID_PARAMETER);
        assert_eq!(free_at(0, 4), SUCCESS);
        assert_eq!(free_at(4, 4), SUCCESS);
        assert_eq!(free_at(8, 24), SUCCESS);
        assert_eq!(free_at(8, 24), INVALID_PARAMETER);
        assert_eq!(free_at(32, 16), SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, at(0), 3 * GRANULE).0, SUCCESS);
        assert_eq!(free_at(0, 48), SUCCESS);
    });
}

/// Cases 362, 363, 384.
fn an_allocation_takes_its_mappings_along() {
    on_each_queue(|gpu, device, queue| {
        let before = counters();
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let other = buffer(gpu, device, 4 * GPU_PAGE);
        let dxg = &gpu.dxg;
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        mapped(gpu, device, queue, FAR, allocation, 4);
        let alone = mapped(gpu, device, queue, 0, allocation, 4);
        let mixed = mapped(gpu, device, queue, 0, allocation, 4);
        mapped(gpu, device, queue, mixed, other, 1);
        assert_eq!(destroy_allocations(dxg, device, &[allocation]), SUCCESS);
        assert_eq!(
            free(dxg, gpu.adapter, alone, 4 * GPU_PAGE),
            INVALID_PARAMETER
        );
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, INVALID_PARAMETER);
        assert_eq!(map(dxg, queue.handle, mixed, other, 4).0, PENDING);
        assert_eq!(destroy_allocations(dxg, device, &[other]), SUCCESS);
        assert_eq!(
            free(dxg, gpu.adapter, mixed, 4 * GPU_PAGE),
            INVALID_PARAMETER
        );
        assert_eq!(free(dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
        before.assert_restored();
    });
}

/// Case 368.
fn the_last_device_takes_the_addresses_along() {
    on_each_adapter(|gpu| {
        let dxg = &gpu.dxg;
        let [first, second] = [gpu.device(), gpu.device()];
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        assert_eq!(destroy_device(dxg, first), SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, INVALID_PARAMETER);
        assert_eq!(destroy_device(dxg, second), SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        assert_eq!(free(dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
    });
}

/// Mappings are the process's, not those of the queue that they were asked of.
fn the_queue_goes_before_its_mappings() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        let address = mapped(gpu, device, queue, 0, allocation, 1);
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        let answer = map(&gpu.dxg, queue.handle, 0, allocation, 1).0;
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(free(&gpu.dxg, gpu.adapter, address, GPU_PAGE), SUCCESS);
        // Handles of fences are none of queues.
        let fence = Fence::new(gpu, device, 0);
        let answer = reserve(&gpu.dxg, fence.handle, 0, GRANULE).0;
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

/// Case 365: nobody was told, so nothing was done.
fn answers_that_cannot_be_written() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        let dxg = &gpu.dxg;
        let call = |request, put: &dyn Fn(&Map)| {
            let memory = Map::new(1);
            put(&memory);
            memory.read_only();
            assert_eq!(call_at(dxg, request, memory.address()), INVALID_PARAMETER);
        };
        gpu.unchanged(|| {
            call(request::RESERVEGPUVIRTUALADDRESS, &|memory| {
                memory.put(0, to_reserve(gpu.adapter, FAR, GRANULE));
            });
            call(request::MAPGPUVIRTUALADDRESS, &|memory| {
                memory.put(0, to_map(queue.handle, FAR, allocation, 4));
            });
            call(request::MAPGPUVIRTUALADDRESS, &|memory| {
                let mut args = to_map(queue.handle, 0, allocation, 4);
                (args.minimum_address, args.maximum_address) = (FAR, FAR + GRANULE);
                memory.put(0, args);
            });
        });
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        assert_eq!(free(dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
    });
}

/// Case 322.
fn each_process_has_its_own() {
    let luid = luids()[0];
    let gpu = Gpu::open(luid);
    assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
    let status = fork(|| {
        let gpu = Gpu::open(luid);
        let (answer, address) = reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE);
        i32::from((answer, address) != (SUCCESS, FAR))
    });
    assert!(status.success());
    assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
}
