// SPDX-License-Identifier: GPL-2.0

//! [`Ranges`]: which addresses of a space were given out, and as what.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    AddressRequest,
    Span,
    Step,
    AT_ONCE,
    END,
    LOWEST,
    MOST, //
};
use crate::status::{
    NtResult,
    NtStatus, //
};
use kernel::rbtree::{
    RBTree,
    RBTreeNodeReservation, //
};

/// What addresses were given out as.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Origin {
    /// By ReserveGpuVirtualAddress; what is not mapped reads zero, or faults.
    Reserved { zero: bool },
    /// By MapGpuVirtualAddress.
    Mapped,
    /// For the page of a fence.
    Fence,
}

/// Addresses that belong together.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Range {
    pub(crate) span: Span,
    pub(crate) origin: Origin,
    /// No other one has or had it, but for the parts that it was split into.
    pub(crate) id: u64,
}

/// Whose some addresses are.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Held {
    /// Nobody's.
    Free,
    /// All of them are of one range.
    In(Range),
    /// Anything else.
    Mixed,
}

/// Where a search for free addresses has come to.
#[derive(Clone, Copy, Default, Debug)]
pub(super) struct Search {
    /// The next place to look at.
    at: Option<u64>,
    /// It has begun at the first address that may be had.
    is_whole: bool,
}

/// By where they end, so that the first one that ends behind an address is the one that has it, or is
/// the next one.
pub(super) type RangeTree = RBTree<u64, Range>;

/// The memory that a range takes.
pub(super) type Room = RBTreeNodeReservation<u64, Range>;

/// See the module's documentation.
pub(super) struct Ranges {
    tree: RangeTree,
    count: usize,
    last_id: u64,
    /// Where the next one is looked for: behind the last one that was found.
    next: u64,
}

impl Ranges {
    pub(super) fn new() -> Self {
        Self {
            tree: RBTree::new(),
            count: 0,
            last_id: 0,
            next: LOWEST,
        }
    }

    /// The range that has an address, or the first one behind it.
    fn from(&self, address: u64) -> Option<Range> {
        let key = address.checked_add(1)?;
        let cursor = self.tree.cursor_lower_bound(&key)?;
        Some(*cursor.current().1)
    }

    /// The range that has an address.
    pub(super) fn at(&self, address: u64) -> Option<Range> {
        self.from(address)
            .filter(|range| range.span.start <= address)
    }

    /// Whose addresses are.
    pub(super) fn held(&self, span: Span) -> Held {
        match self.from(span.start) {
            Some(range) if range.span.contains(span) => Held::In(range),
            Some(range) if range.span.start < span.end => Held::Mixed,
            _ => Held::Free,
        }
    }

    /// Whether there can be one more.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn check_room(&self) -> NtResult {
        if self.count >= MOST {
            return Err(NtStatus::NO_MEMORY);
        }
        Ok(())
    }

    /// Finds free addresses.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: those that are asked for are not free, or do not exist (case 305). NO_MEMORY:
    /// there are none (case 307).
    pub(super) fn find(
        &mut self,
        at: AddressRequest,
        bytes: u64,
        align: u64,
        search: &mut Search,
    ) -> NtResult<Step<Span>> {
        let (from, to) = match at {
            AddressRequest::At(start) => {
                let span = Span::new(start, bytes).ok_or(NtStatus::INVALID_PARAMETER)?;
                return match self.held(span) {
                    Held::Free => Ok(Step::Done(span)),
                    _ => Err(NtStatus::INVALID_PARAMETER),
                };
            }
            AddressRequest::Between { from, to } => (from.max(LOWEST), to.min(END)),
        };
        let start = match search.at {
            Some(at) => at,
            None if from < self.next && self.next < to => self.next,
            None => {
                search.is_whole = true;
                from
            }
        };
        let found = self.gap(start, to, bytes, align, search);
        if let Some(found) = found {
            self.next = found.end;
            return Ok(Step::Done(found));
        }
        if search.at.is_none() {
            if search.is_whole {
                return Err(NtStatus::NO_MEMORY);
            }
            // Nothing behind the last one that was found: from the beginning.
            (search.at, search.is_whole) = (Some(from), true);
        }
        Ok(Step::More)
    }

    /// The first gap that is large enough; `None` if there is none, or if the search has to go on from its place.
    fn gap(&self, from: u64, to: u64, bytes: u64, align: u64, search: &mut Search) -> Option<Span> {
        search.at = None;
        let mut start = from.checked_next_multiple_of(align)?;
        for _ in 0..AT_ONCE {
            let end = start.checked_add(bytes).filter(|&end| end <= to)?;
            match self.from(start) {
                Some(range) if range.span.start < end => {
                    start = range.span.end.checked_next_multiple_of(align)?;
                }
                _ => return Some(Span { start, end }),
            }
        }
        search.at = Some(start);
        None
    }

    /// Gives addresses out that were found to be free.
    pub(super) fn insert(&mut self, room: Room, span: Span, origin: Origin) {
        self.last_id += 1;
        let range = Range {
            span,
            origin,
            id: self.last_id,
        };
        self.put(room, range);
    }

    fn put(&mut self, room: Room, range: Range) {
        self.count += 1;
        // Nothing ends there: the addresses are free.
        self.tree.insert(room.into_node(range.span.end, range));
    }

    /// Takes some of a range's addresses back; what it does not need any more goes to `removed`. `room` is
    /// for the part in front of them, if there is one behind them, too.
    pub(super) fn remove(
        &mut self,
        range: Range,
        span: Span,
        room: &mut Option<Room>,
        removed: &mut RangeTree,
    ) {
        let front = Range {
            span: Span {
                end: span.start,
                ..range.span
            },
            ..range
        };
        let has_front = range.span.start < span.start;
        if span.end < range.span.end {
            // What is behind them keeps its end, which names it.
            if let Some(behind) = self.tree.get_mut(&range.span.end) {
                behind.span.start = span.end;
            }
            if let Some(room) = has_front.then(|| room.take()).flatten() {
                self.put(room, front);
            }
            return;
        }
        let Some(node) = self.tree.remove_node(&range.span.end) else {
            return;
        };
        self.count -= 1;
        if has_front {
            self.put(node.into_reservation(), front);
        } else {
            removed.insert(node);
        }
    }
}
