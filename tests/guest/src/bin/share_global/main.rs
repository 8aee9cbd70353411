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
    create::{buffer, Create},
    global::{is_there, query, Open},
    harness,
    memory::{bytes_at, PAGE},
    share::{with_data, RESOURCE_BYTES, RUNTIME, UNTOUCHED},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            case_099_a_shared_resource_has_a_global_handle,
            case_101_nothing_else_has_one,
            case_093_and_116_what_is_shared_does_not_change,
            case_128_query_tells_the_sizes,
            case_129_query_copies_no_data,
            case_131_and_132_open_with_exact_sizes,
            case_131_open_with_more_room_for_the_data,
            case_131_open_without_any_data,
            case_139_destroy_what_was_opened,
            case_141_open_on_another_device,
            case_141_open_of_an_existing_heap,
            case_145_not_by_nt_handles,
            the_library_shares_and_opens,
            case_125_a_global_handle_is_no_local_one,
            case_126_and_256_no_global_handles,
            case_256_no_devices,
            case_134_other_counts,
            case_135_other_sizes_of_runtime_data,
            case_137_other_sizes_of_private_data,
            case_165_and_167_no_addresses,
            case_170_too_little_room_for_the_data,
            case_175_another_adapter,
            case_262_bad_addresses,
            case_264_answers_that_cannot_be_written,
            case_264_a_refused_creation_leaves_no_global_handle,
            numbers_come_back_late,
            the_last_opening_takes_the_number_with_it,
            a_device_takes_its_openings_with_it,
            closing_the_node_takes_the_number_with_it,
            a_mapping_keeps_the_bytes_and_no_number,
            case_250_the_creating_device_goes_first,
            case_141_another_process_opens,
            case_142_an_opener_exits_without_closing,
            case_142_the_creator_destroys_first,
            case_142_the_creator_exits_first,
            case_252_an_opener_is_killed,
            case_252_the_creator_is_killed,
            case_252_an_opener_is_killed_at_any_time,
            another_user_has_other_numbers,
            root_is_just_another_user,
            another_user_namespace_has_other_numbers,
            the_effective_user_counts,
            a_guess_finds_only_the_own_ones,
            two_threads_create_open_and_destroy,
            eight_threads_create_open_and_destroy,
            two_threads_keep_one_number,
            eight_threads_keep_one_number,
            case_265_a_thread_rewrites_the_sizes,
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

/// Pages of the allocations of [`shared`].
const PAGES: [usize; 3] = [2, 1, 5];

/// A shared resource with data of all kinds.
fn shared(gpu: &Gpu, device: u32) -> Create {
    let blobs = PAGES.map(|pages| buffer((pages * PAGE) as u64));
    let create = Create::blobs(device, &blobs).in_global_resource();
    let create = with_data(create).made(gpu);
    assert_is_global(create.global());
    create
}

/// The smallest one.
fn small(gpu: &Gpu, device: u32) -> Create {
    Create::buffer(device, 4096).in_global_resource().made(gpu)
}

/// The form of global handles: the two highest bits, and a 2 in the low six.
fn assert_is_global(handle: u32) {
    assert_eq!(handle & 0xc000_003f, 0xc000_0002, "{handle:#x}");
}

/// Neither call knows the number.
fn assert_names_nothing(gpu: &Gpu, device: u32, global: u32) {
    assert!(!is_there(gpu, device, global), "{global:#x}");
    let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
        NumAllocations: 1,
        TotalPrivateDriverDataSize: 48,
        ..Default::default()
    };
    let answer = Open::with(device, global, &sizes).call(gpu);
    assert_eq!(answer, INVALID_PARAMETER, "{global:#x}");
}

/// Writes to the first page of an allocation.
fn write(gpu: &Gpu, device: u32, allocation: u32, byte: u8) {
    let address = gpu.lock(device, allocation);
    // SAFETY: The lock has a page; others look at it only when this is done.
    unsafe { bytes_at(address, PAGE) }.fill(byte);
    gpu.unlock(device, allocation);
}

/// Whether the first page of an allocation holds that byte everywhere.
fn assert_holds(gpu: &Gpu, device: u32, allocation: u32, byte: u8) {
    let address = gpu.lock(device, allocation);
    // SAFETY: As above.
    let bytes = unsafe { bytes_at(address, PAGE) };
    assert!(bytes.iter().all(|&b| b == byte), "not {byte:#x}");
    gpu.unlock(device, allocation);
}

fn destroy(gpu: &Gpu, device: u32, resource: u32) {
    assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
}
