// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTMapGpuVirtualAddress: what mappings mean to commands, and how long they last.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    create::Create,
    fence::destroy_sync_object,
    gpu_va::*,
    memory::Map,
    paging::{buffer, on_each_queue, resident},
};
use libd3dkmt::sys::request;

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_350_for_reading,
        "MapGpuVirtualAddress, Protection without Write",
        C,
        "the mapping is for reading: a write of the GPU faults",
    ),
    case!(
        case_351_reading,
        "the GPU reads, whatever the Protection of the memory",
        C,
        "always allowed",
    ),
    case!(
        case_352_execute,
        "MapGpuVirtualAddress, Execute, and command buffers with and without it",
        C,
        "it is accepted; needed only if the capabilities say NoExecute",
        "it is accepted, and never needed",
    ),
    case!(
        case_353_zero_and_no_access,
        "MapGpuVirtualAddress, Zero and NoAccess together",
        I,
        IP,
    ),
    case!(
        case_353a_zero_with_write,
        "MapGpuVirtualAddress, Zero or NoAccess with Write and Execute",
        K,
        "SUCCESS; Write and Execute are ignored",
        "PENDING; Write and Execute are ignored",
    ),
    case!(
        case_354_system_use_only,
        "MapGpuVirtualAddress, SystemUseOnly, or reserved bits of a protection",
        I,
        IP,
    ),
    case!(
        case_355_reserved_fields,
        "MapGpuVirtualAddress, Reserved0 or Reserved1",
        I,
        IP,
    ),
    case!(
        case_356_read_only_memory,
        "MapGpuVirtualAddress with Write of memory that the process may only read",
        I,
        "ACCESS_DENIED",
    ),
    case!(
        case_357_driver_protection,
        "MapGpuVirtualAddress, a DriverProtection with UNIQUE, and another one for the same pages",
        C,
        "SUCCESS; INVALID_PARAMETER, until the pages are unmapped",
        "PENDING; INVALID_PARAMETER, until the pages are unmapped",
    ),
    case!(
        case_358_mapped_twice,
        "MapGpuVirtualAddress of an allocation at two addresses",
        C,
        "SUCCESS; both show the same bytes",
        "PENDING; both show the same bytes",
    ),
    case!(
        case_359_not_resident,
        "MapGpuVirtualAddress of an allocation that is not resident",
        C,
        "SUCCESS or PENDING; commands can use it when it is resident",
        "PENDING; commands can use it when it is resident",
    ),
    case!(
        case_361_two_kinds_of_addresses,
        "Lock2 and MapGpuVirtualAddress of an allocation, one without the other",
        C,
        "each works without the other",
    ),
    case!(
        case_362_destroyed,
        "DestroyAllocation2 of what is mapped at an address that Map chose",
        C,
        "the addresses are free; a later use faults",
    ),
    case!(
        case_363_destroyed_in_a_reservation,
        "DestroyAllocation2 of what is mapped in a reservation",
        I,
        "the reservation stays; its pages are as they were at first",
    ),
    case!(
        case_364_address_of_a_fence,
        "MapGpuVirtualAddress at the address of a monitored fence",
        I,
        IP,
    ),
    case!(
        case_365_no_answer,
        "MapGpuVirtualAddress, the answer cannot be written",
        L,
        "nothing is mapped",
        "INVALID_PARAMETER; nothing is mapped",
    ),
    case!(
        case_368_last_device,
        "DestroyDevice of the last device of the process on the adapter",
        I,
        "all addresses are free",
    ),
];

/// Maps a page of an allocation at the address [`at`] its number, with a protection.
fn map_page(engine: &Engine<'_>, allocation: u32, page: u64, protection: u64) {
    let (gpu, queue) = (engine.gpu, &engine.queue);
    let (answer, address, value) = map_as(gpu, queue, allocation, 1, |args| {
        (args.base_address, args.offset_in_pages) = (at(page), page);
        args.protection.value = protection;
    });
    assert_eq!((answer, address), (PENDING, at(page)));
    paged(engine, value);
}

