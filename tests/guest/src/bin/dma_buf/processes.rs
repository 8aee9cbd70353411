// SPDX-License-Identifier: MIT OR Apache-2.0
//! dma-bufs in several processes, and in those of several users.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    dma_buf::*,
    prime::{map, udmabuf},
    share::{from_parent, inherited, number, receive, send, sockets},
};
use libd3dkmt::{
    gem::{Format, Surface, Usage},
    Access, Adapter, AllocationInfo, Dxg,
};
use std::{
    fs,
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::process::ExitStatusExt,
    },
};

fn gpu_of(arguments: &[String]) -> Gpu {
    let number = |i: usize| arguments[i].parse().expect("a number");
    Gpu::open(Luid(number(0), number(1)))
}

fn start(role: &str, gpu: &Gpu, rest: &[&str]) -> Child {
    let [a, b] = [gpu.luid.0.to_string(), gpu.luid.1.to_string()];
    let arguments = [&[&a[..], &b[..]], rest].concat();
    Child::start(child::command(role, &arguments))
}

/// In a child, as another user: exports an allocation with 0x5a in it, and sends that.
pub(super) fn exporter(arguments: &[String]) {
    child::become_user();
    let gpu = gpu_of(arguments);
    let device = gpu.device();
    let allocation = displayable(device).made(&gpu).allocation(0);
    fill(&gpu, device, allocation, BYTES, 0x5a);
    send(
        &from_parent(&arguments[2]),
        &export(&gpu, device, allocation),
    );
    child::wait_for_parent();
}

fn exporting(gpu: &Gpu) -> (Child, OwnedFd) {
    let (ours, theirs) = sockets();
    let child = start("exporter", gpu, &[&number(&theirs).to_string()]);
    drop(theirs);
    let dma_buf = receive(&ours);
    (child, dma_buf)
}

pub(super) fn an_export_comes_to_another_process() {
    on_each_device(|gpu, device| {
        let before = counters();
        let (child, dma_buf) = exporting(gpu);
        let opened = Open::new(device, &dma_buf).made(gpu);
        assert!(is_full(gpu, device, opened.allocation, BYTES, 0x5a));
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
        assert_eq!(destroyed, SUCCESS);
        child.succeed();
        before.assert_restored();
        assert!(full_of(map(&dma_buf, BYTES).bytes(), 0x5a));
        let opened = Open::new(device, &dma_buf).made(gpu);
        drop(dma_buf);
        assert!(is_full(gpu, device, opened.allocation, BYTES, 0x5a));
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
    });
}

pub(super) fn the_exporter_is_killed() {
    on_each_device(|gpu, device| {
        let before = counters();
        let (child, dma_buf) = exporting(gpu);
        let opened = Open::new(device, &dma_buf).made(gpu);
        child.kill();
        drop(dma_buf);
        fill(gpu, device, opened.allocation, BYTES, 1);
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
    });
}

pub(super) fn an_export_on_its_way_keeps_the_memory() {
    on_each_device(|gpu, device| {
        for received in [true, false] {
            let before = counters();
            let (ours, theirs) = sockets();
            let allocation = displayable(device).made(gpu).allocation(0);
            send(&ours, &export(gpu, device, allocation));
            let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
            assert_eq!(destroyed, SUCCESS);
            before.assert_restored();
            if received {
                let dma_buf = receive(&theirs);
                assert!(full_of(map(&dma_buf, BYTES).bytes(), 0));
            }
            drop((ours, theirs));
            before.assert_restored();
        }
    });
}

/// In a child: the descriptor with that number is there or not, as told.
pub(super) fn inheritor(arguments: &[String]) {
    let link = fs::read_link(format!("/proc/self/fd/{}", arguments[0]));
    let is_there = link.is_ok_and(|link| link.to_string_lossy().contains("dmabuf"));
    assert_eq!(is_there, arguments[1] == "there");
}

/// In a child: opens what the parent has left, and writes to it.
pub(super) fn opener(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let device = gpu.device();
    let opened = Open::new(device, &from_parent(&arguments[2])).made(&gpu);
    fill(&gpu, device, opened.allocation, BYTES, 0x77);
}

pub(super) fn the_descriptor_closes_on_exec() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let dma_buf = export(gpu, device, allocation);
        let fd = number(&dma_buf).to_string();
        let look = |expected| {
            Child::start(child::command("inheritor", &[&fd, expected])).succeed();
        };
        look("closed");
        inherited(&dma_buf);
        look("there");
        start("opener", gpu, &[&fd]).succeed();
        assert!(is_full(gpu, device, allocation, BYTES, 0x77));
    });
}

pub(super) fn a_child_has_no_mapping_of_what_was_opened() {
    let vkms = of_driver("vkms");
    let device = vkms.device();
    let (dma_buf, _memory) = udmabuf(1);
    let opened = Open::new(device, &dma_buf).made(&vkms);
    let address = vkms.lock(device, opened.allocation);
    let end = child::fork(|| {
        // SAFETY: That this is no memory is what is tested.
        unsafe { (address as *const u8).read_volatile() }.into()
    });
    assert_eq!(end.signal(), Some(libc::SIGSEGV));
    vkms.unlock(device, opened.allocation);
}

pub(super) fn the_library_exports_and_opens() {
    let adapters = Dxg::open()
        .and_then(|dxg| dxg.adapters())
        .expect("adapters");
    for adapter in &adapters {
        exports_and_opens(adapter);
    }
}

fn exports_and_opens(adapter: &Adapter) {
    let device = adapter.create_device().expect("a device");
    let surface = Surface {
        width: EXTENTS.0,
        height: EXTENTS.1,
        format: Format::Xrgb8888,
        usage: Usage::CPU_VISIBLE | Usage::DISPLAYABLE,
    };
    let before = counters();
    let allocation = device.allocate(AllocationInfo::surface(surface));
    let mut allocation = allocation.expect("an allocation");
    allocation.lock().expect("a lock").fill(0x5a);
    let dma_buf = allocation.export_dma_buf(Access::ReadWrite);
    let dma_buf = dma_buf.expect("an export");
    assert!(allocation.lock().is_err(), "others have it, too");
    assert!(allocation.export_dma_buf(Access::ReadOnly).is_err());
    let opened = device.open_dma_buf(&dma_buf, Access::ReadOnly);
    let mut resource = opened.expect("a resource");
    let opened = &mut resource.allocations_mut()[0];
    assert_eq!(opened.size(), Some(BYTES));
    assert!(opened.lock().is_err(), "others have it, too");
    // SAFETY: It has as many bytes, and nobody writes to them now.
    let bytes = unsafe { opened.lock_sized(BYTES) }.expect("a lock");
    assert!(full_of(&bytes, 0x5a));
    drop(bytes);
    let error = device.open_dma_buf(std::io::stdin(), Access::ReadOnly);
    let error = error.expect_err("no dma-buf").to_string();
    let expected = "DXGKRNL_IOCTL_OPEN_DMA_BUF: STATUS_INVALID_PARAMETER";
    assert!(error.starts_with(expected), "{error}");
    assert!(dma_buf.as_raw_fd() > 2);
    drop((resource, dma_buf, allocation));
    before.assert_restored();
}
