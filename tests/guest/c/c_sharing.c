// SPDX-License-Identifier: MIT OR Apache-2.0
/* Sharing: by global handle in both versions, and by NT handle. */
#include "test.h"

#define COUNT 2
#define BLOB ((UINT)sizeof(struct dxgkrnl_gem_allocation))

static const char runtime[] = "the runtime's";

/* A shared resource of two buffers. */
static D3DKMT_CREATEALLOCATION create_shared(const struct gpu *gpu, UINT nt_sharing)
{
	struct dxgkrnl_gem_allocation buffers[COUNT] = { buffer_of(PAGE), buffer_of(2 * PAGE) };
	D3DDDI_ALLOCATIONINFO infos[COUNT] = {
		{ .pPrivateDriverData = &buffers[0], .PrivateDriverDataSize = BLOB },
		{ .pPrivateDriverData = &buffers[1], .PrivateDriverDataSize = BLOB },
	};
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = gpu->device,
		.pPrivateRuntimeData = runtime,
		.PrivateRuntimeDataSize = sizeof(runtime),
		.NumAllocations = COUNT,
		.pAllocationInfo = infos,
		.Flags = { .CreateResource = 1, .CreateShared = 1, .NtSecuritySharing = nt_sharing },
	};
	BYTE *bytes;

	CHECK_CALL(D3DKMTCreateAllocation(&create));
	bytes = lock(gpu->device, infos[1].hAllocation);
	bytes[2 * PAGE - 1] = 77;
	unlock(gpu->device, infos[1].hAllocation);
	create.pAllocationInfo = NULL;
	return create;
}

/* Where an opening brings the data. */
struct opened {
	char runtime[sizeof(runtime)];
	struct dxgkrnl_gem_allocation buffers[COUNT + 1];
};

static void check_opened(const struct gpu *gpu, const struct opened *opened, D3DKMT_HANDLE second)
{
	CHECK(!strcmp(opened->runtime, runtime));
	CHECK(opened->buffers[0].bytes == PAGE && opened->buffers[1].bytes == 2 * PAGE);
	CHECK(((BYTE *)lock(gpu->device, second))[2 * PAGE - 1] == 77);
	unlock(gpu->device, second);
}

static void open_by_global_handle(const struct gpu *gpu)
{
	D3DKMT_CREATEALLOCATION create = create_shared(gpu, 0);
	D3DKMT_QUERYRESOURCEINFO query = { .hDevice = gpu->device, .hGlobalShare = create.hGlobalShare };
	struct opened opened = { .runtime = "" };
	/* One more than needed, to see that the first version is not taken for the second. */
	D3DDDI_OPENALLOCATIONINFO first[COUNT + 1];
	D3DDDI_OPENALLOCATIONINFO2 second[COUNT];
	D3DKMT_OPENRESOURCE open = {
		.hDevice = gpu->device,
		.hGlobalShare = create.hGlobalShare,
		.NumAllocations = COUNT,
		.pOpenAllocationInfo = first,
		.pPrivateRuntimeData = opened.runtime,
		.PrivateRuntimeDataSize = sizeof(opened.runtime),
		.pTotalPrivateDriverDataBuffer = opened.buffers,
		.TotalPrivateDriverDataBufferSize = sizeof(opened.buffers),
	};

	CHECK((create.hGlobalShare & 0x3f) == 2);
	CHECK_CALL(D3DKMTQueryResourceInfo(&query));
	CHECK(query.NumAllocations == COUNT && query.PrivateRuntimeDataSize == sizeof(runtime));
	CHECK(query.TotalPrivateDriverDataSize == COUNT * BLOB && query.ResourcePrivateDriverDataSize == 0);

	memset(first, 0xcc, sizeof(first));
	CHECK_CALL(D3DKMTOpenResource(&open));
	CHECK(open.hGlobalShare == create.hGlobalShare && open.pOpenAllocationInfo == first);
	CHECK(open.hResource > create.hResource);
	CHECK(open.TotalPrivateDriverDataBufferSize == COUNT * BLOB);
	for (UINT i = 0; i < COUNT; i++) {
		CHECK(first[i].hAllocation == open.hResource + 0x40 * (i + 1));
		CHECK(first[i].pPrivateDriverData == &opened.buffers[i]);
		CHECK(first[i].PrivateDriverDataSize == BLOB);
	}
	for (size_t i = 0; i < sizeof(first[COUNT]); i++)
		CHECK(((BYTE *)&first[COUNT])[i] == 0xcc);
	check_opened(gpu, &opened, first[1].hAllocation);
	/* Case 139: the creator's is not touched, and can be opened again. */
	CHECK_CALL(destroy_resource(gpu->device, open.hResource));

	memset(&opened, 0, sizeof(opened));
	open.pOpenAllocationInfo2 = second;
	CHECK_CALL(D3DKMTOpenResource2(&open));
	CHECK(second[1].pPrivateDriverData == &opened.buffers[1] && second[1].PrivateDriverDataSize == BLOB);
	check_opened(gpu, &opened, second[1].hAllocation);
	CHECK_CALL(destroy_resource(gpu->device, open.hResource));
	CHECK_CALL(destroy_resource(gpu->device, create.hResource));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTQueryResourceInfo(&query));
}
static void cases_128_to_132_a_global_handle(void)
{
	on_each_gpu(open_by_global_handle);
}

