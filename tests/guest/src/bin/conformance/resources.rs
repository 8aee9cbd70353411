// SPDX-License-Identifier: MIT OR Apache-2.0
//! CreateAllocation2 and resources: making them, appending to them, those that are shared.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    global::{assert_is_global, is_there},
    locked::write,
    memory::{Map, PAGE},
    share::{share, shared, Open, RESOURCE, RESOURCE_BYTES},
    signals::spawn,
};
use libd3dkmt::sys::{bindings as c, gem::dxgkrnl_gem_resource};
use std::thread;

pub const CASES: &[Case] = &[
    case!(
        case_087_create_resource_and_a_resource,
        "CreateResource, and a resource that is garbage",
        C,
        "INVALID_HANDLE: there must be none",
    ),
    case!(
        case_088_create_resource_and_a_good_resource,
        "CreateResource, and a resource that is there, on /dev/dxg",
        L,
        "SUCCESS; the handle that comes in is ignored",
        "INVALID_HANDLE",
        "case 87 is certain",
    ),
    case!(
        case_089_a_heap_in_a_resource,
        "an existing heap with CreateResource",
        C,
        "SUCCESS; the resource's handle, then the allocation's; no global handle",
    ),
    case!(
        case_090_append_a_heap,
        "an existing heap for a resource that is there",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_091_append,
        "allocations of the driver for a resource that is there",
        C,
        "SUCCESS; they are its members",
    ),
    case!(
        case_092_append_with_private_data,
        "the same with private data for the resource",
        C,
        "SUCCESS; it replaces what was there",
    ),
    case!(
        case_093_append_to_a_shared_resource,
        "allocations for a resource made with CreateShared",
        I,
        "INVALID_PARAMETER; what is in it does not change",
    ),
    case!(
        case_094_append_to_an_opened_resource,
        "allocations for a shared resource that was opened",
        I,
        "INVALID_PARAMETER, also when its creator is gone",
    ),
    case!(
        case_095_append_to_a_resource_of_another_device,
        "allocations for a resource of another device",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_096_append_to_a_destroyed_resource,
        "allocations for a resource that was destroyed",
        I,
        "INVALID_HANDLE",
    ),
    case!(
        case_097_append_races_with_destroy,
        "appending while another thread destroys the resource",
        L,
        "one of the two fails, and nothing is left",
        "appending fails with INVALID_HANDLE or INVALID_PARAMETER, or is first; nothing is left",
    ),
    case!(
        case_098_shared_without_resource,
        "CreateShared without CreateResource",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_099_shared_has_a_global_handle,
        "CreateShared with CreateResource",
        C,
        "SUCCESS; a global handle",
    ),
    case!(
        case_100_shared_on_the_node,
        "the same on /dev/dxg",
        L,
        "INVALID_PARAMETER: it has no global handles",
        "SUCCESS; a global handle, which this user's processes can open",
        "case 99 is certain; the module parameter `global_handles=0` makes it as in WSL",
    ),
    case!(
        case_101_shared_by_nt_handles,
        "CreateShared with CreateResource and NtSecuritySharing",
        C,
        "SUCCESS; no global handle",
    ),
    case!(
        case_102_nt_security_without_shared,
        "NtSecuritySharing without CreateShared",
        I,
        "INVALID_PARAMETER",
    ),
];

fn resource_of(gpu: &Gpu, device: u32) -> u32 {
    let create = Create::buffer(device, 4096).in_resource();
    create.made(gpu).resource()
}

/// CreateResource with these handles is refused.
fn refused_with(gpu: &Gpu, device: u32, handles: &[u32]) {
    let memory = Map::new(1);
    for_each(handles, |&handle| {
        for create in [
            Create::buffer(device, 4096),
            Create::heap(device, memory.address(), PAGE as u64),
        ] {
            let create = create.in_resource().append(handle);
            create.refused(gpu, INVALID_HANDLE);
        }
    });
}

fn case_087_create_resource_and_a_resource() {
    on_each_device(|gpu, device| {
        refused_with(gpu, device, &NO_HANDLES[1..]);
        refused_with(gpu, device, &[0xdead_beef, device, gpu.adapter]);
    });
}

fn case_088_create_resource_and_a_good_resource() {
    on_each_device(|gpu, device| {
        let mine = resource_of(gpu, device);
        let other = resource_of(gpu, gpu.device());
        refused_with(gpu, device, &[mine, other]);
    });
}

fn case_089_a_heap_in_a_resource() {
    on_each_device(|gpu, device| {
        let memory = Map::new(16);
        let before = counters();
        let create = Create::heap(device, memory.address(), 16 * PAGE as u64).in_resource();
        let create = create.made(gpu);
        assert_eq!(create.resource(), device + HANDLE_STEP);
        assert_eq!(create.allocation(0), create.resource() + HANDLE_STEP);
        assert_eq!(create.global(), 0);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
    });
}

fn case_090_append_a_heap() {
    on_each_device(|gpu, device| {
        let memory = Map::new(2);
        let heap = || Create::heap(device, memory.address(), 2 * PAGE as u64);
        for first in [heap(), Create::buffer(device, 4096)] {
            let resource = first.in_resource().made(gpu).resource();
            heap().append(resource).refused(gpu, INVALID_PARAMETER);
        }
    });
}

