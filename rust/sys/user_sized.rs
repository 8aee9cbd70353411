// SPDX-License-Identifier: GPL-2.0

//! [`UserSized`]: memory for as much as a user asks for.

use core::{
    alloc::Layout,
    ptr::NonNull, //
};
use kernel::alloc::{
    allocator::KVmalloc,
    flags::__GFP_NOWARN,
    AllocError,
    Allocator,
    Flags,
    NumaNode, //
};

/// The kernel's `KVmalloc`, without a warning when there is no memory: any user could fill the log.
pub(crate) struct UserSized;

// SAFETY: Everything is done by `KVmalloc`, with its guarantees; the flag changes the log alone.
unsafe impl Allocator for UserSized {
    const MIN_ALIGN: usize = KVmalloc::MIN_ALIGN;

    unsafe fn realloc(
        ptr: Option<NonNull<u8>>,
        layout: Layout,
        old_layout: Layout,
        flags: Flags,
        nid: NumaNode,
    ) -> Result<NonNull<[u8]>, AllocError> {
        // SAFETY: The function's contract is that of `KVmalloc`'s, which has made all memory here.
        unsafe { KVmalloc::realloc(ptr, layout, old_layout, flags | __GFP_NOWARN, nid) }
    }
}
