/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * The user ABI of /dev/dxg: the Windows D3DKMT calls as ioctls.
 *
 * Numbers, sizes and offsets are those of WSL on x86-64; programs made for
 * WSL's node run on this one. Unlike there, the layout is the same on every
 * architecture, in 32-bit programs as well:
 *
 *  - a pointer is a 64-bit slot (__aligned_u64) that holds a user address,
 *  - 64-bit integers are 8-byte aligned, but in struct dxgk_gpuclockdata,
 *  - no structure has padding of the compiler; fields named padN say where
 *    it would be. Callers should zero them; the driver ignores them.
 *
 * "Handle" is struct d3dkmthandle unless a field says otherwise. Directions:
 * "in" is read, "out" is written, "in/out" is both; "out" fields are undefined
 * after a failed call.
 *
 * A result of ioctl() other than -1 is an NTSTATUS (enum ntstatus_code).
 * -1 stands for the NTSTATUS that belongs to errno, see Documentation/uapi.md.
 *
 * The structures whose names are in capitals have no implementation in WSL's
 * driver. D3DKMT_QUERYRESOURCEINFO and D3DKMT_OPENRESOURCE are served here;
 * the others keep their numbers, and their ioctls answer ENOTTY.
 */
#ifndef _UAPI_MISC_D3DKMTHK_H
#define _UAPI_MISC_D3DKMTHK_H

#include <linux/ioctl.h>
#include <linux/types.h>

/*
 * DXG_BITS - a word and the bitfields in it
 *
 * C has both views. bindgen sees the word alone, which makes plain data of
 * every flag structure; each bit has a constant below that is the same in both
 * languages.
 *
 * DXG_ALIAS - a field with a second name
 *
 * bindgen sees the first name alone.
 */
#ifdef __BINDGEN__
#define DXG_BITS(type, word, ...)	type word;
#define DXG_ALIAS(type, name, other)	type name;
#else
#define DXG_BITS(type, word, ...) \
	union { struct { __VA_ARGS__ }; type word; };
#define DXG_ALIAS(type, name, other) \
	union { type name; type other; };
#endif

/* ---- Limits ------------------------------------------------------------ */

/** D3DKMT_CREATEALLOCATION_MAX - most allocations in one create or destroy. */
#define D3DKMT_CREATEALLOCATION_MAX	1024
/**
 * D3DKMT_ADAPTERS_MAX - most entries that D3DKMTEnumAdapters2 takes, unless
 * there have been more adapters at once.
 */
#define D3DKMT_ADAPTERS_MAX		64
/** D3DKMT_ENUMADAPTERS3_MAX - most entries that D3DKMTEnumAdapters3 takes. */
#define D3DKMT_ENUMADAPTERS3_MAX	0xffff
/** D3DKMT_MAKERESIDENT_ALLOC_MAX - most allocations in one residency call. */
#define D3DKMT_MAKERESIDENT_ALLOC_MAX	10240
/**
 * D3DKMT_PRIVATE_DATA_MAX - bound of private data, in bytes.
 *
 * The private driver data of one allocation must be smaller; the buffer of
 * D3DKMTQueryAdapterInfo may have this size.
 */
#define D3DKMT_PRIVATE_DATA_MAX		131072
/** D3DKMT_MAX_OBJECTS_PER_HANDLE - most objects behind one NT handle. */
#define D3DKMT_MAX_OBJECTS_PER_HANDLE	3
/** D3DDDI_MAX_BROADCAST_CONTEXT - entries of a broadcast context array. */
#define D3DDDI_MAX_BROADCAST_CONTEXT	64
/** D3DDDI_MAX_WRITTEN_PRIMARIES - entries of a written primaries array. */
#define D3DDDI_MAX_WRITTEN_PRIMARIES	16
/** D3DDDI_MAX_OBJECT_WAITED_ON - most objects in one wait. */
#define D3DDDI_MAX_OBJECT_WAITED_ON	32
/** D3DDDI_MAX_OBJECT_SIGNALED - most objects in one signal. */
#define D3DDDI_MAX_OBJECT_SIGNALED	32
/** D3DKMT_HISTORY_BUFFERS_MAX - most history buffers of a submission. */
#define D3DKMT_HISTORY_BUFFERS_MAX	1024
/** D3DKMT_UPDATEGPUVA_OPERATIONS_MAX - most operations of an update. */
#define D3DKMT_UPDATEGPUVA_OPERATIONS_MAX 2048
/** DXG_NAME_UNITS - UTF-16 units of a name or path, with its terminator. */
#define DXG_NAME_UNITS			260
/** DXG_DESCRIPTION_UNITS - UTF-16 units of a driver description. */
#define DXG_DESCRIPTION_UNITS		4096

/* ---- Status values ----------------------------------------------------- */

/**
 * enum ntstatus_code - NTSTATUS values of the ABI
 * @STATUS_SUCCESS: done
 * @STATUS_ABANDONED: the owner of a mutex went away holding it
 * @STATUS_TIMEOUT: the time was up; a success class status
 * @STATUS_PENDING: done when the paging fence is reached; a success class status
 * @STATUS_UNSUCCESSFUL: failed for a reason without a status of its own
 * @STATUS_NOT_IMPLEMENTED: no such function
 * @STATUS_ACCESS_VIOLATION: bad address
 * @STATUS_INVALID_HANDLE: no object, or one of a wrong type, behind a handle
 * @STATUS_INVALID_PARAMETER: malformed call
 * @STATUS_ILLEGAL_INSTRUCTION: stands for EOPNOTSUPP
 * @STATUS_NO_MEMORY: no system memory, or over a limit on it
 * @STATUS_ACCESS_DENIED: not allowed
 * @STATUS_BUFFER_TOO_SMALL: the caller's buffer can't hold the answer
 * @STATUS_OBJECT_TYPE_MISMATCH: NT handle of another type
 * @STATUS_OBJECT_NAME_INVALID: malformed name
 * @STATUS_OBJECT_NAME_NOT_FOUND: no object of that name
 * @STATUS_OBJECT_NAME_COLLISION: the name is taken
 * @STATUS_INTEGER_OVERFLOW: a sum of the arguments does not fit
 * @STATUS_NOT_SUPPORTED: not by this device
 * @STATUS_DEVICE_REMOVED: the adapter is gone
 * @STATUS_GRAPHICS_DRIVER_MISMATCH: user-mode and kernel-mode driver disagree
 * @STATUS_GRAPHICS_NO_VIDEO_MEMORY: no video memory left to commit
 * @STATUS_GRAPHICS_CANT_LOCK_MEMORY: pages could not be made resident
 * @STATUS_GRAPHICS_ALLOCATION_BUSY: in use by the GPU
 * @STATUS_GRAPHICS_TOO_MANY_REFERENCES: too many references to an allocation
 * @STATUS_GRAPHICS_TRY_AGAIN_LATER: later
 * @STATUS_GRAPHICS_TRY_AGAIN_NOW: at once
 * @STATUS_GRAPHICS_ALLOCATION_INVALID: not usable any more
 * @STATUS_GRAPHICS_CANT_EVICT_PINNED_ALLOCATION: pinned
 * @STATUS_GRAPHICS_INVALID_ALLOCATION_USAGE: not for this use
 * @STATUS_GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION: locked by the CPU
 * @STATUS_GRAPHICS_ALLOCATION_CLOSED: closed meanwhile
 * @STATUS_GRAPHICS_INVALID_ALLOCATION_INSTANCE: bad instance
 * @STATUS_GRAPHICS_INVALID_ALLOCATION_HANDLE: bad allocation handle
 * @STATUS_GRAPHICS_WRONG_ALLOCATION_DEVICE: allocation of another device
 * @STATUS_GRAPHICS_ALLOCATION_CONTENT_LOST: contents lost
 * @STATUS_GRAPHICS_GPU_EXCEPTION_ON_DEVICE: the GPU faulted
 */
enum ntstatus_code {
	STATUS_SUCCESS				= 0x00000000,
	STATUS_ABANDONED			= 0x00000080,
	STATUS_TIMEOUT				= 0x00000102,
	STATUS_PENDING				= 0x00000103,
	STATUS_UNSUCCESSFUL			= 0xc0000001,
	STATUS_NOT_IMPLEMENTED			= 0xc0000002,
	STATUS_ACCESS_VIOLATION			= 0xc0000005,
	STATUS_INVALID_HANDLE			= 0xc0000008,
	STATUS_INVALID_PARAMETER		= 0xc000000d,
	STATUS_NO_MEMORY			= 0xc0000017,
	STATUS_ILLEGAL_INSTRUCTION		= 0xc000001d,
	STATUS_ACCESS_DENIED			= 0xc0000022,
	STATUS_BUFFER_TOO_SMALL			= 0xc0000023,
	STATUS_OBJECT_TYPE_MISMATCH		= 0xc0000024,
	STATUS_OBJECT_NAME_INVALID		= 0xc0000033,
	STATUS_OBJECT_NAME_NOT_FOUND		= 0xc0000034,
	STATUS_OBJECT_NAME_COLLISION		= 0xc0000035,
	STATUS_INTEGER_OVERFLOW			= 0xc0000095,
	STATUS_NOT_SUPPORTED			= 0xc00000bb,
	STATUS_DEVICE_REMOVED			= 0xc00002b6,
	STATUS_GRAPHICS_DRIVER_MISMATCH		= 0xc01e0009,
	STATUS_GRAPHICS_NO_VIDEO_MEMORY		= 0xc01e0100,
	STATUS_GRAPHICS_CANT_LOCK_MEMORY	= 0xc01e0101,
	STATUS_GRAPHICS_ALLOCATION_BUSY		= 0xc01e0102,
	STATUS_GRAPHICS_TOO_MANY_REFERENCES	= 0xc01e0103,
	STATUS_GRAPHICS_TRY_AGAIN_LATER		= 0xc01e0104,
	STATUS_GRAPHICS_TRY_AGAIN_NOW		= 0xc01e0105,
	STATUS_GRAPHICS_ALLOCATION_INVALID	= 0xc01e0106,
	STATUS_GRAPHICS_CANT_EVICT_PINNED_ALLOCATION = 0xc01e0109,
	STATUS_GRAPHICS_INVALID_ALLOCATION_USAGE = 0xc01e0110,
	STATUS_GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION = 0xc01e0111,
	STATUS_GRAPHICS_ALLOCATION_CLOSED	= 0xc01e0112,
	STATUS_GRAPHICS_INVALID_ALLOCATION_INSTANCE = 0xc01e0113,
	STATUS_GRAPHICS_INVALID_ALLOCATION_HANDLE = 0xc01e0114,
	STATUS_GRAPHICS_WRONG_ALLOCATION_DEVICE	= 0xc01e0115,
	STATUS_GRAPHICS_ALLOCATION_CONTENT_LOST	= 0xc01e0116,
	STATUS_GRAPHICS_GPU_EXCEPTION_ON_DEVICE	= 0xc01e0200,
};

/* ---- Basic types ------------------------------------------------------- */

/**
 * enum d3dkmthandle_mask - parts of a handle
 * @D3DKMTHANDLE_INSTANCE: 0 in a local handle, 2 in a global one
 * @D3DKMTHANDLE_INDEX: place in the handle table
 * @D3DKMTHANDLE_UNIQUE: never 0, so that no handle looks like an NT handle
 */
enum d3dkmthandle_mask {
	D3DKMTHANDLE_INSTANCE	= 0x0000003f,
	D3DKMTHANDLE_INDEX	= 0x3fffffc0,
	D3DKMTHANDLE_UNIQUE	= 0xc0000000,
};

/**
 * struct d3dkmthandle - D3DKMT_HANDLE: name of an object, valid in one process
 * @v: whole value; 0 names nothing
 *
 * Its parts are in enum d3dkmthandle_mask.
 */
struct d3dkmthandle {
	DXG_BITS(__u32, v,
		__u32 instance:6;
		__u32 index:24;
		__u32 unique:2;
	)
};

/**
 * struct winluid - LUID: name of an adapter until it goes away
 * @a: low part
 * @b: high part
 */
struct winluid {
	__u32 a;
	__u32 b;
};

/* ---- Adapters ---------------------------------------------------------- */

/**
 * struct d3dkmt_adapterinfo - D3DKMT_ADAPTERINFO: one enumerated adapter
 * @adapter_handle: out, handle opened for the caller, who must close it
 * @adapter_luid: out, LUID of the adapter
 * @num_sources: out, VidPN sources (display pipes); 0 when not reported
 * @present_move_regions_preferred: out, BOOL; 0 when not reported
 */
struct d3dkmt_adapterinfo {
	struct d3dkmthandle adapter_handle;
	struct winluid adapter_luid;
	__u32 num_sources;
	__u32 present_move_regions_preferred;
};

/**
 * struct d3dkmt_enumadapters2 - D3DKMT_ENUMADAPTERS2: argument of
 *	D3DKMTEnumAdapters2
 * @num_adapters: in, entries in @adapters; out, entries written, or adapters
 *	present if @adapters was 0
 * @reserved: ignored
 * @adapters: in, address of struct d3dkmt_adapterinfo array, or 0 to ask for
 *	the count
 */
struct d3dkmt_enumadapters2 {
	__u32 num_adapters;
	__u32 reserved;
	__aligned_u64 adapters;
};

/**
 * enum d3dkmt_enumadapters_filter_flag - bits of d3dkmt_enumadapters_filter
 * @D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_COMPUTE_ONLY: adapters without display
 * @D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_DISPLAY_ONLY: adapters without rendering
 * @D3DKMT_ENUMADAPTERS_FILTER_RESERVED: bits without meaning
 */
enum d3dkmt_enumadapters_filter_flag {
	D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_COMPUTE_ONLY = 0x1,
	D3DKMT_ENUMADAPTERS_FILTER_INCLUDE_DISPLAY_ONLY = 0x2,
	D3DKMT_ENUMADAPTERS_FILTER_RESERVED = 0xfffffffffffffffcull,
};

/**
 * struct d3dkmt_enumadapters_filter - D3DKMT_ENUMADAPTERS_FILTER
 * @value: bits of enum d3dkmt_enumadapters_filter_flag
 */
struct d3dkmt_enumadapters_filter {
	DXG_BITS(__aligned_u64, value,
		__u64 include_compute_only:1;
		__u64 include_display_only:1;
		__u64 reserved:62;
	)
};

/**
 * struct d3dkmt_enumadapters3 - D3DKMT_ENUMADAPTERS3: argument of
 *	D3DKMTEnumAdapters3
 * @filter: in, kinds of adapters to add to the usual ones
 * @adapter_count: in, entries in @adapters; out, entries written, or adapters
 *	present if @adapters or @adapter_count was 0
 * @reserved: ignored
 * @adapters: in, address of struct d3dkmt_adapterinfo array, or 0
 */
struct d3dkmt_enumadapters3 {
	struct d3dkmt_enumadapters_filter filter;
	__u32 adapter_count;
	__u32 reserved;
	__aligned_u64 adapters;
};

/**
 * struct d3dkmt_openadapterfromluid - D3DKMT_OPENADAPTERFROMLUID: argument of
 *	D3DKMTOpenAdapterFromLuid
 * @adapter_luid: in, LUID of the adapter
 * @adapter_handle: out, new handle, to be closed with D3DKMTCloseAdapter
 */
struct d3dkmt_openadapterfromluid {
	struct winluid adapter_luid;
	struct d3dkmthandle adapter_handle;
};

/**
 * struct d3dkmt_closeadapter - D3DKMT_CLOSEADAPTER: argument of
 *	D3DKMTCloseAdapter
 * @adapter_handle: in, adapter
 */
struct d3dkmt_closeadapter {
	struct d3dkmthandle adapter_handle;
};

/**
 * enum kmtqueryadapterinfotype - KMTQUERYADAPTERINFOTYPE
 * @KMTQAITYPE_UMDRIVERPRIVATE: bytes that the miniport defines
 * @KMTQAITYPE_UMDRIVERNAME: struct d3dkmt_umdfilenameinfo
 * @KMTQAITYPE_GETSEGMENTSIZE: struct d3dkmt_segmentsizeinfo
 * @KMTQAITYPE_ADAPTERADDRESS: struct d3dkmt_adapteraddress
 * @KMTQAITYPE_ADAPTERREGISTRYINFO: struct d3dkmt_adapterregistryinfo
 * @KMTQAITYPE_CHECKDRIVERUPDATESTATUS: __u32, BOOL: the driver is being updated
 * @KMTQAITYPE_DRIVERVERSION: struct d3dkmt_driverversion
 * @KMTQAITYPE_ADAPTERTYPE: struct d3dkmt_adaptertype
 * @KMTQAITYPE_WDDM_1_2_CAPS: struct d3dkmt_wddm_1_2_caps
 * @KMTQAITYPE_UMD_DRIVER_VERSION: struct d3dkmt_umd_driver_version
 * @KMTQAITYPE_WDDM_2_0_CAPS: struct d3dkmt_wddm_2_0_caps
 * @KMTQAITYPE_NODEMETADATA: struct d3dkmt_nodemetadata
 * @KMTQAITYPE_PHYSICALADAPTERCOUNT: struct d3dkmt_physical_adapter_count
 * @KMTQAITYPE_PHYSICALADAPTERDEVICEIDS: struct d3dkmt_query_device_ids
 * @KMTQAITYPE_QUERY_GPUMMU_CAPS: struct d3dkmt_query_gpummu_caps
 * @KMTQAITYPE_QUERYREGISTRY: struct d3dddi_queryregistry_info
 * @KMTQAITYPE_KMD_DRIVER_VERSION: struct d3dkmt_kmd_driver_version
 * @KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER: as ADAPTERREGISTRYINFO
 * @KMTQAITYPE_DRIVERVERSION_RENDER: as DRIVERVERSION
 * @KMTQAITYPE_ADAPTERTYPE_RENDER: as ADAPTERTYPE
 * @KMTQAITYPE_WDDM_1_2_CAPS_RENDER: as WDDM_1_2_CAPS
 * @KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID: struct d3dkmt_query_adapter_unique_guid
 * @KMTQAITYPE_NODEPERFDATA: struct d3dkmt_node_perfdata
 * @KMTQAITYPE_ADAPTERPERFDATA: struct d3dkmt_adapter_perfdata
 * @KMTQAITYPE_ADAPTERPERFDATA_CAPS: struct d3dkmt_adapter_perfdatacaps
 * @KMTQAITYPE_DRIVER_DESCRIPTION: struct d3dkmt_driver_description
 * @KMTQAITYPE_DRIVER_DESCRIPTION_RENDER: as DRIVER_DESCRIPTION
 * @KMTQAITYPE_WDDM_2_7_CAPS: struct d3dkmt_wddm_2_7_caps
 *
 * Two-part devices answer the _RENDER types for the part that renders. Here
 * an adapter is one device, and both answers are the same.
 */
enum kmtqueryadapterinfotype {
	KMTQAITYPE_UMDRIVERPRIVATE		= 0,
	KMTQAITYPE_UMDRIVERNAME			= 1,
	KMTQAITYPE_GETSEGMENTSIZE		= 3,
	KMTQAITYPE_ADAPTERADDRESS		= 6,
	KMTQAITYPE_ADAPTERREGISTRYINFO		= 8,
	KMTQAITYPE_CHECKDRIVERUPDATESTATUS	= 11,
	KMTQAITYPE_DRIVERVERSION		= 13,
	KMTQAITYPE_ADAPTERTYPE			= 15,
	KMTQAITYPE_WDDM_1_2_CAPS		= 17,
	KMTQAITYPE_UMD_DRIVER_VERSION		= 18,
	KMTQAITYPE_WDDM_2_0_CAPS		= 24,
	KMTQAITYPE_NODEMETADATA			= 25,
	KMTQAITYPE_PHYSICALADAPTERCOUNT		= 30,
	KMTQAITYPE_PHYSICALADAPTERDEVICEIDS	= 31,
	KMTQAITYPE_QUERY_GPUMMU_CAPS		= 34,
	KMTQAITYPE_QUERYREGISTRY		= 48,
	KMTQAITYPE_KMD_DRIVER_VERSION		= 49,
	KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER	= 54,
	KMTQAITYPE_DRIVERVERSION_RENDER		= 56,
	KMTQAITYPE_ADAPTERTYPE_RENDER		= 57,
	KMTQAITYPE_WDDM_1_2_CAPS_RENDER		= 58,
	KMTQAITYPE_QUERY_ADAPTER_UNIQUE_GUID	= 60,
	KMTQAITYPE_NODEPERFDATA			= 61,
	KMTQAITYPE_ADAPTERPERFDATA		= 62,
	KMTQAITYPE_ADAPTERPERFDATA_CAPS		= 63,
	KMTQAITYPE_DRIVER_DESCRIPTION		= 65,
	KMTQAITYPE_DRIVER_DESCRIPTION_RENDER	= 66,
	KMTQAITYPE_WDDM_2_7_CAPS		= 70,
};

