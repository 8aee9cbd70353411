// SPDX-License-Identifier: MIT OR Apache-2.0
//! Standard allocations: the miniport says what private data makes them, in two calls.

use super::*;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    memory::{Map, PAGE},
    script::{log, wire},
};

fn sizes(pages: u64) -> String {
    said!("get_standard_allocation_driver_data {} sizes", 4096 * pages)
}

fn data(pages: u64) -> String {
    said!("get_standard_allocation_driver_data {} data", 4096 * pages)
}

fn heap(device: u32, memory: &Map, pages: u64) -> Create {
    Create::heap(device, memory.address(), pages * PAGE as u64)
}

pub fn an_existing_heap() {
    let (gpu, device) = adapter();
    let memory = Map::new(16);
    let create = heap(device, &memory, 1).made(&gpu);
    logged(&[
        sizes(1),
        data(1),
        created("a0"),
        opened(0, &create.allocations(), 0),
    ]);
    assert_eq!(gpu.lock(device, create.allocation(0)), memory.address());
    // It is the caller's memory: nobody fills it.
    logged(&[]);
    let larger = heap(device, &memory, 16).made(&gpu);
    assert_eq!(gpu.usage(1), 17 * PAGE as u64);
    log();
    let destroyed = destroy_allocations(&gpu.dxg, device, &larger.allocations());
    assert_eq!(destroyed, SUCCESS);
}

pub fn wrong_standard_data() {
    let (gpu, device) = adapter();
    let memory = Map::new(16);
    for_each(
        [
            (wire::HEAP_WITHOUT_DATA, 1, UNSUCCESSFUL),
            (wire::HEAP_WITH_TOO_MUCH_DATA, 1, UNSUCCESSFUL),
            (wire::HEAP_CHANGES_SIZE, 2, UNSUCCESSFUL),
            (wire::HEAP_WITHOUT_PITCH, 2, UNSUCCESSFUL),
            (wire::HEAP_WITH_SHORT_PITCH, 2, UNSUCCESSFUL),
            (wire::HEAP_GROWS, 3, UNSUCCESSFUL),
            (wire::HEAP_NOT_SUPPORTED, 1, NOT_SUPPORTED),
            (wire::HEAP_NO_MEMORY, 2, NO_MEMORY),
        ],
        |(pages, calls, answer)| {
            heap(device, &memory, pages).refused(&gpu, answer);
            let lines: Vec<_> = (log().into_iter())
                .filter(|line| !line.starts_with("failed"))
                .collect();
            let all = [sizes(pages), data(pages), created("a0"), destroyed(0)];
            let expected = if calls == 3 { &all[..] } else { &all[..calls] };
            assert_eq!(lines, expected);
        },
    );
}

/// It is the resource's private data from then on.
pub fn standard_data_of_the_resource() {
    let (gpu, device) = adapter();
    let memory = Map::new(16);
    let pages = wire::HEAP_WITH_RESOURCE_DATA;
    let create = heap(device, &memory, pages).in_resource().made(&gpu);
    logged(&[
        sizes(pages),
        data(pages),
        said!("create_allocation resource=new data=8 a0"),
        opened(8, &create.allocations(), 0),
    ]);
}

/// The miniport may say what it knows.
pub fn existing_system_memory() {
    let (gpu, device) = adapter();
    let memory = Map::new(16);
    heap(device, &memory, wire::HEAP_EXISTING).made(&gpu);
}
