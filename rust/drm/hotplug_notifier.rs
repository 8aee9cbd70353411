// SPDX-License-Identifier: GPL-2.0

//! [`HotplugNotifier`]: tells a listener which devices appear and vanish, in the right order.
//!
//! The class interface reports devices before they are ready. So an appearance is only noted, and an ordered
//! queue looks at the device later. A disappearance is reported at once, after the appearances that were noted
//! before it: once it has been reported, the device may go.

use crate::sys::workqueue::OrderedQueue;
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// Identifies a device while it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct TargetId(pub(crate) usize);

/// The receiver of hot-plug events. `D` is a device that was found usable.
pub(crate) trait Listener<D>: Send + Sync {
    /// A usable device has appeared. May sleep.
    fn appeared(&self, device: D);
    /// All devices of the initial scan have been reported. May sleep.
    fn initial_scan_done(&self) {}
    /// A device goes: when this returns, nothing of it is in use any more. May sleep, with the reporter's lock
    /// held. The device need not have been usable.
    fn vanished(&self, id: TargetId);
}

/// Notifies `listener`; dropping it waits until everything has been reported.
pub(crate) struct HotplugNotifier<D: 'static> {
    queue: OrderedQueue,
    listener: Arc<dyn Listener<D>>,
}

impl<D: 'static> HotplugNotifier<D> {
    pub(crate) fn new(listener: Arc<dyn Listener<D>>) -> Result<Self> {
        Ok(Self {
            queue: OrderedQueue::new()?,
            listener,
        })
    }

    /// A device is there; `look` checks whether it is usable, and logs why not.
    pub(crate) fn appeared(&self, look: impl FnOnce() -> Result<D> + Send + 'static) {
        let listener = self.listener.clone();
        let spawned = self.queue.queue().try_spawn(GFP_KERNEL, move || {
            if let Ok(device) = look() {
                listener.appeared(device);
            }
        });
        if spawned.is_err() {
            pr_err!("no memory to look at a new DRM device\n");
        }
    }

    /// All devices of the initial scan are noted.
    pub(crate) fn initial_scan_done(&self) {
        let listener = self.listener.clone();
        let spawned = self
            .queue
            .queue()
            .try_spawn(GFP_KERNEL, move || listener.initial_scan_done());
        if spawned.is_err() {
            pr_err!("no memory to go on without DRM devices\n");
        }
    }

    /// A device goes.
    pub(crate) fn vanished(&self, id: TargetId) {
        self.queue.flush();
        self.listener.vanished(id);
    }
}
