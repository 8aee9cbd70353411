// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `counters`; also looks at what is held when a counted object goes.

use kernel::sync::assert_no_lock;
use std::{cell::RefCell, collections::BTreeMap};

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Counter {
    Processes,
    AdapterOpens,
    Devices,
    Resources,
    Allocations,
    Bindings,
    NtHandles,
    PagingQueues,
    Fences,
    Waits,
    Contexts,
}

std::thread_local! {
    static VALUES: RefCell<BTreeMap<Counter, usize>> = RefCell::default();
}

/// What lives of each kind, without those of which nothing does.
pub(crate) fn all() -> BTreeMap<Counter, usize> {
    VALUES.with_borrow(BTreeMap::clone)
}

/// Nothing lives, as a model begins.
pub(crate) fn reset() {
    VALUES.take();
}

pub(crate) struct Counted(Counter);

impl Counted {
    pub(crate) fn new(counter: Counter) -> Self {
        VALUES.with_borrow_mut(|values| *values.entry(counter).or_default() += 1);
        Self(counter)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        assert_no_lock("an object goes");
        VALUES.with_borrow_mut(|values| {
            let value = values.entry(self.0).or_default();
            *value -= 1;
            if *value == 0 {
                values.remove(&self.0);
            }
        });
    }
}
