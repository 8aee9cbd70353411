// SPDX-License-Identifier: MIT OR Apache-2.0
//! CreateAllocation2 of a standard allocation: an existing heap. B, the baseline, is one of 64 KiB of
//! the caller's pages, with nothing else given.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    memory::{Map, BAD_ADDRESSES, PAGE, UNMAPPED},
    state::pinned_bytes,
};
use libd3dkmt::sys::{bindings as c, request};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_028_no_argument,
        "no argument",
        C,
        "an exception in the calling program, and no status",
        "INVALID_PARAMETER",
        "an ioctl has no exceptions; so it is for every bad address (case 262)",
    ),
    case!(case_029_all_zero_argument, "all of it zeros", C, IP),
    case!(
        case_030_the_baseline,
        "B",
        C,
        "SUCCESS; an allocation's handle, no resource, no global handle; the runtime's own handle stays",
    ),
    case!(
        case_031_elements_of_version_2,
        "B with elements of version 2",
        C,
        "SUCCESS; sizes of private data are 0 still",
    ),
    case!(
        case_032_neither_shared_nor_cross_adapter,
        "B, without CreateShared and CrossAdapter, which its page demands",
        C,
        "SUCCESS: neither is needed",
    ),
    case!(
        case_033_private_data_of_the_element,
        "B, 6 bytes of private data in the element",
        C,
        "SUCCESS; the data is ignored",
    ),
    case!(
        case_034_private_data_on_the_node,
        "the same on /dev/dxg",
        L,
        "INVALID_PARAMETER",
        "SUCCESS; the data is not even read",
        "Windows takes it (case 33), and that is certain",
    ),
    case!(
        case_035_runtime_data,
        "B, 4 bytes of the runtime's data, no resource",
        C,
        "SUCCESS; nobody gets it back",
    ),
    case!(
        case_036_private_data_of_the_resource,
        "B, PrivateDriverDataSize 64",
        C,
        IP
    ),
    case!(case_037_no_device, "B, device 0", I, IP),
    case!(
        case_038_what_is_no_device,
        "B, a device that is garbage or another object",
        I,
        IP
    ),
    case!(
        case_039_garbage_resource,
        "B, a resource that is garbage",
        C,
        "INVALID_HANDLE"
    ),
    case!(case_040_no_allocations, "B, NumAllocations 0", C, IP),
    case!(case_041_two_allocations, "B, NumAllocations 2", I, IP),
    case!(case_042_type_0, "B, type 0", C, IP),
    case!(case_043_unknown_types, "B, a type above 2", I, IP),
    case!(case_044_no_memory, "B, no memory", C, IP),
    case!(
        case_045_memory_not_page_aligned,
        "B, memory that does not begin with a page",
        C,
        IP
    ),
    case!(
        case_046_size_of_no_whole_pages,
        "B, a size of 0x1100",
        C,
        IP
    ),
    case!(case_047_no_size, "B, a size of 0", I, IP),
    case!(
        case_048_without_existing_sysmem,
        "B without ExistingSysMem",
        C,
        IP
    ),
    case!(
        case_049_without_standard_allocation,
        "B without StandardAllocation",
        C,
        IP
    ),
    case!(
        case_050_memory_and_section,
        "B with ExistingSection as well",
        I,
        IP
    ),
    case!(
        case_051_section_without_standard_allocation,
        "ExistingSection without StandardAllocation",
        I,
        IP
    ),
    case!(
        case_052_section_or_protected,
        "ExistingSection, or CreateProtected, on /dev/dxg",
        L,
        IP
    ),
    case!(case_053_no_description, "B, no pStandardAllocation", L, IP),
    case!(
        case_054_memory_of_a_lock,
        "B, memory that is the lock of another allocation",
        I,
        "fails: it may be video memory",
        "INVALID_PARAMETER; nothing is made",
    ),
    case!(
        case_055_memory_that_is_unmapped_meanwhile,
        "B lives, and its memory is unmapped or protected",
        I,
        "the caller may not, as long as the allocation lives",
        "the caller may; the pages stay pinned and the allocation's",
        "Linux has no way to forbid it; what secures the allocation is the pin",
    ),
    case!(
        case_056_memory_that_is_not_there,
        "B, memory that is not mapped, or in part",
        I,
        "an error, and no allocation",
        "INVALID_PARAMETER; nothing is made",
    ),
    case!(
        case_057_type_2,
        "type 2 with ExistingSysMem or with memory",
        L,
        IP
    ),
    case!(
        case_058_reserved_flag_bits,
        "a reserved bit in the flags",
        I,
        IP
    ),
];

const HEAP: u64 = 0x10000;

/// A device, and memory for a heap of `HEAP` bytes.
fn with_heap(test: impl Fn(&Gpu, u32, &Map)) {
    on_each_device(|gpu, device| {
        let memory = Map::new(HEAP as usize / PAGE);
        test(gpu, device, &memory);
    });
}

