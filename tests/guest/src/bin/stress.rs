// SPDX-License-Identifier: MIT OR Apache-2.0
//! Everything many times, while signals arrive, threads end the process, and limits are near; and
//! whether the kernel's memory is the same afterwards.

use dxg_guest_tests::{
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, Child},
    clock::Deadline,
    create::Create,
    harness,
    memory::{bytes_at, Map, PAGE},
    round::round,
    signals::{self, spawn, Storm},
    tests,
};
use std::{fs, os::unix::process::ExitStatusExt, process::ExitCode, thread, time::Duration};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_storm_of_signals_changes_no_answer,
            a_process_ends_while_its_threads_call,
            video_memory_comes_back,
            objects_are_charged_to_the_memory_cgroup,
        ],
        &[("storm", storm), ("vanish", vanish), ("charged", charged)],
    )
}

/// In a child: rounds under a timer that fires every millisecond.
fn storm(_: &[String]) {
    let _storm = Storm::on_this_thread();
    let memory = Map::new(2);
    let mut deadline = Deadline::after(Duration::from_secs(60));
    while signals::delivered() < 500 {
        assert!(!deadline.is_over(), "no signals");
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
            spawn(scope, || {
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

/// In a child: what each object costs its cgroup.
fn charged(arguments: &[String]) {
    const COUNT: i64 = 10_000;
    let group = Joined::join(&arguments[0]);
    let gpu = Gpu::first();
    let before = group.kernel_memory();
    let opens: Vec<_> = (0..COUNT)
        .map(|_| open_adapter(&gpu.dxg, gpu.luid).1)
        .collect();
    let cost = group.kernel_memory() - before;
    // A slot of the handle table and an object.
    assert!(cost >= 64 * COUNT, "{cost} bytes for {COUNT} opens");
    for handle in opens {
        assert_eq!(close_adapter(&gpu.dxg, handle), SUCCESS);
    }
    let before = group.kernel_memory();
    let device = gpu.device();
    for _ in 0..4 {
        Create::buffers(device, 1024).in_resource().made(&gpu);
    }
    let cost = group.kernel_memory() - before;
    // Both halves of an allocation, its private data, what the miniport keeps.
    assert!(cost >= 4096 * 400, "{cost} bytes for 4096 allocations");
}

fn objects_are_charged_to_the_memory_cgroup() {
    let group = Cgroup::create();
    Child::start(child::command("charged", &[group.path()])).succeed();
}
