// SPDX-License-Identifier: GPL-2.0

//! Access to the bytes of allocations by an engine that is software, for one short step.
//!
//! The bytes are used where they are, with the paging lock held, so that they stay there meanwhile. What is in no memory
//! is brought in by somebody else ([`page_in`]): a step waits for no memory.

use super::backing::{
    Backing,
    State, //
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
    alloc::flags::GFP_NOWAIT,
    error::{
        code::ENOMEM,
        Result, //
    },
    sync::Arc, //
};

/// Some bytes of an allocation.
#[derive(Clone, Copy)]
pub(crate) struct EngineBytes<'a> {
    pub(crate) backing: &'a Arc<Backing>,
    pub(crate) offset: u64,
}

/// Why bytes cannot be accessed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Unusable {
    /// They are not in memory: of a copy the destination (0), or the source (1).
    NotPresent(usize),
    /// There is no memory for the access at the moment.
    Busy,
    Lost,
}

/// The result of an access.
pub(crate) type Access = Result<(), Unusable>;

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
    fn new(bytes: EngineBytes<'a>, length: usize) -> Result<Self, Unusable> {
        let start = usize::try_from(bytes.offset).map_err(|_| Unusable::Lost)?;
        let end = start.checked_add(length).ok_or(Unusable::Lost)?;
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

/// Where the pages of a part are.
enum Place {
    Found(Found),
    /// In system memory, of which they have to be held.
    System(Arc<SystemMemory>),
}

impl Backing {
    fn find_part(
        &self,
        state: &State,
        part: &Part<'_>,
        held: &Held,
        n: usize,
    ) -> Result<Place, Unusable> {
        let known = self.residency_info().ok_or(Unusable::Lost)?;
        if known.offer.is_some() {
            return Err(Unusable::Lost);
        }
        match (state, held) {
            (State::Local(memory) | State::Imported(memory), _) => match memory.cpu_pages() {
                CpuPages::Pages(pages) => Ok(Place::Found((pages, part.first))),
                CpuPages::DmaBuf(_) | CpuPages::None => Err(Unusable::Lost),
            },
            (State::UserPages, _) => {
                let pages = self.user_pages().ok_or(Unusable::Lost)?;
                Ok(Place::Found((pages.clone(), part.first)))
            }
            (State::System(now), Some((memory, pages))) if Arc::ptr_eq(now, memory) => {
                Ok(Place::Found((pages.clone(), 0)))
            }
            (State::System(now), _) => Ok(Place::System(now.clone())),
            (State::Unpopulated, _) => Err(Unusable::NotPresent(n)),
            (State::Discarded | State::Lost, _) => Err(Unusable::Lost),
        }
    }
}

/// Calls `then` with the pages of all parts, which are of one adapter.
fn with_parts<const N: usize>(
    parts: [Part<'_>; N],
    then: impl FnOnce([PageRange<'_>; N]) -> Result,
) -> Access {
    let vidmm = match parts.first() {
        Some(part) => &part.backing.vidmm,
        None => return Ok(()),
    };
    let mut held = [const { None }; N];
    // What is in system memory has to be held without the lock: it may have moved when that is taken again.
    for _ in 0..2 {
        let mut paging = vidmm.lock_paging().map_err(|_| Unusable::Lost)?;
        let mut found = [const { None }; N];
        let mut missing = [const { None }; N];
        let places = found.iter_mut().zip(&mut missing);
        for (n, ((part, held), (found, missing))) in (0..).zip(parts.iter().zip(&held).zip(places))
        {
            let state = &part.backing.inner(&mut paging).state;
            match part.backing.find_part(state, part, held, n)? {
                Place::Found(pages) => *found = Some(pages),
                Place::System(memory) => *missing = Some(memory),
            }
        }
        if missing.iter().all(Option::is_none) {
            let mut ranges = [PageRange::EMPTY; N];
            for ((range, part), found) in ranges.iter_mut().zip(&parts).zip(&found) {
                if let Some((source, first)) = found {
                    let pages = PageRange::part(&**source, *first, part.count);
                    *range = pages.map_err(|_| Unusable::Lost)?;
                }
            }
            let result = then(ranges);
            drop(paging);
            return result.map_err(|_| Unusable::Lost);
        }
        drop(paging);
        for (n, ((held, part), missing)) in (0..).zip(held.iter_mut().zip(&parts).zip(missing)) {
            if let Some(memory) = missing {
                let pages = memory.hold_part(part.first, part.count, Patience::Never);
                let pages = pages.map_err(|error| match error {
                    ENOMEM => Unusable::Busy,
                    _ => Unusable::NotPresent(n),
                })?;
                let pages = Arc::new(pages, GFP_NOWAIT).map_err(|_| Unusable::Busy)?;
                *held = Some((memory, pages));
            }
        }
    }
    // They have moved meanwhile.
    Err(Unusable::NotPresent(0))
}

/// Brings bytes into memory, and no others; they stay out of the segment if they are not there. They stay in memory for
/// as long as what is returned, if that is anything. The memory is charged to whoever made the allocation, or, where that
/// one has none left, to the active memcg. The caller waits for it.
///
/// # Errors
///
/// DEVICE_REMOVED: they are lost. INVALID_PARAMETER: they are offered, or there are none. NO_MEMORY.
pub(crate) fn page_in(
    bytes: EngineBytes<'_>,
    length: usize,
) -> NtResult<Option<Arc<dyn PageSource>>> {
    let part = Part::new(bytes, length).map_err(|_| NtStatus::INVALID_PARAMETER)?;
    let backing = part.backing;
    let Some(memory) = backing.system_memory()? else {
        return Ok(None);
    };
    let hold = |patience| memory.hold_part(part.first, part.count, patience);
    let held = (backing.account)
        .charged(|| hold(Patience::Impatient))
        .or_else(|_| hold(Patience::MayWait));
    backing.grown();
    Ok(Some(Arc::new(held?, ACCOUNT)?))
}

/// Reads bytes.
///
/// # Errors
///
/// [`Unusable::Lost`] also: they are offered, or of another driver and not accessible by pages.
pub(crate) fn read(from: EngineBytes<'_>, bytes: &mut [u8]) -> Access {
    let part = Part::new(from, bytes.len())?;
    let offset = part.offset;
    with_parts([part], |[range]| range.read(offset, bytes))
}

/// Writes bytes.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn write(to: EngineBytes<'_>, bytes: &[u8]) -> Access {
    let part = Part::new(to, bytes.len())?;
    let offset = part.offset;
    with_parts([part], |[range]| range.write(offset, bytes))
}

/// Fills bytes with a pattern of four; offset and length are multiples of 4.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn fill(to: EngineBytes<'_>, length: usize, pattern: u32) -> Access {
    let part = Part::new(to, length)?;
    let offset = part.offset;
    with_parts([part], |[range]| range.fill_part(offset, length, pattern))
}

/// Copies bytes. Those that overlap have the destination below the source: each is read before it is written.
///
/// # Errors
///
/// As [`read`].
pub(crate) fn copy(to: EngineBytes<'_>, from: EngineBytes<'_>, length: usize) -> Access {
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
pub(crate) fn update(at: EngineBytes<'_>, change: Update) -> Access {
    let part = Part::new(at, 8)?;
    let offset = part.offset;
    with_parts([part], |[range]| match change {
        Update::Store(value) => range.store(offset, value),
        Update::Add(operand) => range.add(offset, operand),
    })
}
