// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateAllocation2 on memory of the caller: existing heaps (standard allocations) and
//! fragments (driver-defined allocations with pSystemMem), pins and limits.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::{buffer, Create},
    harness,
    memory::{memory_file, Map, BAD_ADDRESSES, PAGE, UNMAPPED},
    state::pinned_bytes,
    tests,
};
use libd3dkmt::sys::bindings as c;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            case_030_and_031_an_existing_heap,
            case_089_a_heap_in_a_resource,
            case_033_and_034_private_data_of_a_heap_is_ignored,
            case_035_runtime_data_of_a_heap_is_ignored,
            case_036_private_data_for_the_resource_of_a_heap,
            case_039_heap_with_garbage_resource,
            case_040_and_076_heap_without_allocations,
            heap_of_two_allocations,
            case_042_and_043_types,
            case_044_heap_without_memory,
            case_045_heap_not_page_aligned,
            case_046_heap_size_not_page_multiple,
            case_048_standard_without_existing_sysmem,
            case_049_existing_sysmem_without_standard,
            case_051_existing_section,
            case_053_no_description,
            case_057_type_2,
            reserved_heap_flag_bits,
            case_090_append_a_heap,
            case_060_fragment_in_a_resource,
            case_080_fragment_not_page_aligned,
            case_081_many_fragments_of_one_buffer,
            fragments_with_and_without_memory,
            case_054_memory_of_a_lock,
            case_056_memory_that_is_not_there,
            case_056_memory_that_is_there_in_part,
            ranges_beyond_the_address_space,
            more_than_the_aperture,
            read_only_memory_needs_the_flag,
            memory_without_access,
            pages_of_files,
            case_055_memory_that_is_unmapped_meanwhile,
            the_same_memory_twice,
            untouched_memory_is_pinned_all_the_same,
            pins_are_accounted,
            pins_end_with_the_device,
            rlimit_memlock_limits_users,
            rlimit_memlock_does_not_limit_root,
            case_264_read_only_array_gives_pins_back,
        ],
        &[("limited", limited), ("root", root)],
    )
}

const HEAP: u64 = 0x10000;

/// A device, and memory for a heap of `HEAP` bytes.
fn with_heap(test: impl Fn(&Gpu, u32, &Map)) {
    on_each_adapter(|gpu| {
        let memory = Map::new(HEAP as usize / PAGE);
        test(gpu, gpu.device(), &memory);
    });
}

/// Baseline B, spoilt, is refused.
fn refused(answer: Answer, spoil: impl Fn(&mut Create)) {
    with_heap(|gpu, device, memory| {
        let mut create = Create::heap(device, memory.address(), HEAP);
        spoil(&mut create);
        create.refused(gpu, answer);
        let mut create = Create::heap(device, memory.address(), HEAP).in_resource();
        spoil(&mut create);
        create.refused(gpu, answer);
    });
}

fn case_030_and_031_an_existing_heap() {
    with_heap(|gpu, device, memory| {
        let before = counters();
        let mut create = Create::heap(device, memory.address(), HEAP);
        create.args.global_share = handle(7);
        create.args.private_runtime_resource_handle = 0xabcd_ef01_2345_6789;
        let create = create.made(gpu);
        assert_eq!(create.allocation(0), device + HANDLE_STEP);
        assert_eq!((create.args.resource.v, create.args.global_share.v), (0, 0));
        assert_eq!(create.args.private_runtime_data_size, 0);
        assert_eq!(create.args.priv_drv_data_size, 0);
        assert_eq!(create.infos[0].priv_drv_data_size, 0);
        assert_eq!(create.infos[0].sysmem, memory.address());
        let kept = create.args.private_runtime_resource_handle;
        assert_eq!(kept, 0xabcd_ef01_2345_6789);
        assert_eq!(counters().since(&before, "pinned_pages"), 16);
        assert_eq!(counters().since(&before, "gem_objects"), 0);
    });
}

