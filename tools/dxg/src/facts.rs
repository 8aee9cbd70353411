// SPDX-License-Identifier: MIT OR Apache-2.0
//! What an adapter says about itself.

use libd3dkmt::{
    query::DeviceIds, sys::D3DKMT_ADAPTERTYPE, Adapter, Error, SegmentGroup, VideoMemoryInfo,
};
use serde::Serialize;

/// Everything that `dxg list` knows about an adapter. Sizes are in bytes.
#[derive(Serialize)]
pub struct Facts {
    pub luid: String,
    pub name: String,
    /// The DRM primary node's path; absent for the software adapter.
    pub node: Option<String>,
    /// The DRM driver's name.
    pub driver: String,
    /// What the DRM driver says of itself: name and version.
    pub driver_description: String,
    /// The DRM driver's version in four parts.
    pub driver_version: String,
    pub wddm_version: String,
    /// D3DKMT_ADAPTERTYPE, by name.
    pub adapter_type: Vec<String>,
    /// Absent for a device that is on no bus.
    pub pci: Option<Pci>,
    pub segments: Segments,
    pub local: Memory,
    pub non_local: Memory,
}

#[derive(Serialize)]
pub struct Pci {
    pub vendor: u32,
    pub device: u32,
    pub sub_vendor: u32,
    pub sub_system: u32,
    pub revision: u32,
    pub bus: u32,
    pub slot: u32,
    pub function: u32,
}

#[derive(Serialize)]
pub struct Segments {
    pub dedicated_video_memory: u64,
    pub dedicated_system_memory: u64,
    pub shared_system_memory: u64,
}

#[derive(Serialize)]
pub struct Memory {
    pub budget: u64,
    pub current_usage: u64,
    pub current_reservation: u64,
    pub available_for_reservation: u64,
}

impl From<VideoMemoryInfo> for Memory {
    fn from(info: VideoMemoryInfo) -> Self {
        Self {
            budget: info.budget,
            current_usage: info.current_usage,
            current_reservation: info.current_reservation,
            available_for_reservation: info.available_for_reservation,
        }
    }
}

impl Facts {
    /// Asks the adapter.
    pub fn of(adapter: &Adapter) -> Result<Self, Error> {
        let texts = adapter.registry_info()?;
        let segments = adapter.segment_sizes()?;
        Ok(Self {
            luid: adapter.luid().to_string(),
            name: adapter.description()?,
            node: (!texts.dac_type.is_empty()).then(|| format!("/dev/dri/{}", texts.dac_type)),
            driver: texts.chip_type,
            driver_description: texts.bios_string,
            driver_version: adapter.driver_version()?.to_string(),
            wddm_version: adapter.wddm_version()?.to_string(),
            adapter_type: names(adapter.adapter_type()?),
            pci: pci(adapter)?,
            segments: Segments {
                dedicated_video_memory: segments.dedicated_video_memory,
                dedicated_system_memory: segments.dedicated_system_memory,
                shared_system_memory: segments.shared_system_memory,
            },
            local: adapter.video_memory_info(SegmentGroup::LOCAL)?.into(),
            non_local: adapter.video_memory_info(SegmentGroup::NON_LOCAL)?.into(),
        })
    }
}

fn names(kind: D3DKMT_ADAPTERTYPE) -> Vec<String> {
    kind.iter_names().map(|(name, _)| name.to_owned()).collect()
}

fn pci(adapter: &Adapter) -> Result<Option<Pci>, Error> {
    let DeviceIds {
        vendor,
        device,
        sub_vendor,
        sub_system,
        revision,
        bus_type,
    } = adapter.device_ids()?;
    if bus_type == 0 {
        return Ok(None);
    }
    let address = adapter.address()?;
    Ok(Some(Pci {
        vendor,
        device,
        sub_vendor,
        sub_system,
        revision,
        bus: address.bus,
        slot: address.device,
        function: address.function,
    }))
}
