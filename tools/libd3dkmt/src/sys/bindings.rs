// SPDX-License-Identifier: MIT OR Apache-2.0
// Made by tools/libd3dkmt/generate from uapi/misc/d3dkmthk.h. Do not edit.

pub const D3DKMT_CREATEALLOCATION_MAX: u32 = 1024;
pub const D3DKMT_ADAPTERS_MAX: u32 = 64;
pub const D3DKMT_ENUMADAPTERS3_MAX: u32 = 65535;
pub const D3DKMT_MAKERESIDENT_ALLOC_MAX: u32 = 10240;
pub const D3DKMT_PRIVATE_DATA_MAX: u32 = 131072;
pub const D3DKMT_MAX_OBJECTS_PER_HANDLE: u32 = 3;
pub const D3DDDI_MAX_BROADCAST_CONTEXT: u32 = 64;
pub const D3DDDI_MAX_WRITTEN_PRIMARIES: u32 = 16;
pub const D3DDDI_MAX_OBJECT_WAITED_ON: u32 = 32;
pub const D3DDDI_MAX_OBJECT_SIGNALED: u32 = 32;
pub const D3DKMT_HISTORY_BUFFERS_MAX: u32 = 1024;
pub const D3DKMT_UPDATEGPUVA_OPERATIONS_MAX: u32 = 2048;
pub const DXG_NAME_UNITS: u32 = 260;
pub const DXG_DESCRIPTION_UNITS: u32 = 4096;
pub const DXG_IOCTL_MAGIC: u8 = 71u8;
pub type __u8 = ::core::ffi::c_uchar;
pub type __u16 = ::core::ffi::c_ushort;
pub type __s32 = ::core::ffi::c_int;
pub type __u32 = ::core::ffi::c_uint;
pub type __u64 = ::core::ffi::c_ulonglong;
pub const STATUS_SUCCESS: ntstatus_code = 0;
pub const STATUS_ABANDONED: ntstatus_code = 128;
pub const STATUS_TIMEOUT: ntstatus_code = 258;
pub const STATUS_PENDING: ntstatus_code = 259;
pub const STATUS_UNSUCCESSFUL: ntstatus_code = 3221225473;
pub const STATUS_NOT_IMPLEMENTED: ntstatus_code = 3221225474;
pub const STATUS_ACCESS_VIOLATION: ntstatus_code = 3221225477;
pub const STATUS_INVALID_HANDLE: ntstatus_code = 3221225480;
pub const STATUS_INVALID_PARAMETER: ntstatus_code = 3221225485;
pub const STATUS_NO_MEMORY: ntstatus_code = 3221225495;
pub const STATUS_ILLEGAL_INSTRUCTION: ntstatus_code = 3221225501;
pub const STATUS_ACCESS_DENIED: ntstatus_code = 3221225506;
pub const STATUS_BUFFER_TOO_SMALL: ntstatus_code = 3221225507;
pub const STATUS_OBJECT_TYPE_MISMATCH: ntstatus_code = 3221225508;
pub const STATUS_OBJECT_NAME_INVALID: ntstatus_code = 3221225523;
pub const STATUS_OBJECT_NAME_NOT_FOUND: ntstatus_code = 3221225524;
pub const STATUS_OBJECT_NAME_COLLISION: ntstatus_code = 3221225525;
pub const STATUS_INTEGER_OVERFLOW: ntstatus_code = 3221225621;
pub const STATUS_NOT_SUPPORTED: ntstatus_code = 3221225659;
pub const STATUS_DEVICE_REMOVED: ntstatus_code = 3221226166;
pub const STATUS_GRAPHICS_DRIVER_MISMATCH: ntstatus_code = 3223191561;
pub const STATUS_GRAPHICS_NO_VIDEO_MEMORY: ntstatus_code = 3223191808;
pub const STATUS_GRAPHICS_CANT_LOCK_MEMORY: ntstatus_code = 3223191809;
pub const STATUS_GRAPHICS_ALLOCATION_BUSY: ntstatus_code = 3223191810;
pub const STATUS_GRAPHICS_TOO_MANY_REFERENCES: ntstatus_code = 3223191811;
pub const STATUS_GRAPHICS_TRY_AGAIN_LATER: ntstatus_code = 3223191812;
pub const STATUS_GRAPHICS_TRY_AGAIN_NOW: ntstatus_code = 3223191813;
pub const STATUS_GRAPHICS_ALLOCATION_INVALID: ntstatus_code = 3223191814;
pub const STATUS_GRAPHICS_CANT_EVICT_PINNED_ALLOCATION: ntstatus_code = 3223191817;
pub const STATUS_GRAPHICS_INVALID_ALLOCATION_USAGE: ntstatus_code = 3223191824;
pub const STATUS_GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION: ntstatus_code = 3223191825;
pub const STATUS_GRAPHICS_ALLOCATION_CLOSED: ntstatus_code = 3223191826;
pub const STATUS_GRAPHICS_INVALID_ALLOCATION_INSTANCE: ntstatus_code = 3223191827;
pub const STATUS_GRAPHICS_INVALID_ALLOCATION_HANDLE: ntstatus_code = 3223191828;
pub const STATUS_GRAPHICS_WRONG_ALLOCATION_DEVICE: ntstatus_code = 3223191829;
pub const STATUS_GRAPHICS_ALLOCATION_CONTENT_LOST: ntstatus_code = 3223191830;
pub const STATUS_GRAPHICS_GPU_EXCEPTION_ON_DEVICE: ntstatus_code = 3223192064;
#[doc = " enum ntstatus_code - NTSTATUS values of the ABI\n @STATUS_SUCCESS: done\n @STATUS_ABANDONED: the owner of a mutex went away holding it\n @STATUS_TIMEOUT: the time was up; a success class status\n @STATUS_PENDING: done when the paging fence is reached; a success class status\n @STATUS_UNSUCCESSFUL: failed for a reason without a status of its own\n @STATUS_NOT_IMPLEMENTED: no such function\n @STATUS_ACCESS_VIOLATION: bad address\n @STATUS_INVALID_HANDLE: no object, or one of a wrong type, behind a handle\n @STATUS_INVALID_PARAMETER: malformed call\n @STATUS_ILLEGAL_INSTRUCTION: stands for EOPNOTSUPP\n @STATUS_NO_MEMORY: no system memory, or over a limit on it\n @STATUS_ACCESS_DENIED: not allowed\n @STATUS_BUFFER_TOO_SMALL: the caller's buffer can't hold the answer\n @STATUS_OBJECT_TYPE_MISMATCH: NT handle of another type\n @STATUS_OBJECT_NAME_INVALID: malformed name\n @STATUS_OBJECT_NAME_NOT_FOUND: no object of that name\n @STATUS_OBJECT_NAME_COLLISION: the name is taken\n @STATUS_INTEGER_OVERFLOW: a sum of the arguments does not fit\n @STATUS_NOT_SUPPORTED: not by this device\n @STATUS_DEVICE_REMOVED: the adapter is gone\n @STATUS_GRAPHICS_DRIVER_MISMATCH: user-mode and kernel-mode driver disagree\n @STATUS_GRAPHICS_NO_VIDEO_MEMORY: no video memory left to commit\n @STATUS_GRAPHICS_CANT_LOCK_MEMORY: pages could not be made resident\n @STATUS_GRAPHICS_ALLOCATION_BUSY: in use by the GPU\n @STATUS_GRAPHICS_TOO_MANY_REFERENCES: too many references to an allocation\n @STATUS_GRAPHICS_TRY_AGAIN_LATER: later\n @STATUS_GRAPHICS_TRY_AGAIN_NOW: at once\n @STATUS_GRAPHICS_ALLOCATION_INVALID: not usable any more\n @STATUS_GRAPHICS_CANT_EVICT_PINNED_ALLOCATION: pinned\n @STATUS_GRAPHICS_INVALID_ALLOCATION_USAGE: not for this use\n @STATUS_GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION: locked by the CPU\n @STATUS_GRAPHICS_ALLOCATION_CLOSED: closed meanwhile\n @STATUS_GRAPHICS_INVALID_ALLOCATION_INSTANCE: bad instance\n @STATUS_GRAPHICS_INVALID_ALLOCATION_HANDLE: bad allocation handle\n @STATUS_GRAPHICS_WRONG_ALLOCATION_DEVICE: allocation of another device\n @STATUS_GRAPHICS_ALLOCATION_CONTENT_LOST: contents lost\n @STATUS_GRAPHICS_GPU_EXCEPTION_ON_DEVICE: the GPU faulted"]
pub type ntstatus_code = ::core::ffi::c_uint;
pub const D3DKMTHANDLE_INSTANCE: d3dkmthandle_mask = 63;
pub const D3DKMTHANDLE_INDEX: d3dkmthandle_mask = 1073741760;
pub const D3DKMTHANDLE_UNIQUE: d3dkmthandle_mask = 3221225472;
#[doc = " enum d3dkmthandle_mask - parts of a handle\n @D3DKMTHANDLE_INSTANCE: 0 in a local handle, 2 in a global one\n @D3DKMTHANDLE_INDEX: place in the handle table\n @D3DKMTHANDLE_UNIQUE: never 0, so that no handle looks like an NT handle"]
pub type d3dkmthandle_mask = ::core::ffi::c_uint;
#[doc = " struct d3dkmthandle - D3DKMT_HANDLE: name of an object, valid in one process\n @v: whole value; 0 names nothing\n\n Its parts are in enum d3dkmthandle_mask."]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmthandle {
    pub v: __u32,
}
#[doc = " struct winluid - LUID: name of an adapter until it goes away\n @a: low part\n @b: high part"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct winluid {
    pub a: __u32,
    pub b: __u32,
}
#[doc = " struct d3dkmt_adapterinfo - D3DKMT_ADAPTERINFO: one enumerated adapter\n @adapter_handle: out, handle opened for the caller, who must close it\n @adapter_luid: out, LUID of the adapter\n @num_sources: out, VidPN sources (display pipes); 0 when not reported\n @present_move_regions_preferred: out, BOOL; 0 when not reported"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_adapterinfo {
    pub adapter_handle: d3dkmthandle,
    pub adapter_luid: winluid,
    pub num_sources: __u32,
    pub present_move_regions_preferred: __u32,
}
#[doc = " struct d3dkmt_enumadapters2 - D3DKMT_ENUMADAPTERS2: argument of\n\tD3DKMTEnumAdapters2\n @num_adapters: in, entries in @adapters; out, entries written, or adapters\n\tpresent if @adapters was 0\n @reserved: ignored\n @adapters: in, address of struct d3dkmt_adapterinfo array, or 0 to ask for\n\tthe count"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_enumadapters2 {
    pub num_adapters: __u32,
    pub reserved: __u32,
    pub adapters: __u64,
}
pub const D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_COMPUTE_ONLY: d3dkmt_enumadapters_filter_flag = 1;
pub const D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_DISPLAY_ONLY: d3dkmt_enumadapters_filter_flag = 2;
pub const D3DKMT_ENUMADAPTERS_FILTER_RESERVED: d3dkmt_enumadapters_filter_flag =
    18446744073709551612;
