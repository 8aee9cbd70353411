// SPDX-License-Identifier: MIT OR Apache-2.0
//! The request number of every ioctl of the ABI, whether the module serves it yet or not.
//!
//! A number holds the size of its argument; the module compares all 32 bits (case 260).

use super::{bindings as c, ext};

/// D3DKMTOpenAdapterFromLuid, with [`d3dkmt_openadapterfromluid`](c::d3dkmt_openadapterfromluid).
pub const OPENADAPTERFROMLUID: u32 = c::DXG_IOCTL_OPENADAPTERFROMLUID;

/// D3DKMTCreateDevice, with [`d3dkmt_createdevice`](c::d3dkmt_createdevice).
pub const CREATEDEVICE: u32 = c::DXG_IOCTL_CREATEDEVICE;

/// D3DKMTCreateContext: a number without a call, with [`D3DKMT_CREATECONTEXT`](c::D3DKMT_CREATECONTEXT).
pub const CREATECONTEXT: u32 = c::DXG_IOCTL_CREATECONTEXT;

/// D3DKMTCreateContextVirtual, with [`d3dkmt_createcontextvirtual`](c::d3dkmt_createcontextvirtual).
pub const CREATECONTEXTVIRTUAL: u32 = c::DXG_IOCTL_CREATECONTEXTVIRTUAL;

/// D3DKMTDestroyContext, with [`d3dkmt_destroycontext`](c::d3dkmt_destroycontext).
pub const DESTROYCONTEXT: u32 = c::DXG_IOCTL_DESTROYCONTEXT;

/// D3DKMTCreateAllocation2, with [`d3dkmt_createallocation`](c::d3dkmt_createallocation).
pub const CREATEALLOCATION: u32 = c::DXG_IOCTL_CREATEALLOCATION;

/// D3DKMTCreatePagingQueue, with [`d3dkmt_createpagingqueue`](c::d3dkmt_createpagingqueue).
pub const CREATEPAGINGQUEUE: u32 = c::DXG_IOCTL_CREATEPAGINGQUEUE;

/// D3DKMTReserveGpuVirtualAddress, with [`d3dddi_reservegpuvirtualaddress`](c::d3dddi_reservegpuvirtualaddress).
pub const RESERVEGPUVIRTUALADDRESS: u32 = c::DXG_IOCTL_RESERVEGPUVIRTUALADDRESS;

/// D3DKMTQueryAdapterInfo, with [`d3dkmt_queryadapterinfo`](c::d3dkmt_queryadapterinfo).
pub const QUERYADAPTERINFO: u32 = c::DXG_IOCTL_QUERYADAPTERINFO;

/// D3DKMTQueryVideoMemoryInfo, with [`d3dkmt_queryvideomemoryinfo`](c::d3dkmt_queryvideomemoryinfo).
pub const QUERYVIDEOMEMORYINFO: u32 = c::DXG_IOCTL_QUERYVIDEOMEMORYINFO;

/// D3DKMTMakeResident, with [`d3dddi_makeresident`](c::d3dddi_makeresident).
pub const MAKERESIDENT: u32 = c::DXG_IOCTL_MAKERESIDENT;

/// D3DKMTMapGpuVirtualAddress, with [`d3dddi_mapgpuvirtualaddress`](c::d3dddi_mapgpuvirtualaddress).
pub const MAPGPUVIRTUALADDRESS: u32 = c::DXG_IOCTL_MAPGPUVIRTUALADDRESS;

/// D3DKMTEscape, with [`d3dkmt_escape`](c::d3dkmt_escape).
pub const ESCAPE: u32 = c::DXG_IOCTL_ESCAPE;

/// D3DKMTGetDeviceState, with [`d3dkmt_getdevicestate`](c::d3dkmt_getdevicestate).
pub const GETDEVICESTATE: u32 = c::DXG_IOCTL_GETDEVICESTATE;

/// D3DKMTSubmitCommand, with [`d3dkmt_submitcommand`](c::d3dkmt_submitcommand).
pub const SUBMITCOMMAND: u32 = c::DXG_IOCTL_SUBMITCOMMAND;

