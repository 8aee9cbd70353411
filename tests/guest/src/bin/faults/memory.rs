// SPDX-License-Identifier: MIT OR Apache-2.0
//! Residency, offers, priorities, statistics.

use super::*;
use dxg_guest_tests::{
    faults::{sweep, Subject},
    fence::PagingQueue,
    locked::{assert_holds, write},
    paging::*,
};
use libd3dkmt::sys::{self, request};

/// A device with a paging queue and a buffer in a resource, and lists that name it again and again.
struct Ready {
    gpu: Gpu,
    queue: PagingQueue,
    create: Create,
    named: Vec<u32>,
    list: List,
    resources: List,
    numbers: Vec<u32>,
}

impl Ready {
    fn new(luid: Luid, count: usize) -> Self {
        let gpu = with_device(luid);
        let queue = PagingQueue::new(&gpu, DEVICE);
        let create = Create::buffer(DEVICE, 4096).in_resource().made(&gpu);
        let named = vec![create.allocation(0); count];
        Self {
            list: List::new(&named),
            named,
            resources: List::new(&vec![create.resource(); count]),
            numbers: vec![7; count],
            gpu,
            queue,
            create,
        }
    }

    fn filled(luid: Luid, count: usize) -> Self {
        let ready = Self::new(luid, count);
        write(&ready.gpu, DEVICE, ready.create.allocation(0), 5);
        ready
    }

    fn resident(luid: Luid, count: usize) -> Self {
        let ready = Self::filled(luid, count);
        resident(&ready.gpu, DEVICE, &ready.queue, &ready.named);
        ready
    }

    fn offered(luid: Luid, count: usize) -> Self {
        let mut ready = Self::filled(luid, count);
        assert_eq!(ready.offer(Kind::Resources), SUCCESS);
        ready
    }

    fn make_resident(&mut self) -> Answer {
        let mut args = to_make_resident(self.queue.handle, &self.list);
        make_resident_with(&self.gpu.dxg, &mut args)
    }

    fn evict(&mut self) -> Answer {
        evict_with(&self.gpu.dxg, &mut to_evict(DEVICE, &self.list))
    }

    fn of(&self, kind: Kind) -> &List {
        match kind {
            Kind::Resources => &self.resources,
            Kind::Allocations => &self.list,
        }
    }

    fn offer(&mut self, kind: Kind) -> Answer {
        let mut args = to_offer(DEVICE, kind, self.of(kind));
        offer_with(&self.gpu.dxg, &mut args)
    }

    fn reclaim(&mut self, kind: Kind) -> Answer {
        let results = self.numbers.as_mut_ptr() as u64;
        let mut args = to_reclaim(self.queue.handle, kind, self.of(kind));
        args.results = results;
        reclaim_with(&self.gpu.dxg, &mut args)
    }

    /// All that was asked for is done.
    fn flushed(&self) {
        assert_eq!(flush(&self.gpu.dxg, self.gpu.adapter), SUCCESS);
    }

    fn holds(&self, byte: u8) {
        assert_holds(&self.gpu, DEVICE, self.create.allocation(0), byte);
    }
}

/// Named once, and, as that takes long, on one adapter more often than fits into a page of pointers.
fn on_each_count(test: impl Fn(Luid, usize, &str)) {
    let first = luids()[0];
    on_each_luid(|luid, shape| {
        let counts = if luid == first { &[1, 600][..] } else { &[1] };
        for &count in counts {
            test(luid, count, &shape(&format!("named {count} times")));
        }
    });
}

fn subject(request: u32, shape: &str) -> Subject<'_> {
    Subject::request(request, shape).each_to(24)
}

pub(super) fn make_resident_of_allocations() {
    on_each_count(|luid, count, shape| {
        sweep(
            subject(request::MAKERESIDENT, shape),
            || Ready::new(luid, count),
            Ready::make_resident,
            |mut ready| {
                ready.flushed();
                // Once each, whatever went wrong before.
                assert_eq!(ready.evict(), SUCCESS);
                assert_eq!(ready.evict(), INVALID_PARAMETER);
                ready.flushed();
                ready.holds(0);
            },
        );
    });
}

pub(super) fn evict_of_allocations() {
    on_each_count(|luid, count, shape| {
        sweep(
            subject(request::EVICT, shape),
            || Ready::resident(luid, count),
            Ready::evict,
            |mut ready| {
                assert_eq!(ready.evict(), INVALID_PARAMETER);
                ready.flushed();
                ready.holds(5);
            },
        );
    });
}

pub(super) fn query_of_residency() {
    on_each_count(|luid, count, shape| {
        sweep(
            subject(request::QUERYALLOCATIONRESIDENCY, shape),
            || Ready::filled(luid, count),
            |ready| {
                let mut args = sys::D3DKMT_QUERYALLOCATIONRESIDENCY {
                    device: handle(DEVICE),
                    allocations: ready.list.address(),
                    allocation_count: ready.list.count(),
                    residency_status: ready.numbers.as_mut_ptr() as u64,
                    ..Default::default()
                };
                // SAFETY: The lists are as long as stated.
                unsafe { sys::D3DKMTQueryAllocationResidency(&ready.gpu.dxg, &mut args) }
            },
            |ready| assert!(ready.numbers.iter().all(|&place| place == IN_GPU_MEMORY)),
        );
    });
}

