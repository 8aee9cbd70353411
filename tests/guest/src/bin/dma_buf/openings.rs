// SPDX-License-Identifier: MIT OR Apache-2.0
//! The opening, each argument right and wrong.

use super::*;
use dxg_guest_tests::{
    create::Create,
    dma_buf::*,
    memory::{memory_file, Map, PAGE},
    prime::{identity, udmabuf, Card},
    share::{share, shared, Share},
};
use libd3dkmt::sys::{self, request};
use rustix::{
    event::{eventfd, EventfdFlags},
    fs::{open as open_file, Mode, OFlags},
    io::dup,
    pipe::{pipe_with, PipeFlags},
};
use std::os::fd::{AsFd, AsRawFd, OwnedFd};

/// A dma-buf that each adapter can open: of a dumb buffer.
fn dumb(gpu: &Gpu, writable: bool) -> OwnedFd {
    let card = Card::of(gpu);
    let (handle, bytes) = card.create(EXTENTS.0, EXTENTS.1);
    assert_eq!(bytes, BYTES);
    card.export(handle, writable).expect("an export")
}

pub(super) fn an_opening() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        let before = counters();
        let handle = gpu.next_handle();
        let opened = Open::new(device, &dma_buf).made(gpu);
        assert_eq!(opened.resource, handle + HANDLE_STEP);
        assert_eq!(opened.allocation, handle + 2 * HANDLE_STEP);
        assert_eq!((opened.bytes, opened.read_only), (BYTES, false));
        before.assert_grown(&[
            ("resources", 1),
            ("allocations", 1),
            ("bindings", 1),
            ("gem_objects", 1),
        ]);
        // The descriptor is the caller's still, and of no use any more.
        dup(&dma_buf).expect("dup");
        drop(dma_buf);
        fill(gpu, device, opened.allocation, BYTES, 1);
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        let answer = lock(&gpu.dxg, device, opened.allocation).0;
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

pub(super) fn the_own_export_is_opened() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let dma_buf = export(gpu, device, allocation);
        let other = gpu.device();
        let all = [device, other, other].map(|on| (on, Open::new(on, &dma_buf).made(gpu)));
        fill(gpu, device, allocation, BYTES, 0x5a);
        for (on, opened) in all {
            assert!(is_full(gpu, on, opened.allocation, BYTES, 0x5a));
        }
        let (on, last) = all[2];
        fill(gpu, on, last.allocation, BYTES, 0xa5);
        assert!(is_full(gpu, device, allocation, BYTES, 0xa5));
        // Each goes alone.
        assert_eq!(destroy_resource(&gpu.dxg, on, last.resource), SUCCESS);
        assert!(is_full(gpu, other, all[1].1.allocation, BYTES, 0xa5));
    });
}

pub(super) fn an_opening_for_reading_only() {
    on_each_device(|gpu, device| {
        let (writable, read_only) = (dumb(gpu, true), dumb(gpu, false));
        let all = [
            Open::read_only(device, &writable),
            Open::new(device, &read_only),
            Open::read_only(device, &read_only),
        ];
        for call in all {
            let opened = call.made(gpu);
            assert!(opened.read_only);
            assert!(is_full(gpu, device, opened.allocation, BYTES, 0));
            cannot_be_written_to(gpu, device, &opened);
            Export::new(device, opened.allocation).refused(gpu, ACCESS_DENIED);
        }
    });
}

pub(super) fn what_is_opened_is_exported_again() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        let name = identity(&dma_buf);
        let opened = Open::new(device, &dma_buf).made(gpu);
        let before = counters();
        let again = export(gpu, device, opened.allocation);
        assert_eq!(identity(&again), name);
        // The memory is somebody else's: it is not kept here.
        before.assert_restored();
        drop(dma_buf);
        assert_eq!(identity(&export(gpu, device, opened.allocation)), name);
        Export::read_only(device, opened.allocation).refused(gpu, ACCESS_DENIED);
    });
}

pub(super) fn what_is_opened_never_changes() {
    on_each_device(|gpu, device| {
        let opened = Open::new(device, &dumb(gpu, true)).made(gpu);
        Create::buffer(device, 4096)
            .append(opened.resource)
            .refused(gpu, INVALID_PARAMETER);
        gpu.unchanged(|| {
            let answer = destroy_allocations(&gpu.dxg, device, &[opened.allocation]);
            assert_eq!(answer, INVALID_PARAMETER);
        });
        // It is shared on by its dma-buf, which everybody knows.
        Share::new(opened.resource).refused(gpu, INVALID_PARAMETER);
        fill(gpu, device, opened.allocation, BYTES, 1);
    });
}

