// SPDX-License-Identifier: GPL-2.0

//! [`Space`]: what the addresses of one process on one adapter mean.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    extents::{
        Extent,
        Extents,
        Key,
        Meaning,
        Memory,
        Removed,
        Room, //
    },
    ranges::{
        self,
        Held,
        Origin,
        Range,
        Ranges,
        Search, //
    },
    AddressRequest,
    Span,
    Step,
    AT_ONCE,
    END,
    GRANULE,
    PAGE, //
};
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::rbtree::RBTreeNodeReservation;

/// Memory that can be mapped.
#[derive(Clone, Debug)]
pub(crate) struct Target<T> {
    pub(crate) item: T,
    pub(crate) key: Key,
    pub(crate) bytes: u64,
    /// Whether its owner may write to it at all.
    pub(crate) writable: bool,
}

/// What addresses are to mean.
#[derive(Clone, Debug)]
pub(crate) enum Wanted<'a, T> {
    Zero,
    NoAccess,
    Memory {
        target: &'a Target<T>,
        offset: u64,
        write: bool,
        driver_protection: u64,
    },
}

/// What an address means.
#[derive(Clone, PartialEq, Eq, Debug)]
pub(crate) enum Translation<T> {
    /// It faults.
    Invalid,
    /// So many bytes from it on read zero and may be written to.
    Zero { bytes: u64 },
    /// So many bytes from it on are those of the item from `offset` on.
    Memory {
        item: T,
        offset: u64,
        bytes: u64,
        writable: bool,
    },
}

/// What a change of a space takes: memory, which is made before the space is locked, and what is left of it is dropped
/// after; and a place in a search.
pub(crate) struct Spare<T> {
    range: Option<ranges::Room>,
    extent: Option<Room<T>>,
    /// For what is left in front of a hole in a range, and in an extent.
    range_front: Option<ranges::Room>,
    extent_front: Option<Room<T>>,
    search: Search,
}

impl<T> Spare<T> {
    /// What any change takes.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new() -> NtResult<Self> {
        Ok(Self {
            range: Some(RBTreeNodeReservation::new(ACCOUNT)?),
            extent: Some(Room::new()?),
            range_front: Some(RBTreeNodeReservation::new(ACCOUNT)?),
            extent_front: Some(Room::new()?),
            search: Search::default(),
        })
    }

    /// Nothing.
    pub(crate) fn none() -> Self {
        Self {
            range: None,
            extent: None,
            range_front: None,
            extent_front: None,
            search: Search::default(),
        }
    }
}

/// See the module's documentation. What is taken out of it goes to a [`Removed`].
pub(crate) struct Space<T> {
    ranges: Ranges,
    pub(super) extents: Extents<T>,
}

impl<T: Clone> Space<T> {
    /// Of which all addresses are free, and fault.
    pub(crate) fn new() -> Self {
        Self {
            ranges: Ranges::new(),
            extents: Extents::new(),
        }
    }

    /// ReserveGpuVirtualAddress: its address.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the addresses that are asked for are not free (case 305), or do not exist.
    /// - NO_MEMORY: none are free (case 307); nothing is spare; too many ranges.
    pub(crate) fn reserve(
        &mut self,
        at: AddressRequest,
        bytes: u64,
        zero: bool,
        spare: &mut Spare<T>,
    ) -> NtResult<Step<u64>> {
        self.ranges.check_room()?;
        let found = self.ranges.find(at, bytes, GRANULE, &mut spare.search)?;
        let Step::Done(span) = found else {
            return Ok(Step::More);
        };
        let room = spare.range.take().ok_or(NtStatus::NO_MEMORY)?;
        self.ranges.insert(room, span, Origin::Reserved { zero });
        Ok(Step::Done(span.start))
    }

    /// MapGpuVirtualAddress: its address.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the addresses that are asked for do not exist, are of more than one range (case
    ///   346) or of a fence (case 364); Zero or NoAccess for what Map gave out (case 347); bytes that the
    ///   memory does not have (case 340); another driver protection for what has one of its own (case 357).
    /// - ACCESS_DENIED: for writing, and the memory is not (case 356).
    /// - NO_MEMORY: none are free; nothing is spare; too many ranges or mappings.
    pub(crate) fn map(
        &mut self,
        at: AddressRequest,
        bytes: u64,
        wanted: &Wanted<'_, T>,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) -> NtResult<Step<u64>> {
        let meaning = self.meaning(wanted, bytes)?;
        let is_memory = matches!(wanted, Wanted::Memory { .. });
        let place = self.place(at, bytes, is_memory, &mut spare.search)?;
        let Step::Done((span, is_new)) = place else {
            return Ok(Step::More);
        };
        if is_new && spare.range.is_none() {
            return Err(NtStatus::NO_MEMORY);
        }
        if let Step::More = self.replace(span, Some(meaning), spare, removed)? {
            return Ok(Step::More);
        }
        if let Some(room) = is_new.then(|| spare.range.take()).flatten() {
            self.ranges.insert(room, span, Origin::Mapped);
        }
        Ok(Step::Done(span.start))
    }