/// What may be with memory.
const OF_MEMORY: [u64; 4] = [0, WRITE, EXECUTE, WRITE | EXECUTE];

fn case_350_for_reading() {
    on_each_engine(|engine| {
        map_page(engine, engine.memory.allocation, 0, 0);
        engine.memory.store(8, 5);
        let commands = Commands::new().copy(engine.memory.address, FAR + 8, 8);
        let fault = fault(engine, &commands.write64(FAR + 8, 1));
        assert_eq!(fault, (FAR + 8, WRITTEN));
        assert_eq!([0, 8].map(|at| engine.memory.load(at)), [5, 5]);
    });
}

fn case_351_reading() {
    on_each_engine(|engine| {
        let pool = Memory::new(engine.gpu, engine.device, &engine.queue, 4);
        for (page, protection) in (0..).zip(OF_MEMORY) {
            pool.store(4096 * page, 100 + page as u64);
            map_page(engine, pool.allocation, page as u64, protection);
        }
        let found = engine.read(&[0, 1, 2, 3].map(at));
        assert_eq!(found, [100, 101, 102, 103]);
    });
}

fn case_352_execute() {
    on_each_engine(|engine| {
        let commands = &engine.commands;
        for (page, protection) in (0..).zip(OF_MEMORY) {
            let (_, bytes) = commands.put(4096 * page, &add(engine));
            let page = page as u64;
            map_page(engine, commands.allocation, page, protection);
            let answer = submit(&engine.gpu.dxg, engine.context, at(page), bytes);
            assert_eq!(answer, SUCCESS);
            engine.finish();
            assert_eq!(sum(engine), page + 1);
        }
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// These protections are refused, with an allocation and without one.
fn refused_protections(protections: &[u64]) {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        gpu.unchanged(|| {
            for_each(protections, |&protection| {
                for allocation in [0, allocation] {
                    no_mapping(gpu, queue, allocation, |args| {
                        (args.base_address, args.protection.value) = (FAR, protection);
                    });
                }
            });
        });
    });
}

fn case_353_zero_and_no_access() {
    let both = ZERO | NO_ACCESS;
    refused_protections(&[both, both | WRITE, both | EXECUTE, both | WRITE | EXECUTE]);
}

fn case_353a_zero_with_write() {
    on_each_engine(|engine| {
        let (gpu, queue) = (engine.gpu, &engine.queue);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        for (page, protection) in [(0, 4), (1, 5), (2, 7), (3, 8), (4, 11)] {
            let (answer, address, value) = map_as(gpu, queue, 0, 1, |args| {
                (args.base_address, args.protection.value) = (at(page), protection);
            });
            assert_eq!((answer, address), (PENDING, at(page)));
            paged(engine, value);
        }
        let writes = (0..3).fold(Commands::new(), |c, page| c.write64(at(page), 7));
        engine.run(&writes);
        assert_eq!(engine.read(&[0, 1, 2].map(at)), [0; 3]);
        let commands = Commands::new().write64(at(4), 7);
        assert_eq!(fault(engine, &commands), (at(4), WRITTEN));
    });
}

fn case_354_system_use_only() {
    let bits: Vec<_> = (4..64).map(|bit| 1 << bit).collect();
    refused_protections(&bits);
    refused_protections(&[16 | WRITE, 16 | ZERO, 16 | NO_ACCESS, WRITE | (1 << 63)]);
}

fn case_355_reserved_fields() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, GPU_PAGE);
        gpu.unchanged(|| {
            for_each([1, 1 << 31], |value| {
                no_mapping(gpu, queue, allocation, |args| args.reserved0 = value);
                no_mapping(gpu, queue, allocation, |args| args.reserved1 = value.into());
            });
            no_mapping(gpu, queue, allocation, |args| args.reserved1 = 1 << 63);
        });
    });
}

