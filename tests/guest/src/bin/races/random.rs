// SPDX-License-Identifier: MIT OR Apache-2.0
//! Numbers that look random and are the same in every run.

use std::{env, thread, time::Duration};

const SEED: u64 = 0x0dd5_eed5_0dd5_eed5;

/// The seed, which is printed. `DXG_TEST_SEED` is another one.
pub(super) fn announced_seed() -> u64 {
    let seed = env::var("DXG_TEST_SEED").ok();
    let seed = seed.and_then(|text| text.parse().ok()).unwrap_or(SEED);
    println!("# seed {seed}");
    seed
}

/// A sequence of numbers (xorshift64*).
pub(super) struct Random(u64);

impl Random {
    /// From a number.
    pub(super) fn new(seed: u64) -> Self {
        // Zero would stay zero.
        Self(seed | (1 << 63))
    }

    /// Another sequence.
    pub(super) fn fork(&mut self) -> Self {
        Self::new(self.next())
    }

    /// One for each of some threads.
    pub(super) fn forks(&mut self, threads: usize) -> Vec<u64> {
        (0..threads).map(|_| self.next()).collect()
    }

    fn next(&mut self) -> u64 {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        self.0.wrapping_mul(0x2545_f491_4f6c_dd1d)
    }

    /// Below a limit.
    pub(super) fn below(&mut self, limit: usize) -> usize {
        // The low bits are the worst ones.
        ((self.next() >> 32) as usize) % limit
    }

    /// One of some.
    pub(super) fn pick<T: Copy>(&mut self, from: &[T]) -> T {
        from[self.below(from.len())]
    }

    /// Lets some time pass, or none: as long as a few calls take.
    pub(super) fn pause(&mut self) {
        match self.below(4) {
            0 => {}
            1 => thread::yield_now(),
            _ => thread::sleep(Duration::from_micros(self.below(2000) as u64)),
        }
    }
}
