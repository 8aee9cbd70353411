// SPDX-License-Identifier: MIT OR Apache-2.0

//! `ddi/answer.rs`: the answers of a miniport that keep the contract, and those that break it.

use super::config;
use crate::ddi::answer::{check, AllocationFacts, AllocationFlags, SegmentSet, Violation};
use proptest::prelude::*;
use std::num::NonZeroU32;

const NORMAL: u32 = 0x7800_0000;

/// An answer that keeps the contract.
const GOOD: AllocationFacts = AllocationFacts {
    size: 0x1000,
    alignment: 0x1000,
    supported: SegmentSet(3),
    preferred: SegmentSet::LOCAL,
    eviction: SegmentSet::APERTURE,
    flags: AllocationFlags {
        cpu_visible: true,
        cached: false,
        history_buffer: false,
        existing_sys_mem: false,
        displayable: false,
    },
    priority: NORMAL,
};

#[track_caller]
fn violates(facts: AllocationFacts, violation: Violation) {
    assert_eq!(check(facts).err(), Some(violation), "{facts:?}");
}

#[test]
fn a_good_answer_is_believed() {
    let checked = check(GOOD).unwrap();
    assert_eq!(checked.size(), 0x1000);
    assert_eq!(checked.flags(), GOOD.flags);
    assert_eq!(checked.priority(), NORMAL);
}

/// Case 67.
#[test]
fn sizes_are_rounded_up_to_pages_and_never_0() {
    const LAST: u64 = u64::MAX - 0xFFF;
    for (size, rounded) in [
        (1, 0x1000),
        (0xFFF, 0x1000),
        (0x1000, 0x1000),
        (0x1001, 0x2000),
        (LAST - 1, LAST),
        (LAST, LAST),
    ] {
        assert_eq!(
            check(AllocationFacts { size, ..GOOD }).unwrap().size(),
            rounded
        );
    }
    for size in [0, LAST + 1, u64::MAX] {
        violates(AllocationFacts { size, ..GOOD }, Violation::Size);
    }
}

#[test]
fn alignments_are_powers_of_two() {
    for bit in 0..32 {
        let alignment = 1 << bit;
        assert!(check(AllocationFacts { alignment, ..GOOD }).is_ok());
    }
    for alignment in [0, 3, 0x1001, 0x8000_0001, u32::MAX] {
        violates(AllocationFacts { alignment, ..GOOD }, Violation::Alignment);
    }
}

/// Case 68, and sets that name a segment which the adapter has not.
#[test]
fn segments_are_those_of_the_adapter() {
    let bits = (0..8).chain((3..32).map(|bit| 1 << bit)).chain([u32::MAX]);
    let sets: Vec<u32> = bits.collect();
    for &supported in &sets {
        for &preferred in &sets {
            for &eviction in &sets {
                let facts = AllocationFacts {
                    supported: SegmentSet(supported),
                    preferred: SegmentSet(preferred),
                    eviction: SegmentSet(eviction),
                    ..GOOD
                };
                let good = (1..=3).contains(&supported)
                    && preferred & !supported == 0
                    && (eviction == 0 || eviction == 2);
                if good {
                    assert!(check(facts).is_ok(), "{facts:?}");
                } else {
                    violates(facts, Violation::Segments);
                }
            }
        }
    }
}

/// Case 71.
#[test]
fn priority_0_is_no_priority() {
    violates(
        AllocationFacts {
            priority: 0,
            ..GOOD
        },
        Violation::Priority,
    );
    for priority in [1, 0x2800_0000, 0xC800_0000, u32::MAX] {
        let checked = check(AllocationFacts { priority, ..GOOD }).unwrap();
        assert_eq!(checked.priority(), priority);
    }
}

/// All 32 combinations: cached and history buffer need `cpu_visible`; a history buffer is not made
/// of the caller's memory, nor is it displayable.
#[test]
fn flags_go_together() {
    // Bits: displayable 16, cpu_visible 8, history_buffer 4, cached 2, existing_sys_mem 1.
    let accepted = [
        0b0_0000, 0b0_0001, 0b0_1000, 0b0_1001, 0b0_1010, 0b0_1011, 0b0_1100, 0b0_1110, //
        0b1_0000, 0b1_0001, 0b1_1000, 0b1_1001, 0b1_1010, 0b1_1011,
    ];
    for bits in 0..32 {
        let flags = AllocationFlags {
            cpu_visible: bits & 8 != 0,
            history_buffer: bits & 4 != 0,
            cached: bits & 2 != 0,
            existing_sys_mem: bits & 1 != 0,
            displayable: bits & 16 != 0,
        };
        let facts = AllocationFacts { flags, ..GOOD };
        if accepted.contains(&bits) {
            assert_eq!(check(facts).unwrap().flags(), flags);
        } else {
            violates(facts, Violation::Flags);
        }
    }
}

/// Case 84.
#[test]
fn the_user_mode_drivers_priority_replaces_the_miniports() {
    let one = NonZeroU32::new(1).unwrap();
    let checked = check(AllocationFacts { size: 5, ..GOOD })
        .unwrap()
        .with_priority(one);
    assert_eq!(checked.priority(), 1);
    assert_eq!(checked.size(), 0x1000);
    assert_eq!(checked.flags(), GOOD.flags);
}

fn facts() -> impl Strategy<Value = AllocationFacts> {
    let size = prop_oneof![0u64..0x3000, any::<u64>(), (u64::MAX - 0x2000)..];
    let alignment = prop_oneof![(0u32..32).prop_map(|bit| 1 << bit), any::<u32>()];
    let set = || prop_oneof![4 => 0u32..4, 1 => any::<u32>()].prop_map(SegmentSet);
    let flags = any::<[bool; 5]>().prop_map(|[a, b, c, d, e]| AllocationFlags {
        cpu_visible: a,
        cached: b,
        history_buffer: c,
        existing_sys_mem: d,
        displayable: e,
    });
    let priority = prop_oneof![Just(0), any::<u32>()];
    (size, alignment, set(), set(), set(), flags, priority).prop_map(
        |(size, alignment, supported, preferred, eviction, flags, priority)| AllocationFacts {
            size,
            alignment,
            supported,
            preferred,
            eviction,
            flags,
            priority,
        },
    )
}

proptest! {
    #![proptest_config(config(2048))]

    #[test]
    fn what_is_believed_keeps_the_contract(facts in facts()) {
        let Ok(checked) = check(facts) else { return Ok(()) };
        prop_assert!(checked.size() != 0 && checked.size() % 4096 == 0);
        prop_assert!(checked.size() >= facts.size && checked.size() - facts.size < 4096);
        prop_assert_eq!(checked.flags(), facts.flags);
        prop_assert_eq!(checked.priority(), facts.priority);
        prop_assert_ne!(checked.priority(), 0);
        prop_assert_eq!(facts.alignment.count_ones(), 1);
        prop_assert_eq!(facts.preferred.0 & !facts.supported.0, 0);
    }
}
