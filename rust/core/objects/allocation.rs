// SPDX-License-Identifier: GPL-2.0

//! [`Allocation`]: the adapter's half of an allocation.

use super::{
    adapter::Adapter,
    resource::Resource, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::{
        allocation::AllocationDescription,
        answer::CheckedFacts,
        Cookie, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::mapped_vma::Owner,
    vidmm::{
        backing::{
            Backing,
            Paged,
            Pager, //
        },
        backing_handle::BackingHandle, //
    }, //
};
use kernel::{
    prelude::*,
    sync::{
        Arc,
        UniqueArc, //
    }, //
};

/// An allocation as the miniport knows it; dropping it tells the miniport.
///
/// The fields are dropped in this order, after that: with the last allocation of it, the resource.
pub(in crate::core) struct MiniportAllocation {
    resource: Option<Arc<Resource>>,
    adapter: Arc<Adapter>,
    cookie: Option<Cookie>,
}

impl MiniportAllocation {
    pub(in crate::core) fn new(adapter: Arc<Adapter>, cookie: Cookie) -> Self {
        Self {
            resource: None,
            adapter,
            cookie: Some(cookie),
        }
    }

    /// As a part of `resource`, and for all who have to do with its memory.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(in crate::core) fn of(mut self, resource: Option<Arc<Resource>>) -> NtResult<Arc<Self>> {
        self.resource = resource;
        Ok(Arc::new(self, ACCOUNT)?)
    }

    pub(in crate::core) fn cookie(&self) -> NtResult<&Cookie> {
        self.cookie.as_ref().ok_or(NtStatus::INVALID_HANDLE)
    }

    /// The adapter's description of it.
    pub(in crate::core) fn describe(&self) -> NtResult<AllocationDescription> {
        self.adapter.miniport().describe_allocation(self.cookie()?)
    }
}

impl Paged for MiniportAllocation {
    fn pager(&self) -> NtResult<Pager<'_>> {
        Ok(Pager {
            miniport: self.adapter.miniport(),
            allocation: self.cookie()?,
        })
    }
}

impl Drop for MiniportAllocation {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie.take() {
            self.adapter.miniport().destroy_allocation(cookie);
        }
    }
}

/// The adapter's half of an allocation.
///
/// It belongs to the adapter, not to the device that made it, and lives while any binding or CPU
/// view of it does. The fields are dropped in this order: the memory, the miniport's allocation,
/// and, with the last allocation and binding of it, the resource.
#[pin_data]
pub(crate) struct Allocation {
    backing: BackingHandle,
    facts: CheckedFacts,
    /// The user-mode driver's private data, as the miniport left it.
    private_data: KVVec<u8>,
    miniport: Arc<MiniportAllocation>,
    _counted: Counted,
}

/// An allocation that nobody else knows yet.
pub(in crate::core) type NewAllocation = Pin<UniqueArc<Allocation>>;

impl Allocation {
    pub(in crate::core) fn new(
        backing: BackingHandle,
        facts: CheckedFacts,
        private_data: KVVec<u8>,
        miniport: Arc<MiniportAllocation>,
    ) -> NtResult<NewAllocation> {
        Ok(UniqueArc::pin_init(
            pin_init!(Self {
                backing,
                facts,
                private_data,
                miniport,
                _counted: Counted::new(Counter::Allocations),
            }),
            ACCOUNT,
        )?)
    }

    pub(in crate::core) fn adapter(&self) -> &Arc<Adapter> {
        &self.miniport.adapter
    }

    pub(in crate::core) fn backing(&self) -> &Arc<Backing> {
        &self.backing
    }

    /// What the miniport said of it.
    pub(in crate::core) fn facts(&self) -> &CheckedFacts {
        &self.facts
    }

    /// Whether its memory may leave as a dma-buf: it may be scanned out, or others have it anyway.
    pub(in crate::core) fn is_exportable(&self) -> bool {
        self.facts.displayable() || self.is_shared()
    }

    /// Whether it is part of a shared resource.
    pub(in crate::core) fn is_shared(&self) -> bool {
        let resource = self.miniport.resource.as_ref();
        resource.is_some_and(|resource| resource.is_shared())
    }

    /// The private data that goes back to the user-mode driver.
    pub(crate) fn private_data(&self) -> &[u8] {
        &self.private_data
    }

    pub(in crate::core) fn private_data_mut(self: Pin<&mut Self>) -> &mut [u8] {
        &mut self.project().private_data[..]
    }

    /// What the miniport keeps about it.
    pub(in crate::core) fn cookie(&self) -> Option<&Cookie> {
        self.miniport.cookie.as_ref()
    }
}

impl Owner for Arc<Allocation> {
    fn page_in_for_fault(&self) -> Result {
        self.backing
            .page_in_for_fault()
            .map_err(|status| match status {
                NtStatus::INTERRUPTED => EINTR,
                _ => ENOMEM,
            })
    }

    fn grown(&self) {
        self.backing.grown();
    }
}
