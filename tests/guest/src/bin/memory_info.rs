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
            case_243_both_groups,
            budgets_are_the_segment_sizes,
            case_248_touched_bytes_count,
            untouched_allocations_do_not_count,
            memory_of_the_caller_counts_as_non_local,
            a_mapping_keeps_counting_after_destroy,
            refused_creations_do_not_count,
            each_process_counts_for_itself,
            adapters_count_for_themselves,
            case_246_process_that_is_no_handle,
            unknown_groups,
            other_physical_adapters,
            no_adapter,
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

fn case_243_both_groups() {
    on_each_adapter(|gpu| {
        gpu.unchanged(|| {
            for_each([LOCAL, NON_LOCAL], |group| {
                let info = query(gpu, group);
                assert!(info.budget >= info.available_for_reservation);
                assert!(info.available_for_reservation > 0);
                assert!(info.current_usage <= info.budget);
                assert_eq!(info.current_usage, 0);
                assert_eq!(info.current_reservation, 0);
                let asked = (info.process, info.adapter.v, info.memory_segment_group);
                assert_eq!(asked, (0, gpu.adapter, group));
            });
        });
    });
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

fn case_248_touched_bytes_count() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let small = Create::buffer(device, 5000).made(gpu).allocation(0);
        let large = Create::buffer(device, 1 << 20).made(gpu).allocation(0);
        gpu.lock(device, small);
        assert_eq!(gpu.usage(LOCAL), 8192);
        gpu.lock(device, large);
        assert_eq!(gpu.usage(LOCAL), 8192 + (1 << 20));
        // The contents stay when the lock goes, and a second one makes nothing new.
        gpu.unlock(device, small);
        gpu.lock(device, small);
        gpu.unlock(device, small);
        assert_eq!(gpu.usage(LOCAL), 8192 + (1 << 20));
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[small]), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 1 << 20);
        gpu.unlock(device, large);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 0);
        assert_eq!(gpu.usage(NON_LOCAL), 0);
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

fn case_246_process_that_is_no_handle() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each([1, 0xdead_beef, 1 << 32, u64::MAX], |process| {
            let args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
                process,
                ..arguments(gpu.adapter, LOCAL)
            };
            refused(&gpu, args, INVALID_HANDLE);
        });
    });
}

fn unknown_groups() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each([2, 3, 0x8000_0000, u32::MAX], |group| {
            refused(&gpu, arguments(gpu.adapter, group), INVALID_PARAMETER);
        });
    });
}

fn other_physical_adapters() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each([1, 2, u32::MAX], |index| {
            let args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
                physical_adapter_index: index,
                ..arguments(gpu.adapter, LOCAL)
            };
            refused(&gpu, args, INVALID_PARAMETER);
        });
    });
}

fn no_adapter() {
    let gpu = Gpu::first();
    let closed = gpu.next_handle();
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([closed]), |handle| {
            refused(&gpu, arguments(handle, LOCAL), INVALID_PARAMETER);
        });
    });
}

fn other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    gpu.unchanged(|| {
        for_each(
            [device, create.resource(), create.allocation(0)],
            |handle| {
                refused(&gpu, arguments(handle, LOCAL), INVALID_PARAMETER);
            },
        );
    });
}
