// SPDX-License-Identifier: MIT OR Apache-2.0
//! One function for each ioctl that the module serves, and one for all others.
//!
//! They answer `Ok` with the NTSTATUS that `ioctl` returned, which is a failing one when it has no
//! errno (`0xC01E0100`), and `Err` with the errno when `ioctl` returned -1;
//! [`NtStatus::from_ioctl`] makes one status of both.
//!
//! A call that a signal interrupted (`EINTR`) has changed nothing, its argument included. It is made
//! again until it is not interrupted, as the D3DKMT functions of Windows know no such answer; only
//! [`ioctl_once`] hands it out.
#![allow(non_snake_case)]

use super::{
    around::{around, Call},
    bindings::{D3DKMT_OPENRESOURCE, D3DKMT_QUERYRESOURCEINFO},
    ext::{dxgkrnl_export_dma_buf, dxgkrnl_open_dma_buf},
    request,
    status::NtStatus,
    types::*,
};
use rustix::{
    io::{retry_on_intr, Errno},
    ioctl::{Ioctl, IoctlOutput, Opcode},
};
use std::{
    ffi::c_void,
    os::fd::AsFd,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

/// A request with the address of its argument block.
struct Request {
    number: u32,
    argument: *mut c_void,
}

// SAFETY: Number and address are whatever the caller of `ioctl_ptr` vouches for; the output is the
// plain result of the system call.
unsafe impl Ioctl for Request {
    type Output = NtStatus;

    const IS_MUTATING: bool = true;

    fn opcode(&self) -> Opcode {
        self.number as Opcode
    }

    fn as_ptr(&mut self) -> *mut c_void {
        self.argument
    }

    // rustix takes results in -4095..0 for errnos and hands every other one through. Raw failing
    // statuses are far below: 0xC01E0100 is -1071774464.
    unsafe fn output_from_ptr(result: IoctlOutput, _: *mut c_void) -> Result<NtStatus, Errno> {
        Ok(NtStatus::from_result(result))
    }
}

static INTERRUPTIONS: AtomicU64 = AtomicU64::new(0);

/// How often a signal has interrupted a call of this process so far.
pub fn interruptions() -> u64 {
    INTERRUPTIONS.load(Relaxed)
}

/// Makes any request with any argument, once.
///
/// # Safety
///
/// The node behind `fd` must read and write, through `argument` and the addresses that it finds
/// there, nothing but memory that the caller has given it. Addresses that are not mapped are safe:
/// the module answers `EINVAL` for them (case 262).
///
/// # Errors
///
/// The errno, if `ioctl` returned -1; `EINTR` if a signal interrupted it.
pub unsafe fn ioctl_once(
    fd: impl AsFd,
    request: u32,
    argument: *mut c_void,
) -> Result<NtStatus, Errno> {
    let request = Request {
        number: request,
        argument,
    };
    // SAFETY: The caller vouches for it.
    let result = unsafe { rustix::ioctl::ioctl(fd, request) };
    if result == Err(Errno::INTR) {
        INTERRUPTIONS.fetch_add(1, Relaxed);
    }
    result
}

/// Makes any request with any argument, again and again until no signal interrupts it.
///
/// # Safety
///
/// As [`ioctl_once`].
///
/// # Errors
///
/// The errno, if `ioctl` returned -1; never `EINTR`.
pub unsafe fn ioctl_ptr(
    fd: impl AsFd,
    request: u32,
    argument: *mut c_void,
) -> Result<NtStatus, Errno> {
    // SAFETY: The caller vouches for it; an interrupted call has left the argument as it was.
    let make = || retry_on_intr(|| unsafe { ioctl_once(&fd, request, argument) });
    let Some(around) = around() else {
        return make();
    };
    around(&Call {
        node: fd.as_fd(),
        request,
        argument,
        make: &make,
    })
}

/// Makes any request with a block of any type.
///
/// # Safety
///
/// The block must have the size that `request` states, any bytes must be good values of `T`, and
/// the addresses in it must be those of memory that the call may read and write.
///
/// # Errors
///
/// The errno, if `ioctl` returned -1.
pub unsafe fn ioctl<T>(fd: impl AsFd, request: u32, argument: &mut T) -> Result<NtStatus, Errno> {
    // SAFETY: The caller vouches for it.
    unsafe { ioctl_ptr(fd, request, (argument as *mut T).cast()) }
}

/// Defines the calls.
macro_rules! calls {
    ($($(#[$doc:meta])* $name:ident($argument:ty) = $request:ident;)*) => {$(
        $(#[$doc])*
        ///
        /// # Safety
        ///
        /// The addresses in the argument must be those of memory that the call may read and write
        /// as the structure says.
        ///
        /// # Errors
        ///
        /// The errno, if `ioctl` returned -1; see `Documentation/uapi.md`.
        pub unsafe fn $name(fd: impl AsFd, argument: &mut $argument) -> Result<NtStatus, Errno> {
            // SAFETY: The request is the one of this structure, which is plain integers; the
            // caller vouches for the addresses.
            unsafe { ioctl(fd, request::$request, argument) }
        }
    )*};
}

calls! {
    /// Opens an adapter by LUID.
    D3DKMTOpenAdapterFromLuid(D3DKMT_OPENADAPTERFROMLUID) = OPENADAPTERFROMLUID;
    /// Lists and opens the adapters.
    D3DKMTEnumAdapters2(D3DKMT_ENUMADAPTERS2) = ENUMADAPTERS2;
    /// Lists and opens the adapters that a filter lets through.
    D3DKMTEnumAdapters3(D3DKMT_ENUMADAPTERS3) = ENUMADAPTERS3;
    /// Closes a handle of an adapter.
    D3DKMTCloseAdapter(D3DKMT_CLOSEADAPTER) = CLOSEADAPTER;
    /// Asks an adapter for one of its properties.
    D3DKMTQueryAdapterInfo(D3DKMT_QUERYADAPTERINFO) = QUERYADAPTERINFO;
    /// Asks for the process' budget and use of video memory.
    D3DKMTQueryVideoMemoryInfo(D3DKMT_QUERYVIDEOMEMORYINFO) = QUERYVIDEOMEMORYINFO;
    /// Says how much video memory the process wants to be able to have.
    D3DKMTChangeVideoMemoryReservation(D3DKMT_CHANGEVIDEOMEMORYRESERVATION) =
        CHANGEVIDEOMEMORYRESERVATION;
    /// Waits until all paging is done that was asked for.
    D3DKMTFlushHeapTransitions(D3DKMT_FLUSHHEAPTRANSITIONS) = FLUSHHEAPTRANSITIONS;
    /// Asks for numbers of an adapter, or of the process on it.
    D3DKMTQueryStatistics(D3DKMT_QUERYSTATISTICS) = QUERYSTATISTICS;
    /// Makes a device.
    D3DKMTCreateDevice(D3DKMT_CREATEDEVICE) = CREATEDEVICE;
    /// Destroys a device with all that it has.
    D3DKMTDestroyDevice(D3DKMT_DESTROYDEVICE) = DESTROYDEVICE;
    /// Asks how a device is.
    D3DKMTGetDeviceState(D3DKMT_GETDEVICESTATE) = GETDEVICESTATE;
    /// Marks a device as in error.
    D3DKMTMarkDeviceAsError(D3DKMT_MARKDEVICEASERROR) = MARKDEVICEASERROR;
    /// Makes allocations, alone, in a new resource or in an existing one.
    D3DKMTCreateAllocation2(D3DKMT_CREATEALLOCATION) = CREATEALLOCATION;
    /// Destroys allocations, or a resource with its allocations.
    D3DKMTDestroyAllocation2(D3DKMT_DESTROYALLOCATION2) = DESTROYALLOCATION2;
    /// Asks for the sizes of a shared resource, by its global handle.
    D3DKMTQueryResourceInfo(D3DKMT_QUERYRESOURCEINFO) = QUERYRESOURCEINFO;
    /// Opens a shared resource on a device, by its global handle; the list has elements of the
    /// second version, `D3DDDI_OPENALLOCATIONINFO2`.
    D3DKMTOpenResource(D3DKMT_OPENRESOURCE) = OPENRESOURCE;
    /// Maps an allocation for the CPU.
    D3DKMTLock2(D3DKMT_LOCK2) = LOCK2;
    /// Ends a mapping made by `D3DKMTLock2`.
    D3DKMTUnlock2(D3DKMT_UNLOCK2) = UNLOCK2;
    /// Sees to it that the CPU sees what devices have written to an allocation.
    D3DKMTInvalidateCache(D3DKMT_INVALIDATECACHE) = INVALIDATECACHE;
    /// Sets priorities of allocations, or one for all of a resource.
    D3DKMTSetAllocationPriority(D3DKMT_SETALLOCATIONPRIORITY) = SETALLOCATIONPRIORITY;
    /// Asks for priorities of allocations, or for the highest of a resource.
    D3DKMTGetAllocationPriority(D3DKMT_GETALLOCATIONPRIORITY) = GETALLOCATIONPRIORITY;
    /// Makes an NT handle of a resource: a descriptor.
    D3DKMTShareObjects(D3DKMT_SHAREOBJECTS) = SHAREOBJECTS;
    /// Asks what there is behind an NT handle of a resource.
    D3DKMTQueryResourceInfoFromNtHandle(D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE) =
        QUERYRESOURCEINFOFROMNTHANDLE;
    /// Opens the resource behind an NT handle on a device.
    D3DKMTOpenResourceFromNtHandle(D3DKMT_OPENRESOURCEFROMNTHANDLE) = OPENRESOURCEFROMNTHANDLE;
    /// Makes a paging queue, with its fence.
    D3DKMTCreatePagingQueue(D3DKMT_CREATEPAGINGQUEUE) = CREATEPAGINGQUEUE;
    /// Destroys a paging queue, with its fence.
    D3DKMTDestroyPagingQueue(D3DDDI_DESTROYPAGINGQUEUE) = DESTROYPAGINGQUEUE;
    /// Puts allocations on their device's residency list.
    D3DKMTMakeResident(D3DDDI_MAKERESIDENT) = MAKERESIDENT;
    /// Takes allocations off their device's residency list.
    D3DKMTEvict(D3DKMT_EVICT) = EVICT;
    /// Gives memory away whose contents can be done without.
    D3DKMTOfferAllocations(D3DKMT_OFFERALLOCATIONS) = OFFERALLOCATIONS;
    /// Takes offers back.
    D3DKMTReclaimAllocations2(D3DKMT_RECLAIMALLOCATIONS2) = RECLAIMALLOCATIONS2;
    /// Asks where the memory of allocations is.
    D3DKMTQueryAllocationResidency(D3DKMT_QUERYALLOCATIONRESIDENCY) = QUERYALLOCATIONRESIDENCY;
    /// Moves an allocation to another segment.
    D3DKMTUpdateAllocationProperty(D3DDDI_UPDATEALLOCPROPERTY) = UPDATEALLOCPROPERTY;
    /// Reserves GPU virtual addresses.
    D3DKMTReserveGpuVirtualAddress(D3DDDI_RESERVEGPUVIRTUALADDRESS) = RESERVEGPUVIRTUALADDRESS;
    /// Has GPU virtual addresses mean an allocation's pages, zeros, or nothing.
    D3DKMTMapGpuVirtualAddress(D3DDDI_MAPGPUVIRTUALADDRESS) = MAPGPUVIRTUALADDRESS;
    /// Gives GPU virtual addresses back.
    D3DKMTFreeGpuVirtualAddress(D3DKMT_FREEGPUVIRTUALADDRESS) = FREEGPUVIRTUALADDRESS;
    /// Queues changes of what GPU virtual addresses mean on a context.
    D3DKMTUpdateGpuVirtualAddress(D3DKMT_UPDATEGPUVIRTUALADDRESS) = UPDATEGPUVIRTUALADDRESS;
    /// Makes a context, whose commands use GPU virtual addresses.
    D3DKMTCreateContextVirtual(D3DKMT_CREATECONTEXTVIRTUAL) = CREATECONTEXTVIRTUAL;
    /// Destroys a context.
    D3DKMTDestroyContext(D3DKMT_DESTROYCONTEXT) = DESTROYCONTEXT;
    /// Queues a command buffer on contexts.
    D3DKMTSubmitCommand(D3DKMT_SUBMITCOMMAND) = SUBMITCOMMAND;
    /// Makes a synchronisation object.
    D3DKMTCreateSynchronizationObject2(D3DKMT_CREATESYNCHRONIZATIONOBJECT2) =
        CREATESYNCHRONIZATIONOBJECT;
    /// Destroys a synchronisation object.
    D3DKMTDestroySynchronizationObject(D3DKMT_DESTROYSYNCHRONIZATIONOBJECT) =
        DESTROYSYNCHRONIZATIONOBJECT;
    /// Gives monitored fences new values.
    D3DKMTSignalSynchronizationObjectFromCpu(D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU) =
        SIGNALSYNCHRONIZATIONOBJECTFROMCPU;
    /// Waits until monitored fences have reached values, or has an eventfd signalled then.
    D3DKMTWaitForSynchronizationObjectFromCpu(D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU) =
        WAITFORSYNCHRONIZATIONOBJECTFROMCPU;
    /// Queues a signal on a context, behind the commands that it has.
    D3DKMTSignalSynchronizationObjectFromGpu(D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU) =
        SIGNALSYNCHRONIZATIONOBJECTFROMGPU;
    /// Queues a signal on several contexts: it happens when all of them have come to it.
    D3DKMTSignalSynchronizationObjectFromGpu2(D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2) =
        SIGNALSYNCHRONIZATIONOBJECTFROMGPU2;
    /// Queues a wait on a context: its later commands wait, and no thread does.
    D3DKMTWaitForSynchronizationObjectFromGpu(D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU) =
        WAITFORSYNCHRONIZATIONOBJECTFROMGPU;
    /// Makes a dma-buf of an allocation's memory: a descriptor.
    DxgkrnlExportDmaBuf(dxgkrnl_export_dma_buf) = EXPORT_DMA_BUF;
    /// Opens a dma-buf as a resource of one allocation.
    DxgkrnlOpenDmaBuf(dxgkrnl_open_dma_buf) = OPEN_DMA_BUF;
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::fs::File;

    #[test]
    fn an_errno_comes_through() {
        let null = File::open("/dev/null").unwrap();
        let mut argument = D3DKMT_CLOSEADAPTER::default();
        // SAFETY: The structure holds no address.
        let result = unsafe { D3DKMTCloseAdapter(&null, &mut argument) };
        assert_eq!(result, Err(Errno::NOTTY));
    }

    #[test]
    fn a_raw_failing_status_comes_through() {
        for value in [0xC01E_0100_u32, 0xC01E_0009, 0x8000_0001, 0, 0x102, 0x103] {
            // SAFETY: The pointer is not used.
            let status = unsafe { Request::output_from_ptr(value as i32, std::ptr::null_mut()) };
            assert_eq!(status, Ok(NtStatus(value)));
        }
    }
}