#[doc = " enum d3dkmt_enumadapters_filter_flag - bits of d3dkmt_enumadapters_filter\n @D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_COMPUTE_ONLY: adapters without display\n @D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_DISPLAY_ONLY: adapters without rendering\n @D3DKMT_ENUMADAPTERS_FILTER_RESERVED: bits without meaning"]
pub type d3dkmt_enumadapters_filter_flag = ::core::ffi::c_ulong;
#[doc = " struct d3dkmt_enumadapters_filter - D3DKMT_ENUMADAPTERS_FILTER\n @value: bits of enum d3dkmt_enumadapters_filter_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_enumadapters_filter {
    pub value: __u64,
}
#[doc = " struct d3dkmt_enumadapters3 - D3DKMT_ENUMADAPTERS3: argument of\n\tD3DKMTEnumAdapters3\n @filter: in, kinds of adapters to add to the usual ones\n @adapter_count: in, entries in @adapters; out, entries written, or adapters\n\tpresent if @adapters or @adapter_count was 0\n @reserved: ignored\n @adapters: in, address of struct d3dkmt_adapterinfo array, or 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_enumadapters3 {
    pub filter: d3dkmt_enumadapters_filter,
    pub adapter_count: __u32,
    pub reserved: __u32,
    pub adapters: __u64,
}
#[doc = " struct d3dkmt_openadapterfromluid - D3DKMT_OPENADAPTERFROMLUID: argument of\n\tD3DKMTOpenAdapterFromLuid\n @adapter_luid: in, LUID of the adapter\n @adapter_handle: out, new handle, to be closed with D3DKMTCloseAdapter"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_openadapterfromluid {
    pub adapter_luid: winluid,
    pub adapter_handle: d3dkmthandle,
}
#[doc = " struct d3dkmt_closeadapter - D3DKMT_CLOSEADAPTER: argument of\n\tD3DKMTCloseAdapter\n @adapter_handle: in, adapter"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_closeadapter {
    pub adapter_handle: d3dkmthandle,
}
pub const KMTQAITYPE_UMDRIVERPRIVATE: kmtqueryadapterinfotype = 0;
pub const KMTQAITYPE_UMDRIVERNAME: kmtqueryadapterinfotype = 1;
pub const KMTQAITYPE_GETSEGMENTSIZE: kmtqueryadapterinfotype = 3;
pub const KMTQAITYPE_ADAPTERADDRESS: kmtqueryadapterinfotype = 6;
pub const KMTQAITYPE_ADAPTERREGISTRYINFO: kmtqueryadapterinfotype = 8;
pub const KMTQAITYPE_CHECKDRIVERUPDATESTATUS: kmtqueryadapterinfotype = 11;
pub const KMTQAITYPE_DRIVERVERSION: kmtqueryadapterinfotype = 13;
pub const KMTQAITYPE_ADAPTERTYPE: kmtqueryadapterinfotype = 15;
pub const KMTQAITYPE_WDDM_1_2_CAPS: kmtqueryadapterinfotype = 17;
pub const KMTQAITYPE_UMD_DRIVER_VERSION: kmtqueryadapterinfotype = 18;
pub const KMTQAITYPE_WDDM_2_0_CAPS: kmtqueryadapterinfotype = 24;
pub const KMTQAITYPE_NODEMETADATA: kmtqueryadapterinfotype = 25;
pub const KMTQAITYPE_PHYSICALADAPTERCOUNT: kmtqueryadapterinfotype = 30;
pub const KMTQAITYPE_PHYSICALADAPTERDEVICEIDS: kmtqueryadapterinfotype = 31;
pub const KMTQAITYPE_QUERY_GPUMMU_CAPS: kmtqueryadapterinfotype = 34;
pub const KMTQAITYPE_QUERYREGISTRY: kmtqueryadapterinfotype = 48;
pub const KMTQAITYPE_KMD_DRIVER_VERSION: kmtqueryadapterinfotype = 49;
pub const KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER: kmtqueryadapterinfotype = 54;
pub const KMTQAITYPE_DRIVERVERSION_RENDER: kmtqueryadapterinfotype = 56;
pub const KMTQAITYPE_ADAPTERTYPE_RENDER: kmtqueryadapterinfotype = 57;
pub const KMTQAITYPE_WDDM_1_2_CAPS_RENDER: kmtqueryadapterinfotype = 58;
pub const KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID: kmtqueryadapterinfotype = 60;
pub const KMTQAITYPE_NODEPERFDATA: kmtqueryadapterinfotype = 61;
pub const KMTQAITYPE_ADAPTERPERFDATA: kmtqueryadapterinfotype = 62;
pub const KMTQAITYPE_ADAPTERPERFDATA_CAPS: kmtqueryadapterinfotype = 63;
pub const KMTQAITYPE_DRIVER_DESCRIPTION: kmtqueryadapterinfotype = 65;
pub const KMTQAITYPE_DRIVER_DESCRIPTION_RENDER: kmtqueryadapterinfotype = 66;
pub const KMTQAITYPE_WDDM_2_7_CAPS: kmtqueryadapterinfotype = 70;
#[doc = " enum kmtqueryadapterinfotype - KMTQUERYADAPTERINFOTYPE\n @KMTQAITYPE_UMDRIVERPRIVATE: bytes that the miniport defines\n @KMTQAITYPE_UMDRIVERNAME: struct d3dkmt_umdfilenameinfo\n @KMTQAITYPE_GETSEGMENTSIZE: struct d3dkmt_segmentsizeinfo\n @KMTQAITYPE_ADAPTERADDRESS: struct d3dkmt_adapteraddress\n @KMTQAITYPE_ADAPTERREGISTRYINFO: struct d3dkmt_adapterregistryinfo\n @KMTQAITYPE_CHECKDRIVERUPDATESTATUS: __u32, BOOL: the driver is being updated\n @KMTQAITYPE_DRIVERVERSION: struct d3dkmt_driverversion\n @KMTQAITYPE_ADAPTERTYPE: struct d3dkmt_adaptertype\n @KMTQAITYPE_WDDM_1_2_CAPS: struct d3dkmt_wddm_1_2_caps\n @KMTQAITYPE_UMD_DRIVER_VERSION: struct d3dkmt_umd_driver_version\n @KMTQAITYPE_WDDM_2_0_CAPS: struct d3dkmt_wddm_2_0_caps\n @KMTQAITYPE_NODEMETADATA: struct d3dkmt_nodemetadata\n @KMTQAITYPE_PHYSICALADAPTERCOUNT: struct d3dkmt_physical_adapter_count\n @KMTQAITYPE_PHYSICALADAPTERDEVICEIDS: struct d3dkmt_query_device_ids\n @KMTQAITYPE_QUERY_GPUMMU_CAPS: struct d3dkmt_query_gpummu_caps\n @KMTQAITYPE_QUERYREGISTRY: struct d3dddi_queryregistry_info\n @KMTQAITYPE_KMD_DRIVER_VERSION: struct d3dkmt_kmd_driver_version\n @KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER: as ADAPTERREGISTRYINFO\n @KMTQAITYPE_DRIVERVERSION_RENDER: as DRIVERVERSION\n @KMTQAITYPE_ADAPTERTYPE_RENDER: as ADAPTERTYPE\n @KMTQAITYPE_WDDM_1_2_CAPS_RENDER: as WDDM_1_2_CAPS\n @KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID: struct d3dkmt_query_adapter_unique_guid\n @KMTQAITYPE_NODEPERFDATA: struct d3dkmt_node_perfdata\n @KMTQAITYPE_ADAPTERPERFDATA: struct d3dkmt_adapter_perfdata\n @KMTQAITYPE_ADAPTERPERFDATA_CAPS: struct d3dkmt_adapter_perfdatacaps\n @KMTQAITYPE_DRIVER_DESCRIPTION: struct d3dkmt_driver_description\n @KMTQAITYPE_DRIVER_DESCRIPTION_RENDER: as DRIVER_DESCRIPTION\n @KMTQAITYPE_WDDM_2_7_CAPS: struct d3dkmt_wddm_2_7_caps\n\n Two-part devices answer the _RENDER types for the part that renders. Here\n an adapter is one device, and both answers are the same."]
pub type kmtqueryadapterinfotype = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_queryadapterinfo - D3DKMT_QUERYADAPTERINFO: argument of\n\tD3DKMTQueryAdapterInfo\n @adapter: in, adapter\n @type: in, enum kmtqueryadapterinfotype\n @private_data: in, address of the structure that belongs to @type; in/out\n\tthere\n @private_data_size: in, its size in bytes\n @pad0: ignored"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_queryadapterinfo {
    pub adapter: d3dkmthandle,
    pub type_: __u32,
    pub private_data: __u64,
    pub private_data_size: __u32,
    pub pad0: __u32,
}
pub const D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL: d3dkmt_memory_segment_group = 0;
pub const D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL: d3dkmt_memory_segment_group = 1;
#[doc = " enum d3dkmt_memory_segment_group - D3DKMT_MEMORY_SEGMENT_GROUP\n @D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL: memory of the device\n @D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL: system memory used by the device"]
pub type d3dkmt_memory_segment_group = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_queryvideomemoryinfo - D3DKMT_QUERYVIDEOMEMORYINFO: argument\n\tof D3DKMTQueryVideoMemoryInfo\n @process: in, must be 0: the caller\n @adapter: in, adapter\n @memory_segment_group: in, enum d3dkmt_memory_segment_group\n @budget: out, bytes that the process should not exceed\n @current_usage: out, bytes that the process uses\n @current_reservation: out, bytes that the process has reserved\n @available_for_reservation: out, bytes that the process may reserve\n @physical_adapter_index: in, 0: an adapter is one physical device\n @pad0: ignored"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_queryvideomemoryinfo {
    pub process: __u64,
    pub adapter: d3dkmthandle,
    pub memory_segment_group: __u32,
    pub budget: __u64,
    pub current_usage: __u64,
    pub current_reservation: __u64,
    pub available_for_reservation: __u64,
    pub physical_adapter_index: __u32,
    pub pad0: __u32,
}
#[doc = " struct d3dkmt_changevideomemoryreservation - D3DKMT_CHANGEVIDEOMEMORYRESERVATION"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_changevideomemoryreservation {
    pub process: __u64,
    pub adapter: d3dkmthandle,
    pub memory_segment_group: __u32,
    pub reservation: __u64,
    pub physical_adapter_index: __u32,
    pub pad0: __u32,
}
pub const D3DKMT_QUERYSTATISTICS_ADAPTER: d3dkmt_querystatistics_type = 0;
pub const D3DKMT_QUERYSTATISTICS_PROCESS: d3dkmt_querystatistics_type = 1;
pub const D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER: d3dkmt_querystatistics_type = 2;
pub const D3DKMT_QUERYSTATISTICS_SEGMENT: d3dkmt_querystatistics_type = 3;
pub const D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT: d3dkmt_querystatistics_type = 4;
pub const D3DKMT_QUERYSTATISTICS_NODE: d3dkmt_querystatistics_type = 5;
pub const D3DKMT_QUERYSTATISTICS_PROCESS_NODE: d3dkmt_querystatistics_type = 6;
pub const D3DKMT_QUERYSTATISTICS_VIDPNSOURCE: d3dkmt_querystatistics_type = 7;
pub const D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE: d3dkmt_querystatistics_type = 8;
pub const D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP: d3dkmt_querystatistics_type = 9;
pub const D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER: d3dkmt_querystatistics_type = 10;
#[doc = " enum d3dkmt_querystatistics_type - D3DKMT_QUERYSTATISTICS_TYPE: what\n\tD3DKMTQueryStatistics counts, from a whole adapter (0) to one physical\n\tadapter (10)"]
pub type d3dkmt_querystatistics_type = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_querystatistics_result - D3DKMT_QUERYSTATISTICS_RESULT: opaque"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_querystatistics_result {
    pub size: [__u8; 776usize],
}
impl Default for d3dkmt_querystatistics_result {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_querystatistics_counter - D3DKMT_QUERYSTATISTICS_COUNTER"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_counter {
    pub count: __u32,
    pub pad0: __u32,
    pub bytes: __u64,
}
#[doc = " struct d3dkmt_querystatistics_adapter_information -\n\tD3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION: the result for an adapter\n\n @counters stands for what is counted since the adapter came, from\n ReferenceDmaBuffer to Terminations. @flags: number of segment groups."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_querystatistics_adapter_information {
    pub segment_count: __u32,
    pub node_count: __u32,
    pub vid_pn_source_count: __u32,
    pub vsync_enabled: __u32,
    pub tdr_detected_count: __u32,
    pub pad0: __u32,
    pub zero_length_dma_buffers: __u64,
    pub restarted_period: __u64,
    pub counters: [__u64; 84usize],
    pub flags: __u64,
    pub reserved: [__u64; 7usize],
}
impl Default for d3dkmt_querystatistics_adapter_information {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_querystatistics_system_memory -\n\tD3DKMT_QUERYSTATISTICS_SYSTEM_MEMORY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_system_memory {
    pub bytes_allocated: __u64,
    pub bytes_reserved: __u64,
    pub small_allocation_blocks: __u32,
    pub large_allocation_blocks: __u32,
    pub write_combined_bytes_allocated: __u64,
    pub write_combined_bytes_reserved: __u64,
    pub cached_bytes_allocated: __u64,
    pub cached_bytes_reserved: __u64,
    pub section_bytes_allocated: __u64,
    pub section_bytes_reserved: __u64,
}
#[doc = " struct d3dkmt_querystatistics_process_information -\n\tD3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION: the result for a process"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_process_information {
    pub node_count: __u32,
    pub vid_pn_source_count: __u32,
    pub system_memory: d3dkmt_querystatistics_system_memory,
    pub reserved: [__u64; 8usize],
}
#[doc = " struct d3dkmt_querystatistics_process_adapter_information -\n\tD3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION: the result for a\n\tprocess on an adapter"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_process_adapter_information {
    pub segment_count: __u32,
    pub node_count: __u32,
    pub vid_pn_source_count: __u32,
    pub virtual_memory_usage: __u32,
    pub dma_buffer_size: d3dkmt_querystatistics_counter,
    pub dma_buffer_allocation_list_bytes: __u32,
    pub dma_buffer_patch_location_list_bytes: __u32,
    pub total_bytes_evicted_from_process: __u64,
    pub bytes_by_segment_preference: [__u64; 5usize],
    pub policy: [__u64; 13usize],
    pub reserved: [__u64; 8usize],
}
#[doc = " struct d3dkmt_querystatistics_segment_information -\n\tD3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION: the result for a segment"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_segment_information {
    pub commit_limit: __u64,
    pub bytes_committed: __u64,
    pub bytes_resident: __u64,
    pub total_bytes_evicted: __u64,
    pub allocs_committed: __u32,
    pub allocs_resident: __u32,
    pub aperture: __u32,
    pub pad0: __u32,
    pub total_bytes_evicted_by_priority: [__u64; 5usize],
    pub system_memory_end_address: __u64,
    pub power_flags: __u64,
    pub segment_properties: __u64,
    pub reserved: [__u64; 5usize],
}
#[doc = " struct d3dkmt_querystatistics_process_segment_information -\n\tD3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION: the result for a\n\tprocess and a segment"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_process_segment_information {
    pub bytes_committed: __u64,
    pub maximum_working_set: __u64,
    pub minimum_working_set: __u64,
    pub referenced_allocations_evicted_in_period: __u32,
    pub pad0: __u32,
    pub allocs_committed: __u32,
    pub pad1: __u32,
    pub allocs_resident_in_preferred: [d3dkmt_querystatistics_counter; 5usize],
    pub allocs_resident_in_non_preferred: d3dkmt_querystatistics_counter,
    pub total_bytes_evicted_due_to_preparation: __u64,
    pub use_mru: __u64,
    pub reserved: [__u64; 8usize],
}
#[doc = " struct d3dkmt_querystatistics_process_segment_group_information -\n\tD3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION: the result for\n\ta process and a segment group"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_querystatistics_process_segment_group_information {
    pub budget: __u64,
    pub requested: __u64,
    pub usage: __u64,
    pub demoted: [__u64; 5usize],
}
#[doc = " struct d3dkmt_querystatistics - D3DKMT_QUERYSTATISTICS\n\n @query is the segment, node, VidPN source or physical adapter that the type\n asks for."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_querystatistics {
    pub type_: __u32,
    pub adapter_luid: winluid,
    pub pad0: __u32,
    pub process: __u64,
    pub result: d3dkmt_querystatistics_result,
    pub query: __u32,
    pub pad1: __u32,
}
impl Default for d3dkmt_querystatistics {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_enumprocesses - processes that use an adapter, as u32 pids"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_enumprocesses {
    pub adapter_luid: winluid,
    pub buffer: __u64,
    pub buffer_count: __u64,
}
pub const DXGK_FEATURE_HWSCH: dxgk_feature_id = 0;
pub const DXGK_FEATURE_PAGE_BASED_MEMORY_MANAGER: dxgk_feature_id = 32;
pub const DXGK_FEATURE_KERNEL_MODE_TESTING: dxgk_feature_id = 33;
pub const DXGK_FEATURE_MAX: dxgk_feature_id = 34;
#[doc = " enum dxgk_feature_id - DXGK_FEATURE_ID: a feature to ask for"]
pub type dxgk_feature_id = ::core::ffi::c_uint;
pub const DXGK_ISFEATUREENABLED_ENABLED: dxgk_isfeatureenabled_flag = 1;
pub const DXGK_ISFEATUREENABLED_KNOWN_FEATURE: dxgk_isfeatureenabled_flag = 2;
pub const DXGK_ISFEATUREENABLED_SUPPORTED_BY_DRIVER: dxgk_isfeatureenabled_flag = 4;
pub const DXGK_ISFEATUREENABLED_SUPPORTED_ON_CONFIG: dxgk_isfeatureenabled_flag = 8;
pub const DXGK_ISFEATUREENABLED_RESERVED: dxgk_isfeatureenabled_flag = 65520;
#[doc = " enum dxgk_isfeatureenabled_flag - bits of dxgk_isfeatureenabled_result\n @DXGK_ISFEATUREENABLED_ENABLED: in use\n @DXGK_ISFEATUREENABLED_KNOWN_FEATURE: the system knows the number\n @DXGK_ISFEATUREENABLED_SUPPORTED_BY_DRIVER: the driver can\n @DXGK_ISFEATUREENABLED_SUPPORTED_ON_CONFIG: this machine can\n @DXGK_ISFEATUREENABLED_RESERVED: bits without meaning"]
pub type dxgk_isfeatureenabled_flag = ::core::ffi::c_uint;
#[doc = " struct dxgk_isfeatureenabled_result - answer of d3dkmt_isfeatureenabled"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgk_isfeatureenabled_result {
    pub version: __u16,
    pub value: __u16,
}
#[doc = " struct d3dkmt_isfeatureenabled - D3DKMT_ISFEATUREENABLED"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_isfeatureenabled {
    pub adapter: d3dkmthandle,
    pub feature_id: __u32,
    pub result: dxgk_isfeatureenabled_result,
}
pub const DXGK_GPUCLOCKDATA_CONTEXT_MANAGEMENT_PROCESSOR: dxgk_gpuclockdata_flag = 1;
pub const DXGK_GPUCLOCKDATA_RESERVED: dxgk_gpuclockdata_flag = 4294967294;
#[doc = " enum dxgk_gpuclockdata_flag - bits of dxgk_gpuclockdata_flags\n @DXGK_GPUCLOCKDATA_CONTEXT_MANAGEMENT_PROCESSOR: the GPU keeps contexts itself\n @DXGK_GPUCLOCKDATA_RESERVED: bits without meaning"]
pub type dxgk_gpuclockdata_flag = ::core::ffi::c_uint;
#[doc = " struct dxgk_gpuclockdata_flags - DXGK_GPUCLOCKDATA_FLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgk_gpuclockdata_flags {
    pub value: __u32,
}
#[doc = " struct dxgk_gpuclockdata - DXGK_GPUCLOCKDATA: pair of clock readings, packed"]
#[repr(C, packed(4))]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgk_gpuclockdata {
    pub gpu_frequency: __u64,
    pub gpu_clock_counter: __u64,
    pub cpu_clock_counter: __u64,
    pub flags: dxgk_gpuclockdata_flags,
}
#[doc = " struct d3dkmt_queryclockcalibration - D3DKMT_QUERYCLOCKCALIBRATION"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_queryclockcalibration {
    pub adapter: d3dkmthandle,
    pub node_ordinal: __u32,
    pub physical_adapter_index: __u32,
    pub clock_data: dxgk_gpuclockdata,
}
#[doc = " struct d3dkmt_flushheaptransitions - D3DKMT_FLUSHHEAPTRANSITIONS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_flushheaptransitions {
    pub adapter: d3dkmthandle,
}
pub const D3DKMT_ESCAPE_DRIVERPRIVATE: d3dkmt_escapetype = 0;
pub const D3DKMT_ESCAPE_VIDMM: d3dkmt_escapetype = 1;
pub const D3DKMT_ESCAPE_VIDSCH: d3dkmt_escapetype = 3;
pub const D3DKMT_ESCAPE_DEVICE: d3dkmt_escapetype = 4;
pub const D3DKMT_ESCAPE_DRT_TEST: d3dkmt_escapetype = 8;
#[doc = " enum d3dkmt_escapetype - D3DKMT_ESCAPETYPE"]
pub type d3dkmt_escapetype = ::core::ffi::c_uint;
pub const D3DDDI_DRIVERESCAPETYPE_TRANSLATEALLOCATIONHANDLE: d3dddi_knownescapetype = 0;
pub const D3DDDI_DRIVERESCAPETYPE_TRANSLATERESOURCEHANDLE: d3dddi_knownescapetype = 1;
pub const D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE: d3dddi_knownescapetype = 2;
pub const D3DDDI_DRIVERESCAPETYPE_BUILDTESTCOMMANDBUFFER: d3dddi_knownescapetype = 3;
#[doc = " enum d3dddi_knownescapetype - types of an escape that the kernel understands"]
pub type d3dddi_knownescapetype = ::core::ffi::c_uint;
pub const D3DDDI_ESCAPE_HARDWARE_ACCESS: d3dddi_escape_flag = 1;
pub const D3DDDI_ESCAPE_DEVICE_STATUS_QUERY: d3dddi_escape_flag = 2;
pub const D3DDDI_ESCAPE_CHANGE_FRAME_LATENCY: d3dddi_escape_flag = 4;
pub const D3DDDI_ESCAPE_NO_ADAPTER_SYNCHRONIZATION: d3dddi_escape_flag = 8;
pub const D3DDDI_ESCAPE_RESERVED: d3dddi_escape_flag = 16;
pub const D3DDDI_ESCAPE_VIRTUAL_MACHINE_DATA: d3dddi_escape_flag = 32;
pub const D3DDDI_ESCAPE_DRIVER_KNOWN_ESCAPE: d3dddi_escape_flag = 64;
pub const D3DDDI_ESCAPE_DRIVER_COMMON_ESCAPE: d3dddi_escape_flag = 128;
pub const D3DDDI_ESCAPE_RESERVED2: d3dddi_escape_flag = 4294967040;
#[doc = " enum d3dddi_escape_flag - bits of d3dddi_escapeflags\n @D3DDDI_ESCAPE_HARDWARE_ACCESS: may touch the hardware\n @D3DDDI_ESCAPE_DEVICE_STATUS_QUERY: asks for the state of a device\n @D3DDDI_ESCAPE_CHANGE_FRAME_LATENCY: changes the frame latency\n @D3DDDI_ESCAPE_NO_ADAPTER_SYNCHRONIZATION: may run beside other calls\n @D3DDDI_ESCAPE_RESERVED: bit without meaning\n @D3DDDI_ESCAPE_VIRTUAL_MACHINE_DATA: comes from a virtual machine\n @D3DDDI_ESCAPE_DRIVER_KNOWN_ESCAPE: enum d3dddi_knownescapetype is in the data\n @D3DDDI_ESCAPE_DRIVER_COMMON_ESCAPE: common to drivers\n @D3DDDI_ESCAPE_RESERVED2: bits without meaning"]
pub type d3dddi_escape_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_escapeflags - D3DDDI_ESCAPEFLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_escapeflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_escape - D3DKMT_ESCAPE: private message to a miniport"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_escape {
    pub adapter: d3dkmthandle,
    pub device: d3dkmthandle,
    pub type_: __u32,
    pub flags: d3dddi_escapeflags,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub context: d3dkmthandle,
}
#[doc = " struct d3dkmt_umdfilenameinfo - D3DKMT_UMDFILENAMEINFO: user-mode driver's file"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_umdfilenameinfo {
    pub version: __u32,
    pub umd_file_name: [__u16; 260usize],
}
impl Default for d3dkmt_umdfilenameinfo {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_segmentsizeinfo - D3DKMT_SEGMENTSIZEINFO: memory, in bytes\n @dedicated_video_memory_size: memory of the device\n @dedicated_system_memory_size: system memory set aside for the device\n @shared_system_memory_size: system memory that the device may use"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_segmentsizeinfo {
    pub dedicated_video_memory_size: __u64,
    pub dedicated_system_memory_size: __u64,
    pub shared_system_memory_size: __u64,
}
#[doc = " struct d3dkmt_adapteraddress - D3DKMT_ADAPTERADDRESS: place on the PCI bus\n @bus_number: bus\n @device_number: device\n @function_number: function"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_adapteraddress {
    pub bus_number: __u32,
    pub device_number: __u32,
    pub function_number: __u32,
}
#[doc = " struct d3dkmt_adapterregistryinfo - D3DKMT_ADAPTERREGISTRYINFO: names, UTF-16\n\twith a terminator\n @adapter_string: name of the adapter\n @bios_string: name of its firmware\n @dac_type: kind of its digital-to-analogue converter\n @chip_type: name of its chip"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_adapterregistryinfo {
    pub adapter_string: [__u16; 260usize],
    pub bios_string: [__u16; 260usize],
    pub dac_type: [__u16; 260usize],
    pub chip_type: [__u16; 260usize],
}
impl Default for d3dkmt_adapterregistryinfo {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const KMT_DRIVERVERSION_WDDM_1_0: d3dkmt_driverversion_value = 1000;
pub const KMT_DRIVERVERSION_WDDM_1_1: d3dkmt_driverversion_value = 1105;
pub const KMT_DRIVERVERSION_WDDM_1_2: d3dkmt_driverversion_value = 1200;
pub const KMT_DRIVERVERSION_WDDM_1_3: d3dkmt_driverversion_value = 1300;
pub const KMT_DRIVERVERSION_WDDM_2_0: d3dkmt_driverversion_value = 2000;
pub const KMT_DRIVERVERSION_WDDM_2_1: d3dkmt_driverversion_value = 2100;
pub const KMT_DRIVERVERSION_WDDM_2_2: d3dkmt_driverversion_value = 2200;
pub const KMT_DRIVERVERSION_WDDM_2_3: d3dkmt_driverversion_value = 2300;
pub const KMT_DRIVERVERSION_WDDM_2_4: d3dkmt_driverversion_value = 2400;
pub const KMT_DRIVERVERSION_WDDM_2_5: d3dkmt_driverversion_value = 2500;
pub const KMT_DRIVERVERSION_WDDM_2_6: d3dkmt_driverversion_value = 2600;
pub const KMT_DRIVERVERSION_WDDM_2_7: d3dkmt_driverversion_value = 2700;
pub const KMT_DRIVERVERSION_WDDM_2_8: d3dkmt_driverversion_value = 2800;
pub const KMT_DRIVERVERSION_WDDM_2_9: d3dkmt_driverversion_value = 2900;
pub const KMT_DRIVERVERSION_WDDM_3_0: d3dkmt_driverversion_value = 3000;
pub const KMT_DRIVERVERSION_WDDM_3_1: d3dkmt_driverversion_value = 3100;
#[doc = " enum d3dkmt_driverversion_value - D3DKMT_DRIVERVERSION: WDDM version of a\n\tkernel-mode driver, 1000 times the major number plus 100 times the minor"]
pub type d3dkmt_driverversion_value = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_driverversion - D3DKMT_DRIVERVERSION\n @version: enum d3dkmt_driverversion_value"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_driverversion {
    pub version: __u32,
}
pub const D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED: d3dkmt_adaptertype_flag = 1;
pub const D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED: d3dkmt_adaptertype_flag = 2;
pub const D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE: d3dkmt_adaptertype_flag = 4;
pub const D3DKMT_ADAPTERTYPE_POST_DEVICE: d3dkmt_adaptertype_flag = 8;
pub const D3DKMT_ADAPTERTYPE_HYBRID_DISCRETE: d3dkmt_adaptertype_flag = 16;
pub const D3DKMT_ADAPTERTYPE_HYBRID_INTEGRATED: d3dkmt_adaptertype_flag = 32;
pub const D3DKMT_ADAPTERTYPE_INDIRECT_DISPLAY_DEVICE: d3dkmt_adaptertype_flag = 64;
pub const D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED: d3dkmt_adaptertype_flag = 128;
pub const D3DKMT_ADAPTERTYPE_ACG_SUPPORTED: d3dkmt_adaptertype_flag = 256;
pub const D3DKMT_ADAPTERTYPE_SUPPORT_SET_TIMINGS_FROM_VIDPN: d3dkmt_adaptertype_flag = 512;
pub const D3DKMT_ADAPTERTYPE_DETACHABLE: d3dkmt_adaptertype_flag = 1024;
pub const D3DKMT_ADAPTERTYPE_COMPUTE_ONLY: d3dkmt_adaptertype_flag = 2048;
pub const D3DKMT_ADAPTERTYPE_PROTOTYPE: d3dkmt_adaptertype_flag = 4096;
pub const D3DKMT_ADAPTERTYPE_RESERVED: d3dkmt_adaptertype_flag = 4294959104;
#[doc = " enum d3dkmt_adaptertype_flag - bits of d3dkmt_adaptertype\n @D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED: can render\n @D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED: has display outputs\n @D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE: has no hardware\n @D3DKMT_ADAPTERTYPE_POST_DEVICE: showed the firmware's messages\n @D3DKMT_ADAPTERTYPE_HYBRID_DISCRETE: discrete half of a hybrid system\n @D3DKMT_ADAPTERTYPE_HYBRID_INTEGRATED: integrated half of a hybrid system\n @D3DKMT_ADAPTERTYPE_INDIRECT_DISPLAY_DEVICE: display without a GPU of its own\n @D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED: GPU of a host\n @D3DKMT_ADAPTERTYPE_ACG_SUPPORTED: arbitrary code guard\n @D3DKMT_ADAPTERTYPE_SUPPORT_SET_TIMINGS_FROM_VIDPN: one call sets all timings\n @D3DKMT_ADAPTERTYPE_DETACHABLE: can be unplugged\n @D3DKMT_ADAPTERTYPE_COMPUTE_ONLY: computes, but neither draws nor displays\n @D3DKMT_ADAPTERTYPE_PROTOTYPE: not a product\n @D3DKMT_ADAPTERTYPE_RESERVED: bits without meaning"]
pub type d3dkmt_adaptertype_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_adaptertype - D3DKMT_ADAPTERTYPE\n @value: bits of enum d3dkmt_adaptertype_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_adaptertype {
    pub value: __u32,
}
pub const D3DKMDT_PREEMPTION_NONE: d3dkmdt_preemption_granularity = 0;
pub const D3DKMDT_PREEMPTION_DMA_BUFFER_BOUNDARY: d3dkmdt_preemption_granularity = 100;
pub const D3DKMDT_PREEMPTION_PRIMITIVE_OR_DISPATCH_BOUNDARY: d3dkmdt_preemption_granularity = 200;
pub const D3DKMDT_PREEMPTION_TRIANGLE_OR_THREAD_GROUP_BOUNDARY: d3dkmdt_preemption_granularity =
    300;
