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

/// The miniport's allocation; dropping it destroys it in the miniport.
///
/// After that the fields are dropped in this order; the last allocation of a resource ends the resource.
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

    /// Makes it part of `resource`, and shares it with all users of its memory.
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

    /// Asks the miniport for its layout.
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
/// It belongs to the adapter, not to the device that created it, and lives while any binding or CPU
/// mapping of it does. The fields are dropped in this order: the memory, the miniport's allocation,
/// and, with its last allocation and binding, the resource.
#[pin_data]
pub(crate) struct Allocation {
    backing: BackingHandle,
    facts: CheckedFacts,
    /// The user-mode driver's private data, as the miniport left it.
    private_data: KVVec<u8>,
    miniport: Arc<MiniportAllocation>,
    _counted: Counted,
}

/// An allocation that nothing else references yet.
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

    /// The miniport's facts about it, checked.
    pub(in crate::core) fn facts(&self) -> &CheckedFacts {
        &self.facts
    }

    /// Whether its memory may be exported as a dma-buf: it can be scanned out, or is shared anyway.
    pub(in crate::core) fn is_exportable(&self) -> bool {
        self.facts.displayable() || self.is_shared()
    }

    /// Whether it is part of a shared resource.
    pub(in crate::core) fn is_shared(&self) -> bool {
        let resource = self.miniport.resource.as_ref();
        resource.is_some_and(|resource| resource.is_shared())
    }

    /// The private data that is returned to the user-mode driver.
    pub(crate) fn private_data(&self) -> &[u8] {
        &self.private_data
    }

    pub(in crate::core) fn private_data_mut(self: Pin<&mut Self>) -> &mut [u8] {
        &mut self.project().private_data[..]
    }

    /// What the miniport keeps about it (`hAllocation`).
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
