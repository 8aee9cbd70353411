// SPDX-License-Identifier: MIT OR Apache-2.0
//! QueryResourceInfo and OpenResource: sharing by global handles.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    child::{self, Child, Role},
    create::Create,
    global::{assert_names_nothing, is_there, opens_refused, query, shared, Open, PAGES},
    locked::{assert_holds, write},
    memory::{bytes_of, Map, PAGE, UNMAPPED},
    share::{RESOURCE, RESOURCE_BYTES, RUNTIME, UNTOUCHED},
};
use libd3dkmt::sys;

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(
        case_126_a_local_handle,
        "QueryResourceInfo, a local handle of the resource",
        C,
        IP
    ),
    case!(
        case_127_no_global_handle,
        "QueryResourceInfo, 0, garbage, or the handle of a resource that is gone",
        I,
        IP
    ),
    case!(
        case_128_query_tells_the_sizes,
        "QueryResourceInfo, a larger buffer for the runtime's data",
        C,
        "SUCCESS; the sizes that are stored; the buffer is not written to",
    ),
    case!(
        case_129_query_copies_no_data,
        "QueryResourceInfo once more, with the right size, as its page has it",
        C,
        "SUCCESS; the buffer is not written to",
    ),
    case!(
        case_131_open_with_exact_sizes,
        "OpenResource, exact sizes, more room for the allocations' data",
        C,
        "SUCCESS; new handles, all data, the global handle as it was",
    ),
    case!(
        case_132_elements_of_version_2,
        "OpenResource2, which is what /dev/dxg has",
        C,
        "SUCCESS; elements of version 2 are filled in",
    ),
    case!(
        case_133_no_allocations,
        "OpenResource, NumAllocations 0",
        I,
        IP
    ),
    case!(
        case_134_another_number_of_allocations,
        "OpenResource, another NumAllocations",
        I,
        IP
    ),
    case!(
        case_135_runtime_data_one_byte_longer,
        "OpenResource, PrivateRuntimeDataSize one too large",
        C,
        "INVALID_PARAMETER: the size must be exact",
    ),
    case!(
        case_136_runtime_data_one_byte_shorter,
        "OpenResource, PrivateRuntimeDataSize one too small, or 0",
        I,
        IP
    ),
    case!(
        case_137_private_data_one_byte_longer,
        "OpenResource, ResourcePrivateDriverDataSize one too large",
        C,
        "INVALID_PARAMETER: the size must be exact",
    ),
    case!(
        case_138_private_data_one_byte_shorter,
        "OpenResource, ResourcePrivateDriverDataSize one too small, or 0",
        I,
        IP
    ),
    case!(
        case_139_destroy_what_was_opened,
        "DestroyAllocation of the opened resource",
        C,
        "SUCCESS; the creator's is untouched, and can be opened again",
    ),
    case!(
        case_140_the_creator_destroys_first,
        "DestroyAllocation of the creator's resource while it is open elsewhere",
        I,
        "SUCCESS; the opening works, and the global handle still names it",
    ),
    case!(
        case_141_open_on_another_device,
        "OpenResource on another device",
        C,
        "SUCCESS; the same memory",
    ),
    case!(
        case_142_an_opener_exits_without_closing,
        "a process that has it open exits, then the creator destroys it",
        C,
        "the global handle names nothing any more",
    ),
];

pub const ROLES: &[Role] = &[("open_and_exit", open_and_exit)];

fn destroy(gpu: &Gpu, device: u32, resource: u32) {
    assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
}

fn case_126_a_local_handle() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        let local = [create.resource(), create.allocation(0), device, gpu.adapter];
        gpu.unchanged(|| {
            for_each(local, |number| {
                assert_eq!(query(gpu, device, number).0, INVALID_PARAMETER);
                assert_names_nothing(gpu, device, number);
            });
        });
        assert!(is_there(gpu, device, create.global()));
    });
}

fn case_127_no_global_handle() {
    on_each_device(|gpu, device| {
        let gone = shared(gpu, device);
        destroy(gpu, device, gone.resource());
        let global = shared(gpu, device).global();
        let near = (0..32).map(|bit| global ^ (1 << bit));
        let numbers = NO_HANDLES.into_iter().chain([gone.global()]).chain(near);
        gpu.unchanged(|| {
            for_each(numbers, |number| assert_names_nothing(gpu, device, number));
        });
    });
}

