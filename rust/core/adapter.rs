// SPDX-License-Identifier: GPL-2.0

//! [`Adapter`]: a DRM device as a WDDM adapter.

use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::Miniport,
    status::{
        NtResult,
        NtStatus, //
    },
    vidmm::VidMm, //
};
use kernel::{
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    }, //
};

/// Locally unique identifier of an adapter: new for every appearance of a device, and stable until
/// the device goes (case 14).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Luid(pub(crate) u64);

/// What an adapter stands for, as the wiring of the module names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Origin(pub(crate) usize);

/// An adapter. It outlives every device on it, and the DRM device behind it.
pub(crate) struct Adapter {
    luid: Luid,
    origin: Origin,
    miniport: KBox<dyn Miniport>,
    vidmm: Arc<VidMm>,
    removed: Atomic<bool>,
}

impl Adapter {
    pub(super) fn new(
        luid: Luid,
        origin: Origin,
        miniport: KBox<dyn Miniport>,
        vidmm: Arc<VidMm>,
    ) -> Self {
        Self {
            luid,
            origin,
            miniport,
            vidmm,
            removed: Atomic::new(false),
        }
    }

    pub(crate) fn luid(&self) -> Luid {
        self.luid
    }

    pub(super) fn origin(&self) -> Origin {
        self.origin
    }

    pub(crate) fn miniport(&self) -> &dyn Miniport {
        &*self.miniport
    }

    pub(crate) fn vidmm(&self) -> &Arc<VidMm> {
        &self.vidmm
    }

    /// The DRM device is going: from now on only destroys succeed.
    pub(super) fn mark_removed(&self) {
        self.removed.store(true, Relaxed);
    }

    /// DEVICE_REMOVED once the DRM device has gone (cases 66, 223, 253).
    pub(crate) fn check_present(&self) -> NtResult {
        if self.removed.load(Relaxed) {
            return Err(NtStatus::DEVICE_REMOVED);
        }
        Ok(())
    }
}

/// One opening of an adapter by a process: what an adapter handle names.
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
