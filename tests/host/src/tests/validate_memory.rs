// SPDX-License-Identifier: MIT OR Apache-2.0

//! Arguments of residency, offers, priorities and statistics.

use super::refused;
use crate::{
    ddi::answer::SegmentSet,
    status::NtStatus,
    uapi::*,
    validate_memory::{self, Elements, Evict, MakeResident, Offer, Statistics, Subject},
    vidmm::{lru_key::OfferPriority, SegmentGroup},
};

fn make_resident(count: u32, flags: u32) -> crate::status::NtResult<MakeResident> {
    validate_memory::make_resident(&d3dddi_makeresident {
        alloc_count: count,
        flags: d3dddi_makeresident_flags { value: flags },
        ..Default::default()
    })
}

/// Cases 228 and 230.
#[test]
fn make_resident_takes_up_to_10240_and_two_flags() {
    for (flags, cant_trim_further, must_succeed) in
        [(0, false, false), (1, true, false), (3, true, true)]
    {
        for count in [1, 2, 10_240] {
            let wanted = MakeResident {
                count: count as usize,
                cant_trim_further,
                must_succeed,
            };
            assert_eq!(make_resident(count, flags), Ok(wanted));
        }
        for count in [0, 10_241, u32::MAX] {
            refused(make_resident(count, flags));
        }
    }
    refused(make_resident(1, 2));
    for bit in 2..32 {
        refused(make_resident(1, 1 << bit));
        refused(make_resident(1, 3 | (1 << bit)));
    }
}

#[test]
fn evict_takes_up_to_10240_and_two_flags() {
    let evict = |count, flags| {
        validate_memory::evict(&d3dkmt_evict {
            alloc_count: count,
            flags: d3dddi_evict_flags { value: flags },
            ..Default::default()
        })
    };
    for (flags, only_if_necessary) in [(0, false), (1, true), (2, false), (3, true)] {
        for count in [1, 10_240] {
            let unwanted = Evict {
                count: count as usize,
                only_if_necessary,
            };
            assert_eq!(evict(count, flags), Ok(unwanted));
        }
    }
    for count in [0, 10_241, u32::MAX] {
        refused(evict(count, 0));
    }
    for bit in 2..32 {
        refused(evict(1, 1 << bit));
    }
}

const OFFER: d3dkmt_offerallocations = d3dkmt_offerallocations {
    device: d3dkmthandle { v: 1 },
    reserved: 0,
    resources: 0,
    allocations: 0x1000,
    allocation_count: 3,
    priority: D3DKMT_OFFER_PRIORITY_NORMAL,
    flags: d3dkmt_offer_flags { value: 0 },
    reserved1: 0,
};

/// Case 234.
#[test]
fn offers_have_a_priority() {
    for (priority, expected) in [
        (1, OfferPriority::Low),
        (2, OfferPriority::Normal),
        (3, OfferPriority::High),
        (4, OfferPriority::Normal),
    ] {
        let offer = validate_memory::offer(&d3dkmt_offerallocations { priority, ..OFFER });
        assert_eq!(offer.map(|offer| offer.priority), Ok(expected));
    }
    for priority in [0, 5, 6, u32::MAX] {
        refused(validate_memory::offer(&d3dkmt_offerallocations {
            priority,
            ..OFFER
        }));
    }
}

#[test]
fn offers_have_two_flags() {
    for (value, may_decommit) in [(0, false), (1, false), (2, true), (3, true)] {
        let flags = d3dkmt_offer_flags { value };
        let offer = validate_memory::offer(&d3dkmt_offerallocations { flags, ..OFFER });
        let expected = Offer {
            elements: Elements::Allocations {
                address: 0x1000,
                count: 3,
            },
            priority: OfferPriority::Normal,
            may_decommit,
        };
        assert_eq!(offer, Ok(expected));
    }
    for bit in 2..32 {
        let flags = d3dkmt_offer_flags { value: 1 << bit };
        refused(validate_memory::offer(&d3dkmt_offerallocations {
            flags,
            ..OFFER
        }));
    }
}

#[test]
fn offers_and_reclaims_have_one_list() {
    for (resources, allocations, count, expected) in [
        (
            0x2000,
            0,
            1,
            Some(Elements::Resources {
                address: 0x2000,
                count: 1,
            }),
        ),
        (
            0,
            0x1000,
            10_240,
            Some(Elements::Allocations {
                address: 0x1000,
                count: 10_240,
            }),
        ),
        (0x2000, 0x1000, 1, None),
        (0, 0, 1, None),
        (0, 0x1000, 0, None),
        (0x2000, 0, 0, None),
        (0, 0x1000, 10_241, None),
        (0x2000, 0, 10_241, None),
    ] {
        let offer = validate_memory::offer(&d3dkmt_offerallocations {
            resources,
            allocations,
            allocation_count: count,
            ..OFFER
        });
        let reclaim = validate_memory::reclaim(&d3dkmt_reclaimallocations2 {
            resources,
            allocations,
            allocation_count: count,
            ..Default::default()
        });
        match expected {
            Some(elements) => {
                assert_eq!(offer.map(|offer| offer.elements), Ok(elements));
                assert_eq!(reclaim, Ok(elements));
            }
            None => {
                refused(offer);
                refused(reclaim);
            }
        }
    }
}

/// Cases 240 and 241.
#[test]
fn a_call_is_about_a_resource_or_a_list() {
    let subject =
        |resource, list, count| validate_memory::subject(d3dkmthandle { v: resource }, list, count);
    assert_eq!(subject(7, 0, 0), Ok(Subject::Resource));
    for count in [1, 2, 0x2_0000] {
        let expected = Subject::Allocations(count as usize);
        assert_eq!(subject(0, 0x1000, count), Ok(expected));
    }
    for (resource, list, count) in [
        (0, 0, 0),
        (0, 0, 1),
        (0, 0x1000, 0),
        (0, 0x1000, 0x2_0001),
        (7, 0x1000, 0),
        (7, 0, 1),
        (7, 0x1000, 1),
    ] {
        refused(subject(resource, list, count));
    }
}

