// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU virtual addresses, as tests ask for them.

use crate::{
    calls::{handle, Answer, Gpu, PENDING, SUCCESS},
    fence::{wait, PagingQueue},
};
use libd3dkmt::{sys, Dxg};

/// A page of the GPU.
pub const GPU_PAGE: u64 = 4096;
/// What reservations are multiples of.
pub const GRANULE: u64 = 0x1_0000;
/// The first address behind all that there are.
pub const END: u64 = 1 << 48;

/// Bits of a protection.
pub const WRITE: u64 = 1;
/// See [`WRITE`].
pub const EXECUTE: u64 = 2;
/// See [`WRITE`].
pub const ZERO: u64 = 4;
/// See [`WRITE`].
pub const NO_ACCESS: u64 = 8;

/// A good argument of D3DKMTReserveGpuVirtualAddress. The answers must be overwritten.
pub fn to_reserve(by: u32, base: u64, bytes: u64) -> sys::D3DDDI_RESERVEGPUVIRTUALADDRESS {
    sys::D3DDDI_RESERVEGPUVIRTUALADDRESS {
        adapter: handle(by),
        base_address: base,
        size: bytes,
        virtual_address: u64::MAX,
        paging_fence_value: u64::MAX,
        ..Default::default()
    }
}

/// D3DKMTReserveGpuVirtualAddress with an argument.
pub fn reserve_with(dxg: &Dxg, args: &mut sys::D3DDDI_RESERVEGPUVIRTUALADDRESS) -> Answer {
    // SAFETY: The structure holds no address of the CPU.
    unsafe { sys::D3DKMTReserveGpuVirtualAddress(dxg, args) }
}

/// D3DKMTReserveGpuVirtualAddress by the handle of an adapter or a paging queue: the status, the address.
pub fn reserve(dxg: &Dxg, by: u32, base: u64, bytes: u64) -> (Answer, u64) {
    let mut args = to_reserve(by, base, bytes);
    let answer = reserve_with(dxg, &mut args);
    (answer, args.virtual_address)
}

/// A good argument of D3DKMTMapGpuVirtualAddress: of an allocation for writing, or of zeros.
pub fn to_map(
    queue: u32,
    base: u64,
    allocation: u32,
    pages: u64,
) -> sys::D3DDDI_MAPGPUVIRTUALADDRESS {
    let mut args = sys::D3DDDI_MAPGPUVIRTUALADDRESS {
        paging_queue: handle(queue),
        base_address: base,
        allocation: handle(allocation),
        size_in_pages: pages,
        virtual_address: u64::MAX,
        paging_fence_value: u64::MAX,
        ..Default::default()
    };
    args.protection.value = if allocation == 0 { ZERO } else { WRITE };
    args
}

/// D3DKMTMapGpuVirtualAddress with an argument.
pub fn map_with(dxg: &Dxg, args: &mut sys::D3DDDI_MAPGPUVIRTUALADDRESS) -> Answer {
    // SAFETY: The structure holds no address of the CPU.
    unsafe { sys::D3DKMTMapGpuVirtualAddress(dxg, args) }
}

/// D3DKMTMapGpuVirtualAddress: the status, the address, the value to wait for.
pub fn map(dxg: &Dxg, queue: u32, base: u64, allocation: u32, pages: u64) -> (Answer, u64, u64) {
    let mut args = to_map(queue, base, allocation, pages);
    let answer = map_with(dxg, &mut args);
    (answer, args.virtual_address, args.paging_fence_value)
}

/// Maps pages of an allocation, and waits until they are.
pub fn mapped(
    gpu: &Gpu,
    device: u32,
    queue: &PagingQueue,
    base: u64,
    allocation: u32,
    pages: u64,
) -> u64 {
    let (answer, address, value) = map(&gpu.dxg, queue.handle, base, allocation, pages);
    assert_eq!(answer, PENDING);
    assert_ne!(value, 0);
    let waited = wait(&gpu.dxg, device, &[(queue.fence.handle, value)]);
    assert_eq!(waited, SUCCESS);
    address
}

/// D3DKMTFreeGpuVirtualAddress.
pub fn free(dxg: &Dxg, adapter: u32, base: u64, bytes: u64) -> Answer {
    let mut args = sys::D3DKMT_FREEGPUVIRTUALADDRESS {
        adapter: handle(adapter),
        // Padding in Windows.
        reserved: 0xdead_beef,
        base_address: base,
        size: bytes,
    };
    // SAFETY: The structure holds no address of the CPU.
    unsafe { sys::D3DKMTFreeGpuVirtualAddress(dxg, &mut args) }
}
