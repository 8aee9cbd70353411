// SPDX-License-Identifier: MIT OR Apache-2.0
//! A process becomes another program: its descriptors close, unless it says otherwise, and its
//! mappings go.

use super::*;
use dxg_guest_tests::{
    create::Create,
    memory::Map,
    population::NAMED,
    share::{inherited, share, shared},
    state::pinned_bytes,
};
use libd3dkmt::{sys, Dxg};
use std::{
    os::fd::{AsFd, FromRawFd},
    thread,
};

/// In a child: shares a resource, and becomes a program that has the NT handle and nothing else.
pub(super) fn shares_and_execs(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let device = gpu.device();
    let create = shared(device, 2).made(&gpu);
    fill(gpu.lock(device, create.allocation(1)), 0x5a);
    let nt = share(&gpu, create.resource());
    inherited(&nt);
    let nt = number(&nt).to_string();
    let words = [&arguments[0], &arguments[1], &arguments[2], &nt];
    let error = child::command("opens_after_exec", &words.map(String::as_str)).exec();
    panic!("exec: {error}");
}

/// The same process, after exec.
pub(super) fn opens_after_exec(arguments: &[String]) {
    let (socket, nt) = (socket_of(arguments), from_parent(&arguments[3]));
    child::say("begun");
    assert!(next(&socket).is_some());
    let gpu = gpu_of(arguments);
    assert_eq!(gpu.adapter, FIRST_HANDLE, "nothing of the old program's");
    opens(&gpu, gpu.device(), &nt, 2, 1, 0x5a);
}

pub(super) fn an_nt_handle_lives_on_through_exec() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (mut child, socket) = start("shares_and_execs", gpu, &[]);
        assert_eq!(child.line(), "begun");
        before.assert_grown(&NAMED);
        tell(&socket, 1);
        child.succeed();
        before.assert_restored();
    });
}

/// In a child: makes an allocation and a heap, locks both, and becomes a program that still has the
/// node; its main thread does that, or another one.
pub(super) fn keeps_the_node(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let device = gpu.device();
    let mut memory = Map::new(1);
    let video = Create::buffer(device, PAGE as u64).made(&gpu).allocation(0);
    let heap = Create::heap(device, memory.address(), PAGE as u64).made(&gpu);
    let heap = heap.allocation(0);
    fill(gpu.lock(device, video), 0x77);
    assert_eq!(gpu.lock(device, heap), memory.address());
    memory.bytes().fill(0x66);
    let node = gpu.dxg.as_fd().try_clone_to_owned().expect("dup");
    inherited(&node);
    let mut words = vec![arguments[2].clone(), number(&node).to_string()];
    words.extend([gpu.adapter, device, video, heap].map(|handle| handle.to_string()));
    let words: Vec<_> = words.iter().map(String::as_str).collect();
    let exec = || panic!("exec: {}", child::command("uses_after_exec", &words).exec());
    match &arguments[3][..] {
        "main" => exec(),
        _ => thread::scope(|scope| drop(scope.spawn(exec))),
    }
}

/// The same process, after exec: it is still the one to which the node belongs.
pub(super) fn uses_after_exec(arguments: &[String]) {
    let socket = from_parent(&arguments[0]);
    // SAFETY: The descriptor was left open for this program.
    let node = unsafe { OwnedFd::from_raw_fd(arguments[1].parse().expect("a descriptor")) };
    let handles = [2, 3, 4, 5].map(|i| arguments[i].parse().expect("a handle"));
    let [adapter, device, video, heap] = handles;
    child::say("begun");
    assert!(next(&socket).is_some());
    assert_eq!(pinned_bytes(), 0, "that was the old program's memory");
    // Another opening finds the same handles.
    let dxg = Dxg::open().expect("/dev/dxg");
    drop(node);
    for (allocation, byte) in [(video, 0x77), (heap, 0x66)] {
        let (answer, address) = lock(&dxg, device, allocation);
        assert_eq!(answer, SUCCESS);
        assert!(is_full(address, byte), "what the old program has written");
        // The lock from before, and this one.
        for answer in [SUCCESS, SUCCESS, INVALID_PARAMETER] {
            assert_eq!(unlock(&dxg, device, allocation), answer);
        }
    }
    assert_eq!(destroy_device(&dxg, device), SUCCESS);
    let mut args = sys::D3DKMT_CLOSEADAPTER {
        adapter_handle: handle(adapter),
    };
    // SAFETY: The argument holds no address.
    assert_eq!(unsafe { sys::D3DKMTCloseAdapter(&dxg, &mut args) }, SUCCESS);
}

fn lives_on(thread: &str) {
    on_each_adapter(|gpu| {
        let before = counters();
        let (mut child, socket) = start("keeps_the_node", gpu, &[thread]);
        assert_eq!(child.line(), "begun");
        before.assert_grown(&[
            ("processes", 1),
            ("adapter_opens", 1),
            ("devices", 1),
            ("allocations", 2),
            ("bindings", 2),
            ("gem_objects", 1),
            ("pinned_pages", 1),
            // A lock keeps its mapping, mapped or not.
            ("mappings", 1),
        ]);
        tell(&socket, 1);
        child.succeed();
        before.assert_restored();
    });
}

pub(super) fn the_node_lives_on_through_exec() {
    lives_on("main");
}

pub(super) fn the_node_lives_on_through_exec_of_another_thread() {
    lives_on("another");
}
