// SPDX-License-Identifier: MIT OR Apache-2.0
//! What one user does is no other user's trouble: memory that is not there, cgroups that are throttled,
//! memory that is pinned or wanted by all means, files.

use dxg_guest_tests::{
    absent::{mapped, Absent, Kind},
    calls::*,
    cgroup::{Cgroup, Joined},
    child::{self, start_on, wait_for_parent, Child},
    clock::Deadline,
    create::Create,
    device::Device,
    dma_buf::Export,
    faults::every_call::spare,
    fence::{Fence, PagingQueue},
    harness,
    limit::MostFiles,
    memory::{Map, MIB, PAGE},
    paging::{place, resident, set_priorities, IN_GPU_MEMORY},
    pattern::Patterned,
    reload::with,
    share::share,
    state::soon,
    tests,
};
use libd3dkmt::sys::{self, request::*};
use rustix::io::{fcntl_setfd, FdFlags};
use std::{
    os::{
        fd::OwnedFd,
        unix::process::{CommandExt, ExitStatusExt},
    },
    path::Path,
    process::ExitCode,
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            arguments_that_are_absent_hold_no_removal_up,
            pages_that_are_absent_hold_no_removal_up,
            a_call_that_waits_for_an_absent_page_is_killed,
            a_throttled_cgroup_holds_nobody_up,
            the_highest_priority_leaves_the_others_their_share,
            exports_leave_the_others_their_share,
            what_is_pinned_stays_charged_to_the_user,
            one_user_leaves_some_commitment,
            one_user_leaves_files,
        ],
        &[
            ("waiter", waiter),
            ("neighbour", neighbour),
            ("throttled", throttled),
            ("exporter", exporter),
            ("pinner", pinner),
            ("greedy", greedy),
            ("hoarder", hoarder),
            ("other", other),
        ],
    )
}

const SMALL: &str = "local_segment_mib=16 commit_mib=256";

/// Calls that read an argument.
const REQUESTS: [u32; 37] = [
    OPENADAPTERFROMLUID,
    CREATEDEVICE,
    CREATEALLOCATION,
    CREATEPAGINGQUEUE,
    QUERYADAPTERINFO,
    QUERYVIDEOMEMORYINFO,
    MAKERESIDENT,
    GETDEVICESTATE,
    CREATESYNCHRONIZATIONOBJECT,
    DESTROYALLOCATION2,
    ENUMADAPTERS2,
    ENUMADAPTERS3,
    CLOSEADAPTER,
    CHANGEVIDEOMEMORYRESERVATION,
    DESTROYDEVICE,
    DESTROYPAGINGQUEUE,
    DESTROYSYNCHRONIZATIONOBJECT,
    EVICT,
    FLUSHHEAPTRANSITIONS,
    INVALIDATECACHE,
    LOCK2,
    MARKDEVICEASERROR,
    OFFERALLOCATIONS,
    OPENRESOURCE,
    OPENRESOURCEFROMNTHANDLE,
    QUERYALLOCATIONRESIDENCY,
    QUERYRESOURCEINFO,
    QUERYRESOURCEINFOFROMNTHANDLE,
    QUERYSTATISTICS,
    RECLAIMALLOCATIONS2,
    SETALLOCATIONPRIORITY,
    SHAREOBJECTS,
    SIGNALSYNCHRONIZATIONOBJECTFROMCPU,
    UNLOCK2,
    UPDATEALLOCPROPERTY,
    WAITFORSYNCHRONIZATIONOBJECTFROMCPU,
    EXPORT_DMA_BUF,
];

/// Absent memory of each kind.
fn of_each_kind(test: fn(Kind)) {
    spare("a sweep would wait for ever");
    for kind in [Kind::UserFault, Kind::Fuse] {
        harness::context(format!("{kind:?}"), || test(kind));
    }
}

fn arguments_that_are_absent_hold_no_removal_up() {
    of_each_kind(arguments_are_absent);
}

/// Each call waits for its argument; the device goes, and another one comes, all the same.
fn arguments_are_absent(kind: Kind) {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let absent = REQUESTS.map(|_| Absent::of(kind));
    thread::scope(|scope| {
        let calls = REQUESTS.iter().zip(&absent).map(|(&request, absent)| {
            let (dxg, address) = (&gpu.dxg, absent.address());
            let call = scope.spawn(move || call_at(dxg, request, address));
            absent.wait_for_touch();
            call
        });
        let calls: Vec<_> = calls.collect();
        device.remove();
        device.restore();
        for absent in &absent {
            absent.bring(&[]);
        }
        for call in calls {
            // All zero is an argument that some take.
            let _ = call.join().expect("no panic");
        }
    });
}

