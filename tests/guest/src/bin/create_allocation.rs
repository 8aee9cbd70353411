// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateAllocation2 with video memory: shapes, flags, elements, arrays. Resources are the suite
//! `create_resource`, private data `private_data`, memory of the caller `caller_memory`.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::{buffer, Create, BLOB},
    harness,
    memory::{bytes_at, Map, BAD_ADDRESSES, PAGE},
    tests,
};
use libd3dkmt::sys::{bindings as c, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            case_059_stand_alone,
            the_most_allocations_in_one_call,
            memory_of_others_is_not_seen,
            case_065_the_segment_is_full,
            case_065_a_later_element_does_not_fit,
            case_258_refused_calls_consume_no_handle,
            case_029_all_zero_argument,
            case_038_no_device,
            case_038_other_objects_as_device,
            flags_without_effect,
            case_052_and_058_forbidden_flag_bits,
            case_074_and_075_no_allocations,
            case_077_more_than_1024_allocations,
            case_078_bad_arrays,
            half_mapped_array,
            case_264_read_only_array_takes_everything_back,
            case_264_read_only_argument_takes_everything_back,
            case_083_stereo_without_primary,
            primary_and_its_source,
            reserved_element_flag_bits,
            reserved_element_words,
            case_084_override_priority,
            outputs_and_what_stays,
        ],
        &[("dirty", dirty)],
    )
}

fn case_059_stand_alone() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let create = Create::buffer(device, 100_000).made(gpu);
        assert_eq!(create.allocation(0), device + HANDLE_STEP);
        assert_eq!(create.resource(), 0);
        assert_eq!(create.args.global_share.v, 0);
        let now = counters();
        assert_eq!(now.since(&before, "allocations"), 1);
        assert_eq!(now.since(&before, "bindings"), 1);
        assert_eq!(now.since(&before, "resources"), 0);
        assert_eq!(now.since(&before, "gem_objects"), 0, "nothing physical yet");
    });
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

fn case_065_the_segment_is_full() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let too_much = |bytes| {
            Create::buffer(device, bytes).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        };
        too_much(SEGMENT + 1);
        too_much(SEGMENT + 4096);
        let all = Create::buffer(device, SEGMENT).made(gpu);
        too_much(1);
        let destroyed = destroy_allocations(&gpu.dxg, device, &all.allocations());
        assert_eq!(destroyed, SUCCESS);
        Create::buffer(device, SEGMENT - 4096).made(gpu);
        too_much(4097);
        Create::buffer(device, 4096).made(gpu);
        too_much(1);
        // What a device had is free again with it.
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        let device = gpu.device();
        Create::buffer(device, SEGMENT).made(gpu);
    });
}

fn case_065_a_later_element_does_not_fit() {
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

fn case_258_refused_calls_consume_no_handle() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let mut last = device;
        for _ in 0..10 {
            let mut spoilt = Create::buffers(device, 8).in_resource();
            spoilt.blobs[7].kind = 99;
            assert_eq!(spoilt.call(gpu), INVALID_PARAMETER);
            let create = Create::buffer(device, 4096).made(gpu);
            assert_eq!(create.allocation(0), last + HANDLE_STEP);
            last = create.allocation(0);
        }
    });
}

fn case_029_all_zero_argument() {
    let gpu = Gpu::first();
    let memory = Map::new(1);
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::CREATEALLOCATION, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_038_no_device() {
    let gpu = Gpu::first();
    let closed = gpu.device();
    assert_eq!(destroy_device(&gpu.dxg, closed), SUCCESS);
    for_each(NO_HANDLES.into_iter().chain([closed]), |handle| {
        Create::buffer(handle, 4096).refused(&gpu, INVALID_PARAMETER);
    });
}

fn case_038_other_objects_as_device() {
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

fn case_052_and_058_forbidden_flag_bits() {
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

fn case_074_and_075_no_allocations() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut create = Create::buffer(device, 4096);
    create.args.alloc_count = 0;
    create.refused(&gpu, INVALID_PARAMETER);
    let mut create = Create::buffer(device, 4096).in_resource();
    create.args.alloc_count = 0;
    create.refused(&gpu, INVALID_PARAMETER);
    let mut create = Create::buffer(device, 4096).in_resource();
    (create.args.alloc_count, create.args.allocation_info) = (0, 0);
    create.refused(&gpu, INVALID_PARAMETER);
}

fn case_077_more_than_1024_allocations() {
    let gpu = Gpu::first();
    let device = gpu.device();
    Create::buffers(device, 1025).refused(&gpu, INVALID_PARAMETER);
    let create = Create::buffers(device, 1025).in_resource();
    create.refused(&gpu, INVALID_PARAMETER);
    for_each([0x8000_0000, 0x0400_0001, u32::MAX], |count| {
        let mut create = Create::buffers(device, 8);
        create.args.alloc_count = count;
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

fn case_078_bad_arrays() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(BAD_ADDRESSES, |(_, address)| {
        for count in [1, 2, 1024] {
            let mut create = Create::buffer(device, 4096).in_resource();
            (create.args.allocation_info, create.args.alloc_count) = (address, count);
            create.refused(&gpu, INVALID_PARAMETER);
        }
    });
}

fn half_mapped_array() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let hole = Map::before_a_hole();
    for_each([96, 95, 1, 100, 191], |inside| {
        let mut create = Create::buffers(device, 2).in_resource();
        if inside >= 96 {
            hole.put(PAGE - inside, create.infos[0]);
        }
        create.args.allocation_info = hole.before_end_of_first_page(inside);
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

fn case_264_read_only_array_takes_everything_back() {
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

fn case_264_read_only_argument_takes_everything_back() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let memory = Map::new(1);
        let create = Create::buffers(device, 3).in_resource();
        memory.put(0, create.args);
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::CREATEALLOCATION, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // Those numbers may have been seen, but they name nothing.
        let stale = lock(&gpu.dxg, device, create.allocation(0)).0;
        assert_eq!(stale, INVALID_PARAMETER);
    });
}

fn with_element_flags(device: u32, flags: u32) -> Create {
    let mut create = Create::buffers(device, 2);
    create.infos[1].flags.value = flags;
    create
}

fn case_083_stereo_without_primary() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let stereo = c::D3DDDI_ALLOCATIONINFO2_STEREO;
    with_element_flags(device, stereo).refused(&gpu, INVALID_PARAMETER);
    let primary = c::D3DDDI_ALLOCATIONINFO2_PRIMARY;
    with_element_flags(device, primary | stereo).made(&gpu);
}

fn primary_and_its_source() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (_, infos) = enumerate2(&gpu.dxg, 64);
        let mine = infos
            .iter()
            .find(|info| Luid(info.adapter_luid.a, info.adapter_luid.b) == gpu.luid);
        let sources = mine.expect("this adapter").num_sources;
        let with_source = |source| {
            let mut create = with_element_flags(device, c::D3DDDI_ALLOCATIONINFO2_PRIMARY);
            create.infos[1].vidpn_source_id = source;
            create
        };
        with_source(sources - 1).made(gpu);
        for_each([sources, sources + 1, u32::MAX], |source| {
            with_source(source).refused(gpu, INVALID_PARAMETER);
        });
    });
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

fn case_084_override_priority() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let with_priority = |priority| {
        let flag = c::D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
        let mut create = with_element_flags(device, flag);
        create.infos[1].priority = priority;
        create
    };
    for_each([1, 0x2800_0000, 0xc800_0000, u32::MAX], |priority| {
        with_priority(priority).made(&gpu);
    });
    with_priority(0).refused(&gpu, INVALID_PARAMETER);
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
