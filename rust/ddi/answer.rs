// SPDX-License-Identifier: GPL-2.0

//! A miniport's answers about allocations, and the checks before dxgkrnl relies on them.
//!
//! Pure logic: also compiled and tested on the host.

use crate::status::NtStatus;
use core::num::NonZeroU32;

/// A set of memory segments: bit n stands for segment n + 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentSet(pub(crate) u32);

impl SegmentSet {
    /// The empty set.
    pub(crate) const NONE: Self = Self(0);
    /// Segment 1: the adapter's memory.
    pub(crate) const LOCAL: Self = Self(1);
    /// Segment 2: the aperture.
    pub(crate) const APERTURE: Self = Self(2);
    /// All segments of an adapter.
    pub(crate) const ALL: Self = Self(3);

    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// What the adapter's segments can do (DXGK_SEGMENTFLAGS, and the related part of DXGK_VIDMMCAPS).
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentTraits {
    /// Segments that the CPU can access.
    pub(crate) cpu_visible: SegmentSet,
    /// CPU accesses to the aperture's memory are coherent with its cache.
    pub(crate) cache_coherent: bool,
    /// MapAperture2Supported.
    pub(crate) map_aperture2: bool,
}

impl SegmentTraits {
    /// The traits of an adapter whose memory is all system memory.
    pub(crate) const SYSTEM: Self = Self {
        cpu_visible: SegmentSet::ALL,
        cache_coherent: true,
        map_aperture2: false,
    };
}

/// DXGK_ALLOCATIONINFOFLAGS, with their meaning since WDDM 2.0.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct AllocationFlags(pub(crate) u32);

impl AllocationFlags {
    /// D3DKMTLock2 is allowed.
    pub(crate) const CPU_VISIBLE: Self = Self(1 << 0);
    /// Never moves out of system memory.
    pub(crate) const PERMANENT_SYS_MEM: Self = Self(1 << 1);
    /// CPU access is cached.
    pub(crate) const CACHED: Self = Self(1 << 2);
    pub(crate) const PROTECTED: Self = Self(1 << 3);
    /// Backed by memory of the caller.
    pub(crate) const EXISTING_SYS_MEM: Self = Self(1 << 4);
    /// Backed by memory of a caller in the kernel; there is no such caller.
    pub(crate) const EXISTING_KERNEL_SYS_MEM: Self = Self(1 << 5);
    /// UseAlternateVA, of primaries only (from WDDM 2.1 CreateInVpr).
    pub(crate) const USE_ALTERNATE_VA: Self = Self(1 << 10);
    pub(crate) const MAP_APERTURE_CPU_VISIBLE: Self = Self(1 << 13);
    /// Holds GPU history; excludes all flags but `CPU_VISIBLE` and `CACHED`.
    pub(crate) const HISTORY_BUFFER: Self = Self(1 << 14);
    pub(crate) const ACCESSED_PHYSICALLY: Self = Self(1 << 15);
    pub(crate) const EXPLICIT_RESIDENCY_NOTIFICATION: Self = Self(1 << 16);
    /// Bits that have no meaning since WDDM 2.0, or are unknown.
    const RESERVED: Self = Self(1 << 11 | 1 << 12 | !0 << 19);

    /// The union of both.
    pub(crate) const fn and(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// These flags if `wanted`, else none.
    pub(crate) const fn only_if(self, wanted: bool) -> Self {
        if wanted {
            self
        } else {
            Self(0)
        }
    }

    pub(crate) const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }

