// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are, and what the books know of it.

use super::{
    account::Account,
    books::{
        Key,
        NewEntry,
        Standing, //
    },
    place::Place,
    provider::{
        Pager,
        Stay, //
    },
    turn::Turn,
    Commitment,
    SegmentGroup,
    VidMm, //
};
use crate::{
    drm::gem::{
        GemObject,
        GemPages,
        Shape, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        kernel_pages::{
            KernelPages,
            ShownKernelPages, //
        },
        system_memory::SystemMemory,
        user_pages::UserPages,
        window::{
            PageSource,
            Window, //
        }, //
    }, //
};
use core::num::NonZeroU32;
use kernel::{
    new_mutex,
    pr_warn_once,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// Who knows the miniport's side of an allocation.
pub(crate) trait Paged: Send + Sync {
    /// Who fills and moves its bytes.
    ///
    /// # Errors
    ///
    /// INVALID_HANDLE: nobody any more.
    fn pager(&self) -> NtResult<Pager<'_>>;
}

/// Where an allocation's bytes may be.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Home {
    /// In the segment or in system memory; in the segment in this shape if a DRM device makes it.
    Segment(Option<Shape>),
    /// In system memory.
    System,
    /// Where they are.
    Fixed,
}

/// Memory in the segment.
#[derive(Clone)]
pub(super) enum Memory {
    /// An object on the adapter's device.
    Gem(Arc<GemObject>),
    /// Pages of the module's own.
    Pages(Arc<KernelPages>),
}

impl Memory {
    /// The pages of the first `bytes` bytes (whole pages) of it.
    pub(super) fn source(self, bytes: usize) -> Result<KBox<dyn PageSource>> {
        Ok(match self {
            Self::Gem(gem) => KBox::new(GemPages::new(gem, bytes)?, ACCOUNT)?,
            Self::Pages(pages) => KBox::new(ShownKernelPages(pages), ACCOUNT)?,
        })
    }
}

/// The bytes themselves; [`Place`] says which ways lead from one to another.
#[derive(Clone)]
pub(super) enum State {
    Untouched,
    Local(Memory),
    System(Arc<SystemMemory>),
    UserPages(Arc<UserPages>),
    Imported(Arc<GemObject>),
    Discarded,
    Lost,
}

impl State {
    pub(super) fn place(&self) -> Place {
        match self {
            Self::Untouched => Place::Untouched,
            Self::Local(_) => Place::Local,
            Self::System(_) => Place::System,
            Self::UserPages(_) => Place::UserPages,
            Self::Imported(_) => Place::Imported,
            Self::Discarded => Place::Discarded,
            Self::Lost => Place::Lost,
        }
    }
}

/// Where the bytes of an allocation are, and what they are charged to.
#[pin_data]
pub(crate) struct Backing {
    pub(super) vidmm: Arc<VidMm>,
    pub(super) account: Arc<Account>,
    paged: Option<Arc<dyn Paged>>,
    /// Whole pages.
    bytes: u64,
    pub(super) home: Home,
    /// As D3DKMTSetAllocationPriority sets it.
    priority: Atomic<u32>,
    /// It shall stay out of the segment. Only changes with the books locked, as does the next one.
    pub(super) kept_out: Atomic<bool>,
    /// An offer of it gives up the commitment, too.
    pub(super) may_decommit: Atomic<bool>,
    /// The books know it.
    entered: Atomic<bool>,
    #[pin]
    pub(super) inner: Mutex<Inner>,
}

/// What changes only in somebody's turn, or when nobody else has it any more.
pub(super) struct Inner {
    pub(super) state: State,
    /// What processes see of it.
    pub(super) window: Option<Arc<Window>>,
    pub(super) commitment: Option<Commitment>,
    /// Somebody has a dma-buf of it.
    pub(super) exported: bool,
}

// What is pinned is behind its pointers.
impl Unpin for Inner {}

/// D3DDDI_ALLOCATIONPRIORITY_NORMAL.
pub(super) const NORMAL_PRIORITY: NonZeroU32 = match NonZeroU32::new(0x7800_0000) {
    Some(priority) => priority,
    None => panic!(),
};