/**
 * struct d3dkmt_queryadapterinfo - D3DKMT_QUERYADAPTERINFO: argument of
 *	D3DKMTQueryAdapterInfo
 * @adapter: in, adapter
 * @type: in, enum kmtqueryadapterinfotype
 * @private_data: in, address of the structure that belongs to @type; in/out
 *	there
 * @private_data_size: in, its size in bytes
 * @pad0: ignored
 */
struct d3dkmt_queryadapterinfo {
	struct d3dkmthandle adapter;
	__u32 type;
	__aligned_u64 private_data;
	__u32 private_data_size;
	__u32 pad0;
};

/**
 * enum d3dkmt_memory_segment_group - D3DKMT_MEMORY_SEGMENT_GROUP
 * @D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL: memory of the device
 * @D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL: system memory used by the device
 */
enum d3dkmt_memory_segment_group {
	D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL	= 0,
	D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL	= 1,
};

/**
 * struct d3dkmt_queryvideomemoryinfo - D3DKMT_QUERYVIDEOMEMORYINFO: argument
 *	of D3DKMTQueryVideoMemoryInfo
 * @process: in, must be 0: the caller
 * @adapter: in, adapter
 * @memory_segment_group: in, enum d3dkmt_memory_segment_group
 * @budget: out, bytes that the process should not exceed
 * @current_usage: out, bytes that the process uses
 * @current_reservation: out, bytes that the process has reserved
 * @available_for_reservation: out, bytes that the process may reserve
 * @physical_adapter_index: in, 0: an adapter is one physical device
 * @pad0: ignored
 */
struct d3dkmt_queryvideomemoryinfo {
	__aligned_u64 process;
	struct d3dkmthandle adapter;
	__u32 memory_segment_group;
	__aligned_u64 budget;
	__aligned_u64 current_usage;
	__aligned_u64 current_reservation;
	__aligned_u64 available_for_reservation;
	__u32 physical_adapter_index;
	__u32 pad0;
};

/** struct d3dkmt_changevideomemoryreservation - D3DKMT_CHANGEVIDEOMEMORYRESERVATION */
struct d3dkmt_changevideomemoryreservation {
	__aligned_u64 process;
	struct d3dkmthandle adapter;
	__u32 memory_segment_group;
	__aligned_u64 reservation;
	__u32 physical_adapter_index;
	__u32 pad0;
};

/**
 * enum d3dkmt_querystatistics_type - D3DKMT_QUERYSTATISTICS_TYPE: what
 *	D3DKMTQueryStatistics counts, from a whole adapter (0) to one physical
 *	adapter (10)
 */
enum d3dkmt_querystatistics_type {
	D3DKMT_QUERYSTATISTICS_ADAPTER			= 0,
	D3DKMT_QUERYSTATISTICS_PROCESS			= 1,
	D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER		= 2,
	D3DKMT_QUERYSTATISTICS_SEGMENT			= 3,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT		= 4,
	D3DKMT_QUERYSTATISTICS_NODE			= 5,
	D3DKMT_QUERYSTATISTICS_PROCESS_NODE		= 6,
	D3DKMT_QUERYSTATISTICS_VIDPNSOURCE		= 7,
	D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE	= 8,
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP	= 9,
	D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER		= 10,
};

/** struct d3dkmt_querystatistics_result - D3DKMT_QUERYSTATISTICS_RESULT: opaque */
struct d3dkmt_querystatistics_result {
	__u8 size[776];
};

/** struct d3dkmt_querystatistics_counter - D3DKMT_QUERYSTATISTICS_COUNTER */
struct d3dkmt_querystatistics_counter {
	__u32 count;
	__u32 pad0;
	__aligned_u64 bytes;
};

/**
 * struct d3dkmt_querystatistics_adapter_information -
 *	D3DKMT_QUERYSTATISTICS_ADAPTER_INFORMATION: the result for an adapter
 *
 * @counters stands for what is counted since the adapter came, from
 * ReferenceDmaBuffer to Terminations. @flags: number of segment groups.
 */
struct d3dkmt_querystatistics_adapter_information {
	__u32 segment_count;
	__u32 node_count;
	__u32 vid_pn_source_count;
	__u32 vsync_enabled;
	__u32 tdr_detected_count;
	__u32 pad0;
	__aligned_u64 zero_length_dma_buffers;
	__aligned_u64 restarted_period;
	__aligned_u64 counters[84];
	__aligned_u64 flags;
	__aligned_u64 reserved[7];
};

/**
 * struct d3dkmt_querystatistics_system_memory -
 *	D3DKMT_QUERYSTATISTICS_SYSTEM_MEMORY
 */
struct d3dkmt_querystatistics_system_memory {
	__aligned_u64 bytes_allocated;
	__aligned_u64 bytes_reserved;
	__u32 small_allocation_blocks;
	__u32 large_allocation_blocks;
	__aligned_u64 write_combined_bytes_allocated;
	__aligned_u64 write_combined_bytes_reserved;
	__aligned_u64 cached_bytes_allocated;
	__aligned_u64 cached_bytes_reserved;
	__aligned_u64 section_bytes_allocated;
	__aligned_u64 section_bytes_reserved;
};

/**
 * struct d3dkmt_querystatistics_process_information -
 *	D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION: the result for a process
 */
struct d3dkmt_querystatistics_process_information {
	__u32 node_count;
	__u32 vid_pn_source_count;
	struct d3dkmt_querystatistics_system_memory system_memory;
	__aligned_u64 reserved[8];
};

/**
 * struct d3dkmt_querystatistics_process_adapter_information -
 *	D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION: the result for a
 *	process on an adapter
 */
struct d3dkmt_querystatistics_process_adapter_information {
	__u32 segment_count;
	__u32 node_count;
	__u32 vid_pn_source_count;
	__u32 virtual_memory_usage;
	struct d3dkmt_querystatistics_counter dma_buffer_size;
	__u32 dma_buffer_allocation_list_bytes;
	__u32 dma_buffer_patch_location_list_bytes;
	__aligned_u64 total_bytes_evicted_from_process;
	__aligned_u64 bytes_by_segment_preference[5];
	__aligned_u64 policy[13];
	__aligned_u64 reserved[8];
};

/**
 * struct d3dkmt_querystatistics_segment_information -
 *	D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION: the result for a segment
 */
struct d3dkmt_querystatistics_segment_information {
	__aligned_u64 commit_limit;
	__aligned_u64 bytes_committed;
	__aligned_u64 bytes_resident;
	__aligned_u64 total_bytes_evicted;
	__u32 allocs_committed;
	__u32 allocs_resident;
	__u32 aperture;
	__u32 pad0;
	__aligned_u64 total_bytes_evicted_by_priority[5];
	__aligned_u64 system_memory_end_address;
	__aligned_u64 power_flags;
	__aligned_u64 segment_properties;
	__aligned_u64 reserved[5];
};

/**
 * struct d3dkmt_querystatistics_process_segment_information -
 *	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION: the result for a
 *	process and a segment
 */
struct d3dkmt_querystatistics_process_segment_information {
	__aligned_u64 bytes_committed;
	__aligned_u64 maximum_working_set;
	__aligned_u64 minimum_working_set;
	__u32 referenced_allocations_evicted_in_period;
	__u32 pad0;
	__u32 allocs_committed;
	__u32 pad1;
	struct d3dkmt_querystatistics_counter allocs_resident_in_preferred[5];
	struct d3dkmt_querystatistics_counter allocs_resident_in_non_preferred;
	__aligned_u64 total_bytes_evicted_due_to_preparation;
	__aligned_u64 use_mru;
	__aligned_u64 reserved[8];
};

/**
 * struct d3dkmt_querystatistics_process_segment_group_information -
 *	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION: the result for
 *	a process and a segment group
 */
struct d3dkmt_querystatistics_process_segment_group_information {
	__aligned_u64 budget;
	__aligned_u64 requested;
	__aligned_u64 usage;
	__aligned_u64 demoted[5];
};

/**
 * struct d3dkmt_querystatistics - D3DKMT_QUERYSTATISTICS
 *
 * @query is the segment, node, VidPN source or physical adapter that the type
 * asks for.
 */
struct d3dkmt_querystatistics {
#ifndef __BINDGEN__
	union {
		struct {
#endif
			__u32 type;
			struct winluid adapter_luid;
			__u32 pad0;
			__aligned_u64 process;
			struct d3dkmt_querystatistics_result result;
			__u32 query;
			__u32 pad1;
#ifndef __BINDGEN__
		};
		__u8 size[808];
	};
#endif
};

/** struct d3dkmt_enumprocesses - processes that use an adapter, as u32 pids */
struct d3dkmt_enumprocesses {
	struct winluid adapter_luid;
	__aligned_u64 buffer;
	__aligned_u64 buffer_count;
};

/** enum dxgk_feature_id - DXGK_FEATURE_ID: a feature to ask for */
enum dxgk_feature_id {
	DXGK_FEATURE_HWSCH			= 0,
	DXGK_FEATURE_PAGE_BASED_MEMORY_MANAGER	= 32,
	DXGK_FEATURE_KERNEL_MODE_TESTING	= 33,
	DXGK_FEATURE_MAX			= 34,
};

/**
 * enum dxgk_isfeatureenabled_flag - bits of dxgk_isfeatureenabled_result
 * @DXGK_ISFEATUREENABLED_ENABLED: in use
 * @DXGK_ISFEATUREENABLED_KNOWN_FEATURE: the system knows the number
 * @DXGK_ISFEATUREENABLED_SUPPORTED_BY_DRIVER: the driver can
 * @DXGK_ISFEATUREENABLED_SUPPORTED_ON_CONFIG: this machine can
 * @DXGK_ISFEATUREENABLED_RESERVED: bits without meaning
 */
enum dxgk_isfeatureenabled_flag {
	DXGK_ISFEATUREENABLED_ENABLED			= 0x0001,
	DXGK_ISFEATUREENABLED_KNOWN_FEATURE		= 0x0002,
	DXGK_ISFEATUREENABLED_SUPPORTED_BY_DRIVER	= 0x0004,
	DXGK_ISFEATUREENABLED_SUPPORTED_ON_CONFIG	= 0x0008,
	DXGK_ISFEATUREENABLED_RESERVED			= 0xfff0,
};

/** struct dxgk_isfeatureenabled_result - answer of d3dkmt_isfeatureenabled */
struct dxgk_isfeatureenabled_result {
	__u16 version;
	DXG_BITS(__u16, value,
		__u16 enabled:1;
		__u16 known_feature:1;
		__u16 supported_by_driver:1;
		__u16 supported_on_config:1;
		__u16 reserved:12;
	)
};

/** struct d3dkmt_isfeatureenabled - D3DKMT_ISFEATUREENABLED */
struct d3dkmt_isfeatureenabled {
	struct d3dkmthandle adapter;
	__u32 feature_id;
	struct dxgk_isfeatureenabled_result result;
};

/**
 * enum dxgk_gpuclockdata_flag - bits of dxgk_gpuclockdata_flags
 * @DXGK_GPUCLOCKDATA_CONTEXT_MANAGEMENT_PROCESSOR: the GPU keeps contexts itself
 * @DXGK_GPUCLOCKDATA_RESERVED: bits without meaning
 */
enum dxgk_gpuclockdata_flag {
	DXGK_GPUCLOCKDATA_CONTEXT_MANAGEMENT_PROCESSOR	= 0x00000001,
	DXGK_GPUCLOCKDATA_RESERVED			= 0xfffffffe,
};

/** struct dxgk_gpuclockdata_flags - DXGK_GPUCLOCKDATA_FLAGS */
struct dxgk_gpuclockdata_flags {
	DXG_BITS(__u32, value,
		__u32 context_management_processor:1;
		__u32 reserved:31;
	)
};

/** struct dxgk_gpuclockdata - DXGK_GPUCLOCKDATA: pair of clock readings, packed */
struct dxgk_gpuclockdata {
	__u64 gpu_frequency;
	__u64 gpu_clock_counter;
	__u64 cpu_clock_counter;
	struct dxgk_gpuclockdata_flags flags;
} __attribute__((packed, aligned(4)));

/** struct d3dkmt_queryclockcalibration - D3DKMT_QUERYCLOCKCALIBRATION */
struct d3dkmt_queryclockcalibration {
	struct d3dkmthandle adapter;
	__u32 node_ordinal;
	__u32 physical_adapter_index;
	struct dxgk_gpuclockdata clock_data;
};

/** struct d3dkmt_flushheaptransitions - D3DKMT_FLUSHHEAPTRANSITIONS */
struct d3dkmt_flushheaptransitions {
	struct d3dkmthandle adapter;
};

/** enum d3dkmt_escapetype - D3DKMT_ESCAPETYPE */
enum d3dkmt_escapetype {
	D3DKMT_ESCAPE_DRIVERPRIVATE	= 0,
	D3DKMT_ESCAPE_VIDMM		= 1,
	D3DKMT_ESCAPE_VIDSCH		= 3,
	D3DKMT_ESCAPE_DEVICE		= 4,
	D3DKMT_ESCAPE_DRT_TEST		= 8,
};

/** enum d3dddi_knownescapetype - types of an escape that the kernel understands */
enum d3dddi_knownescapetype {
	D3DDDI_DRIVERESCAPETYPE_TRANSLATEALLOCATIONHANDLE	= 0,
	D3DDDI_DRIVERESCAPETYPE_TRANSLATERESOURCEHANDLE		= 1,
	D3DDDI_DRIVERESCAPETYPE_CPUEVENTUSAGE			= 2,
	D3DDDI_DRIVERESCAPETYPE_BUILDTESTCOMMANDBUFFER		= 3,
};

/**
 * enum d3dddi_escape_flag - bits of d3dddi_escapeflags
 * @D3DDDI_ESCAPE_HARDWARE_ACCESS: may touch the hardware
 * @D3DDDI_ESCAPE_DEVICE_STATUS_QUERY: asks for the state of a device
 * @D3DDDI_ESCAPE_CHANGE_FRAME_LATENCY: changes the frame latency
 * @D3DDDI_ESCAPE_NO_ADAPTER_SYNCHRONIZATION: may run beside other calls
 * @D3DDDI_ESCAPE_RESERVED: bit without meaning
 * @D3DDDI_ESCAPE_VIRTUAL_MACHINE_DATA: comes from a virtual machine
 * @D3DDDI_ESCAPE_DRIVER_KNOWN_ESCAPE: enum d3dddi_knownescapetype is in the data
 * @D3DDDI_ESCAPE_DRIVER_COMMON_ESCAPE: common to drivers
 * @D3DDDI_ESCAPE_RESERVED2: bits without meaning
 */
enum d3dddi_escape_flag {
	D3DDDI_ESCAPE_HARDWARE_ACCESS			= 0x00000001,
	D3DDDI_ESCAPE_DEVICE_STATUS_QUERY		= 0x00000002,
	D3DDDI_ESCAPE_CHANGE_FRAME_LATENCY		= 0x00000004,
	D3DDDI_ESCAPE_NO_ADAPTER_SYNCHRONIZATION	= 0x00000008,
	D3DDDI_ESCAPE_RESERVED				= 0x00000010,
	D3DDDI_ESCAPE_VIRTUAL_MACHINE_DATA		= 0x00000020,
	D3DDDI_ESCAPE_DRIVER_KNOWN_ESCAPE		= 0x00000040,
	D3DDDI_ESCAPE_DRIVER_COMMON_ESCAPE		= 0x00000080,
	D3DDDI_ESCAPE_RESERVED2				= 0xffffff00,
};

/** struct d3dddi_escapeflags - D3DDDI_ESCAPEFLAGS */
struct d3dddi_escapeflags {
	DXG_BITS(__u32, value,
		__u32 hardware_access:1;
		__u32 device_status_query:1;
		__u32 change_frame_latency:1;
		__u32 no_adapter_synchronization:1;
		__u32 reserved:1;
		__u32 virtual_machine_data:1;
		__u32 driver_known_escape:1;
		__u32 driver_common_escape:1;
		__u32 reserved2:24;
	)
};

/** struct d3dkmt_escape - D3DKMT_ESCAPE: private message to a miniport */
struct d3dkmt_escape {
	struct d3dkmthandle adapter;
	struct d3dkmthandle device;
	__u32 type;
	struct d3dddi_escapeflags flags;
	__aligned_u64 priv_drv_data;
	__u32 priv_drv_data_size;
	struct d3dkmthandle context;
};

/* ---- Answers of D3DKMTQueryAdapterInfo --------------------------------- */

/** struct d3dkmt_umdfilenameinfo - D3DKMT_UMDFILENAMEINFO: user-mode driver's file */
struct d3dkmt_umdfilenameinfo {
	__u32 version;
	__u16 umd_file_name[DXG_NAME_UNITS];
};

/**
 * struct d3dkmt_segmentsizeinfo - D3DKMT_SEGMENTSIZEINFO: memory, in bytes
 * @dedicated_video_memory_size: memory of the device
 * @dedicated_system_memory_size: system memory set aside for the device
 * @shared_system_memory_size: system memory that the device may use
 */
struct d3dkmt_segmentsizeinfo {
	__aligned_u64 dedicated_video_memory_size;
	__aligned_u64 dedicated_system_memory_size;
	__aligned_u64 shared_system_memory_size;
};

/**
 * struct d3dkmt_adapteraddress - D3DKMT_ADAPTERADDRESS: place on the PCI bus
 * @bus_number: bus
 * @device_number: device
 * @function_number: function
 */
struct d3dkmt_adapteraddress {
	__u32 bus_number;
	__u32 device_number;
	__u32 function_number;
};

/**
 * struct d3dkmt_adapterregistryinfo - D3DKMT_ADAPTERREGISTRYINFO: names, UTF-16
 *	with a terminator
 * @adapter_string: name of the adapter
 * @bios_string: name of its firmware
 * @dac_type: kind of its digital-to-analogue converter
 * @chip_type: name of its chip
 */
struct d3dkmt_adapterregistryinfo {
	__u16 adapter_string[DXG_NAME_UNITS];
	__u16 bios_string[DXG_NAME_UNITS];
	__u16 dac_type[DXG_NAME_UNITS];
	__u16 chip_type[DXG_NAME_UNITS];
};

/**
 * enum d3dkmt_driverversion_value - D3DKMT_DRIVERVERSION: WDDM version of a
 *	kernel-mode driver, 1000 times the major number plus 100 times the minor
 */
enum d3dkmt_driverversion_value {
	KMT_DRIVERVERSION_WDDM_1_0	= 1000,
	KMT_DRIVERVERSION_WDDM_1_1	= 1105,
	KMT_DRIVERVERSION_WDDM_1_2	= 1200,
	KMT_DRIVERVERSION_WDDM_1_3	= 1300,
	KMT_DRIVERVERSION_WDDM_2_0	= 2000,
	KMT_DRIVERVERSION_WDDM_2_1	= 2100,
	KMT_DRIVERVERSION_WDDM_2_2	= 2200,
	KMT_DRIVERVERSION_WDDM_2_3	= 2300,
	KMT_DRIVERVERSION_WDDM_2_4	= 2400,
	KMT_DRIVERVERSION_WDDM_2_5	= 2500,
	KMT_DRIVERVERSION_WDDM_2_6	= 2600,
	KMT_DRIVERVERSION_WDDM_2_7	= 2700,
	KMT_DRIVERVERSION_WDDM_2_8	= 2800,
	KMT_DRIVERVERSION_WDDM_2_9	= 2900,
	KMT_DRIVERVERSION_WDDM_3_0	= 3000,
	KMT_DRIVERVERSION_WDDM_3_1	= 3100,
};

