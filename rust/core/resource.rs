// SPDX-License-Identifier: GPL-2.0

//! [`Resource`]: allocations that belong together, with what the runtime and the user-mode driver
//! attached to them.

use super::{
    adapter::Adapter,
    device::Device,
    global_handles::Opening,
    share::Shared, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::Cookie,
    mem::KVec, //
};
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        CondVar,
        Mutex, //
    }, //
};

/// The adapter's half of a resource: it may outlive the device that made it.
#[pin_data]
pub(crate) struct Resource {
    adapter: Arc<Adapter>,
    /// Created with CreateShared, or opened by a dma-buf: its allocations never change (cases 93,
    /// 116).
    shared: bool,
    /// What the runtime attached, for those who open it.
    runtime_data: KVec<u8>,
    /// What the user-mode driver attached, likewise.
    private_data: KVec<u8>,
    #[pin]
    cookie: Mutex<Slot>,
    #[pin]
    idle: CondVar,
    _counted: Counted,
}

impl Resource {
    pub(super) fn new(
        adapter: Arc<Adapter>,
        shared: bool,
        runtime_data: KVec<u8>,
        private_data: KVec<u8>,
    ) -> impl PinInit<Self> {
        let unset = Slot {
            adapter: adapter.clone(),
            cookie: None,
            busy: false,
        };
        pin_init!(Self {
            adapter,
            shared,
            runtime_data,
            private_data,
            cookie <- new_mutex!(unset, "Resource::cookie"),
            idle <- new_condvar!("Resource::idle"),
            _counted: Counted::new(Counter::Resources),
        })
    }

    pub(super) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }

    pub(crate) fn is_shared(&self) -> bool {
        self.shared
    }

    pub(crate) fn runtime_data(&self) -> &[u8] {
        &self.runtime_data
    }

    pub(crate) fn private_data(&self) -> &[u8] {
        &self.private_data
    }

    /// The miniport's cookie, for one call that may set or replace it; others wait their turn.
    pub(super) fn turn(&self) -> Turn<'_> {
        let mut slot = self.cookie.lock();
        while slot.busy {
            self.idle.wait(&mut slot);
        }
        slot.busy = true;
        Turn {
            cookie: slot.cookie.take(),
            resource: self,
        }
    }
}

/// The miniport's cookie of a resource, or the note that somebody uses it.
struct Slot {
    adapter: Arc<Adapter>,
    cookie: Option<Cookie>,
    busy: bool,
}

/// The right to use a resource's cookie.
pub(super) struct Turn<'a> {
    pub(super) cookie: Option<Cookie>,
    resource: &'a Resource,
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        let mut slot = self.resource.cookie.lock();
        slot.cookie = self.cookie.take();
        slot.busy = false;
        drop(slot);
        self.resource.idle.notify_one();
    }
}

impl Drop for Slot {
    fn drop(&mut self) {
        if let Some(cookie) = self.cookie.take() {
            self.adapter.miniport().destroy_resource(cookie);
        }
    }
}

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
    pub(super) fn new(device: Arc<Device>, resource: Arc<Resource>) -> Self {
        Self {
            device,
            resource,
            shared: None,
            opening: None,
            read_only: false,
        }
    }

    /// Of a resource that was opened by a dma-buf. It is shared on by dma-bufs alone.
    pub(super) fn imported(device: Arc<Device>, resource: Arc<Resource>, read_only: bool) -> Self {
        Self {
            read_only,
            ..Self::new(device, resource)
        }
    }

    pub(super) fn shared(
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
