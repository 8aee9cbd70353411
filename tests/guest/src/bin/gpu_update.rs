// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTUpdateGpuVirtualAddress: what commands find at addresses whose meaning has changed, and when it does.

use dxg_guest_tests::{
    calls::*,
    execution::*,
    fence::signal,
    gpu_va::*,
    harness,
    memory::BAD_ADDRESSES,
    paging::{buffer, evicted, resident},
    tests,
};
use libd3dkmt::sys::{self, bindings as c, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            zeros_become_memory,
            memory_that_is_for_reading,
            pages_are_unmapped,
            protections_of_what_is_unmapped,
            mappings_are_copied,
            copies_that_overlap,
            what_is_not_whole_pages,
            an_allocation_is_repeated,
            reservations_of_an_update,
            operations_come_in_their_order,
            an_update_waits_for_its_fence,
            memory_that_is_not_resident_yet,
            an_allocation_that_goes_before_its_turn,
            addresses_that_go_before_their_turn,
            addresses_that_go_while_they_are_used,
            many_updates,
            memory_that_is_evicted_meanwhile,
            arguments_without_a_meaning,
            what_is_no_fence,
            what_is_no_device_and_no_context,
            a_device_in_error_updates_nothing,
        ],
        &[],
    )
}

/// A place where nothing is.
const FAR: u64 = 0x7000_0000_0000;
/// What is reserved there: 32 pages.
const BYTES: u64 = 2 * GRANULE;

/// Flags of a fault by reading, and by writing.
const READ: u32 = c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
const WRITTEN: u32 = READ | c::DXGK_PAGE_FAULT_WRITE;

/// A page there.
fn at(page: u64) -> u64 {
    FAR + page * GPU_PAGE
}

/// 16 pages of memory, which begin with 100, 101, ...; and addresses that read zero.
fn prepared<'a>(engine: &Engine<'a>) -> Memory<'a> {
    let pool = Memory::new(engine.gpu, engine.device, &engine.queue, 16);
    for page in 0..16 {
        pool.store(4096 * page, 100 + page as u64);
    }
    engine.reserve_zeros(FAR, BYTES);
    pool
}

/// What commands find at the start of each of these pages.
fn seen(engine: &Engine<'_>, pages: impl IntoIterator<Item = u64>) -> Vec<u64> {
    let addresses: Vec<_> = pages.into_iter().map(at).collect();
    engine.read(&addresses)
}

/// Commands get the device into error, by an access to an address.
fn fault(engine: &Engine<'_>, commands: &Commands, address: u64, flags: u32) {
    engine.start(commands);
    engine.wait_for_error();
    assert_eq!(engine.state(), PAGE_FAULT);
    assert_eq!(page_fault(engine.gpu, engine.device), (address, flags, 0));
}

/// None of these updates is taken.
fn refused(engine: &Engine<'_>, updates: &[Updates]) {
    let fence = engine.fence();
    engine.gpu.unchanged(|| {
        for (i, updates) in updates.iter().enumerate() {
            let mut args = to_update(engine.device, engine.context, fence.at(0), updates);
            let answer = update_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, INVALID_PARAMETER, "update {i}");
        }
    });
    engine.finish();
    assert_eq!(fence.value(), 0);
}

/// Cases 391, 399.
fn zeros_become_memory() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        assert_eq!(seen(engine, 0..4), [0; 4]);
        engine.update(
            &Updates::new().map_bytes(c::d3dddi_updategpuvirtualaddress_map {
                base_address: at(1),
                size: 2 * GPU_PAGE,
                allocation: handle(pool.allocation),
                allocation_offset: 3 * GPU_PAGE,
                ..Default::default()
            }),
        );
        assert_eq!(seen(engine, 0..4), [0, 103, 104, 0]);
        engine.run(&Commands::new().write64(at(2) + 8, 7));
        assert_eq!(pool.load(4 * 4096 + 8), 7);
    });
}

/// MAP_PROTECT.
fn memory_that_is_for_reading() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        let with = |protection| Updates::new().map_protect(FAR, 2, pool.allocation, protection);
        refused(engine, &[ZERO, NO_ACCESS, 1 << 4, 1 << 63].map(with));
        engine.update(&with(WRITE));
        engine.run(&Commands::new().write64(FAR + 8, 7));
        assert_eq!(pool.load(8), 7);
        engine.update(&with(EXECUTE));
        assert_eq!(seen(engine, 0..3), [100, 101, 0]);
        let address = at(1) + 8;
        fault(
            engine,
            &Commands::new().write64(address, 7),
            address,
            WRITTEN,
        );
        assert_eq!(pool.load(4096 + 8), 0);
    });
}

