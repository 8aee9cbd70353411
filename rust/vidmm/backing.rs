// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are.

use super::{
    account::{
        Account,
        Charge, //
    },
    resident::{
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
        gem::{
            GemObject,
            Shape, //
        },
        presence::Visit,
        prime::DmaBuf,
        target::Target, //
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
    /// All zero; there is no memory yet.
    Untouched(Shape),
    /// A GEM object on the adapter's device, or nothing any more since that went.
    Local(Resident),
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
    /// Video memory of `bytes` bytes (whole pages), laid out as `description` says. Nothing
    /// physical is made.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY.
    pub(crate) fn video(
        vidmm: &Arc<VidMm>,
        account: Arc<Account>,
        description: AllocationDescription,
        bytes: u64,
    ) -> NtResult<impl PinInit<Self>> {
        let commitment = vidmm.commit(SegmentGroup::Local, bytes)?;
        let shape = Shape {
            width: description.pitch / 4,
            height: description.height,
        };
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
        let visit = vidmm.target.visit()?;
        let size = dma_buf.size();
        if size == 0 || size % PAGE_SIZE != 0 {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let gem = GemObject::import(&visit, dma_buf)?;
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
            resident: Resident::new(vidmm, &visit, gem, charge)?,
            commitment,
            account,
            bytes,
            memory,
        })
    }

    /// Of memory that came by a dma-buf.
    pub(crate) fn imported(memory: Imported) -> impl PinInit<Self> {
        let (commitment, account) = (memory.commitment, memory.account);
        let state = State::Local(memory.resident);
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

    /// The memory on the device behind the allocation, made if it is not there yet.
    fn on_device(&self, visit: &Visit<'_, Target>, shape: Shape) -> NtResult<Arc<OnDevice>> {
        // Made without the lock, since that takes a while and may free memory. Of two callers that
        // come this far, the second one's is dropped when the lock is no longer held.
        let vidmm = &self.commitment.vidmm;
        let gem = GemObject::new(visit, shape, vidmm.name_objects)?;
        let charge = self
            .account
            .charge(SegmentGroup::Local, self.commitment.bytes);
        let resident = Resident::new(vidmm, visit, gem, charge)?;
        let mut state = self.state.lock();
        if let State::Local(first) = &*state {
            let memory = first.memory().clone();
            drop(state);
            return Ok(memory);
        }
        let memory = resident.memory().clone();
        *state = State::Local(resident);
        Ok(memory)
    }

    /// Where the bytes are now; made if they are nowhere yet.
    fn touch(&self, visit: &Visit<'_, Target>) -> NtResult<Touched> {
        let state = self.state.lock();
        match &*state {
            State::UserPages(memory) => Ok(Touched::UserPages(memory.pages.clone())),
            State::Local(resident) => Ok(Touched::OnDevice(resident.memory().clone())),
            State::Untouched(shape) => {
                let shape = *shape;
                drop(state);
                Ok(Touched::OnDevice(self.on_device(visit, shape)?))
            }
        }
    }

    /// What a lock of the allocation shows.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the device is gone; NO_MEMORY.
    pub(crate) fn cpu_access(&self) -> NtResult<CpuAccess> {
        let visit = self.commitment.vidmm.target.visit()?;
        let memory = match self.touch(&visit)? {
            Touched::OnDevice(memory) => memory,
            Touched::UserPages(pages) => {
                return match pages.address() {
                    Some(address) => Ok(CpuAccess::InPlace(address)),
                    None => self.show(pages),
                }
            }
        };
        if let Some(dma_buf) = memory.to_map(&visit)? {
            return Ok(CpuAccess::DmaBuf(dma_buf));
        }
        let bytes = usize::try_from(self.bytes).map_err(|_| NtStatus::NO_MEMORY)?;
        Ok(CpuAccess::Window {
            window: memory.window(&visit, bytes)?,
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
    /// - NOT_SUPPORTED: memory of the caller; or the driver cannot.
    /// - DEVICE_REMOVED: the device is gone.
    /// - ACCESS_DENIED: somebody uses a dma-buf of it with the other access. NO_MEMORY.
    pub(crate) fn export(&self, writable: bool) -> NtResult<DmaBuf> {
        let visit = self.commitment.vidmm.target.visit()?;
        match self.touch(&visit)? {
            Touched::OnDevice(memory) => memory.export(&visit, writable),
            Touched::UserPages(_) => Err(NtStatus::NOT_SUPPORTED),
        }
    }

    /// Whether the memory came by a dma-buf.
    pub(crate) fn is_imported(&self) -> bool {
        self.imported
    }

    /// Whether nobody has a dma-buf of the memory any more, nor anything else of it but us.
    pub(crate) fn end_export(&self) -> bool {
        let Ok(visit) = self.commitment.vidmm.target.visit() else {
            // It is lost.
            return true;
        };
        let memory = match &*self.state.lock() {
            State::Local(resident) => resident.memory().clone(),
            _ => return true,
        };
        memory.end_export(&visit)
    }
}

/// Where bytes are that are somewhere.
enum Touched {
    OnDevice(Arc<OnDevice>),
    UserPages(Arc<UserPages>),
}
