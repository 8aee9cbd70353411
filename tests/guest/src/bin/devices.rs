// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices: their life, and what ends with them or with their process.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{Map, PAGE},
    signals::spawn,
    state::soon,
    tests,
};
use libd3dkmt::sys;
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            case_019_create_answers_no_buffers,
            defined_flags,
            reserved_flag_bits,
            case_018_no_adapter,
            create_on_other_objects,
            create_on_a_closed_adapter,
            case_022_destroy_of_no_device,
            destroy_of_other_objects,
            destroy_twice,
            case_027_a_device_outlives_the_adapter_handle,
            case_026_destroy_with_everything_alive,
            a_device_leaves_other_devices_alone,
            a_thousand_devices_one_after_another,
            a_thousand_devices_at_once,
            case_252_a_child_exits_with_everything_alive,
            case_252_a_killed_child_leaves_nothing,
            a_child_killed_at_any_time_leaves_nothing,
            handles_of_another_process_name_nothing,
            destroy_races_with_create,
        ],
        &[
            ("exit_with_everything", exit_with_everything),
            ("hold_everything", hold_everything),
            ("churn", churn),
            ("use_handle", use_handle),
        ],
    )
}

fn create_with_flags(gpu: &Gpu, flags: u32) -> (Answer, sys::D3DKMT_CREATEDEVICE) {
    let mut args = sys::D3DKMT_CREATEDEVICE {
        adapter: handle(gpu.adapter),
        command_buffer: 1,
        command_buffer_size: 2,
        allocation_list: 3,
        allocation_list_size: 4,
        patch_location_list: 5,
        patch_location_list_size: 6,
        ..Default::default()
    };
    args.flags.value = flags;
    // SAFETY: The addresses in the argument are answers.
    let answer = unsafe { sys::D3DKMTCreateDevice(&gpu.dxg, &mut args) };
    (answer, args)
}

fn case_019_create_answers_no_buffers() {
    on_each_adapter(|gpu| {
        let before = counters();
        let (answer, args) = create_with_flags(gpu, 0);
        assert_eq!(answer, SUCCESS);
        assert_eq!(args.device.v, gpu.adapter + HANDLE_STEP);
        assert_eq!(args.adapter.v, gpu.adapter);
        assert_eq!((args.command_buffer, args.command_buffer_size), (0, 0));
        assert_eq!((args.allocation_list, args.allocation_list_size), (0, 0));
        let patches = (args.patch_location_list, args.patch_location_list_size);
        assert_eq!(patches, (0, 0));
        assert_eq!(counters().since(&before, "devices"), 1);
        assert_eq!(destroy_device(&gpu.dxg, args.device.v), SUCCESS);
        before.assert_restored();
    });
}

fn defined_flags() {
    let gpu = Gpu::first();
    for_each(0..16, |flags| {
        let (answer, args) = create_with_flags(&gpu, flags);
        assert_eq!(answer, SUCCESS);
        assert_eq!(args.flags.value, flags);
        assert_eq!(destroy_device(&gpu.dxg, args.device.v), SUCCESS);
    });
}

fn reserved_flag_bits() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(4..32, |bit| {
            assert_eq!(create_with_flags(&gpu, 1 << bit).0, INVALID_PARAMETER);
        });
    });
}

fn case_018_no_adapter() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(NO_HANDLES, |handle| {
            assert_eq!(create_device(&gpu.dxg, handle).0, INVALID_PARAMETER);
        });
    });
}

fn create_on_other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    gpu.unchanged(|| {
        for_each(
            [device, create.resource(), create.allocation(0)],
            |handle| {
                assert_eq!(create_device(&gpu.dxg, handle).0, INVALID_PARAMETER);
            },
        );
    });
}

fn create_on_a_closed_adapter() {
    on_each_adapter(|gpu| {
        let closed = gpu.next_handle();
        gpu.unchanged(|| assert_eq!(create_device(&gpu.dxg, closed).0, INVALID_PARAMETER));
    });
}

fn case_022_destroy_of_no_device() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(NO_HANDLES, |handle| {
            assert_eq!(destroy_device(&gpu.dxg, handle), INVALID_PARAMETER);
        });
    });
}

fn destroy_of_other_objects() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_resource().made(&gpu);
    gpu.unchanged(|| {
        for_each(
            [gpu.adapter, create.resource(), create.allocation(0)],
            |handle| assert_eq!(destroy_device(&gpu.dxg, handle), INVALID_PARAMETER),
        );
    });
}

