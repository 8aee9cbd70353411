// SPDX-License-Identifier: MIT OR Apache-2.0
//! The calls that Windows does not have: good arguments, for tests to spoil.

use crate::{
    calls::{Answer, Gpu, SUCCESS},
    create::{surface, Create},
    memory::{bytes_at, PAGE},
    state::Counters,
};
use libd3dkmt::sys::{self, ext, gem::*};
use rustix::{
    event::{poll, PollFd, PollFlags, Timespec},
    io::retry_on_intr,
};
use std::os::fd::{AsFd, AsRawFd, FromRawFd, OwnedFd};

/// The flag of both calls.
pub const READ_ONLY: u32 = ext::DXGKRNL_DMA_BUF_READ_ONLY;

/// Extents of [`displayable`]: its rows have no gaps.
pub const EXTENTS: (u32, u32) = (64, 64);
/// Bytes of it.
pub const BYTES: usize = 4 * PAGE;

/// A surface that can be scanned out, alone.
pub fn displayable(device: u32) -> Create {
    let mut blob = surface(EXTENTS.0, EXTENTS.1);
    blob.usage |= DXGKRNL_GEM_USAGE_DISPLAYABLE;
    Create::blobs(device, &[blob])
}

/// Whether a dma-buf can be read within so many seconds: what writes to it has ended.
pub fn can_be_read(dma_buf: &impl AsFd, seconds: i64) -> bool {
    let limit = Timespec {
        tv_sec: seconds,
        tv_nsec: 0,
    };
    let mut fds = [PollFd::new(dma_buf, PollFlags::IN)];
    retry_on_intr(|| poll(&mut fds, Some(&limit))).expect("poll") == 1
}

/// An argument of the export.
pub struct Export(pub ext::dxgkrnl_export_dma_buf);

impl Export {
    /// For all uses.
    pub fn new(device: u32, allocation: u32) -> Self {
        Self(ext::dxgkrnl_export_dma_buf {
            device,
            allocation,
            flags: 0,
            fd: -1,
        })
    }

    /// For reading only.
    pub fn read_only(device: u32, allocation: u32) -> Self {
        let mut call = Self::new(device, allocation);
        call.0.flags = READ_ONLY;
        call
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The argument holds no address.
        unsafe { sys::DxgkrnlExportDmaBuf(&gpu.dxg, &mut self.0) }
    }

    /// Calls, which must succeed; the dma-buf.
    pub fn made(mut self, gpu: &Gpu) -> OwnedFd {
        assert_eq!(self.call(gpu), SUCCESS, "export");
        self.descriptor()
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// Calls, which must fail with `answer` and make nothing; for an adapter that may be gone.
    pub fn refused_now(mut self, gpu: &Gpu, answer: Answer) {
        let before = Counters::now();
        assert_eq!(self.call(gpu), answer);
        before.assert_restored();
    }

    /// The dma-buf of a call that has succeeded.
    pub fn descriptor(&self) -> OwnedFd {
        assert!(self.0.fd >= 0, "a descriptor");
        // SAFETY: The call has made it, and tests ask for it once.
        unsafe { OwnedFd::from_raw_fd(self.0.fd) }
    }
}

/// A dma-buf of an allocation, for all uses.
pub fn export(gpu: &Gpu, device: u32, allocation: u32) -> OwnedFd {
    Export::new(device, allocation).made(gpu)
}

/// An argument of the opening.
pub struct Open(pub ext::dxgkrnl_open_dma_buf);

impl Open {
    /// For all uses, if the descriptor is.
    pub fn new(device: u32, dma_buf: &impl AsRawFd) -> Self {
        Self::number(device, dma_buf.as_raw_fd())
    }

    /// Of the descriptor with that number.
    pub fn number(device: u32, fd: i32) -> Self {
        Self(ext::dxgkrnl_open_dma_buf {
            device,
            fd,
            ..Default::default()
        })
    }

    /// For reading only.
    pub fn read_only(device: u32, dma_buf: &impl AsRawFd) -> Self {
        let mut call = Self::new(device, dma_buf);
        call.0.flags = READ_ONLY;
        call
    }

    /// Calls, and returns the answer.
    pub fn call(&mut self, gpu: &Gpu) -> Answer {
        // SAFETY: The argument holds no address.
        unsafe { sys::DxgkrnlOpenDmaBuf(&gpu.dxg, &mut self.0) }
    }

    /// Calls, which must succeed.
    pub fn made(mut self, gpu: &Gpu) -> Opened {
        assert_eq!(self.call(gpu), SUCCESS, "opening");
        self.opened()
    }

    /// Calls, which must fail with `answer` and change nothing.
    pub fn refused(mut self, gpu: &Gpu, answer: Answer) {
        gpu.unchanged(|| assert_eq!(self.call(gpu), answer));
    }

    /// Calls, which must fail with `answer` and make nothing; for an adapter that may be gone.
    pub fn refused_now(mut self, gpu: &Gpu, answer: Answer) {
        let before = Counters::now();
        assert_eq!(self.call(gpu), answer);
        before.assert_restored();
    }

    /// What a call that has succeeded opened.
    pub fn opened(&self) -> Opened {
        Opened {
            resource: self.0.resource,
            allocation: self.0.allocation,
            bytes: usize::try_from(self.0.size).expect("a size"),
            read_only: match self.0.flags {
                0 => false,
                READ_ONLY => true,
                flags => panic!("flags {flags:#x}"),
            },
        }
    }
}

/// What was opened.
#[derive(Clone, Copy, Debug)]
pub struct Opened {
    /// The handle of the resource.
    pub resource: u32,
    /// The handle of its allocation.
    pub allocation: u32,
    /// How many bytes it has.
    pub bytes: usize,
    /// Its locks are for reading.
    pub read_only: bool,
}

/// Runs a part with the first bytes of an allocation.
pub fn locked<R>(
    gpu: &Gpu,
    device: u32,
    allocation: u32,
    bytes: usize,
    part: impl FnOnce(&mut [u8]) -> R,
) -> R {
    let address = gpu.lock(device, allocation);
    // SAFETY: Tests say how many bytes there are.
    let result = part(unsafe { bytes_at(address, bytes) });
    gpu.unlock(device, allocation);
    result
}

/// Fills an allocation.
pub fn fill(gpu: &Gpu, device: u32, allocation: u32, bytes: usize, byte: u8) {
    locked(gpu, device, allocation, bytes, |all| all.fill(byte));
}

/// Whether an allocation is full of a byte.
pub fn is_full(gpu: &Gpu, device: u32, allocation: u32, bytes: usize, byte: u8) -> bool {
    locked(gpu, device, allocation, bytes, |all| full_of(all, byte))
}

/// Whether bytes are all the same one.
pub fn full_of(bytes: &[u8], byte: u8) -> bool {
    bytes.iter().all(|&b| b == byte)
}
