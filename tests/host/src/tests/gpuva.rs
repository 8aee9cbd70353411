// SPDX-License-Identifier: MIT OR Apache-2.0

//! `gpuva/`: address spaces, case by case.

mod model;
mod update;

use super::refused;
use crate::{
    gpuva::{
        extents::{Key, Removed, CHECKED_MOST, UNIQUE},
        space::{self, Spare, Target, Translation, Wanted},
        update::{Operation, Reservations},
        AddressRequest, Span, Step, END, LOWEST, MOST,
    },
    status::{NtResult, NtStatus},
};

const KIB_64: u64 = 0x1_0000;
const PAGE: u64 = 0x1000;
const ANYWHERE: AddressRequest = AddressRequest::Between { from: 0, to: END };

/// A space whose changes are made to their end, as `GpuSpace` makes them.
struct Space<T> {
    space: space::Space<T>,
    /// The steps of the last change.
    steps: usize,
}

impl<T: Clone> Space<T> {
    fn new() -> Self {
        Self {
            space: space::Space::new(),
            steps: 0,
        }
    }

    fn in_steps<R>(
        &mut self,
        mut step: impl FnMut(&mut space::Space<T>, &mut Removed<T>) -> NtResult<Step<R>>,
    ) -> NtResult<R> {
        self.steps = 0;
        loop {
            self.steps += 1;
            if let Step::Done(result) = step(&mut self.space, &mut Removed::new())? {
                return Ok(result);
            }
        }
    }

    fn reserve(&mut self, at: AddressRequest, bytes: u64, zero: bool) -> NtResult<u64> {
        let mut spare = Spare::new()?;
        self.in_steps(|space, _| space.reserve(at, bytes, zero, &mut spare))
    }

    fn map(&mut self, at: AddressRequest, bytes: u64, wanted: &Wanted<'_, T>) -> NtResult<u64> {
        let mut spare = Spare::new()?;
        self.in_steps(|space, removed| space.map(at, bytes, wanted, &mut spare, removed))
    }

    fn free(&mut self, start: u64, bytes: u64) -> NtResult<()> {
        let span = Span::new(start, bytes).ok_or(NtStatus::INVALID_PARAMETER)?;
        let mut spare = Spare::new()?;
        self.in_steps(|space, removed| space.free(span, &mut spare, removed))
    }

    fn forget(&mut self, key: Key) {
        self.steps = 0;
        while self.space.forget(key).is_some() {
            self.steps += 1;
        }
    }

    fn map_fence(&mut self, page: &Target<T>) -> NtResult<u64> {
        let mut spare = Spare::new()?;
        self.in_steps(|space, _| space.map_fence(page, &mut spare))
    }

    fn unmap_fence(&mut self, address: u64) {
        drop(self.space.unmap_fence(address));
    }

    fn translate(&self, address: u64) -> Translation<T> {
        self.space.translate(address)
    }

    fn check_update(&self, operations: &[Operation<T>]) -> NtResult<Reservations> {
        let mut of = Reservations::default();
        for operation in operations {
            self.space.check_update(operation, &mut of)?;
        }
        Ok(of)
    }

    fn update(&mut self, operation: &Operation<T>, of: Reservations) -> NtResult<()> {
        let mut done = 0;
        self.in_steps(|space, removed| {
            space.update(operation, of, &mut done, &mut Spare::new()?, removed)
        })
    }
}

/// Memory that is called by its key.
fn target(key: usize, pages: u64) -> Target<usize> {
    Target {
        item: key,
        key,
        bytes: pages * PAGE,
        writable: true,
    }
}

fn memory(target: &Target<usize>, offset: u64) -> Wanted<'_, usize> {
    Wanted::Memory {
        target,
        offset,
        write: true,
        driver_protection: 0,
    }
}

#[track_caller]
fn no_memory<T>(result: NtResult<T>) {
    assert_eq!(result.err(), Some(NtStatus::NO_MEMORY));
}

fn there(item: usize, offset: u64, bytes: u64) -> Translation<usize> {
    Translation::Memory {
        item,
        offset,
        bytes,
        writable: true,
    }
}