/**
 * struct d3dkmt_driverversion - D3DKMT_DRIVERVERSION
 * @version: enum d3dkmt_driverversion_value
 */
struct d3dkmt_driverversion {
	__u32 version;
};

/**
 * enum d3dkmt_adaptertype_flag - bits of d3dkmt_adaptertype
 * @D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED: can render
 * @D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED: has display outputs
 * @D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE: has no hardware
 * @D3DKMT_ADAPTERTYPE_POST_DEVICE: showed the firmware's messages
 * @D3DKMT_ADAPTERTYPE_HYBRID_DISCRETE: discrete half of a hybrid system
 * @D3DKMT_ADAPTERTYPE_HYBRID_INTEGRATED: integrated half of a hybrid system
 * @D3DKMT_ADAPTERTYPE_INDIRECT_DISPLAY_DEVICE: display without a GPU of its own
 * @D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED: GPU of a host
 * @D3DKMT_ADAPTERTYPE_ACG_SUPPORTED: arbitrary code guard
 * @D3DKMT_ADAPTERTYPE_SUPPORT_SET_TIMINGS_FROM_VIDPN: one call sets all timings
 * @D3DKMT_ADAPTERTYPE_DETACHABLE: can be unplugged
 * @D3DKMT_ADAPTERTYPE_COMPUTE_ONLY: computes, but neither draws nor displays
 * @D3DKMT_ADAPTERTYPE_PROTOTYPE: not a product
 * @D3DKMT_ADAPTERTYPE_RESERVED: bits without meaning
 */
enum d3dkmt_adaptertype_flag {
	D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED			= 0x00000001,
	D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED			= 0x00000002,
	D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE			= 0x00000004,
	D3DKMT_ADAPTERTYPE_POST_DEVICE				= 0x00000008,
	D3DKMT_ADAPTERTYPE_HYBRID_DISCRETE			= 0x00000010,
	D3DKMT_ADAPTERTYPE_HYBRID_INTEGRATED			= 0x00000020,
	D3DKMT_ADAPTERTYPE_INDIRECT_DISPLAY_DEVICE		= 0x00000040,
	D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED			= 0x00000080,
	D3DKMT_ADAPTERTYPE_ACG_SUPPORTED			= 0x00000100,
	D3DKMT_ADAPTERTYPE_SUPPORT_SET_TIMINGS_FROM_VIDPN	= 0x00000200,
	D3DKMT_ADAPTERTYPE_DETACHABLE				= 0x00000400,
	D3DKMT_ADAPTERTYPE_COMPUTE_ONLY				= 0x00000800,
	D3DKMT_ADAPTERTYPE_PROTOTYPE				= 0x00001000,
	D3DKMT_ADAPTERTYPE_RESERVED				= 0xffffe000,
};

/**
 * struct d3dkmt_adaptertype - D3DKMT_ADAPTERTYPE
 * @value: bits of enum d3dkmt_adaptertype_flag
 */
struct d3dkmt_adaptertype {
	DXG_BITS(__u32, value,
		__u32 render_supported:1;
		__u32 display_supported:1;
		__u32 software_device:1;
		__u32 post_device:1;
		__u32 hybrid_discrete:1;
		__u32 hybrid_integrated:1;
		__u32 indirect_display_device:1;
		__u32 paravirtualized:1;
		__u32 acg_supported:1;
		__u32 support_set_timings_from_vidpn:1;
		__u32 detachable:1;
		__u32 compute_only:1;
		__u32 prototype:1;
		__u32 reserved:19;
	)
};

/**
 * enum d3dkmdt_preemption_granularity - finest place where the GPU can stop;
 *	numbers of the graphics (G) and compute (C) scales
 * @D3DKMDT_PREEMPTION_NONE: G, C: not at all
 * @D3DKMDT_PREEMPTION_DMA_BUFFER_BOUNDARY: G, C: between command buffers
 * @D3DKMDT_PREEMPTION_PRIMITIVE_OR_DISPATCH_BOUNDARY: G: primitives; C: dispatches
 * @D3DKMDT_PREEMPTION_TRIANGLE_OR_THREAD_GROUP_BOUNDARY: G: triangles; C: groups
 * @D3DKMDT_PREEMPTION_PIXEL_OR_THREAD_BOUNDARY: G: pixels; C: threads
 * @D3DKMDT_PREEMPTION_SHADER_BOUNDARY: G, C: shader instructions
 */
enum d3dkmdt_preemption_granularity {
	D3DKMDT_PREEMPTION_NONE					= 0,
	D3DKMDT_PREEMPTION_DMA_BUFFER_BOUNDARY			= 100,
	D3DKMDT_PREEMPTION_PRIMITIVE_OR_DISPATCH_BOUNDARY	= 200,
	D3DKMDT_PREEMPTION_TRIANGLE_OR_THREAD_GROUP_BOUNDARY	= 300,
	D3DKMDT_PREEMPTION_PIXEL_OR_THREAD_BOUNDARY		= 400,
	D3DKMDT_PREEMPTION_SHADER_BOUNDARY			= 500,
};

/**
 * enum d3dkmt_wddm_1_2_caps_flag - bits of d3dkmt_wddm_1_2_caps
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_NON_VGA: works without VGA
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SMOOTH_ROTATION: rotates smoothly
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_PER_ENGINE_TDR: resets one engine alone
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_KERNEL_MODE_COMMAND_BUFFER: renders from the kernel
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_CCD: connects and configures displays
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SOFTWARE_DEVICE_BITMAPS: shows bitmaps of GDI
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_GAMMA_RAMP: has gamma ramps
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_CURSOR: has a hardware cursor
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_VSYNC: has a vertical sync interrupt
 * @D3DKMT_WDDM_1_2_CAPS_SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION: may go meanwhile
 * @D3DKMT_WDDM_1_2_CAPS_RESERVED: bits without meaning
 */
enum d3dkmt_wddm_1_2_caps_flag {
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_NON_VGA			= 0x00000001,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_SMOOTH_ROTATION		= 0x00000002,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_PER_ENGINE_TDR		= 0x00000004,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_KERNEL_MODE_COMMAND_BUFFER	= 0x00000008,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_CCD			= 0x00000010,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_SOFTWARE_DEVICE_BITMAPS	= 0x00000020,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_GAMMA_RAMP			= 0x00000040,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_CURSOR			= 0x00000080,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_HW_VSYNC			= 0x00000100,
	D3DKMT_WDDM_1_2_CAPS_SUPPORT_SURPRISE_REMOVAL_IN_HIBERNATION = 0x00000200,
	D3DKMT_WDDM_1_2_CAPS_RESERVED				= 0xfffffc00,
};

/**
 * struct d3dkmt_wddm_1_2_caps - D3DKMT_WDDM_1_2_CAPS
 * @graphics_preemption_granularity: enum d3dkmdt_preemption_granularity
 * @compute_preemption_granularity: enum d3dkmdt_preemption_granularity
 * @value: bits of enum d3dkmt_wddm_1_2_caps_flag
 */
struct d3dkmt_wddm_1_2_caps {
	__u32 graphics_preemption_granularity;
	__u32 compute_preemption_granularity;
	__u32 value;
};

/**
 * struct d3dkmt_umd_driver_version - D3DKMT_UMD_DRIVER_VERSION
 * @driver_version: four 16-bit parts, the most significant first
 */
struct d3dkmt_umd_driver_version {
	__aligned_u64 driver_version;
};

/**
 * struct d3dkmt_kmd_driver_version - D3DKMT_KMD_DRIVER_VERSION
 * @driver_version: four 16-bit parts, the most significant first
 */
struct d3dkmt_kmd_driver_version {
	__aligned_u64 driver_version;
};

/**
 * enum d3dkmt_wddm_2_0_caps_flag - bits of d3dkmt_wddm_2_0_caps
 * @D3DKMT_WDDM_2_0_CAPS_SUPPORT_64BIT_ATOMICS: 64-bit atomic operations
 * @D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED: the GPU has page tables
 * @D3DKMT_WDDM_2_0_CAPS_IOMMU_SUPPORTED: the GPU uses an IOMMU's address spaces
 * @D3DKMT_WDDM_2_0_CAPS_FLIP_OVERWRITE_SUPPORTED: a flip may replace a waiting one
 * @D3DKMT_WDDM_2_0_CAPS_SUPPORT_CONTEXTLESS_PRESENT: presents without a context
 * @D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL: may be unplugged while in use
 * @D3DKMT_WDDM_2_0_CAPS_RESERVED: bits without meaning
 */
enum d3dkmt_wddm_2_0_caps_flag {
	D3DKMT_WDDM_2_0_CAPS_SUPPORT_64BIT_ATOMICS		= 0x00000001,
	D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED			= 0x00000002,
	D3DKMT_WDDM_2_0_CAPS_IOMMU_SUPPORTED			= 0x00000004,
	D3DKMT_WDDM_2_0_CAPS_FLIP_OVERWRITE_SUPPORTED		= 0x00000008,
	D3DKMT_WDDM_2_0_CAPS_SUPPORT_CONTEXTLESS_PRESENT	= 0x00000010,
	D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL		= 0x00000020,
	D3DKMT_WDDM_2_0_CAPS_RESERVED				= 0xffffffc0,
};

/**
 * struct d3dkmt_wddm_2_0_caps - D3DKMT_WDDM_2_0_CAPS
 * @value: bits of enum d3dkmt_wddm_2_0_caps_flag
 */
struct d3dkmt_wddm_2_0_caps {
	__u32 value;
};

/**
 * enum d3dkmt_wddm_2_7_caps_flag - bits of d3dkmt_wddm_2_7_caps
 * @D3DKMT_WDDM_2_7_CAPS_HWSCH_SUPPORTED: can schedule in hardware
 * @D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED: does schedule in hardware
 * @D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED_BY_DEFAULT: does so unless told otherwise
 * @D3DKMT_WDDM_2_7_CAPS_INDEPENDENT_VIDPN_VSYNC_CONTROL: sync interrupt per source
 * @D3DKMT_WDDM_2_7_CAPS_RESERVED: bits without meaning
 */
enum d3dkmt_wddm_2_7_caps_flag {
	D3DKMT_WDDM_2_7_CAPS_HWSCH_SUPPORTED			= 0x00000001,
	D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED			= 0x00000002,
	D3DKMT_WDDM_2_7_CAPS_HWSCH_ENABLED_BY_DEFAULT		= 0x00000004,
	D3DKMT_WDDM_2_7_CAPS_INDEPENDENT_VIDPN_VSYNC_CONTROL	= 0x00000008,
	D3DKMT_WDDM_2_7_CAPS_RESERVED				= 0xfffffff0,
};

/**
 * struct d3dkmt_wddm_2_7_caps - D3DKMT_WDDM_2_7_CAPS
 * @value: bits of enum d3dkmt_wddm_2_7_caps_flag
 */
struct d3dkmt_wddm_2_7_caps {
	__u32 value;
};

/** struct d3dkmt_nodemetadata - D3DKMT_NODEMETADATA: an engine, packed */
struct d3dkmt_nodemetadata {
	__u32 node_ordinal_and_adapter_index;
	__u32 engine_type;
	__u16 friendly_name[32];
	__u32 flags;
	__u8 gpummu_supported;
	__u8 iommu_supported;
} __attribute__((packed));

/**
 * struct d3dkmt_physical_adapter_count - D3DKMT_PHYSICAL_ADAPTER_COUNT
 * @count: physical devices that the adapter consists of
 */
struct d3dkmt_physical_adapter_count {
	__u32 count;
};

/**
 * struct d3dkmt_query_device_ids - D3DKMT_QUERY_DEVICE_IDS: ids of one physical
 *	device
 * @physical_adapter_index: in, which one
 * @vendor_id: out, PCI vendor
 * @device_id: out, PCI device
 * @sub_vendor_id: out, PCI subsystem vendor
 * @sub_system_id: out, PCI subsystem
 * @revision_id: out, PCI revision
 * @bus_type: out, bus that the device is on
 */
struct d3dkmt_query_device_ids {
	__u32 physical_adapter_index;
	__u32 vendor_id;
	__u32 device_id;
	__u32 sub_vendor_id;
	__u32 sub_system_id;
	__u32 revision_id;
	__u32 bus_type;
};

/** struct d3dkmt_query_gpummu_caps - D3DKMT_QUERY_GPUMMU_CAPS: page tables of the GPU */
struct d3dkmt_query_gpummu_caps {
	__u32 physical_adapter_index;
	__u32 flags;
	__u32 virtual_address_bit_count;
};

/** enum d3dddi_queryregistry_status - answers in d3dddi_queryregistry_info */
enum d3dddi_queryregistry_status {
	D3DDDI_QUERYREGISTRY_STATUS_SUCCESS		= 0,
	D3DDDI_QUERYREGISTRY_STATUS_BUFFER_OVERFLOW	= 1,
	D3DDDI_QUERYREGISTRY_STATUS_FAIL		= 2,
};

/**
 * struct d3dddi_queryregistry_info - D3DDDI_QUERYREGISTRY_INFO: a setting of
 *	the adapter
 *
 * The output continues behind the structure. If it does not fit, @status is
 * D3DDDI_QUERYREGISTRY_STATUS_BUFFER_OVERFLOW and the caller repeats with
 * @output_value_size more bytes than the structure has.
 */
struct d3dddi_queryregistry_info {
	__u32 query_type;
	__u32 query_flags;
	__u16 value_name[DXG_NAME_UNITS];
	__u32 value_type;
	__u32 physical_adapter_index;
	__u32 output_value_size;
	__u32 status;
	__aligned_u64 output;
};

/** struct d3dkmt_query_adapter_unique_guid - GUID of an adapter as UTF-16 text */
struct d3dkmt_query_adapter_unique_guid {
	__u16 adapter_unique_guid[40];
};

/** struct d3dkmt_node_perfdata - D3DKMT_NODE_PERFDATA: an engine's clocks and voltage */
struct d3dkmt_node_perfdata {
	__u32 node_ordinal;
	__u32 physical_adapter_index;
	__aligned_u64 frequency;
	__aligned_u64 max_frequency;
	__aligned_u64 max_frequency_oc;
	__u32 voltage;
	__u32 voltage_max;
	__u32 voltage_max_oc;
	__u32 pad0;
	__aligned_u64 max_transition_latency;
};

/** struct d3dkmt_adapter_perfdata - D3DKMT_ADAPTER_PERFDATA: present state of a device */
struct d3dkmt_adapter_perfdata {
	__u32 physical_adapter_index;
	__u32 pad0;
	__aligned_u64 memory_frequency;
	__aligned_u64 max_memory_frequency;
	__aligned_u64 max_memory_frequency_oc;
	__aligned_u64 memory_bandwidth;
	__aligned_u64 pcie_bandwidth;
	__u32 fan_rpm;
	__u32 power;
	__u32 temperature;
	__u8 power_state_override;
	__u8 pad1[3];
};

/** struct d3dkmt_adapter_perfdatacaps - D3DKMT_ADAPTER_PERFDATACAPS: limits of a device */
struct d3dkmt_adapter_perfdatacaps {
	__u32 physical_adapter_index;
	__u32 pad0;
	__aligned_u64 max_memory_bandwidth;
	__aligned_u64 max_pcie_bandwidth;
	__u32 max_fan_rpm;
	__u32 temperature_max;
	__u32 temperature_warning;
	__u32 pad1;
};

/**
 * struct d3dkmt_driver_description - D3DKMT_DRIVER_DESCRIPTION
 * @driver_description: text, UTF-16 with a terminator
 */
struct d3dkmt_driver_description {
	__u16 driver_description[DXG_DESCRIPTION_UNITS];
};

/* ---- Devices ----------------------------------------------------------- */

/**
 * enum d3dkmt_createdevice_flag - bits of d3dkmt_createdeviceflags
 * @D3DKMT_CREATEDEVICE_LEGACY_MODE: device of a program older than WDDM
 * @D3DKMT_CREATEDEVICE_REQUEST_VSYNC: presents wait for vertical sync
 * @D3DKMT_CREATEDEVICE_DISABLE_GPU_TIMEOUT: accepted; the context's flag of this
 *	name is the one that counts
 * @D3DKMT_CREATEDEVICE_GDI_DEVICE: device of GDI
 * @D3DKMT_CREATEDEVICE_RESERVED: must be 0
 */
enum d3dkmt_createdevice_flag {
	D3DKMT_CREATEDEVICE_LEGACY_MODE		= 0x00000001,
	D3DKMT_CREATEDEVICE_REQUEST_VSYNC	= 0x00000002,
	D3DKMT_CREATEDEVICE_DISABLE_GPU_TIMEOUT	= 0x00000004,
	D3DKMT_CREATEDEVICE_GDI_DEVICE		= 0x00000008,
	D3DKMT_CREATEDEVICE_RESERVED		= 0xfffffff0,
};

/**
 * struct d3dkmt_createdeviceflags - D3DKMT_CREATEDEVICEFLAGS
 * @value: bits of enum d3dkmt_createdevice_flag
 */
struct d3dkmt_createdeviceflags {
	DXG_BITS(__u32, value,
		__u32 legacy_mode:1;
		__u32 request_vSync:1;
		__u32 disable_gpu_timeout:1;
		__u32 gdi_device:1;
		__u32 reserved:28;
	)
};

/**
 * struct d3dkmt_createdevice - D3DKMT_CREATEDEVICE: argument of
 *	D3DKMTCreateDevice
 * @adapter: in, adapter
 * @reserved3: ignored
 * @flags: in
 * @device: out, new device, to be destroyed with D3DKMTDestroyDevice
 * @command_buffer: out, 0: WDDM 2 devices have no buffers of the kernel's
 * @command_buffer_size: out, 0
 * @reserved: ignored
 * @allocation_list: out, 0
 * @allocation_list_size: out, 0
 * @reserved1: ignored
 * @patch_location_list: out, 0
 * @patch_location_list_size: out, 0
 * @reserved2: ignored
 */
struct d3dkmt_createdevice {
	struct d3dkmthandle adapter;
	__u32 reserved3;
	struct d3dkmt_createdeviceflags flags;
	struct d3dkmthandle device;
	__aligned_u64 command_buffer;
	__u32 command_buffer_size;
	__u32 reserved;
	__aligned_u64 allocation_list;
	__u32 allocation_list_size;
	__u32 reserved1;
	__aligned_u64 patch_location_list;
	__u32 patch_location_list_size;
	__u32 reserved2;
};

/**
 * struct d3dkmt_destroydevice - D3DKMT_DESTROYDEVICE: argument of
 *	D3DKMTDestroyDevice
 * @device: in, device
 */
struct d3dkmt_destroydevice {
	struct d3dkmthandle device;
};

/** enum d3dkmt_devicestate_type - D3DKMT_DEVICESTATE_TYPE: what to ask a device for */
enum d3dkmt_devicestate_type {
	D3DKMT_DEVICESTATE_EXECUTION	= 1,
	D3DKMT_DEVICESTATE_PRESENT	= 2,
	D3DKMT_DEVICESTATE_RESET	= 3,
	D3DKMT_DEVICESTATE_PRESENT_DWM	= 4,
	D3DKMT_DEVICESTATE_PAGE_FAULT	= 5,
	D3DKMT_DEVICESTATE_PRESENT_QUEUE = 6,
};

/** enum d3dkmt_deviceexecution_state - D3DKMT_DEVICEEXECUTION_STATE */
enum d3dkmt_deviceexecution_state {
	D3DKMT_DEVICEEXECUTION_ACTIVE			= 1,
	D3DKMT_DEVICEEXECUTION_RESET			= 2,
	D3DKMT_DEVICEEXECUTION_HUNG			= 3,
	D3DKMT_DEVICEEXECUTION_STOPPED			= 4,
	D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY	= 5,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT		= 6,
	D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT	= 7,
};

/**
 * enum d3dkmt_devicereset_state_flag - bits of d3dkmt_devicereset_state
 * @D3DKMT_DEVICERESET_STATE_DESKTOP_SWITCHED: the desktop changed
 * @D3DKMT_DEVICERESET_STATE_RESERVED: bits without meaning
 */
