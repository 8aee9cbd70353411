// SPDX-License-Identifier: MIT OR Apache-2.0
//! Creators and openers in different processes.

use super::*;
use dxg_guest_tests::{
    child::Child,
    share::{
        from_parent, inherited, number, receive, send, share, shared, sockets, Open, Share, READ,
    },
};
use rustix::io::dup;
use std::{
    os::{fd::OwnedFd, unix::process::ExitStatusExt},
    panic::catch_unwind,
};

/// In a child, as another user: makes a shared resource with 0x5a in it, and sends its NT handle.
/// When told to go on, it says whether the byte was changed to the last argument.
pub(super) fn creator(arguments: &[String]) {
    child::become_user();
    let gpu = gpu_of(arguments);
    let socket = from_parent(&arguments[2]);
    let device = gpu.device();
    let create = shared(device, 2).made(&gpu);
    let address = gpu.lock(device, create.allocation(1));
    fill(address, 0x5a);
    send(&socket, &share(&gpu, create.resource()));
    child::wait_for_parent();
    if let Some(byte) = arguments.get(3) {
        let byte: u8 = byte.parse().expect("a byte");
        assert!(is_full(address, byte), "what the opener has written");
    }
}

/// Starts a creator, and receives its NT handle.
fn creating(gpu: &Gpu, expected: &[&str]) -> (Child, OwnedFd) {
    let (ours, theirs) = sockets();
    let number = number(&theirs).to_string();
    let arguments = [&[&number[..]], expected].concat();
    let child = start("creator", gpu, &arguments);
    drop(theirs);
    let nt = receive(&ours);
    (child, nt)
}

/// What the creator has left behind can be opened, has its bytes, and goes with the NT handle.
fn inherits(gpu: &Gpu, device: u32, nt: OwnedFd) {
    let opened = Open::new(device, &nt, 2).made(gpu);
    drop(nt);
    locked(gpu, device, opened.allocation(1), |at| {
        assert!(is_full(at, 0x5a));
        fill(at, 1);
    });
    let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
    assert_eq!(destroyed, SUCCESS);
}

/// What is left of a resource with two allocations, one of them touched, when only an NT handle is.
const KEPT: [(&str, i64); 4] = [
    ("nt_handles", 1),
    ("resources", 1),
    ("allocations", 2),
    ("gem_objects", 1),
];

pub(super) fn the_creator_exits() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let (child, nt) = creating(gpu, &[]);
        child.succeed();
        before.assert_grown(&KEPT);
        inherits(gpu, device, nt);
        before.assert_restored();
    });
}

pub(super) fn the_creator_is_killed() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let (child, nt) = creating(gpu, &[]);
        // While another opening is in use.
        let opened = Open::new(device, &nt, 2).made(gpu);
        let address = gpu.lock(device, opened.allocation(1));
        child.kill();
        let more = [("bindings", 2), ("mappings", 1)];
        before.assert_grown(&[&KEPT[..], &more].concat());
        assert!(is_full(address, 0x5a));
        gpu.unlock(device, opened.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
        assert_eq!(destroyed, SUCCESS);
        inherits(gpu, device, nt);
        before.assert_restored();
    });
}

/// In a child, as another user: opens what the NT handle names that it inherited, sees 0x5a there,
/// and writes 0xa5.
pub(super) fn opener(arguments: &[String]) {
    child::become_user();
    let gpu = gpu_of(arguments);
    opens(&gpu, &from_parent(&arguments[2]));
    child::say("written");
    child::wait_for_parent();
}

fn opens(gpu: &Gpu, nt: &OwnedFd) {
    let device = gpu.device();
    let opened = Open::new(device, nt, 2).made(gpu);
    let address = gpu.lock(device, opened.allocation(1));
    assert!(is_full(address, 0x5a), "what the creator has written");
    fill(address, 0xa5);
}

/// A shared resource of this process, with 0x5a in it, locked.
struct Ours {
    resource: u32,
    allocation: u32,
    address: u64,
    nt: OwnedFd,
}

fn ours(gpu: &Gpu, device: u32) -> Ours {
    let create = shared(device, 2).made(gpu);
    let address = gpu.lock(device, create.allocation(1));
    fill(address, 0x5a);
    Ours {
        resource: create.resource(),
        allocation: create.allocation(1),
        address,
        nt: share(gpu, create.resource()),
    }
}