    const fn meets(self, other: Self) -> bool {
        self.0 & other.0 != 0
    }
}

/// The output of `DxgkDdiCreateAllocation` for one allocation (DXGK_ALLOCATIONINFO).
pub(crate) struct AllocationAnswer {
    /// What the miniport keeps about the allocation (`hAllocation`).
    pub(crate) cookie: crate::ddi::Cookie,
    pub(crate) facts: AllocationFacts,
}

/// The part of an answer that is plain data; nothing of it is checked yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AllocationFacts {
    /// Size in bytes; not 0. dxgkrnl rounds it up to whole pages.
    pub(crate) size: u64,
    /// Alignment in bytes; a power of two.
    pub(crate) alignment: u32,
    /// Its size in bytes in a segment with aligned pitches: at least `size`, or 0 if it cannot be placed
    /// in such a segment.
    pub(crate) pitch_aligned_size: u64,
    /// Segments that it may be placed in (the write set, the only one since WDDM 2.0).
    pub(crate) supported: SegmentSet,
    /// Numbers of the preferred segments, best first, each of them in `supported`; 0 for
    /// none.
    pub(crate) preferred: [u8; 5],
    /// Segments that it may be evicted to: only apertures, or none.
    pub(crate) eviction: SegmentSet,
    pub(crate) flags: AllocationFlags,
    /// It can be scanned out, so it may be exported to display drivers as a dma-buf. Not part of WDDM.
    pub(crate) displayable: bool,
    /// D3DDDI_ALLOCATIONPRIORITY; not 0.
    pub(crate) priority: u32,
    /// Index of the GPU in a linked adapter; here always 0.
    pub(crate) physical_adapter: u32,
}

impl AllocationFacts {
    /// D3DDDI_ALLOCATIONPRIORITY_NORMAL.
    pub(crate) const PRIORITY_NORMAL: u32 = 0x7800_0000;
}

/// The caller's memory that backs an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum CallerMemory {
    None,
    /// At an address; the miniport has to find out its size.
    Preallocated,
    /// This many bytes (whole pages); the miniport was told.
    Heap(u64),
    /// This many bytes (whole pages), from a dma-buf; the miniport was told.
    DmaBuf(u64),
}

/// What was requested of the miniport, which its answer has to fit.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Requested {
    pub(crate) traits: SegmentTraits,
    pub(crate) memory: CallerMemory,
    /// The user-mode driver declares it the primary of a video present source.
    pub(crate) primary: bool,
}

/// The contract violations of a miniport.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Violation {
    /// The call succeeded without an answer for each allocation.
    NoAnswer,
    /// The call succeeded without a cookie for each binding.
    NoBinding,
    /// Size 0, or too large to be rounded up to pages (case 67).
    Size,
    /// A size other than that of the memory that the miniport was told.
    MemorySize,
    /// Alignment not a power of two.
    Alignment,
    /// Smaller than the size, but not 0.
    PitchAlignedSize,
    /// No segment at all, or one that the adapter does not have.
    Segments,
    /// A preferred segment that is not supported (case 68).
    PreferredSegment,
    /// Eviction to a segment that is no aperture.
    EvictionSegment,
    /// A GPU that the adapter does not have.
    PhysicalAdapter,
    /// Priority 0 (case 71).
    Priority,
    /// Undefined flags.
    ReservedFlags,
    /// Cached, PermanentSysMem or HistoryBuffer without CpuVisible.
    NotCpuVisible,
    /// A history buffer with other flags, or not cached where the aperture is coherent.
    HistoryBuffer,
    /// Two of Protected, PermanentSysMem, ExistingSysMem and ExistingKernelSysMem.
    ExclusiveFlags,
    /// ExistingSysMem or ExistingKernelSysMem without such memory.
    ExistingMemory,
    /// ExplicitResidencyNotification without AccessedPhysically.
    ResidencyNotification,
    /// UseAlternateVA on an allocation that is not a primary (case 69).
    AlternateVa,
    /// MapApertureCpuVisible without the capability (case 70).
    MapAperture,
    /// Flags that a primary must not have.
    PrimaryFlags,
    /// A primary in a segment that the CPU cannot access.
    PrimarySegments,
    /// A layout without rows or columns, with partial pixels, or smaller than the size.
    Description,
    /// Standard allocation: no private data at all, or too much.
    StandardSize,
    /// Standard allocation: the second call returned other sizes.
    StandardSizeChanged,
    /// Standard allocation: no pitch, or one that is too small or unaligned.
    StandardPitch,
}

impl Violation {
    /// The status that the caller gets.
    ///
    /// The miniport does not know which allocations the caller declares primaries, so a conflict between
    /// its answer and that may be the caller's mistake.
    pub(crate) const fn status(self) -> NtStatus {
        match self {
            Self::PrimaryFlags | Self::PrimarySegments => NtStatus::INVALID_PARAMETER,
            _ => NtStatus::UNSUCCESSFUL,
        }
    }
}

