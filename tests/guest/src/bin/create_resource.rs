// SPDX-License-Identifier: MIT OR Apache-2.0
//! Resources of D3DKMTCreateAllocation2: made, appended to, shared; and calls that race with each other.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::{Map, BAD_ADDRESSES, UNMAPPED},
    signals::spawn,
    tests,
};
use libd3dkmt::sys::{bindings as c, request};
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            case_061_a_resource_with_n_allocations,
            case_091_append,
            case_101_shared_resource,
            case_102_nt_security_without_shared,
            shared_without_resource,
            case_039_garbage_resource,
            case_087_create_resource_with_a_resource,
            case_093_append_to_a_shared_resource,
            case_095_append_to_a_resource_of_another_device,
            append_to_a_destroyed_resource,
            runtime_data_sizes,
            case_265_a_thread_rewrites_the_count,
            case_097_append_races_with_destroy,
            handles_guessed_by_another_thread,
        ],
        &[],
    )
}

fn case_061_a_resource_with_n_allocations() {
    on_each_adapter(|gpu| {
        for_each([1, 2, 3, 100], |count| {
            let device = gpu.device();
            let create = Create::buffers(device, count).in_resource().made(gpu);
            assert_eq!(create.resource(), device + HANDLE_STEP);
            for (i, allocation) in create.allocations().into_iter().enumerate() {
                let expected = create.resource() + (i as u32 + 1) * HANDLE_STEP;
                assert_eq!(allocation, expected);
            }
            assert_eq!(create.args.global_share.v, 0);
        });
    });
}

fn case_091_append() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let resource = create.resource();
        let more = Create::buffers(device, 3).append(resource).made(gpu);
        assert_eq!(more.resource(), resource);
        assert_eq!(more.allocation(0), create.allocation(0) + HANDLE_STEP);
        assert_eq!(counters().since(&before, "resources"), 1);
        assert_eq!(counters().since(&before, "allocations"), 4);
        // They are its members: one list takes them together.
        let list = [create.allocations(), more.allocations()].concat();
        assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    });
}

fn case_101_shared_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let create = Create::buffers(device, 2).in_shared_resource().made(gpu);
        assert_eq!(create.args.global_share.v, 0, "no global handle");
        assert_eq!(create.resource(), device + HANDLE_STEP);
        gpu.lock(device, create.allocation(1));
        gpu.unlock(device, create.allocation(1));
    });
}

fn case_102_nt_security_without_shared() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let flag = c::D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING;
    let create = Create::buffer(device, 4096).flags(flag);
    create.refused(&gpu, INVALID_PARAMETER);
    let create = Create::buffer(device, 4096).in_resource().flags(flag);
    create.refused(&gpu, INVALID_PARAMETER);
}

fn shared_without_resource() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).flags(
        c::D3DKMT_CREATEALLOCATION_CREATE_SHARED | c::D3DKMT_CREATEALLOCATION_NT_SECURITY_SHARING,
    );
    create.refused(&gpu, INVALID_PARAMETER);
}

fn case_039_garbage_resource() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).made(&gpu);
    let others = [gpu.adapter, device, create.allocation(0)];
    // But for 0, which is none.
    for_each(NO_HANDLES.into_iter().skip(1).chain(others), |handle| {
        let create = Create::buffer(device, 4096).append(handle);
        create.refused(&gpu, INVALID_HANDLE);
    });
}

fn case_087_create_resource_with_a_resource() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let resource = Create::buffer(device, 4096)
        .in_resource()
        .made(&gpu)
        .resource();
    for_each([resource, 0xdead_beef, device], |handle| {
        let create = Create::buffer(device, 4096).in_resource().append(handle);
        create.refused(&gpu, INVALID_HANDLE);
    });
}

fn case_093_append_to_a_shared_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let shared = Create::buffer(device, 4096).in_shared_resource().made(gpu);
        let create = Create::buffer(device, 4096).append(shared.resource());
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn case_095_append_to_a_resource_of_another_device() {
    on_each_adapter(|gpu| {
        let [mine, other] = [gpu.device(), gpu.device()];
        let resource = Create::buffer(mine, 4096)
            .in_resource()
            .made(gpu)
            .resource();
        let create = Create::buffer(other, 4096).append(resource);
        create.refused(gpu, INVALID_PARAMETER);
    });
}

