/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * What /dev/dxg can do that Windows has no call for: video memory as dma-bufs.
 *
 * A dma-buf is Linux's way to hand memory to another driver, and to another
 * process: a file descriptor. It leads from D3DKMT to KMS, Wayland, EGL, Vulkan
 * or V4L2, and back.
 *
 * The requests have a type of their own. Those of d3dkmthk.h have type 'G' and
 * numbers that Microsoft gives out one after the other: no range of them is
 * safe. All 32 bits of a request count, so that no number of type 'G' can ever
 * be one of these, and a node that does not know them answers ENOTTY, as it
 * does for each request that it does not know.
 *
 * As in d3dkmthk.h, a result of ioctl() other than -1 is an NTSTATUS, and -1
 * stands for the NTSTATUS that belongs to errno; the layout is the same on every
 * architecture; "out" fields are undefined after a failed call. A handle is the
 * value of a struct d3dkmthandle.
 */
#ifndef _UAPI_MISC_DXGKRNL_EXT_H
#define _UAPI_MISC_DXGKRNL_EXT_H

#include <linux/ioctl.h>
#include <linux/types.h>

/**
 * enum dxgkrnl_dma_buf_flags - what may be done with a dma-buf, or by it
 * @DXGKRNL_DMA_BUF_READ_ONLY: the CPU may only read. A descriptor that is made
 *	so cannot be mapped writable; D3DKMTLock2 of an allocation that is
 *	opened so gives a mapping that cannot be written to
 *
 * All other bits must be 0.
 */
enum dxgkrnl_dma_buf_flags {
	DXGKRNL_DMA_BUF_READ_ONLY = 1,
};

/**
 * struct dxgkrnl_export_dma_buf - makes a descriptor of an allocation's memory
 * @device: in, handle of the device
 * @allocation: in, handle of the allocation on that device: of a shared
 *	resource, displayable, or of a resource that was opened by a dma-buf
 * @flags: in, bits of enum dxgkrnl_dma_buf_flags
 * @fd: out, the descriptor of a dma-buf; it closes on exec
 *
 * The dma-buf is that of the DRM driver itself: PRIME import of it on the same
 * card gives the very object, to scan out without a copy.
 */
struct dxgkrnl_export_dma_buf {
	__u32 device;
	__u32 allocation;
	__u32 flags;
	__s32 fd;
};

/**
 * struct dxgkrnl_open_dma_buf - opens a dma-buf as a resource of one allocation
 * @device: in, handle of the device
 * @fd: in, descriptor of a dma-buf, whoever made it. It is not needed any more
 *	after the call
 * @flags: in/out, bits of enum dxgkrnl_dma_buf_flags. In: opens it for reading
 *	only. Out: it is opened for reading only, as was asked for, or since the
 *	descriptor is read-only
 * @resource: out, handle of the resource
 * @allocation: out, handle of its allocation
 * @reserved: must be 0
 * @size: out, bytes of the allocation, whole pages
 */
struct dxgkrnl_open_dma_buf {
	__u32 device;
	__s32 fd;
	__u32 flags;
	__u32 resource;
	__u32 allocation;
	__u32 reserved;
	__aligned_u64 size;
};

/* ---- ioctls ------------------------------------------------------------ */

/** DXGKRNL_EXT_MAGIC - type of these requests; no other driver has it. */
#define DXGKRNL_EXT_MAGIC	0xd9

/**
 * enum dxgkrnl_ext_nr - numbers of the requests; 0 and those from DXGKRNL_NR_END
 *	on have no meaning
 */
enum dxgkrnl_ext_nr {
	DXGKRNL_NR_EXPORT_DMA_BUF	= 0x01,
	DXGKRNL_NR_OPEN_DMA_BUF		= 0x02,
	DXGKRNL_NR_END			= 0x03,
};

#ifndef __BINDGEN__
#define DXGKRNL_IOCTL_EXPORT_DMA_BUF \
	_IOWR(DXGKRNL_EXT_MAGIC, DXGKRNL_NR_EXPORT_DMA_BUF, struct dxgkrnl_export_dma_buf)
#define DXGKRNL_IOCTL_OPEN_DMA_BUF \
	_IOWR(DXGKRNL_EXT_MAGIC, DXGKRNL_NR_OPEN_DMA_BUF, struct dxgkrnl_open_dma_buf)
#else
/* bindgen evaluates enumerators, but no macros that call macros. */
#define DXGKRNL_REQUEST(name, type) \
	DXGKRNL_IOCTL_##name = 3u << 30 | sizeof(struct type) << 16 | \
		DXGKRNL_EXT_MAGIC << 8 | DXGKRNL_NR_##name
enum dxgkrnl_ioctl {
	DXGKRNL_REQUEST(EXPORT_DMA_BUF, dxgkrnl_export_dma_buf),
	DXGKRNL_REQUEST(OPEN_DMA_BUF, dxgkrnl_open_dma_buf),
};
#endif

#endif /* _UAPI_MISC_DXGKRNL_EXT_H */
