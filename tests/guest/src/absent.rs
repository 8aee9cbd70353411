// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory that is not there until a test brings it: who touches it before waits, the kernel too.

use crate::memory::{Map, PAGE};
use rustix::{
    event::{poll, PollFd, PollFlags},
    io::retry_on_intr,
};
use std::{
    fs::File,
    io::{Error, Read},
    os::fd::{AsRawFd, FromRawFd},
};

// Of <linux/userfaultfd.h>.
const UFFD_API: u64 = 0xaa;
const UFFDIO_API: libc::Ioctl = 0xc018_aa3f;
const UFFDIO_REGISTER: libc::Ioctl = 0xc020_aa00;
const UFFDIO_REGISTER_MODE_MISSING: u64 = 1;
const UFFDIO_COPY: libc::Ioctl = 0xc028_aa03;

/// Bytes of an event.
const EVENT: usize = 32;

/// One page that is not there. It is enough for every argument.
pub struct Absent {
    page: Map,
    events: File,
}

impl Absent {
    /// A new one.
    pub fn new() -> Self {
        // SAFETY: The descriptor is new and nobody else's.
        let events = unsafe {
            let fd = libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | libc::O_NONBLOCK);
            assert!(fd >= 0, "userfaultfd: {}", Error::last_os_error());
            File::from_raw_fd(i32::try_from(fd).expect("a descriptor"))
        };
        let new = Self {
            page: Map::new(1),
            events,
        };
        new.control(UFFDIO_API, &mut [UFFD_API, 0, 0]);
        let (start, mode) = (new.address(), UFFDIO_REGISTER_MODE_MISSING);
        new.control(UFFDIO_REGISTER, &mut [start, PAGE as u64, mode, 0]);
        new
    }

    fn control(&self, request: libc::Ioctl, argument: &mut [u64]) {
        // SAFETY: The argument has the size that the request states, and addresses in it are those
        // of memory of ours.
        let done = unsafe { libc::ioctl(self.events.as_raw_fd(), request, argument.as_mut_ptr()) };
        assert_eq!(done, 0, "{request:#x}: {}", Error::last_os_error());
    }

    /// Where it will be.
    pub fn address(&self) -> u64 {
        self.page.address()
    }

    /// Returns when somebody waits for the page.
    pub fn wait_for_touch(&self) {
        let mut fds = [PollFd::new(&self.events, PollFlags::IN)];
        assert_eq!(retry_on_intr(|| poll(&mut fds, None)), Ok(1));
        let event = (&self.events).read(&mut [0; EVENT]).expect("an event");
        assert_eq!(event, EVENT);
    }

    /// Brings the page: `content`, and zeros behind it. Who waited goes on.
    pub fn bring(&self, content: &[u8]) {
        let mut from = Map::new(1);
        from.bytes()[..content.len()].copy_from_slice(content);
        self.control(
            UFFDIO_COPY,
            &mut [self.address(), from.address(), PAGE as u64, 0, 0],
        );
    }

    /// The bytes of the page that was brought.
    pub fn bytes(&mut self) -> &mut [u8] {
        self.page.bytes()
    }
}

impl Default for Absent {
    fn default() -> Self {
        Self::new()
    }
}
