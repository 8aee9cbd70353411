/* SPDX-License-Identifier: GPL-2.0 */
/* What bindgen reads to make the module's view of the user ABI. */
#include <misc/d3dkmthk.h>
#include <dxgkrnl_engine.h>
#include <dxgkrnl_gem.h>
#include <misc/dxgkrnl_ext.h>

/*
 * struct d3dkmt_createsynchronizationobject2 as plain words: Rust has no safe
 * way into its union.
 */
struct dxg_create_sync_object {
	struct d3dkmthandle device;
	__u32 reserved;
	__u32 type;
	struct d3dddi_synchronizationobject_flags flags;
	__aligned_u64 data[8];
	struct d3dkmthandle shared_handle;
	__u32 pad0;
	struct d3dkmthandle sync_object;
	__u32 reserved1;
};

/* The arguments of waits and signals by contexts likewise. */
struct dxg_wait_from_gpu {
	struct d3dkmthandle context;
	__u32 object_count;
	__aligned_u64 objects;
	__aligned_u64 data[8];
};

struct dxg_signal_from_gpu {
	struct d3dkmthandle context;
	__u32 object_count;
	__aligned_u64 objects;
	__aligned_u64 data[8];
};

struct dxg_signal_from_gpu2 {
	__u32 object_count;
	__u32 reserved1;
	__aligned_u64 objects;
	struct d3dddicb_signalflags flags;
	__u32 context_count;
	__aligned_u64 contexts;
	__aligned_u64 data[8];
};

/* struct d3dkmt_getdevicestate likewise, for the one state that is asked for. */
struct dxg_get_device_state {
	struct d3dkmthandle device;
	__u32 state_type;
	__u32 execution_state;
	__u32 rest[11];
};