fn case_089_a_heap_in_a_resource() {
    with_heap(|gpu, device, memory| {
        let create = Create::heap(device, memory.address(), HEAP).in_resource();
        let create = create.made(gpu);
        assert_eq!(create.resource(), device + HANDLE_STEP);
        assert_eq!(create.allocation(0), create.resource() + HANDLE_STEP);
        assert_eq!(create.args.global_share.v, 0);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(pinned_bytes(), 0);
    });
}

fn case_033_and_034_private_data_of_a_heap_is_ignored() {
    with_heap(|gpu, device, memory| {
        let data = *b"xyzzy!";
        let mut create = Create::heap(device, memory.address(), HEAP);
        create.infos[0].priv_drv_data = data.as_ptr() as u64;
        create.infos[0].priv_drv_data_size = 6;
        let create = create.made(gpu);
        assert_eq!(create.infos[0].priv_drv_data_size, 6);
        assert_eq!(&data, b"xyzzy!");
    });
}

fn case_035_runtime_data_of_a_heap_is_ignored() {
    with_heap(|gpu, device, memory| {
        let mut create = Create::heap(device, memory.address(), HEAP);
        create.args.private_runtime_data = b"data".as_ptr() as u64;
        create.args.private_runtime_data_size = 4;
        assert_eq!(create.made(gpu).args.private_runtime_data_size, 4);
    });
}

fn case_036_private_data_for_the_resource_of_a_heap() {
    refused(INVALID_PARAMETER, |create| {
        create.args.priv_drv_data_size = 64
    });
    refused(INVALID_PARAMETER, |create| {
        create.args.priv_drv_data_size = 1
    });
}

fn case_039_heap_with_garbage_resource() {
    refused(INVALID_HANDLE, |create| {
        create.args.resource = handle(0xdead_beef)
    });
}

fn case_040_and_076_heap_without_allocations() {
    refused(INVALID_PARAMETER, |create| create.args.alloc_count = 0);
}

