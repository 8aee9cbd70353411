// SPDX-License-Identifier: GPL-2.0

//! [`Backing`]: where the bytes of an allocation are.

use super::{
    account::{
        Account,
        Charge, //
    },
    Commitment,
    SegmentGroup,
    VidMm, //
};
use crate::{
    ddi::AllocationDescription,
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
        user_pages::UserPages,
        view::PageSource, //
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
    /// A GEM object on the adapter's device.
    Local(
        Arc<GemObject>,
        #[expect(dead_code, reason = "held to be dropped")] Charge,
    ),
    /// Memory of the process that made the allocation.
    UserPages(
        UserPages,
        #[expect(dead_code, reason = "held to be dropped")] Charge,
    ),
}

/// How the CPU gets at an allocation.
pub(crate) enum CpuAccess {
    /// The pages are in the calling process already, at this address.
    InPlace(usize),
    /// These pages can be mapped.
    Pages(KBox<dyn PageSource>),
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
        let pages = UserPages::pin(address, bytes, writable)?;
        let charge = account.charge(SegmentGroup::NonLocal, commitment.bytes);
        let state = State::UserPages(pages, charge);
        Ok(Self::new(commitment, account, state))
    }

    fn new(commitment: Commitment, account: Arc<Account>, state: State) -> impl PinInit<Self> {
        pin_init!(Self {
            commitment,
            account,
            state <- new_mutex!(state, "Backing::state"),
        })
    }

    /// The GEM object behind the allocation, made if it is not there yet; `None` for user pages.
    fn gem(&self) -> NtResult<Option<Arc<GemObject>>> {
        let shape = match &*self.state.lock() {
            State::UserPages(..) => return Ok(None),
            State::Local(gem, _) => return Ok(Some(gem.clone())),
            State::Untouched(shape) => *shape,
        };
        // Made without the lock, since that takes a while and may free memory. Two callers may
        // come this far; the second one's object is dropped when the lock is no longer held.
        let vidmm = &self.commitment.vidmm;
        let gem = Arc::new(
            GemObject::new(&vidmm.target, shape, vidmm.name_objects)?,
            ACCOUNT,
        )?;
        let mut state = self.state.lock();
        if let State::Local(first, _) = &*state {
            let first = first.clone();
            drop(state);
            return Ok(Some(first));
        }
        let bytes = self.commitment.bytes;
        let charge = self.account.charge(SegmentGroup::Local, bytes);
        *state = State::Local(gem.clone(), charge);
        Ok(Some(gem))
    }

    /// What a lock of the allocation shows.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when memory has to be made and the device is gone; NO_MEMORY.
    pub(crate) fn cpu_access(&self) -> NtResult<CpuAccess> {
        let Some(gem) = self.gem()? else {
            return match &*self.state.lock() {
                State::UserPages(pages, _) => Ok(CpuAccess::InPlace(pages.address())),
                _ => Err(NtStatus::UNSUCCESSFUL),
            };
        };
        let bytes = usize::try_from(self.commitment.bytes).map_err(|_| NtStatus::NO_MEMORY)?;
        let pages = KBox::new(GemPages::new(gem, bytes)?, ACCOUNT)?;
        Ok(CpuAccess::Pages(pages))
    }
}
