// SPDX-License-Identifier: MIT OR Apache-2.0
//! A process ends while one of its threads is at a known place of a call: it waits for memory that
//! never comes.

use super::*;
use dxg_guest_tests::{
    absent::Absent,
    create::Create,
    faults::every_call::spare,
    memory::Map,
    population::ITS_PROCESS,
    share::{inherited, share, shared, Share},
};
use libd3dkmt::sys;
use std::thread;

/// Allocations of a large call.
fn many() -> usize {
    usize::try_from(harness::scaled(1024)).expect("a small number")
}

/// Where the call waits, and what there is then of the process and its adapter besides.
fn places() -> [(&'static str, Vec<(&'static str, i64)>); 5] {
    let many = many() as i64;
    [
        ("reads the last element", vec![("devices", 1)]),
        (
            "pins the last page",
            vec![
                ("devices", 1),
                ("resources", 1),
                ("allocations", many - 1),
                ("pinned_pages", many - 1),
            ],
        ),
        (
            "writes the data of an opening",
            vec![("devices", 1), ("bindings", many)],
        ),
        (
            "writes an NT handle",
            vec![
                ("devices", 1),
                ("resources", 1),
                ("allocations", 2),
                ("bindings", 2),
                ("nt_handles", 1),
            ],
        ),
        (
            "reads what to destroy",
            vec![("devices", 1), ("allocations", many), ("bindings", many)],
        ),
    ]
}

/// Makes the call that waits at a place for the page at `absent`.
fn call(gpu: &Gpu, device: u32, place: &str, absent: u64, nt: &OwnedFd) -> Answer {
    let page = PAGE as u64;
    let many = many();
    match place {
        "reads the last element" => {
            let mut create = Create::buffers(device, many).in_resource();
            create.infos[many - 1].priv_drv_data = absent;
            create.call(gpu)
        }
        "pins the last page" => {
            let memory = Map::new(many - 1);
            let pages = (0..many as u64 - 1).map(|i| (memory.address() + i * page, page));
            let ranges: Vec<_> = pages.chain([(absent, page)]).collect();
            Create::memory(device, &ranges).in_resource().call(gpu)
        }
        "writes the data of an opening" => {
            let mut open = Open::new(device, nt, many);
            open.args.resource_priv_drv_data = absent;
            open.call(gpu)
        }
        "writes an NT handle" => {
            let create = shared(device, 2).made(gpu);
            let mut share = Share::new(create.resource());
            share.args.shared_handle = absent;
            share.call(gpu)
        }
        _ => {
            Create::buffers(device, many).made(gpu);
            let mut args = sys::D3DKMT_DESTROYALLOCATION2 {
                device: handle(device),
                allocations: absent,
                alloc_count: many as u32,
                ..Default::default()
            };
            // SAFETY: The list is a page that never comes.
            unsafe { sys::D3DKMTDestroyAllocation2(&gpu.dxg, &mut args) }
        }
    }
}

/// In a child: a thread makes a call, and when that waits and the parent says so, the main thread
/// ends it all.
pub(super) fn caught(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let [place, way] = [&arguments[3], &arguments[4]];
    let nt = from_parent(&arguments[5]);
    let device = gpu.device();
    let absent = Absent::new();
    let address = absent.address();
    thread::scope(|scope| {
        // Signals would keep it awake while it waits: that is for the suite `signals`.
        scope.spawn(|| {
            let answer = call(&gpu, device, place, address, &nt);
            eprintln!("the call has come to an end: {answer:?}");
            // SAFETY: The test has failed, and the parent finds out.
            unsafe { libc::_exit(1) };
        });
        absent.wait_for_touch();
        child::say("waiting");
        child::wait_for_parent();
        match &way[..] {
            "exec" => become_idle(&socket),
            _ => exit_now(),
        }
    });
}

/// What ends the process.
#[derive(Clone, Copy)]
enum End {
    Kill,
    Exit,
    Exec,
}

fn while_a_call_waits(end: End) {
    spare("it is a child that makes the calls");
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let many = many();
        let create = shared(device, many).made(gpu);
        let address = gpu.lock(device, create.allocation(7));
        fill(address, 0x5a);
        let nt = share(gpu, create.resource());
        inherited(&nt);
        for_each(places(), |(place, there)| {
            let before = counters();
            let way = if matches!(end, End::Exec) {
                "exec"
            } else {
                "exit"
            };
            let words = [place, way, &number(&nt).to_string()];
            let (mut child, socket) = start("caught", gpu, &words);
            assert_eq!(child.line(), "waiting");
            before.assert_grown(&[&ITS_PROCESS[..], &there].concat());
            match end {
                End::Kill => child.kill(),
                End::Exit => child.succeed(),
                End::Exec => {
                    child.go_on();
                    assert_eq!(child.line(), "idle");
                    before.assert_restored();
                    drop(socket);
                    child.succeed();
                }
            }
            before.assert_restored();
            assert!(is_full(address, 0x5a));
            opens(gpu, device, &nt, many, 7, 0x5a);
        });
        gpu.unlock(device, create.allocation(7));
    });
}

pub(super) fn killed_while_a_call_waits() {
    while_a_call_waits(End::Kill);
}

pub(super) fn exit_while_a_call_waits() {
    while_a_call_waits(End::Exit);
}

pub(super) fn exec_while_a_call_waits() {
    while_a_call_waits(End::Exec);
}
