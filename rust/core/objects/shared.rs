// SPDX-License-Identifier: GPL-2.0

//! [`Shared`]: a resource that others may open.

use super::{
    adapter::Adapter,
    allocation::Allocation,
    resource::Resource,
    shared_sizes::SharedSizes, //
};
use crate::{
    mem::KVVec,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::sync::Arc;

/// A shared resource with its allocations: the halves that belong to the adapter. What is in it
/// never changes (cases 93, 116).
pub(crate) struct Shared {
    resource: Arc<Resource>,
    allocations: KVVec<Arc<Allocation>>,
}

impl Shared {
    pub(in crate::core) fn new(
        resource: Arc<Resource>,
        allocations: KVVec<Arc<Allocation>>,
    ) -> Self {
        Self {
            resource,
            allocations,
        }
    }

    pub(in crate::core) fn allocations(&self) -> &[Arc<Allocation>] {
        &self.allocations
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    fn adapter(&self) -> &Arc<Adapter> {
        self.resource.adapter()
    }

    /// What an opener on `adapter` has to know (cases 128, 161).
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: another adapter. DEVICE_REMOVED: the adapter has gone (case 253).
    pub(crate) fn sizes_for(&self, adapter: &Arc<Adapter>) -> NtResult<SharedSizes> {
        self.check_adapter(adapter)?;
        adapter.check_present()?;
        Ok(self.sizes())
    }

    /// Its sizes.
    pub(crate) fn sizes(&self) -> SharedSizes {
        let total: usize = self
            .allocations
            .iter()
            .map(|a| a.private_data().len())
            .sum();
        // CAST: all below 128 KiB, and 1024 allocations at most, as validation saw to.
        SharedSizes {
            runtime_data: self.resource.runtime_data().len() as u32,
            private_data: self.resource.private_data().len() as u32,
            total: total as u32,
            allocations: self.allocations.len() as u32,
        }
    }

    /// INVALID_PARAMETER on another adapter (case 175).
    pub(crate) fn check_adapter(&self, adapter: &Arc<Adapter>) -> NtResult {
        if !Arc::ptr_eq(self.adapter(), adapter) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        Ok(())
    }
}
