// SPDX-License-Identifier: GPL-2.0

//! [`UserSized`]: an allocator for sizes that users choose.

use super::PAGE_SIZE;
use core::{
    alloc::Layout,
    ptr::NonNull, //
};
use kernel::alloc::{
    allocator::{
        KVmalloc,
        Kmalloc,
        Vmalloc, //
    },
    flags::{
        GFP_KERNEL,
        GFP_NOWAIT,
        __GFP_NOWARN, //
    },
    AllocError,
    Allocator,
    Flags,
    NumaNode, //
};

/// The kernel's `KVmalloc`, without a warning when there is no memory: any user could fill the log. It uses
/// contiguous pages only where they are free, also when a single page is worth a long search (`ACCOUNT`).
pub(crate) struct UserSized;

/// A vector of any length: beyond a page it needs no contiguous pages, and a failed allocation is a status, not
/// a warning. Users choose the lengths of nearly all vectors, so there is no other kind.
pub(crate) type KVVec<T> = kernel::alloc::Vec<T, UserSized>;

// SAFETY: Everything is done by the kernel's allocators, with their guarantees; `KVmalloc` grows and frees
// what the two others made. The flags change the effort and the log alone.
unsafe impl Allocator for UserSized {
    const MIN_ALIGN: usize = KVmalloc::MIN_ALIGN;

    unsafe fn realloc(
        ptr: Option<NonNull<u8>>,
        layout: Layout,
        old_layout: Layout,
        flags: Flags,
        nid: NumaNode,
    ) -> Result<NonNull<[u8]>, AllocError> {
        let flags = flags | __GFP_NOWARN;
        if ptr.is_none() && layout.size() > PAGE_SIZE {
            let at_once = flags & !GFP_KERNEL | GFP_NOWAIT;
            // SAFETY: Nothing is there to be grown.
            return unsafe { Kmalloc::realloc(None, layout, old_layout, at_once, nid) }
                // SAFETY: As above.
                .or_else(|_| unsafe { Vmalloc::realloc(None, layout, old_layout, flags, nid) });
        }
        // SAFETY: The function's contract is that of `KVmalloc`'s, which knows all memory made here.
        unsafe { KVmalloc::realloc(ptr, layout, old_layout, flags, nid) }
    }
}
