// SPDX-License-Identifier: GPL-2.0

//! [`OwnedBacking`]: how the memory of an allocation begins, and that it ends with the allocation.

use super::{
    account::Account,
    backing::{
        Backing,
        Home,
        Paged,
        State,
        NORMAL_PRIORITY, //
    },
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
        user_pages::UserPages,
        PAGE_SIZE, //
    }, //
};
use core::{
    num::NonZeroU32,
    ops::Deref, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

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
        self.0.account.sub_total(self.0.group(), self.0.bytes());
        self.0.end();
    }
}

impl OwnedBacking {
    fn new(backing: impl PinInit<Backing>) -> NtResult<Self> {
        let new = Arc::pin_init(backing, ACCOUNT)?;
        new.account.add_total(new.group(), new.bytes());
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