/// B, spoilt, is refused; and so it is in a resource.
fn refused_with(answer: Answer, spoil: impl Fn(&mut Create)) {
    with_heap(|gpu, device, memory| {
        let mut create = Create::heap(device, memory.address(), HEAP);
        spoil(&mut create);
        create.refused(gpu, answer);
        let mut create = Create::heap(device, memory.address(), HEAP).in_resource();
        spoil(&mut create);
        create.refused(gpu, answer);
        assert_eq!(pinned_bytes(), 0);
    });
}

fn refused(spoil: impl Fn(&mut Create)) {
    refused_with(INVALID_PARAMETER, spoil);
}

fn case_028_no_argument() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::CREATEALLOCATION, 0);
        assert_eq!(answer, INVALID_PARAMETER);
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

fn case_030_the_baseline() {
    with_heap(|gpu, device, memory| {
        let before = counters();
        let mut create = Create::heap(device, memory.address(), HEAP);
        create.args.global_share = handle(7);
        create.args.private_runtime_resource_handle = 0xabcd_ef01_2345_6789;
        let create = create.made(gpu);
        assert_eq!(create.allocation(0), device + HANDLE_STEP);
        assert_eq!((create.args.resource.v, create.args.global_share.v), (0, 0));
        let kept = create.args.private_runtime_resource_handle;
        assert_eq!(kept, 0xabcd_ef01_2345_6789);
        before.assert_grown(&[("allocations", 1), ("bindings", 1), ("pinned_pages", 16)]);
        assert_eq!(pinned_bytes(), HEAP);
    });
}

fn case_031_elements_of_version_2() {
    with_heap(|gpu, device, memory| {
        let create = Create::heap(device, memory.address(), HEAP).made(gpu);
        assert_eq!(create.args.private_runtime_data_size, 0);
        assert_eq!(create.args.priv_drv_data_size, 0);
        let info = create.infos[0];
        assert_eq!((info.priv_drv_data, info.priv_drv_data_size), (0, 0));
        assert_eq!(info.sysmem, memory.address());
        assert_eq!((info.gpu_virtual_address, info.reserved), (0, [0; 5]));
    });
}

fn case_032_neither_shared_nor_cross_adapter() {
    with_heap(|gpu, device, memory| {
        let create = Create::heap(device, memory.address(), HEAP);
        let demanded =
            c::D3DKMT_CREATEALLOCATION_CREATE_SHARED | c::D3DKMT_CREATEALLOCATION_CROSS_ADAPTER;
        assert_eq!(create.args.flags.value & demanded, 0);
        let allocation = create.made(gpu).allocation(0);
        assert_eq!(gpu.lock(device, allocation), memory.address());
        gpu.unlock(device, allocation);
    });
}

