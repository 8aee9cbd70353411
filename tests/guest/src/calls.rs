// SPDX-License-Identifier: MIT OR Apache-2.0
//! The calls of the raw layer as tests make them, and the answers that they expect.

use crate::{
    harness::context,
    state::{Counters, State},
};
use libd3dkmt::{
    sys::{self, request, NtStatus},
    Dxg,
};
use rustix::io::Errno;

/// What `ioctl` answered: a status, or an errno.
pub type Answer = Result<NtStatus, Errno>;

/// Done.
pub const SUCCESS: Answer = Ok(NtStatus::SUCCESS);
/// INVALID_PARAMETER as it comes through `ioctl`.
pub const INVALID_PARAMETER: Answer = Err(Errno::INVAL);
/// INVALID_HANDLE as it comes through `ioctl`.
pub const INVALID_HANDLE: Answer = Err(Errno::BADF);
/// BUFFER_TOO_SMALL as it comes through `ioctl`.
pub const BUFFER_TOO_SMALL: Answer = Err(Errno::OVERFLOW);
/// NO_MEMORY as it comes through `ioctl`.
pub const NO_MEMORY: Answer = Err(Errno::NOMEM);
/// ACCESS_DENIED as it comes through `ioctl`.
pub const ACCESS_DENIED: Answer = Err(Errno::ACCESS);
/// NOT_SUPPORTED as it comes through `ioctl`.
pub const NOT_SUPPORTED: Answer = Err(Errno::PERM);
/// DEVICE_REMOVED as it comes through `ioctl`.
pub const DEVICE_REMOVED: Answer = Err(Errno::NODEV);
/// Done, but the effect comes later.
pub const PENDING: Answer = Ok(NtStatus(0x103));
/// Has no errno: the raw status.
pub const GRAPHICS_NO_VIDEO_MEMORY: Answer = Ok(NtStatus(0xC01E_0100));
/// Has no errno: the raw status.
pub const GRAPHICS_DRIVER_MISMATCH: Answer = Ok(NtStatus(0xC01E_0009));
/// Not a call of this node.
pub const NOT_A_CALL: Answer = Err(Errno::NOTTY);

/// The first handle of a process.
pub const FIRST_HANDLE: u32 = 0x4000_0000;
/// From one handle to the next.
pub const HANDLE_STEP: u32 = 0x40;

/// Handles that name nothing, whoever asks: no handle, numbers that no table gives out, a global
/// handle, and local ones that are far away.
pub const NO_HANDLES: [u32; 8] = [
    0,
    1,
    0x40,
    0x8000_0000,
    0xffff_ffff,
    0xc000_0002,
    0x4000_0001,
    0x7fff_ffc0,
];

