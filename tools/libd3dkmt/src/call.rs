// SPDX-License-Identifier: MIT OR Apache-2.0
//! The calls of the raw layer with this layer's types.

use crate::{
    adapter::{Luid, VideoMemoryInfo},
    global::GlobalHandle,
    handle::{
        AdapterHandle, AllocationHandle, DeviceHandle, PagingQueueHandle, ResourceHandle,
        SyncObjectHandle,
    },
    sys::{self, d3dkmthandle, ext, NtStatus},
    AdapterFilter, CallError, DestroyFlags, Dxg, Error, FenceFlags, SegmentGroup,
};
use rustix::io::Errno;
use std::{
    os::fd::{AsRawFd, BorrowedFd, FromRawFd, OwnedFd},
    ptr::NonNull,
};

pub(crate) const OPEN_GLOBAL: &str = "D3DKMTOpenResource";
pub(crate) const CREATE_ALLOCATION: &str = "D3DKMTCreateAllocation2";
pub(crate) const GET_DEVICE_STATE: &str = "D3DKMTGetDeviceState";
pub(crate) const CREATE_PAGING_QUEUE: &str = "D3DKMTCreatePagingQueue";
pub(crate) const CREATE_SYNC_OBJECT: &str = "D3DKMTCreateSynchronizationObject2";
pub(crate) const OPEN_RESOURCE: &str = "D3DKMTOpenResourceFromNtHandle";

/// Makes an error of everything but success.
pub(crate) fn check(call: &'static str, result: Result<NtStatus, Errno>) -> Result<(), Error> {
    match result {
        Ok(status) if status.is_success() => Ok(()),
        Ok(status) => Err(CallError::from_status(call, status).into()),
        Err(errno) => Err(CallError::from_errno(call, errno).into()),
    }
}

/// Where an enumeration puts what it finds.
pub(crate) enum Enumerated<'a> {
    /// Nowhere: the number of adapters is asked for.
    Count,
    /// Into this array.
    Fill(&'a mut [sys::D3DKMT_ADAPTERINFO]),
}

impl Enumerated<'_> {
    /// Address and length of the array.
    fn parts(self) -> (u64, u32) {
        match self {
            Self::Count => (0, 0),
            // A longer array than the ABI can express is used in part.
            Self::Fill(infos) => (
                infos.as_mut_ptr() as u64,
                u32::try_from(infos.len()).unwrap_or(u32::MAX),
            ),
        }
    }
}

pub(crate) fn enum_adapters3(
    dxg: &Dxg,
    filter: AdapterFilter,
    place: Enumerated<'_>,
) -> Result<usize, Error> {
    let (adapters, adapter_count) = place.parts();
    let mut argument = sys::D3DKMT_ENUMADAPTERS3 {
        adapter_count,
        filter: filter.into(),
        adapters,
        ..Default::default()
    };
    // SAFETY: The address is NULL or that of an array with as many entries as stated.
    let result = unsafe { sys::D3DKMTEnumAdapters3(dxg, &mut argument) };
    check("D3DKMTEnumAdapters3", result)?;
    Ok(argument.adapter_count as usize)
}

pub(crate) fn open_adapter_from_luid(dxg: &Dxg, luid: Luid) -> Result<AdapterHandle, Error> {
    let mut argument = sys::D3DKMT_OPENADAPTERFROMLUID::default();
    argument.adapter_luid.a = luid.low;
    argument.adapter_luid.b = luid.high;
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTOpenAdapterFromLuid(dxg, &mut argument) };
    check("D3DKMTOpenAdapterFromLuid", result)?;
    Ok(AdapterHandle(argument.adapter_handle.v))
}

pub(crate) fn close_adapter(dxg: &Dxg, adapter: AdapterHandle) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_CLOSEADAPTER {
        adapter_handle: adapter.into(),
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTCloseAdapter(dxg, &mut argument) };
    check("D3DKMTCloseAdapter", result)
}

