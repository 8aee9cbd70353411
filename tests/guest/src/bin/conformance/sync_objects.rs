// SPDX-License-Identifier: MIT OR Apache-2.0
//! Synchronisation objects.

use crate::table::Case;
use dxg_guest_tests::{
    calls::*,
    child::fork,
    create::Create,
    fence::*,
    memory::{becomes_writable, is_writable, PAGE},
    share::{share, shared, Share},
};
use libd3dkmt::sys::{bindings as c, request};
use std::os::{fd::AsRawFd, unix::process::ExitStatusExt};

const NOT_YET: &str = "only monitored fences are there yet";

pub const CASES: &[Case] = &[
    case!(
        case_177_create_of_nothing,
        "CreateSynchronizationObject2, no argument, all of it zeros, no type, no device",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_178_mutexes_and_semaphores,
        "CreateSynchronizationObject2, a mutex or a semaphore",
        C,
        "SUCCESS; a handle",
        "NOT_SUPPORTED",
        NOT_YET,
    ),
    case!(
        case_179_fences,
        "CreateSynchronizationObject2, a fence (the first version, which /dev/dxg has not, refuses it)",
        C,
        "SUCCESS; a handle",
        "NOT_SUPPORTED",
        NOT_YET,
    ),
    case!(
        case_180_monitored_fences,
        "CreateSynchronizationObject2, a monitored fence without flags",
        C,
        "SUCCESS; a handle",
    ),
    case!(
        case_181_cpu_notifications,
        "CreateSynchronizationObject2, a CPU notification without an event, and with one",
        C,
        "INVALID_HANDLE; SUCCESS",
        "INVALID_HANDLE; NOT_SUPPORTED",
        NOT_YET,
    ),
    case!(
        case_182_shared,
        "CreateSynchronizationObject2, Shared",
        C,
        "SUCCESS; a global handle",
        "NOT_SUPPORTED",
        "synchronisation objects are not shared yet",
    ),
    case!(
        case_183_nt_security_sharing_alone,
        "CreateSynchronizationObject2, NtSecuritySharing without Shared",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_184_shared_by_nt_handles,
        "CreateSynchronizationObject2, Shared and NtSecuritySharing",
        C,
        "SUCCESS; no global handle",
        "NOT_SUPPORTED",
        "synchronisation objects are not shared yet",
    ),
    case!(
        case_185_destroy_of_no_object,
        "DestroySynchronizationObject of 0, garbage, what was destroyed, of other objects",
        I,
        "INVALID_PARAMETER",
        "the same; so it is of the fence of a paging queue, which goes with its queue",
    ),
    case!(
        case_186_destroy_of_other_handles,
        "DestroySynchronizationObject of a global handle, or of the number of an NT handle",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_190_share_of_what_is_not_shared,
        "ShareObjects of a synchronisation object that was not made to be shared by NT handles",
        C,
        "INVALID_PARAMETER",
    ),
    case!(
        case_197_counts_of_a_signal,
        "SignalSynchronizationObjectFromCpu of no object, or of more than 32",
        L,
        "INVALID_PARAMETER",
    ),
    case!(
        case_198_wait_by_an_event,
        "WaitForSynchronizationObjectFromCpu with an event, which is an eventfd",
        L,
        "SUCCESS; the eventfd is signalled when the values are reached",
    ),
    case!(
        case_200_no_signal_and_no_wait,
        "a signal of an object with NoSignal, a wait for one with NoWait; both flags",
        C,
        "ACCESS_DENIED; INVALID_PARAMETER at creation",
    ),
    case!(
        case_201_writing_to_a_fence,
        "a write to the CPU address of a monitored fence",
        C,
        "faults",
        "faults: SIGSEGV; mprotect does not help",
    ),
];

fn create(gpu: &Gpu, device: u32, kind: u32, flags: u32, data: u64) -> Answer {
    let mut args = new_fence(device, data);
    args.info.type_ = kind;
    args.info.flags.value = flags;
    create_sync_object(&gpu.dxg, &mut args)
}

fn case_177_create_of_nothing() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        let answer = call_at(&gpu.dxg, request::CREATESYNCHRONIZATIONOBJECT, 0);
        assert_eq!(answer, INVALID_PARAMETER);
        let mut zeros = Default::default();
        let answer = create_sync_object(&gpu.dxg, &mut zeros);
        assert_eq!(answer, INVALID_PARAMETER);
        let answer = create(&gpu, device, 0, 0, 0);
        assert_eq!(answer, INVALID_PARAMETER, "no type");
        let answer = create(&gpu, 0, c::D3DDDI_MONITORED_FENCE, 0, 0);
        assert_eq!(answer, INVALID_PARAMETER, "no device");
    });
}

/// A creation that is not supported.
fn not_yet(kinds: &[u32], flags: u32) {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each(kinds, |&kind| {
                let answer = create(gpu, device, kind, flags, 1);
                assert_eq!(answer, NOT_SUPPORTED);
            });
        });
    });
}

fn case_178_mutexes_and_semaphores() {
    not_yet(&[c::D3DDDI_SYNCHRONIZATION_MUTEX, c::D3DDDI_SEMAPHORE], 0);
}

fn case_179_fences() {
    not_yet(&[c::D3DDDI_FENCE], 0);
}

