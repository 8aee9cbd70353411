// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTUpdateGpuVirtualAddress. More of it is in the suite `gpu_update`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::{fence::signal, gpu_va::*};
use libd3dkmt::sys::bindings as c;

pub const CASES: &[Case] = &[
    case!(
        case_391_map,
        "UpdateGpuVirtualAddress, MAP in a zero reservation",
        C,
        "SUCCESS; the pages are the allocation's, for reading and writing",
    ),
    case!(
        case_393_unmap_to_zero,
        "UpdateGpuVirtualAddress, UNMAP with Zero",
        C,
        "SUCCESS; the pages read 0",
    ),
    case!(
        case_394_unmap_to_no_access,
        "UpdateGpuVirtualAddress, UNMAP with NoAccess",
        C,
        "SUCCESS; the pages fault",
    ),
    case!(
        case_396_copy,
        "UpdateGpuVirtualAddress, COPY",
        C,
        "SUCCESS; the mappings of the source are in the destination, too",
    ),
    case!(
        case_400_repeated,
        "UpdateGpuVirtualAddress, MAP of a part of an allocation that divides the size",
        C,
        "SUCCESS; the part again and again",
    ),
    case!(
        case_401_not_a_divisor,
        "UpdateGpuVirtualAddress, MAP of a part that does not divide the size, or of more than that",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_402_two_reservations,
        "UpdateGpuVirtualAddress, a destination not wholly in one reservation; destinations in two",
        C,
        "a failure; no operation is applied",
        "INVALID_PARAMETER; no operation is applied",
    ),
    case!(
        case_407_do_not_wait,
        "UpdateGpuVirtualAddress, DoNotWait, and without it",
        C,
        "SUCCESS; it does not wait, and else it waits for FenceValue",
    ),
    case!(
        case_408_the_next_value,
        "UpdateGpuVirtualAddress, the update is done",
        C,
        "the fence gets FenceValue + 1",
    ),
    case!(
        case_412_freed_before,
        "UpdateGpuVirtualAddress, the range is freed before the update is applied",
        C,
        "the operation is ignored; the fence is signalled",
    ),
];

