/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Allocations and resources: making, destroying, access by the CPU. */
#ifndef D3DKMT_ALLOCATION_H
#define D3DKMT_ALLOCATION_H

#include "d3dkmdt.h"

D3DKMT_BEGIN

typedef enum _D3DKMT_STANDARDALLOCATIONTYPE {
	D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP = 1, /* memory of the caller */
	D3DKMT_STANDARDALLOCATIONTYPE_INTERNALBACKINGSTORE = 2,
} D3DKMT_STANDARDALLOCATIONTYPE;

typedef struct _D3DKMT_STANDARDALLOCATION_EXISTINGHEAP {
	SIZE_T Size; /* in: bytes; whole pages */
} D3DKMT_STANDARDALLOCATION_EXISTINGHEAP;

__extension__ typedef struct _D3DKMT_CREATESTANDARDALLOCATIONFLAGS {
	__extension__ union {
		__extension__ struct {
			UINT Reserved : 32;
		};
		UINT Value;
	};
} D3DKMT_CREATESTANDARDALLOCATIONFLAGS;

/* An allocation whose private data the kernel gets from the miniport. */
typedef struct _D3DKMT_CREATESTANDARDALLOCATION {
	D3DKMT_STANDARDALLOCATIONTYPE Type; /* in */
	__extension__ union {
		D3DKMT_STANDARDALLOCATION_EXISTINGHEAP ExistingHeapData; /* in */
	};
	D3DKMT_CREATESTANDARDALLOCATIONFLAGS Flags; /* in: 0 */
} D3DKMT_CREATESTANDARDALLOCATION;

typedef struct _D3DKMT_CREATEALLOCATIONFLAGS {
	UINT CreateResource : 1; /* make a resource of the allocations */
	UINT CreateShared : 1; /* needs CreateResource */
	UINT NonSecure : 1;
	UINT CreateProtected : 1; /* not from user mode */
	UINT RestrictSharedAccess : 1;
	UINT ExistingSysMem : 1; /* memory of the caller; needs StandardAllocation */
	UINT NtSecuritySharing : 1; /* shared by NT handle alone; needs CreateShared */
	UINT ReadOnly : 1;
	UINT CreateWriteCombined : 1; /* not from user mode */
	UINT CreateCached : 1; /* not from user mode */
	UINT SwapChainBackBuffer : 1;
	UINT CrossAdapter : 1;
	UINT OpenCrossAdapter : 1; /* not from user mode */
	UINT PartialSharedCreation : 1;
	UINT Zeroed : 1; /* out: the pages were zero */
	UINT WriteWatch : 1;
	UINT StandardAllocation : 1; /* pStandardAllocation counts */
	UINT ExistingSection : 1; /* not supported */
	UINT AllowNotZeroed : 1;
	UINT PhysicallyContiguous : 1;
	UINT NoKmdAccess : 1;
	UINT SharedDisplayable : 1;
	UINT Reserved : 10; /* 0 */
} D3DKMT_CREATEALLOCATIONFLAGS;

typedef struct _D3DKMT_CREATEALLOCATION {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in/out: one to append to, or 0; the new one */
	D3DKMT_HANDLE hGlobalShare; /* out: see d3dkmt_sharing.h */
	CONST VOID *pPrivateRuntimeData; /* in: bytes to keep with the resource */
	UINT PrivateRuntimeDataSize; /* in */
	__extension__ union {
		D3DKMT_CREATESTANDARDALLOCATION *pStandardAllocation; /* in */
		CONST VOID *pPrivateDriverData; /* in: of the resource, for the miniport */
	};
	UINT PrivateDriverDataSize; /* in */
	UINT NumAllocations; /* in: 1 to 1024 */
	__extension__ union {
		D3DDDI_ALLOCATIONINFO *pAllocationInfo; /* in: D3DKMTCreateAllocation */
		D3DDDI_ALLOCATIONINFO2 *pAllocationInfo2; /* in: D3DKMTCreateAllocation2 */
	};
	D3DKMT_CREATEALLOCATIONFLAGS Flags; /* in/out */
	HANDLE hPrivateRuntimeResourceHandle; /* not read */
} D3DKMT_CREATEALLOCATION;