fn case_128_query_tells_the_sizes() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        let mut buffer = vec![UNTOUCHED; 8192];
        gpu.unchanged(|| {
            let mut args = sys::D3DKMT_QUERYRESOURCEINFO {
                hDevice: device,
                hGlobalShare: create.global(),
                pPrivateRuntimeData: buffer.as_mut_ptr() as u64,
                PrivateRuntimeDataSize: 8192,
                TotalPrivateDriverDataSize: 0xffff_ffff,
                ResourcePrivateDriverDataSize: 0xffff_ffff,
                NumAllocations: 0xffff_ffff,
            };
            // SAFETY: The buffer has the bytes that are stated.
            let answer = unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, &mut args) };
            assert_eq!(answer, SUCCESS);
            assert_eq!(args.hDevice, device);
            assert_eq!(args.hGlobalShare, create.global());
            assert_eq!(args.pPrivateRuntimeData, buffer.as_ptr() as u64);
            assert_eq!(args.PrivateRuntimeDataSize as usize, RUNTIME.len());
            assert_eq!(args.TotalPrivateDriverDataSize, 3 * 48);
            assert_eq!(args.ResourcePrivateDriverDataSize, RESOURCE_BYTES);
            assert_eq!(args.NumAllocations, 3);
        });
        assert_eq!(buffer, [UNTOUCHED; 8192]);
        // The table's own case: an existing heap, for which the driver finds the data.
        let memory = Map::new(1);
        let heap = Create::heap(device, memory.address(), PAGE as u64);
        let heap = heap.in_global_resource().made(gpu);
        let (answer, sizes) = query(gpu, device, heap.global());
        assert_eq!(answer, SUCCESS);
        assert_eq!(sizes.PrivateRuntimeDataSize, 0);
        assert_eq!(sizes.TotalPrivateDriverDataSize, 48);
        assert_eq!(sizes.ResourcePrivateDriverDataSize, 0);
        assert_eq!(sizes.NumAllocations, 1);
    });
}

fn case_129_query_copies_no_data() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        // As the documentation has it: with the size that the first call has answered. The address
        // need not even be good.
        let mut buffer = vec![UNTOUCHED; RUNTIME.len()];
        for address in [buffer.as_mut_ptr() as u64, UNMAPPED] {
            let mut args = sys::D3DKMT_QUERYRESOURCEINFO {
                hDevice: device,
                hGlobalShare: create.global(),
                pPrivateRuntimeData: address,
                PrivateRuntimeDataSize: RUNTIME.len() as u32,
                ..Default::default()
            };
            // SAFETY: The buffer has the bytes that are stated, or is not there.
            let answer = unsafe { sys::D3DKMTQueryResourceInfo(&gpu.dxg, &mut args) };
            assert_eq!(answer, SUCCESS);
        }
        assert_eq!(buffer, [UNTOUCHED; RUNTIME.len()]);
    });
}

fn case_131_open_with_exact_sizes() {
    on_each_device(|gpu, device| {
        let before = counters();
        let create = shared(gpu, device);
        let next = gpu.next_handle() + HANDLE_STEP;
        let mut open = Open::of(gpu, device, create.global());
        open.total = vec![UNTOUCHED; 4096];
        open.args.pTotalPrivateDriverDataBuffer = open.total.as_mut_ptr() as u64;
        open.args.TotalPrivateDriverDataBufferSize = 4096;
        let open = open.made(gpu);
        assert_eq!(open.args.hGlobalShare, create.global());
        assert_eq!(open.args.hDevice, device);
        assert_eq!(open.resource(), next);
        assert_eq!(open.allocation(0), next + HANDLE_STEP);
        assert_eq!(open.runtime_data, RUNTIME);
        assert_eq!(open.private_data, bytes_of(&[RESOURCE]));
        assert_eq!(open.args.TotalPrivateDriverDataBufferSize, 3 * 48);
        assert_eq!(open.total[..3 * 48], *bytes_of(&create.blobs));
        assert!(open.total[3 * 48..].iter().all(|&byte| byte == UNTOUCHED));
        // The halves of the adapter are there once.
        before.assert_grown(&[("resources", 1), ("allocations", 3), ("bindings", 6)]);
    });
}

fn case_132_elements_of_version_2() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        let open = Open::of(gpu, device, create.global()).made(gpu);
        for (i, info) in open.infos.iter().enumerate() {
            assert_eq!(
                info.allocation.v,
                open.resource() + (i as u32 + 1) * HANDLE_STEP
            );
            assert_eq!(info.priv_drv_data, open.total[48 * i..].as_ptr() as u64);
            assert_eq!(info.priv_drv_data_size, 48);
            assert_eq!((info.gpu_va, info.reserved), (0, [0; 6]));
        }
    });
}

fn with_count(counts: &[u32]) {
    for_each(counts, |&count| {
        opens_refused(INVALID_PARAMETER, |open| {
            // There is room for it.
            open.infos.resize(1025, open.infos[0]);
            open.args.pOpenAllocationInfo2 = open.infos.as_mut_ptr() as u64;
            open.args.NumAllocations = count;
        });
    });
}

fn case_133_no_allocations() {
    with_count(&[0]);
}

fn case_134_another_number_of_allocations() {
    with_count(&[1, 2, 4, 1024, 1025, u32::MAX]);
}