/// D3DKMTCreateSynchronizationObject2, with [`d3dkmt_createsynchronizationobject2`](c::d3dkmt_createsynchronizationobject2).
pub const CREATESYNCHRONIZATIONOBJECT: u32 = c::DXG_IOCTL_CREATESYNCHRONIZATIONOBJECT;

/// D3DKMTSignalSynchronizationObject2, with [`d3dkmt_signalsynchronizationobject2`](c::d3dkmt_signalsynchronizationobject2).
pub const SIGNALSYNCHRONIZATIONOBJECT: u32 = c::DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECT;

/// D3DKMTWaitForSynchronizationObject2, with [`d3dkmt_waitforsynchronizationobject2`](c::d3dkmt_waitforsynchronizationobject2).
pub const WAITFORSYNCHRONIZATIONOBJECT: u32 = c::DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECT;

/// D3DKMTDestroyAllocation2, with [`d3dkmt_destroyallocation2`](c::d3dkmt_destroyallocation2).
pub const DESTROYALLOCATION2: u32 = c::DXG_IOCTL_DESTROYALLOCATION2;

/// D3DKMTEnumAdapters2, with [`d3dkmt_enumadapters2`](c::d3dkmt_enumadapters2).
pub const ENUMADAPTERS2: u32 = c::DXG_IOCTL_ENUMADAPTERS2;

/// D3DKMTCloseAdapter, with [`d3dkmt_closeadapter`](c::d3dkmt_closeadapter).
pub const CLOSEADAPTER: u32 = c::DXG_IOCTL_CLOSEADAPTER;

/// D3DKMTChangeVideoMemoryReservation, with [`d3dkmt_changevideomemoryreservation`](c::d3dkmt_changevideomemoryreservation).
pub const CHANGEVIDEOMEMORYRESERVATION: u32 = c::DXG_IOCTL_CHANGEVIDEOMEMORYRESERVATION;

/// D3DKMTCreateHwContext: a number without a call, with [`D3DKMT_CREATEHWCONTEXT`](c::D3DKMT_CREATEHWCONTEXT).
pub const CREATEHWCONTEXT: u32 = c::DXG_IOCTL_CREATEHWCONTEXT;

/// D3DKMTCreateHwQueue, with [`d3dkmt_createhwqueue`](c::d3dkmt_createhwqueue).
pub const CREATEHWQUEUE: u32 = c::DXG_IOCTL_CREATEHWQUEUE;

/// D3DKMTDestroyDevice, with [`d3dkmt_destroydevice`](c::d3dkmt_destroydevice).
pub const DESTROYDEVICE: u32 = c::DXG_IOCTL_DESTROYDEVICE;

/// D3DKMTDestroyHwContext: a number without a call, with [`D3DKMT_DESTROYHWCONTEXT`](c::D3DKMT_DESTROYHWCONTEXT).
pub const DESTROYHWCONTEXT: u32 = c::DXG_IOCTL_DESTROYHWCONTEXT;

/// D3DKMTDestroyHwQueue, with [`d3dkmt_destroyhwqueue`](c::d3dkmt_destroyhwqueue).
pub const DESTROYHWQUEUE: u32 = c::DXG_IOCTL_DESTROYHWQUEUE;

/// D3DKMTDestroyPagingQueue, with [`d3dddi_destroypagingqueue`](c::d3dddi_destroypagingqueue).
pub const DESTROYPAGINGQUEUE: u32 = c::DXG_IOCTL_DESTROYPAGINGQUEUE;

/// D3DKMTDestroySynchronizationObject, with [`d3dkmt_destroysynchronizationobject`](c::d3dkmt_destroysynchronizationobject).
pub const DESTROYSYNCHRONIZATIONOBJECT: u32 = c::DXG_IOCTL_DESTROYSYNCHRONIZATIONOBJECT;

/// D3DKMTEvict, with [`d3dkmt_evict`](c::d3dkmt_evict).
pub const EVICT: u32 = c::DXG_IOCTL_EVICT;

/// D3DKMTFlushHeapTransitions, with [`d3dkmt_flushheaptransitions`](c::d3dkmt_flushheaptransitions).
pub const FLUSHHEAPTRANSITIONS: u32 = c::DXG_IOCTL_FLUSHHEAPTRANSITIONS;

