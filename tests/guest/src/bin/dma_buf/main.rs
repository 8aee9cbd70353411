// SPDX-License-Identifier: MIT OR Apache-2.0
//! Video memory as dma-bufs: both calls, each argument right and wrong; what DRM itself makes of an
//! export, and the module of dma-bufs that others made; and who keeps the memory how long.

mod exports;
mod lifetime;
mod openings;
mod prime;
mod processes;

use self::{exports::*, lifetime::*, openings::*, prime::*, processes::*};
use dxg_guest_tests::{calls::*, harness, sysfs, tests};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            an_export,
            what_may_be_exported,
            memory_of_the_caller_is_not_exported,
            memory_that_was_never_touched,
            memory_that_the_cpu_may_not_see,
            all_exports_are_one_dma_buf,
            each_allocation_has_its_own_dma_buf,
            a_read_only_export_cannot_be_written_to,
            one_access_at_a_time,
            an_opening_for_reading_only_is_not_exported,
            exports_of_an_opening_are_those_of_its_creator,
            export_needs_device_and_allocation,
            export_refuses_unknown_flags,
            export_into_memory_that_is_not_writable,
            addresses_of_both_calls,
            no_descriptor_left,
            the_same_card_knows_its_object,
            the_cpu_sees_the_same_bytes_everywhere,
            a_dumb_buffer_is_opened,
            one_driver_imports_what_the_other_exports,
            an_export_is_opened_on_the_other_adapter,
            a_dma_buf_without_a_device_is_opened,
            an_opening,
            the_own_export_is_opened,
            an_opening_for_reading_only,
            what_is_opened_is_exported_again,
            what_is_opened_never_changes,
            open_needs_a_device,
            open_refuses_unknown_flags,
            descriptors_of_other_kinds,
            numbers_that_are_no_descriptors,
            open_into_memory_that_is_not_writable,
            usage_of_what_is_opened,
            an_export_keeps_the_memory,
            a_mapping_keeps_the_memory,
            a_handle_of_the_card_keeps_the_memory,
            a_frame_buffer_keeps_the_export,
            an_opening_keeps_the_memory,
            an_import_of_another_driver_keeps_the_memory,
            a_process_pins_half_of_the_segment,
            exports_of_a_closed_node,
            exports_and_ends_at_once,
            an_export_comes_to_another_process,
            the_exporter_is_killed,
            an_export_on_its_way_keeps_the_memory,
            the_descriptor_closes_on_exec,
            a_child_has_no_mapping_of_what_was_opened,
            the_library_exports_and_opens,
        ],
        &[
            ("exporter", exporter),
            ("opener", opener),
            ("inheritor", inheritor),
        ],
    )
}

/// A device on each adapter, of which nothing is left afterwards.
fn on_each_device(test: impl Fn(&Gpu, u32)) {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        harness::context(format!("adapter {}", sysfs::adapter_name(&gpu)), || {
            test(&gpu, gpu.device());
            drop(gpu);
            before.assert_restored();
        });
    }
}

/// The adapter of a driver.
fn of_driver(driver: &str) -> Gpu {
    luids()
        .into_iter()
        .map(Gpu::open)
        .find(|gpu| sysfs::registry_texts(gpu)[3] == driver)
        .unwrap_or_else(|| panic!("no adapter of {driver}"))
}