/// An answer that keeps the contract, reduced to what dxgkrnl needs.
///
/// # Invariants
///
/// It has passed [`check`]. `size` is a multiple of the page size and not 0.
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedFacts {
    size: u64,
    priority: NonZeroU32,
    flags: AllocationFlags,
    displayable: bool,
    supported: SegmentSet,
    in_local: bool,
}

impl CheckedFacts {
    /// Size in bytes, whole pages.
    pub(crate) const fn size(&self) -> u64 {
        self.size
    }

    pub(crate) const fn flags(&self) -> AllocationFlags {
        self.flags
    }

    /// Whether it can be scanned out.
    pub(crate) const fn displayable(&self) -> bool {
        self.displayable
    }

    /// Segments that it may be placed in.
    pub(crate) const fn supported(&self) -> SegmentSet {
        self.supported
    }

    /// Whether it is placed in local memory, not in the aperture: the first preferred segment decides, or
    /// the first supported one.
    pub(crate) const fn in_local(&self) -> bool {
        self.in_local
    }

    /// D3DDDI_ALLOCATIONPRIORITY.
    pub(crate) const fn priority(&self) -> NonZeroU32 {
        self.priority
    }

    /// The same facts with the user-mode driver's priority (OverridePriority, case 84).
    pub(crate) fn with_priority(self, priority: NonZeroU32) -> Self {
        Self { priority, ..self }
    }
}

const PAGE: u64 = 4096;

/// Checks a miniport's answer about one allocation.
pub(crate) fn check(
    facts: AllocationFacts,
    requested: &Requested,
) -> Result<CheckedFacts, Violation> {
    let size = facts
        .size
        .checked_next_multiple_of(PAGE)
        .filter(|&size| size != 0)
        .ok_or(Violation::Size)?;
    refuse_if(
        matches!(
            requested.memory,
            CallerMemory::Heap(bytes) | CallerMemory::DmaBuf(bytes) if bytes != size
        ),
        Violation::MemorySize,
    )?;
    refuse_if(!facts.alignment.is_power_of_two(), Violation::Alignment)?;
    refuse_if(
        facts.pitch_aligned_size != 0 && facts.pitch_aligned_size < facts.size,
        Violation::PitchAlignedSize,
    )?;
    refuse_if(facts.physical_adapter != 0, Violation::PhysicalAdapter)?;
    let priority = NonZeroU32::new(facts.priority).ok_or(Violation::Priority)?;
    let in_local = check_segments(&facts)?;
    check_flags(&facts, requested)?;
    if requested.primary {
        check_primary(&facts, &requested.traits)?;
    }
    // INVARIANT: All checks passed, and the size was rounded up.
    Ok(CheckedFacts {
        size,
        priority,
        flags: facts.flags,
        displayable: facts.displayable,
        supported: facts.supported,
        in_local,
    })
}

fn refuse_if(broken: bool, violation: Violation) -> Result<(), Violation> {
    if broken {
        return Err(violation);
    }
    Ok(())
}

/// Checks the segment sets, and returns whether the allocation is placed in local memory.
fn check_segments(facts: &AllocationFacts) -> Result<bool, Violation> {
    let supported = facts.supported;
    refuse_if(
        supported.0 == 0 || !SegmentSet::ALL.contains(supported),
        Violation::Segments,
    )?;
    let mut placed = None;
    for number in facts.preferred.into_iter().filter(|&number| number != 0) {
        let segment = SegmentSet(1_u32.checked_shl(u32::from(number) - 1).unwrap_or(0));
        refuse_if(
            segment.0 == 0 || !supported.contains(segment),
            Violation::PreferredSegment,
        )?;
        placed.get_or_insert(segment);
    }
    refuse_if(
        !SegmentSet::APERTURE.contains(facts.eviction),
        Violation::EvictionSegment,
    )?;
    Ok(placed.unwrap_or(supported).contains(SegmentSet::LOCAL))
}

