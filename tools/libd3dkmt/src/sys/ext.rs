// SPDX-License-Identifier: MIT OR Apache-2.0
// Made by tools/libd3dkmt/generate from uapi/misc/dxgkrnl_ext.h. Do not edit.

pub const DXGKRNL_EXT_MAGIC: u32 = 217;
pub type __s32 = ::core::ffi::c_int;
pub type __u32 = ::core::ffi::c_uint;
pub type __u64 = ::core::ffi::c_ulonglong;
pub const DXGKRNL_DMA_BUF_READ_ONLY: dxgkrnl_dma_buf_flags = 1;
#[doc = " enum dxgkrnl_dma_buf_flags - what may be done with a dma-buf, or by it\n @DXGKRNL_DMA_BUF_READ_ONLY: the CPU may only read. A descriptor that is made\n\tso cannot be mapped writable; D3DKMTLock2 of an allocation that is\n\topened so gives a mapping that cannot be written to\n\n All other bits must be 0."]
pub type dxgkrnl_dma_buf_flags = ::core::ffi::c_uint;
#[doc = " struct dxgkrnl_export_dma_buf - makes a descriptor of an allocation's memory\n @device: in, handle of the device\n @allocation: in, handle of the allocation on that device: of a shared\n\tresource, displayable, or of a resource that was opened by a dma-buf\n @flags: in, bits of enum dxgkrnl_dma_buf_flags\n @fd: out, the descriptor of a dma-buf; it closes on exec\n\n The dma-buf is that of the DRM driver itself: PRIME import of it on the same\n card gives the very object, to scan out without a copy."]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgkrnl_export_dma_buf {
    pub device: __u32,
    pub allocation: __u32,
    pub flags: __u32,
    pub fd: __s32,
}
#[doc = " struct dxgkrnl_open_dma_buf - opens a dma-buf as a resource of one allocation\n @device: in, handle of the device\n @fd: in, descriptor of a dma-buf, whoever made it. It is not needed any more\n\tafter the call\n @flags: in/out, bits of enum dxgkrnl_dma_buf_flags. In: opens it for reading\n\tonly. Out: it is opened for reading only, as was asked for, or since the\n\tdescriptor is read-only\n @resource: out, handle of the resource\n @allocation: out, handle of its allocation\n @reserved: must be 0\n @size: out, bytes of the allocation, whole pages"]
#[repr(C)]
#[derive(Debug, Default, Copy, Clone)]
pub struct dxgkrnl_open_dma_buf {
    pub device: __u32,
    pub fd: __s32,
    pub flags: __u32,
    pub resource: __u32,
    pub allocation: __u32,
    pub reserved: __u32,
    pub size: __u64,
}
pub const DXGKRNL_NR_EXPORT_DMA_BUF: dxgkrnl_ext_nr = 1;
pub const DXGKRNL_NR_OPEN_DMA_BUF: dxgkrnl_ext_nr = 2;
pub const DXGKRNL_NR_END: dxgkrnl_ext_nr = 3;
#[doc = " enum dxgkrnl_ext_nr - numbers of the requests; 0 and those from DXGKRNL_NR_END\n\ton have no meaning"]
pub type dxgkrnl_ext_nr = ::core::ffi::c_uint;
pub const DXGKRNL_IOCTL_EXPORT_DMA_BUF: dxgkrnl_ioctl = 3222329601;
pub const DXGKRNL_IOCTL_OPEN_DMA_BUF: dxgkrnl_ioctl = 3223378178;
pub type dxgkrnl_ioctl = ::core::ffi::c_uint;
