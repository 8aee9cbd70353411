// SPDX-License-Identifier: GPL-2.0

//! [`SyncObject`]: a monitored fence on a device: what the handle of a synchronisation object
//! names.

use super::{
    device::Device,
    gpu_space::GpuSpace, //
};
use crate::{
    fence::{
        list::OwnedFence,
        MonitoredFence, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        mapped_vma::MappedVma,
        pid::ProcessId, //
    }, //
};
use kernel::sync::Arc;

/// What the process may do with the object.
#[derive(Clone, Copy)]
pub(crate) struct Rights {
    /// False with NoSignal.
    pub(crate) signal: bool,
    /// False with NoWait.
    pub(crate) wait: bool,
    /// False for the fence of a paging queue, which is destroyed with its queue.
    pub(crate) destroy: bool,
}

/// A fence, as one process has it on a device.
///
/// The fields are dropped in this order: the addresses of the value are removed, then the fence is destroyed.
pub(crate) struct SyncObject {
    mapped: Mapped,
    gpu: Option<GpuAddress>,
    fence: OwnedFence,
    device: Arc<Device>,
    rights: Rights,
}

impl SyncObject {
    /// Maps a fence into the calling process, and for engines if `gpu`.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY: no memory, or no free address range.
    pub(crate) fn new(
        device: Arc<Device>,
        fence: Arc<MonitoredFence>,
        rights: Rights,
        gpu: bool,
    ) -> NtResult<Arc<Self>> {
        // The fence of a paging queue shows what was paged, whatever becomes of the device.
        let number = match rights.destroy {
            true => device.number(),
            false => 0,
        };
        let fence = OwnedFence::new(device.adapter().fences(), fence, number)?;
        let gpu = match gpu {
            true => Some(GpuAddress::new(device.gpu_space(), fence.fence())?),
            false => None,
        };
        let object = Self {
            mapped: Mapped::new(fence.fence())?,
            gpu,
            fence,
            device,
            rights,
        };
        Ok(Arc::new(object, ACCOUNT)?)
    }

    pub(crate) fn fence(&self) -> &Arc<MonitoredFence> {
        self.fence.fence()
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn rights(&self) -> Rights {
        self.rights
    }

    /// The address at which engines read and write the value; 0 if they cannot (case 569).
    pub(crate) fn gpu_address(&self) -> u64 {
        self.gpu.as_ref().map_or(0, |gpu| gpu.address)
    }

    /// The address at which the process reads the value.
    pub(crate) fn address(&self) -> usize {
        self.mapped.vma.as_ref().map_or(0, MappedVma::address)
    }
}

/// The GPU virtual address of the value.
struct GpuAddress {
    space: Arc<GpuSpace>,
    address: u64,
}

impl GpuAddress {
    fn new(space: &Arc<GpuSpace>, fence: &Arc<MonitoredFence>) -> NtResult<Self> {
        Ok(Self {
            address: space.map_fence(fence)?,
            space: space.clone(),
        })
    }
}

impl Drop for GpuAddress {
    fn drop(&mut self) {
        self.space.unmap_fence(self.address);
    }
}

/// The fence value's mapping in the process that has the object. Dropping it unmaps it only if that
/// process is the current one: children have mappings of their own.
struct Mapped {
    vma: Option<MappedVma>,
    process: ProcessId,
}

impl Mapped {
    fn new(fence: &MonitoredFence) -> NtResult<Self> {
        let process = ProcessId::current().ok_or(NtStatus::UNSUCCESSFUL)?;
        Ok(Self {
            vma: Some(fence.map()?),
            process,
        })
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        if let Some(vma) = self.vma.take() {
            if self.process.is_current() {
                vma.unmap();
            }
        }
    }
}
