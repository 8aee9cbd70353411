// SPDX-License-Identifier: MIT OR Apache-2.0
//! The WDK's names of the structures.
//!
//! The structures that answer ioctls of Linux alone, and those that the WDK defines inside others,
//! have no second name.
#![allow(non_camel_case_types, missing_docs)]

use super::bindings::*;

pub type D3DKMT_HANDLE = d3dkmthandle;
pub type LUID = winluid;

pub type D3DKMT_ADAPTERINFO = d3dkmt_adapterinfo;
pub type D3DKMT_ENUMADAPTERS2 = d3dkmt_enumadapters2;
pub type D3DKMT_ENUMADAPTERS3 = d3dkmt_enumadapters3;
pub type D3DKMT_OPENADAPTERFROMLUID = d3dkmt_openadapterfromluid;
pub type D3DKMT_CLOSEADAPTER = d3dkmt_closeadapter;
pub type D3DKMT_QUERYADAPTERINFO = d3dkmt_queryadapterinfo;
pub type D3DKMT_QUERYVIDEOMEMORYINFO = d3dkmt_queryvideomemoryinfo;
pub type D3DKMT_CHANGEVIDEOMEMORYRESERVATION = d3dkmt_changevideomemoryreservation;
pub type D3DKMT_QUERYSTATISTICS_RESULT = d3dkmt_querystatistics_result;
pub type D3DKMT_QUERYSTATISTICS_COUNTER = d3dkmt_querystatistics_counter;
pub type D3DKMT_QUERYSTATISTICS_SYSTEM_MEMORY = d3dkmt_querystatistics_system_memory;
pub type D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION = d3dkmt_querystatistics_adapter_information;
pub type D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION = d3dkmt_querystatistics_process_information;
pub type D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION =
    d3dkmt_querystatistics_process_adapter_information;
pub type D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION = d3dkmt_querystatistics_segment_information;
pub type D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION =
    d3dkmt_querystatistics_process_segment_information;
pub type D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION =
    d3dkmt_querystatistics_process_segment_group_information;
