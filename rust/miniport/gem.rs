// SPDX-License-Identifier: GPL-2.0

//! The miniport for DRM targets: video memory is GEM objects of the target's driver.
//!
//! It understands the private data of `uapi/dxgkrnl_gem.h` ([`private_data`]): linear buffers and
//! two-dimensional surfaces. Everything physical is VidMm's business.

pub(crate) mod private_data;

use crate::{
    ddi::{
        answer::{
            AllocationAnswer,
            AllocationFacts,
            AllocationFlags,
            SegmentSet, //
        },
        AdapterFacts,
        AllocationDescription,
        Cookie,
        CreateAllocation,
        DataSlot,
        ForeignMemory,
        Miniport,
        OpenFlags,
        PciFacts,
        ResourceSlot,
        Segments,
        StandardAllocation, //
    },
    drm::target::Target,
    mem::{
        KBox,
        KVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::prelude::*;
use private_data::{
    Described,
    Usage, //
};

/// D3DDDI_ALLOCATIONPRIORITY_NORMAL.
const PRIORITY_NORMAL: u32 = 0x7800_0000;

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

/// What this miniport keeps about an allocation.
struct Allocation(AllocationDescription);

/// What it keeps about a resource, and about a binding: that there is one.
struct Mark;

fn mark() -> NtResult<Cookie> {
    Ok(KBox::new(Mark, ACCOUNT)?)
}

impl Miniport for Gem {
    fn query_adapter_info(&self) -> &AdapterFacts {
        &self.facts
    }

    fn query_segments(&self) -> Segments {
        self.segments
    }

    fn create_allocation(&self, args: CreateAllocation<'_>) -> NtResult {
        private_data::check_resource(args.private_data)?;
        for request in args.allocations {
            let described = Described::read(&request.private_data)?;
            described.write_back(&mut request.private_data)?;
            let visible = described.usage().contains(Usage::CPU_VISIBLE);
            request.answer = Some(AllocationAnswer {
                cookie: KBox::new(Allocation(described.description()), ACCOUNT)?,
                facts: AllocationFacts {
                    size: described.bytes(),
                    alignment: 4096,
                    supported: SegmentSet::LOCAL,
                    preferred: SegmentSet::LOCAL,
                    eviction: SegmentSet::APERTURE,
                    flags: AllocationFlags {
                        cpu_visible: visible,
                        cached: visible,
                        history_buffer: described.usage().contains(Usage::HISTORY_BUFFER),
                        displayable: described.usage().contains(Usage::DISPLAYABLE),
                        ..AllocationFlags::default()
                    },
                    priority: PRIORITY_NORMAL,
                },
            });
        }
        if let ResourceSlot::Resource(cookie) = args.resource {
            if cookie.is_none() {
                *cookie = Some(mark()?);
            }
        }
        Ok(())
    }

    fn adopt_memory(&self, memory: ForeignMemory) -> NtResult<AllocationAnswer> {
        let rows = private_data::buffer_layout(memory.bytes).ok_or(NtStatus::NOT_SUPPORTED)?;
        let segment = if memory.native {
            SegmentSet::LOCAL
        } else {
            SegmentSet::APERTURE
        };
        Ok(AllocationAnswer {
            cookie: KBox::new(Allocation(rows), ACCOUNT)?,
            facts: AllocationFacts {
                size: memory.bytes,
                alignment: 4096,
                supported: segment,
                preferred: segment,
                // It cannot be moved: others have it, too.
                eviction: SegmentSet::NONE,
                flags: AllocationFlags {
                    cpu_visible: memory.cpu_visible,
                    cached: memory.cpu_visible,
                    ..AllocationFlags::default()
                },
                priority: PRIORITY_NORMAL,
            },
        })
    }

    fn open_allocation(&self, _allocation: &Cookie, _flags: OpenFlags) -> NtResult<Cookie> {
        mark()
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
        allocation
            .downcast_ref::<Allocation>()
            .map(|allocation| allocation.0)
            .ok_or(NtStatus::INVALID_HANDLE)
    }

    fn get_standard_allocation_driver_data(
        &self,
        allocation: StandardAllocation,
        data: DataSlot<'_>,
    ) -> NtResult {
        let StandardAllocation::ExistingHeap { bytes } = allocation;
        match data {
            DataSlot::Size(size) => *size = private_data::SIZE,
            DataSlot::Data(data) => private_data::existing_heap(bytes, data)?,
        }
        Ok(())
    }
}