fn pages_that_are_absent_hold_no_removal_up() {
    of_each_kind(pages_are_absent);
}

/// So do a list, private data, what is to be written to, and memory that is to be pinned.
fn pages_are_absent(kind: Kind) {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let allocation = Create::buffer(on, PAGE as u64).made(&gpu).allocation(0);
    let queue = PagingQueue::new(&gpu, on);
    let absent = [(); 5].map(|()| Absent::of(kind));
    let at = |i: usize| absent[i].address();
    let mut pinned = Create::memory(on, &[(at(0), PAGE as u64)]);
    let mut data = Create::buffer(on, PAGE as u64);
    data.infos[0].priv_drv_data = at(1);
    let mut list = sys::D3DDDI_MAKERESIDENT {
        paging_queue: handle(queue.handle),
        alloc_count: 1,
        allocation_list: at(2),
        ..Default::default()
    };
    let mut handles = sys::D3DKMT_DESTROYALLOCATION2 {
        device: handle(on),
        alloc_count: 1,
        allocations: at(3),
        ..Default::default()
    };
    let handle_of = [allocation];
    let mut residency = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
        device: handle(on),
        allocation_count: 1,
        allocations: handle_of.as_ptr() as u64,
        residency_status: at(4),
        ..Default::default()
    };
    let [list, handles, residency] = [
        (MAKERESIDENT, &raw mut list as u64),
        (DESTROYALLOCATION2, &raw mut handles as u64),
        (QUERYALLOCATIONRESIDENCY, &raw mut residency as u64),
    ];
    thread::scope(|scope| {
        let dxg = &gpu.dxg;
        let mut calls = vec![];
        calls.push(scope.spawn(|| pinned.call(&gpu)));
        absent[0].wait_for_touch();
        calls.push(scope.spawn(|| data.call(&gpu)));
        absent[1].wait_for_touch();
        for (i, (request, argument)) in [list, handles, residency].into_iter().enumerate() {
            calls.push(scope.spawn(move || call_at(dxg, request, argument)));
            absent[2 + i].wait_for_touch();
        }
        device.remove();
        device.restore();
        for absent in &absent {
            absent.bring(&[0; 48]);
        }
        let answers = calls.into_iter().map(|call| call.join().expect("no panic"));
        let answers: Vec<_> = answers.collect();
        // What was asked before the end is answered as it was; handles of zero name nothing.
        let expected = [
            DEVICE_REMOVED,
            DEVICE_REMOVED,
            INVALID_PARAMETER,
            INVALID_PARAMETER,
            SUCCESS,
        ];
        assert_eq!(answers, expected);
    });
}

/// Where a call waits for a page of a file.
const PLACES: [&str; 4] = ["argument", "data", "pin", "answer"];

/// Nobody brings the page. (Of memory that `userfaultfd` is to bring, the suite `lifetimes` tests that.)
fn a_call_that_waits_for_an_absent_page_is_killed() {
    spare("it waits");
    on_each_device(|gpu, _| {
        for place in PLACES {
            harness::context(place, || {
                let absent = Absent::of(Kind::Fuse);
                let path = absent.path().and_then(|path| path.to_str());
                let child = start_on("waiter", gpu.luid, &[place, path.expect("a file")]);
                absent.wait_for_touch();
                child.signal(libc::SIGKILL);
                absent.never_bring();
                let end = child.end();
                assert_eq!(end.signal(), Some(libc::SIGKILL), "{end}");
            });
        }
    });
}

/// In a child: a call that does not come back.
fn waiter(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let memory = mapped(Path::new(&arguments[3]));
    let page = (memory.address(), PAGE as u64);
    let mut create = Create::buffer(device, PAGE as u64);
    let answer = match &arguments[2][..] {
        "argument" => call_at(&gpu.dxg, CREATEALLOCATION, page.0),
        "data" => {
            create.infos[0].priv_drv_data = page.0;
            create.call(&gpu)
        }
        "pin" => Create::memory(device, &[page]).call(&gpu),
        _ => {
            let handles = [handle(create.made(&gpu).allocation(0))];
            let mut residency = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
                device: handle(device),
                allocation_count: 1,
                allocations: handles.as_ptr() as u64,
                residency_status: page.0,
                ..Default::default()
            };
            call_at(
                &gpu.dxg,
                QUERYALLOCATIONRESIDENCY,
                &raw mut residency as u64,
            )
        }
    };
    panic!("it came back: {answer:?}");
}

