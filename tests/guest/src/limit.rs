// SPDX-License-Identifier: MIT OR Apache-2.0
//! A limit on the descriptors of this process.

use rustix::process::{getrlimit, setrlimit, Resource, Rlimit};

/// Lets the process have that many descriptors, until it is dropped.
pub struct Limit(Rlimit);

impl Limit {
    /// Changes it now.
    pub fn new(descriptors: i32) -> Self {
        let before = getrlimit(Resource::Nofile);
        let limit = Rlimit {
            current: Some(u64::try_from(descriptors).expect("a number")),
            ..before
        };
        setrlimit(Resource::Nofile, limit).expect("setrlimit");
        Self(before)
    }
}

impl Drop for Limit {
    fn drop(&mut self) {
        setrlimit(Resource::Nofile, self.0).expect("setrlimit");
    }
}
