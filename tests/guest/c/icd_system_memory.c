// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * What an OpenGL driver does for a texture whose memory it has already: a
 * resource with a single preallocated allocation in system memory. On each
 * adapter.
 */
#include <d3dkmthk.h>
#include <dxgkrnl_gem.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BYTES (64 * 4096)

static void need(NTSTATUS status, const char *what)
{
	if (status == STATUS_SUCCESS)
		return;
	fprintf(stderr, "%s: 0x%08X\n", what, (UINT)status);
	exit(1);
}

static void need_bytes(const BYTE *bytes, BYTE value, const char *where)
{
	for (int i = 0; i < BYTES; i++) {
		if (bytes[i] != value) {
			fprintf(stderr, "byte %d %s is %d\n", i, where, bytes[i]);
			exit(1);
		}
	}
}

/* The resource; *allocation becomes its one allocation. */
static D3DKMT_HANDLE create_texture(D3DKMT_HANDLE device, const void *memory, D3DKMT_HANDLE *allocation)
{
	struct dxgkrnl_gem_allocation wanted = {
		.magic = DXGKRNL_GEM_MAGIC,
		.version = DXGKRNL_GEM_VERSION,
		.kind = DXGKRNL_GEM_KIND_BUFFER,
		.usage = DXGKRNL_GEM_USAGE_CPU_VISIBLE,
		.bytes = BYTES,
	};
	D3DDDI_ALLOCATIONINFO info = {
		.pSystemMem = memory,
		.pPrivateDriverData = &wanted,
		.PrivateDriverDataSize = sizeof(wanted),
	};
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = device,
		.NumAllocations = 1,
		.pAllocationInfo = &info,
		.Flags = { .CreateResource = 1 },
	};

	need(D3DKMTCreateAllocation(&create), "D3DKMTCreateAllocation");
	/* The resource comes first, then its allocation. */
	if (!create.hResource || create.hGlobalShare || info.hAllocation <= create.hResource) {
		fprintf(stderr, "resource 0x%x, shared 0x%x, allocation 0x%x\n", create.hResource, create.hGlobalShare,
			info.hAllocation);
		exit(1);
	}
	*allocation = info.hAllocation;
	return create.hResource;
}

static void use_adapter(D3DKMT_HANDLE adapter, BYTE *memory)
{
	D3DKMT_CREATEDEVICE device = { .hAdapter = adapter };
	D3DKMT_LOCK2 lock = { 0 };
	D3DKMT_UNLOCK2 unlock = { 0 };
	D3DKMT_DESTROYALLOCATION destroy = { 0 };
	D3DKMT_DESTROYDEVICE destroy_device;
	D3DKMT_HANDLE allocation;

	need(D3DKMTCreateDevice(&device), "D3DKMTCreateDevice");
	memset(memory, 0x5a, BYTES);
	destroy.hDevice = device.hDevice;
	destroy.hResource = create_texture(device.hDevice, memory, &allocation);

	lock.hDevice = unlock.hDevice = device.hDevice;
	lock.hAllocation = unlock.hAllocation = allocation;
	need(D3DKMTLock2(&lock), "D3DKMTLock2");
	need_bytes((const BYTE *)lock.pData, 0x5a, "of the lock");
	memset(lock.pData, 0xa5, BYTES);
	need(D3DKMTUnlock2(&unlock), "D3DKMTUnlock2");
	need_bytes(memory, 0xa5, "of the memory");

	need(D3DKMTDestroyAllocation(&destroy), "D3DKMTDestroyAllocation");
	need_bytes(memory, 0xa5, "of the memory afterwards");
	destroy_device.hDevice = device.hDevice;
	need(D3DKMTDestroyDevice(&destroy_device), "D3DKMTDestroyDevice");
}

int main(void)
{
	D3DKMT_ADAPTERINFO adapters[16];
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 16, .pAdapters = adapters };
	BYTE *memory = aligned_alloc(4096, BYTES);

	if (!memory)
		return 1;
	need(D3DKMTEnumAdapters2(&list), "D3DKMTEnumAdapters2");
	for (ULONG i = 0; i < list.NumAdapters; i++) {
		D3DKMT_CLOSEADAPTER close = { .hAdapter = adapters[i].hAdapter };

		use_adapter(adapters[i].hAdapter, memory);
		need(D3DKMTCloseAdapter(&close), "D3DKMTCloseAdapter");
	}
	free(memory);
	printf("%u adapters\n", list.NumAdapters);
	return list.NumAdapters ? 0 : 1;
}
