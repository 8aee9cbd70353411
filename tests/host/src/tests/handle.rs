// SPDX-License-Identifier: MIT OR Apache-2.0

//! `core/handle_table.rs`, rule by rule. [`super::handle_model`] has them all at once.

mod memory;
mod tree;

use crate::{
    handle::Handle,
    handle_table::{HandleTable, TableError, MAX_HANDLES},
    mem::{sizes_of, with_allocations},
};
use std::{cell::RefCell, rc::Rc, sync::Arc};

pub(super) const LAST_INDEX: u32 = (1 << 24) - 1;

/// An object that notes when it is dropped.
#[derive(Debug)]
pub(super) struct Object {
    pub(super) id: u32,
    dropped: Dropped,
}

/// The objects that were dropped, in order.
pub(super) type Dropped = Rc<RefCell<Vec<u32>>>;

impl Object {
    pub(super) fn new(id: u32, dropped: &Dropped) -> Self {
        let dropped = dropped.clone();
        Self { id, dropped }
    }
}

impl Drop for Object {
    fn drop(&mut self) {
        self.dropped.borrow_mut().push(self.id);
    }
}

fn table() -> HandleTable<u32> {
    HandleTable::new().unwrap()
}

fn h(value: u32) -> Handle {
    Handle::new(value)
}

fn reserve<T>(table: &mut HandleTable<T>, count: usize) -> Vec<u32> {
    let mut handles = vec![Handle::NULL; count];
    table.alloc_handles(&mut handles).unwrap();
    handles.into_iter().map(Handle::value).collect()
}

fn cancel<T>(table: &mut HandleTable<T>, handles: &[u32]) {
    let handles: Vec<_> = handles.iter().map(|&handle| h(handle)).collect();
    table.cancel(&handles);
}

/// Makes the next handle name `object`, below `parent`.
fn add<T: std::fmt::Debug>(table: &mut HandleTable<T>, object: T, parent: u32) -> u32 {
    let handle = reserve(table, 1)[0];
    table.publish(h(handle), object, h(parent)).unwrap();
    handle
}

/// The next object below a taken handle.
fn descendant(table: &mut HandleTable<u32>, handle: u32) -> Option<u32> {
    loop {
        let ended = table.take_descendant(h(handle))?;
        if ended.object.is_some() {
            return ended.object;
        }
    }
}

fn drain(table: &mut HandleTable<u32>, handle: u32) -> Vec<u32> {
    std::iter::from_fn(|| descendant(table, handle)).collect()
}

fn children<T>(table: &HandleTable<T>, parent: u32) -> Vec<u32> {
    let first = table.first_child(h(parent));
    std::iter::successors(Some(first), |&handle| Some(table.next_sibling(handle)))
        .take_while(|handle| !handle.is_null())
        .map(Handle::value)
        .collect()
}

/// The handle of an index in a lap of the sequence.
fn handle(index: u32, unique: u32) -> u32 {
    (unique << 30) | (index << 6)
}

mod sequence {
    use super::*;

    #[test]
    fn it_starts_at_0x40000000_and_goes_on_by_0x40() {
        let mut table = table();
        assert_eq!(reserve(&mut table, 1), [0x4000_0000]);
        assert_eq!(reserve(&mut table, 2), [0x4000_0040, 0x4000_0080]);
        let more = reserve(&mut table, 200);
        let expected: Vec<u32> = (3..203).map(|index| 0x4000_0000 + index * 0x40).collect();
        assert_eq!(more, expected);
        assert_eq!(table.used(), 203);
    }

    #[test]
    fn a_handle_that_was_used_does_not_come_again() {
        let mut table = table();
        for index in 0..1000 {
            let handle = add(&mut table, index, 0);
            assert_eq!(handle, 0x4000_0000 + index * 0x40);
            assert_eq!(table.take(h(handle)), Some(index));
            assert_eq!(table.get(h(handle)), None);
        }
        assert_eq!(table.used(), 0);
    }

    #[test]
    fn a_cancelled_reservation_gives_its_numbers_back() {
        let mut table = table();
        let handles = reserve(&mut table, 5);
        cancel(&mut table, &handles);
        assert_eq!(table.used(), 0);
        assert_eq!(reserve(&mut table, 2), [0x4000_0000, 0x4000_0040]);
    }