/// A process above what its cgroup may have sleeps wherever it takes memory.
fn a_throttled_cgroup_holds_nobody_up() {
    spare("time is measured");
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let cgroup = Cgroup::create();
            cgroup.throttle(MIB);
            let mut child = start_on("throttled", gpu.luid, &[cgroup.path()]);
            assert_eq!(child.line(), "begins");
            let throttled = soon(|| match cgroup.throttlings() {
                0 => Err("not throttled"),
                _ => Ok(()),
            });
            assert_eq!(throttled, Ok(()));
            let all: Vec<_> = (0..40)
                .map(|_| Create::buffer(device, 64 << 10).made(gpu).allocation(0))
                .collect();
            // One sleep of the other one may be two seconds.
            let mut limit = Deadline::after(Duration::from_secs(10));
            for &allocation in &all {
                gpu.lock(device, allocation);
                gpu.unlock(device, allocation);
                thread::sleep(Duration::from_millis(50));
            }
            assert!(!limit.is_over(), "40 locks took ten seconds");
            assert!(cgroup.memory() > MIB, "it was throttled to the end");
            child.kill();
        });
    });
}

/// In a child: fills the segment again and again.
fn throttled(arguments: &[String]) {
    // First, as its memory is charged to what it is in when it opens the adapter.
    let _joined = Joined::join(&arguments[2]);
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let mut all: Vec<_> = (0..16)
        .map(|_| Patterned::new(&gpu, device, 2 * MIB))
        .collect();
    child::say("begins");
    for seed in 0.. {
        for buffer in &mut all {
            let (answer, address) = lock(&gpu.dxg, device, buffer.allocation);
            if answer == SUCCESS {
                buffer.write_at(address, seed);
                gpu.unlock(device, buffer.allocation);
            }
        }
    }
}

const MAXIMUM: u32 = 0xc800_0000;

/// Fourteen of sixteen MiB are wanted by all means; another process comes, and gets its half.
fn the_highest_priority_leaves_the_others_their_share() {
    spare("something is paged all the time");
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let queue = PagingQueue::new(gpu, device);
            let all: Vec<_> = (0..14)
                .map(|_| Create::buffer(device, MIB).made(gpu).allocation(0))
                .collect();
            let priorities = [MAXIMUM; 14];
            assert_eq!(set_priorities(&gpu.dxg, device, &all, &priorities), SUCCESS);
            resident(gpu, device, &queue, &all);
            let inside = |list: &[u32]| {
                let places = list.iter().map(|&a| place(gpu, device, a));
                places.filter(|&place| place == IN_GPU_MEMORY).count()
            };
            assert_eq!(inside(&all), 14);
            let mut child = start_on("neighbour", gpu.luid, &[]);
            assert_eq!(child.line(), "8 of 8");
            // Nothing more than that has made room.
            assert_eq!(inside(&all), 8);
            child.succeed();
        });
    });
}

/// In a child: has as much resident as it may.
fn neighbour(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let queue = PagingQueue::new(&gpu, device);
    let all: Vec<_> = (0..8)
        .map(|_| Create::buffer(device, MIB).made(&gpu).allocation(0))
        .collect();
    resident(&gpu, device, &queue, &all);
    let places = all.iter().map(|&a| place(&gpu, device, a));
    let inside = places.filter(|&place| place == IN_GPU_MEMORY).count();
    child::say(&format!("{inside} of 8"));
    wait_for_parent();
}

/// Exports buffers of a MiB each until that is refused.
fn exported(gpu: &Gpu, device: u32) -> Vec<OwnedFd> {
    let mut exports = vec![];
    loop {
        let create = Create::buffer(device, MIB).in_shared_resource();
        let mut call = Export::new(device, create.made(gpu).allocation(0));
        match call.call(gpu) {
            SUCCESS => exports.push(call.descriptor()),
            answer => {
                assert_eq!(answer, NO_MEMORY);
                return exports;
            }
        }
    }
}

/// The first one pins half of the segment, the next one a quarter.
fn exports_leave_the_others_their_share() {
    spare("what a refused export has touched stays");
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let mut child = start_on("exporter", gpu.luid, &[]);
            assert_eq!(child.line(), "8 exports");
            assert_eq!(exported(gpu, device).len(), 4);
            child.succeed();
        });
    });
}

/// In a child: exports as much as it can.
fn exporter(arguments: &[String]) {
    let gpu = Gpu::open(child::adapter(arguments));
    let exports = exported(&gpu, gpu.device());
    child::say(&format!("{} exports", exports.len()));
    wait_for_parent();
}