pub const D3DKMDT_PREEMPTION_PIXEL_OR_THREAD_BOUNDARY: d3dkmdt_preemption_granularity = 400;
pub const D3DKMDT_PREEMPTION_SHADER_BOUNDARY: d3dkmdt_preemption_granularity = 500;
#[doc = " enum d3dkmdt_preemption_granularity - finest place where the GPU can stop;\n\tnumbers of the graphics (G) and compute (C) scales\n @D3DKMDT_PREEMPTION_NONE: G, C: not at all\n @D3DKMDT_PREEMPTION_DMA_BUFFER_BOUNDARY: G, C: between command buffers\n @D3DKMDT_PREEMPTION_PRIMITIVE_OR_DISPATCH_BOUNDARY: G: primitives; C: dispatches\n @D3DKMDT_PREEMPTION_TRIANGLE_OR_THREAD_GROUP_BOUNDARY: G: triangles; C: groups\n @D3DKMDT_PREEMPTION_PIXEL_OR_THREAD_BOUNDARY: G: pixels; C: threads\n @D3DKMDT_PREEMPTION_SHADER_BOUNDARY: G, C: shader instructions"]
pub type d3dkmdt_preemption_granularity = ::core::ffi::c_uint;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_NON_VGA: d3dkmt_wddm_1_2_caps_flag = 1;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_SMOOTH_ROTATION: d3dkmt_wddm_1_2_caps_flag = 2;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_PER_ENGINE_TDR: d3dkmt_wddm_1_2_caps_flag = 4;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_KERNEL_MODE_COMMAND_BUFFER: d3dkmt_wddm_1_2_caps_flag = 8;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_CCD: d3dkmt_wddm_1_2_caps_flag = 16;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_SOFTWARE_DEVICE_BITMAPS: d3dkmt_wddm_1_2_caps_flag = 32;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_GAMMA_RAMP: d3dkmt_wddm_1_2_caps_flag = 64;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_CURSOR: d3dkmt_wddm_1_2_caps_flag = 128;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_VSYNC: d3dkmt_wddm_1_2_caps_flag = 256;
pub const D3DKMT_WDDM_1_2_CAPS_SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION: d3dkmt_wddm_1_2_caps_flag =
    512;
pub const D3DKMT_WDDM_1_2_CAPS_RESERVED: d3dkmt_wddm_1_2_caps_flag = 4294966272;
#[doc = " enum d3dkmt_wddm_1_2_caps_flag - bits of d3dkmt_wddm_1_2_caps\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_NON_VGA: works without VGA\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SMOOTH_ROTATION: rotates smoothly\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_PER_ENGINE_TDR: resets one engine alone\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_KERNEL_MODE_COMMAND_BUFFER: renders from the kernel\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_CCD: connects and configures displays\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SOFTWARE_DEVICE_BITMAPS: shows bitmaps of GDI\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_GAMMA_RAMP: has gamma ramps\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_CURSOR: has a hardware cursor\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_VSYNC: has a vertical sync interrupt\n @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION: may go meanwhile\n @D3DKMT_WDDM_1_2_CAPS_RESERVED: bits without meaning"]
pub type d3dkmt_wddm_1_2_caps_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_wddm_1_2_caps - D3DKMT_WDDM_1_2_CAPS\n @graphics_preemption_granularity: enum d3dkmdt_preemption_granularity\n @compute_preemption_granularity: enum d3dkmdt_preemption_granularity\n @value: bits of enum d3dkmt_wddm_1_2_caps_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_wddm_1_2_caps {
    pub graphics_preemption_granularity: __u32,
    pub compute_preemption_granularity: __u32,
    pub value: __u32,
}
#[doc = " struct d3dkmt_umd_driver_version - D3DKMT_UMD_DRIVER_VERSION\n @driver_version: four 16-bit parts, the most significant first"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_umd_driver_version {
    pub driver_version: __u64,
}
#[doc = " struct d3dkmt_kmd_driver_version - D3DKMT_KMD_DRIVER_VERSION\n @driver_version: four 16-bit parts, the most significant first"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_kmd_driver_version {
    pub driver_version: __u64,
}
pub const D3DKMT_WDDM_2_0_CAPS_SUPPORT_64BIT_ATOMICS: d3dkmt_wddm_2_0_caps_flag = 1;
pub const D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED: d3dkmt_wddm_2_0_caps_flag = 2;
pub const D3DKMT_WDDM_2_0_CAPS_IOMMU_SUPPORTED: d3dkmt_wddm_2_0_caps_flag = 4;
pub const D3DKMT_WDDM_2_0_CAPS_FLIP_OVERWRITE_SUPPORTED: d3dkmt_wddm_2_0_caps_flag = 8;
pub const D3DKMT_WDDM_2_0_CAPS_SUPPORT_CONTEXTLESS_PRESENT: d3dkmt_wddm_2_0_caps_flag = 16;
pub const D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL: d3dkmt_wddm_2_0_caps_flag = 32;
pub const D3DKMT_WDDM_2_0_CAPS_RESERVED: d3dkmt_wddm_2_0_caps_flag = 4294967232;
#[doc = " enum d3dkmt_wddm_2_0_caps_flag - bits of d3dkmt_wddm_2_0_caps\n @D3DKMT_WDDM_2_0_CAPS_SUPPORT_64BIT_ATOMICS: 64-bit atomic operations\n @D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED: the GPU has page tables\n @D3DKMT_WDDM_2_0_CAPS_IOMMU_SUPPORTED: the GPU uses an IOMMU's address spaces\n @D3DKMT_WDDM_2_0_CAPS_FLIP_OVERWRITE_SUPPORTED: a flip may replace a waiting one\n @D3DKMT_WDDM_2_0_CAPS_SUPPORT_CONTEXTLESS_PRESENT: presents without a context\n @D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL: may be unplugged while in use\n @D3DKMT_WDDM_2_0_CAPS_RESERVED: bits without meaning"]
pub type d3dkmt_wddm_2_0_caps_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_wddm_2_0_caps - D3DKMT_WDDM_2_0_CAPS\n @value: bits of enum d3dkmt_wddm_2_0_caps_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_wddm_2_0_caps {
    pub value: __u32,
}
pub const D3DKMT_WDDM_2_7_CAPS_HWSCH_SUPPORTED: d3dkmt_wddm_2_7_caps_flag = 1;
pub const D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED: d3dkmt_wddm_2_7_caps_flag = 2;
pub const D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED_BY_DEFAULT: d3dkmt_wddm_2_7_caps_flag = 4;
pub const D3DKMT_WDDM_2_7_CAPS_INDEPENDENT_VIDPN_VSYNC_CONTROL: d3dkmt_wddm_2_7_caps_flag = 8;
pub const D3DKMT_WDDM_2_7_CAPS_RESERVED: d3dkmt_wddm_2_7_caps_flag = 4294967280;
#[doc = " enum d3dkmt_wddm_2_7_caps_flag - bits of d3dkmt_wddm_2_7_caps\n @D3DKMT_WDDM_2_7_CAPS_HWSCH_SUPPORTED: can schedule in hardware\n @D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED: does schedule in hardware\n @D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED_BY_DEFAULT: does so unless told otherwise\n @D3DKMT_WDDM_2_7_CAPS_INDEPENDENT_VIDPN_VSYNC_CONTROL: sync interrupt per source\n @D3DKMT_WDDM_2_7_CAPS_RESERVED: bits without meaning"]
pub type d3dkmt_wddm_2_7_caps_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_wddm_2_7_caps - D3DKMT_WDDM_2_7_CAPS\n @value: bits of enum d3dkmt_wddm_2_7_caps_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_wddm_2_7_caps {
    pub value: __u32,
}
#[doc = " struct d3dkmt_nodemetadata - D3DKMT_NODEMETADATA: an engine, packed"]
#[repr(C, packed)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_nodemetadata {
    pub node_ordinal_and_adapter_index: __u32,
    pub engine_type: __u32,
    pub friendly_name: [__u16; 32usize],
    pub flags: __u32,
    pub gpummu_supported: __u8,
    pub iommu_supported: __u8,
}
#[doc = " struct d3dkmt_physical_adapter_count - D3DKMT_PHYSICAL_ADAPTER_COUNT\n @count: physical devices that the adapter consists of"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_physical_adapter_count {
    pub count: __u32,
}
#[doc = " struct d3dkmt_query_device_ids - D3DKMT_QUERY_DEVICE_IDS: ids of one physical\n\tdevice\n @physical_adapter_index: in, which one\n @vendor_id: out, PCI vendor\n @device_id: out, PCI device\n @sub_vendor_id: out, PCI subsystem vendor\n @sub_system_id: out, PCI subsystem\n @revision_id: out, PCI revision\n @bus_type: out, bus that the device is on"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_query_device_ids {
    pub physical_adapter_index: __u32,
    pub vendor_id: __u32,
    pub device_id: __u32,
    pub sub_vendor_id: __u32,
    pub sub_system_id: __u32,
    pub revision_id: __u32,
    pub bus_type: __u32,
}
#[doc = " struct d3dkmt_query_gpummu_caps - D3DKMT_QUERY_GPUMMU_CAPS: page tables of the GPU"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_query_gpummu_caps {
    pub physical_adapter_index: __u32,
    pub flags: __u32,
    pub virtual_address_bit_count: __u32,
}
pub const D3DDDI_QUERYREGISTRY_STATUS_SUCCESS: d3dddi_queryregistry_status = 0;
pub const D3DDDI_QUERYREGISTRY_STATUS_BUFFER_OVERFLOW: d3dddi_queryregistry_status = 1;
pub const D3DDDI_QUERYREGISTRY_STATUS_FAIL: d3dddi_queryregistry_status = 2;
#[doc = " enum d3dddi_queryregistry_status - answers in d3dddi_queryregistry_info"]
pub type d3dddi_queryregistry_status = ::core::ffi::c_uint;
#[doc = " struct d3dddi_queryregistry_info - D3DDDI_QUERYREGISTRY_INFO: a setting of\n\tthe adapter\n\n The output continues behind the structure. If it does not fit, @status is\n D3DDDI_QUERYREGISTRY_STATUS_BUFFER_OVERFLOW and the caller repeats with\n @output_value_size more bytes than the structure has."]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dddi_queryregistry_info {
    pub query_type: __u32,
    pub query_flags: __u32,
    pub value_name: [__u16; 260usize],
    pub value_type: __u32,
    pub physical_adapter_index: __u32,
    pub output_value_size: __u32,
    pub status: __u32,
    pub output: __u64,
}
impl Default for d3dddi_queryregistry_info {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_query_adapter_unique_guid - GUID of an adapter as UTF-16 text"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_query_adapter_unique_guid {
    pub adapter_unique_guid: [__u16; 40usize],
}
impl Default for d3dkmt_query_adapter_unique_guid {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_node_perfdata - D3DKMT_NODE_PERFDATA: an engine's clocks and voltage"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_node_perfdata {
    pub node_ordinal: __u32,
    pub physical_adapter_index: __u32,
    pub frequency: __u64,
    pub max_frequency: __u64,
    pub max_frequency_oc: __u64,
    pub voltage: __u32,
    pub voltage_max: __u32,
    pub voltage_max_oc: __u32,
    pub pad0: __u32,
    pub max_transition_latency: __u64,
}
#[doc = " struct d3dkmt_adapter_perfdata - D3DKMT_ADAPTER_PERFDATA: present state of a device"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_adapter_perfdata {
    pub physical_adapter_index: __u32,
    pub pad0: __u32,
    pub memory_frequency: __u64,
    pub max_memory_frequency: __u64,
    pub max_memory_frequency_oc: __u64,
    pub memory_bandwidth: __u64,
    pub pcie_bandwidth: __u64,
    pub fan_rpm: __u32,
    pub power: __u32,
    pub temperature: __u32,
    pub power_state_override: __u8,
    pub pad1: [__u8; 3usize],
}
#[doc = " struct d3dkmt_adapter_perfdatacaps - D3DKMT_ADAPTER_PERFDATACAPS: limits of a device"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_adapter_perfdatacaps {
    pub physical_adapter_index: __u32,
    pub pad0: __u32,
    pub max_memory_bandwidth: __u64,
    pub max_pcie_bandwidth: __u64,
    pub max_fan_rpm: __u32,
    pub temperature_max: __u32,
    pub temperature_warning: __u32,
    pub pad1: __u32,
}
#[doc = " struct d3dkmt_driver_description - D3DKMT_DRIVER_DESCRIPTION\n @driver_description: text, UTF-16 with a terminator"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_driver_description {
    pub driver_description: [__u16; 4096usize],
}
impl Default for d3dkmt_driver_description {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const D3DKMT_CREATEDEVICE_LEGACY_MODE: d3dkmt_createdevice_flag = 1;
pub const D3DKMT_CREATEDEVICE_REQUEST_VSYNC: d3dkmt_createdevice_flag = 2;
pub const D3DKMT_CREATEDEVICE_DISABLE_GPU_TIMEOUT: d3dkmt_createdevice_flag = 4;
pub const D3DKMT_CREATEDEVICE_GDI_DEVICE: d3dkmt_createdevice_flag = 8;
pub const D3DKMT_CREATEDEVICE_RESERVED: d3dkmt_createdevice_flag = 4294967280;
#[doc = " enum d3dkmt_createdevice_flag - bits of d3dkmt_createdeviceflags\n @D3DKMT_CREATEDEVICE_LEGACY_MODE: device of a program older than WDDM\n @D3DKMT_CREATEDEVICE_REQUEST_VSYNC: presents wait for vertical sync\n @D3DKMT_CREATEDEVICE_DISABLE_GPU_TIMEOUT: accepted; the context's flag of this\n\tname is the one that counts\n @D3DKMT_CREATEDEVICE_GDI_DEVICE: device of GDI\n @D3DKMT_CREATEDEVICE_RESERVED: must be 0"]
pub type d3dkmt_createdevice_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_createdeviceflags - D3DKMT_CREATEDEVICEFLAGS\n @value: bits of enum d3dkmt_createdevice_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createdeviceflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_createdevice - D3DKMT_CREATEDEVICE: argument of\n\tD3DKMTCreateDevice\n @adapter: in, adapter\n @reserved3: ignored\n @flags: in\n @device: out, new device, to be destroyed with D3DKMTDestroyDevice\n @command_buffer: out, 0: WDDM 2 devices have no buffers of the kernel's\n @command_buffer_size: out, 0\n @reserved: ignored\n @allocation_list: out, 0\n @allocation_list_size: out, 0\n @reserved1: ignored\n @patch_location_list: out, 0\n @patch_location_list_size: out, 0\n @reserved2: ignored"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createdevice {
    pub adapter: d3dkmthandle,
    pub reserved3: __u32,
    pub flags: d3dkmt_createdeviceflags,
    pub device: d3dkmthandle,
    pub command_buffer: __u64,
    pub command_buffer_size: __u32,
    pub reserved: __u32,
    pub allocation_list: __u64,
    pub allocation_list_size: __u32,
    pub reserved1: __u32,
    pub patch_location_list: __u64,
    pub patch_location_list_size: __u32,
    pub reserved2: __u32,
}
#[doc = " struct d3dkmt_destroydevice - D3DKMT_DESTROYDEVICE: argument of\n\tD3DKMTDestroyDevice\n @device: in, device"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_destroydevice {
    pub device: d3dkmthandle,
}
pub const D3DKMT_DEVICESTATE_EXECUTION: d3dkmt_devicestate_type = 1;
pub const D3DKMT_DEVICESTATE_PRESENT: d3dkmt_devicestate_type = 2;
pub const D3DKMT_DEVICESTATE_RESET: d3dkmt_devicestate_type = 3;
pub const D3DKMT_DEVICESTATE_PRESENT_DWM: d3dkmt_devicestate_type = 4;
pub const D3DKMT_DEVICESTATE_PAGE_FAULT: d3dkmt_devicestate_type = 5;
pub const D3DKMT_DEVICESTATE_PRESENT_QUEUE: d3dkmt_devicestate_type = 6;
#[doc = " enum d3dkmt_devicestate_type - D3DKMT_DEVICESTATE_TYPE: what to ask a device for"]
pub type d3dkmt_devicestate_type = ::core::ffi::c_uint;
pub const D3DKMT_DEVICEEXECUTION_ACTIVE: d3dkmt_deviceexecution_state = 1;
pub const D3DKMT_DEVICEEXECUTION_RESET: d3dkmt_deviceexecution_state = 2;
pub const D3DKMT_DEVICEEXECUTION_HUNG: d3dkmt_deviceexecution_state = 3;
pub const D3DKMT_DEVICEEXECUTION_STOPPED: d3dkmt_deviceexecution_state = 4;
pub const D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY: d3dkmt_deviceexecution_state = 5;
pub const D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT: d3dkmt_deviceexecution_state = 6;
pub const D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT: d3dkmt_deviceexecution_state = 7;
#[doc = " enum d3dkmt_deviceexecution_state - D3DKMT_DEVICEEXECUTION_STATE"]
pub type d3dkmt_deviceexecution_state = ::core::ffi::c_uint;
pub const D3DKMT_DEVICERESET_STATE_DESKTOP_SWITCHED: d3dkmt_devicereset_state_flag = 1;
pub const D3DKMT_DEVICERESET_STATE_RESERVED: d3dkmt_devicereset_state_flag = 4294967294;
#[doc = " enum d3dkmt_devicereset_state_flag - bits of d3dkmt_devicereset_state\n @D3DKMT_DEVICERESET_STATE_DESKTOP_SWITCHED: the desktop changed\n @D3DKMT_DEVICERESET_STATE_RESERVED: bits without meaning"]
pub type d3dkmt_devicereset_state_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_devicereset_state - D3DKMT_DEVICERESET_STATE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_devicereset_state {
    pub value: __u32,
}
pub const DXGK_RENDER_PIPELINE_STAGE_UNKNOWN: dxgk_render_pipeline_stage = 0;
pub const DXGK_RENDER_PIPELINE_STAGE_INPUT_ASSEMBLER: dxgk_render_pipeline_stage = 1;
pub const DXGK_RENDER_PIPELINE_STAGE_VERTEX_SHADER: dxgk_render_pipeline_stage = 2;
pub const DXGK_RENDER_PIPELINE_STAGE_GEOMETRY_SHADER: dxgk_render_pipeline_stage = 3;
pub const DXGK_RENDER_PIPELINE_STAGE_STREAM_OUTPUT: dxgk_render_pipeline_stage = 4;
pub const DXGK_RENDER_PIPELINE_STAGE_RASTERIZER: dxgk_render_pipeline_stage = 5;
pub const DXGK_RENDER_PIPELINE_STAGE_PIXEL_SHADER: dxgk_render_pipeline_stage = 6;
pub const DXGK_RENDER_PIPELINE_STAGE_OUTPUT_MERGER: dxgk_render_pipeline_stage = 7;
#[doc = " enum dxgk_render_pipeline_stage - DXGK_RENDER_PIPELINE_STAGE"]
pub type dxgk_render_pipeline_stage = ::core::ffi::c_uint;
pub const DXGK_PAGE_FAULT_WRITE: dxgk_page_fault_flags = 1;
pub const DXGK_PAGE_FAULT_FENCE_INVALID: dxgk_page_fault_flags = 2;
pub const DXGK_PAGE_FAULT_ADAPTER_RESET_REQUIRED: dxgk_page_fault_flags = 4;
pub const DXGK_PAGE_FAULT_ENGINE_RESET_REQUIRED: dxgk_page_fault_flags = 8;
pub const DXGK_PAGE_FAULT_FATAL_HARDWARE_ERROR: dxgk_page_fault_flags = 16;
pub const DXGK_PAGE_FAULT_IOMMU: dxgk_page_fault_flags = 32;
pub const DXGK_PAGE_FAULT_HW_CONTEXT_VALID: dxgk_page_fault_flags = 64;
pub const DXGK_PAGE_FAULT_PROCESS_HANDLE_VALID: dxgk_page_fault_flags = 128;
#[doc = " enum dxgk_page_fault_flags - DXGK_PAGE_FAULT_FLAGS\n @DXGK_PAGE_FAULT_WRITE: the access was a write\n @DXGK_PAGE_FAULT_FENCE_INVALID: no fence is known for the fault\n @DXGK_PAGE_FAULT_ADAPTER_RESET_REQUIRED: the adapter must be reset\n @DXGK_PAGE_FAULT_ENGINE_RESET_REQUIRED: the engine must be reset\n @DXGK_PAGE_FAULT_FATAL_HARDWARE_ERROR: the hardware is broken\n @DXGK_PAGE_FAULT_IOMMU: the fault is the IOMMU's\n @DXGK_PAGE_FAULT_HW_CONTEXT_VALID: the context is known\n @DXGK_PAGE_FAULT_PROCESS_HANDLE_VALID: the process is known"]
pub type dxgk_page_fault_flags = ::core::ffi::c_uint;
pub const DXGK_GENERAL_ERROR_PAGE_FAULT: dxgk_general_error_code = 0;
pub const DXGK_GENERAL_ERROR_INVALID_INSTRUCTION: dxgk_general_error_code = 1;
#[doc = " enum dxgk_general_error_code - DXGK_GENERAL_ERROR_CODE"]
pub type dxgk_general_error_code = ::core::ffi::c_uint;
pub const DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE: dxgk_fault_error_code_mask = 1;
pub const DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE_RESERVED_BIT: dxgk_fault_error_code_mask =
    1;
