// SPDX-License-Identifier: MIT OR Apache-2.0
//! A process makes a resource and ends in some way, while threads of another one open it.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    global,
    memory::{bytes_at, PAGE},
    share::{from_parent, inherited, number, query, receive, send, sockets},
};
use std::{
    os::fd::OwnedFd,
    sync::{
        atomic::{AtomicBool, Ordering::SeqCst},
        Mutex,
    },
};

with_2_and_8! {
    by_nt_handle:
        two_open_by_nt_handle_while_the_creator_ends,
        eight_open_by_nt_handle_while_the_creator_ends;
    by_global_handle:
        two_open_by_global_handle_while_the_creator_ends,
        eight_open_by_global_handle_while_the_creator_ends;
}

const BYTE: u8 = 0x5a;

/// In a child: makes two shared resources full of [`BYTE`]; sends the NT handle of the first one, and
/// says the number of the second one. Then it waits, and ends as the last argument says.
pub(super) fn create_and_end(arguments: &[String]) {
    let number = |i: usize| arguments[i].parse().expect("a number");
    let gpu = Gpu::open(Luid(number(0), number(1)));
    let socket = from_parent(&arguments[2]);
    let device = gpu.device();
    let [first, second] = [
        Create::buffers(device, 2).in_shared_resource().made(&gpu),
        Create::buffers(device, 2).in_global_resource().made(&gpu),
    ];
    for create in [&first, &second] {
        let address = gpu.lock(device, create.allocation(1));
        // SAFETY: The lock has a page.
        unsafe { bytes_at(address, PAGE) }.fill(BYTE);
    }
    send(&socket, &share(&gpu, first.resource()));
    child::say(&second.global().to_string());
    child::wait_for_parent();
    match arguments[3].as_str() {
        "resources" => {
            for create in [&first, &second] {
                let ended = destroy_resource(&gpu.dxg, device, create.resource());
                assert_eq!(ended, SUCCESS);
            }
        }
        "device" => assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS),
        _ => {}
    }
}

/// A creator that lives.
struct Creator {
    child: Child,
    /// It will be killed.
    dies: bool,
    nt: OwnedFd,
    global: u32,
}

impl Creator {
    fn start(gpu: &Gpu, random: &mut Random) -> Self {
        let end = random.pick(&["resources", "device", "exit", "killed"]);
        let (ours, theirs) = sockets();
        inherited(&theirs);
        let [a, b, socket] =
            [gpu.luid.0.into(), gpu.luid.1.into(), number(&theirs)].map(|n: u64| n.to_string());
        let command = child::command("create", &[&a, &b, &socket, end]);
        let mut child = Child::start(command);
        drop(theirs);
        let nt = receive(&ours);
        let global = child.line().parse().expect("a number");
        Self {
            child,
            dies: end == "killed",
            nt,
            global,
        }
    }
}

/// Ends a creator while threads call `open`, until they have seen the end. `open` says whether it was
/// refused, which it may be once the end has begun.
fn while_it_ends(
    (child, dies): (Child, bool),
    threads: usize,
    random: &mut Random,
    open: impl Fn() -> bool + Sync,
) {
    let (begun, ended) = (AtomicBool::new(false), AtomicBool::new(false));
    let end = Mutex::new(Some((child, random.fork())));
    race(threads + 1, |i| {
        if i == threads {
            let end = end.lock().expect("the only one").take();
            let (child, mut random) = end.expect("a child");
            random.pause();
            begun.store(true, SeqCst);
            let _ended = harness::StopAtEnd(&ended);
            match dies {
                true => child.kill(),
                false => child.succeed(),
            }
            return;
        }
        loop {
            let last = ended.load(SeqCst);
            if open() {
                assert!(begun.load(SeqCst), "refused for nothing");
                break;
            }
            if last {
                break;
            }
        }
    });
}

fn is_whole(gpu: &Gpu, device: u32, allocation: u32) {
    let address = gpu.lock(device, allocation);
    // SAFETY: The lock has a page, which nobody writes to any more.
    let bytes = unsafe { bytes_at(address, PAGE) };
    assert!(bytes.iter().all(|&byte| byte == BYTE));
    gpu.unlock(device, allocation);
}

/// Our NT handle keeps the resource, whatever becomes of its creator.
fn by_nt_handle(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let before = counters();
    let Creator {
        child, dies, nt, ..
    } = Creator::start(gpu, random);
    while_it_ends((child, dies), threads, random, || {
        let (answer, sizes) = query(gpu, device, number(&nt));
        assert_eq!((answer, sizes.allocation_count), (SUCCESS, 2));
        let open = Open::bare(device, &nt, 2).made(gpu);
        is_whole(gpu, device, open.allocation(1));
        let ended = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(ended, SUCCESS);
        false
    });
    drop(nt);
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}

/// A number names the resource until its last opening has gone, and then nothing.
fn by_global_handle(gpu: &Gpu, threads: usize, random: &mut Random) {
    let device = gpu.device();
    let before = counters();
    let Creator {
        child,
        dies,
        nt,
        global,
    } = Creator::start(gpu, random);
    drop(nt);
    while_it_ends((child, dies), threads, random, || {
        let (answer, sizes) = global::query(gpu, device, global);
        if !one_of(answer, &[INVALID_PARAMETER]) {
            return true;
        }
        assert_eq!(sizes.NumAllocations, 2);
        let mut open = global::Open::with(device, global, &sizes);
        if !one_of(open.call(gpu), &[INVALID_PARAMETER]) {
            return true;
        }
        assert!(global::is_there(gpu, device, global), "an opening keeps it");
        is_whole(gpu, device, open.allocation(1));
        let ended = destroy_resource(&gpu.dxg, device, open.resource());
        assert_eq!(ended, SUCCESS);
        false
    });
    let names_nothing = !global::is_there(gpu, device, global);
    assert!(names_nothing, "its last opening has gone");
    before.assert_restored();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
}
