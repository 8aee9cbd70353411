// SPDX-License-Identifier: MIT OR Apache-2.0
//! Children have their parent's descriptors, and nothing else of what it has on the node.

use super::*;
use dxg_guest_tests::{
    create::Create,
    memory::Map,
    population::{Population, ITS_PROCESS, MAPPED, POPULATION},
    share::{send, share},
};
use libd3dkmt::{sys, Dxg};
use std::{
    io::Error,
    mem,
    os::fd::{AsFd, BorrowedFd},
    ptr,
};

/// In a child: what it says, without memory from the heap or a lock.
fn close_adapter_through(node: BorrowedFd<'_>, adapter: u32) -> Answer {
    let mut args = sys::D3DKMT_CLOSEADAPTER {
        adapter_handle: handle(adapter),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTCloseAdapter(node, &mut args) }
}

/// Forks a child that runs `body` and ends; `body` keeps to what a child of a process with threads
/// may do.
fn forked(body: impl FnOnce()) -> libc::pid_t {
    // SAFETY: The child does what its caller says, and ends.
    match unsafe { libc::fork() } {
        -1 => panic!("fork: {}", Error::last_os_error()),
        0 => {
            body();
            exit_now();
        }
        child => child,
    }
}

/// Waits for the good end of a child.
fn wait_for(child: libc::pid_t) {
    let mut status = 0;
    // SAFETY: There is room for a status.
    while unsafe { libc::waitpid(child, &mut status, libc::__WALL) } != child {
        assert_eq!(Error::last_os_error().raw_os_error(), Some(libc::EINTR));
    }
    assert_eq!(status, 0, "the child");
}

pub(super) fn a_forked_child_changes_nothing() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let population = Population::new(&gpu);
        let all = [&ITS_PROCESS[..], &POPULATION].concat();
        let node = gpu.dxg.as_fd();
        for way in 0..3 {
            let status = child::fork(|| {
                let refused = close_adapter_through(node, gpu.adapter) == NOT_A_CALL;
                // SAFETY: The child has these descriptors, and ends.
                unsafe {
                    match way {
                        0 => {}
                        1 => {
                            libc::close(node.as_raw_fd());
                            libc::close(population.nt.as_raw_fd());
                        }
                        _ => {
                            libc::kill(libc::getpid(), libc::SIGKILL);
                        }
                    }
                }
                i32::from(!refused)
            });
            assert_eq!(status.code(), if way == 2 { None } else { Some(0) });
            before.assert_grown(&all);
            assert!(population.shows(0x5a));
        }
        population.fill(1);
        population.destroy(&gpu);
        drop(gpu);
        population.mappings[1..]
            .iter()
            .for_each(|&mapping| dxg_guest_tests::memory::unmap(mapping, PAGE));
    }
}

/// In a child: makes everything, forks, and is gone. What it has forked holds its descriptors until
/// the other end of the socket is closed, and tries a call for each byte.
pub(super) fn leaves_a_child(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let _population = Population::new(&gpu);
    forked(|| {
        while next(&socket).is_some() {
            let answer = close_adapter_through(gpu.dxg.as_fd(), gpu.adapter);
            tell(&socket, u8::from(answer == NOT_A_CALL));
        }
    });
    exit_now();
}

/// The objects belong to the opening of the node, wherever descriptors of it are; calls belong to
/// the process that has opened it.
pub(super) fn a_forked_child_keeps_the_node() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (child, socket) = start("leaves_a_child", gpu, &[]);
        child.succeed();
        // A lock keeps its mapping, mapped or not.
        before.assert_grown(&[&ITS_PROCESS[..], &POPULATION].concat());
        for _ in 0..2 {
            tell(&socket, 1);
            assert_eq!(next(&socket), Some(1), "no calls");
        }
        before.assert_grown(&[&ITS_PROCESS[..], &POPULATION].concat());
        drop(socket);
        before.assert_restored();
    });
}

/// In a child: closes the node while what it has forked keeps it, and opens it again.
pub(super) fn reopens(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let device = gpu.device();
    let forked = forked(|| assert_eq!(next(&socket), None));
    let (luid, adapter) = (gpu.luid, gpu.adapter);
    drop(gpu);
    let dxg = Dxg::open().expect("/dev/dxg");
    // It is the same table, whose numbers go on.
    assert_eq!(
        open_adapter(&dxg, luid),
        (SUCCESS, adapter + 2 * HANDLE_STEP)
    );
    assert_eq!(destroy_device(&dxg, device), SUCCESS);
    drop(dxg);
    child::say("reopened");
    wait_for(forked);
    // That was the last one.
    let gpu = Gpu::open(luid);
    assert_eq!(gpu.adapter, FIRST_HANDLE);
}

pub(super) fn a_node_that_a_child_keeps_is_opened_again() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (mut child, socket) = start("reopens", gpu, &[]);
        assert_eq!(child.line(), "reopened");
        before.assert_grown(&[("processes", 1), ("adapter_opens", 2)]);
        drop(socket);
        child.succeed();
        before.assert_restored();
    });
}

/// What a child runs that shares the address space of its parent.
struct Sharing<'a> {
    node: BorrowedFd<'a>,
    adapter: u32,
    mappings: [u64; 4],
    /// For a child that lives on.
    kept: Option<(OwnedFd, [i32; 2])>,
}

