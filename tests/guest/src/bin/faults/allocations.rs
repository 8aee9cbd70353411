// SPDX-License-Identifier: MIT OR Apache-2.0
//! Allocations and resources.

use super::*;
use dxg_guest_tests::{
    create::{buffer, surface},
    faults::{sweep, Subject},
};
use libd3dkmt::sys::{gem::*, request};

/// Creates what `make` describes, on the device, after `before`; the first allocation has the
/// handle `first`, as if nothing had failed before. As a call that fails may have written to its
/// argument, each call has one of its own.
fn creates(luid: Luid, shape: &str, first: u32, before: fn(&Gpu), make: impl Fn() -> Create) {
    sweep(
        Subject::request(request::CREATEALLOCATION, shape),
        || {
            let gpu = with_device(luid);
            before(&gpu);
            (gpu, [make(), make()], 0)
        },
        |(gpu, creates, calls)| {
            *calls += 1;
            creates[*calls - 1].call(gpu)
        },
        |(_, creates, calls)| {
            let made = creates[calls - 1].allocations();
            for (allocation, i) in made.into_iter().zip(0..) {
                assert_eq!(allocation, first + i * HANDLE_STEP);
            }
        },
    );
}

fn nothing(_: &Gpu) {}

pub(super) fn create_of_stand_alone_allocations() {
    on_each_luid(|luid, shape| {
        for count in [1, 3] {
            creates(
                luid,
                &shape(&format!("{count} stand-alone")),
                NEXT,
                nothing,
                || Create::buffers(DEVICE, count),
            );
        }
    });
}

/// The handle of the first allocation of a new resource.
const IN_RESOURCE: u32 = NEXT + HANDLE_STEP;

pub(super) fn create_of_resources() {
    on_each_luid(|luid, shape| {
        creates(luid, &shape("resource of 3"), IN_RESOURCE, nothing, || {
            Create::buffers(DEVICE, 3).in_resource()
        });
        creates(
            luid,
            &shape("shared resource"),
            IN_RESOURCE,
            nothing,
            || Create::buffer(DEVICE, 4096).in_shared_resource(),
        );
    });
}

pub(super) fn create_of_more_for_a_resource() {
    fn resource(gpu: &Gpu) {
        let create = Create::buffer(DEVICE, 4096).in_resource().made(gpu);
        assert_eq!(create.resource(), NEXT);
    }
    on_each_luid(|luid, shape| {
        let first = IN_RESOURCE + HANDLE_STEP;
        creates(luid, &shape("2 appended"), first, resource, || {
            Create::buffers(DEVICE, 2).append(NEXT)
        });
    });
}

pub(super) fn create_of_surfaces() {
    on_each_luid(|luid, shape| {
        creates(luid, &shape("2 surfaces"), NEXT, nothing, || {
            Create::blobs(DEVICE, &[surface(64, 48), surface(641, 479)])
        });
    });
}

pub(super) fn create_on_memory_of_the_caller() {
    let mut memory = Map::new(4);
    memory.bytes().fill(1);
    let page = PAGE as u64;
    let ranges = [0, 2].map(|i| (memory.address() + i * page, 2 * page));
    on_each_luid(|luid, shape| {
        creates(
            luid,
            &shape("2 on the caller's memory"),
            NEXT,
            nothing,
            || Create::memory(DEVICE, &ranges),
        );
    });
    // Pages that are not there yet are made as they are pinned.
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::CREATEALLOCATION, &shape("on untouched memory")),
            || {
                let (gpu, memory) = (with_device(luid), Map::new(2));
                let create = Create::memory(DEVICE, &[(memory.address(), 2 * page)]);
                (gpu, memory, create)
            },
            |(gpu, _, create)| create.call(gpu),
            |(_, _, create)| assert_eq!(create.allocation(0), NEXT),
        );
    });
}

pub(super) fn create_of_an_existing_heap() {
    let mut memory = Map::new(3);
    memory.bytes().fill(1);
    on_each_luid(|luid, shape| {
        creates(luid, &shape("existing heap"), NEXT, nothing, || {
            Create::heap(DEVICE, memory.address(), 3 * PAGE as u64)
        });
    });
}

pub(super) fn create_with_private_data() {
    const RESOURCE: dxgkrnl_gem_resource = dxgkrnl_gem_resource {
        magic: DXGKRNL_GEM_MAGIC,
        version: DXGKRNL_GEM_VERSION,
        reserved: 0,
    };
    let (blob, runtime) = (RESOURCE, [7_u8; 5000]);
    on_each_luid(|luid, shape| {
        let shape = shape("resource with private data of all kinds");
        creates(luid, &shape, IN_RESOURCE, nothing, || {
            let mut create = Create::blobs(DEVICE, &[buffer(1)]).in_resource();
            create.args.priv_drv_data = &raw const blob as u64;
            create.args.priv_drv_data_size = 16;
            create.args.private_runtime_data = runtime.as_ptr() as u64;
            create.args.private_runtime_data_size = 5000;
            create
        });
    });
}

/// Destroys the allocations that `make` makes.
fn destroys(luid: Luid, shape: &str, make: impl Fn(&Gpu) -> Vec<u32>) {
    sweep(
        Subject::request(request::DESTROYALLOCATION2, shape),
        || {
            let gpu = with_device(luid);
            let list = make(&gpu);
            (gpu, list)
        },
        |(gpu, list)| destroy_allocations(&gpu.dxg, DEVICE, list),
        |(gpu, list)| {
            for allocation in list {
                let answer = destroy_allocations(&gpu.dxg, DEVICE, &[allocation]);
                assert_eq!(answer, INVALID_PARAMETER, "it is destroyed");
            }
        },
    );
}

fn touch(gpu: &Gpu, allocations: &[u32]) {
    for &allocation in allocations {
        gpu.lock(DEVICE, allocation);
        gpu.unlock(DEVICE, allocation);
    }
}

pub(super) fn destroy_of_allocations() {
    let memory = Map::new(1);
    on_each_luid(|luid, shape| {
        destroys(luid, &shape("1 untouched"), |gpu| {
            Create::buffer(DEVICE, 4096).made(gpu).allocations()
        });
        destroys(luid, &shape("3 of a resource, touched"), |gpu| {
            let list = Create::buffers(DEVICE, 3)
                .in_resource()
                .made(gpu)
                .allocations();
            touch(gpu, &list);
            list
        });
        destroys(luid, &shape("existing heap"), |gpu| {
            let create = Create::heap(DEVICE, memory.address(), PAGE as u64);
            create.made(gpu).allocations()
        });
    });
}

pub(super) fn destroy_of_a_resource() {
    on_each_luid(|luid, shape| {
        let shape = shape("resource of 3, touched");
        sweep(
            Subject::request(request::DESTROYALLOCATION2, &shape),
            || {
                let gpu = with_device(luid);
                let create = Create::buffers(DEVICE, 3).in_resource().made(&gpu);
                touch(&gpu, &create.allocations());
                (gpu, create.resource())
            },
            |(gpu, resource)| destroy_resource(&gpu.dxg, DEVICE, *resource),
            |(gpu, resource)| {
                let answer = destroy_resource(&gpu.dxg, DEVICE, resource);
                assert_eq!(answer, INVALID_PARAMETER, "it is destroyed");
            },
        );
    });
}