/// D3DKMTFreeGpuVirtualAddress, with [`d3dkmt_freegpuvirtualaddress`](c::d3dkmt_freegpuvirtualaddress).
pub const FREEGPUVIRTUALADDRESS: u32 = c::DXG_IOCTL_FREEGPUVIRTUALADDRESS;

/// D3DKMTGetContextInProcessSchedulingPriority, with [`d3dkmt_getcontextinprocessschedulingpriority`](c::d3dkmt_getcontextinprocessschedulingpriority).
pub const GETCONTEXTINPROCESSSCHEDULINGPRIORITY: u32 =
    c::DXG_IOCTL_GETCONTEXTINPROCESSSCHEDULINGPRIORITY;

/// D3DKMTGetContextSchedulingPriority, with [`d3dkmt_getcontextschedulingpriority`](c::d3dkmt_getcontextschedulingpriority).
pub const GETCONTEXTSCHEDULINGPRIORITY: u32 = c::DXG_IOCTL_GETCONTEXTSCHEDULINGPRIORITY;

/// D3DKMTGetSharedResourceAdapterLuid: a number without a call, with [`D3DKMT_GETSHAREDRESOURCEADAPTERLUID`](c::D3DKMT_GETSHAREDRESOURCEADAPTERLUID).
pub const GETSHAREDRESOURCEADAPTERLUID: u32 = c::DXG_IOCTL_GETSHAREDRESOURCEADAPTERLUID;

/// D3DKMTInvalidateCache, with [`d3dkmt_invalidatecache`](c::d3dkmt_invalidatecache).
pub const INVALIDATECACHE: u32 = c::DXG_IOCTL_INVALIDATECACHE;

/// D3DKMTLock2, with [`d3dkmt_lock2`](c::d3dkmt_lock2).
pub const LOCK2: u32 = c::DXG_IOCTL_LOCK2;

/// D3DKMTMarkDeviceAsError, with [`d3dkmt_markdeviceaserror`](c::d3dkmt_markdeviceaserror).
pub const MARKDEVICEASERROR: u32 = c::DXG_IOCTL_MARKDEVICEASERROR;

/// D3DKMTOfferAllocations, with [`d3dkmt_offerallocations`](c::d3dkmt_offerallocations).
pub const OFFERALLOCATIONS: u32 = c::DXG_IOCTL_OFFERALLOCATIONS;

/// D3DKMTOpenResource, with [`D3DKMT_OPENRESOURCE`](c::D3DKMT_OPENRESOURCE).
pub const OPENRESOURCE: u32 = c::DXG_IOCTL_OPENRESOURCE;

/// D3DKMTOpenSynchronizationObject: a number without a call, with [`D3DKMT_OPENSYNCHRONIZATIONOBJECT`](c::D3DKMT_OPENSYNCHRONIZATIONOBJECT).
pub const OPENSYNCHRONIZATIONOBJECT: u32 = c::DXG_IOCTL_OPENSYNCHRONIZATIONOBJECT;

/// D3DKMTQueryAllocationResidency, with [`d3dkmt_queryallocationresidency`](c::d3dkmt_queryallocationresidency).
pub const QUERYALLOCATIONRESIDENCY: u32 = c::DXG_IOCTL_QUERYALLOCATIONRESIDENCY;

/// D3DKMTQueryResourceInfo, with [`D3DKMT_QUERYRESOURCEINFO`](c::D3DKMT_QUERYRESOURCEINFO).
pub const QUERYRESOURCEINFO: u32 = c::DXG_IOCTL_QUERYRESOURCEINFO;

/// D3DKMTReclaimAllocations2, with [`d3dkmt_reclaimallocations2`](c::d3dkmt_reclaimallocations2).
pub const RECLAIMALLOCATIONS2: u32 = c::DXG_IOCTL_RECLAIMALLOCATIONS2;

/// D3DKMTRender: a number without a call, with [`D3DKMT_RENDER`](c::D3DKMT_RENDER).
pub const RENDER: u32 = c::DXG_IOCTL_RENDER;

/// D3DKMTSetAllocationPriority, with [`d3dkmt_setallocationpriority`](c::d3dkmt_setallocationpriority).
pub const SETALLOCATIONPRIORITY: u32 = c::DXG_IOCTL_SETALLOCATIONPRIORITY;

