// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices: what allocations are made on.

use crate::{
    adapter::OpenAdapter,
    allocation::{Allocation, AllocationInfo},
    call,
    create::CreateAllocation,
    handle::{AdapterHandle, DeviceHandle},
    sys, Dxg, Error, ExecutionState, Luid,
};
use std::sync::Arc;

/// A device on an adapter (D3DKMT_CREATEDEVICE).
///
/// [`Allocation`]s and [`Resource`](crate::Resource)s keep their device alive: dropping the
/// `Device` leaves them usable, and the device is destroyed when the last of them is gone.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{gem::Buffer, AllocationInfo, Dxg};
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let mut allocation = device.allocate(AllocationInfo::buffer(Buffer::new(64 << 10)))?;
/// allocation.lock()?.fill(0xff);
/// allocation.destroy()?;
/// device.destroy()?;
/// adapter.close()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Device {
    shared: Arc<OpenDevice>,
}

/// The fault of a command that has put its device in error (D3DKMT_DEVICEPAGEFAULT_STATE).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PageFault {
    /// The GPU virtual address that the command used, in bytes; in the state `ERROR_DMAFAULT` that of what is
    /// no command.
    pub address: u64,
    /// Whether it would have written there.
    pub write: bool,
}

impl PageFault {
    /// `None` for the record of a device without a fault, in which all is 0.
    fn of(record: &sys::d3dkmt_devicepagefault_state) -> Option<Self> {
        let (address, flags) = (record.faulted_virtual_address, record.page_fault_flags);
        let is_there = address != 0 || flags != 0 || record.fault_error_code.value != 0;
        is_there.then_some(Self {
            address,
            write: flags & sys::DXGK_PAGE_FAULT_WRITE != 0,
        })
    }
}

/// The handle, destroyed when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct OpenDevice {
    adapter: Arc<OpenAdapter>,
    handle: DeviceHandle,
}

impl OpenDevice {
    pub(crate) fn dxg(&self) -> &Dxg {
        &self.adapter.dxg
    }

    pub(crate) fn handle(&self) -> DeviceHandle {
        self.handle
    }

    pub(crate) fn adapter(&self) -> AdapterHandle {
        self.adapter.handle()
    }

    pub(crate) fn execution_state(&self) -> Result<ExecutionState, Error> {
        let state = call::execution_state(self.dxg(), self.handle)?;
        ExecutionState::try_from(state).map_err(|_| Error::Answer {
            call: call::GET_DEVICE_STATE,
            what: "it has no name for what it says",
        })
    }

    fn destroy(&self) -> Result<(), Error> {
        call::destroy_device(self.dxg(), self.handle)
    }
}

impl Drop for OpenDevice {
    fn drop(&mut self) {
        // The handle is 0 after `Device::destroy`.
        if self.handle.0 != 0 {
            let _ = self.destroy();
        }
    }
}

impl Device {
    /// Takes over a handle that the kernel has just given out.
    pub(crate) fn new(adapter: Arc<OpenAdapter>, handle: DeviceHandle) -> Self {
        Self {
            shared: Arc::new(OpenDevice { adapter, handle }),
        }
    }

    /// A device that no call has made.
    #[cfg(test)]
    pub(crate) fn for_tests(adapter: &crate::Adapter) -> Self {
        Self::new(adapter.shared().clone(), DeviceHandle(0x4000_0040))
    }

    pub(crate) fn shared(&self) -> &Arc<OpenDevice> {
        &self.shared
    }

    /// The device's handle.
    pub fn handle(&self) -> DeviceHandle {
        self.shared.handle
    }

    /// The LUID of the adapter that the device is on.
    pub fn luid(&self) -> Luid {
        self.shared.adapter.luid()
    }

    /// The node that the device was made through.
    pub fn dxg(&self) -> &Dxg {
        self.shared.dxg()
    }

    /// Begins a call of D3DKMTCreateAllocation2.
    pub fn create(&self) -> CreateAllocation<'_> {
        CreateAllocation::new(self)
    }

    /// Makes one allocation outside of a resource.
    ///
    /// # Errors
    ///
    /// As for [`CreateAllocation::stand_alone`].
    pub fn allocate(&self, info: AllocationInfo) -> Result<Allocation, Error> {
        let mut made = self.create().allocation(info).stand_alone()?;
        made.pop().ok_or(Error::Answer {
            call: call::CREATE_ALLOCATION,
            what: "one allocation was asked for and none came",
        })
    }

    /// How the device is (D3DKMTGetDeviceState).
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`.
    pub fn execution_state(&self) -> Result<ExecutionState, Error> {
        self.shared.execution_state()
    }

    /// The fault that put the device in error (D3DKMTGetDeviceState); `None` if there was none, also when
    /// it is in error for another reason.
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`.
    pub fn page_fault(&self) -> Result<Option<PageFault>, Error> {
        let record = call::page_fault(self.dxg(), self.handle())?;
        Ok(PageFault::of(&record))
    }

    /// Marks the device as in error, for good (D3DKMTMarkDeviceAsError): what its contexts have been given is not
    /// executed any more, and its fences get their highest value. If it is in error already, nothing changes.
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`.
    pub fn mark_as_error(&self) -> Result<(), Error> {
        let mut argument = sys::D3DKMT_MARKDEVICEASERROR {
            device: self.handle().into(),
            reason: sys::D3DKMT_DEVICE_ERROR_REASON::GENERIC.into(),
        };
        // SAFETY: The argument holds no address.
        let result = unsafe { sys::D3DKMTMarkDeviceAsError(self.dxg(), &mut argument) };
        call::check("D3DKMTMarkDeviceAsError", result)
    }

    /// Destroys the device and says whether that worked (D3DKMTDestroyDevice). Dropping it does
    /// the same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when something that was made of it is alive, such as an allocation or a
    /// context: the last of them destroys it.
    pub fn destroy(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("device"))?;
        let result = open.destroy();
        open.handle = DeviceHandle(0);
        result
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_record_of_zeros_is_no_fault() {
        let mut record = sys::d3dkmt_devicepagefault_state::default();
        assert_eq!(PageFault::of(&record), None);
        record.page_fault_flags = sys::DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
        let fault = PageFault {
            address: 0,
            write: false,
        };
        assert_eq!(PageFault::of(&record), Some(fault));
        record.page_fault_flags |= sys::DXGK_PAGE_FAULT_WRITE;
        record.faulted_virtual_address = 0x1_2000;
        let fault = PageFault {
            address: 0x1_2000,
            write: true,
        };
        assert_eq!(PageFault::of(&record), Some(fault));
    }
}
