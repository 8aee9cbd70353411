// SPDX-License-Identifier: GPL-2.0

//! The miniport for DRM devices: video memory consists of GEM objects of the device's driver.

use super::{
    linear,
    software_engine::SoftwareEngine, //
};
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
        execution::Execution,
        memory::{
            CpuPages,
            ImportedMemory,
            Memory,
            MemoryRequest,
            SegmentMemory, //
        },
        paging::PagingOperation,
        standard::StandardAllocationData,
        Cookie,
        Miniport, //
    },
    drm::{
        device::Device,
        gem::{
            GemObject,
            Shape, //
        }, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        dma_buf::DmaBuf,
        worker::WorkerQueue,
        write_fence::{
            Unfinished,
            WriteFence, //
        },
        PAGE_SIZE, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// The miniport of one DRM device.
pub(crate) struct Gem {
    device: Arc<Device>,
    facts: AdapterFacts,
    segments: Segments,
    /// Give GEM objects legacy (flink) names, for the DRM device's debugfs.
    name_objects: bool,
    engine: Arc<SoftwareEngine>,
}

impl Gem {
    /// Describes `device`, with segments of the given sizes.
    ///
    /// # Errors
    ///
    /// - `EPERM`: its driver's objects have pages that the CPU cannot access.
    /// - `ENODEV`: the device was unplugged. `ENOMEM`.
    pub(crate) fn new(
        device: Arc<Device>,
        segments: Segments,
        name_objects: bool,
        queue: &Arc<WorkerQueue>,
    ) -> Result<Self> {
        // A probe of one page: an object like those that will be allocated.
        let shape = Shape {
            width: 1024,
            height: 1,
        };
        drop(GemObject::new(&device, shape, PAGE_SIZE, false)?);
        let drm = device.enter()?;
        let driver = bytes(drm.driver_name().to_bytes())?;
        let node = bytes(drm.node_name()?.to_bytes())?;
        Ok(Self {
            facts: AdapterFacts {
                description: bytes(drm.name()?.to_bytes())?,
                node,
                driver,
                driver_version: drm.driver_version(),
                pci: drm.pci_identity().map(|id| PciFacts {
                    bus: id.bus,
                    device: id.device,
                    function: id.function,
                    vendor_id: id.vendor_id,
                    device_id: id.device_id,
                    subsystem_vendor_id: id.subsystem_vendor_id,
                    subsystem_id: id.subsystem_id,
                    revision: id.revision,
                }),
                num_sources: drm.num_sources(),
            },
            segments: Segments {
                by_layout: true,
                ..segments
            },
            name_objects,
            engine: SoftwareEngine::new(queue)?,
            device: device.clone(),
        })
    }
}

fn bytes(from: &[u8]) -> Result<KVVec<u8>> {
    let mut to = KVVec::new();
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

    fn allocate_memory(&self, request: MemoryRequest<'_>) -> NtResult<Memory> {
        let layout = request.layout.ok_or(NtStatus::NO_MEMORY)?;
        let shape = Shape {
            width: layout.pitch / 4,
            height: layout.height,
        };
        let object = GemObject::new(&self.device, shape, request.bytes, self.name_objects)?;
        Ok(Arc::new(object, ACCOUNT)?)
    }

    fn import_memory(&self, dma_buf: DmaBuf) -> NtResult<ImportedMemory> {
        let bytes = dma_buf.size();
        if bytes == 0 || bytes % PAGE_SIZE != 0 {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let cpu_visible = dma_buf.can_be_mapped();
        let object = GemObject::import(&self.device, dma_buf)?;
        Ok(ImportedMemory {
            facts: ForeignMemory {
                // CAST: 64 bits at most.
                bytes: bytes as u64,
                native: object.is_native(),
                cpu_visible: object.pages().is_some() || cpu_visible,
            },
            memory: Arc::new(object, ACCOUNT)?,
        })
    }

    fn execution(&self) -> Option<Arc<dyn Execution>> {
        Some(self.engine.clone())
    }

    fn stop_device(&self) {
        self.device.unplug();
    }

    fn build_paging_buffer(&self, operation: PagingOperation<'_>) -> NtResult {
        operation.by_cpu()
    }
}

impl SegmentMemory for Arc<GemObject> {
    fn cpu_pages(&self) -> CpuPages {
        if let Some(pages) = self.pages() {
            return CpuPages::Pages(pages);
        }
        // The memory was imported: its exporter maps it.
        self.dma_buf().map_or(CpuPages::None, CpuPages::DmaBuf)
    }

    fn export(&self, writable: bool) -> NtResult<DmaBuf> {
        Ok(GemObject::export(self, writable)?)
    }

    fn add_write_fence(&self, fence: &WriteFence) -> NtResult<Option<Unfinished>> {
        Ok(GemObject::add_write_fence(self, fence)?)
    }

    fn end_export(&self) -> bool {
        GemObject::end_export(self)
    }
}
