// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments, with the types and constants that the kernel's build made of the headers:
//! so flags and limits are literals here.

use crate::{
    ioctl::validate::*,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*,
    vidmm::SegmentGroup, //
};
use core::num::NonZeroU32;
use kernel::prelude::*;
use zerocopy::FromZeros;

const EXISTING_SYSMEM: u32 = 0x20;
const STANDARD: u32 = 0x1_0000;

/// Bits of CreateAllocation2 that a user may set alone.
const CREATE_ALONE: u32 = 0x003D_E8B5;

fn refused<T>(result: NtResult<T>) -> bool {
    result.err() == Some(NtStatus::INVALID_PARAMETER)
}

fn too_small<T>(result: NtResult<T>) -> bool {
    result.err() == Some(NtStatus::BUFFER_TOO_SMALL)
}

/// The bits of which `check` accepts each alone.
fn accepted(check: impl Fn(u32) -> NtResult) -> u32 {
    (0..32)
        .map(|bit| 1 << bit)
        .filter(|&bit| check(bit).is_ok())
        .sum()
}

fn flags(value: u32) -> NtResult<CreateFlags> {
    CreateFlags::parse(d3dkmt_createallocationflags { value })
}

/// An argument for `count` allocations.
fn creating(count: u32) -> d3dkmt_createallocation {
    d3dkmt_createallocation {
        alloc_count: count,
        allocation_info: 0x1000,
        ..FromZeros::new_zeroed()
    }
}

fn sizes(value: u32, args: &d3dkmt_createallocation) -> NtResult<usize> {
    create_sizes(flags(value)?, args)
}

fn destroying(resource: u32, list: u64, count: u32) -> NtResult<Destroy> {
    destroy(&d3dkmt_destroyallocation2 {
        resource: d3dkmthandle { v: resource },
        allocations: list,
        alloc_count: count,
        ..FromZeros::new_zeroed()
    })
}

fn plain() -> d3dddi_allocationinfo2 {
    FromZeros::new_zeroed()
}

const NOTHING: CheckedElement = CheckedElement {
    sysmem: None,
    private_size: 0,
    private_data: 0,
    priority: None,
    primary: false,
};

const HEAP: CheckedElement = CheckedElement {
    sysmem: Some(0x1000),
    ..NOTHING
};

/// An element with as many bytes of private data.
const fn private(private_size: usize) -> CheckedElement {
    CheckedElement {
        private_size,
        ..NOTHING
    }
}

/// Checks an existing heap of `size` bytes.
fn heap(value: u32, type_: u32, size: u64, element: &CheckedElement) -> NtResult<u64> {
    let mut args = d3dkmt_createstandardallocation::new_zeroed();
    args.type_ = type_;
    args.existing_heap_data.size = size;
    standard(flags(value)?, &args, element)
}

#[kunit_tests(dxgkrnl_validation)]
mod tests {
    use super::*;

    #[test]
    fn bits_without_a_meaning_are_refused() {
        let device = |value| create_device_flags(d3dkmt_createdeviceflags { value });
        assert_eq!(accepted(device), 0xF);
        assert_eq!(device(0xF), Ok(()));
        let lock = |value| lock_flags(d3dddicb_lock2flags { value });
        assert_eq!(accepted(lock), 0);
        assert_eq!(lock(0), Ok(()));
        let filter = |value| enumerate_filter(d3dkmt_enumadapters_filter { value });
        assert_eq!(filter(3), Ok(()));
        for bit in 2..64 {
            assert!(refused(filter(1 << bit)));
        }
    }

    #[test]
    fn there_are_two_segment_groups() {
        assert!(segment_group(0) == Ok(SegmentGroup::Local));
        assert!(segment_group(1) == Ok(SegmentGroup::NonLocal));
        for group in [2, 0x8000_0000, u32::MAX] {
            assert!(refused(segment_group(group)));
        }
    }

    #[test]
    fn destroying_is_of_a_resource_or_a_list() {
        assert_eq!(destroying(0, 0, 0), Ok(Destroy::Nothing));
        assert_eq!(destroying(1, 0, 0), Ok(Destroy::Resource));
        assert_eq!(destroying(0, 8, 1), Ok(Destroy::Allocations(1)));
        assert_eq!(destroying(0, 8, 1024), Ok(Destroy::Allocations(1024)));
        assert!(refused(destroying(0, 8, 1025)));
        assert!(refused(destroying(0, 8, u32::MAX)));
        assert!(refused(destroying(0, 0, 1)));
        assert!(refused(destroying(1, 8, 1)));
        let with_flags = |value| {
            let mut args = d3dkmt_destroyallocation2::new_zeroed();
            args.flags.value = value;
            destroy(&args).map(|_| ())
        };
        assert_eq!(accepted(with_flags), 3);
    }

