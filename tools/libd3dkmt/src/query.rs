// SPDX-License-Identifier: MIT OR Apache-2.0
//! What QueryAdapterInfo answers.
//!
//! [`Adapter`](crate::Adapter) asks the questions. The WDDM documentation has them on the page of
//! KMTQUERYADAPTERINFOTYPE.

use crate::sys::{self, KMTQUERYADAPTERINFOTYPE};
use std::fmt;

/// The block of a question: all of it goes to the kernel, and all of it may come back changed.
///
/// # Safety
///
/// Any bytes are a good value, and there is no padding.
pub(crate) unsafe trait Block: Default {
    /// The question.
    const QUESTION: KMTQUERYADAPTERINFOTYPE;
}

macro_rules! blocks {
    ($($block:ident answers $question:ident;)*) => {$(
        // SAFETY: The structure is integers, and arrays and structures of integers, without gaps.
        unsafe impl Block for sys::$block {
            const QUESTION: KMTQUERYADAPTERINFOTYPE = KMTQUERYADAPTERINFOTYPE::$question;
        }
    )*};
}

blocks! {
    d3dkmt_segmentsizeinfo answers GETSEGMENTSIZE;
    d3dkmt_adapteraddress answers ADAPTERADDRESS;
    d3dkmt_adapterregistryinfo answers ADAPTERREGISTRYINFO;
    d3dkmt_driverversion answers DRIVERVERSION;
    d3dkmt_adaptertype answers ADAPTERTYPE;
    d3dkmt_wddm_1_2_caps answers WDDM_1_2_CAPS;
    d3dkmt_umd_driver_version answers UMD_DRIVER_VERSION;
    d3dkmt_wddm_2_0_caps answers WDDM_2_0_CAPS;
    d3dkmt_physical_adapter_count answers PHYSICALADAPTERCOUNT;
    d3dkmt_query_device_ids answers PHYSICALADAPTERDEVICEIDS;
    d3dkmt_driver_description answers DRIVER_DESCRIPTION;
    d3dkmt_wddm_2_7_caps answers WDDM_2_7_CAPS;
}

/// The text in a field of UTF-16 units, up to the first 0.
pub(crate) fn text(field: &[u16]) -> String {
    let end = field
        .iter()
        .position(|&unit| unit == 0)
        .unwrap_or(field.len());
    String::from_utf16_lossy(&field[..end])
}

/// D3DKMT_SEGMENTSIZEINFO: how much memory the adapter has, in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SegmentSizes {
    /// Memory segments.
    pub dedicated_video_memory: u64,
    /// System memory that firmware reserved for the adapter.
    pub dedicated_system_memory: u64,
    /// System memory that the adapter may share with everybody.
    pub shared_system_memory: u64,
}

impl From<sys::d3dkmt_segmentsizeinfo> for SegmentSizes {
    fn from(block: sys::d3dkmt_segmentsizeinfo) -> Self {
        Self {
            dedicated_video_memory: block.dedicated_video_memory_size,
            dedicated_system_memory: block.dedicated_system_memory_size,
            shared_system_memory: block.shared_system_memory_size,
        }
    }
}

/// D3DKMT_ADAPTERADDRESS: where the adapter is on its bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct AdapterAddress {
    /// Bus number.
    pub bus: u32,
    /// Device number on the bus.
    pub device: u32,
    /// Function of the device.
    pub function: u32,
}

impl From<sys::d3dkmt_adapteraddress> for AdapterAddress {
    fn from(block: sys::d3dkmt_adapteraddress) -> Self {
        Self {
            bus: block.bus_number,
            device: block.device_number,
            function: block.function_number,
        }
    }
}

/// D3DKMT_ADAPTERREGISTRYINFO: four texts about the adapter.
///
/// The fields carry WDDM's names; what the module puts into them is said for each.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RegistryInfo {
    /// Name for people, such as `virtio_gpu (card0)`.
    pub adapter_string: String,
    /// Name and version that the driver of the DRM device gives itself.
    pub bios_string: String,
    /// Name of the DRM primary node below `/dev/dri`, such as `card0`; empty for the software adapter.
    pub dac_type: String,
    /// Name of the DRM driver, such as `virtio_gpu`.
    pub chip_type: String,
}

impl From<sys::d3dkmt_adapterregistryinfo> for RegistryInfo {
    fn from(block: sys::d3dkmt_adapterregistryinfo) -> Self {
        Self {
            adapter_string: text(&block.adapter_string),
            bios_string: text(&block.bios_string),
            dac_type: text(&block.dac_type),
            chip_type: text(&block.chip_type),
        }
    }
}

