// SPDX-License-Identifier: GPL-2.0

//! [`Device`]: a process's way to use an adapter (D3DKMTCreateDevice).

use super::{
    adapter::Adapter,
    gpu_space::{
        GpuSpace,
        SpaceOfDevice, //
    }, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    vidmm::account::Account, //
};
use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Arc, //
};

/// How a device is (D3DKMT_DEVICEEXECUTION_STATE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExecutionState {
    Active,
    /// What had to be resident had no memory.
    OutOfMemory,
}

/// A device. It owns bindings, through the handle table, and keeps its adapter (case 27).
pub(crate) struct Device {
    adapter: Arc<Adapter>,
    /// What its process uses on the adapter.
    account: Arc<Account>,
    space: SpaceOfDevice,
    out_of_memory: Atomic<bool>,
    _counted: Counted,
}

impl Device {
    pub(crate) fn new(adapter: Arc<Adapter>, account: Arc<Account>, space: Arc<GpuSpace>) -> Self {
        Self {
            adapter,
            account,
            space: SpaceOfDevice::new(space),
            out_of_memory: Atomic::new(false),
            _counted: Counted::new(Counter::Devices),
        }
    }

    pub(crate) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }

    pub(crate) fn execution_state(&self) -> ExecutionState {
        match self.out_of_memory.load(Relaxed) {
            true => ExecutionState::OutOfMemory,
            false => ExecutionState::Active,
        }
    }

    /// It is in an error state from now on.
    pub(super) fn run_out_of_memory(&self) {
        self.out_of_memory.store(true, Relaxed);
    }

    /// The GPU virtual addresses of its process on the adapter.
    pub(super) fn gpu_space(&self) -> &Arc<GpuSpace> {
        self.space.space()
    }

    pub(super) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}
