// SPDX-License-Identifier: GPL-2.0

//! What a miniport answers about an allocation, and the checks before it is believed.
//!
//! Pure logic: also compiled and tested on the host.

/// A set of memory segments: bit n stands for segment n + 1.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct SegmentSet(pub(crate) u32);

impl SegmentSet {
    /// None.
    pub(crate) const NONE: Self = Self(0);
    /// Segment 1: the adapter's memory.
    pub(crate) const LOCAL: Self = Self(1);
    /// Segment 2: the aperture.
    pub(crate) const APERTURE: Self = Self(2);

    const fn contains(self, other: Self) -> bool {
        self.0 & other.0 == other.0
    }
}

/// DXGK_ALLOCATIONINFOFLAGS, as far as a miniport here can answer them.
#[derive(Clone, Copy, Default, PartialEq, Eq, Debug)]
pub(crate) struct AllocationFlags {
    /// D3DKMTLock2 is legal.
    pub(crate) cpu_visible: bool,
    /// CPU access is cached.
    pub(crate) cached: bool,
    /// Holds GPU history; excludes all but `cpu_visible` and `cached`.
    pub(crate) history_buffer: bool,
    /// Backed by memory of the caller.
    pub(crate) existing_sys_mem: bool,
    /// Can be scanned out, and so may be handed to display drivers as a dma-buf.
    pub(crate) displayable: bool,
}

/// What `DxgkDdiCreateAllocation` fills in for one allocation (DXGK_ALLOCATIONINFO).
pub(crate) struct AllocationAnswer {
    /// The miniport's own (`hAllocation`).
    pub(crate) cookie: crate::ddi::Cookie,
    pub(crate) facts: AllocationFacts,
}

/// The part of an answer that is plain data.
#[derive(Clone, Copy, Debug)]
pub(crate) struct AllocationFacts {
    /// Bytes; not 0. dxgkrnl rounds it up to whole pages.
    pub(crate) size: u64,
    /// Bytes; a power of two.
    pub(crate) alignment: u32,
    /// Segments that it may be in (the write set, the only one since WDDM 2.0).
    pub(crate) supported: SegmentSet,
    /// Segments that it is best in, of those in `supported`; may be empty.
    pub(crate) preferred: SegmentSet,
    /// Segments that it may be evicted to: apertures, or none.
    pub(crate) eviction: SegmentSet,
    pub(crate) flags: AllocationFlags,
    /// D3DDDI_ALLOCATIONPRIORITY; not 0.
    pub(crate) priority: u32,
}

/// How a miniport broke the contract.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Violation {
    /// Size 0, or too large to be rounded up to pages (case 67).
    Size,
    /// Alignment not a power of two.
    Alignment,
    /// No segment at all, one that the adapter has not, or a preferred one outside the set
    /// (case 68).
    Segments,
    /// Priority 0 (case 71).
    Priority,
    /// Flags that exclude each other, or need one that is missing.
    Flags,
}

/// An answer that keeps the contract.
///
/// # Invariants
///
/// `size` is a multiple of the page size and not 0; the other facts have passed [`check`].
#[derive(Clone, Copy, Debug)]
pub(crate) struct CheckedFacts(AllocationFacts);

impl CheckedFacts {
    /// Bytes, whole pages.
    pub(crate) const fn size(&self) -> u64 {
        self.0.size
    }

    pub(crate) const fn flags(&self) -> AllocationFlags {
        self.0.flags
    }

    /// D3DDDI_ALLOCATIONPRIORITY; not 0.
    #[allow(
        dead_code,
        reason = "read by GetAllocationPriority, which is not there yet"
    )]
    pub(crate) const fn priority(&self) -> u32 {
        self.0.priority
    }

    /// The same with the priority that the user-mode driver wants (OverridePriority, case 84).
    pub(crate) fn with_priority(self, priority: core::num::NonZeroU32) -> Self {
        Self(AllocationFacts {
            priority: priority.get(),
            ..self.0
        })
    }
}

const PAGE: u64 = 4096;
const SEGMENTS: SegmentSet = SegmentSet(SegmentSet::LOCAL.0 | SegmentSet::APERTURE.0);

/// Checks what a miniport answered about one allocation.
pub(crate) fn check(facts: AllocationFacts) -> Result<CheckedFacts, Violation> {
    let size = facts
        .size
        .checked_next_multiple_of(PAGE)
        .filter(|&size| size != 0)
        .ok_or(Violation::Size)?;
    if !facts.alignment.is_power_of_two() {
        return Err(Violation::Alignment);
    }
    if facts.supported.0 == 0
        || !SEGMENTS.contains(facts.supported)
        || !facts.supported.contains(facts.preferred)
        || !SegmentSet::APERTURE.contains(facts.eviction)
    {
        return Err(Violation::Segments);
    }
    if facts.priority == 0 {
        return Err(Violation::Priority);
    }
    let flags = facts.flags;
    if (flags.cached || flags.history_buffer) && !flags.cpu_visible
        || flags.history_buffer && (flags.existing_sys_mem || flags.displayable)
    {
        return Err(Violation::Flags);
    }
    // INVARIANT: All checks passed, and the size was rounded up.
    Ok(CheckedFacts(AllocationFacts { size, ..facts }))
}
