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

/// A shared resource with its allocations, the adapter's halves of both. Its contents
/// never change (cases 93, 116).
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

    /// The sizes that an opener on `adapter` needs (cases 128, 161).
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: another adapter. DEVICE_REMOVED: the adapter was unplugged (case 253).
    pub(crate) fn sizes_for(&self, adapter: &Arc<Adapter>) -> NtResult<SharedSizes> {
        self.check_adapter(adapter)?;
        adapter.check_present()?;
        Ok(self.sizes())
    }

    /// The sizes, unchecked against an adapter.
    pub(crate) fn sizes(&self) -> SharedSizes {
        let total: usize = self
            .allocations
            .iter()
            .map(|a| a.private_data().len())
            .sum();
        // CAST: validation limits sizes to less than 128 KiB, and allocations to 1024.
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
