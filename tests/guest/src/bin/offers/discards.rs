// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is taken of what is offered, in which order, and what is left of it.

use super::*;
use dxg_guest_tests::{create::Create, pattern::Patterned};
use libd3dkmt::sys::D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL;

pub(super) fn what_nobody_took_is_kept() {
    on_each_queue(|gpu, device, queue| {
        let mut buffer = Patterned::new(gpu, device, MIB);
        buffer.write(gpu, device, 3);
        for flags in [0, 1, ALLOW_DECOMMIT, 3] {
            let offered = offer_in(&gpu.dxg, device, &[buffer.allocation], LOW, flags);
            assert_eq!(offered, SUCCESS);
            assert_eq!(reclaimed_one(gpu, device, queue, buffer.allocation), KEPT);
            buffer.check(gpu, device);
        }
    });
}

pub(super) fn what_was_taken_is_zero() {
    on_each_small_queue(|gpu, device, queue| {
        let first = filled(gpu, device, 10, 1);
        assert_eq!(offer(&gpu.dxg, device, &[first]), SUCCESS);
        filled(gpu, device, 10, 2);
        assert_eq!(place(gpu, device, first), NOT_RESIDENT);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
        // Once reclaimed it is as any other.
        assert_eq!(reclaimed_one(gpu, device, queue, first), KEPT);
        write(gpu, device, first, 3);
        assert_holds(gpu, device, first, 3);
    });
}

pub(super) fn what_was_taken_gives_its_memory_back() {
    on_each_small_queue(|gpu, device, _| {
        let first = filled(gpu, device, 10, 1);
        assert_eq!(offer(&gpu.dxg, device, &[first]), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 10 * MIB);
        filled(gpu, device, 10, 2);
        assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (10 * MIB, 0));
    });
}

/// Which of some buffers of 4 MiB, offered with priorities, are left when `more` MiB more are needed.
fn left(gpu: &Gpu, device: u32, priorities: &[u32], more: u64) -> Vec<bool> {
    let all: Vec<_> = (priorities.iter())
        .map(|_| filled(gpu, device, 4, 1))
        .collect();
    for (&allocation, &priority) in all.iter().zip(priorities) {
        let offered = offer_in(&gpu.dxg, device, &[allocation], priority, 0);
        assert_eq!(offered, SUCCESS);
    }
    let other = filled(gpu, device, more, 2);
    let (answer, places) = places(&gpu.dxg, device, &all);
    assert_eq!(answer, SUCCESS);
    let made = [all, vec![other]].concat();
    assert_eq!(destroy_allocations(&gpu.dxg, device, &made), SUCCESS);
    places.iter().map(|&place| place == IN_GPU_MEMORY).collect()
}

pub(super) fn the_lowest_goes_first() {
    on_each_small_queue(|gpu, device, _| {
        let left = |priorities: &[u32], more| left(gpu, device, priorities, more);
        assert_eq!(left(&[HIGH, NORMAL, LOW], 4), [true, true, true]);
        assert_eq!(left(&[HIGH, NORMAL, LOW], 8), [true, true, false]);
        assert_eq!(left(&[LOW, HIGH, NORMAL], 12), [false, true, false]);
        assert_eq!(left(&[HIGH, LOW, NORMAL], 16), [false, false, false]);
    });
}

/// Of equal ones the longest unused goes first.
pub(super) fn auto_is_normal() {
    on_each_small_queue(|gpu, device, _| {
        let left = |priorities: &[u32], more| left(gpu, device, priorities, more);
        assert_eq!(left(&[AUTO, NORMAL, LOW], 12), [false, true, false]);
        assert_eq!(left(&[NORMAL, AUTO, LOW], 12), [false, true, false]);
        assert_eq!(left(&[HIGH, AUTO, LOW], 12), [true, false, false]);
    });
}

pub(super) fn another_offer_changes_the_priority() {
    on_each_small_queue(|gpu, device, queue| {
        let [first, second] = [1, 2].map(|byte| filled(gpu, device, 6, byte));
        for (allocation, priority) in [(first, LOW), (second, NORMAL), (first, HIGH)] {
            let offered = offer_in(&gpu.dxg, device, &[allocation], priority, 0);
            assert_eq!(offered, SUCCESS);
        }
        filled(gpu, device, 6, 3);
        let both = reclaimed(gpu, device, queue, Kind::Allocations, &[first, second]);
        assert_eq!(both, [KEPT, DISCARDED]);
    });
}

pub(super) fn what_is_offered_goes_before_what_is_idle() {
    on_each_small_queue(|gpu, device, queue| {
        let idle = filled(gpu, device, 6, 1);
        let offered = filled(gpu, device, 6, 2);
        assert_eq!(offer_in(&gpu.dxg, device, &[offered], HIGH, 0), SUCCESS);
        filled(gpu, device, 6, 3);
        assert_eq!(place(gpu, device, idle), IN_GPU_MEMORY);
        assert_eq!(reclaimed_one(gpu, device, queue, offered), DISCARDED);
        assert_holds(gpu, device, idle, 1);
    });
}

pub(super) fn what_was_decommitted_may_be_gone() {
    on_each_small_queue(|gpu, device, queue| {
        let (first, other) = crowded(gpu, device, ALLOW_DECOMMIT, 54);
        for _ in 0..2 {
            assert_eq!(reclaimed_one(gpu, device, queue, first), NOT_COMMITTED);
            assert_eq!(lock(&gpu.dxg, device, first).0, INVALID_PARAMETER);
        }
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[other]), SUCCESS);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
        // It is committed again: 44 MiB are left.
        Create::buffer(device, 45 * MIB).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        buffer(gpu, device, 44 * MIB);
    });
}

pub(super) fn without_allow_decommit_the_commitment_stays() {
    on_each_small_queue(|gpu, device, queue| {
        let (first, _) = crowded(gpu, device, 0, 44);
        Create::buffer(device, MIB).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        assert_eq!(reclaimed_one(gpu, device, queue, first), DISCARDED);
        assert_holds(gpu, device, first, 0);
    });
}
