// SPDX-License-Identifier: MIT OR Apache-2.0
/* Statuses as C sees them: those that come as an errno, raw ones, and those of the library. */
#include "test.h"

typedef NTSTATUS (*any_function)(void *);
#define FUNCTION(name) { #name, (any_function)(void (*)(void))D3DKMT##name }

struct function {
	const char *name;
	any_function call;
};

static void each_answers(const struct function *functions, size_t count, NTSTATUS wanted, void *argument)
{
	for (size_t i = 0; i < count; i++) {
		NTSTATUS status = functions[i].call(argument);

		if (status != wanted) {
			fprintf(stderr, "D3DKMT%s: 0x%08X instead of 0x%08X\n", functions[i].name, (UINT)status,
				(UINT)wanted);
			exit(1);
		}
	}
}
#define EACH_ANSWERS(functions, wanted, argument) \
	each_answers(functions, sizeof(functions) / sizeof(functions[0]), wanted, argument)

/* What the module serves, and what is translated to it. */
static const struct function served[] = {
	FUNCTION(OpenAdapterFromLuid),
	FUNCTION(EnumAdapters2),
	FUNCTION(EnumAdapters3),
	FUNCTION(CloseAdapter),
	FUNCTION(QueryAdapterInfo),
	FUNCTION(QueryVideoMemoryInfo),
	FUNCTION(CreateDevice),
	FUNCTION(DestroyDevice),
	FUNCTION(CreateAllocation),
	FUNCTION(CreateAllocation2),
	FUNCTION(DestroyAllocation),
	FUNCTION(DestroyAllocation2),
	FUNCTION(Lock2),
	FUNCTION(Unlock2),
	FUNCTION(QueryResourceInfo),
	FUNCTION(QueryResourceInfoFromNtHandle),
	FUNCTION(OpenResource),
	FUNCTION(OpenResource2),
	FUNCTION(OpenResourceFromNtHandle),
	FUNCTION(WaitForSynchronizationObjectFromCpu),
	FUNCTION(SignalSynchronizationObjectFromCpu),
	FUNCTION(DestroySynchronizationObject),
	FUNCTION(CreateSynchronizationObject2),
	FUNCTION(DestroyPagingQueue),
	FUNCTION(CreatePagingQueue),
	FUNCTION(ChangeVideoMemoryReservation),
	FUNCTION(FlushHeapTransitions),
	FUNCTION(QueryStatistics),
	FUNCTION(InvalidateCache),
	FUNCTION(SetAllocationPriority),
	FUNCTION(GetAllocationPriority),
	FUNCTION(MakeResident),
	FUNCTION(Evict),
	FUNCTION(OfferAllocations),
	FUNCTION(ReclaimAllocations2),
	FUNCTION(QueryAllocationResidency),
	FUNCTION(UpdateAllocationProperty),
	FUNCTION(GetDeviceState),
	FUNCTION(MarkDeviceAsError),
	FUNCTION(ReserveGpuVirtualAddress),
	FUNCTION(MapGpuVirtualAddress),
	FUNCTION(FreeGpuVirtualAddress),
	FUNCTION(UpdateGpuVirtualAddress),
	FUNCTION(CreateContextVirtual),
	FUNCTION(DestroyContext),
	FUNCTION(SubmitCommand),
	FUNCTION(SignalSynchronizationObjectFromGpu),
	FUNCTION(SignalSynchronizationObjectFromGpu2),
	FUNCTION(WaitForSynchronizationObjectFromGpu),
};

/* Requests that the module does not serve yet. */
static const struct function not_yet[] = {
	FUNCTION(QueryClockCalibration),
	FUNCTION(IsFeatureEnabled),
	FUNCTION(Escape),
	FUNCTION(GetSharedResourceAdapterLuid),
	FUNCTION(ShareObjectWithHost),
	FUNCTION(CreateContext),
	FUNCTION(CreateHwContext),
	FUNCTION(DestroyHwContext),
	FUNCTION(CreateHwQueue),
	FUNCTION(DestroyHwQueue),
	FUNCTION(SetContextSchedulingPriority),
	FUNCTION(GetContextSchedulingPriority),
	FUNCTION(SetContextInProcessSchedulingPriority),
	FUNCTION(GetContextInProcessSchedulingPriority),
	FUNCTION(Render),
	FUNCTION(SubmitCommandToHwQueue),
	FUNCTION(OpenSynchronizationObject),
	FUNCTION(OpenSyncObjectFromNtHandle2),
	FUNCTION(SignalSynchronizationObject2),
	FUNCTION(WaitForSynchronizationObject2),
	FUNCTION(SubmitSignalSyncObjectsToHwQueue),
	FUNCTION(SubmitWaitForSyncObjectsToHwQueue),
	FUNCTION(CreateSyncFile),
	FUNCTION(WaitSyncFile),
	FUNCTION(OpenSyncObjectFromSyncFile),
};

/* What is translated to second versions: the first of them is served, without these types. */
static const struct function first_version[] = {
	FUNCTION(CreateSynchronizationObject),
	FUNCTION(SignalSynchronizationObject),
	FUNCTION(WaitForSynchronizationObject),
};

