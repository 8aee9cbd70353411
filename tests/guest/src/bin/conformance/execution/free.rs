// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTFreeGpuVirtualAddress.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{
    gpu_va::*,
    paging::{buffer, on_each_queue, resident},
};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_375_a_reservation,
        "FreeGpuVirtualAddress of a reservation, with mappings in it and without",
        C,
        "SUCCESS; it is free at once, and the mappings go",
    ),
    case!(
        case_376_a_mapping,
        "FreeGpuVirtualAddress of what Map gave out",
        C,
        "SUCCESS; the allocation stays",
    ),
    case!(
        case_379_what_is_free,
        "FreeGpuVirtualAddress of addresses that are free, in part or all",
        I,
        IP,
    ),
    case!(
        case_380_a_part,
        "FreeGpuVirtualAddress of a part of a reservation",
        I,
        "SUCCESS; the rest stays",
    ),
    case!(
        case_381_two_ranges,
        "FreeGpuVirtualAddress across two ranges beside each other",
        I,
        "SUCCESS or INVALID_PARAMETER",
        "INVALID_PARAMETER",
    ),
    case!(
        case_382_queued_updates,
        "FreeGpuVirtualAddress, queued updates refer to the addresses",
        C,
        "SUCCESS; the updates are ignored",
    ),
    case!(
        case_383_in_use,
        "FreeGpuVirtualAddress, commands that run use the addresses",
        C,
        "SUCCESS; they get a page fault",
    ),
    case!(
        case_384_allocation_destroyed,
        "FreeGpuVirtualAddress of what Map gave out, the allocation was destroyed",
        I,
        IP,
    ),
    case!(
        case_385_address_of_a_fence,
        "FreeGpuVirtualAddress of the address of a monitored fence",
        I,
        IP,
    ),
];

/// Frees some pages from [`at`] one on.
fn free_at(gpu: &Gpu, page: u64, pages: u64) -> Answer {
    free(&gpu.dxg, gpu.adapter, at(page), pages * GPU_PAGE)
}

/// Reserves granules from [`at`] a page on.
fn reserved(gpu: &Gpu, page: u64, granules: u64) {
    let reserved = reserve(&gpu.dxg, gpu.adapter, at(page), granules * GRANULE);
    assert_eq!(reserved, (SUCCESS, at(page)));
}

fn case_375_a_reservation() {
    on_each_engine(|engine| {
        let gpu = engine.gpu;
        reserved(gpu, 0, 2);
        assert_eq!(free_at(gpu, 0, 32), SUCCESS);
        assert_eq!(free_at(gpu, 0, 32), INVALID_PARAMETER);
        reserved(gpu, 0, 1);
        let memory = engine.memory.allocation;
        mapped(gpu, engine.device, &engine.queue, at(2), memory, 4);
        engine.run(&Commands::new().write64(at(2), 7));
        assert_eq!(free_at(gpu, 0, 16), SUCCESS);
        reserved(gpu, 0, 1);
        assert_eq!(engine.memory.load(0), 7);
        let commands = Commands::new().write64(at(2), 8);
        assert_eq!(fault(engine, &commands), (at(2), WRITTEN));
        assert_eq!(engine.memory.load(0), 7);
    });
}

fn case_376_a_mapping() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let memory = engine.memory.allocation;
        let address = mapped(gpu, device, queue, 0, memory, 4);
        engine.run(&Commands::new().write64(address, 7));
        let freed = free(&gpu.dxg, gpu.adapter, address, 4 * GPU_PAGE);
        assert_eq!(freed, SUCCESS);
        assert_eq!(mapped(gpu, device, queue, address, memory, 4), address);
        assert_eq!(engine.read(&[address]), [7]);
        let freed = free(&gpu.dxg, gpu.adapter, address, 4 * GPU_PAGE);
        assert_eq!(freed, SUCCESS);
        let commands = Commands::new().write64(address, 8);
        assert_eq!(fault(engine, &commands), (address, WRITTEN));
    });
}

fn case_379_what_is_free() {
    on_each_queue(|gpu, device, queue| {
        reserved(gpu, 0, 1);
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        mapped(gpu, device, queue, at(32), allocation, 4);
        gpu.unchanged(|| {
            for_each(
                [
                    (16, 1),
                    (0, 17),
                    (15, 2),
                    (31, 2),
                    (35, 2),
                    (32, 0),
                    (60, 4),
                ],
                |(page, pages)| assert_eq!(free_at(gpu, page, pages), INVALID_PARAMETER),
            );
            // What is not whole pages, or does not exist.
            let (dxg, adapter) = (&gpu.dxg, gpu.adapter);
            for_each(
                [
                    (FAR, 1),
                    (FAR + 8, GPU_PAGE),
                    (0, GPU_PAGE),
                    (END, GPU_PAGE),
                ],
                |(base, bytes)| {
                    assert_eq!(free(dxg, adapter, base, bytes), INVALID_PARAMETER);
                },
            );
        });
        // All is as it was.
        assert_eq!(free_at(gpu, 0, 16), SUCCESS);
        assert_eq!(free_at(gpu, 32, 4), SUCCESS);
        gpu.unchanged(|| {
            for (page, pages) in [(0, 16), (32, 4)] {
                assert_eq!(free_at(gpu, page, pages), INVALID_PARAMETER);
            }
        });
    });
}