pub(super) fn move_of_an_allocation() {
    on_each_luid(|luid, shape| {
        sweep(
            subject(request::UPDATEALLOCPROPERTY, &shape("to the aperture")),
            || Ready::resident(luid, 1),
            |ready| {
                let mut args = to_move(ready.queue.handle, ready.create.allocation(0), 2);
                update_with(&ready.gpu.dxg, &mut args)
            },
            |ready| {
                ready.flushed();
                let now = place(&ready.gpu, DEVICE, ready.create.allocation(0));
                assert_eq!(now, IN_SHARED_MEMORY);
                ready.holds(5);
            },
        );
    });
}

pub(super) fn offer_of_allocations() {
    on_each_count(|luid, count, shape| {
        for kind in [Kind::Allocations, Kind::Resources] {
            sweep(
                subject(request::OFFERALLOCATIONS, &format!("{shape}, {kind:?}")),
                || Ready::filled(luid, count),
                |ready| ready.offer(kind),
                |mut ready| {
                    assert_eq!(ready.reclaim(kind), SUCCESS);
                    ready.holds(5);
                },
            );
        }
    });
}

pub(super) fn reclaim_of_allocations() {
    on_each_count(|luid, count, shape| {
        for kind in [Kind::Allocations, Kind::Resources] {
            sweep(
                subject(request::RECLAIMALLOCATIONS2, &format!("{shape}, {kind:?}")),
                || Ready::offered(luid, count),
                |ready| ready.reclaim(kind),
                |ready| {
                    assert_eq!(ready.numbers[0], sys::D3DDDI_RECLAIM_RESULT_OK);
                    ready.holds(5);
                },
            );
        }
    });
}

pub(super) fn priorities_of_allocations() {
    on_each_count(|luid, count, shape| {
        sweep(
            subject(request::SETALLOCATIONPRIORITY, shape),
            || Ready::new(luid, count),
            |ready| set_priorities(&ready.gpu.dxg, DEVICE, &ready.named, &ready.numbers),
            |ready| {
                let now = get_priorities(&ready.gpu.dxg, DEVICE, &ready.named).1;
                assert_eq!(now, ready.numbers);
            },
        );
        sweep(
            subject(request::GETALLOCATIONPRIORITY, shape),
            || Ready::new(luid, count),
            |ready| {
                let mut args = sys::D3DKMT_GETALLOCATIONPRIORITY {
                    device: handle(DEVICE),
                    allocation_list: ready.list.address(),
                    allocation_count: ready.list.count(),
                    priorities: ready.numbers.as_mut_ptr() as u64,
                    ..Default::default()
                };
                // SAFETY: The lists are as long as stated.
                unsafe { sys::D3DKMTGetAllocationPriority(&ready.gpu.dxg, &mut args) }
            },
            |ready| assert!(ready.numbers.iter().all(|&number| number == 0x7800_0000)),
        );
    });
}

pub(super) fn reservation_of_memory() {
    on_each_luid(|luid, shape| {
        sweep(
            subject(request::CHANGEVIDEOMEMORYRESERVATION, &shape("a page")),
            || Gpu::open(luid),
            |gpu| reserve_with(&gpu.dxg, &mut to_reserve(gpu.adapter, 0, 4096)),
            |gpu| {
                let mut args = video_memory_question(gpu.adapter, 0);
                assert_eq!(query_video_memory(&gpu.dxg, &mut args), SUCCESS);
                assert_eq!(args.current_reservation, 4096);
            },
        );
    });
}

pub(super) fn flush_of_paging() {
    on_each_luid(|luid, shape| {
        sweep(
            subject(request::FLUSHHEAPTRANSITIONS, &shape("an adapter")),
            || Gpu::open(luid),
            |gpu| flush(&gpu.dxg, gpu.adapter),
            drop,
        );
    });
}

pub(super) fn invalidation_of_a_cache() {
    on_each_luid(|luid, shape| {
        sweep(
            subject(request::INVALIDATECACHE, &shape("a page")),
            || Ready::new(luid, 1),
            |ready| invalidate(&ready.gpu.dxg, DEVICE, ready.create.allocation(0), 0, 4096),
            drop,
        );
    });
}

pub(super) fn statistics() {
    on_each_luid(|luid, shape| {
        for kind in [0, 1, 2, 3, 4, 9] {
            sweep(
                subject(request::QUERYSTATISTICS, &shape(&format!("type {kind}"))),
                || {
                    let mut args = sys::D3DKMT_QUERYSTATISTICS {
                        type_: kind,
                        ..Default::default()
                    };
                    (args.adapter_luid.a, args.adapter_luid.b) = (luid.0, luid.1);
                    (Gpu::open(luid), args)
                },
                // SAFETY: The argument holds no address.
                |(gpu, args)| unsafe { sys::D3DKMTQueryStatistics(&gpu.dxg, args) },
                drop,
            );
        }
    });
}