pub(crate) fn query_adapter_info(
    dxg: &Dxg,
    adapter: AdapterHandle,
    question: u32,
    block: &mut [u8],
) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_QUERYADAPTERINFO {
        adapter: adapter.into(),
        type_: question,
        private_data: block.as_mut_ptr() as u64,
        // A longer block than the ABI can express is used in part.
        private_data_size: u32::try_from(block.len()).unwrap_or(u32::MAX),
        ..Default::default()
    };
    // SAFETY: The address is that of `block`, of which no more than its size is used.
    let result = unsafe { sys::D3DKMTQueryAdapterInfo(dxg, &mut argument) };
    check("D3DKMTQueryAdapterInfo", result)
}

pub(crate) fn query_video_memory_info(
    dxg: &Dxg,
    adapter: AdapterHandle,
    group: SegmentGroup,
) -> Result<VideoMemoryInfo, Error> {
    let mut argument = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
        adapter: adapter.into(),
        memory_segment_group: group.into(),
        ..Default::default()
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTQueryVideoMemoryInfo(dxg, &mut argument) };
    check("D3DKMTQueryVideoMemoryInfo", result)?;
    Ok(VideoMemoryInfo {
        budget: argument.budget,
        current_usage: argument.current_usage,
        current_reservation: argument.current_reservation,
        available_for_reservation: argument.available_for_reservation,
    })
}

pub(crate) fn create_device(dxg: &Dxg, adapter: AdapterHandle) -> Result<DeviceHandle, Error> {
    let mut argument = sys::D3DKMT_CREATEDEVICE {
        adapter: adapter.into(),
        ..Default::default()
    };
    // SAFETY: The addresses in the argument are answers.
    let result = unsafe { sys::D3DKMTCreateDevice(dxg, &mut argument) };
    check("D3DKMTCreateDevice", result)?;
    Ok(DeviceHandle(argument.device.v))
}

fn device_state(
    dxg: &Dxg,
    device: DeviceHandle,
    question: sys::D3DKMT_DEVICESTATE_TYPE,
) -> Result<sys::D3DKMT_GETDEVICESTATE, Error> {
    let mut argument = sys::D3DKMT_GETDEVICESTATE {
        device: device.into(),
        state_type: question.into(),
        ..Default::default()
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTGetDeviceState(dxg, &mut argument) };
    check(GET_DEVICE_STATE, result)?;
    Ok(argument)
}

pub(crate) fn execution_state(dxg: &Dxg, device: DeviceHandle) -> Result<u32, Error> {
    let answer = device_state(dxg, device, sys::D3DKMT_DEVICESTATE_TYPE::EXECUTION)?;
    // SAFETY: Any bytes are a number.
    Ok(unsafe { answer.__bindgen_anon_1.execution_state })
}

pub(crate) fn page_fault(
    dxg: &Dxg,
    device: DeviceHandle,
) -> Result<sys::d3dkmt_devicepagefault_state, Error> {
    let answer = device_state(dxg, device, sys::D3DKMT_DEVICESTATE_TYPE::PAGE_FAULT)?;
    // SAFETY: Any bytes are a value of it.
    Ok(unsafe { answer.__bindgen_anon_1.page_fault_state })
}

pub(crate) fn destroy_device(dxg: &Dxg, device: DeviceHandle) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_DESTROYDEVICE {
        device: device.into(),
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTDestroyDevice(dxg, &mut argument) };
    check("D3DKMTDestroyDevice", result)
}

/// # Safety
///
/// Every address in the argument, and in the elements that it points to, is NULL or that of memory
/// of the size that stands beside it.
pub(crate) unsafe fn create_allocation(
    dxg: &Dxg,
    argument: &mut sys::D3DKMT_CREATEALLOCATION,
) -> Result<(), Error> {
    // SAFETY: The caller vouches for the addresses.
    let result = unsafe { sys::D3DKMTCreateAllocation2(dxg, argument) };
    check(CREATE_ALLOCATION, result)
}

