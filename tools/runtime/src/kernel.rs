// SPDX-License-Identifier: MIT OR Apache-2.0
//! The kernel's calls, as the callbacks need them.

use d3dddi::{Element, D3DKMT_HANDLE};
use libd3dkmt::{
    sys::{self, d3dkmthandle, request},
    Device, NtStatus,
};
use rustix::io::Errno;
use std::{
    os::fd::{FromRawFd, OwnedFd},
    ptr::NonNull,
};

/// What a call answers: a status that is no success is an error.
pub type Result<T = ()> = std::result::Result<T, NtStatus>;

/// Where new allocations belong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// To the device.
    Device,
    /// To a new resource.
    NewResource,
    /// To a resource that is there.
    Resource(D3DKMT_HANDLE),
}

/// What a call is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Target<'a> {
    /// A resource of the kernel's, with all that it has.
    Resource(D3DKMT_HANDLE),
    /// These allocations.
    Allocations(&'a [D3DKMT_HANDLE]),
}

/// One device of the kernel's.
///
/// # Safety
///
/// As for [`d3dddi::DeviceCallbacks`]: at the address that [`lock2`](Self::lock2) answers there is
/// the whole allocation, readable and writable until it is unlocked as often as it was locked.
pub unsafe trait Kernel {
    /// D3DKMTCreateAllocation2. Handles and private data of the elements are answered, and the
    /// resource's handle is returned, 0 for those of the device.
    ///
    /// # Errors
    ///
    /// The status. Nothing was made then.
    fn create_allocation(
        &self,
        place: Place,
        private_data: &[u8],
        elements: &mut [Element],
    ) -> Result<D3DKMT_HANDLE>;

