// SPDX-License-Identifier: MIT OR Apache-2.0
/* The library as a loader of drivers uses it: by dlopen, under its SONAME. */
#include "test.h"
#include <dlfcn.h>

static void *load(void)
{
	void *library = dlopen("libd3dkmt.so.0", RTLD_NOW | RTLD_LOCAL);

	if (!library)
		fail(__FILE__, __LINE__, dlerror());
	return library;
}

static void unloading_closes_the_node(void)
{
	int before = count_descriptors();

	for (int i = 0; i < 3; i++) {
		void *library = load();
		PFND3DKMT_ENUMADAPTERS2 enumerate;
		D3DKMT_ENUMADAPTERS2 list = { 0 };

		/* ISO C has no cast from a pointer to data. */
		*(void **)&enumerate = dlsym(library, "D3DKMTEnumAdapters2");
		CHECK(enumerate);
		CHECK_CALL(enumerate(&list));
		CHECK(list.NumAdapters > 0 && count_nodes(NULL) == 1);
		CHECK(!dlclose(library));
		CHECK(!dlopen("libd3dkmt.so.0", RTLD_NOW | RTLD_NOLOAD));
		CHECK(count_nodes(NULL) == 0 && count_descriptors() == before);
	}
}

static void nothing_else_is_exported(void)
{
	void *library = load();

	CHECK(dlsym(library, "D3DKMTShareObjects"));
	CHECK(!dlsym(library, "D3DKMTShareObjectsInternal"));
	CHECK(!dlsym(library, "rust_eh_personality"));
	CHECK(!dlclose(library));
}

MAIN(TEST(unloading_closes_the_node), TEST(nothing_else_is_exported))