fn heap_of_two_allocations() {
    with_heap(|gpu, device, memory| {
        let mut create = Create::heap(device, memory.address(), HEAP);
        let infos = [create.infos[0]; 2];
        create.args.allocation_info = infos.as_ptr() as u64;
        create.args.alloc_count = 2;
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn case_042_and_043_types() {
    for kind in [0, 3, 4, 0x8000_0001, u32::MAX] {
        refused(INVALID_PARAMETER, |create| create.standard.type_ = kind);
    }
}

fn case_044_heap_without_memory() {
    refused(INVALID_PARAMETER, |create| create.infos[0].sysmem = 0);
}

fn case_045_heap_not_page_aligned() {
    for offset in [1, 8, 2048, 4095] {
        refused(INVALID_PARAMETER, |create| {
            create.infos[0].sysmem += offset;
            create.standard.existing_heap_data.size = 4096;
        });
    }
}

fn case_046_heap_size_not_page_multiple() {
    for size in [0, 1, 4095, 4097, 0x1100, HEAP + 1, u64::MAX] {
        refused(INVALID_PARAMETER, |create| {
            create.standard.existing_heap_data.size = size;
        });
    }
}

fn without(create: &mut Create, flag: u32) {
    create.args.flags.value &= !flag;
}

fn case_048_standard_without_existing_sysmem() {
    let flag = c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM;
    refused(INVALID_PARAMETER, |create| without(create, flag));
}

fn case_049_existing_sysmem_without_standard() {
    let flag = c::D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION;
    refused(INVALID_PARAMETER, |create| {
        without(create, flag);
        // As a driver-defined allocation it would be good.
        (
            create.infos[0].priv_drv_data,
            create.infos[0].priv_drv_data_size,
        ) = (&raw const create.blobs[0] as u64, 48);
        create.args.priv_drv_data = 0;
    });
}

fn case_051_existing_section() {
    let section = c::D3DKMT_CREATEALLOCATION_EXISTING_SECTION;
    refused(INVALID_PARAMETER, |create| {
        create.args.flags.value |= section
    });
    refused(INVALID_PARAMETER, |create| {
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
        create.args.flags.value |= section;
    });
    refused(INVALID_PARAMETER, |create| {
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
        without(create, c::D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION);
        create.args.flags.value |= section;
    });
}

fn case_053_no_description() {
    for (_, address) in BAD_ADDRESSES {
        refused(INVALID_PARAMETER, |create| {
            create.args.priv_drv_data = address
        });
    }
    let hole = Map::before_a_hole();
    let half = hole.before_end_of_first_page(12);
    refused(INVALID_PARAMETER, |create| create.args.priv_drv_data = half);
}

fn case_057_type_2() {
    let kind = c::D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER;
    refused(INVALID_PARAMETER, |create| create.standard.type_ = kind);
    refused(INVALID_PARAMETER, |create| {
        create.standard.type_ = kind;
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
    });
    refused(INVALID_PARAMETER, |create| {
        create.standard.type_ = kind;
        create.infos[0].sysmem = 0;
    });
    // As it should be, and not there yet.
    refused(NOT_SUPPORTED, |create| {
        create.standard.type_ = kind;
        create.infos[0].sysmem = 0;
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
    });
}

fn reserved_heap_flag_bits() {
    for bit in 0..32 {
        refused(INVALID_PARAMETER, |create| {
            create.standard.flags.value = 1 << bit
        });
    }
}

fn case_090_append_a_heap() {
    with_heap(|gpu, device, memory| {
        for first in [
            Create::heap(device, memory.address(), HEAP),
            Create::buffer(device, 4096),
        ] {
            let resource = first.in_resource().made(gpu).resource();
            let create = Create::heap(device, memory.address(), HEAP).append(resource);
            create.refused(gpu, INVALID_PARAMETER);
        }
    });
}

fn case_060_fragment_in_a_resource() {
    with_heap(|gpu, device, memory| {
        let before = counters();
        let create = Create::memory(device, &[(memory.address(), 10_000)]).in_resource();
        let create = create.made(gpu);
        assert_eq!(create.blobs[0].bytes, 12288);
        assert_eq!(counters().since(&before, "pinned_pages"), 3);
        assert_eq!(create.allocation(0), create.resource() + HANDLE_STEP);
    });
}

fn case_080_fragment_not_page_aligned() {
    with_heap(|gpu, device, memory| {
        for_each([1, 64, 2048, 4095], |offset| {
            let ranges = [(memory.address(), 4096), (memory.address() + offset, 4096)];
            Create::memory(device, &ranges).refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_081_many_fragments_of_one_buffer() {
    with_heap(|gpu, device, memory| {
        let page = PAGE as u64;
        let ranges: Vec<_> = (0..16)
            .map(|i| (memory.address() + i * page, page))
            .collect();
        let before = counters();
        let create = Create::memory(device, &ranges).in_resource().made(gpu);
        assert_eq!(counters().since(&before, "pinned_pages"), 16);
        assert_eq!(counters().since(&before, "allocations"), 16);
        let list = create.allocations();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..5]), SUCCESS);
        assert_eq!(counters().since(&before, "pinned_pages"), 11);
    });
}

fn fragments_with_and_without_memory() {
    with_heap(|gpu, device, memory| {
        for_each([0, 1], |bare| {
            let ranges = [(memory.address(), 4096), (memory.address() + 4096, 4096)];
            let mut create = Create::memory(device, &ranges);
            create.infos[bare].sysmem = 0;
            create.refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_054_memory_of_a_lock() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let video = Create::buffer(device, HEAP).made(gpu).allocation(0);
        let address = gpu.lock(device, video);
        for read_only in [0, c::D3DKMT_CREATEALLOCATION_READ_ONLY] {
            let heap = Create::heap(device, address, HEAP).flags(read_only);
            heap.refused(gpu, INVALID_PARAMETER);
            let fragment = Create::memory(device, &[(address, 4096)]).flags(read_only);
            fragment.refused(gpu, INVALID_PARAMETER);
        }
        gpu.unlock(device, video);
    });
}

fn case_056_memory_that_is_not_there() {
    with_heap(|gpu, device, _| {
        let kernel = 0xffff_8880_0010_0000;
        let last = u64::MAX - 4095;
        for_each([UNMAPPED, kernel, last, 1 << 48, 0x1000], |address| {
            let heap = Create::heap(device, address, HEAP);
            heap.refused(gpu, INVALID_PARAMETER);
            let fragment = Create::memory(device, &[(address, 4096)]);
            fragment.refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_056_memory_that_is_there_in_part() {
    with_heap(|gpu, device, memory| {
        memory.unmap_from(15);
        let heap = Create::heap(device, memory.address(), HEAP);
        heap.refused(gpu, INVALID_PARAMETER);
        assert_eq!(pinned_bytes(), 0);
        Create::heap(device, memory.address(), HEAP - 4096).made(gpu);
    });
}

fn ranges_beyond_the_address_space() {
    with_heap(|gpu, device, memory| {
        // The last page of the user's half, and one page more.
        let top = 0x7fff_ffff_e000;
        Create::heap(device, top, 8192).refused(gpu, INVALID_PARAMETER);
        let end = u64::MAX - 4095;
        Create::heap(device, end, 8192).refused(gpu, INVALID_PARAMETER);
        let ranges = [(memory.address(), 4096), (end, 8192)];
        Create::memory(device, &ranges).refused(gpu, INVALID_PARAMETER);
    });
}

fn more_than_the_aperture() {
    with_heap(|gpu, device, memory| {
        for_each([1 << 33, 1 << 40, 1 << 62], |bytes| {
            let heap = Create::heap(device, memory.address(), bytes);
            heap.refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        });
    });
}

fn read_only_memory_needs_the_flag() {
    with_heap(|gpu, device, memory| {
        memory.put(0, 1_u8);
        memory.read_only();
        let heap = || Create::heap(device, memory.address(), HEAP);
        heap().refused(gpu, INVALID_PARAMETER);
        let create = heap().flags(c::D3DKMT_CREATEALLOCATION_READ_ONLY).made(gpu);
        assert_eq!(gpu.lock(device, create.allocation(0)), memory.address());
        gpu.unlock(device, create.allocation(0));
    });
}

fn memory_without_access() {
    with_heap(|gpu, device, memory| {
        memory.protect(libc::PROT_NONE);
        for read_only in [0, c::D3DKMT_CREATEALLOCATION_READ_ONLY] {
            let heap = Create::heap(device, memory.address(), HEAP).flags(read_only);
            heap.refused(gpu, INVALID_PARAMETER);
        }
    });
}

fn pages_of_files() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let file = memory_file(4);
        for shared in [false, true] {
            let before = counters();
            let mut memory = Map::of_file(&file, 4, shared);
            let heap = Create::heap(device, memory.address(), 4 * PAGE as u64).made(gpu);
            memory.bytes().fill(5);
            assert_eq!(counters().since(&before, "pinned_pages"), 4);
            // Beyond the end of the file there is nothing to pin.
            let beyond = Map::of_file(&file, 5, shared);
            let create = Create::heap(device, beyond.address(), 5 * PAGE as u64);
            create.refused(gpu, INVALID_PARAMETER);
            let destroyed = destroy_allocations(&gpu.dxg, device, &heap.allocations());
            assert_eq!(destroyed, SUCCESS);
            assert!(memory.bytes().iter().all(|&byte| byte == 5));
        }
    });
}

fn case_055_memory_that_is_unmapped_meanwhile() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let mut memory = Map::new(4);
        memory.bytes().fill(1);
        let heap = Create::heap(device, memory.address(), 4 * PAGE as u64).made(gpu);
        drop(memory);
        // The pages stay pinned for the allocation.
        assert_eq!(counters().since(&before, "pinned_pages"), 4);
        let destroyed = destroy_allocations(&gpu.dxg, device, &heap.allocations());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        assert_eq!(pinned_bytes(), 0);
    });
}

fn the_same_memory_twice() {
    with_heap(|gpu, device, memory| {
        let heaps = [0, 1].map(|_| Create::heap(device, memory.address(), HEAP).made(gpu));
        assert_eq!(pinned_bytes(), 2 * HEAP);
        for (left, heap) in [1, 0].into_iter().zip(heaps) {
            let destroyed = destroy_allocations(&gpu.dxg, device, &heap.allocations());
            assert_eq!(destroyed, SUCCESS);
            assert_eq!(pinned_bytes(), left * HEAP);
        }
    });
}

fn untouched_memory_is_pinned_all_the_same() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let mut memory = Map::new(1000);
        let before = counters();
        let create = Create::heap(device, memory.address(), 1000 * PAGE as u64);
        let create = create.made(gpu);
        assert_eq!(counters().since(&before, "pinned_pages"), 1000);
        assert!(memory.bytes().iter().all(|&byte| byte == 0));
        let destroyed = destroy_allocations(&gpu.dxg, device, &create.allocations());
        assert_eq!(destroyed, SUCCESS);
    });
}

fn pins_are_accounted() {
    with_heap(|gpu, device, memory| {
        let page = PAGE as u64;
        assert_eq!(pinned_bytes(), 0);
        let one = Create::heap(device, memory.address(), 4 * page).made(gpu);
        assert_eq!(pinned_bytes(), 4 * page);
        let ranges = [(memory.address() + 4 * page, 5000), (memory.address(), 1)];
        let more = Create::memory(device, &ranges).made(gpu);
        assert_eq!(pinned_bytes(), 7 * page);
        let destroyed = destroy_allocations(&gpu.dxg, device, &one.allocations());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(pinned_bytes(), 3 * page);
        let destroyed = destroy_allocations(&gpu.dxg, device, &more.allocations());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(pinned_bytes(), 0);
    });
}

fn pins_end_with_the_device() {
    with_heap(|gpu, device, memory| {
        Create::heap(device, memory.address(), HEAP)
            .in_resource()
            .made(gpu);
        Create::memory(device, &[(memory.address(), HEAP)]).made(gpu);
        assert_eq!(pinned_bytes(), 2 * HEAP);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert_eq!(pinned_bytes(), 0);
    });
}

fn set_memlock(pages: u64) {
    let bytes = pages * PAGE as u64;
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: bytes,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) }, 0);
}

