// SPDX-License-Identifier: MIT OR Apache-2.0
//! Signals that come while a call waits: for memory of the caller, which only a deadly signal ends; or
//! for a fence, which any signal ends.

use dxg_guest_tests::{
    absent::Absent,
    calls::*,
    child::{self, Child},
    create::Create,
    fence::{signal, wait, Fence, PagingQueue},
    harness,
    memory::{bytes_at, PAGE},
    paging::{evicted, flush, make_resident, place, resident, IN_GPU_MEMORY},
    signals::Storm,
    state::{soon, Counters},
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
            a_handler_ends_a_wait_for_a_fence,
            a_wait_for_a_fence_is_restarted,
            the_library_waits_again,
            a_stop_does_not_end_a_wait_for_a_fence,
            a_deadly_signal_ends_a_wait_for_a_fence,
            a_handler_ends_a_wait_for_paging,
        ],
        &[
            ("pin", pin),
            ("read", read),
            ("write", write),
            ("fence", fence),
        ],
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

/// Counts SIGUSR1.
fn handle_signal(flags: i32) {
    // SAFETY: The structure is complete, and the handler only counts.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = count as extern "C" fn(i32) as usize;
        action.sa_flags = flags;
        assert_eq!(libc::sigaction(libc::SIGUSR1, &action, ptr::null_mut()), 0);
    }
    HANDLED.store(0, Relaxed);
}

/// Longer than anything of a call takes, but the wait.
const A_WHILE: Duration = Duration::from_millis(50);

/// Sends SIGUSR1 to a thread of this process.
fn send_to(thread: i32) {
    // SAFETY: The thread lives, and the signal has a handler.
    let sent = unsafe { libc::syscall(libc::SYS_tgkill, libc::getpid(), thread, libc::SIGUSR1) };
    assert_eq!(sent, 0, "tgkill");
}

fn goes_on(wait: Wait) {
    handle_signal(0);
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
        send_to(caller);
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

/// Waits until a wait is on.
fn wait_for_a_wait(before: &Counters) {
    let waiting = soon(|| match counters().since(before, "waits") {
        1 => Ok(()),
        other => Err(other),
    });
    assert_eq!(waiting, Ok(()), "waits");
}

/// A thread waits for a fence with 0 to get 1, by `wait`, and is sent a signal whose handler has such
/// flags. Before the fence is signalled `then` looks at what the signal did.
fn waits_under_a_signal(
    flags: i32,
    wait: impl Fn(&Gpu, u32, Fence) -> Answer + Sync,
    then: impl Fn(&Counters),
) -> Answer {
    handle_signal(flags);
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    let before = counters();
    let (tell, caller) = mpsc::channel();
    thread::scope(|scope| {
        // Not by `signals::spawn`: other signals would interrupt it as well.
        let waiting = scope.spawn(|| {
            // SAFETY: No preconditions.
            tell.send(unsafe { libc::gettid() }).expect("a receiver");
            wait(&gpu, device, fence)
        });
        let caller = caller.recv().expect("a thread");
        wait_for_a_wait(&before);
        send_to(caller);
        let handled = soon(|| match HANDLED.load(Relaxed) {
            1 => Ok(()),
            other => Err(other),
        });
        assert_eq!(handled, Ok(()), "signals");
        then(&before);
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 1)]), SUCCESS);
        let answer = waiting.join().expect("the wait");
        before.assert_restored();
        answer
    })
}

/// D3DKMTWaitForSynchronizationObjectFromCpu, as it is answered the first time.
fn wait_once(gpu: &Gpu, device: u32, fence: Fence) -> Answer {
    let (objects, values) = ([handle(fence.handle)], [1_u64]);
    let mut args = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
        device: handle(device),
        object_count: 1,
        objects: objects.as_ptr() as u64,
        fence_values: values.as_ptr() as u64,
        ..Default::default()
    };
    let number = request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU;
    // SAFETY: The lists have one element each.
    unsafe { sys::ioctl_once(&gpu.dxg, number, (&raw mut args).cast()) }
}

fn a_handler_ends_a_wait_for_a_fence() {
    // Nothing of the wait is left when its answer is there.
    let answer = waits_under_a_signal(0, wait_once, Counters::assert_restored);
    assert_eq!(answer, Err(rustix::io::Errno::INTR));
}

fn a_wait_for_a_fence_is_restarted() {
    let answer = waits_under_a_signal(libc::SA_RESTART, wait_once, wait_for_a_wait);
    assert_eq!(answer, SUCCESS);
}

fn the_library_waits_again() {
    let again = |gpu: &Gpu, device, fence: Fence| wait(&gpu.dxg, device, &[(fence.handle, 1)]);
    let answer = waits_under_a_signal(0, again, wait_for_a_wait);
    assert_eq!(answer, SUCCESS);
}

/// In a child: waits for a fence, which is signalled when the parent says so.
fn fence(_: &[String]) {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 0);
    thread::scope(|scope| {
        let waiting = scope.spawn(|| wait_once(&gpu, device, fence));
        child::say("waiting");
        child::wait_for_parent();
        assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 1)]), SUCCESS);
        assert_eq!(waiting.join().expect("the wait"), SUCCESS);
    });
}

fn a_stop_does_not_end_a_wait_for_a_fence() {
    let before = counters();
    let child = waiting("fence");
    wait_for_a_wait(&before);
    for signal in [libc::SIGSTOP, libc::SIGCONT] {
        child.signal(signal);
        thread::sleep(A_WHILE);
    }
    child.succeed();
    before.assert_restored();
}

fn a_deadly_signal_ends_a_wait_for_a_fence() {
    let before = counters();
    for signal in [libc::SIGKILL, libc::SIGTERM] {
        let child = waiting("fence");
        wait_for_a_wait(&before);
        child.signal(signal);
        assert_eq!(child.end().signal(), Some(signal));
        before.assert_restored();
    }
}

/// D3DKMTFlushHeapTransitions, while so much is paged that signals come first.
fn a_handler_ends_a_wait_for_paging() {
    const BYTES: usize = 32 << 20;
    let gpu = Gpu::first();
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let create = Create::buffer(device, BYTES as u64).made(&gpu);
    let allocation = create.allocation(0);
    let address = gpu.lock(device, allocation);
    // SAFETY: The lock has so many bytes.
    unsafe { bytes_at(address, BYTES) }.fill(0x5a);
    gpu.unlock(device, allocation);
    resident(&gpu, device, &queue, &[allocation]);
    let ended = soon(|| {
        evicted(&gpu, device, &[allocation]);
        assert_eq!(
            make_resident(&gpu.dxg, queue.handle, &[allocation]),
            PENDING
        );
        let mut args = sys::D3DKMT_FLUSHHEAPTRANSITIONS {
            adapter: handle(gpu.adapter),
        };
        let number = request::FLUSHHEAPTRANSITIONS;
        let storm = Storm::on_this_thread();
        // SAFETY: The argument holds no address.
        let once = unsafe { sys::ioctl_once(&gpu.dxg, number, (&raw mut args).cast()) };
        // The library waits again.
        assert_eq!(flush(&gpu.dxg, gpu.adapter), SUCCESS);
        drop(storm);
        assert_eq!(place(&gpu, device, allocation), IN_GPU_MEMORY);
        if once == Err(rustix::io::Errno::INTR) {
            return Ok(());
        }
        Err(once)
    });
    assert_eq!(ended, Ok(()));
}
