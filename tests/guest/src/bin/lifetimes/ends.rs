// SPDX-License-Identifier: MIT OR Apache-2.0
//! A process with one object of every kind, and everything that can end them at once.

use super::*;
use dxg_guest_tests::{
    population::{Population, ITS_PROCESS, MAPPED_AND_NAMED, NAMED, POPULATION},
    share::send,
};
use std::{fs, thread, time::Duration};

/// In a child: makes everything, sends the NT handle, and when told to go on, does what it is told
/// to. It ends when the other end of the socket is closed.
pub(super) fn holder(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    let population = Population::new(&gpu);
    send(&socket, &population.nt);
    child::say("held");
    child::wait_for_parent();
    match &arguments[3][..] {
        "destroys" => {
            for device in population.devices {
                assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            }
            assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
            ends_with_its_mappings(&socket, &population);
        }
        "closes" => {
            drop(gpu);
            ends_with_its_mappings(&socket, &population);
        }
        "execs" => become_idle(&socket),
        _ => exit_now(),
    }
}

fn ends_with_its_mappings(socket: &OwnedFd, population: &Population) {
    child::say("done");
    assert_eq!(next(socket), None);
    assert!(population.shows(0x5a), "what was written");
    exit_now();
}

/// Starts a holder, or something like it, and receives its NT handle.
fn holding(gpu: &Gpu, role: &str, way: &str) -> (Child, OwnedFd, OwnedFd) {
    let before = counters();
    let (mut child, socket) = start(role, gpu, &[way]);
    let nt = receive(&socket);
    assert_eq!(child.line(), "held");
    before.assert_grown(&[&ITS_PROCESS[..], &POPULATION].concat());
    (child, socket, nt)
}

/// The NT handle is all that is left, and it is as good as ever.
fn only_the_nt_handle_is_left(gpu: &Gpu, nt: OwnedFd, before: &dxg_guest_tests::state::Counters) {
    before.assert_grown(&NAMED);
    let device = gpu.device();
    opens(gpu, device, &nt, 2, 1, 0x5a);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    drop(nt);
    before.assert_restored();
}

/// The child does `way` and says so; then there is so much of everything, until it exits.
fn lives_on(way: &str, says: &str, left: &[(&str, i64)]) {
    on_each_adapter(|gpu| {
        let before = counters();
        let (mut child, socket, nt) = holding(gpu, "holder", way);
        child.go_on();
        assert_eq!(child.line(), says);
        before.assert_grown(left);
        drop(socket);
        child.succeed();
        only_the_nt_handle_is_left(gpu, nt, &before);
    });
}

pub(super) fn case_026_devices_and_adapter_end() {
    let left = [&[("processes", 1)], &MAPPED_AND_NAMED[..]].concat();
    lives_on("destroys", "done", &left);
}

pub(super) fn case_252_the_last_descriptor_is_closed() {
    lives_on("closes", "done", &MAPPED_AND_NAMED);
}

pub(super) fn case_252_the_process_becomes_another_program() {
    lives_on("execs", "idle", &NAMED);
}

pub(super) fn case_252_the_process_exits() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (child, _socket, nt) = holding(gpu, "holder", "exits");
        child.succeed();
        only_the_nt_handle_is_left(gpu, nt, &before);
    });
}

pub(super) fn case_252_the_process_is_killed() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (child, _socket, nt) = holding(gpu, "holder", "is killed");
        child.kill();
        only_the_nt_handle_is_left(gpu, nt, &before);
    });
}

/// In a child: its main thread opens the node and exits, another one makes everything.
pub(super) fn headless(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = socket_of(arguments);
    // SAFETY: No preconditions.
    let main = unsafe { libc::gettid() };
    thread::spawn(move || {
        // Nobody would notice a panic of this thread alone.
        let done = std::panic::catch_unwind(|| {
            wait_for_death(main);
            let population = Population::new(&gpu);
            // Another opening is one of the same process, still.
            let again = libd3dkmt::Dxg::open().expect("/dev/dxg");
            let (answer, device) = create_device(&again, gpu.adapter);
            assert_eq!(answer, SUCCESS);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            drop(again);
            send(&socket, &population.nt);
            child::say("held");
            child::wait_for_parent();
            assert!(population.shows(0x5a));
        });
        // SAFETY: As in `exit_now`.
        unsafe { libc::_exit(i32::from(done.is_err())) };
    });
    // SAFETY: It ends this thread and nothing else; nothing on its stack is needed.
    unsafe { libc::syscall(libc::SYS_exit, 0) };
}

/// Waits until a thread of this process is a zombie.
fn wait_for_death(thread: i32) {
    loop {
        let path = format!("/proc/self/task/{thread}/stat");
        let text = fs::read_to_string(&path).expect("procfs");
        let (_, rest) = text.rsplit_once(") ").expect("a state");
        if rest.starts_with('Z') {
            return;
        }
        thread::sleep(Duration::from_millis(1));
    }
}

pub(super) fn case_252_the_main_thread_exits_first() {
    on_each_adapter(|gpu| {
        for killed in [false, true] {
            let before = counters();
            let (child, _socket, nt) = holding(gpu, "headless", "");
            if killed {
                child.kill();
            } else {
                child.succeed();
            }
            only_the_nt_handle_is_left(gpu, nt, &before);
        }
    });
}
