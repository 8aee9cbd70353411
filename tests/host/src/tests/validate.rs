// SPDX-License-Identifier: MIT OR Apache-2.0

//! `ioctl/validate.rs`: arguments on their own, at every boundary and with every bit alone.

mod create_flags;
mod dma_buf;
mod one_element;
mod sharing;
mod sizes;
mod standard_allocations;
mod sync;

use super::{config, refused};
use crate::{
    status::{NtResult, NtStatus},
    uapi::*,
    validate::*,
    vidmm::SegmentGroup,
};
use proptest::prelude::*;
use std::num::NonZeroU32;

/// A bound of private data in bytes, which no private data reaches.
const PRIVATE_MAX: u32 = 128 * 1024;

const CREATE_RESOURCE: u32 = 0x1;
const CREATE_SHARED: u32 = 0x2;
const EXISTING_SYSMEM: u32 = 0x20;
const NT_SECURITY_SHARING: u32 = 0x40;
const READ_ONLY: u32 = 0x80;
const STANDARD: u32 = 0x1_0000;
/// What may stand alone, and everything that may be set.
const ALONE: u32 = 0x3D_E8B5;
const ALLOWED: u32 = ALONE | CREATE_SHARED | NT_SECURITY_SHARING;

/// Asserts that a 32-bit flag word is accepted exactly when all its bits are in `accepted`, for
/// every bit alone.
#[track_caller]
fn accepts(accepted: u32, check: impl Fn(u32) -> NtResult) {
    assert_eq!(check(0), Ok(()));
    assert_eq!(check(accepted), Ok(()));
    for bit in (0..32).map(|bit| 1 << bit) {
        if accepted & bit != 0 {
            assert_eq!(check(bit), Ok(()), "{bit:#x}");
        } else {
            refused(check(bit));
            refused(check(accepted | bit));
        }
    }
    refused(check(u32::MAX));
}

#[test]
fn flags_of_create_device() {
    accepts(0xF, |value| {
        create_device_flags(d3dkmt_createdeviceflags { value })
    });
}

#[test]
fn states_of_a_device() {
    assert_eq!(device_state(1), Ok(DeviceState::Execution));
    assert_eq!(device_state(3), Ok(DeviceState::Reset));
    assert_eq!(device_state(5), Ok(DeviceState::PageFault));
    for kind in [2, 4, 6] {
        assert_eq!(device_state(kind), Err(NtStatus::NOT_SUPPORTED));
    }
    for kind in [0, 7, u32::MAX] {
        refused(device_state(kind));
    }
}

#[test]
fn reasons_of_an_error() {
    for reason in [0x8000_0000, 0x8000_0006] {
        assert_eq!(device_error_reason(reason), Ok(()));
    }
    for reason in [
        0,
        1,
        6,
        0x7fff_ffff,
        0x8000_0001,
        0x8000_0005,
        0x8000_0007,
        u32::MAX,
    ] {
        refused(device_error_reason(reason));
    }
}

#[test]
fn flags_of_lock() {
    refused(lock_flags(d3dddicb_lock2flags { value: u32::MAX }));
    accepts(0, |value| lock_flags(d3dddicb_lock2flags { value }));
}

#[test]
fn filter_of_enumeration() {
    let check = |value| enumerate_filter(d3dkmt_enumadapters_filter { value });
    for value in 0..=3 {
        assert_eq!(check(value), Ok(()));
    }
    for bit in 2..64 {
        refused(check(1 << bit));
        refused(check(3 | (1 << bit)));
    }
    refused(check(u64::MAX));
}

#[test]
fn groups_of_segments() {
    assert_eq!(segment_group(0), Ok(SegmentGroup::Local));
    assert_eq!(segment_group(1), Ok(SegmentGroup::NonLocal));
    for group in [2, 3, 0x100, 0x8000_0000, u32::MAX] {
        refused(segment_group(group));
    }
}

mod destroying {
    use super::*;

    fn args(resource: u32, allocations: u64, alloc_count: u32) -> d3dkmt_destroyallocation2 {
        d3dkmt_destroyallocation2 {
            resource: d3dkmthandle { v: resource },
            allocations,
            alloc_count,
            ..Default::default()
        }
    }

    /// Case 103.
    #[test]
    fn nothing_may_be_given() {
        assert_eq!(destroy(&args(0, 0, 0)), Ok(Destroy::Nothing));
        assert_eq!(destroy(&args(0, 0x1000, 0)), Ok(Destroy::Nothing));
    }

