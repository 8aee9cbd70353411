// SPDX-License-Identifier: MIT OR Apache-2.0

//! Arguments of submissions.

use super::{config, refused};
use crate::{
    status::{NtResult, NtStatus},
    uapi::*,
    validate_submit::{submit_command, Submit},
};
use proptest::prelude::*;
use zerocopy::FromZeros;

const PRIVATE_MAX: u32 = 128 * 1024;

/// As [`submit`] makes it.
const PLAIN: Submit = Submit {
    commands: 0x7_0000,
    length: 0x100,
    null_rendering: false,
    contexts: 1,
    private_data: 0,
    primaries: 0,
};

fn submit(change: impl FnOnce(&mut d3dkmt_submitcommand)) -> NtResult<Submit> {
    let mut args = d3dkmt_submitcommand {
        command_buffer: 0x7_0000,
        command_length: 0x100,
        broadcast_context_count: 1,
        ..FromZeros::new_zeroed()
    };
    change(&mut args);
    submit_command(&args)
}

/// Case 490, and what is not looked at here.
#[test]
fn a_submission_is_of_commands() {
    assert_eq!(submit(|_| ()), Ok(PLAIN));
    let filled = submit(|args| {
        args.present_history_token = u64::MAX;
        args.broadcast_context.fill(d3dkmthandle { v: u32::MAX });
        args.written_primaries.fill(d3dkmthandle { v: u32::MAX });
        args.history_buffer_array = u64::MAX;
        // Padding in Windows.
        args.reserved = u32::MAX;
        args.reserved1 = u32::MAX;
    });
    assert_eq!(filled, Ok(PLAIN));
}

/// Cases 498 to 499.
#[test]
fn a_length_needs_commands() {
    for (commands, length) in [
        (0, 0),
        (0x7_0000, 0),
        (1, 1),
        (0x7_0000, u32::MAX),
        (u64::MAX, u32::MAX),
    ] {
        let submitted = submit(|args| {
            args.command_buffer = commands;
            args.command_length = length;
        });
        let expected = Submit {
            commands,
            length,
            ..PLAIN
        };
        assert_eq!(submitted, Ok(expected));
    }
    for length in [1, 0x100, u32::MAX] {
        for value in 0..4 {
            let submitted = submit(|args| {
                args.command_buffer = 0;
                args.command_length = length;
                args.flags.value = value;
            });
            assert_eq!(submitted, Err(NtStatus::INVALID_USER_BUFFER));
        }
    }
}

/// Cases 491 and 493.
#[test]
fn a_submission_is_to_1_to_64_contexts() {
    let to = |count| submit(|args| args.broadcast_context_count = count);
    for contexts in [1, 2, 63, 64] {
        let expected = Submit { contexts, ..PLAIN };
        assert_eq!(to(contexts as u32), Ok(expected));
    }
    for count in [0, 65, u32::MAX] {
        refused(to(count));
    }
}

/// Case 501.
#[test]
fn private_data_is_up_to_128_kib() {
    let with = |address, size| {
        submit(|args| {
            args.priv_drv_data = address;
            args.priv_drv_data_size = size;
        })
    };
    for (address, size) in [(0, 0), (0x1000, 0), (0x1000, 1), (1, PRIVATE_MAX)] {
        let expected = Submit {
            private_data: size as usize,
            ..PLAIN
        };
        assert_eq!(with(address, size), Ok(expected));
    }
    for (address, size) in [
        (0, 1),
        (0, PRIVATE_MAX),
        (0x1000, PRIVATE_MAX + 1),
        (0x1000, u32::MAX),
    ] {
        refused(with(address, size));
    }
}

/// Case 504.
#[test]
fn up_to_16_primaries_are_written() {
    let with = |count| submit(|args| args.num_primaries = count);
    for primaries in 0..=16 {
        let expected = Submit { primaries, ..PLAIN };
        assert_eq!(with(primaries as u32), Ok(expected));
    }
    for count in [17, u32::MAX] {
        refused(with(count));
    }
}

/// Case 509.
#[test]
fn up_to_1024_history_buffers_are_given() {
    let with = |count| submit(|args| args.num_history_buffers = count);
    for count in [0, 1, 1023, 1024] {
        assert_eq!(with(count), Ok(PLAIN));
    }
    for count in [1025, u32::MAX] {
        refused(with(count));
    }
}

/// Cases 507 and 508.
#[test]
fn a_submission_has_two_flags() {
    let with = |value| submit(|args| args.flags.value = value);
    for (value, null_rendering) in [(0, false), (1, true), (2, false), (3, true)] {
        let expected = Submit {
            null_rendering,
            ..PLAIN
        };
        assert_eq!(with(value), Ok(expected));
    }
    for bit in 2..32 {
        refused(with(1 << bit));
        refused(with(3 | (1 << bit)));
    }
}

proptest! {
    #![proptest_config(config(512))]

    /// Whatever else is wrong is said before case 498a.
    #[test]
    fn any_submission(
        (command_buffer, command_length) in (0u64..2, 0u32..2),
        value in 0u32..5,
        contexts in prop_oneof![0u32..3, 63u32..66],
        priv_drv_data in 0u64..2,
        priv_drv_data_size in prop_oneof![Just(0u32), PRIVATE_MAX - 2..PRIVATE_MAX + 2],
        num_primaries in 14u32..18,
        num_history_buffers in 1022u32..1026,
    ) {
        let args = d3dkmt_submitcommand {
            command_buffer,
            command_length,
            flags: d3dkmt_submitcommandflags { value },
            broadcast_context_count: contexts,
            priv_drv_data,
            priv_drv_data_size,
            num_primaries,
            num_history_buffers,
            ..FromZeros::new_zeroed()
        };
        let data = match priv_drv_data {
            0 => priv_drv_data_size == 0,
            _ => priv_drv_data_size <= PRIVATE_MAX,
        };
        let counts = (1..65).contains(&contexts)
            && num_primaries < 17
            && num_history_buffers < 1025;
        let expected = if !data || !counts || value > 3 {
            Some(NtStatus::INVALID_PARAMETER)
        } else if (command_buffer, command_length) == (0, 1) {
            Some(NtStatus::INVALID_USER_BUFFER)
        } else {
            None
        };
        prop_assert_eq!(submit_command(&args).err(), expected);
    }
}
