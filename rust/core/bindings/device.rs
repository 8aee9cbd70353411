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
    ddi::execution::{
        PacketFault,
        ACCESS_MOST, //
    },
    mem::ACCOUNT,
    sched::entity::{
        DeviceError,
        Owner, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        killable,
        page_source::PageSource, //
    },
    vidmm::account::Account, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// The execution state of a device (D3DKMT_DEVICEEXECUTION_STATE).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum ExecutionState {
    Active,
    /// A MakeResident with MustSucceed, or an update of GPU addresses, found no memory.
    OutOfMemory,
    /// Its process has marked it as in error.
    Reset,
    /// A packet took too long.
    Hung,
    /// A packet was wrong in another way than by an address.
    DmaFault,
    /// A packet used an address that it may not use.
    DmaPageFault,
}

/// A device. It owns its bindings, through the handle table, and holds a reference to its adapter (case 27).
#[pin_data]
pub(crate) struct Device {
    adapter: Arc<Adapter>,
    /// Its process's usage on the adapter.
    account: Arc<Account>,
    space: SpaceOfDevice,
    out_of_memory: Atomic<bool>,
    /// Why nothing of it is executed any more: the first error.
    #[pin]
    error: Mutex<Option<DeviceError>>,
    _counted: Counted,
}

impl Owner for Device {
    fn is_in_error(&self) -> bool {
        self.error.lock().is_some()
    }

    fn fail(&self, error: DeviceError) -> bool {
        let mut first = self.error.lock();
        let is_first = first.is_none();
        first.get_or_insert(error);
        is_first
    }

    fn end_fences(&self, next: u64) -> Option<u64> {
        self.adapter.fences().reset(self.number(), next)
    }

    fn page_in(&self, address: u64) -> NtResult<Option<Arc<dyn PageSource>>> {
        let space = self.space.space();
        (self.account).charged(|| space.page_in(address, ACCESS_MOST))
    }
}

impl Device {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(
        adapter: Arc<Adapter>,
        account: Arc<Account>,
        space: Arc<GpuSpace>,
    ) -> NtResult<Arc<Self>> {
        Ok(Arc::pin_init(
            pin_init!(Self {
                adapter,
                account,
                space: SpaceOfDevice::new(space),
                out_of_memory: Atomic::new(false),
                error <- new_mutex!(None, "Device::error"),
                _counted: Counted::new(Counter::Devices),
            }),
            ACCOUNT,
        )?)
    }

    /// A number that no other device has while this one exists.
    pub(in crate::core) fn number(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    pub(crate) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }

    pub(crate) fn execution_state(&self) -> ExecutionState {
        match self.error() {
            Some(DeviceError::Fault(PacketFault::Page { .. })) => ExecutionState::DmaPageFault,
            Some(DeviceError::Fault(_)) => ExecutionState::DmaFault,
            Some(DeviceError::Hung) => ExecutionState::Hung,
            Some(DeviceError::OutOfMemory) => ExecutionState::OutOfMemory,
            Some(DeviceError::Marked) => ExecutionState::Reset,
            None => match self.out_of_memory.load(Relaxed) {
                true => ExecutionState::OutOfMemory,
                false => ExecutionState::Active,
            },
        }
    }

    /// Why nothing of it is executed any more.
    pub(crate) fn error(&self) -> Option<DeviceError> {
        *self.error.lock()
    }

    /// Whether engines work for it.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged, or the device is in error (cases 433, 511).
    pub(crate) fn check_usable(&self) -> NtResult {
        self.adapter.check_present()?;
        match self.is_in_error() {
            true => Err(NtStatus::DEVICE_REMOVED),
            false => Ok(()),
        }
    }

    /// D3DKMTMarkDeviceAsError: puts the device in error, if it is not: as by a packet's error, what it has told its
    /// contexts is not executed any more, and its fences get their last values (cases 666, 668).
    ///
    /// # Errors
    ///
    /// INTERRUPTED: the calling process is being killed.
    pub(crate) fn mark_as_error(&self) -> NtResult {
        if !self.fail(DeviceError::Marked) {
            return Ok(());
        }
        self.adapter.nodes().preempt_failed();
        let mut next = self.end_fences(0);
        while let Some(number) = next {
            killable::check()?;
            next = self.end_fences(number);
        }
        Ok(())
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
