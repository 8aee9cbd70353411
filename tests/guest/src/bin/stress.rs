// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything many times, while signals arrive, threads end the process, and limits are near; and
//! whether the kernel's memory is the same afterwards.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{bytes_at, Map, PAGE},
    tests,
};
use std::{
    fs, mem,
    os::unix::process::ExitStatusExt,
    process::ExitCode,
    ptr,
    sync::atomic::{AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_storm_of_signals_changes_no_answer,
            a_process_ends_while_its_threads_call,
            kernel_memory_does_not_grow_with_resources,
            kernel_memory_does_not_grow_with_opens,
            kernel_memory_does_not_grow_with_failures,
            video_memory_comes_back,
        ],
        &[("storm", storm), ("vanish", vanish)],
    )
}

/// A device with one of each, used and destroyed.
fn round(gpu: &Gpu, memory: &Map) {
    let device = gpu.device();
    let video = Create::buffers(device, 4).in_resource().made(gpu);
    let heap = Create::heap(device, memory.address(), 2 * PAGE as u64).made(gpu);
    let address = gpu.lock(device, video.allocation(3));
    // SAFETY: The lock has a page.
    unsafe { bytes_at(address, PAGE) }.fill(1);
    gpu.unlock(device, video.allocation(3));
    assert_eq!(
        lock(&gpu.dxg, device, heap.allocation(0)),
        (SUCCESS, memory.address())
    );
    let destroyed = destroy_resource(&gpu.dxg, device, video.resource());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

static SIGNALS: AtomicU32 = AtomicU32::new(0);

extern "C" fn count_signal(_: i32) {
    SIGNALS.fetch_add(1, Relaxed);
}

/// In a child: rounds under a timer that fires every millisecond.
fn storm(_: &[String]) {
    // SAFETY: The handler only counts; the structures are complete.
    unsafe {
        let mut action: libc::sigaction = mem::zeroed();
        action.sa_sigaction = count_signal as extern "C" fn(i32) as usize;
        assert_eq!(libc::sigaction(libc::SIGALRM, &action, ptr::null_mut()), 0);
        let often = libc::timeval {
            tv_sec: 0,
            tv_usec: 1000,
        };
        let timer = libc::itimerval {
            it_interval: often,
            it_value: often,
        };
        let started = libc::setitimer(libc::ITIMER_REAL, &timer, ptr::null_mut());
        assert_eq!(started, 0);
    }
    let memory = Map::new(2);
    let start = Instant::now();
    while SIGNALS.load(Relaxed) < 500 {
        assert!(start.elapsed() < Duration::from_secs(60), "no signals");
        on_each_adapter(|gpu| round(gpu, &memory));
    }
}

fn a_storm_of_signals_changes_no_answer() {
    Child::start(child::command("storm", &[])).succeed();
}

/// In a child: ends by a signal while threads are inside of calls.
fn vanish(_: &[String]) {
    let gpu = Gpu::first();
    thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| {
                let memory = Map::new(2);
                loop {
                    round(&gpu, &memory);
                }
            });
        }
        thread::sleep(Duration::from_millis(20));
        // SAFETY: It ends this process, and that is the purpose.
        unsafe { libc::kill(libc::getpid(), libc::SIGTERM) };
    });
}

fn a_process_ends_while_its_threads_call() {
    let before = counters();
    for _ in 0..10 {
        let mut command = child::command("vanish", &[]);
        let status = command.status().expect("this program again");
        assert_eq!(status.signal(), Some(libc::SIGTERM), "{status}");
        before.assert_restored();
    }
}

/// Kernel memory that cannot be reclaimed, in KiB.
fn kernel_memory() -> i64 {
    let text = fs::read_to_string("/proc/meminfo").expect("/proc/meminfo");
    let value = |name: &str| {
        let line = text.lines().find_map(|line| line.strip_prefix(name));
        let kib = line.expect(name).trim().trim_end_matches(" kB");
        kib.parse::<i64>().expect("a number")
    };
    value("SUnreclaim:") + value("VmallocUsed:") + value("Percpu:")
}

/// Runs `round` some times to warm up, then more often; the kernel must not have grown by more
/// than `KIB` after it, though each round handles much more.
fn does_not_grow(rounds: u32, mut round: impl FnMut()) {
    const KIB: i64 = 2048;
    (0..rounds / 10).for_each(|_| round());
    let before = kernel_memory();
    (0..rounds).for_each(|_| round());
    let grown = kernel_memory() - before;
    assert!(grown < KIB, "{grown} KiB more after {rounds} rounds");
}

fn kernel_memory_does_not_grow_with_resources() {
    let gpu = Gpu::first();
    let device = gpu.device();
    does_not_grow(200, || {
        let create = Create::buffers(device, 1024).in_resource().made(&gpu);
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
    });
}

fn kernel_memory_does_not_grow_with_opens() {
    let luid = luids()[0];
    let memory = Map::new(2);
    does_not_grow(2000, || round(&Gpu::open(luid), &memory));
}

fn kernel_memory_does_not_grow_with_failures() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut spoilt = Create::buffers(device, 1024).in_resource();
    spoilt.blobs[1023].kind = 0;
    does_not_grow(200, || assert_eq!(spoilt.call(&gpu), INVALID_PARAMETER));
}

/// Bytes of the machine that nobody uses.
fn free_memory() -> i64 {
    let text = fs::read_to_string("/proc/meminfo").expect("/proc/meminfo");
    let line = text.lines().find_map(|line| line.strip_prefix("MemFree:"));
    let kib = line.expect("MemFree").trim().trim_end_matches(" kB");
    kib.parse::<i64>().expect("a number") * 1024
}

fn video_memory_comes_back() {
    const BYTES: usize = 32 << 20;
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let touch = || {
            let list = Create::buffer(device, BYTES as u64).made(gpu).allocations();
            let address = gpu.lock(device, list[0]);
            // SAFETY: The lock has that many bytes.
            let bytes = unsafe { bytes_at(address, BYTES) };
            bytes.iter_mut().step_by(PAGE).for_each(|byte| *byte = 1);
            gpu.unlock(device, list[0]);
            assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
        };
        touch();
        let before = free_memory();
        (0..10).for_each(|_| touch());
        let lost = before - free_memory();
        // Free memory goes up and down by itself; lost it would be ten times as much.
        assert!(lost < 5 * BYTES as i64, "{lost} bytes of ten times {BYTES}");
    });
}
