// SPDX-License-Identifier: MIT OR Apache-2.0
//! DRM's own interface to GEM objects and dma-bufs: the other side of what the module exports.

use crate::{calls::Gpu, memory::PAGE, sysfs};
use rustix::{
    fs::{fcntl_add_seals, fstat, memfd_create, MemfdFlags, SealFlags},
    io::{retry_on_intr, Errno},
    mm::{mmap, munmap, MapFlags, ProtFlags},
};
use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd},
    ptr, slice,
};

// Of <drm/drm.h> and <drm/drm_mode.h>.
const GEM_CLOSE: libc::Ioctl = 0x4008_6409;
const PRIME_HANDLE_TO_FD: libc::Ioctl = 0xc00c_642d_u32 as libc::Ioctl;
const PRIME_FD_TO_HANDLE: libc::Ioctl = 0xc00c_642e_u32 as libc::Ioctl;
const ADD_FB: libc::Ioctl = 0xc01c_64ae_u32 as libc::Ioctl;
const REMOVE_FB: libc::Ioctl = 0xc004_64af_u32 as libc::Ioctl;
const CREATE_DUMB: libc::Ioctl = 0xc020_64b2_u32 as libc::Ioctl;
const MAP_DUMB: libc::Ioctl = 0xc010_64b3_u32 as libc::Ioctl;
/// Of <linux/udmabuf.h>.
const UDMABUF_CREATE: libc::Ioctl = 0x4018_7542;

fn control<T>(fd: &impl AsRawFd, request: libc::Ioctl, argument: &mut T) -> Result<i32, Errno> {
    retry_on_intr(|| {
        // SAFETY: The argument is the one of the request, and holds no address.
        let result = unsafe { libc::ioctl(fd.as_raw_fd(), request, ptr::from_mut(argument)) };
        if result >= 0 {
            return Ok(result);
        }
        let error = io::Error::last_os_error();
        Err(Errno::from_io_error(&error).expect("an errno"))
    })
}

/// A primary node of DRM, opened.
pub struct Card(File);

impl Card {
    /// The node of the adapter's device.
    pub fn of(gpu: &Gpu) -> Self {
        let path = format!("/dev/dri/{}", sysfs::node_name(gpu));
        let file = OpenOptions::new().read(true).write(true).open(path);
        Self(file.expect("a DRM node"))
    }

    /// DRM_IOCTL_PRIME_FD_TO_HANDLE.
    pub fn import(&self, fd: &impl AsRawFd) -> Result<u32, Errno> {
        let mut args = [0, 0, fd.as_raw_fd()];
        control(&self.0, PRIME_FD_TO_HANDLE, &mut args)?;
        Ok(args[0] as u32)
    }

    /// DRM_IOCTL_PRIME_HANDLE_TO_FD, for all uses or for reading only.
    pub fn export(&self, handle: u32, writable: bool) -> Result<OwnedFd, Errno> {
        let access = if writable { libc::O_RDWR } else { 0 };
        let mut args = [handle as i32, libc::O_CLOEXEC | access, -1];
        control(&self.0, PRIME_HANDLE_TO_FD, &mut args)?;
        // SAFETY: The call has made it, for us.
        Ok(unsafe { OwnedFd::from_raw_fd(args[2]) })
    }

    /// DRM_IOCTL_GEM_CLOSE.
    pub fn close(&self, handle: u32) {
        assert_eq!(control(&self.0, GEM_CLOSE, &mut [handle, 0]), Ok(0));
    }

    /// DRM_IOCTL_MODE_CREATE_DUMB with pixels of 32 bits: handle, and bytes.
    pub fn create(&self, width: u32, height: u32) -> (u32, usize) {
        let mut args = [height, width, 32, 0, 0, 0, 0, 0];
        control(&self.0, CREATE_DUMB, &mut args).expect("a dumb buffer");
        (args[4], args[6] as usize)
    }