pub(super) fn the_opener_is_killed() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let ours = ours(gpu, device);
        let before = counters();
        let theirs = dup(&ours.nt).expect("dup");
        inherited(&theirs);
        let mut child = start("opener", gpu, &[&number(&theirs).to_string()]);
        drop(theirs);
        assert_eq!(child.line(), "written");
        before.assert_grown(&[
            ("processes", 1),
            ("adapter_opens", 1),
            ("devices", 1),
            ("bindings", 2),
            ("mappings", 1),
        ]);
        child.kill();
        before.assert_restored();
        assert!(is_full(ours.address, 0xa5));
        gpu.unlock(device, ours.allocation);
    });
}

pub(super) fn both_sides_see_what_is_written() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (child, nt) = creating(gpu, &["33"]);
        let opened = Open::new(device, &nt, 2).made(gpu);
        locked(gpu, device, opened.allocation(1), |at| {
            assert!(is_full(at, 0x5a));
            fill(at, 33);
        });
        child.succeed();
    });
}

pub(super) fn an_nt_handle_comes_through_exec() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let ours = ours(gpu, device);
        let theirs = dup(&ours.nt).expect("dup");
        inherited(&theirs);
        let child = start("opener", gpu, &[&number(&theirs).to_string()]);
        drop(theirs);
        child.succeed();
        assert!(is_full(ours.address, 0xa5));
        gpu.unlock(device, ours.allocation);
        // Else it closes, see `the_descriptor_closes_on_exec` of the suite `share_nt`; the one of
        // this process goes on.
        let destroyed = destroy_resource(&gpu.dxg, device, ours.resource);
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(
            dxg_guest_tests::share::query(gpu, device, number(&ours.nt)).0,
            SUCCESS
        );
    });
}

/// In a child that has no thread but this one: makes a resource, and has a forked child open it.
pub(super) fn forker(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let device = gpu.device();
    let ours = ours(&gpu, device);
    let status = child::fork(|| {
        // The node is opened anew, since it is not inherited; the NT handle is.
        let opened = catch_unwind(|| opens(&Gpu::open(gpu.luid), &ours.nt));
        i32::from(opened.is_err())
    });
    assert!(status.success(), "{status}");
    assert!(is_full(ours.address, 0xa5));
}

pub(super) fn an_nt_handle_comes_through_fork() {
    on_each_adapter(|gpu| start("forker", gpu, &[]).succeed());
}

pub(super) fn an_nt_handle_on_its_way_keeps_the_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let (near, far) = sockets();
        let ours = ours(gpu, device);
        gpu.unlock(device, ours.allocation);
        send(&near, &ours.nt);
        drop(ours.nt);
        let destroyed = destroy_resource(&gpu.dxg, device, ours.resource);
        assert_eq!(destroyed, SUCCESS);
        before.assert_grown(&KEPT);
        inherits(gpu, device, receive(&far));
        before.assert_restored();
    });
    // Nobody takes it: it goes with the socket.
    let before = counters();
    let gpu = Gpu::first();
    let (near, far) = sockets();
    let device = gpu.device();
    let ours = ours(&gpu, device);
    gpu.unlock(device, ours.allocation);
    send(&near, &ours.nt);
    drop((ours, gpu));
    before.assert_grown(&KEPT);
    drop((near, far));
    before.assert_restored();
}

/// In a child: opens for reading only, reads, and writes.
pub(super) fn writer(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let nt = from_parent(&arguments[2]);
    let device = gpu.device();
    let opened = Open::new(device, &nt, 2).made(&gpu);
    let address = gpu.lock(device, opened.allocation(1));
    assert!(is_full(address, 0x5a));
    child::say("read");
    fill(address, 1);
    child::say("written");
}

pub(super) fn writing_through_a_read_only_opening_ends_the_program() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let ours = ours(gpu, device);
        for (access, expected) in [(READ, Some(libc::SIGSEGV)), (1, None)] {
            let nt = Share::new(ours.resource).access(access).made(gpu);
            inherited(&nt);
            let mut child = start("writer", gpu, &[&number(&nt).to_string()]);
            assert_eq!(child.line(), "read");
            assert_eq!(child.end().signal(), expected);
            assert!(is_full(
                ours.address,
                if expected.is_some() { 0x5a } else { 1 }
            ));
        }
        gpu.unlock(device, ours.allocation);
    });
}
