// SPDX-License-Identifier: MIT OR Apache-2.0
//! The value as processes see it.

use super::*;
use dxg_guest_tests::{
    child::fork,
    memory::{becomes_writable, is_writable, unmap, Map, PAGE},
};
use rustix::{
    mm::{mremap_fixed, MremapFlags},
    pipe::pipe,
};
use std::{
    os::unix::process::ExitStatusExt,
    sync::atomic::{AtomicU64, Ordering::Relaxed},
};

pub(super) fn the_value_is_for_reading() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 5);
        assert!(!is_writable(fence.address));
        assert!(!becomes_writable(fence.address, PAGE));
        assert_eq!(fence.value(), 5);
    });
}

pub(super) fn a_writer_is_killed() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let fence = Fence::new(&gpu, device, 5);
    let status = fork(|| {
        // SAFETY: None; that is what is tried, in a child.
        unsafe { (fence.address as *mut u64).write_volatile(6) };
        0
    });
    assert_eq!(status.signal(), Some(libc::SIGSEGV));
    assert_eq!(fence.value(), 5);
}

/// Whether something is mapped there: the kernel tries to read it.
fn is_mapped(address: u64) -> bool {
    let (_reader, writer) = pipe().expect("a pipe");
    use std::os::fd::AsRawFd;
    // SAFETY: The kernel reads a byte, or says that there is none.
    let wrote = unsafe { libc::write(writer.as_raw_fd(), address as *const libc::c_void, 1) };
    wrote == 1
}

/// Memory that a child shares with its parent.
fn shared() -> Map {
    Map::of_file(&dxg_guest_tests::memory::memory_file(1), 1, true)
}

pub(super) fn a_child_sees_the_value() {
    on_each_device(|gpu, device| {
        let fence = Fence::new(gpu, device, 5);
        let memory = shared();
        // SAFETY: Both processes use the place by atomic operations alone.
        let told: &AtomicU64 = unsafe { &*memory.at::<AtomicU64>(0) };
        std::thread::scope(|scope| {
            let child = scope.spawn(|| {
                fork(|| {
                    if fence.value() != 5 {
                        return 1;
                    }
                    told.store(1, Relaxed);
                    // The parent goes on signalling, and this process sees it by plain loads.
                    while fence.value() < 1000 {
                        std::hint::spin_loop();
                    }
                    0
                })
            });
            while told.load(Relaxed) == 0 && !child.is_finished() {
                std::thread::yield_now();
            }
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 1000)]), SUCCESS);
            assert_eq!(child.join().expect("a child").code(), Some(0));
        });
    });
}

pub(super) fn a_mapping_ends_with_its_fence() {
    on_each_device(|gpu, device| {
        let [one, two] = [1, 2].map(|value| Fence::new(gpu, device, value));
        let queue = PagingQueue::new(gpu, device);
        assert_eq!(destroy_sync_object(&gpu.dxg, one.handle), SUCCESS);
        assert!(!is_mapped(one.address));
        assert!(is_mapped(two.address));
        assert_eq!(destroy_paging_queue(&gpu.dxg, queue.handle), SUCCESS);
        assert!(!is_mapped(queue.fence.address));
        assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
        assert!(!is_mapped(two.address));
    });
}

pub(super) fn a_mapping_that_the_user_changes() {
    let gpu = Gpu::first();
    let device = gpu.device();
    let [gone, moved] = [1, 2].map(|value| Fence::new(&gpu, device, value));
    // Unmapped by the user; and something else put there.
    unmap(gone.address, PAGE);
    assert_eq!(destroy_sync_object(&gpu.dxg, gone.handle), SUCCESS);
    let place = Map::new(1);
    // SAFETY: The page is the fence's, and the place is ours.
    unsafe {
        let (from, to) = (moved.address as *mut _, place.at(0));
        mremap_fixed(from, PAGE, PAGE, MremapFlags::MAYMOVE, to).expect("mremap");
    }
    let moved = Fence {
        address: place.address(),
        ..moved
    };
    assert_eq!(moved.value(), 2);
    assert_eq!(signal(&gpu.dxg, device, &[(moved.handle, 3)]), SUCCESS);
    assert_eq!(moved.value(), 3);
    // What the user has moved is the user's to unmap; the last value stays in it.
    assert_eq!(destroy_sync_object(&gpu.dxg, moved.handle), SUCCESS);
    assert_eq!(moved.value(), 3);
}

/// The child's mapping is its own: it has the last value when the fence and the node are gone.
pub(super) fn a_child_keeps_its_mapping() {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let fence = Fence::new(gpu, device, 5);
        let memory = shared();
        // SAFETY: As in `a_child_sees_the_value`.
        let step: &AtomicU64 = unsafe { &*memory.at::<AtomicU64>(0) };
        std::thread::scope(|scope| {
            let child = scope.spawn(|| {
                fork(|| {
                    step.store(1, Relaxed);
                    while step.load(Relaxed) != 2 {
                        std::hint::spin_loop();
                    }
                    i32::from(fence.value() != 6)
                })
            });
            while step.load(Relaxed) == 0 && !child.is_finished() {
                std::thread::yield_now();
            }
            assert_eq!(signal(&gpu.dxg, device, &[(fence.handle, 6)]), SUCCESS);
            assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
            assert!(!is_mapped(fence.address));
            step.store(2, Relaxed);
            assert_eq!(child.join().expect("a child").code(), Some(0));
        });
    });
}
