// SPDX-License-Identifier: MIT OR Apache-2.0
//! Video memory is virtual: more of it than the segment holds, and every byte right.

use dxg_guest_tests::{
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, say, start_on, wait_for_parent, Child},
    create::Create,
    faults::every_call::spare,
    harness,
    memory::{MIB, PAGE},
    pattern::{Patterned, Random},
    reload::with,
    tests,
};
use libd3dkmt::sys::{
    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL, D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            four_times_the_segment,
            four_times_the_segment_all_locked,
            buffers_of_many_sizes,
            eight_processes_at_once,
            what_is_evicted_stays_charged_to_its_owner,
            new_memory_is_zero_after_others_had_it,
            the_commitment_ends,
            eight_gibibytes_cost_what_is_touched,
        ],
        &[
            ("rounds", rounds),
            ("fill", fill),
            ("join_and_fill", join_and_fill),
        ],
    )
}

/// The segment of these tests.
const SEGMENT: u64 = 64 * MIB;
const SMALL_SEGMENT: &str = "local_segment_mib=64 commit_mib=1024";

/// The segment of the tests that page all of it again and again: smaller, and still smaller on the debug
/// kernel, whose checkers look at each page.
fn paged_segment() -> u64 {
    harness::scaled(SEGMENT / 2).max(SEGMENT / 4)
}

/// Runs a test with the module loaded for it. Its calls are far too many to be swept for faults.
fn loaded_with(parameters: &str, test: impl FnOnce()) {
    spare("there are too many of them");
    with(parameters, test);
}

fn in_paged_segment(test: impl FnOnce(u64)) {
    let segment = paged_segment();
    let parameters = format!("local_segment_mib={} commit_mib=1024", segment / MIB);
    loaded_with(&parameters, || test(segment));
}

fn in_small_segment(test: impl FnOnce()) {
    loaded_with(SMALL_SEGMENT, test);
}

fn memory(gpu: &Gpu, device: u32, total: u64, each: u64) -> Vec<Patterned> {
    let new = |_| Patterned::new(gpu, device, each);
    (0..total / each).map(new).collect()
}

/// Goes round three times in another order each time, checks what is there, and writes new patterns.
fn three_rounds(gpu: &Gpu, device: u32, all: &mut [Patterned], random: &mut Random) {
    for buffer in all.iter_mut() {
        buffer.write(gpu, device, random.next_number());
    }
    for _ in 0..3 {
        for i in random.shuffled(all.len()) {
            all[i].check(gpu, device);
            all[i].write(gpu, device, random.next_number());
        }
        assert!(gpu.usage(LOCAL) <= paged_segment());
    }
    for buffer in all.iter() {
        buffer.check(gpu, device);
    }
}

fn four_times_the_segment() {
    in_paged_segment(|segment| {
        let total = 4 * segment;
        on_each_device(|gpu, device| {
            let mut all = memory(gpu, device, total, 4 * MIB);
            three_rounds(gpu, device, &mut all, &mut Random::new(1));
            // The segment is full, and the rest is in system memory.
            assert_eq!(gpu.usage(LOCAL), segment);
            assert_eq!(gpu.usage(NON_LOCAL), total - segment);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (0, 0));
        });
    });
}

/// Pages are taken away from those who see them, and come back when they are touched.
fn four_times_the_segment_all_locked() {
    in_paged_segment(|segment| {
        on_each_device(|gpu, device| {
            let mut random = Random::new(2);
            let mut all = memory(gpu, device, 4 * segment, 4 * MIB);
            let lock = |buffer: &Patterned| gpu.lock(device, buffer.allocation);
            let locks: Vec<_> = all.iter().map(lock).collect();
            for (buffer, &address) in all.iter_mut().zip(&locks) {
                buffer.check_at(address);
                buffer.write_at(address, random.next_number());
            }
            for _ in 0..3 {
                for i in random.shuffled(all.len()) {
                    all[i].check_at(locks[i]);
                    all[i].write_at(locks[i], random.next_number());
                    // The addresses stay.
                    assert_eq!(lock(&all[i]), locks[i]);
                    gpu.unlock(device, all[i].allocation);
                }
            }
            for (buffer, &address) in all.iter().zip(&locks) {
                buffer.check_at(address);
                gpu.unlock(device, buffer.allocation);
            }
        });
    });
}

fn buffers_of_many_sizes() {
    in_paged_segment(|segment| {
        on_each_device(|gpu, device| {
            let mut random = Random::new(3);
            let mut all = vec![];
            let mut left = 4 * segment;
            // From a page to half the segment: small ones are more.
            let sizes = (segment / PAGE as u64).ilog2() as usize;
            while left > 0 {
                let pages = 1 << random.below(sizes);
                let bytes = (pages * PAGE as u64).min(left);
                all.push(Patterned::new(gpu, device, bytes));
                left -= bytes;
            }
            three_rounds(gpu, device, &mut all, &mut random);
        });
    });
}

