// SPDX-License-Identifier: MIT OR Apache-2.0
//! A callback table that calls a [`DeviceCallbacks`].

use crate::{
    callbacks::{Allocate, DeviceCallbacks, Element, RtResource, SystemMemory, What},
    guard,
    hresult::{HResult, Result},
    table::D3DDDI_DEVICECALLBACKS,
    types::*,
};
use std::{ffi::c_void, ptr::NonNull, slice};

/// The most elements of an array that the kernel takes, and the most bytes of private data.
const MAX_ELEMENTS: u32 = 1024;
const MAX_PRIVATE_DATA: u32 = 0x2_0000;

/// The table of a device of type `D`: `hDevice` is the address of one.
///
/// # Safety (of calling its functions)
///
/// `hDevice` is NULL or the address of a living `D`. The argument is NULL or that of a good
/// structure. Lists in it have as many elements as it says, or their address is NULL; private data
/// is as many bytes as it says; what [`SystemMemory`] asks for is true of `pSystemMem`.
pub fn table<D: DeviceCallbacks>() -> D3DDDI_DEVICECALLBACKS {
    D3DDDI_DEVICECALLBACKS {
        pfnAllocateCb: Some(allocate::<D>),
        pfnDeallocateCb: Some(deallocate::<D>),
        pfnSetPriorityCb: Some(set_priority::<D>),
        pfnQueryResidencyCb: Some(query_residency::<D>),
        pfnLockCb: Some(lock::<D>),
        pfnUnlockCb: Some(unlock::<D>),
        pfnLock2Cb: Some(lock2::<D>),
        pfnUnlock2Cb: Some(unlock2::<D>),
        pfnDeallocate2Cb: Some(deallocate2::<D>),
        ..not_served()
    }
}

/// A table whose functions answer `E_NOTIMPL`. Those that are served are NULL in it, and so is the
/// one that could not answer.
fn not_served() -> D3DDDI_DEVICECALLBACKS {
    macro_rules! fill {
        ($($name:ident)*) => {
            D3DDDI_DEVICECALLBACKS {
                $($name: Some(not_implemented),)*
                ..Default::default()
            }
        };
    }
    fill! {
        pfnSetDisplayModeCb pfnPresentCb pfnRenderCb pfnEscapeCb
        pfnCreateOverlayCb pfnUpdateOverlayCb pfnFlipOverlayCb pfnDestroyOverlayCb
        pfnCreateContextCb pfnDestroyContextCb
        pfnCreateSynchronizationObjectCb pfnDestroySynchronizationObjectCb
        pfnWaitForSynchronizationObjectCb pfnSignalSynchronizationObjectCb
        pfnSetDisplayPrivateDriverFormatCb
        pfnOfferAllocationsCb pfnReclaimAllocationsCb
        pfnCreateSynchronizationObject2Cb pfnWaitForSynchronizationObject2Cb
        pfnSignalSynchronizationObject2Cb pfnPresentMultiPlaneOverlayCb pfnLogUMDMarkerCb
        pfnMakeResidentCb pfnEvictCb
        pfnWaitForSynchronizationObjectFromCpuCb pfnSignalSynchronizationObjectFromCpuCb
        pfnWaitForSynchronizationObjectFromGpuCb pfnSignalSynchronizationObjectFromGpuCb
        pfnCreatePagingQueueCb pfnDestroyPagingQueueCb pfnInvalidateCacheCb
        pfnReserveGpuVirtualAddressCb pfnMapGpuVirtualAddressCb pfnFreeGpuVirtualAddressCb
        pfnUpdateGpuVirtualAddressCb pfnCreateContextVirtualCb pfnSubmitCommandCb
        pfnSignalSynchronizationObjectFromGpu2Cb pfnReclaimAllocations2Cb
        pfnGetResourcePresentPrivateDriverDataCb pfnUpdateAllocationPropertyCb
        pfnOfferAllocations2Cb pfnReclaimAllocations3Cb
        pfnAcquireResourceCb pfnReleaseResourceCb
        pfnCreateHwContextCb pfnDestroyHwContextCb pfnCreateHwQueueCb pfnDestroyHwQueueCb
        pfnSubmitCommandToHwQueueCb pfnSubmitWaitForSyncObjectsToHwQueueCb
        pfnSubmitSignalSyncObjectsToHwQueueCb
    }
}

