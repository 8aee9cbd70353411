// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signals that come while a call waits. No call of today waits for anything but locks of the
//! kernel, which nobody can hold for long, and memory of the caller, which can take for ever.

use dxg_guest_tests::{
    absent::Absent,
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{bytes_at, PAGE},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{
    mem,
    os::unix::process::ExitStatusExt,
    process::ExitCode,
    ptr,
    sync::{
        atomic::{AtomicU32, Ordering::Relaxed},
        mpsc,
    },
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_call_goes_on_while_it_pins,
            a_call_goes_on_while_it_reads,
            a_call_goes_on_while_it_writes,
            a_stop_does_not_end_a_call,
            a_deadly_signal_ends_a_call_while_it_pins,
            a_deadly_signal_ends_a_call_while_it_reads,
            a_deadly_signal_ends_a_call_while_it_writes,
        ],
        &[("pin", pin), ("read", read), ("write", write)],
    )
}

/// What a call waits for the page with.
#[derive(Clone, Copy)]
enum Wait {
    /// Pinning it, as the memory of an allocation.
    Pin,
    /// Reading its argument.
    Read,
    /// Writing its answer.
    Write,
}

/// Makes a call that needs the page, and looks at its answer.
fn call(wait: Wait, address: u64) {
    let gpu = Gpu::first();
    match wait {
        Wait::Pin => {
            let device = gpu.device();
            let heap = Create::heap(device, address, PAGE as u64).made(&gpu);
            let locked = lock(&gpu.dxg, device, heap.allocation(0));
            assert_eq!(locked, (SUCCESS, address));
        }
        Wait::Read => {
            let expected = gpu.next_handle() + HANDLE_STEP;
            let answer = call_at(&gpu.dxg, request::OPENADAPTERFROMLUID, address);
            assert_eq!(answer, SUCCESS);
            // SAFETY: The page is there by now.
            let bytes = unsafe { bytes_at(address, PAGE) };
            assert_eq!(bytes[..8], luid_bytes(), "the LUID");
            assert_eq!(bytes[8..12], expected.to_ne_bytes(), "the handle");
        }
        Wait::Write => {
            let question = sys::KMTQAITYPE_DRIVERVERSION;
            let answer = query_at(&gpu.dxg, gpu.adapter, question, address, 4);
            assert_eq!(answer, SUCCESS);
            // SAFETY: The page is there by now.
            let bytes = unsafe { bytes_at(address, PAGE) };
            assert_eq!(bytes[..4], 2700_u32.to_ne_bytes());
        }
    }
}

/// The argument that [`Wait::Read`] reads.
fn luid_bytes() -> [u8; 8] {
    let Luid(low, high) = Gpu::first().luid;
    ((u64::from(high) << 32) | u64::from(low)).to_ne_bytes()
}

static HANDLED: AtomicU32 = AtomicU32::new(0);

extern "C" fn count(_: i32) {
    HANDLED.fetch_add(1, Relaxed);
}

/// Counts SIGUSR1, without SA_RESTART.
fn handle_signal() {
    // SAFETY: The structure is complete, and the handler only counts.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = count as extern "C" fn(i32) as usize;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()), 0);
    }
    HANDLED.store(0, Relaxed);
}

/// Longer than anything of a call takes, but the wait.
const A_WHILE: Duration = Duration::from_millis(50);

fn goes_on(wait: Wait) {
    handle_signal();
    // Asked for now: it takes handles.
    let luid = luid_bytes();
    let absent = Absent::new();
    let address = absent.address();
    let (tell, caller) = mpsc::channel();
    thread::scope(|scope| {
        let calling = scope.spawn(|| {
            // SAFETY: No preconditions.
            tell.send(unsafe { libc::gettid() }).expect("a receiver");
            call(wait, address);
            HANDLED.load(Relaxed)
        });
        let caller = caller.recv().expect("a thread");
        absent.wait_for_touch();
        // SAFETY: The thread lives, and the signal has a handler.
        let sent =
            unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), caller, libc::SIGUSR1) };
        assert_eq!(sent, 0, "tgkill");
        thread::sleep(A_WHILE);
        assert_eq!(HANDLED.load(Relaxed), 0, "the call has returned");
        absent.bring(&luid);
        assert_eq!(calling.join().expect("the call"), 1, "signals in all");
    });
}

fn a_call_goes_on_while_it_pins() {
    goes_on(Wait::Pin);
}

fn a_call_goes_on_while_it_reads() {
    goes_on(Wait::Read);
}

fn a_call_goes_on_while_it_writes() {
    goes_on(Wait::Write);
}

/// In a child: calls, and says when the call waits; the page comes when the parent says so.
fn wait_in(wait: Wait) {
    // Asked for now: it takes handles.
    let luid = luid_bytes();
    let absent = Absent::new();
    let address = absent.address();
    thread::scope(|scope| {
        let calling = scope.spawn(|| call(wait, address));
        absent.wait_for_touch();
        child::say("waiting");
        child::wait_for_parent();
        absent.bring(&luid);
        calling.join().expect("the call");
    });
}

fn pin(_: &[String]) {
    wait_in(Wait::Pin);
}

fn read(_: &[String]) {
    wait_in(Wait::Read);
}

fn write(_: &[String]) {
    wait_in(Wait::Write);
}

fn waiting(role: &str) -> Child {
    let mut child = Child::start(child::command(role, &[]));
    assert_eq!(child.line(), "waiting");
    child
}

fn a_stop_does_not_end_a_call() {
    for role in ["pin", "read", "write"] {
        let child = waiting(role);
        for signal in [libc::SIGSTOP, libc::SIGCONT] {
            child.signal(signal);
            thread::sleep(A_WHILE);
        }
        child.succeed();
    }
}

fn ends(role: &str) {
    let before = counters();
    for signal in [libc::SIGKILL, libc::SIGTERM] {
        let child = waiting(role);
        child.signal(signal);
        assert_eq!(child.end().signal(), Some(signal));
        before.assert_restored();
    }
}

fn a_deadly_signal_ends_a_call_while_it_pins() {
    ends("pin");
}

fn a_deadly_signal_ends_a_call_while_it_reads() {
    ends("read");
}

fn a_deadly_signal_ends_a_call_while_it_writes() {
    ends("write");
}