fn destroy_twice() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        gpu.unchanged(|| assert_eq!(destroy_device(&gpu.dxg, device), INVALID_PARAMETER));
    });
}

fn case_027_a_device_outlives_the_adapter_handle() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
        let create = Create::buffers(device, 2).in_resource().made(gpu);
        let address = gpu.lock(device, create.allocation(1));
        // SAFETY: The lock has a page.
        unsafe { dxg_guest_tests::memory::bytes_at(address, PAGE) }.fill(1);
        gpu.unlock(device, create.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

/// One of each: stand-alone, resource, memory of the caller, heap, and a lock of each kind.
fn everything(gpu: &Gpu, memory: &Map) -> (u32, Vec<u32>) {
    let device = gpu.device();
    let alone = Create::buffer(device, 64 << 10).made(gpu);
    let resource = Create::buffers(device, 3).in_resource().made(gpu);
    let page = PAGE as u64;
    let fragment = Create::memory(device, &[(memory.address(), page)]).made(gpu);
    let heap = Create::heap(device, memory.address() + page, page).made(gpu);
    let locked = [
        alone.allocation(0),
        resource.allocation(2),
        fragment.allocation(0),
        heap.allocation(0),
    ];
    for allocation in locked {
        gpu.lock(device, allocation);
    }
    let mut handles = locked.to_vec();
    handles.extend(resource.allocations());
    handles.push(resource.resource());
    (device, handles)
}

fn case_026_destroy_with_everything_alive() {
    on_each_adapter(|gpu| {
        let before = counters();
        let memory = Map::new(2);
        let (device, handles) = everything(gpu, &memory);
        let now = counters();
        let more = |name| now.since(&before, name);
        assert_eq!(more("devices"), 1);
        assert_eq!(more("resources"), 1);
        assert_eq!(more("allocations"), 6);
        assert_eq!(more("bindings"), 6);
        assert_eq!(more("pinned_pages"), 2);
        assert_eq!(more("gem_objects"), 2, "only of what was touched");
        assert_eq!(more("mappings"), 2, "heaps need none");
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        let now = counters();
        let more = |name| now.since(&before, name);
        for name in ["devices", "bindings", "pinned_pages"] {
            assert_eq!(more(name), 0, "{name}");
        }
        // The device is gone with its memory, but for what is still mapped.
        assert_eq!(more("mappings"), 2);
        for handle in handles {
            assert_eq!(lock(&gpu.dxg, device, handle).0, INVALID_PARAMETER);
        }
        unmap_views();
        before.assert_restored();
    });
}

/// Unmaps all views of allocations that this process has.
fn unmap_views() {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
    for line in maps.lines().filter(|line| line.contains("anon_inode:dxg")) {
        let range = line.split(' ').next().expect("a range");
        let (start, end) = range.split_once('-').expect("two ends");
        let [start, end] =
            [start, end].map(|end| u64::from_str_radix(end, 16).expect("an address"));
        dxg_guest_tests::memory::unmap(start, (end - start) as usize);
    }
}

fn a_device_leaves_other_devices_alone() {
    on_each_adapter(|gpu| {
        let [first, second] = [gpu.device(), gpu.device()];
        let [one, two] = [first, second].map(|device| Create::buffer(device, 4096).made(gpu));
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        gpu.lock(second, two.allocation(0));
        gpu.unlock(second, two.allocation(0));
        let stale = lock(&gpu.dxg, second, one.allocation(0)).0;
        assert_eq!(stale, INVALID_PARAMETER);
        assert_eq!(destroy_device(&gpu.dxg, second), SUCCESS);
    });
}

fn a_thousand_devices_one_after_another() {
    on_each_adapter(|gpu| {
        for i in 1..=1000 {
            let device = gpu.device();
            assert_eq!(device, gpu.adapter + i * HANDLE_STEP);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        }
    });
}

fn a_thousand_devices_at_once() {
    on_each_adapter(|gpu| {
        let before = counters();
        let devices: Vec<_> = (0..1000).map(|_| gpu.device()).collect();
        assert_eq!(counters().since(&before, "devices"), 1000);
        for device in devices {
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        }
        before.assert_restored();
    });
}

/// In a child: makes one of each, and ends without a word.
fn exit_with_everything(_: &[String]) {
    let memory = Map::new(2);
    for luid in luids() {
        let gpu = Gpu::open(luid);
        everything(&gpu, &memory);
        std::mem::forget(gpu);
    }
    // SAFETY: Nothing of this process is needed any more.
    unsafe { libc::_exit(0) };
}

fn case_252_a_child_exits_with_everything_alive() {
    let before = counters();
    Child::start(child::command("exit_with_everything", &[])).succeed();
    before.assert_restored();
}

/// In a child: makes one of each, says so, and waits.
fn hold_everything(_: &[String]) {
    let memory = Map::new(2);
    let held: Vec<_> = luids()
        .into_iter()
        .map(|luid| {
            let gpu = Gpu::open(luid);
            everything(&gpu, &memory);
            gpu
        })
        .collect();
    child::say("held");
    child::wait_for_parent();
    drop(held);
}

fn case_252_a_killed_child_leaves_nothing() {
    let before = counters();
    let adapters = luids().len() as i64;
    let mut child = Child::start(child::command("hold_everything", &[]));
    assert_eq!(child.line(), "held");
    let now = counters();
    assert_eq!(now.since(&before, "processes"), 1);
    assert_eq!(now.since(&before, "devices"), adapters);
    assert_eq!(now.since(&before, "allocations"), 6 * adapters);
    assert_eq!(now.since(&before, "mappings"), 2 * adapters);
    assert_eq!(now.since(&before, "pinned_pages"), 2 * adapters);
    child.kill();
    before.assert_restored();
}

/// In a child: makes and destroys, without end.
fn churn(_: &[String]) {
    let gpu = Gpu::first();
    let memory = Map::new(2);
    child::say("begun");
    loop {
        let (device, _) = everything(&gpu, &memory);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        unmap_views();
    }
}

fn a_child_killed_at_any_time_leaves_nothing() {
    let before = counters();
    for _ in 0..10 {
        let mut child = Child::start(child::command("churn", &[]));
        assert_eq!(child.line(), "begun");
        let seen = soon(|| match counters().since(&before, "allocations") {
            0 => Err(()),
            _ => Ok(()),
        });
        assert_eq!(seen, Ok(()));
        child.kill();
        before.assert_restored();
    }
}

/// In a child: handles of the parent's name nothing here.
fn use_handle(arguments: &[String]) {
    let gpu = Gpu::first();
    let [device, allocation] = [0, 1].map(|i| arguments[i].parse().expect("a handle"));
    assert_eq!(destroy_device(&gpu.dxg, device), INVALID_PARAMETER);
    assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    let mine = gpu.device();
    assert_eq!(lock(&gpu.dxg, mine, allocation).0, INVALID_PARAMETER);
}

fn handles_of_another_process_name_nothing() {
    let gpu = Gpu::first();
    // Far away from the first numbers, which the child has as well.
    let device = (0..50).map(|_| gpu.device()).fold(0, |_, last| last);
    let create = Create::buffer(device, 4096).made(&gpu);
    let [device_text, allocation] = [device, create.allocation(0)].map(|h| h.to_string());
    let child = child::command("use_handle", &[&device_text, &allocation]);
    Child::start(child).succeed();
    gpu.lock(device, create.allocation(0));
    gpu.unlock(device, create.allocation(0));
}

/// Destroying a device while others create on it: each creation works or is refused, and nothing
/// stays behind.
fn destroy_races_with_create() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = AtomicU32::new(gpu.device());
        let (stop, made) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            for _ in 0..2 {
                spawn(scope, || {
                    while !stop.load(Relaxed) {
                        let mut create = Create::buffers(device.load(Relaxed), 4).in_resource();
                        match create.call(gpu) {
                            SUCCESS => made.fetch_add(1, Relaxed),
                            INVALID_PARAMETER => 0,
                            answer => panic!("{answer:?}"),
                        };
                    }
                });
            }
            // Often, and until creations have won some of the races.
            let mut rounds = 0;
            while rounds < 200 || made.load(Relaxed) < 20 {
                let old = device.swap(gpu.device(), Relaxed);
                assert_eq!(destroy_device(&gpu.dxg, old), SUCCESS);
                rounds += 1;
                if rounds % 8 == 0 {
                    thread::sleep(Duration::from_micros(200));
                }
            }
        });
        assert_eq!(destroy_device(&gpu.dxg, device.load(Relaxed)), SUCCESS);
        before.assert_restored();
    });
}
