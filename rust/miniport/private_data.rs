// SPDX-License-Identifier: GPL-2.0

//! The private driver data of `uapi/dxgkrnl_gem.h`: untrusted bytes in, a checked description out.
//!
//! Pure logic: also compiled and tested on the host.

use crate::{
    ddi::{
        allocation::AllocationDescription,
        answer::{
            AllocationFacts,
            AllocationFlags,
            SegmentSet, //
        }, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        dxgkrnl_gem_allocation as GemAllocation,
        dxgkrnl_gem_resource as GemResource,
        DXGKRNL_GEM_KIND_BUFFER,
        DXGKRNL_GEM_KIND_SURFACE,
        DXGKRNL_GEM_MAGIC,
        DXGKRNL_GEM_VERSION, //
    },
};
use zerocopy::{
    FromBytes,
    IntoBytes, //
};

/// Bytes of an allocation's private data.
pub(crate) const SIZE: usize = core::mem::size_of::<GemAllocation>();

/// Bytes in a pixel, in all supported formats.
const PIXEL: u32 = 4;
/// Largest width and height in pixels.
const MAX_EXTENT: u32 = 16384;
/// Rows of surfaces start at multiples of this, which every target can scan out.
const PITCH_ALIGN: u32 = 256;
/// Bytes in a row of a buffer, which is laid out as an image of whole pages...
const BUFFER_PITCH: u32 = 4096;
/// ... unless it is so large that it would have more than this many rows. A device may not support rows
/// as long as those of such a buffer; then it is never asked for them.
const MAX_ROWS: u64 = 65535;
const PAGE: u64 = 4096;

/// What an allocation is used for (DXGKRNL_GEM_USAGE_*).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Usage(u32);

impl Usage {
    pub(crate) const CPU_VISIBLE: Self = Self(1);
    pub(crate) const DISPLAYABLE: Self = Self(2);
    pub(crate) const HISTORY_BUFFER: Self = Self(4);
    pub(crate) const GDI_SURFACE: Self = Self(8);
    const ALL: u32 = 15;

    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    fn parse(bits: u32, surface: bool) -> NtResult<Self> {
        let usage = Self(bits);
        let history = usage.contains(Self::HISTORY_BUFFER);
        let exclusive = Self::CPU_VISIBLE.0 | Self::HISTORY_BUFFER.0;
        let for_surfaces = Self::DISPLAYABLE.0 | Self::GDI_SURFACE.0;
        if bits & !Self::ALL != 0
            || history && bits != exclusive
            || !surface && bits & for_surfaces != 0
        {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        Ok(usage)
    }
}

/// Private data that passed its checks.
///
/// # Invariants
///
/// `bytes` is not 0, a multiple of the page size, and at most `pitch * height` rounded up to it;
/// `pitch` is a multiple of 4.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Described {
    raw: GemAllocation,
    usage: Usage,
    bytes: u64,
    layout: AllocationDescription,
}