    #[test]
    fn flags_of_a_creation_go_together() {
        assert_eq!(accepted(|value| flags(value).map(|_| ())), CREATE_ALONE);
        assert!(flags(CREATE_ALONE).is_ok());
        // CreateShared wants CreateResource; NtSecuritySharing wants CreateShared.
        assert!(flags(0x43).is_ok());
        assert!(flags(0x03).is_ok());
        for value in [0x42, 0x41, 0x40, 0x02] {
            assert!(refused(flags(value)));
        }
    }

    #[test]
    fn counts_and_sizes_of_a_creation() {
        assert_eq!(sizes(0, &creating(1)), Ok(1));
        assert_eq!(sizes(0, &creating(1024)), Ok(1024));
        for count in [0, 1025, u32::MAX] {
            assert!(refused(sizes(0, &creating(count))));
        }
        let mut args = creating(1);
        args.priv_drv_data = 0x1000;
        args.priv_drv_data_size = 0x1_FFFF;
        assert_eq!(sizes(0, &args), Ok(1));
        for size in [0x2_0000, u32::MAX] {
            args.priv_drv_data_size = size;
            assert!(too_small(sizes(0, &args)));
        }
        args.priv_drv_data_size = 1;
        args.priv_drv_data = 0;
        assert!(refused(sizes(0, &args)));
        assert!(refused(sizes(EXISTING_SYSMEM, &creating(1))));
    }

    #[test]
    fn elements_one_by_one() {
        assert_eq!(element(&plain(), 0), Ok(NOTHING));
        let with_flags = |value| {
            let mut info = plain();
            info.priority = 1;
            info.flags.value = value;
            element(&info, 1).map(|_| ())
        };
        // Stereo needs Primary.
        assert_eq!(accepted(with_flags), 5);
        assert_eq!(with_flags(7), Ok(()));

        let mut info = plain();
        info.flags.value = 1;
        info.vidpn_source_id = u32::MAX - 1;
        assert!(element(&info, u32::MAX).is_ok());
        assert!(refused(element(&info, u32::MAX - 1)));

        let mut info = plain();
        info.flags.value = 4;
        assert!(refused(element(&info, 0)));
        info.priority = 0x7800_0000;
        let priority = element(&info, 0).map(|element| element.priority);
        assert_eq!(priority, Ok(NonZeroU32::new(0x7800_0000)));

        let mut info = plain();
        info.sysmem = 0xFFFF_FFFF_FFFF_F000;
        let sysmem = element(&info, 0).map(|element| element.sysmem);
        assert_eq!(sysmem, Ok(Some(0xFFFF_FFFF_FFFF_F000)));
        info.sysmem += 0x800;
        assert!(refused(element(&info, 0)));

        let mut info = plain();
        info.priv_drv_data = 1;
        info.priv_drv_data_size = 0x1_FFFF;
        let size = element(&info, 0).map(|element| element.private_size);
        assert_eq!(size, Ok(0x1_FFFF));
        info.priv_drv_data_size = 0x2_0000;
        assert!(refused(element(&info, 0)));

        for word in 0..5 {
            let mut info = plain();
            info.reserved[word] = 1 << 63;
            assert!(refused(element(&info, 0)));
        }
    }

    #[test]
    fn elements_against_each_other() -> Result {
        assert_eq!(elements(&[HEAP, HEAP]), Ok(()));
        assert!(refused(elements(&[NOTHING, HEAP])));
        assert_eq!(elements(&[private(0x1_0000), private(0xFFFF)]), Ok(()));
        assert!(too_small(elements(&[private(0x1_0000); 2])));
        // As many and as large as they can be: the sum does not overflow.
        let most = KVec::from_elem(private(0x1_FFFF), 1024, GFP_KERNEL)?;
        assert!(too_small(elements(&most)));
        Ok(())
    }

    #[test]
    fn a_standard_allocation_is_an_existing_heap() {
        let value = STANDARD | EXISTING_SYSMEM;
        assert_eq!(heap(value, 1, 0x1000, &HEAP), Ok(0x1000));
        let most = 0xFFFF_FFFF_FFFF_F000;
        assert_eq!(heap(value, 1, most, &HEAP), Ok(most));
        for size in [0, 1, 0xFFF, 0x1001, u64::MAX] {
            assert!(refused(heap(value, 1, size, &HEAP)));
        }
        assert!(refused(heap(value, 1, 0x1000, &NOTHING)));
        assert!(refused(heap(STANDARD, 1, 0x1000, &HEAP)));
        let cross_adapter = heap(STANDARD, 2, 0x1000, &NOTHING);
        assert_eq!(cross_adapter, Err(NtStatus::NOT_SUPPORTED));
        assert!(refused(heap(value, 2, 0x1000, &HEAP)));
        for type_ in [0, 3, u32::MAX] {
            assert!(refused(heap(value, type_, 0x1000, &HEAP)));
        }
    }
}
