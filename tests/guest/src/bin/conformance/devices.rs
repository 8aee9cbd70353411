// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    device::Device,
    fence::{destroy_paging_queue, wait, PagingQueue},
    locked::write,
    memory::{unmap_views, Map},
    round::everything,
    share::{share, shared, Open},
};
use libd3dkmt::sys::{self, request};

pub const CASES: &[Case] = &[
    case!(
        case_018_create_on_no_adapter,
        "CreateDevice, no argument, or no adapter handle",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_019_create,
        "CreateDevice on an adapter",
        C,
        "SUCCESS; a handle, and 0 for the addresses and sizes of the three buffers",
    ),
    case!(
        case_020_create_on_a_removed_adapter,
        "CreateDevice, the adapter was stopped",
        C,
        "DEVICE_REMOVED; no device",
    ),
    case!(
        case_022_destroy_of_no_device,
        "DestroyDevice, no argument, or handle 0",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_023_destroy_of_what_is_no_device,
        "DestroyDevice of garbage, of a device that was destroyed, of other objects",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_025_destroy_with_paging_queues,
        "DestroyDevice with paging queues",
        C,
        "SUCCESS; queues and fences are gone, their handles name nothing",
    ),
    case!(
        case_026_destroy_with_everything_alive,
        "DestroyDevice with allocations and resources",
        I,
        "SUCCESS; what is on it is closed; what is shared and open elsewhere survives",
    ),
    case!(
        case_027_a_device_outlives_its_adapter_handle,
        "any call on a device whose adapter handle was closed",
        I,
        "works as before",
    ),
];

fn case_018_create_on_no_adapter() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let closed = gpu.next_handle();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::CREATEDEVICE, 0);
        assert_eq!(answer, INVALID_PARAMETER);
        for_each(NO_HANDLES.into_iter().chain([device, closed]), |handle| {
            assert_eq!(create_device(&gpu.dxg, handle).0, INVALID_PARAMETER);
        });
    });
}

fn case_019_create() {
    on_each_adapter(|gpu| {
        let before = counters();
        let mut args = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            command_buffer: 1,
            command_buffer_size: 2,
            allocation_list: 3,
            allocation_list_size: 4,
            patch_location_list: 5,
            patch_location_list_size: 6,
            ..Default::default()
        };
        // SAFETY: The addresses in the argument are answers.
        let answer = unsafe { sys::D3DKMTCreateDevice(&gpu.dxg, &mut args) };
        assert_eq!(answer, SUCCESS);
        assert_eq!(args.device.v, gpu.adapter + HANDLE_STEP);
        assert_eq!(args.adapter.v, gpu.adapter);
        assert_eq!((args.command_buffer, args.command_buffer_size), (0, 0));
        assert_eq!((args.allocation_list, args.allocation_list_size), (0, 0));
        let patches = (args.patch_location_list, args.patch_location_list_size);
        assert_eq!(patches, (0, 0));
        assert_eq!(counters().since(&before, "devices"), 1);
        assert_eq!(destroy_device(&gpu.dxg, args.device.v), SUCCESS);
        before.assert_restored();
    });
}

fn case_020_create_on_a_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    device.remove();
    let before = counters();
    assert_eq!(create_device(&gpu.dxg, gpu.adapter).0, DEVICE_REMOVED);
    before.assert_restored();
    device.restore();
}

fn case_022_destroy_of_no_device() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        assert_eq!(destroy_device(&gpu.dxg, 0), INVALID_PARAMETER);
        let answer = call_at(&gpu.dxg, request::DESTROYDEVICE, 0);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn case_023_destroy_of_what_is_no_device() {
    on_each_adapter(|gpu| {
        let [device, gone] = [gpu.device(), gpu.device()];
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        assert_eq!(destroy_device(&gpu.dxg, gone), SUCCESS);
        let others = [gone, gpu.adapter, create.resource(), create.allocation(0)];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |handle| {
                assert_eq!(destroy_device(&gpu.dxg, handle), INVALID_PARAMETER);
            });
        });
        write(gpu, device, create.allocation(0), 1);
    });
}

fn case_025_destroy_with_paging_queues() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let queues = [0; 2].map(|_| PagingQueue::new(gpu, device));
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_restored();
        let device = gpu.device();
        for queue in queues {
            let answer = destroy_paging_queue(&gpu.dxg, queue.handle);
            assert_eq!(answer, INVALID_PARAMETER);
            let answer = wait(&gpu.dxg, device, &[(queue.fence.handle, 0)]);
            assert_eq!(answer, INVALID_PARAMETER);
        }
    });
}

fn case_026_destroy_with_everything_alive() {
    on_each_adapter(|gpu| {
        let before = counters();
        let memory = Map::new(2);
        let (device, handles) = everything(gpu, &memory);
        let now = counters();
        let more = |name| now.since(&before, name);
        assert_eq!((more("devices"), more("resources")), (1, 1));
        assert_eq!((more("allocations"), more("bindings")), (6, 6));
        assert_eq!(more("pinned_pages"), 2);
        assert_eq!(more("gem_objects"), 2, "only of what was touched");
        assert_eq!(more("mappings"), 2, "heaps need none");
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        let now = counters();
        let more = |name| now.since(&before, name);
        for name in ["devices", "bindings", "pinned_pages"] {
            assert_eq!(more(name), 0, "{name}");
        }
        // The device is gone with its memory, but for what is still mapped.
        assert_eq!(more("mappings"), 2);
        for handle in handles {
            assert_eq!(lock(&gpu.dxg, device, handle).0, INVALID_PARAMETER);
        }
        unmap_views();
        before.assert_restored();
        // A shared one that another device has open.
        let [first, second] = [gpu.device(), gpu.device()];
        let nt = share(gpu, shared(first, 2).made(gpu).resource());
        let opened = Open::new(second, &nt, 2).made(gpu);
        drop(nt);
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        before.assert_grown(&[
            ("devices", 1),
            ("resources", 1),
            ("allocations", 2),
            ("bindings", 2),
        ]);
        write(gpu, second, opened.allocation(1), 1);
    });
}

fn case_027_a_device_outlives_its_adapter_handle() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
        let create = Create::buffers(device, 2).in_resource().made(gpu);
        write(gpu, device, create.allocation(1), 1);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}
