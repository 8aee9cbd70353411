// SPDX-License-Identifier: GPL-2.0

//! The WDDM miniport contract: what dxgkrnl asks of a kernel-mode driver.
//!
//! [`Miniport`] mirrors the `DxgkDdi*` functions, under their names without the prefix. They are
//! called in process context and may sleep; no lock of the core is held over them. What a miniport
//! answers is checked by [`answer`] before it is believed. Order of calls for one allocation:
//!
//! ```text
//! create_allocation → open_allocation(create) → … → close_allocation → destroy_allocation
//! ```
//!
//! [`Miniport::adopt_memory`] stands for `create_allocation` where the memory came by a dma-buf.
//!
//! Rooms that are still empty: `DxgkDdiBuildPagingBuffer` (fill, transfer) and the callbacks
//! `DxgkCbGetHandleData`, `DxgkCbEnumHandleChildren`, `DxgkCbGetHandleParent`.

#![deny(unsafe_code)]

pub(crate) mod answer;

use crate::{
    mem::{
        KBox,
        KVec, //
    },
    status::NtResult, //
};
use answer::AllocationAnswer;
use core::any::Any;

/// What a miniport keeps about an object; dxgkrnl stores it and hands it back.
///
/// WDDM: `hAllocation`, `hResource`, `hDeviceSpecificAllocation`.
pub(crate) type Cookie = KBox<dyn Any + Send + Sync>;

/// Facts about the adapter, for D3DKMTQueryAdapterInfo.
pub(crate) struct AdapterFacts {
    /// What a person calls it.
    pub(crate) description: KVec<u8>,
    /// Name of the device's DRM node, such as `card0`.
    pub(crate) node: KVec<u8>,
    /// Name of the Linux driver of the device.
    pub(crate) driver: KVec<u8>,
    /// Its version: major, minor, patch level.
    pub(crate) driver_version: [u16; 3],
    /// Where and what the device is on PCI.
    pub(crate) pci: Option<PciFacts>,
    /// Video present sources (display controllers).
    pub(crate) num_sources: u32,
}

/// A PCI function.
#[derive(Clone, Copy)]
pub(crate) struct PciFacts {
    pub(crate) bus: u32,
    pub(crate) device: u32,
    pub(crate) function: u32,
    pub(crate) vendor_id: u32,
    pub(crate) device_id: u32,
    pub(crate) subsystem_vendor_id: u32,
    pub(crate) subsystem_id: u32,
    pub(crate) revision: u32,
}

/// Sizes of the memory segments, in bytes (DXGKQAITYPE_QUERYSEGMENT).
#[derive(Clone, Copy)]
pub(crate) struct Segments {
    /// Segment 1: memory of the adapter.
    pub(crate) local: u64,
    /// Segment 2: the aperture onto system memory.
    pub(crate) aperture: u64,
}

/// One allocation that is asked for (DXGK_ALLOCATIONINFO).
pub(crate) struct AllocationRequest {
    /// In: the user-mode driver's private data, untrusted. The miniport may write results into it.
    pub(crate) private_data: KVec<u8>,
    /// Out: the answer; it must be there when the call succeeds.
    pub(crate) answer: Option<AllocationAnswer>,
}

/// The resource that new allocations belong to.
pub(crate) enum ResourceSlot<'a> {
    /// None: they belong to the device.
    None,
    /// A resource: its cookie as the miniport left it, which it may set or replace. `None` in it
    /// on the first call for a resource.
    Resource(&'a mut Option<Cookie>),
}

/// Arguments of [`Miniport::create_allocation`] (DXGKARG_CREATEALLOCATION).
pub(crate) struct CreateAllocation<'a> {
    /// Private data of the resource, untrusted; empty when there is none.
    pub(crate) private_data: &'a [u8],
    pub(crate) resource: ResourceSlot<'a>,
    pub(crate) allocations: &'a mut [AllocationRequest],
}