extern "C" fn not_implemented(_device: HANDLE, _data: *mut c_void) -> HResult {
    HResult::E_NOTIMPL
}

/// The device and the argument.
///
/// # Safety
///
/// Each is NULL or the address of such a value, which lives as long as the result is used.
unsafe fn both<'a, D, A>(device: HANDLE, data: *const A) -> Result<(&'a D, &'a A)> {
    // SAFETY: The caller vouches for it.
    let (device, data) = unsafe { (device.cast_const().cast::<D>().as_ref(), data.as_ref()) };
    device.zip(data).ok_or(HResult::E_INVALIDARG)
}

/// A list, as a slice. It must have an element.
///
/// # Safety
///
/// There is NULL, or as many good elements as stated.
unsafe fn list<'a, T>(first: *const T, count: u32) -> Result<&'a [T]> {
    if first.is_null() || count == 0 || count > MAX_ELEMENTS {
        return Err(HResult::E_INVALIDARG);
    }
    // SAFETY: The caller vouches for it; at most 1024 elements.
    Ok(unsafe { slice::from_raw_parts(first, count as usize) })
}

/// A resource or a list, of which the resource counts if it is there.
///
/// # Safety
///
/// As for [`list`].
unsafe fn what<'a>(
    resource: HANDLE,
    first: *const D3DKMT_HANDLE,
    count: u32,
) -> Result<(What<'a>, u32)> {
    match RtResource::from_handle(resource) {
        Some(resource) => Ok((What::Resource(resource), 1)),
        // SAFETY: The caller vouches for it.
        None => Ok((What::Allocations(unsafe { list(first, count) }?), count)),
    }
}

/// A copy of private data.
///
/// # Safety
///
/// There are as many bytes as stated, or NULL.
unsafe fn private_data(data: *const c_void, bytes: u32) -> Result<Vec<u8>> {
    if bytes == 0 {
        return Ok(Vec::new());
    }
    if data.is_null() || bytes >= MAX_PRIVATE_DATA {
        return Err(HResult::E_INVALIDARG);
    }
    // SAFETY: The caller vouches for it; less than 128 KiB.
    Ok(unsafe { slice::from_raw_parts(data.cast::<u8>(), bytes as usize) }.to_vec())
}

unsafe extern "C" fn allocate<D: DeviceCallbacks>(
    device: HANDLE,
    data: *mut D3DDDICB_ALLOCATE,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table. The copy is not behind a reference any more
        // when the answer is written.
        let (device, args) = unsafe { both::<D, _>(device, data) }.map(|(d, a)| (d, *a))?;
        // SAFETY: As above.
        let infos = unsafe { list(args.pAllocationInfo2, args.NumAllocations) }?;
        let elements = infos.iter().map(|info| {
            // SAFETY: As above.
            unsafe { element(info) }
        });
        let mut elements = elements.collect::<Result<Vec<_>>>()?;
        // SAFETY: As above.
        let of_resource =
            unsafe { private_data(args.pPrivateDriverData, args.PrivateDriverDataSize) }?;
        let mut request = Allocate {
            private_data: &of_resource,
            ..Allocate::new(RtResource::from_handle(args.hResource), &mut elements)
        };
        device.allocate(&mut request)?;
        let km_resource = request.km_resource;
        for (i, element) in elements.iter().enumerate() {
            // SAFETY: The array has that element, and nothing refers to it any more.
            unsafe { answer(args.pAllocationInfo2.add(i), element) };
        }
        if !args.hResource.is_null() {
            // SAFETY: It was read above, and nothing refers to it.
            unsafe { (*data).hKMResource = km_resource };
        }
        Ok(())
    })
}

/// # Safety
///
/// The addresses in it are good.
unsafe fn element(info: &D3DDDI_ALLOCATIONINFO2) -> Result<Element> {
    if info.Reserved != [0; 5] {
        return Err(HResult::E_INVALIDARG);
    }
    // SAFETY: The caller vouches for it.
    let private_data = unsafe { private_data(info.pPrivateDriverData, info.PrivateDriverDataSize) };
    let base = NonNull::new(info.pSystemMem.cast_mut().cast::<u8>());
    Ok(Element {
        private_data: private_data?,
        // SAFETY: The caller vouches for it.
        system_memory: base.map(|base| unsafe { SystemMemory::new(base) }),
        flags: info.Flags,
        source: info.VidPnSourceId,
        priority: info.Priority,
        ..Element::default()
    })
}