pub const DXGK_FAULT_ERROR_CODE_GENERAL_ERROR_CODE: dxgk_fault_error_code_mask = 4294967294;
pub const DXGK_FAULT_ERROR_CODE_DEVICE_SPECIFIC_CODE: dxgk_fault_error_code_mask = 4294967294;
#[doc = " enum dxgk_fault_error_code_mask - parts of dxgk_fault_error_code\n @DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE: which of the two codes it is\n @DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE_RESERVED_BIT: the same bit\n @DXGK_FAULT_ERROR_CODE_GENERAL_ERROR_CODE: enum dxgk_general_error_code\n @DXGK_FAULT_ERROR_CODE_DEVICE_SPECIFIC_CODE: code of the device"]
pub type dxgk_fault_error_code_mask = ::core::ffi::c_uint;
#[doc = " struct dxgk_fault_error_code - DXGK_FAULT_ERROR_CODE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgk_fault_error_code {
    pub value: __u32,
}
#[doc = " struct d3dkmt_devicepagefault_state - D3DKMT_DEVICEPAGEFAULT_STATE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_devicepagefault_state {
    pub faulted_primitive_api_sequence_number: __u64,
    pub faulted_pipeline_stage: __u32,
    pub faulted_bind_table_entry: __u32,
    pub page_fault_flags: __u32,
    pub fault_error_code: dxgk_fault_error_code,
    pub faulted_virtual_address: __u64,
}
#[doc = " struct d3dkmt_getdevicestate - D3DKMT_GETDEVICESTATE"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_getdevicestate {
    pub device: d3dkmthandle,
    pub state_type: __u32,
    pub __bindgen_anon_1: d3dkmt_getdevicestate__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_getdevicestate__bindgen_ty_1 {
    pub execution_state: __u32,
    pub reset_state: d3dkmt_devicereset_state,
    pub page_fault_state: d3dkmt_devicepagefault_state,
    pub alignment: [__u8; 48usize],
}
impl Default for d3dkmt_getdevicestate__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_getdevicestate {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const D3DKMT_DEVICE_ERROR_REASON_GENERIC: d3dkmt_device_error_reason = 2147483648;
pub const D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR: d3dkmt_device_error_reason = 2147483654;
#[doc = " enum d3dkmt_device_error_reason - D3DKMT_DEVICE_ERROR_REASON"]
pub type d3dkmt_device_error_reason = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_markdeviceaserror - D3DKMT_MARKDEVICEASERROR"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_markdeviceaserror {
    pub device: d3dkmthandle,
    pub reason: __u32,
}
pub const D3DDDI_ALLOCATIONINFO2_PRIMARY: d3dddi_allocationinfo2_flag = 1;
pub const D3DDDI_ALLOCATIONINFO2_STEREO: d3dddi_allocationinfo2_flag = 2;
pub const D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY: d3dddi_allocationinfo2_flag = 4;
pub const D3DDDI_ALLOCATIONINFO2_RESERVED: d3dddi_allocationinfo2_flag = 4294967288;
#[doc = " enum d3dddi_allocationinfo2_flag - bits of d3dddi_allocationinfo2_flags\n @D3DDDI_ALLOCATIONINFO2_PRIMARY: can be scanned out\n @D3DDDI_ALLOCATIONINFO2_STEREO: stereo primary; needs PRIMARY\n @D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY: the caller gives the priority\n @D3DDDI_ALLOCATIONINFO2_RESERVED: must be 0"]
pub type d3dddi_allocationinfo2_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_allocationinfo2_flags - flags of one allocation\n @value: bits of enum d3dddi_allocationinfo2_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_allocationinfo2_flags {
    pub value: __u32,
}
pub const D3DDDI_ALLOCATIONPRIORITY_MINIMUM: d3dddi_allocation_priority = 671088640;
pub const D3DDDI_ALLOCATIONPRIORITY_LOW: d3dddi_allocation_priority = 1342177280;
pub const D3DDDI_ALLOCATIONPRIORITY_NORMAL: d3dddi_allocation_priority = 2013265920;
pub const D3DDDI_ALLOCATIONPRIORITY_HIGH: d3dddi_allocation_priority = 2684354560;
pub const D3DDDI_ALLOCATIONPRIORITY_MAXIMUM: d3dddi_allocation_priority = 3355443200;
#[doc = " enum d3dddi_allocation_priority - D3DDDI_ALLOCATIONPRIORITY; values between\n\tthese are allowed, 0 is not\n @D3DDDI_ALLOCATIONPRIORITY_MINIMUM: first to be evicted\n @D3DDDI_ALLOCATIONPRIORITY_LOW: before normal ones\n @D3DDDI_ALLOCATIONPRIORITY_NORMAL: usual\n @D3DDDI_ALLOCATIONPRIORITY_HIGH: after normal ones\n @D3DDDI_ALLOCATIONPRIORITY_MAXIMUM: last to be evicted"]
pub type d3dddi_allocation_priority = ::core::ffi::c_uint;
#[doc = " struct d3dddi_allocationinfo2 - D3DDDI_ALLOCATIONINFO2: one allocation to\n\tcreate\n @allocation: out, new allocation\n @pad0: ignored\n @sysmem: in, page-aligned user address of preallocated system memory, or 0\n\tfor video memory\n @priv_drv_data: in, address of the miniport's private data, in/out there, or 0\n @priv_drv_data_size: in, its size in bytes, below D3DKMT_PRIVATE_DATA_MAX\n @vidpn_source_id: in, VidPN source of a primary; not read for others\n @flags: in\n @pad1: ignored\n @gpu_virtual_address: out, 0: none is assigned\n @priority: in, enum d3dddi_allocation_priority, if flagged so\n @pad2: ignored\n @reserved: must be 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_allocationinfo2 {
    pub allocation: d3dkmthandle,
    pub pad0: __u32,
    pub sysmem: __u64,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub vidpn_source_id: __u32,
    pub flags: d3dddi_allocationinfo2_flags,
    pub pad1: __u32,
    pub gpu_virtual_address: __u64,
    pub priority: __u32,
    pub pad2: __u32,
    pub reserved: [__u64; 5usize],
}
pub const D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP: d3dkmt_standardallocationtype = 1;
pub const D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER: d3dkmt_standardallocationtype = 2;
#[doc = " enum d3dkmt_standardallocationtype - D3DKMT_STANDARDALLOCATIONTYPE\n @D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP: memory of the caller\n @D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER: memory for several adapters; the\n\tWDK calls the number INTERNALBACKINGSTORE"]
pub type d3dkmt_standardallocationtype = ::core::ffi::c_uint;
pub const D3DKMDT_STANDARDALLOCATION_SHAREDPRIMARYSURFACE: d3dkmdt_standardallocationtype = 1;
pub const D3DKMDT_STANDARDALLOCATION_SHADOWSURFACE: d3dkmdt_standardallocationtype = 2;
pub const D3DKMDT_STANDARDALLOCATION_STAGINGSURFACE: d3dkmdt_standardallocationtype = 3;
pub const D3DKMDT_STANDARDALLOCATION_GDISURFACE: d3dkmdt_standardallocationtype = 4;
#[doc = " enum d3dkmdt_standardallocationtype - D3DKMDT_STANDARDALLOCATION_TYPE: what\n\tthe kernel asks a miniport to describe"]
pub type d3dkmdt_standardallocationtype = ::core::ffi::c_uint;
pub const D3DKMDT_GDISURFACE_INVALID: d3dkmdt_gdisurfacetype = 0;
pub const D3DKMDT_GDISURFACE_TEXTURE: d3dkmdt_gdisurfacetype = 1;
pub const D3DKMDT_GDISURFACE_STAGING_CPUVISIBLE: d3dkmdt_gdisurfacetype = 2;
pub const D3DKMDT_GDISURFACE_STAGING: d3dkmdt_gdisurfacetype = 3;
pub const D3DKMDT_GDISURFACE_LOOKUPTABLE: d3dkmdt_gdisurfacetype = 4;
pub const D3DKMDT_GDISURFACE_EXISTINGSYSMEM: d3dkmdt_gdisurfacetype = 5;
pub const D3DKMDT_GDISURFACE_TEXTURE_CPUVISIBLE: d3dkmdt_gdisurfacetype = 6;
pub const D3DKMDT_GDISURFACE_TEXTURE_CROSSADAPTER: d3dkmdt_gdisurfacetype = 7;
pub const D3DKMDT_GDISURFACE_TEXTURE_CPUVISIBLE_CROSSADAPTER: d3dkmdt_gdisurfacetype = 8;
#[doc = " enum d3dkmdt_gdisurfacetype - D3DKMDT_GDISURFACETYPE"]
pub type d3dkmdt_gdisurfacetype = ::core::ffi::c_uint;
pub const D3DKMT_CREATESTANDARDALLOCATION_RESERVED: d3dkmt_createstandardallocation_flag =
    4294967295;
