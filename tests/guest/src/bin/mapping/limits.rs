// SPDX-License-Identifier: MIT OR Apache-2.0
//! Limits of the process: address space, locked memory, files.

use super::*;
use dxg_guest_tests::{
    create::Create,
    fence::{create_paging_queue, create_sync_object, new_fence, new_paging_queue},
    limit::MostFiles,
    share::{shared, Share},
};

/// In a child: there is no address space for the lock.
pub(super) fn limited(_: &[String]) {
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let small = Create::buffer(device, 4096).made(gpu).allocation(0);
        let large = Create::buffer(device, 64 << 20).made(gpu).allocation(0);
        let before = counters();
        let statm = std::fs::read_to_string("/proc/self/statm").expect("statm");
        let pages: u64 = statm
            .split(' ')
            .next()
            .expect("a size")
            .parse()
            .expect("pages");
        set_address_space(pages * PAGE as u64 + (16 << 20));
        let (answer, address) = lock(&gpu.dxg, device, large);
        assert_eq!((answer, address), (NO_MEMORY, 0));
        assert_eq!(counters().since(&before, "mappings"), 0);
        assert_eq!(unlock(&gpu.dxg, device, large), INVALID_PARAMETER);
        gpu.lock(device, small);
        gpu.unlock(device, small);
        set_address_space(libc::RLIM_INFINITY);
        gpu.lock(device, large);
        gpu.unlock(device, large);
    });
}

fn set_address_space(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_AS, &limit) }, 0);
}

pub(super) fn rlimit_as_is_heeded() {
    Child::start(child::command("limited", &[])).succeed();
}

/// The calls that map something.
fn mapping_calls(gpu: &Gpu, device: u32, allocation: u32) -> [Answer; 3] {
    let (mut queue, mut fence) = (new_paging_queue(device), new_fence(device, 0));
    [
        lock(&gpu.dxg, device, allocation).0,
        create_paging_queue(&gpu.dxg, &mut queue),
        create_sync_object(&gpu.dxg, &mut fence),
    ]
}

/// What a refused lock may leave to its allocation.
const BACKING: [(&str, i64); 1] = [("gem_objects", 1)];

fn set_memlock(bytes: u64) {
    let limit = libc::rlimit {
        rlim_cur: bytes,
        rlim_max: libc::RLIM_INFINITY,
    };
    // SAFETY: The structure is complete.
    assert_eq!(unsafe { libc::setrlimit(libc::RLIMIT_MEMLOCK, &limit) }, 0);
}

/// In a child, as a user: all mappings are to be locked in memory, and none may be.
pub(super) fn locked(_: &[String]) {
    set_memlock(libc::RLIM_INFINITY);
    child::become_user();
    on_each_adapter(|gpu| {
        let device = gpu.device();
        let allocation = Create::buffer(device, 8192).made(gpu).allocation(0);
        let before = counters();
        // SAFETY: No preconditions; nothing else is mapped until it is taken back.
        assert_eq!(unsafe { libc::mlockall(libc::MCL_FUTURE) }, 0);
        set_memlock(0);
        let answers = mapping_calls(gpu, device, allocation);
        set_memlock(libc::RLIM_INFINITY);
        // SAFETY: No preconditions.
        assert_eq!(unsafe { libc::munlockall() }, 0);
        assert_eq!(answers, [NO_MEMORY; 3]);
        assert_eq!(before.compare_soon(&BACKING), Ok(()));
        assert_eq!(mapping_calls(gpu, device, allocation), [SUCCESS; 3]);
    });
}

pub(super) fn the_limit_of_locked_memory_is_heeded() {
    spare("an injected failure would be in a child");
    Child::start(child::command("locked", &[])).succeed();
}

/// In a child, as a user: there are no files left.
pub(super) fn no_files(_: &[String]) {
    child::become_user();
    let gpu = Gpu::first();
    let device = gpu.device();
    let allocation = Create::buffer(device, 8192).made(&gpu).allocation(0);
    let touched = Create::buffer(device, 8192).made(&gpu).allocation(0);
    gpu.lock(device, touched);
    gpu.unlock(device, touched);
    let shareable = shared(device, 1).made(&gpu).resource();
    let mut share = Share::new(shareable);
    let before = counters();
    child::say("ready");
    child::wait_for_parent();
    // Memory that there is not is in a file, as is what a descriptor names.
    assert_eq!(lock(&gpu.dxg, device, allocation).0, NO_MEMORY);
    assert_eq!(share.call(&gpu), NO_MEMORY);
    assert_eq!(before.compare_soon(&BACKING), Ok(()));
    // Mappings take none.
    assert_eq!(mapping_calls(&gpu, device, touched), [SUCCESS; 3]);
}

pub(super) fn a_full_table_of_files_is_no_memory() {
    spare("an injected failure would be in a child");
    let mut child = Child::start(child::command("no_files", &[]));
    assert_eq!(child.line(), "ready");
    let _most = MostFiles::of(0);
    child.succeed();
}
