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
    ddi::AllocationDescription,
    drm::{
        gem::{
            GemObject,
            Shape, //
        },
        presence::Visit,
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
        window::Window, //
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
    commitment: Commitment,
    account: Arc<Account>,
    #[pin]
    state: Mutex<State>,
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
        pin_init!(Self {
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
        let gem = Arc::new(GemObject::new(visit, shape, vidmm.name_objects)?, ACCOUNT)?;
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

    /// What a lock of the allocation shows.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the device is gone; NO_MEMORY.
    pub(crate) fn cpu_access(&self) -> NtResult<CpuAccess> {
        let visit = self.commitment.vidmm.target.visit()?;
        let memory = {
            let state = self.state.lock();
            match &*state {
                State::UserPages(memory) => {
                    let pages = memory.pages.clone();
                    drop(state);
                    return match pages.address() {
                        Some(address) => Ok(CpuAccess::InPlace(address)),
                        None => self.show(pages),
                    };
                }
                State::Local(resident) => resident.memory().clone(),
                State::Untouched(shape) => {
                    let shape = *shape;
                    drop(state);
                    self.on_device(&visit, shape)?
                }
            }
        };
        let bytes = usize::try_from(self.commitment.bytes).map_err(|_| NtStatus::NO_MEMORY)?;
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
}
