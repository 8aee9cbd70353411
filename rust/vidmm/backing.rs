// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are, and its entry in the residency tracker.

use super::{
    account::Account,
    lru::Key,
    placement::Placement,
    residency_tracker::{
        NewEntry,
        ResidencyInfo, //
    },
    Commitment,
    Paging,
    SegmentGroup,
    VidMm, //
};
use crate::{
    counters::Counted,
    ddi::{
        allocation::AllocationDescription,
        memory::{
            CpuPages,
            Memory, //
        },
        Cookie,
        Miniport, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        cpu_mapping::{
            CpuMapping,
            Source, //
        },
        system_memory::SystemMemory,
        trace,
        user_pages::UserPages, //
    }, //
};
use core::num::NonZeroU32;
use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Arc,
    LockedBy, //
};

/// The object that fills and moves the bytes of an allocation.
#[derive(Clone, Copy)]
pub(crate) struct Pager<'a> {
    pub(crate) miniport: &'a dyn Miniport,
    pub(crate) allocation: &'a Cookie,
}

/// The miniport's side of an allocation.
pub(crate) trait Paged: Send + Sync {
    /// What fills and moves its bytes.
    ///
    /// # Errors
    ///
    /// INVALID_HANDLE: it has no pager any more.
    fn pager(&self) -> NtResult<Pager<'_>>;
}

/// Where an allocation's bytes may be: what TTM has a `ttm_placement` for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum AllowedPlacement {
    /// In the segment or in system memory; in the segment in this layout if the miniport wants one.
    Segment(Option<AllocationDescription>),
    /// In system memory.
    System,
    /// Where they are.
    Fixed,
}

/// The bytes themselves; [`Placement`] says which transitions are allowed.
pub(super) enum State {
    Unpopulated,
    Local(Memory),
    System(Arc<SystemMemory>),
    UserPages,
    Imported(Memory),
    Discarded,
    Lost,
}

impl State {
    pub(super) fn placement(&self) -> Placement {
        match self {
            Self::Unpopulated => Placement::Unpopulated,
            Self::Local(_) => Placement::Local,
            Self::System(_) => Placement::System,
            Self::UserPages => Placement::UserPages,
            Self::Imported(_) => Placement::Imported,
            Self::Discarded => Placement::Discarded,
            Self::Lost => Placement::Lost,
        }
    }

    /// What a CPU mapping of it shows.
    pub(super) fn source(&self) -> Option<Source> {
        match self {
            Self::Local(memory) | Self::Imported(memory) => match memory.cpu_pages() {
                CpuPages::Pages(pages) => Some(Source::Pages(pages)),
                CpuPages::DmaBuf(_) | CpuPages::None => None,
            },
            Self::System(memory) => Some(Source::System(memory.clone())),
            Self::UserPages | Self::Unpopulated | Self::Discarded | Self::Lost => None,
        }
    }
}

/// Where the bytes of an allocation are, and what they are charged to.
pub(crate) struct Backing {
    pub(super) vidmm: Arc<VidMm>,
    paged: Option<Arc<dyn Paged>>,
    /// Memory of the process that made the allocation, if it is backed by that.
    user_pages: Option<Arc<UserPages>>,
    /// Whole pages.
    bytes: u64,
    pub(super) allowed: AllowedPlacement,
    /// As D3DKMTSetAllocationPriority sets it.
    priority: Atomic<u32>,
    /// It shall stay out of the segment. Changes only with the residency tracker locked, as does the next
    /// field.
    pub(super) stays_out: Atomic<bool>,
    /// Offering it releases the commitment, too.
    pub(super) may_decommit: Atomic<bool>,
    /// The residency tracker has an entry for it.
    entered: Atomic<bool>,
    /// The placement of the bytes, for readers without the paging lock.
    placement: Atomic<u32>,
    inner: LockedBy<Inner, Paging>,
    /// Dropped last: the commitment in `inner` counts in it.
    pub(super) account: Arc<Account>,
}

/// The fields that change only with the paging lock held.
pub(super) struct Inner {
    pub(super) state: State,
    /// What processes have mapped of it.
    pub(super) mapping: Option<Arc<CpuMapping>>,
    pub(super) commitment: Option<Commitment>,
    /// It has a dma-buf, or had one when that was last checked.
    pub(super) exported: Option<Counted>,
}

/// D3DDDI_ALLOCATIONPRIORITY_NORMAL.
pub(super) const NORMAL_PRIORITY: NonZeroU32 = match NonZeroU32::new(0x7800_0000) {
    Some(priority) => priority,
    None => panic!(),
};

/// The initial values of a backing.
pub(super) struct BackingInit {
    pub(super) account: Arc<Account>,
    pub(super) state: State,
    pub(super) allowed: AllowedPlacement,
    /// Whole pages.
    pub(super) bytes: u64,
    pub(super) priority: NonZeroU32,
    pub(super) paged: Option<Arc<dyn Paged>>,
    pub(super) user_pages: Option<Arc<UserPages>>,
    pub(super) commitment: Commitment,
}

impl Backing {
    pub(super) fn new(vidmm: &Arc<VidMm>, init: BackingInit) -> Self {
        let placement = init.state.placement();
        let inner = Inner {
            state: init.state,
            mapping: None,
            commitment: Some(init.commitment),
            exported: None,
        };
        Self {
            vidmm: vidmm.clone(),
            account: init.account,
            paged: init.paged,
            user_pages: init.user_pages,
            bytes: init.bytes,
            allowed: init.allowed,
            priority: Atomic::new(init.priority.get()),
            stays_out: Atomic::new(false),
            may_decommit: Atomic::new(false),
            entered: Atomic::new(false),
            // CAST: a small enumeration.
            placement: Atomic::new(placement as u32),
            inner: LockedBy::new(&vidmm.paging, inner),
        }
    }

