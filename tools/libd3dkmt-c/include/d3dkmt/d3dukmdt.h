/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/*
 * Types that user-mode drivers, runtimes and the kernel have in common.
 *
 * In the comments "in" is read by the call, "out" is written, "in/out" is
 * both; "out" members are undefined after a failed call.
 */
#ifndef D3DKMT_D3DUKMDT_H
#define D3DKMT_D3DUKMDT_H

#include "d3dkmt_base.h"

/* The name of an object, valid in one process; 0 names nothing. */
typedef UINT D3DKMT_HANDLE;

typedef ULONGLONG D3DGPU_VIRTUAL_ADDRESS;
typedef ULONGLONG D3DGPU_SIZE_T;
typedef UINT D3DDDI_VIDEO_PRESENT_SOURCE_ID;
typedef UINT D3DDDI_VIDEO_PRESENT_TARGET_ID;

#define D3DDDI_ID_NOTAPPLICABLE ((UINT)0)
#define D3DDDI_ID_UNINITIALIZED ((UINT)~0)
#define D3DDDI_ID_ALL ((UINT)~0 - 1)

#define D3DDDI_MAX_OBJECT_WAITED_ON 32
#define D3DDDI_MAX_OBJECT_SIGNALED 32
#define D3DDDI_MAX_BROADCAST_CONTEXT 64
#define D3DDDI_MAX_WRITTEN_PRIMARIES 16

/* ---- Allocations ---- */

/* Values between these are allowed, 0 is not. */
#define D3DDDI_ALLOCATIONPRIORITY_MINIMUM 0x28000000
#define D3DDDI_ALLOCATIONPRIORITY_LOW 0x50000000
#define D3DDDI_ALLOCATIONPRIORITY_NORMAL 0x78000000
#define D3DDDI_ALLOCATIONPRIORITY_HIGH 0xa0000000
#define D3DDDI_ALLOCATIONPRIORITY_MAXIMUM 0xc8000000

/* One allocation for D3DKMTCreateAllocation. */
typedef struct _D3DDDI_ALLOCATIONINFO {
	D3DKMT_HANDLE hAllocation; /* out: the new allocation */
	__extension__ union {
		HANDLE hSection; /* in: not supported */
		CONST VOID *pSystemMem; /* in: preallocated pages, or NULL for video memory */
	};
	VOID *pPrivateDriverData; /* in/out: for the miniport, which may answer in it */
	UINT PrivateDriverDataSize; /* in */
	D3DDDI_VIDEO_PRESENT_SOURCE_ID VidPnSourceId; /* in: of a primary */
	union {
		__extension__ struct {
			UINT Primary : 1; /* can be scanned out */
			UINT Stereo : 1; /* needs Primary */
			UINT Reserved : 30;
		};
		UINT Value;
	} Flags;
} D3DDDI_ALLOCATIONINFO;

/* One allocation for D3DKMTCreateAllocation2. */
typedef struct _D3DDDI_ALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation; /* out: the new allocation */
	__extension__ union {
		HANDLE hSection; /* in: not supported */
		CONST VOID *pSystemMem; /* in: preallocated pages, or NULL for video memory */
	};
	VOID *pPrivateDriverData; /* in/out: for the miniport, which may answer in it */
	UINT PrivateDriverDataSize; /* in */
	D3DDDI_VIDEO_PRESENT_SOURCE_ID VidPnSourceId; /* in: of a primary */
	union {
		__extension__ struct {
			UINT Primary : 1; /* can be scanned out */
			UINT Stereo : 1; /* needs Primary */
			UINT OverridePriority : 1; /* Priority counts */
			UINT Reserved : 29;
		};
		UINT Value;
	} Flags;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress; /* out: 0, none is assigned */
	__extension__ union {
		UINT Priority; /* in */
		ULONG_PTR Unused;
	};
	ULONG_PTR Reserved[5]; /* 0 */
} D3DDDI_ALLOCATIONINFO2;

/* One allocation that D3DKMTOpenResource opened. */
typedef struct _D3DDDI_OPENALLOCATIONINFO {
	D3DKMT_HANDLE hAllocation; /* out */
	CONST VOID *pPrivateDriverData; /* out: where in the buffer for all of them */
	UINT PrivateDriverDataSize; /* out */
} D3DDDI_OPENALLOCATIONINFO;

