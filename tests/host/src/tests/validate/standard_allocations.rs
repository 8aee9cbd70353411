// SPDX-License-Identifier: MIT OR Apache-2.0

//! Standard allocations.

use super::*;

const EXISTING_HEAP: u32 = 1;
const CROSS_ADAPTER: u32 = 2;
const WITH: Option<u64> = Some(0x1000);

fn check(flags: u32, sysmem: Option<u64>, type_: u32, size: u64) -> NtResult<u64> {
    let args = d3dkmt_createstandardallocation {
        type_,
        existing_heap_data: d3dkmt_standardallocation_existingheap { size },
        ..Default::default()
    };
    standard(parse(STANDARD | flags).unwrap(), &args, &element(sysmem))
}

fn element(sysmem: Option<u64>) -> CheckedElement {
    CheckedElement {
        sysmem,
        private_size: 0,
        private_data: 0,
        priority: None,
        primary: false,
    }
}

/// Cases 30 and 46.
#[test]
fn a_heap_is_whole_pages() {
    for bit in 0..64 {
        let size = 1 << bit;
        let result = check(EXISTING_SYSMEM, WITH, EXISTING_HEAP, size);
        if bit < 12 {
            refused(result);
        } else {
            assert_eq!(result, Ok(size));
        }
    }
    for size in [0, 0xFFF, 0x1001, 0x1100, 0x1FFF, u64::MAX] {
        refused(check(EXISTING_SYSMEM, WITH, EXISTING_HEAP, size));
    }
    let last = u64::MAX - 0xFFF;
    assert_eq!(check(EXISTING_SYSMEM, WITH, EXISTING_HEAP, last), Ok(last));
}

/// Cases 44 and 48.
#[test]
fn a_heap_is_of_the_callers_memory() {
    refused(check(EXISTING_SYSMEM, None, EXISTING_HEAP, 0x1000));
    refused(check(0, WITH, EXISTING_HEAP, 0x1000));
    refused(check(0, None, EXISTING_HEAP, 0x1000));
}

/// Case 57; without memory it would be legal, but there is none yet.
#[test]
fn cross_adapter_is_not_of_the_callers_memory() {
    refused(check(EXISTING_SYSMEM, None, CROSS_ADAPTER, 0x1000));
    refused(check(0, WITH, CROSS_ADAPTER, 0x1000));
    refused(check(EXISTING_SYSMEM, WITH, CROSS_ADAPTER, 0x1000));
    for size in [0, 1, 0x1000] {
        let result = check(0, None, CROSS_ADAPTER, size);
        assert_eq!(result, Err(NtStatus::NOT_SUPPORTED));
    }
}

/// Case 42.
#[test]
fn no_other_type_is_known() {
    for type_ in [0, 3, 0x101, 0x8000_0001, u32::MAX] {
        refused(check(EXISTING_SYSMEM, WITH, type_, 0x1000));
        refused(check(0, None, type_, 0x1000));
    }
}

#[test]
fn there_are_no_flags() {
    for type_ in [EXISTING_HEAP, CROSS_ADAPTER] {
        let (more, sysmem) = match type_ {
            EXISTING_HEAP => (EXISTING_SYSMEM, WITH),
            _ => (0, None),
        };
        for bit in 0..32 {
            let args = d3dkmt_createstandardallocation {
                type_,
                existing_heap_data: d3dkmt_standardallocation_existingheap { size: 0x1000 },
                flags: d3dkmt_createstandardallocationflags { value: 1 << bit },
                ..Default::default()
            };
            let flags = parse(STANDARD | more).unwrap();
            refused(standard(flags, &args, &element(sysmem)));
        }
    }
}

#[test]
fn padding_is_ignored() {
    let args = d3dkmt_createstandardallocation {
        type_: EXISTING_HEAP,
        reserved: u32::MAX,
        existing_heap_data: d3dkmt_standardallocation_existingheap { size: 0x1000 },
        reserved1: u32::MAX,
        ..Default::default()
    };
    let flags = parse(STANDARD | EXISTING_SYSMEM).unwrap();
    assert_eq!(standard(flags, &args, &element(WITH)), Ok(0x1000));
}

proptest! {
    #![proptest_config(config(1024))]

    #[test]
    fn any_description(
        flags in prop_oneof![Just(0), Just(EXISTING_SYSMEM)],
        sysmem in prop_oneof![Just(None), Just(WITH)],
        type_ in 0u32..4,
        size in prop_oneof![any::<u64>(), any::<u64>().prop_map(|s| s & !0xFFF)],
    ) {
        match check(flags, sysmem, type_, size) {
            Ok(bytes) => {
                prop_assert!(bytes == size && size != 0 && size % 4096 == 0);
                prop_assert_eq!((type_, flags, sysmem), (EXISTING_HEAP, EXISTING_SYSMEM, WITH));
            }
            Err(NtStatus::NOT_SUPPORTED) => {
                prop_assert_eq!((type_, flags, sysmem), (CROSS_ADAPTER, 0, None));
            }
            Err(status) => prop_assert_eq!(status, NtStatus::INVALID_PARAMETER),
        }
    }
}
