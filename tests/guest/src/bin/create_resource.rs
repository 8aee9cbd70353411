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
use libd3dkmt::sys::bindings as c;
use std::{
    process::ExitCode,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            garbage_resource,
            runtime_data_sizes,
            handles_guessed_by_another_thread,
        ],
        &[],
    )
}

fn garbage_resource() {
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

fn runtime_data_sizes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let mut memory = Map::new(32);
    // There before it is read: a copy that fails for want of a page is a bad address.
    memory.bytes().fill(0);
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
            for _ in 0..harness::scaled(300) {
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
