// SPDX-License-Identifier: MIT OR Apache-2.0
//! Sharing by NT handles, and what is done with openings.

use super::*;
use dxg_guest_tests::{
    child::{self, Child},
    faults::{sweep, Subject},
    memory::unmap,
    share::*,
};
use libd3dkmt::sys::{self, request};
use std::os::fd::OwnedFd;

/// A shared resource of some allocations: the first one is touched.
fn resource(gpu: &Gpu, count: usize) -> u32 {
    let create = shared(DEVICE, count).made(gpu);
    assert_eq!(create.resource(), NEXT);
    gpu.lock(DEVICE, create.allocation(0));
    gpu.unlock(DEVICE, create.allocation(0));
    create.resource()
}

/// An adapter with a resource and an NT handle of it.
fn with_nt_handle(luid: Luid, count: usize, access: u32) -> (Gpu, OwnedFd) {
    let gpu = with_device(luid);
    let share = Share::new(resource(&gpu, count)).access(access);
    let nt = share.made(&gpu);
    (gpu, nt)
}

pub(super) fn share_of_a_resource() {
    on_each_luid(|luid, shape| {
        for access in [READ, ALL] {
            sweep(
                Subject::request(request::SHAREOBJECTS, &shape(&format!("rights {access:x}"))),
                || {
                    let gpu = with_device(luid);
                    let call = Share::new(resource(&gpu, 1)).access(access);
                    (gpu, call)
                },
                |(gpu, call)| call.call(gpu),
                |(gpu, call)| {
                    Open::new(DEVICE, &call.descriptor(), 1).made(&gpu);
                },
            );
        }
    });
}

pub(super) fn share_of_an_opened_resource() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::SHAREOBJECTS, &shape("opened")),
            || {
                let (gpu, nt) = with_nt_handle(luid, 2, ALL);
                let opened = Open::new(DEVICE, &nt, 2).made(&gpu);
                let destroyed = destroy_resource(&gpu.dxg, DEVICE, NEXT);
                assert_eq!(destroyed, SUCCESS);
                (gpu, Share::new(opened.resource()))
            },
            |(gpu, call)| call.call(gpu),
            |(_, call)| drop(call.descriptor()),
        );
    });
}

pub(super) fn query_of_a_shared_resource() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(
                request::QUERYRESOURCEINFOFROMNTHANDLE,
                &shape("resource of 3"),
            ),
            || {
                let (gpu, nt) = with_nt_handle(luid, 3, ALL);
                let args = sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE {
                    device: handle(DEVICE),
                    nt_handle: number(&nt),
                    ..Default::default()
                };
                (gpu, nt, args)
            },
            // SAFETY: The one address is NULL.
            |(gpu, _, args)| unsafe { sys::D3DKMTQueryResourceInfoFromNtHandle(&gpu.dxg, args) },
            |(_, _, args)| assert_eq!(args.allocation_count, 3),
        );
    });
}

/// So many places of an opening are tried, and then ever fewer: its allocations are alike.
pub(super) const EACH: u32 = 64;

/// Opens a resource of `count` allocations beside the creator's opening of it, or without that.
fn opens(luid: Luid, shape: &str, count: usize, access: u32, creator_lives: bool) {
    sweep(
        Subject::request(request::OPENRESOURCEFROMNTHANDLE, shape).each_to(EACH),
        || {
            let (gpu, nt) = with_nt_handle(luid, count, access);
            if !creator_lives {
                let destroyed = destroy_resource(&gpu.dxg, DEVICE, NEXT);
                assert_eq!(destroyed, SUCCESS);
            }
            let open = Open::new(DEVICE, &nt, count);
            (gpu, nt, open)
        },
        |(gpu, _, open)| open.call(gpu),
        |(gpu, nt, open)| {
            drop(nt);
            let first = NEXT + (1 + count as u32) * HANDLE_STEP;
            assert_eq!(open.resource(), first);
            assert_eq!(
                open.allocation(count - 1),
                first + count as u32 * HANDLE_STEP
            );
            gpu.lock(DEVICE, open.allocation(0));
            gpu.unlock(DEVICE, open.allocation(0));
        },
    );
}

pub(super) fn open_of_shared_resources() {
    on_each_luid(|luid, shape| {
        opens(luid, &shape("resource of 3"), 3, ALL, true);
    });
    // Who opens and how has nothing to do with the adapter.
    let luid = luids()[0];
    opens(luid, "resource of 1", 1, ALL, true);
    opens(luid, "for reading only", 2, READ, true);
    opens(luid, "of which only the NT handle is left", 2, ALL, false);
}

/// With a new part of the handle table, which has nothing to do with the adapter.
pub(super) fn open_of_a_large_shared_resource() {
    opens(luids()[0], "resource of 70", 70, ALL, true);
}