/// Cases 435, 310.
#[test]
fn at_first_every_address_faults() {
    let space = Space::<usize>::new();
    for address in [0, 1, LOWEST, END - 1, END, u64::MAX] {
        assert_eq!(space.translate(address), Translation::Invalid);
    }
}

/// Cases 305, 306, 307, 310.
#[test]
fn reservations_do_not_meet() {
    let mut space = Space::<usize>::new();
    assert_eq!(space.reserve(ANYWHERE, KIB_64, false), Ok(LOWEST));
    let at = |n| AddressRequest::At(n * KIB_64);
    refused(space.reserve(at(1), KIB_64, false));
    assert_eq!(space.reserve(at(4), 4 * KIB_64, false), Ok(4 * KIB_64));
    for (start, length) in [(3, 2), (4, 1), (7, 1), (7, 2), (3, 9)] {
        refused(space.reserve(at(start), length * KIB_64, false));
    }
    let between = |from: u64, to: u64| AddressRequest::Between {
        from: from * KIB_64,
        to: to * KIB_64,
    };
    // From 2 to 4 is free, and from 8 on.
    no_memory(space.reserve(between(2, 4), 3 * KIB_64, false));
    no_memory(space.reserve(between(3, 8), 2 * KIB_64, false));
    no_memory(space.reserve(between(9, 8), KIB_64, false));
    assert_eq!(
        space.reserve(between(3, 10), 2 * KIB_64, false),
        Ok(8 * KIB_64)
    );
    assert_eq!(
        space.reserve(between(1, 4), 2 * KIB_64, false),
        Ok(2 * KIB_64)
    );
    no_memory(space.reserve(between(1, 10), KIB_64, false));
    no_memory(space.reserve(ANYWHERE, END, false));
}

/// Cases 316, 317, 430.
#[test]
fn a_reservation_reads_zero_or_faults() {
    let mut space = Space::<usize>::new();
    let faults = space.reserve(ANYWHERE, KIB_64, false).unwrap();
    let zero = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    assert_eq!(space.translate(faults), Translation::Invalid);
    let bytes = KIB_64 - 5;
    assert_eq!(space.translate(zero + 5), Translation::Zero { bytes });
    assert_eq!(space.translate(zero - 1), Translation::Invalid);
    assert_eq!(space.translate(zero + KIB_64), Translation::Invalid);
}

/// Cases 330, 340, 356, 358.
#[test]
fn memory_is_mapped_where_there_is_room() {
    let mut space = Space::new();
    let of = target(7, 4);
    let first = space.map(ANYWHERE, 4 * PAGE, &memory(&of, 0)).unwrap();
    let second = space
        .map(ANYWHERE, 2 * PAGE, &memory(&of, 2 * PAGE))
        .unwrap();
    assert_ne!(first, second);
    assert_eq!(space.translate(first + 5), there(7, 5, 4 * PAGE - 5));
    assert_eq!(space.translate(second), there(7, 2 * PAGE, 2 * PAGE));
    assert_eq!(
        space.translate(second + PAGE + 1),
        there(7, 3 * PAGE + 1, PAGE - 1)
    );
    let (from, to) = (40 * KIB_64 + PAGE, 40 * KIB_64 + 4 * PAGE);
    let between = AddressRequest::Between { from, to };
    no_memory(space.map(between, 4 * PAGE, &memory(&of, 0)));
    assert_eq!(space.map(between, 3 * PAGE, &memory(&of, 0)), Ok(from));
    for (offset, bytes) in [
        (0, 5 * PAGE),
        (PAGE, 4 * PAGE),
        (4 * PAGE, PAGE),
        (u64::MAX - 0xfff, PAGE),
    ] {
        refused(space.map(ANYWHERE, bytes, &memory(&of, offset)));
    }
}

/// What is as large as a large page is where one can be.
#[test]
fn what_is_large_is_aligned() {
    let mut space = Space::new();
    let of = target(7, 64);
    space.map(ANYWHERE, PAGE, &memory(&of, 0)).unwrap();
    let address = space.map(ANYWHERE, KIB_64, &memory(&of, 0)).unwrap();
    assert_eq!(address % KIB_64, 0);
    let address = space.map(ANYWHERE, PAGE, &memory(&of, 0)).unwrap();
    assert_ne!(address % KIB_64, PAGE);
}