/// There is room for whatever is stated.
const ROOM: usize = 0x2_0000;

fn with_runtime_bytes(sizes: &[u32]) {
    for_each(sizes, |&bytes| {
        opens_refused(INVALID_PARAMETER, |open| {
            open.runtime_data.resize(ROOM, 0);
            open.args.pPrivateRuntimeData = open.runtime_data.as_mut_ptr() as u64;
            open.args.PrivateRuntimeDataSize = bytes;
        });
    });
}

fn case_135_runtime_data_one_byte_longer() {
    with_runtime_bytes(&[RUNTIME.len() as u32 + 1, ROOM as u32, u32::MAX]);
}

fn case_136_runtime_data_one_byte_shorter() {
    with_runtime_bytes(&[RUNTIME.len() as u32 - 1, 1, 0]);
}

fn with_private_bytes(sizes: &[u32]) {
    for_each(sizes, |&bytes| {
        opens_refused(INVALID_PARAMETER, |open| {
            open.private_data.resize(ROOM, 0);
            open.args.pResourcePrivateDriverData = open.private_data.as_mut_ptr() as u64;
            open.args.ResourcePrivateDriverDataSize = bytes;
        });
    });
}

fn case_137_private_data_one_byte_longer() {
    with_private_bytes(&[RESOURCE_BYTES + 1, ROOM as u32, u32::MAX]);
}

fn case_138_private_data_one_byte_shorter() {
    with_private_bytes(&[RESOURCE_BYTES - 1, 1, 0]);
}

fn case_139_destroy_what_was_opened() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        let before = counters();
        let mut last = 0;
        for _ in 0..3 {
            let open = Open::of(gpu, device, create.global()).made(gpu);
            assert!(open.resource() > last, "a new handle");
            last = open.resource();
            destroy(gpu, device, last);
            let again = destroy_resource(&gpu.dxg, device, last);
            assert_eq!(again, INVALID_PARAMETER);
            let stale = lock(&gpu.dxg, device, open.allocation(0)).0;
            assert_eq!(stale, INVALID_PARAMETER);
            before.assert_restored();
        }
        write(gpu, device, create.allocation(0), 1);
    });
}

fn case_140_the_creator_destroys_first() {
    on_each_device(|gpu, device| {
        let other = gpu.device();
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(1), 0x5a);
        let open = Open::of(gpu, other, create.global()).made(gpu);
        destroy(gpu, device, create.resource());
        assert_holds(gpu, other, open.allocation(1), 0x5a);
        let again = Open::of(gpu, device, create.global()).made(gpu);
        assert_eq!(again.runtime_data, RUNTIME);
        destroy(gpu, other, open.resource());
        assert_holds(gpu, device, again.allocation(1), 0x5a);
        // The last one takes it along.
        destroy(gpu, device, again.resource());
        assert_names_nothing(gpu, device, create.global());
    });
}

fn case_141_open_on_another_device() {
    on_each_device(|gpu, device| {
        let other = gpu.device();
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(0), 0x11);
        let open = Open::of(gpu, other, create.global()).made(gpu);
        assert_holds(gpu, other, open.allocation(0), 0x11);
        // Each of them is the one that it was.
        for i in 0..PAGES.len() {
            write(gpu, other, open.allocation(i), 0x20 + i as u8);
        }
        for i in 0..PAGES.len() {
            assert_holds(gpu, device, create.allocation(i), 0x20 + i as u8);
        }
        // Handles are of the device that opened.
        let wrong = lock(&gpu.dxg, device, open.allocation(0)).0;
        assert_eq!(wrong, INVALID_PARAMETER);
        let wrong = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(wrong, INVALID_PARAMETER);
    });
}

/// In a child: opens, writes, and ends without closing anything.
fn open_and_exit(arguments: &[String]) {
    let number = |i: usize| arguments[i].parse().expect("a number");
    let gpu = Gpu::open(Luid(number(0), number(1)));
    let device = gpu.device();
    let open = Open::of(&gpu, device, number(2)).made(&gpu);
    write(&gpu, device, open.allocation(0), 0xa5);
    // SAFETY: Nothing of this process is needed any more.
    unsafe { libc::_exit(0) };
}

fn case_142_an_opener_exits_without_closing() {
    on_each_device(|gpu, device| {
        let create = shared(gpu, device);
        write(gpu, device, create.allocation(0), 0x5a);
        let before = counters();
        let numbers = [gpu.luid.0, gpu.luid.1, create.global()].map(|n| n.to_string());
        let numbers = numbers.each_ref().map(String::as_str);
        Child::start(child::command("open_and_exit", &numbers)).succeed();
        before.assert_restored();
        assert_holds(gpu, device, create.allocation(0), 0xa5);
        assert!(is_there(gpu, device, create.global()));
        destroy(gpu, device, create.resource());
        assert_names_nothing(gpu, device, create.global());
    });
}
