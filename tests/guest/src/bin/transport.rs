// SPDX-License-Identifier: MIT OR Apache-2.0
//! From `ioctl` to a call: request numbers, and the addresses of argument blocks.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    harness,
    memory::Map,
    share::{shared, Share},
    tests,
};
use libd3dkmt::sys::{self, request};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            unknown_numbers_of_the_extensions_are_no_calls,
            numbers_of_later_calls_are_no_calls,
            other_type_bytes_are_no_calls,
            half_mapped_arguments,
            arguments_without_access,
            enumerate_into_read_only_argument_takes_handles_back,
            video_memory_info_into_read_only_argument_is_refused,
            calls_without_answers_take_read_only_arguments,
            arguments_need_no_alignment,
        ],
        &[],
    )
}

/// Large enough for every argument.
fn argument() -> Map {
    Map::new(8)
}

fn is_served(request: u32) -> bool {
    SERVED.iter().any(|&(_, served, _)| served == request)
}

fn unknown_numbers_of_the_extensions_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    let extension = |nr: u32, size: u32| 0xc000_0000 | (size << 16) | (0xd9 << 8) | nr;
    gpu.unchanged(|| {
        for size in [0, 4, 15, 16, 17, 24, 31, 32, 33, 64] {
            for_each((0..=255).map(|nr| extension(nr, size)), |request| {
                if !is_served(request) {
                    assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
                }
            });
        }
    });
}

fn numbers_of_later_calls_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    let later = [
        request::ESCAPE,
        request::SIGNALSYNCHRONIZATIONOBJECT,
        request::WAITFORSYNCHRONIZATIONOBJECT,
        request::CREATEHWQUEUE,
        request::DESTROYHWQUEUE,
        request::GETCONTEXTINPROCESSSCHEDULINGPRIORITY,
        request::GETCONTEXTSCHEDULINGPRIORITY,
        request::SETCONTEXTINPROCESSSCHEDULINGPRIORITY,
        request::SETCONTEXTSCHEDULINGPRIORITY,
        request::SUBMITCOMMANDTOHWQUEUE,
        request::SUBMITSIGNALSYNCOBJECTSTOHWQUEUE,
        request::SUBMITWAITFORSYNCOBJECTSTOHWQUEUE,
        request::QUERYCLOCKCALIBRATION,
        request::OPENSYNCOBJECTFROMNTHANDLE2,
        request::SHAREOBJECTWITHHOST,
        request::CREATESYNCFILE,
        request::WAITSYNCFILE,
        request::OPENSYNCOBJECTFROMSYNCFILE,
        request::ENUMPROCESSES,
        request::ISFEATUREENABLED,
    ];
    gpu.unchanged(|| {
        for_each(later, |request| {
            assert_eq!(call_at(&gpu.dxg, request, memory.address()), NOT_A_CALL);
        });
    });
}

fn other_type_bytes_are_no_calls() {
    let gpu = Gpu::first();
    let memory = argument();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            for kind in 0..=255 {
                let request = request & 0xffff_00ff | (kind << 8);
                if is_served(request) {
                    continue;
                }
                assert_eq!(
                    call_at(&gpu.dxg, request, memory.address()),
                    NOT_A_CALL,
                    "type {kind}"
                );
            }
        });
    });
}

fn half_mapped_arguments() {
    let gpu = Gpu::first();
    let memory = Map::before_a_hole();
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, size)| {
            for inside in [1, size / 2, size - 1] {
                let address = memory.before_end_of_first_page(inside);
                let answer = call_at(&gpu.dxg, request, address);
                assert_eq!(answer, INVALID_PARAMETER, "{inside} bytes inside");
            }
        });
    });
}

fn arguments_without_access() {
    let gpu = Gpu::first();
    let memory = argument();
    memory.protect(libc::PROT_NONE);
    gpu.unchanged(|| {
        for_each(SERVED, |(_, request, _)| {
            let answer = call_at(&gpu.dxg, request, memory.address());
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn enumerate_into_read_only_argument_takes_handles_back() {
    let gpu = Gpu::first();
    let infos = argument();
    let memory = argument();
    memory.put(
        0,
        sys::D3DKMT_ENUMADAPTERS2 {
            num_adapters: 8,
            adapters: infos.address(),
            ..Default::default()
        },
    );
    let third = 0x100;
    memory.put(
        third,
        sys::D3DKMT_ENUMADAPTERS3 {
            adapter_count: 8,
            adapters: infos.address(),
            ..Default::default()
        },
    );
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::ENUMADAPTERS2, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
        let address = memory.address() + third as u64;
        let answer = call_at(&gpu.dxg, request::ENUMADAPTERS3, address);
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn video_memory_info_into_read_only_argument_is_refused() {
    let gpu = Gpu::first();
    let memory = argument();
    memory.put(
        0,
        sys::D3DKMT_QUERYVIDEOMEMORYINFO {
            adapter: handle(gpu.adapter),
            ..Default::default()
        },
    );
    memory.read_only();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::QUERYVIDEOMEMORYINFO, memory.address());
        assert_eq!(answer, INVALID_PARAMETER);
    });
}

fn calls_without_answers_take_read_only_arguments() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let create = Create::buffer(device, 4096).made(&gpu);
    let allocation = create.allocation(0);
    gpu.lock(device, allocation);
    let memory = argument();
    let mut place = 0;
    let mut put = |request: u32, words: &[u32]| {
        place += 0x100;
        for (i, &word) in words.iter().enumerate() {
            memory.put(place + 4 * i, word);
        }
        (request, memory.address() + place as u64)
    };
    let list = memory.address();
    let share = Share::new(shared(device, 1).made(&gpu).resource());
    // SAFETY: The structure is ten words of plain integers.
    let words: [u32; 10] = unsafe { std::mem::transmute(share.args) };
    let calls = [
        put(request::SHAREOBJECTS, &words),
        put(request::UNLOCK2, &[device, allocation]),
        put(
            request::DESTROYALLOCATION2,
            &[device, 0, list as u32, (list >> 32) as u32, 1, 0],
        ),
        put(request::DESTROYDEVICE, &[device]),
        put(request::CLOSEADAPTER, &[gpu.adapter]),
    ];
    memory.put(0, allocation);
    memory.read_only();
    for_each(calls, |(request, address)| {
        assert_eq!(call_at(&gpu.dxg, request, address), SUCCESS);
    });
    drop(share.descriptor());
}

fn arguments_need_no_alignment() {
    let gpu = Gpu::first();
    let memory = argument();
    for offset in 1..8 {
        let args = sys::D3DKMT_CREATEDEVICE {
            adapter: handle(gpu.adapter),
            ..Default::default()
        };
        let at = memory.put(offset, args);
        assert_eq!(call_at(&gpu.dxg, request::CREATEDEVICE, at as u64), SUCCESS);
        // SAFETY: The argument was put there just now.
        let device = unsafe { at.read_unaligned() }.device.v;
        let at = memory.put(offset, device);
        assert_eq!(
            call_at(&gpu.dxg, request::DESTROYDEVICE, at as u64),
            SUCCESS
        );
    }
}
