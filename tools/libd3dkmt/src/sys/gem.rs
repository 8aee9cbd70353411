// SPDX-License-Identifier: MIT OR Apache-2.0
// Made by tools/libd3dkmt/generate from uapi/dxgkrnl_gem.h. Do not edit.

pub const DXGKRNL_GEM_MAGIC: u32 = 1296385860;
pub const DXGKRNL_GEM_VERSION: u32 = 1;
pub type __u32 = ::core::ffi::c_uint;
pub type __u64 = ::core::ffi::c_ulonglong;
pub const DXGKRNL_GEM_KIND_BUFFER: dxgkrnl_gem_kind = 1;
pub const DXGKRNL_GEM_KIND_SURFACE: dxgkrnl_gem_kind = 2;
#[doc = " enum dxgkrnl_gem_kind - what an allocation is\n @DXGKRNL_GEM_KIND_BUFFER: linear bytes; @dxgkrnl_gem_allocation.bytes counts\n @DXGKRNL_GEM_KIND_SURFACE: two-dimensional image; width, height, format count"]
pub type dxgkrnl_gem_kind = ::core::ffi::c_uint;
pub const DXGKRNL_GEM_USAGE_CPU_VISIBLE: dxgkrnl_gem_usage = 1;
pub const DXGKRNL_GEM_USAGE_DISPLAYABLE: dxgkrnl_gem_usage = 2;
pub const DXGKRNL_GEM_USAGE_HISTORY_BUFFER: dxgkrnl_gem_usage = 4;
pub const DXGKRNL_GEM_USAGE_GDI_SURFACE: dxgkrnl_gem_usage = 8;
#[doc = " enum dxgkrnl_gem_usage - what an allocation is used for (bits)\n @DXGKRNL_GEM_USAGE_CPU_VISIBLE: D3DKMTLock2() is legal\n @DXGKRNL_GEM_USAGE_DISPLAYABLE: can be scanned out; surfaces only\n @DXGKRNL_GEM_USAGE_HISTORY_BUFFER: GPU time stamps; needs CPU_VISIBLE,\n\texcludes every other bit\n @DXGKRNL_GEM_USAGE_GDI_SURFACE: rendered to by GDI; surfaces only"]
pub type dxgkrnl_gem_usage = ::core::ffi::c_uint;
#[doc = " struct dxgkrnl_gem_allocation - per-allocation private driver data\n @magic: in, DXGKRNL_GEM_MAGIC\n @version: in, DXGKRNL_GEM_VERSION\n @kind: in, enum dxgkrnl_gem_kind\n @usage: in, bits of enum dxgkrnl_gem_usage; others must be 0\n @width: in, surface width in pixels (1..16384); 0 for buffers\n @height: in, surface height in rows (1..16384); 0 for buffers\n @format: in, DRM fourcc of a surface (XR24, AR24, XB24 or AB24: 4 bytes\n\ta pixel); 0 for buffers\n @pitch: out, bytes from one row of a surface to the next (a multiple of\n\t256); 0 for buffers; must be 0 on entry\n @bytes: in for buffers: wanted size in bytes, not 0; 0 on entry for\n\tsurfaces. out: size in bytes, rounded up to whole pages\n @reserved: must be 0"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgkrnl_gem_allocation {
    pub magic: __u32,
    pub version: __u32,
    pub kind: __u32,
    pub usage: __u32,
    pub width: __u32,
    pub height: __u32,
    pub format: __u32,
    pub pitch: __u32,
    pub bytes: __u64,
    pub reserved: __u64,
}
#[doc = " struct dxgkrnl_gem_resource - per-resource private driver data\n @magic: in, DXGKRNL_GEM_MAGIC\n @version: in, DXGKRNL_GEM_VERSION\n @reserved: must be 0\n\n Optional: a resource may as well come without private driver data."]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgkrnl_gem_resource {
    pub magic: __u32,
    pub version: __u32,
    pub reserved: __u64,
}
