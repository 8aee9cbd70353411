// SPDX-License-Identifier: GPL-2.0

//! Counts the live objects of each kind, for debugfs and the tests: all zero when no process uses the
//! module.

#![deny(unsafe_code)]

use kernel::sync::atomic::{
    Atomic,
    Relaxed, //
};

/// The kinds of objects that are counted.
#[derive(Clone, Copy)]
pub(crate) enum Counter {
    Processes,
    AdapterOpens,
    Devices,
    Resources,
    Allocations,
    Bindings,
    GemObjects,
    PinnedPages,
    KernelPages,
    SystemMemory,
    Mappings,
    NtHandles,
    Exports,
    PagingQueues,
    Fences,
    Waits,
    Contexts,
}

const NAMES: [&str; 17] = [
    "processes",
    "adapter_opens",
    "devices",
    "resources",
    "allocations",
    "bindings",
    "gem_objects",
    "pinned_pages",
    "kernel_pages",
    "system_memory",
    "mappings",
    "nt_handles",
    "exports",
    "paging_queues",
    "fences",
    "waits",
    "contexts",
];

static VALUES: [Atomic<i64>; NAMES.len()] = [const { Atomic::new(0) }; NAMES.len()];

/// Counts `n` more objects.
pub(crate) fn add(counter: Counter, n: usize) {
    // CAST: the number of objects in memory is far below 2^63.
    VALUES[counter as usize].fetch_add(n as i64, Relaxed);
}

/// Counts `n` fewer objects.
pub(crate) fn sub(counter: Counter, n: usize) {
    // CAST: as above.
    VALUES[counter as usize].fetch_add(-(n as i64), Relaxed);
}

/// Counts one object while it lives: a field of each counted object.
pub(crate) struct Counted(Counter);

impl Counted {
    pub(crate) fn new(counter: Counter) -> Self {
        add(counter, 1);
        Self(counter)
    }
}

impl Drop for Counted {
    fn drop(&mut self) {
        sub(self.0, 1);
    }
}

/// All counters by their names, with their values.
pub(crate) fn all() -> impl Iterator<Item = (&'static str, i64)> {
    NAMES
        .into_iter()
        .zip(VALUES.iter().map(|value| value.load(Relaxed)))
}
