// SPDX-License-Identifier: MIT OR Apache-2.0
//! Standard allocations of D3DKMTCreateAllocation2: existing heaps, and every way to ask wrongly for
//! one. What holds for any memory of the caller is the suite `caller_memory`.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::{Map, BAD_ADDRESSES, PAGE},
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
        ],
        &[],
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
