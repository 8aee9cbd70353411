// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are.

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
    ddi::allocation::{
        AllocationDescription,
        ForeignMemory, //
    },
    drm::{
        gem::{
            GemObject,
            GemPages,
            Shape, //
        },
        prime::DmaBuf, //
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
        user_pages::{
            ShownPages,
            UserPages, //
        },
        window::{
            PageSource,
            Source,
            Window, //
        },
        PAGE_SIZE, //
    }, //
};
use core::{
    num::NonZeroU32,
    ops::Deref, //
};
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

/// How the CPU gets at an allocation.
pub(crate) enum CpuAccess {
    /// The pages are in the calling process already, at this address.
    InPlace(usize),
    /// This can be mapped.
    Window {
        window: Arc<Window>,
        /// So that it may be written to.
        writable: bool,
    },
    /// This is to be mapped, as its exporter does that.
    DmaBuf(DmaBuf),
}

/// Memory that came by a dma-buf, on the way to become the backing of an allocation.
pub(crate) struct Imported {
    backing: OwnedBacking,
    /// What a miniport has to know of it.
    pub(crate) memory: ForeignMemory,
}

impl Imported {
    pub(crate) fn into_backing(self) -> OwnedBacking {
        self.backing
    }
}

/// The backing of an allocation. VidMm has references on it; when this is dropped, the bytes go.
pub(crate) struct OwnedBacking(Arc<Backing>);

impl Deref for OwnedBacking {
    type Target = Arc<Backing>;

    fn deref(&self) -> &Arc<Backing> {
        &self.0
    }
}

impl Drop for OwnedBacking {
    fn drop(&mut self) {
        self.0.account.sub_total(self.0.group(), self.0.bytes);
        self.0.end();
    }
}

impl OwnedBacking {
    fn new(backing: impl PinInit<Backing>) -> NtResult<Self> {
        let new = Arc::pin_init(backing, ACCOUNT)?;
        new.account.add_total(new.group(), new.bytes);
        Ok(Self(new))
    }

    /// Video memory of `bytes` bytes (whole pages) in a group, laid out as `description` says if a
    /// DRM device makes it. Nothing physical is made.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY: nothing is left that could be promised. NO_MEMORY.
    pub(crate) fn video(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        group: SegmentGroup,
        description: Option<AllocationDescription>,
        bytes: u64,
        priority: NonZeroU32,
        paged: Arc<dyn Paged>,
    ) -> NtResult<Self> {
        let shape = description.map(|description| Shape {
            width: description.pitch / 4,
            height: description.height,
        });
        // What is larger than the segment, or than anything that a device makes, is never in it.
        let fits = bytes <= vidmm.size(group) && shape.is_none_or(Shape::is_usual);
        let home = match group {
            SegmentGroup::Local if fits => Home::Segment(shape),
            _ => Home::System,
        };
        let commitment = vidmm.commit(SegmentGroup::Local, bytes)?;
        let state = State::Untouched;
        let new = Backing::new(
            vidmm,
            account,
            state,
            home,
            bytes,
            priority,
            Some(paged),
            commitment,
        );
        Self::new(new)
    }

    /// `bytes` bytes (whole pages) of the calling process at `address` (page aligned), pinned.
    ///
    /// # Errors
    ///
    /// - GRAPHICS_NO_VIDEO_MEMORY: the aperture is full.
    /// - NO_MEMORY: over RLIMIT_MEMLOCK, or kernel memory.
    /// - INVALID_PARAMETER: the range is not ordinary memory of the caller (cases 54, 56).
    pub(crate) fn user_pages(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        address: usize,
        bytes: u64,
        writable: bool,
        priority: NonZeroU32,
    ) -> NtResult<Self> {
        let stay = vidmm.provider.stay()?;
        let commitment = vidmm.commit(SegmentGroup::NonLocal, bytes)?;
        let size = usize::try_from(bytes).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        let pages = Arc::new(UserPages::pin(address, size, writable)?, ACCOUNT)?;
        let state = State::UserPages(pages);
        let home = Home::Fixed;
        let new = Backing::new(
            vidmm, account, state, home, bytes, priority, None, commitment,
        );
        let new = Self::new(new)?;
        new.enter(&stay)?;
        let mut books = vidmm.books.lock();
        books.pin(new.key());
        books.set_usage(new.key(), [0, bytes]);
        drop(books);
        Ok(new)
    }