static void refused_openings(const struct gpu *gpu)
{
	D3DKMT_CREATEALLOCATION create = create_shared(gpu, 0);
	struct opened opened = { .runtime = "" };
	D3DDDI_OPENALLOCATIONINFO first[COUNT] = { 0 };
	const D3DKMT_OPENRESOURCE good = {
		.hDevice = gpu->device,
		.hGlobalShare = create.hGlobalShare,
		.NumAllocations = COUNT,
		.pOpenAllocationInfo = first,
		.pPrivateRuntimeData = opened.runtime,
		.PrivateRuntimeDataSize = sizeof(opened.runtime),
		.pTotalPrivateDriverDataBuffer = opened.buffers,
		.TotalPrivateDriverDataBufferSize = sizeof(opened.buffers),
	};
	D3DKMT_OPENRESOURCE open = good, copy;

	for (UINT count = 0; count < 5000; count += count < 4 ? 1 : 1021) {
		open.NumAllocations = count;
		copy = open;
		if (count != COUNT)
			CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOpenResource(&open));
		CHECK(!memcmp(&copy, &open, sizeof(open)));
	}
	open = good;
	open.pOpenAllocationInfo = NULL;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOpenResource(&open));
	open = good;
	open.PrivateRuntimeDataSize++;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOpenResource(&open));
	open = good;
	open.TotalPrivateDriverDataBufferSize = COUNT * BLOB - 1;
	CHECK_STATUS(STATUS_NO_MEMORY, D3DKMTOpenResource(&open));
	open = good;
	open.hGlobalShare = create.hResource;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOpenResource(&open));
	CHECK(first[0].hAllocation == 0 && first[1].pPrivateDriverData == NULL);
	CHECK_CALL(destroy_resource(gpu->device, create.hResource));
}
static void cases_134_to_170_openings_that_are_refused(void)
{
	on_each_gpu(refused_openings);
}

static void open_by_nt_handle(const struct gpu *gpu)
{
	D3DKMT_CREATEALLOCATION create = create_shared(gpu, 1);
	HANDLE shared = NULL;
	D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE query = { .hDevice = gpu->device };
	struct opened opened = { .runtime = "" };
	D3DDDI_OPENALLOCATIONINFO2 infos[COUNT];
	D3DKMT_OPENRESOURCEFROMNTHANDLE open = {
		.hDevice = gpu->device,
		.NumAllocations = COUNT,
		.pOpenAllocationInfo2 = infos,
		.PrivateRuntimeDataSize = sizeof(opened.runtime),
		.pPrivateRuntimeData = opened.runtime,
		.TotalPrivateDriverDataBufferSize = sizeof(opened.buffers),
		.pTotalPrivateDriverDataBuffer = opened.buffers,
	};

	CHECK(create.hGlobalShare == 0);
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTShareObjects(0, &create.hResource, NULL, 0, &shared));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTShareObjects(1, NULL, NULL, 0, &shared));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTShareObjects(1, &create.hResource, NULL, 0, NULL));
	CHECK_CALL(D3DKMTShareObjects(1, &create.hResource, NULL, SHARED_ALLOCATION_ALL_ACCESS, &shared));
	CHECK(fcntl((int)(intptr_t)shared, F_GETFD) == FD_CLOEXEC);
	/* Case 251: the NT handle alone keeps it. */
	CHECK_CALL(destroy_resource(gpu->device, create.hResource));

	query.hNtHandle = open.hNtHandle = shared;
	CHECK_CALL(D3DKMTQueryResourceInfoFromNtHandle(&query));
	CHECK(query.NumAllocations == COUNT && query.TotalPrivateDriverDataSize == COUNT * BLOB);
	CHECK_CALL(D3DKMTOpenResourceFromNtHandle(&open));
	CHECK(open.hKeyedMutex == 0 && open.hSyncObject == 0);
	CHECK(infos[1].pPrivateDriverData == &opened.buffers[1]);
	check_opened(gpu, &opened, infos[1].hAllocation);
	CHECK_CALL(destroy_resource(gpu->device, open.hResource));
	CHECK(!close((int)(intptr_t)shared));
	/* No descriptor at all is EBADF, and no reason to open the node anew. */
	CHECK_STATUS(STATUS_INVALID_HANDLE, D3DKMTQueryResourceInfoFromNtHandle(&query));
	CHECK(count_nodes(NULL) == 1);
}
static void cases_146_to_172_an_nt_handle(void)
{
	on_each_gpu(open_by_nt_handle);
}

/* Opens in another process what this one has shared. */
static void open_in_child(const void *argument)
{
	D3DKMT_HANDLE shared = *(const D3DKMT_HANDLE *)argument;
	D3DKMT_ADAPTERINFO adapters[16];
	ULONG count = open_adapters(adapters), opened = 0;

	for (ULONG i = 0; i < count; i++) {
		D3DKMT_QUERYRESOURCEINFO query = {
			.hDevice = create_device(adapters[i].hAdapter),
			.hGlobalShare = shared,
		};

		opened += D3DKMTQueryResourceInfo(&query) == STATUS_SUCCESS;
	}
	CHECK(opened == 1);
}

static void share_with_child(const struct gpu *gpu)
{
	D3DKMT_CREATEALLOCATION create = create_shared(gpu, 0);

	in_child(open_in_child, &create.hGlobalShare);
	CHECK_CALL(destroy_resource(gpu->device, create.hResource));
}
static void case_141_opening_in_another_process(void)
{
	on_each_gpu(share_with_child);
}

MAIN(TEST(cases_128_to_132_a_global_handle), TEST(cases_134_to_170_openings_that_are_refused),
     TEST(cases_146_to_172_an_nt_handle), TEST(case_141_opening_in_another_process))
