// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU virtual addresses: reserving, mapping and freeing them, beside the cases of the suite `conformance`.

use dxg_guest_tests::{
    calls::*,
    fence::{destroy_paging_queue, Fence},
    gpu_va::*,
    harness,
    memory::Map,
    paging::{buffer, on_each_queue},
    tests,
};
use libd3dkmt::sys::request;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            where_mappings_cannot_be,
            mappings_go_with_their_allocation,
            mappings_go_with_the_device_of_their_allocation,
            the_queue_goes_before_its_mappings,
            what_is_no_adapter,
            a_reservation_that_nobody_is_told_of,
        ],
        &[],
    )
}

/// A range in the middle of nowhere.
const FAR: u64 = 0x7000_0000_0000;

fn where_mappings_cannot_be() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4 * GPU_PAGE);
        gpu.unchanged(|| {
            for_each([FAR + 1, GPU_PAGE, END - GPU_PAGE], |base| {
                let refused = map(&gpu.dxg, queue.handle, base, allocation, 4);
                assert_eq!(refused, (INVALID_PARAMETER, u64::MAX, u64::MAX));
            });
        });
        // Between limits that are too near.
        let within = |pages| {
            let mut args = to_map(queue.handle, 0, allocation, pages);
            (args.minimum_address, args.maximum_address) = (FAR, FAR + 3 * GPU_PAGE);
            let answer = map_with(&gpu.dxg, &mut args);
            (answer, args.virtual_address)
        };
        assert_eq!(within(4), (NO_MEMORY, u64::MAX));
        assert_eq!(within(2), (PENDING, FAR));
        assert_eq!(within(2), (NO_MEMORY, u64::MAX));
        assert_eq!(within(1), (PENDING, FAR + 2 * GPU_PAGE));
    });
}

/// Cases 362, 363. A range that Map made goes with the last mapping in it.
fn mappings_go_with_their_allocation() {
    on_each_queue(|gpu, device, queue| {
        let before = counters();
        let [one, other] = [0; 2].map(|_| buffer(gpu, device, 4 * GPU_PAGE));
        let (dxg, adapter) = (&gpu.dxg, gpu.adapter);
        assert_eq!(reserve(dxg, adapter, FAR, GRANULE).0, SUCCESS);
        mapped(gpu, device, queue, FAR, one, 4);
        let mixed = mapped(gpu, device, queue, 0, one, 4);
        mapped(gpu, device, queue, mixed, other, 1);
        assert_eq!(destroy_allocations(dxg, device, &[one]), SUCCESS);
        assert_eq!(map(dxg, queue.handle, mixed, other, 4).0, PENDING);
        assert_eq!(destroy_allocations(dxg, device, &[other]), SUCCESS);
        let freed = free(dxg, adapter, mixed, 4 * GPU_PAGE);
        assert_eq!(freed, INVALID_PARAMETER);
        assert_eq!(free(dxg, adapter, FAR, GRANULE), SUCCESS);
        before.assert_restored();
    });
}

/// Case 338.
fn mappings_go_with_the_device_of_their_allocation() {
    on_each_queue(|gpu, _, queue| {
        let other = gpu.device();
        let allocation = buffer(gpu, other, 4096);
        let (answer, address, _) = map(&gpu.dxg, queue.handle, 0, allocation, 1);
        assert_eq!(answer, PENDING);
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
        let freed = free(&gpu.dxg, gpu.adapter, address, GPU_PAGE);
        assert_eq!(freed, INVALID_PARAMETER);
    });
}

/// Mappings are the process's, not those of the queue that they were asked of.
fn the_queue_goes_before_its_mappings() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        let address = mapped(gpu, device, queue, 0, allocation, 1);
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        let answer = map(&gpu.dxg, queue.handle, 0, allocation, 1).0;
        assert_eq!(answer, INVALID_PARAMETER);
        assert_eq!(free(&gpu.dxg, gpu.adapter, address, GPU_PAGE), SUCCESS);
        // Handles of fences are none of queues.
        let fence = Fence::new(gpu, device, 0);
        let answer = reserve(&gpu.dxg, fence.handle, 0, GRANULE).0;
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn what_is_no_adapter() {
    on_each_queue(|gpu, device, queue| {
        let allocation = buffer(gpu, device, 4096);
        assert_eq!(reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE).0, SUCCESS);
        let others = [device, queue.handle, allocation];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |none| {
                let freed = free(&gpu.dxg, none, FAR, GRANULE);
                assert_eq!(freed, INVALID_PARAMETER);
            });
        });
        assert_eq!(free(&gpu.dxg, gpu.adapter, FAR, GRANULE), SUCCESS);
    });
}

/// As case 365: nothing was reserved.
fn a_reservation_that_nobody_is_told_of() {
    on_each_device(|gpu, _| {
        let memory = Map::new(1);
        memory.put(0, to_reserve(gpu.adapter, FAR, GRANULE));
        memory.read_only();
        gpu.unchanged(|| {
            let number = request::RESERVEGPUVIRTUALADDRESS;
            let answer = call_at(&gpu.dxg, number, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let reserved = reserve(&gpu.dxg, gpu.adapter, FAR, GRANULE);
        assert_eq!(reserved, (SUCCESS, FAR));
    });
}
