// SPDX-License-Identifier: MIT OR Apache-2.0
//! Lifetimes: who goes first, removal, the ends of processes, handles.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    child::{self, Child, Role},
    create::Create,
    device::Device,
    locked::{assert_holds, write},
    memory::{bytes_at, unmap, Map, PAGE},
    round::everything,
    share::{number, query, share, shared, Open, Share},
};
use libd3dkmt::sys::bindings as c;

pub const CASES: &[Case] = &[
    case!(
        case_250_the_creating_device_is_destroyed,
        "a shared resource, the creating device was destroyed, it is open on another one",
        C,
        "it works there, and its contents are as they were",
    ),
    case!(
        case_251_only_an_nt_handle_is_left,
        "a shared resource, of which an NT handle alone is left",
        C,
        "it can be opened, by any process",
    ),
    case!(
        case_252_a_process_ends_with_everything_open,
        "a process exits, or is killed, with everything open",
        C,
        "all its handles, bindings and devices are closed",
    ),
    case!(
        case_253_calls_on_a_removed_adapter,
        "any call of a device, the adapter was removed",
        C,
        "DEVICE_REMOVED",
    ),
    case!(
        case_254_destroying_on_a_removed_adapter,
        "destroying and closing, the adapter was removed",
        I,
        "SUCCESS; nothing is left",
    ),
    case!(
        case_256_handles_of_other_types,
        "an allocation as a resource, a device as an allocation, and so on",
        I,
        "INVALID_PARAMETER; INVALID_HANDLE for the resource of CreateAllocation",
    ),
    case!(
        case_257_handles_of_another_process,
        "handles of another process",
        I,
        "as for garbage: each process has its own",
        "INVALID_PARAMETER",
    ),
    case!(
        case_258_a_handle_is_not_used_again_at_once,
        "a new handle after an older one was destroyed",
        C,
        "the last one and 0x40",
    ),
    case!(
        case_259_refused_calls_consume_no_handle,
        "a new handle after a call that failed",
        I,
        "the last one and 0x40",
    ),
];

pub const ROLES: &[Role] = &[
    ("exit_with_everything", exit_with_everything),
    ("hold_everything", hold_everything),
    ("use_handles", use_handles),
];

fn case_250_the_creating_device_is_destroyed() {
    on_each_adapter(|gpu| {
        let [first, second] = [gpu.device(), gpu.device()];
        let before = counters();
        let create = shared(first, 2).made(gpu);
        write(gpu, first, create.allocation(1), 0x5a);
        let nt = share(gpu, create.resource());
        let opened = Open::new(second, &nt, 2).made(gpu);
        drop(nt);
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        before.assert_grown(&[
            ("devices", -1),
            ("resources", 1),
            ("allocations", 2),
            ("bindings", 2),
            ("gem_objects", 1),
        ]);
        assert_holds(gpu, second, opened.allocation(1), 0x5a);
        write(gpu, second, opened.allocation(0), 1);
    });
}