    /// Maps a dumb buffer.
    pub fn map(&self, handle: u32, bytes: usize) -> Mapped {
        let mut args = [u64::from(handle), 0];
        control(&self.0, MAP_DUMB, &mut args).expect("an offset");
        Mapped::new(&self.0, bytes, true, args[1]).expect("mmap")
    }

    /// DRM_IOCTL_MODE_ADDFB: a frame buffer of rows of pixels of 32 bits.
    pub fn add_frame_buffer(&self, handle: u32, width: u32, height: u32, pitch: u32) -> u32 {
        let mut args = [0, width, height, pitch, 32, 24, handle];
        control(&self.0, ADD_FB, &mut args).expect("a frame buffer");
        args[0]
    }

    /// DRM_IOCTL_MODE_RMFB.
    pub fn remove_frame_buffer(&self, mut id: u32) {
        assert_eq!(control(&self.0, REMOVE_FB, &mut id), Ok(0));
    }
}

/// A shared mapping of a file, unmapped when dropped.
pub struct Mapped {
    base: *mut u8,
    bytes: usize,
}

impl Mapped {
    /// Maps bytes of a file, writable or for reading only.
    pub fn new(file: &impl AsFd, bytes: usize, writable: bool, from: u64) -> Result<Self, Errno> {
        let mut access = ProtFlags::READ;
        access.set(ProtFlags::WRITE, writable);
        // SAFETY: The kernel chooses the address.
        let base = retry_on_intr(|| unsafe {
            mmap(ptr::null_mut(), bytes, access, MapFlags::SHARED, file, from)
        })?;
        let base = base.cast();
        Ok(Self { base, bytes })
    }

    /// Where it is.
    pub fn address(&self) -> u64 {
        self.base as u64
    }

    /// All bytes.
    #[allow(clippy::mut_from_ref, reason = "memory that is shared anyway")]
    pub fn bytes(&self) -> &mut [u8] {
        // SAFETY: The mapping has that many bytes; tests use one slice at a time.
        unsafe { slice::from_raw_parts_mut(self.base, self.bytes) }
    }
}

impl Drop for Mapped {
    fn drop(&mut self) {
        // SAFETY: The range is this mapping.
        unsafe { munmap(self.base.cast(), self.bytes) }.expect("munmap");
    }
}

/// Maps a dma-buf.
pub fn map(dma_buf: &impl AsFd, bytes: usize) -> Mapped {
    Mapped::new(dma_buf, bytes, true, 0).expect("mmap")
}

/// Which dma-buf a descriptor names.
pub fn identity(dma_buf: &impl AsFd) -> u64 {
    fstat(dma_buf).expect("fstat").st_ino
}

/// A dma-buf of a file in memory: of a driver that has no device for DRM. The file is mapped, too.
pub fn udmabuf(pages: usize) -> (OwnedFd, Mapped) {
    let bytes = pages * PAGE;
    let flags = MemfdFlags::CLOEXEC | MemfdFlags::ALLOW_SEALING;
    let memory = File::from(memfd_create("dxg-test", flags).expect("memfd_create"));
    memory.set_len(bytes as u64).expect("ftruncate");
    fcntl_add_seals(&memory, SealFlags::SHRINK).expect("a seal");
    let mapped = Mapped::new(&memory, bytes, true, 0).expect("mmap");
    let device = OpenOptions::new()
        .read(true)
        .write(true)
        .open("/dev/udmabuf");
    let device = device.expect("/dev/udmabuf");
    const CLOEXEC: u64 = 1;
    let fd = memory.as_raw_fd() as u64;
    let mut args = [fd | (CLOEXEC << 32), 0, bytes as u64];
    let dma_buf = control(&device, UDMABUF_CREATE, &mut args).expect("a dma-buf");
    // SAFETY: The call has made it, for us.
    (unsafe { OwnedFd::from_raw_fd(dma_buf) }, mapped)
}
