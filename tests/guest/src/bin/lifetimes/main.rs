// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is left, and what is not, when something ends: objects, devices, descriptors, calls,
//! programs, threads and processes. What ends shared resources is the subject of `share_lifetime`.

mod descriptors;
mod ends;
mod exec;
mod fork;
mod in_a_call;
mod killed;
mod last_reference;

use self::{descriptors::*, ends::*, exec::*, fork::*, in_a_call::*, killed::*, last_reference::*};
use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    harness,
    memory::{bytes_at, PAGE},
    share::{from_parent, number, receive, sockets, Open},
    tests,
};
use std::{
    os::{
        fd::{AsRawFd, OwnedFd},
        unix::process::CommandExt,
    },
    process::ExitCode,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            case_026_devices_and_adapter_end,
            case_252_the_last_descriptor_is_closed,
            case_252_the_process_exits,
            case_252_the_process_is_killed,
            case_252_the_process_becomes_another_program,
            case_252_the_main_thread_exits_first,
            each_last_reference_ends_the_resource,
            each_last_reference_after_the_devices,
            mapping_and_nt_handle_of_a_closed_node,
            an_nt_handle_lives_on_through_exec,
            the_node_lives_on_through_exec,
            the_node_lives_on_through_exec_of_another_thread,
            a_forked_child_changes_nothing,
            a_forked_child_keeps_the_node,
            a_node_that_a_child_keeps_is_opened_again,
            a_vforked_child_has_no_calls,
            an_address_space_keeps_its_mappings,
            memory_stays_with_the_parent,
            every_descriptor_counts,
            a_node_on_its_way_keeps_the_objects,
            a_node_that_nobody_can_receive,
            a_node_that_was_sent_away,
            the_last_descriptor_is_closed_during_a_call,
            descriptors_come_and_go_under_calls,
            killed_while_a_call_waits,
            exit_while_a_call_waits,
            exec_while_a_call_waits,
            killed_while_it_creates,
            killed_while_it_pins,
            killed_while_it_touches,
            killed_while_it_opens,
            killed_while_it_destroys_a_resource,
            killed_while_it_destroys_allocations,
            killed_while_it_destroys_a_device,
            exit_in_the_middle_of_calls,
        ],
        &[
            ("holder", holder),
            ("headless", headless),
            ("idle", idle),
            ("shares_and_execs", shares_and_execs),
            ("opens_after_exec", opens_after_exec),
            ("keeps_the_node", keeps_the_node),
            ("uses_after_exec", uses_after_exec),
            ("leaves_a_child", leaves_a_child),
            ("reopens", reopens),
            ("leaves_its_memory", leaves_its_memory),
            ("forks_with_memory", forks_with_memory),
            ("sender", sender),
            ("caught", caught),
            ("churn", churn),
            ("crowd", crowd),
        ],
    )
}

/// In a child: its adapter.
fn gpu_of(arguments: &[String]) -> Gpu {
    Gpu::open(child::adapter(arguments))
}

/// Starts a role on an adapter with one end of a socket and more arguments; the other end.
fn start(role: &str, gpu: &Gpu, arguments: &[&str]) -> (Child, OwnedFd) {
    let (ours, theirs) = sockets();
    let socket = number(&theirs).to_string();
    let all = [&[&socket[..]], arguments].concat();
    (child::start_on(role, gpu.luid, &all), ours)
}

/// In a child: the end of the socket.
fn socket_of(arguments: &[String]) -> OwnedFd {
    from_parent(&arguments[2])
}

/// In a child, also a forked one: the next byte that comes over a socket, until the other end closes.
fn next(socket: &OwnedFd) -> Option<u8> {
    let mut byte = 0_u8;
    loop {
        // SAFETY: There is room for a byte.
        let got = unsafe { libc::read(socket.as_raw_fd(), (&raw mut byte).cast(), 1) };
        match got {
            1 => return Some(byte),
            0 => return None,
            _ => assert_eq!(
                std::io::Error::last_os_error().raw_os_error(),
                Some(libc::EINTR)
            ),
        }
    }
}

/// Sends a byte.
fn tell(socket: &OwnedFd, byte: u8) {
    // SAFETY: There is a byte.
    let sent = unsafe { libc::write(socket.as_raw_fd(), (&raw const byte).cast(), 1) };
    assert_eq!(sent, 1, "write");
}

/// In a child: becomes a program that says so, and ends when the other end of the socket is closed.
fn become_idle(socket: &OwnedFd) -> ! {
    let socket = number(socket).to_string();
    panic!("exec: {}", child::command("idle", &[&socket]).exec());
}

fn idle(arguments: &[String]) {
    let socket = from_parent(&arguments[0]);
    child::say("idle");
    assert_eq!(next(&socket), None);
}

/// In a child: ends it without another word.
fn exit_now() -> ! {
    // SAFETY: Nothing of this process is needed any more.
    unsafe { libc::_exit(0) }
}

/// Fills a page.
fn fill(address: u64, byte: u8) {
    // SAFETY: Tests give addresses that have a page.
    unsafe { bytes_at(address, PAGE) }.fill(byte);
}

/// Whether a page is full of a byte.
fn is_full(address: u64, byte: u8) -> bool {
    // SAFETY: As above.
    let bytes = unsafe { bytes_at(address, PAGE) };
    bytes.iter().all(|&b| b == byte)
}

/// Opens a resource by its NT handle, finds a byte in one of its allocations, and destroys it again.
fn opens(gpu: &Gpu, device: u32, nt: &OwnedFd, count: usize, locked: usize, byte: u8) {
    let opened = Open::new(device, nt, count).made(gpu);
    let address = gpu.lock(device, opened.allocation(locked));
    assert!(is_full(address, byte), "what was written to it");
    gpu.unlock(device, opened.allocation(locked));
    let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
    assert_eq!(destroyed, SUCCESS);
}
