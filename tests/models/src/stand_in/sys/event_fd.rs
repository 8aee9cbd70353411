// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for eventfds: each has a number, and a count that grows with every signal.

use crate::stand_in::machine::machine;
use kernel::{
    error::{code::EBADF, Result},
    sync::assert_no_lock,
};

/// The counts, by number from 1.
#[derive(Default)]
pub(crate) struct Events(Vec<u32>);

/// A new one.
pub(crate) fn open() -> u64 {
    machine().with_events(|events| {
        events.0.push(0);
        events.0.len() as u64
    })
}

/// How often it was signalled.
pub(crate) fn count(fd: u64) -> u32 {
    machine().with_events(|events| events.0[fd as usize - 1])
}

pub(crate) struct EventFd(usize);

impl EventFd {
    pub(crate) fn from_fd(fd: u64) -> Result<Self> {
        let there = machine().with_events(|events| (1..=events.0.len() as u64).contains(&fd));
        // CAST: a few.
        there.then_some(Self(fd as usize - 1)).ok_or(EBADF)
    }

    pub(crate) fn signal(&self) {
        assert_no_lock("an eventfd is signalled");
        machine().with_events(|events| events.0[self.0] += 1);
    }
}

impl Drop for EventFd {
    fn drop(&mut self) {
        assert_no_lock("an eventfd goes");
    }
}