/// Cases 393, 394.
fn pages_are_unmapped() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        engine.update(&Updates::new().map(FAR, 4, pool.allocation, 0));
        let updates = Updates::new().unmap(at(1), 1, ZERO);
        engine.update(&updates.unmap(at(2), 1, NO_ACCESS));
        // Zeros take what is written.
        engine.run(&Commands::new().write64(at(1), 7));
        assert_eq!(seen(engine, [0, 1, 3]), [100, 0, 103]);
        assert_eq!(pool.load(4096), 101);
        let reads = Commands::new().copy(engine.memory.address, at(2), 8);
        fault(engine, &reads, at(2), READ);
    });
}

/// Case 395.
fn protections_of_what_is_unmapped() {
    on_each_engine(|engine| {
        let _pool = prepared(engine);
        let bad = [
            0,
            WRITE,
            EXECUTE,
            ZERO | NO_ACCESS,
            ZERO | (1 << 4),
            1 << 63,
        ];
        let with = |protection| Updates::new().unmap(FAR, 1, protection);
        refused(engine, &bad.map(with));
        // As callers have it.
        engine.update(&with(ZERO | WRITE));
    });
}

/// Cases 396, 403: what addresses mean, not the bytes that are there.
fn mappings_are_copied() {
    on_each_engine(|engine| {
        let (gpu, pool) = (engine.gpu, prepared(engine));
        let updates = Updates::new().map(FAR, 2, pool.allocation, 0);
        let updates = updates.unmap(at(2), 1, NO_ACCESS);
        engine.update(&updates.copy(at(16), FAR, 4));
        assert_eq!(
            seen(engine, [0, 1, 3, 16, 17, 19]),
            [100, 101, 0, 100, 101, 0]
        );
        engine.run(&Commands::new().write64(at(16), 7));
        assert_eq!(seen(engine, [0, 16]), [7, 7]);
        // Out of other reservations, whose own pages fault.
        for page in [64, 80] {
            let reserved = reserve(&gpu.dxg, gpu.adapter, at(page), GRANULE);
            assert_eq!(reserved, (SUCCESS, at(page)));
        }
        mapped(
            gpu,
            engine.device,
            &engine.queue,
            at(64),
            pool.allocation,
            2,
        );
        let copies = Updates::new().copy(at(20), at(64), 1);
        let of_two = copies.clone().copy(at(21), at(80), 1);
        refused(engine, &[of_two, Updates::new().copy(at(20), at(79), 2)]);
        engine.update(&copies.copy(at(21), at(65), 2));
        assert_eq!(seen(engine, [20, 21, 23]), [7, 101, 0]);
        let reads = Commands::new().copy(engine.memory.address, at(22), 8);
        fault(engine, &reads, at(22), READ);
    });
}

/// Case 397: as if the source was read first.
fn copies_that_overlap() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        engine.update(&Updates::new().map(FAR, 8, pool.allocation, 0));
        engine.update(&Updates::new().copy(at(2), FAR, 6));
        let found = [100, 101, 100, 101, 102, 103, 104, 105];
        assert_eq!(seen(engine, 0..8), found);
        engine.update(&Updates::new().copy(FAR, at(1), 7));
        let found = [101, 100, 101, 102, 103, 104, 105, 105];
        assert_eq!(seen(engine, 0..8), found);
    });
}

/// Case 398.
fn what_is_not_whole_pages() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        let good = c::d3dddi_updategpuvirtualaddress_map {
            base_address: FAR,
            size: GPU_PAGE,
            allocation: handle(pool.allocation),
            ..Default::default()
        };
        let map = |change: fn(&mut c::d3dddi_updategpuvirtualaddress_map)| {
            let mut map = good;
            change(&mut map);
            Updates::new().map_bytes(map)
        };
        let new = Updates::new;
        refused(
            engine,
            &[
                map(|map| map.base_address += 8),
                map(|map| map.size = 0),
                map(|map| map.size += 1),
                map(|map| map.allocation_offset = 1),
                map(|map| map.allocation_size = 1024),
                new().unmap_bytes(FAR + 1, GPU_PAGE, ZERO),
                new().unmap_bytes(FAR, GPU_PAGE + 1, ZERO),
                new().unmap_bytes(FAR, 0, ZERO),
                new().copy_bytes(at(1) + 1, FAR, GPU_PAGE),
                new().copy_bytes(at(1), FAR + 1, GPU_PAGE),
                new().copy_bytes(at(1), FAR, 1),
                new().copy_bytes(at(1), FAR, 0),
            ],
        );
    });
}