    /// Where a mapping is to be, and whether that is a range of its own.
    fn place(
        &mut self,
        at: AddressRequest,
        bytes: u64,
        is_memory: bool,
        search: &mut Search,
    ) -> NtResult<Step<(Span, bool)>> {
        if let AddressRequest::At(start) = at {
            if let Some(span) = self.inside(start, bytes, is_memory)? {
                return Ok(Step::Done((span, false)));
            }
        }
        self.ranges.check_room()?;
        // As large pages want it; a mapping that is smaller than one does not.
        let align = if bytes < GRANULE { PAGE } else { GRANULE };
        Ok(match self.ranges.find(at, bytes, align, search)? {
            Step::Done(span) => Step::Done((span, true)),
            Step::More => Step::More,
        })
    }

    /// The addresses, if they are of a range that they can be mapped in; `None` if they are free.
    fn inside(&self, start: u64, bytes: u64, is_memory: bool) -> NtResult<Option<Span>> {
        let span = Span::new(start, bytes).ok_or(NtStatus::INVALID_PARAMETER)?;
        match self.ranges.held(span) {
            Held::Free => Ok(None),
            Held::In(range) => match range.origin {
                Origin::Reserved { .. } => Ok(Some(span)),
                Origin::Mapped if is_memory => Ok(Some(span)),
                Origin::Mapped | Origin::Fence => Err(NtStatus::INVALID_PARAMETER),
            },
            Held::Mixed => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// What `bytes` addresses are to mean.
    fn meaning(&self, wanted: &Wanted<'_, T>, bytes: u64) -> NtResult<Meaning<T>> {
        match wanted {
            Wanted::Zero => Ok(Meaning::Zero),
            Wanted::NoAccess => Ok(Meaning::NoAccess),
            &Wanted::Memory {
                target,
                offset,
                write,
                driver_protection,
            } => self.memory(target, offset, bytes, write, driver_protection),
        }
    }

    /// `bytes` bytes of some memory, from `offset` on.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER, ACCESS_DENIED: see [`Space::map`].
    pub(super) fn memory(
        &self,
        target: &Target<T>,
        offset: u64,
        bytes: u64,
        write: bool,
        driver_protection: u64,
    ) -> NtResult<Meaning<T>> {
        let end = offset
            .checked_add(bytes)
            .ok_or(NtStatus::INVALID_PARAMETER)?;
        if end > target.bytes {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        if write && !target.writable {
            return Err(NtStatus::ACCESS_DENIED);
        }
        self.extents
            .check_protection(target.key, offset, bytes, driver_protection)?;
        Ok(Meaning::Memory(Memory {
            item: target.item.clone(),
            key: target.key,
            offset,
            bytes,
            phase: 0,
            writable: write,
            driver_protection,
        }))
    }

    /// Gives addresses that are in one range a meaning, or takes theirs.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: this step has changed nothing. Only if others change the space between two steps can a later one fail.
    pub(super) fn replace(
        &mut self,
        span: Span,
        meaning: Option<Meaning<T>>,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) -> NtResult<Step<()>> {
        // One more splits what is there.
        self.extents
            .check_room(usize::from(meaning.is_some()) + 1)?;
        if spare.extent.is_none() || spare.extent_front.is_none() {
            return Err(NtStatus::NO_MEMORY);
        }
        if !self.extents.thin_out(span, removed) {
            return Ok(Step::More);
        }
        self.extents.clear(span, &mut spare.extent_front, removed);
        if let (Some(meaning), Some(room)) = (meaning, spare.extent.take()) {
            self.extents.insert(room, Extent { span, meaning });
        }
        Ok(Step::Done(()))
    }

    /// FreeGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: not all of the addresses are of one range (cases 379, 381), or they are of a
    ///   fence (case 385).
    /// - NO_MEMORY: a hole would make too many ranges; nothing is spare, which a whole range does not need.
    pub(crate) fn free(
        &mut self,
        span: Span,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) -> NtResult<Step<()>> {
        let range = match self.ranges.held(span) {
            Held::In(range) if range.origin != Origin::Fence => range,
            _ => return Err(NtStatus::INVALID_PARAMETER),
        };
        if range.span != span {
            self.ranges.check_room()?;
            self.extents.check_room(1)?;
            if spare.range_front.is_none() || spare.extent_front.is_none() {
                return Err(NtStatus::NO_MEMORY);
            }
        }
        if !self.extents.thin_out(span, removed) {
            return Ok(Step::More);
        }
        self.give_back(range, span, spare, removed);
        Ok(Step::Done(()))
    }

    fn give_back(
        &mut self,
        range: Range,
        span: Span,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) {
        self.extents.clear(span, &mut spare.extent_front, removed);
        self.ranges
            .remove(range, span, &mut spare.range_front, &mut removed.ranges);
    }

    /// What is mapped under a key is no more: its mappings go, and with the last one in it the range that
    /// Map made for it (cases 362, 363). To be called until there is nothing left, as it may be much.
    pub(crate) fn forget(&mut self, key: Key) -> Option<Removed<T>> {
        let mut removed = Removed::new();
        let mut any = false;
        for _ in 0..AT_ONCE {
            let Some(span) = self.extents.of(key).map(|extent| extent.span) else {
                break;
            };
            any = true;
            // Whole extents, and whole ranges, take no memory.
            self.extents.clear(span, &mut None, &mut removed);
            let range = self.ranges.at(span.start);
            let emptied = range.filter(|range| {
                range.origin == Origin::Mapped && self.extents.first_in(range.span).is_none()
            });
            if let Some(range) = emptied {
                let ranges = &mut removed.ranges;
                self.ranges.remove(range, range.span, &mut None, ranges);
            }
        }
        any.then_some(removed)
    }

    /// The address of a fence's page.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn map_fence(
        &mut self,
        page: &Target<T>,
        spare: &mut Spare<T>,
    ) -> NtResult<Step<u64>> {
        self.ranges.check_room()?;
        self.extents.check_room(2)?;
        let meaning = self.memory(page, 0, PAGE, page.writable, 0)?;
        let anywhere = AddressRequest::Between { from: 0, to: END };
        let found = self.ranges.find(anywhere, PAGE, PAGE, &mut spare.search)?;
        let Step::Done(span) = found else {
            return Ok(Step::More);
        };
        let (Some(room), Some(extent)) = (spare.range.take(), spare.extent.take()) else {
            return Err(NtStatus::NO_MEMORY);
        };
        self.ranges.insert(room, span, Origin::Fence);
        self.extents.insert(extent, Extent { span, meaning });
        Ok(Step::Done(span.start))
    }

    /// The fence at an address has none any more.
    pub(crate) fn unmap_fence(&mut self, address: u64) -> Removed<T> {
        let mut removed = Removed::new();
        let range = self.ranges.at(address);
        if let Some(range) = range.filter(|range| range.origin == Origin::Fence) {
            self.give_back(range, range.span, &mut Spare::none(), &mut removed);
        }
        removed
    }

    /// Which range has an address; 0 is none.
    pub(crate) fn range_at(&self, address: u64) -> u64 {
        self.ranges.at(address).map_or(0, |range| range.id)
    }

    /// Whether a mapping could be made at an address, but for lack of memory.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER, ACCESS_DENIED: see [`Space::map`].
    pub(crate) fn check_map(&self, start: u64, bytes: u64, wanted: &Wanted<'_, T>) -> NtResult {
        self.meaning(wanted, bytes)?;
        self.inside(start, bytes, matches!(wanted, Wanted::Memory { .. }))?;
        Ok(())
    }

    /// Whose addresses are.
    pub(super) fn held(&self, span: Span) -> Held {
        self.ranges.held(span)
    }

    /// What an address means.
    pub(crate) fn translate(&self, address: u64) -> Translation<T> {
        let extent = self.extents.from(address);
        let next = extent.map_or(END, |extent| extent.span.start);
        match extent {
            Some(extent) if extent.span.start <= address => {
                let bytes = extent.span.end - address;
                let within = Span {
                    start: address,
                    end: extent.span.end,
                };
                match Extents::part(extent, within).meaning {
                    Meaning::Zero => Translation::Zero { bytes },
                    Meaning::NoAccess => Translation::Invalid,
                    Meaning::Memory(memory) => {
                        let (offset, more) = memory.first();
                        Translation::Memory {
                            item: memory.item,
                            offset,
                            bytes: more.min(bytes),
                            writable: memory.writable,
                        }
                    }
                }
            }
            _ => match self.ranges.at(address) {
                Some(Range {
                    span,
                    origin: Origin::Reserved { zero: true },
                    ..
                }) => Translation::Zero {
                    bytes: span.end.min(next) - address,
                },
                _ => Translation::Invalid,
            },
        }
    }
}
