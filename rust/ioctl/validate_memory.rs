// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of the calls about residency, offers, priorities and statistics, as in
//! [`super::validate`].
//!
//! Pure logic: also compiled and tested on the host.

use super::validate::{
    refuse_if,
    segment_group, //
};
use crate::{
    ddi::answer::SegmentSet,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*,
    vidmm::{
        lru_key::OfferPriority,
        SegmentGroup, //
    }, //
};
use core::num::NonZeroU32;

/// Most elements of one MakeResident, Evict, OfferAllocations or ReclaimAllocations2 call; WSL's limit
/// (case 230).
pub(crate) const PAGED_MAX: u32 = 10_240;

/// Most elements of one priority or QueryAllocationResidency call; WSL's limit.
pub(crate) const LISTED_MAX: u32 = 0x2_0000;

fn count(count: u32, most: u32) -> NtResult<usize> {
    refuse_if(count == 0 || count > most)?;
    // CAST: far fewer.
    Ok(count as usize)
}

/// A MakeResident request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct MakeResident {
    pub(crate) count: usize,
    /// The process may go over its budget.
    pub(crate) cant_trim_further: bool,
    /// The device is unusable without it.
    pub(crate) must_succeed: bool,
}

/// Checks MakeResident.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than [`PAGED_MAX`] allocations (case 230); reserved flags; MustSucceed
/// without CantTrimFurther (case 228).
pub(crate) fn make_resident(args: &d3dddi_makeresident) -> NtResult<MakeResident> {
    let has = |flag| args.flags.value & flag != 0;
    refuse_if(has(D3DDDI_MAKERESIDENT_RESERVED))?;
    let cant_trim_further = has(D3DDDI_MAKERESIDENT_CANT_TRIM_FURTHER);
    let must_succeed = has(D3DDDI_MAKERESIDENT_MUST_SUCCEED);
    refuse_if(must_succeed && !cant_trim_further)?;
    Ok(MakeResident {
        count: count(args.alloc_count, PAGED_MAX)?,
        cant_trim_further,
        must_succeed,
    })
}

/// An Evict request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Evict {
    pub(crate) count: usize,
    pub(crate) only_if_necessary: bool,
}

/// Checks Evict. NotWrittenTo is a hint, ignored because dxgkrnl does not track writes to memory.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than [`PAGED_MAX`] allocations; reserved flags.
pub(crate) fn evict(args: &d3dkmt_evict) -> NtResult<Evict> {
    refuse_if(args.flags.value & D3DDDI_EVICT_RESERVED != 0)?;
    Ok(Evict {
        count: count(args.alloc_count, PAGED_MAX)?,
        only_if_necessary: args.flags.value & D3DDDI_EVICT_EVICT_ONLY_IF_NECESSARY != 0,
    })
}

/// A list of handles, all of one kind.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Elements {
    Resources { address: u64, count: usize },
    Allocations { address: u64, count: usize },
}

/// INVALID_PARAMETER unless there is exactly one of the lists.
fn elements(resources: u64, allocations: u64, number: u32) -> NtResult<Elements> {
    let count = count(number, PAGED_MAX)?;
    match (resources, allocations) {
        (0, 0) => Err(NtStatus::INVALID_PARAMETER),
        (address, 0) => Ok(Elements::Resources { address, count }),
        (0, address) => Ok(Elements::Allocations { address, count }),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}

/// An OfferAllocations request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Offer {
    pub(crate) elements: Elements,
    pub(crate) priority: OfferPriority,
    pub(crate) may_decommit: bool,
}

/// Checks OfferAllocations. There is no queued work that an offer could wait for, so
/// OfferImmediately changes nothing; AUTO means NORMAL.
///
/// # Errors
///
/// INVALID_PARAMETER: not exactly one of the lists; no or more than [`PAGED_MAX`] elements; reserved
/// flags; no priority, or an undefined one (case 234).
pub(crate) fn offer(args: &d3dkmt_offerallocations) -> NtResult<Offer> {
    refuse_if(args.flags.value & D3DKMT_OFFER_FLAG_RESERVED != 0)?;
    Ok(Offer {
        elements: elements(args.resources, args.allocations, args.allocation_count)?,
        priority: match args.priority {
            D3DKMT_OFFER_PRIORITY_LOW => OfferPriority::Low,
            D3DKMT_OFFER_PRIORITY_NORMAL | D3DKMT_OFFER_PRIORITY_AUTO => OfferPriority::Normal,
            D3DKMT_OFFER_PRIORITY_HIGH => OfferPriority::High,
            _ => return Err(NtStatus::INVALID_PARAMETER),
        },
        may_decommit: args.flags.value & D3DKMT_OFFER_FLAG_ALLOW_DECOMMIT != 0,
    })
}

/// Checks ReclaimAllocations2.
///
/// # Errors
///
/// INVALID_PARAMETER: not exactly one of the lists; no or more than [`PAGED_MAX`] elements.
pub(crate) fn reclaim(args: &d3dkmt_reclaimallocations2) -> NtResult<Elements> {
    elements(args.resources, args.allocations, args.allocation_count)
}

/// The subject of a call: a resource as a whole, or that many allocations.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Subject {
    Resource,
    Allocations(usize),
}

/// Checks the subject of SetAllocationPriority, GetAllocationPriority or QueryAllocationResidency.
///
/// # Errors
///
/// INVALID_PARAMETER: a resource and a list or a count (cases 240, 241); neither; more than
/// [`LISTED_MAX`] allocations.
pub(crate) fn subject(resource: d3dkmthandle, list: u64, number: u32) -> NtResult<Subject> {
    if resource.v != 0 {
        refuse_if(list != 0 || number != 0)?;
        return Ok(Subject::Resource);
    }
    refuse_if(list == 0)?;
    Ok(Subject::Allocations(count(number, LISTED_MAX)?))
}

