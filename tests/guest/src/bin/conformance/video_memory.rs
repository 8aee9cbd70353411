// SPDX-License-Identifier: MIT OR Apache-2.0
//! CreateAllocation2 of what the driver defines: its private data, the elements, memory given for
//! them.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::{buffer, Create, BLOB},
    device::Device,
    memory::{Map, BAD_ADDRESSES, PAGE},
};
use libd3dkmt::sys::{bindings as c, gem::*};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_059_stand_alone,
        "one allocation, no memory given",
        C,
        "SUCCESS; video memory that the device owns, in no resource",
    ),
    case!(
        case_060_memory_in_a_resource,
        "CreateResource, an element with memory of the caller",
        C,
        "SUCCESS; system memory in a resource",
    ),
    case!(
        case_061_a_resource_with_n_allocations,
        "CreateResource, N elements",
        C,
        "SUCCESS; N handles, and a lower one for the resource",
    ),
    case!(
        case_062_the_driver_refuses,
        "the driver says INVALID_PARAMETER of the private data",
        C,
        "INVALID_PARAMETER; nothing is made",
    ),
    case!(
        case_063_the_driver_refuses_one_of_n,
        "the driver refuses one of N elements",
        I,
        "its status; none of the N is made",
        "INVALID_PARAMETER of this driver; none of the N is made",
    ),
    case!(
        case_064_the_driver_knows_another_version,
        "the driver says GRAPHICS_DRIVER_MISMATCH",
        I,
        "that status; nothing is made",
    ),
    case!(
        case_065_no_video_memory,
        "more than memory management can serve",
        C,
        "GRAPHICS_NO_VIDEO_MEMORY; nothing is made",
    ),
    case!(
        case_066_the_adapter_was_removed,
        "the adapter was stopped",
        C,
        "DEVICE_REMOVED; nothing is made",
    ),
    case!(
        case_072_private_data_too_short,
        "private data that is too short for the driver",
        C,
        IP
    ),
    case!(
        case_073_private_data_of_128_kib,
        "private data of 128 KiB or more in an element",
        L,
        IP
    ),
    case!(case_074_no_allocations, "NumAllocations 0", I, IP),
    case!(
        case_075_no_allocations_in_a_resource,
        "NumAllocations 0 with CreateResource",
        I,
        "SUCCESS by its page, an empty resource; INVALID_PARAMETER of WSL",
        "INVALID_PARAMETER",
        "case 76 is certain, and this should not be another rule",
    ),
    case!(
        case_076_no_heap_in_a_resource,
        "NumAllocations 0 with CreateResource and StandardAllocation",
        C,
        IP
    ),
    case!(
        case_077_more_than_1024_allocations,
        "NumAllocations 1025",
        L,
        IP
    ),
    case!(case_078_no_array, "one allocation, no array", L, IP),
    case!(
        case_079_an_array_that_ends_early,
        "an array that is not there, or in part",
        I,
        IP
    ),
    case!(
        case_080_memory_not_page_aligned,
        "memory of the caller that does not begin with a page",
        L,
        IP
    ),
    case!(
        case_081_fragments_of_one_buffer,
        "fragments of one buffer in N elements",
        C,
        "SUCCESS; each is an allocation",
    ),
    case!(
        case_082_primary_of_no_source,
        "a primary for a display source that is not there",
        I,
        IP
    ),
    case!(
        case_083_stereo_without_primary,
        "Stereo without Primary",
        I,
        IP
    ),
    case!(
        case_084_override_priority,
        "OverridePriority, and a priority",
        C,
        "SUCCESS; this priority counts, and not the driver's",
        "SUCCESS; nothing uses the priority",
        "there is no eviction yet, which it is for",
    ),
    case!(
        case_085_the_driver_writes_back,
        "the driver writes to the private data",
        C,
        "SUCCESS; the caller sees it",
    ),
    case!(
        case_086_override_priority_with_none,
        "OverridePriority, and priority 0",
        I,
        IP
    ),
];

fn case_059_stand_alone() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let create = Create::buffer(device, 100_000).made(gpu);
        assert_eq!(create.allocation(0), device + HANDLE_STEP);
        assert_eq!((create.resource(), create.global()), (0, 0));
        // Nothing physical yet.
        before.assert_grown(&[("devices", 1), ("allocations", 1), ("bindings", 1)]);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_restored();
    });
}

