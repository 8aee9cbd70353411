/* SPDX-License-Identifier: GPL-2.0 */
/* The module's tracepoints: see rust/sys/trace.rs, and "Traces" in Documentation/vidmm.md. */
#undef TRACE_SYSTEM
#define TRACE_SYSTEM dxgkrnl

#if !defined(DXGKRNL_TRACE_H) || defined(TRACE_HEADER_MULTI_READ)
#define DXGKRNL_TRACE_H

#include <linux/tracepoint.h>

/*
 * `allocation` is the same in all events of an allocation, and no address that
 * means anything to user space; `process` is the process that owns it.
 */
DECLARE_EVENT_CLASS(dxgkrnl_allocation,
	TP_PROTO(u64 adapter, int process, const void *allocation, u64 bytes, u32 handle),
	TP_ARGS(adapter, process, allocation, bytes, handle),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u64, bytes)
		__field(const void *, allocation)
		__field(int, process)
		__field(u32, handle)
	),
	TP_fast_assign(
		__entry->adapter = adapter;
		__entry->bytes = bytes;
		__entry->allocation = allocation;
		__entry->process = process;
		__entry->handle = handle;
	),
	TP_printk("adapter=%llx process=%d allocation=%p bytes=%llu handle=0x%x",
		  __entry->adapter, __entry->process, __entry->allocation,
		  __entry->bytes, __entry->handle)
);

#define DXG_ALLOCATION_EVENT(name)					\
DEFINE_EVENT(dxgkrnl_allocation, dxgkrnl_##name,			\
	TP_PROTO(u64 adapter, int process, const void *allocation,	\
		 u64 bytes, u32 handle),				\
	TP_ARGS(adapter, process, allocation, bytes, handle))

DXG_ALLOCATION_EVENT(create);
DXG_ALLOCATION_EVENT(destroy);
DXG_ALLOCATION_EVENT(lock);
DXG_ALLOCATION_EVENT(fault);
DXG_ALLOCATION_EVENT(page_in);
DXG_ALLOCATION_EVENT(discard);

TRACE_EVENT(dxgkrnl_evict,
	TP_PROTO(u64 adapter, int process, const void *allocation, u64 bytes, bool for_others),
	TP_ARGS(adapter, process, allocation, bytes, for_others),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u64, bytes)
		__field(const void *, allocation)
		__field(int, process)
		__field(bool, for_others)
	),
	TP_fast_assign(
		__entry->adapter = adapter;
		__entry->bytes = bytes;
		__entry->allocation = allocation;
		__entry->process = process;
		__entry->for_others = for_others;
	),
	TP_printk("adapter=%llx process=%d allocation=%p bytes=%llu reason=%s",
		  __entry->adapter, __entry->process, __entry->allocation, __entry->bytes,
		  __entry->for_others ? "room-for-others" : "own-process")
);

DECLARE_EVENT_CLASS(dxgkrnl_fence,
	TP_PROTO(u64 adapter, int process, u32 handle, u64 value),
	TP_ARGS(adapter, process, handle, value),
	TP_STRUCT__entry(
		__field(u64, adapter)
		__field(u64, value)
		__field(int, process)
		__field(u32, handle)
	),
	TP_fast_assign(
		__entry->adapter = adapter;
		__entry->value = value;
		__entry->process = process;
		__entry->handle = handle;
	),
	TP_printk("adapter=%llx process=%d handle=0x%x value=%llu",
		  __entry->adapter, __entry->process, __entry->handle, __entry->value)
);
DEFINE_EVENT(dxgkrnl_fence, dxgkrnl_signal,
	TP_PROTO(u64 adapter, int process, u32 handle, u64 value),
	TP_ARGS(adapter, process, handle, value));
DEFINE_EVENT(dxgkrnl_fence, dxgkrnl_wait,
	TP_PROTO(u64 adapter, int process, u32 handle, u64 value),
	TP_ARGS(adapter, process, handle, value));

TRACE_EVENT(dxgkrnl_unplug,
	TP_PROTO(u64 adapter),
	TP_ARGS(adapter),
	TP_STRUCT__entry(__field(u64, adapter)),
	TP_fast_assign(__entry->adapter = adapter;),
	TP_printk("adapter=%llx", __entry->adapter)
);

#endif

#undef TRACE_INCLUDE_PATH
#define TRACE_INCLUDE_PATH .
#undef TRACE_INCLUDE_FILE
#define TRACE_INCLUDE_FILE trace
#include <trace/define_trace.h>
