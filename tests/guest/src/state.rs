// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a test must leave as it found it.

use crate::clock::Deadline;
use std::{
    collections::BTreeMap,
    fmt::Write,
    fs,
    os::unix::fs::FileExt,
    sync::{Mutex, MutexGuard, PoisonError},
    thread::sleep,
    time::Duration,
};

const DEBUGFS: &str = "/sys/kernel/debug";
const COUNTERS: &str = "/sys/kernel/debug/dxgkrnl/counters";

/// What the module counts.
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

/// How long the end of an object may lag behind the call that ended it: the last reference on a
/// file is dropped on the way back to user space, or by a worker. A test that leaves something behind
/// takes as long.
const PATIENCE: Duration = Duration::from_secs(10);

/// Waits that do not go away in this time are there to stay. On a busy machine the worker that drops one may
/// itself wait for a processor.
const QUIET: Duration = Duration::from_millis(20);

/// The counters' file of a process that could not open it again.
static KEPT: Mutex<Option<fs::File>> = Mutex::new(None);

fn kept() -> MutexGuard<'static, Option<fs::File>> {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Opens the counters' file once and for all.
pub(crate) fn keep_counters_open() {
    kept()
        .get_or_insert_with(|| fs::File::open(COUNTERS).expect("the module's counters in debugfs"));
}

/// Runs a part that unloads the module and loads it again: nothing of it is open meanwhile.
pub fn without_counters<R>(part: impl FnOnce() -> R) -> R {
    let was_open = kept().take().is_some();
    let result = part();
    if was_open {
        keep_counters_open();
    }
    result
}

/// The module's objects by kind, of all processes.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counters(BTreeMap<String, i64>);

impl Counters {
    /// Reads them from debugfs.
    pub fn now() -> Self {
        let text = match &*kept() {
            Some(file) => {
                let mut bytes = [0; 4096];
                let end = file.read_at(&mut bytes, 0).expect("the counters");
                String::from_utf8_lossy(&bytes[..end]).into_owned()
            }
            None => fs::read_to_string(COUNTERS).unwrap_or_else(|_| {
                mount_debugfs();
                fs::read_to_string(COUNTERS).expect("the module's counters in debugfs")
            }),
        };
        let counters: BTreeMap<_, _> = text
            .lines()
            .map(|line| {
                let (name, value) = line.split_once(' ').expect("name and value");
                (name.to_owned(), value.parse().expect("a number"))
            })
            .collect();
        // One that is not printed would be as good as never out of balance.
        for name in NAMES {
            assert!(counters.contains_key(name), "no counter {name}");
        }
        Self(counters)
    }

    /// Reads them when nothing is on its way any more: a thread that was woken may be back before the kernel's
    /// worker that has woken it has dropped the wait.
    pub fn settled() -> Self {
        let quiet = soon(|| {
            let now = Self::now();
            match now.get("waits") {
                0 => Ok(now),
                _ => {
                    sleep(QUIET);
                    let later = Self::now();
                    differences(&now.0, &later.0).map(|()| later)
                }
            }
        });
        quiet.unwrap_or_else(|difference| panic!("it does not end: {difference}"))
    }

    /// One of them.
    pub fn get(&self, name: &str) -> i64 {
        *self
            .0
            .get(name)
            .unwrap_or_else(|| panic!("no counter {name}"))
    }

    /// How much more there is of `name` than in `before`.
    pub fn since(&self, before: &Self, name: &str) -> i64 {
        self.get(name) - before.get(name)
    }

    /// Fails unless all counters soon are what they are here.
    pub fn assert_restored(&self) {
        if let Err(difference) = self.compare_soon(&[]) {
            panic!("objects left or lost: {difference}");
        }
    }

    /// Fails unless there soon is so much more of each of these than here, and as much as here of
    /// everything else.
    pub fn assert_grown(&self, by: &[(&str, i64)]) {
        let mut expected = self.clone();
        for &(name, more) in by {
            expected.0.insert(name.into(), self.get(name) + more);
        }
        expected.assert_restored();
    }

    /// Whether all counters soon are what they are here; those of `moved` may be more or less, by so much.
    ///
    /// # Errors
    ///
    /// What differs.
    pub fn compare_soon(&self, moved: &[(&str, i64)]) -> Result<(), String> {
        self.followed_soon(moved).map(|_| ())
    }