fn case_091_append() {
    on_each_device(|gpu, device| {
        let before = counters();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let resource = create.resource();
        let more = Create::buffers(device, 3).append(resource).made(gpu);
        assert_eq!(more.resource(), resource);
        assert_eq!(more.allocation(0), create.allocation(0) + HANDLE_STEP);
        assert_eq!(counters().since(&before, "resources"), 1);
        assert_eq!(counters().since(&before, "allocations"), 4);
        // They are its members: one list takes them together.
        let list = [create.allocations(), more.allocations()].concat();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    });
}

fn case_092_append_with_private_data() {
    on_each_device(|gpu, device| {
        let append = |resource, blob: &dxgkrnl_gem_resource| {
            let mut create = Create::buffer(device, 4096).append(resource);
            create.args.priv_drv_data = &raw const *blob as u64;
            create.args.priv_drv_data_size = RESOURCE_BYTES;
            create
        };
        let resource = resource_of(gpu, device);
        let more = append(resource, &RESOURCE).made(gpu);
        write(gpu, device, more.allocation(0), 1);
        // The driver looks at it, whether the resource had some before or not.
        for resource in [resource, more.resource()] {
            let wrong = dxgkrnl_gem_resource {
                version: 2,
                ..RESOURCE
            };
            append(resource, &wrong).refused(gpu, GRAPHICS_DRIVER_MISMATCH);
            append(resource, &RESOURCE).made(gpu);
        }
    });
}

fn case_093_append_to_a_shared_resource() {
    on_each_device(|gpu, device| {
        for first in [
            Create::buffer(device, 4096).in_shared_resource(),
            Create::buffer(device, 4096).in_global_resource(),
        ] {
            let resource = first.made(gpu).resource();
            let create = Create::buffer(device, 4096).append(resource);
            create.refused(gpu, INVALID_PARAMETER);
        }
    });
}

fn case_094_append_to_an_opened_resource() {
    on_each_device(|gpu, device| {
        let create = shared(device, 2).made(gpu);
        let nt = share(gpu, create.resource());
        let opened = Open::new(device, &nt, 2).made(gpu);
        let append = |resource| {
            let more = Create::buffer(device, 4096).append(resource);
            more.refused(gpu, INVALID_PARAMETER);
        };
        append(create.resource());
        append(opened.resource());
        drop(nt);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        append(opened.resource());
    });
}

fn case_095_append_to_a_resource_of_another_device() {
    on_each_device(|gpu, device| {
        let resource = resource_of(gpu, gpu.device());
        let create = Create::buffer(device, 4096).append(resource);
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn case_096_append_to_a_destroyed_resource() {
    on_each_device(|gpu, device| {
        let resource = resource_of(gpu, device);
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        let create = Create::buffer(device, 4096).append(resource);
        create.refused(gpu, INVALID_HANDLE);
    });
}

fn case_097_append_races_with_destroy() {
    on_each_device(|gpu, device| {
        let before = counters();
        for _ in 0..100 {
            let resource = resource_of(gpu, device);
            thread::scope(|scope| {
                spawn(scope, || {
                    let mut create = Create::buffers(device, 4).append(resource);
                    let answer = create.call(gpu);
                    let allowed = [SUCCESS, INVALID_HANDLE, INVALID_PARAMETER];
                    assert!(allowed.contains(&answer), "{answer:?}");
                });
                assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
            });
        }
        before.assert_restored();
    });
}

fn case_098_shared_without_resource() {
    let nt = c::D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING;
    on_each_device(|gpu, device| {
        for_each([0, nt], |more| {
            let create = Create::buffer(device, 4096);
            let create = create.flags(c::D3DKMT_CREATEALLOCATION_CREATE_SHARED | more);
            create.refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_099_shared_has_a_global_handle() {
    on_each_device(|gpu, device| {
        let [first, second] =
            [0, 1].map(|_| Create::buffer(device, 4096).in_global_resource().made(gpu));
        for (create, at) in [(&first, 1), (&second, 3)] {
            assert_is_global(create.global());
            // It takes no number of the process.
            assert_eq!(create.resource(), device + at * HANDLE_STEP);
            assert_eq!(create.allocation(0), device + (at + 1) * HANDLE_STEP);
        }
        assert_ne!(first.global(), second.global());
    });
}

fn case_100_shared_on_the_node() {
    on_each_device(|gpu, device| {
        let memory = Map::new(1);
        for create in [
            Create::buffers(device, 2),
            Create::heap(device, memory.address(), PAGE as u64),
        ] {
            let create = create.in_global_resource().made(gpu);
            assert!(is_there(gpu, gpu.device(), create.global()));
        }
    });
}

fn case_101_shared_by_nt_handles() {
    on_each_device(|gpu, device| {
        let mut create = Create::buffers(device, 2).in_shared_resource();
        create.args.global_share = handle(0xffff_ffff);
        let create = create.made(gpu);
        assert_eq!(create.global(), 0, "no global handle");
        assert_eq!(create.resource(), device + HANDLE_STEP);
        let nt = share(gpu, create.resource());
        Open::bare(device, &nt, 2).made(gpu);
    });
}

fn case_102_nt_security_without_shared() {
    on_each_device(|gpu, device| {
        let flag = c::D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING;
        let create = Create::buffer(device, 4096).flags(flag);
        create.refused(gpu, INVALID_PARAMETER);
        let create = Create::buffer(device, 4096).in_resource().flags(flag);
        create.refused(gpu, INVALID_PARAMETER);
    });
}