pub type D3DKMT_QUERYSTATISTICS = d3dkmt_querystatistics;
pub type DXGK_ISFEATUREENABLED_RESULT = dxgk_isfeatureenabled_result;
pub type DXGK_GPUCLOCKDATA = dxgk_gpuclockdata;
pub type D3DKMT_QUERYCLOCKCALIBRATION = d3dkmt_queryclockcalibration;
pub type D3DKMT_FLUSHHEAPTRANSITIONS = d3dkmt_flushheaptransitions;
pub type D3DKMT_ESCAPE = d3dkmt_escape;
pub type D3DKMT_UMDFILENAMEINFO = d3dkmt_umdfilenameinfo;
pub type D3DKMT_SEGMENTSIZEINFO = d3dkmt_segmentsizeinfo;
pub type D3DKMT_ADAPTERADDRESS = d3dkmt_adapteraddress;
pub type D3DKMT_ADAPTERREGISTRYINFO = d3dkmt_adapterregistryinfo;
pub type D3DKMT_DRIVERVERSION = d3dkmt_driverversion;
pub type D3DKMT_WDDM_1_2_CAPS = d3dkmt_wddm_1_2_caps;
pub type D3DKMT_UMD_DRIVER_VERSION = d3dkmt_umd_driver_version;
pub type D3DKMT_KMD_DRIVER_VERSION = d3dkmt_kmd_driver_version;
pub type D3DKMT_NODEMETADATA = d3dkmt_nodemetadata;
pub type D3DKMT_PHYSICAL_ADAPTER_COUNT = d3dkmt_physical_adapter_count;
pub type D3DKMT_QUERY_DEVICE_IDS = d3dkmt_query_device_ids;
pub type D3DKMT_QUERY_GPUMMU_CAPS = d3dkmt_query_gpummu_caps;
pub type D3DDDI_QUERYREGISTRY_INFO = d3dddi_queryregistry_info;
pub type D3DKMT_QUERY_ADAPTER_UNIQUE_GUID = d3dkmt_query_adapter_unique_guid;
pub type D3DKMT_NODE_PERFDATA = d3dkmt_node_perfdata;
pub type D3DKMT_ADAPTER_PERFDATA = d3dkmt_adapter_perfdata;
pub type D3DKMT_ADAPTER_PERFDATACAPS = d3dkmt_adapter_perfdatacaps;
pub type D3DKMT_DRIVER_DESCRIPTION = d3dkmt_driver_description;
pub type D3DKMT_CREATEDEVICE = d3dkmt_createdevice;
pub type D3DKMT_DESTROYDEVICE = d3dkmt_destroydevice;
pub type D3DKMT_DEVICEPAGEFAULT_STATE = d3dkmt_devicepagefault_state;
pub type D3DKMT_GETDEVICESTATE = d3dkmt_getdevicestate;
pub type D3DKMT_MARKDEVICEASERROR = d3dkmt_markdeviceaserror;
pub type D3DDDI_ALLOCATIONINFO2 = d3dddi_allocationinfo2;
pub type D3DKMT_STANDARDALLOCATION_EXISTINGHEAP = d3dkmt_standardallocation_existingheap;
pub type D3DKMT_CREATESTANDARDALLOCATION = d3dkmt_createstandardallocation;
pub type D3DKMT_CREATEALLOCATION = d3dkmt_createallocation;
pub type D3DKMT_DESTROYALLOCATION2 = d3dkmt_destroyallocation2;
pub type D3DKMT_LOCK2 = d3dkmt_lock2;
pub type D3DKMT_UNLOCK2 = d3dkmt_unlock2;
pub type D3DKMT_INVALIDATECACHE = d3dkmt_invalidatecache;
pub type D3DKMT_SETALLOCATIONPRIORITY = d3dkmt_setallocationpriority;
pub type D3DKMT_GETALLOCATIONPRIORITY = d3dkmt_getallocationpriority;
pub type D3DKMT_QUERYALLOCATIONRESIDENCY = d3dkmt_queryallocationresidency;
pub type D3DDDI_OPENALLOCATIONINFO2 = d3dddi_openallocationinfo2;
pub type D3DKMT_SHAREOBJECTS = d3dkmt_shareobjects;
pub type D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE = d3dkmt_queryresourceinfofromnthandle;
pub type D3DKMT_OPENRESOURCEFROMNTHANDLE = d3dkmt_openresourcefromnthandle;
pub type D3DKMT_CREATEPAGINGQUEUE = d3dkmt_createpagingqueue;
pub type D3DDDI_DESTROYPAGINGQUEUE = d3dddi_destroypagingqueue;
pub type D3DDDI_MAKERESIDENT = d3dddi_makeresident;
pub type D3DKMT_EVICT = d3dkmt_evict;
pub type D3DKMT_OFFERALLOCATIONS = d3dkmt_offerallocations;
pub type D3DKMT_RECLAIMALLOCATIONS2 = d3dkmt_reclaimallocations2;
pub type D3DDDI_UPDATEALLOCPROPERTY = d3dddi_updateallocproperty;
pub type D3DDDI_RESERVEGPUVIRTUALADDRESS = d3dddi_reservegpuvirtualaddress;
pub type D3DDDI_MAPGPUVIRTUALADDRESS = d3dddi_mapgpuvirtualaddress;
pub type D3DKMT_FREEGPUVIRTUALADDRESS = d3dkmt_freegpuvirtualaddress;
pub type D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION = d3dddi_updategpuvirtualaddress_operation;
pub type D3DKMT_UPDATEGPUVIRTUALADDRESS = d3dkmt_updategpuvirtualaddress;
pub type D3DKMT_CREATECONTEXTVIRTUAL = d3dkmt_createcontextvirtual;
pub type D3DKMT_DESTROYCONTEXT = d3dkmt_destroycontext;
pub type D3DKMT_CREATEHWQUEUE = d3dkmt_createhwqueue;
pub type D3DKMT_DESTROYHWQUEUE = d3dkmt_destroyhwqueue;
pub type D3DKMT_SETCONTEXTSCHEDULINGPRIORITY = d3dkmt_setcontextschedulingpriority;
pub type D3DKMT_GETCONTEXTSCHEDULINGPRIORITY = d3dkmt_getcontextschedulingpriority;
pub type D3DKMT_SETCONTEXTINPROCESSSCHEDULINGPRIORITY =
    d3dkmt_setcontextinprocessschedulingpriority;
pub type D3DKMT_GETCONTEXTINPROCESSSCHEDULINGPRIORITY =
    d3dkmt_getcontextinprocessschedulingpriority;
pub type D3DKMT_SUBMITCOMMAND = d3dkmt_submitcommand;
pub type D3DKMT_SUBMITCOMMANDTOHWQUEUE = d3dkmt_submitcommandtohwqueue;
pub type D3DDDI_ALLOCATIONLIST = d3dddi_allocationlist;
pub type D3DDDI_PATCHLOCATIONLIST = d3dddi_patchlocationlist;
pub type D3DDDI_SYNCHRONIZATIONOBJECTINFO2 = d3dddi_synchronizationobjectinfo2;
pub type D3DKMT_CREATESYNCHRONIZATIONOBJECT2 = d3dkmt_createsynchronizationobject2;
pub type D3DKMT_DESTROYSYNCHRONIZATIONOBJECT = d3dkmt_destroysynchronizationobject;
pub type D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 = d3dkmt_opensyncobjectfromnthandle2;
pub type D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2 = d3dkmt_signalsynchronizationobject2;
pub type D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2 = d3dkmt_waitforsynchronizationobject2;
pub type D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU = d3dkmt_signalsynchronizationobjectfromcpu;
pub type D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU = d3dkmt_signalsynchronizationobjectfromgpu;
pub type D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 = d3dkmt_signalsynchronizationobjectfromgpu2;
pub type D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU = d3dkmt_waitforsynchronizationobjectfromcpu;
pub type D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU = d3dkmt_waitforsynchronizationobjectfromgpu;
pub type D3DKMT_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE = d3dkmt_submitsignalsyncobjectstohwqueue;
pub type D3DKMT_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE = d3dkmt_submitwaitforsyncobjectstohwqueue;