enum d3dkmt_devicereset_state_flag {
	D3DKMT_DEVICERESET_STATE_DESKTOP_SWITCHED	= 0x00000001,
	D3DKMT_DEVICERESET_STATE_RESERVED		= 0xfffffffe,
};

/** struct d3dkmt_devicereset_state - D3DKMT_DEVICERESET_STATE */
struct d3dkmt_devicereset_state {
	DXG_BITS(__u32, value,
		__u32 desktop_switched:1;
		__u32 reserved:31;
	)
};

/** enum dxgk_render_pipeline_stage - DXGK_RENDER_PIPELINE_STAGE */
enum dxgk_render_pipeline_stage {
	DXGK_RENDER_PIPELINE_STAGE_UNKNOWN		= 0,
	DXGK_RENDER_PIPELINE_STAGE_INPUT_ASSEMBLER	= 1,
	DXGK_RENDER_PIPELINE_STAGE_VERTEX_SHADER	= 2,
	DXGK_RENDER_PIPELINE_STAGE_GEOMETRY_SHADER	= 3,
	DXGK_RENDER_PIPELINE_STAGE_STREAM_OUTPUT	= 4,
	DXGK_RENDER_PIPELINE_STAGE_RASTERIZER		= 5,
	DXGK_RENDER_PIPELINE_STAGE_PIXEL_SHADER		= 6,
	DXGK_RENDER_PIPELINE_STAGE_OUTPUT_MERGER	= 7,
};

/**
 * enum dxgk_page_fault_flags - DXGK_PAGE_FAULT_FLAGS
 * @DXGK_PAGE_FAULT_WRITE: the access was a write
 * @DXGK_PAGE_FAULT_FENCE_INVALID: no fence is known for the fault
 * @DXGK_PAGE_FAULT_ADAPTER_RESET_REQUIRED: the adapter must be reset
 * @DXGK_PAGE_FAULT_ENGINE_RESET_REQUIRED: the engine must be reset
 * @DXGK_PAGE_FAULT_FATAL_HARDWARE_ERROR: the hardware is broken
 * @DXGK_PAGE_FAULT_IOMMU: the fault is the IOMMU's
 * @DXGK_PAGE_FAULT_HW_CONTEXT_VALID: the context is known
 * @DXGK_PAGE_FAULT_PROCESS_HANDLE_VALID: the process is known
 */
enum dxgk_page_fault_flags {
	DXGK_PAGE_FAULT_WRITE			= 0x01,
	DXGK_PAGE_FAULT_FENCE_INVALID		= 0x02,
	DXGK_PAGE_FAULT_ADAPTER_RESET_REQUIRED	= 0x04,
	DXGK_PAGE_FAULT_ENGINE_RESET_REQUIRED	= 0x08,
	DXGK_PAGE_FAULT_FATAL_HARDWARE_ERROR	= 0x10,
	DXGK_PAGE_FAULT_IOMMU			= 0x20,
	DXGK_PAGE_FAULT_HW_CONTEXT_VALID	= 0x40,
	DXGK_PAGE_FAULT_PROCESS_HANDLE_VALID	= 0x80,
};

/** enum dxgk_general_error_code - DXGK_GENERAL_ERROR_CODE */
enum dxgk_general_error_code {
	DXGK_GENERAL_ERROR_PAGE_FAULT		= 0,
	DXGK_GENERAL_ERROR_INVALID_INSTRUCTION	= 1,
};

/**
 * enum dxgk_fault_error_code_mask - parts of dxgk_fault_error_code
 * @DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE: which of the two codes it is
 * @DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE_RESERVED_BIT: the same bit
 * @DXGK_FAULT_ERROR_CODE_GENERAL_ERROR_CODE: enum dxgk_general_error_code
 * @DXGK_FAULT_ERROR_CODE_DEVICE_SPECIFIC_CODE: code of the device
 */
enum dxgk_fault_error_code_mask {
	DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE			= 0x00000001,
	DXGK_FAULT_ERROR_CODE_IS_DEVICE_SPECIFIC_CODE_RESERVED_BIT	= 0x00000001,
	DXGK_FAULT_ERROR_CODE_GENERAL_ERROR_CODE			= 0xfffffffe,
	DXGK_FAULT_ERROR_CODE_DEVICE_SPECIFIC_CODE			= 0xfffffffe,
};

/** struct dxgk_fault_error_code - DXGK_FAULT_ERROR_CODE */
struct dxgk_fault_error_code {
#ifdef __BINDGEN__
	__u32 value;
#else
	union {
		struct {
			__u32 is_device_specific_code:1;
			__u32 general_error_code:31;
		};
		struct {
			__u32 is_device_specific_code_reserved_bit:1;
			__u32 device_specific_code:31;
		};
		__u32 value;
	};
#endif
};

/** struct d3dkmt_devicepagefault_state - D3DKMT_DEVICEPAGEFAULT_STATE */
struct d3dkmt_devicepagefault_state {
	__aligned_u64 faulted_primitive_api_sequence_number;
	__u32 faulted_pipeline_stage;
	__u32 faulted_bind_table_entry;
	__u32 page_fault_flags;
	struct dxgk_fault_error_code fault_error_code;
	__aligned_u64 faulted_virtual_address;
};

/** struct d3dkmt_getdevicestate - D3DKMT_GETDEVICESTATE */
struct d3dkmt_getdevicestate {
	struct d3dkmthandle device;
	__u32 state_type;
	union {
		__u32 execution_state;
		struct d3dkmt_devicereset_state reset_state;
		struct d3dkmt_devicepagefault_state page_fault_state;
		__u8 alignment[48];
	};
};

/** enum d3dkmt_device_error_reason - D3DKMT_DEVICE_ERROR_REASON */
enum d3dkmt_device_error_reason {
	D3DKMT_DEVICE_ERROR_REASON_GENERIC	= 0x80000000,
	D3DKMT_DEVICE_ERROR_REASON_DRIVER_ERROR	= 0x80000006,
};

/** struct d3dkmt_markdeviceaserror - D3DKMT_MARKDEVICEASERROR */
struct d3dkmt_markdeviceaserror {
	struct d3dkmthandle device;
	__u32 reason;
};

/* ---- Allocations and resources ----------------------------------------- */

/**
 * enum d3dddi_allocationinfo2_flag - bits of d3dddi_allocationinfo2_flags
 * @D3DDDI_ALLOCATIONINFO2_PRIMARY: can be scanned out
 * @D3DDDI_ALLOCATIONINFO2_STEREO: stereo primary; needs PRIMARY
 * @D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY: the caller gives the priority
 * @D3DDDI_ALLOCATIONINFO2_RESERVED: must be 0
 */
enum d3dddi_allocationinfo2_flag {
	D3DDDI_ALLOCATIONINFO2_PRIMARY		= 0x00000001,
	D3DDDI_ALLOCATIONINFO2_STEREO		= 0x00000002,
	D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY = 0x00000004,
	D3DDDI_ALLOCATIONINFO2_RESERVED		= 0xfffffff8,
};

/**
 * struct d3dddi_allocationinfo2_flags - flags of one allocation
 * @value: bits of enum d3dddi_allocationinfo2_flag
 */
struct d3dddi_allocationinfo2_flags {
	DXG_BITS(__u32, value,
		__u32 primary:1;
		__u32 stereo:1;
		__u32 override_priority:1;
		__u32 reserved:29;
	)
};

/**
 * enum d3dddi_allocation_priority - D3DDDI_ALLOCATIONPRIORITY; values between
 *	these are allowed, 0 is not
 * @D3DDDI_ALLOCATIONPRIORITY_MINIMUM: first to be evicted
 * @D3DDDI_ALLOCATIONPRIORITY_LOW: before normal ones
 * @D3DDDI_ALLOCATIONPRIORITY_NORMAL: usual
 * @D3DDDI_ALLOCATIONPRIORITY_HIGH: after normal ones
 * @D3DDDI_ALLOCATIONPRIORITY_MAXIMUM: last to be evicted
 */
enum d3dddi_allocation_priority {
	D3DDDI_ALLOCATIONPRIORITY_MINIMUM	= 0x28000000,
	D3DDDI_ALLOCATIONPRIORITY_LOW		= 0x50000000,
	D3DDDI_ALLOCATIONPRIORITY_NORMAL	= 0x78000000,
	D3DDDI_ALLOCATIONPRIORITY_HIGH		= 0xa0000000,
	D3DDDI_ALLOCATIONPRIORITY_MAXIMUM	= 0xc8000000,
};

/**
 * struct d3dddi_allocationinfo2 - D3DDDI_ALLOCATIONINFO2: one allocation to
 *	create
 * @allocation: out, new allocation
 * @pad0: ignored
 * @sysmem: in, page-aligned user address of preallocated system memory, or 0
 *	for video memory
 * @priv_drv_data: in, address of the miniport's private data, in/out there, or 0
 * @priv_drv_data_size: in, its size in bytes, below D3DKMT_PRIVATE_DATA_MAX
 * @vidpn_source_id: in, VidPN source of a primary; not read for others
 * @flags: in
 * @pad1: ignored
 * @gpu_virtual_address: out, 0: none is assigned
 * @priority: in, enum d3dddi_allocation_priority, if flagged so
 * @pad2: ignored
 * @reserved: must be 0
 */
struct d3dddi_allocationinfo2 {
	struct d3dkmthandle allocation;
	__u32 pad0;
	__aligned_u64 sysmem;
	__aligned_u64 priv_drv_data;
	__u32 priv_drv_data_size;
	__u32 vidpn_source_id;
	struct d3dddi_allocationinfo2_flags flags;
	__u32 pad1;
	__aligned_u64 gpu_virtual_address;
#ifdef __BINDGEN__
	__u32 priority;
	__u32 pad2;
#else
	union {
		struct {
			__u32 priority;
			__u32 pad2;
		};
		__aligned_u64 unused;
	};
#endif
	__aligned_u64 reserved[5];
};

/**
 * enum d3dkmt_standardallocationtype - D3DKMT_STANDARDALLOCATIONTYPE
 * @D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP: memory of the caller
 * @D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER: memory for several adapters; the
 *	WDK calls the number INTERNALBACKINGSTORE
 */
enum d3dkmt_standardallocationtype {
	D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP	= 1,
	D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER	= 2,
};

/**
 * enum d3dkmdt_standardallocationtype - D3DKMDT_STANDARDALLOCATION_TYPE: what
 *	the kernel asks a miniport to describe
 */
enum d3dkmdt_standardallocationtype {
	D3DKMDT_STANDARDALLOCATION_SHAREDPRIMARYSURFACE	= 1,
	D3DKMDT_STANDARDALLOCATION_SHADOWSURFACE	= 2,
	D3DKMDT_STANDARDALLOCATION_STAGINGSURFACE	= 3,
	D3DKMDT_STANDARDALLOCATION_GDISURFACE		= 4,
};

/** enum d3dkmdt_gdisurfacetype - D3DKMDT_GDISURFACETYPE */
enum d3dkmdt_gdisurfacetype {
	D3DKMDT_GDISURFACE_INVALID				= 0,
	D3DKMDT_GDISURFACE_TEXTURE				= 1,
	D3DKMDT_GDISURFACE_STAGING_CPUVISIBLE			= 2,
	D3DKMDT_GDISURFACE_STAGING				= 3,
	D3DKMDT_GDISURFACE_LOOKUPTABLE				= 4,
	D3DKMDT_GDISURFACE_EXISTINGSYSMEM			= 5,
	D3DKMDT_GDISURFACE_TEXTURE_CPUVISIBLE			= 6,
	D3DKMDT_GDISURFACE_TEXTURE_CROSSADAPTER			= 7,
	D3DKMDT_GDISURFACE_TEXTURE_CPUVISIBLE_CROSSADAPTER	= 8,
};

/**
 * enum d3dkmt_createstandardallocation_flag - bits of
 *	d3dkmt_createstandardallocationflags
 * @D3DKMT_CREATESTANDARDALLOCATION_RESERVED: must be 0
 */
enum d3dkmt_createstandardallocation_flag {
	D3DKMT_CREATESTANDARDALLOCATION_RESERVED = 0xffffffff,
};

/**
 * struct d3dkmt_createstandardallocationflags - D3DKMT_CREATESTANDARDALLOCATIONFLAGS
 * @value: must be 0
 */
struct d3dkmt_createstandardallocationflags {
	DXG_BITS(__u32, value,
		__u32 reserved:32;
	)
};

/**
 * struct d3dkmt_standardallocation_existingheap - D3DKMT_STANDARDALLOCATION_EXISTINGHEAP
 * @size: bytes; a multiple of the page size, not 0
 */
struct d3dkmt_standardallocation_existingheap {
	__aligned_u64 size;
};

/**
 * struct d3dkmt_createstandardallocation - D3DKMT_CREATESTANDARDALLOCATION:
 *	allocation whose private data the kernel gets from the miniport
 * @type: in, enum d3dkmt_standardallocationtype
 * @reserved: ignored
 * @existing_heap_data: in, for EXISTINGHEAP
 * @flags: in, must be 0
 * @reserved1: ignored
 */
struct d3dkmt_createstandardallocation {
	__u32 type;
	__u32 reserved;
	struct d3dkmt_standardallocation_existingheap existing_heap_data;
	struct d3dkmt_createstandardallocationflags flags;
	__u32 reserved1;
};

/**
 * enum d3dkmt_createallocation_flag - bits of d3dkmt_createallocationflags
 * @D3DKMT_CREATEALLOCATION_CREATE_RESOURCE: make a resource of the allocations
 * @D3DKMT_CREATEALLOCATION_CREATE_SHARED: shareable; needs CREATE_RESOURCE
 * @D3DKMT_CREATEALLOCATION_NON_SECURE: any process may open it
 * @D3DKMT_CREATEALLOCATION_CREATE_PROTECTED: not from user mode
 * @D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS: shared with restrictions
 * @D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM: memory of the caller; needs
 *	STANDARD_ALLOCATION
 * @D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING: shared by NT handle alone;
 *	needs CREATE_SHARED
 * @D3DKMT_CREATEALLOCATION_READ_ONLY: not written to
 * @D3DKMT_CREATEALLOCATION_CREATE_WRITE_COMBINED: not from user mode
 * @D3DKMT_CREATEALLOCATION_CREATE_CACHED: not from user mode
 * @D3DKMT_CREATEALLOCATION_SWAP_CHAIN_BACK_BUFFER: buffer of a swap chain
 * @D3DKMT_CREATEALLOCATION_CROSS_ADAPTER: shared between adapters
 * @D3DKMT_CREATEALLOCATION_OPEN_CROSS_ADAPTER: not from user mode
 * @D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION: part of a shared resource
 * @D3DKMT_CREATEALLOCATION_ZEROED: out, the pages were zero
 * @D3DKMT_CREATEALLOCATION_WRITE_WATCH: keep track of written pages
 * @D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION: standard_allocation counts
 * @D3DKMT_CREATEALLOCATION_EXISTING_SECTION: memory of a section; needs
 *	STANDARD_ALLOCATION
 * @D3DKMT_CREATEALLOCATION_RESERVED: bits that the bitfield of this name covers.
 *	Only those above SHARED_DISPLAYABLE have no meaning at all
 * @D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED: the pages need not be zero
 * @D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS: one run of physical memory
 * @D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS: the miniport does not see it
 * @D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE: shared and scanned out
 */
enum d3dkmt_createallocation_flag {
	D3DKMT_CREATEALLOCATION_CREATE_RESOURCE		= 0x00000001,
	D3DKMT_CREATEALLOCATION_CREATE_SHARED		= 0x00000002,
	D3DKMT_CREATEALLOCATION_NON_SECURE		= 0x00000004,
	D3DKMT_CREATEALLOCATION_CREATE_PROTECTED	= 0x00000008,
	D3DKMT_CREATEALLOCATION_RESTRICT_SHARED_ACCESS	= 0x00000010,
	D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM		= 0x00000020,
	D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING	= 0x00000040,
	D3DKMT_CREATEALLOCATION_READ_ONLY		= 0x00000080,
	D3DKMT_CREATEALLOCATION_CREATE_WRITE_COMBINED	= 0x00000100,
	D3DKMT_CREATEALLOCATION_CREATE_CACHED		= 0x00000200,
	D3DKMT_CREATEALLOCATION_SWAP_CHAIN_BACK_BUFFER	= 0x00000400,
	D3DKMT_CREATEALLOCATION_CROSS_ADAPTER		= 0x00000800,
	D3DKMT_CREATEALLOCATION_OPEN_CROSS_ADAPTER	= 0x00001000,
	D3DKMT_CREATEALLOCATION_PARTIAL_SHARED_CREATION	= 0x00002000,
	D3DKMT_CREATEALLOCATION_ZEROED			= 0x00004000,
	D3DKMT_CREATEALLOCATION_WRITE_WATCH		= 0x00008000,
	D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION	= 0x00010000,
	D3DKMT_CREATEALLOCATION_EXISTING_SECTION	= 0x00020000,
	D3DKMT_CREATEALLOCATION_RESERVED		= 0xfffc0000,
	D3DKMT_CREATEALLOCATION_ALLOW_NOT_ZEROED	= 0x00040000,
	D3DKMT_CREATEALLOCATION_PHYSICALLY_CONTIGUOUS	= 0x00080000,
	D3DKMT_CREATEALLOCATION_NO_KMD_ACCESS		= 0x00100000,
	D3DKMT_CREATEALLOCATION_SHARED_DISPLAYABLE	= 0x00200000,
};

/**
 * struct d3dkmt_createallocationflags - D3DKMT_CREATEALLOCATIONFLAGS
 * @value: bits of enum d3dkmt_createallocation_flag
 */
struct d3dkmt_createallocationflags {
	DXG_BITS(__u32, value,
		__u32 create_resource:1;
		__u32 create_shared:1;
		__u32 non_secure:1;
		__u32 create_protected:1;
		__u32 restrict_shared_access:1;
		__u32 existing_sysmem:1;
		__u32 nt_security_sharing:1;
		__u32 read_only:1;
		__u32 create_write_combined:1;
		__u32 create_cached:1;
		__u32 swap_chain_back_buffer:1;
		__u32 cross_adapter:1;
		__u32 open_cross_adapter:1;
		__u32 partial_shared_creation:1;
		__u32 zeroed:1;
		__u32 write_watch:1;
		__u32 standard_allocation:1;
		__u32 existing_section:1;
		__u32 reserved:14;
	)
};

/**
 * struct d3dkmt_createallocation - D3DKMT_CREATEALLOCATION: argument of
 *	D3DKMTCreateAllocation2
 * @device: in, device
 * @resource: in, resource to append to, or 0; out, the new resource with
 *	CREATE_RESOURCE
 * @global_share: out, global handle of a shared resource, else 0
 * @reserved: ignored
 * @private_runtime_data: in, address of the runtime's bytes to keep with the
 *	resource, or 0
 * @private_runtime_data_size: in, their number
 * @reserved1: ignored
 * @priv_drv_data: in, address of the miniport's private data for the resource,
 *	or 0. With STANDARD_ALLOCATION the field is the address of struct
 *	d3dkmt_createstandardallocation; C has the name standard_allocation for it
 * @priv_drv_data_size: in, its size in bytes; 0 with STANDARD_ALLOCATION
 * @alloc_count: in, entries in @allocation_info, 1..D3DKMT_CREATEALLOCATION_MAX
 * @allocation_info: in, address of struct d3dddi_allocationinfo2 array; in/out
 *	there
 * @flags: in/out, see ZEROED
 * @reserved2: ignored
 * @private_runtime_resource_handle: in, opaque; left alone
 */
struct d3dkmt_createallocation {
	struct d3dkmthandle device;
	struct d3dkmthandle resource;
	struct d3dkmthandle global_share;
	__u32 reserved;
	__aligned_u64 private_runtime_data;
	__u32 private_runtime_data_size;
	__u32 reserved1;
	DXG_ALIAS(__aligned_u64, priv_drv_data, standard_allocation)
	__u32 priv_drv_data_size;
	__u32 alloc_count;
	__aligned_u64 allocation_info;
	struct d3dkmt_createallocationflags flags;
	__u32 reserved2;
	__aligned_u64 private_runtime_resource_handle;
};

