// SPDX-License-Identifier: MIT OR Apache-2.0
//! Who keeps the memory, and what goes when nobody does.

use super::*;
use dxg_guest_tests::{
    create::{surface, Create},
    dma_buf::*,
    faults::every_call::spare,
    memory::PAGE,
    prime::{identity, map, Card},
    signals::spawn,
    state::Counters,
};
use libd3dkmt::sys::{self, gem::*};
use std::{
    os::fd::OwnedFd,
    sync::atomic::{AtomicBool, AtomicU32, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

/// Exports an allocation that is full of a byte, and destroys it.
fn orphan(gpu: &Gpu, device: u32, byte: u8) -> OwnedFd {
    let allocation = displayable(device).made(gpu).allocation(0);
    fill(gpu, device, allocation, BYTES, byte);
    let dma_buf = export(gpu, device, allocation);
    let destroyed = destroy_allocations(&gpu.dxg, device, &[allocation]);
    assert_eq!(destroyed, SUCCESS);
    dma_buf
}

/// Runs a test that must restore all counters, with a dma-buf whose allocation has gone.
fn with_orphan(test: impl Fn(&Gpu, u32, &Counters, OwnedFd)) {
    on_each_device(|gpu, device| {
        let before = counters();
        let dma_buf = orphan(gpu, device, 0x5a);
        // The memory is the dma-buf's alone.
        before.assert_restored();
        test(gpu, device, &before, dma_buf);
        before.assert_restored();
    });
}

pub(super) fn an_export_keeps_the_memory() {
    with_orphan(|gpu, device, before, dma_buf| {
        assert!(full_of(map(&dma_buf, BYTES).bytes(), 0x5a));
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        before.assert_grown(&[("devices", -1)]);
        assert!(full_of(map(&dma_buf, BYTES).bytes(), 0x5a));
        gpu.device();
    });
    // A resource goes as well.
    on_each_device(|gpu, device| {
        let before = counters();
        let create = Create::buffers(device, 3).in_shared_resource().made(gpu);
        let dma_buf = export(gpu, device, create.allocation(1));
        let destroyed = destroy_resource(&gpu.dxg, device, create.resource());
        assert_eq!(destroyed, SUCCESS);
        before.assert_restored();
        assert!(full_of(map(&dma_buf, PAGE).bytes(), 0));
    });
}

pub(super) fn a_mapping_keeps_the_memory() {
    with_orphan(|_, _, _, dma_buf| {
        let mapped = map(&dma_buf, BYTES);
        drop(dma_buf);
        assert!(full_of(mapped.bytes(), 0x5a));
    });
}

pub(super) fn a_handle_of_the_card_keeps_the_memory() {
    with_orphan(|gpu, _, _, dma_buf| {
        let card = Card::of(gpu);
        let handle = card.import(&dma_buf).expect("an import");
        drop(dma_buf);
        let mapped = card.map(handle, BYTES);
        card.close(handle);
        assert!(full_of(mapped.bytes(), 0x5a));
    });
}

pub(super) fn a_frame_buffer_keeps_the_export() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let dma_buf = export(gpu, device, allocation);
        let card = Card::of(gpu);
        let handle = card.import(&dma_buf).expect("an import");
        let (width, height) = EXTENTS;
        let buffer = card.add_frame_buffer(handle, width, height, 4 * width);
        card.close(handle);
        drop(dma_buf);
        Export::read_only(device, allocation).refused(gpu, ACCESS_DENIED);
        card.remove_frame_buffer(buffer);
        Export::read_only(device, allocation).made(gpu);
    });
}

pub(super) fn an_opening_keeps_the_memory() {
    with_orphan(|gpu, device, before, dma_buf| {
        let opened = Open::new(device, &dma_buf).made(gpu);
        drop(dma_buf);
        let more = [
            ("resources", 1),
            ("allocations", 1),
            ("bindings", 1),
            ("gem_objects", 1),
        ];
        before.assert_grown(&more);
        assert!(is_full(gpu, device, opened.allocation, BYTES, 0x5a));
        let address = gpu.lock(device, opened.allocation);
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
        assert_eq!(destroyed, SUCCESS);
        // The mapping keeps what it is of.
        before.assert_grown(&[&more[..2], &more[3..], &[("mappings", 1)]].concat());
        dxg_guest_tests::memory::unmap(address, BYTES);
    });
}

pub(super) fn an_import_of_another_driver_keeps_the_memory() {
    let (virtio, vkms) = (of_driver("virtio_gpu"), of_driver("vkms"));
    let (from, to) = (virtio.device(), vkms.device());
    let before = counters();
    let dma_buf = orphan(&virtio, from, 0x5a);
    let opened = Open::new(to, &dma_buf).made(&vkms);
    drop(dma_buf);
    let address = vkms.lock(to, opened.allocation);
    let destroyed = destroy_resource(&vkms.dxg, to, opened.resource);
    assert_eq!(destroyed, SUCCESS);
    // The mapping is one of the dma-buf.
    before.assert_restored();
    // SAFETY: The mapping has that many bytes.
    let bytes = unsafe { dxg_guest_tests::memory::bytes_at(address, BYTES) };
    assert!(full_of(bytes, 0x5a));
    dxg_guest_tests::memory::unmap(address, BYTES);
    before.assert_restored();
}

