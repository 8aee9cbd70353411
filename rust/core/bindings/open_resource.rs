// SPDX-License-Identifier: GPL-2.0

//! [`OpenResource`]: the device's half of a resource.

use super::device::Device;
use crate::core::objects::{
    global_handles::Opening,
    resource::Resource,
    shared::Shared, //
};
use kernel::sync::Arc;

/// The device's half of a resource: what a resource handle names.
pub(crate) struct OpenResource {
    device: Arc<Device>,
    resource: Arc<Resource>,
    shared: Option<Arc<Shared>>,
    /// The opening of the global handle, if the resource has one.
    opening: Option<Opening>,
    /// Opened read-only: so is every opening that is shared from it.
    read_only: bool,
}

impl OpenResource {
    /// Opens a resource that is not shared.
    pub(in crate::core) fn new(device: Arc<Device>, resource: Arc<Resource>) -> Self {
        Self {
            device,
            resource,
            shared: None,
            opening: None,
            read_only: false,
        }
    }

    /// Opens a resource that was imported from a dma-buf. Only dma-bufs can share it further.
    pub(in crate::core) fn imported(
        device: Arc<Device>,
        resource: Arc<Resource>,
        read_only: bool,
    ) -> Self {
        Self {
            read_only,
            ..Self::new(device, resource)
        }
    }

    pub(in crate::core) fn shared(
        device: Arc<Device>,
        shared: Arc<Shared>,
        opening: Option<Opening>,
        read_only: bool,
    ) -> Self {
        Self {
            device,
            resource: shared.resource().clone(),
            shared: Some(shared),
            opening,
            read_only,
        }
    }

    /// The shared resource, if NT handles may share it (cases 144 to 146).
    pub(crate) fn nt_shareable(&self) -> Option<&Arc<Shared>> {
        self.shared.as_ref().filter(|_| self.opening.is_none())
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The global handle of the resource, if it has one.
    pub(crate) fn global_handle(&self) -> Option<u32> {
        self.opening.as_ref().map(Opening::handle)
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }
}