/// In a child, as a user: sixteen pages and no more.
fn limited(_: &[String]) {
    child::become_user();
    set_memlock(16);
    let memory = Map::new(32);
    let page = PAGE as u64;
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let heap =
            |first: u64, pages| Create::heap(device, memory.address() + first * page, pages * page);
        heap(0, 17).refused(gpu, NO_MEMORY);
        let all = heap(0, 16).made(gpu);
        assert_eq!(pinned_bytes(), 16 * page);
        heap(16, 1).refused(gpu, NO_MEMORY);
        let destroyed = destroy_allocations(&gpu.dxg, device, &all.allocations());
        assert_eq!(destroyed, SUCCESS);
        heap(0, 10).made(gpu);
        // The second of two does not fit: neither is made.
        let ranges = [(memory.address(), 5 * page), (memory.address(), 2 * page)];
        Create::memory(device, &ranges).refused(gpu, NO_MEMORY);
        heap(10, 6).made(gpu);
        assert_eq!(pinned_bytes(), 16 * page);
        // Video memory is not pinned memory of the caller.
        let video = Create::blobs(device, &[buffer(1 << 20)]).made(gpu);
        gpu.lock(device, video.allocation(0));
        gpu.unlock(device, video.allocation(0));
    });
}

fn rlimit_memlock_limits_users() {
    Child::start(child::command("limited", &[])).succeed();
}

/// In a child, as root.
fn root(_: &[String]) {
    set_memlock(1);
    with_heap(|gpu, device, memory| {
        Create::heap(device, memory.address(), HEAP).made(gpu);
        assert_eq!(pinned_bytes(), HEAP);
    });
}

fn rlimit_memlock_does_not_limit_root() {
    Child::start(child::command("root", &[])).succeed();
}

fn case_264_read_only_array_gives_pins_back() {
    with_heap(|gpu, device, memory| {
        let place = Map::new(1);
        let mut create = Create::heap(device, memory.address(), HEAP).in_resource();
        place.put(0, create.infos[0]);
        place.read_only();
        create.args.allocation_info = place.address();
        create.refused(gpu, INVALID_PARAMETER);
        assert_eq!(pinned_bytes(), 0);
    });
}
