// SPDX-License-Identifier: GPL-2.0
/* The tracepoints of trace.h, and functions that let Rust emit them. */

#include "helpers.h"

#define CREATE_TRACE_POINTS
#include "trace.h"

void dxg_trace_allocation(enum dxg_trace_allocation event, u64 adapter, int process,
			  const void *allocation, u64 bytes, u32 handle)
{
	switch (event) {
	case DXG_TRACE_CREATE:
		trace_dxgkrnl_create(adapter, process, allocation, bytes, handle);
		break;
	case DXG_TRACE_DESTROY:
		trace_dxgkrnl_destroy(adapter, process, allocation, bytes, handle);
		break;
	case DXG_TRACE_LOCK:
		trace_dxgkrnl_lock(adapter, process, allocation, bytes, handle);
		break;
	case DXG_TRACE_FAULT:
		trace_dxgkrnl_fault(adapter, process, allocation, bytes, handle);
		break;
	case DXG_TRACE_PAGE_IN:
		trace_dxgkrnl_page_in(adapter, process, allocation, bytes, handle);
		break;
	case DXG_TRACE_DISCARD:
		trace_dxgkrnl_discard(adapter, process, allocation, bytes, handle);
		break;
	}
}

void dxg_trace_evict(u64 adapter, int process, const void *allocation, u64 bytes, bool for_others)
{
	trace_dxgkrnl_evict(adapter, process, allocation, bytes, for_others);
}

void dxg_trace_signal(u64 adapter, int process, u32 handle, u64 value)
{
	trace_dxgkrnl_signal(adapter, process, handle, value);
}

void dxg_trace_wait(u64 adapter, int process, u32 handle, u64 value)
{
	trace_dxgkrnl_wait(adapter, process, handle, value);
}

void dxg_trace_unplug(u64 adapter)
{
	trace_dxgkrnl_unplug(adapter);
}
