// SPDX-License-Identifier: MIT OR Apache-2.0
//! ShareObjects.

use crate::table::Case;
use dxg_guest_tests::{calls::*, create::Create, share::*};
use rustix::{
    fs::{fcntl_getfl, OFlags},
    io::{dup, fcntl_getfd, FdFlags},
};
use std::{
    fs,
    os::fd::{AsFd, AsRawFd},
};

const IP: &str = "INVALID_PARAMETER";

pub const CASES: &[Case] = &[
    case!(case_143_an_allocation, "an allocation", C, IP),
    case!(
        case_144_a_resource_without_create_shared,
        "a resource made without CreateShared",
        C,
        IP
    ),
    case!(
        case_145_a_resource_with_create_shared_only,
        "a resource made with CreateShared, without NtSecuritySharing",
        C,
        IP
    ),
    case!(
        case_146_a_resource_with_both_flags,
        "a resource made with both",
        C,
        "SUCCESS; an NT handle, which has a name if one was given",
        "SUCCESS; an NT handle, which is a descriptor and has no name",
        "NT handles go to other processes as descriptors do; there is no name space for them",
    ),
    case!(
        case_149_three_objects,
        "three objects that are not resource, keyed mutex and synchronisation object in this order",
        I,
        IP
    ),
    case!(case_150_two_objects, "two objects", C, IP),
    case!(
        case_151_no_objects,
        "no objects, or no array of them",
        I,
        IP
    ),
    case!(case_152_four_objects, "four objects", C, IP),
    case!(
        case_154_what_is_no_resource,
        "0, garbage, a resource that was destroyed, an adapter, a device",
        I,
        IP
    ),
    case!(
        case_155_one_object_and_no_other_number,
        "any number of objects but 1, on /dev/dxg",
        L,
        "INVALID_PARAMETER; of 1, a descriptor that exec closes",
    ),
];

fn case_143_an_allocation() {
    on_each_device(|gpu, device| {
        let member = shared(device, 1).made(gpu).allocation(0);
        let alone = Create::buffer(device, 4096).made(gpu).allocation(0);
        for allocation in [member, alone] {
            for access in [0, READ, ALL, u32::MAX] {
                Share::new(allocation)
                    .access(access)
                    .refused(gpu, INVALID_PARAMETER);
            }
        }
    });
}

fn case_144_a_resource_without_create_shared() {
    on_each_device(|gpu, device| {
        let create = Create::buffers(device, 2).in_resource().made(gpu);
        Share::new(create.resource()).refused(gpu, INVALID_PARAMETER);
    });
}

fn case_145_a_resource_with_create_shared_only() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_global_resource().made(gpu);
        Share::new(create.resource()).refused(gpu, INVALID_PARAMETER);
    });
}

fn case_146_a_resource_with_both_flags() {
    on_each_device(|gpu, device| {
        let resource = shared(device, 2).made(gpu).resource();
        let before = counters();
        let handle = gpu.next_handle();
        let mut call = Share::new(resource);
        // Names have no meaning here.
        call.args.object_attr = u64::MAX;
        // The lowest number that is free, as for every descriptor.
        let next = dup(gpu.dxg.as_fd()).expect("dup").as_raw_fd();
        assert_eq!(call.call(gpu), SUCCESS);
        assert_eq!(*call.nt_handle, next as u64);
        let nt = call.descriptor();
        before.assert_grown(&[("nt_handles", 1)]);
        assert_eq!(gpu.next_handle(), handle + HANDLE_STEP);
        let link = fs::read_link(format!("/proc/self/fd/{next}")).expect("a link");
        assert_eq!(link.to_str(), Some("anon_inode:dxg-resource"));
        assert_eq!(
            fcntl_getfl(&nt).map(|flags| flags & OFlags::RWMODE),
            Ok(OFlags::RDWR)
        );
        drop(nt);
        before.assert_restored();
    });
}

/// Two or more good resources, or one of them that many times, are refused.
fn refused_with(count: usize) {
    on_each_device(|gpu, device| {
        let resources: Vec<_> = (0..count)
            .map(|_| shared(device, 1).made(gpu).resource())
            .collect();
        Share::objects(&resources).refused(gpu, INVALID_PARAMETER);
        Share::objects(&vec![resources[0]; count]).refused(gpu, INVALID_PARAMETER);
    });
}

fn case_149_three_objects() {
    refused_with(3);
    on_each_device(|gpu, device| {
        let create = shared(device, 1).made(gpu);
        let (resource, allocation) = (create.resource(), create.allocation(0));
        for_each(
            [[resource, device, allocation], [0, resource, 0]],
            |objects| Share::objects(&objects).refused(gpu, INVALID_PARAMETER),
        );
    });
}

fn case_150_two_objects() {
    refused_with(2);
}

fn case_151_no_objects() {
    on_each_device(|gpu, device| {
        let resource = shared(device, 1).made(gpu).resource();
        Share::objects(&[]).refused(gpu, INVALID_PARAMETER);
        let mut call = Share::new(resource);
        call.args.object_count = 0;
        call.refused(gpu, INVALID_PARAMETER);
        let mut call = Share::new(resource);
        call.args.objects = 0;
        call.refused(gpu, INVALID_PARAMETER);
    });
}

fn case_152_four_objects() {
    refused_with(4);
}

fn case_154_what_is_no_resource() {
    on_each_device(|gpu, device| {
        let gone = shared(device, 1).made(gpu).resource();
        assert_eq!(destroy_resource(&gpu.dxg, device, gone), SUCCESS);
        let others = [gone, device, gpu.adapter, gpu.next_handle()];
        for_each(NO_HANDLES.into_iter().chain(others), |handle| {
            Share::new(handle).refused(gpu, INVALID_PARAMETER);
        });
    });
}

fn case_155_one_object_and_no_other_number() {
    on_each_device(|gpu, device| {
        let resource = shared(device, 1).made(gpu).resource();
        for_each([0, 2, 3, 4, 5, 1024, 0x8000_0000, u32::MAX], |count| {
            let mut call = Share::objects(&[resource; 8]);
            call.args.object_count = count;
            call.refused(gpu, INVALID_PARAMETER);
        });
        let nt = share(gpu, resource);
        assert_eq!(fcntl_getfd(&nt), Ok(FdFlags::CLOEXEC));
    });
}
