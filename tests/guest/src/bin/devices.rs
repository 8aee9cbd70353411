// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices: their life, and what ends with them or with their process.

use dxg_guest_tests::{
    calls::*,
    child::{self, Child},
    create::Create,
    harness,
    memory::{unmap_views, Map},
    round::everything,
    signals::spawn,
    state::soon,
    tests,
};
use libd3dkmt::sys::{self, request};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::Duration,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            defined_flags,
            reserved_flag_bits,
            states,
            create_on_other_objects,
            a_device_leaves_other_devices_alone,
            a_thousand_devices_one_after_another,
            a_thousand_devices_at_once,
            a_child_killed_at_any_time_leaves_nothing,
            destroy_races_with_create,
        ],
        &[("churn", churn)],
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

fn defined_flags() {
    let gpu = Gpu::first();
    for_each(0..16, |flags| {
        let (answer, args) = create_with_flags(&gpu, flags);
        assert_eq!(answer, SUCCESS);
        assert_eq!(args.flags.value, flags);
        assert_eq!(destroy_device(&gpu.dxg, args.device.v), SUCCESS);
    });
}

fn states() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let state = |kind| device_state(&gpu.dxg, device, kind);
    assert_eq!(state(1), (SUCCESS, 1));
    assert_eq!(state(3), (SUCCESS, 0));
    assert_eq!(state(5).0, SUCCESS);
    for_each([2, 4, 6], |kind| {
        assert_eq!(state(kind).0, NOT_SUPPORTED);
    });
    for_each([0, 7, u32::MAX], |kind| {
        assert_eq!(state(kind).0, INVALID_PARAMETER);
    });
    for_each([0, gpu.adapter, device + 0x40], |none| {
        assert_eq!(device_state(&gpu.dxg, none, 1).0, INVALID_PARAMETER);
    });
    let argument = Map::new(1);
    argument.put(
        0,
        sys::D3DKMT_GETDEVICESTATE {
            device: handle(device),
            state_type: 1,
            ..Default::default()
        },
    );
    argument.read_only();
    let answer = call_at(&gpu.dxg, request::GETDEVICESTATE, argument.address());
    assert_eq!(answer, INVALID_PARAMETER);
}

fn reserved_flag_bits() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(4..32, |bit| {
            assert_eq!(create_with_flags(&gpu, 1 << bit).0, INVALID_PARAMETER);
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
            while rounds < harness::scaled(200) || made.load(Relaxed) < 20 {
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
