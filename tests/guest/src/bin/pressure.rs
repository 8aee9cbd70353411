// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is given back when the system runs short of memory. The kernel asks all its caches, this one
//! among them, when somebody writes to `drop_caches`.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    fence::PagingQueue,
    harness,
    memory::{Map, MIB},
    paging::*,
    pattern::Patterned,
    reload::with,
    state::soon,
    tests,
};
use libd3dkmt::sys::{
    bindings as c, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};
use std::{fs, process::ExitCode};

fn main() -> ExitCode {
    harness::run(
        tests![
            what_is_offered_is_given_back,
            what_is_offered_outside_of_the_segment_too,
            what_is_not_offered_stays,
            memory_of_the_caller_stays,
        ],
        &[],
    )
}

const PARAMETERS: &str = "local_segment_mib=16 commit_mib=256";

/// Has the kernel ask for all that can be given back.
fn shrink() {
    fs::write("/proc/sys/vm/drop_caches", "2").expect("drop_caches");
}

/// Waits until a group's memory has come down to `bytes`: a worker gives it back.
fn comes_down_to(gpu: &Gpu, group: u32, bytes: u64) {
    let down = soon(|| {
        shrink();
        match gpu.usage(group) {
            now if now == bytes => Ok(()),
            now => Err(now),
        }
    });
    assert_eq!(down, Ok(()));
}

fn what_is_offered_is_given_back() {
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let queue = PagingQueue::new(gpu, device);
            let mut all: Vec<_> = (0..4).map(|_| Patterned::new(gpu, device, MIB)).collect();
            all.iter_mut().for_each(|b| b.write(gpu, device, 1));
            assert_eq!(gpu.usage(LOCAL), 4 * MIB);
            let offered = [all[0].allocation, all[2].allocation];
            assert_eq!(offer(&gpu.dxg, device, &offered), SUCCESS);
            comes_down_to(gpu, LOCAL, 2 * MIB);
            for which in [0, 2] {
                let result = reclaimed_one(gpu, device, &queue, all[which].allocation);
                assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_DISCARDED);
                all[which].forget();
            }
            all.iter().for_each(|b| b.check(gpu, device));
        });
    });
}

fn what_is_offered_outside_of_the_segment_too() {
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let queue = PagingQueue::new(gpu, device);
            let mut out = Patterned::new(gpu, device, 2 * MIB);
            out.write(gpu, device, 2);
            resident(gpu, device, &queue, &[out.allocation]);
            evicted(gpu, device, &[out.allocation]);
            assert_eq!((gpu.usage(LOCAL), gpu.usage(NON_LOCAL)), (0, 2 * MIB));
            assert_eq!(offer(&gpu.dxg, device, &[out.allocation]), SUCCESS);
            comes_down_to(gpu, NON_LOCAL, 0);
            let result = reclaimed_one(gpu, device, &queue, out.allocation);
            assert_eq!(result, c::D3DDDI_RECLAIM_RESULT_DISCARDED);
            out.forget();
            out.check(gpu, device);
        });
    });
}

fn what_is_not_offered_stays() {
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let queue = PagingQueue::new(gpu, device);
            let new = |_| Patterned::new(gpu, device, MIB);
            let mut all: Vec<_> = (0..4).map(new).collect();
            all.iter_mut().for_each(|b| b.write(gpu, device, 3));
            resident(gpu, device, &queue, &[all[0].allocation]);
            let address = gpu.lock(device, all[1].allocation);
            assert_eq!(offer(&gpu.dxg, device, &[all[2].allocation]), SUCCESS);
            // With what is offered, the worker has looked at all of it.
            comes_down_to(gpu, LOCAL, 3 * MIB);
            all[1].check_at(address);
            gpu.unlock(device, all[1].allocation);
            for which in [0, 1, 3] {
                all[which].check(gpu, device);
            }
        });
    });
}

fn memory_of_the_caller_stays() {
    with(PARAMETERS, || {
        on_each_device(|gpu, device| {
            let mut memory = Map::new(4);
            memory.bytes().fill(7);
            let list = [(memory.address(), 4 * 4096)];
            let create = Create::memory(device, &list).made(gpu);
            let answer = offer(&gpu.dxg, device, &[create.allocation(0)]);
            assert_eq!(answer, INVALID_PARAMETER);
            shrink();
            assert_eq!(gpu.usage(NON_LOCAL), 4 * 4096);
            assert!(memory.bytes().iter().all(|&byte| byte == 7));
        });
    });
}