fn case_356_read_only_memory() {
    on_each_engine(|engine| {
        let (gpu, queue) = (engine.gpu, &engine.queue);
        let memory = Map::new(16);
        memory.put(0, 0x1234_5678_9abc_u64);
        memory.read_only();
        let create = Create::heap(engine.device, memory.address(), GRANULE);
        let create = create.flags(c::D3DKMT_CREATEALLOCATION_READ_ONLY).made(gpu);
        let allocation = create.allocation(0);
        let refused = gpu.unchanged(|| map_as(gpu, queue, allocation, 16, |_| {}));
        assert_eq!(refused, (ACCESS_DENIED, u64::MAX, u64::MAX));
        map_page(engine, allocation, 0, 0);
        resident(gpu, engine.device, queue, &[allocation]);
        assert_eq!(engine.read(&[FAR]), [0x1234_5678_9abc]);
        let commands = Commands::new().write64(FAR, 1);
        assert_eq!(fault(engine, &commands), (FAR, WRITTEN));
        let destroyed = destroy_allocations(&gpu.dxg, engine.device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
    });
}

fn case_357_driver_protection() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        // Two pages of the allocation, at an address of any number.
        let with = |page, offset, driver_protection| {
            let (answer, ..) = map_as(gpu, queue, allocation, 2, |args| {
                (args.base_address, args.offset_in_pages) = (at(page), offset);
                args.driver_protection = driver_protection;
            });
            answer
        };
        let unique = 1 << 63;
        assert_eq!(with(0, 0, unique | 5), PENDING);
        assert_eq!(with(8, 1, unique | 5), PENDING);
        gpu.unchanged(|| {
            for (page, offset, other) in [
                (16, 1, unique | 6),
                (16, 1, unique),
                (16, 1, 5),
                (16, 0, 0),
                (0, 0, unique | 6),
            ] {
                assert_eq!(with(page, offset, other), INVALID_PARAMETER);
            }
        });
        // One mapping of the second page is left, and none of the third.
        let freed = free(&gpu.dxg, gpu.adapter, at(8), 2 * GPU_PAGE);
        assert_eq!(freed, SUCCESS);
        assert_eq!(with(16, 1, 5), INVALID_PARAMETER);
        assert_eq!(with(16, 2, 5), PENDING);
        // Without UNIQUE they may differ.
        assert_eq!(with(24, 2, 6), PENDING);
    });
}

fn case_358_mapped_twice() {
    on_each_engine(|engine| {
        let (gpu, memory) = (engine.gpu, engine.memory.allocation);
        for base in [at(0), at(8)] {
            mapped(gpu, engine.device, &engine.queue, base, memory, 2);
        }
        let commands = Commands::new().write64(at(1), 7);
        engine.run(&commands.copy(at(8), at(9), 8).add(at(0), 1));
        assert_eq!([0, 4096].map(|at| engine.memory.load(at)), [8, 7]);
        // One of them goes, the other one stays.
        assert_eq!(free(&gpu.dxg, gpu.adapter, at(0), 2 * GPU_PAGE), SUCCESS);
        engine.run(&Commands::new().write64(at(9), 9));
        assert_eq!(engine.memory.load(4096), 9);
    });
}

fn case_359_not_resident() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let allocation = buffer(gpu, device, GPU_PAGE);
        let (answer, address, value) = map(&gpu.dxg, queue.handle, 0, allocation, 1);
        assert_eq!(answer, PENDING);
        paged(engine, value);
        resident(gpu, device, queue, &[allocation]);
        engine.run(&Commands::new().write64(address, 7));
        assert_eq!(engine.read(&[address]), [7]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

fn case_361_two_kinds_of_addresses() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let allocation = buffer(gpu, device, GPU_PAGE);
        let cpu = gpu.lock(device, allocation) as *mut u64;
        // SAFETY: A page is locked there.
        unsafe { cpu.write_volatile(7) };
        gpu.unlock(device, allocation);
        resident(gpu, device, queue, &[allocation]);
        let address = mapped(gpu, device, queue, 0, allocation, 1);
        assert_eq!(engine.read(&[address]), [7]);
        engine.run(&Commands::new().write64(address, 8));
        assert_eq!(free(&gpu.dxg, gpu.adapter, address, GPU_PAGE), SUCCESS);
        let cpu = gpu.lock(device, allocation) as *const u64;
        // SAFETY: As before.
        assert_eq!(unsafe { cpu.read_volatile() }, 8);
        gpu.unlock(device, allocation);
    });
}

