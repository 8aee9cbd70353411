// SPDX-License-Identifier: GPL-2.0

//! [`Device`]: a DRM device behind its gate, and all our GEM objects on it.
//!
//! A device can be unplugged at any time, and its driver be unloaded right after that. So objects are used only
//! inside the gate, and they end when the device is unplugged, even if their owners live on.

use super::{
    drm_device::DrmDevice,
    hotplug_notifier::DeviceId,
    object::ObjectState, //
};
use crate::sys::{
    device_gate::{
        DeviceGate,
        Entered, //
    },
    ACCOUNT, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    str::CString,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// See the module's documentation.
#[pin_data]
pub(crate) struct Device {
    id: DeviceId,
    #[pin]
    gate: DeviceGate<DrmDevice>,
    #[pin]
    objects: Mutex<Objects>,
}

/// Keyed by the addresses of their slots.
struct Objects(RBTree<usize, Arc<Slot>>);

// The pinned data is behind its pointers.
impl Unpin for Objects {}

/// An object on the device, until its owner drops it or the device is unplugged. Only used inside the gate.
#[pin_data]
pub(super) struct Slot {
    #[pin]
    pub(super) state: Mutex<Option<ObjectState>>,
}

impl Slot {
    fn key(self: &Arc<Self>) -> usize {
        core::ptr::from_ref::<Self>(self).addr()
    }

    /// Ends the object.
    fn end(&self, drm: &DrmDevice) {
        let state = self.state.lock().take();
        if let Some(state) = state {
            state.end(drm);
        }
    }
}

impl Device {
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn new(id: DeviceId, drm: DrmDevice) -> Result<Arc<Self>> {
        Arc::pin_init(
            try_pin_init!(Self {
                id,
                gate <- DeviceGate::new(drm),
                objects <- new_mutex!(Objects(RBTree::new()), "Device::objects"),
            }),
            GFP_KERNEL,
        )
    }

    /// The identifier of the device.
    pub(crate) fn id(&self) -> DeviceId {
        self.id
    }

    /// Its name for people.
    ///
    /// # Errors
    ///
    /// `ENODEV`: it was unplugged. `ENOMEM`.
    pub(crate) fn name(&self) -> Result<CString> {
        self.enter()?.name()
    }

    /// The device, for as long as the result lives; `ENODEV` when it was unplugged, or is about to be.
    pub(crate) fn enter(&self) -> Result<Entered<'_, DrmDevice>> {
        self.gate.enter()
    }

    /// Adds an object, which ends with the device at the latest. The caller is inside the gate.
    pub(super) fn add(&self, drm: &DrmDevice, state: ObjectState) -> Result<Arc<Slot>> {
        let mut state = Some(state);
        let slot = pin_init!(Slot {
            state <- new_mutex!(None, "Slot::state"),
        });
        let node = Arc::pin_init(slot, ACCOUNT).and_then(|slot| {
            let node = RBTreeNode::new(slot.key(), slot.clone(), ACCOUNT)?;
            Ok((slot, node))
        });
        match node {
            Ok((slot, node)) => {
                *slot.state.lock() = state.take();
                // Slot addresses are unique.
                let replaced = self.objects.lock().0.insert(node);
                drop(replaced);
                Ok(slot)
            }
            Err(error) => {
                if let Some(state) = state {
                    state.end(drm);
                }
                Err(error)
            }
        }
    }

    /// The owner of an object drops it.
    pub(super) fn end(&self, slot: &Arc<Slot>) {
        // Without the device, the object has ended already, or is about to.
        let Ok(drm) = self.enter() else { return };
        let node = self.objects.lock().0.remove_node(&slot.key());
        drop(node);
        slot.end(&drm);
    }

    /// The device is unplugged: when this returns, nothing of it is in use any more.
    pub(crate) fn unplug(&self) {
        let Some(drm) = self.gate.close() else {
            return;
        };
        loop {
            let mut objects = self.objects.lock();
            let node = (objects.0.cursor_front_mut()).map(|cursor| cursor.remove_current().1);
            drop(objects);
            let Some(node) = node else { break };
            node.to_key_value().1.end(&drm);
        }
    }
}
