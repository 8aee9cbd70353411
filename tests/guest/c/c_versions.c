// SPDX-License-Identifier: MIT OR Apache-2.0
/* First and second versions: what they have in common, and where they differ. */
#include "test.h"
#include <limits.h>

/* The layouts that no request has, from the WDK on x86-64. */
_Static_assert(sizeof(D3DDDI_ALLOCATIONINFO) == 40, "v1 element");
_Static_assert(sizeof(D3DDDI_ALLOCATIONINFO2) == 96, "v2 element");
_Static_assert(sizeof(D3DDDI_OPENALLOCATIONINFO) == 24, "v1 element of an opened resource");
_Static_assert(sizeof(D3DDDI_OPENALLOCATIONINFO2) == 80, "v2 element of an opened resource");
_Static_assert(sizeof(D3DKMT_DESTROYALLOCATION) == 24, "v1 of destroying");
_Static_assert(sizeof(D3DKMT_CREATEALLOCATION) == 72, "argument of both versions");
_Static_assert(sizeof(D3DKMT_CREATESYNCHRONIZATIONOBJECT) == 76, "v1 of creating");
_Static_assert(sizeof(D3DKMT_WAITFORSYNCHRONIZATIONOBJECT) == 136, "v1 of waiting");
_Static_assert(sizeof(D3DKMT_SIGNALSYNCHRONIZATIONOBJECT) == 140, "v1 of signalling");
_Static_assert(sizeof(D3DKMT_LOCK) == 48, "lock before WDDM 2");
_Static_assert(sizeof(D3DKMT_UNLOCK) == 16, "unlock before WDDM 2");

#define COUNT 3

/* Three buffers for a call of the first version, and what must not be touched around them. */
struct three {
	D3DKMT_CREATEALLOCATION create;
	struct dxgkrnl_gem_allocation buffers[COUNT];
	BYTE before[64];
	D3DDDI_ALLOCATIONINFO infos[COUNT];
	BYTE after[64];
};

static void prepare(struct three *three, D3DKMT_HANDLE device)
{
	memset(three, 0, sizeof(*three));
	memset(three->before, 0xcc, sizeof(three->before));
	memset(three->after, 0xcc, sizeof(three->after));
	for (int i = 0; i < COUNT; i++) {
		three->buffers[i] = buffer_of(PAGE * (UINT64)(i + 1) - 1);
		three->infos[i].hAllocation = 0xdddddddd;
		three->infos[i].pPrivateDriverData = &three->buffers[i];
		three->infos[i].PrivateDriverDataSize = sizeof(three->buffers[i]);
		/* Not read, as none is a primary, and not written. */
		three->infos[i].VidPnSourceId = 100 + (UINT)i;
	}
	three->create.hDevice = device;
	three->create.hGlobalShare = 0xdddddddd;
	three->create.NumAllocations = COUNT;
	three->create.pAllocationInfo = three->infos;
	three->create.hPrivateRuntimeResourceHandle = (HANDLE)0x1234;
}

static void first_version_in_resource(const struct gpu *gpu)
{
	struct three three;
	D3DKMT_HANDLE last;

	prepare(&three, gpu->device);
	three.create.Flags.CreateResource = 1;
	CHECK_CALL(D3DKMTCreateAllocation(&three.create));

	CHECK(three.create.hDevice == gpu->device);
	CHECK(three.create.hResource == gpu->device + 0x40);
	CHECK(three.create.hGlobalShare == 0);
	CHECK(three.create.NumAllocations == COUNT);
	CHECK(three.create.pAllocationInfo == three.infos);
	CHECK(three.create.hPrivateRuntimeResourceHandle == (HANDLE)0x1234);
	CHECK(three.create.Flags.CreateResource && !three.create.Flags.CreateShared);
	last = three.create.hResource;
	for (int i = 0; i < COUNT; i++) {
		CHECK(three.infos[i].hAllocation == last + 0x40);
		last = three.infos[i].hAllocation;
		CHECK(three.infos[i].pPrivateDriverData == &three.buffers[i]);
		CHECK(three.infos[i].PrivateDriverDataSize == sizeof(three.buffers[i]));
		CHECK(three.infos[i].VidPnSourceId == 100 + (UINT)i);
		CHECK(three.infos[i].pSystemMem == NULL && three.infos[i].Flags.Value == 0);
		/* Case 85: the miniport's answer comes back. */
		CHECK(three.buffers[i].bytes == PAGE * (UINT64)(i + 1));
		memset(lock(gpu->device, last), i, PAGE * (size_t)(i + 1));
		unlock(gpu->device, last);
	}
	for (size_t i = 0; i < sizeof(three.after); i++)
		CHECK(three.before[i] == 0xcc && three.after[i] == 0xcc);
	CHECK_CALL(destroy_resource(gpu->device, three.create.hResource));
}
static void case_061_first_version_of_a_resource(void)
{
	on_each_gpu(first_version_in_resource);
}

