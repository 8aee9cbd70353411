// SPDX-License-Identifier: GPL-2.0

//! The software miniport: an adapter without a device. It displays nothing; its memory is system memory, and its
//! engine the CPU.
//!
//! The smallest possible miniport: `Documentation/miniport.md` walks through it.

use super::{
    linear,
    software_engine::SoftwareEngine, //
};
use crate::{
    ddi::{
        adapter::{
            AdapterFacts,
            Segments, //
        },
        allocation::{
            AllocationDescription,
            CreateAllocation,
            OpenAllocation, //
        },
        answer::SegmentSet,
        callbacks::Callbacks,
        execution::Execution,
        memory::{
            Memory,
            MemoryRequest, //
        },
        paging::PagingOperation,
        standard::StandardAllocationData,
        Cookie,
        Miniport, //
    },
    mem::KVVec,
    status::NtResult,
    sys::worker::WorkerQueue, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// The miniport of the software adapter.
pub(crate) struct Soft {
    facts: AdapterFacts,
    segments: Segments,
    engine: Arc<SoftwareEngine>,
}

impl Soft {
    pub(crate) fn new(segments: Segments, queue: &Arc<WorkerQueue>) -> Result<Self> {
        let mut description = KVVec::new();
        description.extend_from_slice(b"software adapter", GFP_KERNEL)?;
        let mut driver = KVVec::new();
        driver.extend_from_slice(b"soft", GFP_KERNEL)?;
        Ok(Self {
            facts: AdapterFacts {
                description,
                node: KVVec::new(),
                driver,
                driver_version: [1, 0, 0],
                pci: None,
                num_sources: 0,
            },
            segments,
            engine: SoftwareEngine::new(queue)?,
        })
    }
}

impl Miniport for Soft {
    fn query_adapter_info(&self) -> &AdapterFacts {
        &self.facts
    }

    fn query_segments(&self) -> Segments {
        self.segments
    }

    fn create_allocation(&self, args: CreateAllocation<'_, '_>, _: &dyn Callbacks) -> NtResult {
        linear::create(args, SegmentSet::ALL)
    }

    fn open_allocation(&self, args: OpenAllocation<'_, '_>, callbacks: &dyn Callbacks) -> NtResult {
        linear::open(args, callbacks)
    }

    fn close_allocation(&self, binding: Cookie) {
        drop(binding);
    }

    fn destroy_allocation(&self, allocation: Cookie) {
        drop(allocation);
    }

    fn destroy_resource(&self, resource: Cookie) {
        drop(resource);
    }

    fn describe_allocation(&self, allocation: &Cookie) -> NtResult<AllocationDescription> {
        linear::describe(allocation)
    }

    fn get_standard_allocation_driver_data(
        &self,
        args: &mut StandardAllocationData<'_>,
    ) -> NtResult {
        linear::standard(args)
    }

    fn allocate_memory(&self, request: MemoryRequest<'_>) -> NtResult<Memory> {
        linear::allocate_pages(self, request)
    }

    fn execution(&self) -> Option<Arc<dyn Execution>> {
        Some(self.engine.clone())
    }

    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult {
        operation.by_cpu()
    }
}