fn case_033_private_data_of_the_element() {
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

fn case_034_private_data_on_the_node() {
    with_heap(|gpu, device, memory| {
        for_each([(UNMAPPED, 6), (UNMAPPED, 48)], |(address, bytes)| {
            let mut create = Create::heap(device, memory.address(), HEAP);
            create.infos[0].priv_drv_data = address;
            create.infos[0].priv_drv_data_size = bytes;
            create.made(gpu);
        });
    });
}

fn case_035_runtime_data() {
    with_heap(|gpu, device, memory| {
        let mut create = Create::heap(device, memory.address(), HEAP);
        create.args.private_runtime_data = b"data".as_ptr() as u64;
        create.args.private_runtime_data_size = 4;
        let create = create.made(gpu);
        assert_eq!(create.args.private_runtime_data_size, 4);
        assert_eq!(create.resource(), 0, "nothing that could be opened");
    });
}

fn case_036_private_data_of_the_resource() {
    for size in [1, 64] {
        refused(|create| create.args.priv_drv_data_size = size);
    }
}

fn case_037_no_device() {
    refused(|create| create.args.device = handle(0));
}

fn case_038_what_is_no_device() {
    with_heap(|gpu, device, memory| {
        let gone = gpu.device();
        assert_eq!(destroy_device(&gpu.dxg, gone), SUCCESS);
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let others = [gone, gpu.adapter, create.resource(), create.allocation(0)];
        for_each(NO_HANDLES.into_iter().chain(others), |other| {
            Create::heap(other, memory.address(), HEAP).refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_039_garbage_resource() {
    refused_with(INVALID_HANDLE, |create| {
        create.args.resource = handle(0xdead_beef)
    });
    with_heap(|gpu, device, memory| {
        // But for 0, which is none.
        for_each(NO_HANDLES.into_iter().skip(1), |other| {
            let create = Create::heap(device, memory.address(), HEAP).append(other);
            create.refused(gpu, INVALID_HANDLE);
        });
    });
}

fn case_040_no_allocations() {
    refused(|create| create.args.alloc_count = 0);
}

fn case_041_two_allocations() {
    refused(|create| {
        create.infos.push(create.infos[0]);
        create.args.allocation_info = create.infos.as_ptr() as u64;
        create.args.alloc_count = 2;
    });
}

fn case_042_type_0() {
    refused(|create| create.standard.type_ = 0);
}

fn case_043_unknown_types() {
    for kind in [3, 4, 0x8000_0001, u32::MAX] {
        refused(|create| create.standard.type_ = kind);
    }
}

fn case_044_no_memory() {
    refused(|create| create.infos[0].sysmem = 0);
}

fn case_045_memory_not_page_aligned() {
    for offset in [1, 8, 2048, 4095] {
        refused(|create| {
            create.infos[0].sysmem += offset;
            create.standard.existing_heap_data.size = 4096;
        });
    }
}

fn case_046_size_of_no_whole_pages() {
    for size in [1, 4095, 4097, 0x1100, HEAP + 1, u64::MAX] {
        refused(|create| create.standard.existing_heap_data.size = size);
    }
}

fn case_047_no_size() {
    refused(|create| create.standard.existing_heap_data.size = 0);
}

fn without(create: &mut Create, flag: u32) {
    create.args.flags.value &= !flag;
}

fn case_048_without_existing_sysmem() {
    let flag = c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM;
    refused(|create| without(create, flag));
}

fn case_049_without_standard_allocation() {
    let flag = c::D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION;
    refused(|create| {
        without(create, flag);
        // As a driver-defined allocation it would be good.
        let info = &mut create.infos[0];
        info.priv_drv_data = &raw const create.blobs[0] as u64;
        info.priv_drv_data_size = 48;
        create.args.priv_drv_data = 0;
    });
}

const SECTION: u32 = c::D3DKMT_CREATEALLOCATION_EXISTING_SECTION;

fn case_050_memory_and_section() {
    refused(|create| create.args.flags.value |= SECTION);
}

fn case_051_section_without_standard_allocation() {
    refused(|create| {
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
        without(create, c::D3DKMT_CREATEALLOCATION_STANDARD_ALLOCATION);
        create.args.flags.value |= SECTION;
    });
}

fn case_052_section_or_protected() {
    refused(|create| {
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
        create.args.flags.value |= SECTION;
    });
    refused(|create| create.args.flags.value |= c::D3DKMT_CREATEALLOCATION_CREATE_PROTECTED);
}

fn case_053_no_description() {
    for (_, address) in BAD_ADDRESSES {
        refused(|create| create.args.priv_drv_data = address);
    }
    let hole = Map::before_a_hole();
    let half = hole.before_end_of_first_page(12);
    refused(|create| create.args.priv_drv_data = half);
}

fn case_054_memory_of_a_lock() {
    on_each_device(|gpu, device| {
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

fn case_055_memory_that_is_unmapped_meanwhile() {
    on_each_device(|gpu, device| {
        let before = counters();
        let mut memory = Map::new(4);
        memory.bytes().fill(1);
        let heap = Create::heap(device, memory.address(), 4 * PAGE as u64).made(gpu);
        memory.read_only();
        drop(memory);
        // The pages stay pinned for the allocation.
        assert_eq!(counters().since(&before, "pinned_pages"), 4);
        let destroyed = destroy_allocations(&gpu.dxg, device, &heap.allocations());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        assert_eq!(pinned_bytes(), 0);
    });
}

fn case_056_memory_that_is_not_there() {
    let kernel = 0xffff_8880_0010_0000;
    let last = u64::MAX - 4095;
    for address in [UNMAPPED, kernel, last, 1 << 48, 0x1000] {
        refused(|create| create.infos[0].sysmem = address);
    }
    with_heap(|gpu, device, memory| {
        memory.unmap_from(15);
        let heap = Create::heap(device, memory.address(), HEAP);
        heap.refused(gpu, INVALID_PARAMETER);
        assert_eq!(pinned_bytes(), 0);
        Create::heap(device, memory.address(), HEAP - 4096).made(gpu);
    });
}

fn case_057_type_2() {
    let kind = c::D3DKMT_STANDARDALLOCATIONTYPE_CROSSADAPTER;
    refused(|create| create.standard.type_ = kind);
    refused(|create| {
        create.standard.type_ = kind;
        without(create, c::D3DKMT_CREATEALLOCATION_EXISTING_SYSMEM);
    });
    refused(|create| {
        create.standard.type_ = kind;
        create.infos[0].sysmem = 0;
    });
}

fn case_058_reserved_flag_bits() {
    // Of the kernel alone: 8, 9, 10, 12; without a meaning: the others.
    for bit in [8, 9, 10, 12].into_iter().chain(22..32) {
        refused(|create| create.args.flags.value |= 1 << bit);
    }
}