/* One allocation that D3DKMTOpenResource2 or ...FromNtHandle opened. */
typedef struct _D3DDDI_OPENALLOCATIONINFO2 {
	D3DKMT_HANDLE hAllocation; /* out */
	CONST VOID *pPrivateDriverData; /* out: where in the buffer for all of them */
	UINT PrivateDriverDataSize; /* out */
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress; /* out: 0, none is assigned */
	ULONG_PTR Reserved[6];
} D3DDDI_OPENALLOCATIONINFO2;

__extension__ typedef struct _D3DDDICB_DESTROYALLOCATION2FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT AssumeNotInUse : 1; /* don't wait for queued work */
			UINT SynchronousDestroy : 1; /* return when the memory is back */
			UINT Reserved : 29;
			UINT SystemUseOnly : 1;
		};
		UINT Value;
	};
} D3DDDICB_DESTROYALLOCATION2FLAGS;

__extension__ typedef struct _D3DDDICB_LOCK2FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DDDICB_LOCK2FLAGS;

__extension__ typedef struct _D3DDDICB_LOCKFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT ReadOnly : 1;
			UINT WriteOnly : 1;
			UINT DonotWait : 1;
			UINT IgnoreSync : 1;
			UINT LockEntire : 1;
			UINT DonotEvict : 1;
			UINT AcquireAperture : 1;
			UINT Discard : 1;
			UINT NoExistingReference : 1;
			UINT UseAlternateVA : 1;
			UINT IgnoreReadSync : 1;
			UINT Reserved : 21;
		};
		UINT Value;
	};
} D3DDDICB_LOCKFLAGS;

typedef struct _D3DDDI_ALLOCATIONLIST {
	D3DKMT_HANDLE hAllocation;
	__extension__ union {
		__extension__ struct {
			UINT WriteOperation : 1;
			UINT DoNotRetireInstance : 1;
			UINT OfferPriority : 3;
			UINT Reserved : 27;
		};
		UINT Value;
	};
} D3DDDI_ALLOCATIONLIST;

typedef struct _D3DDDI_PATCHLOCATIONLIST {
	UINT AllocationIndex;
	__extension__ union {
		__extension__ struct {
			UINT SlotId : 24;
			UINT Reserved : 8;
		};
		UINT Value;
	};
	UINT DriverId;
	UINT AllocationOffset;
	UINT PatchOffset;
	UINT SplitOffset;
} D3DDDI_PATCHLOCATIONLIST;

/* ---- Residency ---- */

typedef enum _D3DDDI_PAGINGQUEUE_PRIORITY {
	D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL = -1,
	D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL = 0,
	D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL = 1,
} D3DDDI_PAGINGQUEUE_PRIORITY;

typedef struct _D3DDDI_DESTROYPAGINGQUEUE {
	D3DKMT_HANDLE hPagingQueue; /* in */
} D3DDDI_DESTROYPAGINGQUEUE;

__extension__ typedef struct _D3DDDI_MAKERESIDENT_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT CantTrimFurther : 1; /* may go over the budget */
			UINT MustSucceed : 1; /* failing is an error of the device */
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_MAKERESIDENT_FLAGS;

typedef struct _D3DDDI_MAKERESIDENT {
	D3DKMT_HANDLE hPagingQueue; /* in */
	UINT NumAllocations; /* in/out: how many there are, were made resident */
	CONST D3DKMT_HANDLE *AllocationList; /* in */
	CONST UINT *PriorityList; /* in: not read */
	D3DDDI_MAKERESIDENT_FLAGS Flags; /* in */
	UINT64 PagingFenceValue; /* out: resident when the queue's fence has it */
	UINT64 NumBytesToTrim; /* out: over the budget */
} D3DDDI_MAKERESIDENT;

__extension__ typedef struct _D3DDDI_EVICT_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT EvictOnlyIfNecessary : 1; /* may stay while there is room */
			UINT NotWrittenTo : 1; /* the contents did not change */
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_EVICT_FLAGS;

typedef enum _D3DDDI_RECLAIM_RESULT {
	D3DDDI_RECLAIM_RESULT_OK = 0,
	D3DDDI_RECLAIM_RESULT_DISCARDED = 1, /* the contents are lost */
	D3DDDI_RECLAIM_RESULT_NOT_COMMITTED = 2, /* the memory is lost */
} D3DDDI_RECLAIM_RESULT;