fn check_flags(facts: &AllocationFacts, requested: &Requested) -> Result<(), Violation> {
    type F = AllocationFlags;
    let flags = facts.flags;
    let has = |flag| flags.contains(flag);
    refuse_if(flags.meets(F::RESERVED), Violation::ReservedFlags)?;
    let visible_only = F::CACHED.and(F::PERMANENT_SYS_MEM).and(F::HISTORY_BUFFER);
    refuse_if(
        flags.meets(visible_only) && !has(F::CPU_VISIBLE),
        Violation::NotCpuVisible,
    )?;
    let beside_history = F::CPU_VISIBLE.and(F::CACHED).and(F::HISTORY_BUFFER);
    refuse_if(
        has(F::HISTORY_BUFFER)
            && (!beside_history.contains(flags)
                || facts.displayable
                || requested.traits.cache_coherent && !has(F::CACHED)),
        Violation::HistoryBuffer,
    )?;
    let exclusive = [
        F::PROTECTED,
        F::PERMANENT_SYS_MEM,
        F::EXISTING_SYS_MEM,
        F::EXISTING_KERNEL_SYS_MEM,
    ];
    refuse_if(
        exclusive.into_iter().filter(|&flag| has(flag)).count() > 1,
        Violation::ExclusiveFlags,
    )?;
    let none = matches!(
        requested.memory,
        CallerMemory::None | CallerMemory::DmaBuf(_)
    );
    refuse_if(
        has(F::EXISTING_KERNEL_SYS_MEM) || has(F::EXISTING_SYS_MEM) && none,
        Violation::ExistingMemory,
    )?;
    refuse_if(
        has(F::EXPLICIT_RESIDENCY_NOTIFICATION) && !has(F::ACCESSED_PHYSICALLY),
        Violation::ResidencyNotification,
    )?;
    refuse_if(
        has(F::USE_ALTERNATE_VA) && !requested.primary,
        Violation::AlternateVa,
    )?;
    refuse_if(
        has(F::MAP_APERTURE_CPU_VISIBLE) && !requested.traits.map_aperture2,
        Violation::MapAperture,
    )
}

fn check_primary(facts: &AllocationFacts, traits: &SegmentTraits) -> Result<(), Violation> {
    type F = AllocationFlags;
    let forbidden = F::PERMANENT_SYS_MEM
        .and(F::CACHED)
        .and(F::PROTECTED)
        .and(F::EXISTING_SYS_MEM)
        .and(F::EXISTING_KERNEL_SYS_MEM);
    refuse_if(facts.flags.meets(forbidden), Violation::PrimaryFlags)?;
    refuse_if(
        !traits.cpu_visible.contains(facts.supported),
        Violation::PrimarySegments,
    )
}

/// Checks the layout of an allocation of `size` bytes: `pitch` bytes from row to row.
pub(crate) fn check_layout(pitch: u32, height: u32, size: u64) -> Result<(), Violation> {
    let rows = u64::from(pitch) * u64::from(height);
    refuse_if(
        pitch == 0 || pitch % 4 != 0 || rows.next_multiple_of(PAGE) < size,
        Violation::Description,
    )
}

/// Most bytes of private data, in total.
const PRIVATE_DATA_MAX: usize = 128 << 10;
/// Pitch alignment of surfaces that several adapters use.
const CROSS_ADAPTER_PITCH: u64 = 128;

/// Checks the private data sizes of a standard allocation: the allocation's and the resource's.
pub(crate) fn check_standard_sizes(allocation: usize, resource: usize) -> Result<(), Violation> {
    let sum = allocation.checked_add(resource);
    refuse_if(
        !sum.is_some_and(|sum| (1..PRIVATE_DATA_MAX).contains(&sum)),
        Violation::StandardSize,
    )
}

/// Checks the pitch of a heap of `bytes` bytes, which is a single row.
pub(crate) fn check_standard_pitch(pitch: u64, bytes: u64) -> Result<(), Violation> {
    refuse_if(
        pitch < bytes || pitch % CROSS_ADAPTER_PITCH != 0,
        Violation::StandardPitch,
    )
}
