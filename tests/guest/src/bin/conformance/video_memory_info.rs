// SPDX-License-Identifier: MIT OR Apache-2.0
//! QueryVideoMemoryInfo.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    create::Create,
    paging::{reserve_with, to_reserve},
};
use libd3dkmt::sys::{
    self, D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL as LOCAL,
    D3DKMT_MEMORY_SEGMENT_GROUP_NON_LOCAL as NON_LOCAL,
};

pub const CASES: &[Case] = &[
    case!(
        case_243_both_groups,
        "both groups, of the calling process",
        C,
        "SUCCESS; usage and what can be reserved are within the budget, nothing is reserved",
    ),
    case!(
        case_246_a_process_that_is_no_handle,
        "a process that is no handle",
        C,
        "INVALID_HANDLE",
    ),
    case!(
        case_247_what_is_not_there,
        "a group, an adapter or a physical adapter that is not there",
        I,
        "INVALID_PARAMETER",
    ),
    case!(
        case_248_memory_that_is_there_counts,
        "after N bytes were allocated and made resident",
        I,
        "SUCCESS; the usage is N more, and less again after they are destroyed",
    ),
    case!(
        case_249_reservation_of_another_process,
        "ChangeVideoMemoryReservation of another process",
        L,
        "INVALID_PARAMETER",
    ),
];

fn case_243_both_groups() {
    on_each_adapter(|gpu| {
        gpu.unchanged(|| {
            for_each([LOCAL, NON_LOCAL], |group| {
                let mut info = video_memory_question(gpu.adapter, group);
                assert_eq!(query_video_memory(&gpu.dxg, &mut info), SUCCESS);
                assert!(info.budget >= info.available_for_reservation);
                assert!(info.available_for_reservation > 0);
                assert!(info.current_usage <= info.budget);
                assert_eq!(info.current_usage, 0);
                assert_eq!(info.current_reservation, 0);
                let asked = (info.process, info.adapter.v, info.memory_segment_group);
                assert_eq!(asked, (0, gpu.adapter, group));
            });
        });
    });
}

/// The question is refused, and not answered.
fn refused(gpu: &Gpu, mut args: sys::D3DKMT_QUERYVIDEOMEMORYINFO, answer: Answer) {
    (args.budget, args.current_usage) = (7, 8);
    assert_eq!(query_video_memory(&gpu.dxg, &mut args), answer);
    assert_eq!((args.budget, args.current_usage), (7, 8), "answered");
}

fn case_246_a_process_that_is_no_handle() {
    on_each_adapter(|gpu| {
        let me = u64::from(std::process::id());
        gpu.unchanged(|| {
            for_each([1, me, 0xdead_beef, 1 << 32, u64::MAX], |process| {
                let args = sys::D3DKMT_QUERYVIDEOMEMORYINFO {
                    process,
                    ..video_memory_question(gpu.adapter, LOCAL)
                };
                refused(gpu, args, INVALID_HANDLE);
            });
        });
    });
}

fn case_247_what_is_not_there() {
    on_each_adapter(|gpu| {
        let closed = gpu.next_handle();
        gpu.unchanged(|| {
            let question = |adapter, group| video_memory_question(adapter, group);
            for_each([2, 3, 0x8000_0000, u32::MAX], |group| {
                refused(gpu, question(gpu.adapter, group), INVALID_PARAMETER);
            });
            for_each(NO_HANDLES.into_iter().chain([closed]), |adapter| {
                refused(gpu, question(adapter, LOCAL), INVALID_PARAMETER);
            });
            for_each([1, 2, u32::MAX], |index| {
                let mut args = question(gpu.adapter, LOCAL);
                args.physical_adapter_index = index;
                refused(gpu, args, INVALID_PARAMETER);
            });
        });
    });
}

fn case_248_memory_that_is_there_counts() {
    on_each_device(|gpu, device| {
        let small = Create::buffer(device, 5000).made(gpu).allocation(0);
        let large = Create::buffer(device, 1 << 20).made(gpu).allocation(0);
        gpu.lock(device, small);
        assert_eq!(gpu.usage(LOCAL), 8192);
        gpu.lock(device, large);
        assert_eq!(gpu.usage(LOCAL), 8192 + (1 << 20));
        // The contents stay when the lock goes, and a second one makes nothing new.
        gpu.unlock(device, small);
        gpu.lock(device, small);
        gpu.unlock(device, small);
        assert_eq!(gpu.usage(LOCAL), 8192 + (1 << 20));
        assert_eq!(destroy_allocations(&gpu.dxg, device, &[small]), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 1 << 20);
        gpu.unlock(device, large);
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert_eq!(gpu.usage(LOCAL), 0);
        assert_eq!(gpu.usage(NON_LOCAL), 0);
    });
}

fn case_249_reservation_of_another_process() {
    on_each_adapter(|gpu| {
        let me = u64::from(std::process::id());
        gpu.unchanged(|| {
            for_each([1, me, u64::MAX], |process| {
                let mut args = to_reserve(gpu.adapter, LOCAL, 4096);
                args.process = process;
                assert_eq!(reserve_with(&gpu.dxg, &mut args), INVALID_PARAMETER);
            });
        });
    });
}
