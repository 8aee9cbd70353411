// SPDX-License-Identifier: GPL-2.0

//! The WDDM miniport contract: what dxgkrnl asks of a kernel-mode driver.
//!
//! [`Miniport`] mirrors the `DxgkDdi*` functions, under their names without the prefix. They are
//! called in process context and may sleep; the core holds no lock over them. [`answer`] checks a
//! miniport's answers before dxgkrnl relies on them. Order of calls for one allocation:
//!
//! ```text
//! create_allocation → open_allocation(create) → … → close_allocation → destroy_allocation
//!                   ↘ (open_allocation → close_allocation) for each further device ↗
//! ```
//!
//! [`Miniport::adopt_memory`] replaces `create_allocation` for memory that was imported from a dma-buf.
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
use execution::Execution;
use kernel::sync::Arc;
use memory::{
    ImportedMemory,
    Memory,
    MemoryRequest, //
};
use paging::PagingOperation;
use standard::StandardAllocationData;

/// What a miniport keeps about an object. dxgkrnl stores it, hands it back, and returns counted
/// references to it through [`Callbacks::get_handle_data`].
///
/// WDDM: `hAllocation`, `hResource`, `hDeviceSpecificAllocation`.
pub(crate) type Cookie = Arc<dyn Any + Send + Sync>;

/// A kernel-mode driver.
pub(crate) trait Miniport: Send + Sync {
    /// `DxgkDdiQueryAdapterInfo`: facts about the adapter.
    fn query_adapter_info(&self) -> &AdapterFacts;

    /// `DxgkDdiQueryAdapterInfo` with DXGKQAITYPE_QUERYSEGMENT: the adapter's memory segments.
    fn query_segments(&self) -> Segments;

    /// `DxgkDdiCreateAllocation`: interprets the private data and says what to allocate.
    ///
    /// The allocation belongs to the adapter: no argument names a device, since a shared resource may
    /// outlive the device that created it. All or nothing: on failure no element counts as created, and
    /// dxgkrnl drops the answers that the call has filled in without further calls.
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

    /// Makes an allocation of existing memory. Called only on adapters whose memory comes from a DRM
    /// device; other miniports need not implement it.
    ///
    /// Not part of WDDM, in which all memory comes from `DxgkDdiCreateAllocation`. It differs in that there
    /// is no private data: dxgkrnl passes all that is known. The answer is checked like one of
    /// `create_allocation`, and its size must be that of the memory. The allocation is destroyed by
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

    /// `DxgkDdiDestroyAllocation` for one allocation, after its last binding is closed.
    fn destroy_allocation(&self, allocation: Cookie);

    /// `DxgkDdiDestroyAllocation` with DestroyResource, after the resource's last allocation is
    /// destroyed. Not called for a resource without a cookie.
    fn destroy_resource(&self, resource: Cookie);

    /// `DxgkDdiDescribeAllocation`: how the bytes of an allocation are laid out. Called for
    /// primaries, and for memory that comes from a DRM device.
    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription>;

    /// `DxgkDdiGetStandardAllocationDriverData`: private data for an allocation that dxgkrnl itself
    /// creates. Called twice: for the sizes, then for the data.
    fn get_standard_allocation_driver_data(
        &self,
        args: &mut StandardAllocationData<'_>,
    ) -> NtResult;

    /// Allocates memory in segment 1, zeroed, charged to the memory cgroup that is active at the call. Called
    /// with no lock held; may wait for memory, but not for a process.
    ///
    /// Not part of WDDM, where segments are address ranges that VidMm allocates itself. Here a segment may
    /// be anything that holds bytes: another driver's objects, pages, a BAR.
    ///
    /// # Errors
    ///
    /// NO_MEMORY, also for a layout that cannot be allocated: then the allocation is in system memory.
    /// DEVICE_REMOVED; any other error of the miniport.
    fn allocate_memory(&self, request: MemoryRequest<'_>) -> NtResult<Memory>;

    /// Imports the memory behind a dma-buf as memory of this adapter.
    ///
    /// # Errors
    ///
    /// NOT_SUPPORTED: there is no device, or its driver cannot import. DEVICE_REMOVED. NO_MEMORY.
    fn import_memory(&self, _dma_buf: DmaBuf) -> NtResult<ImportedMemory> {
        Err(NtStatus::NOT_SUPPORTED)
    }

    /// Its engines, if it has any.
    fn execution(&self) -> Option<Arc<dyn Execution>> {
        None
    }

    /// `DxgkDdiStopDevice`: the adapter is unplugged. When this returns, nothing of the device is in use any
    /// more; memory may still be referenced, but its contents are lost. May be called again.
    fn stop_device(&self) {}

    /// `DxgkDdiBuildPagingBuffer`: fills or moves the bytes of an allocation. Called with the paging lock
    /// held: it must not wait for a process, and must not allocate.
    ///
    /// # Errors
    ///
    /// Any error of the miniport. Memory that could not be filled is not used.
    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult;
}