/// Case 356, and 429 in what a translation says.
#[test]
fn what_is_read_only_is_not_mapped_for_writing() {
    let mut space = Space::new();
    let of = Target {
        writable: false,
        ..target(7, 1)
    };
    let wanted = |write| Wanted::Memory {
        target: &of,
        offset: 0,
        write,
        driver_protection: 0,
    };
    let denied = space.map(ANYWHERE, PAGE, &wanted(true));
    assert_eq!(denied, Err(NtStatus::ACCESS_DENIED));
    let address = space.map(ANYWHERE, PAGE, &wanted(false)).unwrap();
    let expected = Translation::Memory {
        item: 7,
        offset: 0,
        bytes: PAGE,
        writable: false,
    };
    assert_eq!(space.translate(address), expected);
}

/// Cases 343 to 349.
#[test]
fn what_is_there_says_what_can_be_mapped() {
    let mut space = Space::new();
    let of = target(7, 64);
    let reserved = 16 * KIB_64;
    let at = |page: u64| AddressRequest::At(16 * KIB_64 + page * PAGE);
    space.reserve(at(0), KIB_64, true).unwrap();
    space.reserve(at(16), KIB_64, false).unwrap();
    let memory = memory(&of, 0);

    // Inside a reservation.
    assert_eq!(space.map(at(2), 4 * PAGE, &memory), Ok(reserved + 2 * PAGE));
    assert_eq!(
        space.map(at(3), PAGE, &Wanted::NoAccess),
        Ok(reserved + 3 * PAGE)
    );
    assert_eq!(
        space.map(at(4), PAGE, &Wanted::Zero),
        Ok(reserved + 4 * PAGE)
    );
    let means = |space: &Space<usize>, page: u64| space.translate(reserved + page * PAGE);
    assert_eq!(means(&space, 0), Translation::Zero { bytes: 2 * PAGE });
    assert_eq!(means(&space, 2), there(7, 0, PAGE));
    assert_eq!(means(&space, 3), Translation::Invalid);
    assert_eq!(means(&space, 4), Translation::Zero { bytes: PAGE });
    assert_eq!(means(&space, 5), there(7, 3 * PAGE, PAGE));
    assert_eq!(means(&space, 6), Translation::Zero { bytes: 10 * PAGE });
    // Across two of them, or across the border of one (case 346).
    refused(space.map(at(15), 2 * PAGE, &memory));
    refused(space.map(at(31), 2 * PAGE, &memory));
    refused(space.map(AddressRequest::At(reserved - PAGE), 2 * PAGE, &memory));

    // Inside what Map gave out.
    let given = space.map(ANYWHERE, 8 * PAGE, &memory).unwrap();
    let inside = AddressRequest::At(given + PAGE);
    let other = target(8, 64);
    let replaced = Wanted::Memory {
        target: &other,
        offset: 9 * PAGE,
        write: true,
        driver_protection: 0,
    };
    assert_eq!(space.map(inside, PAGE, &replaced), Ok(given + PAGE));
    assert_eq!(space.translate(given), there(7, 0, PAGE));
    assert_eq!(space.translate(given + PAGE), there(8, 9 * PAGE, PAGE));
    assert_eq!(
        space.translate(given + 2 * PAGE),
        there(7, 2 * PAGE, 6 * PAGE)
    );
    refused(space.map(inside, PAGE, &Wanted::Zero));
    refused(space.map(inside, PAGE, &Wanted::NoAccess));
    refused(space.map(inside, 8 * PAGE, &memory));

    // Where nothing is (case 349).
    let free = AddressRequest::At(100 * KIB_64);
    assert_eq!(space.map(free, 2 * PAGE, &Wanted::Zero), Ok(100 * KIB_64));
    assert_eq!(
        space.translate(100 * KIB_64),
        Translation::Zero { bytes: 2 * PAGE }
    );
    refused(space.map(free, 2 * PAGE, &Wanted::Zero));
    let none = space.map(ANYWHERE, PAGE, &Wanted::NoAccess).unwrap();
    assert_eq!(space.translate(none), Translation::Invalid);
    refused(space.reserve(AddressRequest::At(none & !(KIB_64 - 1)), KIB_64, false));
}

