// SPDX-License-Identifier: MIT OR Apache-2.0
//! Waits with a time limit: D3DKMTWaitForSynchronizationObjectFromCpu itself has none, but can have an
//! eventfd signalled.

use crate::Error;
use rustix::{
    event::{eventfd, poll, EventfdFlags, PollFd, PollFlags, Timespec},
    io::Errno,
};
use std::{
    os::fd::{BorrowedFd, OwnedFd},
    time::{Duration, Instant},
};

/// How a wait with a time limit has ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use = "the time may have been up"]
pub enum Waited {
    /// What was waited for is there.
    Reached,
    /// The time was up before that.
    TimedOut,
}

/// An eventfd that nobody has signalled.
pub(crate) fn new_event() -> Result<OwnedFd, Error> {
    eventfd(0, EventfdFlags::CLOEXEC).map_err(Error::Event)
}

/// Waits until an eventfd is signalled, and leaves it so.
pub(crate) fn wait_for_event(event: BorrowedFd<'_>, timeout: Duration) -> Result<Waited, Error> {
    let start = Instant::now();
    loop {
        let left = timeout.saturating_sub(start.elapsed());
        // What the kernel cannot express is longer than anybody waits.
        let left = Timespec::try_from(left).ok();
        let mut fds = [PollFd::from_borrowed_fd(event, PollFlags::IN)];
        match poll(&mut fds, left.as_ref()) {
            Ok(0) => return Ok(Waited::TimedOut),
            Ok(_) => return Ok(Waited::Reached),
            Err(Errno::INTR) => {}
            Err(errno) => return Err(Error::Event(errno)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::os::fd::AsFd;

    #[test]
    fn a_wait_ends_by_the_event_or_by_the_time() {
        let event = new_event().unwrap();
        for timeout in [Duration::ZERO, Duration::from_millis(2)] {
            let waited = wait_for_event(event.as_fd(), timeout).unwrap();
            assert_eq!(waited, Waited::TimedOut);
        }
        rustix::io::write(&event, &1_u64.to_ne_bytes()).unwrap();
        for timeout in [Duration::ZERO, Duration::from_millis(2), Duration::MAX] {
            let waited = wait_for_event(event.as_fd(), timeout).unwrap();
            assert_eq!(waited, Waited::Reached);
        }
    }
}
