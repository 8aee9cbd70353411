// SPDX-License-Identifier: MIT OR Apache-2.0
//! A memory cgroup: what the kernel keeps for the processes in it.

use crate::state::soon;
use std::{fs, process, ptr, thread};

const ROOT: &str = "/sys/fs/cgroup";

fn write(path: &str, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
}

/// A cgroup of a test's own; it goes when the last process has left it.
pub struct Cgroup {
    path: String,
}

impl Cgroup {
    /// A new one, without a process.
    pub fn create() -> Self {
        if !fs::exists(format!("{ROOT}/cgroup.controllers")).expect("sysfs") {
            // SAFETY: All strings are C strings; there is no data.
            let mounted = unsafe {
                let (kind, target) = (c"cgroup2".as_ptr(), c"/sys/fs/cgroup".as_ptr());
                libc::mount(kind, target, kind, 0, ptr::null())
            };
            assert_eq!(mounted, 0, "cgroup2");
        }
        write(&format!("{ROOT}/cgroup.subtree_control"), "+memory");
        let path = format!("{ROOT}/dxg-test-{}", process::id());
        fs::create_dir(&path).expect("a cgroup");
        Self { path }
    }

    /// What it may have, in bytes; nothing of it is swapped out.
    pub fn limit_memory(&self, bytes: u64) {
        write(&format!("{}/memory.max", self.path), &bytes.to_string());
    }

    /// From how many bytes on its processes sleep whenever they take memory.
    pub fn throttle(&self, bytes: u64) {
        write(&format!("{}/memory.high", self.path), &bytes.to_string());
    }

    /// Bytes that are charged to it.
    pub fn memory(&self) -> u64 {
        let text = fs::read_to_string(format!("{}/memory.current", self.path));
        text.expect("memory").trim().parse().expect("a number")
    }

    /// Processes that were killed for want of memory.
    pub fn kills(&self) -> u64 {
        self.events("oom_kill ")
    }

    /// How often its processes had more than it may have without being throttled.
    pub fn throttlings(&self) -> u64 {
        self.events("high ")
    }

    fn events(&self, name: &str) -> u64 {
        let text = fs::read_to_string(format!("{}/memory.events", self.path)).expect("events");
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        line.expect(name).parse().expect("a number")
    }

    /// Where it is, for a child that joins it.
    pub fn path(&self) -> &str {
        &self.path
    }
}

impl Drop for Cgroup {
    fn drop(&mut self) {
        let removed = soon(|| fs::remove_dir(&self.path));
        assert!(removed.is_ok() || thread::panicking(), "{removed:?}");
    }
}

/// A cgroup that this process has joined.
pub struct Joined<'a>(&'a str);

impl<'a> Joined<'a> {
    /// In a child: joins the cgroup at `path`.
    pub fn join(path: &'a str) -> Self {
        write(&format!("{path}/cgroup.procs"), "0");
        Self(path)
    }

    /// Lets it have so many bytes more than it has.
    pub fn leave(&self, bytes: u64) {
        let text = fs::read_to_string(format!("{}/memory.current", self.0)).expect("memory");
        let now: u64 = text.trim().parse().expect("a number");
        write(
            &format!("{}/memory.max", self.0),
            &(now + bytes).to_string(),
        );
    }

    /// Lets it have whatever it wants.
    pub fn leave_all(&self) {
        write(&format!("{}/memory.max", self.0), "max");
    }

    /// Kernel memory in bytes that is charged to it.
    pub fn kernel_memory(&self) -> i64 {
        let text = fs::read_to_string(format!("{}/memory.stat", self.0)).expect("memory.stat");
        let line = text.lines().find_map(|line| line.strip_prefix("kernel "));
        line.expect("kernel").parse().expect("a number")
    }
}
