// SPDX-License-Identifier: GPL-2.0

//! Allocations that dxgkrnl itself creates: the miniport supplies the private data for them.

/// A standard allocation (D3DKMDT_STANDARDALLOCATION_TYPE).
///
/// Shared primaries, shadow and staging surfaces are for the Windows desktop; nothing requests them here.
#[derive(Clone, Copy, Debug)]
pub(crate) enum StandardAllocation {
    /// A GDI surface of kind TEXTURE_CROSSADAPTER and unknown format, of one row: an "existing
    /// heap" of user memory.
    ExistingHeap {
        /// Width of the row in bytes, whole pages.
        bytes: u64,
    },
}

/// Buffers for the private data, of the sizes that the first call returned.
pub(crate) struct StandardBuffers<'a> {
    pub(crate) allocation: &'a mut [u8],
    #[allow(dead_code, reason = "not every miniport wants some")]
    pub(crate) resource: &'a mut [u8],
}

/// Arguments of `get_standard_allocation_driver_data` (DXGKARG_GETSTANDARDALLOCATIONDRIVERDATA).
pub(crate) struct StandardAllocationData<'a> {
    pub(crate) allocation: StandardAllocation,
    /// Out, in both calls: bytes of the allocation's private data.
    pub(crate) allocation_size: usize,
    /// Out, in both calls: bytes of the resource's. At least one of the two sizes is not 0.
    pub(crate) resource_size: usize,
    /// None in the first call.
    pub(crate) buffers: Option<StandardBuffers<'a>>,
    /// Out, in the second call: bytes from one row to the next.
    pub(crate) pitch: u64,
}
