// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing of resources by NT handles: D3DKMTShareObjects, QueryResourceInfoFromNtHandle and
//! OpenResourceFromNtHandle, each argument right and wrong. What is shared lives on in the suite
//! `share_lifetime`.

mod addresses;
mod descriptors;
mod opening;
mod sharing;

use self::{addresses::*, descriptors::*, opening::*, sharing::*};
use dxg_guest_tests::{calls::*, harness, tests};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            an_nt_handle_can_do_nothing_else,
            the_descriptor_closes_on_exec,
            share_ignores_unused_fields,
            each_call_makes_another_nt_handle,
            an_opened_resource_is_shared_on,
            no_descriptor_left,
            more_room_for_allocation_data,
            an_nt_handle_of_a_read_only_opening_is_read_only,
            open_ignores_unused_fields,
            query_and_open_need_a_device,
            closed_descriptors,
            numbers_that_are_no_descriptors,
            addresses_of_share,
            addresses_of_open,
            share_into_memory_that_is_not_writable,
            query_into_memory_that_is_not_writable,
            open_into_memory_that_is_not_writable,
            the_library_shares_and_opens,
        ],
        &[("inheritor", inheritor)],
    )
}