pub(crate) fn destroy_allocation(
    dxg: &Dxg,
    device: DeviceHandle,
    allocation: AllocationHandle,
    flags: DestroyFlags,
) -> Result<(), Error> {
    let list = [d3dkmthandle::from(allocation)];
    let mut argument = sys::D3DKMT_DESTROYALLOCATION2 {
        device: device.into(),
        allocations: list.as_ptr() as u64,
        alloc_count: 1,
        flags: flags.into(),
        ..Default::default()
    };
    // SAFETY: The address is that of an array of one handle.
    let result = unsafe { sys::D3DKMTDestroyAllocation2(dxg, &mut argument) };
    check("D3DKMTDestroyAllocation2", result)
}

pub(crate) fn destroy_resource(
    dxg: &Dxg,
    device: DeviceHandle,
    resource: ResourceHandle,
    flags: DestroyFlags,
) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_DESTROYALLOCATION2 {
        device: device.into(),
        resource: resource.into(),
        flags: flags.into(),
        ..Default::default()
    };
    // SAFETY: The one address is NULL.
    let result = unsafe { sys::D3DKMTDestroyAllocation2(dxg, &mut argument) };
    check("D3DKMTDestroyAllocation2", result)
}

pub(crate) fn lock(
    dxg: &Dxg,
    device: DeviceHandle,
    allocation: AllocationHandle,
) -> Result<NonNull<u8>, Error> {
    let mut argument = sys::D3DKMT_LOCK2 {
        device: device.into(),
        allocation: allocation.into(),
        ..Default::default()
    };
    // SAFETY: The address in the argument is an answer.
    let result = unsafe { sys::D3DKMTLock2(dxg, &mut argument) };
    check("D3DKMTLock2", result)?;
    usize::try_from(argument.data)
        .ok()
        .and_then(|address| NonNull::new(address as *mut u8))
        .ok_or(Error::Answer {
            call: "D3DKMTLock2",
            what: "there is nothing at the address of the bytes",
        })
}

pub(crate) fn unlock(
    dxg: &Dxg,
    device: DeviceHandle,
    allocation: AllocationHandle,
) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_UNLOCK2 {
        device: device.into(),
        allocation: allocation.into(),
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTUnlock2(dxg, &mut argument) };
    check("D3DKMTUnlock2", result)
}

pub(crate) fn share_resource(
    dxg: &Dxg,
    resource: ResourceHandle,
    rights: u32,
) -> Result<OwnedFd, Error> {
    const CALL: &str = "D3DKMTShareObjects";
    let objects = [d3dkmthandle::from(resource)];
    let mut nt_handle = u64::MAX;
    let mut argument = sys::D3DKMT_SHAREOBJECTS {
        object_count: 1,
        objects: objects.as_ptr() as u64,
        desired_access: rights,
        shared_handle: &raw mut nt_handle as u64,
        ..Default::default()
    };
    // SAFETY: The addresses are those of one object and of one NT handle.
    let result = unsafe { sys::D3DKMTShareObjects(dxg, &mut argument) };
    check(CALL, result)?;
    let fd = i32::try_from(nt_handle).map_err(|_| Error::Answer {
        call: CALL,
        what: "the NT handle is no descriptor",
    })?;
    // SAFETY: The call has just made the descriptor, for us.
    Ok(unsafe { OwnedFd::from_raw_fd(fd) })
}

pub(crate) fn query_resource_info(
    dxg: &Dxg,
    device: DeviceHandle,
    nt_handle: u64,
) -> Result<sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE, Error> {
    let mut argument = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
        device: device.into(),
        nt_handle,
        ..Default::default()
    };
    // SAFETY: The one address is NULL; the call writes nothing there.
    let result = unsafe { sys::D3DKMTQueryResourceInfoFromNtHandle(dxg, &mut argument) };
    check("D3DKMTQueryResourceInfoFromNtHandle", result)?;
    Ok(argument)
}

