// SPDX-License-Identifier: GPL-2.0

//! [`Extents`]: the page tables of a space.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    Span,
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

/// By where they end, as ranges are.
pub(super) type ExtentTree<T> = RBTree<u64, Extent<T>>;
/// By what they map.
pub(super) type KeyTree = RBTree<(Key, u64), ()>;

/// The memory that an extent takes.
pub(super) struct Room<T> {
    extent: RBTreeNodeReservation<u64, Extent<T>>,
    key: RBTreeNodeReservation<(Key, u64), ()>,
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
    /// How many have a driver protection that is unique.
    unique: usize,
}

impl<T: Clone> Extents<T> {
    pub(super) fn new() -> Self {
        Self {
            tree: RBTree::new(),
            keys: RBTree::new(),
            count: 0,
            unique: 0,
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

    /// The first one that maps `key`, and ends behind an address.
    pub(super) fn of(&self, key: Key, behind: u64) -> Option<&Extent<T>> {
        let bound = (key, behind.checked_add(1)?);
        let (of, end) = *self.keys.cursor_lower_bound(&bound)?.current().0;
        if of != key {
            return None;
        }
        self.tree.get(&end)
    }

    /// Whether all mappings of `bytes` bytes of an item, from `offset` on, could have that driver
    /// protection (case 357).
    pub(super) fn agree(&self, key: Key, offset: u64, bytes: u64, driver_protection: u64) -> bool {
        if self.unique == 0 && driver_protection & UNIQUE == 0 {
            return true;
        }
        let mut behind = 0;
        while let Some(extent) = self.of(key, behind) {
            behind = extent.span.end;
            if let Meaning::Memory(memory) = &extent.meaning {
                let differs = memory.driver_protection != driver_protection
                    && (memory.driver_protection | driver_protection) & UNIQUE != 0;
                if differs && memory.meets(extent.span.bytes(), offset, bytes) {
                    return false;
                }
            }
        }
        true
    }

    /// Gives addresses that have no meaning one.
    pub(super) fn insert(&mut self, room: Room<T>, extent: Extent<T>) {
        self.count += 1;
        self.unique += usize::from(extent.meaning.is_unique());
        let end = extent.span.end;
        // Nothing ends there: nothing is replaced.
        self.keys
            .insert(room.key.into_node((extent.meaning.key(), end), ()));
        self.tree.insert(room.extent.into_node(end, extent));
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
        let key = extent.meaning.key();
        self.count -= 1;
        self.unique -= usize::from(extent.meaning.is_unique());
        if let Some(node) = self.keys.remove_node(&(key, end)) {
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
    pub(super) fn new() -> Self {
        Self {
            extents: RBTree::new(),
            keys: RBTree::new(),
            ranges: RBTree::new(),
        }
    }
}
