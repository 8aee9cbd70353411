// SPDX-License-Identifier: GPL-2.0

//! Operations of UpdateGpuVirtualAddress: checked when they are asked for, applied when the context gets
//! there.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    extents::{
        Extent,
        Extents,
        Meaning,
        Removed,
        Room, //
    },
    ranges::{
        Held,
        Origin,
        Range, //
    },
    space::{
        Space,
        Target, //
    },
    Span, //
};
use crate::{
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};

/// An operation.
#[derive(Clone, Debug)]
pub(crate) enum Operation<T> {
    /// MAP, MAP_PROTECT: `bytes` bytes from `offset` on, again and again.
    Map {
        span: Span,
        target: Target<T>,
        offset: u64,
        bytes: u64,
        write: bool,
        driver_protection: u64,
    },
    /// UNMAP.
    Unmap { span: Span, zero: bool },
    /// COPY: the meaning of addresses, not their bytes.
    Copy { source: Span, to: Span },
}

impl<T> Operation<T> {
    /// What it changes.
    fn destination(&self) -> Span {
        match *self {
            Self::Map { span, .. } | Self::Unmap { span, .. } | Self::Copy { to: span, .. } => span,
        }
    }

    /// What it looks at.
    fn source(&self) -> Option<Span> {
        match *self {
            Self::Copy { source, .. } => Some(source),
            _ => None,
        }
    }
}

/// The reservations that operations are about.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Reservations {
    destination: u64,
    source: Option<u64>,
}

impl<T: Clone> Space<T> {
    /// The reservations of some operations.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the destinations are not all in one zero reservation (cases 402, 404), the
    ///   sources not all in one (case 403); what [`Space::map`] says of a mapping.
    /// - ACCESS_DENIED: as there.
    pub(crate) fn check_update(&self, operations: &[Operation<T>]) -> NtResult<Reservations> {
        let (mut destination, mut source) = (None, None);
        for operation in operations {
            let range = self.reservation(operation.destination())?;
            if range.origin != (Origin::Reserved { zero: true }) {
                return Err(NtStatus::INVALID_PARAMETER);
            }
            same(&mut destination, range.id)?;
            if let Some(span) = operation.source() {
                same(&mut source, self.reservation(span)?.id)?;
            }
            if let Operation::Map {
                target,
                offset,
                bytes,
                write,
                driver_protection,
                ..
            } = operation
            {
                self.memory(target, *offset, *bytes, *write, *driver_protection)?;
            }
        }
        Ok(Reservations {
            destination: destination.ok_or(NtStatus::INVALID_PARAMETER)?,
            source,
        })
    }

    fn reservation(&self, span: Span) -> NtResult<Range> {
        match self.held(span) {
            Held::In(range) if matches!(range.origin, Origin::Reserved { .. }) => Ok(range),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// Does what an operation says, if the reservations are still there: what was freed meanwhile is left
    /// as it is (case 412).
    ///
    /// # Errors
    ///
    /// NO_MEMORY: nothing has changed.
    pub(crate) fn update(
        &mut self,
        operation: &Operation<T>,
        of: Reservations,
    ) -> NtResult<Removed<T>> {
        let is = |held, id| matches!(held, Held::In(range) if Some(range.id) == id);
        let span = operation.destination();
        let mut is_there = is(self.held(span), Some(of.destination));
        if let Some(source) = operation.source() {
            is_there = is_there && is(self.held(source), of.source);
        }
        if !is_there {
            return Ok(Removed::new());
        }
        let mut pieces = KVVec::new();
        match operation {
            Operation::Map {
                target,
                offset,
                bytes,
                write,
                driver_protection,
                ..
            } => {
                // Other mappings may have got a driver protection meanwhile.
                if let Ok(meaning) =
                    self.memory(target, *offset, *bytes, *write, *driver_protection)
                {
                    pieces.push((Room::new()?, Extent { span, meaning }), ACCOUNT)?;
                }
            }
            // The reservation says that it is zero.
            Operation::Unmap { zero: true, .. } => {}
            Operation::Unmap { zero: false, .. } => {
                let meaning = Meaning::NoAccess;
                pieces.push((Room::new()?, Extent { span, meaning }), ACCOUNT)?;
            }
            Operation::Copy { source, .. } => self.copied(*source, span, &mut pieces)?,
        }
        self.replace(span, pieces)
    }

    /// What addresses from `to` on would have to mean, to be as those of `source`.
    fn copied(&self, source: Span, to: Span, pieces: &mut KVVec<(Room<T>, Extent<T>)>) -> NtResult {
        let faults = matches!(
            self.held(source),
            Held::In(Range {
                origin: Origin::Reserved { zero: false },
                ..
            })
        );
        let mut add = |span: Span, meaning| {
            let start = to.start + (span.start - source.start);
            let span = Span {
                start,
                end: start + span.bytes(),
            };
            pieces.push((Room::new()?, Extent { span, meaning }), ACCOUNT)?;
            NtResult::Ok(())
        };
        let mut rest = source;
        while rest.start < rest.end {
            let piece = (self.extents.first_in(rest)).map(|first| Extents::part(first, rest));
            let gap = Span {
                end: piece.as_ref().map_or(rest.end, |piece| piece.span.start),
                ..rest
            };
            if faults && gap.start < gap.end {
                add(gap, Meaning::NoAccess)?;
            }
            rest.start = gap.end;
            if let Some(Extent { span, meaning }) = piece {
                rest.start = span.end;
                add(span, meaning)?;
            }
        }
        Ok(())
    }
}

/// Has all be of one.
fn same(known: &mut Option<u64>, id: u64) -> NtResult {
    if *known.get_or_insert(id) != id {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    Ok(())
}
