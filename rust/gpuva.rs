// SPDX-License-Identifier: GPL-2.0

//! GPU virtual addresses: the address space of one process on one adapter.
//!
//! Two ordered maps. The *ranges* are what was given out: reservations, mappings that chose their own
//! address, pages of fences. The *extents* are the page tables: what the addresses mean. Where there is
//! no extent, a range decides: pages of a zero reservation read zero, all others fault.
//!
//! Nothing here knows what memory is: the type `T` of what is mapped is the caller's.
//!
//! Pure logic: also compiled and tested on the host.

#![deny(unsafe_code)]

pub(crate) mod extents;
pub(crate) mod ranges;
pub(crate) mod space;
pub(crate) mod update;

/// Bytes of a page of the GPU, in every call (case 436).
pub(crate) const PAGE: u64 = 4096;

/// What reservations are multiples of (case 301).
pub(crate) const GRANULE: u64 = 0x1_0000;

/// Bits of an address (case 437).
pub(crate) const ADDRESS_BITS: u32 = 48;

/// The first address that can be had: 0 is none (case 310).
pub(crate) const LOWEST: u64 = GRANULE;

/// The first address that cannot be had.
pub(crate) const END: u64 = 1 << ADDRESS_BITS;

/// Ranges of a space, and extents of it, at most.
pub(crate) const MOST: usize = 65_536;

/// Extents that are taken out, or ranges that are looked at, while the space is locked, at most.
const AT_ONCE: usize = 256;

/// How far a change of a space has come.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Step<R> {
    Done(R),
    /// A part of it is done: the call is to be made again, when others have had the lock.
    More,
}

/// Whether an address or a size is one of pages.
pub(crate) const fn whole(bytes: u64, unit: u64) -> bool {
    bytes % unit == 0
}

/// Which addresses are asked for.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum AddressRequest {
    /// Those from exactly there on (BaseAddress).
    At(u64),
    /// Any from `from` on that end at `to` at the latest (MinimumAddress, MaximumAddress).
    Between { from: u64, to: u64 },
}

/// Addresses from `start` up to `end`: some, all of which exist.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Span {
    pub(crate) start: u64,
    pub(crate) end: u64,
}

impl Span {
    /// `bytes` bytes from `start` on, if they are whole pages that exist.
    pub(crate) fn new(start: u64, bytes: u64) -> Option<Self> {
        let end = start.checked_add(bytes)?;
        let exists = start >= LOWEST && end <= END && bytes != 0;
        let span = exists && whole(start, PAGE) && whole(bytes, PAGE);
        span.then_some(Self { start, end })
    }

    pub(crate) fn bytes(self) -> u64 {
        self.end - self.start
    }

    pub(crate) fn contains(self, other: Self) -> bool {
        self.start <= other.start && other.end <= self.end
    }
}
