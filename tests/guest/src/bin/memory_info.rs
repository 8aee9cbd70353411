// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTQueryVideoMemoryInfo: budgets, and what counts as use.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{unmap, Map, MIB, PAGE},
    paging::{reserve_with, to_reserve},
    reload::with,
    tests,
};
use libd3dkmt::sys::{
    self, request, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
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
            a_reservation,
            reservations_that_are_refused,
            reservations_of_other_processes,
            budgets_of_two_processes,
        ],
        &[
            ("touch", touch),
            ("reserve", reserve_half),
            ("use", use_much),
        ],
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

fn reserve(gpu: &Gpu, group: u32, bytes: u64) -> Answer {
    reserve_with(&gpu.dxg, &mut to_reserve(gpu.adapter, group, bytes))
}

fn a_reservation() {
    on_each_adapter(|gpu| {
        for group in [LOCAL, NON_LOCAL] {
            let before = query(gpu, group);
            assert_eq!(before.current_reservation, 0);
            assert!(before.available_for_reservation <= before.budget);
            let most = before.available_for_reservation;
            for bytes in [4096, 1, most, most / 2] {
                assert_eq!(reserve(gpu, group, bytes), SUCCESS);
                let now = query(gpu, group);
                assert_eq!(now.current_reservation, bytes);
                // Its own reservation is in nobody's way.
                assert_eq!(now.available_for_reservation, most);
                assert_eq!(now.budget, before.budget);
            }
            assert_eq!(reserve(gpu, group, most + 1), INVALID_PARAMETER);
            assert_eq!(reserve(gpu, group, u64::MAX), INVALID_PARAMETER);
            assert_eq!(query(gpu, group).current_reservation, most / 2);
            assert_eq!(reserve(gpu, group, 0), SUCCESS);
            assert_eq!(query(gpu, group).current_reservation, 0);
        }
    });
}

fn reservations_that_are_refused() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let with = |change: &dyn Fn(&mut sys::D3DKMT_CHANGEVIDEOMEMORYRESERVATION)| {
        let mut args = to_reserve(gpu.adapter, LOCAL, 4096);
        change(&mut args);
        assert_eq!(reserve_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
    };
    for_each([1, u64::from(std::process::id()), u64::MAX], |process| {
        with(&|args| args.process = process);
    });
    for_each([2, 3, u32::MAX], |group| {
        with(&|args| args.memory_segment_group = group)
    });
    for_each([1, u32::MAX], |index| {
        with(&|args| args.physical_adapter_index = index)
    });
    for_each([0, device, 0x40], |other| {
        with(&|args| args.adapter = handle(other))
    });
    let answer = call_at(&gpu.dxg, request::CHANGEVIDEOMEMORYRESERVATION, 0);
    assert_eq!(answer, INVALID_PARAMETER);
    assert_eq!(query(&gpu, LOCAL).current_reservation, 0);
}

/// In a child: reserves all that may be reserved on the first adapter, and waits.
fn reserve_half(_: &[String]) {
    let gpu = Gpu::first();
    let most = query(&gpu, LOCAL).available_for_reservation;
    assert_eq!(reserve(&gpu, LOCAL, most), SUCCESS);
    child::say(&most.to_string());
    child::wait_for_parent();
}

fn reservations_of_other_processes() {
    let gpu = Gpu::first();
    let before = query(&gpu, LOCAL);
    let mut child = Child::start(child::command("reserve", &[]));
    let line = child.line();
    assert_eq!(line, before.available_for_reservation.to_string());
    let now = query(&gpu, LOCAL);
    assert_eq!(
        (now.current_reservation, now.available_for_reservation),
        (0, 0)
    );
    assert_eq!(now.budget, before.budget - before.available_for_reservation);
    assert_eq!(reserve(&gpu, LOCAL, 1), INVALID_PARAMETER);
    child.succeed();
    assert_eq!(query(&gpu, LOCAL).budget, before.budget);
}

/// In a child: has 12 MiB in the segment, and says what its budget is when it is told to.
fn use_much(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let create = Create::buffer(device, 12 * MIB).made(&gpu);
    gpu.lock(device, create.allocation(0));
    child::say("ready");
    child::wait_for_parent();
    child::say(&query(&gpu, LOCAL).budget.to_string());
}

/// Each has what the other one leaves, or half.
fn budgets_of_two_processes() {
    with("local_segment_mib=16 commit_mib=256", || {
        on_each_device(|gpu, device| {
            let budget = || query(gpu, LOCAL).budget;
            assert_eq!(budget(), 16 * MIB);
            let mut child = child::start_on("use", gpu.luid, &[]);
            assert_eq!(child.line(), "ready");
            assert_eq!(budget(), 8 * MIB);
            let create = Create::buffer(device, 2 * MIB).made(gpu);
            gpu.lock(device, create.allocation(0));
            // What is reserved and not used counts as used.
            assert_eq!(reserve(gpu, LOCAL, 6 * MIB), SUCCESS);
            assert_eq!(budget(), 8 * MIB);
            child.go_on();
            assert_eq!(child.line(), (10 * MIB).to_string());
            child.succeed();
            assert_eq!(budget(), 16 * MIB);
            gpu.unlock(device, create.allocation(0));
        });
    });
}