/// # Safety
///
/// The addresses in the argument are those of memory that the call may write to, of the sizes that
/// stand beside them.
pub(crate) unsafe fn open_resource(
    dxg: &Dxg,
    argument: &mut sys::D3DKMT_OPENRESOURCEFROMNTHANDLE,
) -> Result<(), Error> {
    // SAFETY: The caller vouches for it.
    let result = unsafe { sys::D3DKMTOpenResourceFromNtHandle(dxg, argument) };
    check(OPEN_RESOURCE, result)
}

pub(crate) fn query_global(
    dxg: &Dxg,
    device: DeviceHandle,
    global: GlobalHandle,
) -> Result<sys::D3DKMT_QUERYRESOURCEINFO, Error> {
    let mut argument = sys::D3DKMT_QUERYRESOURCEINFO {
        hDevice: device.raw(),
        hGlobalShare: global.raw(),
        ..Default::default()
    };
    // SAFETY: The one address is NULL; the call writes nothing there.
    let result = unsafe { sys::D3DKMTQueryResourceInfo(dxg, &mut argument) };
    check("D3DKMTQueryResourceInfo", result)?;
    Ok(argument)
}

/// # Safety
///
/// As for [`open_resource`].
pub(crate) unsafe fn open_global(
    dxg: &Dxg,
    argument: &mut sys::D3DKMT_OPENRESOURCE,
) -> Result<(), Error> {
    // SAFETY: The caller vouches for it.
    let result = unsafe { sys::D3DKMTOpenResource(dxg, argument) };
    check(OPEN_GLOBAL, result)
}

pub(crate) fn export_dma_buf(
    dxg: &Dxg,
    device: DeviceHandle,
    allocation: AllocationHandle,
    flags: u32,
) -> Result<OwnedFd, Error> {
    const CALL: &str = "DXGKRNL_IOCTL_EXPORT_DMA_BUF";
    let mut argument = ext::dxgkrnl_export_dma_buf {
        device: device.raw(),
        allocation: allocation.raw(),
        flags,
        fd: -1,
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::DxgkrnlExportDmaBuf(dxg, &mut argument) };
    check(CALL, result)?;
    if argument.fd < 0 {
        return Err(Error::Answer {
            call: CALL,
            what: "the dma-buf has no descriptor",
        });
    }
    // SAFETY: The call has just made the descriptor, for us.
    Ok(unsafe { OwnedFd::from_raw_fd(argument.fd) })
}

pub(crate) fn open_dma_buf(
    dxg: &Dxg,
    device: DeviceHandle,
    fd: BorrowedFd<'_>,
    flags: u32,
) -> Result<ext::dxgkrnl_open_dma_buf, Error> {
    let mut argument = ext::dxgkrnl_open_dma_buf {
        device: device.raw(),
        fd: fd.as_raw_fd(),
        flags,
        ..Default::default()
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::DxgkrnlOpenDmaBuf(dxg, &mut argument) };
    check("DXGKRNL_IOCTL_OPEN_DMA_BUF", result)?;
    Ok(argument)
}

/// A fence: its handle, and where its value is.
pub(crate) fn create_fence(
    dxg: &Dxg,
    device: DeviceHandle,
    value: u64,
    flags: FenceFlags,
) -> Result<(SyncObjectHandle, sys::d3dddi_monitored_fence), Error> {
    let mut argument = sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2 {
        device: device.into(),
        ..Default::default()
    };
    argument.info.type_ = sys::D3DDDI_MONITORED_FENCE;
    argument.info.flags = flags.into();
    argument.info.__bindgen_anon_1.monitored_fence = sys::d3dddi_monitored_fence {
        initial_fence_value: value,
        ..Default::default()
    };
    // SAFETY: The addresses in the argument are answers.
    let result = unsafe { sys::D3DKMTCreateSynchronizationObject2(dxg, &mut argument) };
    check(CREATE_SYNC_OBJECT, result)?;
    // SAFETY: Any bytes are a value of it.
    let made = unsafe { argument.info.__bindgen_anon_1.monitored_fence };
    Ok((SyncObjectHandle(argument.sync_object.v), made))
}

