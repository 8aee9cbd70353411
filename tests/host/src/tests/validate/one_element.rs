// SPDX-License-Identifier: MIT OR Apache-2.0

//! One element of the list of CreateAllocation2.

use super::*;

const VIDEO: CheckedElement = CheckedElement {
    sysmem: None,
    private_size: 0,
    private_data: 0,
    priority: None,
    primary: false,
};
const PRIMARY: u32 = 1;
const OF_A_SOURCE: CheckedElement = CheckedElement {
    primary: true,
    ..VIDEO
};
const STEREO: u32 = 2;
const OVERRIDE_PRIORITY: u32 = 4;

fn with(flags: u32) -> d3dddi_allocationinfo2 {
    d3dddi_allocationinfo2 {
        flags: d3dddi_allocationinfo2_flags { value: flags },
        ..Default::default()
    }
}

#[test]
fn video_memory_without_private_data() {
    assert_eq!(element(&with(0), 0), Ok(VIDEO));
}

#[test]
fn what_is_out_or_padding_is_ignored() {
    let info = d3dddi_allocationinfo2 {
        allocation: d3dkmthandle { v: u32::MAX },
        pad0: u32::MAX,
        vidpn_source_id: u32::MAX,
        pad1: u32::MAX,
        gpu_virtual_address: u64::MAX,
        priority: u32::MAX,
        pad2: u32::MAX,
        ..Default::default()
    };
    assert_eq!(element(&info, 0), Ok(VIDEO));
}

#[test]
fn every_flag_alone() {
    assert_eq!(element(&with(PRIMARY), 1), Ok(OF_A_SOURCE));
    refused(element(&with(STEREO), 1));
    refused(element(&with(OVERRIDE_PRIORITY), 1));
    for bit in (3..32).map(|bit| 1 << bit) {
        refused(element(&with(bit), 1));
        refused(element(&with(PRIMARY | bit), 1));
    }
}

/// Case 83.
#[test]
fn stereo_is_for_primaries() {
    assert_eq!(element(&with(PRIMARY | STEREO), 1), Ok(OF_A_SOURCE));
    refused(element(&with(STEREO), 1));
}

#[test]
fn a_primary_is_of_a_source_of_the_adapter() {
    for (source, sources, accepted) in [
        (0, 0, false),
        (0, 1, true),
        (1, 1, false),
        (15, 16, true),
        (16, 16, false),
        (u32::MAX, u32::MAX, false),
        (u32::MAX - 1, u32::MAX, true),
    ] {
        let vidpn_source_id = source;
        let info = d3dddi_allocationinfo2 {
            vidpn_source_id,
            ..with(PRIMARY)
        };
        if accepted {
            assert_eq!(element(&info, sources), Ok(OF_A_SOURCE));
        } else {
            refused(element(&info, sources));
        }
    }
}

#[test]
fn all_flags_together() {
    let info = d3dddi_allocationinfo2 {
        priority: 1,
        ..with(PRIMARY | STEREO | OVERRIDE_PRIORITY)
    };
    let expected = CheckedElement {
        priority: NonZeroU32::new(1),
        ..OF_A_SOURCE
    };
    assert_eq!(element(&info, 1), Ok(expected));
}

/// Case 84.
#[test]
fn a_priority_that_overrides_is_not_0() {
    refused(element(&with(OVERRIDE_PRIORITY), 0));
    for priority in [1, 0x7800_0000, u32::MAX] {
        let info = d3dddi_allocationinfo2 {
            priority,
            ..with(OVERRIDE_PRIORITY)
        };
        let checked = element(&info, 0).unwrap();
        assert_eq!(checked.priority, NonZeroU32::new(priority));
    }
}

#[test]
fn reserved_words_are_0() {
    for word in 0..5 {
        for bit in 0..64 {
            let mut info = with(0);
            info.reserved[word] = 1 << bit;
            refused(element(&info, 0));
        }
    }
}

