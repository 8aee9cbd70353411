// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTUpdateGpuVirtualAddress, beside the cases of the suite `conformance`.

use dxg_guest_tests::{calls::*, execution::*, gpu_va::*, harness, memory::BAD_ADDRESSES, tests};
use libd3dkmt::sys::{self, bindings as c, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            memory_that_is_for_reading,
            pages_that_an_allocation_does_not_have,
            as_many_operations_as_a_call_takes,
            lists_that_cannot_be_read,
            a_fence_that_nobody_waits_for,
            what_is_no_device_and_no_context,
        ],
        &[],
    )
}

/// A place where nothing is.
const FAR: u64 = 0x7000_0000_0000;
/// What is reserved there: 32 pages.
const BYTES: u64 = 2 * GRANULE;

/// Flags of a fault by writing.
const WRITTEN: u32 = c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID | c::DXGK_PAGE_FAULT_WRITE;

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

fn pages_that_an_allocation_does_not_have() {
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
        refused(engine, &[with(11, 6), with(15, 2), with(16, 1)]);
        // The last one there is, again and again.
        engine.update(&with(15, 1));
        assert_eq!(seen(engine, 0..7), [115, 115, 115, 115, 115, 115, 0]);
    });
}

fn as_many_operations_as_a_call_takes() {
    on_each_engine(|engine| {
        let pool = prepared(engine);
        let updates = |count| {
            (0..count).fold(Updates::new(), |updates, i| {
                updates.map(at(i % 32), 1, pool.allocation, 15 - i % 16)
            })
        };
        let most = u64::from(c::D3DKMT_UPDATEGPUVA_OPERATIONS_MAX);
        refused(engine, &[updates(most + 1), updates(0)]);
        engine.update(&updates(most));
        let found: Vec<_> = (0..32).map(|page| 115 - page % 16).collect();
        assert_eq!(seen(engine, 0..32), found);
    });
}

fn lists_that_cannot_be_read() {
    on_each_engine(|engine| {
        let (pool, fence) = (prepared(engine), engine.fence());
        let map = Updates::new().map(FAR, 1, pool.allocation, 0);
        let refused = |change: &dyn Fn(&mut sys::D3DKMT_UPDATEGPUVIRTUALADDRESS)| {
            let mut args = to_update(engine.device, engine.context, fence.at(0), &map);
            change(&mut args);
            let answer = update_with(&engine.gpu.dxg, &mut args);
            assert_eq!(answer, INVALID_PARAMETER);
        };
        engine.gpu.unchanged(|| {
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

/// An update waits for its fence, unless it says DoNotWait.
fn a_fence_that_nobody_waits_for() {
    on_each_engine(|engine| {
        let (pool, fence) = (prepared(engine), engine.fence_with(0, NO_WAIT));
        let map = Updates::new().map(FAR, 1, pool.allocation, 0);
        let with = |flags| {
            let mut args = to_update(engine.device, engine.context, fence.at(0), &map);
            args.flags.value = flags;
            update_with(&engine.gpu.dxg, &mut args)
        };
        engine.gpu.unchanged(|| assert_eq!(with(0), ACCESS_DENIED));
        engine.finish();
        assert_eq!((fence.value(), seen(engine, [0])), (0, vec![0]));
        assert_eq!(with(1), SUCCESS);
        engine.finish();
        assert_eq!((fence.value(), seen(engine, [0])), (1, vec![100]));
    });
}
