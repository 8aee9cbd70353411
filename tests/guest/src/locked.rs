// SPDX-License-Identifier: MIT OR Apache-2.0
//! What most tests of locks begin with.

use crate::{
    calls::{unlock, Answer, Gpu, SUCCESS},
    create::Create,
    memory::{bytes_at, PAGE},
};

/// A device with one buffer, and its lock.
pub struct Locked<'a> {
    /// The adapter.
    pub gpu: &'a Gpu,
    /// The device.
    pub device: u32,
    /// The buffer.
    pub allocation: u32,
    /// Where the lock is.
    pub address: u64,
    /// How many bytes it has.
    pub bytes: usize,
}

impl<'a> Locked<'a> {
    /// Makes a device and a buffer, and locks it.
    pub fn new(gpu: &'a Gpu, pages: usize) -> Self {
        let device = gpu.device();
        let bytes = pages * PAGE;
        let allocation = Create::buffer(device, bytes as u64).made(gpu).allocation(0);
        Self {
            gpu,
            device,
            allocation,
            address: gpu.lock(device, allocation),
            bytes,
        }
    }

    /// The bytes of the lock.
    #[allow(clippy::mut_from_ref, reason = "memory that is shared anyway")]
    pub fn bytes(&self) -> &mut [u8] {
        // SAFETY: The lock has that many bytes; tests use one slice at a time.
        unsafe { bytes_at(self.address, self.bytes) }
    }

    /// Locks it once more.
    pub fn lock(&self) -> u64 {
        self.gpu.lock(self.device, self.allocation)
    }

    /// Unlocks it, if it is locked.
    pub fn try_unlock(&self) -> Answer {
        unlock(&self.gpu.dxg, self.device, self.allocation)
    }

    /// Unlocks it.
    pub fn unlock(&self) {
        assert_eq!(self.try_unlock(), SUCCESS);
    }
}
