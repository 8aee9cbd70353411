// SPDX-License-Identifier: GPL-2.0

//! [`Transfer`]: bytes that are being filled or copied, piece by piece.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    budget::{
        Budget,
        PIECE_MOST, //
    },
    command::Rows,
    Access,
    Fault,
    Port,
    Stop, //
};
use crate::gpuva::space::Translation;

/// What a piece costs at least, in bytes: looking an address up is not free.
pub(super) const PIECE_COST: u64 = 256;

/// Bytes that are filled in the time that one is copied in.
const FILLED_PER_COPIED: u64 = 16;

/// Where bytes come from.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum Source {
    Pattern(u32),
    Rows(Rows),
}

/// Rows of bytes that are being written.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) struct Transfer {
    to: Rows,
    from: Source,
    row: u64,
    /// Rows that are left, the one with `done` bytes included.
    rows: u32,
    done: u64,
}

impl Transfer {
    pub(super) fn new(to: Rows, from: Source, row: u64, rows: u32) -> Self {
        Self {
            to,
            from,
            row,
            // Rows of nothing are none.
            rows: if row == 0 { 0 } else { rows },
            done: 0,
        }
    }

    pub(super) fn is_done(&self) -> bool {
        self.rows == 0
    }

    /// Writes some more, for at most what is left of `budget`.
    pub(super) fn advance<P: Port>(
        &mut self,
        port: &mut P,
        budget: &mut Budget,
    ) -> Result<(), Stop> {
        while self.rows > 0 && !budget.is_spent(port) {
            let per_cost = match self.from {
                Source::Pattern(_) => FILLED_PER_COPIED,
                Source::Rows(_) => 1,
            };
            let most = (self.row - self.done).min(budget.bytes.saturating_mul(per_cost));
            let most = most.min(PIECE_MOST);
            let bytes = self.piece(port, most)?;
            budget.spend((bytes / per_cost).max(PIECE_COST));
            self.done += bytes;
            if self.done == self.row {
                self.done = 0;
                self.rows -= 1;
                self.to.address = self.to.address.wrapping_add(self.to.pitch);
                if let Source::Rows(from) = &mut self.from {
                    from.address = from.address.wrapping_add(from.pitch);
                }
            }
        }
        Ok(())
    }

    /// Writes what lies together, and says how many bytes that was: at least one, at most `most`.
    fn piece<P: Port>(&self, port: &mut P, most: u64) -> Result<u64, Stop> {
        // Addresses that are too large are looked up, too, and mean nothing.
        let to = self.to.address.wrapping_add(self.done);
        let destination = destination(port, to)?;
        let unavailable = Stop::unavailable(to, true);
        match self.from {
            Source::Pattern(pattern) => {
                // Words, as lengths and addresses are; what is left of a budget need not be.
                let words = |bytes: u64| match bytes.min(most) & !3 {
                    0 => 4,
                    bytes => bytes,
                };
                match destination {
                    Destination::Dropped { bytes } => Ok(words(bytes)),
                    Destination::Memory {
                        memory,
                        offset,
                        bytes,
                    } => {
                        port.fill(&memory, offset, words(bytes), pattern)
                            .map_err(unavailable)?;
                        Ok(words(bytes))
                    }
                }
            }
            Source::Rows(rows) => {
                let from = rows.address.wrapping_add(self.done);
                let most = match to.wrapping_sub(from) {
                    0 => most,
                    // What is behind that would have been written before it is read.
                    distance => most.min(distance),
                };
                let source = port.translate(from);
                let read = match &source {
                    Translation::Invalid => {
                        return Err(Fault::Page {
                            address: from,
                            write: false,
                        }
                        .into());
                    }
                    Translation::Zero { bytes } | Translation::Memory { bytes, .. } => *bytes,
                };
                let most = most.min(read);
                match (destination, source) {
                    (Destination::Dropped { bytes }, _) => Ok(most.min(bytes)),
                    (
                        Destination::Memory {
                            memory,
                            offset,
                            bytes,
                        },
                        Translation::Memory {
                            item, offset: from, ..
                        },
                    ) => {
                        let bytes = most.min(bytes);
                        port.copy((&memory, offset), (&item, from), bytes)
                            .map_err(unavailable)?;
                        Ok(bytes)
                    }
                    (
                        Destination::Memory {
                            memory,
                            offset,
                            bytes,
                        },
                        _,
                    ) => {
                        let bytes = most.min(bytes);
                        zero(port, &memory, offset, bytes).map_err(unavailable)?;
                        Ok(bytes)
                    }
                }
            }
        }
    }
}

/// Writes zeros, which need not be words.
fn zero<P: Port>(port: &mut P, memory: &P::Memory, offset: u64, bytes: u64) -> Access {
    let head = (offset.wrapping_neg() & 3).min(bytes);
    let words = (bytes - head) & !3;
    let tail = bytes - head - words;
    let mut write = |offset, count: u64| {
        // CAST: at most 3.
        match [0; 3].get(..count as usize).filter(|_| count > 0) {
            Some(zeros) => port.write(memory, offset, zeros),
            None => Ok(()),
        }
    };
    write(offset, head)?;
    write(offset + head + words, tail)?;
    match words {
        0 => Ok(()),
        words => port.fill(memory, offset + head, words, 0),
    }
}

/// Where bytes go.
pub(super) enum Destination<M> {
    /// Nowhere.
    Dropped {
        bytes: u64,
    },
    Memory {
        memory: M,
        offset: u64,
        bytes: u64,
    },
}

/// What an address is to who writes there.
pub(super) fn destination<P: Port>(
    port: &mut P,
    address: u64,
) -> Result<Destination<P::Memory>, Stop> {
    match port.translate(address) {
        Translation::Zero { bytes } => Ok(Destination::Dropped { bytes }),
        Translation::Memory {
            item,
            offset,
            bytes,
            writable: true,
        } => Ok(Destination::Memory {
            memory: item,
            offset,
            bytes,
        }),
        Translation::Invalid
        | Translation::Memory {
            writable: false, ..
        } => Err(Fault::Page {
            address,
            write: true,
        }
        .into()),
    }
}