/// Runs a test with 32 pages that read zero, and the allocation behind the engine's memory.
fn on_each(test: impl Fn(&Engine<'_>, u32)) {
    on_each_engine(|engine| {
        engine.reserve_zeros(FAR, 2 * GRANULE);
        test(engine, engine.memory.allocation);
    });
}

fn at(page: u64) -> u64 {
    FAR + page * GPU_PAGE
}

/// Commands write to each of these pages; what the memory then has at the starts of its own first four pages.
fn written(engine: &Engine<'_>, pages: &[u64]) -> [u64; 4] {
    (0..4).for_each(|page| engine.memory.store(4096 * page, 0));
    let commands = pages
        .iter()
        .zip(1..)
        .fold(Commands::new(), |c, (&p, value)| c.write64(at(p), value));
    engine.run(&commands);
    [0, 1, 2, 3].map(|page| engine.memory.load(4096 * page))
}

/// MAP of some pages with a part of so many pages of an allocation.
fn map_part(pages: u64, allocation: u32, part: u64) -> Updates {
    Updates::new().map_bytes(c::d3dddi_updategpuvirtualaddress_map {
        base_address: FAR,
        size: pages * GPU_PAGE,
        allocation: handle(allocation),
        allocation_size: part * GPU_PAGE,
        ..Default::default()
    })
}

/// It is not taken, and what was there still is.
fn no_update(engine: &Engine<'_>, updates: &Updates) {
    let fence = engine.fence();
    let mut args = to_update(engine.device, engine.context, fence.at(0), updates);
    refused(engine, INVALID_PARAMETER, || {
        update_with(&engine.gpu.dxg, &mut args)
    });
    assert_eq!(written(engine, &[0]), [0; 4]);
    assert_eq!(fence.value(), 0);
}

fn case_391_map() {
    on_each(|engine, allocation| {
        engine.update(&Updates::new().map(at(1), 2, allocation, 2));
        assert_eq!(written(engine, &[0, 1, 2]), [0, 0, 2, 3]);
        assert_eq!(engine.read(&[at(0), at(2)]), [0, 3]);
    });
}

fn case_393_unmap_to_zero() {
    on_each(|engine, allocation| {
        engine.update(&Updates::new().map(FAR, 3, allocation, 1));
        engine.update(&Updates::new().unmap(at(1), 1, ZERO));
        assert_eq!(written(engine, &[0, 1, 2]), [0, 1, 0, 3]);
        assert_eq!(engine.read(&[at(1)]), [0]);
    });
}

fn case_394_unmap_to_no_access() {
    on_each(|engine, allocation| {
        engine.update(&Updates::new().map(FAR, 3, allocation, 1));
        engine.update(&Updates::new().unmap(at(1), 1, NO_ACCESS));
        assert_eq!(written(engine, &[0, 2]), [0, 1, 0, 2]);
        engine.start(&Commands::new().copy(engine.memory.address, at(1), 8));
        engine.wait_for_error();
        assert_eq!(page_fault(engine.gpu, engine.device).0, at(1));
    });
}

fn case_396_copy() {
    on_each(|engine, allocation| {
        engine.update(&Updates::new().map(FAR, 2, allocation, 1));
        engine.update(&Updates::new().copy(at(8), FAR, 3));
        assert_eq!(written(engine, &[8, 9, 10]), [0, 1, 2, 0]);
        assert_eq!(engine.read(&[at(0), at(1), at(10)]), [1, 2, 0]);
    });
}

fn case_400_repeated() {
    on_each(|engine, allocation| {
        engine.update(&map_part(4, allocation, 2));
        assert_eq!(written(engine, &[0, 1, 2, 3]), [3, 4, 0, 0]);
    });
}

fn case_401_not_a_divisor() {
    on_each(|engine, allocation| {
        for part in [3, 5] {
            no_update(engine, &map_part(4, allocation, part));
        }
    });
}

fn case_402_two_reservations() {
    on_each(|engine, allocation| {
        engine.reserve_zeros(at(32), GRANULE);
        let map = Updates::new().map(FAR, 1, allocation, 0);
        no_update(engine, &map.clone().map(at(31), 2, allocation, 0));
        no_update(engine, &map.clone().map(at(48), 1, allocation, 0));
        no_update(engine, &map.unmap(at(32), 1, ZERO));
    });
}

fn case_407_do_not_wait() {
    on_each(|engine, allocation| {
        let [fence, other] = [engine.fence(), engine.fence()];
        engine.start_update(fence.at(5), &Updates::new().map(FAR, 1, allocation, 0));
        engine.wait_for(fence, 6);
        let unmap = Updates::new().unmap(FAR, 1, ZERO);
        let mut args = to_update(engine.device, engine.context, other.at(5), &unmap);
        args.flags.value = 0;
        assert_eq!(update_with(&engine.gpu.dxg, &mut args), SUCCESS);
        assert!(is_held(engine, other));
        let answer = signal(&engine.gpu.dxg, engine.device, &[other.at(5)]);
        assert_eq!(answer, SUCCESS);
        engine.wait_for(other, 6);
        assert_eq!(written(engine, &[0]), [0; 4]);
    });
}

fn case_408_the_next_value() {
    on_each(|engine, allocation| {
        let fence = engine.fence();
        for value in [0, 7, 1 << 40] {
            let map = Updates::new().map(FAR, 1, allocation, 1);
            engine.start_update(fence.at(value), &map);
            engine.wait_for(fence, value + 1);
            assert_eq!(fence.value(), value + 1);
            assert_eq!(written(engine, &[0]), [0, 1, 0, 0]);
        }
    });
}

fn case_412_freed_before() {
    on_each(|engine, allocation| {
        let (gate, fence) = (engine.hold(engine.context), engine.fence());
        engine.start_update(fence.at(0), &Updates::new().map(FAR, 1, allocation, 0));
        let freed = free(&engine.gpu.dxg, engine.gpu.adapter, FAR, 2 * GRANULE);
        assert_eq!(freed, SUCCESS);
        engine.reserve_zeros(FAR, GRANULE);
        engine.release(gate);
        engine.wait_for(fence, 1);
        assert_eq!(written(engine, &[0]), [0; 4]);
    });
}
