// SPDX-License-Identifier: MIT OR Apache-2.0
//! A [`DeviceCallbacks`] that calls a table: the callbacks as a driver uses them.
#![allow(non_snake_case, reason = "the names of members")]

use crate::{
    callbacks::{Allocate, DeviceCallbacks, Element, What},
    hresult::{HResult, Result},
    table::{Callback, D3DDDI_DEVICECALLBACKS},
    types::*,
};
use std::{
    ffi::c_void,
    ptr::{self, NonNull},
};

/// A runtime's callbacks, and its device.
#[derive(Debug)]
pub struct Callbacks {
    table: D3DDDI_DEVICECALLBACKS,
    device: HANDLE,
}

impl Callbacks {
    /// Takes a table over.
    ///
    /// # Safety
    ///
    /// Its members are NULL or the functions of a runtime, which do what the WDK says and may be
    /// called with `device` as long as this value lives.
    pub unsafe fn new(table: D3DDDI_DEVICECALLBACKS, device: HANDLE) -> Self {
        Self { table, device }
    }

    /// Calls a member with an argument whose addresses are good.
    fn call<A>(&self, member: Option<Callback<A>>, argument: A) -> Result {
        let function = member.ok_or(HResult::E_NOTIMPL)?;
        // SAFETY: Whoever made this value vouched for table and device; the callers below hand in
        // structures of their own, whose lists are as long as they say.
        unsafe { function(self.device, argument) }.into_result()
    }
}

/// Resource, count and list, as most arguments have them.
fn parts(what: What<'_>) -> Result<(HANDLE, u32, *const D3DKMT_HANDLE)> {
    match what {
        What::Resource(resource) => Ok((resource.to_handle(), 0, ptr::null())),
        What::Allocations(list) => Ok((ptr::null_mut(), count(list.len())?, list.as_ptr())),
    }
}

fn count(length: usize) -> Result<u32> {
    u32::try_from(length).map_err(|_| HResult::E_INVALIDARG)
}

fn address(data: *mut c_void) -> Result<NonNull<u8>> {
    NonNull::new(data.cast()).ok_or(HResult::E_FAIL)
}

/// There must be one number for each allocation, or one for the resource.
fn one_for_each(what: What<'_>, numbers: usize) -> Result {
    let wanted = match what {
        What::Resource(_) => 1,
        What::Allocations(list) => list.len(),
    };
    if numbers == wanted {
        Ok(())
    } else {
        Err(HResult::E_INVALIDARG)
    }
}

fn info(element: &mut Element) -> Result<D3DDDI_ALLOCATIONINFO2> {
    let memory = element.system_memory;
    Ok(D3DDDI_ALLOCATIONINFO2 {
        pSystemMem: memory.map_or(ptr::null(), |memory| memory.base().as_ptr().cast()),
        PrivateDriverDataSize: count(element.private_data.len())?,
        pPrivateDriverData: element.private_data.as_mut_ptr().cast(),
        VidPnSourceId: element.source,
        Flags: element.flags,
        Priority: element.priority,
        ..Default::default()
    })
}

// SAFETY: Whoever made the value vouched for the runtime, and so for the addresses it answers.
unsafe impl DeviceCallbacks for Callbacks {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        let infos = request.elements.iter_mut().map(info);
        let mut infos = infos.collect::<Result<Vec<_>>>()?;
        let mut args = D3DDDICB_ALLOCATE {
            pPrivateDriverData: request.private_data.as_ptr().cast(),
            PrivateDriverDataSize: count(request.private_data.len())?,
            hResource: (request.resource).map_or(ptr::null_mut(), |resource| resource.to_handle()),
            NumAllocations: count(infos.len())?,
            pAllocationInfo2: infos.as_mut_ptr(),
            ..Default::default()
        };
        self.call(self.table.pfnAllocateCb, &raw mut args)?;
        for (element, info) in request.elements.iter_mut().zip(&infos) {
            element.handle = info.hAllocation;
            element.source = info.VidPnSourceId;
            element.gpu_address = info.GpuVirtualAddress;
        }
        if request.resource.is_some() {
            request.km_resource = args.hKMResource;
        }
        Ok(())
    }

    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result {
        let (hResource, NumAllocations, HandleList) = parts(what)?;
        let args = D3DDDICB_DEALLOCATE2 {
            hResource,
            NumAllocations,
            HandleList,
            Flags: flags,
        };
        self.call(self.table.pfnDeallocate2Cb, &raw const args)
    }

    fn deallocate(&self, what: What<'_>) -> Result {
        let (hResource, NumAllocations, HandleList) = parts(what)?;
        let args = D3DDDICB_DEALLOCATE {
            hResource,
            NumAllocations,
            HandleList,
        };
        self.call(self.table.pfnDeallocateCb, &raw const args)
    }

    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        let mut args = D3DDDICB_LOCK2 {
            hAllocation: allocation,
            ..Default::default()
        };
        self.call(self.table.pfnLock2Cb, &raw mut args)?;
        address(args.pData)
    }

    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        let args = D3DDDICB_UNLOCK2 {
            hAllocation: allocation,
        };
        self.call(self.table.pfnUnlock2Cb, &raw const args)
    }

    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>> {
        let mut args = D3DDDICB_LOCK {
            hAllocation: allocation,
            Flags: flags,
            ..Default::default()
        };
        self.call(self.table.pfnLockCb, &raw mut args)?;
        address(args.pData)
    }

    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result {
        let args = D3DDDICB_UNLOCK {
            NumAllocations: count(allocations.len())?,
            phAllocations: allocations.as_ptr(),
        };
        self.call(self.table.pfnUnlockCb, &raw const args)
    }

    fn query_residency(&self, what: What<'_>, answers: &mut [u32]) -> Result {
        one_for_each(what, answers.len())?;
        let (hResource, NumAllocations, HandleList) = parts(what)?;
        let args = D3DDDICB_QUERYRESIDENCY {
            hResource,
            NumAllocations,
            HandleList,
            pResidencyStatus: answers.as_mut_ptr(),
        };
        self.call(self.table.pfnQueryResidencyCb, &raw const args)
    }

    fn set_priority(&self, what: What<'_>, priorities: &[u32]) -> Result {
        one_for_each(what, priorities.len())?;
        let (hResource, NumAllocations, HandleList) = parts(what)?;
        let args = D3DDDICB_SETPRIORITY {
            hResource,
            NumAllocations,
            HandleList,
            pPriorities: priorities.as_ptr(),
        };
        self.call(self.table.pfnSetPriorityCb, &raw const args)
    }
}
