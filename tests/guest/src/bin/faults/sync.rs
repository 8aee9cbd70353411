// SPDX-License-Identifier: MIT OR Apache-2.0
//! Synchronisation objects and paging queues.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    fence::{
        create_paging_queue, create_sync_object, destroy_paging_queue, destroy_sync_object,
        new_fence, new_paging_queue, Event, Fence, PagingQueue,
    },
};
use libd3dkmt::sys::{self, request};

pub(super) fn create_of_a_fence() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::CREATESYNCHRONIZATIONOBJECT, &shape("fence")),
            || (with_device(luid), new_fence(DEVICE, 5)),
            |(gpu, args)| create_sync_object(&gpu.dxg, args),
            |(_, args)| {
                assert_eq!(args.sync_object.v, NEXT);
                assert_eq!(Fence::made(&args).value(), 5);
            },
        );
    });
}

pub(super) fn destroy_of_a_fence() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYSYNCHRONIZATIONOBJECT, &shape("fence")),
            || {
                let gpu = with_device(luid);
                let fence = Fence::new(&gpu, DEVICE, 5);
                (gpu, fence)
            },
            |(gpu, fence)| destroy_sync_object(&gpu.dxg, fence.handle),
            |(gpu, fence)| {
                let again = destroy_sync_object(&gpu.dxg, fence.handle);
                assert_eq!(again, INVALID_PARAMETER);
            },
        );
    });
}

/// Some fences with 0, and lists of them with a value.
struct Fences {
    gpu: Gpu,
    fences: Vec<Fence>,
    objects: Vec<sys::d3dkmthandle>,
    values: Vec<u64>,
    event: Event,
}

impl Fences {
    fn new(luid: Luid, count: u64, value: u64) -> Self {
        let gpu = with_device(luid);
        let fences: Vec<_> = (0..count).map(|_| Fence::new(&gpu, DEVICE, 0)).collect();
        Self {
            gpu,
            objects: fences.iter().map(|fence| handle(fence.handle)).collect(),
            values: vec![value; fences.len()],
            fences,
            event: Event::new(),
        }
    }

    fn signal(&mut self) -> Answer {
        let mut args = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMCPU {
            device: handle(DEVICE),
            object_count: self.objects.len() as u32,
            objects: self.objects.as_ptr() as u64,
            fence_values: self.values.as_ptr() as u64,
            ..Default::default()
        };
        // SAFETY: The lists have as many elements as stated.
        unsafe { sys::D3DKMTSignalSynchronizationObjectFromCpu(&self.gpu.dxg, &mut args) }
    }

    fn wait(&mut self, flags: u32, event: u64) -> Answer {
        let mut args = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU {
            device: handle(DEVICE),
            object_count: self.objects.len() as u32,
            objects: self.objects.as_ptr() as u64,
            fence_values: self.values.as_ptr() as u64,
            async_event: event,
            ..Default::default()
        };
        args.flags.value = flags;
        // SAFETY: As above.
        unsafe { sys::D3DKMTWaitForSynchronizationObjectFromCpu(&self.gpu.dxg, &mut args) }
    }
}

pub(super) fn signal_of_fences() {
    on_each_luid(|luid, shape| {
        for count in [1, 32] {
            let shape = shape(&format!("{count} objects"));
            sweep(
                Subject::request(request::SIGNALSYNCHRONIZATIONOBJECTFROMCPU, &shape),
                || Fences::new(luid, count, 3),
                Fences::signal,
                |ready| assert!(ready.fences.iter().all(|fence| fence.value() == 3)),
            );
        }
    });
}

/// Whoever waits is told, though there is no memory for anything.
pub(super) fn signal_of_fences_that_are_waited_for() {
    on_each_luid(|luid, shape| {
        let shape = shape("2 objects with waits");
        sweep(
            Subject::request(request::SIGNALSYNCHRONIZATIONOBJECTFROMCPU, &shape),
            || {
                let mut ready = Fences::new(luid, 2, 3);
                let event = ready.event.number();
                for flags in [0, 1] {
                    assert_eq!(ready.wait(flags, event), SUCCESS);
                }
                ready
            },
            Fences::signal,
            |ready| assert_eq!(ready.event.count(), 2),
        );
    });
}

pub(super) fn wait_for_what_is_reached() {
    on_each_luid(|luid, shape| {
        for flags in [0, 1] {
            let shape = shape(&format!("3 objects, flags {flags}"));
            sweep(
                Subject::request(request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU, &shape),
                || Fences::new(luid, 3, 0),
                |ready| ready.wait(flags, 0),
                drop,
            );
        }
    });
}

/// A call that fails does not signal the eventfd, neither now nor later.
pub(super) fn wait_by_an_event() {
    on_each_luid(|luid, shape| {
        for flags in [0, 1] {
            let shape = shape(&format!("3 objects and an event, flags {flags}"));
            sweep(
                Subject::request(request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU, &shape),
                || Fences::new(luid, 3, 1),
                |ready| ready.wait(flags, ready.event.number()),
                |mut ready| {
                    assert_eq!(ready.event.count(), 0);
                    assert_eq!(ready.signal(), SUCCESS);
                    assert_eq!(ready.event.count(), 1);
                },
            );
        }
    });
}

pub(super) fn create_of_a_paging_queue() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::CREATEPAGINGQUEUE, &shape("queue")),
            || (with_device(luid), new_paging_queue(DEVICE)),
            |(gpu, args)| create_paging_queue(&gpu.dxg, args),
            |(_, args)| {
                assert_eq!((args.paging_queue.v, args.sync_object.v), (NEXT, NEXT + 64));
                assert_eq!(PagingQueue::made(&args).fence.value(), 0);
            },
        );
    });
}

pub(super) fn destroy_of_a_paging_queue() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYPAGINGQUEUE, &shape("queue")),
            || {
                let gpu = with_device(luid);
                let queue = PagingQueue::new(&gpu, DEVICE);
                (gpu, queue)
            },
            |(gpu, queue)| destroy_paging_queue(&gpu.dxg, queue.handle),
            |(gpu, queue)| {
                let again = destroy_paging_queue(&gpu.dxg, queue.handle);
                assert_eq!(again, INVALID_PARAMETER);
            },
        );
    });
}