/// # Safety
///
/// `info` is the element that `element` was read from, and nothing refers to it.
unsafe fn answer(info: *mut D3DDDI_ALLOCATIONINFO2, element: &Element) {
    // SAFETY: The caller vouches for it. As many bytes go back as came, or less.
    unsafe {
        (*info).hAllocation = element.handle;
        (*info).VidPnSourceId = element.source;
        (*info).GpuVirtualAddress = element.gpu_address;
        let bytes = element
            .private_data
            .len()
            .min((*info).PrivateDriverDataSize as usize);
        if bytes != 0 {
            let to = (*info).pPrivateDriverData.cast::<u8>();
            to.copy_from_nonoverlapping(element.private_data.as_ptr(), bytes);
        }
    }
}

unsafe extern "C" fn deallocate<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_DEALLOCATE,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, what) = unsafe {
            let (device, args) = both::<D, _>(device, data)?;
            let what = what(args.hResource, args.HandleList, args.NumAllocations)?;
            (device, what.0)
        };
        device.deallocate(what)
    })
}

unsafe extern "C" fn deallocate2<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_DEALLOCATE2,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, what, flags) = unsafe {
            let (device, args) = both::<D, _>(device, data)?;
            let what = what(args.hResource, args.HandleList, args.NumAllocations)?;
            (device, what.0, args.Flags)
        };
        device.deallocate2(what, flags)
    })
}

unsafe extern "C" fn set_priority<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_SETPRIORITY,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, what, priorities) = unsafe {
            let (device, args) = both::<D, _>(device, data)?;
            let (what, count) = what(args.hResource, args.HandleList, args.NumAllocations)?;
            (device, what, list(args.pPriorities, count)?)
        };
        device.set_priority(what, priorities)
    })
}

unsafe extern "C" fn query_residency<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_QUERYRESIDENCY,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, args, what, count) = unsafe {
            let (device, args) = both::<D, _>(device, data)?;
            let (what, count) = what(args.hResource, args.HandleList, args.NumAllocations)?;
            (device, args, what, count as usize)
        };
        if args.pResidencyStatus.is_null() {
            return Err(HResult::E_INVALIDARG);
        }
        let mut answers = vec![0; count];
        device.query_residency(what, &mut answers)?;
        // SAFETY: There is room for as many statuses as the list has handles.
        unsafe { (args.pResidencyStatus).copy_from_nonoverlapping(answers.as_ptr(), count) };
        Ok(())
    })
}

unsafe extern "C" fn lock<D: DeviceCallbacks>(device: HANDLE, data: *mut D3DDDICB_LOCK) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table; the copy is behind no reference.
        let (device, args) = unsafe { both::<D, _>(device, data) }.map(|(d, a)| (d, *a))?;
        let address = device.lock(args.hAllocation, args.Flags)?;
        // SAFETY: It was read above, and nothing refers to it.
        unsafe {
            (*data).pData = address.as_ptr().cast();
            (*data).GpuVirtualAddress = 0;
        }
        Ok(())
    })
}

unsafe extern "C" fn unlock<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_UNLOCK,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, allocations) = unsafe {
            let (device, args) = both::<D, _>(device, data)?;
            (device, list(args.phAllocations, args.NumAllocations)?)
        };
        device.unlock(allocations)
    })
}

unsafe extern "C" fn lock2<D: DeviceCallbacks>(
    device: HANDLE,
    data: *mut D3DDDICB_LOCK2,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table; the copy is behind no reference.
        let (device, args) = unsafe { both::<D, _>(device, data) }.map(|(d, a)| (d, *a))?;
        if args.Flags != 0 {
            return Err(HResult::E_INVALIDARG);
        }
        let address = device.lock2(args.hAllocation)?;
        // SAFETY: It was read above, and nothing refers to it.
        unsafe { (*data).pData = address.as_ptr().cast() };
        Ok(())
    })
}

unsafe extern "C" fn unlock2<D: DeviceCallbacks>(
    device: HANDLE,
    data: *const D3DDDICB_UNLOCK2,
) -> HResult {
    guard(|| {
        // SAFETY: As for every function of the table.
        let (device, args) = unsafe { both::<D, _>(device, data) }?;
        device.unlock2(args.hAllocation)
    })
}