static void append_with_both(const struct gpu *gpu)
{
	struct dxgkrnl_gem_allocation buffer = buffer_of(PAGE);
	D3DDDI_ALLOCATIONINFO2 second = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };
	struct three three;

	prepare(&three, gpu->device);
	three.create.Flags.CreateResource = 1;
	CHECK_CALL(D3DKMTCreateAllocation(&three.create));
	three.create.Flags.CreateResource = 0;
	three.create.NumAllocations = 1;
	CHECK_CALL(D3DKMTCreateAllocation(&three.create));
	three.create.pAllocationInfo2 = &second;
	CHECK_CALL(D3DKMTCreateAllocation2(&three.create));
	/* Allocations of both belong to the one resource. */
	CHECK_CALL(destroy_resource(gpu->device, three.create.hResource));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, destroy_one(gpu->device, three.infos[0].hAllocation));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, destroy_one(gpu->device, second.hAllocation));
}
static void case_091_appending_with_either_version(void)
{
	on_each_gpu(append_with_both);
}

static void refused_leaves_all(const struct gpu *gpu)
{
	struct three three, copy;

	prepare(&three, gpu->device);
	three.create.Flags.CreateResource = 1;
	three.buffers[COUNT - 1].kind = 99;
	memcpy(&copy, &three, sizeof(copy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));
	CHECK(!memcmp(&copy, &three, sizeof(copy)));

	three.buffers[COUNT - 1] = buffer_of((UINT64)1 << 40);
	memcpy(&copy, &three, sizeof(copy));
	CHECK_STATUS(STATUS_GRAPHICS_NO_VIDEO_MEMORY, D3DKMTCreateAllocation(&three.create));
	CHECK(!memcmp(&copy, &three, sizeof(copy)));

	/* And then it works, with the handles that would have been given. */
	three.buffers[COUNT - 1] = buffer_of(PAGE);
	CHECK_CALL(D3DKMTCreateAllocation(&three.create));
	CHECK(three.create.hResource == gpu->device + 0x40);
	CHECK_CALL(destroy_resource(gpu->device, three.create.hResource));
}
static void a_refused_call_changes_nothing(void)
{
	on_each_gpu(refused_leaves_all);
}

static void wrong_counts(const struct gpu *gpu)
{
	static const UINT counts[] = { 0, 1025, INT_MAX, UINT_MAX };
	struct three three;

	prepare(&three, gpu->device);
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		three.create.NumAllocations = counts[i];
		CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));
		CHECK(three.create.pAllocationInfo == three.infos);
	}
	/* As the list is not read then, it need not be there. */
	three.create.pAllocationInfo = (D3DDDI_ALLOCATIONINFO *)8;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));
	three.create.NumAllocations = 1;
	three.create.pAllocationInfo = NULL;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));
}
static void cases_074_to_078_wrong_counts(void)
{
	on_each_gpu(wrong_counts);
}

static void most_in_one_call(const struct gpu *gpu)
{
	static struct dxgkrnl_gem_allocation buffers[1024];
	static D3DDDI_ALLOCATIONINFO infos[1024];
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = gpu->device,
		.NumAllocations = 1024,
		.pAllocationInfo = infos,
		.Flags = { .CreateResource = 1 },
	};

	for (int i = 0; i < 1024; i++) {
		buffers[i] = buffer_of(PAGE);
		infos[i].pPrivateDriverData = &buffers[i];
		infos[i].PrivateDriverDataSize = sizeof(buffers[i]);
	}
	CHECK_CALL(D3DKMTCreateAllocation(&create));
	for (UINT i = 0; i < 1024; i++)
		CHECK(infos[i].hAllocation == create.hResource + 0x40 * (i + 1));
	CHECK_CALL(destroy_resource(gpu->device, create.hResource));
}
static void the_most_allocations_in_one_call(void)
{
	on_each_gpu(most_in_one_call);
}

static void flags_of_elements(const struct gpu *gpu)
{
	struct dxgkrnl_gem_allocation buffer = buffer_of(PAGE);
	D3DDDI_ALLOCATIONINFO2 second = {
		.pPrivateDriverData = &buffer,
		.PrivateDriverDataSize = sizeof(buffer),
		.Flags = { .OverridePriority = 1 },
		.Priority = D3DDDI_ALLOCATIONPRIORITY_HIGH,
	};
	struct three three;

	prepare(&three, gpu->device);
	/* All but Primary; of these the first version has Stereo alone, which needs Primary. */
	for (int bit = 1; bit < 32; bit++) {
		three.infos[0].Flags.Value = 1u << bit;
		CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));
	}
	three.infos[0].Flags.Value = 0;
	three.infos[0].Flags.Primary = 1;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&three.create));

	/* What is reserved in the first version is a priority in the second (case 84). */
	three.create.NumAllocations = 1;
	three.create.pAllocationInfo2 = &second;
	CHECK_CALL(D3DKMTCreateAllocation2(&three.create));
	CHECK_CALL(destroy_one(gpu->device, second.hAllocation));
	second.Priority = 0;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation2(&three.create));
}
static void cases_083_and_084_flags_of_elements(void)
{
	on_each_gpu(flags_of_elements);
}

#define HEAP 0x10000

