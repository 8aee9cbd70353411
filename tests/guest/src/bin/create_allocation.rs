// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateAllocation2 with video memory: shapes, flags, elements, arrays. Resources are the suite
//! `create_resource`, private data `private_data`, memory of the caller `caller_memory`.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::{buffer, Create, BLOB},
    harness,
    memory::{bytes_at, Map},
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            the_most_allocations_in_one_call,
            memory_of_others_is_not_seen,
            a_later_element_does_not_fit,
            no_device,
            other_objects_as_device,
            flags_without_effect,
            forbidden_flag_bits,
            a_read_only_array_takes_everything_back,
            reserved_element_flag_bits,
            reserved_element_words,
            outputs_and_what_stays,
        ],
        &[("dirty", dirty)],
    )
}

fn the_most_allocations_in_one_call() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let alone = Create::buffers(device, 1024).made(gpu);
        let more = Create::buffers(device, 1024).in_resource().made(gpu);
        assert_eq!(counters().since(&before, "allocations"), 2048);
        for create in [alone, more] {
            for i in [0, 1, 511, 1023] {
                gpu.lock(device, create.allocation(i));
                gpu.unlock(device, create.allocation(i));
            }
        }
    });
}

/// In a child: leaves bytes in video memory.
fn dirty(_: &[String]) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::buffer(device, 16 << 20).made(gpu);
        let address = gpu.lock(device, create.allocation(0));
        // SAFETY: The lock has that many bytes.
        unsafe { bytes_at(address, 16 << 20) }.fill(0xee);
    });
}

fn memory_of_others_is_not_seen() {
    Child::start(child::command("dirty", &[])).succeed();
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for _ in 0..2 {
            let list = Create::buffer(device, 16 << 20).made(gpu).allocations();
            let address = gpu.lock(device, list[0]);
            // SAFETY: The lock has that many bytes.
            let bytes = unsafe { bytes_at(address, 16 << 20) };
            assert!(bytes.iter().all(|&byte| byte == 0));
            bytes.fill(0xdd);
            gpu.unlock(device, list[0]);
            assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        }
    });
}

const SEGMENT: u64 = 256 << 20;

fn a_later_element_does_not_fit() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let blobs = [buffer(SEGMENT / 2), buffer(SEGMENT / 2), buffer(1)];
        Create::blobs(device, &blobs).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        let create = Create::blobs(device, &blobs).in_resource();
        create.refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        // Nothing of it is committed still.
        Create::buffer(device, SEGMENT).made(gpu);
    });
}

fn no_device() {
    let gpu = Gpu::first();
    let closed = gpu.device();
    assert_eq!(destroy_device(&gpu.dxg, closed), SUCCESS);
    for_each(NO_HANDLES.into_iter().chain([closed]), |handle| {
        Create::buffer(handle, 4096).refused(&gpu, INVALID_PARAMETER);
    });
}

fn other_objects_as_device() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    let others = [gpu.adapter, create.resource(), create.allocation(0)];
    for_each(others, |handle| {
        Create::buffer(handle, 4096).refused(&gpu, INVALID_PARAMETER);
    });
}

fn flags_without_effect() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        // NonSecure, RestrictSharedAccess, ReadOnly, CrossAdapter, PartialSharedCreation, Zeroed,
        // WriteWatch, AllowNotZeroed, PhysicallyContiguous, NoKmdAccess, SharedDisplayable.
        for_each([2, 4, 7, 11, 13, 14, 15, 18, 19, 20, 21], |bit| {
            let create = Create::buffer(device, 4096).flags(1 << bit).made(gpu);
            let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
            assert_eq!(destroyed, SUCCESS);
        });
    });
}

fn forbidden_flag_bits() {
    let gpu = Gpu::first();
    let device = gpu.device();
    // Of the kernel alone: 3, 8, 9, 10, 12; ExistingSection: 17; without a meaning: the others.
    for_each([3, 8, 9, 10, 12, 17].into_iter().chain(22..32), |bit| {
        let create = Create::buffer(device, 4096).flags(1 << bit);
        create.refused(&gpu, INVALID_PARAMETER);
        let create = Create::buffer(device, 4096).in_resource().flags(1 << bit);
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

fn a_read_only_array_takes_everything_back() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        let mut create = Create::buffers(device, 3).in_resource();
        for (i, &info) in create.infos.iter().enumerate() {
            memory.put(96 * i, info);
        }
        memory.read_only();
        create.args.allocation_info = memory.address();
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn with_element_flags(device: u32, flags: u32) -> Create {
    let mut create = Create::buffers(device, 2);
    create.infos[1].flags.value = flags;
    create
}

fn reserved_element_flag_bits() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(3..32, |bit| {
        with_element_flags(device, 1 << bit).refused(&gpu, INVALID_PARAMETER);
    });
}

fn reserved_element_words() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(0..5, |word| {
        for value in [1, 1 << 63, u64::MAX] {
            let mut create = Create::buffers(device, 2);
            create.infos[1].reserved[word] = value;
            create.refused(&gpu, INVALID_PARAMETER);
        }
    });
}

fn outputs_and_what_stays() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let mut create = Create::buffer(device, 4096);
        create.args.global_share = handle(0xdead_beef);
        create.args.private_runtime_resource_handle = 0x1234_5678_9abc_def0;
        create.infos[0].allocation = handle(0xdead_beef);
        let (before, info) = (create.args, create.infos[0]);
        let create = create.made(gpu);
        let args = create.args;
        assert_eq!(args.global_share.v, 0);
        assert_eq!(args.resource.v, 0);
        assert_eq!(
            args.private_runtime_resource_handle,
            before.private_runtime_resource_handle
        );
        assert_eq!(args.flags.value, before.flags.value);
        assert_eq!(args.alloc_count, 1);
        assert_eq!(args.allocation_info, before.allocation_info);
        assert_eq!(create.allocation(0), device + HANDLE_STEP);
        assert_eq!(create.infos[0].priv_drv_data, info.priv_drv_data);
        assert_eq!(create.infos[0].priv_drv_data_size, BLOB);
        assert_eq!(create.infos[0].sysmem, 0);
    });
}
