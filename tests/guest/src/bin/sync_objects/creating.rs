// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateSynchronizationObject2, each argument right and wrong.

use super::*;
use dxg_guest_tests::{
    create::Create,
    limit::Limit,
    memory::{Map, PAGE},
};
use libd3dkmt::sys::{self, bindings as c, request};

pub(super) fn a_fence_has_a_handle_and_a_value() {
    on_each_device(|gpu, device| {
        let before = counters();
        let mut args = new_fence(device, 5);
        assert_eq!(create_sync_object(&gpu.dxg, &mut args), SUCCESS);
        let fence = Fence::made(&args);
        assert_eq!(fence.handle, device + HANDLE_STEP);
        assert_eq!(fence.address % PAGE as u64, 0);
        assert_eq!(fence.value(), 5);
        let answer = monitored(&args);
        assert_ne!(answer.fence_gpu_virtual_address, 0);
        assert_eq!(answer.fence_gpu_virtual_address % PAGE as u64, 0);
        assert_eq!(answer.initial_fence_value, 5);
        assert_eq!((args.device.v, args.info.shared_handle.v), (device, 0));
        assert_eq!(args.info.type_, c::D3DDDI_MONITORED_FENCE);
        before.assert_grown(&[("fences", 1), ("mappings", 1)]);
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
        before.assert_restored();
        let again = destroy_sync_object(&gpu.dxg, fence.handle);
        assert_eq!(again, INVALID_PARAMETER);
    });
}

pub(super) fn initial_values() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each([0, 1, 1 << 32, u64::MAX - 1, u64::MAX], |value| {
        assert_eq!(Fence::new(&gpu, device, value).value(), value);
    });
}

/// The answer to a creation with something changed about it.
fn create_with(
    gpu: &Gpu,
    device: u32,
    change: impl FnOnce(&mut sys::D3DKMT_CREATESYNCHRONIZATIONOBJECT2),
) -> Answer {
    let mut args = new_fence(device, 1);
    change(&mut args);
    create_sync_object(&gpu.dxg, &mut args)
}

pub(super) fn types() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        // Mutexes, semaphores, fences, CPU notifications, periodic monitored fences.
        for_each([1, 2, 3, 4, 6], |kind| {
            let answer = create_with(&gpu, device, |args| args.info.type_ = kind);
            assert_eq!(answer, NOT_SUPPORTED);
        });
        for_each([0, 7, 8, 0x100, u32::MAX], |kind| {
            let answer = create_with(&gpu, device, |args| args.info.type_ = kind);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let answer = create_with(&gpu, device, |args| {
            args.info.type_ = c::D3DDDI_CPU_NOTIFICATION;
            args.info.__bindgen_anon_1.cpu_notification = c::d3dddi_cpu_notification { event: 0 };
        });
        assert_eq!(answer, INVALID_HANDLE);
    });
}

/// Flags that change nothing yet, and those of rights.
const HARMLESS: [u32; 6] = [0x4, 0x8, 0x10, 0x20, 0x40, 0x80];

pub(super) fn flags_of_a_fence() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(HARMLESS, |flags| {
        let fence = Fence::with_flags(&gpu, device, 3, flags);
        assert_eq!(fence.value(), 3);
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
    });
    gpu.unchanged(|| {
        for_each(8..32, |bit| {
            let answer = create_with(&gpu, device, |args| args.info.flags.value = 1 << bit);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // Shared, by a global handle and by an NT handle.
        for_each([0x1, 0x3], |flags| {
            let answer = create_with(&gpu, device, |args| args.info.flags.value = flags);
            assert_eq!(answer, NOT_SUPPORTED);
        });
    });
}

pub(super) fn flags_that_do_not_go_together() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        // NtSecuritySharing without Shared; NoSignal with NoWait.
        for_each([0x2, 0x30, 0x33], |flags| {
            let answer = create_with(&gpu, device, |args| args.info.flags.value = flags);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // For monitored fences only.
        for_each([0x8, 0x10, 0x20], |flags| {
            let answer = create_with(&gpu, device, |args| {
                args.info.type_ = c::D3DDDI_SEMAPHORE;
                args.info.flags.value = flags;
            });
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

pub(super) fn padding_is_ignored() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut args = new_fence(device, 9);
    (args.reserved, args.reserved1, args.info.pad0) = (u32::MAX, u32::MAX, u32::MAX);
    args.info.shared_handle = handle(0x1234);
    args.sync_object = handle(0x1234);
    assert_eq!(create_sync_object(&gpu.dxg, &mut args), SUCCESS);
    assert_eq!(Fence::made(&args).value(), 9);
    assert_eq!((args.reserved, args.reserved1), (u32::MAX, u32::MAX));
    assert_eq!(args.info.shared_handle.v, 0);
}

pub(super) fn what_is_no_device() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let fence = Fence::new(&gpu, device, 0);
    let others = [
        gpu.adapter,
        create.resource(),
        create.allocation(0),
        fence.handle,
    ];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            let answer = create_with(&gpu, handle, |_| ());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let answer = call_at(&gpu.dxg, request::CREATESYNCHRONIZATIONOBJECT, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

pub(super) fn an_answer_that_cannot_be_written() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(1);
    memory.put(0, new_fence(device, 1));
    memory.read_only();
    gpu.unchanged(|| {
        let number = request::CREATESYNCHRONIZATIONOBJECT;
        let answer = call_at(&gpu.dxg, number, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

pub(super) fn no_room_in_the_address_space() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        let _limit = Limit::of_mappings();
        let answer = create_with(&gpu, device, |_| ());
        assert_eq!(answer, NO_MEMORY);
    });
}

pub(super) fn a_hundred_fences() {
    on_each_device(|gpu, device| {
        let fences: Vec<_> = (0..100).map(|i| Fence::new(gpu, device, i)).collect();
        for (fence, i) in fences.iter().zip(100..) {
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, i)]), SUCCESS);
        }
        for (fence, i) in fences.iter().zip(100..) {
            assert_eq!(fence.value(), i);
        }
    });
}