fn append_to_a_destroyed_resource() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let resource = Create::buffer(device, 4096)
            .in_resource()
            .made(gpu)
            .resource();
        assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
        let create = Create::buffer(device, 4096).append(resource);
        create.refused(gpu, INVALID_HANDLE);
    });
}

fn runtime_data_sizes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let memory = Map::new(32);
    let with_data = |address, bytes| {
        let mut create = Create::buffer(device, 4096).in_resource();
        create.args.private_runtime_data = address;
        create.args.private_runtime_data_size = bytes;
        create
    };
    let most = c::D3DKMT_PRIVATE_DATA_MAX;
    for_each([0, 1, 4, most - 1], |bytes| {
        let create = with_data(memory.address(), bytes).made(&gpu);
        assert_eq!(create.args.private_runtime_data_size, bytes);
    });
    for_each([most, most + 1, u32::MAX], |bytes| {
        with_data(memory.address(), bytes).refused(&gpu, BUFFER_TOO_SMALL);
    });
    for_each(BAD_ADDRESSES, |(_, address)| {
        with_data(address, 16).refused(&gpu, INVALID_PARAMETER);
        with_data(address, 0).made(&gpu);
    });
    // Without a resource it is accepted, and nobody looks at it (case 35).
    let mut create = Create::buffer(device, 4096);
    (
        create.args.private_runtime_data,
        create.args.private_runtime_data_size,
    ) = (UNMAPPED, 4);
    create.made(&gpu);
}

/// What the kernel has read, it does not read again: a count that changes meanwhile makes the call
/// succeed or fail as a whole.
fn case_265_a_thread_rewrites_the_count() {
    on_each_adapter(|gpu| {
        let before = counters();
        let device = gpu.device();
        let mut create = Create::buffers(device, 64);
        let stop = AtomicBool::new(false);
        // SAFETY: The field lives as long as `create`, and both sides use atomics or the kernel.
        let count = unsafe { AtomicU32::from_ptr(&raw mut create.args.alloc_count) };
        let args = &raw const create.args as u64;
        let mut made = 0;
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            spawn(scope, || {
                while !stop.load(Relaxed) {
                    for value in [1, 64, 0, 1025, u32::MAX] {
                        count.store(value, Relaxed);
                    }
                }
            });
            for _ in 0..300 {
                match call_at(&gpu.dxg, request::CREATEALLOCATION, args) {
                    SUCCESS => made += 1,
                    answer => assert_eq!(answer, INVALID_PARAMETER),
                }
            }
        });
        let allocations = counters().since(&before, "allocations");
        let possible = made..=64 * made;
        assert!(
            possible.contains(&allocations),
            "{allocations} of {made} calls"
        );
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    });
}

fn case_097_append_races_with_destroy() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        for _ in 0..100 {
            let resource = Create::buffer(device, 4096)
                .in_resource()
                .made(gpu)
                .resource();
            thread::scope(|scope| {
                spawn(scope, || {
                    let mut create = Create::buffers(device, 4).append(resource);
                    let answer = create.call(gpu);
                    let allowed = [SUCCESS, INVALID_HANDLE, INVALID_PARAMETER];
                    assert!(allowed.contains(&answer), "{answer:?}");
                });
                assert_eq!(destroy_resource(&gpu.dxg, device, resource), SUCCESS);
            });
        }
        before.assert_restored();
    });
}

/// A handle names nothing before its call has returned, or is whole: guessing it must not get
/// at half an object.
fn handles_guessed_by_another_thread() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let (stop, next) = (AtomicBool::new(false), AtomicU32::new(device));
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            spawn(scope, || {
                while !stop.load(Relaxed) {
                    let guess = next.load(Relaxed) + HANDLE_STEP;
                    let answer = destroy_allocations(&gpu.dxg, device, &[guess]);
                    assert!([SUCCESS, INVALID_PARAMETER].contains(&answer), "{answer:?}");
                }
            });
            for _ in 0..300 {
                let list = Create::buffers(device, 4).made(gpu).allocations();
                next.store(list[3], Relaxed);
                for allocation in list {
                    let answer = destroy_allocations(&gpu.dxg, device, &[allocation]);
                    assert!([SUCCESS, INVALID_PARAMETER].contains(&answer), "{answer:?}");
                }
            }
        });
        before.assert_restored();
    });
}
