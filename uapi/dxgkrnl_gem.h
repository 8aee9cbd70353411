/* SPDX-License-Identifier: GPL-2.0 WITH Linux-syscall-note */
/*
 * Private driver data of the miniports "gem" and "soft" of dxgkrnl.
 *
 * D3DKMTCreateAllocation2() hands a private blob per allocation, and one per
 * resource, to the kernel-mode driver. These are the blobs that these miniports
 * understand. A user-mode driver fills them in; the miniport
 * writes its answers (size, pitch) back into the allocation's blob.
 */
#ifndef _UAPI_DXGKRNL_GEM_H
#define _UAPI_DXGKRNL_GEM_H

#include <linux/types.h>

/** DXGKRNL_GEM_MAGIC - first word of every blob ("DGEM", little endian). */
#define DXGKRNL_GEM_MAGIC	0x4d454744u

/**
 * DXGKRNL_GEM_VERSION - layout described here.
 *
 * Another version is refused with STATUS_GRAPHICS_DRIVER_MISMATCH.
 */
#define DXGKRNL_GEM_VERSION	1u

/**
 * enum dxgkrnl_gem_kind - what an allocation is
 * @DXGKRNL_GEM_KIND_BUFFER: linear bytes; @dxgkrnl_gem_allocation.bytes counts
 * @DXGKRNL_GEM_KIND_SURFACE: two-dimensional image; width, height, format count
 */
enum dxgkrnl_gem_kind {
	DXGKRNL_GEM_KIND_BUFFER = 1,
	DXGKRNL_GEM_KIND_SURFACE = 2,
};

/**
 * enum dxgkrnl_gem_usage - what an allocation is used for (bits)
 * @DXGKRNL_GEM_USAGE_CPU_VISIBLE: D3DKMTLock2() is legal
 * @DXGKRNL_GEM_USAGE_DISPLAYABLE: can be scanned out; surfaces only
 * @DXGKRNL_GEM_USAGE_HISTORY_BUFFER: GPU time stamps; needs CPU_VISIBLE,
 *	excludes every other bit
 * @DXGKRNL_GEM_USAGE_GDI_SURFACE: rendered to by GDI; surfaces only
 */
enum dxgkrnl_gem_usage {
	DXGKRNL_GEM_USAGE_CPU_VISIBLE = 1,
	DXGKRNL_GEM_USAGE_DISPLAYABLE = 2,
	DXGKRNL_GEM_USAGE_HISTORY_BUFFER = 4,
	DXGKRNL_GEM_USAGE_GDI_SURFACE = 8,
};

/**
 * struct dxgkrnl_gem_allocation - per-allocation private driver data
 * @magic: in, DXGKRNL_GEM_MAGIC
 * @version: in, DXGKRNL_GEM_VERSION
 * @kind: in, enum dxgkrnl_gem_kind
 * @usage: in, bits of enum dxgkrnl_gem_usage; others must be 0
 * @width: in, surface width in pixels (1..16384); 0 for buffers
 * @height: in, surface height in rows (1..16384); 0 for buffers
 * @format: in, DRM fourcc of a surface (XR24, AR24, XB24 or AB24: 4 bytes
 *	a pixel); 0 for buffers
 * @pitch: out, bytes from one row of a surface to the next (a multiple of
 *	256); 0 for buffers; must be 0 on entry
 * @bytes: in for buffers: wanted size in bytes, not 0; 0 on entry for
 *	surfaces. out: size in bytes, rounded up to whole pages
 * @reserved: must be 0
 */
struct dxgkrnl_gem_allocation {
	__u32 magic;
	__u32 version;
	__u32 kind;
	__u32 usage;
	__u32 width;
	__u32 height;
	__u32 format;
	__u32 pitch;
	__aligned_u64 bytes;
	__aligned_u64 reserved;
};

/**
 * struct dxgkrnl_gem_resource - per-resource private driver data
 * @magic: in, DXGKRNL_GEM_MAGIC
 * @version: in, DXGKRNL_GEM_VERSION
 * @reserved: must be 0
 *
 * Optional: a resource may as well come without private driver data.
 */
struct dxgkrnl_gem_resource {
	__u32 magic;
	__u32 version;
	__aligned_u64 reserved;
};

#endif /* _UAPI_DXGKRNL_GEM_H */
