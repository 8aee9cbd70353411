// SPDX-License-Identifier: GPL-2.0

//! [`OpenResource`]: the device's half of a resource.

use super::device::Device;
use crate::core::objects::{
    global_handles::GlobalHandleRef,
    resource::Resource,
    shared::Shared, //
};
use kernel::sync::Arc;

/// The device's half of a resource: what a resource handle names.
pub(crate) struct OpenResource {
    device: Arc<Device>,
    resource: Arc<Resource>,
    shared: Option<Arc<Shared>>,
    /// The reference on the global handle, if the resource has one.
    global_handle: Option<GlobalHandleRef>,
    /// Opened read-only: so is every resource that is opened through it.
    read_only: bool,
}

impl OpenResource {
    /// Opens a resource that is not shared.
    pub(in crate::core) fn new(device: Arc<Device>, resource: Arc<Resource>) -> Self {
        Self {
            device,
            resource,
            shared: None,
            global_handle: None,
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
        global_handle: Option<GlobalHandleRef>,
        read_only: bool,
    ) -> Self {
        Self {
            device,
            resource: shared.resource().clone(),
            shared: Some(shared),
            global_handle,
            read_only,
        }
    }

    /// The shared resource, if NT handles may share it (cases 144 to 146).
    pub(crate) fn nt_shareable(&self) -> Option<&Arc<Shared>> {
        self.shared
            .as_ref()
            .filter(|_| self.global_handle.is_none())
    }

    pub(crate) fn is_read_only(&self) -> bool {
        self.read_only
    }

    /// The global handle of the resource, if it has one.
    pub(crate) fn global_handle(&self) -> Option<u32> {
        self.global_handle.as_ref().map(GlobalHandleRef::handle)
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }
}
