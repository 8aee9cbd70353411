// SPDX-License-Identifier: GPL-2.0

//! The miniport for DRM targets: video memory is GEM objects of the target's driver.

use super::linear;
use crate::{
    ddi::{
        adapter::{
            AdapterFacts,
            PciFacts,
            Segments, //
        },
        allocation::{
            AllocationDescription,
            CreateAllocation,
            ForeignMemory,
            OpenAllocation, //
        },
        answer::{
            AllocationAnswer,
            SegmentSet, //
        },
        callbacks::Callbacks,
        paging::PagingOperation,
        standard::StandardAllocationData,
        Cookie,
        Miniport, //
    },
    drm::target::Target,
    mem::KVec,
    status::NtResult, //
};
use kernel::prelude::*;

/// The miniport of one DRM target.
pub(crate) struct Gem {
    facts: AdapterFacts,
    segments: Segments,
}

impl Gem {
    /// Describes `target`, with segments of the given sizes.
    pub(crate) fn new(target: &Target, segments: Segments) -> Result<Self> {
        let driver = bytes(target.driver_name().to_bytes())?;
        let node = bytes(target.node_name()?.to_bytes())?;
        let mut description = KVec::new();
        for part in [&driver[..], b" (", &node[..], b")"] {
            description.extend_from_slice(part, GFP_KERNEL)?;
        }
        Ok(Self {
            facts: AdapterFacts {
                description,
                node,
                driver,
                driver_version: target.driver_version(),
                pci: target.pci_identity().map(|id| PciFacts {
                    bus: id.bus,
                    device: id.device,
                    function: id.function,
                    vendor_id: id.vendor_id,
                    device_id: id.device_id,
                    subsystem_vendor_id: id.subsystem_vendor_id,
                    subsystem_id: id.subsystem_id,
                    revision: id.revision,
                }),
                num_sources: target.num_sources(),
            },
            segments,
        })
    }
}

fn bytes(from: &[u8]) -> Result<KVec<u8>> {
    let mut to = KVec::new();
    to.extend_from_slice(from, GFP_KERNEL)?;
    Ok(to)
}

impl Miniport for Gem {
    fn query_adapter_info(&self) -> &AdapterFacts {
        &self.facts
    }

    fn query_segments(&self) -> Segments {
        self.segments
    }

    fn create_allocation(&self, args: CreateAllocation<'_, '_>, _: &dyn Callbacks) -> NtResult {
        linear::create(args, SegmentSet::ALL)
    }

    fn adopt_memory(&self, memory: ForeignMemory) -> NtResult<AllocationAnswer> {
        let segment = if memory.native {
            SegmentSet::LOCAL
        } else {
            SegmentSet::APERTURE
        };
        linear::adopt(memory, segment)
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

    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult {
        operation.by_cpu()
    }
}
