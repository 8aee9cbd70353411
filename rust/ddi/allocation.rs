// SPDX-License-Identifier: GPL-2.0

//! Creating and opening allocations: the arguments of the two calls.

use super::{
    answer::AllocationAnswer,
    Cookie, //
};
use crate::handle::Handle;

/// One allocation that is asked for (DXGK_ALLOCATIONINFO).
pub(crate) struct AllocationRequest<'a> {
    /// In: the user-mode driver's private data, untrusted. The miniport may write results into it.
    pub(crate) private_data: &'a mut [u8],
    /// Out: the answer; it must be there when the call succeeds.
    pub(crate) answer: Option<AllocationAnswer>,
}

/// The resource that new allocations belong to.
pub(crate) enum ResourceSlot<'a> {
    /// None: they belong to the device.
    None,
    /// A resource: its cookie as the miniport left it, which it may set, replace or take away.
    /// `None` in it on the first call for a resource.
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

/// How allocations are opened (DXGK_OPENALLOCATIONFLAGS).
#[derive(Clone, Copy)]
#[allow(
    dead_code,
    reason = "of use to miniports that keep something per binding"
)]
pub(crate) struct OpenFlags {
    /// On the device that creates them.
    pub(crate) create: bool,
    /// For reading only.
    pub(crate) read_only: bool,
}

/// The private data of an allocation that is opened.
#[allow(
    dead_code,
    reason = "of use to miniports that look at it when they open"
)]
pub(crate) enum OpenData<'a> {
    /// It is being created: results may be written back once more.
    Modifiable(&'a mut [u8]),
    ReadOnly(&'a [u8]),
}

/// One allocation that is opened (DXGK_OPENALLOCATIONINFO).
#[allow(
    dead_code,
    reason = "of use to miniports that look at it when they open"
)]
pub(crate) struct OpenElement<'a> {
    /// The binding's handle, by which the callbacks find the allocation.
    pub(crate) handle: Handle,
    pub(crate) private_data: OpenData<'a>,
    /// Out: what the miniport keeps about the binding (`hDeviceSpecificAllocation`); it must be
    /// there when the call succeeds.
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

/// Memory that is there already: it came by a dma-buf.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ForeignMemory {
    /// Whole pages.
    pub(crate) bytes: u64,
    /// It is memory of this adapter's device; else of another driver's.
    pub(crate) native: bool,
    /// The CPU can get at it.
    pub(crate) cpu_visible: bool,
}

/// What an allocation looks like (DXGKARG_DESCRIBEALLOCATION).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AllocationDescription {
    /// Bytes from one row to the next; a whole number of pixels of 4 bytes.
    pub(crate) pitch: u32,
    /// Rows.
    pub(crate) height: u32,
}

impl AllocationDescription {
    /// Whether devices make images of that size; others are system memory.
    pub(crate) fn is_usual(self) -> bool {
        self.pitch / 4 <= 16384 && self.height <= 65535
    }
}
