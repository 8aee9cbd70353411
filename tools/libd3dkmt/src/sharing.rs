// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing: NT handles of resources, and opening resources by them.

use crate::{
    allocation::{Allocation, Owner},
    call,
    device::Device,
    handle::{AllocationHandle, ResourceHandle},
    resource::{OpenResource, Resource},
    sys, Error,
};
use std::{
    os::fd::{AsFd, AsRawFd, BorrowedFd, OwnedFd},
    sync::Arc,
};

/// What those may do who open a resource by an NT handle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// Their locks are for reading (case 176).
    ReadOnly,
    /// Anything.
    ReadWrite,
}

impl Access {
    /// The access rights of Windows that say so.
    fn rights(self) -> u32 {
        const GENERIC_READ: u32 = 0x8000_0000;
        const GENERIC_ALL: u32 = 0x1000_0000;
        match self {
            Self::ReadOnly => GENERIC_READ,
            Self::ReadWrite => GENERIC_ALL,
        }
    }
}

/// What there is to know of a shared resource before it is opened
/// (D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE, D3DKMT_QUERYRESOURCEINFO).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SharedResourceInfo {
    /// Bytes of the runtime's data.
    pub runtime_data: usize,
    /// Bytes of the private driver data of the resource.
    pub private_data: usize,
    /// Bytes of the private driver data of all allocations.
    pub allocation_data: usize,
    /// Number of allocations.
    pub allocations: usize,
}

impl Resource {
    /// Makes an NT handle of the resource (D3DKMTShareObjects, case 146): a descriptor that keeps
    /// the resource's memory whatever becomes of this process, and that can be sent to another one
    /// by SCM_RIGHTS, or be inherited. It closes on exec.
    ///
    /// The resource must have been created with `CREATE_SHARED` and `NT_SECURITY_SHARING`, or be
    /// one that was opened.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for a resource that is not shared (cases 144, 145); `NO_MEMORY`, also
    /// when there is no descriptor left.
    pub fn share(&self, access: Access) -> Result<OwnedFd, Error> {
        call::share_resource(self.dxg(), self.handle(), access.rights())
    }
}

impl Device {
    /// Asks what there is behind an NT handle of a resource
    /// (D3DKMTQueryResourceInfoFromNtHandle, case 161).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for a descriptor of something else (case 171) and for a resource of
    /// another adapter (case 175).
    pub fn query_shared(&self, handle: impl AsFd) -> Result<SharedResourceInfo, Error> {
        let answer = call::query_resource_info(self.dxg(), self.handle(), number(handle.as_fd()))?;
        Ok(SharedResourceInfo {
            runtime_data: answer.private_runtime_data_size as usize,
            private_data: answer.resource_priv_drv_data_size as usize,
            allocation_data: answer.total_priv_drv_data_size as usize,
            allocations: answer.allocation_count as usize,
        })
    }