#[doc = " enum d3dkmt_createstandardallocation_flag - bits of\n\td3dkmt_createstandardallocationflags\n @D3DKMT_CREATESTANDARDALLOCATION_RESERVED: must be 0"]
pub type d3dkmt_createstandardallocation_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_createstandardallocationflags - D3DKMT_CREATESTANDARDALLOCATIONFLAGS\n @value: must be 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createstandardallocationflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_standardallocation_existingheap - D3DKMT_STANDARDALLOCATION_EXISTINGHEAP\n @size: bytes; a multiple of the page size, not 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_standardallocation_existingheap {
    pub size: __u64,
}
#[doc = " struct d3dkmt_createstandardallocation - D3DKMT_CREATESTANDARDALLOCATION:\n\tallocation whose private data the kernel gets from the miniport\n @type: in, enum d3dkmt_standardallocationtype\n @reserved: ignored\n @existing_heap_data: in, for EXISTINGHEAP\n @flags: in, must be 0\n @reserved1: ignored"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createstandardallocation {
    pub type_: __u32,
    pub reserved: __u32,
    pub existing_heap_data: d3dkmt_standardallocation_existingheap,
    pub flags: d3dkmt_createstandardallocationflags,
    pub reserved1: __u32,
}
pub const D3DKMT_CREATEALLOCATION_CREATE_RESOURCE: d3dkmt_createallocation_flag = 1;
pub const D3DKMT_CREATEALLOCATION_CREATE_SHARED: d3dkmt_createallocation_flag = 2;
pub const D3DKMT_CREATEALLOCATION_NON_SECURE: d3dkmt_createallocation_flag = 4;
pub const D3DKMT_CREATEALLOCATION_CREATE_PROTECTED: d3dkmt_createallocation_flag = 8;
pub const D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS: d3dkmt_createallocation_flag = 16;
pub const D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM: d3dkmt_createallocation_flag = 32;
pub const D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING: d3dkmt_createallocation_flag = 64;
pub const D3DKMT_CREATEALLOCATION_READ_ONLY: d3dkmt_createallocation_flag = 128;
pub const D3DKMT_CREATEALLOCATION_CREATE_WRITE_COMBINED: d3dkmt_createallocation_flag = 256;
pub const D3DKMT_CREATEALLOCATION_CREATE_CACHED: d3dkmt_createallocation_flag = 512;
pub const D3DKMT_CREATEALLOCATION_SWAP_CHAIN_BACK_BUFFER: d3dkmt_createallocation_flag = 1024;
pub const D3DKMT_CREATEALLOCATION_CROSS_ADAPTER: d3dkmt_createallocation_flag = 2048;
pub const D3DKMT_CREATEALLOCATION_OPEN_CROSS_ADAPTER: d3dkmt_createallocation_flag = 4096;
pub const D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION: d3dkmt_createallocation_flag = 8192;
pub const D3DKMT_CREATEALLOCATION_ZEROED: d3dkmt_createallocation_flag = 16384;
pub const D3DKMT_CREATEALLOCATION_WRITE_WATCH: d3dkmt_createallocation_flag = 32768;
pub const D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION: d3dkmt_createallocation_flag = 65536;
pub const D3DKMT_CREATEALLOCATION_EXISTING_SECTION: d3dkmt_createallocation_flag = 131072;
pub const D3DKMT_CREATEALLOCATION_RESERVED: d3dkmt_createallocation_flag = 4294705152;
pub const D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED: d3dkmt_createallocation_flag = 262144;
pub const D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS: d3dkmt_createallocation_flag = 524288;
pub const D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS: d3dkmt_createallocation_flag = 1048576;
pub const D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE: d3dkmt_createallocation_flag = 2097152;
#[doc = " enum d3dkmt_createallocation_flag - bits of d3dkmt_createallocationflags\n @D3DKMT_CREATEALLOCATION_CREATE_RESOURCE: make a resource of the allocations\n @D3DKMT_CREATEALLOCATION_CREATE_SHARED: shareable; needs CREATE_RESOURCE\n @D3DKMT_CREATEALLOCATION_NON_SECURE: any process may open it\n @D3DKMT_CREATEALLOCATION_CREATE_PROTECTED: not from user mode\n @D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS: shared with restrictions\n @D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM: memory of the caller; needs\n\tSTANDARD_ALLOCATION\n @D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING: shared by NT handle alone;\n\tneeds CREATE_SHARED\n @D3DKMT_CREATEALLOCATION_READ_ONLY: not written to\n @D3DKMT_CREATEALLOCATION_CREATE_WRITE_COMBINED: not from user mode\n @D3DKMT_CREATEALLOCATION_CREATE_CACHED: not from user mode\n @D3DKMT_CREATEALLOCATION_SWAP_CHAIN_BACK_BUFFER: buffer of a swap chain\n @D3DKMT_CREATEALLOCATION_CROSS_ADAPTER: shared between adapters\n @D3DKMT_CREATEALLOCATION_OPEN_CROSS_ADAPTER: not from user mode\n @D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION: part of a shared resource\n @D3DKMT_CREATEALLOCATION_ZEROED: out, the pages were zero\n @D3DKMT_CREATEALLOCATION_WRITE_WATCH: keep track of written pages\n @D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION: standard_allocation counts\n @D3DKMT_CREATEALLOCATION_EXISTING_SECTION: memory of a section; needs\n\tSTANDARD_ALLOCATION\n @D3DKMT_CREATEALLOCATION_RESERVED: bits that the bitfield of this name covers.\n\tOnly those above SHARED_DISPLAYABLE have no meaning at all\n @D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED: the pages need not be zero\n @D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS: one run of physical memory\n @D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS: the miniport does not see it\n @D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE: shared and scanned out"]
pub type d3dkmt_createallocation_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_createallocationflags - D3DKMT_CREATEALLOCATIONFLAGS\n @value: bits of enum d3dkmt_createallocation_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createallocationflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_createallocation - D3DKMT_CREATEALLOCATION: argument of\n\tD3DKMTCreateAllocation2\n @device: in, device\n @resource: in, resource to append to, or 0; out, the new resource with\n\tCREATE_RESOURCE\n @global_share: out, global handle of a shared resource, else 0\n @reserved: ignored\n @private_runtime_data: in, address of the runtime's bytes to keep with the\n\tresource, or 0\n @private_runtime_data_size: in, their number\n @reserved1: ignored\n @priv_drv_data: in, address of the miniport's private data for the resource,\n\tor 0. With STANDARD_ALLOCATION the field is the address of struct\n\td3dkmt_createstandardallocation; C has the name standard_allocation for it\n @priv_drv_data_size: in, its size in bytes; 0 with STANDARD_ALLOCATION\n @alloc_count: in, entries in @allocation_info, 1..D3DKMT_CREATEALLOCATION_MAX\n @allocation_info: in, address of struct d3dddi_allocationinfo2 array; in/out\n\tthere\n @flags: in/out, see ZEROED\n @reserved2: ignored\n @private_runtime_resource_handle: in, opaque; left alone"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createallocation {
    pub device: d3dkmthandle,
    pub resource: d3dkmthandle,
    pub global_share: d3dkmthandle,
    pub reserved: __u32,
    pub private_runtime_data: __u64,
    pub private_runtime_data_size: __u32,
    pub reserved1: __u32,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub alloc_count: __u32,
    pub allocation_info: __u64,
    pub flags: d3dkmt_createallocationflags,
    pub reserved2: __u32,
    pub private_runtime_resource_handle: __u64,
}
pub const D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE: d3dddicb_destroyallocation2_flag = 1;
pub const D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY: d3dddicb_destroyallocation2_flag = 2;
pub const D3DDDICB_DESTROYALLOCATION2_RESERVED: d3dddicb_destroyallocation2_flag = 2147483644;
pub const D3DDDICB_DESTROYALLOCATION2_SYSTEM_USE_ONLY: d3dddicb_destroyallocation2_flag =
    2147483648;
#[doc = " enum d3dddicb_destroyallocation2_flag - bits of\n\td3dddicb_destroyallocation2flags\n @D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE: don't wait for queued work\n @D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY: return when memory is back\n @D3DDDICB_DESTROYALLOCATION2_RESERVED: must be 0\n @D3DDDICB_DESTROYALLOCATION2_SYSTEM_USE_ONLY: not from user mode"]
pub type d3dddicb_destroyallocation2_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddicb_destroyallocation2flags - D3DDDICB_DESTROYALLOCATION2FLAGS\n @value: bits of enum d3dddicb_destroyallocation2_flag"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddicb_destroyallocation2flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_destroyallocation2 - D3DKMT_DESTROYALLOCATION2: argument of\n\tD3DKMTDestroyAllocation2\n @device: in, device that the objects belong to\n @resource: in, resource to destroy with its allocations, or 0\n @allocations: in, address of an array of handles, if @resource is 0\n @alloc_count: in, entries in @allocations\n @flags: in"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_destroyallocation2 {
    pub device: d3dkmthandle,
    pub resource: d3dkmthandle,
    pub allocations: __u64,
    pub alloc_count: __u32,
    pub flags: d3dddicb_destroyallocation2flags,
}
pub const D3DDDICB_LOCK2_RESERVED: d3dddicb_lock2_flag = 4294967295;
#[doc = " enum d3dddicb_lock2_flag - bits of d3dddicb_lock2flags\n @D3DDDICB_LOCK2_RESERVED: must be 0"]
pub type d3dddicb_lock2_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddicb_lock2flags - D3DDDICB_LOCK2FLAGS\n @value: must be 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddicb_lock2flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_lock2 - D3DKMT_LOCK2: argument of D3DKMTLock2\n @device: in, device\n @allocation: in, allocation\n @flags: in, must be 0\n @reserved: ignored\n @data: out, user address of the allocation's bytes"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_lock2 {
    pub device: d3dkmthandle,
    pub allocation: d3dkmthandle,
    pub flags: d3dddicb_lock2flags,
    pub reserved: __u32,
    pub data: __u64,
}
#[doc = " struct d3dkmt_unlock2 - D3DKMT_UNLOCK2: argument of D3DKMTUnlock2\n @device: in, device\n @allocation: in, locked allocation"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_unlock2 {
    pub device: d3dkmthandle,
    pub allocation: d3dkmthandle,
}
#[doc = " struct d3dkmt_invalidatecache - D3DKMT_INVALIDATECACHE: a byte range"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_invalidatecache {
    pub device: d3dkmthandle,
    pub allocation: d3dkmthandle,
    pub offset: __u64,
    pub length: __u64,
}
#[doc = " struct d3dkmt_setallocationpriority - D3DKMT_SETALLOCATIONPRIORITY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_setallocationpriority {
    pub device: d3dkmthandle,
    pub resource: d3dkmthandle,
    pub allocation_list: __u64,
    pub allocation_count: __u32,
    pub reserved: __u32,
    pub priorities: __u64,
}
#[doc = " struct d3dkmt_getallocationpriority - D3DKMT_GETALLOCATIONPRIORITY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_getallocationpriority {
    pub device: d3dkmthandle,
    pub resource: d3dkmthandle,
    pub allocation_list: __u64,
    pub allocation_count: __u32,
    pub reserved: __u32,
    pub priorities: __u64,
}
pub const D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY: d3dkmt_allocationresidencystatus =
    1;
pub const D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY:
    d3dkmt_allocationresidencystatus = 2;
pub const D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT: d3dkmt_allocationresidencystatus = 3;
#[doc = " enum d3dkmt_allocationresidencystatus - D3DKMT_ALLOCATIONRESIDENCYSTATUS"]
pub type d3dkmt_allocationresidencystatus = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_queryallocationresidency - D3DKMT_QUERYALLOCATIONRESIDENCY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_queryallocationresidency {
    pub device: d3dkmthandle,
    pub resource: d3dkmthandle,
    pub allocations: __u64,
    pub allocation_count: __u32,
    pub reserved: __u32,
    pub residency_status: __u64,
}
#[doc = " struct d3dddi_openallocationinfo2 - D3DDDI_OPENALLOCATIONINFO2: an opened allocation"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_openallocationinfo2 {
    pub allocation: d3dkmthandle,
    pub pad0: __u32,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub pad1: __u32,
    pub gpu_va: __u64,
    pub reserved: [__u64; 6usize],
}
#[doc = " struct d3dkmt_shareobjects - D3DKMT_SHAREOBJECTS: objects to put behind an NT handle"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_shareobjects {
    pub object_count: __u32,
    pub reserved: __u32,
    pub objects: __u64,
    pub object_attr: __u64,
    pub desired_access: __u32,
    pub reserved1: __u32,
    pub shared_handle: __u64,
}
#[doc = " struct d3dkmt_queryresourceinfofromnthandle - D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_queryresourceinfofromnthandle {
    pub device: d3dkmthandle,
    pub reserved: __u32,
    pub nt_handle: __u64,
    pub private_runtime_data: __u64,
    pub private_runtime_data_size: __u32,
    pub total_priv_drv_data_size: __u32,
    pub resource_priv_drv_data_size: __u32,
    pub allocation_count: __u32,
}
#[doc = " struct d3dkmt_openresourcefromnthandle - D3DKMT_OPENRESOURCEFROMNTHANDLE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_openresourcefromnthandle {
    pub device: d3dkmthandle,
    pub reserved: __u32,
    pub nt_handle: __u64,
    pub allocation_count: __u32,
    pub reserved1: __u32,
    pub open_alloc_info: __u64,
    pub private_runtime_data_size: __u32,
    pub reserved2: __u32,
    pub private_runtime_data: __u64,
    pub resource_priv_drv_data_size: __u32,
    pub reserved3: __u32,
    pub resource_priv_drv_data: __u64,
    pub total_priv_drv_data_size: __u32,
    pub pad0: __u32,
    pub total_priv_drv_data: __u64,
    pub resource: d3dkmthandle,
    pub keyed_mutex: d3dkmthandle,
    pub keyed_mutex_private_data: __u64,
    pub keyed_mutex_private_data_size: __u32,
    pub sync_object: d3dkmthandle,
}
#[doc = " struct d3dkmt_shareobjectwithhost - D3DKMT_SHAREOBJECTWITHHOST"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_shareobjectwithhost {
    pub device_handle: d3dkmthandle,
    pub object_handle: d3dkmthandle,
    pub reserved: __u64,
    pub object_vail_nt_handle: __u64,
}
pub const D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL: d3dddi_pagingqueue_priority = -1;
pub const D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL: d3dddi_pagingqueue_priority = 0;
pub const D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL: d3dddi_pagingqueue_priority = 1;
#[doc = " enum d3dddi_pagingqueue_priority - D3DDDI_PAGINGQUEUE_PRIORITY\n @D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL: after other queues\n @D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL: usual\n @D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL: before other queues"]
pub type d3dddi_pagingqueue_priority = ::core::ffi::c_int;
#[doc = " struct d3dkmt_createpagingqueue - D3DKMT_CREATEPAGINGQUEUE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createpagingqueue {
    pub device: d3dkmthandle,
    pub priority: __s32,
    pub paging_queue: d3dkmthandle,
    pub sync_object: d3dkmthandle,
    pub fence_cpu_virtual_address: __u64,
    pub physical_adapter_index: __u32,
    pub pad0: __u32,
}
#[doc = " struct d3dddi_destroypagingqueue - D3DDDI_DESTROYPAGINGQUEUE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_destroypagingqueue {
    pub paging_queue: d3dkmthandle,
}
pub const D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER: d3dddi_makeresident_flag = 1;
pub const D3DDDI_MAKERESIDENT_MUST_SUCCEED: d3dddi_makeresident_flag = 2;
pub const D3DDDI_MAKERESIDENT_RESERVED: d3dddi_makeresident_flag = 4294967292;
#[doc = " enum d3dddi_makeresident_flag - bits of d3dddi_makeresident_flags\n @D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER: may go over the budget\n @D3DDDI_MAKERESIDENT_MUST_SUCCEED: failing is an error of the device\n @D3DDDI_MAKERESIDENT_RESERVED: must be 0"]
pub type d3dddi_makeresident_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_makeresident_flags - D3DDDI_MAKERESIDENT_FLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_makeresident_flags {
    pub value: __u32,
}
#[doc = " struct d3dddi_makeresident - D3DDDI_MAKERESIDENT"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_makeresident {
    pub paging_queue: d3dkmthandle,
    pub alloc_count: __u32,
    pub allocation_list: __u64,
    pub priority_list: __u64,
    pub flags: d3dddi_makeresident_flags,
    pub pad0: __u32,
    pub paging_fence_value: __u64,
    pub num_bytes_to_trim: __u64,
}
pub const D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY: d3dddi_evict_flag = 1;
pub const D3DDDI_EVICT_NOT_WRITTEN_TO: d3dddi_evict_flag = 2;
pub const D3DDDI_EVICT_RESERVED: d3dddi_evict_flag = 4294967292;
#[doc = " enum d3dddi_evict_flag - bits of d3dddi_evict_flags\n @D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY: may stay while there is room\n @D3DDDI_EVICT_NOT_WRITTEN_TO: the contents did not change\n @D3DDDI_EVICT_RESERVED: must be 0"]
pub type d3dddi_evict_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_evict_flags - D3DDDI_EVICT_FLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_evict_flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_evict - D3DKMT_EVICT"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_evict {
    pub device: d3dkmthandle,
    pub alloc_count: __u32,
    pub allocations: __u64,
    pub flags: d3dddi_evict_flags,
    pub reserved: __u32,
    pub num_bytes_to_trim: __u64,
}
pub const D3DKMT_OFFER_PRIORITY_LOW: d3dkmt_offer_priority = 1;
pub const D3DKMT_OFFER_PRIORITY_NORMAL: d3dkmt_offer_priority = 2;
pub const D3DKMT_OFFER_PRIORITY_HIGH: d3dkmt_offer_priority = 3;
pub const D3DKMT_OFFER_PRIORITY_AUTO: d3dkmt_offer_priority = 4;
#[doc = " enum d3dkmt_offer_priority - D3DKMT_OFFER_PRIORITY: what to discard first"]
pub type d3dkmt_offer_priority = ::core::ffi::c_uint;
pub const D3DKMT_OFFER_FLAG_OFFER_IMMEDIATELY: d3dkmt_offer_flag = 1;
pub const D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT: d3dkmt_offer_flag = 2;
pub const D3DKMT_OFFER_FLAG_RESERVED: d3dkmt_offer_flag = 4294967292;
#[doc = " enum d3dkmt_offer_flag - bits of d3dkmt_offer_flags\n @D3DKMT_OFFER_FLAG_OFFER_IMMEDIATELY: don't wait for queued work\n @D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT: commitment may be lost as well\n @D3DKMT_OFFER_FLAG_RESERVED: must be 0"]
pub type d3dkmt_offer_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_offer_flags - D3DKMT_OFFER_FLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_offer_flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_offerallocations - D3DKMT_OFFERALLOCATIONS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_offerallocations {
    pub device: d3dkmthandle,
    pub reserved: __u32,
    pub resources: __u64,
    pub allocations: __u64,
    pub allocation_count: __u32,
    pub priority: __u32,
    pub flags: d3dkmt_offer_flags,
    pub reserved1: __u32,
}
pub const D3DDDI_RECLAIM_RESULT_OK: d3dddi_reclaim_result = 0;
pub const D3DDDI_RECLAIM_RESULT_DISCARDED: d3dddi_reclaim_result = 1;
pub const D3DDDI_RECLAIM_RESULT_NOT_COMMITTED: d3dddi_reclaim_result = 2;
#[doc = " enum d3dddi_reclaim_result - D3DDDI_RECLAIM_RESULT: what became of the contents"]
pub type d3dddi_reclaim_result = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_reclaimallocations2 - D3DKMT_RECLAIMALLOCATIONS2"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_reclaimallocations2 {
    pub paging_queue: d3dkmthandle,
    pub allocation_count: __u32,
    pub resources: __u64,
    pub allocations: __u64,
    pub results: __u64,
    pub paging_fence_value: __u64,
}
pub const D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY: d3dddi_updateallocproperty_flag = 1;
pub const D3DDDI_UPDATEALLOCPROPERTY_FLAG_RESERVED: d3dddi_updateallocproperty_flag = 4294967294;
pub const D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE: d3dddi_updateallocproperty_flag = 2;
#[doc = " enum d3dddi_updateallocproperty_flag - bits of d3dddi_updateallocproperty_flags\n @D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY: by physical address\n @D3DDDI_UPDATEALLOCPROPERTY_FLAG_RESERVED: bits that the bitfield of this name\n\tcovers\n @D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE: must stay where it is"]
pub type d3dddi_updateallocproperty_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_updateallocproperty_flags - flags of d3dddi_updateallocproperty"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updateallocproperty_flags {
    pub value: __u32,
}
pub const D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID0: d3dddi_segmentpreference_mask = 31;
pub const D3DDDI_SEGMENTPREFERENCE_DIRECTION0: d3dddi_segmentpreference_mask = 32;
pub const D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID1: d3dddi_segmentpreference_mask = 1984;
pub const D3DDDI_SEGMENTPREFERENCE_DIRECTION1: d3dddi_segmentpreference_mask = 2048;
pub const D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID2: d3dddi_segmentpreference_mask = 126976;
pub const D3DDDI_SEGMENTPREFERENCE_DIRECTION2: d3dddi_segmentpreference_mask = 131072;
pub const D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID3: d3dddi_segmentpreference_mask = 8126464;
pub const D3DDDI_SEGMENTPREFERENCE_DIRECTION3: d3dddi_segmentpreference_mask = 8388608;
pub const D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID4: d3dddi_segmentpreference_mask = 520093696;
pub const D3DDDI_SEGMENTPREFERENCE_DIRECTION4: d3dddi_segmentpreference_mask = 536870912;
pub const D3DDDI_SEGMENTPREFERENCE_RESERVED: d3dddi_segmentpreference_mask = 3221225472;
#[doc = " enum d3dddi_segmentpreference_mask - parts of d3dddi_segmentpreference: five\n\tsegments, best first, each with the end to allocate from"]
pub type d3dddi_segmentpreference_mask = ::core::ffi::c_uint;
#[doc = " struct d3dddi_segmentpreference - D3DDDI_SEGMENTPREFERENCE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_segmentpreference {
    pub value: __u32,
}
pub const D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY: d3dddi_updateallocproperty_mask = 1;
pub const D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET: d3dddi_updateallocproperty_mask = 2;
pub const D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT: d3dddi_updateallocproperty_mask = 4;
pub const D3DDDI_UPDATEALLOCPROPERTY_RESERVED: d3dddi_updateallocproperty_mask = 4294967288;
pub const D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE: d3dddi_updateallocproperty_mask = 8;
#[doc = " enum d3dddi_updateallocproperty_mask - which fields to update\n @D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY: that flag\n @D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET: the supported segments\n @D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT: the preferred segments\n @D3DDDI_UPDATEALLOCPROPERTY_RESERVED: bits that the bitfield of this name\n\tcovers\n @D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE: that flag"]
pub type d3dddi_updateallocproperty_mask = ::core::ffi::c_uint;
#[doc = " struct d3dddi_updateallocproperty - D3DDDI_UPDATEALLOCPROPERTY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updateallocproperty {
    pub paging_queue: d3dkmthandle,
    pub allocation: d3dkmthandle,
    pub supported_segment_set: __u32,
    pub preferred_segment: d3dddi_segmentpreference,
    pub flags: d3dddi_updateallocproperty_flags,
    pub pad0: __u32,
    pub paging_fence_value: __u64,
    pub property_mask_value: __u32,
    pub pad1: __u32,
}
pub const D3DDDIGPUVA_PROTECTION_WRITE: d3dddigpuva_protection_flag = 1;
pub const D3DDDIGPUVA_PROTECTION_EXECUTE: d3dddigpuva_protection_flag = 2;
pub const D3DDDIGPUVA_PROTECTION_ZERO: d3dddigpuva_protection_flag = 4;
pub const D3DDDIGPUVA_PROTECTION_NO_ACCESS: d3dddigpuva_protection_flag = 8;
pub const D3DDDIGPUVA_PROTECTION_SYSTEM_USE_ONLY: d3dddigpuva_protection_flag = 16;
pub const D3DDDIGPUVA_PROTECTION_RESERVED: d3dddigpuva_protection_flag = 18446744073709551584;
#[doc = " enum d3dddigpuva_protection_flag - bits of d3dddigpuva_protection_type\n @D3DDDIGPUVA_PROTECTION_WRITE: may be written\n @D3DDDIGPUVA_PROTECTION_EXECUTE: may be executed\n @D3DDDIGPUVA_PROTECTION_ZERO: reads zeros, drops writes\n @D3DDDIGPUVA_PROTECTION_NO_ACCESS: may not be accessed\n @D3DDDIGPUVA_PROTECTION_SYSTEM_USE_ONLY: not from user mode\n @D3DDDIGPUVA_PROTECTION_RESERVED: must be 0"]
pub type d3dddigpuva_protection_flag = ::core::ffi::c_ulong;
#[doc = " struct d3dddigpuva_protection_type - D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddigpuva_protection_type {
    pub value: __u64,
}
pub const D3DDDIGPUVA_RESERVE_NO_ACCESS: d3dddigpuva_reservation_type = 0;
pub const D3DDDIGPUVA_RESERVE_ZERO: d3dddigpuva_reservation_type = 1;
pub const D3DDDIGPUVA_RESERVE_NO_COMMIT: d3dddigpuva_reservation_type = 2;
#[doc = " enum d3dddigpuva_reservation_type - D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE"]
pub type d3dddigpuva_reservation_type = ::core::ffi::c_uint;
#[doc = " struct d3dddi_reservegpuvirtualaddress - D3DDDI_RESERVEGPUVIRTUALADDRESS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_reservegpuvirtualaddress {
    pub adapter: d3dkmthandle,
    pub pad0: __u32,
    pub base_address: __u64,
    pub minimum_address: __u64,
    pub maximum_address: __u64,
    pub size: __u64,
    pub reservation_type: __u32,
    pub pad1: __u32,
    pub driver_protection: __u64,
    pub virtual_address: __u64,
    pub paging_fence_value: __u64,
}
#[doc = " struct d3dddi_mapgpuvirtualaddress - D3DDDI_MAPGPUVIRTUALADDRESS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_mapgpuvirtualaddress {
    pub paging_queue: d3dkmthandle,
    pub pad0: __u32,
    pub base_address: __u64,
    pub minimum_address: __u64,
    pub maximum_address: __u64,
    pub allocation: d3dkmthandle,
    pub pad1: __u32,
    pub offset_in_pages: __u64,
    pub size_in_pages: __u64,
    pub protection: d3dddigpuva_protection_type,
    pub driver_protection: __u64,
    pub reserved0: __u32,
    pub pad2: __u32,
    pub reserved1: __u64,
    pub virtual_address: __u64,
    pub paging_fence_value: __u64,
}
#[doc = " struct d3dkmt_freegpuvirtualaddress - D3DKMT_FREEGPUVIRTUALADDRESS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_freegpuvirtualaddress {
    pub adapter: d3dkmthandle,
    pub reserved: __u32,
    pub base_address: __u64,
    pub size: __u64,
}
pub const D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP: d3dddi_updategpuvirtualaddress_operation_type = 0;
pub const D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP: d3dddi_updategpuvirtualaddress_operation_type = 1;
pub const D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY: d3dddi_updategpuvirtualaddress_operation_type = 2;
pub const D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT:
    d3dddi_updategpuvirtualaddress_operation_type = 3;
