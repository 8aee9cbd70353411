// SPDX-License-Identifier: MIT OR Apache-2.0

//! `ioctl/validate_sync.rs`: synchronisation objects and paging queues.

use super::*;
use crate::{validate_sync::*, vidmm::paging_priority::PagingPriority};

const SHARED: u32 = 0x1;
const NT_SECURITY_SHARING: u32 = 0x2;
const CROSS_ADAPTER: u32 = 0x4;
const TOP_OF_PIPELINE: u32 = 0x8;
const NO_SIGNAL: u32 = 0x10;
const NO_WAIT: u32 = 0x20;
const NO_MAXIMUM: u32 = 0x40;
const NO_GPU_ACCESS: u32 = 0x80;

fn create(kind: u32, value: u32, data: u64) -> NtResult<NewFence> {
    create_sync_object(kind, d3dddi_synchronizationobject_flags { value }, data)
}

fn fence(flags: u32) -> NtResult<NewFence> {
    create(5, flags, 0)
}

#[test]
fn types_of_synchronisation_objects() {
    for kind in [0, 7, 8, 0x8000_0000, u32::MAX] {
        refused(create(kind, 0, 1));
    }
    for kind in [1, 2, 3, 4, 6] {
        assert_eq!(create(kind, 0, 1), Err(NtStatus::NOT_SUPPORTED), "{kind}");
        assert_eq!(create(kind, SHARED, 1), Err(NtStatus::NOT_SUPPORTED));
    }
    // An event is missing.
    assert_eq!(create(4, 0, 0), Err(NtStatus::INVALID_HANDLE));
    for kind in [1, 2, 3, 6] {
        assert_eq!(create(kind, 0, 0), Err(NtStatus::NOT_SUPPORTED), "{kind}");
    }
}

#[test]
fn flags_of_monitored_fences() {
    accepts(
        CROSS_ADAPTER | TOP_OF_PIPELINE | NO_MAXIMUM | NO_GPU_ACCESS | NO_SIGNAL,
        |flags| match fence(flags) {
            Err(NtStatus::NOT_SUPPORTED) => Err(NtStatus::INVALID_PARAMETER),
            // It goes without NoSignal alone.
            Ok(_) if flags == NO_WAIT => Err(NtStatus::INVALID_PARAMETER),
            other => other.map(drop),
        },
    );
    for shared in [SHARED, SHARED | NT_SECURITY_SHARING] {
        assert_eq!(fence(shared), Err(NtStatus::NOT_SUPPORTED));
    }
    refused(fence(NT_SECURITY_SHARING));
    refused(fence(NO_SIGNAL | NO_WAIT));
    refused(fence(SHARED | 0x100));
}

#[test]
fn some_flags_are_for_monitored_fences() {
    for kind in [1, 2, 3, 4, 6] {
        for flag in [TOP_OF_PIPELINE, NO_SIGNAL, NO_WAIT] {
            refused(create(kind, flag, 1));
        }
    }
}

#[test]
fn what_flags_mean() {
    let plain = NewFence {
        value: 0,
        signal: true,
        wait: true,
        gpu: true,
        signal_max_on_unplug: true,
    };
    assert_eq!(fence(0), Ok(plain));
    let value = u64::MAX;
    assert_eq!(create(5, 0, value), Ok(NewFence { value, ..plain }));
    let signal = false;
    assert_eq!(fence(NO_SIGNAL), Ok(NewFence { signal, ..plain }));
    assert_eq!(
        fence(NO_WAIT),
        Ok(NewFence {
            wait: false,
            ..plain
        })
    );
    let signal_max_on_unplug = false;
    let stays = NewFence {
        signal_max_on_unplug,
        ..plain
    };
    assert_eq!(fence(NO_MAXIMUM), Ok(stays));
    let gpu = false;
    assert_eq!(fence(NO_GPU_ACCESS), Ok(NewFence { gpu, ..plain }));
}

/// Case 592.
#[test]
fn engines_of_a_fence() {
    for good in [0, 1] {
        assert_eq!(fence_affinity(good), Ok(()));
    }
    for bad in [2, 3, 1 << 31, 1 << 32, (1 << 32) | 1, u64::MAX] {
        refused(fence_affinity(bad));
    }
}

#[test]
fn signals_from_the_cpu() {
    let signal = |object_count, value| {
        signal_from_cpu(&d3dkmt_signalsynchronizationobjectfromcpu {
            object_count,
            flags: d3dddicb_signalflags { value },
            ..Default::default()
        })
    };
    accepts(0x5, |flags| signal(1, flags).map(drop));
    for count in [0, 33, u32::MAX] {
        refused(signal(count, 0));
    }
    for count in 1..=32 {
        let rewind = false;
        let checked = CpuSignal {
            count: count as usize,
            rewind,
        };
        assert_eq!(signal(count, 0), Ok(checked));
    }
    let rewind = true;
    assert_eq!(signal(2, 4), Ok(CpuSignal { count: 2, rewind }));
}

#[test]
fn waits_by_the_cpu() {
    let wait = |object_count, value| {
        wait_from_cpu(&d3dkmt_waitforsynchronizationobjectfromcpu {
            object_count,
            flags: d3dddi_waitforsynchronizationobjectfromcpu_flags { value },
            ..Default::default()
        })
    };
    accepts(0x1, |flags| wait(1, flags).map(drop));
    for count in [0, 131_073, u32::MAX] {
        refused(wait(count, 0));
    }
    for count in [1, 32, 33, 131_072] {
        let any = false;
        let checked = CpuWait {
            count: count as usize,
            any,
        };
        assert_eq!(wait(count, 0), Ok(checked));
    }
    assert_eq!(
        wait(3, 1),
        Ok(CpuWait {
            count: 3,
            any: true
        })
    );
}

#[test]
fn paging_queues() {
    let queue = |priority, physical_adapter_index| {
        create_paging_queue(&d3dkmt_createpagingqueue {
            priority,
            physical_adapter_index,
            ..Default::default()
        })
    };
    assert_eq!(queue(-1, 0), Ok(PagingPriority::BelowNormal));
    assert_eq!(queue(0, 0), Ok(PagingPriority::Normal));
    assert_eq!(queue(1, 0), Ok(PagingPriority::AboveNormal));
    assert!(PagingPriority::BelowNormal < PagingPriority::Normal);
    assert!(PagingPriority::Normal < PagingPriority::AboveNormal);
    for priority in [-2, 2, i32::MIN, i32::MAX] {
        refused(queue(priority, 0));
    }
    for index in [1, 2, u32::MAX] {
        refused(queue(0, index));
    }
}
