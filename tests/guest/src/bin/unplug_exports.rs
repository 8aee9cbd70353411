// SPDX-License-Identifier: MIT OR Apache-2.0
//! dma-bufs of a device that has gone, and on one. Only on the stock kernel: when a dma-buf outlives
//! its device, the driver of virtio-gpu locks a mutex that it has destroyed (`obj_restore_lock`), whoever
//! has exported it, and the debug kernel warns of that.

use dxg_guest_tests::{
    calls::*,
    device::Device,
    dma_buf::*,
    harness,
    memory::bytes_at,
    prime::{self, Card},
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            exports_of_a_removed_adapter,
            what_was_opened_on_a_removed_adapter,
        ],
        &[],
    )
}

fn exports_of_a_removed_adapter() {
    let mut device = Device::find();
    let other = luids().into_iter().find(|&luid| luid != device.luid);
    let other = Gpu::open(other.expect("another adapter"));
    let elsewhere = other.device();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let before = counters();
    let create = displayable(on).made(&gpu);
    let allocation = create.allocation(0);
    fill(&gpu, on, allocation, BYTES, 0x5a);
    let dma_buf = export(&gpu, on, allocation);
    let mapping = prime::map(&dma_buf, BYTES);
    let opened = Open::new(elsewhere, &dma_buf).made(&other);
    device.remove();
    // It is the driver's, which keeps what it gave away.
    assert!(full_of(mapping.bytes(), 0x5a));
    assert!(is_full(&other, elsewhere, opened.allocation, BYTES, 0x5a));
    mapping.bytes().fill(0xa5);
    assert!(is_full(&other, elsewhere, opened.allocation, BYTES, 0xa5));
    Export::new(on, allocation).refused_now(&gpu, DEVICE_REMOVED);
    Open::new(on, &dma_buf).refused_now(&gpu, DEVICE_REMOVED);
    // Mistakes are still mistakes.
    Export::new(on, on).refused_now(&gpu, INVALID_PARAMETER);
    Open::number(on, -1).refused_now(&gpu, INVALID_HANDLE);
    let destroyed = destroy_allocations(&gpu.dxg, on, &[allocation]);
    assert_eq!(destroyed, SUCCESS);
    // Here nothing is kept any more but what the other adapter has.
    before.assert_grown(&[
        ("resources", 1),
        ("allocations", 1),
        ("bindings", 1),
        ("gem_objects", 1),
    ]);
    // Another device has come: for it the memory is somebody else's, and it takes none.
    let new = Gpu::open(device.restore());
    Open::new(new.device(), &dma_buf).refused(&new, NOT_SUPPORTED);
    Open::new(elsewhere, &dma_buf).made(&other);
    drop((dma_buf, mapping));
    assert!(is_full(&other, elsewhere, opened.allocation, BYTES, 0xa5));
}

fn what_was_opened_on_a_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let card = Card::of(&gpu);
    let (handle, bytes) = card.create(64, 64);
    let dma_buf = card.export(handle, true).expect("an export");
    drop(card);
    let opened = Open::new(on, &dma_buf).made(&gpu);
    let address = gpu.lock(on, opened.allocation);
    // SAFETY: The lock has as many bytes.
    let mapping = unsafe { bytes_at(address, bytes) };
    mapping.fill(0x5a);
    device.remove();
    assert!(full_of(mapping, 0), "zeros");
    let there = prime::map(&dma_buf, bytes);
    assert!(full_of(there.bytes(), 0x5a), "its own bytes");
    let answer = lock(&gpu.dxg, on, opened.allocation).0;
    assert_eq!(answer, DEVICE_REMOVED, "Lock2");
    Export::new(on, opened.allocation).refused_now(&gpu, DEVICE_REMOVED);
    gpu.unlock(on, opened.allocation);
    let destroyed = destroy_resource(&gpu.dxg, on, opened.resource);
    assert_eq!(destroyed, SUCCESS);
    device.restore();
}