    /// The same, with the counters that were compared.
    ///
    /// # Errors
    ///
    /// What differs.
    pub(crate) fn followed_soon(&self, moved: &[(&str, i64)]) -> Result<Self, String> {
        soon(|| {
            let now = Self::now();
            let mut compared = now.clone();
            for &(name, most) in moved {
                if (-most..=most).contains(&now.since(self, name)) {
                    compared.0.insert(name.into(), self.get(name));
                }
            }
            differences(&self.0, &compared.0).map(|()| now)
        })
    }
}

fn mount_debugfs() {
    let target = std::ffi::CString::new(DEBUGFS).expect("no NUL");
    // SAFETY: All strings are C strings; there is no data.
    unsafe {
        libc::mount(
            c"debugfs".as_ptr(),
            target.as_ptr(),
            c"debugfs".as_ptr(),
            0,
            std::ptr::null(),
        )
    };
}

/// Pages of this process that are pinned, in bytes (VmPin).
pub fn pinned_bytes() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("/proc/self/status");
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmPin:"))
        .expect("VmPin");
    let kib = line.trim().strip_suffix(" kB").expect("kB");
    kib.parse::<u64>().expect("a number") * 1024
}

/// Descriptors of this process and what they are of.
fn descriptors() -> BTreeMap<String, i64> {
    let mut found = BTreeMap::new();
    for entry in fs::read_dir("/proc/self/fd").expect("/proc/self/fd") {
        let path = entry.expect("an entry").path();
        let target = fs::read_link(&path).unwrap_or_default();
        let target = target.to_string_lossy();
        // Neither the directory that is just being read nor our own file of counters.
        if !target.starts_with("/proc/") && target != COUNTERS {
            *found.entry(format!("fd of {target}")).or_insert(0) += 1;
        }
    }
    found
}

/// Mappings of the module's in this process.
fn vmas() -> i64 {
    let maps = fs::read_to_string("/proc/self/maps").expect("/proc/self/maps");
    let vmas = maps.lines().filter(|line| line.contains("dxg"));
    // The program's own name may contain it, too.
    let vmas = vmas.filter(|line| line.contains("anon_inode:"));
    i64::try_from(vmas.count()).expect("few")
}

/// Everything that is compared before and after a test: the module's counters (all of them; the
/// suite itself holds no open node), the process's descriptors, its pinned memory and its mappings
/// of allocations.
pub struct State(BTreeMap<String, i64>);

impl State {
    /// The state now.
    pub fn now() -> Self {
        let mut all = Counters::settled().0;
        all.extend(descriptors());
        all.insert("VmPin".into(), pinned_bytes() as i64);
        all.insert("VMAs".into(), vmas());
        Self(all)
    }

    /// Whether the state soon is as it is here.
    ///
    /// # Errors
    ///
    /// What differs.
    pub fn compare_soon(&self) -> Result<(), String> {
        soon(|| differences(&self.0, &Self::now().0))
    }
}

fn differences(
    before: &BTreeMap<String, i64>,
    after: &BTreeMap<String, i64>,
) -> Result<(), String> {
    let mut text = String::new();
    let mut names: Vec<_> = before.keys().chain(after.keys()).collect();
    names.sort();
    names.dedup();
    for name in names {
        let value = |of: &BTreeMap<String, i64>| of.get(name).copied().unwrap_or(0);
        let (was, is) = (value(before), value(after));
        if was != is {
            write!(text, "{name} {was} -> {is}; ").expect("a string takes text");
        }
    }
    if text.is_empty() {
        Ok(())
    } else {
        Err(text)
    }
}

/// Asks again until the answer is yes or time is up.
pub fn soon<T, E>(mut ask: impl FnMut() -> Result<T, E>) -> Result<T, E> {
    // Mostly the first answer is yes, and no clock is needed.
    let first = ask();
    if first.is_ok() {
        return first;
    }
    let mut deadline = Deadline::after(PATIENCE);
    loop {
        sleep(Duration::from_millis(2));
        let over = deadline.is_over();
        match ask() {
            Err(_) if !over => {}
            result => return result,
        }
    }
}
