// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory full of a pattern of its own, every byte of which is checked.

use crate::{calls::Gpu, create::Create};
use std::slice;

/// Numbers that look random and are the same in each run.
pub struct Random(u64);

impl Random {
    /// Another row of numbers for each seed.
    pub fn new(seed: u64) -> Self {
        Self(seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1)
    }

    /// The next one.
    pub fn next_number(&mut self) -> u64 {
        // A step of xorshift64*.
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// The next one below `end`.
    pub fn below(&mut self, end: usize) -> usize {
        (self.next_number() % end as u64) as usize
    }

    /// All numbers below `end`, in some order.
    pub fn shuffled(&mut self, end: usize) -> Vec<usize> {
        let mut all: Vec<_> = (0..end).collect();
        for i in (1..end).rev() {
            all.swap(i, self.below(i + 1));
        }
        all
    }
}

/// The 64-bit words of a lock.
///
/// # Safety
///
/// The lock has that many bytes, and nobody else has a slice of it meanwhile.
unsafe fn words<'a>(address: u64, bytes: u64) -> &'a mut [u64] {
    // SAFETY: As the function's contract says; locks are page aligned.
    unsafe { slice::from_raw_parts_mut(address as *mut u64, bytes as usize / 8) }
}

fn word(seed: u64, index: usize) -> u64 {
    (index as u64 ^ seed).wrapping_mul(0x9e37_79b9_7f4a_7c15)
}

/// A buffer with a pattern of its own.
pub struct Patterned {
    /// The allocation.
    pub allocation: u32,
    /// Bytes of it.
    pub bytes: u64,
    seed: u64,
}

impl Patterned {
    /// A new buffer, which nobody has touched.
    pub fn new(gpu: &Gpu, device: u32, bytes: u64) -> Self {
        Self {
            allocation: Create::buffer(device, bytes).made(gpu).allocation(0),
            bytes,
            seed: 0,
        }
    }

    /// The contents were discarded: all is zero.
    pub fn forget(&mut self) {
        self.seed = 0;
    }

    /// Writes another pattern, through a lock that is there.
    pub fn write_at(&mut self, address: u64, seed: u64) {
        self.seed = seed | 1;
        // SAFETY: It is a lock of this buffer; there is no other slice of it.
        let words = unsafe { words(address, self.bytes) };
        for (i, to) in words.iter_mut().enumerate() {
            *to = word(self.seed, i);
        }
    }

    /// Fails unless every byte is what was written; zeros if nothing was.
    pub fn check_at(&self, address: u64) {
        // SAFETY: As above.
        let words = unsafe { words(address, self.bytes) };
        let wanted = |i| match self.seed {
            0 => 0,
            seed => word(seed, i),
        };
        let wrong = (words.iter().enumerate()).find(|&(i, &is)| is != wanted(i));
        if let Some((i, is)) = wrong {
            panic!("{is:#x} instead of {:#x} at byte {}", wanted(i), i * 8);
        }
    }

    /// Writes another pattern.
    pub fn write(&mut self, gpu: &Gpu, device: u32, seed: u64) {
        let address = gpu.lock(device, self.allocation);
        self.write_at(address, seed);
        gpu.unlock(device, self.allocation);
    }

    /// Fails unless every byte is what was written.
    pub fn check(&self, gpu: &Gpu, device: u32) {
        let address = gpu.lock(device, self.allocation);
        self.check_at(address);
        gpu.unlock(device, self.allocation);
    }
}