/* Functions without a request. */
static const struct function without_request[] = {
	FUNCTION(Lock),
	FUNCTION(Unlock),
	FUNCTION(OpenNtHandleFromName),
	FUNCTION(OpenSyncObjectNtHandleFromName),
	FUNCTION(CreateKeyedMutex2),
	FUNCTION(OpenKeyedMutex2),
	FUNCTION(DestroyKeyedMutex),
	FUNCTION(AcquireKeyedMutex2),
	FUNCTION(ReleaseKeyedMutex2),
	FUNCTION(GetMultisampleMethodList),
	FUNCTION(SetQueuedLimit),
	FUNCTION(SetDisplayPrivateDriverFormat),
	FUNCTION(Present),
	FUNCTION(SubmitPresentToHwQueue),
	FUNCTION(PinResources),
	FUNCTION(UnpinResources),
	FUNCTION(CreateProtectedSession),
	FUNCTION(DestroyProtectedSession),
	FUNCTION(QueryProtectedSessionStatus),
	FUNCTION(QueryProtectedSessionInfoFromNtHandle),
	FUNCTION(OpenProtectedSessionFromNtHandle),
	FUNCTION(CreateTrackedWorkload),
	FUNCTION(DestroyTrackedWorkload),
	FUNCTION(UpdateTrackedWorkload),
	FUNCTION(GetTrackedWorkloadStatistics),
	FUNCTION(ResetTrackedWorkloadStatistics),
	FUNCTION(GetAvailableTrackedWorkloadIndex),
};

static void null_arguments(void)
{
	EACH_ANSWERS(served, STATUS_INVALID_PARAMETER, NULL);
	EACH_ANSWERS(first_version, STATUS_INVALID_PARAMETER, NULL);
	EACH_ANSWERS(not_yet, STATUS_NOT_SUPPORTED, NULL);
	EACH_ANSWERS(without_request, STATUS_NOT_SUPPORTED, NULL);
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTShareObjects(0, NULL, NULL, 0, NULL));
	CHECK_CALL(D3DKMTSetStablePowerState(NULL));
}

static void what_is_not_served_is_not_supported(void)
{
	static BYTE zeros[1024];

	EACH_ANSWERS(not_yet, STATUS_NOT_SUPPORTED, zeros);
	EACH_ANSWERS(without_request, STATUS_NOT_SUPPORTED, zeros);
	for (size_t i = 0; i < sizeof(zeros); i++)
		CHECK(zeros[i] == 0);

	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTSignalSynchronizationObject((void *)zeros));
	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTWaitForSynchronizationObject((void *)zeros));
}

static void addresses_that_are_not_mapped(void)
{
	static const struct function requests[] = {
		FUNCTION(EnumAdapters2),
		FUNCTION(CreateDevice),
		FUNCTION(CreateAllocation2),
		FUNCTION(DestroyAllocation2),
		FUNCTION(Lock2),
		FUNCTION(OpenResource2),
	};

	EACH_ANSWERS(requests, STATUS_INVALID_PARAMETER, (void *)8);
	EACH_ANSWERS(requests, STATUS_INVALID_PARAMETER, (void *)-8);
}

static void handles_that_name_nothing(void)
{
	D3DKMT_CLOSEADAPTER close = { .hAdapter = GARBAGE };
	D3DKMT_CREATEDEVICE device = { .hAdapter = GARBAGE };
	D3DKMT_DESTROYDEVICE destroy = { .hDevice = GARBAGE };
	D3DKMT_OPENADAPTERFROMLUID open = { .AdapterLuid = { 0x12345678, 0x7fffffff } };

	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCloseAdapter(&close));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateDevice(&device));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTDestroyDevice(&destroy));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTOpenAdapterFromLuid(&open));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, destroy_one(GARBAGE, GARBAGE));
}

static void case_003_no_room_for_adapters(void)
{
	D3DKMT_ADAPTERINFO adapters[2];
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 0, .pAdapters = adapters };

	CHECK_STATUS(STATUS_BUFFER_TOO_SMALL, D3DKMTEnumAdapters2(&list));
}

/* What a creation with one buffer answers, in both versions. The statuses are those of uapi.md. */
static void creation_answers(NTSTATUS wanted, D3DKMT_CREATEALLOCATION create, struct dxgkrnl_gem_allocation buffer)
{
	D3DDDI_ALLOCATIONINFO first = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };
	D3DDDI_ALLOCATIONINFO2 second = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };

	create.NumAllocations = 1;
	create.pAllocationInfo = &first;
	CHECK_STATUS(wanted, D3DKMTCreateAllocation(&create));
	create.pAllocationInfo2 = &second;
	CHECK_STATUS(wanted, D3DKMTCreateAllocation2(&create));
}

