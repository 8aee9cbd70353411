// SPDX-License-Identifier: MIT OR Apache-2.0
/* Residency, offers, priorities and statistics, with the names of the WDK. */
#include "test.h"

#define MIB ((UINT64)1 << 20)

struct resident {
	D3DKMT_HANDLE allocation;
	D3DKMT_HANDLE queue;
	D3DKMT_HANDLE fence;
};

static struct resident make(const struct gpu *gpu)
{
	D3DKMT_CREATEPAGINGQUEUE queue = { .hDevice = gpu->device };
	struct dxgkrnl_gem_allocation buffer = buffer_of(MIB);
	D3DDDI_ALLOCATIONINFO2 info = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };
	D3DKMT_CREATEALLOCATION create = { .hDevice = gpu->device, .NumAllocations = 1, .pAllocationInfo2 = &info };
	struct resident made;

	CHECK_CALL(D3DKMTCreatePagingQueue(&queue));
	CHECK_CALL(D3DKMTCreateAllocation2(&create));
	made.allocation = info.hAllocation;
	made.queue = queue.hPagingQueue;
	made.fence = queue.hSyncObject;
	return made;
}

static void wait_until(const struct gpu *gpu, const struct resident *made, UINT64 value)
{
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = {
		.hDevice = gpu->device,
		.ObjectCount = 1,
		.ObjectHandleArray = &made->fence,
		.FenceValueArray = &value,
	};

	CHECK_CALL(D3DKMTWaitForSynchronizationObjectFromCpu(&wait));
}

static D3DKMT_ALLOCATIONRESIDENCYSTATUS place(const struct gpu *gpu, const struct resident *made)
{
	D3DKMT_ALLOCATIONRESIDENCYSTATUS status;
	D3DKMT_QUERYALLOCATIONRESIDENCY query = {
		.hDevice = gpu->device,
		.phAllocationList = &made->allocation,
		.AllocationCount = 1,
		.pResidencyStatus = &status,
	};

	CHECK_CALL(D3DKMTQueryAllocationResidency(&query));
	return status;
}

static void make_resident(const struct gpu *gpu, const struct resident *made)
{
	D3DDDI_MAKERESIDENT args = {
		.hPagingQueue = made->queue,
		.NumAllocations = 1,
		.AllocationList = &made->allocation,
	};

	CHECK_STATUS(STATUS_PENDING, D3DKMTMakeResident(&args));
	CHECK(args.NumAllocations == 1 && args.PagingFenceValue && !args.NumBytesToTrim);
	wait_until(gpu, made, args.PagingFenceValue);
	CHECK(place(gpu, made) == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINGPUMEMORY);
}

static void use_residency(const struct gpu *gpu)
{
	struct resident made = make(gpu);
	D3DKMT_EVICT evict = { .hDevice = gpu->device, .NumAllocations = 1, .AllocationList = &made.allocation };
	D3DKMT_FLUSHHEAPTRANSITIONS flush = { .hAdapter = gpu->adapter };

	CHECK(place(gpu, &made) == D3DKMT_ALLOCATIONRESIDENCYSTATUS_NOTRESIDENT);
	make_resident(gpu, &made);
	CHECK_CALL(D3DKMTEvict(&evict));
	CHECK(!evict.NumBytesToTrim);
	CHECK_CALL(D3DKMTFlushHeapTransitions(&flush));
	CHECK(place(gpu, &made) == D3DKMT_ALLOCATIONRESIDENCYSTATUS_RESIDENTINSHAREDMEMORY);
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTEvict(&evict));
}
static void an_allocation_is_made_resident_and_evicted(void)
{
	on_each_gpu(use_residency);
}