/// Cases 400, 401.
fn an_allocation_is_repeated() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        let with = |first: u64, pages: u64| {
            Updates::new().map_bytes(c::d3dddi_updategpuvirtualaddress_map {
                base_address: FAR,
                size: 6 * GPU_PAGE,
                allocation: handle(pool.allocation),
                allocation_offset: first * GPU_PAGE,
                allocation_size: pages * GPU_PAGE,
                ..Default::default()
            })
        };
        // Pages that it does not have, last.
        let bad = [with(1, 4), with(1, 5), with(1, 7), with(11, 6), with(16, 1)];
        refused(engine, &bad);
        engine.update(&with(1, 2));
        assert_eq!(seen(engine, 0..7), [101, 102, 101, 102, 101, 102, 0]);
        engine.update(&with(15, 1));
        assert_eq!(seen(engine, 0..7), [115, 115, 115, 115, 115, 115, 0]);
    });
}

/// Cases 402, 404.
fn reservations_of_an_update() {
    on_each_engine(|engine| {
        let (gpu, pool) = (engine.gpu, prepared(engine));
        engine.reserve_zeros(at(32), GRANULE);
        let reserved = reserve(&gpu.dxg, gpu.adapter, at(64), GRANULE);
        assert_eq!(reserved, (SUCCESS, at(64)));
        let map = |page, pages| Updates::new().map(at(page), pages, pool.allocation, 0);
        refused(
            engine,
            &[
                map(31, 2),
                map(47, 2),
                map(60, 1),
                map(0, 1).unmap(at(32), 1, ZERO),
                map(0, 1).copy(at(32), FAR, 1),
                // Neither zeros nor a reservation.
                map(64, 1),
                Updates::new().unmap(at(64), 1, ZERO),
                Updates::new().map(pool.address, 1, pool.allocation, 0),
                Updates::new().copy(FAR, pool.address, 1),
            ],
        );
        assert_eq!(seen(engine, [0, 31, 32, 47]), [0; 4]);
        engine.update(&map(32, 16));
        assert_eq!(seen(engine, [31, 32, 47]), [0, 100, 115]);
    });
}

/// Case 405.
fn operations_come_in_their_order() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        engine.update(
            &Updates::new()
                .map(FAR, 4, pool.allocation, 0)
                .map(at(1), 2, pool.allocation, 8)
                .unmap(at(2), 1, ZERO)
                .copy(at(4), FAR, 4)
                .map(FAR, 1, pool.allocation, 15),
        );
        let found = [115, 108, 0, 103, 100, 108, 0, 103];
        assert_eq!(seen(engine, 0..8), found);
    });
}

/// Cases 407 to 409.
fn an_update_waits_for_its_fence() {
    on_each_engine(|engine| {
        let (dxg, pool) = (&engine.gpu.dxg, prepared(engine));
        let fence = engine.fence();
        let map = Updates::new().map(FAR, 1, pool.allocation, 0);
        let mut args = to_update(engine.device, engine.context, fence.at(3), &map);
        args.flags.value = 0;
        assert_eq!(update_with(dxg, &mut args), SUCCESS);
        assert_eq!(args.fence_value, 3);
        engine.finish_on(engine.context(THREE_D));
        assert_eq!(fence.value(), 0);
        assert_eq!(signal(dxg, engine.device, &[fence.at(3)]), SUCCESS);
        engine.wait_for(fence, 4);
        assert_eq!((fence.value(), seen(engine, [0])), (4, vec![100]));
        // Or it does not.
        engine.start_update(fence.at(9), &Updates::new().unmap(FAR, 1, ZERO));
        engine.wait_for(fence, 10);
        assert_eq!((fence.value(), seen(engine, [0])), (10, vec![0]));
    });
}

