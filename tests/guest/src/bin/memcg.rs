// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory cgroups with little memory: video memory that has left the segment is swapped out, and comes
//! back with every byte; where nothing can be swapped, calls say that there is none.
//!
//! Not on the debug kernel: KASAN keeps freed memory of the kernel back, which is charged all the while.

use dxg_guest_tests::{
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, start_on},
    faults::every_call::spare,
    fence::PagingQueue,
    harness,
    memory::MIB,
    paging::resident,
    pattern::{Patterned, Random},
    reload::with,
    state::soon,
    tests,
};
use libd3dkmt::sys::{
    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL, D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{
    fs,
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_full_cgroup_gets_a_status,
            what_is_idle_is_put_out,
            what_is_put_out_is_swapped,
            what_is_touched_outside_of_the_segment_is_swapped,
        ],
        &[("limited", limited), ("beyond", beyond), ("large", large)],
    )
}

const PARAMETERS: &str = "local_segment_mib=16 commit_mib=256";
const DEVICE: &str = "/dev/zram0";

fn run(program: &str, arguments: &[&str]) {
    let status = Command::new(program).args(arguments).status();
    assert!(status.expect("a program").success(), "{program}");
}

/// Neither is a byte lost nor a process killed.
fn a_full_cgroup_gets_a_status() {
    with(PARAMETERS, || {
        for luid in luids() {
            let cgroup = Cgroup::create();
            cgroup.limit_memory(32 * MIB);
            start_on("limited", luid, &[cgroup.path()]).succeed();
            assert_eq!(cgroup.kills(), 0);
        }
    });
}

fn limited(arguments: &[String]) {
    let _joined = Joined::join(&arguments[2]);
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut random = Random::new(4);
    let mut all: Vec<_> = (0..32)
        .map(|_| Patterned::new(&gpu, device, 2 * MIB))
        .collect();
    let mut written = 0;
    let refused = loop {
        let (answer, address) = lock(&gpu.dxg, device, all[written].allocation);
        if answer != SUCCESS {
            break answer;
        }
        all[written].write_at(address, random.next_number());
        gpu.unlock(device, all[written].allocation);
        written += 1;
    };
    assert_eq!(refused, NO_MEMORY);
    // What is not the process's own was there before.
    assert!(written as u64 * 2 * MIB > 20 * MIB, "{written} buffers");
    all[..written].iter().for_each(|b| b.check(&gpu, device));
    // With less of them there is room for others.
    let (gone, rest) = all.split_at_mut(4);
    for buffer in gone {
        let destroyed = destroy_allocations(&gpu.dxg, device, &[buffer.allocation]);
        assert_eq!(destroyed, SUCCESS);
    }
    let refused = &mut rest[written - 4];
    refused.write(&gpu, device, random.next_number());
    refused.check(&gpu, device);
    rest[..written - 4]
        .iter()
        .for_each(|b| b.check(&gpu, device));
}

/// A device to swap to, until it is dropped.
struct Swap;

impl Swap {
    fn on() -> Self {
        let modules = fs::read_to_string("/lib/load/swap").expect("modules for swapping");
        modules.lines().for_each(|file| run("insmod", &[file]));
        fs::write("/sys/block/zram0/disksize", "256M").expect("zram0");
        run("mkswap", &[DEVICE]);
        run("swapon", &[DEVICE]);
        Self
    }
}

impl Drop for Swap {
    fn drop(&mut self) {
        run("swapoff", &[DEVICE]);
        let modules = fs::read_to_string("/lib/load/swap").expect("modules for swapping");
        for file in modules.lines().rev() {
            let name = file.rsplit('/').next().expect("a name");
            run("rmmod", &[name.trim_end_matches(".ko")]);
        }
    }
}

/// With a small segment, and something to swap to.
fn swapping(test: impl Fn(&Gpu, u32)) {
    spare("there are too many of them");
    let _swap = Swap::on();
    with(PARAMETERS, || on_each_device(test));
}

/// Pages that were swapped out since the start of the machine.
fn swapped_out() -> u64 {
    let text = fs::read_to_string("/proc/vmstat").expect("vmstat");
    let line = text.lines().find_map(|line| line.strip_prefix("pswpout "));
    line.expect("pswpout").parse().expect("a number")
}

/// What nobody has listed or locked leaves the segment when the system is short of memory.
fn what_is_idle_is_put_out() {
    swapping(|gpu, device| {
        let queue = PagingQueue::new(gpu, device);
        let mut all: Vec<_> = (0..8).map(|_| Patterned::new(gpu, device, MIB)).collect();
        all.iter_mut().for_each(|b| b.write(gpu, device, 3));
        resident(gpu, device, &queue, &[all[2].allocation]);
        let address = gpu.lock(device, all[5].allocation);
        let shrunk = || {
            fs::write("/proc/sys/vm/drop_caches", "2").expect("drop_caches");
            (gpu.usage(LOCAL) / MIB, gpu.usage(NON_LOCAL) / MIB)
        };
        let out = soon(|| match shrunk() {
            (2, 6) => Ok(()),
            now => Err(now),
        });
        assert_eq!(out, Ok(()));
        // The rest stays, however often the system asks.
        for _ in 0..20 {
            assert_eq!(shrunk(), (2, 6));
            thread::sleep(Duration::from_millis(10));
        }
        all[5].check_at(address);
        gpu.unlock(device, all[5].allocation);
        all.iter().for_each(|b| b.check(gpu, device));
    });
}

/// A process in a cgroup that holds half of its video memory: the rest is swapped out.
fn what_is_put_out_is_swapped() {
    swapping(|gpu, _| {
        let cgroup = Cgroup::create();
        cgroup.limit_memory(32 * MIB);
        let before = swapped_out();
        start_on("beyond", gpu.luid, &[cgroup.path()]).succeed();
        assert_eq!(cgroup.kills(), 0);
        let pages = swapped_out() - before;
        assert!(pages * 4096 >= 32 * MIB, "{pages} pages were swapped out");
    });
}

fn beyond(arguments: &[String]) {
    let _joined = Joined::join(&arguments[2]);
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut random = Random::new(1);
    let new = |_| Patterned::new(&gpu, device, 2 * MIB);
    let mut all: Vec<_> = (0..32).map(new).collect();
    for buffer in &mut all {
        buffer.write(&gpu, device, random.next_number());
    }
    for _ in 0..2 {
        for i in random.shuffled(all.len()) {
            all[i].check(&gpu, device);
            all[i].write(&gpu, device, random.next_number());
        }
    }
    all.iter().for_each(|b| b.check(&gpu, device));
}

/// Larger than the segment: what no lock shows any more need not stay in memory.
fn what_is_touched_outside_of_the_segment_is_swapped() {
    swapping(|gpu, _| {
        let cgroup = Cgroup::create();
        cgroup.limit_memory(32 * MIB);
        start_on("large", gpu.luid, &[cgroup.path()]).succeed();
        assert_eq!(cgroup.kills(), 0);
    });
}

fn large(arguments: &[String]) {
    let _joined = Joined::join(&arguments[2]);
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut random = Random::new(2);
    // Each of them is in system memory only.
    let new = |_| Patterned::new(&gpu, device, 17 * MIB);
    let mut all: Vec<_> = (0..4).map(new).collect();
    for buffer in &mut all {
        buffer.write(&gpu, device, random.next_number());
    }
    assert_eq!(gpu.usage(NON_LOCAL), 4 * 17 * MIB);
    all.iter().for_each(|b| b.check(&gpu, device));
}
