// SPDX-License-Identifier: GPL-2.0

//! [`LruKey`]: which memory is evicted first.
//!
//! Pure logic: also compiled and tested on the host.

/// How expendable an offer's contents are (D3DDDI_OFFER_PRIORITY); the least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum OfferPriority {
    Low,
    Normal,
    High,
}

/// How important it is that memory stays where it is; the least goes first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) enum Class {
    /// Its owner does not need the contents.
    Offered(OfferPriority),
    /// On no device's residency list.
    Idle,
    /// Made resident (D3DKMTMakeResident).
    Listed,
}

/// The position of an allocation's memory in the LRU order: by class, then by priority, then the least recently
/// used first.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct LruKey {
    pub(crate) class: Class,
    /// As D3DKMTSetAllocationPriority sets it.
    pub(crate) priority: u32,
    /// When it was last used: unique.
    pub(crate) stamp: u64,
}

impl LruKey {
    /// No key is less.
    pub(crate) const LEAST: Self = Self {
        class: Class::Offered(OfferPriority::Low),
        priority: 0,
        stamp: 0,
    };

    /// Greater than the keys of all offered memory, and less than those of all other.
    pub(crate) const BEFORE_IDLE: Self = Self {
        class: Class::Offered(OfferPriority::High),
        priority: u32::MAX,
        stamp: u64::MAX,
    };

    /// The least key that is greater.
    pub(crate) fn next(self) -> Self {
        Self {
            stamp: self.stamp.saturating_add(1),
            ..self
        }
    }

    /// Whether it may be evicted for memory of that class and priority.
    pub(crate) fn yields_to(self, class: Class, priority: u32) -> bool {
        self.class < class || (self.class == class && self.priority <= priority)
    }
}