    /// D3DKMTDestroyAllocation2.
    ///
    /// # Errors
    ///
    /// The status. Nothing was destroyed then.
    fn destroy_allocation(&self, target: Target<'_>, flags: u32) -> Result;

    /// D3DKMTLock2.
    ///
    /// # Errors
    ///
    /// The status.
    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>>;

    /// D3DKMTUnlock2.
    ///
    /// # Errors
    ///
    /// The status.
    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result;

    /// D3DKMTQueryAllocationResidency, with room for an answer per allocation, or one.
    ///
    /// # Errors
    ///
    /// The status; NOT_IMPLEMENTED if there is no such call.
    fn query_allocation_residency(&self, target: Target<'_>, answers: &mut [u32]) -> Result;

    /// D3DKMTSetAllocationPriority, with a priority per allocation, or one.
    ///
    /// # Errors
    ///
    /// The status; NOT_IMPLEMENTED if there is no such call.
    fn set_allocation_priority(&self, target: Target<'_>, priorities: &[u32]) -> Result;
}

/// A device of `/dev/dxg`.
#[derive(Debug)]
pub struct KernelDevice(Device);

impl KernelDevice {
    /// Takes a device over.
    pub fn new(device: Device) -> Self {
        Self(device)
    }

    /// The device.
    pub fn device(&self) -> &Device {
        &self.0
    }

    fn handle(&self) -> d3dkmthandle {
        self.0.handle().into()
    }

    /// Makes a dma-buf of an allocation that is made to be shown. It is read-only, so that nobody
    /// writes by it to what the driver has mapped.
    ///
    /// # Errors
    ///
    /// The status: INVALID_PARAMETER if there is no such allocation, or it is not displayable;
    /// NO_MEMORY; DEVICE_REMOVED.
    pub fn export_dma_buf(&self, allocation: D3DKMT_HANDLE) -> Result<OwnedFd> {
        let mut args = sys::ext::dxgkrnl_export_dma_buf {
            device: self.handle().v,
            allocation: allocation.0,
            flags: sys::ext::DXGKRNL_DMA_BUF_READ_ONLY,
            fd: -1,
        };
        // SAFETY: The argument holds no address.
        check(unsafe { sys::DxgkrnlExportDmaBuf(self.0.dxg(), &mut args) })?;
        if args.fd < 0 {
            return Err(NtStatus::UNSUCCESSFUL);
        }
        // SAFETY: The call has just made the descriptor, for us.
        Ok(unsafe { OwnedFd::from_raw_fd(args.fd) })
    }
}

fn handle(handle: D3DKMT_HANDLE) -> d3dkmthandle {
    d3dkmthandle { v: handle.0 }
}

/// The resource, and the list of the others.
fn parts(target: Target<'_>) -> (d3dkmthandle, Vec<d3dkmthandle>) {
    match target {
        Target::Resource(resource) => (handle(resource), Vec::new()),
        Target::Allocations(list) => (
            d3dkmthandle::default(),
            list.iter().copied().map(handle).collect(),
        ),
    }
}

fn count(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| NtStatus::INVALID_PARAMETER)
}

/// The address of a list as the calls want it: 0 if it is empty.
fn address<T>(list: &[T]) -> u64 {
    if list.is_empty() {
        return 0;
    }
    list.as_ptr() as u64
}

fn check(answer: std::result::Result<NtStatus, Errno>) -> Result {
    match NtStatus::from_ioctl(answer) {
        status if status.is_success() => Ok(()),
        status => Err(status),
    }
}

/// For calls that the module may not have.
fn check_there(answer: std::result::Result<NtStatus, Errno>) -> Result {
    match answer {
        Err(Errno::NOTTY) => Err(NtStatus::NOT_IMPLEMENTED),
        // Not there yet is a success of the kernel's, and none of a callback.
        Ok(NtStatus::PENDING) => Err(NtStatus::PENDING),
        answer => check(answer),
    }
}

fn info(element: &mut Element) -> Result<sys::D3DDDI_ALLOCATIONINFO2> {
    let size = count(element.private_data.len())?;
    Ok(sys::D3DDDI_ALLOCATIONINFO2 {
        sysmem: (element.system_memory).map_or(0, |memory| memory.base().as_ptr() as u64),
        priv_drv_data: match size {
            0 => 0,
            _ => element.private_data.as_mut_ptr() as u64,
        },
        priv_drv_data_size: size,
        vidpn_source_id: element.source,
        flags: sys::d3dddi_allocationinfo2_flags {
            value: element.flags,
        },
        priority: element.priority,
        ..Default::default()
    })
}

// SAFETY: The module maps the whole allocation, readable and writable, until the last unlock. What
// was opened for reading only is not made here.
unsafe impl Kernel for KernelDevice {
    fn create_allocation(
        &self,
        place: Place,
        private_data: &[u8],
        elements: &mut [Element],
    ) -> Result<D3DKMT_HANDLE> {
        let mut infos = elements.iter_mut().map(info).collect::<Result<Vec<_>>>()?;
        let mut args = sys::D3DKMT_CREATEALLOCATION {
            device: self.handle(),
            priv_drv_data: address(private_data),
            priv_drv_data_size: count(private_data.len())?,
            alloc_count: count(infos.len())?,
            allocation_info: infos.as_mut_ptr() as u64,
            ..Default::default()
        };
        match place {
            Place::Device => {}
            Place::NewResource => {
                args.flags.value = sys::D3DKMT_CREATEALLOCATION_CREATE_RESOURCE;
            }
            Place::Resource(resource) => args.resource = handle(resource),
        }
        // SAFETY: The lists are as long as stated, and alive. The caller's memory behind an element
        // is as `SystemMemory` promises.
        check(unsafe { sys::D3DKMTCreateAllocation2(self.0.dxg(), &mut args) })?;
        for (element, info) in elements.iter_mut().zip(&infos) {
            element.handle = D3DKMT_HANDLE(info.allocation.v);
            element.gpu_address = info.gpu_virtual_address;
        }
        Ok(D3DKMT_HANDLE(args.resource.v))
    }

    fn destroy_allocation(&self, target: Target<'_>, flags: u32) -> Result {
        let (resource, list) = parts(target);
        let mut args = sys::D3DKMT_DESTROYALLOCATION2 {
            device: self.handle(),
            resource,
            allocations: address(&list),
            alloc_count: count(list.len())?,
            flags: sys::d3dddicb_destroyallocation2flags { value: flags },
        };
        // SAFETY: The list is as long as stated.
        check(unsafe { sys::D3DKMTDestroyAllocation2(self.0.dxg(), &mut args) })
    }

    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        let mut args = sys::D3DKMT_LOCK2 {
            device: self.handle(),
            allocation: handle(allocation),
            ..Default::default()
        };
        // SAFETY: The address in the argument is an answer.
        check(unsafe { sys::D3DKMTLock2(self.0.dxg(), &mut args) })?;
        NonNull::new(args.data as *mut u8).ok_or(NtStatus::UNSUCCESSFUL)
    }

    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        let mut args = sys::D3DKMT_UNLOCK2 {
            device: self.handle(),
            allocation: handle(allocation),
        };
        // SAFETY: The argument holds no address.
        check(unsafe { sys::D3DKMTUnlock2(self.0.dxg(), &mut args) })
    }

    fn query_allocation_residency(&self, target: Target<'_>, answers: &mut [u32]) -> Result {
        let (resource, list) = parts(target);
        let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
            device: self.handle(),
            resource,
            allocations: address(&list),
            allocation_count: count(list.len())?,
            residency_status: answers.as_mut_ptr() as u64,
            ..Default::default()
        };
        let number = request::QUERYALLOCATIONRESIDENCY;
        // SAFETY: The request is the one of this structure; the lists are as long as stated.
        check_there(unsafe { sys::ioctl(self.0.dxg(), number, &mut args) })
    }

    fn set_allocation_priority(&self, target: Target<'_>, priorities: &[u32]) -> Result {
        let (resource, list) = parts(target);
        let mut args = sys::D3DKMT_SETALLOCATIONPRIORITY {
            device: self.handle(),
            resource,
            allocation_list: address(&list),
            allocation_count: count(list.len())?,
            priorities: address(priorities),
            ..Default::default()
        };
        let number = request::SETALLOCATIONPRIORITY;
        // SAFETY: The request is the one of this structure; the lists are as long as stated.
        check_there(unsafe { sys::ioctl(self.0.dxg(), number, &mut args) })
    }
}