/// Case 357.
#[test]
fn a_unique_driver_protection_is_that_of_the_bytes() {
    let mut space = Space::new();
    let of = target(7, 8);
    let at = |page: u64| AddressRequest::At(LOWEST + page * PAGE);
    let wanted = |offset, driver_protection| Wanted::Memory {
        target: &of,
        offset,
        write: true,
        driver_protection,
    };
    space.map(at(0), 4 * PAGE, &wanted(0, UNIQUE | 1)).unwrap();
    space
        .map(at(10), 4 * PAGE, &wanted(PAGE, UNIQUE | 1))
        .unwrap();
    for protection in [0, 1, UNIQUE, UNIQUE | 2] {
        refused(space.map(at(20), 2 * PAGE, &wanted(4 * PAGE, protection)));
        // Other bytes of it.
        let result = space.map(at(30), 3 * PAGE, &wanted(5 * PAGE, protection));
        assert_eq!(result, Ok(LOWEST + 30 * PAGE));
        space.free(LOWEST + 30 * PAGE, 3 * PAGE).unwrap();
    }
    // Not even in its own place.
    refused(space.map(at(0), 4 * PAGE, &wanted(0, UNIQUE | 2)));
    // Without the bit, they may differ.
    let other = target(8, 8);
    for (page, driver_protection) in [(40, 1), (50, 2)] {
        let wanted = Wanted::Memory {
            target: &other,
            offset: 0,
            write: true,
            driver_protection,
        };
        space.map(at(page), PAGE, &wanted).unwrap();
    }
    space.free(LOWEST, 4 * PAGE).unwrap();
    space.free(LOWEST + 10 * PAGE, 4 * PAGE).unwrap();
    assert!(space.map(at(0), 4 * PAGE, &wanted(0, UNIQUE | 2)).is_ok());
}

/// Cases 362, 363.
#[test]
fn what_is_destroyed_is_mapped_no_more() {
    let mut space = Space::new();
    let of = target(7, 8);
    let other = target(8, 8);
    let zero = space.reserve(ANYWHERE, KIB_64, true).unwrap();
    let faults = space.reserve(ANYWHERE, KIB_64, false).unwrap();
    for address in [zero, faults] {
        space
            .map(AddressRequest::At(address), PAGE, &memory(&of, 0))
            .unwrap();
    }
    let alone = space.map(ANYWHERE, 4 * PAGE, &memory(&of, 0)).unwrap();
    let mixed = space.map(ANYWHERE, 4 * PAGE, &memory(&of, 0)).unwrap();
    let inside = AddressRequest::At(mixed + PAGE);
    space.map(inside, PAGE, &memory(&other, 0)).unwrap();

    space.forget(7);
    assert_eq!(space.translate(zero), Translation::Zero { bytes: KIB_64 });
    for address in [faults, alone, mixed, mixed + 2 * PAGE] {
        assert_eq!(space.translate(address), Translation::Invalid);
    }
    assert_eq!(space.translate(mixed + PAGE), there(8, 0, PAGE));
    // The reservations and what still has something in it are there, the other one is free.
    refused(space.reserve(AddressRequest::At(faults), KIB_64, false));
    refused(space.free(alone, 4 * PAGE));
    assert_eq!(
        space.map(AddressRequest::At(mixed), 4 * PAGE, &memory(&other, 0)),
        Ok(mixed)
    );
    space.forget(8);
    refused(space.free(mixed, 4 * PAGE));
    assert_eq!(space.free(faults, KIB_64), Ok(()));
}

/// More than is taken out at once.
#[test]
fn what_is_mapped_often_is_forgotten_in_parts() {
    let mut space = Space::new();
    let of = target(7, 1);
    for _ in 0..1000 {
        space.map(ANYWHERE, PAGE, &memory(&of, 0)).unwrap();
    }
    space.forget(7);
    assert_eq!(space.steps, 4);
    assert_eq!(
        space.reserve(AddressRequest::At(LOWEST), END - LOWEST, false),
        Ok(LOWEST)
    );
}