#[test]
fn zero_is_no_priority() {
    refused(validate_memory::priority(0));
    for priority in [1, 0x7800_0000, u32::MAX] {
        let checked = validate_memory::priority(priority).map(|checked| checked.get());
        assert_eq!(checked, Ok(priority));
    }
}

fn update(
    mask: u32,
    supported: u32,
    preferred: u32,
    flags: u32,
    of: SegmentSet,
) -> crate::status::NtResult<Option<bool>> {
    let args = d3dddi_updateallocproperty {
        supported_segment_set: supported,
        preferred_segment: d3dddi_segmentpreference { value: preferred },
        flags: d3dddi_updateallocproperty_flags { value: flags },
        property_mask_value: mask,
        ..Default::default()
    };
    validate_memory::update_property(&args, of)
}

/// Segment 1 is local memory, 2 the aperture.
#[test]
fn a_property_says_where() {
    const BOTH: SegmentSet = SegmentSet::ALL;
    assert_eq!(update(0, 0xff, u32::MAX, 0, BOTH), Ok(None));
    for (set, local) in [(1, true), (2, false), (3, true)] {
        assert_eq!(update(2, set, u32::MAX, 0, BOTH), Ok(Some(local)));
    }
    for (preferred, local) in [
        (0, true),
        (1, true),
        (2, false),
        (2 | (1 << 6), false),
        (1 | (2 << 6), true),
        // The first that is there counts, and ends of segments do not matter.
        (2 << 12, false),
        (1 << 24, true),
        (2 | (1 << 5), false),
    ] {
        assert_eq!(update(4, 0xff, preferred, 0, BOTH), Ok(Some(local)));
    }
    assert_eq!(update(6, 2, 0, 0, BOTH), Ok(Some(false)));
    assert_eq!(update(6, 3, 2, 0, BOTH), Ok(Some(false)));
    refused(update(6, 2, 1, 0, BOTH));
    for set in [0, 4, 5, 1 << 31, u32::MAX] {
        refused(update(2, set, 0, 0, BOTH));
    }
    for preferred in [3, 31, 1 | (3 << 6), 1 << 30, 1 << 31] {
        refused(update(4, 0, preferred, 0, BOTH));
    }
    // Only what the miniport supports.
    refused(update(2, 2, 0, 0, SegmentSet::LOCAL));
    refused(update(4, 0, 2, 0, SegmentSet::LOCAL));
    assert_eq!(update(4, 0, 0, 0, SegmentSet::APERTURE), Ok(Some(false)));
}

#[test]
fn nothing_has_a_place_for_good() {
    for mask in 0..16 {
        for flags in 0..4 {
            let fixed = (mask & 1 != 0 && flags & 1 != 0) || (mask & 8 != 0 && flags & 2 != 0);
            let answer = update(mask, 1, 1, flags, SegmentSet::ALL);
            assert_eq!(answer == Err(NtStatus::NOT_SUPPORTED), fixed);
            assert_eq!(answer.is_err(), fixed);
        }
    }
    for bit in 4..32 {
        refused(update(1 << bit, 1, 1, 0, SegmentSet::ALL));
    }
    for bit in 2..32 {
        refused(update(0, 1, 1, 1 << bit, SegmentSet::ALL));
    }
}

/// Case 249.
#[test]
fn a_reservation_is_for_the_caller_and_a_group() {
    let reservation = |process, group, index| {
        validate_memory::reservation(&d3dkmt_changevideomemoryreservation {
            process,
            memory_segment_group: group,
            physical_adapter_index: index,
            ..Default::default()
        })
    };
    assert_eq!(reservation(0, 0, 0), Ok(SegmentGroup::Local));
    assert_eq!(reservation(0, 1, 0), Ok(SegmentGroup::NonLocal));
    for (process, group, index) in [(1, 0, 0), (u64::MAX, 0, 0), (0, 2, 0), (0, 0, 1)] {
        refused(reservation(process, group, index));
    }
}

#[test]
fn statistics_have_types() {
    use Statistics::*;
    const LOCAL: SegmentGroup = SegmentGroup::Local;
    const NON_LOCAL: SegmentGroup = SegmentGroup::NonLocal;
    for (kind, query, expected) in [
        (0, 9, Adapter),
        (1, 9, Process),
        (2, 9, ProcessAdapter),
        (3, 0, Segment(LOCAL)),
        (3, 1, Segment(NON_LOCAL)),
        (4, 0, ProcessSegment(LOCAL)),
        (4, 1, ProcessSegment(NON_LOCAL)),
        (7, 5, VidPnSource(5)),
        (8, 6, VidPnSource(6)),
        (9, 0, ProcessSegmentGroup(LOCAL)),
        (9, 1, ProcessSegmentGroup(NON_LOCAL)),
    ] {
        assert_eq!(validate_memory::statistics(kind, 0, query), Ok(expected));
        refused(validate_memory::statistics(kind, 1, query));
    }
    for kind in [3, 4, 9] {
        refused(validate_memory::statistics(kind, 0, 2));
    }
    for kind in [5, 6, 11, u32::MAX] {
        refused(validate_memory::statistics(kind, 0, 0));
    }
    let physical = validate_memory::statistics(10, 0, 0);
    assert_eq!(physical, Err(NtStatus::NOT_SUPPORTED));
}
