// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory cgroups with little memory: video memory that has left the segment is swapped out, and comes
//! back with every byte; where nothing can be swapped, calls say that there is none. So they do where objects
//! are more than there is memory for: nobody is killed. And memory counts as much as there is of it.
//!
//! Not on the debug kernel: KASAN keeps freed memory of the kernel back, which is charged all the while.

use dxg_guest_tests::{
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, start_on},
    create::Create,
    faults::every_call::spare,
    fence::{
        create_paging_queue, create_sync_object, destroy_paging_queue, destroy_sync_object,
        new_fence, new_paging_queue, signal, wait_in, Event, Fence, PagingQueue, WaitOptions,
    },
    harness,
    limit::Limit,
    memory::{MIB, PAGE},
    paging::resident,
    pattern::{Patterned, Random},
    reload::with,
    share::{shared, Share},
    state::soon,
    tests,
};
use libd3dkmt::sys::{
    D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL, D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{
    cell::Cell,
    fs,
    process::{Command, ExitCode},
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            a_full_cgroup_gets_a_status,
            objects_of_a_full_cgroup_get_a_status,
            what_is_idle_is_evicted,
            what_is_evicted_is_swapped,
            what_is_touched_outside_of_the_segment_is_swapped,
            a_page_that_is_touched_is_one_page,
        ],
        &[
            ("limited", limited),
            ("objects", objects),
            ("beyond", beyond),
            ("large", large),
        ],
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

/// Of objects that are no video memory there are as many as there is memory for.
fn objects_of_a_full_cgroup_get_a_status() {
    for luid in luids() {
        let cgroup = Cgroup::create();
        start_on("objects", luid, &[cgroup.path()]).succeed();
        assert_eq!(cgroup.kills(), 0);
    }
}

/// What [`until_full`] leaves to objects.
const LEFT: u64 = 2 * MIB;

/// Makes objects until that is refused; then half of them go, and one comes. All of it without a byte more
/// for the program itself.
fn until_full(
    joined: &Joined<'_>,
    name: &str,
    mut make: impl FnMut() -> (Answer, u64),
    destroy: impl Fn(u64) -> Answer,
) {
    // Written to, so that it is there.
    let mut all = vec![u64::MAX; 1 << 16];
    let mut count = 0;
    joined.leave(LEFT);
    let refused = loop {
        match make() {
            (SUCCESS, object) if count < all.len() => all[count] = object,
            (answer, _) => break answer,
        }
        count += 1;
    };
    let gone = all[count / 2..count]
        .iter()
        .filter(|&&object| destroy(object) == SUCCESS);
    let gone = gone.count();
    let again = make();
    joined.leave_all();
    assert_eq!(refused, NO_MEMORY, "{name}, {count}");
    assert_eq!(gone, count - count / 2, "{name}");
    assert_eq!(again.0, SUCCESS, "{name}");
    println!("# {count} {name}");
    all[count / 2] = again.1;
    for &object in &all[..=count / 2] {
        assert_eq!(destroy(object), SUCCESS, "{name}");
    }
}

fn objects(arguments: &[String]) {
    let joined = Joined::join(&arguments[2]);
    let _descriptors = Limit::of_many_descriptors();
    let gpu = Gpu::open(child::adapter(arguments));
    let (dxg, device) = (&gpu.dxg, gpu.device());
    let mut args = new_fence(device, 0);
    until_full(
        &joined,
        "fences",
        || {
            (
                create_sync_object(dxg, &mut args),
                args.sync_object.v.into(),
            )
        },
        |fence| destroy_sync_object(dxg, fence as u32),
    );
    let mut args = new_paging_queue(device);
    until_full(
        &joined,
        "queues",
        || {
            (
                create_paging_queue(dxg, &mut args),
                args.paging_queue.v.into(),
            )
        },
        |queue| destroy_paging_queue(dxg, queue as u32),
    );
    let mut create = Create::buffer(device, PAGE as u64);
    until_full(
        &joined,
        "allocations",
        || (create.call(&gpu), create.allocation(0).into()),
        |allocation| destroy_allocations(dxg, device, &[allocation as u32]),
    );
    let resource = shared(device, 1).made(&gpu).resource();
    let mut share = Share::new(resource);
    until_full(
        &joined,
        "NT handles",
        || (share.call(&gpu), *share.nt_handle),
        |nt| {
            // SAFETY: The descriptor is the handle's.
            match unsafe { libc::close(nt as i32) } {
                0 => SUCCESS,
                _ => INVALID_HANDLE,
            }
        },
    );
    let event = Event::new();
    let fence = Fence::new(&gpu, device, 0);
    let options = WaitOptions {
        event: Some(&event),
        ..WaitOptions::default()
    };
    let value = Cell::new(0);
    until_full(
        &joined,
        "waits",
        || {
            value.set(value.get() + 1);
            (
                wait_in(dxg, device, &[(fence.handle, value.get())], options),
                value.get(),
            )
        },
        // With it, all end that wait for less: soon, as a worker ends most of them. Until then there may be no memory
        // for the call.
        |value| loop {
            match signal(dxg, device, &[(fence.handle, value)]) {
                NO_MEMORY => thread::yield_now(),
                answer => break answer,
            }
        },
    );
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
fn what_is_idle_is_evicted() {
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
fn what_is_evicted_is_swapped() {
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

/// The system's shared memory comes in pieces of 2 MiB, until it is dropped.
struct Huge;

impl Huge {
    const PATH: &str = "/sys/kernel/mm/transparent_hugepage/shmem_enabled";

    fn on() -> Self {
        fs::write(Self::PATH, "always").expect(Self::PATH);
        Self
    }
}

impl Drop for Huge {
    fn drop(&mut self) {
        fs::write(Self::PATH, "never").expect(Self::PATH);
    }
}

/// Larger than the segment: as much of it exists, and counts, as is touched.
fn a_page_that_is_touched_is_one_page() {
    let _huge = Huge::on();
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let page = PAGE as u64;
            let bytes = 17 * MIB + page;
            let allocation = Create::buffer(device, bytes).made(gpu).allocation(0);
            let address = gpu.lock(device, allocation);
            let touch = |at: u64| {
                // SAFETY: The lock has as many bytes.
                unsafe { ((address + at) as *mut u8).write_volatile(1) };
                gpu.usage(NON_LOCAL)
            };
            assert_eq!(touch(3 * MIB), page);
            assert_eq!(touch(bytes - page), 2 * page);
            assert_eq!((0..bytes).step_by(PAGE).map(touch).last(), Some(bytes));
            gpu.unlock(device, allocation);
        });
    });
}
