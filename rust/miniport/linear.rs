// SPDX-License-Identifier: GPL-2.0

//! Allocations that are bytes in rows: code that the miniports for them share.
//!
//! They understand the private data of `uapi/dxgkrnl_gem.h` ([`private_data`]): linear buffers and
//! two-dimensional surfaces. VidMm handles all physical memory.

use super::private_data::{
    self,
    Described, //
};
use crate::{
    ddi::{
        allocation::{
            AllocationDescription,
            CreateAllocation,
            ForeignMemory,
            OpenAllocation,
            ResourceSlot, //
        },
        answer::{
            AllocationAnswer,
            AllocationFacts,
            AllocationFlags,
            SegmentSet, //
        },
        callbacks::{
            Callbacks,
            HandleData, //
        },
        memory::{
            CpuPages,
            Memory,
            MemoryRequest,
            SegmentMemory, //
        },
        paging::PagingOperation,
        standard::{
            StandardAllocation,
            StandardAllocationData, //
        },
        Cookie,
        Miniport, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        kernel_pages::KernelPages,
        page_range::PageRange, //
    }, //
};
use kernel::sync::Arc;

/// What the miniport keeps about an allocation.
struct Allocation(AllocationDescription);

/// What the miniport keeps about a resource: only that it exists.
struct Resource;

/// What the miniport keeps about a binding: its allocation.
struct Binding {
    _allocation: Cookie,
}

/// For [`Miniport::create_allocation`].
pub(super) fn create(args: CreateAllocation<'_, '_>, supported: SegmentSet) -> NtResult {
    private_data::check_resource(args.private_data)?;
    for request in args.allocations {
        let described = Described::read(request.private_data)?;
        described.write_back(request.private_data)?;
        request.answer = Some(AllocationAnswer {
            cookie: Arc::new(Allocation(described.description()), ACCOUNT)?,
            facts: described.facts(supported),
        });
    }
    if let ResourceSlot::Resource(cookie) = args.resource {
        if cookie.is_none() {
            *cookie = Some(Arc::new(Resource, ACCOUNT)?);
        }
    }
    Ok(())
}

/// For [`Miniport::adopt_memory`].
pub(super) fn adopt(memory: ForeignMemory, supported: SegmentSet) -> NtResult<AllocationAnswer> {
    let rows = private_data::buffer_layout(memory.bytes).ok_or(NtStatus::NOT_SUPPORTED)?;
    Ok(AllocationAnswer {
        cookie: Arc::new(Allocation(rows), ACCOUNT)?,
        facts: AllocationFacts {
            size: memory.bytes,
            alignment: 4096,
            pitch_aligned_size: 0,
            supported,
            preferred: [0; 5],
            // Not evictable: other drivers use it, too.
            eviction: SegmentSet::NONE,
            flags: AllocationFlags::CPU_VISIBLE.only_if(memory.cpu_visible),
            displayable: false,
            priority: AllocationFacts::PRIORITY_NORMAL,
            physical_adapter: 0,
        },
    })
}

/// For [`Miniport::open_allocation`].
pub(super) fn open(args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
    for element in args.allocations {
        let allocation = callbacks
            .get_handle_data(element.handle, HandleData::Allocation)
            .ok_or(NtStatus::INVALID_HANDLE)?;
        let binding = Binding {
            _allocation: allocation,
        };
        *element.binding = Some(Arc::new(binding, ACCOUNT)?);
    }
    Ok(())
}

/// Kernel pages: for segments that are system memory.
impl SegmentMemory for Arc<KernelPages> {
    fn cpu_pages(&self) -> CpuPages {
        CpuPages::Pages(self.clone())
    }
}

/// For [`Miniport::allocate_memory`] where segment 1 is system memory.
pub(super) fn allocate_pages(
    miniport: &dyn Miniport,
    request: MemoryRequest<'_>,
) -> NtResult<Memory> {
    let pages = Arc::new(KernelPages::new(request.bytes)?, ACCOUNT)?;
    // The kernel's pages may still hold old data.
    miniport.build_paging_buffer(PagingOperation::Fill {
        allocation: request.allocation,
        destination: PageRange::of(&*pages),
        pattern: 0,
    })?;
    Ok(Arc::new(pages, ACCOUNT)?)
}

/// For [`Miniport::describe_allocation`].
pub(super) fn describe(allocation: &Cookie) -> NtResult<AllocationDescription> {
    let allocation = allocation.downcast_ref::<Allocation>();
    allocation
        .map(|allocation| allocation.0)
        .ok_or(NtStatus::INVALID_HANDLE)
}

/// For [`Miniport::get_standard_allocation_driver_data`].
pub(super) fn standard(args: &mut StandardAllocationData<'_>) -> NtResult {
    let StandardAllocation::ExistingHeap { bytes } = args.allocation;
    args.allocation_size = private_data::SIZE;
    if let Some(buffers) = &mut args.buffers {
        private_data::existing_heap(bytes, buffers.allocation)?;
        args.pitch = bytes;
    }
    Ok(())
}
