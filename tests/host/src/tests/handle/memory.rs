// SPDX-License-Identifier: MIT OR Apache-2.0

//! Memory of the table, and its limit.

use super::*;

/// The parts of a process's table are pages.
#[test]
fn every_part_fills_one_page() {
    let sizes = sizes_of(|| {
        let mut table = HandleTable::<Arc<u32>>::new().unwrap();
        reserve(&mut table, 1);
    });
    assert_eq!(sizes, [4096, 4096, 4096]);
}

#[test]
fn a_leaf_is_made_for_128_handles() {
    let mut table = table();
    assert_eq!(sizes_of(|| drop(reserve(&mut table, 128))).len(), 2);
    assert_eq!(sizes_of(|| drop(reserve(&mut table, 128))).len(), 1);
    table.set_cursor(128 * 256, 1);
    assert_eq!(sizes_of(|| drop(reserve(&mut table, 1))).len(), 2);
}

#[test]
fn no_memory_for_the_table() {
    let result = with_allocations(0, HandleTable::<u32>::new);
    assert_eq!(result.err(), Some(TableError::NoMemory));
}

/// 300 handles over the border of two nodes need two nodes and four leaves.
#[test]
fn a_reservation_is_all_or_nothing() {
    for allocations in 0..6 {
        let mut table = table();
        table.set_cursor(128 * 256 - 150, 2);
        let mut handles = [Handle::NULL; 300];
        let result = with_allocations(allocations, || table.alloc_handles(&mut handles));
        assert_eq!(result, Err(TableError::NoMemory), "{allocations}");
        assert_eq!(table.used(), 0);
        for index in 0..300 {
            let handle = h(handle(128 * 256 - 150 + index, 2));
            assert_eq!(table.publish(handle, 1, Handle::NULL), Err(1));
        }
        assert_eq!(table.alloc_handles(&mut handles), Ok(()));
        assert_eq!(handles[0].value(), handle(128 * 256 - 150, 2));
        assert_eq!(handles[299].value(), handle(128 * 256 + 149, 2));
        assert_eq!(table.used(), 300);
    }
    let mut table = table();
    table.set_cursor(128 * 256 - 150, 2);
    let mut handles = [Handle::NULL; 300];
    assert_eq!(
        with_allocations(6, || table.alloc_handles(&mut handles)),
        Ok(())
    );
}

/// More than the 128 slots of a leaf and the 32768 of a node.
#[test]
fn a_reservation_is_as_long_as_it_must_be() {
    let mut table = table();
    let handles = reserve(&mut table, 33_000);
    for (index, expected) in [
        (0, 0x4000_0000),
        (32_767, 0x401F_FFC0),
        (32_768, 0x4020_0000),
        (32_999, 0x4020_39C0),
    ] {
        assert_eq!(handles[index], expected);
    }
    assert_eq!(table.used(), 33_000);
    cancel(&mut table, &handles);
    assert_eq!(table.used(), 0);
    assert_eq!(reserve(&mut table, 1), [0x4000_0000]);
}

#[test]
fn an_empty_leaf_is_given_up() {
    let mut table = table();
    let handles = reserve(&mut table, 129);
    // The leaf of the next handle stays, empty or not.
    assert!(table.take_empty_leaf(h(handles[128])).is_none());
    assert!(table.take_empty_leaf(h(handles[0])).is_none());
    cancel(&mut table, &handles[1..128]);
    assert!(table.take_empty_leaf(h(handles[0])).is_none());
    cancel(&mut table, &handles[..1]);
    assert!(table.take_empty_leaf(h(handles[127])).is_some());
    assert!(table.take_empty_leaf(h(handles[127])).is_none());
    cancel(&mut table, &handles[128..]);
    assert!(table.take_empty_leaf(h(handles[128])).is_none());
    // What was there names nothing, and the memory comes back when it is needed.
    assert_eq!(table.get(h(handles[0])), None);
    table.set_cursor(0, 2);
    assert_eq!(sizes_of(|| drop(reserve(&mut table, 1))).len(), 1);
}

/// 2^24 - 1 handles, all that there are. The search for the last vacant index ends.
#[test]
fn a_table_can_be_full() {
    let mut table = HandleTable::<()>::new().unwrap();
    let mut chunk = vec![Handle::NULL; 1 << 12];
    for _ in 0..(1 << 12) - 1 {
        table.alloc_handles(&mut chunk).unwrap();
    }
    let full = Err(TableError::Full);
    assert_eq!(table.alloc_handles(&mut chunk), full);
    assert_eq!(table.used(), MAX_HANDLES + 1 - (1 << 12));
    table.alloc_handles(&mut chunk[1..]).unwrap();
    assert_eq!(table.used(), MAX_HANDLES);
    assert_eq!(table.alloc_handles(&mut chunk[..1]), full);
    assert_eq!(table.alloc_handles(&mut []), Ok(()));

    cancel(&mut table, &[handle(7, 1)]);
    assert_eq!(table.alloc_handles(&mut chunk[..2]), full);
    assert_eq!(reserve(&mut table, 1), [handle(LAST_INDEX, 1)]);
    assert_eq!(table.alloc_handles(&mut chunk[..1]), full);
    cancel(&mut table, &[handle(100, 1)]);
    assert_eq!(reserve(&mut table, 1), [handle(7, 2)]);
    assert_eq!(table.used(), MAX_HANDLES);
}

#[test]
fn leaves_of_descendants_are_given_up() {
    let mut table = table();
    let made = sizes_of(|| {
        for _ in 0..100 {
            let resource = add(&mut table, 0, 0);
            let handles = reserve(&mut table, 1024);
            for &handle in &handles {
                table.publish(h(handle), 1, h(resource)).unwrap();
            }
            assert_eq!(table.take(h(resource)), Some(0));
            assert_eq!(drain(&mut table, resource).len(), 1024);
        }
    });
    let mut kept = 0;
    for leaf in 0..made.len() as u32 {
        kept += u32::from(table.take_empty_leaf(h(handle(leaf << 7, 1))).is_some());
    }
    assert_eq!(kept, 0);
}
