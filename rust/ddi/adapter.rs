// SPDX-License-Identifier: GPL-2.0

//! A miniport's facts about its adapter (`DxgkDdiQueryAdapterInfo`).

use super::answer::SegmentTraits;
use crate::mem::KVVec;

/// Facts about the adapter, for D3DKMTQueryAdapterInfo.
pub(crate) struct AdapterFacts {
    /// Name for people to read.
    pub(crate) description: KVVec<u8>,
    /// Name of the device's DRM node, such as `card0`; empty if there is none.
    pub(crate) node: KVVec<u8>,
    /// Name of the Linux driver of the device.
    pub(crate) driver: KVVec<u8>,
    /// Version of that driver: major, minor, patch level.
    pub(crate) driver_version: [u16; 3],
    /// Location and identity of the device on PCI.
    pub(crate) pci: Option<PciFacts>,
    /// Video present sources (display controllers).
    pub(crate) num_sources: u32,
}

/// A PCI function.
#[derive(Clone, Copy)]
pub(crate) struct PciFacts {
    pub(crate) bus: u32,
    pub(crate) device: u32,
    pub(crate) function: u32,
    pub(crate) vendor_id: u32,
    pub(crate) device_id: u32,
    pub(crate) subsystem_vendor_id: u32,
    pub(crate) subsystem_id: u32,
    pub(crate) revision: u32,
}

/// The memory segments (DXGKQAITYPE_QUERYSEGMENT): their sizes in bytes, and their capabilities.
#[derive(Clone, Copy)]
pub(crate) struct Segments {
    /// Segment 1: memory of the adapter.
    pub(crate) local: u64,
    /// Segment 2: the aperture onto system memory.
    pub(crate) aperture: u64,
    /// Memory of segment 1 is allocated in the layout of `DxgkDdiDescribeAllocation`.
    pub(crate) by_layout: bool,
    pub(crate) traits: SegmentTraits,
}
