// SPDX-License-Identifier: MIT OR Apache-2.0
//! The driver on a kernel in memory: called through its functions as a runtime does, or through the
//! screen with callbacks that lie.

mod lies;
mod memory;
mod objects;
mod pixels;

use d3dddi::{functions::*, HResult};
use wddm_runtime::{fake::FakeKernel, Device, Driver};

pub const XR24: u32 = u32::from_le_bytes(*b"XR24");
pub const AR24: u32 = u32::from_le_bytes(*b"AR24");
pub const INVALID: HResult = HResult::E_INVALIDARG;
pub const REMOVED: HResult = HResult::D3DDDIERR_DEVICEREMOVED;

/// A driver on a kernel, and the kernel.
pub fn driver() -> (Driver<FakeKernel>, FakeKernel) {
    let kernel = FakeKernel::default();
    (open(&kernel).unwrap(), kernel)
}

pub fn open(kernel: &FakeKernel) -> d3dddi::Result<Driver<FakeKernel>> {
    // SAFETY: It is this driver's entry point.
    unsafe { Driver::open(umd::open_adapter, Device::new(kernel.clone())) }
}

pub fn rect(x: u32, y: u32, width: u32, height: u32) -> Rect {
    Rect {
        x,
        y,
        width,
        height,
    }
}

/// A pixel of bytes that were read.
pub fn pixel(bytes: &[u8], pitch: usize, x: usize, y: usize) -> u32 {
    u32::from_le_bytes(bytes[y * pitch + x * 4..][..4].try_into().unwrap())
}

pub fn corner(x: i32, y: i32, color: u32) -> VertexArgs {
    VertexArgs { x, y, color }
}
