// SPDX-License-Identifier: MIT OR Apache-2.0
/* The one descriptor of a process: fork, threads, and programs that close what is not theirs. */
#include "test.h"
#include <pthread.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>

static void one_descriptor(void)
{
	D3DKMT_ADAPTERINFO adapters[16];
	int before = count_descriptors(), fd;

	CHECK(count_nodes(NULL) == 0);
	for (int i = 0; i < 10; i++)
		open_adapters(adapters);
	CHECK(count_nodes(&fd) == 1 && count_descriptors() == before + 1);
	CHECK(fcntl(fd, F_GETFD) == FD_CLOEXEC);
	CHECK((fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDONLY);
}

static void not_behind_the_standard_streams(void)
{
	D3DKMT_ADAPTERINFO adapters[16];
	int fd;

	close(0);
	close(1);
	open_adapters(adapters);
	CHECK(count_nodes(&fd) == 1 && fd >= 3);
	CHECK(fcntl(0, F_GETFD) == -1 && fcntl(1, F_GETFD) == -1);
}

/* ---- fork ---- */

static void use_all_adapters(const void *unused)
{
	D3DKMT_ADAPTERINFO adapters[16];
	ULONG count = open_adapters(adapters);

	(void)unused;
	for (ULONG i = 0; i < count; i++)
		destroy_device(create_device(adapters[i].hAdapter));
}

static void list_in_child(const void *parents_device)
{
	int before = count_descriptors();

	use_all_adapters(NULL);
	/* In the place of the inherited one. */
	CHECK(count_nodes(NULL) == 1 && count_descriptors() == before);
	CHECK_STATUS(STATUS_INVALID_PARAMETER,
		     D3DKMTDestroyDevice(&(D3DKMT_DESTROYDEVICE){ *(const D3DKMT_HANDLE *)parents_device + 0x400000 }));
}

static void case_261_fork(const struct gpu *gpu)
{
	struct dxgkrnl_gem_allocation buffer = buffer_of(PAGE);
	D3DDDI_ALLOCATIONINFO info = { .pPrivateDriverData = &buffer, .PrivateDriverDataSize = sizeof(buffer) };
	D3DKMT_CREATEALLOCATION create = { .hDevice = gpu->device, .NumAllocations = 1, .pAllocationInfo = &info };
	BYTE *bytes;

	CHECK_CALL(D3DKMTCreateAllocation(&create));
	bytes = lock(gpu->device, info.hAllocation);
	bytes[0] = 5;
	in_child(list_in_child, &gpu->device);
	/* What the child did, and its end, are nothing to the parent. */
	CHECK(bytes[0] == 5);
	unlock(gpu->device, info.hAllocation);
	CHECK_CALL(destroy_one(gpu->device, info.hAllocation));
}
static void case_261_a_child_opens_the_node_anew(void)
{
	on_each_gpu(case_261_fork);
}

static void other_call_in_child(const void *argument)
{
	const struct gpu *gpu = argument;
	D3DKMT_CREATEDEVICE device = { .hAdapter = gpu->adapter };

	/* The child has no handles, so that its parent's name nothing. */
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateDevice(&device));
	CHECK_STATUS(STATUS_INVALID_PARAMETER, destroy_one(gpu->device, GARBAGE));
	CHECK(count_nodes(NULL) == 1);
}

static void fork_to_other_call(const struct gpu *gpu)
{
	in_child(other_call_in_child, gpu);
}
static void a_child_has_no_handles(void)
{
	on_each_gpu(fork_to_other_call);
}

static void grandchild(const void *unused)
{
	use_all_adapters(NULL);
	in_child(use_all_adapters, NULL);
	use_all_adapters(unused);
}

static void a_grandchild_too(void)
{
	use_all_adapters(NULL);
	in_child(grandchild, NULL);
	/* A child of a process that has not called yet opens its own. */
	D3DKMTCloseDxCoreDevice();
	in_child(grandchild, NULL);
	CHECK(count_nodes(NULL) == 0);
}

/* ---- Threads ---- */

#define THREADS 8

static pthread_barrier_t start;
static volatile int stop;

static void *list_at_once(void *unused)
{
	D3DKMT_ADAPTERINFO adapters[16];

	pthread_barrier_wait(&start);
	open_adapters(adapters);
	return unused;
}

static void run_threads(pthread_t threads[THREADS], void *(*run)(void *), void *argument)
{
	CHECK(!pthread_barrier_init(&start, NULL, THREADS));
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_create(&threads[i], NULL, run, argument));
}

static void join_threads(pthread_t threads[THREADS])
{
	for (int i = 0; i < THREADS; i++)
		CHECK(!pthread_join(threads[i], NULL));
	CHECK(!pthread_barrier_destroy(&start));
}

static void the_first_call_of_many_threads(void)
{
	pthread_t threads[THREADS];

	for (int round = 0; round < 20; round++) {
		run_threads(threads, list_at_once, NULL);
		join_threads(threads);
		CHECK(count_nodes(NULL) == 1);
		D3DKMTCloseDxCoreDevice();
		CHECK(count_nodes(NULL) == 0);
	}
}

static void renew_with_threads(const void *unused)
{
	pthread_t threads[THREADS];
	int before = count_descriptors();

	(void)unused;
	run_threads(threads, list_at_once, NULL);
	join_threads(threads);
	CHECK(count_nodes(NULL) == 1 && count_descriptors() == before);
}

static void the_first_call_of_many_threads_of_a_child(void)
{
	use_all_adapters(NULL);
	for (int round = 0; round < 20; round++)
		in_child(renew_with_threads, NULL);
}