impl Backing {
    #[allow(clippy::too_many_arguments, reason = "each is another field")]
    pub(super) fn new<'a>(
        vidmm: &'a Arc<VidMm>,
        account: Arc<Account>,
        state: State,
        home: Home,
        bytes: u64,
        priority: NonZeroU32,
        paged: Option<Arc<dyn Paged>>,
        commitment: Commitment,
    ) -> impl PinInit<Self> + 'a {
        let inner = Inner {
            state,
            window: None,
            commitment: Some(commitment),
            exported: false,
        };
        pin_init!(Self {
            vidmm: vidmm.clone(),
            account,
            paged,
            bytes,
            home,
            priority: Atomic::new(priority.get()),
            kept_out: Atomic::new(false),
            may_decommit: Atomic::new(false),
            entered: Atomic::new(false),
            inner <- new_mutex!(inner, "Backing::inner"),
        })
    }

    pub(super) fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// Which group its bytes belong in.
    pub(super) fn group(&self) -> SegmentGroup {
        match self.home {
            Home::Segment(_) => SegmentGroup::Local,
            Home::System | Home::Fixed => SegmentGroup::NonLocal,
        }
    }

    pub(super) fn bytes(&self) -> u64 {
        self.bytes
    }

    /// Whether it is to be in the segment when it is wanted.
    pub(super) fn belongs_in_segment(&self) -> bool {
        matches!(self.home, Home::Segment(_)) && !self.kept_out.load(Relaxed)
    }

    pub(super) fn size(&self) -> NtResult<usize> {
        usize::try_from(self.bytes).map_err(|_| NtStatus::NO_MEMORY)
    }

    pub(super) fn pager(&self) -> NtResult<Pager<'_>> {
        let paged = self.paged.as_ref().ok_or(NtStatus::UNSUCCESSFUL)?;
        paged.pager()
    }

    pub(super) fn place(&self) -> Place {
        self.inner.lock().state.place()
    }

    pub(super) fn state(&self) -> State {
        self.inner.lock().state.clone()
    }

    /// D3DKMTGetAllocationPriority.
    pub(crate) fn priority(&self) -> u32 {
        self.priority.load(Relaxed)
    }

    /// D3DKMTSetAllocationPriority.
    pub(crate) fn set_priority(&self, priority: NonZeroU32) {
        let mut books = self.vidmm.books.lock();
        // With the books locked, so that they and this say the same.
        self.priority.store(priority.get(), Relaxed);
        books.set_priority(self.key(), priority);
    }

    /// Enters it into the books, if it is not there yet.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn enter(self: &Arc<Self>, _stay: &Stay<'_>) -> NtResult {
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
        let mut books = self.vidmm.books.lock();
        let unused = books.enter(key, entry);
        // Somebody may have changed it since it was read.
        if let Some(priority) = NonZeroU32::new(self.priority()) {
            books.set_priority(key, priority);
        }
        self.entered.store(true, Relaxed);
        drop(books);
        drop(unused);
        Ok(())
    }

    /// What the books know of it; `None` for what was never used.
    pub(super) fn standing(&self) -> Option<Standing> {
        self.vidmm.books.lock().standing(self.key())
    }

    /// The bytes are somewhere else from now on, `usage` of them in the segment and in system memory.
    /// What they were in before is freed.
    pub(super) fn go(&self, _turn: &Turn<'_>, next: State, usage: [u64; 2]) -> NtResult {
        let mut inner = self.inner.lock();
        let (from, to) = (inner.state.place(), next.place());
        if !from.leads_to(to) {
            drop(inner);
            pr_warn_once!("memory cannot go from {from:?} to {to:?}\n");
            return Err(NtStatus::UNSUCCESSFUL);
        }
        let old = core::mem::replace(&mut inner.state, next);
        self.vidmm.books.lock().set_usage(self.key(), usage);
        drop(inner);
        drop(old);
        Ok(())
    }

    /// The adapter goes, and all visits have ended: nobody else moves anything. Who sees the memory
    /// sees zeros from now on.
    pub(super) fn lose(&self) {
        let mut inner = self.inner.lock();
        if inner.state.place() == Place::UserPages {
            // It is not the adapter's.
            return;
        }
        let memory = core::mem::replace(&mut inner.state, State::Lost);
        let window = inner.window.take();
        drop(inner);
        if let Some(window) = window {
            window.revoke();
        }
        drop(memory);
    }

    /// The allocation ends.
    pub(super) fn end(&self) {
        if !self.entered.load(Relaxed) {
            return;
        }
        // Without the adapter it was lost, or will be before the device's code goes.
        let Ok(_stay) = self.vidmm.provider.stay() else {
            return;
        };
        let turn = self.vidmm.turns.take();
        let mut inner = self.inner.lock();
        let memory = core::mem::replace(&mut inner.state, State::Lost);
        let window = inner.window.take();
        drop(inner);
        if let Some(window) = window {
            window.revoke();
        }
        drop(memory);
        drop(turn);
        let entry = self.vidmm.books.lock().leave(self.key());
        drop(entry);
    }
}