static void refused_creations(const struct gpu *gpu)
{
	const D3DKMT_CREATEALLOCATION good = { .hDevice = gpu->device };
	D3DKMT_CREATEALLOCATION create = good;
	struct dxgkrnl_gem_allocation buffer = buffer_of(PAGE);

	create.hDevice = GARBAGE;
	creation_answers(STATUS_INVALID_PARAMETER, create, buffer);
	create = good;
	create.Flags.NtSecuritySharing = 1;
	creation_answers(STATUS_INVALID_PARAMETER, create, buffer);
	create = good;
	create.hResource = GARBAGE;
	creation_answers(STATUS_INVALID_HANDLE, create, buffer);
	create.Flags.CreateResource = 1;
	creation_answers(STATUS_INVALID_HANDLE, create, buffer);

	create = good;
	create.Flags.CreateResource = 1;
	create.pPrivateRuntimeData = &buffer;
	create.PrivateRuntimeDataSize = 131072;
	creation_answers(STATUS_BUFFER_TOO_SMALL, create, buffer);

	buffer.version++;
	creation_answers(STATUS_GRAPHICS_DRIVER_MISMATCH, good, buffer);
	buffer = buffer_of((UINT64)1 << 40);
	creation_answers(STATUS_GRAPHICS_NO_VIDEO_MEMORY, good, buffer);
}
static void statuses_of_creation(void)
{
	on_each_gpu(refused_creations);
}

static void internal_backing_store(const struct gpu *gpu)
{
	D3DKMT_CREATESTANDARDALLOCATION standard = { .Type = D3DKMT_STANDARDALLOCATIONTYPE_INTERNALBACKINGSTORE };
	D3DDDI_ALLOCATIONINFO first = { 0 };
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = gpu->device,
		.pStandardAllocation = &standard,
		.NumAllocations = 1,
		.pAllocationInfo = &first,
		.Flags = { .StandardAllocation = 1 },
	};

	/* EPERM, in the table of errnos. */
	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTCreateAllocation(&create));
}
static void a_standard_allocation_of_type_2(void)
{
	on_each_gpu(internal_backing_store);
}

/* The members that programs read by name. */
static void query_adapter(const struct gpu *gpu)
{
	D3DKMT_ADAPTERTYPE type = { .Value = 0 };
	D3DKMT_DRIVER_DESCRIPTION description;
	D3DKMT_DRIVERVERSION version = KMT_DRIVERVERSION_WDDM_1_0;
	D3DKMT_QUERYVIDEOMEMORYINFO memory = { .hAdapter = gpu->adapter };
	D3DKMT_QUERYADAPTERINFO query = {
		.hAdapter = gpu->adapter,
		.Type = KMTQAITYPE_ADAPTERTYPE,
		.pPrivateDriverData = &type,
		.PrivateDriverDataSize = sizeof(type),
	};

	CHECK_CALL(D3DKMTQueryAdapterInfo(&query));
	CHECK(type.RenderSupported);
	query.PrivateDriverDataSize--;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTQueryAdapterInfo(&query));

	query.Type = KMTQAITYPE_DRIVER_DESCRIPTION;
	query.pPrivateDriverData = &description;
	query.PrivateDriverDataSize = sizeof(description);
	CHECK_CALL(D3DKMTQueryAdapterInfo(&query));
	CHECK(description.DriverDescription[0] == 'v');

	query.Type = KMTQAITYPE_DRIVERVERSION;
	query.pPrivateDriverData = &version;
	query.PrivateDriverDataSize = sizeof(version);
	CHECK_CALL(D3DKMTQueryAdapterInfo(&query));
	CHECK(version == KMT_DRIVERVERSION_WDDM_2_7);

	CHECK_CALL(D3DKMTQueryVideoMemoryInfo(&memory));
	CHECK(memory.Budget == 256 << 20 && memory.CurrentUsage == 0 && memory.CurrentReservation == 0);
	memory.hProcess = (HANDLE)1;
	CHECK_STATUS(STATUS_INVALID_HANDLE, D3DKMTQueryVideoMemoryInfo(&memory));
}
static void answers_have_names(void)
{
	on_each_gpu(query_adapter);
}

static void open_by_luid(const struct gpu *gpu)
{
	D3DKMT_OPENADAPTERFROMLUID open = { .AdapterLuid = gpu->luid };
	D3DKMT_ENUMADAPTERS3 list = { .NumAdapters = 0 };

	CHECK_CALL(D3DKMTOpenAdapterFromLuid(&open));
	CHECK(open.hAdapter && open.hAdapter != gpu->adapter);
	close_adapter(open.hAdapter);
	CHECK_CALL(D3DKMTEnumAdapters3(&list));
	CHECK(list.NumAdapters > 0);
	list.Filter.Reserved = 1;
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTEnumAdapters3(&list));
}
static void case_009_opening_by_luid(void)
{
	on_each_gpu(open_by_luid);
}

MAIN(TEST(null_arguments), TEST(what_is_not_served_is_not_supported), TEST(addresses_that_are_not_mapped),
     TEST(handles_that_name_nothing), TEST(case_003_no_room_for_adapters), TEST(statuses_of_creation),
     TEST(a_standard_allocation_of_type_2), TEST(answers_have_names), TEST(case_009_opening_by_luid))
