// SPDX-License-Identifier: MIT OR Apache-2.0
//! Limits on this process.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

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