    /// Opens the resource behind an NT handle on this device (D3DKMTOpenResourceFromNtHandle, case
    /// 163). It is another one than the creator's: destroying it does nothing to the creator's. The
    /// memory is the same.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), libd3dkmt::Error> {
    /// use libd3dkmt::{gem::Buffer, Access, AllocationInfo, CreateFlags, Dxg};
    ///
    /// let adapter = Dxg::open()?.adapters()?.remove(0);
    /// let device = adapter.create_device()?;
    /// let resource = device
    ///     .create()
    ///     .flags(CreateFlags::CREATE_SHARED | CreateFlags::NT_SECURITY_SHARING)
    ///     .allocation(AllocationInfo::buffer(Buffer::new(1 << 20)))
    ///     .resource()?;
    /// let nt_handle = resource.share(Access::ReadOnly)?;
    ///
    /// // Here, or in any process that was given the descriptor:
    /// let mut opened = device.open_shared(&nt_handle)?;
    /// let allocation = &mut opened.allocations_mut()[0];
    /// assert_eq!(allocation.size(), Some(1 << 20));
    /// // SAFETY: It has as many bytes, nobody writes to them now, nor does this code.
    /// let bytes = unsafe { allocation.lock_sized(1 << 20) }?;
    /// assert_eq!(bytes[0], 0);
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// As for [`Self::query_shared`]; `NO_MEMORY`; `DEVICE_REMOVED` when the adapter was unplugged.
    pub fn open_shared(&self, handle: impl AsFd) -> Result<Resource, Error> {
        let handle = handle.as_fd();
        let info = self.query_shared(handle)?;
        let mut buffers = Buffers::new(&info);
        let mut argument = sys::D3DKMT_OPENRESOURCEFROMNTHANDLE {
            device: self.handle().into(),
            nt_handle: number(handle),
            allocation_count: info.allocations as u32,
            open_alloc_info: buffers.elements.as_mut_ptr() as u64,
            private_runtime_data: buffers.runtime_data.as_mut_ptr() as u64,
            private_runtime_data_size: info.runtime_data as u32,
            resource_priv_drv_data: buffers.private_data.as_mut_ptr() as u64,
            resource_priv_drv_data_size: info.private_data as u32,
            total_priv_drv_data: buffers.allocation_data.as_mut_ptr() as u64,
            total_priv_drv_data_size: info.allocation_data as u32,
            ..Default::default()
        };
        // SAFETY: Every address in the argument is that of a live buffer of the size that stands
        // beside it.
        unsafe { call::open_resource(self.dxg(), &mut argument) }?;
        let resource = ResourceHandle(argument.resource.v);
        buffers.adopt(call::OPEN_RESOURCE, self, resource)
    }
}

/// Where an opener gets everything.
pub(crate) struct Buffers {
    pub(crate) runtime_data: Vec<u8>,
    pub(crate) private_data: Vec<u8>,
    pub(crate) allocation_data: Vec<u8>,
    pub(crate) elements: Vec<sys::D3DDDI_OPENALLOCATIONINFO2>,
}

impl Buffers {
    pub(crate) fn new(info: &SharedResourceInfo) -> Self {
        Self {
            runtime_data: vec![0; info.runtime_data],
            private_data: vec![0; info.private_data],
            allocation_data: vec![0; info.allocation_data],
            elements: vec![Default::default(); info.allocations],
        }
    }

    /// Makes objects of the new handles, which `call` has filled in.
    pub(crate) fn adopt(
        self,
        call: &'static str,
        device: &Device,
        resource: ResourceHandle,
    ) -> Result<Resource, Error> {
        let shared = Arc::new(OpenResource::new(device.shared().clone(), resource));
        let mut rest = self.allocation_data.as_slice();
        let mut allocations = Vec::with_capacity(self.elements.len());
        for element in self.elements {
            let size = element.priv_drv_data_size as usize;
            let (data, behind) = rest.split_at_checked(size).ok_or(Error::Answer {
                call,
                what: "the allocations have more data than their resource",
            })?;
            rest = behind;
            let handle = AllocationHandle(element.allocation.v);
            let owner = Owner::Resource(shared.clone());
            allocations.push(Allocation::opened(owner, handle, data.to_vec()));
        }
        let (runtime_data, private_data) = (self.runtime_data, self.private_data);
        Ok(Resource::new(
            shared,
            allocations,
            runtime_data,
            private_data,
        ))
    }
}

/// A descriptor as an NT handle.
fn number(handle: BorrowedFd<'_>) -> u64 {
    // No descriptor is negative.
    u64::from(handle.as_raw_fd().unsigned_abs())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// SHARED_ALLOCATION_WRITE, MAXIMUM_ALLOWED, GENERIC_ALL, GENERIC_WRITE.
    #[test]
    fn rights_to_write() {
        const WRITE: u32 = 0x1 | 0x0200_0000 | 0x1000_0000 | 0x4000_0000;
        assert_eq!(Access::ReadOnly.rights() & WRITE, 0);
        assert_ne!(Access::ReadWrite.rights() & WRITE, 0);
    }

    #[test]
    fn an_nt_handle_is_the_number_of_a_descriptor() {
        let null = std::fs::File::open("/dev/null").unwrap();
        assert_eq!(number(null.as_fd()), null.as_raw_fd() as u64);
    }
}
