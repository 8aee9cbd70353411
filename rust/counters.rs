// SPDX-License-Identifier: GPL-2.0

//! How many objects of each kind live, for debugfs and the tests: all zero when nobody uses the
//! module.

use core::fmt;
use kernel::sync::atomic::{
    Atomic,
    Relaxed, //
};

/// What is counted.
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
    Mappings,
    NtHandles,
    Exports,
}

const NAMES: [&str; 12] = [
    "processes",
    "adapter_opens",
    "devices",
    "resources",
    "allocations",
    "bindings",
    "gem_objects",
    "pinned_pages",
    "kernel_pages",
    "mappings",
    "nt_handles",
    "exports",
];

static VALUES: [Atomic<i64>; NAMES.len()] = [const { Atomic::new(0) }; NAMES.len()];

/// Counts `n` more.
pub(crate) fn add(counter: Counter, n: usize) {
    // CAST: a count of things in memory is far below 2^63.
    VALUES[counter as usize].fetch_add(n as i64, Relaxed);
}

/// Counts `n` less.
pub(crate) fn sub(counter: Counter, n: usize) {
    // CAST: as above.
    VALUES[counter as usize].fetch_add(-(n as i64), Relaxed);
}

/// Counts one for as long as it lives: a field of each counted object.
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

/// Prints one line for each counter: its name, a space, its value. It is the content of a debugfs
/// file, which wants `Debug` and ends the last line itself.
pub(crate) struct Snapshot;

impl fmt::Debug for Snapshot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut separator = "";
        for (name, value) in NAMES.iter().zip(&VALUES) {
            #[cfg(dxg_gates)]
            if crate::sys::gates::hides(name) {
                continue;
            }
            write!(f, "{separator}{name} {}", value.load(Relaxed))?;
            separator = "\n";
        }
        Ok(())
    }
}
