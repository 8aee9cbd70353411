// SPDX-License-Identifier: MIT OR Apache-2.0
//! dma-bufs: out of allocations and into resources, and what is done with those.

use super::*;
use dxg_guest_tests::{
    dma_buf::*,
    faults::{sweep, Subject},
    memory::unmap,
    prime::{udmabuf, Card},
};
use libd3dkmt::sys::request;
use std::os::fd::OwnedFd;

/// An adapter with a device and a displayable allocation, touched or not.
fn with_displayable(luid: Luid, touched: bool) -> Gpu {
    let gpu = with_device(luid);
    let allocation = displayable(DEVICE).made(&gpu).allocation(0);
    assert_eq!(allocation, NEXT);
    if touched {
        gpu.lock(DEVICE, NEXT);
        gpu.unlock(DEVICE, NEXT);
    }
    gpu
}

/// A dma-buf of a dumb buffer of the adapter's device.
fn dumb(gpu: &Gpu) -> OwnedFd {
    let card = Card::of(gpu);
    let (handle, _) = card.create(EXTENTS.0, EXTENTS.1);
    card.export(handle, true).expect("an export")
}

fn exports(luid: Luid, shape: &str, make: fn(u32, u32) -> Export, touched: bool, before: bool) {
    sweep(
        Subject::request(request::EXPORT_DMA_BUF, shape),
        || {
            let gpu = with_displayable(luid, touched);
            let first = before.then(|| make(DEVICE, NEXT).made(&gpu));
            (gpu, first, make(DEVICE, NEXT))
        },
        |(gpu, _, call)| call.call(gpu),
        |(gpu, first, call)| {
            let dma_buf = call.descriptor();
            drop((first, gpu));
            drop(dma_buf);
        },
    );
}

pub(super) fn export_of_an_allocation() {
    on_each_luid(|luid, shape| {
        exports(luid, &shape("touched"), Export::new, true, false);
        exports(luid, &shape("first touch"), Export::new, false, false);
        exports(
            luid,
            &shape("for reading only"),
            Export::read_only,
            true,
            false,
        );
        exports(luid, &shape("exported already"), Export::new, true, true);
        sweep(
            Subject::request(
                request::EXPORT_DMA_BUF,
                &shape("with another access than last time"),
            ),
            || {
                let gpu = with_displayable(luid, true);
                let before = counters();
                drop(Export::read_only(DEVICE, NEXT).made(&gpu));
                // Its end is seen at the next use.
                gpu.lock(DEVICE, NEXT);
                gpu.unlock(DEVICE, NEXT);
                before.assert_restored();
                (gpu, Export::new(DEVICE, NEXT))
            },
            |(gpu, call)| call.call(gpu),
            |(_, call)| drop(call.descriptor()),
        );
        sweep(
            Subject::request(request::EXPORT_DMA_BUF, &shape("of what was opened")),
            || {
                let gpu = with_device(luid);
                let opened = Open::new(DEVICE, &dumb(&gpu)).made(&gpu);
                let call = Export::new(DEVICE, opened.allocation);
                (gpu, call)
            },
            |(gpu, call)| call.call(gpu),
            |(_, call)| drop(call.descriptor()),
        );
    });
}

fn opens(luid: Luid, shape: &str, make: impl Fn(&Gpu) -> OwnedFd) {
    sweep(
        Subject::request(request::OPEN_DMA_BUF, shape),
        || {
            let gpu = with_device(luid);
            let dma_buf = make(&gpu);
            let call = Open::new(DEVICE, &dma_buf);
            (gpu, dma_buf, call)
        },
        |(gpu, _, call)| call.call(gpu),
        |(gpu, _, call)| {
            let opened = call.opened();
            gpu.lock(DEVICE, opened.allocation);
            gpu.unlock(DEVICE, opened.allocation);
            let destroyed = destroy_resource(&gpu.dxg, DEVICE, opened.resource);
            assert_eq!(destroyed, SUCCESS);
        },
    );
}

/// The adapter that can open dma-bufs of other drivers.
fn vkms() -> Option<Luid> {
    let mut luids = luids().into_iter();
    luids.find(|&luid| sysfs::registry_texts(&Gpu::open(luid))[3] == "vkms")
}

pub(super) fn open_of_a_dma_buf() {
    on_each_luid(|luid, shape| {
        opens(luid, &shape("of the card's own"), dumb);
        opens(luid, &shape("exported by itself"), |gpu| {
            let allocation = displayable(DEVICE).made(gpu).allocation(0);
            export(gpu, DEVICE, allocation)
        });
    });
    let vkms = vkms().expect("vkms");
    opens(vkms, "of another driver", |_| udmabuf(2).0);
}

pub(super) fn locks_of_what_was_opened() {
    let locks = |luid, shape: &str, make: &dyn Fn(&Gpu) -> OwnedFd| {
        for nested in [false, true] {
            let shape = format!("{shape}, {}", if nested { "locked" } else { "not locked" });
            sweep(
                Subject::request(request::LOCK2, &shape),
                || {
                    let gpu = with_device(luid);
                    let opened = Open::new(DEVICE, &make(&gpu)).made(&gpu);
                    if nested {
                        gpu.lock(DEVICE, opened.allocation);
                    }
                    (gpu, opened.allocation)
                },
                |(gpu, allocation)| lock(&gpu.dxg, DEVICE, *allocation).0,
                |(gpu, allocation)| {
                    gpu.unlock(DEVICE, allocation);
                    if nested {
                        gpu.unlock(DEVICE, allocation);
                    }
                },
            );
        }
    };
    on_each_luid(|luid, shape| locks(luid, &shape("opened dma-buf"), &dumb));
    locks(vkms().expect("vkms"), "dma-buf of another driver", &|_| {
        udmabuf(2).0
    });
}

pub(super) fn destroy_of_what_was_exported_and_opened() {
    on_each_luid(|luid, shape| {
        sweep(
            Subject::request(request::DESTROYALLOCATION2, &shape("exported")),
            || {
                let gpu = with_displayable(luid, true);
                let dma_buf = export(&gpu, DEVICE, NEXT);
                (gpu, dma_buf)
            },
            |(gpu, _)| destroy_allocations(&gpu.dxg, DEVICE, &[NEXT]),
            |(gpu, dma_buf)| drop((gpu, dma_buf)),
        );
        sweep(
            Subject::request(request::DESTROYDEVICE, &shape("with an opened dma-buf")),
            || {
                let gpu = with_device(luid);
                let opened = Open::new(DEVICE, &dumb(&gpu)).made(&gpu);
                let address = gpu.lock(DEVICE, opened.allocation);
                (gpu, address)
            },
            |(gpu, _)| destroy_device(&gpu.dxg, DEVICE),
            |(_, address)| unmap(address, BYTES),
        );
    });
}