pub(super) fn open_of_a_resource_without_data() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::OPENRESOURCEFROMNTHANDLE, &shape("without data")),
            || {
                let gpu = with_device(luid);
                let create = Create::buffer(DEVICE, 4096).in_shared_resource().made(&gpu);
                let nt = share(&gpu, create.resource());
                let open = Open::bare(DEVICE, &nt, 1);
                (gpu, nt, open)
            },
            |(gpu, _, open)| open.call(gpu),
            |(gpu, _, open)| {
                let destroyed = destroy_resource(&gpu.dxg, DEVICE, open.resource());
                assert_eq!(destroyed, SUCCESS);
            },
        );
    });
}

pub(super) fn destroy_of_openings() {
    on_each_luid(|luid, shape| {
        for (name, last) in [("an opening", false), ("the last opening", true)] {
            sweep(
                Subject::request(request::DESTROYALLOCATION2, &shape(name)),
                || {
                    let (gpu, nt) = with_nt_handle(luid, 2, ALL);
                    let opened = Open::new(DEVICE, &nt, 2).made(&gpu);
                    drop(nt);
                    if last {
                        let destroyed = destroy_resource(&gpu.dxg, DEVICE, NEXT);
                        assert_eq!(destroyed, SUCCESS);
                    }
                    (gpu, opened.resource())
                },
                |(gpu, resource)| destroy_resource(&gpu.dxg, DEVICE, *resource),
                |(gpu, resource)| {
                    let answer = destroy_resource(&gpu.dxg, DEVICE, resource);
                    assert_eq!(answer, INVALID_PARAMETER, "it is destroyed");
                },
            );
        }
        sweep(
            Subject::request(request::DESTROYDEVICE, &shape("with an opening")),
            || {
                let (gpu, nt) = with_nt_handle(luid, 2, ALL);
                let opened = Open::new(DEVICE, &nt, 2).made(&gpu);
                let address = gpu.lock(DEVICE, opened.allocation(1));
                (gpu, nt, address)
            },
            |(gpu, ..)| destroy_device(&gpu.dxg, DEVICE),
            |(.., address)| unmap(address, PAGE),
        );
    });
}

/// Locks of an opening.
fn locks(luid: Luid, shape: &str, access: u32, touched: usize) {
    sweep(
        Subject::request(request::LOCK2, shape),
        || {
            let (gpu, nt) = with_nt_handle(luid, 2, access);
            let opened = Open::new(DEVICE, &nt, 2).made(&gpu);
            let allocation = opened.allocation(touched);
            (gpu, allocation)
        },
        |(gpu, allocation)| lock(&gpu.dxg, DEVICE, *allocation).0,
        |(gpu, allocation)| gpu.unlock(DEVICE, allocation),
    );
}

pub(super) fn lock_of_openings() {
    on_each_luid(|luid, shape| {
        locks(luid, &shape("an opening, touched by another"), ALL, 0);
        locks(luid, &shape("an opening, first touch"), ALL, 1);
        locks(luid, &shape("an opening for reading only"), READ, 0);
    });
}

/// In a child: a shared heap, whose NT handle it sends.
pub(super) fn owner(arguments: &[String]) {
    let number = |i: usize| arguments[i].parse().expect("a number");
    let gpu = Gpu::open(Luid(number(0), number(1)));
    let memory = Map::new(2);
    let heap = Create::heap(gpu.device(), memory.address(), 2 * PAGE as u64);
    let heap = heap.in_shared_resource().made(&gpu);
    send(&from_parent(&arguments[2]), &share(&gpu, heap.resource()));
    child::wait_for_parent();
}

pub(super) fn lock_of_memory_of_another_process() {
    on_each_luid(|luid, shape| {
        let (ours, theirs) = sockets();
        let [a, b] = [luid.0.to_string(), luid.1.to_string()];
        let owner = child::command("owner", &[&a, &b, &number(&theirs).to_string()]);
        let owner = Child::start(owner);
        let nt = receive(&ours);
        for (name, before) in [("first time", false), ("another time", true)] {
            let shape = shape(&format!("memory of another process, {name}"));
            sweep(
                Subject::request(request::LOCK2, &shape),
                || {
                    let gpu = with_device(luid);
                    let opened = Open::bare(DEVICE, &nt, 1).made(&gpu);
                    let allocation = opened.allocation(0);
                    if before {
                        gpu.lock(DEVICE, allocation);
                        gpu.unlock(DEVICE, allocation);
                    }
                    (gpu, allocation)
                },
                |(gpu, allocation)| lock(&gpu.dxg, DEVICE, *allocation).0,
                |(gpu, allocation)| gpu.unlock(DEVICE, allocation),
            );
        }
        owner.succeed();
    });
}