/// Of 256 MiB, a user gets 192 in as many processes as they like; root gets the rest.
fn one_user_leaves_some_commitment() {
    spare("commitment is counted");
    with(SMALL, || {
        on_each_device(|gpu, device| {
            let mut children = vec![];
            for expected in ["100", "92", "0"] {
                let mut child = start_on("greedy", gpu.luid, &[]);
                assert_eq!(child.line(), expected);
                children.push(child);
            }
            Create::buffer(device, 64 * MIB).made(gpu);
            Create::buffer(device, PAGE as u64).refused(gpu, GRAPHICS_NO_VIDEO_MEMORY);
            children.into_iter().for_each(Child::succeed);
        });
    });
}

/// In a child, as a user: creates up to 100 MiB.
fn greedy(arguments: &[String]) {
    child::become_user();
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let made = (0..100).take_while(|_| match Create::buffer(device, MIB).call(&gpu) {
        SUCCESS => true,
        answer => {
            assert_eq!(answer, GRAPHICS_NO_VIDEO_MEMORY);
            false
        }
    });
    let made = made.count();
    child::say(&made.to_string());
    wait_for_parent();
}

/// Each allocation with memory is in a file, of which a user gets a quarter; mappings are in none.
fn one_user_leaves_files() {
    spare("files are counted");
    with(SMALL, || {
        on_each_device(|gpu, _| {
            let count = MostFiles::now() + 256;
            let _most = MostFiles::of(count);
            let expected = (count / 4).to_string();
            for _ in 0..2 {
                let mut child = start_on("hoarder", gpu.luid, &[&count.to_string()]);
                assert_eq!(child.line(), expected);
                // Nobody else has less for it.
                start_on("other", gpu.luid, &[]).succeed();
                child.succeed();
            }
        });
    });
}

/// In a child, as a user: has memory of as many allocations as it can, and more fences and locks than there
/// may be files.
fn hoarder(arguments: &[String]) {
    child::become_user();
    let gpu = Gpu::open(child::adapter(arguments));
    let most: usize = arguments[2].parse().expect("a number");
    let device = gpu.device();
    let new = || {
        let mut create = Create::buffer(device, PAGE as u64);
        (create.call(&gpu), create.allocation(0))
    };
    let mut all = vec![];
    let refused = loop {
        match new() {
            (SUCCESS, allocation) => all.push(allocation),
            (answer, _) => break answer,
        }
        gpu.lock(device, all[all.len() - 1]);
    };
    assert_eq!(refused, NO_MEMORY);
    for _ in 0..most {
        Fence::new(&gpu, device, 0);
    }
    child::say(&all.len().to_string());
    wait_for_parent();
    // What is given back can be had again, and that is when its mapping has gone, too.
    gpu.unlock(device, all[0]);
    assert_eq!(destroy_allocations(&gpu.dxg, device, &all[..1]), SUCCESS);
    assert_eq!(new().0, SUCCESS);
    assert_eq!(new().0, NO_MEMORY);
}

/// In a child, as another user.
fn other(arguments: &[String]) {
    child::become_another_user();
    let gpu = Gpu::open(child::adapter(arguments));
    let device = gpu.device();
    let allocation = Create::buffer(device, PAGE as u64).made(&gpu).allocation(0);
    assert_eq!(lock(&gpu.dxg, device, allocation).0, SUCCESS);
    Fence::new(&gpu, device, 0);
}

/// Pages of RLIMIT_MEMLOCK.
const LIMIT: u64 = 64;

fn what_is_pinned_stays_charged_to_the_user() {
    spare("another program goes on");
    Child::start(child::command("pinner", &["first"])).succeed();
}

/// In a child, as a user: pins more than half of what it may, keeps that by an NT handle, and becomes
/// another program, which may pin the rest and no more.
fn pinner(arguments: &[String]) {
    let is_first = arguments[0] == "first";
    if is_first {
        child::become_user();
        let limit = libc::rlimit {
            rlim_cur: LIMIT * PAGE as u64,
            rlim_max: LIMIT * PAGE as u64,
        };
        // SAFETY: The structure is complete.
        assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) }, 0);
    }
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(64);
    let pinned = |pages: u64| {
        Create::memory(device, &[(memory.address(), pages * PAGE as u64)]).in_shared_resource()
    };
    if !is_first {
        assert_eq!(pinned(25).call(&gpu), NO_MEMORY);
        assert_eq!(pinned(24).call(&gpu), SUCCESS);
        return;
    }
    let nt = share(&gpu, pinned(40).made(&gpu).resource());
    fcntl_setfd(&nt, FdFlags::empty()).expect("fcntl");
    let error = child::command("pinner", &["second"]).exec();
    panic!("exec: {error}");
}