/* Five segments, best first, each with the end to allocate from. */
__extension__ typedef struct _D3DDDI_SEGMENTPREFERENCE {
	__extension__ union {
		__extension__ struct {
			UINT SegmentId0 : 5;
			UINT Direction0 : 1;
			UINT SegmentId1 : 5;
			UINT Direction1 : 1;
			UINT SegmentId2 : 5;
			UINT Direction2 : 1;
			UINT SegmentId3 : 5;
			UINT Direction3 : 1;
			UINT SegmentId4 : 5;
			UINT Direction4 : 1;
			UINT Reserved : 2;
		};
		UINT Value;
	};
} D3DDDI_SEGMENTPREFERENCE;

__extension__ typedef struct _D3DDDI_UPDATEALLOCPROPERTY_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT AccessedPhysically : 1;
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DDDI_UPDATEALLOCPROPERTY_FLAGS;

typedef struct _D3DDDI_UPDATEALLOCPROPERTY {
	D3DKMT_HANDLE hPagingQueue; /* in */
	D3DKMT_HANDLE hAllocation; /* in */
	UINT SupportedSegmentSet; /* in */
	D3DDDI_SEGMENTPREFERENCE PreferredSegment; /* in */
	D3DDDI_UPDATEALLOCPROPERTY_FLAGS Flags; /* in */
	UINT64 PagingFenceValue; /* out: done when the queue's fence has it */
	__extension__ union {
		__extension__ struct {
			UINT SetAccessedPhysically : 1;
			UINT SetSupportedSegmentSet : 1;
			UINT SetPreferredSegment : 1;
			UINT Reserved : 29;
		};
		UINT PropertyMaskValue; /* in: which of them to change */
	};
} D3DDDI_UPDATEALLOCPROPERTY;

/* ---- GPU virtual addresses ---- */

__extension__ typedef struct _D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE {
	__extension__ union {
		__extension__ struct {
			__extension__ UINT64 Write : 1;
			__extension__ UINT64 Execute : 1;
			__extension__ UINT64 Zero : 1; /* reads zeros, drops writes */
			__extension__ UINT64 NoAccess : 1;
			__extension__ UINT64 SystemUseOnly : 1;
			__extension__ UINT64 Reserved : 59;
		};
		UINT64 Value;
	};
} D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE;

typedef enum _D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE {
	D3DDDIGPUVIRTUALADDRESS_RESERVE_NO_ACCESS = 0,
	D3DDDIGPUVIRTUALADDRESS_RESERVE_ZERO = 1,
	D3DDDIGPUVIRTUALADDRESS_RESERVE_NO_COMMIT = 2,
} D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE;

typedef struct _D3DDDI_RESERVEGPUVIRTUALADDRESS {
	__extension__ union {
		D3DKMT_HANDLE hPagingQueue; /* in */
		D3DKMT_HANDLE hAdapter; /* in */
	};
	D3DGPU_VIRTUAL_ADDRESS BaseAddress; /* in: 0, or where */
	D3DGPU_VIRTUAL_ADDRESS MinimumAddress; /* in */
	D3DGPU_VIRTUAL_ADDRESS MaximumAddress; /* in */
	D3DGPU_SIZE_T Size; /* in */
	D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE ReservationType; /* in */
	UINT64 DriverProtection; /* in */
	D3DGPU_VIRTUAL_ADDRESS VirtualAddress; /* out */
	UINT64 PagingFenceValue; /* out */
} D3DDDI_RESERVEGPUVIRTUALADDRESS;

typedef struct _D3DDDI_MAPGPUVIRTUALADDRESS {
	D3DKMT_HANDLE hPagingQueue; /* in */
	D3DGPU_VIRTUAL_ADDRESS BaseAddress; /* in: 0, or where */
	D3DGPU_VIRTUAL_ADDRESS MinimumAddress; /* in */
	D3DGPU_VIRTUAL_ADDRESS MaximumAddress; /* in */
	D3DKMT_HANDLE hAllocation; /* in */
	D3DGPU_SIZE_T OffsetInPages; /* in */
	D3DGPU_SIZE_T SizeInPages; /* in */
	D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection; /* in */
	UINT64 DriverProtection; /* in */
	UINT Reserved0; /* 0 */
	UINT64 Reserved1; /* 0 */
	D3DGPU_VIRTUAL_ADDRESS VirtualAddress; /* out */
	UINT64 PagingFenceValue; /* out */
} D3DDDI_MAPGPUVIRTUALADDRESS;

