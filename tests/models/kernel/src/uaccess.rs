// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's copies from and to the user: the model's own memory.

use crate::{
    error::{code::EFAULT, Result},
    sync::assert_no_lock,
};
use std::ptr;

/// An address at which there is nothing; nor is there anything at NULL.
pub const UNMAPPED: usize = 8;

#[derive(Clone, Copy)]
pub struct UserPtr(usize);

impl UserPtr {
    pub fn from_addr(address: usize) -> Self {
        Self(address)
    }
}

/// Also its own reader and writer.
pub struct UserSlice {
    address: usize,
    left: usize,
}

impl UserSlice {
    pub fn new(UserPtr(address): UserPtr, left: usize) -> Self {
        Self { address, left }
    }

    pub fn reader(self) -> Self {
        self
    }

    pub fn writer(self) -> Self {
        self
    }

    fn advance(&mut self, bytes: usize) -> Result<usize> {
        assert_no_lock("user memory is touched");
        if bytes > self.left || (self.address <= UNMAPPED && bytes > 0) {
            return Err(EFAULT);
        }
        let at = self.address;
        self.address += bytes;
        self.left -= bytes;
        Ok(at)
    }

    pub fn read_slice(&mut self, out: &mut [u8]) -> Result {
        let at = self.advance(out.len())?;
        // SAFETY: The models hand in addresses of values of theirs that live as long as the call,
        // with sizes that are right, or none.
        unsafe { ptr::copy_nonoverlapping(at as *const u8, out.as_mut_ptr(), out.len()) };
        Ok(())
    }

    pub fn write_slice(&mut self, bytes: &[u8]) -> Result {
        let at = self.advance(bytes.len())?;
        // SAFETY: As above.
        unsafe { ptr::copy_nonoverlapping(bytes.as_ptr(), at as *mut u8, bytes.len()) };
        Ok(())
    }
}
