// SPDX-License-Identifier: MIT OR Apache-2.0
//! OfferAllocations, ReclaimAllocations2.

mod arguments;
mod discards;
mod uses;

use self::{arguments::*, discards::*, uses::*};
use dxg_guest_tests::{
    calls::*,
    fence::PagingQueue,
    harness,
    locked::{assert_holds, write},
    memory::MIB,
    paging::*,
    reload::with,
    tests,
};
use libd3dkmt::sys::{bindings as c, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            what_nobody_took_is_kept,
            what_was_taken_is_zero,
            what_was_taken_gives_its_memory_back,
            the_lowest_goes_first,
            auto_is_normal,
            another_offer_changes_the_priority,
            what_is_offered_goes_before_what_is_idle,
            what_was_decommitted_may_be_gone,
            without_allow_decommit_the_commitment_stays,
            what_is_offered_cannot_be_used,
            what_is_offered_cannot_be_exported,
            what_is_locked_cannot_be_offered,
            what_is_resident_comes_back,
            an_eviction_takes_nothing,
            resources,
            shared_memory_and_memory_of_the_caller,
            results_that_cannot_be_written,
            results_need_not_be_asked_for,
            what_was_not_offered,
            arguments_of_offers,
            arguments_of_reclaims,
            allocations_of_others,
            ten_thousand_offers,
        ],
        &[],
    )
}

const SMALL: &str = "local_segment_mib=16 commit_mib=64";

const LOW: u32 = c::D3DKMT_OFFER_PRIORITY_LOW;
const NORMAL: u32 = c::D3DKMT_OFFER_PRIORITY_NORMAL;
const HIGH: u32 = c::D3DKMT_OFFER_PRIORITY_HIGH;
const AUTO: u32 = c::D3DKMT_OFFER_PRIORITY_AUTO;
const ALLOW_DECOMMIT: u32 = c::D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT;

const KEPT: u32 = c::D3DDDI_RECLAIM_RESULT_OK;
const DISCARDED: u32 = c::D3DDDI_RECLAIM_RESULT_DISCARDED;
const NOT_COMMITTED: u32 = c::D3DDDI_RECLAIM_RESULT_NOT_COMMITTED;

/// A device with a paging queue, on each adapter, with a segment of 16 MiB.
fn on_each_small_queue(test: impl Fn(&Gpu, u32, &PagingQueue)) {
    with(SMALL, || on_each_queue(&test));
}

/// A buffer of so many MiB with a byte in it, in the segment.
fn filled(gpu: &Gpu, device: u32, mib: u64, byte: u8) -> u32 {
    let allocation = buffer(gpu, device, mib * MIB);
    write(gpu, device, allocation, byte);
    assert_eq!(place(gpu, device, allocation), IN_GPU_MEMORY);
    allocation
}

/// Offers 10 MiB with flags, has them discarded, and takes all commitment that is left, of 64 MiB. The offered
/// allocation, and one of those that have the rest.
fn crowded(gpu: &Gpu, device: u32, flags: u32, others: u64) -> (u32, u32) {
    let first = filled(gpu, device, 10, 1);
    let offered = offer_in(&gpu.dxg, device, &[first], NORMAL, flags);
    assert_eq!(offered, SUCCESS);
    filled(gpu, device, 10, 2);
    (first, buffer(gpu, device, others * MIB))
}
