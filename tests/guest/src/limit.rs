// SPDX-License-Identifier: MIT OR Apache-2.0
//! Limits on this process, and on the system.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};
use std::fs;

/// Limits the process until it is dropped.
pub struct Limit(Resource, Rlimit);

impl Limit {
    /// Lets the process have that many descriptors.
    pub fn new(descriptors: i32) -> Self {
        let descriptors = u64::try_from(descriptors).expect("a number");
        Self::of(Resource::Nofile, descriptors)
    }

    /// Lets the process have no mappings but those that it has.
    pub fn of_mappings() -> Self {
        Self::of(Resource::As, 4096)
    }

    /// Lets the process, which is root's, have more descriptors than usual.
    pub fn of_many_descriptors() -> Self {
        let most = Some(1 << 16);
        let before = getrlimit(Resource::Nofile);
        let limit = Rlimit {
            current: most,
            maximum: most,
        };
        setrlimit(Resource::Nofile, limit).expect("setrlimit");
        Self(Resource::Nofile, before)
    }

    fn of(resource: Resource, most: u64) -> Self {
        let before = getrlimit(resource);
        let limit = Rlimit {
            current: Some(most),
            ..before
        };
        setrlimit(resource, limit).expect("setrlimit");
        Self(resource, before)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        setrlimit(self.0, self.1).expect("setrlimit");
    }
}

/// The most files that the system may have open, until it is dropped. Root may have more.
pub struct MostFiles(String);

impl MostFiles {
    const PATH: &str = "/proc/sys/fs/file-max";

    /// So many.
    pub fn of(count: u64) -> Self {
        let before = fs::read_to_string(Self::PATH).expect(Self::PATH);
        fs::write(Self::PATH, count.to_string()).expect(Self::PATH);
        Self(before)
    }

    /// Those that it has.
    pub fn now() -> u64 {
        let text = fs::read_to_string("/proc/sys/fs/file-nr").expect("file-nr");
        let first = text.split_whitespace().next().expect("a word");
        first.parse().expect("a number")
    }
}

impl Drop for MostFiles {
    fn drop(&mut self) {
        fs::write(Self::PATH, &self.0).expect(Self::PATH);
    }
}
