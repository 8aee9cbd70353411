// SPDX-License-Identifier: MIT OR Apache-2.0
//! Many objects at once: what each costs, and whether calls are as fast as with few. Only on the
//! stock kernel, as the checkers of the debug kernel have costs of their own.

use dxg_guest_tests::{
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, say, Child},
    create::Create,
    harness,
    reload::with,
    state::Counters,
    tests,
};
use std::{
    process::ExitCode,
    time::{Duration, Instant},
};

fn main() -> ExitCode {
    harness::run(tests![a_million_live_allocations], &[("million", million)])
}

const MILLION: usize = 1_000_000;
/// What a live allocation may cost the kernel, in bytes.
const COST: i64 = 1024;
/// Look-ups that are timed, so many together, and how often: the shortest time of each part counts, as
/// a busy machine stops the guest now and then, but not always in the same part.
const LOOK_UPS: usize = 5_000;
const TOGETHER: usize = 100;
const TIMES: usize = 10;
/// A million objects fit neither the processor's cache nor the emulated TLB, which alone was seen to cost a
/// factor of 3.2. A look-up that walks the objects would cost a factor of a thousand.
const SLOWER: u32 = 10;

/// Handles in an order that visits the whole table.
fn scattered(handles: &[u32]) -> impl Iterator<Item = u32> + '_ {
    const STEP: usize = 611_953;
    (0..LOOK_UPS).map(move |i| handles[i * STEP % handles.len()])
}

/// How long it takes to look handles up: the call looks its allocation up, and finds no lock.
fn look_ups(gpu: &Gpu, device: u32, handles: &[u32]) -> Duration {
    let mut shortest = [Duration::MAX; LOOK_UPS / TOGETHER];
    for _ in 0..TIMES {
        let mut handles = scattered(handles);
        for shortest in &mut shortest {
            let start = Instant::now();
            for handle in handles.by_ref().take(TOGETHER) {
                assert_eq!(unlock(&gpu.dxg, device, handle), INVALID_PARAMETER);
            }
            *shortest = start.elapsed().min(*shortest);
        }
    }
    shortest.iter().sum()
}

/// Makes stand-alone allocations of a page until there are `count`.
fn fill(gpu: &Gpu, device: u32, handles: &mut Vec<u32>, count: usize) {
    while handles.len() < count {
        let more = (count - handles.len()).min(1000);
        handles.extend(Create::buffers(device, more).made(gpu).allocations());
    }
}

/// In a child, which is alone in its cgroup.
fn million(arguments: &[String]) {
    let group = Joined::join(&arguments[0]);
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut handles = Vec::with_capacity(MILLION);
    fill(&gpu, device, &mut handles, 1000);
    let few = look_ups(&gpu, device, &handles);

    let before = group.kernel_memory();
    let start = Instant::now();
    fill(&gpu, device, &mut handles, MILLION);
    let created = start.elapsed();
    let cost = (group.kernel_memory() - before) / (MILLION as i64 - 1000);
    assert_eq!(Counters::now().get("allocations"), MILLION as i64);
    let many = look_ups(&gpu, device, &handles);

    // Each handle names something of its own: the first, the last, and some in between.
    let mut some: Vec<_> = scattered(&handles).take(100).collect();
    some.push(handles[MILLION - 1]);
    assert_eq!(destroy_allocations(&gpu.dxg, device, &some), SUCCESS);
    for_each(some, |handle| {
        assert_eq!(lock(&gpu.dxg, device, handle).0, INVALID_PARAMETER);
    });

    let start = Instant::now();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    let destroyed = start.elapsed();
    say(&format!(
        "{cost} bytes each; created in {created:.1?}, destroyed in {destroyed:.1?}; {LOOK_UPS} \
         look-ups among 1000: {few:.1?}, among a million: {many:.1?}"
    ));
    assert!((1..=COST).contains(&cost), "{cost} bytes for an allocation");
    assert!(many < few * SLOWER, "look-ups: {few:?}, then {many:?}");
}

fn a_million_live_allocations() {
    with("local_segment_mib=4096 commit_mib=4096", || {
        let group = Cgroup::create();
        let mut child = Child::start(child::command("million", &[group.path()]));
        println!("# {}", child.line());
        child.succeed();
    });
}
