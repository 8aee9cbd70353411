// SPDX-License-Identifier: MIT OR Apache-2.0

//! Operations of UpdateGpuVirtualAddress.

use super::{memory, refused, target, there, Space, ANYWHERE, KIB_64, PAGE};
use crate::{
    gpuva::{
        extents::UNIQUE,
        space::{Target, Translation, Wanted},
        update::Operation,
        AddressRequest, Span,
    },
    status::{NtResult, NtStatus},
};

fn span(start: u64, pages: u64) -> Span {
    Span::new(start, pages * PAGE).unwrap()
}

fn mapping(span: Span, target: &Target<usize>, offset: u64, bytes: u64) -> Operation<usize> {
    Operation::Map {
        span,
        target: target.clone(),
        offset,
        bytes,
        write: true,
        driver_protection: 0,
    }
}

/// All of them, or none.
fn update(space: &mut Space<usize>, operations: &[Operation<usize>]) -> NtResult<()> {
    let of = space.check_update(operations)?;
    for operation in operations {
        space.update(operation, of)?;
    }
    Ok(())
}

/// Cases 391, 393, 394, 399, 400.
#[test]
fn operations_map_and_unmap_in_a_zero_reservation() {
    let mut space = Space::new();
    let of = target(7, 8);
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let operations = [
        mapping(span(start, 8), &of, 2 * PAGE, 2 * PAGE),
        Operation::Unmap {
            span: span(start + PAGE, 1),
            zero: true,
        },
        Operation::Unmap {
            span: span(start + 4 * PAGE, 1),
            zero: false,
        },
    ];
    assert_eq!(update(&mut space, &operations), Ok(()));
    let page = |n: u64| space.translate(start + n * PAGE);
    // Two pages again and again.
    assert_eq!(page(0), there(7, 2 * PAGE, PAGE));
    assert_eq!(page(1), Translation::Zero { bytes: PAGE });
    assert_eq!(page(2), there(7, 2 * PAGE, 2 * PAGE));
    assert_eq!(page(3), there(7, 3 * PAGE, PAGE));
    assert_eq!(page(4), Translation::Invalid);
    assert_eq!(page(5), there(7, 3 * PAGE, PAGE));
    assert_eq!(page(6), there(7, 2 * PAGE, 2 * PAGE));
    assert_eq!(page(8), Translation::Zero { bytes: 8 * PAGE });
}

/// Cases 396, 397, 403.
#[test]
fn a_copy_is_of_what_addresses_mean() {
    let mut space = Space::new();
    let of = target(7, 8);
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let other = space.reserve(ANYWHERE, KIB_64, false).unwrap();
    let at = AddressRequest::At(other + PAGE);
    space.map(at, 2 * PAGE, &memory(&of, PAGE)).unwrap();
    space
        .map(AddressRequest::At(other + 4 * PAGE), PAGE, &Wanted::Zero)
        .unwrap();
    let copy = |source, to, pages| Operation::Copy {
        source: span(source, pages),
        to: span(to, pages),
    };
    // What faults in the source faults in the destination.
    assert_eq!(update(&mut space, &[copy(other, start, 6)]), Ok(()));
    for base in [start, other] {
        let page = |n: u64| space.translate(base + n * PAGE);
        assert_eq!(page(0), Translation::Invalid);
        assert_eq!(page(1), there(7, PAGE, 2 * PAGE));
        assert_eq!(page(2), there(7, 2 * PAGE, PAGE));
        assert_eq!(page(3), Translation::Invalid);
        assert_eq!(page(4), Translation::Zero { bytes: PAGE });
        assert_eq!(page(5), Translation::Invalid);
    }
    // Onto itself, as if it had been read before.
    for (from, to) in [(0, 1), (1, 0)] {
        let (from, to) = (start + from * PAGE, start + to * PAGE);
        assert_eq!(update(&mut space, &[copy(from, to, 5)]), Ok(()));
    }
    let page = |n: u64| space.translate(start + n * PAGE);
    assert_eq!(page(1), there(7, PAGE, 2 * PAGE));
    assert_eq!(page(3), Translation::Invalid);
    assert_eq!(page(4), Translation::Zero { bytes: PAGE });
}

/// Cases 402 to 405.
#[test]
fn destinations_are_in_one_zero_reservation() {
    let mut space = Space::new();
    let of = target(7, 8);
    let at = |n: u64| AddressRequest::At(n * KIB_64);
    space.reserve(at(1), KIB_64, true).unwrap();
    space.reserve(at(2), KIB_64, true).unwrap();
    space.reserve(at(3), KIB_64, false).unwrap();
    space.reserve(at(4), KIB_64, false).unwrap();
    space.map(at(6), 8 * PAGE, &memory(&of, 0)).unwrap();
    let to = |start, pages| mapping(span(start, pages), &of, 0, pages * PAGE);
    let (first, second) = (to(KIB_64, 1), to(2 * KIB_64, 1));
    for operations in [
        &[first.clone(), second.clone()][..],
        &[to(2 * KIB_64 - PAGE, 2)],
        &[to(3 * KIB_64, 1)],
        &[to(6 * KIB_64, 1)],
        &[to(9 * KIB_64, 1)],
        &[first.clone(), to(9 * KIB_64, 1)],
    ] {
        refused(update(&mut space, operations));
        let bytes = KIB_64;
        assert_eq!(space.translate(KIB_64), Translation::Zero { bytes });
    }
    let copy = |source| Operation::Copy {
        source: span(source, 1),
        to: span(KIB_64 + PAGE, 1),
    };
    let from = |n: u64| copy(n * KIB_64);
    refused(update(&mut space, &[from(3), from(4)]));
    refused(update(&mut space, &[from(6)]));
    refused(update(&mut space, &[from(9)]));
    assert_eq!(update(&mut space, &[from(3), from(3), first]), Ok(()));
    assert_eq!(
        update(&mut space, &[from(2), second.clone()]).err(),
        Some(NtStatus::INVALID_PARAMETER)
    );
    assert_eq!(update(&mut space, &[second]), Ok(()));
}

