// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's errors.

use crate::alloc::AllocError;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Error(i32);

pub type Result<T = (), E = Error> = std::result::Result<T, E>;

pub mod code {
    use super::Error;

    pub const EBADF: Error = Error(9);
    pub const EINTR: Error = Error(4);
    pub const ENOMEM: Error = Error(12);
    pub const EFAULT: Error = Error(14);
}

impl From<AllocError> for Error {
    fn from(_: AllocError) -> Self {
        code::ENOMEM
    }
}

impl Error {
    /// The positive number.
    pub fn errno(self) -> i32 {
        self.0
    }
}
