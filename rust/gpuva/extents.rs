// SPDX-License-Identifier: GPL-2.0

//! [`Extents`]: the page tables of a space.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    Span,
    AT_ONCE,
    MOST, //
};
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::rbtree::{
    RBTree,
    RBTreeNodeReservation, //
};

/// Driver protections with this bit belong to a range of an allocation, not to a mapping of it (case
/// 357).
pub(crate) const UNIQUE: u64 = 1 << 63;

/// Mappings of an allocation that can be checked for another driver protection, at most.
pub(crate) const CHECKED_MOST: usize = 256;

/// Names what is mapped: an address that nothing else has. 0 is nothing.
pub(crate) type Key = usize;

/// Bytes of memory that is mapped again and again.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Memory<T> {
    pub(crate) item: T,
    pub(crate) key: Key,
    /// The bytes that are mapped: `bytes` from `offset` on, ...
    pub(crate) offset: u64,
    pub(crate) bytes: u64,
    /// ... beginning with this one of them.
    pub(crate) phase: u64,
    pub(crate) writable: bool,
    pub(crate) driver_protection: u64,
}

impl<T> Memory<T> {
    /// It from `by` bytes on.
    fn advance(&mut self, by: u64) {
        // There are bytes: the remainder exists.
        self.phase = (self.phase + by).checked_rem(self.bytes).unwrap_or(0);
    }

    /// Where the first byte is in the item, and how many follow it there.
    pub(super) fn first(&self) -> (u64, u64) {
        (self.offset + self.phase, self.bytes - self.phase)
    }

    /// Whether one of `span`'s `mapped` bytes is one of the `bytes` bytes from `offset` on.
    fn meets(&self, mapped: u64, offset: u64, bytes: u64) -> bool {
        let meets = |start: u64, length: u64| start < offset + bytes && offset < start + length;
        let (start, length) = self.first();
        if mapped <= length {
            return meets(start, mapped);
        }
        meets(start, length) || meets(self.offset, (mapped - length).min(self.bytes))
    }
}

/// What addresses mean.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Meaning<T> {
    /// They read zero and may be written to.
    Zero,
    /// They fault.
    NoAccess,
    Memory(Memory<T>),
}

impl<T> Meaning<T> {
    fn key(&self) -> Key {
        match self {
            Self::Memory(memory) => memory.key,
            Self::Zero | Self::NoAccess => 0,
        }
    }

    fn is_unique(&self) -> bool {
        matches!(self, Self::Memory(memory) if memory.driver_protection & UNIQUE != 0)
    }

    fn advance(&mut self, by: u64) {
        if let Self::Memory(memory) = self {
            memory.advance(by);
        }
    }
}

/// Addresses with one meaning.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) struct Extent<T> {
    pub(crate) span: Span,
    pub(crate) meaning: Meaning<T>,
}

impl<T> Extent<T> {
    /// Its place among those that map the same.
    fn entry(&self) -> (Key, bool, u64) {
        (self.meaning.key(), self.meaning.is_unique(), self.span.end)
    }
}

/// By where they end, as ranges are.
pub(super) type ExtentTree<T> = RBTree<u64, Extent<T>>;
/// By what they map, those with a unique driver protection behind the others, and by where they end.
pub(super) type KeyTree = RBTree<(Key, bool, u64), ()>;

/// The memory that an extent takes.
pub(super) struct Room<T> {
    extent: RBTreeNodeReservation<u64, Extent<T>>,
    key: RBTreeNodeReservation<(Key, bool, u64), ()>,
}

impl<T> Room<T> {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new() -> NtResult<Self> {
        Ok(Self {
            extent: RBTreeNodeReservation::new(ACCOUNT)?,
            key: RBTreeNodeReservation::new(ACCOUNT)?,
        })
    }
}

/// See the module's documentation.
pub(super) struct Extents<T> {
    tree: ExtentTree<T>,
    keys: KeyTree,
    count: usize,
}

impl<T: Clone> Extents<T> {
    pub(super) fn new() -> Self {
        Self {
            tree: RBTree::new(),
            keys: RBTree::new(),
            count: 0,
        }
    }