/// Case 410.
fn memory_that_is_not_resident_yet() {
    on_each_engine(|engine| {
        let allocation = buffer(engine.gpu, engine.device, GPU_PAGE);
        engine.reserve_zeros(FAR, BYTES);
        engine.update(&Updates::new().map(FAR, 1, allocation, 0));
        resident(engine.gpu, engine.device, &engine.queue, &[allocation]);
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(seen(engine, [0]), [7]);
    });
}

/// Case 411.
fn an_allocation_that_goes_before_its_turn() {
    on_each_engine(|engine| {
        let (gpu, device) = (engine.gpu, engine.device);
        engine.reserve_zeros(FAR, BYTES);
        let allocation = buffer(gpu, device, GPU_PAGE);
        resident(gpu, device, &engine.queue, &[allocation]);
        let map = |page| Updates::new().map(at(page), 1, allocation, 0);
        engine.update(&map(1));
        engine.run(&Commands::new().write64(at(1), 7));
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &map(0));
        let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(fence.value(), 0);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(seen(engine, [0, 1]), [0, 0]);
        assert_eq!(engine.state(), ACTIVE);
    });
}

/// Cases 382, 412.
fn addresses_that_go_before_their_turn() {
    on_each_engine(|engine| {
        let (gpu, pool) = (engine.gpu, prepared(engine));
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &Updates::new().map(FAR, 1, pool.allocation, 0));
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, BYTES), SUCCESS);
        // The same addresses, and another reservation.
        engine.reserve_zeros(FAR, BYTES);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(seen(engine, [0]), [0]);
    });
}

/// Case 383.
fn addresses_that_go_while_they_are_used() {
    on_each_engine(|engine| {
        let (gpu, pool) = (engine.gpu, prepared(engine));
        engine.update(&Updates::new().map(FAR, 1, pool.allocation, 0));
        let begun = engine.fence();
        let commands = Commands::new()
            .write64(FAR, 7)
            .fence(begun.gpu, 1)
            .wait_mem(engine.memory.address, EQUAL, 1, 0)
            .write64(FAR, 8);
        engine.start(&commands);
        engine.wait_for(begun, 1);
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, BYTES), SUCCESS);
        engine.memory.store(0, 1);
        engine.wait_for_error();
        assert_eq!(page_fault(gpu, engine.device), (FAR, WRITTEN, 0));
        assert_eq!(pool.load(0), 7);
    });
}

/// Case 413, and as many operations as a call takes.
fn many_updates() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        let map = |updates: Updates, page: u64, first| {
            updates.map(at(page % 32), 1, pool.allocation, first)
        };
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        for i in 0..200 {
            engine.start_update(fence.at(i), &map(Updates::new(), i, i % 16));
        }
        assert_eq!(fence.value(), 0);
        engine.release(gate);
        engine.wait_for(fence, 200);
        let found: Vec<_> = (0..32).map(|page| 100 + page % 16).collect();
        assert_eq!(seen(engine, 0..32), found);
        let most = u64::from(c::D3DKMT_UPDATEGPUVA_OPERATIONS_MAX);
        let updates =
            |count| (0..count).fold(Updates::new(), |updates, i| map(updates, i, 15 - i % 16));
        refused(engine, &[updates(most + 1), updates(0)]);
        engine.update(&updates(most));
        let found: Vec<_> = (0..32).map(|page| 115 - page % 16).collect();
        assert_eq!(seen(engine, 0..32), found);
    });
}

/// Case 414.
fn memory_that_is_evicted_meanwhile() {
    on_each_engine(|engine| {
        let (gpu, device) = (engine.gpu, engine.device);
        engine.reserve_zeros(FAR, BYTES);
        let allocation = [buffer(gpu, device, GPU_PAGE)];
        resident(gpu, device, &engine.queue, &allocation);
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &Updates::new().map(FAR, 1, allocation[0], 0));
        evicted(gpu, device, &allocation);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(engine.state(), ACTIVE);
        resident(gpu, device, &engine.queue, &allocation);
        engine.run(&Commands::new().write64(FAR, 7));
        assert_eq!(seen(engine, [0]), [7]);
    });
}

