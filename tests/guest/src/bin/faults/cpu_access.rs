// SPDX-License-Identifier: MIT OR Apache-2.0
//! Locks, and what a user does to their mappings.

use super::*;
use dxg_guest_tests::{
    device::Device,
    faults::{sweep, Subject},
    memory::{bytes_at, unmap},
};
use libd3dkmt::sys::request;
use rustix::mm::{mprotect, mremap_fixed, munmap, MprotectFlags, MremapFlags};
use std::cell::Cell;

/// A device with one allocation, and the address of its last lock.
struct Ready {
    gpu: Gpu,
    allocation: u32,
    address: u64,
}

impl Ready {
    fn new(luid: Luid, create: Create) -> Self {
        let gpu = with_device(luid);
        let allocation = create.made(&gpu).allocation(0);
        Self {
            gpu,
            allocation,
            address: 0,
        }
    }

    fn buffer(luid: Luid, pages: usize) -> Self {
        Self::new(luid, Create::buffer(DEVICE, (pages * PAGE) as u64))
    }

    fn lock(&mut self) -> Answer {
        let (answer, address) = lock(&self.gpu.dxg, DEVICE, self.allocation);
        if answer == SUCCESS {
            self.address = address;
        }
        answer
    }

    fn unlock(&self) -> Answer {
        unlock(&self.gpu.dxg, DEVICE, self.allocation)
    }

    fn locked(mut self) -> Self {
        assert_eq!(self.lock(), SUCCESS);
        self
    }

    fn unlocked(self) -> Self {
        assert_eq!(self.unlock(), SUCCESS);
        self
    }

    /// Ends `locks` locks, the only ones; the bytes are there until then.
    fn end(self, locks: usize) {
        if locks > 0 {
            // SAFETY: The lock has a page, and nobody else has it.
            unsafe { bytes_at(self.address, PAGE) }.fill(1);
        }
        for _ in 0..locks {
            assert_eq!(self.unlock(), SUCCESS);
        }
        assert_eq!(self.unlock(), INVALID_PARAMETER, "more locks than made");
    }
}

fn lock_of(shape: &str) -> Subject<'_> {
    Subject::request(request::LOCK2, shape)
}

fn unlock_of(shape: &str) -> Subject<'_> {
    Subject::request(request::UNLOCK2, shape)
}

pub(super) fn first_lock() {
    on_each_luid(|luid, shape| {
        let shape = shape("first touch");
        let ready = || Ready::buffer(luid, 1);
        sweep(lock_of(&shape), ready, Ready::lock, |ready| ready.end(1));
    });
}

pub(super) fn first_lock_of_many_pages() {
    // More than one table of page table entries has.
    const PAGES: usize = 520;
    // What adapters differ in, a page shows as well.
    let luid = luids()[0];
    let ready = || Ready::buffer(luid, PAGES);
    let subject = lock_of("first touch of 520 pages").each_to(16);
    sweep(subject, ready, Ready::lock, |ready| ready.end(1));
}

pub(super) fn lock_of_memory_that_is_there() {
    on_each_luid(|luid, shape| {
        let shape = shape("touched before");
        let ready = || Ready::buffer(luid, 1).locked().unlocked();
        sweep(lock_of(&shape), ready, Ready::lock, |ready| ready.end(1));
    });
}

pub(super) fn lock_of_what_is_locked() {
    on_each_luid(|luid, shape| {
        let shape = shape("locked before");
        let ready = || Ready::buffer(luid, 1).locked();
        sweep(lock_of(&shape), ready, Ready::lock, |ready| ready.end(2));
    });
}

fn heap(luid: Luid, memory: &Map) -> Ready {
    Ready::new(luid, Create::heap(DEVICE, memory.address(), PAGE as u64))
}

pub(super) fn lock_in_place() {
    let memory = Map::new(1);
    let ready = || heap(luids()[0], &memory);
    sweep(lock_of("in place"), ready, Ready::lock, |ready| {
        ready.end(1)
    });
}

pub(super) fn unlock_of_the_last_lock() {
    on_each_luid(|luid, shape| {
        let shape = shape("last lock");
        let ready = || Ready::buffer(luid, 1).locked();
        sweep(
            unlock_of(&shape),
            ready,
            |ready| ready.unlock(),
            |ready| ready.end(0),
        );
    });
}

pub(super) fn unlock_of_one_of_two_locks() {
    on_each_luid(|luid, shape| {
        let shape = shape("one of two locks");
        let ready = || Ready::buffer(luid, 1).locked().locked();
        sweep(
            unlock_of(&shape),
            ready,
            |ready| ready.unlock(),
            |ready| ready.end(1),
        );
    });
}

pub(super) fn unlock_in_place() {
    let memory = Map::new(1);
    let ready = || heap(luids()[0], &memory).locked();
    sweep(
        unlock_of("in place"),
        ready,
        |ready| ready.unlock(),
        |ready| ready.end(0),
    );
}

/// System calls on the mapping of a lock of three pages: they may fail for lack of memory, and then
/// everything is as it was.
pub(super) fn mappings_that_the_user_changes() {
    const BYTES: usize = 3 * PAGE;
    on_each_luid(|luid, shape| {
        let shape = shape("part of a lock");
        let of = |name| Subject::system_call(name, &shape).needs_memory();
        let ready = || Ready::buffer(luid, 3).locked();
        let end = |ready: Ready| {
            // The user has changed it, and so unmaps it.
            unmap(ready.address, BYTES);
            ready.unlocked().end(0);
        };
        let page_of = |ready: &Ready| (ready.address as usize + PAGE) as *mut libc::c_void;
        // SAFETY: In all three, the range is part of the lock, which nothing refers to.
        let unmaps = |ready: &mut Ready| answer_of(unsafe { munmap(page_of(ready), PAGE) });
        let protects = |ready: &mut Ready| {
            answer_of(unsafe { mprotect(page_of(ready), PAGE, MprotectFlags::READ) })
        };
        sweep(of("munmap"), ready, unmaps, end);
        sweep(of("mprotect"), ready, protects, end);
        sweep(
            of("mremap"),
            || (ready(), Map::new(1)),
            |(ready, place)| {
                let (page, to) = (page_of(ready), place.at(0));
                // SAFETY: As above; the place is the test's own.
                let moved = unsafe { mremap_fixed(page, PAGE, PAGE, MremapFlags::MAYMOVE, to) };
                answer_of(moved.map(drop))
            },
            |(ready, place)| {
                drop(place);
                end(ready);
            },
        );
    });
}

/// When its device has gone, the pages of a lock come at the first access, and are zero. The kernel
/// makes an access again that had no memory.
pub(super) fn pages_of_a_lock_when_the_device_is_gone() {
    const LOCKS: usize = 16;
    let mut device = Device::find();
    let gpu = with_device(device.luid);
    let create = Create::buffers(DEVICE, LOCKS).made(&gpu);
    let addresses: Vec<_> = (create.allocations().into_iter())
        .map(|allocation| gpu.lock(DEVICE, allocation))
        .collect();
    device.remove();
    let next = Cell::new(0);
    sweep(
        Subject::system_call("page fault", "of a lock whose device is gone"),
        || {
            let i = next.replace(next.get() + 1);
            assert!(i < LOCKS, "no lock is left");
            (addresses[i] as *const u8, 1)
        },
        |(page, byte)| {
            // SAFETY: The mapping outlives the device.
            *byte = unsafe { page.read_volatile() };
            SUCCESS
        },
        |(_, byte)| assert_eq!(byte, 0),
    );
    addresses.iter().for_each(|&address| unmap(address, PAGE));
    drop(gpu);
    device.restore();
}