fn case_362_destroyed() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let allocation = buffer(gpu, device, GPU_PAGE);
        resident(gpu, device, queue, &[allocation]);
        let address = mapped(gpu, device, queue, 0, allocation, 1);
        engine.run(&Commands::new().write64(address, 7));
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        // They can be given to others.
        let memory = engine.memory.allocation;
        assert_eq!(mapped(gpu, device, queue, address, memory, 1), address);
        engine.run(&Commands::new().write64(address, 8));
        assert_eq!(engine.memory.load(0), 8);
        assert_eq!(free(&gpu.dxg, gpu.adapter, address, GPU_PAGE), SUCCESS);
        let commands = Commands::new().write64(address, 9);
        assert_eq!(fault(engine, &commands), (address, WRITTEN));
    });
}

fn case_363_destroyed_in_a_reservation() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        engine.reserve_zeros(FAR, GRANULE);
        assert_eq!(
            reserve(&gpu.dxg, gpu.adapter, at(16), GRANULE),
            (SUCCESS, at(16))
        );
        let allocation = buffer(gpu, device, GPU_PAGE);
        resident(gpu, device, queue, &[allocation]);
        for base in [FAR, at(16)] {
            mapped(gpu, device, queue, base, allocation, 1);
        }
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(engine.read(&[at(16)]), [7]);
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(engine.read(&[FAR]), [0]);
        let commands = Commands::new().copy(engine.memory.address, at(16), 8);
        assert_eq!(fault(engine, &commands), (at(16), READ));
        for base in [FAR, at(16)] {
            assert_eq!(free(&gpu.dxg, gpu.adapter, base, GRANULE), SUCCESS);
        }
    });
}

fn case_364_address_of_a_fence() {
    on_each_engine(|engine| {
        let (gpu, fence) = (engine.gpu, engine.fence_with(5, 0));
        assert!(fence.gpu != 0 && fence.gpu % 8 == 0 && fence.gpu < END);
        let page = fence.gpu & !(GPU_PAGE - 1);
        gpu.unchanged(|| {
            for allocation in [engine.memory.allocation, 0] {
                no_mapping(gpu, &engine.queue, allocation, |args| {
                    args.base_address = page;
                });
            }
        });
        assert_eq!(engine.read(&[fence.gpu]), [5]);
        // When the fence has gone they are free.
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
        let (device, memory) = (engine.device, engine.memory.allocation);
        assert_eq!(mapped(gpu, device, &engine.queue, page, memory, 1), page);
    });
}

fn case_365_no_answer() {
    on_each_engine(|engine| {
        let (gpu, queue) = (engine.gpu, &engine.queue);
        let memory = engine.memory.allocation;
        let call = |from, base| {
            let mut args = to_map(queue.handle, base, memory, 4);
            (args.minimum_address, args.maximum_address) = (from, from + GRANULE);
            let block = Map::new(1);
            block.put(0, args);
            block.read_only();
            let answer = call_at(&gpu.dxg, request::MAPGPUVIRTUALADDRESS, block.address());
            assert_eq!(answer, INVALID_PARAMETER);
        };
        gpu.unchanged(|| {
            call(0, FAR);
            call(FAR, 0);
        });
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        let commands = Commands::new().write64(FAR, 1);
        assert_eq!(fault(engine, &commands), (FAR, WRITTEN));
    });
}

fn case_368_last_device() {
    on_each_adapter(|gpu| {
        let dxg = &gpu.dxg;
        let [first, second] = [gpu.device(), gpu.device()];
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        assert_eq!(destroy_device(dxg, first), SUCCESS);
        let again = reserve(dxg, gpu.adapter, FAR, GRANULE);
        assert_eq!(again, (INVALID_PARAMETER, u64::MAX));
        assert_eq!(destroy_device(dxg, second), SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
        let third = gpu.device();
        assert_eq!(destroy_device(dxg, third), SUCCESS);
        assert_eq!(reserve(dxg, gpu.adapter, FAR, GRANULE), (SUCCESS, FAR));
    });
}
