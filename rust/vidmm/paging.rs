// SPDX-License-Identifier: GPL-2.0

//! Paging: how bytes get into the segment and out of it.
//!
//! All of it happens in somebody's [`Turn`]. What does not work leaves the bytes where they were.

use super::{
    backing::{
        Backing,
        Home,
        Memory,
        State, //
    },
    place::Place,
    provider::{
        Pager,
        Stay, //
    },
    rank::{
        Class,
        Rank, //
    },
    turn::Turn,
    SegmentGroup,
    VidMm, //
};
use crate::{
    ddi::paging::PagingOperation,
    drm::gem::Shape,
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        kernel_pages::KernelPages,
        page_range::PageRange,
        system_memory::SystemMemory,
        PAGE_SIZE, //
    }, //
};
use kernel::sync::{
    atomic::Relaxed,
    Arc, //
};

/// Pages that are moved at a time: so many are in memory twice.
const AT_ONCE: usize = 256;

/// Pages of slack.
const SLACK: usize = 32;

/// Which way bytes go.
#[derive(Clone, Copy)]
enum Direction {
    In,
    Out,
}

impl Backing {
    /// Sees to it that there is memory: in the segment if it belongs there and there is room, else
    /// system memory.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: it is lost. INVALID_PARAMETER: it is offered. NO_MEMORY. What the miniport says.
    pub(super) fn settle(self: &Arc<Self>, stay: &Stay<'_>, turn: &Turn<'_>) -> NtResult {
        self.enter(stay)?;
        match self.settle_in_segment(stay, turn) {
            // Video memory is virtual: then it is used where it is.
            Err(NtStatus::NO_MEMORY) => self.make_system(turn)?,
            settled => return settled,
        }
        self.vidmm.books.lock().touch(self.key());
        Ok(())
    }

    /// Sees to it that there is memory where it belongs in the segment, or where it never moves.
    ///
    /// # Errors
    ///
    /// As [`Self::settle`]; NO_MEMORY as [`Self::bring_in`], too.
    pub(super) fn settle_in_segment(
        self: &Arc<Self>,
        stay: &Stay<'_>,
        turn: &Turn<'_>,
    ) -> NtResult {
        self.enter(stay)?;
        if self.standing().is_some_and(|known| known.offer.is_some()) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        match self.place() {
            Place::Lost => return Err(NtStatus::DEVICE_REMOVED),
            Place::Discarded => return Err(NtStatus::INVALID_PARAMETER),
            Place::UserPages | Place::Imported => return Ok(()),
            Place::Local => {}
            Place::Untouched | Place::System => self.bring_in(stay, turn)?,
        }
        self.vidmm.books.lock().touch(self.key());
        Ok(())
    }

    /// Some memory that is to be left when the allocation has its own: for what the kernel takes
    /// without asking, and would have a process killed for (files, page tables). Memory of a device is
    /// only free again when the call returns to its program, also if it was made in vain.
    fn slack(&self) -> NtResult<KernelPages> {
        let pages = || KernelPages::new(SLACK * PAGE_SIZE);
        Ok(self.account.group().pays_for(pages)?)
    }

    /// System memory that nobody has touched.
    fn new_system(&self) -> NtResult<Arc<SystemMemory>> {
        drop(self.slack()?);
        let bytes = self.size()?;
        let group = self.account.group();
        group.pays_for(|| Ok(Arc::new(SystemMemory::new(bytes)?, ACCOUNT)?))
    }

    /// Makes system memory if there is no memory yet. All of it, so that whoever asks hears when there
    /// is not enough; but of what is not meant to be in the segment, as much as is touched.
    fn make_system(&self, turn: &Turn<'_>) -> NtResult {
        if self.place() != Place::Untouched {
            return Ok(());
        }
        let memory = self.new_system()?;
        let _slack = self.slack()?;
        if matches!(self.home, Home::Segment(_)) {
            self.account.group().pays_for(|| memory.populate())?;
        }
        let present = memory.present();
        self.go(turn, State::System(memory), [0, present])
    }

