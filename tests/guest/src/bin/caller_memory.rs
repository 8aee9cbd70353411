// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateAllocation2 on memory of the caller: which memory it takes, pins and limits.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::{buffer, Create},
    harness,
    memory::{memory_file, Map, PAGE},
    state::pinned_bytes,
    tests,
};
use libd3dkmt::sys::bindings as c;
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            fragments_with_and_without_memory,
            ranges_beyond_the_address_space,
            more_than_the_aperture,
            read_only_memory_needs_the_flag,
            memory_without_access,
            pages_of_files,
            the_same_memory_twice,
            untouched_memory_is_pinned_all_the_same,
            pins_are_accounted,
            pins_end_with_the_device,
            rlimit_memlock_limits_users,
            rlimit_memlock_does_not_limit_root,
            a_read_only_array_gives_pins_back,
            type_2_is_not_there_yet,
            reserved_heap_flag_bits,
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

fn a_read_only_array_gives_pins_back() {
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

/// What is not there is said only of what is right.
fn type_2_is_not_there_yet() {
    on_each_device(|gpu, device| {
        let mut create = Create::heap(device, 0, HEAP);
        create.standard.type_ = c::D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER;
        create.args.flags.value &= !c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM;
        create.refused(gpu, NOT_SUPPORTED);
    });
}

fn reserved_heap_flag_bits() {
    with_heap(|gpu, device, memory| {
        for_each(0..32, |bit| {
            let mut create = Create::heap(device, memory.address(), HEAP);
            create.standard.flags.value = 1 << bit;
            create.refused(gpu, INVALID_PARAMETER);
        });
    });
}