/**
 * enum d3dddicb_destroyallocation2_flag - bits of
 *	d3dddicb_destroyallocation2flags
 * @D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE: don't wait for queued work
 * @D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY: return when memory is back
 * @D3DDDICB_DESTROYALLOCATION2_RESERVED: must be 0
 * @D3DDDICB_DESTROYALLOCATION2_SYSTEM_USE_ONLY: not from user mode
 */
enum d3dddicb_destroyallocation2_flag {
	D3DDDICB_DESTROYALLOCATION2_ASSUME_NOT_IN_USE	= 0x00000001,
	D3DDDICB_DESTROYALLOCATION2_SYNCHRONOUS_DESTROY	= 0x00000002,
	D3DDDICB_DESTROYALLOCATION2_RESERVED		= 0x7ffffffc,
	D3DDDICB_DESTROYALLOCATION2_SYSTEM_USE_ONLY	= 0x80000000,
};

/**
 * struct d3dddicb_destroyallocation2flags - D3DDDICB_DESTROYALLOCATION2FLAGS
 * @value: bits of enum d3dddicb_destroyallocation2_flag
 */
struct d3dddicb_destroyallocation2flags {
	DXG_BITS(__u32, value,
		__u32 assume_not_in_use:1;
		__u32 synchronous_destroy:1;
		__u32 reserved:29;
		__u32 system_use_only:1;
	)
};

/**
 * struct d3dkmt_destroyallocation2 - D3DKMT_DESTROYALLOCATION2: argument of
 *	D3DKMTDestroyAllocation2
 * @device: in, device that the objects belong to
 * @resource: in, resource to destroy with its allocations, or 0
 * @allocations: in, address of an array of handles, if @resource is 0
 * @alloc_count: in, entries in @allocations
 * @flags: in
 */
struct d3dkmt_destroyallocation2 {
	struct d3dkmthandle device;
	struct d3dkmthandle resource;
	__aligned_u64 allocations;
	__u32 alloc_count;
	struct d3dddicb_destroyallocation2flags flags;
};

/**
 * enum d3dddicb_lock2_flag - bits of d3dddicb_lock2flags
 * @D3DDDICB_LOCK2_RESERVED: must be 0
 */
enum d3dddicb_lock2_flag {
	D3DDDICB_LOCK2_RESERVED	= 0xffffffff,
};

/**
 * struct d3dddicb_lock2flags - D3DDDICB_LOCK2FLAGS
 * @value: must be 0
 */
struct d3dddicb_lock2flags {
	DXG_BITS(__u32, value,
		__u32 reserved:32;
	)
};

/**
 * struct d3dkmt_lock2 - D3DKMT_LOCK2: argument of D3DKMTLock2
 * @device: in, device
 * @allocation: in, allocation
 * @flags: in, must be 0
 * @reserved: ignored
 * @data: out, user address of the allocation's bytes
 */
struct d3dkmt_lock2 {
	struct d3dkmthandle device;
	struct d3dkmthandle allocation;
	struct d3dddicb_lock2flags flags;
	__u32 reserved;
	__aligned_u64 data;
};

/**
 * struct d3dkmt_unlock2 - D3DKMT_UNLOCK2: argument of D3DKMTUnlock2
 * @device: in, device
 * @allocation: in, locked allocation
 */
struct d3dkmt_unlock2 {
	struct d3dkmthandle device;
	struct d3dkmthandle allocation;
};

/** struct d3dkmt_invalidatecache - D3DKMT_INVALIDATECACHE: a byte range */
struct d3dkmt_invalidatecache {
	struct d3dkmthandle device;
	struct d3dkmthandle allocation;
	__aligned_u64 offset;
	__aligned_u64 length;
};

/** struct d3dkmt_setallocationpriority - D3DKMT_SETALLOCATIONPRIORITY */
struct d3dkmt_setallocationpriority {
	struct d3dkmthandle device;
	struct d3dkmthandle resource;
	__aligned_u64 allocation_list;
	__u32 allocation_count;
	__u32 reserved;
	__aligned_u64 priorities;
};

/** struct d3dkmt_getallocationpriority - D3DKMT_GETALLOCATIONPRIORITY */
struct d3dkmt_getallocationpriority {
	struct d3dkmthandle device;
	struct d3dkmthandle resource;
	__aligned_u64 allocation_list;
	__u32 allocation_count;
	__u32 reserved;
	__aligned_u64 priorities;
};

/** enum d3dkmt_allocationresidencystatus - D3DKMT_ALLOCATIONRESIDENCYSTATUS */
enum d3dkmt_allocationresidencystatus {
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY	= 1,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY	= 2,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT		= 3,
};

/** struct d3dkmt_queryallocationresidency - D3DKMT_QUERYALLOCATIONRESIDENCY */
struct d3dkmt_queryallocationresidency {
	struct d3dkmthandle device;
	struct d3dkmthandle resource;
	__aligned_u64 allocations;
	__u32 allocation_count;
	__u32 reserved;
	__aligned_u64 residency_status;
};

/* ---- Sharing ----------------------------------------------------------- */

/** struct d3dddi_openallocationinfo2 - D3DDDI_OPENALLOCATIONINFO2: an opened allocation */
struct d3dddi_openallocationinfo2 {
	struct d3dkmthandle allocation;
	__u32 pad0;
	__aligned_u64 priv_drv_data;
	__u32 priv_drv_data_size;
	__u32 pad1;
	__aligned_u64 gpu_va;
	__aligned_u64 reserved[6];
};

/** struct d3dkmt_shareobjects - D3DKMT_SHAREOBJECTS: objects to put behind an NT handle */
struct d3dkmt_shareobjects {
	__u32 object_count;
	__u32 reserved;
	__aligned_u64 objects;
	__aligned_u64 object_attr;
	__u32 desired_access;
	__u32 reserved1;
	__aligned_u64 shared_handle;
};

/** struct d3dkmt_queryresourceinfofromnthandle - D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE */
struct d3dkmt_queryresourceinfofromnthandle {
	struct d3dkmthandle device;
	__u32 reserved;
	__aligned_u64 nt_handle;
	__aligned_u64 private_runtime_data;
	__u32 private_runtime_data_size;
	__u32 total_priv_drv_data_size;
	__u32 resource_priv_drv_data_size;
	__u32 allocation_count;
};

/** struct d3dkmt_openresourcefromnthandle - D3DKMT_OPENRESOURCEFROMNTHANDLE */
struct d3dkmt_openresourcefromnthandle {
	struct d3dkmthandle device;
	__u32 reserved;
	__aligned_u64 nt_handle;
	__u32 allocation_count;
	__u32 reserved1;
	__aligned_u64 open_alloc_info;
	__u32 private_runtime_data_size;
	__u32 reserved2;
	__aligned_u64 private_runtime_data;
	__u32 resource_priv_drv_data_size;
	__u32 reserved3;
	__aligned_u64 resource_priv_drv_data;
	__u32 total_priv_drv_data_size;
	__u32 pad0;
	__aligned_u64 total_priv_drv_data;
	struct d3dkmthandle resource;
	struct d3dkmthandle keyed_mutex;
	__aligned_u64 keyed_mutex_private_data;
	__u32 keyed_mutex_private_data_size;
	struct d3dkmthandle sync_object;
};

/** struct d3dkmt_shareobjectwithhost - D3DKMT_SHAREOBJECTWITHHOST */
struct d3dkmt_shareobjectwithhost {
	struct d3dkmthandle device_handle;
	struct d3dkmthandle object_handle;
	__aligned_u64 reserved;
	__aligned_u64 object_vail_nt_handle;
};

/* ---- Residency --------------------------------------------------------- */

/**
 * enum d3dddi_pagingqueue_priority - D3DDDI_PAGINGQUEUE_PRIORITY
 * @D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL: after other queues
 * @D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL: usual
 * @D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL: before other queues
 */
enum d3dddi_pagingqueue_priority {
	D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL	= -1,
	D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL		= 0,
	D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL	= 1,
};

/** struct d3dkmt_createpagingqueue - D3DKMT_CREATEPAGINGQUEUE */
struct d3dkmt_createpagingqueue {
	struct d3dkmthandle device;
	__s32 priority;
	struct d3dkmthandle paging_queue;
	struct d3dkmthandle sync_object;
	__aligned_u64 fence_cpu_virtual_address;
	__u32 physical_adapter_index;
	__u32 pad0;
};

/** struct d3dddi_destroypagingqueue - D3DDDI_DESTROYPAGINGQUEUE */
struct d3dddi_destroypagingqueue {
	struct d3dkmthandle paging_queue;
};

/**
 * enum d3dddi_makeresident_flag - bits of d3dddi_makeresident_flags
 * @D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER: may go over the budget
 * @D3DDDI_MAKERESIDENT_MUST_SUCCEED: failing is an error of the device
 * @D3DDDI_MAKERESIDENT_RESERVED: must be 0
 */
enum d3dddi_makeresident_flag {
	D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER	= 0x00000001,
	D3DDDI_MAKERESIDENT_MUST_SUCCEED	= 0x00000002,
	D3DDDI_MAKERESIDENT_RESERVED		= 0xfffffffc,
};

/** struct d3dddi_makeresident_flags - D3DDDI_MAKERESIDENT_FLAGS */
struct d3dddi_makeresident_flags {
	DXG_BITS(__u32, value,
		__u32 cant_trim_further:1;
		__u32 must_succeed:1;
		__u32 reserved:30;
	)
};

/** struct d3dddi_makeresident - D3DDDI_MAKERESIDENT */
struct d3dddi_makeresident {
	struct d3dkmthandle paging_queue;
	__u32 alloc_count;
	__aligned_u64 allocation_list;
	__aligned_u64 priority_list;
	struct d3dddi_makeresident_flags flags;
	__u32 pad0;
	__aligned_u64 paging_fence_value;
	__aligned_u64 num_bytes_to_trim;
};

/**
 * enum d3dddi_evict_flag - bits of d3dddi_evict_flags
 * @D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY: may stay while there is room
 * @D3DDDI_EVICT_NOT_WRITTEN_TO: the contents did not change
 * @D3DDDI_EVICT_RESERVED: must be 0
 */
enum d3dddi_evict_flag {
	D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY	= 0x00000001,
	D3DDDI_EVICT_NOT_WRITTEN_TO		= 0x00000002,
	D3DDDI_EVICT_RESERVED			= 0xfffffffc,
};

/** struct d3dddi_evict_flags - D3DDDI_EVICT_FLAGS */
struct d3dddi_evict_flags {
	DXG_BITS(__u32, value,
		__u32 evict_only_if_necessary:1;
		__u32 not_written_to:1;
		__u32 reserved:30;
	)
};

/** struct d3dkmt_evict - D3DKMT_EVICT */
struct d3dkmt_evict {
	struct d3dkmthandle device;
	__u32 alloc_count;
	__aligned_u64 allocations;
	struct d3dddi_evict_flags flags;
	__u32 reserved;
	__aligned_u64 num_bytes_to_trim;
};

/** enum d3dkmt_offer_priority - D3DKMT_OFFER_PRIORITY: what to discard first */
enum d3dkmt_offer_priority {
	D3DKMT_OFFER_PRIORITY_LOW	= 1,
	D3DKMT_OFFER_PRIORITY_NORMAL	= 2,
	D3DKMT_OFFER_PRIORITY_HIGH	= 3,
	D3DKMT_OFFER_PRIORITY_AUTO	= 4,
};

/**
 * enum d3dkmt_offer_flag - bits of d3dkmt_offer_flags
 * @D3DKMT_OFFER_FLAG_OFFER_IMMEDIATELY: don't wait for queued work
 * @D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT: commitment may be lost as well
 * @D3DKMT_OFFER_FLAG_RESERVED: must be 0
 */
enum d3dkmt_offer_flag {
	D3DKMT_OFFER_FLAG_OFFER_IMMEDIATELY	= 0x00000001,
	D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT	= 0x00000002,
	D3DKMT_OFFER_FLAG_RESERVED		= 0xfffffffc,
};

/** struct d3dkmt_offer_flags - D3DKMT_OFFER_FLAGS */
struct d3dkmt_offer_flags {
	DXG_BITS(__u32, value,
		__u32 offer_immediately:1;
		__u32 allow_decommit:1;
		__u32 reserved:30;
	)
};

/** struct d3dkmt_offerallocations - D3DKMT_OFFERALLOCATIONS */
struct d3dkmt_offerallocations {
	struct d3dkmthandle device;
	__u32 reserved;
	__aligned_u64 resources;
	__aligned_u64 allocations;
	__u32 allocation_count;
	__u32 priority;
	struct d3dkmt_offer_flags flags;
	__u32 reserved1;
};

/** enum d3dddi_reclaim_result - D3DDDI_RECLAIM_RESULT: what became of the contents */
enum d3dddi_reclaim_result {
	D3DDDI_RECLAIM_RESULT_OK		= 0,
	D3DDDI_RECLAIM_RESULT_DISCARDED		= 1,
	D3DDDI_RECLAIM_RESULT_NOT_COMMITTED	= 2,
};

/** struct d3dkmt_reclaimallocations2 - D3DKMT_RECLAIMALLOCATIONS2 */
struct d3dkmt_reclaimallocations2 {
	struct d3dkmthandle paging_queue;
	__u32 allocation_count;
	__aligned_u64 resources;
	__aligned_u64 allocations;
	DXG_ALIAS(__aligned_u64, results, discarded)
	__aligned_u64 paging_fence_value;
};

/**
 * enum d3dddi_updateallocproperty_flag - bits of d3dddi_updateallocproperty_flags
 * @D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY: by physical address
 * @D3DDDI_UPDATEALLOCPROPERTY_FLAG_RESERVED: bits that the bitfield of this name
 *	covers
 * @D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE: must stay where it is
 */
enum d3dddi_updateallocproperty_flag {
	D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY	= 0x00000001,
	D3DDDI_UPDATEALLOCPROPERTY_FLAG_RESERVED		= 0xfffffffe,
	D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE		= 0x00000002,
};

/** struct d3dddi_updateallocproperty_flags - flags of d3dddi_updateallocproperty */
struct d3dddi_updateallocproperty_flags {
	DXG_BITS(__u32, value,
		__u32 accessed_physically:1;
		__u32 reserved:31;
	)
};

/**
 * enum d3dddi_segmentpreference_mask - parts of d3dddi_segmentpreference: five
 *	segments, best first, each with the end to allocate from
 */
enum d3dddi_segmentpreference_mask {
	D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID0	= 0x0000001f,
	D3DDDI_SEGMENTPREFERENCE_DIRECTION0	= 0x00000020,
	D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID1	= 0x000007c0,
	D3DDDI_SEGMENTPREFERENCE_DIRECTION1	= 0x00000800,
	D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID2	= 0x0001f000,
	D3DDDI_SEGMENTPREFERENCE_DIRECTION2	= 0x00020000,
	D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID3	= 0x007c0000,
	D3DDDI_SEGMENTPREFERENCE_DIRECTION3	= 0x00800000,
	D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID4	= 0x1f000000,
	D3DDDI_SEGMENTPREFERENCE_DIRECTION4	= 0x20000000,
	D3DDDI_SEGMENTPREFERENCE_RESERVED	= 0xc0000000,
};

/** struct d3dddi_segmentpreference - D3DDDI_SEGMENTPREFERENCE */
struct d3dddi_segmentpreference {
	DXG_BITS(__u32, value,
		__u32 segment_id0:5;
		__u32 direction0:1;
		__u32 segment_id1:5;
		__u32 direction1:1;
		__u32 segment_id2:5;
		__u32 direction2:1;
		__u32 segment_id3:5;
		__u32 direction3:1;
		__u32 segment_id4:5;
		__u32 direction4:1;
		__u32 reserved:2;
	)
};

/**
 * enum d3dddi_updateallocproperty_mask - which fields to update
 * @D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY: that flag
 * @D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET: the supported segments
 * @D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT: the preferred segments
 * @D3DDDI_UPDATEALLOCPROPERTY_RESERVED: bits that the bitfield of this name
 *	covers
 * @D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE: that flag
 */
enum d3dddi_updateallocproperty_mask {
	D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY	= 0x00000001,
	D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET	= 0x00000002,
	D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT	= 0x00000004,
	D3DDDI_UPDATEALLOCPROPERTY_RESERVED			= 0xfffffff8,
	D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE		= 0x00000008,
};

/** struct d3dddi_updateallocproperty - D3DDDI_UPDATEALLOCPROPERTY */
struct d3dddi_updateallocproperty {
	struct d3dkmthandle paging_queue;
	struct d3dkmthandle allocation;
	__u32 supported_segment_set;
	struct d3dddi_segmentpreference preferred_segment;
	struct d3dddi_updateallocproperty_flags flags;
	__u32 pad0;
	__aligned_u64 paging_fence_value;
	DXG_BITS(__u32, property_mask_value,
		__u32 set_accessed_physically:1;
		__u32 set_supported_segmentSet:1;
		__u32 set_preferred_segment:1;
		__u32 reserved:29;
	)
	__u32 pad1;
};

/* ---- GPU virtual addresses --------------------------------------------- */

/**
 * enum d3dddigpuva_protection_flag - bits of d3dddigpuva_protection_type
 * @D3DDDIGPUVA_PROTECTION_WRITE: may be written
 * @D3DDDIGPUVA_PROTECTION_EXECUTE: may be executed
 * @D3DDDIGPUVA_PROTECTION_ZERO: reads zeros, drops writes
 * @D3DDDIGPUVA_PROTECTION_NO_ACCESS: may not be accessed
 * @D3DDDIGPUVA_PROTECTION_SYSTEM_USE_ONLY: not from user mode
 * @D3DDDIGPUVA_PROTECTION_RESERVED: must be 0
 */
enum d3dddigpuva_protection_flag {
	D3DDDIGPUVA_PROTECTION_WRITE		= 0x01,
	D3DDDIGPUVA_PROTECTION_EXECUTE		= 0x02,
	D3DDDIGPUVA_PROTECTION_ZERO		= 0x04,
	D3DDDIGPUVA_PROTECTION_NO_ACCESS	= 0x08,
	D3DDDIGPUVA_PROTECTION_SYSTEM_USE_ONLY	= 0x10,
	D3DDDIGPUVA_PROTECTION_RESERVED		= 0xffffffffffffffe0ull,
};

/** struct d3dddigpuva_protection_type - D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE */
struct d3dddigpuva_protection_type {
	DXG_BITS(__aligned_u64, value,
		__u64 write:1;
		__u64 execute:1;
		__u64 zero:1;
		__u64 no_access:1;
		__u64 system_use_only:1;
		__u64 reserved:59;
	)
};

/** enum d3dddigpuva_reservation_type - D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE */
enum d3dddigpuva_reservation_type {
	D3DDDIGPUVA_RESERVE_NO_ACCESS	= 0,
	D3DDDIGPUVA_RESERVE_ZERO	= 1,
	D3DDDIGPUVA_RESERVE_NO_COMMIT	= 2,
};

/** struct d3dddi_reservegpuvirtualaddress - D3DDDI_RESERVEGPUVIRTUALADDRESS */
struct d3dddi_reservegpuvirtualaddress {
	struct d3dkmthandle adapter;
	__u32 pad0;
	__aligned_u64 base_address;
	__aligned_u64 minimum_address;
	__aligned_u64 maximum_address;
	__aligned_u64 size;
	__u32 reservation_type;
	__u32 pad1;
	__aligned_u64 driver_protection;
	__aligned_u64 virtual_address;
	__aligned_u64 paging_fence_value;
};

/** struct d3dddi_mapgpuvirtualaddress - D3DDDI_MAPGPUVIRTUALADDRESS */
struct d3dddi_mapgpuvirtualaddress {
	struct d3dkmthandle paging_queue;
	__u32 pad0;
	__aligned_u64 base_address;
	__aligned_u64 minimum_address;
	__aligned_u64 maximum_address;
	struct d3dkmthandle allocation;
	__u32 pad1;
	__aligned_u64 offset_in_pages;
	__aligned_u64 size_in_pages;
	struct d3dddigpuva_protection_type protection;
	__aligned_u64 driver_protection;
	__u32 reserved0;
	__u32 pad2;
	__aligned_u64 reserved1;
	__aligned_u64 virtual_address;
	__aligned_u64 paging_fence_value;
};

