// SPDX-License-Identifier: MIT OR Apache-2.0

//! Flags of an allocation: what they mean, what they need, what they exclude.

use super::*;

fn flagged(flags: u32) -> AllocationFacts {
    AllocationFacts {
        flags: AllocationFlags(flags),
        ..GOOD
    }
}

#[track_caller]
fn flags_violate(requested: &Requested, flags: u32, violation: Violation) {
    let error = check(flagged(flags), requested).err();
    assert_eq!(error, Some(violation), "{flags:#x}");
}

#[track_caller]
fn flags_are_good(requested: &Requested, flags: u32) {
    let checked = check(flagged(flags), requested).unwrap();
    assert_eq!(checked.flags(), AllocationFlags(flags));
}

#[test]
fn flags_without_a_meaning() {
    for bit in [11, 12].into_iter().chain(19..32) {
        let flags = CPU_VISIBLE | (1 << bit);
        flags_violate(&REQUESTED, flags, Violation::ReservedFlags);
        flags_violate(&PRIMARY, flags, Violation::ReservedFlags);
    }
    // The others say nothing that can be wrong by itself.
    for bit in [0, 3, 6, 7, 8, 9, 15, 17, 18] {
        flags_are_good(&REQUESTED, 1 << bit);
    }
}

#[test]
fn what_needs_cpu_visible() {
    for flag in [PERMANENT, CACHED] {
        flags_are_good(&REQUESTED, CPU_VISIBLE | flag);
    }
    for flag in [PERMANENT, CACHED, HISTORY, CACHED | HISTORY] {
        flags_violate(&REQUESTED, flag, Violation::NotCpuVisible);
    }
}

#[test]
fn history_buffers_are_nothing_else() {
    let buffer = CPU_VISIBLE | HISTORY;
    flags_are_good(&REQUESTED, buffer | CACHED);
    flags_violate(&REQUESTED, buffer, Violation::HistoryBuffer);
    let incoherent = Requested {
        traits: SegmentTraits {
            cache_coherent: false,
            ..REQUESTED.traits
        },
        ..REQUESTED
    };
    flags_are_good(&incoherent, buffer | CACHED);
    flags_are_good(&incoherent, buffer);
    for bit in [1, 3, 4, 5, 6, 7, 8, 9, 10, 13, 15, 16, 17, 18] {
        flags_violate(
            &REQUESTED,
            buffer | CACHED | (1 << bit),
            Violation::HistoryBuffer,
        );
    }
    let displayable = AllocationFacts {
        displayable: true,
        ..flagged(buffer | CACHED)
    };
    violates(displayable, Violation::HistoryBuffer);
}

/// Whoever asks for it is told of it, and it goes with everything but history buffers.
#[test]
fn what_can_be_scanned_out() {
    for displayable in [false, true] {
        let facts = |flags| AllocationFacts {
            displayable,
            ..flagged(flags)
        };
        for flags in [0, CPU_VISIBLE, CPU_VISIBLE | CACHED] {
            assert_eq!(ask(facts(flags)).unwrap().displayable(), displayable);
        }
        assert!(check(facts(CPU_VISIBLE), &PRIMARY).is_ok());
    }
}

#[test]
fn flags_that_exclude_each_other() {
    let preallocated = Requested {
        memory: CallerMemory::Preallocated,
        ..REQUESTED
    };
    let four = [PROTECTED, PERMANENT, EXISTING, EXISTING_KERNEL];
    for one in four {
        for other in four.into_iter().filter(|&other| other != one) {
            let flags = CPU_VISIBLE | one | other;
            flags_violate(&preallocated, flags, Violation::ExclusiveFlags);
        }
    }
}

#[test]
fn existing_memory_is_there() {
    for memory in [CallerMemory::Preallocated, CallerMemory::Heap(0x1000)] {
        let requested = Requested {
            memory,
            ..REQUESTED
        };
        flags_are_good(&requested, CPU_VISIBLE | EXISTING);
        flags_are_good(&requested, CPU_VISIBLE);
        flags_violate(&requested, EXISTING_KERNEL, Violation::ExistingMemory);
    }
    flags_violate(&REQUESTED, EXISTING, Violation::ExistingMemory);
    flags_violate(&REQUESTED, EXISTING_KERNEL, Violation::ExistingMemory);
}

#[test]
fn residency_notifications_are_for_physical_access() {
    flags_are_good(&REQUESTED, NOTIFICATION | PHYSICALLY);
    flags_violate(&REQUESTED, NOTIFICATION, Violation::ResidencyNotification);
}

/// Case 69.
#[test]
fn alternate_addresses_are_for_primaries() {
    flags_are_good(&PRIMARY, CPU_VISIBLE | ALTERNATE_VA);
    let flags = CPU_VISIBLE | ALTERNATE_VA;
    flags_violate(&REQUESTED, flags, Violation::AlternateVa);
}

/// Case 70.
#[test]
fn an_aperture_that_is_mapped_needs_the_capability() {
    let able = Requested {
        traits: SegmentTraits {
            map_aperture2: true,
            ..REQUESTED.traits
        },
        ..REQUESTED
    };
    flags_are_good(&able, MAP_APERTURE);
    flags_violate(&REQUESTED, MAP_APERTURE, Violation::MapAperture);
}

#[test]
fn primaries() {
    let preallocated = Requested {
        memory: CallerMemory::Preallocated,
        ..PRIMARY
    };
    for flag in [PERMANENT, CACHED, PROTECTED, EXISTING, CACHED | HISTORY] {
        let flags = CPU_VISIBLE | flag;
        flags_violate(&preallocated, flags, Violation::PrimaryFlags);
    }
    let unseen = |cpu_visible| Requested {
        traits: SegmentTraits {
            cpu_visible: SegmentSet(cpu_visible),
            ..PRIMARY.traits
        },
        ..PRIMARY
    };
    for (supported, visible, good) in [
        (1, 1, true),
        (2, 2, true),
        (3, 3, true),
        (1, 2, false),
        (2, 1, false),
        (3, 1, false),
        (3, 2, false),
        (1, 0, false),
    ] {
        let facts = AllocationFacts {
            supported: SegmentSet(supported),
            preferred: [0; 5],
            ..GOOD
        };
        let error = check(facts, &unseen(visible)).err();
        let wrong = (!good).then_some(Violation::PrimarySegments);
        assert_eq!(error, wrong, "{supported} {visible}");
        // It matters for primaries alone.
        let other = Requested {
            primary: false,
            ..unseen(visible)
        };
        assert!(check(facts, &other).is_ok());
    }
}
