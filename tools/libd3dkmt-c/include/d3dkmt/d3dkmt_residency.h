/* SPDX-License-Identifier: MIT OR Apache-2.0 */
/* Residency: paging queues, making resident, offering. */
#ifndef D3DKMT_RESIDENCY_H
#define D3DKMT_RESIDENCY_H

#include "d3dkmdt.h"

D3DKMT_BEGIN

typedef struct _D3DKMT_CREATEPAGINGQUEUE {
	D3DKMT_HANDLE hDevice; /* in */
	D3DDDI_PAGINGQUEUE_PRIORITY Priority; /* in */
	D3DKMT_HANDLE hPagingQueue; /* out */
	D3DKMT_HANDLE hSyncObject; /* out: its monitored fence */
	VOID *FenceValueCPUVirtualAddress; /* out: for reading */
	UINT PhysicalAdapterIndex; /* in */
} D3DKMT_CREATEPAGINGQUEUE;

typedef struct _D3DKMT_EVICT {
	D3DKMT_HANDLE hDevice; /* in */
	UINT NumAllocations; /* in */
	CONST D3DKMT_HANDLE *AllocationList; /* in */
	D3DDDI_EVICT_FLAGS Flags; /* in */
	UINT64 NumBytesToTrim; /* out: over the budget */
} D3DKMT_EVICT;

typedef enum _D3DKMT_OFFER_PRIORITY {
	D3DKMT_OFFER_PRIORITY_LOW = 1, /* the first to be discarded */
	D3DKMT_OFFER_PRIORITY_NORMAL = 2,
	D3DKMT_OFFER_PRIORITY_HIGH = 3,
	D3DKMT_OFFER_PRIORITY_AUTO = 4,
} D3DKMT_OFFER_PRIORITY;

__extension__ typedef struct _D3DKMT_OFFER_FLAGS {
	__extension__ union {
		__extension__ struct {
			UINT OfferImmediately : 1; /* don't wait for queued work */
			UINT AllowDecommit : 1;
			UINT Reserved : 30;
		};
		UINT Value;
	};
} D3DKMT_OFFER_FLAGS;

typedef struct _D3DKMT_OFFERALLOCATIONS {
	D3DKMT_HANDLE hDevice; /* in */
	CONST D3DKMT_HANDLE *pResources; /* in: this or the next is NULL */
	CONST D3DKMT_HANDLE *HandleList; /* in */
	UINT NumAllocations; /* in */
	D3DKMT_OFFER_PRIORITY Priority; /* in */
	D3DKMT_OFFER_FLAGS Flags; /* in */
} D3DKMT_OFFERALLOCATIONS;

typedef struct _D3DKMT_RECLAIMALLOCATIONS2 {
	D3DKMT_HANDLE hPagingQueue; /* in */
	UINT NumAllocations; /* in */
	CONST D3DKMT_HANDLE *pResources; /* in: this or the next is NULL */
	CONST D3DKMT_HANDLE *HandleList; /* in */
	__extension__ union {
		BOOL *pDiscarded; /* in: where to */
		D3DDDI_RECLAIM_RESULT *pResults; /* in: where to */
	};
	UINT64 PagingFenceValue; /* out */
} D3DKMT_RECLAIMALLOCATIONS2;

typedef enum _D3DKMT_ALLOCATIONRESIDENCYSTATUS {
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY = 1,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY = 2,
	D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT = 3,
} D3DKMT_ALLOCATIONRESIDENCYSTATUS;

typedef struct _D3DKMT_QUERYALLOCATIONRESIDENCY {
	D3DKMT_HANDLE hDevice; /* in */
	D3DKMT_HANDLE hResource; /* in: or 0 */
	CONST D3DKMT_HANDLE *phAllocationList; /* in */
	UINT AllocationCount; /* in */
	D3DKMT_ALLOCATIONRESIDENCYSTATUS *pResidencyStatus; /* in: where to */
} D3DKMT_QUERYALLOCATIONRESIDENCY;

D3DKMT_FUNCTION(CreatePagingQueue, CREATEPAGINGQUEUE, D3DKMT_CREATEPAGINGQUEUE *);
D3DKMT_FUNCTION(DestroyPagingQueue, DESTROYPAGINGQUEUE, D3DDDI_DESTROYPAGINGQUEUE *);
D3DKMT_FUNCTION(MakeResident, MAKERESIDENT, D3DDDI_MAKERESIDENT *);
D3DKMT_FUNCTION(Evict, EVICT, D3DKMT_EVICT *);
D3DKMT_FUNCTION(OfferAllocations, OFFERALLOCATIONS, CONST D3DKMT_OFFERALLOCATIONS *);
D3DKMT_FUNCTION(ReclaimAllocations2, RECLAIMALLOCATIONS2, D3DKMT_RECLAIMALLOCATIONS2 *);
D3DKMT_FUNCTION(QueryAllocationResidency, QUERYALLOCATIONRESIDENCY, CONST D3DKMT_QUERYALLOCATIONRESIDENCY *);
D3DKMT_FUNCTION(UpdateAllocationProperty, UPDATEALLOCATIONPROPERTY, D3DDDI_UPDATEALLOCPROPERTY *);

D3DKMT_END

#endif /* D3DKMT_RESIDENCY_H */
