// SPDX-License-Identifier: GPL-2.0

//! Paging: how bytes move into the segment and out of it.
//!
//! Every operation checks with the paging lock held; prepares what is missing without it; takes it again,
//! checks whether that still fits, and moves the bytes. If it fails, the bytes stay where they were.

use super::{
    backing::{
        AllowedPlacement,
        Backing,
        Inner,
        Pager,
        State, //
    },
    placement::Placement,
    work::{
        Direction,
        Movable, //
    },
    Paging,
    SegmentGroup,
    VidMm, //
};
use crate::{
    ddi::{
        memory::{
            CpuPages,
            Memory,
            MemoryRequest, //
        },
        paging::PagingOperation, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        cpu_mapping::CpuMapping,
        kernel_pages,
        killable,
        memcg::Memcg,
        page_range::PageRange,
        page_source::PageSource,
        system_memory::{
            Patience,
            ShmemPages,
            SystemMemory, //
        },
        trace,
        PAGE_SIZE, //
    }, //
};
use kernel::{
    error::Result,
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

/// Pages that a miniport moves at a time.
const AT_ONCE: usize = 256;

/// Allocations that could not be evicted before the search for room ends.
const MOST_FAILURES: u32 = 16;

/// What a validation has to achieve.
#[derive(Clone, Copy)]
pub(super) struct Requirements {
    /// It has to be in the segment if it belongs there.
    pub(super) in_segment: bool,
    /// A CPU mapping has to show it.
    pub(super) mapped: bool,
}

/// System memory, all of whose pages are held in memory.
struct HeldMemory {
    memory: Arc<SystemMemory>,
    pages: ShmemPages,
}

/// What was prepared for a move, without the paging lock.
#[derive(Default)]
struct Prepared {
    local: Option<Memory>,
    /// The current bytes.
    from: Option<HeldMemory>,
    system: Option<Arc<SystemMemory>>,
    mapping: Option<Arc<CpuMapping>>,
    /// There is no room in the segment.
    stays_out: bool,
    failures: u32,
    /// Bytes that were evicted.
    freed: u64,
    /// Exports were checked for their end.
    checked_exports: bool,
}

/// The result of one check.
enum Step {
    /// All is as requested. If the bytes were moved, their old state.
    Done(Option<State>),
    /// Segment memory has to be made first.
    Local(Option<Arc<SystemMemory>>),
    System,
    CpuMapping,
    /// This allocation has to be evicted first.
    Evict(Arc<Backing>),
    /// Exports have to be checked first: those that have ended no longer pin memory in the segment.
    CheckExports,
}

impl Backing {
    /// Gives it memory: in the segment if it belongs there and there is room, else system memory. Then calls
    /// `then` with the paging lock held.
    ///
    /// # Errors
    ///
    /// - DEVICE_REMOVED: it is lost. INVALID_PARAMETER: it is offered. NO_MEMORY. Errors of the miniport.
    /// - INTERRUPTED: the calling process is being killed.
    pub(super) fn validate<R>(
        self: &Arc<Self>,
        required: Requirements,
        then: impl FnOnce(&mut Inner) -> R,
    ) -> NtResult<R> {
        self.enter()?;
        let mut prepared = Prepared::default();
        loop {
            let mut paging = self.vidmm.lock_paging()?;
            match self.step(&mut paging, required, &mut prepared)? {
                Step::Done(old) => {
                    let result = then(self.inner(&mut paging));
                    self.vidmm.tracker().touch(self.key());
                    drop(paging);
                    drop(old);
                    return Ok(result);
                }
                Step::Local(from) => {
                    drop(paging);
                    self.prepare_local(from, required, &mut prepared)?;
                }
                Step::System => {
                    drop(paging);
                    prepared.system = Some(self.new_system()?);
                }
                Step::CpuMapping => {
                    drop(paging);
                    prepared.mapping = Some(CpuMapping::away(self.size()? / PAGE_SIZE)?);
                }
                Step::Evict(victim) => {
                    drop(paging);
                    let bytes = victim.bytes();
                    let urgency = match Arc::ptr_eq(&victim.account, &self.account) {
                        true => Urgency::Own,
                        false => Urgency::Others,
                    };
                    match victim.evict(urgency) {
                        Ok(()) => prepared.freed = prepared.freed.saturating_add(bytes),
                        Err(NtStatus::INTERRUPTED) => return Err(NtStatus::INTERRUPTED),
                        // It stays, and the next victim is tried.
                        Err(_) => {
                            prepared.failures += 1;
                            self.vidmm.tracker().touch(victim.key());
                        }
                    }
                }
                Step::CheckExports => {
                    drop(paging);
                    prepared.checked_exports = true;
                    self.vidmm.end_unused_exports()?;
                }
            }
            killable::check()?;
        }
    }

    /// One check, with the paging lock held.
    fn step(
        &self,
        paging: &mut Paging,
        required: Requirements,
        prepared: &mut Prepared,
    ) -> NtResult<Step> {
        let known = self.residency_info().ok_or(NtStatus::DEVICE_REMOVED)?;
        if known.offer.is_some() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let inner = self.inner(paging);
        if required.mapped && inner.mapping.is_none() && prepared.mapping.is_none() {
            return Ok(Step::CpuMapping);
        }
        let mut old = None;
        match inner.state.placement() {
            Placement::Lost => return Err(NtStatus::DEVICE_REMOVED),
            Placement::Discarded => return Err(NtStatus::INVALID_PARAMETER),
            Placement::UserPages | Placement::Imported => {}
            Placement::Local => self.end_export(inner),
            Placement::Unpopulated | Placement::System => {
                if self.belongs_in_segment() && !prepared.stays_out {
                    match self.vidmm.room(self, prepared) {
                        Some(step) => return Ok(step),
                        None if prepared.stays_out => {}
                        None => match self.missing(inner, prepared) {
                            Some(step) => return Ok(step),
                            None => old = Some(self.page_in(inner, prepared)?),
                        },
                    }
                }
                if old.is_none() {
                    if required.in_segment {
                        return Err(NtStatus::NO_MEMORY);
                    }
                    if inner.state.placement() == Placement::Unpopulated {
                        // Video memory is virtual: it is used where it is.
                        let Some(memory) = prepared.system.take() else {
                            return Ok(Step::System);
                        };
                        let present = memory.present();
                        old = Some(self.set_state(inner, State::System(memory), [0, present]));
                    }
                }
            }
        }
        if required.mapped {
            let mapping = match &inner.mapping {
                Some(mapping) => mapping.clone(),
                None => match prepared.mapping.take() {
                    Some(mapping) => inner.mapping.insert(mapping).clone(),
                    None => return Err(NtStatus::UNSUCCESSFUL),
                },
            };
            if let Some(source) = inner.state.source() {
                mapping.show(source);
            }
        }
        Ok(Step::Done(old))
    }

    /// What has to be prepared before the bytes can move into the segment.
    fn missing(&self, inner: &Inner, prepared: &Prepared) -> Option<Step> {
        let from = match &inner.state {
            State::System(memory) => Some(memory),
            _ => None,
        };
        let held = prepared.from.as_ref().map(|held| &held.memory);
        let fits = match (from, held) {
            (None, None) => true,
            (Some(from), Some(held)) => Arc::ptr_eq(from, held),
            _ => false,
        };
        match fits && prepared.local.is_some() {
            true => None,
            false => Some(Step::Local(from.cloned())),
        }
    }

    /// Makes memory in the segment, and holds in memory the bytes `from` which it is to be filled.
    fn prepare_local(
        &self,
        from: Option<Arc<SystemMemory>>,
        required: Requirements,
        prepared: &mut Prepared,
    ) -> NtResult {
        let memcg = self.account.memcg();
        let made = memcg.while_active(|| {
            if prepared.local.is_none() {
                prepared.local = Some(self.make_local()?);
            }
            prepared.from = match from {
                Some(memory) => Some(HeldMemory {
                    pages: memory.hold(Patience::MayWait)?,
                    memory,
                }),
                None => None,
            };
            Ok(())
        });
        match made {
            Err(NtStatus::NO_MEMORY) if !required.in_segment => {
                prepared.stays_out = true;
                Ok(())
            }
            made => made,
        }
    }

    fn make_local(&self) -> NtResult<Memory> {
        let Pager {
            miniport,
            allocation,
        } = self.pager()?;
        let layout = match self.allowed {
            AllowedPlacement::Segment(layout) => layout,
            AllowedPlacement::System | AllowedPlacement::Fixed => None,
        };
        miniport.allocate_memory(MemoryRequest {
            allocation,
            layout,
            bytes: self.size()?,
        })
    }

    /// System memory for bytes that are nowhere yet. All pages are allocated, so that the caller learns when
    /// there are not enough; memory not meant for the segment is allocated at page faults instead.
    fn new_system(&self) -> NtResult<Arc<SystemMemory>> {
        let bytes = self.size()?;
        self.account.memcg().while_active(|| {
            kernel_pages::leave_for_file(0)?;
            let memory = Arc::new(SystemMemory::new(bytes)?, ACCOUNT)?;
            if matches!(self.allowed, AllowedPlacement::Segment(_)) {
                memory.populate()?;
            }
            Ok(memory)
        })
    }

    /// The system memory that the bytes are in, which is made, without a page, if they are nowhere. `None`: they are
    /// somewhere else.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: they are lost. INVALID_PARAMETER: they are offered. NO_MEMORY.
    pub(super) fn system_memory(self: &Arc<Self>) -> NtResult<Option<Arc<SystemMemory>>> {
        self.enter()?;
        let bytes = self.size()?;
        let mut new: Option<Arc<SystemMemory>> = None;
        loop {
            let mut paging = self.vidmm.lock_paging()?;
            let known = self.residency_info().ok_or(NtStatus::DEVICE_REMOVED)?;
            if known.offer.is_some() {
                return Err(NtStatus::INVALID_PARAMETER);
            }
            let inner = self.inner(&mut paging);
            match &inner.state {
                State::System(memory) => return Ok(Some(memory.clone())),
                State::Local(_) | State::UserPages | State::Imported(_) => return Ok(None),
                State::Lost => return Err(NtStatus::DEVICE_REMOVED),
                State::Discarded => return Err(NtStatus::INVALID_PARAMETER),
                State::Unpopulated => {}
            }
            if let Some(memory) = new.take() {
                let old = self.set_state(inner, State::System(memory.clone()), [0, 0]);
                drop(paging);
                drop(old);
                return Ok(Some(memory));
            }
            drop(paging);
            let made = self.account.memcg().while_active(|| -> Result<_> {
                kernel_pages::leave_for_file(0)?;
                Ok(Arc::new(SystemMemory::new(bytes)?, ACCOUNT)?)
            });
            new = Some(made?);
        }
    }

    /// Moves the bytes into the memory that was made for them. Returns their old state. What was prepared is
    /// dropped later, without the lock.
    fn page_in(&self, inner: &mut Inner, prepared: &Prepared) -> NtResult<State> {
        let memory = prepared.local.clone().ok_or(NtStatus::NO_MEMORY)?;
        if let Some(from) = &prepared.from {
            unmap(inner);
            self.transfer(&from.pages, &memory, Direction::In)?;
        }
        trace::page_in(|| self.traced(0));
        Ok(self.set_state(inner, State::Local(memory), [self.bytes(), 0]))
    }

    /// Evicts the bytes from the segment into system memory; if they are offered, discards them.
    ///
    /// # Errors
    ///
    /// GRAPHICS_ALLOCATION_BUSY: it has a dma-buf. NO_MEMORY. INTERRUPTED. Errors of the miniport.
    pub(super) fn evict(self: &Arc<Self>, urgency: Urgency) -> NtResult {
        let mut prepared: Option<HeldMemory> = None;
        loop {
            let mut paging = self.vidmm.lock_paging()?;
            let Some(known) = self.residency_info() else {
                return Ok(());
            };
            let inner = self.inner(&mut paging);
            let State::Local(from) = &inner.state else {
                return Ok(());
            };
            if inner.exported.is_some() {
                return Err(NtStatus::GRAPHICS_ALLOCATION_BUSY);
            }
            if known.offer.is_some() {
                let old = self.discard_locked(inner);
                drop(paging);
                drop(old);
                return Ok(());
            }
            let Some(to) = &prepared else {
                drop(paging);
                prepared = Some(self.prepare_out(urgency)?);
                continue;
            };
            unmap(inner);
            // What was prepared is dropped later, without the lock.
            self.transfer(&to.pages, from, Direction::Out)?;
            let next = State::System(to.memory.clone());
            let old = self.set_state(inner, next, [0, self.bytes()]);
            drop(paging);
            trace::evict(|| self.traced(0), urgency == Urgency::Others);
            drop(old);
            return Ok(());
        }
    }

    /// System memory for all bytes.
    fn prepare_out(&self, urgency: Urgency) -> NtResult<HeldMemory> {
        let bytes = self.size()?;
        let (memcg, root) = (self.account.memcg(), Memcg::root());
        let (memory, pages) = match urgency {
            Urgency::Own => memcg.while_active(|| -> Result<_> {
                kernel_pages::leave_for_file(0)?;
                let memory = SystemMemory::new(bytes)?;
                let pages = memory.hold(Patience::MayWait)?;
                Ok((memory, pages))
            })?,
            // The owner's memcg may be full or throttled: do not wait for that, nor be OOM-killed for it. Then
            // the pages are charged to no memcg until they are next used; the file never is.
            Urgency::Others => {
                let memory = root.while_active(|| SystemMemory::new(bytes))?;
                let pages = memcg
                    .while_active(|| memory.hold(Patience::Impatient))
                    .or_else(|_| root.while_active(|| memory.hold(Patience::MayWait)))?;
                (memory, pages)
            }
        };
        Ok(HeldMemory {
            memory: Arc::new(memory, ACCOUNT)?,
            pages,
        })
    }

    /// Frees the memory if it is offered.
    ///
    /// # Errors
    ///
    /// GRAPHICS_ALLOCATION_BUSY: it has a dma-buf. INTERRUPTED.
    pub(super) fn discard(&self) -> NtResult {
        let mut paging = self.vidmm.lock_paging()?;
        let is_offered = self
            .residency_info()
            .is_some_and(|known| known.offer.is_some());
        let inner = self.inner(&mut paging);
        if inner.exported.is_some() {
            return Err(NtStatus::GRAPHICS_ALLOCATION_BUSY);
        }
        if is_offered && matches!(inner.state, State::Local(_) | State::System(_)) {
            let old = self.discard_locked(inner);
            drop(paging);
            drop(old);
        }
        Ok(())
    }

    /// Discards it with the paging lock held. The result is to be dropped without the lock.
    fn discard_locked(&self, inner: &mut Inner) -> impl Sized {
        unmap(inner);
        trace::discard(|| self.traced(0));
        let old = self.set_state(inner, State::Discarded, [0, 0]);
        let commitment = match self.may_decommit.load(Relaxed) {
            true => inner.commitment.take(),
            false => None,
        };
        (old, commitment)
    }

    /// Has the miniport copy all bytes between system memory and the segment.
    fn transfer(&self, system: &ShmemPages, local: &Memory, direction: Direction) -> NtResult {
        let Pager {
            miniport,
            allocation,
        } = self.pager()?;
        let CpuPages::Pages(local) = local.cpu_pages() else {
            return Err(NtStatus::NOT_SUPPORTED);
        };
        let count = system.pages().len();
        for first in (0..count).step_by(AT_ONCE) {
            let pages = AT_ONCE.min(count - first);
            let system = PageRange::part(system, first, pages)?;
            let local = PageRange::part(&*local, first, pages)?;
            let (source, destination) = match direction {
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

impl Movable for Backing {
    fn move_bytes(self: Arc<Self>, direction: Direction) {
        let Some(known) = self.residency_info() else {
            return;
        };
        let required = Requirements {
            in_segment: false,
            mapped: false,
        };
        let moved = match (direction, known.listed) {
            // Offered memory stays until the room is needed.
            _ if known.offer.is_some() => Ok(()),
            (Direction::In, 1..) => self.validate(required, |_| ()),
            (Direction::Out, 0) => self.evict(Urgency::Own),
            (Direction::Out, 1..) if !self.belongs_in_segment() => self.evict(Urgency::Own),
            _ => Ok(()),
        };
        if let Err(status) = moved {
            // The next use finds out: the bytes are used where they are.
            kernel::pr_debug!("memory stays where it is: {status:?}\n");
        }
    }
}

/// On whose behalf bytes are evicted from the segment.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Urgency {
    /// For their owner.
    Own,
    /// For other processes, which wait.
    Others,
}

/// Unmaps the pages from all CPU mappings, until the next page fault.
fn unmap(inner: &Inner) {
    if let Some(mapping) = &inner.mapping {
        mapping.unmap();
    }
}

impl VidMm {
    /// What has to be done first to make room in the segment for an allocation. `None` if there is room, or
    /// there will be none.
    fn room(&self, of: &Backing, prepared: &mut Prepared) -> Option<Step> {
        let bytes = of.bytes();
        let tracker = self.tracker();
        if tracker.has_room(bytes) {
            return None;
        }
        let known = tracker.residency_info(of.key())?;
        // Other threads may take the room that was made for this one.
        let is_vain = prepared.failures >= MOST_FAILURES
            || prepared.freed > bytes.saturating_mul(4)
            || bytes > tracker.group(SegmentGroup::Local).size();
        let lru_key = known.lru_key;
        let victim = match is_vain {
            true => None,
            false => tracker.victim(of.account.key(), bytes, lru_key.class, lru_key.priority),
        };
        match victim {
            Some((_, victim)) => Some(Step::Evict(victim)),
            None if !prepared.checked_exports && !is_vain => Some(Step::CheckExports),
            None => {
                prepared.stays_out = true;
                None
            }
        }
    }
}