    #[test]
    fn only_the_last_numbers_are_given_back() {
        let mut table = table();
        let first = reserve(&mut table, 2);
        let second = reserve(&mut table, 1);
        cancel(&mut table, &first);
        assert_eq!(reserve(&mut table, 1), [0x4000_00C0]);
        cancel(&mut table, &second);
        assert_eq!(reserve(&mut table, 1), [0x4000_0100]);
    }

    #[test]
    fn what_is_not_reserved_is_not_cancelled() {
        let mut table = table();
        let live = add(&mut table, 7, 0);
        cancel(&mut table, &[live, 0, 0x4000_0040, u32::MAX]);
        assert_eq!(table.get(h(live)), Some(&7));
        assert_eq!(table.used(), 1);
        let reserved = reserve(&mut table, 1);
        cancel(&mut table, &reserved);
        cancel(&mut table, &reserved);
        assert_eq!(table.used(), 1);
        assert_eq!(reserve(&mut table, 1), [0x4000_0040]);
    }

    #[test]
    fn unique_goes_from_1_to_3_and_again_to_1() {
        let mut table = table();
        for (unique, next) in [(1, 2), (2, 3), (3, 1)] {
            table.set_cursor(LAST_INDEX, unique);
            let handles = reserve(&mut table, 2);
            assert_eq!(handles, [handle(LAST_INDEX, unique), handle(0, next)]);
            cancel(&mut table, &handles);
        }
        table.set_cursor(LAST_INDEX, 1);
        assert_eq!(reserve(&mut table, 2), [0x7FFF_FFC0, 0x8000_0000]);
        table.set_cursor(LAST_INDEX, 3);
        cancel(&mut table, &[0x7FFF_FFC0, 0x8000_0000]);
        assert_eq!(reserve(&mut table, 2), [0xFFFF_FFC0, 0x4000_0000]);
    }

    #[test]
    fn a_cancelled_reservation_gives_all_its_numbers_back() {
        let mut table = table();
        table.set_cursor(1, 1);
        add(&mut table, 7, 0);
        table.set_cursor(0, 2);
        // Over index 1, which is in use.
        let handles = reserve(&mut table, 2);
        assert_eq!(handles, [0x8000_0000, 0x8000_0080]);
        cancel(&mut table, &handles);
        assert_eq!(reserve(&mut table, 2), handles);
    }

    #[test]
    fn a_cancelled_reservation_gives_a_wrap_back() {
        for (unique, next) in [(1, 2), (2, 3), (3, 1)] {
            let mut table = table();
            table.set_cursor(LAST_INDEX, unique);
            let handles = reserve(&mut table, 2);
            assert_eq!(handles[1], handle(0, next));
            cancel(&mut table, &handles);
            assert_eq!(reserve(&mut table, 2), handles);
        }
    }

    #[test]
    fn an_index_in_use_is_passed_over() {
        let mut table = table();
        let live = add(&mut table, 1, 0);
        let reserved = reserve(&mut table, 1)[0];
        let dying = add(&mut table, 2, 0);
        let child = add(&mut table, 3, dying);
        assert_eq!(table.take(h(dying)), Some(2));
        table.set_cursor(LAST_INDEX, 1);
        assert_eq!(
            reserve(&mut table, 2),
            [handle(LAST_INDEX, 1), handle(4, 2)]
        );
        assert_eq!(table.get(h(live)), Some(&1));
        assert_eq!(table.get(h(child)), Some(&3));
        table.publish(h(reserved), 4, Handle::NULL).unwrap();
        assert_eq!(table.get(h(reserved)), Some(&4));
    }

    /// After a wrap the same index has another handle, and the old one names nothing.
    #[test]
    fn a_stale_handle_does_not_name_the_object_of_a_later_lap() {
        let mut table = table();
        let mut stale = Vec::new();
        for unique in 1..=3 {
            table.set_cursor(5, unique);
            let handle = add(&mut table, unique, 0);
            assert_eq!(handle, super::handle(5, unique));
            for &old in &stale {
                assert_eq!(table.get(h(old)), None);
                assert_eq!(table.take(h(old)), None);
                assert!(table.take_descendant(h(old)).is_none());
                assert_eq!(table.publish(h(old), 9, Handle::NULL), Err(9));
                assert_eq!(table.publish(h(handle), 9, h(old)), Err(9));
            }
            assert_eq!(table.take(h(handle)), Some(unique));
            stale.push(handle);
        }
    }
}

