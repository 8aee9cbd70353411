// SPDX-License-Identifier: MIT OR Apache-2.0
//! The descriptor of `/dev/dxg`, one for the whole process.
//!
//! It is opened by the first call, and closed when the library is unloaded. All of this is atomic
//! variables, as a lock could be held in a process that forks, for ever in its child.
//!
//! A child inherits the descriptor, but the node answers nobody but the process that opened it. The
//! child then puts a node of its own in the place of the inherited one: behind the same number, in
//! one step, so that other threads never find the number closed.

use libd3dkmt::Dxg;
use rustix::{
    fs::{fstat, open, FileType, Mode, OFlags},
    io::{dup3, fcntl_dupfd_cloexec, DupFlags},
};
use std::{
    mem,
    os::fd::{AsFd, AsRawFd, BorrowedFd, FromRawFd, IntoRawFd, OwnedFd, RawFd},
    process,
    sync::atomic::{AtomicU64, Ordering::SeqCst},
};

/// The node: [`Node::word`] of it, or [`NONE`].
static NODE: AtomicU64 = AtomicU64::new(NONE);
/// What the node's inode says it is. It is written before the first [`NODE`] is.
static DEVICE: AtomicU64 = AtomicU64::new(0);

/// No descriptor is -1.
const NONE: u64 = u64::MAX;

/// A descriptor, and the process that opened the node behind it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Node {
    fd: RawFd,
    opener: u32,
}

impl Node {
    /// The node, which is opened if it is not open.
    pub(crate) fn get() -> Option<Self> {
        Self::of_word(NODE.load(SeqCst)).or_else(|| Self::opened_instead_of(NONE))
    }

    /// Its descriptor.
    pub(crate) fn fd(&self) -> BorrowedFd<'_> {
        // SAFETY: It is not -1. The library closes it only when no call can be going on: at its own
        // end, or when the program says so by D3DKMTCloseDxCoreDevice.
        unsafe { BorrowedFd::borrow_raw(self.fd) }
    }

    /// Whether calls on it cannot work: this process is not the one that opened it, or the program
    /// has closed the descriptor behind our back.
    pub(crate) fn is_stale(&self) -> bool {
        self.opener != process::id() || !self.is_ours()
    }

    /// A new one in its place, or the one that another thread has put there since.
    pub(crate) fn renewed(self) -> Option<Self> {
        let word = self.word();
        let now = NODE.load(SeqCst);
        if now != word {
            return Self::of_word(now).or_else(Self::get);
        }
        if !self.is_ours() {
            // The number may be the program's by now.
            return Self::opened_instead_of(word);
        }
        let node = open_node()?;
        // SAFETY: It is a node of ours, as was just seen, and stays so: it isn't closed here.
        let mut place = mem::ManuallyDrop::new(unsafe { OwnedFd::from_raw_fd(self.fd) });
        dup3(&node, &mut place, DupFlags::CLOEXEC).ok()?;
        let new = Self {
            opener: process::id(),
            ..self
        };
        // If another thread was quicker, both have put a good node there.
        NODE.store(new.word(), SeqCst);
        Some(new)
    }

    /// Opens a node, if [`NODE`] still is `expected`; else whatever it is now.
    fn opened_instead_of(expected: u64) -> Option<Self> {
        let fd = open_node()?;
        let new = Self {
            fd: fd.as_raw_fd(),
            opener: process::id(),
        };
        match NODE.compare_exchange(expected, new.word(), SeqCst, SeqCst) {
            Ok(_) => {
                // The number is in NODE from now on.
                let _ = fd.into_raw_fd();
                Some(new)
            }
            Err(now) => Self::of_word(now),
        }
    }

    /// Whether the number still is that of an open node.
    fn is_ours(&self) -> bool {
        device_of(self.fd()) == Some(DEVICE.load(SeqCst))
    }

    fn word(self) -> u64 {
        (u64::from(self.opener) << 32) | u64::from(self.fd as u32)
    }

    fn of_word(word: u64) -> Option<Self> {
        (word != NONE).then_some(Self {
            fd: word as u32 as RawFd,
            opener: (word >> 32) as u32,
        })
    }
}

/// Opens the node, behind none of the numbers that the standard streams have.
fn open_node() -> Option<OwnedFd> {
    let mut fd = open(Dxg::PATH, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).ok()?;
    if fd.as_raw_fd() < 3 {
        fd = fcntl_dupfd_cloexec(&fd, 3).ok()?;
    }
    DEVICE.store(device_of(fd.as_fd())?, SeqCst);
    Some(fd)
}

/// The number of the device behind a descriptor, if there is a character device.
fn device_of(fd: BorrowedFd<'_>) -> Option<u64> {
    let stat = fstat(fd).ok()?;
    (FileType::from_raw_mode(stat.st_mode) == FileType::CharacterDevice).then_some(stat.st_rdev)
}

/// Closes the node, and with it everything that the process has in the kernel. The next call opens
/// another one.
pub(crate) fn close() {
    if let Some(node) = Node::of_word(NODE.swap(NONE, SeqCst)) {
        if node.is_ours() {
            // SAFETY: It is a node of ours, and nobody finds its number any more.
            drop(unsafe { OwnedFd::from_raw_fd(node.fd) });
        }
    }
}

/// Unloading the library does not leave its descriptor behind.
#[used]
#[link_section = ".fini_array"]
static AT_UNLOAD: extern "C" fn() = at_unload;

extern "C" fn at_unload() {
    close();
}
