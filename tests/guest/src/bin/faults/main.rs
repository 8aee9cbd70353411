// SPDX-License-Identifier: MIT OR Apache-2.0
//! Every call of the module, in its main shapes, with each of its inner steps failing once: an answer
//! that is documented, nothing left behind, and the usual answer the next time.
//!
//! It needs a kernel with fault injection, and fails on others.

mod adapters;
mod allocations;
mod cpu_access;
mod devices;
mod dma_buf;
mod execution;
mod global_handles;
mod gpu_va;
mod memory;
mod node;
mod sharing;
mod sync;

use self::{
    adapters::*, allocations::*, cpu_access::*, devices::*, dma_buf::*, execution::*,
    global_handles::*, gpu_va::*, memory::*, node::*, sharing::*, sync::*,
};
use dxg_guest_tests::{
    calls::*,
    create::Create,
    faults::{print_slowest, was_swept},
    fence::{wait_in, Event, Fence, PagingQueue, WaitOptions},
    harness::{self, context},
    memory::{Map, PAGE},
    sysfs, tests,
};
use libd3dkmt::sys::NtStatus;
use std::process::ExitCode;

fn main() -> ExitCode {
    let status = harness::run(
        tests![
            open_of_the_node,
            close_of_the_node_with_everything,
            enumerations,
            open_adapter_from_luid,
            open_adapter_with_a_new_part_of_the_handle_table,
            close_of_an_adapter,
            adapter_info,
            video_memory_info,
            create_of_a_device,
            state_of_a_device,
            mark_of_a_device,
            destroy_of_a_device,
            destroy_of_a_device_with_everything,
            create_of_stand_alone_allocations,
            create_of_resources,
            create_of_more_for_a_resource,
            create_of_surfaces,
            create_on_memory_of_the_caller,
            create_of_an_existing_heap,
            create_with_private_data,
            destroy_of_allocations,
            destroy_of_a_resource,
            first_lock,
            first_lock_of_many_pages,
            lock_of_memory_that_is_there,
            lock_of_what_is_locked,
            lock_in_place,
            unlock_of_the_last_lock,
            unlock_of_one_of_two_locks,
            unlock_in_place,
            mappings_that_the_user_changes,
            pages_of_a_lock_when_the_device_is_gone,
            share_of_a_resource,
            share_of_an_opened_resource,
            query_of_a_shared_resource,
            open_of_shared_resources,
            open_of_a_large_shared_resource,
            open_of_a_resource_without_data,
            destroy_of_openings,
            lock_of_openings,
            lock_of_memory_of_another_process,
            create_with_a_global_handle,
            query_of_a_global_handle,
            open_by_global_handle,
            open_by_global_handle_of_a_large_resource,
            destroy_of_what_has_a_global_handle,
            export_of_an_allocation,
            open_of_a_dma_buf,
            locks_of_what_was_opened,
            destroy_of_what_was_exported_and_opened,
            create_of_a_fence,
            destroy_of_a_fence,
            signal_of_fences,
            signal_of_fences_that_are_waited_for,
            wait_for_what_is_reached,
            wait_by_an_event,
            create_of_a_paging_queue,
            destroy_of_a_paging_queue,
            make_resident_of_allocations,
            evict_of_allocations,
            query_of_residency,
            move_of_an_allocation,
            offer_of_allocations,
            reclaim_of_allocations,
            priorities_of_allocations,
            reservation_of_memory,
            flush_of_paging,
            invalidation_of_a_cache,
            statistics,
            reservation_of_addresses,
            mapping_of_an_allocation,
            freeing_of_addresses,
            create_of_a_context,
            destroy_of_a_context,
            destroy_of_a_context_that_waits,
            submission_of_commands,
            submission_that_writes_a_primary,
            signal_by_a_context,
            signal_by_several_contexts,
            event_of_several_contexts,
            wait_by_a_context,
            update_of_addresses,
            every_served_request_was_swept,
        ],
        &[("owner", owner)],
    );
    print_slowest();
    status
}

/// Runs a test on each adapter, by LUID: each try opens the node anew, so that handles begin with
/// the first one. The test is also given what makes the name of a shape.
fn on_each_luid(test: impl Fn(Luid, &dyn Fn(&str) -> String)) {
    for luid in luids() {
        let name = sysfs::adapter_name(&Gpu::open(luid));
        context(format!("adapter {name}"), || {
            test(luid, &|shape| format!("{name}, {shape}"));
        });
    }
}

/// The second handle of a process, the first one being the adapter's, and the third.
const DEVICE: u32 = FIRST_HANDLE + HANDLE_STEP;
const NEXT: u32 = DEVICE + HANDLE_STEP;

/// A node with an adapter and a device.
fn with_device(luid: Luid) -> Gpu {
    let gpu = Gpu::open(luid);
    assert_eq!(gpu.device(), DEVICE);
    gpu
}

/// Some of everything on the device, touched and locked; the address that the user has to unmap.
fn furnish(gpu: &Gpu, memory: &Map) -> u64 {
    let resource = Create::buffers(DEVICE, 2).in_resource().made(gpu);
    let alone = Create::buffer(DEVICE, 4096).made(gpu);
    Create::heap(DEVICE, memory.address(), PAGE as u64).made(gpu);
    let queue = PagingQueue::new(gpu, DEVICE);
    let fence = Fence::new(gpu, DEVICE, 0);
    let targets = [(fence.handle, 1), (queue.fence.handle, 1)];
    // The wait keeps the event, which nobody has any more.
    let event = Event::new();
    let options = WaitOptions {
        event: Some(&event),
        ..WaitOptions::default()
    };
    assert_eq!(wait_in(&gpu.dxg, DEVICE, &targets, options), SUCCESS);
    gpu.lock(DEVICE, alone.allocation(0));
    gpu.unlock(DEVICE, alone.allocation(0));
    gpu.lock(DEVICE, resource.allocation(1))
}

/// The answer of a system call.
fn answer_of(result: rustix::io::Result<()>) -> Answer {
    result.map(|()| NtStatus::SUCCESS)
}

/// Each call has its sweep above.
fn every_served_request_was_swept() {
    let forgotten: Vec<_> = SERVED
        .iter()
        .filter(|(name, ..)| !was_swept(name))
        .collect();
    assert!(forgotten.is_empty(), "not swept: {forgotten:x?}");
}