/// D3DKMTSetContextInProcessSchedulingPriority, with [`d3dkmt_setcontextinprocessschedulingpriority`](c::d3dkmt_setcontextinprocessschedulingpriority).
pub const SETCONTEXTINPROCESSSCHEDULINGPRIORITY: u32 =
    c::DXG_IOCTL_SETCONTEXTINPROCESSSCHEDULINGPRIORITY;

/// D3DKMTSetContextSchedulingPriority, with [`d3dkmt_setcontextschedulingpriority`](c::d3dkmt_setcontextschedulingpriority).
pub const SETCONTEXTSCHEDULINGPRIORITY: u32 = c::DXG_IOCTL_SETCONTEXTSCHEDULINGPRIORITY;

/// D3DKMTSignalSynchronizationObjectFromCpu, with [`d3dkmt_signalsynchronizationobjectfromcpu`](c::d3dkmt_signalsynchronizationobjectfromcpu).
pub const SIGNALSYNCHRONIZATIONOBJECTFROMCPU: u32 = c::DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMCPU;

/// D3DKMTSignalSynchronizationObjectFromGpu, with [`d3dkmt_signalsynchronizationobjectfromgpu`](c::d3dkmt_signalsynchronizationobjectfromgpu).
pub const SIGNALSYNCHRONIZATIONOBJECTFROMGPU: u32 = c::DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMGPU;

/// D3DKMTSignalSynchronizationObjectFromGpu2, with [`d3dkmt_signalsynchronizationobjectfromgpu2`](c::d3dkmt_signalsynchronizationobjectfromgpu2).
pub const SIGNALSYNCHRONIZATIONOBJECTFROMGPU2: u32 =
    c::DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2;

/// D3DKMTSubmitCommandToHwQueue, with [`d3dkmt_submitcommandtohwqueue`](c::d3dkmt_submitcommandtohwqueue).
pub const SUBMITCOMMANDTOHWQUEUE: u32 = c::DXG_IOCTL_SUBMITCOMMANDTOHWQUEUE;

/// D3DKMTSubmitSignalSyncObjectsToHwQueue, with [`d3dkmt_submitsignalsyncobjectstohwqueue`](c::d3dkmt_submitsignalsyncobjectstohwqueue).
pub const SUBMITSIGNALSYNCOBJECTSTOHWQUEUE: u32 = c::DXG_IOCTL_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE;

/// D3DKMTSubmitWaitForSyncObjectsToHwQueue, with [`d3dkmt_submitwaitforsyncobjectstohwqueue`](c::d3dkmt_submitwaitforsyncobjectstohwqueue).
pub const SUBMITWAITFORSYNCOBJECTSTOHWQUEUE: u32 = c::DXG_IOCTL_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE;

/// D3DKMTUnlock2, with [`d3dkmt_unlock2`](c::d3dkmt_unlock2).
pub const UNLOCK2: u32 = c::DXG_IOCTL_UNLOCK2;

/// D3DKMTUpdateAllocationProperty, with [`d3dddi_updateallocproperty`](c::d3dddi_updateallocproperty).
pub const UPDATEALLOCPROPERTY: u32 = c::DXG_IOCTL_UPDATEALLOCPROPERTY;

/// D3DKMTUpdateGpuVirtualAddress, with [`d3dkmt_updategpuvirtualaddress`](c::d3dkmt_updategpuvirtualaddress).
pub const UPDATEGPUVIRTUALADDRESS: u32 = c::DXG_IOCTL_UPDATEGPUVIRTUALADDRESS;

/// D3DKMTWaitForSynchronizationObjectFromCpu, with [`d3dkmt_waitforsynchronizationobjectfromcpu`](c::d3dkmt_waitforsynchronizationobjectfromcpu).
pub const WAITFORSYNCHRONIZATIONOBJECTFROMCPU: u32 =
    c::DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECTFROMCPU;

/// D3DKMTWaitForSynchronizationObjectFromGpu, with [`d3dkmt_waitforsynchronizationobjectfromgpu`](c::d3dkmt_waitforsynchronizationobjectfromgpu).
pub const WAITFORSYNCHRONIZATIONOBJECTFROMGPU: u32 =
    c::DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECTFROMGPU;

