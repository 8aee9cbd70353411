// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTSubmitCommand: what the software engine makes of commands, in which order, what faults, and how
//! what does not end is ended.

mod commands;
mod destroyed;
mod ends;
mod faults;
mod flow;
mod full_queue;
mod packets;
mod paged_in;
mod primaries;
mod rewriting;
mod turns;

use self::{
    commands::*, destroyed::*, ends::*, faults::*, flow::*, full_queue::*, packets::*, paged_in::*,
    primaries::*, rewriting::*, turns::*,
};
use dxg_guest_tests::{calls::*, execution::*, harness, tests};
use libd3dkmt::sys::bindings as c;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            fills,
            copies,
            copies_that_overlap,
            copies_of_rows,
            writes,
            cleared_rectangles,
            triangles_that_share_an_edge,
            triangles_are_as_the_driver_draws_them,
            atomic_sums,
            timestamps_rise,
            what_does_nothing_and_the_end,
            commands_see_what_those_before_them_wrote,
            waits_that_are_met_at_once,
            the_cpu_ends_a_wait_in_a_buffer,
            another_context_ends_a_wait_in_a_buffer,
            calls_down_to_the_fourth_buffer,
            a_fifth_buffer_is_a_fault,
            packets_are_executed_on_every_node,
            packets_keep_their_order,
            packets_of_four_threads,
            each_context_of_a_packet_executes_it,
            contexts_of_a_packet,
            empty_packets,
            a_length_without_commands,
            commands_that_are_mapped_later,
            arguments_that_are_too_large,
            written_primaries,
            readers_of_a_primary_wait_for_its_packet,
            readers_of_primaries_wait_for_each_context,
            readers_of_a_primary_do_not_wait_for_what_is_abandoned,
            readers_of_a_primary_wait_for_a_limited_time,
            a_primary_has_so_many_unfinished_packets,
            flags_of_a_packet,
            private_data_that_the_engine_refuses,
            what_nobody_has_touched,
            page_faults,
            what_is_before_a_fault_was_written,
            commands_that_are_not_there,
            zeros_take_what_is_written,
            instructions_that_do_not_exist,
            a_fault_leaves_other_devices_alone,
            a_device_in_error_takes_nothing_more,
            fences_of_a_device_in_error,
            commands_that_are_rewritten_while_they_run,
            a_full_queue_waits_for_room_or_a_signal,
            the_end_of_a_context_ends_a_wait_for_room,
            the_end_of_the_adapter_ends_a_wait_for_room,
            turns_go_round_by_process,
            what_is_destroyed_lasts_until_its_packets_have_ended,
            what_is_destroyed_lasts_behind_a_full_queue,
            what_is_said_not_to_be_in_use_goes_at_once,
            the_end_of_a_context_ends_its_commands,
            the_end_of_a_device_ends_its_commands,
            the_end_of_a_process_ends_its_commands,
            the_end_of_the_adapter_ends_all_commands,
        ],
        &[("crowd", crowd), ("endless", endless)],
    )
}

/// A place where nothing is mapped.
const FAR: u64 = 0x7000_0000_0000;

/// Flag of a fault: its context is known.
const CONTEXT_IS_KNOWN: u32 = c::DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
/// Code of a fault, as it is in a record: no such command.
const INVALID_INSTRUCTION: u32 = c::DXGK_GENERAL_ERROR_INVALID_INSTRUCTION << 1;