/// A displayable allocation of 32 MiB: an eighth of the segment.
fn eighth(gpu: &Gpu, device: u32) -> u32 {
    let mut blob = surface(4096, 2048);
    blob.usage |= DXGKRNL_GEM_USAGE_DISPLAYABLE;
    Create::blobs(device, &[blob]).made(gpu).allocation(0)
}

pub(super) fn a_process_pins_half_of_the_segment() {
    spare("they are large");
    on_each_device(|gpu, device| {
        let before = gpu.usage(sys::D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL);
        let all: Vec<_> = (0..5).map(|_| eighth(gpu, device)).collect();
        for &allocation in &all {
            gpu.lock(device, allocation);
            gpu.unlock(device, allocation);
        }
        let mut exports: Vec<_> = all[..4].iter().map(|&a| export(gpu, device, a)).collect();
        Export::new(device, all[4]).refused(gpu, NO_MEMORY);
        // What is exported already is so once more.
        drop(export(gpu, device, all[0]));
        // Nobody is told that a dma-buf has gone: it is seen when somebody wants room.
        drop(exports.pop());
        exports.push(export(gpu, device, all[4]));
        Export::new(device, all[3]).refused(gpu, NO_MEMORY);
        drop(exports);
        assert_eq!(destroy_allocations(&gpu.dxg, device, &all), SUCCESS);
        assert_eq!(gpu.usage(sys::D3DKMT_MEMORY_SEGMENT_GROUP_LOCAL), before);
    });
}

pub(super) fn exports_of_a_closed_node() {
    for luid in luids() {
        let before = counters();
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let create = displayable(device).in_shared_resource().made(&gpu);
        fill(&gpu, device, create.allocation(0), BYTES, 0x5a);
        let dma_buf = export(&gpu, device, create.allocation(0));
        drop(gpu);
        before.assert_restored();
        let gpu = Gpu::open(luid);
        let device = gpu.device();
        let opened = Open::new(device, &dma_buf).made(&gpu);
        drop(dma_buf);
        assert!(is_full(&gpu, device, opened.allocation, BYTES, 0x5a));
        drop(gpu);
        before.assert_restored();
    }
}

/// Exports, opens and closes what is exported and opened elsewhere at the same time.
fn use_it(gpu: &Gpu, device: u32, allocation: u32, writable: bool, done: &AtomicU32) {
    let mut call = match writable {
        true => Export::new(device, allocation),
        false => Export::read_only(device, allocation),
    };
    let dma_buf = match call.call(gpu) {
        SUCCESS => call.descriptor(),
        ACCESS_DENIED => return,
        answer => panic!("{answer:?}"),
    };
    let opened = Open::new(device, &dma_buf).made(gpu);
    assert_eq!(opened.read_only, !writable);
    let again = export_as(gpu, device, opened.allocation, writable);
    // As long as one is there, there is no other one.
    assert_eq!(identity(&again), identity(&dma_buf));
    gpu.lock(device, opened.allocation);
    gpu.unlock(device, opened.allocation);
    let destroyed = destroy_resource(&gpu.dxg, device, opened.resource);
    assert_eq!(destroyed, SUCCESS);
    done.fetch_add(1, Relaxed);
}

fn export_as(gpu: &Gpu, device: u32, allocation: u32, writable: bool) -> OwnedFd {
    match writable {
        true => Export::new(device, allocation).made(gpu),
        false => Export::read_only(device, allocation).made(gpu),
    }
}

pub(super) fn exports_and_ends_at_once() {
    on_each_device(|gpu, device| {
        let allocation = displayable(device).made(gpu).allocation(0);
        let (stop, done) = (AtomicBool::new(false), AtomicU32::new(0));
        thread::scope(|scope| {
            let _stop = harness::StopAtEnd(&stop);
            for writable in [true, true, false] {
                let (stop, done) = (&stop, &done);
                spawn(scope, move || {
                    while !stop.load(Relaxed) {
                        use_it(gpu, device, allocation, writable, done);
                    }
                });
            }
            let start = Instant::now();
            while start.elapsed() < Duration::from_secs(2) || done.load(Relaxed) == 0 {
                let card = Card::of(gpu);
                let mut call = Export::new(device, allocation);
                if call.call(gpu) == SUCCESS {
                    let handle = card.import(&call.descriptor()).expect("an import");
                    card.close(handle);
                }
            }
        });
        assert!(done.load(Relaxed) > 0);
    });
}
