// SPDX-License-Identifier: GPL-2.0

//! The WDDM miniport contract: what dxgkrnl asks of a kernel-mode driver.
//!
//! [`Miniport`] mirrors the `DxgkDdi*` functions, under their names without the prefix. They are
//! called in process context and may sleep; no lock of the core is held over them. What a miniport
//! answers is checked by [`answer`] before it is believed. Order of calls for one allocation:
//!
//! ```text
//! create_allocation → open_allocation(create) → … → close_allocation → destroy_allocation
//!                   ↘ (open_allocation → close_allocation) for each further device ↗
//! ```
//!
//! [`Miniport::adopt_memory`] stands for `create_allocation` where the memory came by a dma-buf.
//!
//! `Documentation/miniport.md` says how to write one.

#![deny(unsafe_code)]

pub(crate) mod adapter;
pub(crate) mod allocation;
pub(crate) mod answer;
pub(crate) mod callbacks;
pub(crate) mod execution;
pub(crate) mod memory;
pub(crate) mod paging;
pub(crate) mod standard;

use crate::status::{
    NtResult,
    NtStatus, //
};
use crate::sys::dma_buf::DmaBuf;
use adapter::{
    AdapterFacts,
    Segments, //
};
use allocation::{
    AllocationDescription,
    CreateAllocation,
    ForeignMemory,
    OpenAllocation, //
};
use answer::AllocationAnswer;
use callbacks::Callbacks;
use core::any::Any;
use kernel::sync::Arc;
use memory::{
    ImportedMemory,
    Memory,
    MemoryRequest, //
};
use paging::PagingOperation;
use standard::StandardAllocationData;

/// What a miniport keeps about an object. dxgkrnl stores it, hands it back, and lends counted
/// references of it through [`Callbacks::get_handle_data`].
///
/// WDDM: `hAllocation`, `hResource`, `hDeviceSpecificAllocation`.
pub(crate) type Cookie = Arc<dyn Any + Send + Sync>;

/// A kernel-mode driver.
pub(crate) trait Miniport: Send + Sync {
    /// `DxgkDdiQueryAdapterInfo`: who the adapter is.
    fn query_adapter_info(&self) -> &AdapterFacts;

    /// `DxgkDdiQueryAdapterInfo` with DXGKQAITYPE_QUERYSEGMENT: its memory.
    fn query_segments(&self) -> Segments;

    /// `DxgkDdiCreateAllocation`: interprets the private data and says what to allocate.
    ///
    /// Belongs to the adapter: nothing in the arguments names a device, since a shared resource
    /// may outlive the one that made it. All or nothing: on failure no element counts as made, and
    /// what the call has put into its answers is dropped without further calls.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER (private data not understood), NO_MEMORY, GRAPHICS_DRIVER_MISMATCH;
    /// INVALID_HANDLE when a callback does not know a handle.
    fn create_allocation(
        &self,
        args: CreateAllocation<'_, '_>,
        callbacks: &dyn Callbacks,
    ) -> NtResult;

    /// Makes an allocation of memory that is there already. Asked of adapters whose memory comes from
    /// a DRM device; no others need to have it.
    ///
    /// Not of WDDM, in which all memory comes from `DxgkDdiCreateAllocation`. It differs in that there
    /// is no private data: dxgkrnl says all that is known. The answer is checked as one of
    /// `create_allocation`, its size must be that of the memory, and its end is
    /// `destroy_allocation`. There is no resource cookie, as no `create_allocation` set one.
    ///
    /// # Errors
    ///
    /// NO_MEMORY; NOT_SUPPORTED.
    fn adopt_memory(&self, _memory: ForeignMemory) -> NtResult<AllocationAnswer> {
        Err(NtStatus::NOT_SUPPORTED)
    }

    /// `DxgkDdiOpenAllocation`: binds allocations to a device. All or nothing, as above.
    ///
    /// # Errors
    ///
    /// INVALID_HANDLE when a callback does not know a handle; NO_MEMORY, ...
    fn open_allocation(&self, args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult;

    /// `DxgkDdiCloseAllocation` for one binding. Bindings that were made in one call may be closed
    /// in several, in any order, by any thread.
    fn close_allocation(&self, binding: Cookie);

    /// `DxgkDdiDestroyAllocation` for one allocation, after its last binding was closed.
    fn destroy_allocation(&self, allocation: Cookie);

    /// `DxgkDdiDestroyAllocation` with DestroyResource, after the resource's last allocation was
    /// destroyed. Not called for a resource without a cookie.
    fn destroy_resource(&self, resource: Cookie);

    /// `DxgkDdiDescribeAllocation`: how the bytes of an allocation are laid out. Asked for
    /// primaries, and for memory that comes from a DRM device.
    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription>;

    /// `DxgkDdiGetStandardAllocationDriverData`: private data for an allocation of dxgkrnl's own.
    /// Called twice: for the sizes, and for the data.
    fn get_standard_allocation_driver_data(
        &self,
        args: &mut StandardAllocationData<'_>,
    ) -> NtResult;

    /// Makes memory in segment 1, all zero; it is charged to whoever pays when it is called. Called with
    /// no lock held, and may wait for memory, but not for a process.
    ///
    /// Not of WDDM, where segments are ranges of addresses that VidMm hands out itself. Here a segment may
    /// be whatever has bytes: objects of another driver, pages, a BAR.
    ///
    /// # Errors
    ///
    /// NO_MEMORY, also for a layout that cannot be made: then the allocation is in system memory.
    /// DEVICE_REMOVED; what else keeps the miniport from it.
    fn allocate_memory(&self, request: MemoryRequest<'_>) -> NtResult<Memory>;

    /// Makes the memory behind a dma-buf memory of this adapter.
    ///
    /// # Errors
    ///
    /// NOT_SUPPORTED: there is no device, or its driver cannot. DEVICE_REMOVED. NO_MEMORY.
    fn import_memory(&self, _dma_buf: DmaBuf) -> NtResult<ImportedMemory> {
        Err(NtStatus::NOT_SUPPORTED)
    }

    /// `DxgkDdiStopDevice`: the adapter goes. When this returns, nothing of a device is in use any more;
    /// memory may still be there, and is lost. May be called again.
    fn stop_device(&self) {}

    /// `DxgkDdiBuildPagingBuffer`: fills or moves the bytes of an allocation.
    ///
    /// # Errors
    ///
    /// What it is that keeps the miniport from it. Memory that could not be filled is not used. It is called
    /// with the paging lock held: it waits for no process, and takes no memory.
    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult;
}
