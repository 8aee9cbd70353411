// SPDX-License-Identifier: MIT OR Apache-2.0
//! The miniport contract, seen from below: which calls a miniport gets, in which order, and what
//! becomes of each wrong answer. Needs the module with the adapter of tests (`DXG_SCRIPT=y`).

mod callbacks;
mod data;
mod execution;
mod failures;
mod order;
mod standard;
mod violations;

use self::{
    callbacks::*, data::*, execution::*, failures::*, order::*, standard::*, violations::*,
};
use dxg_guest_tests::{
    calls::{Answer, Gpu},
    harness,
    reload::{unload_once, with},
    script, tests,
};
use libd3dkmt::sys::NtStatus;
use rustix::io::Errno;
use std::{fs::File, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            create_opens_once_for_all,
            create_a_resource,
            case_091_append,
            open_on_a_second_device,
            open_once_more_on_the_same_device,
            open_for_reading_only,
            open_by_a_second_process,
            first_use_fills_once,
            primaries_are_described,
            destroy_allocations_one_by_one,
            destroy_a_resource_with_its_allocations,
            device_close,
            case_252_process_exit,
            last_reference_is_another_device,
            last_reference_is_an_nt_handle,
            last_reference_is_a_mapping,
            case_066_adapter_stop,
            case_067_size,
            case_068_segments,
            case_069_alternate_addresses,
            case_070_map_aperture,
            case_071_priority,
            alignment_and_the_rest,
            flags_that_do_not_go_together,
            primary_restrictions,
            layouts_of_primaries,
            no_answer,
            no_binding,
            one_wrong_answer_spoils_all,
            a_violation_in_an_append_leaves_the_resource,
            statuses_of_create,
            statuses_of_open,
            a_failed_open_once_more,
            no_commitment_left,
            memory_that_cannot_be_pinned,
            a_fill_that_fails,
            a_fill_without_memory,
            transfers_that_fail,
            a_description_that_fails,
            the_log_keeps_the_module,
            a_failed_append_keeps_cookie_and_data,
            case_072_short_private_data,
            case_084_priority_of_the_user_mode_driver,
            case_085_write_back_at_create_and_open,
            openers_see_what_was_written_back,
            case_091_the_cookie_is_replaced,
            the_cookie_is_taken_away,
            case_092_new_data_of_the_resource,
            placement,
            data_of_allocations,
            data_of_bindings_and_resources,
            parents_and_children,
            handles_of_other_kinds,
            handles_of_another_adapter,
            handles_of_another_device,
            new_handles_while_creating,
            new_handles_while_opening,
            new_handles_of_an_append,
            new_handles_of_an_opener,
            what_is_required_and_not_there,
            an_existing_heap,
            wrong_standard_data,
            standard_data_of_the_resource,
            existing_system_memory,
            two_nodes_have_contexts,
            case_454_refused_contexts,
            case_455_results_of_a_context,
            a_packet_that_is_completed_at_once,
            a_packet_that_is_completed_later,
            packets_are_completed_by_name,
            others_have_their_turn,
            what_never_ends_goes_with_its_context,
            what_preemption_does_not_end_is_a_hang,
            what_preemption_does_not_end_holds_its_context,
            an_engine_that_cannot_be_reset_takes_its_node_with_it,
            case_512_refused_packets,
            packets_that_fault,
            what_was_not_submitted_does_not_end,
            the_adapter_stops_with_a_packet_held,
        ],
        &[("opener", order::opener), ("creator", order::creator)],
    )
}

/// A broken contract.
const UNSUCCESSFUL: Answer = Ok(NtStatus(0xc000_0001));

/// The adapter with an empty log, and a device on it.
fn adapter() -> (Gpu, u32) {
    let gpu = script::open();
    let device = gpu.device();
    script::log();
    (gpu, device)
}

/// The log must be this, and is empty afterwards.
#[track_caller]
fn logged(lines: &[String]) {
    assert_eq!(script::log(), lines);
}

/// A line.
macro_rules! said {
    ($($format:tt)*) => { format!($($format)*) };
}
use said;

/// Of a create call without a resource.
fn created(tags: &str) -> String {
    said!("create_allocation resource=none data=0 {tags}")
}

/// Of an open call by the creator, of allocations named from `first` on.
fn opened(data: usize, handles: &[u32], first: usize) -> String {
    let mut line = said!("open_allocation create=1 read_only=0 data={data}");
    for (i, handle) in handles.iter().enumerate() {
        line += &said!(" {handle:#x}=rw:a{}", first + i);
    }
    line
}

/// Of an open call by somebody else.
fn reopened(read_only: u8, data: usize, handles: &[u32]) -> String {
    let mut line = said!("open_allocation create=0 read_only={read_only} data={data}");
    for (i, handle) in handles.iter().enumerate() {
        line += &said!(" {handle:#x}=ro:a{}", 1 + i);
    }
    line
}

fn closed(handle: u32) -> String {
    said!("close_allocation b{handle:#x}")
}

fn destroyed(tag: usize) -> String {
    said!("destroy_allocation a{tag}")
}

/// As the other files of debugfs do, in the suite `unload`.
fn the_log_keeps_the_module() {
    with("", || {
        let log = File::options().read(true).write(true).open(script::FILE);
        let log = log.expect("the log");
        assert_eq!(unload_once(), Err(Errno::WOULDBLOCK));
        drop(log);
        assert_eq!(unload_once(), Ok(()));
    });
}