fn case_251_only_an_nt_handle_is_left() {
    on_each_adapter(|gpu| {
        let before = counters();
        let first = gpu.device();
        let create = shared(first, 2).made(gpu);
        write(gpu, first, create.allocation(1), 0x5a);
        let nt = share(gpu, create.resource());
        assert_eq!(destroy_device(&gpu.dxg, first), SUCCESS);
        before.assert_grown(&[
            ("nt_handles", 1),
            ("resources", 1),
            ("allocations", 2),
            ("gem_objects", 1),
        ]);
        let second = gpu.device();
        let opened = Open::new(second, &nt, 2).made(gpu);
        assert_holds(gpu, second, opened.allocation(1), 0x5a);
        assert_eq!(destroy_device(&gpu.dxg, second), SUCCESS);
        drop(nt);
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

fn case_252_a_process_ends_with_everything_open() {
    let before = counters();
    Child::start(child::command("exit_with_everything", &[])).succeed();
    before.assert_restored();

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

fn case_253_calls_on_a_removed_adapter() {
    let mut device = Device::find();
    let gpu = Gpu::open(device.luid);
    let on = gpu.device();
    let create = shared(on, 2).made(&gpu);
    let nt = share(&gpu, create.resource());
    device.remove();
    let mut version = 0_u32;
    let address = &raw mut version as u64;
    let question = c::KMTQAITYPE_DRIVERVERSION;
    let answer = query_at(&gpu.dxg, gpu.adapter, question, address, 4);
    assert_eq!(answer, DEVICE_REMOVED, "QueryAdapterInfo");
    let mut args = video_memory_question(gpu.adapter, 0);
    let answer = query_video_memory(&gpu.dxg, &mut args);
    assert_eq!(answer, DEVICE_REMOVED, "QueryVideoMemoryInfo");
    let answer = create_device(&gpu.dxg, gpu.adapter).0;
    assert_eq!(answer, DEVICE_REMOVED, "CreateDevice");
    let answer = Create::buffer(on, 4096).call(&gpu);
    assert_eq!(answer, DEVICE_REMOVED, "CreateAllocation2");
    let answer = lock(&gpu.dxg, on, create.allocation(0)).0;
    assert_eq!(answer, DEVICE_REMOVED, "Lock2");
    let answer = query(&gpu, on, number(&nt)).0;
    assert_eq!(answer, DEVICE_REMOVED, "QueryResourceInfoFromNtHandle");
    Open::new(on, &nt, 2).refused_now(&gpu, DEVICE_REMOVED);
    // What needs no adapter.
    let second = Share::new(create.resource()).made(&gpu);
    let answer = unlock(&gpu.dxg, on, create.allocation(0));
    assert_eq!(answer, INVALID_PARAMETER, "Unlock2");
    // Mistakes are still mistakes.
    assert_eq!(create_device(&gpu.dxg, on).0, INVALID_PARAMETER);
    assert_eq!(open_adapter(&gpu.dxg, gpu.luid).0, INVALID_PARAMETER);
    drop((nt, second));
    device.restore();
}

fn case_254_destroying_on_a_removed_adapter() {
    let mut device = Device::find();
    let at_first = counters();
    let gpu = Gpu::open(device.luid);
    let before = counters();
    let on = gpu.device();
    let memory = Map::new(4);
    let alone = Create::buffers(on, 2).made(&gpu);
    let resource = Create::buffers(on, 2).in_resource().made(&gpu);
    let heap = Create::heap(on, memory.address(), 4 * PAGE as u64).made(&gpu);
    let address = gpu.lock(on, alone.allocation(0));
    write(&gpu, on, resource.allocation(1), 1);
    device.remove();
    let destroyed = destroy_allocations(&gpu.dxg, on, &alone.allocations());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_resource(&gpu.dxg, on, resource.resource()), SUCCESS);
    let destroyed = destroy_allocations(&gpu.dxg, on, &heap.allocations());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    // SAFETY: The mapping outlives allocation, device and adapter.
    unsafe { bytes_at(address, PAGE) }.fill(1);
    unmap(address, PAGE);
    before.assert_restored();
    assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
    drop(gpu);
    at_first.assert_restored();
    device.restore();
}

fn case_256_handles_of_other_types() {
    on_each_device(|gpu, device| {
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let (adapter, resource) = (gpu.adapter, create.resource());
        let allocation = create.allocation(0);
        let no = INVALID_PARAMETER;
        let dxg = &gpu.dxg;
        gpu.unchanged(|| {
            for_each([device, resource, allocation], |handle| {
                assert_eq!(close_adapter(dxg, handle), no, "CloseAdapter");
                assert_eq!(create_device(dxg, handle).0, no, "CreateDevice");
                let mut args = video_memory_question(handle, 0);
                let answer = query_video_memory(dxg, &mut args);
                assert_eq!(answer, no, "QueryVideoMemoryInfo");
            });
            for_each([adapter, resource, allocation], |handle| {
                assert_eq!(destroy_device(dxg, handle), no, "DestroyDevice");
                assert_eq!(lock(dxg, handle, allocation).0, no, "Lock2");
                let answer = destroy_resource(dxg, handle, resource);
                assert_eq!(answer, no, "DestroyAllocation2");
                let answer = Create::buffer(handle, 4096).call(gpu);
                assert_eq!(answer, no, "CreateAllocation2");
            });
            for_each([adapter, device, allocation], |handle| {
                let answer = destroy_resource(dxg, device, handle);
                assert_eq!(answer, no, "DestroyAllocation2");
                let answer = Share::new(handle).call(gpu);
                assert_eq!(answer, no, "ShareObjects");
                let answer = Create::buffer(device, 4096).append(handle).call(gpu);
                assert_eq!(answer, INVALID_HANDLE, "CreateAllocation2");
            });
            for_each([adapter, device, resource], |handle| {
                assert_eq!(lock(dxg, device, handle).0, no, "Lock2");
                assert_eq!(unlock(dxg, device, handle), no, "Unlock2");
                let answer = destroy_allocations(dxg, device, &[handle]);
                assert_eq!(answer, no, "DestroyAllocation2");
            });
        });
        write(gpu, device, allocation, 1);
    });
}

/// In a child: handles of the parent's name nothing here.
fn use_handles(arguments: &[String]) {
    let gpu = Gpu::first();
    let [device, allocation] = [0, 1].map(|i| arguments[i].parse().expect("a handle"));
    assert_eq!(destroy_device(&gpu.dxg, device), INVALID_PARAMETER);
    assert_eq!(lock(&gpu.dxg, device, allocation).0, INVALID_PARAMETER);
    let mine = gpu.device();
    assert_eq!(lock(&gpu.dxg, mine, allocation).0, INVALID_PARAMETER);
    let answer = destroy_allocations(&gpu.dxg, mine, &[allocation]);
    assert_eq!(answer, INVALID_PARAMETER);
}

fn case_257_handles_of_another_process() {
    let gpu = Gpu::first();
    // Far away from the first numbers, which the child has as well.
    let device = (0..50).map(|_| gpu.device()).fold(0, |_, last| last);
    let create = Create::buffer(device, 4096).made(&gpu);
    let [device_text, allocation] = [device, create.allocation(0)].map(|h| h.to_string());
    let child = child::command("use_handles", &[&device_text, &allocation]);
    Child::start(child).succeed();
    write(&gpu, device, create.allocation(0), 1);
}

fn case_258_a_handle_is_not_used_again_at_once() {
    let gpu = Gpu::first();
    let mut last = gpu.adapter;
    for _ in 0..500 {
        let next = gpu.next_handle();
        assert_eq!(next, last + HANDLE_STEP);
        last = next;
    }
    // Whatever the type of what was destroyed.
    let device = gpu.device();
    let list = Create::buffer(device, 4096).made(&gpu).allocations();
    assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    assert_eq!(gpu.device(), list[0] + HANDLE_STEP);
}

fn case_259_refused_calls_consume_no_handle() {
    on_each_device(|gpu, device| {
        let mut last = device;
        for _ in 0..10 {
            let mut spoilt = Create::buffers(device, 8).in_resource();
            spoilt.blobs[7].kind = 99;
            assert_eq!(spoilt.call(gpu), INVALID_PARAMETER);
            let create = Create::buffer(device, 4096).made(gpu);
            assert_eq!(create.allocation(0), last + HANDLE_STEP);
            last = create.allocation(0);
        }
    });
}
