// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory that is not there until a test brings it: who touches it before waits, the kernel too.

mod fuse;

use crate::memory::{Map, PAGE};
use fuse::Fuse;
use rustix::{
    event::{poll, PollFd, PollFlags},
    io::retry_on_intr,
};
use std::{
    fs::File,
    io::{Error, Read},
    os::fd::{AsRawFd, FromRawFd},
    path::Path,
};

// Of <linux/userfaultfd.h>.
const UFFD_API: u64 = 0xaa;
const UFFDIO_API: libc::Ioctl = 0xc018_aa3f;
const UFFDIO_REGISTER: libc::Ioctl = 0xc020_aa00;
const UFFDIO_REGISTER_MODE_MISSING: u64 = 1;
const UFFDIO_REGISTER_MODE_WP: u64 = 2;
const UFFDIO_WRITEPROTECT: libc::Ioctl = 0xc018_aa06;
const UFFDIO_WRITEPROTECT_MODE_WP: u64 = 1;
const UFFD_FEATURE_PAGEFAULT_FLAG_WP: u64 = 1;
const UFFDIO_COPY: libc::Ioctl = 0xc028_aa03;

/// Bytes of an event.
const EVENT: usize = 32;

/// Who has to bring it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A process that is told of faults: `userfaultfd`.
    UserFault,
    /// A file system in user space, whose file is mapped. The debug kernel has none.
    Fuse,
}

/// One page that is not there. It is enough for every argument.
pub struct Absent {
    page: Map,
    source: Source,
}

enum Source {
    UserFault(File),
    Fuse(Fuse),
}

impl Absent {
    /// A new one of a kind.
    pub fn of(kind: Kind) -> Self {
        match kind {
            Kind::UserFault => Self::new(),
            Kind::Fuse => {
                let file = Fuse::new();
                Self {
                    page: mapped(file.path()),
                    source: Source::Fuse(file),
                }
            }
        }
    }

    /// A new one, of `userfaultfd`.
    pub fn new() -> Self {
        Self::registered(Map::new(1), 0, UFFDIO_REGISTER_MODE_MISSING)
    }

    /// One that is there for readers: who writes to it waits, until [`Self::refuse`].
    pub fn for_writers<T>(content: T) -> Self {
        let page = Map::new(1);
        page.put(0, content);
        let (feature, mode) = (UFFD_FEATURE_PAGEFAULT_FLAG_WP, UFFDIO_REGISTER_MODE_WP);
        let absent = Self::registered(page, feature, mode);
        absent.protect(UFFDIO_WRITEPROTECT_MODE_WP);
        absent
    }

    /// Who waited to write goes on, and cannot.
    pub fn refuse(&self) {
        self.page.read_only();
        self.protect(0);
    }

    fn protect(&self, mode: u64) {
        let Source::UserFault(events) = &self.source else {
            unreachable!()
        };
        let argument = &mut [self.address(), PAGE as u64, mode];
        control(events, UFFDIO_WRITEPROTECT, argument);
    }

    fn registered(page: Map, feature: u64, mode: u64) -> Self {
        // SAFETY: The descriptor is new and nobody else's.
        let events = unsafe {
            let fd = libc::syscall(libc::SYS_userfaultfd, libc::O_CLOEXEC | libc::O_NONBLOCK);
            assert!(fd >= 0, "userfaultfd: {}", Error::last_os_error());
            File::from_raw_fd(i32::try_from(fd).expect("a descriptor"))
        };
        control(&events, UFFDIO_API, &mut [UFFD_API, feature, 0]);
        let start = page.address();
        control(&events, UFFDIO_REGISTER, &mut [start, PAGE as u64, mode, 0]);
        Self {
            page,
            source: Source::UserFault(events),
        }
    }

    /// The file that others map to have the same page, if it is one.
    pub fn path(&self) -> Option<&Path> {
        match &self.source {
            Source::UserFault(_) => None,
            Source::Fuse(file) => Some(file.path()),
        }
    }

    /// Where it will be.
    pub fn address(&self) -> u64 {
        self.page.address()
    }

    /// Returns when somebody waits for the page.
    pub fn wait_for_touch(&self) {
        match &self.source {
            Source::UserFault(events) => {
                let mut fds = [PollFd::new(events, PollFlags::IN)];
                assert_eq!(retry_on_intr(|| poll(&mut fds, None)), Ok(1));
                let mut events: &File = events;
                let event = events.read(&mut [0; EVENT]).expect("an event");
                assert_eq!(event, EVENT);
            }
            Source::Fuse(file) => file.wait_for_touch(),
        }
    }

    /// Brings the page: `content`, and zeros behind it. Who waited goes on.
    pub fn bring(&self, content: &[u8]) {
        let mut from = Map::new(1);
        from.bytes()[..content.len()].copy_from_slice(content);
        match &self.source {
            Source::UserFault(events) => control(
                events,
                UFFDIO_COPY,
                &mut [self.address(), from.address(), PAGE as u64, 0, 0],
            ),
            Source::Fuse(file) => file.bring(from.bytes()),
        }
    }

    /// It does not come: who waited for it has been killed.
    pub fn never_bring(&self) {
        match &self.source {
            Source::UserFault(_) => {}
            Source::Fuse(file) => file.interrupt(),
        }
    }

    /// The bytes of the page that was brought.
    pub fn bytes(&mut self) -> &mut [u8] {
        self.page.bytes()
    }
}

fn control(events: &File, request: libc::Ioctl, argument: &mut [u64]) {
    // SAFETY: The argument has the size that the request states, and addresses in it are those
    // of memory of ours.
    let done = unsafe { libc::ioctl(events.as_raw_fd(), request, argument.as_mut_ptr()) };
    assert_eq!(done, 0, "{request:#x}: {}", Error::last_os_error());
}

/// A page of a file. What is written to it stays here.
pub fn mapped(path: &Path) -> Map {
    let file = File::options().read(true).write(true).open(path);
    Map::of_file(&file.expect("the file"), 1, false)
}

impl Default for Absent {
    fn default() -> Self {
        Self::new()
    }
}