    /// Brings the bytes into the segment.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: there is none, they never go there, or there is no room beside what goes before it. What
    /// the miniport says.
    pub(super) fn bring_in(self: &Arc<Self>, stay: &Stay<'_>, turn: &Turn<'_>) -> NtResult {
        let (Home::Segment(shape), Some(known)) = (self.home, self.standing()) else {
            return Err(NtStatus::NO_MEMORY);
        };
        if !self.belongs_in_segment() {
            return Err(NtStatus::NO_MEMORY);
        }
        let state = self.state();
        if !state.place().leads_to(Place::Local) {
            return Err(NtStatus::NO_MEMORY);
        }
        let rank = known.rank;
        self.vidmm
            .make_room(stay, turn, self.bytes(), rank.class, rank.priority)?;
        let _slack = self.slack()?;
        let group = self.account.group();
        let memory = group.pays_for(|| self.make_local(stay, shape))?;
        if let State::System(from) = state {
            self.hide(turn);
            group.pays_for(|| self.transfer(&from, &memory, Direction::In))?;
        }
        self.go(turn, State::Local(memory), [self.bytes(), 0])
    }

    fn make_local(&self, stay: &Stay<'_>, shape: Option<Shape>) -> NtResult<Memory> {
        let memory = stay.make(shape, self.size()?, self.pager()?)?;
        // Some drivers make the pages when somebody wants them; there has to be slack then.
        drop(memory.clone().source(self.size()?)?);
        Ok(memory)
    }

    /// Puts the bytes out of the segment into system memory; or nowhere, if they are offered.
    ///
    /// # Errors
    ///
    /// GRAPHICS_ALLOCATION_BUSY: somebody has a dma-buf of it. NO_MEMORY. What the miniport says.
    pub(super) fn put_out(&self, _stay: &Stay<'_>, turn: &Turn<'_>) -> NtResult {
        let State::Local(from) = self.state() else {
            return Ok(());
        };
        self.check_movable()?;
        if self.standing().is_some_and(|known| known.offer.is_some()) {
            return self.discard(turn);
        }
        let to = self.new_system()?;
        let _slack = self.slack()?;
        self.hide(turn);
        let group = self.account.group();
        group.pays_for(|| self.transfer(&to, &from, Direction::Out))?;
        self.go(turn, State::System(to), [0, self.bytes()])
    }

    /// Whether nobody else sees the memory by a dma-buf: they would go on with that memory alone.
    fn check_movable(&self) -> NtResult {
        if self.inner.lock().exported {
            return Err(NtStatus::GRAPHICS_ALLOCATION_BUSY);
        }
        Ok(())
    }

    /// Frees the memory of what is offered.
    ///
    /// # Errors
    ///
    /// GRAPHICS_ALLOCATION_BUSY: somebody has a dma-buf of it.
    pub(super) fn discard(&self, turn: &Turn<'_>) -> NtResult {
        self.check_movable()?;
        self.hide(turn);
        self.go(turn, State::Discarded, [0, 0])?;
        if self.may_decommit.load(Relaxed) {
            let commitment = self.inner.lock().commitment.take();
            drop(commitment);
        }
        Ok(())
    }

    /// Has the miniport copy all bytes between system memory and the segment.
    fn transfer(&self, system: &SystemMemory, local: &Memory, way: Direction) -> NtResult {
        let Pager {
            miniport,
            allocation,
        } = self.pager()?;
        let local = local.clone().source(self.size()?)?;
        let count = system.count();
        for first in (0..count).step_by(AT_ONCE) {
            let pages = AT_ONCE.min(count - first);
            let held = system.hold(first, pages)?;
            let system = PageRange::of(&held);
            let local = PageRange::part(&*local, first, pages)?;
            let (source, destination) = match way {
                Direction::In => (system, local),
                Direction::Out => (local, system),
            };
            miniport.build_paging_buffer(PagingOperation::Transfer {
                allocation,
                offset: first * PAGE_SIZE,
                source,
                destination,
            })?;
        }
        Ok(())
    }
}

impl VidMm {
    /// Sees to it that `bytes` bytes of the segment are free, for memory of that class and priority.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: what is in the way goes before it, or could not be put out.
    fn make_room(
        &self,
        stay: &Stay<'_>,
        turn: &Turn<'_>,
        bytes: u64,
        class: Class,
        priority: u32,
    ) -> NtResult {
        let mut after: Option<Rank> = None;
        loop {
            let victim = {
                let books = self.books.lock();
                if bytes > books.group(SegmentGroup::Local).size() {
                    return Err(NtStatus::NO_MEMORY);
                }
                if books.has_room(bytes) {
                    return Ok(());
                }
                books.victim(after, class, priority)
            };
            let (rank, victim) = victim.ok_or(NtStatus::NO_MEMORY)?;
            after = Some(rank);
            // What could not be put out stays, and the next one is asked.
            let _ = victim.put_out(stay, turn);
        }
    }
}
