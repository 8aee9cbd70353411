// SPDX-License-Identifier: MIT OR Apache-2.0
//! Operations of D3DKMTUpdateGpuVirtualAddress. When they are applied is in `update_turns`, and more in the suite
//! `gpu_update`.

use super::*;
use crate::table::Case;
use dxg_guest_tests::gpu_va::*;

const IP: &str = "INVALID_PARAMETER";

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
        case_395_unmap_to_something_else,
        "UpdateGpuVirtualAddress, UNMAP with another Protection",
        C,
        IP,
    ),
    case!(
        case_396_copy,
        "UpdateGpuVirtualAddress, COPY",
        C,
        "SUCCESS; the mappings of the source are in the destination, too",
    ),
    case!(
        case_397_copy_over_itself,
        "UpdateGpuVirtualAddress, COPY of ranges that meet",
        C,
        "SUCCESS; as if the source was read first",
    ),
    case!(
        case_398_not_whole_pages,
        "UpdateGpuVirtualAddress, addresses, sizes or offsets that are not whole pages of 4 KiB",
        C,
        IP,
    ),
    case!(
        case_399_no_size_of_the_allocation,
        "UpdateGpuVirtualAddress, AllocationSizeInBytes 0",
        C,
        "it is SizeInBytes",
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
        IP,
    ),
    case!(
        case_402_two_reservations,
        "UpdateGpuVirtualAddress, a destination not wholly in one reservation; destinations in two",
        C,
        "a failure; no operation is applied",
        "INVALID_PARAMETER; no operation is applied",
    ),
    case!(
        case_403_sources_elsewhere,
        "UpdateGpuVirtualAddress, sources in another reservation than the destinations; in several",
        C,
        "SUCCESS; a failure",
        "SUCCESS; INVALID_PARAMETER",
    ),
    case!(
        case_404_not_a_zero_reservation,
        "UpdateGpuVirtualAddress, a destination in a NO_ACCESS reservation, or in none",
        C,
        IP,
    ),
    case!(
        case_405_operations_that_meet,
        "UpdateGpuVirtualAddress, operations whose ranges meet",
        C,
        "SUCCESS; they are applied in their order",
    ),
];