/// INVALID_PARAMETER for priority 0, which is not valid.
pub(crate) fn priority(priority: u32) -> NtResult<NonZeroU32> {
    NonZeroU32::new(priority).ok_or(NtStatus::INVALID_PARAMETER)
}

/// Checks UpdateAllocationProperty of an allocation that the miniport supports in `supported`. Returns
/// whether to place it in local memory, if the call changes that: in the first preferred segment,
/// or the first one that is left. Fields that the mask does not name are ignored.
///
/// # Errors
///
/// - INVALID_PARAMETER: undefined flags or mask bits; no segment, one that the miniport
///   does not support, or a preferred one that is not in the new set.
/// - NOT_SUPPORTED: AccessedPhysically or Unmoveable, as no allocation here has a permanent place.
pub(crate) fn update_property(
    args: &d3dddi_updateallocproperty,
    supported: SegmentSet,
) -> NtResult<Option<bool>> {
    const MASK: u32 = D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY
        | D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET
        | D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT
        | D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE;
    const FLAGS: u32 = D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY
        | D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE;
    let sets = |part| args.property_mask_value & part != 0;
    let has = |flag| args.flags.value & flag != 0;
    refuse_if(args.property_mask_value & !MASK != 0 || args.flags.value & !FLAGS != 0)?;

    let mut set = supported;
    if sets(D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET) {
        set = SegmentSet(args.supported_segment_set);
        refuse_if(set == SegmentSet::NONE || !supported.contains(set))?;
    }
    let mut first = None;
    if sets(D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT) {
        let value = args.preferred_segment.value;
        refuse_if(value & D3DDDI_SEGMENTPREFERENCE_RESERVED != 0)?;
        // Five pairs: a segment number of five bits, and a bit for the end of the segment to start from.
        let numbers = (0..5).map(|i| value >> (6 * i) & D3DDDI_SEGMENTPREFERENCE_SEGMENT_ID0);
        for number in numbers.filter(|&number| number != 0) {
            let segment = SegmentSet(1 << (number - 1));
            refuse_if(!set.contains(segment))?;
            first.get_or_insert(segment);
        }
    }
    let wants_place = sets(D3DDDI_UPDATEALLOCPROPERTY_SET_ACCESSED_PHYSICALLY)
        && has(D3DDDI_UPDATEALLOCPROPERTY_FLAG_ACCESSED_PHYSICALLY)
        || sets(D3DDDI_UPDATEALLOCPROPERTY_SET_UNMOVEABLE)
            && has(D3DDDI_UPDATEALLOCPROPERTY_FLAG_UNMOVEABLE);
    if wants_place {
        return Err(NtStatus::NOT_SUPPORTED);
    }
    let says = D3DDDI_UPDATEALLOCPROPERTY_SET_SUPPORTED_SEGMENTSET
        | D3DDDI_UPDATEALLOCPROPERTY_SET_PREFERRED_SEGMENT;
    Ok(sets(says).then(|| first.unwrap_or(set).contains(SegmentSet::LOCAL)))
}

/// Checks ChangeVideoMemoryReservation.
///
/// # Errors
///
/// INVALID_PARAMETER: a process other than 0 (case 249); no such group; a physical adapter other than 0.
pub(crate) fn reservation(args: &d3dkmt_changevideomemoryreservation) -> NtResult<SegmentGroup> {
    refuse_if(args.process != 0 || args.physical_adapter_index != 0)?;
    segment_group(args.memory_segment_group)
}

/// A QueryStatistics request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Statistics {
    Adapter,
    Process,
    ProcessAdapter,
    Segment(SegmentGroup),
    ProcessSegment(SegmentGroup),
    ProcessSegmentGroup(SegmentGroup),
    /// Of a display pipe, or of a process on it; the two are the same.
    VidPnSource(u32),
}

/// Checks QueryStatistics, in which segments are numbered from 0.
///
/// # Errors
///
/// - INVALID_PARAMETER: a process other than 0, as there are no process handles; an unknown type; a segment
///   or a group that does not exist; nodes, as there are none.
/// - NOT_SUPPORTED: the physical adapter, whose clocks and temperatures are not available.
pub(crate) fn statistics(kind: u32, process: u64, query: u32) -> NtResult<Statistics> {
    refuse_if(process != 0)?;
    Ok(match kind {
        D3DKMT_QUERYSTATISTICS_ADAPTER => Statistics::Adapter,
        D3DKMT_QUERYSTATISTICS_PROCESS => Statistics::Process,
        D3DKMT_QUERYSTATISTICS_PROCESS_ADAPTER => Statistics::ProcessAdapter,
        // Each group has one segment, in the same order.
        D3DKMT_QUERYSTATISTICS_SEGMENT => Statistics::Segment(segment_group(query)?),
        D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT => Statistics::ProcessSegment(segment_group(query)?),
        D3DKMT_QUERYSTATISTICS_PROCESS_SEGMENT_GROUP => {
            Statistics::ProcessSegmentGroup(segment_group(query)?)
        }
        D3DKMT_QUERYSTATISTICS_VIDPNSOURCE | D3DKMT_QUERYSTATISTICS_PROCESS_VIDPNSOURCE => {
            Statistics::VidPnSource(query)
        }
        D3DKMT_QUERYSTATISTICS_PHYSICAL_ADAPTER => return Err(NtStatus::NOT_SUPPORTED),
        _ => return Err(NtStatus::INVALID_PARAMETER),
    })
}
