// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are.

use super::{
    account::{
        Account,
        Charge, //
    },
    provider::{
        Pager,
        Stay, //
    },
    resident::{
        Memory,
        OnDevice,
        Resident, //
    },
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
        gem::Shape,
        prime::DmaBuf, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        user_pages::{
            ShownPages,
            UserPages, //
        },
        window::Window,
        PAGE_SIZE, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// Where the bytes of an allocation are, and what they are charged to.
#[pin_data]
pub(crate) struct Backing {
    bytes: u64,
    /// They came by a dma-buf: their memory is somebody else's, who accounts for it.
    imported: bool,
    commitment: Commitment,
    account: Arc<Account>,
    #[pin]
    state: Mutex<State>,
}

/// Memory that came by a dma-buf, on the way to become the backing of an allocation.
pub(crate) struct Imported {
    resident: Resident,
    commitment: Commitment,
    account: Arc<Account>,
    bytes: u64,
    /// What a miniport has to know of it.
    pub(crate) memory: ForeignMemory,
}

enum State {
    /// All zero; there is no memory yet. It will be of this shape if a DRM device makes it.
    Untouched(Option<Shape>),
    /// Memory of the adapter, or nothing any more since that went.
    Made(Resident),
    /// Memory of the process that made the allocation.
    UserPages(UserMemory),
}

struct UserMemory {
    pages: Arc<UserPages>,
    /// What other processes see of it.
    window: Option<Arc<Window>>,
    _charge: Charge,
}

// What is pinned is behind its pointers.
impl Unpin for UserMemory {}

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

impl Backing {
    /// Video memory of `bytes` bytes (whole pages) in a group, laid out as `description` says if a
    /// DRM device makes it. Nothing physical is made.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY.
    pub(crate) fn video(
        vidmm: &Arc<VidMm>,
        account: Arc<Account>,
        group: SegmentGroup,
        description: Option<AllocationDescription>,
        bytes: u64,
    ) -> NtResult<impl PinInit<Self>> {
        let commitment = vidmm.commit(group, bytes)?;
        let shape = description.map(|description| Shape {
            width: description.pitch / 4,
            height: description.height,
        });
        Ok(Self::new(commitment, account, State::Untouched(shape)))
    }

    /// The memory behind a dma-buf.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the device is gone. NOT_SUPPORTED: its driver cannot. NO_MEMORY.
    pub(crate) fn import(
        vidmm: &Arc<VidMm>,
        account: Arc<Account>,
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
        let charge = account.charge(SegmentGroup::Local, 0);
        Ok(Imported {
            resident: Resident::new(vidmm, &stay, Memory::Gem(gem), charge)?,
            commitment,
            account,
            bytes,
            memory,
        })
    }

    /// Of memory that came by a dma-buf.
    pub(crate) fn imported(memory: Imported) -> impl PinInit<Self> {
        let (commitment, account) = (memory.commitment, memory.account);
        let state = State::Made(memory.resident);
        Self::with(memory.bytes, true, commitment, account, state)
    }

    /// `bytes` bytes (whole pages) of the calling process at `address` (page aligned), pinned.
    ///
    /// # Errors
    ///
    /// - GRAPHICS_NO_VIDEO_MEMORY: the aperture is full.
    /// - NO_MEMORY: over RLIMIT_MEMLOCK.
    /// - INVALID_PARAMETER: the range is not ordinary memory of the caller (cases 54, 56).
    pub(crate) fn user_pages(
        vidmm: &Arc<VidMm>,
        account: Arc<Account>,
        address: usize,
        bytes: u64,
        writable: bool,
    ) -> NtResult<impl PinInit<Self>> {
        let commitment = vidmm.commit(SegmentGroup::NonLocal, bytes)?;
        let bytes = usize::try_from(bytes).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        let pages = Arc::new(UserPages::pin(address, bytes, writable)?, ACCOUNT)?;
        let memory = UserMemory {
            pages,
            window: None,
            _charge: account.charge(SegmentGroup::NonLocal, commitment.bytes),
        };
        let state = State::UserPages(memory);
        Ok(Self::new(commitment, account, state))
    }

    fn new(commitment: Commitment, account: Arc<Account>, state: State) -> impl PinInit<Self> {
        Self::with(commitment.bytes, false, commitment, account, state)
    }

    fn with(
        bytes: u64,
        imported: bool,
        commitment: Commitment,
        account: Arc<Account>,
        state: State,
    ) -> impl PinInit<Self> {
        pin_init!(Self {
            bytes,
            imported,
            commitment,
            account,
            state <- new_mutex!(state, "Backing::state"),
        })
    }

    fn bytes(&self) -> NtResult<usize> {
        usize::try_from(self.bytes).map_err(|_| NtStatus::NO_MEMORY)
    }

    /// The memory behind the allocation, made if it is not there yet.
    fn made(
        &self,
        stay: &Stay<'_>,
        shape: Option<Shape>,
        pager: Pager<'_>,
    ) -> NtResult<Arc<OnDevice>> {
        // Made without the lock, since that takes a while and may free memory. Of two callers that
        // come this far, the second one's is dropped when the lock is no longer held.
        let memory = stay.make(shape, self.bytes()?, pager)?;
        let charge = self
            .account
            .charge(self.commitment.group, self.commitment.bytes);
        let resident = Resident::new(&self.commitment.vidmm, stay, memory, charge)?;
        let mut state = self.state.lock();
        if let State::Made(first) = &*state {
            let memory = first.memory().clone();
            drop(state);
            return Ok(memory);
        }
        let memory = resident.memory().clone();
        *state = State::Made(resident);
        Ok(memory)
    }

    /// Where the bytes are now; made if they are nowhere yet.
    fn touch(&self, stay: &Stay<'_>, pager: Pager<'_>) -> NtResult<Touched> {
        let state = self.state.lock();
        match &*state {
            State::UserPages(memory) => Ok(Touched::UserPages(memory.pages.clone())),
            State::Made(resident) => Ok(Touched::OnDevice(resident.memory().clone())),
            State::Untouched(shape) => {
                let shape = *shape;
                drop(state);
                Ok(Touched::OnDevice(self.made(stay, shape, pager)?))
            }
        }
    }

    /// What a lock of the allocation shows. `pager` fills memory that comes into being.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the adapter is gone; NO_MEMORY; what the miniport says.
    pub(crate) fn cpu_access(&self, pager: Pager<'_>) -> NtResult<CpuAccess> {
        let stay = self.commitment.vidmm.provider.stay()?;
        let memory = match self.touch(&stay, pager)? {
            Touched::OnDevice(memory) => memory,
            Touched::UserPages(pages) => {
                return match pages.address() {
                    Some(address) => Ok(CpuAccess::InPlace(address)),
                    None => self.show(pages),
                }
            }
        };
        if let Some(dma_buf) = memory.to_map(&stay)? {
            return Ok(CpuAccess::DmaBuf(dma_buf));
        }
        Ok(CpuAccess::Window {
            window: memory.window(&stay, self.bytes()?)?,
            writable: true,
        })
    }

    /// Shows memory of the process that made the allocation to another process.
    fn show(&self, pages: Arc<UserPages>) -> NtResult<CpuAccess> {
        let writable = pages.is_writable();
        let new = Window::new(KBox::new(ShownPages(pages), ACCOUNT)?)?;
        let mut state = self.state.lock();
        let window = match &mut *state {
            State::UserPages(memory) => memory.window.get_or_insert_with(|| new.clone()).clone(),
            _ => return Err(NtStatus::UNSUCCESSFUL),
        };
        drop(state);
        Ok(CpuAccess::Window { window, writable })
    }

    /// A dma-buf of the memory. As long as anybody uses it, it is the only one.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: system memory, of the caller or of ours; or the driver cannot.
    /// - DEVICE_REMOVED: the device is gone.
    /// - ACCESS_DENIED: somebody uses a dma-buf of it with the other access. NO_MEMORY.
    pub(crate) fn export(&self, writable: bool, pager: Pager<'_>) -> NtResult<DmaBuf> {
        let stay = self.commitment.vidmm.provider.stay()?;
        if matches!(*self.state.lock(), State::Untouched(None)) {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        match self.touch(&stay, pager)? {
            Touched::OnDevice(memory) => memory.export(&stay, writable),
            Touched::UserPages(_) => Err(NtStatus::NOT_SUPPORTED),
        }
    }

    /// Whether the memory came by a dma-buf.
    pub(crate) fn is_imported(&self) -> bool {
        self.imported
    }

    /// Whether nobody has a dma-buf of the memory any more, nor anything else of it but us.
    pub(crate) fn end_export(&self) -> bool {
        let Ok(stay) = self.commitment.vidmm.provider.stay() else {
            // It is lost.
            return true;
        };
        let memory = match &*self.state.lock() {
            State::Made(resident) => resident.memory().clone(),
            _ => return true,
        };
        memory.end_export(&stay)
    }
}

/// Where bytes are that are somewhere.
enum Touched {
    OnDevice(Arc<OnDevice>),
    UserPages(Arc<UserPages>),
}
