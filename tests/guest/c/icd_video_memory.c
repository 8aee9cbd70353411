// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * What an OpenGL driver does for the storage of a buffer object: a stand-alone
 * allocation in video memory, written and read by the CPU. On each adapter.
 */
#include <d3dkmthk.h>
#include <dxgkrnl_gem.h>
#include <stdio.h>
#include <stdlib.h>

#define BYTES (1024 * 1024 + 100)

static void need(NTSTATUS status, const char *what)
{
	if (status == STATUS_SUCCESS)
		return;
	fprintf(stderr, "%s: 0x%08X\n", what, (UINT)status);
	exit(1);
}

static D3DKMT_HANDLE create_buffer(D3DKMT_HANDLE device)
{
	struct dxgkrnl_gem_allocation wanted = {
		.magic = DXGKRNL_GEM_MAGIC,
		.version = DXGKRNL_GEM_VERSION,
		.kind = DXGKRNL_GEM_KIND_BUFFER,
		.usage = DXGKRNL_GEM_USAGE_CPU_VISIBLE,
		.bytes = BYTES,
	};
	D3DDDI_ALLOCATIONINFO2 allocation = {
		.pPrivateDriverData = &wanted,
		.PrivateDriverDataSize = sizeof(wanted),
	};
	D3DKMT_CREATEALLOCATION create = {
		.hDevice = device,
		.NumAllocations = 1,
		.pAllocationInfo2 = &allocation,
	};

	need(D3DKMTCreateAllocation2(&create), "D3DKMTCreateAllocation2");
	if (create.hResource || wanted.bytes != BYTES / 4096 * 4096 + 4096) {
		fprintf(stderr, "resource 0x%x, %llu bytes\n", create.hResource, wanted.bytes);
		exit(1);
	}
	return allocation.hAllocation;
}

static BYTE *map(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_LOCK2 lock = { .hDevice = device, .hAllocation = allocation };

	need(D3DKMTLock2(&lock), "D3DKMTLock2");
	return (BYTE *)lock.pData;
}

static void unmap(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_UNLOCK2 unlock = { .hDevice = device, .hAllocation = allocation };

	need(D3DKMTUnlock2(&unlock), "D3DKMTUnlock2");
}

static void use_adapter(D3DKMT_HANDLE adapter)
{
	D3DKMT_CREATEDEVICE device = { .hAdapter = adapter };
	D3DKMT_DESTROYALLOCATION2 destroy = { .AllocationCount = 1 };
	D3DKMT_DESTROYDEVICE destroy_device;
	D3DKMT_HANDLE buffer;
	BYTE *bytes;

	need(D3DKMTCreateDevice(&device), "D3DKMTCreateDevice");
	buffer = create_buffer(device.hDevice);

	bytes = map(device.hDevice, buffer);
	for (int i = 0; i < BYTES; i++)
		bytes[i] = (BYTE)(i * 7 + i / 4096);
	unmap(device.hDevice, buffer);

	bytes = map(device.hDevice, buffer);
	for (int i = 0; i < BYTES; i++) {
		if (bytes[i] != (BYTE)(i * 7 + i / 4096)) {
			fprintf(stderr, "byte %d is %d\n", i, bytes[i]);
			exit(1);
		}
	}
	unmap(device.hDevice, buffer);

	destroy.hDevice = device.hDevice;
	destroy.phAllocationList = &buffer;
	destroy.Flags.AssumeNotInUse = 1;
	need(D3DKMTDestroyAllocation2(&destroy), "D3DKMTDestroyAllocation2");
	destroy_device.hDevice = device.hDevice;
	need(D3DKMTDestroyDevice(&destroy_device), "D3DKMTDestroyDevice");
}

int main(void)
{
	D3DKMT_ADAPTERINFO adapters[16];
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 16, .pAdapters = adapters };

	need(D3DKMTEnumAdapters2(&list), "D3DKMTEnumAdapters2");
	for (ULONG i = 0; i < list.NumAdapters; i++) {
		D3DKMT_CLOSEADAPTER close = { .hAdapter = adapters[i].hAdapter };

		use_adapter(adapters[i].hAdapter);
		need(D3DKMTCloseAdapter(&close), "D3DKMTCloseAdapter");
	}
	printf("%u adapters\n", list.NumAdapters);
	return list.NumAdapters ? 0 : 1;
}
