// SPDX-License-Identifier: GPL-2.0

//! D3DKMTQueryAdapterInfo: facts about an adapter.

use super::{
    read,
    write_bytes,
    Caller, //
};
use crate::{
    core::objects::adapter::Adapter,
    ddi::{
        adapter::{
            AdapterFacts,
            PciFacts, //
        },
        execution::NodeFacts, //
    },
    gpuva::ADDRESS_BITS,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*,
    vidmm::SegmentGroup, //
};
use core::mem::size_of;
use zerocopy::{
    FromBytes,
    Immutable,
    IntoBytes, //
};

/// PCI vendor of virtio devices, which are paravirtual.
const VENDOR_VIRTIO: u32 = 0x1af4;

/// ADAPTERADDRESS of an adapter that is not on PCI.
const NOT_ON_PCI: u32 = u32::MAX;

/// Flags of d3dkmt_query_gpummu_caps: mappings can be read-only, memory can be coherent with the CPU.
const READ_ONLY_MEMORY: u32 = 1;
const CACHE_COHERENT_MEMORY: u32 = 4;

/// D3DKMTQueryAdapterInfo.
///
/// # Errors
///
/// - INVALID_PARAMETER: no adapter; a type that is not implemented; a buffer that is NULL, shorter than
///   the type's structure (case 13) or longer than 128 KiB; a physical adapter other than 0.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn query(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_queryadapterinfo = read(argument as u64)?;
    let size = args.private_data_size;
    if size == 0 || size > D3DKMT_PRIVATE_DATA_MAX || args.private_data == 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    let adapter = caller.process.adapter(args.adapter.into())?;
    adapter.check_present()?;
    // CAST: at most 128 KiB.
    let blob = Blob {
        address: args.private_data,
        size: size as usize,
    };
    let facts = adapter.miniport().query_adapter_info();
    match args.type_ {
        KMTQAITYPE_GETSEGMENTSIZE => blob.write(&segment_sizes(&adapter)),
        KMTQAITYPE_ADAPTERADDRESS => blob.write(&address(facts)),
        KMTQAITYPE_ADAPTERREGISTRYINFO | KMTQAITYPE_ADAPTERREGISTRYINFO_RENDER => {
            blob.write_texts::<d3dkmt_adapterregistryinfo>(&registry_info(facts)?)
        }
        // A driver is never replaced under an adapter: a new driver means a new instance of the device.
        KMTQAITYPE_CHECKDRIVERUPDATESTATUS => blob.write(&0_u32),
        KMTQAITYPE_DRIVERVERSION | KMTQAITYPE_DRIVERVERSION_RENDER => {
            blob.write(&d3dkmt_driverversion {
                version: KMT_DRIVERVERSION_WDDM_2_7,
            })
        }
        KMTQAITYPE_ADAPTERTYPE | KMTQAITYPE_ADAPTERTYPE_RENDER => blob.write(&adapter_type(facts)),
        // No preemption, and none of the other capabilities.
        KMTQAITYPE_WDDM_1_2_CAPS | KMTQAITYPE_WDDM_1_2_CAPS_RENDER => {
            blob.write(&d3dkmt_wddm_1_2_caps::default())
        }
        KMTQAITYPE_UMD_DRIVER_VERSION => blob.write(&driver_version(facts)),
        // GPU page tables, but no IOMMU; the device may be removed at any time.
        KMTQAITYPE_WDDM_2_0_CAPS => blob.write(&d3dkmt_wddm_2_0_caps {
            value: D3DKMT_WDDM_2_0_CAPS_GPUMMU_SUPPORTED
                | D3DKMT_WDDM_2_0_CAPS_SUPPORT_SURPRISE_REMOVAL,
        }),
        KMTQAITYPE_QUERY_GPUMMU_CAPS => blob.update(gpummu_caps),
        KMTQAITYPE_NODEMETADATA => {
            let nodes = adapter.nodes().facts();
            blob.update(|metadata| node_metadata(nodes, metadata))
        }
        KMTQAITYPE_PHYSICALADAPTERCOUNT => blob.write(&d3dkmt_physical_adapter_count { count: 1 }),
        KMTQAITYPE_PHYSICALADAPTERDEVICEIDS => blob.update(|ids| device_ids(facts, ids)),
        KMTQAITYPE_DRIVER_DESCRIPTION | KMTQAITYPE_DRIVER_DESCRIPTION_RENDER => {
            let mut text = KVVec::new();
            push_text(&mut text, DXG_DESCRIPTION_UNITS, &[&facts.description])?;
            blob.write_texts::<d3dkmt_driver_description>(&text)
        }
        // No hardware scheduling.
        KMTQAITYPE_WDDM_2_7_CAPS => blob.write(&d3dkmt_wddm_2_7_caps::default()),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// The caller's output buffer.
struct Blob {
    address: u64,
    size: usize,
}

impl Blob {
    fn check<T>(&self) -> NtResult {
        if self.size < size_of::<T>() {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        Ok(())
    }

    fn write<T: IntoBytes + Immutable>(&self, value: &T) -> NtResult {
        self.check::<T>()?;
        write_bytes(self.address, value.as_bytes())
    }

    /// Writes a `T` that consists of strings only.
    fn write_texts<T>(&self, text: &[u16]) -> NtResult {
        self.check::<T>()?;
        write_bytes(self.address, text.as_bytes())
    }

    /// Writes a `T` that the caller has begun.
    fn update<T: FromBytes + IntoBytes + Immutable>(
        &self,
        f: impl FnOnce(&mut T) -> NtResult,
    ) -> NtResult {
        self.check::<T>()?;
        let mut value = read(self.address)?;
        f(&mut value)?;
        self.write(&value)
    }
}

fn segment_sizes(adapter: &Adapter) -> d3dkmt_segmentsizeinfo {
    d3dkmt_segmentsizeinfo {
        dedicated_video_memory_size: adapter.vidmm().size(SegmentGroup::Local),
        dedicated_system_memory_size: 0,
        shared_system_memory_size: adapter.vidmm().size(SegmentGroup::NonLocal),
    }
}

fn address(facts: &AdapterFacts) -> d3dkmt_adapteraddress {
    match facts.pci {
        Some(pci) => d3dkmt_adapteraddress {
            bus_number: pci.bus,
            device_number: pci.device,
            function_number: pci.function,
        },
        None => d3dkmt_adapteraddress {
            bus_number: NOT_ON_PCI,
            device_number: NOT_ON_PCI,
            function_number: NOT_ON_PCI,
        },
    }
}

fn adapter_type(facts: &AdapterFacts) -> d3dkmt_adaptertype {
    let mut value = D3DKMT_ADAPTERTYPE_RENDER_SUPPORTED;
    if facts.num_sources != 0 {
        value |= D3DKMT_ADAPTERTYPE_DISPLAY_SUPPORTED;
    }
    value |= match facts.pci {
        Some(PciFacts {
            vendor_id: VENDOR_VIRTIO,
            ..
        }) => D3DKMT_ADAPTERTYPE_PARAVIRTUALIZED,
        Some(_) => 0,
        None => D3DKMT_ADAPTERTYPE_SOFTWARE_DEVICE,
    };
    d3dkmt_adaptertype { value }
}

/// Four parts of 16 bits. The last one is a build number, which DRM drivers do not have.
fn driver_version(facts: &AdapterFacts) -> d3dkmt_umd_driver_version {
    let [major, minor, patch] = facts.driver_version.map(u64::from);
    d3dkmt_umd_driver_version {
        driver_version: major << 48 | minor << 32 | patch << 16,
    }
}

/// Cases 350, 437: mappings can be read-only; all of them can be executed from.
fn gpummu_caps(caps: &mut d3dkmt_query_gpummu_caps) -> NtResult {
    if caps.physical_adapter_index != 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    *caps = d3dkmt_query_gpummu_caps {
        physical_adapter_index: 0,
        flags: READ_ONLY_MEMORY | CACHE_COHERENT_MEMORY,
        virtual_address_bit_count: ADDRESS_BITS,
    };
    Ok(())
}

/// Case 741. The adapter's index, in the upper half of the first word, is 0: there is one.
fn node_metadata(nodes: &[NodeFacts], metadata: &mut d3dkmt_nodemetadata) -> NtResult {
    let which = metadata.node_ordinal_and_adapter_index;
    let index = usize::try_from(which).map_err(|_| NtStatus::INVALID_PARAMETER)?;
    let facts = nodes.get(index).ok_or(NtStatus::INVALID_PARAMETER)?;
    let mut name = [0; 32];
    for (unit, letter) in name.iter_mut().take(31).zip(facts.name.bytes()) {
        *unit = letter.into();
    }
    *metadata = d3dkmt_nodemetadata {
        node_ordinal_and_adapter_index: which,
        // CAST: as the ABI numbers them.
        engine_type: facts.engine_type as u32,
        friendly_name: name,
        flags: 0,
        gpummu_supported: 1,
        iommu_supported: 0,
    };
    Ok(())
}

fn device_ids(facts: &AdapterFacts, ids: &mut d3dkmt_query_device_ids) -> NtResult {
    if ids.physical_adapter_index != 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    *ids = match facts.pci {
        Some(pci) => d3dkmt_query_device_ids {
            physical_adapter_index: 0,
            vendor_id: pci.vendor_id,
            device_id: pci.device_id,
            sub_vendor_id: pci.subsystem_vendor_id,
            sub_system_id: pci.subsystem_id,
            revision_id: pci.revision,
            bus_type: BUS_TYPE_PCI,
        },
        None => d3dkmt_query_device_ids::default(),
    };
    Ok(())
}

/// The bus type in DEVICE_IDS of a PCI device; 0 stands for a device on no known bus.
const BUS_TYPE_PCI: u32 = 1;

/// The four names: the adapter, the driver with its version, the DRM node, the driver.
fn registry_info(facts: &AdapterFacts) -> NtResult<KVVec<u16>> {
    let mut version = KVVec::new();
    let [major, minor, patch] = facts.driver_version;
    for (i, part) in [major, minor, patch].into_iter().enumerate() {
        if i != 0 {
            version.push(b'.', ACCOUNT)?;
        }
        push_decimal(&mut version, part)?;
    }
    let mut texts = KVVec::new();
    push_text(&mut texts, DXG_NAME_UNITS, &[&facts.description])?;
    push_text(&mut texts, DXG_NAME_UNITS, &[&facts.driver, b" ", &version])?;
    push_text(&mut texts, DXG_NAME_UNITS, &[&facts.node])?;
    push_text(&mut texts, DXG_NAME_UNITS, &[&facts.driver])?;
    Ok(texts)
}

fn push_decimal(to: &mut KVVec<u8>, number: u16) -> NtResult {
    let mut divisor = 10_000;
    while divisor > 1 && number / divisor == 0 {
        divisor /= 10;
    }
    while divisor > 0 {
        // CAST: one digit.
        to.push(b'0' + (number / divisor % 10) as u8, ACCOUNT)?;
        divisor /= 10;
    }
    Ok(())
}

/// Appends `units` UTF-16 units: the parts, truncated to leave room for a terminator, then zeros.
fn push_text(to: &mut KVVec<u16>, units: u32, parts: &[&[u8]]) -> NtResult {
    // CAST: at most 4096.
    let units = units as usize;
    let characters = parts.iter().flat_map(|part| part.iter());
    let characters = characters.map(|&byte| u16::from(byte)).take(units - 1);
    let end = to.len() + units;
    to.reserve(units, ACCOUNT)?;
    for character in characters {
        to.push(character, ACCOUNT)?;
    }
    while to.len() < end {
        to.push(0, ACCOUNT)?;
    }
    Ok(())
}
