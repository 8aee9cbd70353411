// SPDX-License-Identifier: MIT OR Apache-2.0

//! Arguments of contexts.

use super::{config, refused};
use crate::{
    status::{NtResult, NtStatus},
    uapi::*,
    validate_context::{create_context_virtual, NewContext},
};
use proptest::prelude::*;

const PRIVATE_MAX: u32 = 128 * 1024;

/// As [`create`] makes it.
const PLAIN: NewContext = NewContext {
    node: 2,
    engine_affinity: 1,
    null_rendering: false,
    disable_gpu_timeout: false,
    synchronization_only: false,
    private_data: 64,
};

/// On an adapter with three nodes.
fn create(change: impl FnOnce(&mut d3dkmt_createcontextvirtual)) -> NtResult<NewContext> {
    let mut args = d3dkmt_createcontextvirtual {
        node_ordinal: 2,
        engine_affinity: 1,
        priv_drv_data: 0x1000,
        priv_drv_data_size: 64,
        ..Default::default()
    };
    change(&mut args);
    create_context_virtual(&args, 3)
}

/// Case 456, and what is not an input.
#[test]
fn a_hint_changes_nothing() {
    assert_eq!(create(|_| ()), Ok(PLAIN));
    for client_hint in [16, u32::MAX] {
        let hinted = create(|args| {
            args.client_hint = client_hint;
            args.device.v = 7;
            args.context.v = u32::MAX;
            args.pad0 = u32::MAX;
        });
        assert_eq!(hinted, Ok(PLAIN));
    }
}

/// Case 444.
#[test]
fn a_context_is_on_a_node() {
    for node in 0..3 {
        let expected = NewContext { node, ..PLAIN };
        assert_eq!(create(|args| args.node_ordinal = node), Ok(expected));
    }
    for node in [3, 4, u32::MAX] {
        refused(create(|args| args.node_ordinal = node));
    }
    refused(create_context_virtual(&Default::default(), 0));
    assert!(create_context_virtual(&Default::default(), 1).is_ok());
}

/// Cases 445 and 446.
#[test]
fn a_node_has_one_engine() {
    for engine_affinity in [0, 1] {
        let expected = NewContext {
            engine_affinity,
            ..PLAIN
        };
        let created = create(|args| args.engine_affinity = engine_affinity);
        assert_eq!(created, Ok(expected));
    }
    for bit in 1..32 {
        refused(create(|args| args.engine_affinity = 1 << bit));
        refused(create(|args| args.engine_affinity = 1 | (1 << bit)));
    }
}

/// Cases 447 to 452.
#[test]
fn a_context_has_seven_flags() {
    for value in 0..0x80 {
        let created = create(|args| args.flags.value = value);
        let expected = NewContext {
            null_rendering: value & 0x1 != 0,
            disable_gpu_timeout: value & 0x4 != 0,
            synchronization_only: value & 0x8 != 0,
            ..PLAIN
        };
        if value & 0x10 == 0 {
            assert_eq!(created, Ok(expected), "{value:#x}");
        } else {
            assert_eq!(created, Err(NtStatus::UNSUCCESSFUL), "{value:#x}");
        }
    }
    for bit in 7..32 {
        for others in [0, 0x10, 0x6f, 0x7f] {
            refused(create(|args| args.flags.value = others | (1 << bit)));
        }
    }
}

/// Case 453.
#[test]
fn private_data_is_up_to_128_kib() {
    for size in [0, 1, PRIVATE_MAX - 1, PRIVATE_MAX] {
        let created = create(|args| args.priv_drv_data_size = size);
        let expected = NewContext {
            private_data: size as usize,
            ..PLAIN
        };
        assert_eq!(created, Ok(expected));
    }
    for size in [PRIVATE_MAX + 1, u32::MAX] {
        refused(create(|args| args.priv_drv_data_size = size));
    }
    for size in [1, PRIVATE_MAX] {
        refused(create(|args| {
            args.priv_drv_data = 0;
            args.priv_drv_data_size = size;
        }));
    }
    let none = create(|args| {
        args.priv_drv_data = 0;
        args.priv_drv_data_size = 0;
    });
    assert_eq!(none.map(|new| new.private_data), Ok(0));
}

proptest! {
    #![proptest_config(config(512))]

    /// Whatever else is wrong is said before case 451.
    #[test]
    fn any_context(
        (nodes, node_ordinal) in (0u32..5, 0u32..5),
        engine_affinity in 0u32..3,
        value in 0u32..0x90,
        priv_drv_data in 0u64..2,
        priv_drv_data_size in prop_oneof![Just(0u32), PRIVATE_MAX - 2..PRIVATE_MAX + 3],
    ) {
        let args = d3dkmt_createcontextvirtual {
            node_ordinal,
            engine_affinity,
            flags: d3dddi_createcontextflags { value },
            priv_drv_data,
            priv_drv_data_size,
            ..Default::default()
        };
        let data = match priv_drv_data {
            0 => priv_drv_data_size == 0,
            _ => priv_drv_data_size <= PRIVATE_MAX,
        };
        let good = node_ordinal < nodes && engine_affinity < 2 && value < 0x80 && data;
        let expected = match (good, value & 0x10) {
            (false, _) => Some(NtStatus::INVALID_PARAMETER),
            (true, 0) => None,
            (true, _) => Some(NtStatus::UNSUCCESSFUL),
        };
        prop_assert_eq!(create_context_virtual(&args, nodes).err(), expected);
    }
}
