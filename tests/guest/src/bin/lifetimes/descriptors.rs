// SPDX-License-Identifier: MIT OR Apache-2.0
//! Descriptors of the node: the last one that closes ends everything, wherever it is, and whatever
//! is going on.

use super::*;
use dxg_guest_tests::{
    absent::Absent,
    create::Create,
    population::{ITS_PROCESS, POPULATION},
    share::{send, share, shared},
    signals::spawn,
    state::soon,
};
use libd3dkmt::{sys, Dxg};
use rustix::io::Errno;
use std::{
    os::fd::{AsFd, BorrowedFd},
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::Duration,
};

/// A device with a resource, of which one allocation is locked.
fn small(gpu: &Gpu) -> (u32, u64) {
    let device = gpu.device();
    let create = Create::buffers(device, 2).in_resource().made(gpu);
    (device, gpu.lock(device, create.allocation(1)))
}

/// What there is then, but for what the mapping keeps.
const SMALL: [(&str, i64); 8] = [
    ("processes", 1),
    ("adapter_opens", 1),
    ("devices", 1),
    ("resources", 1),
    ("allocations", 2),
    ("bindings", 2),
    ("gem_objects", 1),
    ("mappings", 1),
];

fn duplicate(node: &impl AsFd) -> OwnedFd {
    node.as_fd().try_clone_to_owned().expect("dup")
}

fn destroy_device_through(node: BorrowedFd<'_>, device: u32) -> Answer {
    let mut args = sys::D3DKMT_DESTROYDEVICE {
        device: handle(device),
    };
    // SAFETY: The argument holds no address.
    unsafe { sys::D3DKMTDestroyDevice(node, &mut args) }
}

pub(super) fn every_descriptor_counts() {
    for luid in luids() {
        // Whichever is the last one.
        for_each(0..4, |last| {
            let before = counters();
            let gpu = Gpu::open(luid);
            let (_, address) = small(&gpu);
            dxg_guest_tests::memory::unmap(address, PAGE);
            let again = Dxg::open().expect("/dev/dxg");
            let mut all = vec![
                duplicate(&gpu.dxg),
                duplicate(&again),
                duplicate(&gpu.dxg),
                duplicate(&again),
            ];
            drop((gpu, again));
            all.rotate_left(last);
            while let Some(one) = all.pop() {
                before.assert_grown(&SMALL);
                drop(one);
            }
            before.assert_restored();
        });
    }
}

pub(super) fn a_node_on_its_way_keeps_the_objects() {
    for luid in luids() {
        let before = counters();
        let (near, far) = sockets();
        let gpu = Gpu::open(luid);
        let (device, address) = small(&gpu);
        dxg_guest_tests::memory::unmap(address, PAGE);
        send(&near, &duplicate(&gpu.dxg));
        drop(gpu);
        before.assert_grown(&SMALL);
        // It comes back to the process that it belongs to.
        let node = receive(&far);
        assert_eq!(destroy_device_through(node.as_fd(), device), SUCCESS);
        before.assert_grown(&ITS_PROCESS);
        drop(node);
        before.assert_restored();
    }
}

/// It waits in a socket that waits in itself. The kernel finds out that nobody can get it.
pub(super) fn a_node_that_nobody_can_receive() {
    for luid in luids() {
        let before = counters();
        let (near, far) = sockets();
        let gpu = Gpu::open(luid);
        let (_, address) = small(&gpu);
        send(&near, &duplicate(&gpu.dxg));
        send(&near, &duplicate(&far));
        drop((gpu, near, far));
        // Here it may be gone already, but for what is mapped.
        dxg_guest_tests::memory::unmap(address, PAGE);
        // Closing a socket makes the kernel look, unless it is looking already.
        let gone = soon(|| {
            drop(sockets());
            match counters().since(&before, "processes") {
                0 => Ok(()),
                left => Err(left),
            }
        });
        assert_eq!(gone, Ok(()));
        before.assert_restored();
    }
}

/// In a child: makes everything, sends its node away, and is gone.
pub(super) fn sender(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let population = dxg_guest_tests::population::Population::new(&gpu);
    send(&socket, &duplicate(&gpu.dxg));
    child::say("sent");
    child::wait_for_parent();
    assert!(population.shows(0x5a));
    exit_now();
}

pub(super) fn a_node_that_was_sent_away() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (mut child, socket) = start("sender", gpu, &[]);
        let node = receive(&socket);
        assert_eq!(child.line(), "sent");
        before.assert_grown(&[&ITS_PROCESS[..], &POPULATION].concat());
        // The same number names something in both processes.
        let device = gpu.device();
        assert_eq!(destroy_device_through(node.as_fd(), device), NOT_A_CALL);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        child.succeed();
        // All but the NT handle, which was not sent; a lock keeps its mapping, mapped or not.
        let left = [&ITS_PROCESS[..], &POPULATION[..POPULATION.len() - 1]].concat();
        before.assert_grown(&left);
        assert_eq!(destroy_device_through(node.as_fd(), device), NOT_A_CALL);
        before.assert_grown(&left);
        drop(node);
        before.assert_restored();
    });
}