/// D3DKMTGetAllocationPriority, with [`d3dkmt_getallocationpriority`](c::d3dkmt_getallocationpriority).
pub const GETALLOCATIONPRIORITY: u32 = c::DXG_IOCTL_GETALLOCATIONPRIORITY;

/// D3DKMTQueryClockCalibration, with [`d3dkmt_queryclockcalibration`](c::d3dkmt_queryclockcalibration).
pub const QUERYCLOCKCALIBRATION: u32 = c::DXG_IOCTL_QUERYCLOCKCALIBRATION;

/// D3DKMTEnumAdapters3, with [`d3dkmt_enumadapters3`](c::d3dkmt_enumadapters3).
pub const ENUMADAPTERS3: u32 = c::DXG_IOCTL_ENUMADAPTERS3;

/// D3DKMTShareObjectsInternal, with [`d3dkmt_shareobjects`](c::d3dkmt_shareobjects).
pub const SHAREOBJECTS: u32 = c::DXG_IOCTL_SHAREOBJECTS;

/// D3DKMTOpenSyncObjectFromNtHandle2, with [`d3dkmt_opensyncobjectfromnthandle2`](c::d3dkmt_opensyncobjectfromnthandle2).
pub const OPENSYNCOBJECTFROMNTHANDLE2: u32 = c::DXG_IOCTL_OPENSYNCOBJECTFROMNTHANDLE2;

/// D3DKMTQueryResourceInfoFromNtHandle, with [`d3dkmt_queryresourceinfofromnthandle`](c::d3dkmt_queryresourceinfofromnthandle).
pub const QUERYRESOURCEINFOFROMNTHANDLE: u32 = c::DXG_IOCTL_QUERYRESOURCEINFOFROMNTHANDLE;

/// D3DKMTOpenResourceFromNtHandle, with [`d3dkmt_openresourcefromnthandle`](c::d3dkmt_openresourcefromnthandle).
pub const OPENRESOURCEFROMNTHANDLE: u32 = c::DXG_IOCTL_OPENRESOURCEFROMNTHANDLE;

/// D3DKMTQueryStatistics, with [`d3dkmt_querystatistics`](c::d3dkmt_querystatistics).
pub const QUERYSTATISTICS: u32 = c::DXG_IOCTL_QUERYSTATISTICS;

/// D3DKMTShareObjectWithHost, with [`d3dkmt_shareobjectwithhost`](c::d3dkmt_shareobjectwithhost).
pub const SHAREOBJECTWITHHOST: u32 = c::DXG_IOCTL_SHAREOBJECTWITHHOST;

/// D3DKMTCreateSyncFile, with [`d3dkmt_createsyncfile`](c::d3dkmt_createsyncfile).
pub const CREATESYNCFILE: u32 = c::DXG_IOCTL_CREATESYNCFILE;

/// Of Linux alone, with [`d3dkmt_waitsyncfile`](c::d3dkmt_waitsyncfile).
pub const WAITSYNCFILE: u32 = c::DXG_IOCTL_WAITSYNCFILE;

/// Of Linux alone, with [`d3dkmt_opensyncobjectfromsyncfile`](c::d3dkmt_opensyncobjectfromsyncfile).
pub const OPENSYNCOBJECTFROMSYNCFILE: u32 = c::DXG_IOCTL_OPENSYNCOBJECTFROMSYNCFILE;

/// Of Linux alone, with [`d3dkmt_enumprocesses`](c::d3dkmt_enumprocesses).
pub const ENUMPROCESSES: u32 = c::DXG_IOCTL_ENUMPROCESSES;

/// Of Linux alone, with [`d3dkmt_isfeatureenabled`](c::d3dkmt_isfeatureenabled).
pub const ISFEATUREENABLED: u32 = c::DXG_IOCTL_ISFEATUREENABLED;

/// Of this module alone, with [`dxgkrnl_export_dma_buf`](ext::dxgkrnl_export_dma_buf).
pub const EXPORT_DMA_BUF: u32 = ext::DXGKRNL_IOCTL_EXPORT_DMA_BUF;

/// Of this module alone, with [`dxgkrnl_open_dma_buf`](ext::dxgkrnl_open_dma_buf).
pub const OPEN_DMA_BUF: u32 = ext::DXGKRNL_IOCTL_OPEN_DMA_BUF;