fn case_180_monitored_fences() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 7);
        assert_eq!(fence.handle, device + HANDLE_STEP);
        assert_eq!(fence.value(), 7);
        assert_eq!(destroy_sync_object(&gpu.dxg, fence.handle), SUCCESS);
    });
}

fn case_181_cpu_notifications() {
    let gpu = Gpu::first();
    let device = gpu.device();
    gpu.unchanged(|| {
        let answer = create(&gpu, device, c::D3DDDI_CPU_NOTIFICATION, 0, 0);
        assert_eq!(answer, INVALID_HANDLE);
    });
    not_yet(&[c::D3DDDI_CPU_NOTIFICATION], 0);
}

fn case_182_shared() {
    not_yet(&[c::D3DDDI_MONITORED_FENCE, c::D3DDDI_FENCE], 0x1);
}

fn case_183_nt_security_sharing_alone() {
    on_each_device(|gpu, device| {
        gpu.unchanged(|| {
            for_each(1..7, |kind| {
                let answer = create(gpu, device, kind, 0x2, 1);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
    });
}

fn case_184_shared_by_nt_handles() {
    not_yet(&[c::D3DDDI_MONITORED_FENCE, c::D3DDDI_FENCE], 0x3);
}

fn case_185_destroy_of_no_object() {
    on_each_device(|gpu, device| {
        let [fence, gone] = [0; 2].map(|_| Fence::new(gpu, device, 5));
        let queue = PagingQueue::new(gpu, device);
        assert_eq!(destroy_sync_object(&gpu.dxg, gone.handle), SUCCESS);
        let create = Create::buffer(device, 4096).in_resource().made(gpu);
        let others = [
            gone.handle,
            gpu.adapter,
            device,
            create.resource(),
            create.allocation(0),
            queue.handle,
            queue.fence.handle,
        ];
        gpu.unchanged(|| {
            for_each(NO_HANDLES.into_iter().chain(others), |handle| {
                let answer = destroy_sync_object(&gpu.dxg, handle);
                assert_eq!(answer, INVALID_PARAMETER);
            });
        });
        assert_eq!((fence.value(), queue.fence.value()), (5, 0));
    });
}

fn case_186_destroy_of_other_handles() {
    on_each_device(|gpu, device| {
        let nt = share(gpu, shared(device, 1).made(gpu).resource());
        let global = Create::buffer(device, 4096).in_global_resource().made(gpu);
        gpu.unchanged(|| {
            let number = u32::try_from(nt.as_raw_fd()).expect("a descriptor");
            for handle in [number, global.global()] {
                let answer = destroy_sync_object(&gpu.dxg, handle);
                assert_eq!(answer, INVALID_PARAMETER);
            }
        });
    });
}

fn case_190_share_of_what_is_not_shared() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 0);
        let queue = PagingQueue::new(gpu, device);
        for object in [fence.handle, queue.fence.handle] {
            Share::new(object).refused(gpu, INVALID_PARAMETER);
        }
    });
}

fn case_197_counts_of_a_signal() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 0);
        let targets = [(fence.handle, 1); SIGNALLED_MAX as usize + 1];
        gpu.unchanged(|| {
            assert_eq!(signal(&gpu.dxg, device, &[]), INVALID_PARAMETER);
            assert_eq!(signal(&gpu.dxg, device, &targets), INVALID_PARAMETER);
        });
        assert_eq!(fence.value(), 0);
        assert_eq!(signal(&gpu.dxg, device, &targets[1..]), SUCCESS);
        assert_eq!(fence.value(), 1);
    });
}

fn case_198_wait_by_an_event() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 0);
        let event = Event::new();
        let options = WaitOptions {
            event: Some(&event),
            ..WaitOptions::default()
        };
        let target = [(fence.handle, 1)];
        assert_eq!(wait_in(&gpu.dxg, device, &target, options), SUCCESS);
        assert_eq!(event.count(), 0);
        assert_eq!(signal(&gpu.dxg, device, &target), SUCCESS);
        assert_eq!(event.count(), 1);
        // Without one the call returns when that is so.
        assert_eq!(wait(&gpu.dxg, device, &target), SUCCESS);
    });
}

fn case_200_no_signal_and_no_wait() {
    on_each_device(|gpu, device| {
        let no_signal = Fence::with_flags(gpu, device, 1, 0x10);
        let no_wait = Fence::with_flags(gpu, device, 1, 0x20);
        gpu.unchanged(|| {
            let answer = signal(&gpu.dxg, device, &[(no_signal.handle, 2)]);
            assert_eq!(answer, ACCESS_DENIED);
            let answer = wait(&gpu.dxg, device, &[(no_wait.handle, 1)]);
            assert_eq!(answer, ACCESS_DENIED);
            let answer = create(gpu, device, c::D3DDDI_MONITORED_FENCE, 0x30, 0);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
}

fn case_201_writing_to_a_fence() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 5);
        let queue = PagingQueue::new(gpu, device);
        for address in [fence.address, queue.fence.address] {
            assert!(!is_writable(address));
            assert!(!becomes_writable(address, PAGE));
            let status = fork(|| {
                // SAFETY: None; that is what is tried, in a child.
                unsafe { (address as *mut u64).write_volatile(6) };
                0
            });
            assert_eq!(status.signal(), Some(libc::SIGSEGV));
        }
        assert_eq!((fence.value(), queue.fence.value()), (5, 0));
    });
}
