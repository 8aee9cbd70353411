// SPDX-License-Identifier: GPL-2.0

//! Operations of UpdateGpuVirtualAddress: checked when they are asked for, applied when the context gets
//! there.
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    extents::{
        Extents,
        Meaning,
        Removed, //
    },
    ranges::{
        Held,
        Origin,
        Range, //
    },
    space::{
        Space,
        Spare,
        Target, //
    },
    Span,
    Step, //
};
use crate::status::{
    NtResult,
    NtStatus, //
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
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub(crate) struct Reservations {
    destination: Option<u64>,
    source: Option<u64>,
}

impl<T: Clone> Space<T> {
    /// Whether an operation can be asked for, after others that are about the reservations `of`.
    ///
    /// # Errors
    ///
    /// - INVALID_PARAMETER: the destinations are not all in one zero reservation (cases 402, 404), the
    ///   sources not all in one (case 403); what [`Space::map`] says of a mapping.
    /// - ACCESS_DENIED, NO_MEMORY: as there.
    pub(crate) fn check_update(&self, operation: &Operation<T>, of: &mut Reservations) -> NtResult {
        let range = self.reservation(operation.destination())?;
        if range.origin != (Origin::Reserved { zero: true }) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        same(&mut of.destination, range.id)?;
        if let Some(span) = operation.source() {
            same(&mut of.source, self.reservation(span)?.id)?;
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
        Ok(())
    }

    fn reservation(&self, span: Span) -> NtResult<Range> {
        match self.held(span) {
            Held::In(range) if matches!(range.origin, Origin::Reserved { .. }) => Ok(range),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// Does some of what an operation says, of which `done` bytes are done, if the reservations are still there: what
    /// was freed meanwhile is left as it is (case 412). Of COPY that is one extent at a time.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: this step has changed nothing.
    pub(crate) fn update(
        &mut self,
        operation: &Operation<T>,
        of: Reservations,
        done: &mut u64,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) -> NtResult<Step<()>> {
        let is = |held, id| matches!(held, Held::In(range) if Some(range.id) == id);
        let span = operation.destination();
        let mut is_there = is(self.held(span), of.destination);
        if let Some(source) = operation.source() {
            is_there = is_there && is(self.held(source), of.source);
        }
        if !is_there {
            return Ok(Step::Done(()));
        }
        match operation {
            Operation::Map {
                target,
                offset,
                bytes,
                write,
                driver_protection,
                ..
            } => match self.memory(target, *offset, *bytes, *write, *driver_protection) {
                Ok(meaning) => self.replace(span, Some(meaning), spare, removed),
                Err(NtStatus::NO_MEMORY) => Err(NtStatus::NO_MEMORY),
                // Other mappings have got a driver protection meanwhile: the addresses read zero.
                Err(_) => self.replace(span, None, spare, removed),
            },
            // The reservation says that it is zero.
            Operation::Unmap { zero: true, .. } => self.replace(span, None, spare, removed),
            Operation::Unmap { zero: false, .. } => {
                self.replace(span, Some(Meaning::NoAccess), spare, removed)
            }
            Operation::Copy { source, .. } if *source == span => Ok(Step::Done(())),
            Operation::Copy { source, .. } => self.copy(*source, span, done, spare, removed),
        }
    }

    /// Gives some more of the addresses `to` the meaning that those of `source` have: from the end on, if that is
    /// where they meet (case 397).
    fn copy(
        &mut self,
        source: Span,
        to: Span,
        done: &mut u64,
        spare: &mut Spare<T>,
        removed: &mut Removed<T>,
    ) -> NtResult<Step<()>> {
        let backwards = source.start < to.start;
        let rest = match backwards {
            true => Span {
                end: source.end - *done,
                ..source
            },
            false => Span {
                start: source.start + *done,
                ..source
            },
        };
        let (piece, meaning) = self.piece(rest, backwards);
        let start = to.start + (piece.start - source.start);
        let span = Span {
            start,
            end: start + piece.bytes(),
        };
        if let Step::More = self.replace(span, meaning, spare, removed)? {
            return Ok(Step::More);
        }
        *done += piece.bytes();
        Ok(match *done < source.bytes() {
            true => Step::More,
            false => Step::Done(()),
        })
    }

    /// The addresses at one end of `rest`, which are of one reservation, that have one meaning; `None` is what
    /// addresses in a zero reservation have without an extent.
    fn piece(&self, rest: Span, backwards: bool) -> (Span, Option<Meaning<T>>) {
        let extent = match backwards {
            true => self.extents.last_in(rest),
            false => self.extents.first_in(rest),
        };
        let extent = extent.map(|extent| Extents::part(extent, rest));
        let gap = match (&extent, backwards) {
            (None, _) => rest,
            (Some(extent), true) => Span {
                start: extent.span.end,
                ..rest
            },
            (Some(extent), false) => Span {
                end: extent.span.start,
                ..rest
            },
        };
        match extent {
            Some(extent) if gap.start == gap.end => (extent.span, Some(extent.meaning)),
            _ => {
                let faults = matches!(
                    self.held(rest),
                    Held::In(Range {
                        origin: Origin::Reserved { zero: false },
                        ..
                    })
                );
                (gap, faults.then_some(Meaning::NoAccess))
            }
        }
    }
}

/// Has all be of one.
fn same(known: &mut Option<u64>, id: u64) -> NtResult {
    if *known.get_or_insert(id) != id {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    Ok(())
}