/// Runs a test with 32 pages that read zero, and the allocation behind the engine's memory.
pub(super) fn on_each(test: impl Fn(&Engine<'_>, u32)) {
    on_each_engine(|engine| {
        engine.reserve_zeros(FAR, 2 * GRANULE);
        test(engine, engine.memory.allocation);
    });
}

/// Commands write to each of these pages; what the memory then has at the starts of its own first four pages.
pub(super) fn written(engine: &Engine<'_>, pages: &[u64]) -> [u64; 4] {
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
pub(super) fn no_update(engine: &Engine<'_>, updates: &Updates) {
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

fn case_395_unmap_to_something_else() {
    on_each(|engine, _| {
        let bad = [0, WRITE, EXECUTE, WRITE | EXECUTE, ZERO | NO_ACCESS];
        for protection in bad.into_iter().chain([ZERO | (1 << 4), 1 << 63]) {
            no_update(engine, &Updates::new().unmap(FAR, 1, protection));
        }
        // As callers have it (case 353a).
        engine.update(&Updates::new().unmap(FAR, 1, ZERO | WRITE));
        assert_eq!(written(engine, &[0]), [0; 4]);
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

fn case_397_copy_over_itself() {
    on_each(|engine, allocation| {
        let map = Updates::new().map(FAR, 4, allocation, 0);
        let pages = [0, 1, 2, 3];
        // Up: the pages are 0, 0, 1, 2 afterwards.
        engine.update(&map);
        engine.update(&Updates::new().copy(at(1), FAR, 3));
        assert_eq!(written(engine, &pages), [2, 3, 4, 0]);
        // Down: 1, 2, 3, 3.
        engine.update(&map);
        engine.update(&Updates::new().copy(FAR, at(1), 3));
        assert_eq!(written(engine, &pages), [0, 1, 2, 4]);
        // Onto itself.
        engine.update(&map);
        engine.update(&Updates::new().copy(FAR, FAR, 4));
        assert_eq!(written(engine, &pages), [1, 2, 3, 4]);
    });
}

fn case_398_not_whole_pages() {
    on_each(|engine, allocation| {
        let map = |change: fn(&mut c::d3dddi_updategpuvirtualaddress_map)| {
            let mut map = c::d3dddi_updategpuvirtualaddress_map {
                base_address: FAR,
                size: GPU_PAGE,
                allocation: handle(allocation),
                ..Default::default()
            };
            change(&mut map);
            Updates::new().map_bytes(map)
        };
        let new = Updates::new;
        for updates in [
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
        ] {
            no_update(engine, &updates);
        }
    });
}

fn case_399_no_size_of_the_allocation() {
    on_each(|engine, allocation| {
        let map = c::d3dddi_updategpuvirtualaddress_map {
            base_address: at(1),
            size: 2 * GPU_PAGE,
            allocation: handle(allocation),
            allocation_offset: GPU_PAGE,
            ..Default::default()
        };
        engine.update(&Updates::new().map_bytes(map));
        assert_eq!(written(engine, &[0, 1, 2, 3]), [0, 2, 3, 0]);
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

/// Reserves a granule of addresses that fault.
fn reserve_far(engine: &Engine<'_>, page: u64) {
    let reserved = reserve(&engine.gpu.dxg, engine.gpu.adapter, at(page), GRANULE);
    assert_eq!(reserved, (SUCCESS, at(page)));
}

fn case_403_sources_elsewhere() {
    on_each(|engine, allocation| {
        for page in [32, 48] {
            reserve_far(engine, page);
        }
        let (gpu, device, queue) = (engine.gpu, engine.device, &engine.queue);
        mapped(gpu, device, queue, at(32), allocation, 2);
        let copy = Updates::new().copy(FAR, at(32), 1);
        no_update(engine, &copy.clone().copy(at(1), at(48), 1));
        no_update(engine, &copy.clone().copy(at(1), FAR, 1));
        no_update(engine, &Updates::new().copy(FAR, at(47), 2));
        // What Map gave out is no reservation.
        let own = engine.memory.address;
        no_update(engine, &Updates::new().copy(FAR, own, 1));
        engine.update(&copy.copy(at(1), at(33), 2));
        assert_eq!(written(engine, &[0, 1]), [1, 2, 0, 0]);
        // What is not mapped in the source faults, and so it does in the destination.
        let commands = Commands::new().write64(at(2), 1);
        assert_eq!(fault(engine, &commands), (at(2), WRITTEN));
    });
}

fn case_404_not_a_zero_reservation() {
    on_each(|engine, allocation| {
        reserve_far(engine, 32);
        let new = Updates::new;
        no_update(engine, &new().map(at(32), 1, allocation, 0));
        no_update(engine, &new().unmap(at(32), 1, ZERO));
        no_update(engine, &new().copy(at(32), FAR, 1));
        no_update(engine, &new().map(engine.memory.address, 1, allocation, 0));
        let commands = Commands::new().write64(at(32), 1);
        assert_eq!(fault(engine, &commands), (at(32), WRITTEN));
    });
}

fn case_405_operations_that_meet() {
    on_each(|engine, allocation| {
        engine.update(
            &Updates::new()
                .map(FAR, 4, allocation, 0)
                .map(at(1), 2, allocation, 2)
                .unmap(at(2), 1, ZERO)
                .copy(at(3), FAR, 1)
                .copy(at(4), at(1), 2),
        );
        // The pages are 0, 2, none, 0, 2, none.
        assert_eq!(written(engine, &[0, 1, 2, 3, 4, 5]), [4, 0, 5, 0]);
        assert_eq!(engine.read(&[at(2), at(5)]), [0, 0]);
    });
}