pub(crate) fn destroy_sync_object(dxg: &Dxg, object: SyncObjectHandle) -> Result<(), Error> {
    let mut argument = sys::D3DKMT_DESTROYSYNCHRONIZATIONOBJECT {
        sync_object: object.into(),
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTDestroySynchronizationObject(dxg, &mut argument) };
    check("D3DKMTDestroySynchronizationObject", result)
}

pub(crate) fn signal_from_cpu(
    dxg: &Dxg,
    device: DeviceHandle,
    object: SyncObjectHandle,
    value: u64,
    flags: u32,
) -> Result<(), Error> {
    let (objects, values) = ([d3dkmthandle::from(object)], [value]);
    let mut argument = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
        device: device.into(),
        object_count: 1,
        objects: objects.as_ptr() as u64,
        fence_values: values.as_ptr() as u64,
        ..Default::default()
    };
    argument.flags.value = flags;
    // SAFETY: The addresses are those of arrays of one element each.
    let result = unsafe { sys::D3DKMTSignalSynchronizationObjectFromCpu(dxg, &mut argument) };
    check("D3DKMTSignalSynchronizationObjectFromCpu", result)
}

/// Blocks, unless there is an eventfd to be signalled instead.
pub(crate) fn wait_from_cpu(
    dxg: &Dxg,
    device: DeviceHandle,
    points: &[(SyncObjectHandle, u64)],
    any: bool,
    event: Option<BorrowedFd<'_>>,
) -> Result<(), Error> {
    let (objects, values): (Vec<_>, Vec<_>) = points
        .iter()
        .map(|&(object, value)| (d3dkmthandle::from(object), value))
        .unzip();
    let event = event.map(|event| u64::try_from(event.as_raw_fd()).unwrap_or(u64::MAX));
    if event == Some(0) {
        return Err(Error::Argument("descriptor 0 stands for no event"));
    }
    let mut argument = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
        device: device.into(),
        // More than the ABI can express is refused in any case.
        object_count: u32::try_from(points.len()).unwrap_or(u32::MAX),
        objects: objects.as_ptr() as u64,
        fence_values: values.as_ptr() as u64,
        async_event: event.unwrap_or(0),
        ..Default::default()
    };
    if any {
        argument.flags.value = sys::D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY;
    }
    // SAFETY: The addresses are those of arrays with as many elements as stated.
    let result = unsafe { sys::D3DKMTWaitForSynchronizationObjectFromCpu(dxg, &mut argument) };
    check("D3DKMTWaitForSynchronizationObjectFromCpu", result)
}

pub(crate) fn create_paging_queue(
    dxg: &Dxg,
    device: DeviceHandle,
    priority: sys::D3DDDI_PAGINGQUEUE_PRIORITY,
) -> Result<sys::D3DKMT_CREATEPAGINGQUEUE, Error> {
    let mut argument = sys::D3DKMT_CREATEPAGINGQUEUE {
        device: device.into(),
        priority: priority.into(),
        ..Default::default()
    };
    // SAFETY: The address in the argument is an answer.
    let result = unsafe { sys::D3DKMTCreatePagingQueue(dxg, &mut argument) };
    check(CREATE_PAGING_QUEUE, result)?;
    Ok(argument)
}

pub(crate) fn destroy_paging_queue(dxg: &Dxg, queue: PagingQueueHandle) -> Result<(), Error> {
    let mut argument = sys::D3DDDI_DESTROYPAGINGQUEUE {
        paging_queue: queue.into(),
    };
    // SAFETY: The argument holds no address.
    let result = unsafe { sys::D3DKMTDestroyPagingQueue(dxg, &mut argument) };
    check("D3DKMTDestroyPagingQueue", result)
}