/// Cases 375 to 381, 384.
#[test]
fn what_is_free_is_of_one_range() {
    let mut space = Space::new();
    let of = target(7, 8);
    let at = |n: u64| AddressRequest::At(n * KIB_64);
    space.reserve(at(1), 4 * KIB_64, true).unwrap();
    space.reserve(at(5), KIB_64, true).unwrap();
    space
        .map(AddressRequest::At(2 * KIB_64), 2 * PAGE, &memory(&of, 0))
        .unwrap();
    refused(space.free(4 * KIB_64, 2 * KIB_64));
    refused(space.free(5 * KIB_64, 2 * KIB_64));
    refused(space.free(9 * KIB_64, KIB_64));
    // A hole: what is around it stays.
    assert_eq!(space.free(2 * KIB_64 + PAGE, KIB_64), Ok(()));
    assert_eq!(space.translate(2 * KIB_64), there(7, 0, PAGE));
    assert_eq!(space.translate(2 * KIB_64 + PAGE), Translation::Invalid);
    let bytes = 2 * KIB_64 - PAGE;
    assert_eq!(
        space.translate(3 * KIB_64 + PAGE),
        Translation::Zero { bytes }
    );
    refused(space.free(2 * KIB_64, 2 * PAGE));
    refused(space.free(KIB_64, 4 * KIB_64));
    // Head, tail and the rest of what is left.
    assert_eq!(space.free(KIB_64, PAGE), Ok(()));
    assert_eq!(space.free(2 * KIB_64, PAGE), Ok(()));
    assert_eq!(space.free(KIB_64 + PAGE, KIB_64 - PAGE), Ok(()));
    assert_eq!(space.free(3 * KIB_64 + PAGE, 2 * KIB_64 - PAGE), Ok(()));
    assert_eq!(space.reserve(at(1), 4 * KIB_64, true), Ok(KIB_64));
    // What Map gave out.
    let given = space.map(ANYWHERE, 3 * PAGE, &memory(&of, 0)).unwrap();
    assert_eq!(space.free(given, 3 * PAGE), Ok(()));
    refused(space.free(given, 3 * PAGE));
    assert_eq!(space.translate(given), Translation::Invalid);
}

/// Cases 364, 385, 601.
#[test]
fn a_fences_page_is_its_own() {
    let mut space = Space::new();
    let of = target(7, 1);
    let page = target(9, 1);
    let address = space.map_fence(&page).unwrap();
    assert_eq!(space.translate(address + 8), there(9, 8, PAGE - 8));
    for wanted in [memory(&of, 0), Wanted::Zero, Wanted::NoAccess] {
        refused(space.map(AddressRequest::At(address), PAGE, &wanted));
    }
    refused(space.free(address, PAGE));
    // It is no fence of that address.
    let given = space.map(ANYWHERE, PAGE, &memory(&of, 0)).unwrap();
    space.unmap_fence(given);
    assert_eq!(space.translate(given), there(7, 0, PAGE));
    space.unmap_fence(address);
    assert_eq!(space.translate(address), Translation::Invalid);
    assert_eq!(
        space.map(AddressRequest::At(address), PAGE, &memory(&of, 0)),
        Ok(address)
    );
}

#[test]
fn there_are_so_many_ranges_at_most() {
    let mut space = Space::<usize>::new();
    let address = |n: usize| LOWEST + n as u64 * KIB_64;
    for n in 0..MOST {
        assert_eq!(space.reserve(ANYWHERE, KIB_64, false), Ok(address(n)));
    }
    no_memory(space.reserve(ANYWHERE, KIB_64, false));
    no_memory(space.map(ANYWHERE, PAGE, &Wanted::Zero));
    // A hole would make one more.
    no_memory(space.free(address(5) + PAGE, PAGE));
    assert_eq!(space.free(address(5), KIB_64), Ok(()));
    assert!(space.reserve(ANYWHERE, KIB_64, false).is_ok());
    no_memory(space.map_fence(&target(1, 1)));
}

#[test]
fn there_are_so_many_mappings_at_most() {
    let mut space = Space::new();
    let of = target(7, 1);
    let start = space.reserve(ANYWHERE, 1 << 40, true).unwrap();
    let at = |n: usize| AddressRequest::At(start + 2 * n as u64 * PAGE);
    // One is kept for what may be left in front of a hole.
    for n in 0..MOST - 1 {
        space.map(at(n), PAGE, &memory(&of, 0)).unwrap();
    }
    no_memory(space.map(at(MOST), PAGE, &memory(&of, 0)));
    // Even where one would go for it: that is known later.
    no_memory(space.map(at(0), PAGE, &memory(&of, 0)));
    no_memory(space.map_fence(&target(1, 1)));
    assert_eq!(space.free(start, 1 << 40), Ok(()));
    assert!(space.map(at(0), PAGE, &memory(&of, 0)).is_ok());
}

