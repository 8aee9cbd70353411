// SPDX-License-Identifier: MIT OR Apache-2.0
//! A bit of everything, to be done many times.

use crate::{
    calls::*,
    create::Create,
    memory::{bytes_at, Map, PAGE},
};

/// A device with one of each, used and destroyed.
pub fn round(gpu: &Gpu, memory: &Map) {
    let device = gpu.device();
    let video = Create::buffers(device, 4).in_resource().made(gpu);
    let heap = Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
    let address = gpu.lock(device, video.allocation(3));
    // SAFETY: The lock has a page.
    unsafe { bytes_at(address, PAGE) }.fill(1);
    gpu.unlock(device, video.allocation(3));
    assert_eq!(
        lock(&gpu.dxg, device, heap.allocation(0)),
        (SUCCESS, memory.address())
    );
    let destroyed = destroy_resource(&gpu.dxg, device, video.resource());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// One of each: stand-alone, resource, memory of the caller, heap, and a lock of each kind. The
/// device, and all handles that are on it.
pub fn everything(gpu: &Gpu, memory: &Map) -> (u32, Vec<u32>) {
    let device = gpu.device();
    let alone = Create::buffer(device, 64 << 10).made(gpu);
    let resource = Create::buffers(device, 3).in_resource().made(gpu);
    let page = PAGE as u64;
    let fragment = Create::memory(device, &[(memory.address(), page)]).made(gpu);
    let heap = Create::heap(device, memory.address() + page, page).made(gpu);
    let locked = [
        alone.allocation(0),
        resource.allocation(2),
        fragment.allocation(0),
        heap.allocation(0),
    ];
    for allocation in locked {
        gpu.lock(device, allocation);
    }
    let mut handles = locked.to_vec();
    handles.extend(resource.allocations());
    handles.push(resource.resource());
    (device, handles)
}