/// The requests that the module serves, with the sizes of their arguments.
pub const SERVED: [(&str, u32, usize); 49] = [
    ("OpenAdapterFromLuid", request::OPENADAPTERFROMLUID, 12),
    ("CreateDevice", request::CREATEDEVICE, 64),
    ("CreateAllocation2", request::CREATEALLOCATION, 72),
    ("QueryAdapterInfo", request::QUERYADAPTERINFO, 24),
    ("QueryVideoMemoryInfo", request::QUERYVIDEOMEMORYINFO, 56),
    ("DestroyAllocation2", request::DESTROYALLOCATION2, 24),
    ("EnumAdapters2", request::ENUMADAPTERS2, 16),
    ("CloseAdapter", request::CLOSEADAPTER, 4),
    ("DestroyDevice", request::DESTROYDEVICE, 4),
    ("GetDeviceState", request::GETDEVICESTATE, 56),
    ("Lock2", request::LOCK2, 24),
    ("OpenResource", request::OPENRESOURCE, 72),
    ("QueryResourceInfo", request::QUERYRESOURCEINFO, 32),
    ("Unlock2", request::UNLOCK2, 8),
    ("EnumAdapters3", request::ENUMADAPTERS3, 24),
    ("ShareObjects", request::SHAREOBJECTS, 40),
    (
        "QueryResourceInfoFromNtHandle",
        request::QUERYRESOURCEINFOFROMNTHANDLE,
        40,
    ),
    (
        "OpenResourceFromNtHandle",
        request::OPENRESOURCEFROMNTHANDLE,
        104,
    ),
    ("CreatePagingQueue", request::CREATEPAGINGQUEUE, 32),
    ("DestroyPagingQueue", request::DESTROYPAGINGQUEUE, 4),
    (
        "CreateSynchronizationObject2",
        request::CREATESYNCHRONIZATIONOBJECT,
        96,
    ),
    (
        "DestroySynchronizationObject",
        request::DESTROYSYNCHRONIZATIONOBJECT,
        4,
    ),
    (
        "SignalSynchronizationObjectFromCpu",
        request::SIGNALSYNCHRONIZATIONOBJECTFROMCPU,
        32,
    ),
    (
        "WaitForSynchronizationObjectFromCpu",
        request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU,
        40,
    ),
    ("MakeResident", request::MAKERESIDENT, 48),
    ("Evict", request::EVICT, 32),
    ("OfferAllocations", request::OFFERALLOCATIONS, 40),
    ("ReclaimAllocations2", request::RECLAIMALLOCATIONS2, 40),
    (
        "QueryAllocationResidency",
        request::QUERYALLOCATIONRESIDENCY,
        32,
    ),
    ("UpdateAllocationProperty", request::UPDATEALLOCPROPERTY, 40),
    ("SetAllocationPriority", request::SETALLOCATIONPRIORITY, 32),
    ("GetAllocationPriority", request::GETALLOCATIONPRIORITY, 32),
    (
        "ChangeVideoMemoryReservation",
        request::CHANGEVIDEOMEMORYRESERVATION,
        32,
    ),
    ("FlushHeapTransitions", request::FLUSHHEAPTRANSITIONS, 4),
    ("InvalidateCache", request::INVALIDATECACHE, 24),
    ("MarkDeviceAsError", request::MARKDEVICEASERROR, 8),
    ("QueryStatistics", request::QUERYSTATISTICS, 808),
    (
        "ReserveGpuVirtualAddress",
        request::RESERVEGPUVIRTUALADDRESS,
        72,
    ),
    ("CreateContextVirtual", request::CREATECONTEXTVIRTUAL, 40),
    ("DestroyContext", request::DESTROYCONTEXT, 4),
    ("SubmitCommand", request::SUBMITCOMMAND, 384),
    (
        "SignalSynchronizationObjectFromGpu",
        request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU,
        80,
    ),
    (
        "SignalSynchronizationObjectFromGpu2",
        request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
        96,
    ),
    (
        "UpdateGpuVirtualAddress",
        request::UPDATEGPUVIRTUALADDRESS,
        56,
    ),
    (
        "WaitForSynchronizationObjectFromGpu",
        request::WAITFORSYNCHRONIZATIONOBJECTFROMGPU,
        80,
    ),
    ("MapGpuVirtualAddress", request::MAPGPUVIRTUALADDRESS, 104),
    ("FreeGpuVirtualAddress", request::FREEGPUVIRTUALADDRESS, 24),
    ("ExportDmaBuf", request::EXPORT_DMA_BUF, 16),
    ("OpenDmaBuf", request::OPEN_DMA_BUF, 32),
];

/// Makes any request; the argument is an address.
pub fn call_at(dxg: &Dxg, request: u32, address: u64) -> Answer {
    // SAFETY: Tests hand in memory of their own, or addresses that are not mapped.
    unsafe { sys::ioctl_ptr(dxg, request, address as *mut libc::c_void) }
}

/// A handle as the structures hold it.
pub fn handle(value: u32) -> sys::d3dkmthandle {
    sys::d3dkmthandle { v: value }
}

/// An adapter as EnumAdapters2 lists it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Luid(pub u32, pub u32);

/// D3DKMTEnumAdapters2 with room for `room` adapters; what it filled in.
pub fn enumerate2(dxg: &Dxg, room: usize) -> (Answer, Vec<sys::D3DKMT_ADAPTERINFO>) {
    // More than is said: what is written beyond must do no harm here.
    let mut infos = vec![sys::D3DKMT_ADAPTERINFO::default(); room.max(64)];
    let mut args = sys::D3DKMT_ENUMADAPTERS2 {
        num_adapters: u32::try_from(room).expect("a small number"),
        adapters: infos.as_mut_ptr() as u64,
        ..Default::default()
    };
    // SAFETY: The array has as many elements as stated.
    let answer = unsafe { sys::D3DKMTEnumAdapters2(dxg, &mut args) };
    if answer == SUCCESS {
        infos.truncate(args.num_adapters as usize);
    }
    (answer, infos)
}

/// D3DKMTCloseAdapter.
pub fn close_adapter(dxg: &Dxg, adapter: u32) -> Answer {
    let mut args = sys::D3DKMT_CLOSEADAPTER {
        adapter_handle: handle(adapter),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTCloseAdapter(dxg, &mut args) }
}