    /// Case 110: a stale pointer to a list is ignored.
    #[test]
    fn a_resource_comes_without_a_count() {
        assert_eq!(destroy(&args(1, 0, 0)), Ok(Destroy::Resource));
        assert_eq!(destroy(&args(u32::MAX, 0x1000, 0)), Ok(Destroy::Resource));
    }

    /// Case 113.
    #[test]
    fn not_a_resource_and_a_count() {
        for count in [1, 1024, 1025, u32::MAX] {
            refused(destroy(&args(0x4000_0040, 0x1000, count)));
            refused(destroy(&args(0x4000_0040, 0, count)));
        }
    }

    /// Case 118.
    #[test]
    fn at_most_1024_allocations() {
        for count in [1, 2, 1023, 1024] {
            let expected = Destroy::Allocations(count as usize);
            assert_eq!(destroy(&args(0, 0x1000, count)), Ok(expected));
        }
        for count in [1025, 0x8000_0000, u32::MAX] {
            refused(destroy(&args(0, 0x1000, count)));
        }
    }

    /// Case 105.
    #[test]
    fn a_count_needs_a_list() {
        for count in [1, 1024] {
            refused(destroy(&args(0, 0, count)));
        }
    }

    /// AssumeNotInUse 1 and SynchronousDestroy 2; SystemUseOnly, bit 31, is not for user mode.
    #[test]
    fn flags() {
        for given in [args(0, 0, 0), args(1, 0, 0), args(0, 0x1000, 1)] {
            accepts(3, |value| {
                let flags = d3dddicb_destroyallocation2flags { value };
                destroy(&d3dkmt_destroyallocation2 { flags, ..given }).map(|_| ())
            });
        }
    }
}

fn parse(value: u32) -> NtResult<CreateFlags> {
    CreateFlags::parse(d3dkmt_createallocationflags { value })
}

mod several_elements {
    use super::*;

    fn of(sysmem: Option<u64>, private_size: usize) -> CheckedElement {
        CheckedElement {
            sysmem,
            private_size,
            private_data: 0x1000,
            priority: None,
            primary: false,
        }
    }

    #[test]
    fn all_have_memory_of_the_caller_or_none_has() {
        let (with, without) = (of(Some(0x1000), 0), of(None, 0));
        assert_eq!(elements(&[without; 1024]), Ok(()));
        assert_eq!(elements(&[with; 1024]), Ok(()));
        assert_eq!(elements(&[with]), Ok(()));
        refused(elements(&[with, without]));
        refused(elements(&[without, with]));
        let mut all = [with; 1024];
        all[1023] = without;
        refused(elements(&all));
    }

    #[test]
    fn their_private_data_is_below_128_kib_in_sum() {
        let too_much = Err(NtStatus::BUFFER_TOO_SMALL);
        assert_eq!(elements(&[of(None, 0x1_FFFF)]), Ok(()));
        assert_eq!(elements(&[of(None, 0x1_FFFF), of(None, 1)]), too_much);
        assert_eq!(elements(&[of(None, 0x1_0000), of(None, 0xFFFF)]), Ok(()));
        assert_eq!(elements(&[of(None, 0x1_0000); 2]), too_much);
        assert_eq!(elements(&[of(None, 128); 1023]), Ok(()));
        assert_eq!(elements(&[of(None, 128); 1024]), too_much);
        assert_eq!(elements(&[of(None, 0x1_FFFF); 1024]), too_much);
    }

    proptest! {
        #![proptest_config(config(256))]

        #[test]
        fn any_elements(given in prop::collection::vec((any::<bool>(), 0usize..0x8000), 0..12)) {
            let list: Vec<_> = given
                .iter()
                .map(|&(with, size)| of(with.then_some(0x1000), size))
                .collect();
            let mixed = given.iter().any(|e| e.0) && given.iter().any(|e| !e.0);
            let total: usize = given.iter().map(|e| e.1).sum();
            let expected = if mixed {
                Err(NtStatus::INVALID_PARAMETER)
            } else if total >= 0x2_0000 {
                Err(NtStatus::BUFFER_TOO_SMALL)
            } else {
                Ok(())
            };
            prop_assert_eq!(elements(&list), expected);
        }
    }
}

#[test]
fn room_of_an_enumeration() {
    for (elements, most) in [(0, 64), (64, 64), (65, 72), (72, 72), (0xffff, 0xffff)] {
        assert_eq!(enumerated_room(elements, most), Ok(()), "{elements}");
    }
    for (elements, most) in [(65, 64), (73, 72), (0x1_0000, 0xffff), (u32::MAX, 64)] {
        refused(enumerated_room(elements, most));
    }
}