static void *create_and_destroy(void *argument)
{
	const struct gpu *gpu = argument;
	BYTE mine = (BYTE)(uintptr_t)pthread_self() | 1;

	pthread_barrier_wait(&start);
	for (int i = 0; i < 30; i++) {
		struct dxgkrnl_gem_allocation buffer = buffer_of(2 * PAGE);
		D3DDDI_ALLOCATIONINFO info = {
			.pPrivateDriverData = &buffer,
			.PrivateDriverDataSize = sizeof(buffer),
		};
		D3DKMT_CREATEALLOCATION create = {
			.hDevice = gpu->device,
			.NumAllocations = 1,
			.pAllocationInfo = &info,
			.Flags = { .CreateResource = 1 },
		};
		BYTE *bytes;

		CHECK_CALL(D3DKMTCreateAllocation(&create));
		bytes = lock(gpu->device, info.hAllocation);
		CHECK(bytes[0] == 0 && bytes[2 * PAGE - 1] == 0);
		memset(bytes, mine, 2 * PAGE);
		CHECK(bytes[PAGE] == mine);
		unlock(gpu->device, info.hAllocation);
		CHECK_CALL(destroy_resource(gpu->device, create.hResource));
	}
	return NULL;
}

static void threads_on_gpu(const struct gpu *gpu)
{
	pthread_t threads[THREADS];
	struct gpu copy = *gpu;

	run_threads(threads, create_and_destroy, &copy);
	join_threads(threads);
}
static void threads_create_and_destroy(void)
{
	on_each_gpu(threads_on_gpu);
}

static void *list_until_stop(void *unused)
{
	D3DKMT_ADAPTERINFO adapters[16];

	pthread_barrier_wait(&start);
	while (!stop) {
		ULONG count = open_adapters(adapters);

		for (ULONG i = 0; i < count; i++)
			close_adapter(adapters[i].hAdapter);
	}
	return unused;
}

/* No lock of the library can be left behind in a child. */
static void forks_while_threads_call(void)
{
	pthread_t threads[THREADS];

	run_threads(threads, list_until_stop, NULL);
	for (int i = 0; i < 20; i++)
		in_child(use_all_adapters, NULL);
	stop = 1;
	join_threads(threads);
	CHECK(count_nodes(NULL) == 1);
}

/* ---- The end of the node ---- */

static void closing_it_ends_all_objects(void)
{
	D3DKMT_ADAPTERINFO adapters[16];
	D3DKMT_CREATEDEVICE device = { 0 };

	D3DKMTCloseDxCoreDevice();
	open_adapters(adapters);
	device.hAdapter = adapters[0].hAdapter;
	CHECK_CALL(D3DKMTCreateDevice(&device));
	D3DKMTCloseDxCoreDevice();
	D3DKMTCloseDxCoreDevice();
	CHECK(count_nodes(NULL) == 0);
	CHECK_STATUS(STATUS_INVALID_PARAMETER, D3DKMTCreateDevice(&device));
	CHECK(count_nodes(NULL) == 1);
	use_all_adapters(NULL);
}

static void a_program_that_closes_everything(void)
{
	int fd, null;

	use_all_adapters(NULL);
	CHECK(count_nodes(&fd) == 1);
	CHECK(!close(fd));
	use_all_adapters(NULL);
	CHECK(count_nodes(&fd) == 1);

	/* The number has become the program's, and is left to it. */
	null = open("/dev/null", O_RDONLY);
	CHECK(null != -1 && dup2(null, fd) == fd && !close(null));
	use_all_adapters(NULL);
	CHECK(!is_node(fd) && fcntl(fd, F_GETFD) != -1);
	CHECK(count_nodes(NULL) == 1);
	D3DKMTCloseDxCoreDevice();
	CHECK(count_nodes(NULL) == 0 && fcntl(fd, F_GETFD) != -1);
}

static void without_a_node(void)
{
	D3DKMT_ENUMADAPTERS2 list = { 0 };

	CHECK(!unshare(CLONE_NEWNS));
	CHECK(!mount("none", "/", NULL, MS_REC | MS_PRIVATE, NULL));
	CHECK(!mount("tmpfs", "/dev", "tmpfs", 0, NULL));
	CHECK_STATUS(STATUS_UNSUCCESSFUL, D3DKMTEnumAdapters2(&list));
	CHECK_STATUS(STATUS_UNSUCCESSFUL, D3DKMTEscape(NULL));
	CHECK_STATUS(STATUS_NOT_SUPPORTED, D3DKMTPresent(NULL));
	CHECK(!umount2("/dev", MNT_DETACH));
	/* Each call tries again. */
	CHECK_CALL(D3DKMTEnumAdapters2(&list));
}

static void without_descriptors(void)
{
	D3DKMT_ENUMADAPTERS2 list = { 0 };
	struct rlimit limit;
	rlim_t all;

	CHECK(!getrlimit(RLIMIT_NOFILE, &limit));
	all = limit.rlim_cur;
	limit.rlim_cur = (rlim_t)count_descriptors();
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_STATUS(STATUS_UNSUCCESSFUL, D3DKMTEnumAdapters2(&list));
	limit.rlim_cur = all;
	CHECK(!setrlimit(RLIMIT_NOFILE, &limit));
	CHECK_CALL(D3DKMTEnumAdapters2(&list));
}

MAIN(TEST(one_descriptor), TEST(not_behind_the_standard_streams), TEST(case_261_a_child_opens_the_node_anew),
     TEST(a_child_has_no_handles), TEST(a_grandchild_too), TEST(the_first_call_of_many_threads),
     TEST(the_first_call_of_many_threads_of_a_child), TEST(threads_create_and_destroy), TEST(forks_while_threads_call),
     TEST(closing_it_ends_all_objects), TEST(a_program_that_closes_everything), TEST(without_a_node),
     TEST(without_descriptors))
