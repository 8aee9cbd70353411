// SPDX-License-Identifier: GPL-2.0

//! Adapters are added, removed and added again; the tests need no DRM device.

use super::log::{
    Log,
    Noted, //
};
use crate::{
    core::objects::adapter_list::{
        AdapterInstance,
        AdapterList,
        HotplugSource,
        Luid, //
    },
    status::NtStatus,
    sys::workqueue::OrderedQueue, //
};
use kernel::{
    error::code::*,
    prelude::*,
    sync::Arc, //
};

const ONE: HotplugSource = HotplugSource(0x1000);
const TWO: HotplugSource = HotplugSource(0x2000);

/// An adapter without a device.
struct Fake {
    instance: AdapterInstance,
    noted: Noted,
}

impl Fake {
    fn luid(&self) -> Luid {
        self.instance.luid()
    }

    fn is_removed(&self) -> bool {
        self.instance.check_present() == Err(NtStatus::DEVICE_REMOVED)
    }
}

impl AsRef<AdapterInstance> for Fake {
    fn as_ref(&self) -> &AdapterInstance {
        &self.instance
    }
}

/// A list, and a log of its adapters that were dropped.
struct Machine {
    list: Arc<AdapterList<Fake>>,
    dropped: Arc<Log<u32>>,
}

impl Machine {
    fn new() -> Result<Self> {
        Ok(Self {
            list: Arc::pin_init(AdapterList::new(), GFP_KERNEL)?,
            dropped: Log::new()?,
        })
    }

    fn add(&self, source: HotplugSource, number: u32) -> Result {
        self.list.add(source, |instance| {
            Ok(Fake {
                instance,
                noted: Noted::new(number, &self.dropped),
            })
        })
    }

    /// The numbers of the listed adapters.
    fn listed(&self) -> Result<KVVec<u32>> {
        let mut numbers = KVVec::new();
        for adapter in self.list.all().map_err(|_| ENOMEM)?.iter() {
            numbers.push(adapter.noted.number(), GFP_KERNEL)?;
        }
        Ok(numbers)
    }

    /// The adapter with that number, if it is listed.
    fn adapter(&self, number: u32) -> Option<Arc<Fake>> {
        let all = self.list.all().ok()?;
        all.iter().find(|a| a.noted.number() == number).cloned()
    }
}

/// An adapter that searches its list when it is dropped.
struct Looking {
    instance: AdapterInstance,
    list: Arc<AdapterList<Looking>>,
    found: Arc<Log<bool>>,
}

impl AsRef<AdapterInstance> for Looking {
    fn as_ref(&self) -> &AdapterInstance {
        &self.instance
    }
}

impl Drop for Looking {
    fn drop(&mut self) {
        let me = self.list.find(self.instance.luid());
        self.found.note(me.is_some());
    }
}

/// Starts a thread on which devices of `source` are added and removed.
fn add_and_remove(machine: &Machine, source: HotplugSource, times: u32) -> Result<OrderedQueue> {
    let queue = OrderedQueue::new()?;
    let machine = Machine {
        list: machine.list.clone(),
        dropped: machine.dropped.clone(),
    };
    queue.queue().try_spawn(GFP_KERNEL, move || {
        for number in 0..times {
            // A failure here shows as an entry missing from the log.
            let _ = machine.add(source, number);
            drop(machine.list.remove(source));
        }
    })?;
    Ok(queue)
}