static void existing_heap(const struct gpu *gpu)
{
	BYTE *memory = aligned_alloc(PAGE, HEAP);
	D3DKMT_CREATESTANDARDALLOCATION standard = {
		.Type = D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP,
		.ExistingHeapData = { .Size = HEAP },
	};
	D3DDDI_ALLOCATIONINFO first = { .pSystemMem = memory };
	D3DDDI_ALLOCATIONINFO2 second = { .pSystemMem = memory };
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = gpu->device,
		.hGlobalShare = 0xdddddddd,
		.pStandardAllocation = &standard,
		.NumAllocations = 1,
		.pAllocationInfo = &first,
		.Flags = { .StandardAllocation = 1, .ExistingSysMem = 1 },
	};

	CHECK(memory);
	CHECK_CALL(D3DKMTCreateAllocation(&create));
	CHECK(first.hAllocation && !create.hResource && !create.hGlobalShare);
	CHECK(first.pSystemMem == memory && create.pStandardAllocation == &standard);
	CHECK(lock(gpu->device, first.hAllocation) == memory);
	unlock(gpu->device, first.hAllocation);
	CHECK_CALL(destroy_one(gpu->device, first.hAllocation));

	create.pAllocationInfo2 = &second;
	CHECK_CALL(D3DKMTCreateAllocation2(&create));
	CHECK(second.hAllocation > first.hAllocation && second.GpuVirtualAddress == 0);
	CHECK_CALL(destroy_one(gpu->device, second.hAllocation));

	/* Case 49, and case 44 in both versions. */
	create.Flags.StandardAllocation = 0;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation2(&create));
	create.Flags.StandardAllocation = 1;
	second.pSystemMem = first.pSystemMem = NULL;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation2(&create));
	create.pAllocationInfo = &first;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateAllocation(&create));
	free(memory);
}
static void cases_030_and_031_an_existing_heap(void)
{
	on_each_gpu(existing_heap);
}

static void destroy_nothing(const struct gpu *gpu)
{
	D3DKMT_DESTROYALLOCATION first = { .hDevice = gpu->device };
	D3DKMT_DESTROYALLOCATION2 second = { .hDevice = gpu->device };

	CHECK_CALL(D3DKMTDestroyAllocation(&first));
	CHECK_CALL(D3DKMTDestroyAllocation2(&second));
	first.AllocationCount = second.AllocationCount = 1;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation(&first));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation2(&second));
	first.hDevice = second.hDevice = GARBAGE;
	first.AllocationCount = second.AllocationCount = 0;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation(&first));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation2(&second));
}
static void cases_103_and_105_destroying_nothing(void)
{
	on_each_gpu(destroy_nothing);
}

static void destroy_with_first(const struct gpu *gpu)
{
	struct three three;
	D3DKMT_HANDLE list[COUNT];
	D3DKMT_DESTROYALLOCATION destroy = {
		.hDevice = gpu->device,
		.phAllocationList = list,
		.AllocationCount = COUNT,
	};

	prepare(&three, gpu->device);
	three.create.Flags.CreateResource = 1;
	CHECK_CALL(D3DKMTCreateAllocation(&three.create));
	for (int i = 0; i < COUNT; i++)
		list[i] = three.infos[i].hAllocation;
	CHECK_CALL(D3DKMTDestroyAllocation(&destroy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation(&destroy));
	/* Cases 109 and 110: the resource is there still; a list that is left over is ignored. */
	destroy.hResource = three.create.hResource;
	destroy.AllocationCount = 0;
	CHECK_CALL(D3DKMTDestroyAllocation(&destroy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation(&destroy));
}
static void cases_106_to_110_first_version_of_destroying(void)
{
	on_each_gpu(destroy_with_first);
}

/* The first version has no flags, whatever lies behind its structure. */
static void destroy_flags(const struct gpu *gpu)
{
	struct dxgkrnl_gem_allocation buffer = buffer_of(PAGE);
	D3DDDI_ALLOCATIONINFO info = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };
	D3DKMT_CREATEALLOCATION create = { .hDevice = gpu->device, .NumAllocations = 1, .pAllocationInfo = &info };
	D3DKMT_DESTROYALLOCATION2 destroy = {
		.hDevice = gpu->device,
		.phAllocationList = &info.hAllocation,
		.AllocationCount = 1,
		.Flags = { .SystemUseOnly = 1 },
	};

	CHECK_CALL(D3DKMTCreateAllocation(&create));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyAllocation2(&destroy));
	CHECK_CALL(D3DKMTDestroyAllocation((const D3DKMT_DESTROYALLOCATION *)&destroy));
}
static void the_first_version_of_destroying_has_no_flags(void)
{
	on_each_gpu(destroy_flags);
}

MAIN(TEST(case_061_first_version_of_a_resource), TEST(case_091_appending_with_either_version),
     TEST(a_refused_call_changes_nothing), TEST(cases_074_to_078_wrong_counts), TEST(the_most_allocations_in_one_call),
     TEST(cases_083_and_084_flags_of_elements), TEST(cases_030_and_031_an_existing_heap),
     TEST(cases_103_and_105_destroying_nothing), TEST(cases_106_to_110_first_version_of_destroying),
     TEST(the_first_version_of_destroying_has_no_flags))
