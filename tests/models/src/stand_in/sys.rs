// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `sys`: one process of one user.

pub(crate) mod dma_buf;
pub(crate) mod event_fd;
pub(crate) mod fence_page;
pub(crate) mod mapped_vma;
pub(crate) mod object_file;
pub(crate) mod page_range;
pub(crate) mod worker;

use crate::status::NtStatus;
use kernel::error::Error;

impl From<Error> for NtStatus {
    fn from(error: Error) -> Self {
        NtStatus::from_errno(error.errno())
    }
}

/// Looks whether the rule is kept.
pub(crate) fn may_be_delayed() {
    kernel::sync::assert_no_lock("a process may delay the caller");
}

/// Whatever is said fails the model.
pub(crate) fn may_log() -> bool {
    true
}

/// Time does not pass.
pub(crate) fn now_ns() -> u64 {
    0
}

/// Nobody is killed.
pub(crate) mod killable {
    pub(crate) fn check() -> kernel::error::Result {
        Ok(())
    }

    pub(crate) fn is_dying() -> bool {
        false
    }
}

pub(crate) mod descriptor {
    pub(crate) use super::object_file::NewDescriptor;
}

pub(crate) mod page_source {
    /// In the models nobody looks at pages.
    pub(crate) trait PageSource: Send + Sync {}
}

/// In the models there is no display.
pub(crate) mod write_fence {
    pub(crate) struct WriteFence;

    impl WriteFence {
        pub(crate) fn new() -> kernel::error::Result<Self> {
            Ok(Self)
        }
    }

    #[allow(dead_code, reason = "nothing is written")]
    pub(crate) struct Unfinished;
}

/// Nobody listens.
pub(crate) mod trace {
    #[allow(dead_code, reason = "nobody reads it")]
    #[derive(Clone, Copy)]
    pub(crate) struct Owner {
        pub(crate) adapter: u64,
        pub(crate) process: i32,
    }

    pub(crate) struct Allocation;

    pub(crate) fn create(_: impl FnOnce() -> Allocation) {}

    pub(crate) fn lock(_: impl FnOnce() -> Allocation) {}

    pub(crate) fn is_signal_on() -> bool {
        false
    }

    pub(crate) fn is_wait_on() -> bool {
        false
    }

    pub(crate) fn signal(_: impl FnOnce() -> Owner, _: u32, _: u64) {}

    pub(crate) fn wait(_: impl FnOnce() -> Owner, _: u32, _: u64) {}
}

pub(crate) mod pid {
    pub(crate) struct ProcessId;

    impl ProcessId {
        pub(crate) fn current() -> Option<Self> {
            Some(Self)
        }

        pub(crate) fn is_current(&self) -> bool {
            true
        }

        pub(crate) fn key(&self) -> usize {
            1
        }

        pub(crate) fn pid(&self) -> i32 {
            1
        }
    }
}

pub(crate) mod identity {
    #[derive(PartialEq)]
    pub(crate) struct Identity;

    impl Identity {
        pub(crate) fn current() -> Option<Self> {
            Some(Self)
        }
    }
}
