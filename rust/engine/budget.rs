// SPDX-License-Identifier: GPL-2.0

//! [`Budget`]: what a step may do, at most.
//!
//! Pure logic: also compiled and tested on the host.

use super::Port;

/// Bytes that one step copies at most; those that are filled count as less, pixels of triangles as more.
pub(crate) const STEP_BYTES: u64 = 64 << 10;

/// Bytes of one access to memory, at most.
pub(crate) const PIECE_MOST: u64 = 1 << 20;

/// Nanoseconds after which a step ends, whatever it has yet to do: others may hold up each access to memory.
pub(crate) const STEP_TIME: u64 = 1_000_000;

/// What is left of a step.
pub(super) struct Budget {
    pub(super) bytes: u64,
    until: u64,
}

impl Budget {
    /// That of a step which begins now.
    pub(super) fn new(now: u64) -> Self {
        Self {
            bytes: STEP_BYTES,
            until: now.saturating_add(STEP_TIME),
        }
    }

    /// Takes so many bytes from it.
    pub(super) fn spend(&mut self, bytes: u64) {
        self.bytes = self.bytes.saturating_sub(bytes);
    }

    pub(super) fn is_spent<P: Port>(&self, port: &P) -> bool {
        self.bytes == 0 || port.now() >= self.until
    }
}