/// Case 415.
fn arguments_without_a_meaning() {
    on_each_engine(|engine| {
        let (pool, fence) = (prepared(engine), engine.fence());
        refused(
            engine,
            &[4, 5, u32::MAX].map(|kind| Updates::new().of_type(kind)),
        );
        let map = Updates::new().map(FAR, 1, pool.allocation, 0);
        let refused = |change: &dyn Fn(&mut sys::D3DKMT_UPDATEGPUVIRTUALADDRESS)| {
            let mut args = to_update(engine.device, engine.context, fence.at(0), &map);
            change(&mut args);
            let answer = update_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, INVALID_PARAMETER);
        };
        engine.gpu.unchanged(|| {
            for_each(1..32, |bit| refused(&|args| args.flags.value |= 1 << bit));
            refused(&|args| args.reserved0 = 1);
            refused(&|args| args.reserved1 = 1);
            refused(&|args| args.reserved2 = 1);
            refused(&|args| args.reserved3 = 1);
            refused(&|args| args.num_operations = u32::MAX);
            for_each(BAD_ADDRESSES, |(_, bad)| {
                refused(&|args| args.operations = bad)
            });
            let number = request::UPDATEGPUVIRTUALADDRESS;
            assert_eq!(call_at(&engine.gpu.dxg, number, 0), INVALID_PARAMETER);
        });
        engine.finish();
        assert_eq!((fence.value(), seen(engine, [0])), (0, vec![0]));
    });
}

/// Case 416.
fn what_is_no_fence() {
    on_each_engine(|engine| {
        let (gpu, pool) = (engine.gpu, prepared(engine));
        let map = Updates::new().map(FAR, 1, pool.allocation, 0);
        let with = |fence, flags| {
            let mut args = to_update(engine.device, engine.context, (fence, 0), &map);
            args.flags.value = flags;
            update_with(&gpu.dxg, &mut args)
        };
        let [no_signal, no_wait] = [NO_SIGNAL, NO_WAIT].map(|flag| engine.fence_with(0, flag));
        let of_another_device = GpuFence::with_flags(gpu, gpu.device(), 0, 0);
        let others = [
            gpu.adapter,
            engine.device,
            engine.context,
            engine.queue.handle,
            pool.allocation,
            of_another_device.handle,
        ];
        gpu.unchanged(|| {
            for flags in [0, 1] {
                for_each(NO_HANDLES.into_iter().chain(others), |none| {
                    assert_eq!(with(none, flags), INVALID_PARAMETER);
                });
                assert_eq!(with(no_signal.handle, flags), ACCESS_DENIED);
            }
            assert_eq!(with(no_wait.handle, 0), ACCESS_DENIED);
        });
        engine.finish();
        assert_eq!(seen(engine, [0]), [0]);
        assert_eq!(with(no_wait.handle, 1), SUCCESS);
        engine.finish();
        assert_eq!((no_wait.value(), seen(engine, [0])), (1, vec![100]));
    });
}

fn what_is_no_device_and_no_context() {
    on_each_engine(|engine| {
        let (gpu, pool, fence) = (engine.gpu, prepared(engine), engine.fence());
        let (device, context) = (engine.device, engine.context);
        let gone = engine.context(COPY);
        assert_eq!(destroy_context(&gpu.dxg, gone), SUCCESS);
        let other = gpu.device();
        let of_other = context_with(gpu, other, THREE_D, 0);
        let refused = |device, context, allocation| {
            let map = Updates::new().map(FAR, 1, allocation, 0);
            let mut args = to_update(device, context, fence.at(0), &map);
            assert_eq!(update_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
        };
        let others = [gpu.adapter, engine.queue.handle, fence.handle];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                refused(none, context, pool.allocation);
                refused(device, none, pool.allocation);
                refused(device, context, none);
            });
            refused(context, context, pool.allocation);
            refused(other, context, pool.allocation);
            refused(device, of_other, pool.allocation);
            refused(device, gone, pool.allocation);
            refused(device, device, pool.allocation);
            refused(device, context, device);
        });
        engine.finish();
        assert_eq!((fence.value(), seen(engine, [0])), (0, vec![0]));
    });
}

/// Case 433.
fn a_device_in_error_updates_nothing() {
    on_each_engine(|engine| {
        let (pool, fence) = (prepared(engine), engine.fence());
        engine.start(&Commands::new().write64(at(100), 0));
        engine.wait_for_error();
        engine.gpu.unchanged(|| {
            let map = Updates::new().map(FAR, 1, pool.allocation, 0);
            let mut args = to_update(engine.device, engine.context, fence.at(0), &map);
            let answer = update_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, DEVICE_REMOVED);
        });
    });
}