/// Cases 340, 356, 357 of operations.
#[test]
fn a_mapping_by_an_operation_is_checked_as_others_are() {
    let mut space = Space::new();
    let of = target(7, 8);
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    refused(space.check_update(&[mapping(span(start, 8), &of, PAGE, 8 * PAGE)]));
    let read_only = Target {
        writable: false,
        ..of.clone()
    };
    let operation = mapping(span(start, 8), &read_only, 0, 8 * PAGE);
    let denied = space.check_update(&[operation]);
    assert_eq!(denied.err(), Some(NtStatus::ACCESS_DENIED));

    // Another one comes between the check and the update: nothing is mapped.
    let operation = mapping(span(start, 1), &of, 0, PAGE);
    let checked = space
        .check_update(std::slice::from_ref(&operation))
        .unwrap();
    let unique = Wanted::Memory {
        target: &of,
        offset: 0,
        write: true,
        driver_protection: UNIQUE,
    };
    space.map(ANYWHERE, PAGE, &unique).unwrap();
    assert!(space.update(&operation, checked).is_ok());
    let bytes = KIB_64;
    assert_eq!(space.translate(start), Translation::Zero { bytes });
}

/// Case 357, of bytes that are mapped again and again: those behind a hole begin in their middle.
#[test]
fn bytes_that_are_repeated_are_found() {
    let mut space = Space::new();
    let of = target(7, 8);
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let operation = Operation::Map {
        span: span(start, 6),
        target: of.clone(),
        offset: PAGE,
        bytes: 3 * PAGE,
        write: true,
        driver_protection: UNIQUE,
    };
    assert_eq!(update(&mut space, &[operation]), Ok(()));
    space.free(start, 4 * PAGE).unwrap();
    // Two pages are left: the second and the third of the three.
    let wanted = |page| Wanted::Memory {
        target: &of,
        offset: page * PAGE,
        write: true,
        driver_protection: 0,
    };
    for (page, is_free) in [(0, true), (1, true), (2, false), (3, false), (4, true)] {
        let result = space.map(ANYWHERE, PAGE, &wanted(page));
        assert_eq!(result.is_ok(), is_free, "page {page}");
    }
    // Three of them, from the second on, are all.
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let of = target(8, 8);
    let operation = Operation::Map {
        span: span(start, 6),
        target: of.clone(),
        offset: PAGE,
        bytes: 3 * PAGE,
        write: true,
        driver_protection: UNIQUE,
    };
    assert_eq!(update(&mut space, &[operation]), Ok(()));
    space.free(start, PAGE).unwrap();
    space.free(start + 4 * PAGE, 2 * PAGE).unwrap();
    let wanted = |page| Wanted::Memory {
        target: &of,
        offset: page * PAGE,
        write: true,
        driver_protection: 0,
    };
    for (page, is_free) in [(0, true), (1, false), (2, false), (3, false), (4, true)] {
        let result = space.map(ANYWHERE, PAGE, &wanted(page));
        assert_eq!(result.is_ok(), is_free, "page {page}");
    }
}

/// Case 412, also if another reservation is there now.
#[test]
fn what_was_freed_meanwhile_is_left_alone() {
    let mut space = Space::new();
    let of = target(7, 8);
    let start = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let source = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let operations = [
        mapping(span(start, 1), &of, 0, PAGE),
        Operation::Copy {
            source: span(source, 1),
            to: span(start + PAGE, 1),
        },
    ];
    let checked = space.check_update(&operations).unwrap();
    space.free(start, KIB_64).unwrap();
    for again in [false, true] {
        if again {
            let at = AddressRequest::At(start);
            assert_eq!(space.reserve(at, KIB_64, true), Ok(start));
        }
        for operation in &operations {
            assert!(space.update(operation, checked).is_ok());
        }
        let expected = match again {
            true => Translation::Zero { bytes: KIB_64 },
            false => Translation::Invalid,
        };
        assert_eq!(space.translate(start), expected);
    }
    // The source alone.
    let checked = space.check_update(&operations).unwrap();
    space.free(source, PAGE).unwrap();
    for operation in &operations {
        assert!(space.update(operation, checked).is_ok());
    }
    assert_eq!(space.translate(start), there(7, 0, PAGE));
}
