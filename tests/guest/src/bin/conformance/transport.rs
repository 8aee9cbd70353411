// SPDX-License-Identifier: MIT OR Apache-2.0
//! From `ioctl` to a call.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    child,
    create::Create,
    global,
    harness::{self, context},
    memory::{Map, BAD_ADDRESSES},
    share::{share, shared, Open, Share},
    signals::spawn,
};
use libd3dkmt::sys::{self, request};
use std::{
    collections::BTreeSet,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
};

pub const CASES: &[Case] = &[
    case!(
        case_260_other_requests_are_no_calls,
        "a number that is not known, an argument of another size or direction",
        L,
        "ENOTTY",
    ),
    case!(
        case_261_a_forked_child_has_no_calls,
        "a descriptor inherited by fork",
        L,
        "ENOTTY in the child",
    ),
    case!(
        case_262_bad_argument_addresses,
        "an argument that cannot be read",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_264_a_failed_answer_takes_everything_back,
        "an answer that cannot be written",
        L,
        "INVALID_PARAMETER; all new handles are taken back",
    ),
    case!(
        case_265_a_thread_rewrites_the_count,
        "CreateAllocation2 while another thread rewrites the argument",
        I,
        "what was read once counts",
    ),
];

/// Large enough for every argument.
fn argument() -> Map {
    Map::new(8)
}

const fn iowr(nr: u32, size: u32) -> u32 {
    0xc000_0000 | (size << 16) | ((b'G' as u32) << 8) | nr
}

fn case_260_other_requests_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    let none = |request| assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
    let served: BTreeSet<_> = SERVED.iter().map(|&(_, request, _)| request).collect();
    gpu.unchanged(|| {
        let sizes: BTreeSet<_> = SERVED.iter().map(|&(_, _, size)| size as u32).collect();
        for size in sizes {
            let requests = (0..=255).map(|nr| iowr(nr, size));
            for_each(requests.filter(|request| !served.contains(request)), none);
        }
        for (name, request, size) in SERVED {
            let size = size as u32;
            assert_eq!(request >> 16, 0xc000 | size, "the size of the ABI");
            let sizes = [
                0,
                1,
                size - 4,
                size - 1,
                size + 1,
                size + 4,
                size + 8,
                0x3fff,
            ];
            let directions = [0, 0x4000_0000, 0x8000_0000];
            context(name, || {
                for_each(
                    sizes.map(|other| (request & 0xc000_ffff) | (other << 16)),
                    none,
                );
                for_each(directions.map(|other| request & 0x3fff_ffff | other), none);
            });
        }
    });
}

fn case_261_a_forked_child_has_no_calls() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let status = child::fork(|| {
        let mut args = sys::D3DKMT_CLOSEADAPTER {
            adapter_handle: handle(gpu.adapter),
        };
        // SAFETY: The argument holds no address.
        let answer = unsafe { sys::D3DKMTCloseAdapter(&gpu.dxg, &mut args) };
        i32::from(answer != NOT_A_CALL)
    });
    assert!(status.success(), "{status}");
    // Neither the attempt nor the child's end did anything to the parent's objects.
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    assert_eq!(close_adapter(&gpu.dxg, gpu.adapter), SUCCESS);
}

fn case_262_bad_argument_addresses() {
    let gpu = Gpu::first();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            for (name, address) in BAD_ADDRESSES {
                let answer = call_at(&gpu.dxg, request, address);
                assert_eq!(answer, INVALID_PARAMETER, "{name}");
            }
        });
    });
}

/// A good argument in memory that can only be read: the call fails and makes nothing.
fn answer_refused<T: Copy>(gpu: &Gpu, number: u32, args: &T) {
    let memory = argument();
    memory.put(0, *args);
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, number, memory.address());
        assert_eq!(answer, INVALID_PARAMETER, "{number:#x}");
    });
}

fn case_264_a_failed_answer_takes_everything_back() {
    on_each_device(|gpu, device| {
        let infos = argument();
        let list = sys::D3DKMT_ENUMADAPTERS2 {
            num_adapters: 8,
            adapters: infos.address(),
            ..Default::default()
        };
        answer_refused(gpu, request::ENUMADAPTERS2, &list);
        let mut luid = sys::D3DKMT_OPENADAPTERFROMLUID::default();
        (luid.adapter_luid.a, luid.adapter_luid.b) = (gpu.luid.0, gpu.luid.1);
        answer_refused(gpu, request::OPENADAPTERFROMLUID, &luid);
        let on = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        answer_refused(gpu, request::CREATEDEVICE, &on);

        let create = Create::buffers(device, 3).in_resource();
        answer_refused(gpu, request::CREATEALLOCATION, &create.args);
        // The handles may have been seen, but they name nothing.
        let stale = lock(&gpu.dxg, device, create.allocation(0)).0;
        assert_eq!(stale, INVALID_PARAMETER);

        let create = shared(device, 2).made(gpu);
        let nt = share(gpu, create.resource());
        let read_only = argument();
        read_only.read_only();
        let mut call = Share::new(create.resource());
        call.args.shared_handle = read_only.address();
        call.refused(gpu, INVALID_PARAMETER);
        let open = Open::new(device, &nt, 2);
        answer_refused(gpu, request::OPENRESOURCEFROMNTHANDLE, &open.args);
        let number = global::shared(gpu, device).global();
        let open = global::Open::of(gpu, device, number);
        answer_refused(gpu, request::OPENRESOURCE, &open.args);
    });
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
            for _ in 0..harness::scaled(300) {
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
