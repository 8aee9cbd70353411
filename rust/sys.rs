// SPDX-License-Identifier: GPL-2.0

//! FFI that is not DRM: the device node, CPU views, pinned user memory, processes, work.
//!
//! `unsafe` is allowed in this room and in `drm`; what they hand out is safe.

pub(crate) mod bindings;
pub(crate) mod debugfs;
pub(crate) mod descriptor;
pub(crate) mod event_fd;
pub(crate) mod fence_page;
#[cfg(dxg_gates)]
pub(crate) mod gates;
pub(crate) mod identity;
pub(crate) mod kernel_pages;
pub(crate) mod memory_group;
pub(crate) mod misc_device;
pub(crate) mod object_file;
pub(crate) mod page_range;
pub(crate) mod pid;
pub(crate) mod shrinker;
pub(crate) mod system_memory;
pub(crate) mod user_pages;
pub(crate) mod user_sized;
pub(crate) mod view;
pub(crate) mod window;
pub(crate) mod worker;
pub(crate) mod workqueue;

use crate::status::NtStatus;
use kernel::{
    error::Error,
    prelude::*, //
};

impl From<Error> for NtStatus {
    fn from(error: Error) -> Self {
        let status = NtStatus::from_errno(-error.to_errno());
        // The caller does not see what it was.
        if status == NtStatus::UNSUCCESSFUL && may_log() {
            pr_warn!("a call fails by {error:?}\n");
        }
        status
    }
}

/// Lets a table of C callbacks be static.
struct AssertSync<T>(T);

// SAFETY: The tables are never written to.
unsafe impl<T> Sync for AssertSync<T> {}

/// Bytes in a page.
pub(crate) use kernel::page::PAGE_SIZE;

/// Installed memory in bytes.
pub(crate) fn total_ram_bytes() -> u64 {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_total_ram_bytes() }
}

/// Whether memory can be swapped out now.
pub(crate) fn can_swap() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_can_swap() }
}

/// Whether something that users can make happen may be said in the log: not too often.
pub(crate) fn may_log() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_may_log() }
}

/// Nanoseconds since boot.
pub(crate) fn now_ns() -> u64 {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_ktime_get_ns() }
}