/// D3DKMTOpenAdapterFromLuid: the answer, and the handle.
pub fn open_adapter(dxg: &Dxg, luid: Luid) -> (Answer, u32) {
    let mut args = sys::D3DKMT_OPENADAPTERFROMLUID::default();
    (args.adapter_luid.a, args.adapter_luid.b) = (luid.0, luid.1);
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTOpenAdapterFromLuid(dxg, &mut args) };
    (answer, args.adapter_handle.v)
}

/// D3DKMTCreateDevice: the answer, and the handle.
pub fn create_device(dxg: &Dxg, adapter: u32) -> (Answer, u32) {
    let mut args = sys::D3DKMT_CREATEDEVICE {
        adapter: handle(adapter),
        ..Default::default()
    };
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTCreateDevice(dxg, &mut args) };
    (answer, args.device.v)
}

/// D3DKMTMarkDeviceAsError.
pub fn mark_device(dxg: &Dxg, device: u32, reason: u32) -> Answer {
    let mut args = sys::D3DKMT_MARKDEVICEASERROR {
        device: handle(device),
        reason,
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTMarkDeviceAsError(dxg, &mut args) }
}

/// D3DKMTGetDeviceState of a type: the status, and what it says.
pub fn device_state(dxg: &Dxg, device: u32, kind: u32) -> (Answer, u32) {
    let mut args = sys::D3DKMT_GETDEVICESTATE {
        device: handle(device),
        state_type: kind,
        ..Default::default()
    };
    args.__bindgen_anon_1.alignment = [0xff; 48];
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTGetDeviceState(dxg, &mut args) };
    // SAFETY: All bytes are set.
    let (state, all) = unsafe {
        (
            args.__bindgen_anon_1.execution_state,
            args.__bindgen_anon_1.alignment,
        )
    };
    let rest = if answer == SUCCESS { 0 } else { 0xff };
    assert!(all[4..].iter().all(|&byte| byte == rest));
    (answer, state)
}

/// D3DKMTDestroyDevice.
pub fn destroy_device(dxg: &Dxg, device: u32) -> Answer {
    let mut args = sys::D3DKMT_DESTROYDEVICE {
        device: handle(device),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTDestroyDevice(dxg, &mut args) }
}

/// D3DKMTDestroyAllocation2 of a list.
pub fn destroy_allocations(dxg: &Dxg, device: u32, allocations: &[u32]) -> Answer {
    let mut args = sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(device),
        allocations: allocations.as_ptr() as u64,
        alloc_count: u32::try_from(allocations.len()).expect("a small number"),
        ..Default::default()
    };
    // SAFETY: The list has as many elements as stated.
    unsafe { sys::D3DKMTDestroyAllocation2(dxg, &mut args) }
}

/// D3DKMTDestroyAllocation2 of a resource.
pub fn destroy_resource(dxg: &Dxg, device: u32, resource: u32) -> Answer {
    let mut args = sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(device),
        resource: handle(resource),
        ..Default::default()
    };
    // SAFETY: The list is empty.
    unsafe { sys::D3DKMTDestroyAllocation2(dxg, &mut args) }
}

/// D3DKMTLock2: the answer, and the address.
pub fn lock(dxg: &Dxg, device: u32, allocation: u32) -> (Answer, u64) {
    let mut args = sys::D3DKMT_LOCK2 {
        device: handle(device),
        allocation: handle(allocation),
        ..Default::default()
    };
    // SAFETY: The address in the argument is an answer.
    let answer = unsafe { sys::D3DKMTLock2(dxg, &mut args) };
    (answer, args.data)
}

/// D3DKMTUnlock2.
pub fn unlock(dxg: &Dxg, device: u32, allocation: u32) -> Answer {
    let mut args = sys::D3DKMT_UNLOCK2 {
        device: handle(device),
        allocation: handle(allocation),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTUnlock2(dxg, &mut args) }
}

/// D3DKMTQueryAdapterInfo into memory at an address.
pub fn query_at(dxg: &Dxg, adapter: u32, question: u32, address: u64, bytes: u32) -> Answer {
    let mut args = sys::D3DKMT_QUERYADAPTERINFO {
        adapter: handle(adapter),
        type_: question,
        private_data: address,
        private_data_size: bytes,
        ..Default::default()
    };
    // SAFETY: Tests hand in memory of their own, or addresses that are not mapped.
    unsafe { sys::D3DKMTQueryAdapterInfo(dxg, &mut args) }
}

/// A good argument of D3DKMTQueryVideoMemoryInfo.
pub fn video_memory_question(adapter: u32, group: u32) -> sys::D3DKMT_QUERYVIDEOMEMORYINFO {
    sys::D3DKMT_QUERYVIDEOMEMORYINFO {
        adapter: handle(adapter),
        memory_segment_group: group,
        ..Default::default()
    }
}

