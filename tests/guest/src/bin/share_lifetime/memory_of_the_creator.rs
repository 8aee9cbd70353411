// SPDX-License-Identifier: MIT OR Apache-2.0
//! Shared resources of memory that their creator gave.

use super::*;
use dxg_guest_tests::{
    child::Child,
    create::Create,
    memory::{becomes_writable, Map},
    share::{from_parent, number, receive, send, share, sockets, Open, Share, READ},
};
use libd3dkmt::sys::bindings as c;
use std::os::fd::OwnedFd;

/// Pages of the memory.
const PAGES: usize = 3;

/// Makes a shared resource of a range, as an existing heap or as preallocated memory.
fn create(gpu: &Gpu, device: u32, kind: &str, memory: &Map) -> Create {
    let (address, bytes) = (memory.address(), (PAGES * PAGE) as u64);
    let create = match kind {
        "heap" => Create::heap(device, address, bytes),
        "read-only heap" => {
            Create::heap(device, address, bytes).flags(c::D3DKMT_CREATEALLOCATION_READ_ONLY)
        }
        _ => Create::memory(device, &[(address, bytes)]),
    };
    create.in_shared_resource().made(gpu)
}

/// In a child: makes a resource of memory whose pages have 1, 2, 3 in them, and sends its NT handle;
/// may unmap the memory; and when told to go on, sees 11, 12, 13 there if so told.
pub(super) fn owner(arguments: &[String]) {
    let gpu = gpu_of(arguments);
    let socket = from_parent(&arguments[2]);
    let device = gpu.device();
    let mut memory = Map::new(PAGES);
    for (page, byte) in memory.bytes().chunks_mut(PAGE).zip(1..) {
        page.fill(byte);
    }
    let create = create(&gpu, device, &arguments[3], &memory);
    let nt = share(&gpu, create.resource());
    if arguments[4] == "unmaps" {
        drop(memory);
        send(&socket, &nt);
        child::wait_for_parent();
        return;
    }
    send(&socket, &nt);
    drop(nt);
    child::wait_for_parent();
    if arguments[4] == "looks" {
        for (page, byte) in memory.bytes().chunks(PAGE).zip(11..) {
            assert!(
                page.iter().all(|&b| b == byte),
                "what the opener has written"
            );
        }
    }
}

fn owning(gpu: &Gpu, kind: &str, then: &str) -> (Child, OwnedFd) {
    let (ours, theirs) = sockets();
    let number = number(&theirs).to_string();
    let child = start("owner", gpu, &[&number, kind, then]);
    drop(theirs);
    let nt = receive(&ours);
    (child, nt)
}

/// All pages of a lock show what their owner has put there.
fn shows(address: u64) {
    for (page, byte) in (0..PAGES as u64).zip(1..) {
        assert!(is_full(address + page * PAGE as u64, byte), "page {page}");
    }
}

fn changes(address: u64) {
    for (page, byte) in (0..PAGES as u64).zip(11..) {
        fill(address + page * PAGE as u64, byte);
    }
}

fn opened_by_another_process(kind: &str) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let before = counters();
        let (child, nt) = owning(gpu, kind, "looks");
        let theirs = [
            ("processes", 1),
            ("adapter_opens", 1),
            ("devices", 1),
            ("resources", 1),
            ("allocations", 1),
            ("bindings", 1),
            ("pinned_pages", PAGES as i64),
        ];
        before.assert_grown(&[&theirs[..], &[("nt_handles", 1)]].concat());
        let opened = Open::bare(device, &nt, 1).made(gpu);
        let address = gpu.lock(device, opened.allocation(0));
        shows(address);
        changes(address);
        gpu.unlock(device, opened.allocation(0));
        let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
        assert_eq!(destroyed, SUCCESS);
        drop(nt);
        before.assert_grown(&theirs);
        child.succeed();
        before.assert_restored();
    });
}

pub(super) fn preallocated_memory_opened_by_another_process() {
    opened_by_another_process("preallocated");
}

pub(super) fn an_existing_heap_opened_by_another_process() {
    opened_by_another_process("heap");
}

pub(super) fn memory_that_was_pinned_for_reading() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for (kind, expected) in [("read-only heap", false), ("heap", true)] {
            let (child, nt) = owning(gpu, kind, "waits");
            // The NT handle grants everything.
            let opened = Open::bare(device, &nt, 1).made(gpu);
            locked(gpu, device, opened.allocation(0), |address| {
                shows(address);
                assert_eq!(becomes_writable(address, PAGES * PAGE), expected, "{kind}");
            });
            // And if it does not, that holds.
            let nt = Share::new(opened.resource()).access(READ).made(gpu);
            let opened = Open::bare(device, &nt, 1).made(gpu);
            locked(gpu, device, opened.allocation(0), |address| {
                shows(address);
                assert!(!becomes_writable(address, PAGES * PAGE));
            });
            child.succeed();
        }
    });
}

pub(super) fn memory_of_a_creator_that_is_gone() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        for kind in ["heap", "preallocated"] {
            let before = counters();
            let (child, nt) = owning(gpu, kind, "waits");
            child.kill();
            let kept = [
                ("resources", 1),
                ("allocations", 1),
                ("pinned_pages", PAGES as i64),
            ];
            before.assert_grown(&[&kept[..], &[("nt_handles", 1)]].concat());
            let opened = Open::bare(device, &nt, 1).made(gpu);
            drop(nt);
            let address = gpu.lock(device, opened.allocation(0));
            shows(address);
            let destroyed = destroy_resource(&gpu.dxg, device, opened.resource());
            assert_eq!(destroyed, SUCCESS);
            // The mapping alone keeps the pages.
            before.assert_grown(&[&kept[..], &[("mappings", 1)]].concat());
            shows(address);
            changes(address);
            dxg_guest_tests::memory::unmap(address, PAGES * PAGE);
            before.assert_restored();
        }
    });
}

pub(super) fn memory_that_the_creator_has_unmapped() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let (child, nt) = owning(gpu, "heap", "unmaps");
        let opened = Open::bare(device, &nt, 1).made(gpu);
        locked(gpu, device, opened.allocation(0), |address| {
            shows(address);
            changes(address);
        });
        child.succeed();
    });
}

/// There it is where it is, for every opening, and as the process has it.
pub(super) fn memory_in_the_creating_process() {
    on_each_adapter(|gpu| {
        let (device, other) = (gpu.device(), gpu.device());
        let memory = Map::new(PAGES);
        let before = counters();
        let create = create(gpu, device, "heap", &memory);
        for access in [READ, 1] {
            let nt = Share::new(create.resource()).access(access).made(gpu);
            let opened = Open::bare(other, &nt, 1).made(gpu);
            locked(gpu, other, opened.allocation(0), |address| {
                assert_eq!(address, memory.address());
            });
            let destroyed = destroy_resource(&gpu.dxg, other, opened.resource());
            assert_eq!(destroyed, SUCCESS);
        }
        let pinned = PAGES as i64;
        before.assert_grown(&[
            ("resources", 1),
            ("allocations", 1),
            ("bindings", 1),
            ("pinned_pages", pinned),
        ]);
    });
}