/// However much is replaced or freed, the space is locked for 256 extents at a time.
#[test]
fn many_mappings_are_replaced_in_steps() {
    let mut space = Space::new();
    let of = target(7, 1024);
    let start = space.reserve(ANYWHERE, 1 << 30, true).unwrap();
    let page = |n: u64| AddressRequest::At(start + n * PAGE);
    let fill = |space: &mut Space<usize>| {
        for n in 0..1024 {
            space.map(page(n), PAGE, &memory(&of, n * PAGE)).unwrap();
        }
    };
    fill(&mut space);
    // All but the first and the last one.
    let result = space.map(page(1), 1022 * PAGE, &memory(&of, 0));
    assert_eq!((result, space.steps), (Ok(start + PAGE), 4));
    assert_eq!(space.translate(start), there(7, 0, PAGE));
    assert_eq!(space.translate(start + PAGE), there(7, 0, 1022 * PAGE));
    assert_eq!(
        space.translate(start + 1023 * PAGE),
        there(7, 1023 * PAGE, PAGE)
    );
    fill(&mut space);
    assert_eq!((space.free(start, 1 << 30), space.steps), (Ok(()), 5));
    assert_eq!(space.translate(start), Translation::Invalid);
    // What fails takes nothing.
    let start = space.reserve(ANYWHERE, 1 << 30, true).unwrap();
    let page = |n: u64| AddressRequest::At(start + n * PAGE);
    for n in 0..512 {
        space.map(page(n), PAGE, &memory(&of, 0)).unwrap();
    }
    let mut removed = Removed::new();
    let wanted = Wanted::Zero;
    let none = &mut Spare::none();
    no_memory(
        space
            .space
            .map(page(0), 512 * PAGE, &wanted, none, &mut removed),
    );
    for n in 0..512 {
        assert_eq!(space.translate(start + n * PAGE), there(7, 0, PAGE));
    }
}

/// However many ranges there are, the space is locked for a look at 256 of them at a time.
#[test]
fn free_addresses_are_looked_for_in_steps() {
    let mut space = Space::<usize>::new();
    for _ in 0..1000 {
        space.reserve(ANYWHERE, KIB_64, false).unwrap();
    }
    let all = AddressRequest::Between {
        from: LOWEST,
        to: LOWEST + 1000 * KIB_64,
    };
    no_memory(space.reserve(all, KIB_64, false));
    assert_eq!(space.steps, 4);
    // The last one is found behind all others; what is behind it is looked at first.
    let last = LOWEST + 999 * KIB_64;
    assert_eq!(space.free(last, KIB_64), Ok(()));
    assert_eq!(space.reserve(all, KIB_64, false), Ok(last));
    assert_eq!(space.steps, 4);
    assert_eq!(space.reserve(ANYWHERE, KIB_64, false), Ok(last + KIB_64));
    assert_eq!(space.steps, 1);
}

/// Case 357: the search for mappings that differ has an end.
#[test]
fn so_many_mappings_are_checked_for_a_driver_protection() {
    let mut space = Space::new();
    let of = target(7, 8);
    let wanted = |page: u64, driver_protection| Wanted::Memory {
        target: &of,
        offset: page * PAGE,
        write: true,
        driver_protection,
    };
    let mut map = |page, protection| space.map(ANYWHERE, PAGE, &wanted(page, protection));
    for n in 0..CHECKED_MOST as u64 - 1 {
        assert!(map(0, n & 1).is_ok());
    }
    assert!(map(1, UNIQUE).is_ok());
    no_memory(map(1, UNIQUE));
    // What is not unique meets those that are, and has only them to be checked.
    refused(map(1, 0));
    assert!(map(2, 0).is_ok());
    for _ in 0..CHECKED_MOST {
        assert!(map(3, 5).is_ok());
    }
}
