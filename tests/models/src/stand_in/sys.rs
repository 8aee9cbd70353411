// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `sys`: one process of one user.

pub(crate) mod object_file;
pub(crate) mod view;

use crate::status::NtStatus;
use kernel::error::Error;

impl From<Error> for NtStatus {
    fn from(error: Error) -> Self {
        NtStatus::from_errno(error.errno())
    }
}

/// Time does not pass.
pub(crate) fn now_ns() -> u64 {
    0
}

pub(crate) mod pid {
    pub(crate) struct ProcessId;

    impl ProcessId {
        pub(crate) fn current() -> Option<Self> {
            Some(Self)
        }

        pub(crate) fn key(&self) -> usize {
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