/// D3DKMTQueryVideoMemoryInfo with an argument.
pub fn query_video_memory(dxg: &Dxg, args: &mut sys::D3DKMT_QUERYVIDEOMEMORYINFO) -> Answer {
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTQueryVideoMemoryInfo(dxg, args) }
}

/// One adapter, opened through a node of its own: its handle is the first of the process.
pub struct Gpu {
    /// The node.
    pub dxg: Dxg,
    /// The adapter's handle.
    pub adapter: u32,
    /// Its LUID.
    pub luid: Luid,
}

impl Gpu {
    /// Opens the adapter with that LUID.
    pub fn open(luid: Luid) -> Self {
        let dxg = Dxg::open().expect("/dev/dxg");
        let (answer, adapter) = open_adapter(&dxg, luid);
        assert_eq!(answer, SUCCESS, "OpenAdapterFromLuid");
        Self { dxg, adapter, luid }
    }

    /// The first adapter, for tests that concern none in particular.
    pub fn first() -> Self {
        Self::open(*luids().first().expect("an adapter"))
    }

    /// Makes a device.
    pub fn device(&self) -> u32 {
        let (answer, device) = create_device(&self.dxg, self.adapter);
        assert_eq!(answer, SUCCESS, "CreateDevice");
        device
    }

    /// Locks an allocation.
    pub fn lock(&self, device: u32, allocation: u32) -> u64 {
        let (answer, address) = lock(&self.dxg, device, allocation);
        assert_eq!(answer, SUCCESS, "Lock2");
        assert_ne!(address, 0, "Lock2");
        address
    }

    /// Unlocks an allocation.
    pub fn unlock(&self, device: u32, allocation: u32) {
        assert_eq!(unlock(&self.dxg, device, allocation), SUCCESS, "Unlock2");
    }

    /// Takes the next handle of the process, and gives its object back.
    pub fn next_handle(&self) -> u32 {
        let (answer, handle) = open_adapter(&self.dxg, self.luid);
        assert_eq!(answer, SUCCESS, "OpenAdapterFromLuid");
        assert_eq!(close_adapter(&self.dxg, handle), SUCCESS, "CloseAdapter");
        handle
    }

    /// Runs calls that must change nothing: no object is made or lost, no memory pinned, no handle
    /// consumed.
    pub fn unchanged<R>(&self, calls: impl FnOnce() -> R) -> R {
        let before = State::now();
        let handle = self.next_handle();
        let result = calls();
        assert_eq!(
            self.next_handle(),
            handle + HANDLE_STEP,
            "the call consumed a handle"
        );
        if let Err(changes) = before.compare_soon() {
            panic!("the call changed something: {changes}");
        }
        result
    }

    /// Bytes of a segment group that this process uses on the adapter.
    pub fn usage(&self, group: u32) -> u64 {
        let mut args = video_memory_question(self.adapter, group);
        assert_eq!(query_video_memory(&self.dxg, &mut args), SUCCESS);
        args.current_usage
    }
}

/// The LUIDs of all adapters.
pub fn luids() -> Vec<Luid> {
    let dxg = Dxg::open().expect("/dev/dxg");
    let (answer, infos) = enumerate2(&dxg, sys::D3DKMT_ADAPTERS_MAX as usize);
    assert_eq!(answer, SUCCESS, "EnumAdapters2");
    assert!(!infos.is_empty(), "there is no adapter");
    infos
        .iter()
        .map(|info| {
            assert_eq!(close_adapter(&dxg, info.adapter_handle.v), SUCCESS);
            Luid(info.adapter_luid.a, info.adapter_luid.b)
        })
        .collect()
}

/// Runs a test on every adapter; each run has the node for itself.
pub fn on_each_adapter(test: impl Fn(&Gpu)) {
    for luid in luids() {
        let gpu = Gpu::open(luid);
        let name = crate::sysfs::adapter_name(&gpu);
        context(format!("adapter {name}"), || test(&gpu));
    }
}

/// Runs a test with a device on every adapter.
pub fn on_each_device(test: impl Fn(&Gpu, u32)) {
    on_each_adapter(|gpu| test(gpu, gpu.device()));
}

/// Runs `call` for each of some values; diagnostics name the value.
pub fn for_each<T: std::fmt::Debug>(values: impl IntoIterator<Item = T>, call: impl Fn(T)) {
    for value in values {
        context(format!("{value:x?}"), || call(value));
    }
}

/// The module's counters, for short.
pub fn counters() -> Counters {
    Counters::now()
}