fn eight_processes_at_once() {
    in_paged_segment(|_| {
        for luid in luids() {
            let start = |i: u64| start_on("rounds", luid, &[&i.to_string()]);
            let children: Vec<_> = (0..8).map(start).collect();
            children.into_iter().for_each(Child::succeed);
        }
    });
}

fn rounds(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut random = Random::new(arguments[2].parse().expect("a number"));
    let mut all = memory(&gpu, device, paged_segment() / 2, MIB);
    three_rounds(&gpu, device, &mut all, &mut random);
}

fn what_is_evicted_stays_charged_to_its_owner() {
    in_small_segment(|| {
        on_each_device(|gpu, device| {
            let cgroup = Cgroup::create();
            let mut child = start_on("join_and_fill", gpu.luid, &[cgroup.path()]);
            assert_eq!(child.line(), "full");
            // Some megabytes are the process's own.
            let is_owner = || {
                let bytes = cgroup.memory();
                assert!((SEGMENT..SEGMENT + 8 * MIB).contains(&bytes), "{bytes}");
            };
            is_owner();
            for mut buffer in memory(gpu, device, SEGMENT, 4 * MIB) {
                buffer.write(gpu, device, 7);
            }
            assert_eq!(gpu.usage(LOCAL), SEGMENT);
            is_owner();
            child.succeed();
        });
    });
}

fn join_and_fill(arguments: &[String]) {
    let _joined = Joined::join(&arguments[2]);
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut all = memory(&gpu, device, SEGMENT, 4 * MIB);
    for buffer in &mut all {
        buffer.write(&gpu, device, 5);
    }
    say("full");
    wait_for_parent();
    assert_eq!(gpu.usage(LOCAL), 0);
    assert_eq!(gpu.usage(NON_LOCAL), SEGMENT);
}

fn new_memory_is_zero_after_others_had_it() {
    in_small_segment(|| {
        on_each_device(|gpu, device| {
            let mut child = start_on("fill", gpu.luid, &[]);
            assert_eq!(child.line(), "full");
            child.succeed();
            for buffer in memory(gpu, device, 2 * SEGMENT, 4 * MIB) {
                buffer.check(gpu, device);
            }
        });
    });
}

fn fill(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    for mut buffer in memory(&gpu, device, 2 * SEGMENT, 4 * MIB) {
        buffer.write(&gpu, device, 5);
    }
    say("full");
    wait_for_parent();
}

/// Creating an allocation commits memory: as much as the limit says, and no more.
fn the_commitment_ends() {
    loaded_with("local_segment_mib=64 commit_mib=128", || {
        on_each_device(|gpu, device| {
            let mut all = memory(gpu, device, 128 * MIB, 4 * MIB);
            let refused = || Create::buffer(device, 4096).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
            refused();
            all[0].write(gpu, device, 6);
            refused();
            let destroyed = destroy_allocations(&gpu.dxg, device, &[all[1].allocation]);
            assert_eq!(destroyed, SUCCESS);
            Create::buffer(device, 4 * MIB).made(gpu);
            refused();
            all[0].check(gpu, device);
        });
    });
}

/// Bytes of memory that the kernel could hand out.
fn available() -> u64 {
    let text = fs::read_to_string("/proc/meminfo").expect("meminfo");
    let line = text.lines().find_map(|l| l.strip_prefix("MemAvailable:"));
    let number = line.and_then(|line| line.trim().strip_suffix(" kB"));
    number.expect("kB").trim().parse::<u64>().expect("a number") << 10
}

fn eight_gibibytes_cost_what_is_touched() {
    const HUGE: u64 = 8 << 30;
    const STEP: u64 = 32 * MIB;
    loaded_with("local_segment_mib=64 commit_mib=16384", || {
        on_each_device(|gpu, device| {
            let before = available();
            let huge = Create::buffer(device, HUGE).made(gpu).allocation(0);
            let address = gpu.lock(device, huge);
            let at = |offset: u64| (address + offset) as *mut u64;
            for offset in (0..HUGE).step_by(STEP as usize) {
                // SAFETY: The lock has that many bytes; nobody else uses them.
                unsafe {
                    assert_eq!(at(offset).read_volatile(), 0);
                    at(offset).write_volatile(offset | 1);
                }
            }
            let touched = HUGE / STEP * PAGE as u64;
            assert_eq!(gpu.usage(NON_LOCAL), touched);
            assert_eq!(gpu.usage(LOCAL), 0);
            let cost = before.saturating_sub(available());
            assert!(cost < touched + 16 * MIB, "{cost} bytes");
            for offset in (0..HUGE).step_by(STEP as usize) {
                // SAFETY: As above.
                assert_eq!(unsafe { at(offset).read_volatile() }, offset | 1);
            }
            gpu.unlock(device, huge);
            // There are eight more, and no others.
            Create::buffer(device, HUGE).made(gpu);
            Create::buffer(device, HUGE).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
        });
    });
}
