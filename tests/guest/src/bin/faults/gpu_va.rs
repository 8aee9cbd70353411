// SPDX-License-Identifier: MIT OR Apache-2.0
//! GPU virtual addresses.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    gpu_va::*,
};
use libd3dkmt::sys::request;

const FAR: u64 = 0x7000_0000_0000;

/// A device with a paging queue, an allocation, and 32 pages that are reserved.
struct Ready {
    gpu: Gpu,
    queue: PagingQueue,
    allocation: u32,
}

impl Ready {
    fn new(luid: Luid) -> Self {
        let gpu = with_device(luid);
        let queue = PagingQueue::new(&gpu, DEVICE);
        let allocation = Create::buffer(DEVICE, 32 * GPU_PAGE)
            .made(&gpu)
            .allocation(0);
        let (answer, _) = reserve(&gpu.dxg, gpu.adapter, FAR, 2 * GRANULE);
        assert_eq!(answer, SUCCESS);
        Self {
            gpu,
            queue,
            allocation,
        }
    }

    fn mapped(luid: Luid) -> Self {
        let ready = Self::new(luid);
        assert_eq!(ready.map(FAR), PENDING);
        ready
    }

    fn map(&self, base: u64) -> Answer {
        map(&self.gpu.dxg, self.queue.handle, base, self.allocation, 32).0
    }

    fn free(&self, page: u64, pages: u64) -> Answer {
        let (base, bytes) = (FAR + page * GPU_PAGE, pages * GPU_PAGE);
        free(&self.gpu.dxg, self.gpu.adapter, base, bytes)
    }
}

pub(super) fn reservation_of_addresses() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::RESERVEGPUVIRTUALADDRESS, &shape("by the adapter")),
            || Ready::new(luid),
            |ready| {
                reserve(
                    &ready.gpu.dxg,
                    ready.gpu.adapter,
                    FAR + 4 * GRANULE,
                    GRANULE,
                )
                .0
            },
            |ready| {
                let taken = reserve(
                    &ready.gpu.dxg,
                    ready.gpu.adapter,
                    FAR + 4 * GRANULE,
                    GRANULE,
                );
                assert_eq!(taken.0, INVALID_PARAMETER);
            },
        );
    });
}

pub(super) fn mapping_of_an_allocation() {
    on_each_luid(|luid, shape| {
        for (name, base) in [("anywhere", 0), ("in a reservation", FAR)] {
            sweep(
                Subject::request(request::MAPGPUVIRTUALADDRESS, &shape(name)),
                || Ready::new(luid),
                |ready| ready.map(base),
                |ready| assert_eq!(ready.free(0, 32), SUCCESS),
            );
        }
    });
}

pub(super) fn freeing_of_addresses() {
    on_each_luid(|luid, shape| {
        for (name, page, pages) in [("all", 0, 32), ("a hole", 4, 8)] {
            sweep(
                Subject::request(request::FREEGPUVIRTUALADDRESS, &shape(name)),
                || Ready::mapped(luid),
                |ready| ready.free(page, pages),
                |ready| assert_eq!(ready.free(page, pages), INVALID_PARAMETER),
            );
        }
    });
}