#[kunit_tests(dxgkrnl_adapters)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_listed() -> Result {
        let machine = Machine::new()?;
        assert!(machine.listed()?.is_empty());
        machine.add(ONE, 1)?;
        assert_eq!(machine.listed()?, [1]);
        let adapter = machine.adapter(1).ok_or(ENOENT)?;
        let luid = adapter.luid();
        assert!(adapter.instance.check_present().is_ok());
        let found = machine.list.find(luid);
        assert!(found.is_some_and(|found| Arc::ptr_eq(&found, &adapter)));
        assert!(machine.list.find(Luid(0)).is_none());
        assert!(machine.list.find(Luid(luid.0 - 1)).is_none());
        assert!(machine.list.find(Luid(luid.0 + 1)).is_none());
        Ok(())
    }

    #[test]
    fn what_has_vanished_is_there_for_its_users() -> Result {
        let machine = Machine::new()?;
        machine.add(ONE, 1)?;
        let adapter = machine.adapter(1).ok_or(ENOENT)?;
        let removed = machine.list.remove(ONE);
        assert!(removed.is_some_and(|removed| Arc::ptr_eq(&removed, &adapter)));
        assert!(machine.listed()?.is_empty());
        assert!(machine.list.find(adapter.luid()).is_none());
        assert!(adapter.is_removed());
        assert!(machine.dropped.take().is_empty());
        // The user's reference is the last one.
        drop(adapter);
        assert_eq!(machine.dropped.take(), [1]);
        Ok(())
    }

    #[test]
    fn what_nobody_uses_goes_at_once() -> Result {
        let machine = Machine::new()?;
        machine.add(ONE, 1)?;
        drop(machine.list.remove(ONE));
        assert_eq!(machine.dropped.take(), [1]);
        // Removing it again, or an adapter that never existed, does nothing.
        assert!(machine.list.remove(ONE).is_none());
        assert!(machine.listed()?.is_empty());
        assert!(machine.dropped.take().is_empty());
        Ok(())
    }

    #[test]
    fn a_device_that_comes_back_is_another_adapter() -> Result {
        let machine = Machine::new()?;
        machine.add(ONE, 1)?;
        let old = machine.adapter(1).ok_or(ENOENT)?;
        drop(machine.list.remove(ONE));
        machine.add(ONE, 2)?;
        let new = machine.adapter(2).ok_or(ENOENT)?;
        assert!(new.luid().0 > old.luid().0);
        assert!(old.is_removed());
        assert!(!new.is_removed());
        assert!(machine.list.find(old.luid()).is_none());
        assert_eq!(machine.listed()?, [2]);
        Ok(())
    }

    #[test]
    fn adapters_are_independent() -> Result {
        let machine = Machine::new()?;
        machine.add(ONE, 1)?;
        machine.add(TWO, 2)?;
        assert_eq!(machine.listed()?, [1, 2]);
        let one = machine.adapter(1).ok_or(ENOENT)?;
        let two = machine.adapter(2).ok_or(ENOENT)?;
        assert!(one.luid().0 < two.luid().0);
        drop(machine.list.remove(ONE));
        assert!(one.is_removed());
        assert_eq!(machine.listed()?, [2]);
        assert!(!two.is_removed());
        drop(machine.list.remove(TWO));
        assert!(machine.listed()?.is_empty());
        Ok(())
    }

    #[test]
    fn what_cannot_be_made_leaves_no_trace() -> Result {
        let machine = Machine::new()?;
        machine.add(ONE, 1)?;
        let mut luid = None;
        // `make` fails half-way: what it made is dropped, and nothing is listed.
        let failed = machine.list.add(TWO, |instance| {
            luid = Some(instance.luid());
            let _half = Noted::new(2, &machine.dropped);
            Err(ENOMEM)
        });
        assert_eq!(failed, Err(ENOMEM));
        assert_eq!(machine.dropped.take(), [2]);
        assert_eq!(machine.listed()?, [1]);
        let luid = luid.ok_or(EINVAL)?;
        assert!(machine.list.find(luid).is_none());
        // The failed adapter's LUID is not used again.
        machine.add(TWO, 3)?;
        let three = machine.adapter(3).ok_or(ENOENT)?;
        assert!(three.luid().0 > luid.0);
        Ok(())
    }

    #[test]
    fn luids_only_grow() -> Result {
        let machine = Machine::new()?;
        let mut last = 0;
        for number in 0..1000 {
            machine.add(ONE, number)?;
            let adapter = machine.adapter(number).ok_or(ENOENT)?;
            assert!(adapter.luid().0 > last);
            last = adapter.luid().0;
            drop(machine.list.remove(ONE));
        }
        assert_eq!(machine.dropped.take().len(), 1000);
        Ok(())
    }

    #[test]
    fn adapters_are_dropped_without_the_lock() -> Result {
        let list = Arc::pin_init(AdapterList::new(), GFP_KERNEL)?;
        let found = Log::new()?;
        list.add(ONE, |instance| {
            Ok(Looking {
                instance,
                list: list.clone(),
                found: found.clone(),
            })
        })?;
        // Dropped under the lock, it would deadlock on it, and lockdep would report that.
        drop(list.remove(ONE));
        assert_eq!(found.take(), [false]);
        Ok(())
    }

    #[test]
    fn threads_share_the_list() -> Result {
        let machine = Machine::new()?;
        let threads = (
            add_and_remove(&machine, ONE, 300)?,
            add_and_remove(&machine, TWO, 300)?,
        );
        let mut most = 0;
        for _ in 0..300 {
            most = machine.listed()?.len().max(most);
        }
        // Waits until the threads are done.
        drop(threads);
        assert!(most <= 2);
        assert!(machine.listed()?.is_empty());
        assert_eq!(machine.dropped.take().len(), 600);
        Ok(())
    }
}
