// SPDX-License-Identifier: MIT OR Apache-2.0
//! What most tests of locks begin with, and what others do with a lock.

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

/// Writes to the first page of an allocation.
pub fn write(gpu: &Gpu, device: u32, allocation: u32, byte: u8) {
    let address = gpu.lock(device, allocation);
    // SAFETY: The lock has a page; others look at it only when this is done.
    unsafe { bytes_at(address, PAGE) }.fill(byte);
    gpu.unlock(device, allocation);
}

/// Fails unless the first page of an allocation holds that byte everywhere.
pub fn assert_holds(gpu: &Gpu, device: u32, allocation: u32, byte: u8) {
    let address = gpu.lock(device, allocation);
    // SAFETY: As above.
    let bytes = unsafe { bytes_at(address, PAGE) };
    assert!(bytes.iter().all(|&b| b == byte), "not {byte:#x}");
    gpu.unlock(device, allocation);
}