fn case_060_memory_in_a_resource() {
    on_each_device(|gpu, device| {
        let memory = Map::new(3);
        let before = counters();
        let create = Create::memory(device, &[(memory.address(), 10_000)]).in_resource();
        let create = create.made(gpu);
        assert_eq!(create.blobs[0].bytes, 12288);
        assert_eq!(counters().since(&before, "pinned_pages"), 3);
        assert_eq!(create.allocation(0), create.resource() + HANDLE_STEP);
        assert_eq!(gpu.lock(device, create.allocation(0)), memory.address());
        gpu.unlock(device, create.allocation(0));
    });
}

fn case_061_a_resource_with_n_allocations() {
    on_each_adapter(|gpu| {
        for_each([1, 2, 3, 100], |count| {
            let device = gpu.device();
            let create = Create::buffers(device, count).in_resource().made(gpu);
            assert_eq!(create.resource(), device + HANDLE_STEP);
            for (allocation, i) in create.allocations().into_iter().zip(1..) {
                assert_eq!(allocation, create.resource() + i * HANDLE_STEP);
            }
            // They are its children.
            let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
            assert_eq!(destroyed, SUCCESS);
            let stale = lock(&gpu.dxg, device, create.allocation(count - 1)).0;
            assert_eq!(stale, INVALID_PARAMETER);
        });
    });
}

fn refused(gpu: &Gpu, device: u32, blob: dxgkrnl_gem_allocation, answer: Answer) {
    Create::blobs(device, &[blob]).refused(gpu, answer);
}

fn case_062_the_driver_refuses() {
    on_each_device(|gpu, device| {
        for_each([0, 1, DXGKRNL_GEM_MAGIC ^ 1, u32::MAX], |magic| {
            let blob = dxgkrnl_gem_allocation {
                magic,
                ..buffer(4096)
            };
            refused(gpu, device, blob, INVALID_PARAMETER);
        });
    });
}

