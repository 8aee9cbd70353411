// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTShareObjects.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    faults::every_call::spare,
    limit::Limit,
    memory::{Map, PAGE},
    share::*,
};
use libd3dkmt::sys::{self};
use rustix::{
    io::{dup, fcntl_getfd, read, write, Errno, FdFlags},
    mm::{mmap, MapFlags, ProtFlags},
};
use std::{
    fs,
    os::fd::{AsFd, AsRawFd},
};

pub(super) fn an_nt_handle_can_do_nothing_else() {
    let gpu = Gpu::first();
    let nt = share(&gpu, shared(gpu.device(), 1).made(&gpu).resource());
    assert_eq!(read(&nt, &mut [0_u8; 16]).err(), Some(Errno::INVAL));
    assert_eq!(write(&nt, &[0; 16]).err(), Some(Errno::INVAL));
    let (prot, flags) = (ProtFlags::READ, MapFlags::SHARED);
    // SAFETY: The kernel chooses the address.
    let mapped = unsafe { mmap(std::ptr::null_mut(), PAGE, prot, flags, &nt, 0) };
    assert_eq!(mapped.err(), Some(Errno::NODEV));
    let memory = Map::new(1);
    for_each(SERVED, |(_, request, _)| {
        // SAFETY: The memory is large enough for every argument.
        let answer = unsafe { sys::ioctl_ptr(&nt, request, memory.at::<u8>(0).cast()) };
        assert_eq!(answer, NOT_A_CALL);
    });
}

/// In a child: the descriptor with that number is there or not, as told.
pub(super) fn inheritor(arguments: &[String]) {
    let link = fs::read_link(format!("/proc/self/fd/{}", arguments[0]));
    let is_there = link.is_ok_and(|link| link.to_string_lossy().contains("dxg-resource"));
    assert_eq!(is_there, arguments[1] == "there");
}

pub(super) fn the_descriptor_closes_on_exec() {
    let gpu = Gpu::first();
    let nt = share(&gpu, shared(gpu.device(), 1).made(&gpu).resource());
    assert_eq!(fcntl_getfd(&nt), Ok(FdFlags::CLOEXEC));
    let start = |expected| {
        let fd = number(&nt).to_string();
        Child::start(child::command("inheritor", &[&fd, expected])).succeed();
    };
    start("closed");
    inherited(&nt);
    start("there");
}

pub(super) fn share_ignores_unused_fields() {
    on_each_device(|gpu, device| {
        let resource = shared(device, 1).made(gpu).resource();
        let mut call = Share::new(resource);
        (call.args.reserved, call.args.reserved1) = (u32::MAX, u32::MAX);
        // Names have no meaning here, nor have security descriptors.
        call.args.object_attr = u64::MAX;
        let nt = call.made(gpu);
        Open::new(device, &nt, 1).made(gpu);
    });
}

pub(super) fn each_call_makes_another_nt_handle() {
    on_each_device(|gpu, device| {
        let resource = shared(device, 1).made(gpu).resource();
        let before = counters();
        let all: Vec<_> = (0..10).map(|_| share(gpu, resource)).collect();
        before.assert_grown(&[("nt_handles", 10)]);
        // Duplicates are the same one.
        let duplicate = dup(&all[0]).expect("dup");
        before.assert_grown(&[("nt_handles", 10)]);
        drop(all);
        before.assert_grown(&[("nt_handles", 1)]);
        Open::new(device, &duplicate, 1).made(gpu);
    });
}

pub(super) fn an_opened_resource_is_shared_on() {
    on_each_device(|gpu, device| {
        let create = shared(device, 2).made(gpu);
        let nt = share(gpu, create.resource());
        let opened = Open::new(device, &nt, 2).made(gpu);
        drop(nt);
        let again = share(gpu, opened.resource());
        for resource in [create.resource(), opened.resource()] {
            assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        }
        Open::new(device, &again, 2).made(gpu);
    });
}

pub(super) fn no_descriptor_left() {
    spare("a sweep needs descriptors");
    on_each_device(|gpu, device| {
        let mut call = Share::new(shared(device, 1).made(gpu).resource());
        gpu.unchanged(|| {
            let next = dup(gpu.dxg.as_fd()).expect("dup").as_raw_fd();
            let _limit = Limit::new(next);
            assert_eq!(call.call(gpu), NO_MEMORY);
        });
        assert_eq!(*call.nt_handle, u64::MAX);
        let nt = call.made(gpu);
        Open::new(device, &nt, 1).made(gpu);
    });
}