/** struct d3dkmt_freegpuvirtualaddress - D3DKMT_FREEGPUVIRTUALADDRESS */
struct d3dkmt_freegpuvirtualaddress {
	struct d3dkmthandle adapter;
	__u32 reserved;
	__aligned_u64 base_address;
	__aligned_u64 size;
};

/** enum d3dddi_updategpuvirtualaddress_operation_type - kind of one operation */
enum d3dddi_updategpuvirtualaddress_operation_type {
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP		= 0,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP		= 1,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY		= 2,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT	= 3,
};

/** struct d3dddi_updategpuvirtualaddress_map - operation MAP */
struct d3dddi_updategpuvirtualaddress_map {
	__aligned_u64 base_address;
	__aligned_u64 size;
	struct d3dkmthandle allocation;
	__u32 pad0;
	__aligned_u64 allocation_offset;
	__aligned_u64 allocation_size;
};

/** struct d3dddi_updategpuvirtualaddress_map_protect - operation MAP_PROTECT */
struct d3dddi_updategpuvirtualaddress_map_protect {
	__aligned_u64 base_address;
	__aligned_u64 size;
	struct d3dkmthandle allocation;
	__u32 pad0;
	__aligned_u64 allocation_offset;
	__aligned_u64 allocation_size;
	struct d3dddigpuva_protection_type protection;
	__aligned_u64 driver_protection;
};

/** struct d3dddi_updategpuvirtualaddress_unmap - operation UNMAP */
struct d3dddi_updategpuvirtualaddress_unmap {
	__aligned_u64 base_address;
	__aligned_u64 size;
	struct d3dddigpuva_protection_type protection;
};

/** struct d3dddi_updategpuvirtualaddress_copy - operation COPY */
struct d3dddi_updategpuvirtualaddress_copy {
	__aligned_u64 source_address;
	__aligned_u64 size;
	__aligned_u64 dest_address;
};

/** struct d3dddi_updategpuvirtualaddress_operation - one operation */
struct d3dddi_updategpuvirtualaddress_operation {
	__u32 operation;
	__u32 pad0;
	union {
		struct d3dddi_updategpuvirtualaddress_map map;
		struct d3dddi_updategpuvirtualaddress_map_protect map_protect;
		struct d3dddi_updategpuvirtualaddress_unmap unmap;
		struct d3dddi_updategpuvirtualaddress_copy copy;
	};
};

/**
 * enum d3dkmt_updategpuvirtualaddress_flag - bits of
 *	d3dkmt_updategpuvirtualaddress_flags
 * @D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT: don't wait for the fence first
 * @D3DKMT_UPDATEGPUVIRTUALADDRESS_RESERVED: must be 0
 */
enum d3dkmt_updategpuvirtualaddress_flag {
	D3DKMT_UPDATEGPUVIRTUALADDRESS_DO_NOT_WAIT	= 0x00000001,
	D3DKMT_UPDATEGPUVIRTUALADDRESS_RESERVED		= 0xfffffffe,
};

/** struct d3dkmt_updategpuvirtualaddress_flags - flags of an update */
struct d3dkmt_updategpuvirtualaddress_flags {
	DXG_BITS(__u32, value,
		__u32 do_not_wait:1;
		__u32 reserved:31;
	)
};

/** struct d3dkmt_updategpuvirtualaddress - D3DKMT_UPDATEGPUVIRTUALADDRESS */
struct d3dkmt_updategpuvirtualaddress {
	struct d3dkmthandle device;
	struct d3dkmthandle context;
	struct d3dkmthandle fence_object;
	__u32 num_operations;
	__aligned_u64 operations;
	__u32 reserved0;
	__u32 reserved1;
	__aligned_u64 reserved2;
	__aligned_u64 fence_value;
	struct d3dkmt_updategpuvirtualaddress_flags flags;
	__u32 reserved3;
};

/* ---- Contexts, queues and submission ----------------------------------- */

/** enum d3dkmt_clienthint - D3DKMT_CLIENTHINT: graphics interface of the caller */
enum d3dkmt_clienthint {
	D3DKMT_CLIENTHINT_UNKNOWN	= 0,
	D3DKMT_CLIENTHINT_OPENGL	= 1,
	D3DKMT_CLIENTHINT_CDD		= 2,
	D3DKMT_CLIENTHINT_DX7		= 7,
	D3DKMT_CLIENTHINT_DX8		= 8,
	D3DKMT_CLIENTHINT_DX9		= 9,
	D3DKMT_CLIENTHINT_DX10		= 10,
};

/**
 * enum d3dddi_createcontext_flag - bits of d3dddi_createcontextflags
 * @D3DDDI_CREATECONTEXT_NULL_RENDERING: drops what is submitted
 * @D3DDDI_CREATECONTEXT_INITIAL_DATA: has initial data
 * @D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT: long-running work is no hang
 * @D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY: only waits and signals
 * @D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED: hardware queues are made on it
 * @D3DDDI_CREATECONTEXT_RESERVED: bits that the bitfield of this name covers
 * @D3DDDI_CREATECONTEXT_NO_KMD_ACCESS: the miniport does not see it
 * @D3DDDI_CREATECONTEXT_WDK_RESERVED: the same without NO_KMD_ACCESS
 */
enum d3dddi_createcontext_flag {
	D3DDDI_CREATECONTEXT_NULL_RENDERING		= 0x00000001,
	D3DDDI_CREATECONTEXT_INITIAL_DATA		= 0x00000002,
	D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT	= 0x00000004,
	D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY	= 0x00000008,
	D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED		= 0x00000010,
	D3DDDI_CREATECONTEXT_RESERVED			= 0xffffffe0,
	D3DDDI_CREATECONTEXT_NO_KMD_ACCESS		= 0x00000020,
	D3DDDI_CREATECONTEXT_WDK_RESERVED		= 0xffffffc0,
};

/** struct d3dddi_createcontextflags - D3DDDI_CREATECONTEXTFLAGS */
struct d3dddi_createcontextflags {
	DXG_BITS(__u32, value,
		__u32 null_rendering:1;
		__u32 initial_data:1;
		__u32 disable_gpu_timeout:1;
		__u32 synchronization_only:1;
		__u32 hw_queue_supported:1;
		__u32 reserved:27;
	)
};

/** struct d3dkmt_createcontextvirtual - D3DKMT_CREATECONTEXTVIRTUAL */
struct d3dkmt_createcontextvirtual {
	struct d3dkmthandle device;
	__u32 node_ordinal;
	__u32 engine_affinity;
	struct d3dddi_createcontextflags flags;
	__aligned_u64 priv_drv_data;
	__u32 priv_drv_data_size;
	__u32 client_hint;
	struct d3dkmthandle context;
	__u32 pad0;
};

/** struct d3dkmt_destroycontext - D3DKMT_DESTROYCONTEXT */
struct d3dkmt_destroycontext {
	struct d3dkmthandle context;
};

/**
 * enum d3dddi_createhwqueue_flag - bits of d3dddi_createhwqueueflags
 * @D3DDDI_CREATEHWQUEUE_DISABLE_GPU_TIMEOUT: long-running work is no hang
 * @D3DDDI_CREATEHWQUEUE_RESERVED: bits that the bitfield of this name covers
 * @D3DDDI_CREATEHWQUEUE_NO_BROADCAST_SIGNAL: signals are not broadcast
 * @D3DDDI_CREATEHWQUEUE_NO_BROADCAST_WAIT: waits are not broadcast
 * @D3DDDI_CREATEHWQUEUE_NO_KMD_ACCESS: the miniport does not see it
 */
enum d3dddi_createhwqueue_flag {
	D3DDDI_CREATEHWQUEUE_DISABLE_GPU_TIMEOUT	= 0x00000001,
	D3DDDI_CREATEHWQUEUE_RESERVED			= 0xfffffffe,
	D3DDDI_CREATEHWQUEUE_NO_BROADCAST_SIGNAL	= 0x00000002,
	D3DDDI_CREATEHWQUEUE_NO_BROADCAST_WAIT		= 0x00000004,
	D3DDDI_CREATEHWQUEUE_NO_KMD_ACCESS		= 0x00000008,
};

/** struct d3dddi_createhwqueueflags - D3DDDI_CREATEHWQUEUEFLAGS */
struct d3dddi_createhwqueueflags {
	DXG_BITS(__u32, value,
		__u32 disable_gpu_timeout:1;
		__u32 reserved:31;
	)
};

/** struct d3dkmt_createhwqueue - D3DKMT_CREATEHWQUEUE */
struct d3dkmt_createhwqueue {
	struct d3dkmthandle context;
	struct d3dddi_createhwqueueflags flags;
	__u32 priv_drv_data_size;
	__u32 reserved;
	__aligned_u64 priv_drv_data;
	struct d3dkmthandle queue;
	struct d3dkmthandle queue_progress_fence;
	__aligned_u64 queue_progress_fence_cpu_va;
	__aligned_u64 queue_progress_fence_gpu_va;
};

/** struct d3dkmt_destroyhwqueue - D3DKMT_DESTROYHWQUEUE */
struct d3dkmt_destroyhwqueue {
	struct d3dkmthandle queue;
};

/** struct d3dkmt_setcontextschedulingpriority - D3DKMT_SETCONTEXTSCHEDULINGPRIORITY */
struct d3dkmt_setcontextschedulingpriority {
	struct d3dkmthandle context;
	__s32 priority;
};

/** struct d3dkmt_getcontextschedulingpriority - D3DKMT_GETCONTEXTSCHEDULINGPRIORITY */
struct d3dkmt_getcontextschedulingpriority {
	struct d3dkmthandle context;
	__s32 priority;
};

/** struct d3dkmt_setcontextinprocessschedulingpriority - the same within a process */
struct d3dkmt_setcontextinprocessschedulingpriority {
	struct d3dkmthandle context;
	__s32 priority;
};

/** struct d3dkmt_getcontextinprocessschedulingpriority - the same within a process */
struct d3dkmt_getcontextinprocessschedulingpriority {
	struct d3dkmthandle context;
	__s32 priority;
};

/**
 * enum d3dkmt_submitcommand_flag - bits of d3dkmt_submitcommandflags
 * @D3DKMT_SUBMITCOMMAND_NULL_RENDERING: drops the work
 * @D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED: presents to a compositor
 * @D3DKMT_SUBMITCOMMAND_RESERVED: bits that the bitfield of this name covers
 * @D3DKMT_SUBMITCOMMAND_NO_KMD_ACCESS: the miniport does not see it
 */
enum d3dkmt_submitcommand_flag {
	D3DKMT_SUBMITCOMMAND_NULL_RENDERING	= 0x00000001,
	D3DKMT_SUBMITCOMMAND_PRESENT_REDIRECTED	= 0x00000002,
	D3DKMT_SUBMITCOMMAND_RESERVED		= 0xfffffffc,
	D3DKMT_SUBMITCOMMAND_NO_KMD_ACCESS	= 0x00000004,
};

/** struct d3dkmt_submitcommandflags - D3DKMT_SUBMITCOMMANDFLAGS */
struct d3dkmt_submitcommandflags {
	DXG_BITS(__u32, value,
		__u32 null_rendering:1;
		__u32 present_redirected:1;
		__u32 reserved:30;
	)
};

/** struct d3dkmt_submitcommand - D3DKMT_SUBMITCOMMAND */
struct d3dkmt_submitcommand {
	__aligned_u64 command_buffer;
	__u32 command_length;
	struct d3dkmt_submitcommandflags flags;
	__aligned_u64 present_history_token;
	__u32 broadcast_context_count;
	struct d3dkmthandle broadcast_context[D3DDDI_MAX_BROADCAST_CONTEXT];
	__u32 reserved;
	__aligned_u64 priv_drv_data;
	__u32 priv_drv_data_size;
	__u32 num_primaries;
	struct d3dkmthandle written_primaries[D3DDDI_MAX_WRITTEN_PRIMARIES];
	__u32 num_history_buffers;
	__u32 reserved1;
	__aligned_u64 history_buffer_array;
};

/** struct d3dkmt_submitcommandtohwqueue - D3DKMT_SUBMITCOMMANDTOHWQUEUE */
struct d3dkmt_submitcommandtohwqueue {
	struct d3dkmthandle hwqueue;
	__u32 reserved;
	__aligned_u64 hwqueue_progress_fence_id;
	__aligned_u64 command_buffer;
	__u32 command_length;
	__u32 priv_drv_data_size;
	__aligned_u64 priv_drv_data;
	__u32 num_primaries;
	__u32 reserved1;
	__aligned_u64 written_primaries;
};

/**
 * enum d3dddi_allocationlist_mask - parts of d3dddi_allocationlist
 * @D3DDDI_ALLOCATIONLIST_WRITE_OPERATION: is written to
 * @D3DDDI_ALLOCATIONLIST_DO_NOT_RETIRE_INSTANCE: stays in use
 * @D3DDDI_ALLOCATIONLIST_OFFER_PRIORITY: enum d3dkmt_offer_priority
 * @D3DDDI_ALLOCATIONLIST_RESERVED: must be 0
 */
enum d3dddi_allocationlist_mask {
	D3DDDI_ALLOCATIONLIST_WRITE_OPERATION		= 0x00000001,
	D3DDDI_ALLOCATIONLIST_DO_NOT_RETIRE_INSTANCE	= 0x00000002,
	D3DDDI_ALLOCATIONLIST_OFFER_PRIORITY		= 0x0000001c,
	D3DDDI_ALLOCATIONLIST_RESERVED			= 0xffffffe0,
};

/** struct d3dddi_allocationlist - D3DDDI_ALLOCATIONLIST */
struct d3dddi_allocationlist {
	struct d3dkmthandle allocation;
	DXG_BITS(__u32, value,
		__u32 write_operation:1;
		__u32 do_not_retire_instance:1;
		__u32 offer_priority:3;
		__u32 reserved:27;
	)
};

/**
 * enum d3dddi_patchlocationlist_mask - parts of d3dddi_patchlocationlist
 * @D3DDDI_PATCHLOCATIONLIST_SLOT_ID: slot of the command
 * @D3DDDI_PATCHLOCATIONLIST_RESERVED: must be 0
 */
enum d3dddi_patchlocationlist_mask {
	D3DDDI_PATCHLOCATIONLIST_SLOT_ID	= 0x00ffffff,
	D3DDDI_PATCHLOCATIONLIST_RESERVED	= 0xff000000,
};

/** struct d3dddi_patchlocationlist - D3DDDI_PATCHLOCATIONLIST */
struct d3dddi_patchlocationlist {
	__u32 allocation_index;
	DXG_BITS(__u32, value,
		__u32 slot_id:24;
		__u32 reserved:8;
	)
	__u32 driver_id;
	__u32 allocation_offset;
	__u32 patch_offset;
	__u32 split_offset;
};

/* ---- Synchronization objects ------------------------------------------- */

/** enum d3dddi_synchronizationobject_type - D3DDDI_SYNCHRONIZATIONOBJECT_TYPE */
enum d3dddi_synchronizationobject_type {
	D3DDDI_SYNCHRONIZATION_MUTEX		= 1,
	D3DDDI_SEMAPHORE			= 2,
	D3DDDI_FENCE				= 3,
	D3DDDI_CPU_NOTIFICATION			= 4,
	D3DDDI_MONITORED_FENCE			= 5,
	D3DDDI_PERIODIC_MONITORED_FENCE		= 6,
	D3DDDI_SYNCHRONIZATION_TYPE_LIMIT	= 7,
};

/**
 * enum d3dddi_synchronizationobject_flag - bits of
 *	d3dddi_synchronizationobject_flags
 * @D3DDDI_SYNCHRONIZATIONOBJECT_SHARED: shareable
 * @D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING: shared by NT handle alone;
 *	needs SHARED
 * @D3DDDI_SYNCHRONIZATIONOBJECT_CROSS_ADAPTER: shared between adapters
 * @D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE: signalled when work begins
 * @D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL: this device does not signal it
 * @D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT: this device does not wait for it
 * @D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR: a reset leaves it
 * @D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS: for CPUs only
 * @D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED: bits that the bitfield of this name
 *	covers
 * @D3DDDI_SYNCHRONIZATIONOBJECT_SIGNAL_BY_KMD: the miniport signals it
 * @D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED0: of the kernel
 */
enum d3dddi_synchronizationobject_flag {
	D3DDDI_SYNCHRONIZATIONOBJECT_SHARED			= 0x00000001,
	D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING	= 0x00000002,
	D3DDDI_SYNCHRONIZATIONOBJECT_CROSS_ADAPTER		= 0x00000004,
	D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE		= 0x00000008,
	D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL			= 0x00000010,
	D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT			= 0x00000020,
	D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR	= 0x00000040,
	D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS		= 0x00000080,
	D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED			= 0x7fffff00,
	D3DDDI_SYNCHRONIZATIONOBJECT_SIGNAL_BY_KMD		= 0x00000100,
	D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED0			= 0x80000000,
};

/** struct d3dddi_synchronizationobject_flags - D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS */
struct d3dddi_synchronizationobject_flags {
	DXG_BITS(__u32, value,
		__u32 shared:1;
		__u32 nt_security_sharing:1;
		__u32 cross_adapter:1;
		__u32 top_of_pipeline:1;
		__u32 no_signal:1;
		__u32 no_wait:1;
		__u32 no_signal_max_value_on_tdr:1;
		__u32 no_gpu_access:1;
		__u32 reserved:23;
		__u32 reserved0:1;
	)
};

/** struct d3dddi_synchronization_mutex - data of a mutex */
struct d3dddi_synchronization_mutex {
	__u32 initial_state;
};

/** struct d3dddi_semaphore - data of a semaphore */
struct d3dddi_semaphore {
	__u32 max_count;
	__u32 initial_count;
};

/** struct d3dddi_fence - data of a fence */
struct d3dddi_fence {
	__aligned_u64 fence_value;
};

/** struct d3dddi_cpu_notification - data of a CPU notification */
struct d3dddi_cpu_notification {
	__aligned_u64 event;
};

/** struct d3dddi_monitored_fence - data of a monitored fence */
struct d3dddi_monitored_fence {
	__aligned_u64 initial_fence_value;
	__aligned_u64 fence_cpu_virtual_address;
	__aligned_u64 fence_gpu_virtual_address;
	__u32 engine_affinity;
	__u32 pad0;
};

/** struct d3dddi_periodic_monitored_fence - data of a periodic monitored fence */
struct d3dddi_periodic_monitored_fence {
	struct d3dkmthandle adapter;
	__u32 vidpn_target_id;
	__aligned_u64 time;
	__aligned_u64 fence_cpu_virtual_address;
	__aligned_u64 fence_gpu_virtual_address;
	__u32 engine_affinity;
	__u32 pad0;
};

/** struct d3dddi_synchronizationobject_reserved - room for other types */
struct d3dddi_synchronizationobject_reserved {
	__aligned_u64 reserved[8];
};

/** struct d3dddi_synchronizationobjectinfo2 - D3DDDI_SYNCHRONIZATIONOBJECTINFO2 */
struct d3dddi_synchronizationobjectinfo2 {
	__u32 type;
	struct d3dddi_synchronizationobject_flags flags;
	union {
		struct d3dddi_synchronization_mutex synchronization_mutex;
		struct d3dddi_semaphore semaphore;
		struct d3dddi_fence fence;
		struct d3dddi_cpu_notification cpu_notification;
		struct d3dddi_monitored_fence monitored_fence;
		struct d3dddi_periodic_monitored_fence periodic_monitored_fence;
		struct d3dddi_synchronizationobject_reserved reserved;
	};
	struct d3dkmthandle shared_handle;
	__u32 pad0;
};

/** struct d3dkmt_createsynchronizationobject2 - D3DKMT_CREATESYNCHRONIZATIONOBJECT2 */
struct d3dkmt_createsynchronizationobject2 {
	struct d3dkmthandle device;
	__u32 reserved;
	struct d3dddi_synchronizationobjectinfo2 info;
	struct d3dkmthandle sync_object;
	__u32 reserved1;
};

/** struct d3dkmt_destroysynchronizationobject - D3DKMT_DESTROYSYNCHRONIZATIONOBJECT */
struct d3dkmt_destroysynchronizationobject {
	struct d3dkmthandle sync_object;
};

