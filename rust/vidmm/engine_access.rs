// SPDX-License-Identifier: GPL-2.0

//! Access to the bytes of allocations by an engine that is software, for one short step.
//!
//! The bytes are paged in, then used with the paging lock held, so that they stay where they are meanwhile.

use super::{
    backing::{
        Backing,
        State, //
    },
    paging::Requirements, //
};
use crate::{
    ddi::{
        execution::Update,
        memory::CpuPages, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        page_range::PageRange,
        page_source::PageSource,
        system_memory::{
            Patience,
            SystemMemory, //
        },
        PAGE_SIZE, //
    }, //
};
use kernel::{
    error::Result,
    sync::Arc, //
};

/// How often an access begins anew because the bytes were moved meanwhile.
const TRIES: usize = 8;

/// Some bytes of an allocation.
#[derive(Clone, Copy)]
pub(crate) struct EngineBytes<'a> {
    pub(crate) backing: &'a Arc<Backing>,
    pub(crate) offset: u64,
}

/// The pages that have some bytes.
struct Part<'a> {
    backing: &'a Arc<Backing>,
    /// The first page.
    first: usize,
    count: usize,
    /// The first byte in it.
    offset: usize,
}

impl<'a> Part<'a> {
    fn new(bytes: EngineBytes<'a>, length: usize) -> NtResult<Self> {
        let start = usize::try_from(bytes.offset).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        let end = start
            .checked_add(length)
            .ok_or(NtStatus::INVALID_PARAMETER)?;
        let first = start / PAGE_SIZE;
        Ok(Self {
            backing: bytes.backing,
            first,
            count: end.div_ceil(PAGE_SIZE) - first,
            offset: start % PAGE_SIZE,
        })
    }
}

/// Pages that were found, and which of them is the first one of a part.
type Found = (Arc<dyn PageSource>, usize);

/// System memory of which some pages are held in memory.
type Held = Option<(Arc<SystemMemory>, Arc<dyn PageSource>)>;

impl Backing {
    /// Whether a device has it on its residency list: else an engine must not use it (case 431).
    pub(crate) fn is_listed(&self) -> bool {
        self.residency_info().is_some_and(|known| known.listed > 0)
    }

    /// Pages the bytes in.
    fn prepare_part(self: &Arc<Self>, part: &Part<'_>) -> NtResult<Held> {
        let required = Requirements {
            in_segment: false,
            mapped: false,
        };
        let memory = self.validate(required, |inner| match &inner.state {
            State::System(memory) => Some(memory.clone()),
            _ => None,
        })?;
        let Some(memory) = memory else {
            return Ok(None);
        };
        let pages = (self.account.memcg())
            .while_active(|| memory.hold_part(part.first, part.count, Patience::MayWait))?;
        Ok(Some((memory, Arc::new(pages, ACCOUNT)?)))
    }

    /// The pages of a part where they are now; `None`: they were moved since they were paged in.
    fn find_part(&self, state: &State, part: &Part<'_>, held: &Held) -> NtResult<Option<Found>> {
        if (self.residency_info()).is_some_and(|known| known.offer.is_some()) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        match (state, held) {
            (State::Local(memory) | State::Imported(memory), _) => match memory.cpu_pages() {
                CpuPages::Pages(pages) => Ok(Some((pages, part.first))),
                CpuPages::DmaBuf(_) | CpuPages::None => Err(NtStatus::NOT_SUPPORTED),
            },
            (State::UserPages, _) => match self.user_pages() {
                Some(pages) => Ok(Some((pages.clone(), part.first))),
                None => Err(NtStatus::UNSUCCESSFUL),
            },
            (State::System(now), Some((memory, pages))) if Arc::ptr_eq(now, memory) => {
                Ok(Some((pages.clone(), 0)))
            }
            (State::Lost, _) => Err(NtStatus::DEVICE_REMOVED),
            _ => Ok(None),
        }
    }
}

/// Calls `then` with the pages of all parts, which are of one adapter.
fn with_parts<const N: usize>(
    parts: [Part<'_>; N],
    then: impl FnOnce([PageRange<'_>; N]) -> Result,
) -> NtResult {
    let vidmm = match parts.first() {
        Some(part) => &part.backing.vidmm,
        None => return Ok(()),
    };
    let mut held = [const { None }; N];
    for _ in 0..TRIES {
        let mut paging = vidmm.lock_paging()?;
        let mut found = [const { None }; N];
        for ((found, part), held) in found.iter_mut().zip(&parts).zip(&held) {
            let state = &part.backing.inner(&mut paging).state;
            *found = part.backing.find_part(state, part, held)?;
        }
        if found.iter().any(Option::is_none) {
            // Mostly the bytes are there, and nothing had to be prepared.
            drop(paging);
            for (held, part) in held.iter_mut().zip(&parts) {
                *held = part.backing.prepare_part(part)?;
            }
            continue;
        }
        let mut ranges = [PageRange::EMPTY; N];
        for ((range, part), found) in ranges.iter_mut().zip(&parts).zip(&found) {
            if let Some((source, first)) = found {
                *range = PageRange::part(&**source, *first, part.count)?;
            }
        }
        let result = then(ranges);
        drop(paging);
        return Ok(result?);
    }
    Err(NtStatus::NO_MEMORY)
}

/// Reads bytes.
///
/// # Errors
///
/// - DEVICE_REMOVED: they are lost. INVALID_PARAMETER: they are offered, or there are none.
/// - NO_MEMORY; NOT_SUPPORTED: memory of another driver which the CPU cannot access by pages. Errors of the miniport.
pub(crate) fn read(from: EngineBytes<'_>, bytes: &mut [u8]) -> NtResult {
    let part = Part::new(from, bytes.len())?;
    let offset = part.offset;
    with_parts([part], |[range]| range.read(offset, bytes))
}

/// Writes bytes.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn write(to: EngineBytes<'_>, bytes: &[u8]) -> NtResult {
    let part = Part::new(to, bytes.len())?;
    let offset = part.offset;
    with_parts([part], |[range]| range.write(offset, bytes))
}

/// Fills bytes with a pattern of four; offset and length are multiples of 4.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn fill(to: EngineBytes<'_>, length: usize, pattern: u32) -> NtResult {
    let part = Part::new(to, length)?;
    let offset = part.offset;
    with_parts([part], |[range]| range.fill_part(offset, length, pattern))
}

/// Copies bytes. Those that overlap have the destination below the source: each is read before it is written.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn copy(to: EngineBytes<'_>, from: EngineBytes<'_>, length: usize) -> NtResult {
    let [to, from] = [Part::new(to, length)?, Part::new(from, length)?];
    let offsets = (to.offset, from.offset);
    with_parts([to, from], |[to, from]| {
        to.copy_part(offsets.0, &from, offsets.1, length)
    })
}

/// Changes 64 bits at an offset that is a multiple of 8, at once.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn update(at: EngineBytes<'_>, change: Update) -> NtResult {
    let part = Part::new(at, 8)?;
    let offset = part.offset;
    with_parts([part], |[range]| match change {
        Update::Store(value) => range.store(offset, value),
        Update::Add(operand) => range.add(offset, operand),
    })
}