    /// The memory behind a dma-buf.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the device is gone. NOT_SUPPORTED: its driver cannot. NO_MEMORY.
    pub(crate) fn import(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        dma_buf: DmaBuf,
    ) -> NtResult<Imported> {
        let stay = vidmm.provider.stay()?;
        let size = dma_buf.size();
        if size == 0 || size % PAGE_SIZE != 0 {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let gem = stay.import(dma_buf)?;
        // CAST: 64 bits at most.
        let bytes = size as u64;
        let memory = ForeignMemory {
            bytes,
            native: gem.is_native(),
            cpu_visible: gem.is_cpu_visible(),
        };
        // It takes nothing of the segments: who made the memory has accounted for it.
        let commitment = vidmm.commit(SegmentGroup::Local, 0)?;
        let state = State::Imported(gem);
        let (home, priority) = (Home::Fixed, NORMAL_PRIORITY);
        let new = Backing::new(
            vidmm, account, state, home, bytes, priority, None, commitment,
        );
        let new = Self::new(new)?;
        // From here on it is lost with the adapter.
        new.enter(&stay)?;
        Ok(Imported {
            backing: new,
            memory,
        })
    }
}

/// D3DDDI_ALLOCATIONPRIORITY_NORMAL.
const NORMAL_PRIORITY: NonZeroU32 = match NonZeroU32::new(0x7800_0000) {
    Some(priority) => priority,
    None => panic!(),
};

impl Backing {
    #[allow(clippy::too_many_arguments, reason = "each is another field")]
    fn new<'a>(
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
    fn group(&self) -> SegmentGroup {
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

    /// System memory came into being because somebody touched it.
    pub(crate) fn grown(&self) {
        let inner = self.inner.lock();
        if let State::System(memory) = &inner.state {
            let mut books = self.vidmm.books.lock();
            books.set_usage(self.key(), [0, memory.present()]);
        }
    }

    /// What a lock of the allocation shows. The bytes come to where they belong.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the adapter is gone; INVALID_PARAMETER while it is offered; NO_MEMORY;
    /// what the miniport says.
    pub(crate) fn cpu_access(self: &Arc<Self>) -> NtResult<CpuAccess> {
        let stay = self.vidmm.provider.stay()?;
        if let State::UserPages(pages) = self.state() {
            return match pages.address() {
                Some(address) => Ok(CpuAccess::InPlace(address)),
                None => self.show_user_pages(pages),
            };
        }
        let turn = self.vidmm.turns.take();
        self.settle(&stay, &turn)?;
        if let State::Imported(gem) = self.state() {
            if let Some(dma_buf) = gem.to_map() {
                return Ok(CpuAccess::DmaBuf(dma_buf));
            }
        }
        Ok(CpuAccess::Window {
            window: self.show(&stay, &turn)?,
            writable: true,
        })
    }

    /// Shows memory of the process that made the allocation to another process.
    fn show_user_pages(&self, pages: Arc<UserPages>) -> NtResult<CpuAccess> {
        let writable = pages.is_writable();
        let source = Source::Pages(KBox::new(ShownPages(pages), ACCOUNT)?);
        let new = Window::new(self.size()? / PAGE_SIZE, source)?;
        let mut inner = self.inner.lock();
        let window = inner.window.get_or_insert_with(|| new.clone()).clone();
        drop(inner);
        Ok(CpuAccess::Window { window, writable })
    }

    /// The window, with the pages of where the bytes are.
    fn show(&self, _stay: &Stay<'_>, _turn: &Turn<'_>) -> NtResult<Arc<Window>> {
        let window = self.inner.lock().window.clone();
        if let Some(window) = window.as_ref().filter(|window| !window.is_away()) {
            return Ok(window.clone());
        }
        let bytes = self.size()?;
        let source = match self.state() {
            State::Local(memory) => Source::Pages(memory.source(bytes)?),
            State::Imported(gem) => Source::Pages(Memory::Gem(gem).source(bytes)?),
            State::System(memory) => Source::System(memory),
            State::UserPages(_) | State::Untouched | State::Discarded | State::Lost => {
                return Err(NtStatus::UNSUCCESSFUL)
            }
        };
        if let Some(window) = window {
            window.show(source);
            return Ok(window);
        }
        let window = Window::new(bytes / PAGE_SIZE, source)?;
        self.inner.lock().window = Some(window.clone());
        Ok(window)
    }

    /// Somebody touches pages that were taken away for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::cpu_access`].
    pub(crate) fn bring_back(self: &Arc<Self>) -> NtResult {
        let stay = match self.vidmm.provider.stay() {
            Ok(stay) => stay,
            Err(gone) => {
                // The adapter's end may not have come this far yet; there will be zeros from now on.
                if let Some(window) = self.inner.lock().window.clone() {
                    window.revoke();
                }
                return Err(gone);
            }
        };
        let turn = self.vidmm.turns.take();
        self.settle(&stay, &turn)?;
        self.show(&stay, &turn).map(|_| ())
    }

    /// Takes the pages away from those who see them, until they touch them again.
    pub(super) fn hide(&self, _turn: &Turn<'_>) {
        let window = self.inner.lock().window.clone();
        if let Some(window) = window {
            window.hide();
        }
    }

    /// A dma-buf of the memory. As long as anybody uses it, it is the only one, and the memory stays
    /// in the segment.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: system memory, of the caller or of ours; or the driver cannot.
    /// - DEVICE_REMOVED: the device is gone. INVALID_PARAMETER: it is offered.
    /// - ACCESS_DENIED: somebody uses a dma-buf of it with the other access.
    /// - NO_MEMORY: also when the segment is full of what cannot be put out.
    pub(crate) fn export(self: &Arc<Self>, writable: bool) -> NtResult<DmaBuf> {
        let stay = self.vidmm.provider.stay()?;
        if matches!(self.home, Home::System | Home::Segment(None)) {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let turn = self.vidmm.turns.take();
        self.settle(&stay, &turn)?;
        let gem = match self.state() {
            State::Local(Memory::Gem(gem)) | State::Imported(gem) => gem,
            State::System(_) => return Err(NtStatus::NO_MEMORY),
            _ => return Err(NtStatus::NOT_SUPPORTED),
        };
        let dma_buf = gem.export(writable)?;
        let was = core::mem::replace(&mut self.inner.lock().exported, true);
        if !was {
            self.vidmm.books.lock().pin(self.key());
        }
        Ok(dma_buf)
    }

    /// Whether the memory came by a dma-buf.
    pub(crate) fn is_imported(&self) -> bool {
        self.place() == Place::Imported
    }

    /// Whether nobody has a dma-buf of the memory any more, nor anything else of it but us.
    pub(crate) fn end_export(&self) -> bool {
        let Ok(_stay) = self.vidmm.provider.stay() else {
            // It is lost.
            return true;
        };
        let _turn = self.vidmm.turns.take();
        let ended = match self.state() {
            State::Local(Memory::Gem(gem)) | State::Imported(gem) => gem.end_export(),
            _ => true,
        };
        if ended {
            let was = core::mem::replace(&mut self.inner.lock().exported, false);
            if was {
                self.vidmm.books.lock().unpin(self.key());
            }
        }
        ended
    }

    /// The adapter goes, and all visits have ended: nobody else moves anything. Who sees the memory
    /// sees zeros from now on.
    pub(super) fn lose(&self) {
        let mut inner = self.inner.lock();
        let memory = match inner.state.place() {
            // It is not the adapter's.
            Place::UserPages => None,
            _ => Some(core::mem::replace(&mut inner.state, State::Lost)),
        };
        let window = memory.as_ref().and(inner.window.take());
        drop(inner);
        if let Some(window) = window {
            window.revoke();
        }
        drop(memory);
    }

    /// The allocation ends.
    fn end(&self) {
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