pub(super) fn the_last_descriptor_is_closed_during_a_call() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let nt = share(&gpu, shared(device, 2).made(&gpu).resource());
        let data = Absent::new();
        let mut open = Open::new(device, &nt, 2);
        open.args.resource_priv_drv_data = data.address();
        let node = duplicate(&gpu.dxg);
        let number = node.as_raw_fd();
        let adapter = gpu.adapter;
        drop(gpu);
        thread::scope(|scope| {
            let args = &mut open.args;
            // Signals would keep it awake while it waits: that is for the suite `signals`.
            let call = scope.spawn(move || {
                // SAFETY: It is open when the call begins. The pointers are those of `open`.
                unsafe {
                    let node = BorrowedFd::borrow_raw(number);
                    sys::D3DKMTOpenResourceFromNtHandle(node, args)
                }
            });
            data.wait_for_touch();
            drop(node);
            // The call has it.
            let during = [
                ("processes", 1),
                ("adapter_opens", 1),
                ("devices", 1),
                ("resources", 1),
                ("allocations", 2),
                ("bindings", 4),
                ("nt_handles", 1),
            ];
            before.assert_grown(&during);
            // So the process has its objects, also through another opening.
            let again = Dxg::open().expect("/dev/dxg");
            let (answer, another) = create_device(&again, adapter);
            assert_eq!(answer, SUCCESS);
            assert_eq!(destroy_device(&again, another), SUCCESS);
            drop(again);
            before.assert_grown(&during);
            data.bring(&[]);
            assert_eq!(call.join().expect("no panic"), SUCCESS);
        });
        before.assert_grown(&[("nt_handles", 1), ("resources", 1), ("allocations", 2)]);
        drop(nt);
        before.assert_restored();
    }
}

/// A number that no other descriptor of this process gets.
const NUMBER: i32 = 200;

/// Calls through the number: what it is of changes all the time.
fn call_through_number(luid: Luid) -> Result<bool, Answer> {
    // SAFETY: Nobody closes what somebody else has opened; that the number may name nothing is the
    // purpose.
    let node = unsafe { BorrowedFd::borrow_raw(NUMBER) };
    let refused = |answer| match answer {
        SUCCESS => None,
        // Closed; the other file; a new table of handles.
        Err(Errno::BADF) | NOT_A_CALL | INVALID_PARAMETER => Some(Ok(false)),
        other => Some(Err(other)),
    };
    let mut adapter = sys::D3DKMT_OPENADAPTERFROMLUID::default();
    (adapter.adapter_luid.a, adapter.adapter_luid.b) = (luid.0, luid.1);
    // SAFETY: The argument holds no address.
    let answer = unsafe { sys::D3DKMTOpenAdapterFromLuid(node, &mut adapter) };
    if let Some(refused) = refused(answer) {
        return refused;
    }
    let mut device = sys::D3DKMT_CREATEDEVICE {
        adapter: adapter.adapter_handle,
        ..Default::default()
    };
    // SAFETY: As above.
    let answer = unsafe { sys::D3DKMTCreateDevice(node, &mut device) };
    if let Some(refused) = refused(answer) {
        return refused;
    }
    let mut create = Create::buffers(device.device.v, 64).in_resource();
    // SAFETY: The pointers are those of `create`.
    let answer = unsafe { sys::D3DKMTCreateAllocation2(node, &mut create.args) };
    if let Some(refused) = refused(answer) {
        return refused;
    }
    let answer = destroy_device_through(node, device.device.v);
    refused(answer).unwrap_or(Ok(true))
}

pub(super) fn descriptors_come_and_go_under_calls() {
    let null = std::fs::File::open("/dev/null").expect("/dev/null");
    for luid in luids() {
        let before = counters();
        let (stop, whole) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            for _ in 0..4 {
                spawn(scope, || {
                    while !stop.load(Relaxed) {
                        match call_through_number(luid) {
                            Ok(done) => whole.fetch_add(u32::from(done), Relaxed),
                            Err(answer) => panic!("{answer:?}"),
                        };
                    }
                });
            }
            let put = |file: BorrowedFd<'_>| {
                // SAFETY: The number is this test's.
                let put = unsafe { libc::dup3(file.as_raw_fd(), NUMBER, libc::O_CLOEXEC) };
                assert_eq!(put, NUMBER, "dup3");
            };
            let mut round: u64 = 0;
            while round < 200 || whole.load(Relaxed) < 20 {
                put(Dxg::open().expect("/dev/dxg").as_fd());
                thread::sleep(Duration::from_micros(round % 7 * 500));
                match round % 3 {
                    0 => put(null.as_fd()),
                    // SAFETY: As above.
                    1 => assert_eq!(unsafe { libc::close(NUMBER) }, 0),
                    _ => {}
                }
                round += 1;
            }
            put(null.as_fd());
        });
        // SAFETY: As above.
        assert_eq!(unsafe { libc::close(NUMBER) }, 0);
        before.assert_restored();
    }
}
