// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryVideoMemoryInfo: budgets, and what counts as use.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{unmap, Map, PAGE},
    tests,
};
use libd3dkmt::sys::{
    self, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            budgets_are_the_segment_sizes,
            untouched_allocations_do_not_count,
            memory_of_the_caller_counts_as_non_local,
            a_mapping_keeps_counting_after_destroy,
            refused_creations_do_not_count,
            each_process_counts_for_itself,
            adapters_count_for_themselves,
            other_objects,
        ],
        &[("touch", touch)],
    )
}

fn arguments(adapter: u32, group: u32) -> sys::D3DKMT_QUERYVIDEOMEMORYINFO {
    sys::D3DKMT_QUERYVIDEOMEMORYINFO {
        adapter: handle(adapter),
        memory_segment_group: group,
        ..Default::default()
    }
}

fn query(gpu: &Gpu, group: u32) -> sys::D3DKMT_QUERYVIDEOMEMORYINFO {
    let mut args = arguments(gpu.adapter, group);
    assert_eq!(query_video_memory(&gpu.dxg, &mut args), SUCCESS);
    args
}

fn segment_sizes(gpu: &Gpu) -> sys::D3DKMT_SEGMENTSIZEINFO {
    let mut sizes = sys::D3DKMT_SEGMENTSIZEINFO::default();
    let question = sys::KMTQAITYPE_GETSEGMENTSIZE;
    let address = &raw mut sizes as u64;
    let answer = query_at(&gpu.dxg, gpu.adapter, question, address, 24);
    assert_eq!(answer, SUCCESS);
    sizes
}

fn budgets_are_the_segment_sizes() {
    on_each_adapter(|gpu| {
        let sizes = segment_sizes(gpu);
        assert_ne!(sizes.dedicated_video_memory_size, 0);
        let local = query(gpu, LOCAL).budget;
        assert_eq!(local, sizes.dedicated_video_memory_size);
        let non_local = query(gpu, NON_LOCAL).budget;
        assert_eq!(non_local, sizes.shared_system_memory_size);
    });
}

fn untouched_allocations_do_not_count() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        Create::buffers(device, 100).in_resource().made(gpu);
        Create::buffer(device, 100 << 20).made(gpu);
        assert_eq!(gpu.usage(LOCAL), 0);
        assert_eq!(counters().since(&before, "gem_objects"), 0);
    });
}

fn memory_of_the_caller_counts_as_non_local() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(4);
        let address = memory.address();
        let heap = Create::heap(device, address, 4 * PAGE as u64).made(gpu);
        assert_eq!(gpu.usage(NON_LOCAL), 4 * PAGE as u64);
        let parts = Create::memory(device, &[(address, 4096), (address + 4096, 8000)]).made(gpu);
        assert_eq!(gpu.usage(NON_LOCAL), 7 * PAGE as u64);
        assert_eq!(gpu.usage(LOCAL), 0);
        let destroyed = destroy_allocations(&gpu.dxg, device, &heap.allocations());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(gpu.usage(NON_LOCAL), 3 * PAGE as u64);
        let destroyed = destroy_allocations(&gpu.dxg, device, &parts.allocations());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(gpu.usage(NON_LOCAL), 0);
    });
}

fn a_mapping_keeps_counting_after_destroy() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let allocation = Create::buffer(device, 16384).made(gpu).allocation(0);
        let address = gpu.lock(device, allocation);
        assert_eq!(
            destroy_allocations(&gpu.dxg, device, &[allocation]),
            SUCCESS
        );
        assert_eq!(gpu.usage(LOCAL), 16384);
        unmap(address, 16384);
        assert_eq!(gpu.usage(LOCAL), 0);
    });
}

fn refused_creations_do_not_count() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        // The second element is not there: the first one's pages are given back.
        let unmapped = dxg_guest_tests::memory::UNMAPPED;
        let ranges = [(memory.address(), 4096), (unmapped, 4096)];
        Create::memory(device, &ranges).refused(gpu, INVALID_PARAMETER);
        assert_eq!(gpu.usage(NON_LOCAL), 0);
    });
}

/// In a child: uses memory on the first adapter, and waits.
fn touch(_: &[String]) {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 1 << 20).made(&gpu);
    gpu.lock(device, create.allocation(0));
    child::say(&gpu.usage(LOCAL).to_string());
    child::wait_for_parent();
}

fn each_process_counts_for_itself() {
    let gpu = Gpu::first();
    let mut child = Child::start(child::command("touch", &[]));
    assert_eq!(child.line(), (1 << 20).to_string());
    assert_eq!(gpu.usage(LOCAL), 0);
    child.succeed();
}

fn adapters_count_for_themselves() {
    let [one, two] = [0, 1].map(|i| Gpu::open(luids()[i]));
    let device = one.device();
    let create = Create::buffer(device, 4096).made(&one);
    one.lock(device, create.allocation(0));
    assert_eq!((one.usage(LOCAL), two.usage(LOCAL)), (4096, 0));
    one.unlock(device, create.allocation(0));
}

fn refused(gpu: &Gpu, mut args: sys::D3DKMT_QUERYVIDEOMEMORYINFO, answer: Answer) {
    (args.budget, args.current_usage) = (7, 8);
    assert_eq!(query_video_memory(&gpu.dxg, &mut args), answer);
    assert_eq!((args.budget, args.current_usage), (7, 8), "answered");
}

fn other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    gpu.unchanged(|| {
        for_each(
            [device, create.resource(), create.allocation(0)],
            |handle| {
                refused(
                    &gpu,
                    video_memory_question(handle, LOCAL),
                    INVALID_PARAMETER,
                );
            },
        );
    });
}
