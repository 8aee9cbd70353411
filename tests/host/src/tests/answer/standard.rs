// SPDX-License-Identifier: MIT OR Apache-2.0

//! Layouts, and standard allocations.

use crate::ddi::answer::{check_layout, check_standard_pitch, check_standard_sizes, Violation};

#[test]
fn layouts_hold_the_size() {
    for (pitch, height, size) in [
        (4, 1, 0x1000),
        (4096, 1, 0x1000),
        (4096, 2, 0x2000),
        (4100, 1, 0x2000),
        (u32::MAX - 3, u32::MAX, 1 << 63),
    ] {
        assert_eq!(check_layout(pitch, height, size), Ok(()));
    }
    for (pitch, height, size) in [
        (0, 1, 0x1000),
        (4, 0, 0x1000),
        (0, 0, 0x1000),
        (1, 4096, 0x1000),
        (4098, 1, 0x1000),
        (4096, 1, 0x2000),
        (4, 1024, 0x2000),
        (u32::MAX - 3, u32::MAX, u64::MAX),
    ] {
        let answer = check_layout(pitch, height, size);
        assert_eq!(answer, Err(Violation::Description), "{pitch} x {height}");
    }
}

#[test]
fn standard_allocations_have_data() {
    for (allocation, resource) in [(1, 0), (0, 1), (48, 16), (0x1_FFFF, 0), (0x1_0000, 0xFFFF)] {
        assert_eq!(check_standard_sizes(allocation, resource), Ok(()));
    }
    for (allocation, resource) in [
        (0, 0),
        (0x2_0000, 0),
        (0, 0x2_0000),
        (0x1_0000, 0x1_0000),
        (usize::MAX, 1),
        (usize::MAX, usize::MAX),
    ] {
        let answer = check_standard_sizes(allocation, resource);
        assert_eq!(answer, Err(Violation::StandardSize));
    }
}

#[test]
fn standard_allocations_have_a_pitch() {
    for (pitch, bytes) in [(0x1000, 0x1000), (0x1080, 0x1000), (1 << 40, 1 << 40)] {
        assert_eq!(check_standard_pitch(pitch, bytes), Ok(()));
    }
    for (pitch, bytes) in [
        (0, 0x1000),
        (0xF80, 0x1000),
        (0x1001, 0x1000),
        (0x1040, 0x1000),
    ] {
        let answer = check_standard_pitch(pitch, bytes);
        assert_eq!(answer, Err(Violation::StandardPitch), "{pitch:#x}");
    }
}
