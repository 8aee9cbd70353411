// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's fault injection: its settings, and the count-down of one thread.

use crate::state::{keep_counters_open, Counters};
use std::{
    fs::{self, File, OpenOptions},
    io::{Read, Write},
    os::unix::fs::FileExt,
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        OnceLock,
    },
};

const DEBUGFS: &str = "/sys/kernel/debug";
const SLABS: &str = "/sys/kernel/slab";

/// Caches of the checkers themselves. An object of theirs goes with each object of the others, and
/// a failure there is no failure of the call.
const CHECKERS: [&str; 3] = [
    "kmemleak_object",
    "kmemleak_scan_area",
    "debug_objects_cache",
];

/// Of what nature a place is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// A copy from or to the user.
    UserCopy,
    /// Memory.
    Memory,
}

/// How many faults a facility counts down from; none of the numbers ends a count-down of ours.
const MANY: &str = "1000000000";

/// Sets the kernel up, once: what counts as a place from now on, and no report of each fault in its
/// log.
///
/// # Errors
///
/// The setting that is missing: such a kernel injects no faults.
pub fn set_up() -> Result<(), String> {
    static DONE: OnceLock<Result<(), String>> = OnceLock::new();
    DONE.get_or_init(make_settings).clone()
}

fn make_settings() -> Result<(), String> {
    // Mounts debugfs if need be. To open the counters anew for each try would take a tenth of it.
    Counters::now();
    keep_counters_open();
    for facility in ["failslab", "fail_page_alloc", "fail_usercopy"] {
        set(facility, "verbose", "0")?;
        set(facility, "probability", "0")?;
        set(facility, "times", MANY)?;
    }
    set("failslab", "ignore-gfp-wait", "N")?;
    set("fail_page_alloc", "ignore-gfp-wait", "N")?;
    set("fail_page_alloc", "ignore-gfp-highmem", "N")?;
    set("fail_page_alloc", "min-order", "0")?;
    choose_caches()?;
    set("failslab", "cache-filter", "Y")
}

fn set(facility: &str, setting: &str, value: &str) -> Result<(), String> {
    let path = format!("{DEBUGFS}/{facility}/{setting}");
    fs::write(&path, value).map_err(|error| format!("{path}: {error}"))
}

/// Lets all slab caches fail but the checkers'.
fn choose_caches() -> Result<(), String> {
    let caches = fs::read_dir(SLABS).map_err(|error| format!("{SLABS}: {error}"))?;
    let mut chosen = 0;
    for cache in caches.flatten() {
        let checker = CHECKERS.iter().any(|name| cache.file_name() == *name);
        let value = if checker { "0" } else { "1" };
        // A cache that several subsystems share cannot be chosen; ours cannot be among them.
        chosen += usize::from(fs::write(cache.path().join("failslab"), value).is_ok());
    }
    if chosen == 0 {
        return Err(format!("{SLABS}/*/failslab: no slab cache can be chosen"));
    }
    Ok(())
}

/// The count-down of the thread that opened it.
pub struct FailNth {
    file: File,
    /// How many user copies could still fail before this try.
    copies: AtomicU32,
}

/// What became of a call.
#[derive(Debug)]
pub struct Tried<R> {
    /// What it answered.
    pub result: R,
    /// The place that failed, or how many places the call has.
    pub failed: Result<Place, u32>,
}

impl FailNth {
    /// Opens the calling thread's.
    ///
    /// # Errors
    ///
    /// What is missing: a kernel without fault injection.
    pub fn open() -> Result<Self, String> {
        let path = "/proc/thread-self/fail-nth";
        let mut options = OpenOptions::new();
        let file = options.read(true).write(true).open(path);
        let this = Self {
            file: file.map_err(|error| format!("{path}: {error}"))?,
            copies: AtomicU32::new(copies_left()),
        };
        // So that the program's own pages are there when it counts.
        this.run(0, || ());
        Ok(this)
    }

    /// Makes `call` with its `nth` place failing, if it has so many.
    ///
    /// Nothing else is done while the count-down runs: no memory is allocated, no other system call
    /// made. Nor does anything here change the heap.
    pub fn run<R>(&self, nth: u32, call: impl FnOnce() -> R) -> Tried<R> {
        let mut text = [0; 12];
        let mut rest = &mut text[..];
        write!(rest, "{nth}").expect("ten digits");
        let unused = rest.len();
        let length = text.len() - unused;
        self.file
            .write_all_at(&text[..length], 0)
            .expect("fail-nth takes a number");
        let result = call();
        let left = self.stop();
        let failed = match left {
            0 => Ok(self.failed_place()),
            _ => Err(nth - left),
        };
        Tried { result, failed }
    }

    /// What has failed since it was asked for the last time.
    fn failed_place(&self) -> Place {
        let left = copies_left();
        if self.copies.swap(left, Relaxed) == left {
            Place::Memory
        } else {
            Place::UserCopy
        }
    }

    /// Ends the count-down; what was left of it.
    fn stop(&self) -> u32 {
        let mut text = [0; 12];
        let left = match self.file.read_at(&mut text, 0) {
            Ok(length) => number(&text[..length]),
            // To read it is a copy to the user, and that was the last place.
            Err(_) => {
                self.failed_place();
                1
            }
        };
        // To write it is a copy, too, and may fail once.
        while left > 0 && self.file.write_at(b"0", 0).is_err() {
            self.failed_place();
        }
        left
    }
}

/// How many user copies may still fail: one less for each that did.
fn copies_left() -> u32 {
    const PATH: &str = "/sys/kernel/debug/fail_usercopy/times";
    let mut text = [0; 12];
    let mut file = File::open(PATH).expect(PATH);
    let length = file.read(&mut text).expect(PATH);
    number(&text[..length])
}

fn number(text: &[u8]) -> u32 {
    let digits = text.iter().take_while(|byte| byte.is_ascii_digit());
    digits.fold(0, |number, digit| number * 10 + u32::from(digit - b'0'))
}
