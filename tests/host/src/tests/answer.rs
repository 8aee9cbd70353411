// SPDX-License-Identifier: MIT OR Apache-2.0

//! `ddi/answer.rs`: the answers of a miniport that keep the contract, and those that break it.

mod flags;
mod standard;

use super::config;
use crate::{
    ddi::answer::{
        check, AllocationFacts, AllocationFlags, CallerMemory, CheckedFacts, Requested, SegmentSet,
        SegmentTraits, Violation,
    },
    status::NtStatus,
};
use proptest::prelude::*;
use std::num::NonZeroU32;

const NORMAL: u32 = 0x7800_0000;

// DXGK_ALLOCATIONINFOFLAGS.
const CPU_VISIBLE: u32 = 0x1;
const PERMANENT: u32 = 0x2;
const CACHED: u32 = 0x4;
const PROTECTED: u32 = 0x8;
const EXISTING: u32 = 0x10;
const EXISTING_KERNEL: u32 = 0x20;
const ALTERNATE_VA: u32 = 0x400;
const MAP_APERTURE: u32 = 0x2000;
const HISTORY: u32 = 0x4000;
const PHYSICALLY: u32 = 0x8000;
const NOTIFICATION: u32 = 0x1_0000;

/// An answer that keeps the contract.
const GOOD: AllocationFacts = AllocationFacts {
    size: 0x1000,
    alignment: 0x1000,
    pitch_aligned_size: 0,
    supported: SegmentSet(3),
    preferred: [1, 2, 0, 0, 0],
    eviction: SegmentSet::APERTURE,
    flags: AllocationFlags::CPU_VISIBLE,
    displayable: false,
    priority: NORMAL,
    physical_adapter: 0,
};

/// What it is about.
const REQUESTED: Requested = Requested {
    traits: SegmentTraits::SYSTEM,
    memory: CallerMemory::None,
    primary: false,
};
const PRIMARY: Requested = Requested {
    primary: true,
    ..REQUESTED
};

fn ask(facts: AllocationFacts) -> Result<CheckedFacts, Violation> {
    check(facts, &REQUESTED)
}

#[track_caller]
fn violates(facts: AllocationFacts, violation: Violation) {
    assert_eq!(ask(facts).err(), Some(violation), "{facts:?}");
}

#[test]
fn a_good_answer_is_believed() {
    let checked = ask(GOOD).unwrap();
    assert_eq!(checked.size(), 0x1000);
    assert_eq!(checked.flags(), GOOD.flags);
    assert_eq!(checked.priority().get(), NORMAL);
    assert!(checked.in_local());
    assert!(check(GOOD, &PRIMARY).is_ok());
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
            ask(AllocationFacts { size, ..GOOD }).unwrap().size(),
            rounded
        );
    }
    for size in [0, LAST + 1, u64::MAX] {
        violates(AllocationFacts { size, ..GOOD }, Violation::Size);
    }
}

/// Memory that the caller has not said to be there must not be pinned.
#[test]
fn memory_is_as_large_as_the_miniport_was_told() {
    let [heap, dma_buf] =
        [CallerMemory::Heap(0x3000), CallerMemory::DmaBuf(0x3000)].map(|memory| Requested {
            memory,
            ..REQUESTED
        });
    for (size, good) in [
        (0x2000, false),
        (0x2001, true),
        (0x3000, true),
        (0x3001, false),
        (0x4000, false),
    ] {
        for requested in [heap, dma_buf] {
            let error = check(AllocationFacts { size, ..GOOD }, &requested).err();
            assert_eq!(error, (!good).then_some(Violation::MemorySize), "{size:#x}");
        }
    }
}

#[test]
fn alignments_are_powers_of_two() {
    for bit in 0..32 {
        let alignment = 1 << bit;
        assert!(ask(AllocationFacts { alignment, ..GOOD }).is_ok());
    }
    for alignment in [0, 3, 0x1001, 0x8000_0001, u32::MAX] {
        violates(AllocationFacts { alignment, ..GOOD }, Violation::Alignment);
    }
}

#[test]
fn aligned_pitches_take_no_less() {
    let aligned = |pitch_aligned_size| AllocationFacts {
        pitch_aligned_size,
        ..GOOD
    };
    for bytes in [0, 0x1000, 0x1001, u64::MAX] {
        assert!(ask(aligned(bytes)).is_ok());
    }
    for bytes in [1, 0xFFF] {
        violates(aligned(bytes), Violation::PitchAlignedSize);
    }
}

#[test]
fn there_is_one_physical_adapter() {
    for physical_adapter in [1, 2, u32::MAX] {
        let facts = AllocationFacts {
            physical_adapter,
            ..GOOD
        };
        violates(facts, Violation::PhysicalAdapter);
    }
}

