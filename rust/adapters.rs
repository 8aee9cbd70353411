// SPDX-License-Identifier: GPL-2.0

//! The machine's adapters: one for each usable DRM device, and the software adapter.

#![deny(unsafe_code)]

#[cfg(dxg_script)]
pub(crate) mod script;

use crate::{
    core::{
        objects::{
            adapter::Adapter,
            adapter_list::{
                AdapterInstance,
                HotplugSource, //
            }, //
        },
        registry::Registry, //
    },
    ddi::{
        adapter::Segments,
        Miniport, //
    },
    drm::{
        class_interface,
        device::Device,
        hotplug_notifier::{
            DeviceId,
            Listener, //
        }, //
    },
    miniport::{
        gem::Gem,
        soft::Soft, //
    },
    sys::{
        trace,
        worker::WorkerQueue, //
    },
    vidmm::VidMm, //
};
use kernel::{
    new_mutex,
    prelude::*,
    str::BStr,
    sync::{
        Arc,
        Mutex, //
    }, //
};

// The source of a DRM device is its address.
const SOFT: HotplugSource = HotplugSource(0);
/// The test adapter, see [`script`].
#[cfg(dxg_script)]
const SCRIPT: HotplugSource = HotplugSource(1);

/// When the software adapter exists (parameter `soft_adapter`).
#[derive(Clone, Copy)]
pub(crate) enum SoftAdapter {
    Never,
    Always,
    /// While there is no other adapter.
    Alone,
}

impl SoftAdapter {
    /// `EINVAL` for an undefined number.
    pub(crate) fn from_parameter(value: u8) -> Result<Self> {
        match value {
            0 => Ok(Self::Never),
            1 => Ok(Self::Always),
            2 => Ok(Self::Alone),
            _ => Err(EINVAL),
        }
    }
}

/// The work queues of all adapters.
#[derive(Clone)]
pub(crate) struct Queues {
    /// For what may wait for memory of a process.
    pub(crate) paging: Arc<WorkerQueue>,
    /// For what no process may hold up: nodes and their engines, and what signals leave over.
    pub(crate) fences: Arc<WorkerQueue>,
}

/// Creates an adapter for each DRM device that can be one.
#[pin_data]
pub(crate) struct Adapters {
    registry: Arc<Registry>,
    segments: Segments,
    commit: u64,
    queues: Queues,
    name_objects: bool,
    wanted: SoftAdapter,
    #[pin]
    state: Mutex<State>,
}

struct State {
    /// Number of DRM devices' adapters.
    drm_adapters: usize,
    /// The devices that existed at load time have been examined.
    initial_scan_done: bool,
    /// The software adapter exists.
    soft: bool,
}

impl Adapters {
    pub(crate) fn new(
        registry: Arc<Registry>,
        segments: Segments,
        commit: u64,
        queues: Queues,
        name_objects: bool,
        wanted: SoftAdapter,
    ) -> Result<Arc<Self>> {
        let state = State {
            drm_adapters: 0,
            initial_scan_done: false,
            soft: false,
        };
        Arc::pin_init(
            pin_init!(Self {
                registry,
                segments,
                commit,
                queues,
                name_objects,
                wanted,
                state <- new_mutex!(state, "Adapters::state"),
            }),
            GFP_KERNEL,
        )
    }

    fn add(&self, device: Arc<Device>) -> Result {
        let source = HotplugSource(device.id().0);
        self.registry.adapters().add(source, |instance| {
            let miniport = Gem::new(
                device,
                self.segments,
                self.name_objects,
                &self.queues.fences,
            )?;
            let miniport = KBox::new(miniport, GFP_KERNEL)?;
            self.adapter(instance, miniport)
        })
    }

    fn add_soft(&self) -> Result {
        self.registry.adapters().add(SOFT, |instance| {
            let miniport = KBox::new(Soft::new(self.segments, &self.queues.fences)?, GFP_KERNEL)?;
            self.adapter(instance, miniport)
        })
    }

    fn adapter(&self, instance: AdapterInstance, miniport: KBox<dyn Miniport>) -> Result<Adapter> {
        let segments = miniport.query_segments();
        let vidmm = VidMm::new(segments, self.commit, self.queues.paging.clone())?;
        let adapter = Adapter::new(instance, miniport, vidmm, self.queues.fences.clone())?;
        let facts = adapter.miniport().query_adapter_info();
        let (luid, name) = (adapter.luid().0, BStr::from_bytes(&facts.description));
        pr_info!("adapter {luid:x} is there: {name}\n");
        Ok(adapter)
    }

    /// Records a change, and creates or removes the software adapter if necessary.
    fn note(&self, change: impl FnOnce(&mut State)) {
        let mut state = self.state.lock();
        change(&mut state);
        let due = state.initial_scan_done
            && match self.wanted {
                SoftAdapter::Never => false,
                SoftAdapter::Always => true,
                SoftAdapter::Alone => state.drm_adapters == 0,
            };
        if due && !state.soft {
            match self.add_soft() {
                Ok(()) => state.soft = true,
                Err(error) => pr_err!("no software adapter: {error:?}\n"),
            }
        } else if !due && state.soft {
            state.soft = false;
            drop(state);
            self.unplug(SOFT);
        }
    }

    /// Unplugs the adapter, if it is there.
    fn unplug(&self, source: HotplugSource) -> bool {
        let Some(adapter) = self.registry.adapters().remove(source) else {
            return false;
        };
        adapter.unplug();
        trace::unplug(adapter.luid().0);
        pr_info!("adapter {:x} has gone\n", adapter.luid().0);
        true
    }
}

impl Listener<Arc<Device>> for Adapters {
    fn added(&self, device: Arc<Device>) {
        match self.add(device.clone()) {
            Ok(()) => self.note(|state| state.drm_adapters += 1),
            Err(error) => {
                class_interface::refused(device.name(), error);
                device.unplug();
            }
        }
    }

    fn initial_scan_done(&self) {
        self.note(|state| state.initial_scan_done = true);
    }

    fn unplugged(&self, id: DeviceId) {
        if self.unplug(HotplugSource(id.0)) {
            self.note(|state| state.drm_adapters -= 1);
        }
    }
}
