// SPDX-License-Identifier: MIT OR Apache-2.0

//! Arguments of waits and signals by contexts.

use super::{config, refused};
use crate::{status::NtResult, uapi::*, validate_gpu_sync::*};
use proptest::prelude::*;
use std::mem::{offset_of, size_of};

/// What stands for the arguments has their layout.
#[test]
fn words_lie_as_in_the_abi() {
    macro_rules! same {
        ($words:ty, $abi:ty, $($field:ident),+) => {
            assert_eq!(size_of::<$words>(), size_of::<$abi>());
            assert_eq!(offset_of!($words, data), offset_of!($abi, __bindgen_anon_1));
            $(assert_eq!(offset_of!($words, $field), offset_of!($abi, $field));)+
        };
    }
    same!(
        dxg_wait_from_gpu,
        d3dkmt_waitforsynchronizationobjectfromgpu,
        context,
        object_count,
        objects
    );
    same!(
        dxg_signal_from_gpu,
        d3dkmt_signalsynchronizationobjectfromgpu,
        context,
        object_count,
        objects
    );
    same!(
        dxg_signal_from_gpu2,
        d3dkmt_signalsynchronizationobjectfromgpu2,
        object_count,
        objects,
        flags,
        context_count,
        contexts
    );
}

/// The union, of which only the first word counts.
fn data(first: u64) -> [u64; 8] {
    let mut data = [u64::MAX; 8];
    data[0] = first;
    data
}

/// Asserts that a call with one context has 1 to 32 objects, and lists of them and of their values.
#[track_caller]
fn takes_1_to_32_objects(call: impl Fn(u32, u64, u64) -> NtResult<usize>) {
    for count in 1..=32 {
        assert_eq!(call(count, 0x1000, 0x2000), Ok(count as usize));
        assert_eq!(call(count, u64::MAX, 1), Ok(count as usize));
        refused(call(count, 0, 0x2000));
        refused(call(count, 0x1000, 0));
    }
    for count in [0, 33, 64, 131_072, u32::MAX] {
        refused(call(count, 0x1000, 0x2000));
    }
}

/// Cases 532 and 545a.
#[test]
fn a_wait_is_for_1_to_32_objects() {
    takes_1_to_32_objects(|object_count, objects, values| {
        wait_from_gpu(&dxg_wait_from_gpu {
            object_count,
            objects,
            data: data(values),
            ..Default::default()
        })
    });
}

/// Cases 542 and 545a.
#[test]
fn a_signal_is_of_1_to_32_objects() {
    takes_1_to_32_objects(|object_count, objects, values| {
        signal_from_gpu(&dxg_signal_from_gpu {
            object_count,
            objects,
            data: data(values),
            ..Default::default()
        })
    });
}

/// As [`signal`] makes it.
const PLAIN: SignalFromGpu2 = SignalFromGpu2 {
    objects: 2,
    contexts: 3,
    rewind: false,
    at_submission: false,
    cpu_event: None,
};

fn signal(change: impl FnOnce(&mut dxg_signal_from_gpu2)) -> NtResult<SignalFromGpu2> {
    let mut args = dxg_signal_from_gpu2 {
        object_count: 2,
        // Padding in Windows.
        reserved1: u32::MAX,
        objects: 0x1000,
        context_count: 3,
        contexts: 0x2000,
        data: data(0x3000),
        ..Default::default()
    };
    change(&mut args);
    signal_from_gpu2(&args)
}

/// The same with an event, and without objects.
fn event(change: impl FnOnce(&mut dxg_signal_from_gpu2)) -> NtResult<SignalFromGpu2> {
    signal(|args| {
        args.flags.value = 0x2;
        args.object_count = 0;
        change(args);
    })
}

/// Cases 542 and 545a.
#[test]
fn contexts_signal_1_to_32_objects() {
    assert_eq!(signal(|_| ()), Ok(PLAIN));
    for objects in 1..=32 {
        let expected = SignalFromGpu2 { objects, ..PLAIN };
        assert_eq!(
            signal(|args| args.object_count = objects as u32),
            Ok(expected)
        );
    }
    for count in [0, 33, 64, u32::MAX] {
        refused(signal(|args| args.object_count = count));
    }
    refused(signal(|args| args.objects = 0));
    refused(signal(|args| args.data[0] = 0));
}

/// Cases 544 to 545a.
#[test]
fn a_signal_is_of_1_to_64_contexts() {
    for contexts in 1..=64 {
        let expected = SignalFromGpu2 { contexts, ..PLAIN };
        let count = contexts as u32;
        assert_eq!(signal(|args| args.context_count = count), Ok(expected));
        assert!(event(|args| args.context_count = count).is_ok());
    }
    for count in [0, 65, 131_072, u32::MAX] {
        refused(signal(|args| args.context_count = count));
        refused(event(|args| args.context_count = count));
    }
    refused(signal(|args| args.contexts = 0));
    refused(event(|args| args.contexts = 0));
}

/// Cases 546 and 547.
#[test]
fn an_event_stands_alone() {
    for descriptor in [1, 3, u64::MAX] {
        let expected = SignalFromGpu2 {
            objects: 0,
            cpu_event: Some(descriptor),
            ..PLAIN
        };
        // There is no list of objects to look at.
        for objects in [0, 0x1000] {
            let signalled = event(|args| {
                args.data[0] = descriptor;
                args.objects = objects;
            });
            assert_eq!(signalled, Ok(expected));
        }
    }
    refused(event(|args| args.data[0] = 0));
    for count in [1, 32, u32::MAX] {
        refused(event(|args| args.object_count = count));
    }
}

/// Cases 546, 548 and 550.
#[test]
fn a_signal_has_three_flags() {
    for value in 0..8 {
        let (objects, cpu_event) = if value & 0x2 != 0 {
            (0, Some(0x3000))
        } else {
            (2, None)
        };
        let expected = SignalFromGpu2 {
            objects,
            rewind: value & 0x4 != 0,
            at_submission: value & 0x1 != 0,
            cpu_event,
            ..PLAIN
        };
        let signalled = signal(|args| {
            args.flags.value = value;
            args.object_count = objects as u32;
        });
        assert_eq!(signalled, Ok(expected), "{value:#x}");
    }
    for bit in 3..32 {
        refused(signal(|args| args.flags.value = 1 << bit));
        refused(signal(|args| args.flags.value = 5 | (1 << bit)));
        refused(event(|args| args.flags.value = 7 | (1 << bit)));
    }
}

proptest! {
    #![proptest_config(config(512))]

    #[test]
    fn any_signal(
        object_count in prop_oneof![0u32..3, 31u32..34],
        context_count in prop_oneof![0u32..3, 63u32..66],
        value in 0u32..9,
        (objects, contexts, first) in (0u64..3, 0u64..3, 0u64..3),
    ) {
        let args = dxg_signal_from_gpu2 {
            object_count,
            objects,
            flags: d3dddicb_signalflags { value },
            context_count,
            contexts,
            data: data(first),
            ..Default::default()
        };
        let by = (1..65).contains(&context_count) && contexts > 0;
        let what = if value & 2 != 0 {
            object_count == 0
        } else {
            (1..33).contains(&object_count) && objects > 0
        };
        if by && what && first > 0 && value < 8 {
            prop_assert!(signal_from_gpu2(&args).is_ok());
        } else {
            refused(signal_from_gpu2(&args));
        }
    }
}