/// Makes a child with an address space in common.
fn share_memory_with(flags: i32, main: extern "C" fn(*mut libc::c_void) -> i32, of: &Sharing<'_>) {
    const STACK: usize = 64 << 10;
    // It lives as long as the address space does.
    let stack = Map::new(STACK / PAGE);
    let top = stack.at::<[u64; 2]>(STACK - 16);
    mem::forget(stack);
    let argument = ptr::from_ref(of).cast_mut().cast();
    // SAFETY: The stack is the child's alone. What it gets a reference of lives as long as this
    // process waits, or longer.
    let child = unsafe { libc::clone(main, top.cast(), flags | libc::SIGCHLD, argument) };
    assert!(child > 0, "clone: {}", Error::last_os_error());
    if flags & libc::CLONE_VFORK != 0 {
        wait_for(child);
    }
}

extern "C" fn calls_and_writes(of: *mut libc::c_void) -> i32 {
    // SAFETY: It is what `share_memory_with` was given, which waits for the end of this process.
    let of = unsafe { &*of.cast::<Sharing<'_>>() };
    let answer = close_adapter_through(of.node, of.adapter);
    of.mappings.iter().for_each(|&mapping| fill(mapping, 0x11));
    i32::from(answer != NOT_A_CALL)
}

pub(super) fn a_vforked_child_has_no_calls() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let population = Population::new(&gpu);
        let child = Sharing {
            node: gpu.dxg.as_fd(),
            adapter: gpu.adapter,
            mappings: population.mappings,
            kept: None,
        };
        let flags = libc::CLONE_VM | libc::CLONE_VFORK;
        share_memory_with(flags, calls_and_writes, &child);
        before.assert_grown(&[&ITS_PROCESS[..], &POPULATION].concat());
        assert!(population.shows(0x11), "it has the same mappings");
        drop(gpu);
        population.unmap();
    }
}

/// Runs until the other end of the socket is closed, and looks at the mappings for each byte.
extern "C" fn looks_and_writes(of: *mut libc::c_void) -> i32 {
    // SAFETY: It was leaked by `leaves_its_memory`.
    let of = unsafe { &*of.cast::<Sharing<'_>>() };
    let Some((socket, others)) = &of.kept else {
        return 1;
    };
    for fd in others {
        // SAFETY: The descriptors are this process's own copies.
        unsafe { libc::close(*fd) };
    }
    while let Some(byte) = next(socket) {
        let as_left = of.mappings.iter().all(|&mapping| is_full(mapping, byte));
        tell(socket, u8::from(as_left));
        of.mappings
            .iter()
            .for_each(|&mapping| fill(mapping, byte + 1));
    }
    0
}

/// In a child: makes everything and is gone; a process without descriptors of it lives on in its
/// address space.
pub(super) fn leaves_its_memory(arguments: &[String]) {
    let gpu = Box::leak(Box::new(gpu_of(arguments)));
    let population = Population::new(gpu);
    let node = gpu.dxg.as_fd();
    let child = Sharing {
        node,
        adapter: gpu.adapter,
        mappings: population.mappings,
        kept: Some((
            socket_of(arguments),
            [node.as_raw_fd(), population.nt.as_raw_fd()],
        )),
    };
    share_memory_with(libc::CLONE_VM, looks_and_writes, Box::leak(Box::new(child)));
    exit_now();
}

pub(super) fn an_address_space_keeps_its_mappings() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (child, socket) = start("leaves_its_memory", gpu, &[]);
        child.succeed();
        before.assert_grown(&MAPPED);
        for byte in [0x5a, 0x5b, 0x5c] {
            tell(&socket, byte);
            assert_eq!(next(&socket), Some(1), "the bytes");
        }
        drop(socket);
        before.assert_restored();
    });
}

/// In a child: makes a heap of its memory, forks, and writes to the memory.
pub(super) fn forks_with_memory(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let device = gpu.device();
    let mut memory = Map::new(1);
    memory.bytes().fill(1);
    let heap = Create::heap(device, memory.address(), PAGE as u64);
    let nt = share(&gpu, heap.in_shared_resource().made(&gpu).resource());
    let forked = forked(|| {
        while next(&socket).is_some() {
            tell(&socket, u8::from(is_full(memory.address(), 1)));
        }
    });
    memory.bytes().fill(0x5a);
    send(&socket, &nt);
    child::wait_for_parent();
    assert!(is_full(memory.address(), 0x11), "what the opener wrote");
    wait_for(forked);
}

/// Pages that are pinned are not copied on write: the parent goes on with them, the child has others.
pub(super) fn memory_stays_with_the_parent() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let (mut child, socket) = start("forks_with_memory", gpu, &[]);
        let nt = receive(&socket);
        let opened = Open::bare(device, &nt, 1).made(gpu);
        let address = gpu.lock(device, opened.allocation(0));
        assert!(is_full(address, 0x5a), "what the parent wrote after fork");
        fill(address, 0x11);
        tell(&socket, 1);
        assert_eq!(next(&socket), Some(1), "what the child has");
        child.go_on();
        drop(socket);
        child.succeed();
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        drop(nt);
        dxg_guest_tests::memory::unmap(address, PAGE);
        before.assert_restored();
    });
}