    /// Whether there can be `more` more. Taking some addresses out may split one, which is allowed for.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn check_room(&self, more: usize) -> NtResult {
        if self.count.saturating_add(more) > MOST {
            return Err(NtStatus::NO_MEMORY);
        }
        Ok(())
    }

    /// The extent that has an address, or the first one behind it.
    pub(super) fn from(&self, address: u64) -> Option<&Extent<T>> {
        let key = address.checked_add(1)?;
        // The cursor lends for as long as it lives itself, the tree for longer.
        let end = *self.tree.cursor_lower_bound(&key)?.current().0;
        self.tree.get(&end)
    }

    /// The first one that has one of the addresses.
    pub(super) fn first_in(&self, span: Span) -> Option<&Extent<T>> {
        self.from(span.start)
            .filter(|extent| extent.span.start < span.end)
    }

    /// The part of an extent that is at some of its addresses.
    pub(super) fn part(extent: &Extent<T>, within: Span) -> Extent<T> {
        let span = Span {
            start: extent.span.start.max(within.start),
            end: extent.span.end.min(within.end),
        };
        let mut meaning = extent.meaning.clone();
        meaning.advance(span.start - extent.span.start);
        Extent { span, meaning }
    }

    /// The one that has the last of some addresses that have a meaning.
    pub(super) fn last_in(&self, span: Span) -> Option<&Extent<T>> {
        let last = match self.tree.cursor_lower_bound(&span.end) {
            Some(behind) if behind.current().1.span.start < span.end => Some(*behind.current().0),
            Some(behind) => behind.peek_prev().map(|(end, _)| *end),
            None => self.tree.cursor_back().map(|back| *back.current().0),
        };
        self.tree
            .get(&last?)
            .filter(|extent| extent.span.end > span.start)
    }

    /// The first one of a key, from one with `is_unique` on that ends behind an address.
    fn next_of(&self, key: Key, is_unique: bool, behind: u64) -> Option<&Extent<T>> {
        let bound = (key, is_unique, behind.checked_add(1)?);
        let (of, _, end) = *self.keys.cursor_lower_bound(&bound)?.current().0;
        if of != key {
            return None;
        }
        self.tree.get(&end)
    }

    /// The first one that maps `key`.
    pub(super) fn of(&self, key: Key) -> Option<&Extent<T>> {
        self.next_of(key, false, 0)
    }

    /// Whether a mapping of `bytes` bytes of an item, from `offset` on, can have that driver protection beside the
    /// others (case 357).
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: another one differs, and one of them is unique. NO_MEMORY: there are more than
    /// [`CHECKED_MOST`] others.
    pub(super) fn check_protection(
        &self,
        key: Key,
        offset: u64,
        bytes: u64,
        driver_protection: u64,
    ) -> NtResult {
        // What is not unique only meets those that are.
        let mut is_unique = driver_protection & UNIQUE == 0;
        let mut behind = 0;
        for _ in 0..CHECKED_MOST {
            let Some(extent) = self.next_of(key, is_unique, behind) else {
                return Ok(());
            };
            behind = extent.span.end;
            is_unique = extent.meaning.is_unique();
            if let Meaning::Memory(memory) = &extent.meaning {
                let differs = memory.driver_protection != driver_protection;
                if differs && memory.meets(extent.span.bytes(), offset, bytes) {
                    return Err(NtStatus::INVALID_PARAMETER);
                }
            }
        }
        Err(NtStatus::NO_MEMORY)
    }

    /// Gives addresses that have no meaning one.
    pub(super) fn insert(&mut self, room: Room<T>, extent: Extent<T>) {
        self.count += 1;
        // Nothing ends there: nothing is replaced.
        self.keys.insert(room.key.into_node(extent.entry(), ()));
        let end = extent.span.end;
        self.tree.insert(room.extent.into_node(end, extent));
    }

    /// Takes out some of the extents all of whose addresses are among these; `true`: there is none left.
    pub(super) fn thin_out(&mut self, span: Span, removed: &mut Removed<T>) -> bool {
        let mut rest = span;
        for _ in 0..AT_ONCE {
            let Some(first) = self.first_in(rest).map(|first| first.span) else {
                return true;
            };
            if first.end > rest.end {
                return true;
            }
            if first.start < rest.start {
                rest.start = first.end;
            } else if !self.take(first.end, removed) {
                return true;
            }
        }
        false
    }

    /// Takes the meaning of some addresses, which goes to `removed` but for what is kept of an extent
    /// at either end; `spare` is for that, and there afterwards only if it was not used.
    pub(super) fn clear(
        &mut self,
        span: Span,
        spare: &mut Option<Room<T>>,
        removed: &mut Removed<T>,
    ) {
        while let Some(first) = self.first_in(span) {
            let whole = first.span;
            if whole.start < span.start {
                let front = Self::part(
                    first,
                    Span {
                        end: span.start,
                        ..whole
                    },
                );
                // Only the first one can have such a part.
                if let Some(room) = spare.take() {
                    self.insert(room, front);
                }
                self.cut(whole.end, span.start);
            }
            if span.end < whole.end {
                self.cut(whole.end, span.end);
                return;
            }
            if !self.take(whole.end, removed) {
                return;
            }
        }
    }

    /// Has an extent begin later; its end, which names it, stays.
    fn cut(&mut self, end: u64, start: u64) {
        if let Some(extent) = self.tree.get_mut(&end) {
            extent.meaning.advance(start - extent.span.start);
            extent.span.start = start;
        }
    }

    /// Takes an extent out.
    fn take(&mut self, end: u64, removed: &mut Removed<T>) -> bool {
        let Some(extent) = self.tree.get(&end) else {
            return false;
        };
        let entry = extent.entry();
        self.count -= 1;
        if let Some(node) = self.keys.remove_node(&entry) {
            removed.keys.insert(node);
        }
        if let Some(node) = self.tree.remove_node(&end) {
            removed.extents.insert(node);
        }
        true
    }
}

/// What was taken out of a space. It is to be dropped without the lock of the space: the items may have
/// their last references in it.
pub(crate) struct Removed<T> {
    extents: ExtentTree<T>,
    keys: KeyTree,
    pub(super) ranges: super::ranges::RangeTree,
}

impl<T> Removed<T> {
    pub(crate) fn new() -> Self {
        Self {
            extents: RBTree::new(),
            keys: RBTree::new(),
            ranges: RBTree::new(),
        }
    }

    /// Whether there is no extent, and nothing that one maps.
    pub(crate) fn is_empty(&self) -> bool {
        self.extents.cursor_front().is_none()
    }
}