/** struct d3dddi_opened_monitored_fence - answer of d3dkmt_opensyncobjectfromnthandle2 */
struct d3dddi_opened_monitored_fence {
	__aligned_u64 fence_value_cpu_va;
	__aligned_u64 fence_value_gpu_va;
	__u32 engine_affinity;
	__u32 pad0;
};

/** struct d3dkmt_opensyncobjectfromnthandle2 - D3DKMT_OPENSYNCOBJECTFROMNTHANDLE2 */
struct d3dkmt_opensyncobjectfromnthandle2 {
	__aligned_u64 nt_handle;
	struct d3dkmthandle device;
	struct d3dddi_synchronizationobject_flags flags;
	struct d3dkmthandle sync_object;
	__u32 reserved1;
	union {
		struct d3dddi_opened_monitored_fence monitored_fence;
		__aligned_u64 reserved[8];
	};
};

/**
 * enum d3dddicb_signal_flag - bits of d3dddicb_signalflags
 * @D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION: when the commands are submitted
 * @D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT: signals a CPU event instead
 * @D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND: the value may go down
 * @D3DDDICB_SIGNAL_RESERVED: must be 0
 * @D3DDDICB_SIGNAL_INTERNAL0: not from user mode
 */
enum d3dddicb_signal_flag {
	D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION	= 0x00000001,
	D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT	= 0x00000002,
	D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND	= 0x00000004,
	D3DDDICB_SIGNAL_RESERVED		= 0x7ffffff8,
	D3DDDICB_SIGNAL_INTERNAL0		= 0x80000000,
};

/** struct d3dddicb_signalflags - D3DDDICB_SIGNALFLAGS */
struct d3dddicb_signalflags {
	DXG_BITS(__u32, value,
		__u32 signal_at_submission:1;
		__u32 enqueue_cpu_event:1;
		__u32 allow_fence_rewind:1;
		__u32 reserved:28;
		__u32 DXGK_SIGNAL_FLAG_INTERNAL0:1;
	)
};

/** struct d3dkmt_signalsynchronizationobject2 - D3DKMT_SIGNALSYNCHRONIZATIONOBJECT2 */
struct d3dkmt_signalsynchronizationobject2 {
	struct d3dkmthandle context;
	__u32 object_count;
	struct d3dkmthandle object_array[D3DDDI_MAX_OBJECT_SIGNALED];
	struct d3dddicb_signalflags flags;
	__u32 context_count;
	struct d3dkmthandle contexts[D3DDDI_MAX_BROADCAST_CONTEXT];
	union {
		struct d3dddi_fence fence;
		__aligned_u64 cpu_event_handle;
		__aligned_u64 reserved[8];
	};
};

/** struct d3dkmt_waitforsynchronizationobject2 - D3DKMT_WAITFORSYNCHRONIZATIONOBJECT2 */
struct d3dkmt_waitforsynchronizationobject2 {
	struct d3dkmthandle context;
	__u32 object_count;
	struct d3dkmthandle object_array[D3DDDI_MAX_OBJECT_WAITED_ON];
	union {
		struct d3dddi_fence fence;
		__aligned_u64 reserved[8];
	};
};

/** struct d3dkmt_signalsynchronizationobjectfromcpu - signal by the CPU */
struct d3dkmt_signalsynchronizationobjectfromcpu {
	struct d3dkmthandle device;
	__u32 object_count;
	__aligned_u64 objects;
	__aligned_u64 fence_values;
	struct d3dddicb_signalflags flags;
	__u32 pad0;
};

/** struct d3dkmt_signalsynchronizationobjectfromgpu - signal by one context */
struct d3dkmt_signalsynchronizationobjectfromgpu {
	struct d3dkmthandle context;
	__u32 object_count;
	__aligned_u64 objects;
	union {
		__aligned_u64 monitored_fence_values;
		__aligned_u64 reserved[8];
	};
};

/** struct d3dkmt_signalsynchronizationobjectfromgpu2 - signal by several contexts */
struct d3dkmt_signalsynchronizationobjectfromgpu2 {
	__u32 object_count;
	__u32 reserved1;
	__aligned_u64 objects;
	struct d3dddicb_signalflags flags;
	__u32 context_count;
	__aligned_u64 contexts;
	union {
		__aligned_u64 fence_value;
		__aligned_u64 cpu_event_handle;
		__aligned_u64 monitored_fence_values;
		__aligned_u64 reserved[8];
	};
};

/**
 * enum d3dddi_waitforsynchronizationobjectfromcpu_flag - bits of
 *	d3dddi_waitforsynchronizationobjectfromcpu_flags
 * @D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY: one object is enough
 * @D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_RESERVED: must be 0
 */
enum d3dddi_waitforsynchronizationobjectfromcpu_flag {
	D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY	= 0x00000001,
	D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_RESERVED	= 0xfffffffe,
};

/** struct d3dddi_waitforsynchronizationobjectfromcpu_flags - flags of such a wait */
struct d3dddi_waitforsynchronizationobjectfromcpu_flags {
	DXG_BITS(__u32, value,
		__u32 wait_any:1;
		__u32 reserved:31;
	)
};

/** struct d3dkmt_waitforsynchronizationobjectfromcpu - wait by the CPU */
struct d3dkmt_waitforsynchronizationobjectfromcpu {
	struct d3dkmthandle device;
	__u32 object_count;
	__aligned_u64 objects;
	__aligned_u64 fence_values;
	__aligned_u64 async_event;
	struct d3dddi_waitforsynchronizationobjectfromcpu_flags flags;
	__u32 pad0;
};

/** struct d3dkmt_waitforsynchronizationobjectfromgpu - wait by a context */
struct d3dkmt_waitforsynchronizationobjectfromgpu {
	struct d3dkmthandle context;
	__u32 object_count;
	__aligned_u64 objects;
	union {
		__aligned_u64 monitored_fence_values;
		__aligned_u64 fence_value;
		__aligned_u64 reserved[8];
	};
};

/** struct d3dkmt_submitsignalsyncobjectstohwqueue - signal by hardware queues */
struct d3dkmt_submitsignalsyncobjectstohwqueue {
	struct d3dddicb_signalflags flags;
	__u32 hwqueue_count;
	__aligned_u64 hwqueues;
	__u32 object_count;
	__u32 reserved;
	__aligned_u64 objects;
	__aligned_u64 fence_values;
};

/** struct d3dkmt_submitwaitforsyncobjectstohwqueue - wait by a hardware queue */
struct d3dkmt_submitwaitforsyncobjectstohwqueue {
	struct d3dkmthandle hwqueue;
	__u32 object_count;
	__aligned_u64 objects;
	__aligned_u64 fence_values;
};

/** struct d3dkmt_createsyncfile - sync file of a monitored fence's value */
struct d3dkmt_createsyncfile {
	struct d3dkmthandle device;
	struct d3dkmthandle monitored_fence;
	__aligned_u64 fence_value;
	__aligned_u64 sync_file_handle;
};

/** struct d3dkmt_waitsyncfile - wait of a context for a sync file */
struct d3dkmt_waitsyncfile {
	__aligned_u64 sync_file_handle;
	struct d3dkmthandle context;
	__u32 reserved;
};

/** struct d3dkmt_opensyncobjectfromsyncfile - monitored fence behind a sync file */
struct d3dkmt_opensyncobjectfromsyncfile {
	__aligned_u64 sync_file_handle;
	struct d3dkmthandle device;
	struct d3dkmthandle syncobj;
	__aligned_u64 fence_value;
	__aligned_u64 fence_value_cpu_va;
	__aligned_u64 fence_value_gpu_va;
};

/* ---- Arguments of ioctls that have only a number ----------------------- */

/** struct D3DKMT_CREATECONTEXT - context with buffers of the kernel's */
struct D3DKMT_CREATECONTEXT {
	__u32 hDevice;
	__u32 NodeOrdinal;
	__u32 EngineAffinity;
	struct {
		DXG_BITS(__u32, Value,
			__u32 NullRendering:1;
			__u32 InitialData:1;
			__u32 DisableGpuTimeout:1;
			__u32 SynchronizationOnly:1;
			__u32 HwQueueSupported:1;
			__u32 NoKmdAccess:1;
			__u32 Reserved:26;
		)
	} Flags;
	DXG_ALIAS(__aligned_u64, pPrivateDriverData, pPrivateDriverData_Align)
	__u32 PrivateDriverDataSize;
	__u32 ClientHint;
	__u32 hContext;
	__u32 pad0;
	DXG_ALIAS(__aligned_u64, pCommandBuffer, pCommandBuffer_Align)
	__u32 CommandBufferSize;
	__u32 pad1;
	DXG_ALIAS(__aligned_u64, pAllocationList, pAllocationList_Align)
	__u32 AllocationListSize;
	__u32 pad2;
	DXG_ALIAS(__aligned_u64, pPatchLocationList, pPatchLocationList_Align)
	__u32 PatchLocationListSize;
	__u32 pad3;
	__aligned_u64 CommandBuffer;
};

/**
 * enum d3dddi_createhwcontext_flag - bits of the flags of D3DKMT_CREATEHWCONTEXT
 * @D3DDDI_CREATEHWCONTEXT_RESERVED: must be 0
 */
enum d3dddi_createhwcontext_flag {
	D3DDDI_CREATEHWCONTEXT_RESERVED	= 0xffffffff,
};

/** struct D3DKMT_CREATEHWCONTEXT - context scheduled by hardware */
struct D3DKMT_CREATEHWCONTEXT {
	__u32 hDevice;
	__u32 NodeOrdinal;
	__u32 EngineAffinity;
	struct {
		DXG_BITS(__u32, Value,
			__u32 Reserved:32;
		)
	} Flags;
	__u32 PrivateDriverDataSize;
	__u32 pad0;
	DXG_ALIAS(__aligned_u64, pPrivateDriverData, pPrivateDriverData_Align)
	__u32 hHwContext;
	__u32 pad1;
};

/** struct D3DKMT_DESTROYHWCONTEXT - its end */
struct D3DKMT_DESTROYHWCONTEXT {
	__u32 hHwContext;
};

/** struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID - adapter of a shared resource */
struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID {
	__u32 hGlobalShare;
	__u32 pad0;
	DXG_ALIAS(__aligned_u64, hNtHandle, hNtHandle_Align)
	struct {
		__u32 LowPart;
		__u32 HighPart;
	} AdapterLuid;
};

/** struct D3DKMT_OPENRESOURCE - opening by global handle */
struct D3DKMT_OPENRESOURCE {
	__u32 hDevice;
	__u32 hGlobalShare;
	__u32 NumAllocations;
	__u32 pad0;
#ifdef __BINDGEN__
	__aligned_u64 pOpenAllocationInfo2;
#else
	union {
		__aligned_u64 pOpenAllocationInfo;
		__aligned_u64 pOpenAllocationInfo2;
		__aligned_u64 AlignUnionTo64;
	};
#endif
	DXG_ALIAS(__aligned_u64, pPrivateRuntimeData, pPrivateRuntimeData_Align)
	__u32 PrivateRuntimeDataSize;
	__u32 pad1;
	DXG_ALIAS(__aligned_u64, pResourcePrivateDriverData,
		  pResourcePrivateDriverData_Align)
	__u32 ResourcePrivateDriverDataSize;
	__u32 pad2;
	DXG_ALIAS(__aligned_u64, pTotalPrivateDriverDataBuffer,
		  pTotalPrivateDriverDataBuffer_Align)
	__u32 TotalPrivateDriverDataBufferSize;
	__u32 hResource;
};

/** struct D3DKMT_OPENSYNCHRONIZATIONOBJECT - opening by global handle */
struct D3DKMT_OPENSYNCHRONIZATIONOBJECT {
	__u32 hSharedHandle;
	__u32 hSyncObject;
	__aligned_u64 Reserved[8];
};

/** struct D3DKMT_QUERYRESOURCEINFO - sizes of a resource, by global handle */
struct D3DKMT_QUERYRESOURCEINFO {
	__u32 hDevice;
	__u32 hGlobalShare;
	DXG_ALIAS(__aligned_u64, pPrivateRuntimeData, pPrivateRuntimeData_Align)
	__u32 PrivateRuntimeDataSize;
	__u32 TotalPrivateDriverDataSize;
	__u32 ResourcePrivateDriverDataSize;
	__u32 NumAllocations;
};

/**
 * enum d3dkmt_render_flag - bits of the flags of D3DKMT_RENDER
 * @D3DKMT_RENDER_RESIZE_COMMAND_BUFFER: another size for the next buffer
 * @D3DKMT_RENDER_RESIZE_ALLOCATION_LIST: another size for the next list
 * @D3DKMT_RENDER_RESIZE_PATCH_LOCATION_LIST: another size for the next list
 * @D3DKMT_RENDER_NULL_RENDERING: drops the work
 * @D3DKMT_RENDER_PRESENT_REDIRECTED: presents to a compositor
 * @D3DKMT_RENDER_RENDER_KM: commands of the kernel's
 * @D3DKMT_RENDER_RENDER_KM_READBACK: the same, read back
 * @D3DKMT_RENDER_RESERVED: must be 0
 */
enum d3dkmt_render_flag {
	D3DKMT_RENDER_RESIZE_COMMAND_BUFFER		= 0x00000001,
	D3DKMT_RENDER_RESIZE_ALLOCATION_LIST		= 0x00000002,
	D3DKMT_RENDER_RESIZE_PATCH_LOCATION_LIST	= 0x00000004,
	D3DKMT_RENDER_NULL_RENDERING			= 0x00000008,
	D3DKMT_RENDER_PRESENT_REDIRECTED		= 0x00000010,
	D3DKMT_RENDER_RENDER_KM				= 0x00000020,
	D3DKMT_RENDER_RENDER_KM_READBACK		= 0x00000040,
	D3DKMT_RENDER_RESERVED				= 0xffffff80,
};

/** struct D3DKMT_RENDER - submission with buffers of the kernel's */
struct D3DKMT_RENDER {
	DXG_ALIAS(__u32, hContext, hDevice)
	__u32 CommandOffset;
	__u32 CommandLength;
	__u32 AllocationCount;
	__u32 PatchLocationCount;
	__u32 pad0;
	DXG_ALIAS(__aligned_u64, pNewCommandBuffer, pNewCommandBuffer_Align)
	__u32 NewCommandBufferSize;
	__u32 pad1;
	DXG_ALIAS(__aligned_u64, pNewAllocationList, pNewAllocationList_Align)
	__u32 NewAllocationListSize;
	__u32 pad2;
	DXG_ALIAS(__aligned_u64, pNewPatchLocationList,
		  pNewPatchLocationList_Align)
	__u32 NewPatchLocationListSize;
	struct {
#ifdef __BINDGEN__
		__u32 Value;
#else
		__u32 ResizeCommandBuffer:1;
		__u32 ResizeAllocationList:1;
		__u32 ResizePatchLocationList:1;
		__u32 NullRendering:1;
		__u32 PresentRedirected:1;
		__u32 RenderKm:1;
		__u32 RenderKmReadback:1;
		__u32 Reserved:25;
#endif
	} Flags;
	__aligned_u64 PresentHistoryToken;
	__u32 BroadcastContextCount;
	__u32 BroadcastContext[D3DDDI_MAX_BROADCAST_CONTEXT];
	__u32 QueuedBufferCount;
	__aligned_u64 NewCommandBuffer;
	DXG_ALIAS(__aligned_u64, pPrivateDriverData, pPrivateDriverData_Align)
	__u32 PrivateDriverDataSize;
	__u32 pad3;
};

/* ---- ioctls ------------------------------------------------------------ */

/** DXG_IOCTL_MAGIC - type of every request of /dev/dxg. */
#define DXG_IOCTL_MAGIC	'G'

/**
 * enum dxg_ioctl_nr - numbers of the requests; 0 and those from DXG_NR_END on have
 *	no meaning
 */
enum dxg_ioctl_nr {
	DXG_NR_OPENADAPTERFROMLUID				= 0x01,
	DXG_NR_CREATEDEVICE					= 0x02,
	DXG_NR_CREATECONTEXT					= 0x03,
	DXG_NR_CREATECONTEXTVIRTUAL				= 0x04,
	DXG_NR_DESTROYCONTEXT					= 0x05,
	DXG_NR_CREATEALLOCATION					= 0x06,
	DXG_NR_CREATEPAGINGQUEUE				= 0x07,
	DXG_NR_RESERVEGPUVIRTUALADDRESS				= 0x08,
	DXG_NR_QUERYADAPTERINFO					= 0x09,
	DXG_NR_QUERYVIDEOMEMORYINFO				= 0x0a,
	DXG_NR_MAKERESIDENT					= 0x0b,
	DXG_NR_MAPGPUVIRTUALADDRESS				= 0x0c,
	DXG_NR_ESCAPE						= 0x0d,
	DXG_NR_GETDEVICESTATE					= 0x0e,
	DXG_NR_SUBMITCOMMAND					= 0x0f,
	DXG_NR_CREATESYNCHRONIZATIONOBJECT			= 0x10,
	DXG_NR_SIGNALSYNCHRONIZATIONOBJECT			= 0x11,
	DXG_NR_WAITFORSYNCHRONIZATIONOBJECT			= 0x12,
	DXG_NR_DESTROYALLOCATION2				= 0x13,
	DXG_NR_ENUMADAPTERS2					= 0x14,
	DXG_NR_CLOSEADAPTER					= 0x15,
	DXG_NR_CHANGEVIDEOMEMORYRESERVATION			= 0x16,
	DXG_NR_CREATEHWCONTEXT					= 0x17,
	DXG_NR_CREATEHWQUEUE					= 0x18,
	DXG_NR_DESTROYDEVICE					= 0x19,
	DXG_NR_DESTROYHWCONTEXT					= 0x1a,
	DXG_NR_DESTROYHWQUEUE					= 0x1b,
	DXG_NR_DESTROYPAGINGQUEUE				= 0x1c,
	DXG_NR_DESTROYSYNCHRONIZATIONOBJECT			= 0x1d,
	DXG_NR_EVICT						= 0x1e,
	DXG_NR_FLUSHHEAPTRANSITIONS				= 0x1f,
	DXG_NR_FREEGPUVIRTUALADDRESS				= 0x20,
	DXG_NR_GETCONTEXTINPROCESSSCHEDULINGPRIORITY		= 0x21,
	DXG_NR_GETCONTEXTSCHEDULINGPRIORITY			= 0x22,
	DXG_NR_GETSHAREDRESOURCEADAPTERLUID			= 0x23,
	DXG_NR_INVALIDATECACHE					= 0x24,
	DXG_NR_LOCK2						= 0x25,
	DXG_NR_MARKDEVICEASERROR				= 0x26,
	DXG_NR_OFFERALLOCATIONS					= 0x27,
	DXG_NR_OPENRESOURCE					= 0x28,
	DXG_NR_OPENSYNCHRONIZATIONOBJECT			= 0x29,
	DXG_NR_QUERYALLOCATIONRESIDENCY				= 0x2a,
	DXG_NR_QUERYRESOURCEINFO				= 0x2b,
	DXG_NR_RECLAIMALLOCATIONS2				= 0x2c,
	DXG_NR_RENDER						= 0x2d,
	DXG_NR_SETALLOCATIONPRIORITY				= 0x2e,
	DXG_NR_SETCONTEXTINPROCESSSCHEDULINGPRIORITY		= 0x2f,
	DXG_NR_SETCONTEXTSCHEDULINGPRIORITY			= 0x30,
	DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMCPU		= 0x31,
	DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU		= 0x32,
	DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2		= 0x33,
	DXG_NR_SUBMITCOMMANDTOHWQUEUE				= 0x34,
	DXG_NR_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE			= 0x35,
	DXG_NR_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE		= 0x36,
	DXG_NR_UNLOCK2						= 0x37,
	DXG_NR_UPDATEALLOCPROPERTY				= 0x38,
	DXG_NR_UPDATEGPUVIRTUALADDRESS				= 0x39,
	DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMCPU		= 0x3a,
	DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMGPU		= 0x3b,
	DXG_NR_GETALLOCATIONPRIORITY				= 0x3c,
	DXG_NR_QUERYCLOCKCALIBRATION				= 0x3d,
	DXG_NR_ENUMADAPTERS3					= 0x3e,
	DXG_NR_SHAREOBJECTS					= 0x3f,
	DXG_NR_OPENSYNCOBJECTFROMNTHANDLE2			= 0x40,
	DXG_NR_QUERYRESOURCEINFOFROMNTHANDLE			= 0x41,
	DXG_NR_OPENRESOURCEFROMNTHANDLE				= 0x42,
	DXG_NR_QUERYSTATISTICS					= 0x43,
	DXG_NR_SHAREOBJECTWITHHOST				= 0x44,
	DXG_NR_CREATESYNCFILE					= 0x45,
	DXG_NR_WAITSYNCFILE					= 0x46,
	DXG_NR_OPENSYNCOBJECTFROMSYNCFILE			= 0x47,
	DXG_NR_ENUMPROCESSES					= 0x48,
	DXG_NR_ISFEATUREENABLED					= 0x49,
	DXG_NR_END						= 0x4a,
};