typedef enum _D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE {
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP = 0,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_UNMAP = 1,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_COPY = 2,
	D3DDDI_UPDATEGPUVIRTUALADDRESS_MAP_PROTECT = 3,
} D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE;

typedef struct _D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION {
	D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION_TYPE OperationType; /* in */
	__extension__ union {
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DKMT_HANDLE hAllocation;
			D3DGPU_SIZE_T AllocationOffsetInBytes;
			D3DGPU_SIZE_T AllocationSizeInBytes;
		} Map;
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DKMT_HANDLE hAllocation;
			D3DGPU_SIZE_T AllocationOffsetInBytes;
			D3DGPU_SIZE_T AllocationSizeInBytes;
			D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection;
			UINT64 DriverProtection;
		} MapProtect;
		struct {
			D3DGPU_VIRTUAL_ADDRESS BaseAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE Protection;
		} Unmap;
		struct {
			D3DGPU_VIRTUAL_ADDRESS SourceAddress;
			D3DGPU_SIZE_T SizeInBytes;
			D3DGPU_VIRTUAL_ADDRESS DestAddress;
		} Copy;
	};
} D3DDDI_UPDATEGPUVIRTUALADDRESS_OPERATION;

/* ---- Contexts ---- */

__extension__ typedef struct _D3DDDI_CREATECONTEXTFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT NullRendering : 1; /* drops what is submitted */
			UINT InitialData : 1;
			UINT DisableGpuTimeout : 1; /* long-running work is no hang */
			UINT SynchronizationOnly : 1;
			UINT HwQueueSupported : 1;
			UINT NoKmdAccess : 1;
			UINT Reserved : 26;
		};
		UINT Value;
	};
} D3DDDI_CREATECONTEXTFLAGS;

__extension__ typedef struct _D3DDDI_CREATEHWCONTEXTFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DDDI_CREATEHWCONTEXTFLAGS;

__extension__ typedef struct _D3DDDI_CREATEHWQUEUEFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT DisableGpuTimeout : 1; /* long-running work is no hang */
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DDDI_CREATEHWQUEUEFLAGS;

__extension__ typedef struct _D3DDDI_ESCAPEFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT HardwareAccess : 1;
			UINT DeviceStatusQuery : 1;
			UINT ChangeFrameLatency : 1;
			UINT NoAdapterSynchronization : 1;
			UINT Reserved : 1;
			UINT VirtualMachineData : 1;
			UINT DriverKnownEscape : 1;
			UINT DriverCommonEscape : 1;
			UINT Reserved2 : 24;
		};
		UINT Value;
	};
} D3DDDI_ESCAPEFLAGS;

/* ---- Synchronisation objects ---- */

typedef enum _D3DDDI_SYNCHRONIZATIONOBJECT_TYPE {
	D3DDDI_SYNCHRONIZATION_MUTEX = 1,
	D3DDDI_SEMAPHORE = 2,
	D3DDDI_FENCE = 3,
	D3DDDI_CPU_NOTIFICATION = 4,
	D3DDDI_MONITORED_FENCE = 5,
	D3DDDI_PERIODIC_MONITORED_FENCE = 6,
} D3DDDI_SYNCHRONIZATIONOBJECT_TYPE;

__extension__ typedef struct _D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT Shared : 1;
			UINT NtSecuritySharing : 1; /* needs Shared */
			UINT CrossAdapter : 1;
			UINT TopOfPipeline : 1; /* this and the next two: monitored fences only */
			UINT NoSignal : 1;
			UINT NoWait : 1;
			UINT NoSignalMaxValueOnTdr : 1;
			UINT NoGPUAccess : 1;
			UINT SignalByKmd : 1;
			UINT Reserved : 22;
			UINT D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS_RESERVED0 : 1;
		};
		UINT Value;
	};
} D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECTINFO {
	D3DDDI_SYNCHRONIZATIONOBJECT_TYPE Type; /* in: mutex or semaphore */
	__extension__ union {
		struct {
			BOOL InitialState;
		} SynchronizationMutex;
		struct {
			UINT MaxCount;
			UINT InitialCount;
		} Semaphore;
		struct {
			UINT Reserved[16];
		} Reserved;
	};
} D3DDDI_SYNCHRONIZATIONOBJECTINFO;

