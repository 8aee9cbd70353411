// SPDX-License-Identifier: GPL-2.0

//! [`Adapter`]: a DRM device as a WDDM adapter.

use super::adapter_list::{
    AdapterInstance,
    Luid, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::Miniport,
    fence::list::Fences,
    sched::nodes::Nodes,
    status::NtResult,
    sys::worker::WorkerQueue,
    vidmm::VidMm, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// An adapter. It outlives every device on it, and the DRM device behind it.
pub(crate) struct Adapter {
    instance: AdapterInstance,
    miniport: KBox<dyn Miniport>,
    vidmm: Arc<VidMm>,
    fences: Arc<Fences>,
    nodes: Arc<Nodes>,
}

impl Adapter {
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        instance: AdapterInstance,
        miniport: KBox<dyn Miniport>,
        vidmm: Arc<VidMm>,
        fences: Arc<WorkerQueue>,
    ) -> Result<Self> {
        let adapter = Self {
            instance,
            fences: Fences::new(fences.clone())?,
            // The last one, as they have to be stopped.
            nodes: Nodes::new(miniport.execution(), &fences)?,
            miniport,
            vidmm,
        };
        // From here on, `unplug` has to run.
        if let Err(error) = adapter.vidmm.start() {
            adapter.nodes.stop();
            return Err(error);
        }
        Ok(adapter)
    }

    pub(crate) fn luid(&self) -> Luid {
        self.instance.luid()
    }

    pub(crate) fn miniport(&self) -> &dyn Miniport {
        &*self.miniport
    }

    pub(crate) fn vidmm(&self) -> &Arc<VidMm> {
        &self.vidmm
    }

    /// The monitored fences of its devices.
    pub(crate) fn fences(&self) -> &Arc<Fences> {
        &self.fences
    }

    /// Its engines, and who has them.
    pub(crate) fn nodes(&self) -> &Arc<Nodes> {
        &self.nodes
    }

    /// DEVICE_REMOVED once the DRM device was unplugged.
    pub(crate) fn check_present(&self) -> NtResult {
        self.instance.check_present()
    }
}

impl Adapter {
    /// Unplugs the adapter: when this returns, nothing of its device is in use any more.
    pub(crate) fn unplug(&self) {
        // First, so that no thread waits for what is being torn down.
        self.fences.unplug();
        self.nodes.stop();
        self.vidmm.unplug();
        self.miniport.stop_device();
    }
}

impl Drop for Adapter {
    fn drop(&mut self) {
        // An adapter that was never listed is never removed from the list, either.
        self.unplug();
    }
}

impl AsRef<AdapterInstance> for Adapter {
    fn as_ref(&self) -> &AdapterInstance {
        &self.instance
    }
}

/// An adapter that a process has opened: what an adapter handle names.
pub(crate) struct OpenAdapter {
    adapter: Arc<Adapter>,
    _counted: Counted,
}

impl OpenAdapter {
    pub(crate) fn new(adapter: Arc<Adapter>) -> Self {
        Self {
            adapter,
            _counted: Counted::new(Counter::AdapterOpens),
        }
    }

    pub(crate) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }
}