/*
 * The requests. Their names are those of existing programs.
 */
#define LX_DXOPENADAPTERFROMLUID \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENADAPTERFROMLUID, struct d3dkmt_openadapterfromluid)
#define LX_DXCREATEDEVICE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATEDEVICE, struct d3dkmt_createdevice)
#define LX_DXCREATECONTEXT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATECONTEXT, struct D3DKMT_CREATECONTEXT)
#define LX_DXCREATECONTEXTVIRTUAL \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATECONTEXTVIRTUAL, struct d3dkmt_createcontextvirtual)
#define LX_DXDESTROYCONTEXT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYCONTEXT, struct d3dkmt_destroycontext)
#define LX_DXCREATEALLOCATION \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATEALLOCATION, struct d3dkmt_createallocation)
#define LX_DXCREATEPAGINGQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATEPAGINGQUEUE, struct d3dkmt_createpagingqueue)
#define LX_DXRESERVEGPUVIRTUALADDRESS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_RESERVEGPUVIRTUALADDRESS, struct d3dddi_reservegpuvirtualaddress)
#define LX_DXQUERYADAPTERINFO \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYADAPTERINFO, struct d3dkmt_queryadapterinfo)
#define LX_DXQUERYVIDEOMEMORYINFO \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYVIDEOMEMORYINFO, struct d3dkmt_queryvideomemoryinfo)
#define LX_DXMAKERESIDENT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_MAKERESIDENT, struct d3dddi_makeresident)
#define LX_DXMAPGPUVIRTUALADDRESS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_MAPGPUVIRTUALADDRESS, struct d3dddi_mapgpuvirtualaddress)
#define LX_DXESCAPE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_ESCAPE, struct d3dkmt_escape)
#define LX_DXGETDEVICESTATE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_GETDEVICESTATE, struct d3dkmt_getdevicestate)
#define LX_DXSUBMITCOMMAND \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SUBMITCOMMAND, struct d3dkmt_submitcommand)
#define LX_DXCREATESYNCHRONIZATIONOBJECT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATESYNCHRONIZATIONOBJECT, struct d3dkmt_createsynchronizationobject2)
#define LX_DXSIGNALSYNCHRONIZATIONOBJECT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SIGNALSYNCHRONIZATIONOBJECT, struct d3dkmt_signalsynchronizationobject2)
#define LX_DXWAITFORSYNCHRONIZATIONOBJECT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_WAITFORSYNCHRONIZATIONOBJECT, struct d3dkmt_waitforsynchronizationobject2)
#define LX_DXDESTROYALLOCATION2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYALLOCATION2, struct d3dkmt_destroyallocation2)
#define LX_DXENUMADAPTERS2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_ENUMADAPTERS2, struct d3dkmt_enumadapters2)
#define LX_DXCLOSEADAPTER \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CLOSEADAPTER, struct d3dkmt_closeadapter)
#define LX_DXCHANGEVIDEOMEMORYRESERVATION \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CHANGEVIDEOMEMORYRESERVATION, struct d3dkmt_changevideomemoryreservation)
#define LX_DXCREATEHWCONTEXT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATEHWCONTEXT, struct D3DKMT_CREATEHWCONTEXT)
#define LX_DXCREATEHWQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATEHWQUEUE, struct d3dkmt_createhwqueue)
#define LX_DXDESTROYDEVICE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYDEVICE, struct d3dkmt_destroydevice)
#define LX_DXDESTROYHWCONTEXT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYHWCONTEXT, struct D3DKMT_DESTROYHWCONTEXT)
#define LX_DXDESTROYHWQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYHWQUEUE, struct d3dkmt_destroyhwqueue)
#define LX_DXDESTROYPAGINGQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYPAGINGQUEUE, struct d3dddi_destroypagingqueue)
#define LX_DXDESTROYSYNCHRONIZATIONOBJECT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_DESTROYSYNCHRONIZATIONOBJECT, struct d3dkmt_destroysynchronizationobject)
#define LX_DXEVICT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_EVICT, struct d3dkmt_evict)
#define LX_DXFLUSHHEAPTRANSITIONS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_FLUSHHEAPTRANSITIONS, struct d3dkmt_flushheaptransitions)
#define LX_DXFREEGPUVIRTUALADDRESS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_FREEGPUVIRTUALADDRESS, struct d3dkmt_freegpuvirtualaddress)
#define LX_DXGETCONTEXTINPROCESSSCHEDULINGPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_GETCONTEXTINPROCESSSCHEDULINGPRIORITY, struct d3dkmt_getcontextinprocessschedulingpriority)
#define LX_DXGETCONTEXTSCHEDULINGPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_GETCONTEXTSCHEDULINGPRIORITY, struct d3dkmt_getcontextschedulingpriority)
#define LX_DXGETSHAREDRESOURCEADAPTERLUID \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_GETSHAREDRESOURCEADAPTERLUID, struct D3DKMT_GETSHAREDRESOURCEADAPTERLUID)
#define LX_DXINVALIDATECACHE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_INVALIDATECACHE, struct d3dkmt_invalidatecache)
#define LX_DXLOCK2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_LOCK2, struct d3dkmt_lock2)
#define LX_DXMARKDEVICEASERROR \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_MARKDEVICEASERROR, struct d3dkmt_markdeviceaserror)
#define LX_DXOFFERALLOCATIONS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OFFERALLOCATIONS, struct d3dkmt_offerallocations)
#define LX_DXOPENRESOURCE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENRESOURCE, struct D3DKMT_OPENRESOURCE)
#define LX_DXOPENSYNCHRONIZATIONOBJECT \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENSYNCHRONIZATIONOBJECT, struct D3DKMT_OPENSYNCHRONIZATIONOBJECT)
#define LX_DXQUERYALLOCATIONRESIDENCY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYALLOCATIONRESIDENCY, struct d3dkmt_queryallocationresidency)
#define LX_DXQUERYRESOURCEINFO \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYRESOURCEINFO, struct D3DKMT_QUERYRESOURCEINFO)
#define LX_DXRECLAIMALLOCATIONS2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_RECLAIMALLOCATIONS2, struct d3dkmt_reclaimallocations2)
#define LX_DXRENDER \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_RENDER, struct D3DKMT_RENDER)
#define LX_DXSETALLOCATIONPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SETALLOCATIONPRIORITY, struct d3dkmt_setallocationpriority)
#define LX_DXSETCONTEXTINPROCESSSCHEDULINGPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SETCONTEXTINPROCESSSCHEDULINGPRIORITY, struct d3dkmt_setcontextinprocessschedulingpriority)
#define LX_DXSETCONTEXTSCHEDULINGPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SETCONTEXTSCHEDULINGPRIORITY, struct d3dkmt_setcontextschedulingpriority)
#define LX_DXSIGNALSYNCHRONIZATIONOBJECTFROMCPU \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMCPU, struct d3dkmt_signalsynchronizationobjectfromcpu)
#define LX_DXSIGNALSYNCHRONIZATIONOBJECTFROMGPU \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU, struct d3dkmt_signalsynchronizationobjectfromgpu)
#define LX_DXSIGNALSYNCHRONIZATIONOBJECTFROMGPU2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2, struct d3dkmt_signalsynchronizationobjectfromgpu2)
#define LX_DXSUBMITCOMMANDTOHWQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SUBMITCOMMANDTOHWQUEUE, struct d3dkmt_submitcommandtohwqueue)
#define LX_DXSUBMITSIGNALSYNCOBJECTSTOHWQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SUBMITSIGNALSYNCOBJECTSTOHWQUEUE, struct d3dkmt_submitsignalsyncobjectstohwqueue)
#define LX_DXSUBMITWAITFORSYNCOBJECTSTOHWQUEUE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SUBMITWAITFORSYNCOBJECTSTOHWQUEUE, struct d3dkmt_submitwaitforsyncobjectstohwqueue)
#define LX_DXUNLOCK2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_UNLOCK2, struct d3dkmt_unlock2)
#define LX_DXUPDATEALLOCPROPERTY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_UPDATEALLOCPROPERTY, struct d3dddi_updateallocproperty)
#define LX_DXUPDATEGPUVIRTUALADDRESS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_UPDATEGPUVIRTUALADDRESS, struct d3dkmt_updategpuvirtualaddress)
#define LX_DXWAITFORSYNCHRONIZATIONOBJECTFROMCPU \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMCPU, struct d3dkmt_waitforsynchronizationobjectfromcpu)
#define LX_DXWAITFORSYNCHRONIZATIONOBJECTFROMGPU \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_WAITFORSYNCHRONIZATIONOBJECTFROMGPU, struct d3dkmt_waitforsynchronizationobjectfromgpu)
#define LX_DXGETALLOCATIONPRIORITY \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_GETALLOCATIONPRIORITY, struct d3dkmt_getallocationpriority)
#define LX_DXQUERYCLOCKCALIBRATION \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYCLOCKCALIBRATION, struct d3dkmt_queryclockcalibration)
#define LX_DXENUMADAPTERS3 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_ENUMADAPTERS3, struct d3dkmt_enumadapters3)
#define LX_DXSHAREOBJECTS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SHAREOBJECTS, struct d3dkmt_shareobjects)
#define LX_DXOPENSYNCOBJECTFROMNTHANDLE2 \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENSYNCOBJECTFROMNTHANDLE2, struct d3dkmt_opensyncobjectfromnthandle2)
#define LX_DXQUERYRESOURCEINFOFROMNTHANDLE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYRESOURCEINFOFROMNTHANDLE, struct d3dkmt_queryresourceinfofromnthandle)
#define LX_DXOPENRESOURCEFROMNTHANDLE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENRESOURCEFROMNTHANDLE, struct d3dkmt_openresourcefromnthandle)
#define LX_DXQUERYSTATISTICS \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_QUERYSTATISTICS, struct d3dkmt_querystatistics)
#define LX_DXSHAREOBJECTWITHHOST \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_SHAREOBJECTWITHHOST, struct d3dkmt_shareobjectwithhost)
#define LX_DXCREATESYNCFILE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_CREATESYNCFILE, struct d3dkmt_createsyncfile)
#define LX_DXWAITSYNCFILE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_WAITSYNCFILE, struct d3dkmt_waitsyncfile)
#define LX_DXOPENSYNCOBJECTFROMSYNCFILE \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_OPENSYNCOBJECTFROMSYNCFILE, struct d3dkmt_opensyncobjectfromsyncfile)
#define LX_DXENUMPROCESSES \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_ENUMPROCESSES, struct d3dkmt_enumprocesses)
#define LX_ISFEATUREENABLED \
	_IOWR(DXG_IOCTL_MAGIC, DXG_NR_ISFEATUREENABLED, struct d3dkmt_isfeatureenabled)

#ifdef __BINDGEN__
/* bindgen evaluates enumerators, but no macros that call macros. */
#define DXG_REQUEST(name, type) \
	DXG_IOCTL_##name = 3u << 30 | sizeof(struct type) << 16 | \
		DXG_IOCTL_MAGIC << 8 | DXG_NR_##name
enum dxg_ioctl {
	DXG_REQUEST(OPENADAPTERFROMLUID, d3dkmt_openadapterfromluid),
	DXG_REQUEST(CREATEDEVICE, d3dkmt_createdevice),
	DXG_REQUEST(CREATECONTEXT, D3DKMT_CREATECONTEXT),
	DXG_REQUEST(CREATECONTEXTVIRTUAL, d3dkmt_createcontextvirtual),
	DXG_REQUEST(DESTROYCONTEXT, d3dkmt_destroycontext),
	DXG_REQUEST(CREATEALLOCATION, d3dkmt_createallocation),
	DXG_REQUEST(CREATEPAGINGQUEUE, d3dkmt_createpagingqueue),
	DXG_REQUEST(RESERVEGPUVIRTUALADDRESS, d3dddi_reservegpuvirtualaddress),
	DXG_REQUEST(QUERYADAPTERINFO, d3dkmt_queryadapterinfo),
	DXG_REQUEST(QUERYVIDEOMEMORYINFO, d3dkmt_queryvideomemoryinfo),
	DXG_REQUEST(MAKERESIDENT, d3dddi_makeresident),
	DXG_REQUEST(MAPGPUVIRTUALADDRESS, d3dddi_mapgpuvirtualaddress),
	DXG_REQUEST(ESCAPE, d3dkmt_escape),
	DXG_REQUEST(GETDEVICESTATE, d3dkmt_getdevicestate),
	DXG_REQUEST(SUBMITCOMMAND, d3dkmt_submitcommand),
	DXG_REQUEST(CREATESYNCHRONIZATIONOBJECT, d3dkmt_createsynchronizationobject2),
	DXG_REQUEST(SIGNALSYNCHRONIZATIONOBJECT, d3dkmt_signalsynchronizationobject2),
	DXG_REQUEST(WAITFORSYNCHRONIZATIONOBJECT, d3dkmt_waitforsynchronizationobject2),
	DXG_REQUEST(DESTROYALLOCATION2, d3dkmt_destroyallocation2),
	DXG_REQUEST(ENUMADAPTERS2, d3dkmt_enumadapters2),
	DXG_REQUEST(CLOSEADAPTER, d3dkmt_closeadapter),
	DXG_REQUEST(CHANGEVIDEOMEMORYRESERVATION, d3dkmt_changevideomemoryreservation),
	DXG_REQUEST(CREATEHWCONTEXT, D3DKMT_CREATEHWCONTEXT),
	DXG_REQUEST(CREATEHWQUEUE, d3dkmt_createhwqueue),
	DXG_REQUEST(DESTROYDEVICE, d3dkmt_destroydevice),
	DXG_REQUEST(DESTROYHWCONTEXT, D3DKMT_DESTROYHWCONTEXT),
	DXG_REQUEST(DESTROYHWQUEUE, d3dkmt_destroyhwqueue),
	DXG_REQUEST(DESTROYPAGINGQUEUE, d3dddi_destroypagingqueue),
	DXG_REQUEST(DESTROYSYNCHRONIZATIONOBJECT, d3dkmt_destroysynchronizationobject),
	DXG_REQUEST(EVICT, d3dkmt_evict),
	DXG_REQUEST(FLUSHHEAPTRANSITIONS, d3dkmt_flushheaptransitions),
	DXG_REQUEST(FREEGPUVIRTUALADDRESS, d3dkmt_freegpuvirtualaddress),
	DXG_REQUEST(GETCONTEXTINPROCESSSCHEDULINGPRIORITY, d3dkmt_getcontextinprocessschedulingpriority),
	DXG_REQUEST(GETCONTEXTSCHEDULINGPRIORITY, d3dkmt_getcontextschedulingpriority),
	DXG_REQUEST(GETSHAREDRESOURCEADAPTERLUID, D3DKMT_GETSHAREDRESOURCEADAPTERLUID),
	DXG_REQUEST(INVALIDATECACHE, d3dkmt_invalidatecache),
	DXG_REQUEST(LOCK2, d3dkmt_lock2),
	DXG_REQUEST(MARKDEVICEASERROR, d3dkmt_markdeviceaserror),
	DXG_REQUEST(OFFERALLOCATIONS, d3dkmt_offerallocations),
	DXG_REQUEST(OPENRESOURCE, D3DKMT_OPENRESOURCE),
	DXG_REQUEST(OPENSYNCHRONIZATIONOBJECT, D3DKMT_OPENSYNCHRONIZATIONOBJECT),
	DXG_REQUEST(QUERYALLOCATIONRESIDENCY, d3dkmt_queryallocationresidency),
	DXG_REQUEST(QUERYRESOURCEINFO, D3DKMT_QUERYRESOURCEINFO),
	DXG_REQUEST(RECLAIMALLOCATIONS2, d3dkmt_reclaimallocations2),
	DXG_REQUEST(RENDER, D3DKMT_RENDER),
	DXG_REQUEST(SETALLOCATIONPRIORITY, d3dkmt_setallocationpriority),
	DXG_REQUEST(SETCONTEXTINPROCESSSCHEDULINGPRIORITY, d3dkmt_setcontextinprocessschedulingpriority),
	DXG_REQUEST(SETCONTEXTSCHEDULINGPRIORITY, d3dkmt_setcontextschedulingpriority),
	DXG_REQUEST(SIGNALSYNCHRONIZATIONOBJECTFROMCPU, d3dkmt_signalsynchronizationobjectfromcpu),
	DXG_REQUEST(SIGNALSYNCHRONIZATIONOBJECTFROMGPU, d3dkmt_signalsynchronizationobjectfromgpu),
	DXG_REQUEST(SIGNALSYNCHRONIZATIONOBJECTFROMGPU2, d3dkmt_signalsynchronizationobjectfromgpu2),
	DXG_REQUEST(SUBMITCOMMANDTOHWQUEUE, d3dkmt_submitcommandtohwqueue),
	DXG_REQUEST(SUBMITSIGNALSYNCOBJECTSTOHWQUEUE, d3dkmt_submitsignalsyncobjectstohwqueue),
	DXG_REQUEST(SUBMITWAITFORSYNCOBJECTSTOHWQUEUE, d3dkmt_submitwaitforsyncobjectstohwqueue),
	DXG_REQUEST(UNLOCK2, d3dkmt_unlock2),
	DXG_REQUEST(UPDATEALLOCPROPERTY, d3dddi_updateallocproperty),
	DXG_REQUEST(UPDATEGPUVIRTUALADDRESS, d3dkmt_updategpuvirtualaddress),
	DXG_REQUEST(WAITFORSYNCHRONIZATIONOBJECTFROMCPU, d3dkmt_waitforsynchronizationobjectfromcpu),
	DXG_REQUEST(WAITFORSYNCHRONIZATIONOBJECTFROMGPU, d3dkmt_waitforsynchronizationobjectfromgpu),
	DXG_REQUEST(GETALLOCATIONPRIORITY, d3dkmt_getallocationpriority),
	DXG_REQUEST(QUERYCLOCKCALIBRATION, d3dkmt_queryclockcalibration),
	DXG_REQUEST(ENUMADAPTERS3, d3dkmt_enumadapters3),
	DXG_REQUEST(SHAREOBJECTS, d3dkmt_shareobjects),
	DXG_REQUEST(OPENSYNCOBJECTFROMNTHANDLE2, d3dkmt_opensyncobjectfromnthandle2),
	DXG_REQUEST(QUERYRESOURCEINFOFROMNTHANDLE, d3dkmt_queryresourceinfofromnthandle),
	DXG_REQUEST(OPENRESOURCEFROMNTHANDLE, d3dkmt_openresourcefromnthandle),
	DXG_REQUEST(QUERYSTATISTICS, d3dkmt_querystatistics),
	DXG_REQUEST(SHAREOBJECTWITHHOST, d3dkmt_shareobjectwithhost),
	DXG_REQUEST(CREATESYNCFILE, d3dkmt_createsyncfile),
	DXG_REQUEST(WAITSYNCFILE, d3dkmt_waitsyncfile),
	DXG_REQUEST(OPENSYNCOBJECTFROMSYNCFILE, d3dkmt_opensyncobjectfromsyncfile),
	DXG_REQUEST(ENUMPROCESSES, d3dkmt_enumprocesses),
	DXG_REQUEST(ISFEATUREENABLED, d3dkmt_isfeatureenabled),
};
#endif

#endif /* _UAPI_MISC_D3DKMTHK_H */