/// Cases 45 and 80.
#[test]
fn memory_starts_at_a_page() {
    for bit in 0..64 {
        let sysmem = 1u64 << bit;
        let result = element(&d3dddi_allocationinfo2 { sysmem, ..with(0) }, 0);
        if bit < 12 {
            refused(result);
        } else {
            assert_eq!(result.unwrap().sysmem, Some(sysmem));
        }
    }
    let last = u64::MAX - 0xFFF;
    let sysmem = element(
        &d3dddi_allocationinfo2 {
            sysmem: last,
            ..with(0)
        },
        0,
    );
    assert_eq!(sysmem.unwrap().sysmem, Some(last));
    for sysmem in [0x1001, 0x1FFF, 0x1800, last + 0x800, u64::MAX] {
        refused(element(&d3dddi_allocationinfo2 { sysmem, ..with(0) }, 0));
    }
}

/// Case 73.
#[test]
fn private_data_is_below_128_kib_and_has_an_address() {
    for (size, address, accepted) in [
        (0, 0, true),
        (0, 1, true),
        (1, 0, false),
        (1, 1, true),
        (PRIVATE_MAX - 1, 0, false),
        (PRIVATE_MAX - 1, 1, true),
        (PRIVATE_MAX, 1, false),
        (PRIVATE_MAX, 0, false),
        (PRIVATE_MAX + 1, 1, false),
        (u32::MAX, u64::MAX, false),
    ] {
        let info = d3dddi_allocationinfo2 {
            priv_drv_data: address,
            priv_drv_data_size: size,
            ..with(0)
        };
        if accepted {
            let checked = element(&info, 0).unwrap();
            assert_eq!(checked.private_size, size as usize);
            assert_eq!(checked.private_data, address);
        } else {
            refused(element(&info, 0));
        }
    }
}

fn info() -> impl Strategy<Value = d3dddi_allocationinfo2> {
    let address = || prop_oneof![Just(0u64), any::<u64>()];
    (
        prop_oneof![4 => 0u32..8, 1 => any::<u32>()],
        prop_oneof![address(), address().prop_map(|a| a & !0xFFF)],
        address(),
        prop_oneof![Just(0u32), 0..PRIVATE_MAX + 2, any::<u32>()],
        prop_oneof![0u32..4, any::<u32>()],
        prop_oneof![0u32..2, any::<u32>()],
        prop_oneof![4 => Just([0; 5]), 1 => any::<[u64; 5]>()],
    )
        .prop_map(|(flags, sysmem, data, size, source, priority, reserved)| {
            d3dddi_allocationinfo2 {
                sysmem,
                priv_drv_data: data,
                priv_drv_data_size: size,
                vidpn_source_id: source,
                priority,
                reserved,
                ..with(flags)
            }
        })
}

proptest! {
    #![proptest_config(config(4096))]

    #[test]
    fn what_passes_is_as_it_says(info in info(), sources in 0u32..4) {
        let checked = match element(&info, sources) {
            Ok(checked) => checked,
            Err(status) => {
                prop_assert_eq!(status, NtStatus::INVALID_PARAMETER);
                return Ok(());
            }
        };
        let flags = info.flags.value;
        prop_assert!(flags < 8 && flags & 3 != STEREO);
        prop_assert!(flags & PRIMARY == 0 || info.vidpn_source_id < sources);
        prop_assert_eq!(info.reserved, [0; 5]);
        prop_assert_eq!(checked.sysmem.unwrap_or(0), info.sysmem);
        prop_assert_ne!(checked.sysmem, Some(0));
        prop_assert_eq!(info.sysmem & 0xFFF, 0);
        prop_assert_eq!(checked.private_size, info.priv_drv_data_size as usize);
        prop_assert!(checked.private_size < PRIVATE_MAX as usize);
        prop_assert_eq!(checked.private_data, info.priv_drv_data);
        prop_assert!(checked.private_size == 0 || checked.private_data != 0);
        prop_assert_eq!(checked.primary, flags & PRIMARY != 0);
        let overrides = flags & OVERRIDE_PRIORITY != 0;
        prop_assert_eq!(checked.priority.is_some(), overrides);
        if let Some(priority) = checked.priority {
            prop_assert_eq!(priority.get(), info.priority);
        }
    }
}
