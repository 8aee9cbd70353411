// SPDX-License-Identifier: GPL-2.0

//! The handle table, with reference-counted objects, in kernel memory.

use super::log::{
    Log,
    Noted, //
};
use crate::{
    core::bindings::handle_table::HandleTable,
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    sys::workqueue::OrderedQueue, //
};
use kernel::{
    error::code::*,
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

const FIRST: u32 = 0x4000_0000;
const STEP: u32 = 0x40;

fn table<T>() -> Result<HandleTable<T>> {
    HandleTable::new().map_err(|_| ENOMEM)
}

fn reserve<T>(table: &mut HandleTable<T>, count: usize) -> Result<KVVec<Handle>> {
    let mut handles = KVVec::from_elem(Handle::NULL, count, ACCOUNT)?;
    table.alloc_handles(&mut handles).map_err(|_| ENOMEM)?;
    Ok(handles)
}

/// Makes the next handle name `object`, below `parent`.
fn add<T>(table: &mut HandleTable<T>, object: T, parent: Handle) -> Result<Handle> {
    let mut handle = [Handle::NULL];
    table.alloc_handles(&mut handle).map_err(|_| ENOMEM)?;
    table
        .publish(handle[0], object, parent)
        .map_err(|_| EINVAL)?;
    Ok(handle[0])
}

/// Object 1 owns 2, which owns 3 and 4. Returns the handle of 1.
fn family(table: &mut HandleTable<Noted>, log: &Arc<Log<u32>>) -> Result<Handle> {
    let device = add(table, Noted::new(1, log), Handle::NULL)?;
    let resource = add(table, Noted::new(2, log), device)?;
    add(table, Noted::new(3, log), resource)?;
    add(table, Noted::new(4, log), resource)?;
    Ok(device)
}

/// A table that several threads use.
#[pin_data]
struct Shared {
    #[pin]
    table: Mutex<HandleTable<u32>>,
}

impl Shared {
    fn new() -> Result<Arc<Self>> {
        let table = table()?;
        Arc::pin_init(
            pin_init!(Self {
                table <- new_mutex!(table, "kunit::Shared"),
            }),
            GFP_KERNEL,
        )
    }

    /// Starts a thread that adds `count` objects `tag`, and as many more that it takes out again.
    fn use_it(self: &Arc<Self>, tag: u32, count: u32) -> Result<OrderedQueue> {
        let queue = OrderedQueue::new()?;
        let shared = self.clone();
        queue.queue().try_spawn(GFP_KERNEL, move || {
            for _ in 0..count {
                // A failure here shows as an object missing at the end.
                let _ = add(&mut shared.table.lock(), tag, Handle::NULL);
                let passing = add(&mut shared.table.lock(), tag, Handle::NULL);
                if let Ok(handle) = passing {
                    shared.table.lock().take(handle);
                }
            }
        })?;
        Ok(queue)
    }

    /// How many of the first `indices` handles name `tag`.
    fn count(&self, tag: u32, indices: u32) -> usize {
        let table = self.table.lock();
        (0..indices)
            .filter(|index| table.get(Handle::new(FIRST + index * STEP)) == Some(&tag))
            .count()
    }
}

#[kunit_tests(dxgkrnl_handles)]
mod tests {
    use super::*;

    #[test]
    fn the_table_has_one_reference() -> Result {
        let mut table = table()?;
        let object = Arc::new(7, GFP_KERNEL)?;
        let handle = add(&mut table, object.clone(), Handle::NULL)?;
        assert!(Arc::into_unique_or_drop(object.clone()).is_none());
        let named = table.get(handle).cloned();
        assert!(named.is_some_and(|named| Arc::ptr_eq(&named, &object)));
        drop(table.take(handle));
        assert!(Arc::into_unique_or_drop(object).is_some());
        Ok(())
    }

    #[test]
    fn what_is_refused_comes_back() -> Result {
        let mut table = table()?;
        let object = Arc::new(7, GFP_KERNEL)?;
        let stale = add(&mut table, object.clone(), Handle::NULL)?;
        drop(table.take(stale));
        let reserved = reserve(&mut table, 1)?;
        // Below an owner that has gone, and with a handle that was not reserved.
        for (handle, parent) in [(reserved[0], stale), (stale, Handle::NULL)] {
            let refused = table.publish(handle, object.clone(), parent);
            assert!(refused.is_err_and(|back| Arc::ptr_eq(&back, &object)));
        }
        table.cancel(&reserved);
        assert!(Arc::into_unique_or_drop(object).is_some());
        Ok(())
    }

    #[test]
    fn a_table_ends_with_all_that_is_in_it() -> Result {
        let log = Log::new()?;
        let mut table = table()?;
        family(&mut table, &log)?;
        // Unfinished work: a reservation, and an owner that was taken out without its descendants.
        reserve(&mut table, 1)?;
        let dying = add(&mut table, Noted::new(5, &log), Handle::NULL)?;
        add(&mut table, Noted::new(6, &log), dying)?;
        drop(table.take(dying));
        assert_eq!(log.take(), [5]);
        drop(table);
        assert_eq!(log.take(), [3, 4, 2, 1, 6]);
        Ok(())
    }

    #[test]
    fn memory_goes_with_the_last_slot_of_a_leaf() -> Result {
        let log = Log::new()?;
        let mut table = table()?;
        for number in 0..129 {
            add(&mut table, Noted::new(number, &log), Handle::NULL)?;
        }
        let (first, last) = (Handle::new(FIRST), Handle::new(FIRST + 128 * STEP));
        for index in 0..128 {
            assert!(table.take_empty_leaf(first).is_none());
            drop(table.take(Handle::new(FIRST + index * STEP)));
        }
        assert_eq!(log.take().len(), 128);
        assert!(table.take_empty_leaf(first).is_some());
        assert!(table.take_empty_leaf(first).is_none());
        // Without its leaf, a stale handle still names nothing; the other handles are unaffected.
        assert!(table.get(first).is_none());
        assert_eq!(table.get(last).map(Noted::number), Some(128));
        // The leaf that the next handle comes from stays.
        drop(table.take(last));
        assert!(table.take_empty_leaf(last).is_none());
        let next = add(&mut table, Noted::new(129, &log), Handle::NULL)?;
        assert_eq!(next.value(), 0x4000_2040);
        Ok(())
    }

    #[test]
    fn threads_share_a_table() -> Result {
        let shared = Shared::new()?;
        let threads = (shared.use_it(1, 500)?, shared.use_it(2, 500)?);
        // Waits until the threads are done.
        drop(threads);
        assert_eq!(shared.table.lock().used(), 1000);
        assert_eq!(shared.count(1, 2000), 500);
        assert_eq!(shared.count(2, 2000), 500);
        Ok(())
    }
}
