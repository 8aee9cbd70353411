// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing by global handles: CreateShared without NtSecuritySharing, D3DKMTQueryResourceInfo and
//! D3DKMTOpenResource.

mod arguments;
mod lifetime;
mod openings;
mod races;
mod users;

use self::{arguments::*, lifetime::*, openings::*, races::*, users::*};
use dxg_guest_tests::{
    calls::*,
    create::Create,
    global::{
        assert_is_global, assert_names_nothing, is_there, opens_refused, query, shared, small, Open,
    },
    harness,
    locked::{assert_holds, write},
    memory::{bytes_at, PAGE},
    share::RUNTIME,
    tests,
};
use libd3dkmt::sys::request;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            nothing_else_has_one,
            what_is_shared_does_not_change,
            open_without_any_data,
            open_of_an_existing_heap,
            not_by_nt_handles,
            the_library_shares_and_opens,
            a_global_handle_is_no_local_one,
            no_devices,
            no_addresses,
            too_little_room_for_the_data,
            another_adapter,
            bad_addresses,
            answers_that_cannot_be_written,
            a_refused_creation_leaves_no_global_handle,
            numbers_come_back_late,
            the_last_opening_takes_the_number_with_it,
            a_device_takes_its_openings_with_it,
            closing_the_node_takes_the_number_with_it,
            a_mapping_keeps_the_bytes_and_no_number,
            the_creating_device_goes_first,
            another_process_opens,
            the_creator_destroys_first,
            the_creator_exits_first,
            an_opener_is_killed,
            the_creator_is_killed,
            an_opener_is_killed_at_any_time,
            another_user_has_other_numbers,
            root_is_just_another_user,
            another_user_namespace_has_other_numbers,
            the_effective_user_counts,
            a_guess_finds_only_the_own_ones,
            two_threads_create_open_and_destroy,
            eight_threads_create_open_and_destroy,
            two_threads_keep_one_number,
            eight_threads_keep_one_number,
            a_thread_rewrites_the_sizes,
        ],
        &[
            ("create", create_and_wait),
            ("open", open_and_wait),
            ("open_again_and_again", open_again_and_again),
            ("stranger", stranger),
            ("namespace", share_in_a_namespace),
            ("change_user", change_user),
            ("guess", guess),
        ],
    )
}

fn destroy(gpu: &Gpu, device: u32, resource: u32) {
    assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
}