static void use_offers(const struct gpu *gpu)
{
	struct resident made = make(gpu);
	BOOL discarded = 7;
	D3DKMT_OFFERALLOCATIONS offer = {
		.hDevice = gpu->device,
		.HandleList = &made.allocation,
		.NumAllocations = 1,
		.Priority = D3DKMT_OFFER_PRIORITY_LOW,
	};
	D3DKMT_RECLAIMALLOCATIONS2 reclaim = {
		.hPagingQueue = made.queue,
		.NumAllocations = 1,
		.HandleList = &made.allocation,
		.pDiscarded = &discarded,
	};
	D3DKMT_LOCK2 locked = { .hDevice = gpu->device, .hAllocation = made.allocation };

	memset(lock(gpu->device, made.allocation), 5, MIB);
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOfferAllocations(&offer));
	unlock(gpu->device, made.allocation);
	CHECK_CALL(D3DKMTOfferAllocations(&offer));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTLock2(&locked));
	CHECK_CALL(D3DKMTReclaimAllocations2(&reclaim));
	CHECK(!discarded && !reclaim.PagingFenceValue);
	CHECK(((BYTE *)lock(gpu->device, made.allocation))[MIB - 1] == 5);
	unlock(gpu->device, made.allocation);
}
static void an_allocation_is_offered_and_reclaimed(void)
{
	on_each_gpu(use_offers);
}

static void use_priorities(const struct gpu *gpu)
{
	struct resident made = make(gpu);
	UINT priority = D3DDDI_ALLOCATIONPRIORITY_HIGH;
	D3DKMT_SETALLOCATIONPRIORITY set = {
		.hDevice = gpu->device,
		.phAllocationList = &made.allocation,
		.AllocationCount = 1,
		.pPriorities = &priority,
	};
	D3DKMT_GETALLOCATIONPRIORITY get = {
		.hDevice = gpu->device,
		.phAllocationList = &made.allocation,
		.AllocationCount = 1,
		.pPriorities = &priority,
	};

	CHECK_CALL(D3DKMTSetAllocationPriority(&set));
	priority = 0;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTSetAllocationPriority(&set));
	CHECK_CALL(D3DKMTGetAllocationPriority(&get));
	CHECK(priority == D3DDDI_ALLOCATIONPRIORITY_HIGH);
}
static void an_allocation_has_a_priority(void)
{
	on_each_gpu(use_priorities);
}

static D3DKMT_QUERYSTATISTICS_RESULT ask(const struct gpu *gpu, D3DKMT_QUERYSTATISTICS_TYPE type)
{
	D3DKMT_QUERYSTATISTICS query = { .Type = type, .AdapterLuid = gpu->luid };

	CHECK_CALL(D3DKMTQueryStatistics(&query));
	return query.QueryResult;
}

static void use_statistics(const struct gpu *gpu)
{
	struct resident made = make(gpu);
	D3DKMT_CHANGEVIDEOMEMORYRESERVATION reserve = { .hAdapter = gpu->adapter, .Reservation = MIB };
	D3DKMT_QUERYVIDEOMEMORYINFO info = { .hAdapter = gpu->adapter };
	D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP_INFORMATION group;

	CHECK(sizeof(D3DKMT_QUERYSTATISTICS_SEGMENT_INFORMATION) == 152);
	CHECK(sizeof(D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_INFORMATION) == 216);
	CHECK(sizeof(D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER_INFORMATION) == 256);
	CHECK(sizeof(D3DKMT_QUERYSTATISTICS_PROCESS_INFORMATION) == 144);
	make_resident(gpu, &made);
	CHECK_CALL(D3DKMTChangeVideoMemoryReservation(&reserve));
	CHECK_CALL(D3DKMTQueryVideoMemoryInfo(&info));
	CHECK(info.CurrentReservation == MIB && info.CurrentUsage == MIB);
	CHECK(ask(gpu, D3DKMT_QUERYSTATISTICS_ADAPTER).AdapterInformation.NbSegments == 2);
	CHECK(ask(gpu, D3DKMT_QUERYSTATISTICS_ADAPTER).AdapterInformation.Flags == 2);
	CHECK(ask(gpu, D3DKMT_QUERYSTATISTICS_SEGMENT).SegmentInformation.BytesResident == MIB);
	CHECK(ask(gpu, D3DKMT_QUERYSTATISTICS_SEGMENT).SegmentInformation.Aperture == 0);
	CHECK(ask(gpu, D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT).ProcessSegmentInformation.BytesCommitted == MIB);
	group = ask(gpu, D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP).ProcessSegmentGroupInformation;
	CHECK(group.Budget == info.Budget && group.Usage == MIB && group.Requested == MIB);
}
static void numbers_have_names(void)
{
	on_each_gpu(use_statistics);
}

MAIN(TEST(an_allocation_is_made_resident_and_evicted), TEST(an_allocation_is_offered_and_reclaimed),
     TEST(an_allocation_has_a_priority), TEST(numbers_have_names))
