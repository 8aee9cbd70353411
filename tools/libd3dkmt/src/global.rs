// SPDX-License-Identifier: MIT OR Apache-2.0
//! Global handles: sharing as D3D9 knows it.

use crate::{
    call,
    device::Device,
    handle::ResourceHandle,
    resource::Resource,
    sharing::{Buffers, SharedResourceInfo},
    sys, Error,
};
use std::fmt;

/// A number that names a shared resource in all processes of one user, in one user namespace.
///
/// It owns nothing: it means something as long as anybody has the resource open, and can be guessed
/// by the user's other processes. What is not made for it uses NT handles
/// ([`Resource::share`]).
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
pub struct GlobalHandle(u32);

impl GlobalHandle {
    /// A number that another process has told.
    pub fn from_raw(number: u32) -> Self {
        Self(number)
    }

    /// The number, to tell it to another process.
    pub fn raw(self) -> u32 {
        self.0
    }

    /// What a call has answered.
    pub(crate) fn answered(number: u32) -> Option<Self> {
        (number != 0).then_some(Self(number))
    }
}

impl fmt::Display for GlobalHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:08x}", self.0)
    }
}

impl fmt::Debug for GlobalHandle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "GlobalHandle({self})")
    }
}

impl Device {
    /// Asks what a global handle names (D3DKMTQueryResourceInfo, case 128).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for a number that names nothing for this user, and for a resource of
    /// another adapter (case 175); `DEVICE_REMOVED` when the adapter was unplugged.
    pub fn query_global(&self, handle: GlobalHandle) -> Result<SharedResourceInfo, Error> {
        let answer = call::query_global(self.dxg(), self.handle(), handle)?;
        Ok(SharedResourceInfo {
            runtime_data: answer.PrivateRuntimeDataSize as usize,
            private_data: answer.ResourcePrivateDriverDataSize as usize,
            allocation_data: answer.TotalPrivateDriverDataSize as usize,
            allocations: answer.NumAllocations as usize,
        })
    }

    /// Opens what a global handle names on this device (D3DKMTOpenResource, case 132).
    ///
    /// ```no_run
    /// # fn main() -> Result<(), libd3dkmt::Error> {
    /// use libd3dkmt::{gem::Buffer, AllocationInfo, CreateFlags, Dxg, GlobalHandle};
    ///
    /// let adapter = Dxg::open()?.adapters()?.remove(0);
    /// let device = adapter.create_device()?;
    /// let resource = device
    ///     .create()
    ///     .flags(CreateFlags::CREATE_SHARED)
    ///     .allocation(AllocationInfo::buffer(Buffer::new(1 << 20)))
    ///     .resource()?;
    /// let number = resource.global_handle().expect("it was asked for").raw();
    ///
    /// // Here, or in any process of the same user that was told the number:
    /// let opened = device.open_global(GlobalHandle::from_raw(number))?;
    /// assert_eq!(opened.allocations()[0].size(), Some(1 << 20));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Self::query_global`]; `NO_MEMORY`.
    pub fn open_global(&self, handle: GlobalHandle) -> Result<Resource, Error> {
        let info = self.query_global(handle)?;
        let mut buffers = Buffers::new(&info);
        let mut argument = sys::D3DKMT_OPENRESOURCE {
            hDevice: self.handle().raw(),
            hGlobalShare: handle.raw(),
            NumAllocations: info.allocations as u32,
            pOpenAllocationInfo2: buffers.elements.as_mut_ptr() as u64,
            pPrivateRuntimeData: buffers.runtime_data.as_mut_ptr() as u64,
            PrivateRuntimeDataSize: info.runtime_data as u32,
            pResourcePrivateDriverData: buffers.private_data.as_mut_ptr() as u64,
            ResourcePrivateDriverDataSize: info.private_data as u32,
            pTotalPrivateDriverDataBuffer: buffers.allocation_data.as_mut_ptr() as u64,
            TotalPrivateDriverDataBufferSize: info.allocation_data as u32,
            ..Default::default()
        };
        // SAFETY: Every address in the argument is that of a live buffer of the size that stands
        // beside it.
        unsafe { call::open_global(self.dxg(), &mut argument) }?;
        let resource = ResourceHandle(argument.hResource);
        let resource = buffers.adopt(call::OPEN_GLOBAL, self, resource)?;
        Ok(resource.with_global(Some(handle)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zero_is_no_handle() {
        assert_eq!(GlobalHandle::answered(0), None);
        let handle = GlobalHandle::answered(0xc000_0042);
        assert_eq!(handle, Some(GlobalHandle::from_raw(0xc000_0042)));
    }

    #[test]
    fn global_handles_are_shown_as_hexadecimal() {
        let handle = GlobalHandle::from_raw(0xc000_0042);
        assert_eq!(handle.to_string(), "0xc0000042");
        assert_eq!(format!("{handle:?}"), "GlobalHandle(0xc0000042)");
        assert_eq!(handle.raw(), 0xc000_0042);
    }
}
