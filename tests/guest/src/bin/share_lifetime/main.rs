// SPDX-License-Identifier: MIT OR Apache-2.0
//! What becomes of shared resources: who made them goes in every way there is, while others, or only
//! an NT handle, or only a mapping, remain.

mod memory_of_the_creator;
mod openings;
mod processes;

use self::{memory_of_the_creator::*, openings::*, processes::*};
use dxg_guest_tests::{
    calls::*,
    child, harness,
    memory::{bytes_at, PAGE},
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            the_creating_resource_is_destroyed,
            the_creating_adapter_is_closed,
            only_an_nt_handle_is_left_by_a_closed_node,
            only_a_mapping_is_left,
            opened_twice_on_one_device,
            opened_on_two_devices,
            single_allocations_of_any_opening,
            the_device_of_an_opening_is_destroyed,
            counters_at_each_step,
            the_creator_exits,
            the_creator_is_killed,
            the_opener_is_killed,
            both_sides_see_what_is_written,
            an_nt_handle_comes_through_exec,
            an_nt_handle_comes_through_fork,
            an_nt_handle_on_its_way_keeps_the_resource,
            writing_through_a_read_only_opening_ends_the_program,
            preallocated_memory_opened_by_another_process,
            an_existing_heap_opened_by_another_process,
            memory_that_was_pinned_for_reading,
            memory_of_a_creator_that_is_gone,
            memory_that_the_creator_has_unmapped,
            memory_in_the_creating_process,
        ],
        &[
            ("creator", creator),
            ("opener", opener),
            ("forker", forker),
            ("writer", writer),
            ("owner", owner),
        ],
    )
}

/// Fills a page.
fn fill(address: u64, byte: u8) {
    // SAFETY: Tests give the address of a lock, which has a page.
    unsafe { bytes_at(address, PAGE) }.fill(byte);
}

/// Whether a page is full of a byte.
fn is_full(address: u64, byte: u8) -> bool {
    // SAFETY: As above.
    unsafe { bytes_at(address, PAGE) }
        .iter()
        .all(|&b| b == byte)
}

/// Locks an allocation for as long as something is done with its first page.
fn locked<R>(gpu: &Gpu, device: u32, allocation: u32, with: impl FnOnce(u64) -> R) -> R {
    let address = gpu.lock(device, allocation);
    let result = with(address);
    gpu.unlock(device, allocation);
    result
}

/// In a child: its adapter.
fn gpu_of(arguments: &[String]) -> Gpu {
    Gpu::open(child::adapter(arguments))
}

/// Starts this program in a role with an adapter and more arguments.
fn start(role: &str, gpu: &Gpu, arguments: &[&str]) -> child::Child {
    child::start_on(role, gpu.luid, arguments)
}
