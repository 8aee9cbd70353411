// SPDX-License-Identifier: GPL-2.0

//! FFI that is not DRM: the device node, CPU mappings, pinned user memory, processes, work.
//!
//! `unsafe` is allowed in this room and in `drm`; their interfaces are safe.

pub(crate) mod cpu_mapping;
pub(crate) mod debugfs;
pub(crate) mod descriptor;
pub(crate) mod device_gate;
pub(crate) mod dma_buf;
pub(crate) mod event_fd;
pub(crate) mod fence_page;
#[cfg(dxg_gates)]
pub(crate) mod gates;
pub(crate) mod identity;
pub(crate) mod kernel_pages;
pub(crate) mod killable;
pub(crate) mod mapped_vma;
pub(crate) mod memcg;
pub(crate) mod misc_device;
pub(crate) mod object_file;
pub(crate) mod page_range;
pub(crate) mod page_source;
pub(crate) mod pid;
pub(crate) mod shrinker;
pub(crate) mod system_memory;
pub(crate) mod trace;
pub(crate) mod user_pages;
pub(crate) mod user_sized;
pub(crate) mod worker;
pub(crate) mod workqueue;
pub(crate) mod write_fence;

use crate::{
    bindings,
    status::NtStatus, //
};
use kernel::{
    alloc::Flags,
    bindings as c,
    error::Error,
    prelude::*, //
};

impl From<Error> for NtStatus {
    fn from(error: Error) -> Self {
        let status = NtStatus::from_errno(-error.to_errno());
        // The original error does not reach the caller.
        if status == NtStatus::UNSUCCESSFUL && may_log() {
            pr_warn!("a call fails by {error:?}\n");
        }
        status
    }
}

/// Tables of C callbacks, which the kernel takes as `const`.
///
/// # Safety
///
/// The fields are functions that any thread may call, numbers, and pointers that only the kernel follows, on
/// behalf of the object that it was given the table with.
unsafe trait CallbackTable {}

// SAFETY: Functions, flags, and the module that owns them.
unsafe impl CallbackTable for c::file_operations {}
// SAFETY: Functions alone.
unsafe impl CallbackTable for c::vm_operations_struct {}

/// Lets a table of C callbacks be static.
struct AssertSync<T: CallbackTable>(T);

// SAFETY: A static of this type is never written to: not here, as it is no `static mut` and has no interior
// mutability, and not by the kernel, as its type is a `CallbackTable`. All threads may read what is only read;
// a reader here could follow none of its pointers without `unsafe`.
unsafe impl<T: CallbackTable> Sync for AssertSync<T> {}

/// Flags for all allocations that a user can cause: they may sleep, are charged to the active memcg, and fail
/// rather than invoke the OOM killer, for which the crate has no flag.
pub(crate) const ACCOUNT: Flags = {
    // SAFETY: `Flags` has the size of a number, else this were not compiled, and all of it is initialised.
    let known: u32 = unsafe { core::mem::transmute(GFP_KERNEL_ACCOUNT) };
    assert!(known == c::GFP_KERNEL_ACCOUNT);
    // SAFETY: So a number of it is the kernel's flags as they are, and these are flags of the kernel.
    unsafe { core::mem::transmute::<u32, Flags>(bindings::DXG_GFP_ACCOUNT) }
};

/// Bytes in a page.
pub(crate) use kernel::page::PAGE_SIZE;

/// Installed memory in bytes.
pub(crate) fn total_ram_bytes() -> u64 {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_total_ram_bytes() }
}

/// From here on a process can delay the caller: by a page fault, pin or mapping of its own memory. So the
/// caller holds no lock and is inside no gate, which lockdep checks.
pub(crate) fn may_be_delayed() {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_check_no_locks_held() }
}

/// Whether memory can be swapped out now.
pub(crate) fn can_swap() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_can_swap() }
}

/// The caller's effective user, as the kernel knows it.
pub(crate) fn current_uid() -> u32 {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_current_uid() }
}

/// Whether the caller has CAP_SYS_RESOURCE.
pub(crate) fn may_exceed_limits() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_capable_resource() }
}

/// How many open files the system may have.
pub(crate) fn most_files() -> u64 {
    // SAFETY: No preconditions.
    let most = unsafe { c::get_max_files() };
    // CAST: 64 bits at most.
    most as u64
}

/// Whether an event that users can cause may be logged: rate-limited.
pub(crate) fn may_log() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_may_log() }
}

/// Logs a bug of the module, for readers and for checks that search the log.
#[allow(dead_code, reason = "not every build has a place for it")]
pub(crate) fn warn(what: &'static CStr) {
    // SAFETY: The text is a C string.
    unsafe { bindings::dxg_warn(what.as_char_ptr()) };
}

/// Nanoseconds since boot.
pub(crate) fn now_ns() -> u64 {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_ktime_get_ns() }
}