/* Either a resource with its allocations, or a list. */
typedef struct _D3DKMT_DESTROYALLOCATION {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in: or 0 */
	CONST D3DKMT_HANDLE *phAllocationList; /* in */
	UINT AllocationCount; /* in */
} D3DKMT_DESTROYALLOCATION;

typedef struct _D3DKMT_DESTROYALLOCATION2 {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in: or 0 */
	CONST D3DKMT_HANDLE *phAllocationList; /* in */
	UINT AllocationCount; /* in */
	D3DDDICB_DESTROYALLOCATION2FLAGS Flags; /* in */
} D3DKMT_DESTROYALLOCATION2;

typedef struct _D3DKMT_LOCK2 {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hAllocation; /* in */
	D3DDDICB_LOCK2FLAGS Flags; /* in: 0 */
	PVOID pData; /* out: the allocation's bytes */
} D3DKMT_LOCK2;

typedef struct _D3DKMT_UNLOCK2 {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hAllocation; /* in */
} D3DKMT_UNLOCK2;

/* Locking as before WDDM 2, which no allocation here allows. */
typedef struct _D3DKMT_LOCK {
	D3DKMT_HANDLE hDevice;
	D3DKMT_HANDLE hAllocation;
	UINT PrivateDriverData;
	UINT NumPages;
	CONST UINT *pPages;
	VOID *pData;
	D3DDDICB_LOCKFLAGS Flags;
	D3DGPU_VIRTUAL_ADDRESS GpuVirtualAddress;
} D3DKMT_LOCK;

typedef struct _D3DKMT_UNLOCK {
	D3DKMT_HANDLE hDevice;
	UINT NumAllocations;
	CONST D3DKMT_HANDLE *phAllocations;
} D3DKMT_UNLOCK;

typedef struct _D3DKMT_INVALIDATECACHE {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hAllocation; /* in */
	SIZE_T Offset; /* in */
	SIZE_T Length; /* in */
} D3DKMT_INVALIDATECACHE;

typedef struct _D3DKMT_SETALLOCATIONPRIORITY {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in: or 0 */
	CONST D3DKMT_HANDLE *phAllocationList; /* in */
	UINT AllocationCount; /* in */
	CONST UINT *pPriorities; /* in */
} D3DKMT_SETALLOCATIONPRIORITY;

typedef struct _D3DKMT_GETALLOCATIONPRIORITY {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in: or 0 */
	CONST D3DKMT_HANDLE *phAllocationList; /* in */
	UINT AllocationCount; /* in */
	UINT *pPriorities; /* in: where to */
} D3DKMT_GETALLOCATIONPRIORITY;

D3DKMT_FUNCTION(CreateAllocation, CREATEALLOCATION, D3DKMT_CREATEALLOCATION *);
D3DKMT_FUNCTION(CreateAllocation2, CREATEALLOCATION2, D3DKMT_CREATEALLOCATION *);
D3DKMT_FUNCTION(DestroyAllocation, DESTROYALLOCATION, CONST D3DKMT_DESTROYALLOCATION *);
D3DKMT_FUNCTION(DestroyAllocation2, DESTROYALLOCATION2, CONST D3DKMT_DESTROYALLOCATION2 *);
D3DKMT_FUNCTION(Lock2, LOCK2, D3DKMT_LOCK2 *);
D3DKMT_FUNCTION(Unlock2, UNLOCK2, CONST D3DKMT_UNLOCK2 *);
D3DKMT_FUNCTION(Lock, LOCK, D3DKMT_LOCK *);
D3DKMT_FUNCTION(Unlock, UNLOCK, CONST D3DKMT_UNLOCK *);
D3DKMT_FUNCTION(InvalidateCache, INVALIDATECACHE, CONST D3DKMT_INVALIDATECACHE *);
D3DKMT_FUNCTION(SetAllocationPriority, SETALLOCATIONPRIORITY, CONST D3DKMT_SETALLOCATIONPRIORITY *);
D3DKMT_FUNCTION(GetAllocationPriority, GETALLOCATIONPRIORITY, CONST D3DKMT_GETALLOCATIONPRIORITY *);

D3DKMT_END

#endif /* D3DKMT_ALLOCATION_H */