/// How an allocation is opened (DXGK_OPENALLOCATIONFLAGS).
#[derive(Clone, Copy)]
#[allow(
    dead_code,
    reason = "of use to miniports that keep something per binding"
)]
pub(crate) struct OpenFlags {
    /// On the device that creates it.
    pub(crate) create: bool,
    /// For reading only.
    pub(crate) read_only: bool,
}

/// What an allocation looks like (DXGKARG_DESCRIBEALLOCATION).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AllocationDescription {
    /// Bytes from one row to the next; a whole number of pixels of 4 bytes.
    pub(crate) pitch: u32,
    /// Rows.
    pub(crate) height: u32,
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

/// An allocation that dxgkrnl itself wants made (D3DKMDT_STANDARDALLOCATION_TYPE).
#[derive(Clone, Copy)]
pub(crate) enum StandardAllocation {
    /// A GDI surface of kind TEXTURE_CROSSADAPTER, of one row: an "existing heap" of user memory.
    ExistingHeap {
        /// Width of the row in bytes.
        bytes: u64,
    },
}

/// One blob of [`Miniport::get_standard_allocation_driver_data`].
pub(crate) enum DataSlot<'a> {
    /// First call: say how many bytes it takes.
    Size(&'a mut usize),
    /// Second call: fill it in.
    Data(&'a mut [u8]),
}

/// A kernel-mode driver.
pub(crate) trait Miniport: Send + Sync {
    /// `DxgkDdiQueryAdapterInfo`: who the adapter is.
    fn query_adapter_info(&self) -> &AdapterFacts;

    /// `DxgkDdiQueryAdapterInfo` with DXGKQAITYPE_QUERYSEGMENT: its memory.
    fn query_segments(&self) -> Segments;

    /// `DxgkDdiCreateAllocation`: interprets the private data and says what to allocate.
    ///
    /// Belongs to the adapter: nothing in the arguments names a device, since a shared resource
    /// may outlive the one that made it. All or nothing: on failure no element counts as made.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER (private data not understood), NO_MEMORY, GRAPHICS_DRIVER_MISMATCH.
    fn create_allocation(&self, args: CreateAllocation<'_>) -> NtResult;

    /// Makes an allocation of memory that is there already.
    ///
    /// Not of WDDM, in which all memory comes from `DxgkDdiCreateAllocation`. It differs in that there
    /// is no private data: dxgkrnl says all that is known. The answer is checked as one of
    /// `create_allocation`, its size must be that of the memory, and its end is
    /// `destroy_allocation`. There is no resource cookie, as no `create_allocation` set one.
    ///
    /// # Errors
    ///
    /// NO_MEMORY; NOT_SUPPORTED.
    fn adopt_memory(&self, memory: ForeignMemory) -> NtResult<AllocationAnswer>;

    /// `DxgkDdiOpenAllocation`: binds an allocation to a device. The cookie is the binding's.
    fn open_allocation(&self, allocation: &Cookie, flags: OpenFlags) -> NtResult<Cookie>;

    /// `DxgkDdiCloseAllocation`: ends a binding.
    fn close_allocation(&self, binding: Cookie);

    /// `DxgkDdiDestroyAllocation` for one allocation, after the last binding is closed.
    fn destroy_allocation(&self, allocation: Cookie);

    /// `DxgkDdiDestroyAllocation` with DestroyResource, after the resource's last allocation.
    fn destroy_resource(&self, resource: Cookie);

    /// `DxgkDdiDescribeAllocation`: how its bytes are laid out.
    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription>;

    /// `DxgkDdiGetStandardAllocationDriverData`: private data for an allocation of dxgkrnl's own.
    ///
    /// Called twice: for the size of the allocation's private data, and for the data.
    fn get_standard_allocation_driver_data(
        &self,
        allocation: StandardAllocation,
        data: DataSlot<'_>,
    ) -> NtResult;
}
