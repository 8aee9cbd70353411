// SPDX-License-Identifier: GPL-2.0

//! The arguments of the calls that create and open allocations.

use super::{
    answer::AllocationAnswer,
    Cookie, //
};
use crate::handle::Handle;

/// One requested allocation (DXGK_ALLOCATIONINFO).
pub(crate) struct AllocationRequest<'a> {
    /// In: the user-mode driver's private data, untrusted. The miniport may write results into it.
    pub(crate) private_data: &'a mut [u8],
    /// Out: the answer; required when the call succeeds.
    pub(crate) answer: Option<AllocationAnswer>,
}

/// The resource that new allocations belong to.
pub(crate) enum ResourceSlot<'a> {
    /// No resource: they belong to the device.
    None,
    /// A resource, with the cookie that the miniport left. The miniport may set, replace or remove it.
    /// It is `None` on the first call for a resource.
    Resource(&'a mut Option<Cookie>),
}

/// Arguments of [`create_allocation`](super::Miniport::create_allocation)
/// (DXGKARG_CREATEALLOCATION).
pub(crate) struct CreateAllocation<'a, 'd> {
    /// Private data of the call, untrusted; empty when there is none.
    pub(crate) private_data: &'a [u8],
    pub(crate) resource: ResourceSlot<'a>,
    pub(crate) allocations: &'a mut [AllocationRequest<'d>],
}

/// How the allocations are opened (DXGK_OPENALLOCATIONFLAGS).
#[derive(Clone, Copy)]
#[allow(
    dead_code,
    reason = "of use to miniports that keep something per binding"
)]
pub(crate) struct OpenFlags {
    /// Opened on the device that creates them.
    pub(crate) create: bool,
    /// Opened read-only.
    pub(crate) read_only: bool,
}

/// The private data of an allocation that is being opened.
#[allow(
    dead_code,
    reason = "of use to miniports that look at it when they open"
)]
pub(crate) enum OpenData<'a> {
    /// The allocation is being created: the miniport may write results once more.
    Modifiable(&'a mut [u8]),
    ReadOnly(&'a [u8]),
}

/// One allocation that is being opened (DXGK_OPENALLOCATIONINFO).
#[allow(
    dead_code,
    reason = "of use to miniports that look at it when they open"
)]
pub(crate) struct OpenElement<'a> {
    /// The binding's handle, with which the callbacks find the allocation.
    pub(crate) handle: Handle,
    pub(crate) private_data: OpenData<'a>,
    /// Out: what the miniport keeps about the binding (`hDeviceSpecificAllocation`); required
    /// when the call succeeds.
    pub(crate) binding: &'a mut Option<Cookie>,
}

/// Arguments of [`open_allocation`](super::Miniport::open_allocation) (DXGKARG_OPENALLOCATION).
#[allow(
    dead_code,
    reason = "of use to miniports that look at it when they open"
)]
pub(crate) struct OpenAllocation<'a, 'd> {
    /// Private data of the resource; empty when there is none.
    pub(crate) private_data: &'a [u8],
    pub(crate) flags: OpenFlags,
    pub(crate) allocations: &'a mut [OpenElement<'d>],
}

/// Existing memory, imported from a dma-buf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForeignMemory {
    /// Size in bytes, whole pages.
    pub(crate) bytes: u64,
    /// Whether it is memory of this adapter's device, not of another driver's.
    pub(crate) native: bool,
    /// Whether the CPU can access it.
    pub(crate) cpu_visible: bool,
}

/// The layout of an allocation (DXGKARG_DESCRIBEALLOCATION).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AllocationDescription {
    /// Bytes from one row to the next; a whole number of 4-byte pixels.
    pub(crate) pitch: u32,
    /// Number of rows.
    pub(crate) height: u32,
}

impl AllocationDescription {
    /// Whether devices create images of that size; allocations of other sizes are in system memory.
    pub(crate) fn is_usual(self) -> bool {
        self.pitch / 4 <= 16384 && self.height <= 65535
    }
}