/// Sets that name a segment which the adapter has not, or none, and evictions to no aperture.
#[test]
fn segments_are_those_of_the_adapter() {
    let bits = (0..8).chain((3..32).map(|bit| 1 << bit)).chain([u32::MAX]);
    let sets: Vec<u32> = bits.collect();
    for &supported in &sets {
        for &eviction in &sets {
            let facts = AllocationFacts {
                supported: SegmentSet(supported),
                preferred: [0; 5],
                eviction: SegmentSet(eviction),
                ..GOOD
            };
            match (supported, eviction) {
                (1..=3, 0 | 2) => assert!(ask(facts).is_ok(), "{facts:?}"),
                (1..=3, _) => violates(facts, Violation::EvictionSegment),
                _ => violates(facts, Violation::Segments),
            }
        }
    }
}

/// Case 68; the first one preferred counts, else the first one supported.
#[test]
fn preferred_segments_are_supported() {
    let prefer = |supported, preferred| {
        ask(AllocationFacts {
            supported: SegmentSet(supported),
            preferred,
            ..GOOD
        })
        .map(|checked| checked.in_local())
    };
    for (supported, preferred, in_local) in [
        (1, [0; 5], true),
        (2, [0; 5], false),
        (3, [0; 5], true),
        (3, [1, 2, 0, 0, 0], true),
        (3, [2, 1, 0, 0, 0], false),
        (3, [0, 0, 0, 0, 2], false),
        (2, [2; 5], false),
    ] {
        let answer = prefer(supported, preferred);
        assert_eq!(answer, Ok(in_local), "{supported} {preferred:?}");
    }
    for place in 0..5 {
        for (supported, segment) in (3..=255)
            .map(|segment| (3, segment))
            .chain([(1, 2), (2, 1)])
        {
            let mut preferred = [0; 5];
            preferred[place] = segment;
            let answer = prefer(supported, preferred);
            let wrong = Err(Violation::PreferredSegment);
            assert_eq!(answer, wrong, "{supported} {preferred:?}");
        }
    }
}

/// Case 71.
#[test]
fn priority_0_is_no_priority() {
    let facts = |priority| AllocationFacts { priority, ..GOOD };
    violates(facts(0), Violation::Priority);
    for priority in [1, 0x2800_0000, 0xC800_0000, u32::MAX] {
        assert_eq!(ask(facts(priority)).unwrap().priority().get(), priority);
    }
}

/// That something is a primary is the caller's word.
#[test]
fn statuses() {
    for violation in [Violation::PrimaryFlags, Violation::PrimarySegments] {
        assert_eq!(violation.status(), NtStatus::INVALID_PARAMETER);
    }
    for violation in [
        Violation::NoAnswer,
        Violation::Size,
        Violation::AlternateVa,
        Violation::StandardPitch,
    ] {
        assert_eq!(violation.status(), NtStatus::UNSUCCESSFUL);
    }
}

/// Case 84.
#[test]
fn the_user_mode_drivers_priority_replaces_the_miniports() {
    let one = NonZeroU32::new(1).unwrap();
    let checked = ask(AllocationFacts { size: 5, ..GOOD })
        .unwrap()
        .with_priority(one);
    assert_eq!(checked.priority().get(), 1);
    assert_eq!(checked.size(), 0x1000);
    assert_eq!(checked.flags(), GOOD.flags);
}

fn facts() -> impl Strategy<Value = AllocationFacts> {
    let size = prop_oneof![0u64..0x3000, any::<u64>(), (u64::MAX - 0x2000)..];
    let alignment = prop_oneof![(0u32..32).prop_map(|bit| 1 << bit), any::<u32>()];
    let set = || prop_oneof![4 => 0u32..4, 1 => any::<u32>()].prop_map(SegmentSet);
    let preferred = prop::array::uniform5(prop_oneof![4 => 0u8..3, 1 => any::<u8>()]);
    let flags = prop_oneof![4 => 0u32..0x10, 1 => any::<u32>()].prop_map(AllocationFlags);
    let priority = prop_oneof![Just(0), any::<u32>()];
    (size, alignment, set(), preferred, set(), flags, priority).prop_map(
        |(size, alignment, supported, preferred, eviction, flags, priority)| AllocationFacts {
            size,
            alignment,
            supported,
            preferred,
            eviction,
            flags,
            priority,
            ..GOOD
        },
    )
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn what_is_believed_keeps_the_contract(facts in facts(), primary: bool) {
        let Ok(checked) = check(facts, &Requested { primary, ..REQUESTED }) else { return Ok(()) };
        prop_assert!(checked.size() != 0 && checked.size() % 4096 == 0);
        prop_assert!(checked.size() >= facts.size && checked.size() - facts.size < 4096);
        prop_assert_eq!(checked.flags(), facts.flags);
        prop_assert_eq!(checked.priority().get(), facts.priority);
        prop_assert_eq!(facts.alignment.count_ones(), 1);
        let placed = if checked.in_local() { 1 } else { 2 };
        prop_assert_ne!(facts.supported.0 & placed, 0);
        prop_assert_eq!(facts.flags.0 & (EXISTING | EXISTING_KERNEL), 0);
        prop_assert!(!primary || facts.flags.0 & (PERMANENT | CACHED | PROTECTED) == 0);
    }
}
