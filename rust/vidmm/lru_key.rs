// SPDX-License-Identifier: GPL-2.0

//! [`LruKey`]: whose memory is taken first.
//!
//! Pure logic: also compiled and tested on the host.

/// How much an offer gives away (D3DDDI_OFFER_PRIORITY); the least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum OfferPriority {
    Low,
    Normal,
    High,
}

/// How badly memory is wanted where it is; the least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    /// Its owner does not need the contents.
    Offered(OfferPriority),
    /// On no device's residency list.
    Idle,
    /// Made resident (D3DKMTMakeResident).
    Listed,
}

/// The place of some memory in the order in which memory is taken: by class, then by priority, then
/// the longest unused one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct LruKey {
    pub(crate) class: Class,
    /// As D3DKMTSetAllocationPriority sets it.
    pub(crate) priority: u32,
    /// When it was used: never the same twice.
    pub(crate) stamp: u64,
}

impl LruKey {
    /// None is less.
    pub(crate) const LEAST: Self = Self {
        class: Class::Offered(OfferPriority::Low),
        priority: 0,
        stamp: 0,
    };

    /// The least one that goes after it.
    pub(crate) fn next(self) -> Self {
        Self {
            stamp: self.stamp.saturating_add(1),
            ..self
        }
    }

    /// Whether it gives way to memory of that class and priority.
    pub(crate) fn yields_to(self, class: Class, priority: u32) -> bool {
        self.class < class || (self.class == class && self.priority <= priority)
    }
}
