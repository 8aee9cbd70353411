// SPDX-License-Identifier: MIT OR Apache-2.0
//! What is no NT handle of a resource.

use super::*;
use dxg_guest_tests::share::*;
use rustix::fs::{open, Mode, OFlags};
use std::os::fd::OwnedFd;

fn refused(gpu: &Gpu, device: u32, nt_handle: u64, answer: Answer) {
    gpu.unchanged(|| assert_eq!(query(gpu, device, nt_handle).0, answer, "query"));
    Open::sized(device, nt_handle, 1, 0, 0).refused(gpu, answer);
}

fn file(path: &str, flags: OFlags) -> OwnedFd {
    open(path, flags | OFlags::CLOEXEC, Mode::empty()).expect("open")
}

pub(super) fn closed_descriptors() {
    on_each_device(|gpu, device| {
        let nt = share(gpu, shared(device, 1).made(gpu).resource());
        let closed = number(&nt);
        drop(nt);
        refused(gpu, device, closed, INVALID_HANDLE);
        // One that is only a path cannot be used for anything.
        let path = file("/dev/null", OFlags::PATH);
        refused(gpu, device, number(&path), INVALID_HANDLE);
    });
}

pub(super) fn numbers_that_are_no_descriptors() {
    on_each_device(|gpu, device| {
        let nt = share(gpu, shared(device, 1).made(gpu).resource());
        let high = |bit: u32| number(&nt) | (1 << bit);
        for_each([high(32), high(63), 1 << 31, 1 << 32], |nt_handle| {
            refused(gpu, device, nt_handle, INVALID_HANDLE);
        });
        for_each([10_000, 0x7fff_ffff, 0xffff_ffff, u64::MAX], |nt_handle| {
            refused(gpu, device, nt_handle, INVALID_HANDLE);
        });
        // Only the number was wrong.
        Open::new(device, &nt, 1).made(gpu);
    });
}