    /// The fields that the paging lock guards.
    pub(super) fn inner<'a>(&'a self, paging: &'a mut Paging) -> &'a mut Inner {
        self.inner.access_mut(paging)
    }

    pub(super) fn user_pages(&self) -> Option<&Arc<UserPages>> {
        self.user_pages.as_ref()
    }

    pub(super) fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// Its description in traces; with the handle, if the event concerns one.
    pub(crate) fn traced(&self, handle: u32) -> trace::Allocation {
        trace::Allocation {
            owner: self.account.owner(),
            key: self.key(),
            bytes: self.bytes,
            handle,
        }
    }

    /// The group that its bytes belong in.
    pub(super) fn group(&self) -> SegmentGroup {
        match self.allowed {
            AllowedPlacement::Segment(_) => SegmentGroup::Local,
            AllowedPlacement::System | AllowedPlacement::Fixed => SegmentGroup::NonLocal,
        }
    }

    /// Whether its owner may write to it.
    pub(crate) fn is_writable(&self) -> bool {
        self.user_pages().is_none_or(|pages| pages.is_writable())
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether it is to be in the segment when it is used.
    pub(super) fn belongs_in_segment(&self) -> bool {
        matches!(self.allowed, AllowedPlacement::Segment(_)) && !self.stays_out.load(Relaxed)
    }

    pub(super) fn size(&self) -> NtResult<usize> {
        usize::try_from(self.bytes).map_err(|_| NtStatus::NO_MEMORY)
    }

    pub(super) fn pager(&self) -> NtResult<Pager<'_>> {
        let paged = self.paged.as_ref().ok_or(NtStatus::UNSUCCESSFUL)?;
        paged.pager()
    }

    /// Where the bytes are. Without the paging lock, that may change at once.
    pub(super) fn placement(&self) -> Placement {
        let placement = self.placement.load(Relaxed);
        // CAST: as it was stored.
        let is = |at: &Placement| *at as u32 == placement;
        Placement::ALL
            .into_iter()
            .find(is)
            .unwrap_or(Placement::Lost)
    }

    /// D3DKMTGetAllocationPriority.
    pub(crate) fn priority(&self) -> u32 {
        self.priority.load(Relaxed)
    }

    /// D3DKMTSetAllocationPriority.
    pub(crate) fn set_priority(&self, priority: NonZeroU32) {
        let mut tracker = self.vidmm.tracker();
        // With the residency tracker locked, so that its entry and this field agree.
        self.priority.store(priority.get(), Relaxed);
        tracker.set_priority(self.key(), priority);
    }

    /// Enters it into the residency tracker, if it is not there yet.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY. INTERRUPTED.
    pub(super) fn enter(self: &Arc<Self>) -> NtResult {
        if self.entered.load(Relaxed) {
            return Ok(());
        }
        let bytes = match self.belongs_in_segment() {
            true => self.bytes,
            false => 0,
        };
        let priority = NonZeroU32::new(self.priority()).unwrap_or(NORMAL_PRIORITY);
        let (key, owner) = (self.key(), self.account.key());
        let entry = NewEntry::new(key, self.clone(), bytes, owner, priority, ACCOUNT)?;
        let paging = self.vidmm.lock_paging()?;
        if paging.removed {
            drop(paging);
            return Err(NtStatus::DEVICE_REMOVED);
        }
        let mut tracker = self.vidmm.tracker();
        let unused = tracker.enter(key, entry);
        // Another thread may have changed the priority since it was read.
        if let Some(priority) = NonZeroU32::new(self.priority()) {
            tracker.set_priority(key, priority);
        }
        self.entered.store(true, Relaxed);
        drop(tracker);
        drop(paging);
        drop(unused);
        Ok(())
    }

    /// Its entry in the residency tracker; `None` if it was never used.
    pub(super) fn residency_info(&self) -> Option<ResidencyInfo> {
        self.vidmm.tracker().residency_info(self.key())
    }

    /// The bytes are in `next` from now on, `usage` of them in the segment and in system memory. Returns the
    /// old state, to be dropped without the lock.
    #[must_use]
    pub(super) fn set_state(&self, inner: &mut Inner, next: State, usage: [u64; 2]) -> State {
        let to = next.placement();
        if !inner.state.placement().leads_to(to) {
            sys::warn(c"an allocation's bytes moved where they must not");
        }
        // CAST: a small enumeration.
        self.placement.store(to as u32, Relaxed);
        self.vidmm.tracker().set_usage(self.key(), usage);
        core::mem::replace(&mut inner.state, next)
    }

    /// Takes the memory away for good. Its CPU mappings show zeros from now on.
    fn revoke(&self) {
        let mut paging = self.vidmm.paging.lock();
        let inner = self.inner(&mut paging);
        if inner.state.placement() == Placement::Lost {
            return;
        }
        let mapping = inner.mapping.take();
        let memory = self.set_state(inner, State::Lost, [0, 0]);
        drop(paging);
        if let Some(mapping) = mapping {
            mapping.revoke();
        }
        drop(memory);
    }

    /// The adapter is unplugged.
    pub(super) fn unplug(&self) {
        // Memory of a process does not belong to the adapter.
        if self.user_pages.is_none() {
            self.revoke();
        }
    }

    /// The allocation ends.
    pub(super) fn end(&self) {
        if self.entered.load(Relaxed) {
            self.revoke();
            let entry = self.vidmm.tracker().leave(self.key());
            drop(entry);
        }
    }
}