impl Described {
    /// Interprets an allocation's private data.
    ///
    /// # Errors
    ///
    /// - GRAPHICS_DRIVER_MISMATCH: another version of the header (case 64).
    /// - INVALID_PARAMETER: any other deviation from the header (cases 62, 72).
    pub(crate) fn read(data: &[u8]) -> NtResult<Self> {
        let raw = GemAllocation::read_from_bytes(data).map_err(|_| {
            // A blob of another size may have another version.
            mismatch(data).unwrap_or(NtStatus::INVALID_PARAMETER)
        })?;
        if let Some(status) = mismatch(data) {
            return Err(status);
        }
        if raw.pitch != 0 || raw.reserved != 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        match raw.kind {
            DXGKRNL_GEM_KIND_BUFFER => Self::buffer(raw),
            DXGKRNL_GEM_KIND_SURFACE => Self::surface(raw),
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    fn buffer(raw: GemAllocation) -> NtResult<Self> {
        if raw.width != 0 || raw.height != 0 || raw.format != 0 {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let usage = Usage::parse(raw.usage, false)?;
        let bytes = raw
            .bytes
            .checked_next_multiple_of(PAGE)
            .filter(|&bytes| bytes != 0)
            .ok_or(NtStatus::INVALID_PARAMETER)?;
        let layout = buffer_layout(bytes).ok_or(NtStatus::GRAPHICS_NO_VIDEO_MEMORY)?;
        // INVARIANT: rounded up above; the layout holds at least `bytes`.
        Ok(Self {
            raw,
            usage,
            bytes,
            layout,
        })
    }

    fn surface(raw: GemAllocation) -> NtResult<Self> {
        let extent = 1..=MAX_EXTENT;
        if !extent.contains(&raw.width)
            || !extent.contains(&raw.height)
            || !FORMATS.contains(&raw.format)
            || raw.bytes != 0
        {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        let usage = Usage::parse(raw.usage, true)?;
        // At most 16384 * 4 and 16384: no overflow.
        let pitch = (raw.width * PIXEL).next_multiple_of(PITCH_ALIGN);
        let bytes = (u64::from(pitch) * u64::from(raw.height)).next_multiple_of(PAGE);
        // INVARIANT: not 0, as neither extent is, and rounded up.
        Ok(Self {
            raw,
            usage,
            bytes,
            layout: AllocationDescription {
                pitch,
                height: raw.height,
            },
        })
    }

    #[allow(dead_code, reason = "the host tests look at it")]
    pub(crate) const fn usage(&self) -> Usage {
        self.usage
    }

    /// Size in bytes, whole pages.
    #[allow(dead_code, reason = "the host tests look at it")]
    pub(crate) const fn bytes(&self) -> u64 {
        self.bytes
    }

    /// The facts for dxgkrnl, for memory in the `supported` segments.
    ///
    /// Only history buffers set Cached: primaries must not.
    pub(crate) fn facts(&self, supported: SegmentSet) -> AllocationFacts {
        let has = |usage| self.usage.contains(usage);
        let visible = AllocationFlags::CPU_VISIBLE.only_if(has(Usage::CPU_VISIBLE));
        let history = AllocationFlags::HISTORY_BUFFER
            .and(AllocationFlags::CACHED)
            .only_if(has(Usage::HISTORY_BUFFER));
        AllocationFacts {
            size: self.bytes,
            alignment: 4096,
            pitch_aligned_size: 0,
            supported,
            preferred: [0; 5],
            eviction: SegmentSet::APERTURE,
            flags: visible.and(history),
            displayable: has(Usage::DISPLAYABLE),
            priority: AllocationFacts::PRIORITY_NORMAL,
            physical_adapter: 0,
        }
    }

    pub(crate) const fn description(&self) -> AllocationDescription {
        self.layout
    }

    /// Writes the results (pitch, size) into the blob that this was read from.
    pub(crate) fn write_back(&self, data: &mut [u8]) -> NtResult {
        let mut raw = self.raw;
        raw.bytes = self.bytes;
        if raw.kind == DXGKRNL_GEM_KIND_SURFACE {
            raw.pitch = self.layout.pitch;
        }
        raw.write_to(data).map_err(|_| NtStatus::INVALID_PARAMETER)
    }
}

/// Fourccs of the formats: XR24, AR24, XB24, AB24.
const FORMATS: [u32; 4] = [
    u32::from_le_bytes(*b"XR24"),
    u32::from_le_bytes(*b"AR24"),
    u32::from_le_bytes(*b"XB24"),
    u32::from_le_bytes(*b"AB24"),
];

/// A layout for `bytes` bytes (whole pages), without too many rows.
pub(crate) fn buffer_layout(bytes: u64) -> Option<AllocationDescription> {
    let mut pitch = u64::from(BUFFER_PITCH);
    while bytes.div_ceil(pitch) > MAX_ROWS {
        pitch = pitch.checked_mul(2)?;
        if pitch > u64::from(u32::MAX) {
            return None;
        }
    }
    Some(AllocationDescription {
        pitch: u32::try_from(pitch).ok()?,
        height: u32::try_from(bytes.div_ceil(pitch)).ok()?,
    })
}

/// Checks the first two words: GRAPHICS_DRIVER_MISMATCH when they are of another version,
/// INVALID_PARAMETER when they are no header at all.
fn mismatch(data: &[u8]) -> Option<NtStatus> {
    let word = |at: usize| -> Option<u32> {
        let bytes: [u8; 4] = data.get(at..at + 4)?.try_into().ok()?;
        Some(u32::from_le_bytes(bytes))
    };
    match (word(0), word(4)) {
        (Some(DXGKRNL_GEM_MAGIC), Some(DXGKRNL_GEM_VERSION)) => None,
        (Some(DXGKRNL_GEM_MAGIC), Some(_)) => Some(NtStatus::GRAPHICS_DRIVER_MISMATCH),
        _ => Some(NtStatus::INVALID_PARAMETER),
    }
}

/// Checks a resource's private data: none, or the header's `dxgkrnl_gem_resource`.
///
/// # Errors
///
/// As [`Described::read`].
pub(crate) fn check_resource(data: &[u8]) -> NtResult {
    if data.is_empty() {
        return Ok(());
    }
    if let Some(status) = mismatch(data) {
        return Err(status);
    }
    match GemResource::read_from_bytes(data) {
        Ok(resource) if resource.reserved == 0 => Ok(()),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// Writes private data for a heap of `bytes` bytes of the caller's memory.
///
/// # Errors
///
/// INVALID_PARAMETER when `data` is not [`SIZE`] bytes long.
pub(crate) fn existing_heap(bytes: u64, data: &mut [u8]) -> NtResult {
    GemAllocation {
        magic: DXGKRNL_GEM_MAGIC,
        version: DXGKRNL_GEM_VERSION,
        kind: DXGKRNL_GEM_KIND_BUFFER,
        usage: Usage::CPU_VISIBLE.0,
        bytes,
        ..GemAllocation::default()
    }
    .write_to(data)
    .map_err(|_| NtStatus::INVALID_PARAMETER)
}
