// SPDX-License-Identifier: MIT OR Apache-2.0
/* Monitored fences and paging queues, with the names of the WDK. */
#include "test.h"

#include <stdint.h>
#include <sys/eventfd.h>

static UINT64 value_at(const VOID *address)
{
	return *(const volatile UINT64 *)address;
}

static D3DKMT_CREATESYNCHRONIZATIONOBJECT2 create_fence(const struct gpu *gpu, UINT64 value)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 create = {
		.hDevice = gpu->device,
		.Info = { .Type = D3DDDI_MONITORED_FENCE, .MonitoredFence = { .InitialFenceValue = value } },
	};

	CHECK_CALL(D3DKMTCreateSynchronizationObject2(&create));
	CHECK(create.hSyncObject && create.Info.MonitoredFence.FenceValueGPUVirtualAddress);
	CHECK(value_at(create.Info.MonitoredFence.FenceValueCPUVirtualAddress) == value);
	return create;
}

static NTSTATUS signal_fence(const struct gpu *gpu, D3DKMT_HANDLE fence, UINT64 value)
{
	D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU signal = {
		.hDevice = gpu->device,
		.ObjectCount = 1,
		.ObjectHandleArray = &fence,
		.FenceValueArray = &value,
	};

	return D3DKMTSignalSynchronizationObjectFromCpu(&signal);
}

static NTSTATUS wait_for_fence(const struct gpu *gpu, D3DKMT_HANDLE fence, UINT64 value, int event)
{
	D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU wait = {
		.hDevice = gpu->device,
		.ObjectCount = 1,
		.ObjectHandleArray = &fence,
		.FenceValueArray = &value,
		.hAsyncEvent = (HANDLE)(intptr_t)event,
	};

	return D3DKMTWaitForSynchronizationObjectFromCpu(&wait);
}

static void use_a_fence(const struct gpu *gpu)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT2 create = create_fence(gpu, 5);
	D3DKMT_DESTROYSYNCHRONIZATIONOBJECT destroy = { .hSyncObject = create.hSyncObject };
	const VOID *value = create.Info.MonitoredFence.FenceValueCPUVirtualAddress;
	int event = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC);
	eventfd_t count;

	CHECK(event > 0);
	CHECK_CALL(wait_for_fence(gpu, create.hSyncObject, 5, 0));
	CHECK_CALL(wait_for_fence(gpu, create.hSyncObject, 6, event));
	CHECK(eventfd_read(event, &count) < 0 && errno == EAGAIN);
	CHECK_CALL(signal_fence(gpu, create.hSyncObject, 6));
	CHECK(value_at(value) == 6);
	CHECK(!eventfd_read(event, &count) && count == 1);
	CHECK_CALL(wait_for_fence(gpu, create.hSyncObject, 6, 0));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, signal_fence(gpu, GARBAGE, 7));
	CHECK_STATUS(STATUS_INVALID_HANDLE, wait_for_fence(gpu, create.hSyncObject, 6, 999));
	CHECK_CALL(D3DKMTDestroySynchronizationObject(&destroy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroySynchronizationObject(&destroy));
	close(event);
}
static void a_fence_is_signalled_and_waited_for(void)
{
	on_each_gpu(use_a_fence);
}

static void use_a_paging_queue(const struct gpu *gpu)
{
	D3DKMT_CREATEPAGINGQUEUE create = {
		.hDevice = gpu->device,
		.Priority = D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL,
	};
	D3DDDI_DESTROYPAGINGQUEUE destroy;

	CHECK_CALL(D3DKMTCreatePagingQueue(&create));
	CHECK(create.hPagingQueue && create.hSyncObject > create.hPagingQueue);
	CHECK(value_at(create.FenceValueCPUVirtualAddress) == 0);
	CHECK_CALL(wait_for_fence(gpu, create.hSyncObject, 0, 0));
	CHECK_STATUS(STATUS_ACCESS_DENIED, signal_fence(gpu, create.hSyncObject, 1));
	destroy.hPagingQueue = create.hPagingQueue;
	CHECK_CALL(D3DKMTDestroyPagingQueue(&destroy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyPagingQueue(&destroy));
}
static void a_paging_queue_has_a_fence(void)
{
	on_each_gpu(use_a_paging_queue);
}

static void create_in_the_first_version(const struct gpu *gpu)
{
	D3DKMT_CREATESYNCHRONIZATIONOBJECT create = { .hDevice = gpu->device, .Info = { .Type = D3DDDI_SEMAPHORE } };

	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTCreateSynchronizationObject(&create));
	create.Info.Type = D3DDDI_SYNCHRONIZATION_MUTEX;
	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTCreateSynchronizationObject(&create));
	create.hDevice = GARBAGE;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateSynchronizationObject(&create));
	/* The first version knows no fences, whatever the module serves. */
	create.hDevice = gpu->device;
	create.Info.Type = D3DDDI_FENCE;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateSynchronizationObject(&create));
}
static void the_first_version_of_creating_objects(void)
{
	on_each_gpu(create_in_the_first_version);
}

MAIN(TEST(a_fence_is_signalled_and_waited_for), TEST(a_paging_queue_has_a_fence),
     TEST(the_first_version_of_creating_objects))
