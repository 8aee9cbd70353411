// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whether the kernel's memory is the same after many calls. Only on the stock kernel: KASAN keeps
//! freed memory back for a while, and there kmemleak looks for what is lost.

use dxg_guest_tests::{calls::*, create::Create, harness, memory::Map, round::round, tests};
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            kernel_memory_does_not_grow_with_resources,
            kernel_memory_does_not_grow_with_opens,
            kernel_memory_does_not_grow_with_failures,
        ],
        &[],
    )
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