typedef struct _D3DDDI_SYNCHRONIZATIONOBJECTINFO2 {
	D3DDDI_SYNCHRONIZATIONOBJECT_TYPE Type; /* in */
	D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS Flags; /* in */
	__extension__ union {
		struct {
			BOOL InitialState;
		} SynchronizationMutex;
		struct {
			UINT MaxCount;
			UINT InitialCount;
		} Semaphore;
		struct {
			UINT64 FenceValue;
		} Fence;
		struct {
			HANDLE Event;
		} CPUNotification;
		struct {
			UINT64 InitialFenceValue; /* in */
			VOID *FenceValueCPUVirtualAddress; /* out */
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress; /* out */
			UINT EngineAffinity; /* in */
		} MonitoredFence;
		struct {
			D3DKMT_HANDLE hAdapter; /* in */
			D3DDDI_VIDEO_PRESENT_TARGET_ID VidPnTargetId; /* in */
			UINT64 Time; /* in */
			VOID *FenceValueCPUVirtualAddress; /* out */
			D3DGPU_VIRTUAL_ADDRESS FenceValueGPUVirtualAddress; /* out */
			UINT EngineAffinity; /* in */
		} PeriodicMonitoredFence;
		struct {
			UINT64 Reserved[8];
		} Reserved;
	};
	D3DKMT_HANDLE SharedHandle; /* out */
} D3DDDI_SYNCHRONIZATIONOBJECTINFO2;

__extension__ typedef struct _D3DDDICB_SIGNALFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT SignalAtSubmission : 1;
			UINT EnqueueCpuEvent : 1; /* signal a CPU event instead */
			UINT AllowFenceRewind : 1; /* the value may go down */
			UINT Reserved : 28;
			UINT DXGK_SIGNAL_FLAG_INTERNAL0 : 1;
		};
		UINT Value;
	};
} D3DDDICB_SIGNALFLAGS;

__extension__ typedef struct _D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT WaitAny : 1; /* one object is enough */
			UINT Reserved : 31;
		};
		UINT Value;
	};
} D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_FLAGS;

/* ---- Settings of an adapter ---- */

typedef enum _D3DDDI_QUERYREGISTRY_TYPE {
	D3DDDI_QUERYREGISTRY_SERVICEKEY = 0,
	D3DDDI_QUERYREGISTRY_ADAPTERKEY = 1,
	D3DDDI_QUERYREGISTRY_DRIVERSTOREPATH = 2,
	D3DDDI_QUERYREGISTRY_DRIVERIMAGEPATH = 3,
} D3DDDI_QUERYREGISTRY_TYPE;

__extension__ typedef struct _D3DDDI_QUERYREGISTRY_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT TranslatePath : 1;
			UINT MutableValue : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DDDI_QUERYREGISTRY_FLAGS;

typedef enum _D3DDDI_QUERYREGISTRY_STATUS {
	D3DDDI_QUERYREGISTRY_STATUS_SUCCESS = 0,
	D3DDDI_QUERYREGISTRY_STATUS_BUFFER_OVERFLOW = 1,
	D3DDDI_QUERYREGISTRY_STATUS_FAIL = 2,
} D3DDDI_QUERYREGISTRY_STATUS;

/* The output goes on behind the structure, for OutputValueSize bytes in all. */
typedef struct _D3DDDI_QUERYREGISTRY_INFO {
	D3DDDI_QUERYREGISTRY_TYPE QueryType; /* in */
	D3DDDI_QUERYREGISTRY_FLAGS QueryFlags; /* in */
	WCHAR ValueName[MAX_PATH]; /* in */
	ULONG ValueType; /* in */
	ULONG PhysicalAdapterIndex; /* in */
	ULONG OutputValueSize; /* out */
	D3DDDI_QUERYREGISTRY_STATUS Status; /* out */
	__extension__ union {
		DWORD OutputDword;
		UINT64 OutputQword;
		WCHAR OutputString[1];
		BYTE OutputBinary[1];
	};
} D3DDDI_QUERYREGISTRY_INFO;

#endif /* D3DKMT_D3DUKMDT_H */
