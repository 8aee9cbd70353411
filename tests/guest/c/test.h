// SPDX-License-Identifier: MIT OR Apache-2.0
/*
 * What the test programs have in common. Each has several tests, and runs the
 * one that its argument names; without an argument it lists them. The suite
 * c_abi starts every test in a process of its own.
 */
#ifndef TEST_H
#define TEST_H

#include <d3dkmthk.h>
#include <dxgkrnl_gem.h>
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/time.h>
#include <sys/wait.h>
#include <unistd.h>

#define NODE "/dev/dxg"
#define PAGE 4096
/* Its bits are those of no handle that was ever given. */
#define GARBAGE ((D3DKMT_HANDLE)0x7fffffc0)

static inline _Noreturn void fail(const char *file, int line, const char *what)
{
	fprintf(stderr, "%s:%d: %s\n", file, line, what);
	exit(1);
}

#define CHECK(condition) \
	do { \
		if (!(condition)) \
			fail(__FILE__, __LINE__, #condition); \
	} while (0)

#define CHECK_STATUS(wanted, call) \
	do { \
		NTSTATUS status_ = (call); \
		if (status_ != (wanted)) { \
			fprintf(stderr, "0x%08X instead of 0x%08X: ", (UINT)status_, (UINT)(wanted)); \
			fail(__FILE__, __LINE__, #call); \
		} \
	} while (0)

#define CHECK_CALL(call) CHECK_STATUS(STATUS_SUCCESS, call)

struct test {
	const char *name;
	void (*run)(void);
};
#define TEST(name) { #name, name }

static inline void on_signal(int signal)
{
	(void)signal;
}

/* The mode under signals, as in the other suites, for the first thread. */
static inline void start_signals(void)
{
	const struct itimerval each_ms = { { 0, 1000 }, { 0, 1000 } };
	struct sigaction action = { 0 };

	if (!getenv("DXG_TEST_SIGNALS"))
		return;
	action.sa_handler = on_signal;
	CHECK(!sigaction(SIGALRM, &action, NULL));
	CHECK(!setitimer(ITIMER_REAL, &each_ms, NULL));
}

static inline int run_tests(int argc, char **argv, const struct test *tests, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		if (argc < 2) {
			puts(tests[i].name);
		} else if (!strcmp(argv[1], tests[i].name)) {
			start_signals();
			tests[i].run();
			return 0;
		}
	}
	return argc < 2 ? 0 : 2;
}

#define MAIN(...) \
	int main(int argc, char **argv) \
	{ \
		static const struct test tests[] = { __VA_ARGS__ }; \
		return run_tests(argc, argv, tests, sizeof(tests) / sizeof(tests[0])); \
	}

/* ---- Adapters and devices ---- */

struct gpu {
	LUID luid;
	D3DKMT_HANDLE adapter;
	D3DKMT_HANDLE device;
};

/* All adapters, opened; returns how many there are. */
static inline ULONG open_adapters(D3DKMT_ADAPTERINFO adapters[16])
{
	D3DKMT_ENUMADAPTERS2 list = { .NumAdapters = 16, .pAdapters = adapters };

	CHECK_CALL(D3DKMTEnumAdapters2(&list));
	CHECK(list.NumAdapters > 0);
	return list.NumAdapters;
}

static inline void close_adapter(D3DKMT_HANDLE adapter)
{
	D3DKMT_CLOSEADAPTER close = { .hAdapter = adapter };

	CHECK_CALL(D3DKMTCloseAdapter(&close));
}

static inline D3DKMT_HANDLE create_device(D3DKMT_HANDLE adapter)
{
	D3DKMT_CREATEDEVICE device = { .hAdapter = adapter };

	CHECK_CALL(D3DKMTCreateDevice(&device));
	return device.hDevice;
}

static inline void destroy_device(D3DKMT_HANDLE device)
{
	D3DKMT_DESTROYDEVICE destroy = { .hDevice = device };

	CHECK_CALL(D3DKMTDestroyDevice(&destroy));
}

/* Runs a test with a device on each adapter. */
static inline void on_each_gpu(void (*run)(const struct gpu *gpu))
{
	D3DKMT_ADAPTERINFO adapters[16];
	ULONG count = open_adapters(adapters);

	for (ULONG i = 0; i < count; i++) {
		struct gpu gpu = { adapters[i].AdapterLuid, adapters[i].hAdapter, create_device(adapters[i].hAdapter) };

		run(&gpu);
		destroy_device(gpu.device);
		close_adapter(gpu.adapter);
	}
}

/* ---- Allocations ---- */

static inline struct dxgkrnl_gem_allocation buffer_of(UINT64 bytes)
{
	struct dxgkrnl_gem_allocation buffer = {
		.magic = DXGKRNL_GEM_MAGIC,
		.version = DXGKRNL_GEM_VERSION,
		.kind = DXGKRNL_GEM_KIND_BUFFER,
		.usage = DXGKRNL_GEM_USAGE_CPU_VISIBLE,
		.bytes = bytes,
	};

	return buffer;
}

static inline void *lock(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_LOCK2 lock = { .hDevice = device, .hAllocation = allocation };

	CHECK_CALL(D3DKMTLock2(&lock));
	return lock.pData;
}

static inline void unlock(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_UNLOCK2 unlock = { .hDevice = device, .hAllocation = allocation };

	CHECK_CALL(D3DKMTUnlock2(&unlock));
}

static inline NTSTATUS destroy_one(D3DKMT_HANDLE device, D3DKMT_HANDLE allocation)
{
	D3DKMT_DESTROYALLOCATION2 destroy = {
		.hDevice = device,
		.phAllocationList = &allocation,
		.AllocationCount = 1,
	};

	return D3DKMTDestroyAllocation2(&destroy);
}

static inline NTSTATUS destroy_resource(D3DKMT_HANDLE device, D3DKMT_HANDLE resource)
{
	D3DKMT_DESTROYALLOCATION2 destroy = { .hDevice = device, .hResource = resource };

	return D3DKMTDestroyAllocation2(&destroy);
}

/* ---- Descriptors and processes ---- */

/* Whether a descriptor is that of the node. */
static inline int is_node(int fd)
{
	struct stat node, found;

	CHECK(!stat(NODE, &node));
	return !fstat(fd, &found) && S_ISCHR(found.st_mode) && found.st_rdev == node.st_rdev;
}

/* How many descriptors of the node this process has; *last becomes one of them, if it is not NULL. */
static inline int count_nodes(int *last)
{
	int count = 0;

	if (last)
		*last = -1;
	for (int fd = 0; fd < 256; fd++) {
		if (is_node(fd)) {
			count++;
			if (last)
				*last = fd;
		}
	}
	return count;
}

static inline int count_descriptors(void)
{
	int count = 0;

	for (int fd = 0; fd < 256; fd++)
		count += fcntl(fd, F_GETFD) != -1;
	return count;
}

static inline void wait_for(pid_t child)
{
	int status;

	while (waitpid(child, &status, 0) == -1)
		CHECK(errno == EINTR);
	CHECK(WIFEXITED(status) && WEXITSTATUS(status) == 0);
}

/* Runs a part of a test in a forked child; a check that fails there fails here. */
static inline void in_child(void (*run)(const void *), const void *argument)
{
	pid_t child = fork();

	CHECK(child != -1);
	if (!child) {
		run(argument);
		_exit(0);
	}
	wait_for(child);
}

#endif /* TEST_H */
