// SPDX-License-Identifier: GPL-2.0

//! [`Account`]: one process on one adapter, to whom memory is charged.

use super::{
    books::{
        Key,
        NewShare, //
    },
    SegmentGroup,
    VidMm, //
};
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::memory_group::MemoryGroup, //
};
use kernel::sync::Arc;

/// See the module's documentation.
pub(crate) struct Account {
    vidmm: Arc<VidMm>,
    /// That of the process when it began to use the adapter.
    group: MemoryGroup,
}

/// What a process may have and has of a group of segments, in bytes (D3DKMTQueryVideoMemoryInfo).
#[derive(Clone, Copy)]
pub(crate) struct MemoryInfo {
    pub(crate) budget: u64,
    pub(crate) usage: u64,
    /// On the residency lists of its devices.
    pub(crate) listed: u64,
    pub(crate) reservation: u64,
    pub(crate) reservable: u64,
}

impl Account {
    /// Of the calling process.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(vidmm: Arc<VidMm>) -> NtResult<Arc<Self>> {
        let account = Arc::new(
            Self {
                vidmm,
                group: MemoryGroup::current(),
            },
            ACCOUNT,
        )?;
        let share = NewShare::new(account.key(), ACCOUNT)?;
        let unused = account.vidmm.books.lock().open_share(share);
        drop(unused);
        Ok(account)
    }

    pub(super) fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// Whom the kernel's memory for this process is charged to.
    pub(super) fn group(&self) -> &MemoryGroup {
        &self.group
    }

    /// What the process may have and has.
    pub(crate) fn info(&self, group: SegmentGroup) -> MemoryInfo {
        let books = self.vidmm.books.lock();
        let (all, share) = (books.group(group), books.share(self.key(), group));
        MemoryInfo {
            budget: all.budget(&share),
            usage: share.usage,
            listed: share.listed,
            reservation: share.reservation,
            reservable: all.reservable(&share),
        }
    }

    /// D3DKMTChangeVideoMemoryReservation: what the process wants to be able to have.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER when it is more than can be reserved.
    pub(crate) fn reserve(&self, group: SegmentGroup, bytes: u64) -> NtResult {
        let mut books = self.vidmm.books.lock();
        let share = books.share(self.key(), group);
        if bytes > books.group(group).reservable(&share) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        books.change_share(self.key(), group, |share| share.reservation = bytes);
        Ok(())
    }
}

impl Drop for Account {
    fn drop(&mut self) {
        let share = self.vidmm.books.lock().close_share(self.key());
        drop(share);
    }
}
