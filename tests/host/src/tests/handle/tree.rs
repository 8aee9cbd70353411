// SPDX-License-Identifier: MIT OR Apache-2.0

//! Who owns whom.

use super::*;

#[test]
fn children_are_in_the_order_of_publishing() {
    let mut table = table();
    let parent = add(&mut table, 0, 0);
    let handles = reserve(&mut table, 4);
    for (object, &handle) in (1..).zip(handles.iter().rev()) {
        table.publish(h(handle), object, h(parent)).unwrap();
    }
    let order: Vec<u32> = handles.iter().rev().copied().collect();
    assert_eq!(children(&table, parent), order);
    assert_eq!(children(&table, 0), []);
}

/// First, middle, last and only child.
#[test]
fn a_child_can_leave_from_anywhere() {
    for gone in 0..5 {
        let mut table = table();
        let parent = add(&mut table, 0, 0);
        let mut all: Vec<u32> = (0..5).map(|n| add(&mut table, n, parent)).collect();
        assert_eq!(table.take(h(all.remove(gone))), Some(gone as u32));
        assert_eq!(children(&table, parent), all);
        all.push(add(&mut table, 9, parent));
        assert_eq!(children(&table, parent), all);
        while let Some(handle) = all.pop() {
            assert!(table.take(h(handle)).is_some());
            assert_eq!(children(&table, parent), all);
        }
        let only = add(&mut table, 10, parent);
        assert_eq!(children(&table, parent), [only]);
    }
}

#[test]
fn an_object_without_children_goes_at_once() {
    let mut table = table();
    let handle = add(&mut table, 7, 0);
    assert_eq!(table.take(h(handle)), Some(7));
    assert_eq!(table.used(), 0);
    assert_eq!(table.take(h(handle)), None);
    assert_eq!(descendant(&mut table, handle), None);
}

/// A device with a resource of two allocations and two stand-alone allocations.
fn device(table: &mut HandleTable<u32>) -> [u32; 6] {
    let device = add(table, 0, 0);
    let resource = add(table, 1, device);
    [
        device,
        resource,
        add(table, 2, resource),
        add(table, 3, resource),
        add(table, 4, device),
        add(table, 5, device),
    ]
}

#[test]
fn descendants_come_before_their_owners_and_once() {
    let mut table = table();
    let other = device(&mut table);
    let handles = device(&mut table);
    assert_eq!(table.take(h(handles[0])), Some(0));
    assert_eq!(drain(&mut table, handles[0]), [2, 3, 1, 4, 5]);
    assert_eq!(drain(&mut table, handles[0]), []);
    assert_eq!(table.used(), 6);
    for handle in handles {
        assert_eq!(table.get(h(handle)), None);
    }
    assert_eq!(children(&table, other[0]), [other[1], other[4], other[5]]);
}

#[test]
fn descendants_of_what_was_not_taken_stay() {
    let mut table = table();
    let handles = device(&mut table);
    assert_eq!(drain(&mut table, handles[0]), []);
    assert_eq!(drain(&mut table, handles[1]), []);
    assert_eq!(table.used(), 6);
}

#[test]
fn an_object_with_children_is_dead_at_once_and_its_slot_used_until_they_are_gone() {
    let mut table = table();
    let device = add(&mut table, 0, 0);
    let child = add(&mut table, 1, device);
    assert_eq!(table.take(h(device)), Some(0));
    assert_eq!(table.get(h(device)), None);
    assert!(!table.is_live(h(device)));
    assert_eq!(table.take(h(device)), None);
    assert_eq!(table.get(h(child)), Some(&1));
    let reserved = reserve(&mut table, 1)[0];
    assert_eq!(table.publish(h(reserved), 2, h(device)), Err(2));
    assert_eq!(table.used(), 3);

    assert_eq!(descendant(&mut table, device), Some(1));
    assert_eq!(table.used(), 2);
    assert_eq!(descendant(&mut table, device), None);
    assert_eq!(table.used(), 1);
    table.set_cursor(0, 2);
    assert_eq!(reserve(&mut table, 1), [0x8000_0000]);
}

/// A resource and then its device are destroyed at the same time: each object comes out once.
#[test]
fn what_is_taken_below_what_is_taken() {
    let mut table = table();
    let handles = device(&mut table);
    assert_eq!(table.take(h(handles[1])), Some(1));
    assert_eq!(descendant(&mut table, handles[1]), Some(2));
    assert_eq!(table.take(h(handles[0])), Some(0));
    assert_eq!(drain(&mut table, handles[0]), [3, 4, 5]);
    assert_eq!(drain(&mut table, handles[1]), []);
    assert_eq!(table.used(), 0);
}

#[test]
fn a_child_that_is_taken_itself_does_not_come_again() {
    let mut table = table();
    let handles = device(&mut table);
    assert_eq!(table.take(h(handles[0])), Some(0));
    assert_eq!(table.take(h(handles[4])), Some(4));
    assert_eq!(table.take(h(handles[2])), Some(2));
    assert_eq!(drain(&mut table, handles[0]), [3, 1, 5]);
    assert_eq!(table.used(), 0);
}

#[test]
fn dropping_the_table_drops_children_first_and_everything_once() {
    let dropped = Dropped::default();
    let mut table = HandleTable::new().unwrap();
    let new = |id| Object::new(id, &dropped);
    // Objects of the later lap have lower indices than the device that owns them.
    table.set_cursor(LAST_INDEX - 1, 1);
    let device = add(&mut table, new(0), 0);
    let resource = add(&mut table, new(1), device);
    add(&mut table, new(2), resource);
    add(&mut table, new(3), resource);
    add(&mut table, new(4), device);
    reserve(&mut table, 1);
    table.set_cursor(1 << 20, 2);
    let far = add(&mut table, new(5), 0);
    add(&mut table, new(6), far);
    drop(table);
    assert_eq!(*dropped.borrow(), [6, 5, 2, 3, 1, 4, 0]);
}

#[test]
fn below_a_dying_object_children_are_dropped_first() {
    let dropped = Dropped::default();
    let mut table = HandleTable::new().unwrap();
    let new = |id| Object::new(id, &dropped);
    let device = add(&mut table, new(0), 0);
    let resource = add(&mut table, new(1), device);
    add(&mut table, new(2), resource);
    drop(table.take(h(device)));
    drop(table);
    assert_eq!(*dropped.borrow(), [0, 2, 1]);
}
