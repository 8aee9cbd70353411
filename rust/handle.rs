// SPDX-License-Identifier: GPL-2.0

//! D3DKMT handles, and the sequence in which they are assigned.
//!
//! Pure logic: also compiled and tested on the host.
//!
//! A handle is a `u32`: `instance` (6 low bits, 0 for local handles), `index` (24 bits), `unique`
//! (2 high bits, never 0). Each process has one sequence of handles for all types of objects:
//! 0x40000000, 0x40000040, ... When the index wraps, `unique` moves to its next value, so a
//! number recurs only after `3 * 2^24` others. An index that an old object still uses
//! is skipped, so a stale handle never names another object before that.

#![deny(unsafe_code)]

pub(crate) const INDEX_BITS: u32 = 24;
const INSTANCE_BITS: u32 = 6;
/// Bits that are 0 in every local handle.
pub(crate) const INSTANCE_MASK: u32 = (1 << INSTANCE_BITS) - 1;
const UNIQUE_SHIFT: u32 = INSTANCE_BITS + INDEX_BITS;
const FIRST_UNIQUE: u32 = 1;
const LAST_UNIQUE: u32 = 3;

/// A local handle as it crosses the ioctl boundary; 0 is no handle.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Handle(u32);

impl Handle {
    /// No handle.
    pub(crate) const NULL: Self = Self(0);

    pub(crate) const fn new(value: u32) -> Self {
        Self(value)
    }

    pub(crate) const fn value(self) -> u32 {
        self.0
    }

    pub(crate) const fn is_null(self) -> bool {
        self.0 == 0
    }

    pub(crate) const fn from_parts(index: u32, unique: u32) -> Self {
        Self(unique << UNIQUE_SHIFT | index << INSTANCE_BITS)
    }

    pub(crate) const fn index(self) -> u32 {
        self.0 >> INSTANCE_BITS & ((1 << INDEX_BITS) - 1)
    }

    pub(crate) const fn unique(self) -> u32 {
        self.0 >> UNIQUE_SHIFT
    }

    pub(crate) const fn is_local(self) -> bool {
        self.0 & INSTANCE_MASK == 0 && self.unique() != 0
    }
}

/// The position in the sequence of handles.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Cursor {
    pub(crate) index: u32,
    pub(crate) unique: u32,
}

impl Cursor {
    pub(crate) const START: Self = Self {
        index: 0,
        unique: FIRST_UNIQUE,
    };

    pub(crate) const fn next(self) -> Self {
        if self.index < (1 << INDEX_BITS) - 1 {
            return Self {
                index: self.index + 1,
                unique: self.unique,
            };
        }
        Self {
            index: 0,
            unique: if self.unique < LAST_UNIQUE {
                self.unique + 1
            } else {
                FIRST_UNIQUE
            },
        }
    }

    pub(crate) const fn at(handle: Handle) -> Self {
        Self {
            index: handle.index(),
            unique: handle.unique(),
        }
    }

    pub(crate) const fn handle(self) -> Handle {
        Handle::from_parts(self.index, self.unique)
    }
}
