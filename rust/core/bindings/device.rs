// SPDX-License-Identifier: GPL-2.0

//! [`Device`]: a process's way to use an adapter (D3DKMTCreateDevice).

use super::gpu_space::{
    GpuSpace,
    SpaceOfDevice, //
};
use crate::{
    core::objects::adapter::Adapter,
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

/// The execution state of a device (D3DKMT_DEVICEEXECUTION_STATE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExecutionState {
    Active,
    /// A MakeResident with MustSucceed found no memory.
    OutOfMemory,
}

/// A device. It owns its bindings, through the handle table, and holds a reference to its adapter (case 27).
pub(crate) struct Device {
    adapter: Arc<Adapter>,
    /// Its process's usage on the adapter.
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

    /// Puts the device into the error state, for good.
    pub(in crate::core) fn run_out_of_memory(&self) {
        self.out_of_memory.store(true, Relaxed);
    }

    /// The GPU virtual addresses of its process on the adapter.
    pub(in crate::core) fn gpu_space(&self) -> &Arc<GpuSpace> {
        self.space.space()
    }

    pub(in crate::core) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}
