// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTSignalSynchronizationObjectFromCpu.

use super::*;
use dxg_guest_tests::memory::{Map, BAD_ADDRESSES};
use libd3dkmt::sys::{self, request};

pub(super) fn a_value_rises() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 0);
        for value in [1, 2, 2, 1 << 40, u64::MAX, u64::MAX] {
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
            assert_eq!(fence.value(), value);
        }
    });
}

pub(super) fn a_value_falls_with_a_flag_alone() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 10);
        for value in [0, 9, 10] {
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, value)]), SUCCESS);
            assert_eq!(fence.value(), 10);
        }
        for value in [9, 3, 0, u64::MAX, 7] {
            let target = [(fence.handle, value)];
            let answer = signal_with(&gpu.dxg, device, &target, REWIND);
            assert_eq!(answer, SUCCESS);
            assert_eq!(fence.value(), value);
        }
    });
}

pub(super) fn as_many_objects_as_a_signal_takes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fences: Vec<_> = (0..=SIGNALLED_MAX)
        .map(|_| Fence::new(&gpu, device, 0))
        .collect();
    let targets: Vec<_> = fences.iter().map(|fence| (fence.handle, 1)).collect();
    gpu.unchanged(|| {
        assert_eq!(signal(&gpu.dxg, device, &[]), INVALID_PARAMETER);
        assert_eq!(signal(&gpu.dxg, device, &targets), INVALID_PARAMETER);
    });
    assert!(fences.iter().all(|fence| fence.value() == 0));
    let most = SIGNALLED_MAX as usize;
    assert_eq!(signal(&gpu.dxg, device, &targets[..most]), SUCCESS);
    assert!(fences[..most].iter().all(|fence| fence.value() == 1));
    assert_eq!(fences[most].value(), 0);
}

pub(super) fn one_object_many_times() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let targets = [3, 9, 5].map(|value| (fence.handle, value));
    assert_eq!(signal(&gpu.dxg, device, &targets), SUCCESS);
    assert_eq!(fence.value(), 9);
    assert_eq!(signal_with(&gpu.dxg, device, &targets, REWIND), SUCCESS);
    assert_eq!(fence.value(), 5, "in their order");
}

pub(super) fn flags_of_a_signal() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    for_each([0x1, 0x4, 0x5], |flags| {
        let target = [(fence.handle, fence.value() + 1)];
        assert_eq!(signal_with(&gpu.dxg, device, &target, flags), SUCCESS);
    });
    assert_eq!(fence.value(), 3);
    gpu.unchanged(|| {
        for_each([1].into_iter().chain(3..32), |bit| {
            let answer = signal_with(&gpu.dxg, device, &[(fence.handle, 9)], 1 << bit);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    assert_eq!(fence.value(), 3);
}

/// The answer to a signal with lists at these addresses.
fn signal_at(gpu: &Gpu, device: u32, count: u32, objects: u64, values: u64) -> Answer {
    let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
        device: handle(device),
        object_count: count,
        objects,
        fence_values: values,
        ..Default::default()
    };
    // SAFETY: Tests hand in memory of their own, or addresses that are not mapped.
    unsafe { sys::D3DKMTSignalSynchronizationObjectFromCpu(&gpu.dxg, &mut args) }
}

pub(super) fn lists_of_a_signal() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let (object, value) = ([handle(fence.handle)], [4_u64]);
    let [objects, values] = [object.as_ptr() as u64, value.as_ptr() as u64];
    gpu.unchanged(|| {
        for_each(BAD_ADDRESSES, |(_, bad)| {
            let answer = signal_at(&gpu, device, 1, bad, values);
            assert_eq!(answer, INVALID_PARAMETER);
            let answer = signal_at(&gpu, device, 1, objects, bad);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // The second element is not there any more.
        let hole = Map::before_a_hole();
        let at = hole.before_end_of_first_page(4);
        hole.put((at - hole.address()) as usize, object[0]);
        let two = [4_u64, 5];
        let answer = signal_at(&gpu, device, 2, at, two.as_ptr() as u64);
        assert_eq!(answer, INVALID_PARAMETER);
        let number = request::SIGNALSYNCHRONIZATIONOBJECTFROMCPU;
        assert_eq!(call_at(&gpu.dxg, number, 0), INVALID_PARAMETER);
    });
    assert_eq!(fence.value(), 0);
    assert_eq!(signal_at(&gpu, device, 1, objects, values), SUCCESS);
    assert_eq!(fence.value(), 4);
}

pub(super) fn a_signal_is_for_all_or_none() {
    on_each_device(|gpu, device| {
        let [one, two] = [0; 2].map(|_| Fence::new(gpu, device, 0));
        gpu.unchanged(|| {
            for_each(NO_HANDLES, |none| {
                let targets = [(one.handle, 1), (none, 1), (two.handle, 1)];
                let answer = signal(&gpu.dxg, device, &targets);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        assert_eq!((one.value(), two.value()), (0, 0));
    });
}

pub(super) fn objects_of_other_devices() {
    on_each_adapter(|gpu| {
        let [first, second] = [gpu.device(), gpu.device()];
        let fence = Fence::new(gpu, first, 1);
        gpu.unchanged(|| {
            for device in [second, gpu.adapter, fence.handle, 0] {
                let answer = signal(&gpu.dxg, device, &[(fence.handle, 2)]);
                assert_eq!(answer, INVALID_PARAMETER);
                let answer = wait(&gpu.dxg, device, &[(fence.handle, 1)]);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
        assert_eq!(fence.value(), 1);
    });
}

pub(super) fn what_is_no_object() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let gone = Fence::new(&gpu, device, 1);
    assert_eq!(destroy_sync_object(&gpu.dxg, gone.handle), SUCCESS);
    let queue = PagingQueue::new(&gpu, device);
    let others = [gpu.adapter, device, gone.handle, queue.handle];
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain(others), |object| {
            let answer = destroy_sync_object(&gpu.dxg, object);
            assert_eq!(answer, INVALID_PARAMETER);
            let answer = signal(&gpu.dxg, device, &[(object, 1)]);
            assert_eq!(answer, INVALID_PARAMETER);
            let answer = wait(&gpu.dxg, device, &[(object, 0)]);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        let number = request::DESTROYSYNCHRONIZATIONOBJECT;
        assert_eq!(call_at(&gpu.dxg, number, 0), INVALID_PARAMETER);
    });
}

pub(super) fn rights_of_the_device() {
    on_each_device(|gpu, device| {
        let no_signal = Fence::with_flags(gpu, device, 1, 0x10);
        let no_wait = Fence::with_flags(gpu, device, 1, 0x20);
        gpu.unchanged(|| {
            let answer = signal(&gpu.dxg, device, &[(no_signal.handle, 2)]);
            assert_eq!(answer, ACCESS_DENIED);
            let answer = wait(&gpu.dxg, device, &[(no_wait.handle, 1)]);
            assert_eq!(answer, ACCESS_DENIED);
        });
        assert_eq!(wait(&gpu.dxg, device, &[(no_signal.handle, 1)]), SUCCESS);
        let answer = signal(&gpu.dxg, device, &[(no_wait.handle, 2)]);
        assert_eq!(answer, SUCCESS);
        assert_eq!((no_signal.value(), no_wait.value()), (1, 2));
        for fence in [no_signal, no_wait] {
            assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
        }
    });
}
