// SPDX-License-Identifier: GPL-2.0

//! [`BackingHandle`]: creates the memory of an allocation, and ends it with the allocation.

use super::{
    account::Account,
    backing::{
        AllowedPlacement,
        Backing,
        BackingInit,
        Paged,
        State,
        NORMAL_PRIORITY, //
    },
    SegmentGroup,
    VidMm, //
};
use crate::{
    ddi::{
        allocation::{
            AllocationDescription,
            ForeignMemory, //
        },
        memory::ImportedMemory, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        trace,
        user_pages::UserPages, //
    }, //
};
use core::{
    num::NonZeroU32,
    ops::Deref, //
};
use kernel::sync::Arc;

/// Memory imported from a dma-buf, to become the backing of an allocation.
pub(crate) struct Imported {
    backing: BackingHandle,
    /// What a miniport has to know about it.
    pub(crate) memory: ForeignMemory,
}

impl Imported {
    pub(crate) fn into_backing(self) -> BackingHandle {
        self.backing
    }
}

/// The backing of an allocation. VidMm has references on it; dropping this handle frees the bytes.
pub(crate) struct BackingHandle(Arc<Backing>);

impl Deref for BackingHandle {
    type Target = Arc<Backing>;

    fn deref(&self) -> &Arc<Backing> {
        &self.0
    }
}

impl Drop for BackingHandle {
    fn drop(&mut self) {
        self.0.account.sub_total(self.0.group(), self.0.bytes());
        self.0.end();
        trace::destroy(|| self.0.traced(0));
    }
}

impl BackingHandle {
    fn new(vidmm: &Arc<VidMm>, init: BackingInit) -> NtResult<Self> {
        let new = Arc::new(Backing::new(vidmm, init), ACCOUNT)?;
        new.account.add_total(new.group(), new.bytes());
        Ok(Self(new))
    }

    /// Video memory of `bytes` bytes (whole pages) in a group, laid out as `layout` says if the miniport wants
    /// to know. No physical memory is allocated.
    ///
    /// # Errors
    ///
    /// GRAPHICS_NO_VIDEO_MEMORY: no commitment is left. NO_MEMORY.
    pub(crate) fn video(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        group: SegmentGroup,
        layout: Option<AllocationDescription>,
        bytes: u64,
        priority: NonZeroU32,
        paged: Arc<dyn Paged>,
    ) -> NtResult<Self> {
        // Memory larger than the segment, or than anything that a device makes, is never in the segment.
        let fits = bytes <= vidmm.size(group) && layout.is_none_or(AllocationDescription::is_usual);
        let allowed = match group {
            SegmentGroup::Local if fits => AllowedPlacement::Segment(layout),
            _ => AllowedPlacement::System,
        };
        let init = BackingInit {
            commitment: vidmm.commit(&account, SegmentGroup::Local, bytes)?,
            account,
            state: State::Unpopulated,
            allowed,
            bytes,
            priority,
            paged: Some(paged),
            user_pages: None,
        };
        Self::new(vidmm, init)
    }

    /// `bytes` bytes (whole pages) of the calling process at `address` (page aligned), pinned.
    ///
    /// # Errors
    ///
    /// - GRAPHICS_NO_VIDEO_MEMORY: the aperture is full.
    /// - NO_MEMORY: over RLIMIT_MEMLOCK, or kernel memory.
    /// - INVALID_PARAMETER: the range is not ordinary memory of the caller (cases 54, 56).
    /// - DEVICE_REMOVED: the adapter was unplugged.
    pub(crate) fn user_pages(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        address: usize,
        bytes: u64,
        writable: bool,
        priority: NonZeroU32,
    ) -> NtResult<Self> {
        let commitment = vidmm.commit(&account, SegmentGroup::NonLocal, bytes)?;
        let size = usize::try_from(bytes).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        let pages = Arc::new(UserPages::pin(address, size, writable)?, ACCOUNT)?;
        let init = BackingInit {
            account,
            state: State::UserPages,
            allowed: AllowedPlacement::Fixed,
            bytes,
            priority,
            paged: None,
            user_pages: Some(pages),
            commitment,
        };
        let new = Self::new(vidmm, init)?;
        new.enter()?;
        let mut tracker = vidmm.tracker();
        tracker.pin(new.key());
        tracker.set_usage(new.key(), [0, bytes]);
        drop(tracker);
        Ok(new)
    }

    /// Memory imported from a dma-buf.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
    pub(crate) fn import(
        account: Arc<Account>,
        vidmm: &Arc<VidMm>,
        imported: ImportedMemory,
    ) -> NtResult<Imported> {
        let ImportedMemory { memory, facts } = imported;
        let init = BackingInit {
            // It takes nothing of the segments: its exporter has accounted for it.
            commitment: vidmm.commit(&account, SegmentGroup::Local, 0)?,
            account,
            state: State::Imported(memory),
            allowed: AllowedPlacement::Fixed,
            bytes: facts.bytes,
            priority: NORMAL_PRIORITY,
            paged: None,
            user_pages: None,
        };
        let backing = Self::new(vidmm, init)?;
        // From here on it is lost when the adapter is unplugged.
        backing.enter()?;
        Ok(Imported {
            backing,
            memory: facts,
        })
    }
}
