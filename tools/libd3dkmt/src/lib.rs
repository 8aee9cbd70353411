// SPDX-License-Identifier: MIT OR Apache-2.0
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

mod adapter;
mod allocation;
mod call;
pub mod command;
mod context;
mod create;
mod device;
mod dma_buf;
mod dxg;
mod enumerate;
mod error;
mod event;
mod fence;
pub mod gem;
mod global;
mod gpu_va;
mod handle;
mod page_buf;
mod paging;
pub mod query;
mod resource;
mod sharing;
mod submission;
pub mod sys;

pub use self::{
    adapter::{Adapter, Luid, ParseLuidError, VideoMemoryInfo},
    allocation::{Allocation, AllocationInfo, Lock},
    context::Context,
    create::CreateAllocation,
    device::{Device, PageFault},
    dxg::Dxg,
    error::{CallError, Error},
    event::Waited,
    fence::{Fence, FencePoint, PagingQueue, WaitFor},
    global::GlobalHandle,
    gpu_va::{GpuVaLimits, MapOptions, Mapping, Reservation, GPU_PAGE_SIZE},
    handle::{
        AdapterHandle, AllocationHandle, ContextHandle, DeviceHandle, PagingQueueHandle,
        ResourceHandle, SyncObjectHandle,
    },
    page_buf::PageBuf,
    paging::MadeResident,
    resource::Resource,
    sharing::{Access, SharedResourceInfo},
    submission::Submission,
    sys::{
        NtStatus, D3DDDICB_DESTROYALLOCATION2FLAGS as DestroyFlags,
        D3DDDIGPUVIRTUALADDRESS_PROTECTION_TYPE as GpuProtection,
        D3DDDIGPUVIRTUALADDRESS_RESERVATION_TYPE as ReservationType,
        D3DDDI_CREATECONTEXTFLAGS as ContextFlags, D3DDDI_EVICT_FLAGS as EvictFlags,
        D3DDDI_MAKERESIDENT_FLAGS as MakeResidentFlags,
        D3DDDI_PAGINGQUEUE_PRIORITY as PagingPriority, D3DDDI_RECLAIM_RESULT as ReclaimResult,
        D3DDDI_SYNCHRONIZATIONOBJECT_FLAGS as FenceFlags,
        D3DKMT_ALLOCATIONRESIDENCYSTATUS as ResidencyStatus,
        D3DKMT_CREATEALLOCATIONFLAGS as CreateFlags,
        D3DKMT_DEVICEEXECUTION_STATE as ExecutionState,
        D3DKMT_ENUMADAPTERS_FILTER as AdapterFilter, D3DKMT_MEMORY_SEGMENT_GROUP as SegmentGroup,
        D3DKMT_OFFER_FLAGS as OfferFlags, D3DKMT_OFFER_PRIORITY as OfferPriority,
    },
};

#[cfg(test)]
mod tests {
    use super::*;

    /// What the documentation promises about threads.
    #[test]
    fn objects_go_to_any_thread() {
        fn any_thread<T: Send + Sync>() {}
        any_thread::<Dxg>();
        any_thread::<Adapter>();
        any_thread::<Device>();
        any_thread::<PageFault>();
        any_thread::<CreateAllocation<'_>>();
        any_thread::<AllocationInfo>();
        any_thread::<Allocation>();
        any_thread::<Resource>();
        any_thread::<Lock<'_>>();
        any_thread::<Fence>();
        any_thread::<FencePoint<'_>>();
        any_thread::<PagingQueue>();
        any_thread::<Reservation>();
        any_thread::<Mapping>();
        any_thread::<Context>();
        any_thread::<Submission>();
        any_thread::<command::Commands>();
        any_thread::<PageBuf>();
        any_thread::<Error>();
    }
}