fn case_063_the_driver_refuses_one_of_n() {
    on_each_device(|gpu, device| {
        for_each([0, 1, 31, 63], |place| {
            let mut blobs = [buffer(4096); 64];
            blobs[place].kind = 0;
            Create::blobs(device, &blobs).refused(gpu, INVALID_PARAMETER);
            let create = Create::blobs(device, &blobs).in_resource();
            create.refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_064_the_driver_knows_another_version() {
    on_each_device(|gpu, device| {
        for_each([0, 2, 3, u32::MAX], |version| {
            let blob = dxgkrnl_gem_allocation {
                version,
                ..buffer(4096)
            };
            refused(gpu, device, blob, GRAPHICS_DRIVER_MISMATCH);
            // Another version may well have another size.
            let memory = Map::new(1);
            let create = Create::blob_of_size(device, &memory, 64);
            memory.put(4, version);
            create.refused(gpu, GRAPHICS_DRIVER_MISMATCH);
        });
    });
}

/// Bytes of the local segment.
const SEGMENT: u64 = 256 << 20;

fn case_065_no_video_memory() {
    on_each_device(|gpu, device| {
        let too_much = |bytes| refused(gpu, device, buffer(bytes), GRAPHICS_NO_VIDEO_MEMORY);
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

fn case_066_the_adapter_was_removed() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let resource = Create::buffer(on, 4096).in_resource().made(&gpu).resource();
    device.remove();
    let before = counters();
    let memory = Map::new(1);
    for mut create in [
        Create::buffer(on, 4096),
        Create::buffers(on, 3).in_resource(),
        Create::buffer(on, 4096).append(resource),
        Create::heap(on, memory.address(), 4096),
        Create::memory(on, &[(memory.address(), 4096)]),
    ] {
        assert_eq!(create.call(&gpu), DEVICE_REMOVED);
    }
    before.assert_restored();
    device.restore();
}

fn case_072_private_data_too_short() {
    on_each_device(|gpu, device| {
        let memory = Map::new(32);
        for_each([0, 1, 4, 8, 47, 49, 96, 4096, 131071], |bytes| {
            let create = Create::blob_of_size(device, &memory, bytes);
            create.refused(gpu, INVALID_PARAMETER);
        });
        Create::blob_of_size(device, &memory, BLOB).made(gpu);
    });
}

fn case_073_private_data_of_128_kib() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(33);
    for_each([131072, 131073, 0x8000_0000, u32::MAX], |bytes| {
        let create = Create::blob_of_size(device, &memory, bytes);
        create.refused(&gpu, INVALID_PARAMETER);
    });
}

/// One with NumAllocations 0 is refused, with an array and without.
fn refused_when_empty(gpu: &Gpu, make: impl Fn() -> Create) {
    let mut create = make();
    create.args.alloc_count = 0;
    create.refused(gpu, INVALID_PARAMETER);
    let mut create = make();
    (create.args.alloc_count, create.args.allocation_info) = (0, 0);
    create.refused(gpu, INVALID_PARAMETER);
}

fn case_074_no_allocations() {
    on_each_device(|gpu, device| refused_when_empty(gpu, || Create::buffer(device, 4096)));
}

fn case_075_no_allocations_in_a_resource() {
    on_each_device(|gpu, device| {
        refused_when_empty(gpu, || Create::buffer(device, 4096).in_resource());
    });
}

fn case_076_no_heap_in_a_resource() {
    on_each_device(|gpu, device| {
        let memory = Map::new(1);
        let heap = || Create::heap(device, memory.address(), PAGE as u64).in_resource();
        refused_when_empty(gpu, heap);
    });
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

fn case_078_no_array() {
    on_each_device(|gpu, device| {
        for_each([1, 2, 1024], |count| {
            let mut create = Create::buffer(device, 4096).in_resource();
            (create.args.allocation_info, create.args.alloc_count) = (0, count);
            create.refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_079_an_array_that_ends_early() {
    let gpu = Gpu::first();
    let device = gpu.device();
    for_each(BAD_ADDRESSES, |(_, address)| {
        for count in [1, 2, 1024] {
            let mut create = Create::buffer(device, 4096).in_resource();
            (create.args.allocation_info, create.args.alloc_count) = (address, count);
            create.refused(&gpu, INVALID_PARAMETER);
        }
    });
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

fn case_080_memory_not_page_aligned() {
    on_each_device(|gpu, device| {
        let memory = Map::new(16);
        for_each([1, 64, 2048, 4095], |offset| {
            let ranges = [(memory.address(), 4096), (memory.address() + offset, 4096)];
            Create::memory(device, &ranges).refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_081_fragments_of_one_buffer() {
    on_each_device(|gpu, device| {
        let memory = Map::new(16);
        let page = |i| memory.address() + i * PAGE as u64;
        let ranges: Vec<_> = (0..16).map(|i| (page(i), PAGE as u64)).collect();
        let before = counters();
        let create = Create::memory(device, &ranges).in_resource().made(gpu);
        assert_eq!(counters().since(&before, "pinned_pages"), 16);
        assert_eq!(counters().since(&before, "allocations"), 16);
        let list = create.allocations();
        assert_eq!(gpu.lock(device, list[7]), page(7));
        gpu.unlock(device, list[7]);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..5]), SUCCESS);
        assert_eq!(counters().since(&before, "pinned_pages"), 11);
    });
}

fn with_element_flags(device: u32, flags: u32) -> Create {
    let mut create = Create::buffers(device, 2);
    create.infos[1].flags.value = flags;
    create
}

fn case_082_primary_of_no_source() {
    on_each_device(|gpu, device| {
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

fn case_083_stereo_without_primary() {
    on_each_device(|gpu, device| {
        let stereo = c::D3DDDI_ALLOCATIONINFO2_STEREO;
        with_element_flags(device, stereo).refused(gpu, INVALID_PARAMETER);
        let primary = c::D3DDDI_ALLOCATIONINFO2_PRIMARY;
        with_element_flags(device, primary | stereo).made(gpu);
    });
}

fn with_priority(device: u32, priority: u32) -> Create {
    let flag = c::D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
    let mut create = with_element_flags(device, flag);
    create.infos[1].priority = priority;
    create
}

fn case_084_override_priority() {
    on_each_device(|gpu, device| {
        for_each([1, 0x2800_0000, 0xc800_0000, u32::MAX], |priority| {
            let create = with_priority(device, priority).made(gpu);
            assert_eq!(create.infos[1].priority, priority);
        });
    });
}

fn case_085_the_driver_writes_back() {
    on_each_device(|gpu, device| {
        let sizes = [
            (1, 4096),
            (4095, 4096),
            (4096, 4096),
            (4097, 8192),
            (65535 * 4096 + 1, 65536 * 4096),
        ];
        for_each(sizes, |(asked, got)| {
            let create = Create::buffer(device, asked).made(gpu);
            let expected = dxgkrnl_gem_allocation {
                bytes: got,
                ..buffer(asked)
            };
            assert_eq!(format!("{:?}", create.blobs[0]), format!("{expected:?}"));
            let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
            assert_eq!(destroyed, SUCCESS);
        });
    });
}

fn case_086_override_priority_with_none() {
    on_each_device(|gpu, device| with_priority(device, 0).refused(gpu, INVALID_PARAMETER));
}
