// SPDX-License-Identifier: GPL-2.0

//! [`Ledger`]: how much of a segment is committed.
//!
//! Pure logic: also compiled and tested on the host.

/// Bytes that a segment has, and bytes of it that are committed.
///
/// # Invariants
///
/// `committed <= size`.
pub(crate) struct Ledger {
    size: u64,
    committed: u64,
}

impl Ledger {
    /// A segment of `size` bytes, none of them committed.
    pub(crate) const fn new(size: u64) -> Self {
        Self { size, committed: 0 }
    }

    /// The size in bytes.
    pub(crate) fn size(&self) -> u64 {
        self.size
    }

    /// Bytes that are committed.
    pub(crate) fn committed(&self) -> u64 {
        self.committed
    }

    /// Commits `bytes` more; `false`, without a change, when fewer are left.
    #[must_use]
    pub(crate) fn commit(&mut self, bytes: u64) -> bool {
        // INVARIANT: Only values up to `size` are stored.
        match self.committed.checked_add(bytes) {
            Some(committed) if committed <= self.size => {
                self.committed = committed;
                true
            }
            _ => false,
        }
    }

    /// Releases `bytes` committed bytes.
    pub(crate) fn release(&mut self, bytes: u64) {
        // INVARIANT: `committed` only decreases.
        self.committed = self.committed.saturating_sub(bytes);
    }
}
