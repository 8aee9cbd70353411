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
            case_143_an_allocation_is_not_shared,
            case_144_a_resource_without_create_shared,
            case_145_a_resource_with_create_shared_only,
            case_146_an_nt_handle,
            an_nt_handle_can_do_nothing_else,
            case_150_two_objects,
            case_152_four_objects,
            case_155_one_object_and_no_other_number,
            case_155_the_descriptor_closes_on_exec,
            what_is_no_resource,
            a_destroyed_resource_is_not_shared,
            share_ignores_unused_fields,
            each_call_makes_another_nt_handle,
            an_opened_resource_is_shared_on,
            no_descriptor_left,
            case_156_creator_destroys_the_resource,
            case_161_query_reports_sizes,
            case_163_open_of_a_resource,
            case_134_other_numbers_of_allocations,
            case_137_other_sizes_of_private_data,
            case_165_no_list_of_allocations,
            case_167_no_address_for_runtime_data,
            case_168_other_sizes_of_runtime_data,
            case_170_too_little_room_for_allocation_data,
            more_room_for_allocation_data,
            case_172_data_of_each_allocation,
            case_173_allocations_without_private_data,
            case_174_failure_midway,
            case_175_device_of_another_adapter,
            case_176_opened_for_reading_only,
            an_nt_handle_of_a_read_only_opening_is_read_only,
            open_ignores_unused_fields,
            query_and_open_need_a_device,
            case_171_descriptors_of_other_kinds,
            closed_descriptors,
            numbers_that_are_no_descriptors,
            case_262_addresses_of_share,
            case_262_addresses_of_open,
            case_264_share_into_memory_that_is_not_writable,
            case_264_query_into_memory_that_is_not_writable,
            case_264_open_into_memory_that_is_not_writable,
            the_library_shares_and_opens,
        ],
        &[("inheritor", inheritor)],
    )
}

/// A device on each adapter.
fn on_each_device(test: impl Fn(&Gpu, u32)) {
    on_each_adapter(|gpu| test(gpu, gpu.device()));
}