#[doc = " enum d3dddi_updategpuvirtualaddress_operation_type - kind of one operation"]
pub type d3dddi_updategpuvirtualaddress_operation_type = ::core::ffi::c_uint;
#[doc = " struct d3dddi_updategpuvirtualaddress_map - operation MAP"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updategpuvirtualaddress_map {
    pub base_address: __u64,
    pub size: __u64,
    pub allocation: d3dkmthandle,
    pub pad0: __u32,
    pub allocation_offset: __u64,
    pub allocation_size: __u64,
}
#[doc = " struct d3dddi_updategpuvirtualaddress_map_protect - operation MAP_PROTECT"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updategpuvirtualaddress_map_protect {
    pub base_address: __u64,
    pub size: __u64,
    pub allocation: d3dkmthandle,
    pub pad0: __u32,
    pub allocation_offset: __u64,
    pub allocation_size: __u64,
    pub protection: d3dddigpuva_protection_type,
    pub driver_protection: __u64,
}
#[doc = " struct d3dddi_updategpuvirtualaddress_unmap - operation UNMAP"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updategpuvirtualaddress_unmap {
    pub base_address: __u64,
    pub size: __u64,
    pub protection: d3dddigpuva_protection_type,
}
#[doc = " struct d3dddi_updategpuvirtualaddress_copy - operation COPY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_updategpuvirtualaddress_copy {
    pub source_address: __u64,
    pub size: __u64,
    pub dest_address: __u64,
}
#[doc = " struct d3dddi_updategpuvirtualaddress_operation - one operation"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dddi_updategpuvirtualaddress_operation {
    pub operation: __u32,
    pub pad0: __u32,
    pub __bindgen_anon_1: d3dddi_updategpuvirtualaddress_operation__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dddi_updategpuvirtualaddress_operation__bindgen_ty_1 {
    pub map: d3dddi_updategpuvirtualaddress_map,
    pub map_protect: d3dddi_updategpuvirtualaddress_map_protect,
    pub unmap: d3dddi_updategpuvirtualaddress_unmap,
    pub copy: d3dddi_updategpuvirtualaddress_copy,
}
impl Default for d3dddi_updategpuvirtualaddress_operation__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dddi_updategpuvirtualaddress_operation {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT: d3dkmt_updategpuvirtualaddress_flag = 1;
pub const D3DKMT_UPDATEGPUVIRTUALADDRESS_RESERVED: d3dkmt_updategpuvirtualaddress_flag = 4294967294;
#[doc = " enum d3dkmt_updategpuvirtualaddress_flag - bits of\n\td3dkmt_updategpuvirtualaddress_flags\n @D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT: don't wait for the fence first\n @D3DKMT_UPDATEGPUVIRTUALADDRESS_RESERVED: must be 0"]
pub type d3dkmt_updategpuvirtualaddress_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_updategpuvirtualaddress_flags - flags of an update"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_updategpuvirtualaddress_flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_updategpuvirtualaddress - D3DKMT_UPDATEGPUVIRTUALADDRESS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_updategpuvirtualaddress {
    pub device: d3dkmthandle,
    pub context: d3dkmthandle,
    pub fence_object: d3dkmthandle,
    pub num_operations: __u32,
    pub operations: __u64,
    pub reserved0: __u32,
    pub reserved1: __u32,
    pub reserved2: __u64,
    pub fence_value: __u64,
    pub flags: d3dkmt_updategpuvirtualaddress_flags,
    pub reserved3: __u32,
}
pub const D3DKMT_CLIENTHINT_UNKNOWN: d3dkmt_clienthint = 0;
pub const D3DKMT_CLIENTHINT_OPENGL: d3dkmt_clienthint = 1;
pub const D3DKMT_CLIENTHINT_CDD: d3dkmt_clienthint = 2;
pub const D3DKMT_CLIENTHINT_DX7: d3dkmt_clienthint = 7;
pub const D3DKMT_CLIENTHINT_DX8: d3dkmt_clienthint = 8;
pub const D3DKMT_CLIENTHINT_DX9: d3dkmt_clienthint = 9;
pub const D3DKMT_CLIENTHINT_DX10: d3dkmt_clienthint = 10;
#[doc = " enum d3dkmt_clienthint - D3DKMT_CLIENTHINT: graphics interface of the caller"]
pub type d3dkmt_clienthint = ::core::ffi::c_uint;
pub const D3DDDI_CREATECONTEXT_NULL_RENDERING: d3dddi_createcontext_flag = 1;
pub const D3DDDI_CREATECONTEXT_INITIAL_DATA: d3dddi_createcontext_flag = 2;
pub const D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT: d3dddi_createcontext_flag = 4;
pub const D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY: d3dddi_createcontext_flag = 8;
pub const D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED: d3dddi_createcontext_flag = 16;
pub const D3DDDI_CREATECONTEXT_RESERVED: d3dddi_createcontext_flag = 4294967264;
pub const D3DDDI_CREATECONTEXT_NO_KMD_ACCESS: d3dddi_createcontext_flag = 32;
pub const D3DDDI_CREATECONTEXT_WDK_RESERVED: d3dddi_createcontext_flag = 4294967232;
#[doc = " enum d3dddi_createcontext_flag - bits of d3dddi_createcontextflags\n @D3DDDI_CREATECONTEXT_NULL_RENDERING: drops what is submitted\n @D3DDDI_CREATECONTEXT_INITIAL_DATA: has initial data\n @D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT: long-running work is no hang\n @D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY: only waits and signals\n @D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED: hardware queues are made on it\n @D3DDDI_CREATECONTEXT_RESERVED: bits that the bitfield of this name covers\n @D3DDDI_CREATECONTEXT_NO_KMD_ACCESS: the miniport does not see it\n @D3DDDI_CREATECONTEXT_WDK_RESERVED: the same without NO_KMD_ACCESS"]
pub type d3dddi_createcontext_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_createcontextflags - D3DDDI_CREATECONTEXTFLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_createcontextflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_createcontextvirtual - D3DKMT_CREATECONTEXTVIRTUAL"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createcontextvirtual {
    pub device: d3dkmthandle,
    pub node_ordinal: __u32,
    pub engine_affinity: __u32,
    pub flags: d3dddi_createcontextflags,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub client_hint: __u32,
    pub context: d3dkmthandle,
    pub pad0: __u32,
}
#[doc = " struct d3dkmt_destroycontext - D3DKMT_DESTROYCONTEXT"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_destroycontext {
    pub context: d3dkmthandle,
}
pub const D3DDDI_CREATEHWQUEUE_DISABLE_GPU_TIMEOUT: d3dddi_createhwqueue_flag = 1;
pub const D3DDDI_CREATEHWQUEUE_RESERVED: d3dddi_createhwqueue_flag = 4294967294;
pub const D3DDDI_CREATEHWQUEUE_NO_BROADCAST_SIGNAL: d3dddi_createhwqueue_flag = 2;
pub const D3DDDI_CREATEHWQUEUE_NO_BROADCAST_WAIT: d3dddi_createhwqueue_flag = 4;
pub const D3DDDI_CREATEHWQUEUE_NO_KMD_ACCESS: d3dddi_createhwqueue_flag = 8;
#[doc = " enum d3dddi_createhwqueue_flag - bits of d3dddi_createhwqueueflags\n @D3DDDI_CREATEHWQUEUE_DISABLE_GPU_TIMEOUT: long-running work is no hang\n @D3DDDI_CREATEHWQUEUE_RESERVED: bits that the bitfield of this name covers\n @D3DDDI_CREATEHWQUEUE_NO_BROADCAST_SIGNAL: signals are not broadcast\n @D3DDDI_CREATEHWQUEUE_NO_BROADCAST_WAIT: waits are not broadcast\n @D3DDDI_CREATEHWQUEUE_NO_KMD_ACCESS: the miniport does not see it"]
pub type d3dddi_createhwqueue_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_createhwqueueflags - D3DDDI_CREATEHWQUEUEFLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_createhwqueueflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_createhwqueue - D3DKMT_CREATEHWQUEUE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createhwqueue {
    pub context: d3dkmthandle,
    pub flags: d3dddi_createhwqueueflags,
    pub priv_drv_data_size: __u32,
    pub reserved: __u32,
    pub priv_drv_data: __u64,
    pub queue: d3dkmthandle,
    pub queue_progress_fence: d3dkmthandle,
    pub queue_progress_fence_cpu_va: __u64,
    pub queue_progress_fence_gpu_va: __u64,
}
#[doc = " struct d3dkmt_destroyhwqueue - D3DKMT_DESTROYHWQUEUE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_destroyhwqueue {
    pub queue: d3dkmthandle,
}
#[doc = " struct d3dkmt_setcontextschedulingpriority - D3DKMT_SETCONTEXTSCHEDULINGPRIORITY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_setcontextschedulingpriority {
    pub context: d3dkmthandle,
    pub priority: __s32,
}
#[doc = " struct d3dkmt_getcontextschedulingpriority - D3DKMT_GETCONTEXTSCHEDULINGPRIORITY"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_getcontextschedulingpriority {
    pub context: d3dkmthandle,
    pub priority: __s32,
}
#[doc = " struct d3dkmt_setcontextinprocessschedulingpriority - the same within a process"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_setcontextinprocessschedulingpriority {
    pub context: d3dkmthandle,
    pub priority: __s32,
}
#[doc = " struct d3dkmt_getcontextinprocessschedulingpriority - the same within a process"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_getcontextinprocessschedulingpriority {
    pub context: d3dkmthandle,
    pub priority: __s32,
}
pub const D3DKMT_SUBMITCOMMAND_NULL_RENDERING: d3dkmt_submitcommand_flag = 1;
pub const D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED: d3dkmt_submitcommand_flag = 2;
pub const D3DKMT_SUBMITCOMMAND_RESERVED: d3dkmt_submitcommand_flag = 4294967292;
pub const D3DKMT_SUBMITCOMMAND_NO_KMD_ACCESS: d3dkmt_submitcommand_flag = 4;
#[doc = " enum d3dkmt_submitcommand_flag - bits of d3dkmt_submitcommandflags\n @D3DKMT_SUBMITCOMMAND_NULL_RENDERING: drops the work\n @D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED: presents to a compositor\n @D3DKMT_SUBMITCOMMAND_RESERVED: bits that the bitfield of this name covers\n @D3DKMT_SUBMITCOMMAND_NO_KMD_ACCESS: the miniport does not see it"]
pub type d3dkmt_submitcommand_flag = ::core::ffi::c_uint;
#[doc = " struct d3dkmt_submitcommandflags - D3DKMT_SUBMITCOMMANDFLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_submitcommandflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_submitcommand - D3DKMT_SUBMITCOMMAND"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct d3dkmt_submitcommand {
    pub command_buffer: __u64,
    pub command_length: __u32,
    pub flags: d3dkmt_submitcommandflags,
    pub present_history_token: __u64,
    pub broadcast_context_count: __u32,
    pub broadcast_context: [d3dkmthandle; 64usize],
    pub reserved: __u32,
    pub priv_drv_data: __u64,
    pub priv_drv_data_size: __u32,
    pub num_primaries: __u32,
    pub written_primaries: [d3dkmthandle; 16usize],
    pub num_history_buffers: __u32,
    pub reserved1: __u32,
    pub history_buffer_array: __u64,
}
impl Default for d3dkmt_submitcommand {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_submitcommandtohwqueue - D3DKMT_SUBMITCOMMANDTOHWQUEUE"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_submitcommandtohwqueue {
    pub hwqueue: d3dkmthandle,
    pub reserved: __u32,
    pub hwqueue_progress_fence_id: __u64,
    pub command_buffer: __u64,
    pub command_length: __u32,
    pub priv_drv_data_size: __u32,
    pub priv_drv_data: __u64,
    pub num_primaries: __u32,
    pub reserved1: __u32,
    pub written_primaries: __u64,
}
pub const D3DDDI_ALLOCATIONLIST_WRITE_OPERATION: d3dddi_allocationlist_mask = 1;
pub const D3DDDI_ALLOCATIONLIST_DO_NOT_RETIRE_INSTANCE: d3dddi_allocationlist_mask = 2;
pub const D3DDDI_ALLOCATIONLIST_OFFER_PRIORITY: d3dddi_allocationlist_mask = 28;
pub const D3DDDI_ALLOCATIONLIST_RESERVED: d3dddi_allocationlist_mask = 4294967264;
#[doc = " enum d3dddi_allocationlist_mask - parts of d3dddi_allocationlist\n @D3DDDI_ALLOCATIONLIST_WRITE_OPERATION: is written to\n @D3DDDI_ALLOCATIONLIST_DO_NOT_RETIRE_INSTANCE: stays in use\n @D3DDDI_ALLOCATIONLIST_OFFER_PRIORITY: enum d3dkmt_offer_priority\n @D3DDDI_ALLOCATIONLIST_RESERVED: must be 0"]
pub type d3dddi_allocationlist_mask = ::core::ffi::c_uint;
#[doc = " struct d3dddi_allocationlist - D3DDDI_ALLOCATIONLIST"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_allocationlist {
    pub allocation: d3dkmthandle,
    pub value: __u32,
}
pub const D3DDDI_PATCHLOCATIONLIST_SLOT_ID: d3dddi_patchlocationlist_mask = 16777215;
pub const D3DDDI_PATCHLOCATIONLIST_RESERVED: d3dddi_patchlocationlist_mask = 4278190080;
#[doc = " enum d3dddi_patchlocationlist_mask - parts of d3dddi_patchlocationlist\n @D3DDDI_PATCHLOCATIONLIST_SLOT_ID: slot of the command\n @D3DDDI_PATCHLOCATIONLIST_RESERVED: must be 0"]
pub type d3dddi_patchlocationlist_mask = ::core::ffi::c_uint;
#[doc = " struct d3dddi_patchlocationlist - D3DDDI_PATCHLOCATIONLIST"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_patchlocationlist {
    pub allocation_index: __u32,
    pub value: __u32,
    pub driver_id: __u32,
    pub allocation_offset: __u32,
    pub patch_offset: __u32,
    pub split_offset: __u32,
}
pub const D3DDDI_SYNCHRONIZATION_MUTEX: d3dddi_synchronizationobject_type = 1;
pub const D3DDDI_SEMAPHORE: d3dddi_synchronizationobject_type = 2;
pub const D3DDDI_FENCE: d3dddi_synchronizationobject_type = 3;
pub const D3DDDI_CPU_NOTIFICATION: d3dddi_synchronizationobject_type = 4;
pub const D3DDDI_MONITORED_FENCE: d3dddi_synchronizationobject_type = 5;
pub const D3DDDI_PERIODIC_MONITORED_FENCE: d3dddi_synchronizationobject_type = 6;
pub const D3DDDI_SYNCHRONIZATION_TYPE_LIMIT: d3dddi_synchronizationobject_type = 7;
#[doc = " enum d3dddi_synchronizationobject_type - D3DDDI_SYNCHRONIZATIONOBJECT_TYPE"]
pub type d3dddi_synchronizationobject_type = ::core::ffi::c_uint;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_SHARED: d3dddi_synchronizationobject_flag = 1;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING: d3dddi_synchronizationobject_flag = 2;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_CROSS_ADAPTER: d3dddi_synchronizationobject_flag = 4;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE: d3dddi_synchronizationobject_flag = 8;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL: d3dddi_synchronizationobject_flag = 16;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT: d3dddi_synchronizationobject_flag = 32;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR:
    d3dddi_synchronizationobject_flag = 64;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS: d3dddi_synchronizationobject_flag = 128;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED: d3dddi_synchronizationobject_flag = 2147483392;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_SIGNAL_BY_KMD: d3dddi_synchronizationobject_flag = 256;