/// D3DKMT_DRIVERVERSION: the version of WDDM that the adapter follows.
///
/// ```
/// use libd3dkmt::query::WddmVersion;
///
/// assert_eq!(WddmVersion(2700).to_string(), "2.7");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct WddmVersion(
    /// As in the ABI: 2700 is WDDM 2.7.
    pub u32,
);

impl From<sys::d3dkmt_driverversion> for WddmVersion {
    fn from(block: sys::d3dkmt_driverversion) -> Self {
        Self(block.version)
    }
}

impl fmt::Display for WddmVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 1000, self.0 % 1000 / 100)
    }
}

/// D3DKMT_WDDM_1_2_CAPS.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Wddm12Caps {
    /// D3DKMDT_GRAPHICS_PREEMPTION_GRANULARITY.
    pub graphics_preemption_granularity: u32,
    /// D3DKMDT_COMPUTE_PREEMPTION_GRANULARITY.
    pub compute_preemption_granularity: u32,
    /// What the adapter can do.
    pub flags: sys::D3DKMT_WDDM_1_2_CAPS_FLAGS,
}

impl From<sys::d3dkmt_wddm_1_2_caps> for Wddm12Caps {
    fn from(block: sys::d3dkmt_wddm_1_2_caps) -> Self {
        Self {
            graphics_preemption_granularity: block.graphics_preemption_granularity,
            compute_preemption_granularity: block.compute_preemption_granularity,
            flags: sys::D3DKMT_WDDM_1_2_CAPS_FLAGS::from_bits_retain(block.value),
        }
    }
}

/// D3DKMT_UMD_DRIVER_VERSION: the driver's version in four parts.
///
/// ```
/// use libd3dkmt::query::DriverVersion;
///
/// assert_eq!(DriverVersion(0x0001_0002_0003_0004).to_string(), "1.2.3.4");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct DriverVersion(
    /// The four parts, 16 bits each, the first in the highest bits.
    pub u64,
);

impl From<sys::d3dkmt_umd_driver_version> for DriverVersion {
    fn from(block: sys::d3dkmt_umd_driver_version) -> Self {
        Self(block.driver_version)
    }
}

impl fmt::Display for DriverVersion {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let part = |shift: u32| (self.0 >> shift) & 0xffff;
        write!(f, "{}.{}.{}.{}", part(48), part(32), part(16), part(0))
    }
}

/// D3DKMT_DEVICE_IDS of a physical adapter; all 0 for a device that is on no bus.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeviceIds {
    /// Vendor of the chip.
    pub vendor: u32,
    /// The chip.
    pub device: u32,
    /// Vendor of the board.
    pub sub_vendor: u32,
    /// The board.
    pub sub_system: u32,
    /// Revision of the chip.
    pub revision: u32,
    /// Kind of bus.
    pub bus_type: u32,
}

impl From<sys::d3dkmt_query_device_ids> for DeviceIds {
    fn from(block: sys::d3dkmt_query_device_ids) -> Self {
        Self {
            vendor: block.vendor_id,
            device: block.device_id,
            sub_vendor: block.sub_vendor_id,
            sub_system: block.sub_system_id,
            revision: block.revision_id,
            bus_type: block.bus_type,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_end_at_the_first_zero() {
        let mut field = [0; 260];
        let length = "grün\u{1f5bc}".encode_utf16().count();
        for (unit, text) in field.iter_mut().zip("grün\u{1f5bc}".encode_utf16()) {
            *unit = text;
        }
        // What stands behind the end is not text.
        field[length + 1] = u16::from(b'x');
        assert_eq!(text(&field), "grün\u{1f5bc}");
    }

    #[test]
    fn texts_may_fill_their_field_and_be_broken() {
        assert_eq!(text(&[u16::from(b'a'); 260]), "a".repeat(260));
        assert_eq!(text(&[0xd800, u16::from(b'A')]), "\u{fffd}A");
        assert_eq!(text(&[]), "");
    }

    #[test]
    fn versions_read_as_people_write_them() {
        assert_eq!(WddmVersion(1105).to_string(), "1.1");
        assert_eq!(WddmVersion(3000).to_string(), "3.0");
        assert_eq!(DriverVersion(0).to_string(), "0.0.0.0");
        assert_eq!(
            DriverVersion(u64::MAX).to_string(),
            "65535.65535.65535.65535"
        );
    }
}
