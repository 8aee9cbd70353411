// SPDX-License-Identifier: GPL-2.0

//! [`HotplugNotifier`]: tells a listener which devices are added and unplugged, in the right order.
//!
//! The class interface reports devices before they are ready. So an added device is only noted, and an ordered
//! workqueue probes it later. An unplugged one is reported at once, after all that were added before it: once
//! it has been reported, it may go.

use crate::sys::workqueue::OrderedQueue;
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// Identifies a device while it is there.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct DeviceId(pub(crate) usize);

/// The receiver of hot-plug events. `D` is a device that was found usable.
pub(crate) trait Listener<D>: Send + Sync {
    /// A usable device was added. May sleep.
    fn added(&self, device: D);
    /// All devices of the initial scan have been reported. May sleep.
    fn initial_scan_done(&self) {}
    /// A device is unplugged: when this returns, nothing of it is in use any more. May sleep, with the mutex of
    /// the drm class held. The device need not have been usable.
    fn unplugged(&self, id: DeviceId);
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

    /// A device was added; `probe` checks whether it is usable, and logs why not.
    pub(crate) fn added(&self, probe: impl FnOnce() -> Result<D> + Send + 'static) {
        let listener = self.listener.clone();
        let spawned = self.queue.queue().try_spawn(GFP_KERNEL, move || {
            if let Ok(device) = probe() {
                listener.added(device);
            }
        });
        if spawned.is_err() {
            pr_err!("no memory to probe a new DRM device\n");
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

    /// A device is unplugged.
    pub(crate) fn unplugged(&self, id: DeviceId) {
        self.queue.flush();
        self.listener.unplugged(id);
    }
}