pub const D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED0: d3dddi_synchronizationobject_flag = 2147483648;
#[doc = " enum d3dddi_synchronizationobject_flag - bits of\n\td3dddi_synchronizationobject_flags\n @D3DDDI_SYNCHRONIZATIONOBJECT_SHARED: shareable\n @D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING: shared by NT handle alone;\n\tneeds SHARED\n @D3DDDI_SYNCHRONIZATIONOBJECT_CROSS_ADAPTER: shared between adapters\n @D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE: signalled when work begins\n @D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL: this device does not signal it\n @D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT: this device does not wait for it\n @D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR: a reset leaves it\n @D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS: for CPUs only\n @D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED: bits that the bitfield of this name\n\tcovers\n @D3DDDI_SYNCHRONIZATIONOBJECT_SIGNAL_BY_KMD: the miniport signals it\n @D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED0: of the kernel"]
pub type d3dddi_synchronizationobject_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_synchronizationobject_flags - D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_synchronizationobject_flags {
    pub value: __u32,
}
#[doc = " struct d3dddi_synchronization_mutex - data of a mutex"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_synchronization_mutex {
    pub initial_state: __u32,
}
#[doc = " struct d3dddi_semaphore - data of a semaphore"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_semaphore {
    pub max_count: __u32,
    pub initial_count: __u32,
}
#[doc = " struct d3dddi_fence - data of a fence"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_fence {
    pub fence_value: __u64,
}
#[doc = " struct d3dddi_cpu_notification - data of a CPU notification"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_cpu_notification {
    pub event: __u64,
}
#[doc = " struct d3dddi_monitored_fence - data of a monitored fence"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_monitored_fence {
    pub initial_fence_value: __u64,
    pub fence_cpu_virtual_address: __u64,
    pub fence_gpu_virtual_address: __u64,
    pub engine_affinity: __u32,
    pub pad0: __u32,
}
#[doc = " struct d3dddi_periodic_monitored_fence - data of a periodic monitored fence"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_periodic_monitored_fence {
    pub adapter: d3dkmthandle,
    pub vidpn_target_id: __u32,
    pub time: __u64,
    pub fence_cpu_virtual_address: __u64,
    pub fence_gpu_virtual_address: __u64,
    pub engine_affinity: __u32,
    pub pad0: __u32,
}
#[doc = " struct d3dddi_synchronizationobject_reserved - room for other types"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_synchronizationobject_reserved {
    pub reserved: [__u64; 8usize],
}
#[doc = " struct d3dddi_synchronizationobjectinfo2 - D3DDDI_SYNCHRONIZATIONOBJECTINFO2"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dddi_synchronizationobjectinfo2 {
    pub type_: __u32,
    pub flags: d3dddi_synchronizationobject_flags,
    pub __bindgen_anon_1: d3dddi_synchronizationobjectinfo2__bindgen_ty_1,
    pub shared_handle: d3dkmthandle,
    pub pad0: __u32,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dddi_synchronizationobjectinfo2__bindgen_ty_1 {
    pub synchronization_mutex: d3dddi_synchronization_mutex,
    pub semaphore: d3dddi_semaphore,
    pub fence: d3dddi_fence,
    pub cpu_notification: d3dddi_cpu_notification,
    pub monitored_fence: d3dddi_monitored_fence,
    pub periodic_monitored_fence: d3dddi_periodic_monitored_fence,
    pub reserved: d3dddi_synchronizationobject_reserved,
}
impl Default for d3dddi_synchronizationobjectinfo2__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dddi_synchronizationobjectinfo2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_createsynchronizationobject2 - D3DKMT_CREATESYNCHRONIZATIONOBJECT2"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_createsynchronizationobject2 {
    pub device: d3dkmthandle,
    pub reserved: __u32,
    pub info: d3dddi_synchronizationobjectinfo2,
    pub sync_object: d3dkmthandle,
    pub reserved1: __u32,
}
impl Default for d3dkmt_createsynchronizationobject2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_destroysynchronizationobject - D3DKMT_DESTROYSYNCHRONIZATIONOBJECT"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_destroysynchronizationobject {
    pub sync_object: d3dkmthandle,
}
#[doc = " struct d3dddi_opened_monitored_fence - answer of d3dkmt_opensyncobjectfromnthandle2"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_opened_monitored_fence {
    pub fence_value_cpu_va: __u64,
    pub fence_value_gpu_va: __u64,
    pub engine_affinity: __u32,
    pub pad0: __u32,
}
#[doc = " struct d3dkmt_opensyncobjectfromnthandle2 - D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_opensyncobjectfromnthandle2 {
    pub nt_handle: __u64,
    pub device: d3dkmthandle,
    pub flags: d3dddi_synchronizationobject_flags,
    pub sync_object: d3dkmthandle,
    pub reserved1: __u32,
    pub __bindgen_anon_1: d3dkmt_opensyncobjectfromnthandle2__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_opensyncobjectfromnthandle2__bindgen_ty_1 {
    pub monitored_fence: d3dddi_opened_monitored_fence,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_opensyncobjectfromnthandle2__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_opensyncobjectfromnthandle2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION: d3dddicb_signal_flag = 1;
pub const D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT: d3dddicb_signal_flag = 2;
pub const D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND: d3dddicb_signal_flag = 4;
pub const D3DDDICB_SIGNAL_RESERVED: d3dddicb_signal_flag = 2147483640;
pub const D3DDDICB_SIGNAL_INTERNAL0: d3dddicb_signal_flag = 2147483648;
#[doc = " enum d3dddicb_signal_flag - bits of d3dddicb_signalflags\n @D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION: when the commands are submitted\n @D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT: signals a CPU event instead\n @D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND: the value may go down\n @D3DDDICB_SIGNAL_RESERVED: must be 0\n @D3DDDICB_SIGNAL_INTERNAL0: not from user mode"]
pub type d3dddicb_signal_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddicb_signalflags - D3DDDICB_SIGNALFLAGS"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddicb_signalflags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_signalsynchronizationobject2 - D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_signalsynchronizationobject2 {
    pub context: d3dkmthandle,
    pub object_count: __u32,
    pub object_array: [d3dkmthandle; 32usize],
    pub flags: d3dddicb_signalflags,
    pub context_count: __u32,
    pub contexts: [d3dkmthandle; 64usize],
    pub __bindgen_anon_1: d3dkmt_signalsynchronizationobject2__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_signalsynchronizationobject2__bindgen_ty_1 {
    pub fence: d3dddi_fence,
    pub cpu_event_handle: __u64,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_signalsynchronizationobject2__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_signalsynchronizationobject2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_waitforsynchronizationobject2 - D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_waitforsynchronizationobject2 {
    pub context: d3dkmthandle,
    pub object_count: __u32,
    pub object_array: [d3dkmthandle; 32usize],
    pub __bindgen_anon_1: d3dkmt_waitforsynchronizationobject2__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_waitforsynchronizationobject2__bindgen_ty_1 {
    pub fence: d3dddi_fence,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_waitforsynchronizationobject2__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_waitforsynchronizationobject2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_signalsynchronizationobjectfromcpu - signal by the CPU"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_signalsynchronizationobjectfromcpu {
    pub device: d3dkmthandle,
    pub object_count: __u32,
    pub objects: __u64,
    pub fence_values: __u64,
    pub flags: d3dddicb_signalflags,
    pub pad0: __u32,
}
#[doc = " struct d3dkmt_signalsynchronizationobjectfromgpu - signal by one context"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_signalsynchronizationobjectfromgpu {
    pub context: d3dkmthandle,
    pub object_count: __u32,
    pub objects: __u64,
    pub __bindgen_anon_1: d3dkmt_signalsynchronizationobjectfromgpu__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_signalsynchronizationobjectfromgpu__bindgen_ty_1 {
    pub monitored_fence_values: __u64,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_signalsynchronizationobjectfromgpu__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_signalsynchronizationobjectfromgpu {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_signalsynchronizationobjectfromgpu2 - signal by several contexts"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_signalsynchronizationobjectfromgpu2 {
    pub object_count: __u32,
    pub reserved1: __u32,
    pub objects: __u64,
    pub flags: d3dddicb_signalflags,
    pub context_count: __u32,
    pub contexts: __u64,
    pub __bindgen_anon_1: d3dkmt_signalsynchronizationobjectfromgpu2__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_signalsynchronizationobjectfromgpu2__bindgen_ty_1 {
    pub fence_value: __u64,
    pub cpu_event_handle: __u64,
    pub monitored_fence_values: __u64,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_signalsynchronizationobjectfromgpu2__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_signalsynchronizationobjectfromgpu2 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY:
    d3dddi_waitforsynchronizationobjectfromcpu_flag = 1;
pub const D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_RESERVED:
    d3dddi_waitforsynchronizationobjectfromcpu_flag = 4294967294;
#[doc = " enum d3dddi_waitforsynchronizationobjectfromcpu_flag - bits of\n\td3dddi_waitforsynchronizationobjectfromcpu_flags\n @D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY: one object is enough\n @D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_RESERVED: must be 0"]
pub type d3dddi_waitforsynchronizationobjectfromcpu_flag = ::core::ffi::c_uint;
#[doc = " struct d3dddi_waitforsynchronizationobjectfromcpu_flags - flags of such a wait"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dddi_waitforsynchronizationobjectfromcpu_flags {
    pub value: __u32,
}
#[doc = " struct d3dkmt_waitforsynchronizationobjectfromcpu - wait by the CPU"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_waitforsynchronizationobjectfromcpu {
    pub device: d3dkmthandle,
    pub object_count: __u32,
    pub objects: __u64,
    pub fence_values: __u64,
    pub async_event: __u64,
    pub flags: d3dddi_waitforsynchronizationobjectfromcpu_flags,
    pub pad0: __u32,
}
#[doc = " struct d3dkmt_waitforsynchronizationobjectfromgpu - wait by a context"]
#[repr(C)]
#[derive(Copy, Clone)]
pub struct d3dkmt_waitforsynchronizationobjectfromgpu {
    pub context: d3dkmthandle,
    pub object_count: __u32,
    pub objects: __u64,
    pub __bindgen_anon_1: d3dkmt_waitforsynchronizationobjectfromgpu__bindgen_ty_1,
}
#[repr(C)]
#[derive(Copy, Clone)]
pub union d3dkmt_waitforsynchronizationobjectfromgpu__bindgen_ty_1 {
    pub monitored_fence_values: __u64,
    pub fence_value: __u64,
    pub reserved: [__u64; 8usize],
}
impl Default for d3dkmt_waitforsynchronizationobjectfromgpu__bindgen_ty_1 {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
impl Default for d3dkmt_waitforsynchronizationobjectfromgpu {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
#[doc = " struct d3dkmt_submitsignalsyncobjectstohwqueue - signal by hardware queues"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_submitsignalsyncobjectstohwqueue {
    pub flags: d3dddicb_signalflags,
    pub hwqueue_count: __u32,
    pub hwqueues: __u64,
    pub object_count: __u32,
    pub reserved: __u32,
    pub objects: __u64,
    pub fence_values: __u64,
}
#[doc = " struct d3dkmt_submitwaitforsyncobjectstohwqueue - wait by a hardware queue"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_submitwaitforsyncobjectstohwqueue {
    pub hwqueue: d3dkmthandle,
    pub object_count: __u32,
    pub objects: __u64,
    pub fence_values: __u64,
}
#[doc = " struct d3dkmt_createsyncfile - sync file of a monitored fence's value"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_createsyncfile {
    pub device: d3dkmthandle,
    pub monitored_fence: d3dkmthandle,
    pub fence_value: __u64,
    pub sync_file_handle: __u64,
}
#[doc = " struct d3dkmt_waitsyncfile - wait of a context for a sync file"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_waitsyncfile {
    pub sync_file_handle: __u64,
    pub context: d3dkmthandle,
    pub reserved: __u32,
}
#[doc = " struct d3dkmt_opensyncobjectfromsyncfile - monitored fence behind a sync file"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct d3dkmt_opensyncobjectfromsyncfile {
    pub sync_file_handle: __u64,
    pub device: d3dkmthandle,
    pub syncobj: d3dkmthandle,
    pub fence_value: __u64,
    pub fence_value_cpu_va: __u64,
    pub fence_value_gpu_va: __u64,
}
#[doc = " struct D3DKMT_CREATECONTEXT - context with buffers of the kernel's"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_CREATECONTEXT {
    pub hDevice: __u32,
    pub NodeOrdinal: __u32,
    pub EngineAffinity: __u32,
    pub Flags: D3DKMT_CREATECONTEXT__bindgen_ty_1,
    pub pPrivateDriverData: __u64,
    pub PrivateDriverDataSize: __u32,
    pub ClientHint: __u32,
    pub hContext: __u32,
    pub pad0: __u32,
    pub pCommandBuffer: __u64,
    pub CommandBufferSize: __u32,
    pub pad1: __u32,
    pub pAllocationList: __u64,
    pub AllocationListSize: __u32,
    pub pad2: __u32,
    pub pPatchLocationList: __u64,
    pub PatchLocationListSize: __u32,
    pub pad3: __u32,
    pub CommandBuffer: __u64,
}
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_CREATECONTEXT__bindgen_ty_1 {
    pub Value: __u32,
}
pub const D3DDDI_CREATEHWCONTEXT_RESERVED: d3dddi_createhwcontext_flag = 4294967295;
#[doc = " enum d3dddi_createhwcontext_flag - bits of the flags of D3DKMT_CREATEHWCONTEXT\n @D3DDDI_CREATEHWCONTEXT_RESERVED: must be 0"]
pub type d3dddi_createhwcontext_flag = ::core::ffi::c_uint;
#[doc = " struct D3DKMT_CREATEHWCONTEXT - context scheduled by hardware"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_CREATEHWCONTEXT {
    pub hDevice: __u32,
    pub NodeOrdinal: __u32,
    pub EngineAffinity: __u32,
    pub Flags: D3DKMT_CREATEHWCONTEXT__bindgen_ty_1,
    pub PrivateDriverDataSize: __u32,
    pub pad0: __u32,
    pub pPrivateDriverData: __u64,
    pub hHwContext: __u32,
    pub pad1: __u32,
}
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_CREATEHWCONTEXT__bindgen_ty_1 {
    pub Value: __u32,
}
#[doc = " struct D3DKMT_DESTROYHWCONTEXT - its end"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_DESTROYHWCONTEXT {
    pub hHwContext: __u32,
}
#[doc = " struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID - adapter of a shared resource"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID {
    pub hGlobalShare: __u32,
    pub pad0: __u32,
    pub hNtHandle: __u64,
    pub AdapterLuid: D3DKMT_GETSHAREDRESOURCEADAPTERLUID__bindgen_ty_1,
}
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID__bindgen_ty_1 {
    pub LowPart: __u32,
    pub HighPart: __u32,
}
#[doc = " struct D3DKMT_OPENRESOURCE - opening by global handle"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_OPENRESOURCE {
    pub hDevice: __u32,
    pub hGlobalShare: __u32,
    pub NumAllocations: __u32,
    pub pad0: __u32,
    pub pOpenAllocationInfo2: __u64,
    pub pPrivateRuntimeData: __u64,
    pub PrivateRuntimeDataSize: __u32,
    pub pad1: __u32,
    pub pResourcePrivateDriverData: __u64,
    pub ResourcePrivateDriverDataSize: __u32,
    pub pad2: __u32,
    pub pTotalPrivateDriverDataBuffer: __u64,
    pub TotalPrivateDriverDataBufferSize: __u32,
    pub hResource: __u32,
}
#[doc = " struct D3DKMT_OPENSYNCHRONIZATIONOBJECT - opening by global handle"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_OPENSYNCHRONIZATIONOBJECT {
    pub hSharedHandle: __u32,
    pub hSyncObject: __u32,
    pub Reserved: [__u64; 8usize],
}
#[doc = " struct D3DKMT_QUERYRESOURCEINFO - sizes of a resource, by global handle"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_QUERYRESOURCEINFO {
    pub hDevice: __u32,
    pub hGlobalShare: __u32,
    pub pPrivateRuntimeData: __u64,
    pub PrivateRuntimeDataSize: __u32,
    pub TotalPrivateDriverDataSize: __u32,
    pub ResourcePrivateDriverDataSize: __u32,
    pub NumAllocations: __u32,
}
pub const D3DKMT_RENDER_RESIZE_COMMAND_BUFFER: d3dkmt_render_flag = 1;
pub const D3DKMT_RENDER_RESIZE_ALLOCATION_LIST: d3dkmt_render_flag = 2;
pub const D3DKMT_RENDER_RESIZE_PATCH_LOCATION_LIST: d3dkmt_render_flag = 4;
pub const D3DKMT_RENDER_NULL_RENDERING: d3dkmt_render_flag = 8;
pub const D3DKMT_RENDER_PRESENT_REDIRECTED: d3dkmt_render_flag = 16;
pub const D3DKMT_RENDER_RENDER_KM: d3dkmt_render_flag = 32;
pub const D3DKMT_RENDER_RENDER_KM_READBACK: d3dkmt_render_flag = 64;
pub const D3DKMT_RENDER_RESERVED: d3dkmt_render_flag = 4294967168;
#[doc = " enum d3dkmt_render_flag - bits of the flags of D3DKMT_RENDER\n @D3DKMT_RENDER_RESIZE_COMMAND_BUFFER: another size for the next buffer\n @D3DKMT_RENDER_RESIZE_ALLOCATION_LIST: another size for the next list\n @D3DKMT_RENDER_RESIZE_PATCH_LOCATION_LIST: another size for the next list\n @D3DKMT_RENDER_NULL_RENDERING: drops the work\n @D3DKMT_RENDER_PRESENT_REDIRECTED: presents to a compositor\n @D3DKMT_RENDER_RENDER_KM: commands of the kernel's\n @D3DKMT_RENDER_RENDER_KM_READBACK: the same, read back\n @D3DKMT_RENDER_RESERVED: must be 0"]
pub type d3dkmt_render_flag = ::core::ffi::c_uint;
#[doc = " struct D3DKMT_RENDER - submission with buffers of the kernel's"]
#[repr(C)]
#[derive(Debug, Copy, Clone)]
pub struct D3DKMT_RENDER {
    pub hContext: __u32,
    pub CommandOffset: __u32,
    pub CommandLength: __u32,
    pub AllocationCount: __u32,
    pub PatchLocationCount: __u32,
    pub pad0: __u32,
    pub pNewCommandBuffer: __u64,
    pub NewCommandBufferSize: __u32,
    pub pad1: __u32,
    pub pNewAllocationList: __u64,
    pub NewAllocationListSize: __u32,
    pub pad2: __u32,
    pub pNewPatchLocationList: __u64,
    pub NewPatchLocationListSize: __u32,
    pub Flags: D3DKMT_RENDER__bindgen_ty_1,
    pub PresentHistoryToken: __u64,
    pub BroadcastContextCount: __u32,
    pub BroadcastContext: [__u32; 64usize],
    pub QueuedBufferCount: __u32,
    pub NewCommandBuffer: __u64,
    pub pPrivateDriverData: __u64,
    pub PrivateDriverDataSize: __u32,
    pub pad3: __u32,
}
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct D3DKMT_RENDER__bindgen_ty_1 {
    pub Value: __u32,
}
impl Default for D3DKMT_RENDER {
    fn default() -> Self {
        let mut s = ::core::mem::MaybeUninit::<Self>::uninit();
        unsafe {
            ::core::ptr::write_bytes(s.as_mut_ptr(), 0, 1);
            s.assume_init()
        }
    }
}
pub const DXG_NR_OPENADAPTERFROMLUID: dxg_ioctl_nr = 1;
pub const DXG_NR_CREATEDEVICE: dxg_ioctl_nr = 2;
pub const DXG_NR_CREATECONTEXT: dxg_ioctl_nr = 3;
pub const DXG_NR_CREATECONTEXTVIRTUAL: dxg_ioctl_nr = 4;
pub const DXG_NR_DESTROYCONTEXT: dxg_ioctl_nr = 5;
pub const DXG_NR_CREATEALLOCATION: dxg_ioctl_nr = 6;
pub const DXG_NR_CREATEPAGINGQUEUE: dxg_ioctl_nr = 7;
pub const DXG_NR_RESERVEGPUVIRTUALADDRESS: dxg_ioctl_nr = 8;
pub const DXG_NR_QUERYADAPTERINFO: dxg_ioctl_nr = 9;
pub const DXG_NR_QUERYVIDEOMEMORYINFO: dxg_ioctl_nr = 10;
pub const DXG_NR_MAKERESIDENT: dxg_ioctl_nr = 11;
pub const DXG_NR_MAPGPUVIRTUALADDRESS: dxg_ioctl_nr = 12;
pub const DXG_NR_ESCAPE: dxg_ioctl_nr = 13;
pub const DXG_NR_GETDEVICESTATE: dxg_ioctl_nr = 14;
pub const DXG_NR_SUBMITCOMMAND: dxg_ioctl_nr = 15;
pub const DXG_NR_CREATESYNCHRONIZATIONOBJECT: dxg_ioctl_nr = 16;
pub const DXG_NR_SIGNALSYNCHRONIZATIONOBJECT: dxg_ioctl_nr = 17;
pub const DXG_NR_WAITFORSYNCHRONIZATIONOBJECT: dxg_ioctl_nr = 18;
pub const DXG_NR_DESTROYALLOCATION2: dxg_ioctl_nr = 19;
pub const DXG_NR_ENUMADAPTERS2: dxg_ioctl_nr = 20;
pub const DXG_NR_CLOSEADAPTER: dxg_ioctl_nr = 21;
pub const DXG_NR_CHANGEVIDEOMEMORYRESERVATION: dxg_ioctl_nr = 22;
pub const DXG_NR_CREATEHWCONTEXT: dxg_ioctl_nr = 23;
pub const DXG_NR_CREATEHWQUEUE: dxg_ioctl_nr = 24;
pub const DXG_NR_DESTROYDEVICE: dxg_ioctl_nr = 25;
pub const DXG_NR_DESTROYHWCONTEXT: dxg_ioctl_nr = 26;
pub const DXG_NR_DESTROYHWQUEUE: dxg_ioctl_nr = 27;
pub const DXG_NR_DESTROYPAGINGQUEUE: dxg_ioctl_nr = 28;
pub const DXG_NR_DESTROYSYNCHRONIZATIONOBJECT: dxg_ioctl_nr = 29;
pub const DXG_NR_EVICT: dxg_ioctl_nr = 30;
pub const DXG_NR_FLUSHHEAPTRANSITIONS: dxg_ioctl_nr = 31;
pub const DXG_NR_FREEGPUVIRTUALADDRESS: dxg_ioctl_nr = 32;
pub const DXG_NR_GETCONTEXTINPROCESSSCHEDULINGPRIORITY: dxg_ioctl_nr = 33;
pub const DXG_NR_GETCONTEXTSCHEDULINGPRIORITY: dxg_ioctl_nr = 34;
pub const DXG_NR_GETSHAREDRESOURCEADAPTERLUID: dxg_ioctl_nr = 35;
pub const DXG_NR_INVALIDATECACHE: dxg_ioctl_nr = 36;
pub const DXG_NR_LOCK2: dxg_ioctl_nr = 37;
pub const DXG_NR_MARKDEVICEASERROR: dxg_ioctl_nr = 38;
pub const DXG_NR_OFFERALLOCATIONS: dxg_ioctl_nr = 39;
pub const DXG_NR_OPENRESOURCE: dxg_ioctl_nr = 40;
pub const DXG_NR_OPENSYNCHRONIZATIONOBJECT: dxg_ioctl_nr = 41;
pub const DXG_NR_QUERYALLOCATIONRESIDENCY: dxg_ioctl_nr = 42;
pub const DXG_NR_QUERYRESOURCEINFO: dxg_ioctl_nr = 43;
pub const DXG_NR_RECLAIMALLOCATIONS2: dxg_ioctl_nr = 44;
pub const DXG_NR_RENDER: dxg_ioctl_nr = 45;
pub const DXG_NR_SETALLOCATIONPRIORITY: dxg_ioctl_nr = 46;
pub const DXG_NR_SETCONTEXTINPROCESSSCHEDULINGPRIORITY: dxg_ioctl_nr = 47;
pub const DXG_NR_SETCONTEXTSCHEDULINGPRIORITY: dxg_ioctl_nr = 48;
pub const DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMCPU: dxg_ioctl_nr = 49;
pub const DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU: dxg_ioctl_nr = 50;
pub const DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2: dxg_ioctl_nr = 51;
pub const DXG_NR_SUBMITCOMMANDTOHWQUEUE: dxg_ioctl_nr = 52;
pub const DXG_NR_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE: dxg_ioctl_nr = 53;
pub const DXG_NR_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE: dxg_ioctl_nr = 54;
pub const DXG_NR_UNLOCK2: dxg_ioctl_nr = 55;
pub const DXG_NR_UPDATEALLOCPROPERTY: dxg_ioctl_nr = 56;
pub const DXG_NR_UPDATEGPUVIRTUALADDRESS: dxg_ioctl_nr = 57;
pub const DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMCPU: dxg_ioctl_nr = 58;
pub const DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMGPU: dxg_ioctl_nr = 59;
pub const DXG_NR_GETALLOCATIONPRIORITY: dxg_ioctl_nr = 60;
pub const DXG_NR_QUERYCLOCKCALIBRATION: dxg_ioctl_nr = 61;
pub const DXG_NR_ENUMADAPTERS3: dxg_ioctl_nr = 62;
pub const DXG_NR_SHAREOBJECTS: dxg_ioctl_nr = 63;
pub const DXG_NR_OPENSYNCOBJECTFROMNTHANDLE2: dxg_ioctl_nr = 64;
pub const DXG_NR_QUERYRESOURCEINFOFROMNTHANDLE: dxg_ioctl_nr = 65;
pub const DXG_NR_OPENRESOURCEFROMNTHANDLE: dxg_ioctl_nr = 66;
pub const DXG_NR_QUERYSTATISTICS: dxg_ioctl_nr = 67;
pub const DXG_NR_SHAREOBJECTWITHHOST: dxg_ioctl_nr = 68;
pub const DXG_NR_CREATESYNCFILE: dxg_ioctl_nr = 69;
pub const DXG_NR_WAITSYNCFILE: dxg_ioctl_nr = 70;
pub const DXG_NR_OPENSYNCOBJECTFROMSYNCFILE: dxg_ioctl_nr = 71;
pub const DXG_NR_ENUMPROCESSES: dxg_ioctl_nr = 72;
pub const DXG_NR_ISFEATUREENABLED: dxg_ioctl_nr = 73;
pub const DXG_NR_END: dxg_ioctl_nr = 74;
#[doc = " enum dxg_ioctl_nr - numbers of the requests; 0 and those from DXG_NR_END on have\n\tno meaning"]
pub type dxg_ioctl_nr = ::core::ffi::c_uint;
pub const DXG_IOCTL_OPENADAPTERFROMLUID: dxg_ioctl = 3222030081;
pub const DXG_IOCTL_CREATEDEVICE: dxg_ioctl = 3225437954;
pub const DXG_IOCTL_CREATECONTEXT: dxg_ioctl = 3227535107;
pub const DXG_IOCTL_CREATECONTEXTVIRTUAL: dxg_ioctl = 3223865092;
pub const DXG_IOCTL_DESTROYCONTEXT: dxg_ioctl = 3221505797;
pub const DXG_IOCTL_CREATEALLOCATION: dxg_ioctl = 3225962246;
pub const DXG_IOCTL_CREATEPAGINGQUEUE: dxg_ioctl = 3223340807;
pub const DXG_IOCTL_RESERVEGPUVIRTUALADDRESS: dxg_ioctl = 3225962248;
pub const DXG_IOCTL_QUERYADAPTERINFO: dxg_ioctl = 3222816521;
pub const DXG_IOCTL_QUERYVIDEOMEMORYINFO: dxg_ioctl = 3224913674;
pub const DXG_IOCTL_MAKERESIDENT: dxg_ioctl = 3224389387;
pub const DXG_IOCTL_MAPGPUVIRTUALADDRESS: dxg_ioctl = 3228059404;
pub const DXG_IOCTL_ESCAPE: dxg_ioctl = 3223340813;
pub const DXG_IOCTL_GETDEVICESTATE: dxg_ioctl = 3224913678;
pub const DXG_IOCTL_SUBMITCOMMAND: dxg_ioctl = 3246409487;
pub const DXG_IOCTL_CREATESYNCHRONIZATIONOBJECT: dxg_ioctl = 3227535120;
pub const DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECT: dxg_ioctl = 3251652369;
pub const DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECT: dxg_ioctl = 3234350866;
pub const DXG_IOCTL_DESTROYALLOCATION2: dxg_ioctl = 3222816531;
pub const DXG_IOCTL_ENUMADAPTERS2: dxg_ioctl = 3222292244;
pub const DXG_IOCTL_CLOSEADAPTER: dxg_ioctl = 3221505813;
pub const DXG_IOCTL_CHANGEVIDEOMEMORYRESERVATION: dxg_ioctl = 3223340822;
pub const DXG_IOCTL_CREATEHWCONTEXT: dxg_ioctl = 3223865111;
pub const DXG_IOCTL_CREATEHWQUEUE: dxg_ioctl = 3224389400;
pub const DXG_IOCTL_DESTROYDEVICE: dxg_ioctl = 3221505817;
pub const DXG_IOCTL_DESTROYHWCONTEXT: dxg_ioctl = 3221505818;
pub const DXG_IOCTL_DESTROYHWQUEUE: dxg_ioctl = 3221505819;
pub const DXG_IOCTL_DESTROYPAGINGQUEUE: dxg_ioctl = 3221505820;
pub const DXG_IOCTL_DESTROYSYNCHRONIZATIONOBJECT: dxg_ioctl = 3221505821;
pub const DXG_IOCTL_EVICT: dxg_ioctl = 3223340830;
pub const DXG_IOCTL_FLUSHHEAPTRANSITIONS: dxg_ioctl = 3221505823;
pub const DXG_IOCTL_FREEGPUVIRTUALADDRESS: dxg_ioctl = 3222816544;
pub const DXG_IOCTL_GETCONTEXTINPROCESSSCHEDULINGPRIORITY: dxg_ioctl = 3221767969;
pub const DXG_IOCTL_GETCONTEXTSCHEDULINGPRIORITY: dxg_ioctl = 3221767970;
pub const DXG_IOCTL_GETSHAREDRESOURCEADAPTERLUID: dxg_ioctl = 3222816547;
pub const DXG_IOCTL_INVALIDATECACHE: dxg_ioctl = 3222816548;
pub const DXG_IOCTL_LOCK2: dxg_ioctl = 3222816549;
pub const DXG_IOCTL_MARKDEVICEASERROR: dxg_ioctl = 3221767974;
pub const DXG_IOCTL_OFFERALLOCATIONS: dxg_ioctl = 3223865127;
pub const DXG_IOCTL_OPENRESOURCE: dxg_ioctl = 3225962280;
pub const DXG_IOCTL_OPENSYNCHRONIZATIONOBJECT: dxg_ioctl = 3225962281;
pub const DXG_IOCTL_QUERYALLOCATIONRESIDENCY: dxg_ioctl = 3223340842;
pub const DXG_IOCTL_QUERYRESOURCEINFO: dxg_ioctl = 3223340843;
pub const DXG_IOCTL_RECLAIMALLOCATIONS2: dxg_ioctl = 3223865132;
pub const DXG_IOCTL_RENDER: dxg_ioctl = 3245360941;
pub const DXG_IOCTL_SETALLOCATIONPRIORITY: dxg_ioctl = 3223340846;
pub const DXG_IOCTL_SETCONTEXTINPROCESSSCHEDULINGPRIORITY: dxg_ioctl = 3221767983;
pub const DXG_IOCTL_SETCONTEXTSCHEDULINGPRIORITY: dxg_ioctl = 3221767984;
pub const DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMCPU: dxg_ioctl = 3223340849;
pub const DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMGPU: dxg_ioctl = 3226486578;
pub const DXG_IOCTL_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2: dxg_ioctl = 3227535155;
pub const DXG_IOCTL_SUBMITCOMMANDTOHWQUEUE: dxg_ioctl = 3224913716;
pub const DXG_IOCTL_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE: dxg_ioctl = 3223865141;
pub const DXG_IOCTL_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE: dxg_ioctl = 3222816566;
pub const DXG_IOCTL_UNLOCK2: dxg_ioctl = 3221767991;
pub const DXG_IOCTL_UPDATEALLOCPROPERTY: dxg_ioctl = 3223865144;
pub const DXG_IOCTL_UPDATEGPUVIRTUALADDRESS: dxg_ioctl = 3224913721;
pub const DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECTFROMCPU: dxg_ioctl = 3223865146;
pub const DXG_IOCTL_WAITFORSYNCHRONIZATIONOBJECTFROMGPU: dxg_ioctl = 3226486587;
pub const DXG_IOCTL_GETALLOCATIONPRIORITY: dxg_ioctl = 3223340860;
pub const DXG_IOCTL_QUERYCLOCKCALIBRATION: dxg_ioctl = 3223865149;
pub const DXG_IOCTL_ENUMADAPTERS3: dxg_ioctl = 3222816574;
pub const DXG_IOCTL_SHAREOBJECTS: dxg_ioctl = 3223865151;
pub const DXG_IOCTL_OPENSYNCOBJECTFROMNTHANDLE2: dxg_ioctl = 3227010880;
pub const DXG_IOCTL_QUERYRESOURCEINFOFROMNTHANDLE: dxg_ioctl = 3223865153;
pub const DXG_IOCTL_OPENRESOURCEFROMNTHANDLE: dxg_ioctl = 3228059458;
pub const DXG_IOCTL_QUERYSTATISTICS: dxg_ioctl = 3274196803;
pub const DXG_IOCTL_SHAREOBJECTWITHHOST: dxg_ioctl = 3222816580;
pub const DXG_IOCTL_CREATESYNCFILE: dxg_ioctl = 3222816581;
pub const DXG_IOCTL_WAITSYNCFILE: dxg_ioctl = 3222292294;
pub const DXG_IOCTL_OPENSYNCOBJECTFROMSYNCFILE: dxg_ioctl = 3223865159;
pub const DXG_IOCTL_ENUMPROCESSES: dxg_ioctl = 3222816584;
pub const DXG_IOCTL_ISFEATUREENABLED: dxg_ioctl = 3222030153;
pub type dxg_ioctl = ::core::ffi::c_uint;
