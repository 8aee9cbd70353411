// SPDX-License-Identifier: MIT OR Apache-2.0
//! MakeResident, Evict, QueryAllocationResidency, UpdateAllocationProperty, FlushHeapTransitions,
//! InvalidateCache.

mod evict;
mod make_resident;
mod places;

use self::{evict::*, make_resident::*, places::*};
use dxg_guest_tests::{
    calls::*,
    create::Create,
    fence::PagingQueue,
    harness,
    memory::{Map, MIB},
    paging::*,
    reload::with,
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            what_is_paged_in_is_pending,
            what_is_there_is_pending_as_well,
            memory_that_has_no_segment_is_pending_as_well,
            how_many_are_made_resident,
            flags_of_make_resident,
            allocations_of_others,
            an_answer_that_cannot_be_written_changes_nothing,
            too_much_changes_nothing_and_says_how_much,
            cant_trim_further_goes_up_to_the_segment,
            what_is_listed_is_not_to_be_trimmed,
            evicted_memory_goes_out_and_keeps_its_contents,
            evicted_only_if_necessary_it_stays,
            evict_counts_down,
            evict_says_how_much_is_over,
            flags_and_counts_of_evict,
            evict_is_all_or_nothing,
            what_a_failed_evict_has_lost_is_paged_in_again,
            what_is_exported_stays,
            what_was_exported_makes_room_again,
            residency_of_lists_and_resources,
            residency_of_what_is_not_one_of_the_forms,
            a_move_to_system_memory_and_back,
            a_move_takes_what_is_resident_out_of_the_budget,
            moves_that_are_refused,
            flush_of_an_adapter,
            cache_ranges,
        ],
        &[("reserves", reserves)],
    )
}

const SEGMENT: u64 = 16 * MIB;

const SMALL: &str = "local_segment_mib=16 commit_mib=256";

/// A device with a paging queue, on each adapter, with a small segment.
fn on_each_small_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    with(SMALL, || on_each_queue(&test));
}

/// Makes a call with its argument in memory that cannot be written.
fn unwritable<T>(gpu: &Gpu, request: u32, args: T) -> Answer {
    let memory = Map::new(1);
    memory.put(0, args);
    memory.read_only();
    call_at(&gpu.dxg, request, memory.address())
}