pub(super) fn open_needs_a_device() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        let opened = Open::new(device, &dma_buf).made(gpu);
        let wrong = [gpu.adapter, opened.resource, opened.allocation];
        for_each(NO_HANDLES.into_iter().chain(wrong), |device| {
            Open::new(device, &dma_buf).refused(gpu, INVALID_PARAMETER);
        });
    });
}

pub(super) fn open_refuses_unknown_flags() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        for_each((1..32).map(|bit| 1 << bit), |flag| {
            for flags in [flag, flag | READ_ONLY] {
                let mut call = Open::new(device, &dma_buf);
                call.0.flags = flags;
                call.refused(gpu, INVALID_PARAMETER);
            }
            let mut call = Open::new(device, &dma_buf);
            call.0.reserved = flag;
            call.refused(gpu, INVALID_PARAMETER);
        });
        // The others are answers.
        let mut call = Open::new(device, &dma_buf);
        (call.0.resource, call.0.allocation, call.0.size) = (u32::MAX, u32::MAX, u64::MAX);
        call.made(gpu);
    });
}

fn file(path: &str, flags: OFlags) -> OwnedFd {
    open_file(path, flags | OFlags::CLOEXEC, Mode::empty()).expect("open")
}

pub(super) fn descriptors_of_other_kinds() {
    on_each_device(|gpu, device| {
        let node = format!("/dev/dri/{}", sysfs::node_name(gpu));
        let nt = share(gpu, shared(device, 1).made(gpu).resource());
        let others: [(&str, OwnedFd); 7] = [
            ("an NT handle", nt),
            (
                "an eventfd",
                eventfd(0, EventfdFlags::CLOEXEC).expect("eventfd"),
            ),
            ("a memfd", memory_file(1).into()),
            ("/dev/null", file("/dev/null", OFlags::RDWR)),
            ("a DRM node", file(&node, OFlags::RDWR)),
            ("a directory", file("/", OFlags::RDONLY)),
            ("a pipe", pipe_with(PipeFlags::CLOEXEC).expect("pipe").0),
        ];
        for (name, fd) in &others {
            harness::context(*name, || {
                Open::new(device, fd).refused(gpu, INVALID_PARAMETER);
            });
        }
        // The node itself.
        Open::new(device, &gpu.dxg.as_fd()).refused(gpu, INVALID_PARAMETER);
    });
}

pub(super) fn numbers_that_are_no_descriptors() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        let closed = dup(&dma_buf).expect("dup").as_raw_fd();
        for_each([closed, -1, -100, 10_000, i32::MAX, i32::MIN], |number| {
            Open::number(device, number).refused(gpu, INVALID_HANDLE);
        });
        // One that is only a path cannot be used for anything.
        let path = file("/dev/null", OFlags::PATH);
        Open::new(device, &path).refused(gpu, INVALID_HANDLE);
    });
}

pub(super) fn open_into_memory_that_is_not_writable() {
    on_each_device(|gpu, device| {
        let dma_buf = dumb(gpu, true);
        let memory = Map::new(1);
        let at = memory.put(0, Open::new(device, &dma_buf).0);
        memory.read_only();
        gpu.unchanged(|| {
            let answer = call_at(&gpu.dxg, request::OPEN_DMA_BUF, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
        memory.protect(libc::PROT_READ | libc::PROT_WRITE);
        let answer = call_at(&gpu.dxg, request::OPEN_DMA_BUF, memory.address());
        assert_eq!(answer, SUCCESS);
        // SAFETY: The call has written its argument there.
        let opened = Open(unsafe { at.read() }).opened();
        fill(gpu, device, opened.allocation, opened.bytes, 1);
    });
}

pub(super) fn usage_of_what_is_opened() {
    let usage = |gpu: &Gpu| {
        [
            sys::D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL,
            sys::D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL,
        ]
        .map(|group| gpu.usage(group))
    };
    on_each_device(|gpu, device| {
        // Who made the memory accounts for it.
        let before = usage(gpu);
        let opened = Open::new(device, &dumb(gpu, true)).made(gpu);
        fill(gpu, device, opened.allocation, BYTES, 1);
        assert_eq!(usage(gpu), before);
    });
    let vkms = of_driver("vkms");
    let (dma_buf, _memory) = udmabuf(1);
    let before = usage(&vkms);
    let device = vkms.device();
    let opened = Open::new(device, &dma_buf).made(&vkms);
    fill(&vkms, device, opened.allocation, PAGE, 1);
    assert_eq!(usage(&vkms), before);
}