mod naming {
    use super::*;

    #[test]
    fn a_handle_names_nothing_before_it_is_published() {
        let mut table = table();
        let handle = h(reserve(&mut table, 1)[0]);
        assert_eq!(table.get(handle), None);
        assert!(!table.is_live(handle));
        assert_eq!(table.take(handle), None);
        assert!(table.take_descendant(handle).is_none());
        assert_eq!(table.used(), 1);
        assert_eq!(table.publish(handle, 7, Handle::NULL), Ok(()));
        assert_eq!(table.get(handle), Some(&7));
        assert!(table.is_live(handle));
        assert_eq!(table.parent(handle), Some(Handle::NULL));
    }

    #[test]
    fn garbage_names_nothing() {
        let mut table = table();
        let live = add(&mut table, 7, 0);
        let second = add(&mut table, 8, live);
        // Bits of the instance, other laps, unique 0, a global handle, and what was never made.
        let instances = (0..6).map(|bit| live | (1 << bit));
        let laps = [
            0,
            0x40,
            live ^ 0xC000_0000,
            live | 0xC000_0000,
            second ^ 0xC000_0000,
        ];
        let others = [
            0xC000_0002,
            u32::MAX,
            0x80,
            0x4000_0080,
            0x7FFF_FFC0,
            0xFFFF_FFC0,
            0x3F,
            1,
            0x3FFF_FFFF,
            0x4000_003F,
        ];
        for garbage in instances.chain(laps).chain(others).map(h) {
            assert_eq!(table.get(garbage), None, "{garbage:?}");
            assert!(!table.is_live(garbage));
            assert_eq!(table.take(garbage), None);
            assert!(table.take_descendant(garbage).is_none());
            assert!(table.take_empty_leaf(garbage).is_none());
            assert_eq!(table.parent(garbage), None);
            assert_eq!(table.first_child(garbage), Handle::NULL);
            assert_eq!(table.next_sibling(garbage), Handle::NULL);
            assert_eq!(table.publish(garbage, 9, Handle::NULL), Err(9));
            cancel(&mut table, &[garbage.value()]);
        }
        assert_eq!(table.get(h(live)), Some(&7));
        assert_eq!(table.get(h(second)), Some(&8));
        assert_eq!(table.used(), 2);
    }

    #[test]
    fn an_object_is_published_at_reserved_handles_alone() {
        let mut table = table();
        let live = add(&mut table, 7, 0);
        assert_eq!(table.publish(h(live), 8, Handle::NULL), Err(8));
        assert_eq!(table.get(h(live)), Some(&7));
        assert_eq!(table.publish(h(0x4000_0040), 8, Handle::NULL), Err(8));
        assert_eq!(table.take(h(live)), Some(7));
        assert_eq!(table.publish(h(live), 8, Handle::NULL), Err(8));
        let cancelled = reserve(&mut table, 1);
        cancel(&mut table, &cancelled);
        assert_eq!(table.publish(h(cancelled[0]), 8, Handle::NULL), Err(8));
        assert_eq!(table.used(), 0);
    }

    #[test]
    fn a_parent_is_live() {
        let mut table = table();
        let [reserved, other] = reserve(&mut table, 2)[..] else {
            unreachable!()
        };
        let gone = add(&mut table, 1, 0);
        assert_eq!(table.take(h(gone)), Some(1));
        let dying = add(&mut table, 2, 0);
        add(&mut table, 3, dying);
        assert_eq!(table.take(h(dying)), Some(2));
        for parent in [reserved, other, gone, dying, 0x40, u32::MAX] {
            assert_eq!(table.publish(h(reserved), 9, h(parent)), Err(9));
        }
        // It stays reserved.
        assert_eq!(table.publish(h(reserved), 9, Handle::NULL), Ok(()));
        assert_eq!(table.publish(h(other), 10, h(reserved)), Ok(()));
        assert_eq!(table.parent(h(other)), Some(h(reserved)));
    }
}
