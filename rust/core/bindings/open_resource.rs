// SPDX-License-Identifier: GPL-2.0

//! [`OpenResource`]: the device's half of a resource.

use super::device::Device;
use crate::core::objects::{
    global_handles::Opening,
    resource::Resource,
    shared::Shared, //
};
use kernel::sync::Arc;

/// The device's half: what a resource handle names.
pub(crate) struct OpenResource {
    device: Arc<Device>,
    resource: Arc<Resource>,
    shared: Option<Arc<Shared>>,
    /// Of a resource that a global handle names.
    opening: Option<Opening>,
    /// Opened for reading only: so is everybody who gets it from here.
    read_only: bool,
}

impl OpenResource {
    /// Of a resource that is not shared.
    pub(in crate::core) fn new(device: Arc<Device>, resource: Arc<Resource>) -> Self {
        Self {
            device,
            resource,
            shared: None,
            opening: None,
            read_only: false,
        }
    }

    /// Of a resource that was opened by a dma-buf. It is shared on by dma-bufs alone.
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

    /// What others may open, if it may be shared by NT handles (cases 144 to 146).
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