fn case_380_a_part() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let memory = engine.memory.allocation;
        reserved(gpu, 0, 1);
        mapped(gpu, device, queue, at(2), memory, 8);
        assert_eq!(free_at(gpu, 4, 4), SUCCESS);
        // What is left of the mapping, in front of the hole and behind it.
        engine.run(&Commands::new().write64(at(3), 7).write64(at(8), 8));
        let found = [1, 6].map(|page| engine.memory.load(4096 * page));
        assert_eq!(found, [7, 8]);
        // Others can be in the hole: what is in front of it is another range now.
        assert_eq!(mapped(gpu, device, queue, at(4), memory, 4), at(4));
        gpu.unchanged(|| {
            for (page, pages) in [(0, 5), (7, 2), (0, 16)] {
                assert_eq!(free_at(gpu, page, pages), INVALID_PARAMETER);
            }
        });
        for (page, pages) in [(0, 4), (8, 8), (4, 4)] {
            assert_eq!(free_at(gpu, page, pages), SUCCESS);
        }
        reserved(gpu, 0, 1);
    });
}

fn case_381_two_ranges() {
    on_each_queue(|gpu, device, queue| {
        for page in [0, 16] {
            reserved(gpu, page, 1);
        }
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        mapped(gpu, device, queue, at(32), allocation, 4);
        gpu.unchanged(|| {
            for_each([(0, 32), (15, 2), (31, 2), (16, 20)], |(page, pages)| {
                assert_eq!(free_at(gpu, page, pages), INVALID_PARAMETER);
            });
        });
        for (page, pages) in [(0, 16), (16, 16), (32, 4)] {
            assert_eq!(free_at(gpu, page, pages), SUCCESS);
        }
    });
}

fn case_382_queued_updates() {
    on_each_engine(|engine| {
        engine.reserve_zeros(FAR, GRANULE);
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        let map = Updates::new().map(FAR, 4, engine.memory.allocation, 0);
        engine.start_update(fence.at(0), &map);
        let copy = Updates::new().copy(at(4), FAR, 4).unmap(at(1), 1, ZERO);
        engine.start_update(fence.at(1), &copy);
        assert_eq!(free_at(engine.gpu, 0, 16), SUCCESS);
        engine.release(gate);
        engine.wait_for(fence, 2);
        assert_eq!((fence.value(), engine.state()), (2, ACTIVE));
        // They have mapped nothing, at addresses that are nobody's.
        let commands = Commands::new().write64(at(4), 7);
        assert_eq!(fault(engine, &commands), (at(4), WRITTEN));
        reserved(engine.gpu, 0, 1);
    });
}

fn case_383_in_use() {
    on_each_engine(|engine| {
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        let pool = Memory::new(gpu, device, queue, 1);
        mapped(gpu, device, queue, FAR, pool.allocation, 1);
        let begun = engine.fence();
        let commands = Commands::new()
            .write64(FAR, 7)
            .fence(begun.gpu, 1)
            .wait_mem(engine.memory.address, EQUAL, 1, 0)
            .write64(FAR, 8);
        engine.start(&commands);
        engine.wait_for(begun, 1);
        assert_eq!(free_at(gpu, 0, 1), SUCCESS);
        engine.memory.store(0, 1);
        engine.wait_for_error();
        assert_eq!(engine.state(), PAGE_FAULT);
        assert_eq!(page_fault(gpu, device), (FAR, WRITTEN, 0));
        assert_eq!(pool.load(0), 7);
    });
}

fn case_384_allocation_destroyed() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        resident(gpu, device, queue, &[allocation]);
        let address = mapped(gpu, device, queue, 0, allocation, 4);
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        gpu.unchanged(|| {
            for bytes in [4 * GPU_PAGE, GPU_PAGE] {
                let freed = free(&gpu.dxg, gpu.adapter, address, bytes);
                assert_eq!(freed, INVALID_PARAMETER);
            }
        });
    });
}

fn case_385_address_of_a_fence() {
    on_each_engine(|engine| {
        let (gpu, fence) = (engine.gpu, engine.fence_with(5, 0));
        let page = fence.gpu & !(GPU_PAGE - 1);
        gpu.unchanged(|| {
            let freed = free(&gpu.dxg, gpu.adapter, page, GPU_PAGE);
            assert_eq!(freed, INVALID_PARAMETER);
        });
        assert_eq!(engine.read(&[fence.gpu]), [5]);
    });
}
