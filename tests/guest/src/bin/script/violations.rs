// SPDX-License-Identifier: MIT OR Apache-2.0
//! Wrong answers: each fails its call, and nothing of it stays.

use super::*;
use dxg_guest_tests::{
    calls::*,
    script::{blob, log, named, wire, Create},
};

type Instructions<'a> = &'a [(u64, u64)];

// DXGK_ALLOCATIONINFOFLAGS.
const CPU_VISIBLE: u64 = 0x1;
const PERMANENT: u64 = 0x2;
const CACHED: u64 = 0x4;
const PROTECTED: u64 = 0x8;
const EXISTING: u64 = 0x10;
const EXISTING_KERNEL: u64 = 0x20;
const ALTERNATE_VA: u64 = 0x400;
const MAP_APERTURE: u64 = 0x2000;
const HISTORY: u64 = 0x4000;
const PHYSICALLY: u64 = 0x8000;
const NOTIFICATION: u64 = 0x1_0000;

/// Each of these answers is refused with UNSUCCESSFUL: created, and destroyed unopened.
fn refused(wrong: &[Instructions<'_>]) {
    let (gpu, device) = adapter();
    for_each(wrong, |instructions| {
        Create::one(device, instructions).refused(&gpu, UNSUCCESSFUL);
        logged(&[created("a0"), destroyed(0)]);
    });
}

fn refused_flags(wrong: &[u64]) {
    let (gpu, device) = adapter();
    for_each(wrong, |&flags| {
        Create::one(device, &[(wire::FLAGS, flags)]).refused(&gpu, UNSUCCESSFUL);
        logged(&[created("a0"), destroyed(0)]);
    });
}

/// Each of these is good.
fn accepted(right: &[Instructions<'_>]) {
    let (gpu, device) = adapter();
    for_each(right, |instructions| {
        Create::one(device, instructions).made(&gpu);
    });
}

pub fn case_067_size() {
    refused(&[
        &[(wire::SIZE, 0)],
        &[(wire::SIZE, u64::MAX)],
        &[(wire::SIZE, u64::MAX - 4094)],
    ]);
    accepted(&[&[(wire::SIZE, 1)], &[(wire::SIZE, 4097)]]);
}

pub fn case_068_segments() {
    refused(&[
        &[(wire::SUPPORTED, 0)],
        &[(wire::SUPPORTED, 4)],
        &[(wire::SUPPORTED, 5)],
        &[(wire::SUPPORTED, 0xffff_ffff)],
        &[(wire::PREFERRED, 2)],
        &[(wire::PREFERRED, 3)],
        &[(wire::PREFERRED, 0xff)],
        &[(wire::PREFERRED, 0x02_0000_0001)],
        &[(wire::SUPPORTED, 2), (wire::PREFERRED, 1)],
        &[(wire::EVICTION, 1)],
        &[(wire::EVICTION, 3)],
        &[(wire::EVICTION, 4)],
    ]);
    accepted(&[
        &[(wire::SUPPORTED, 3), (wire::PREFERRED, 0x0201)],
        &[(wire::PREFERRED, 0x01_0000_0000)],
        &[(wire::EVICTION, 0)],
    ]);
}

pub fn case_069_alternate_addresses() {
    refused_flags(&[ALTERNATE_VA, CPU_VISIBLE | ALTERNATE_VA]);
    let (gpu, device) = adapter();
    let flags = (wire::FLAGS, CPU_VISIBLE | ALTERNATE_VA);
    let create = Create::one(device, &[flags, (wire::SUPPORTED, 2)]);
    create.primary().made(&gpu);
}

pub fn case_070_map_aperture() {
    refused_flags(&[MAP_APERTURE, CPU_VISIBLE | MAP_APERTURE]);
}

pub fn case_071_priority() {
    refused(&[&[(wire::PRIORITY, 0)]]);
    accepted(&[&[(wire::PRIORITY, 1)], &[(wire::PRIORITY, 0xffff_ffff)]]);
}

pub fn alignment_and_the_rest() {
    refused(&[
        &[(wire::ALIGNMENT, 0)],
        &[(wire::ALIGNMENT, 3)],
        &[(wire::ALIGNMENT, 4097)],
        &[(wire::PITCH_ALIGNED_SIZE, 4095)],
        &[(wire::PHYSICAL_ADAPTER, 1)],
    ]);
    accepted(&[
        &[(wire::ALIGNMENT, 1)],
        &[(wire::ALIGNMENT, 0x8000_0000)],
        &[(wire::PITCH_ALIGNED_SIZE, 4096)],
    ]);
}

pub fn flags_that_do_not_go_together() {
    refused_flags(&[
        1 << 11,
        1 << 12,
        1 << 19,
        1 << 31,
        PERMANENT,
        CACHED,
        HISTORY | CACHED,
        HISTORY | CPU_VISIBLE,
        HISTORY | CPU_VISIBLE | CACHED | PHYSICALLY,
        PROTECTED | PERMANENT | CPU_VISIBLE,
        PROTECTED | EXISTING,
        PROTECTED | EXISTING_KERNEL,
        PERMANENT | EXISTING | CPU_VISIBLE,
        EXISTING | EXISTING_KERNEL,
        EXISTING,
        EXISTING_KERNEL,
        NOTIFICATION,
    ]);
    // What is scanned out is no history buffer.
    let history = (wire::FLAGS, CPU_VISIBLE | CACHED | HISTORY);
    refused(&[&[history, (wire::DISPLAYABLE, 0)]]);
    accepted(&[&[(wire::DISPLAYABLE, 0)]]);
    for flags in [
        0,
        CPU_VISIBLE | PERMANENT | CACHED,
        CPU_VISIBLE | CACHED | HISTORY,
        PROTECTED,
        NOTIFICATION | PHYSICALLY,
    ] {
        accepted(&[&[(wire::FLAGS, flags)]]);
    }
}

/// What is a primary is the caller's word: INVALID_PARAMETER.
pub fn primary_restrictions() {
    let (gpu, device) = adapter();
    // The CPU cannot access local memory of this adapter.
    for segments in [1, 3] {
        let create = Create::one(device, &[(wire::SUPPORTED, segments)]);
        create.primary().refused(&gpu, INVALID_PARAMETER);
        logged(&[created("a0"), destroyed(0)]);
    }
    for flags in [PERMANENT, CACHED, PROTECTED, CACHED | HISTORY] {
        let flags = (wire::FLAGS, CPU_VISIBLE | flags);
        let create = Create::one(device, &[flags, (wire::SUPPORTED, 2)]);
        create.primary().refused(&gpu, INVALID_PARAMETER);
        logged(&[created("a0"), destroyed(0)]);
    }
    let create = Create::one(device, &[(wire::SUPPORTED, 2)]);
    create.primary().made(&gpu);
}

pub fn layouts_of_primaries() {
    let (gpu, device) = adapter();
    let primary = |layout| {
        let layout = (wire::LAYOUT, layout);
        Create::one(device, &[layout, (wire::SUPPORTED, 2)]).primary()
    };
    // No rows, no columns, half a pixel.
    for layout in [0, 4096, 1 << 32, 4098 | (1 << 32)] {
        primary(layout).refused(&gpu, UNSUCCESSFUL);
        let line = said!("describe_allocation a0");
        logged(&[created("a0"), line, destroyed(0)]);
    }
    primary(256 | (16 << 32)).made(&gpu);
}

pub fn no_answer() {
    let (gpu, device) = adapter();
    let silent = blob(&[(wire::NO_ANSWER, 0)]);
    Create::scripted(device, &[silent.clone()]).refused(&gpu, UNSUCCESSFUL);
    logged(&[created("a0")]);
    // Who has answered is told.
    let create = Create::scripted(device, &[named(1), silent, named(3)]);
    create.in_resource().refused(&gpu, UNSUCCESSFUL);
    logged(&[
        said!("create_allocation resource=new data=0 a1 a0 a3"),
        destroyed(1),
        destroyed(3),
        said!("destroy_resource r0"),
    ]);
}

/// The log without the call that opens, whose handles the caller never gets.
fn without_open() -> Vec<String> {
    let mut lines = log();
    lines.retain(|line| !line.starts_with("open_allocation"));
    // Nor those in the names of bindings.
    for line in &mut lines {
        if line.starts_with("close_allocation") {
            line.truncate("close_allocation".len());
        }
    }
    lines
}

pub fn no_binding() {
    let (gpu, device) = adapter();
    let unbound = blob(&[(wire::TAG, 2), (wire::NO_BINDING, 0)]);
    let create = Create::scripted(device, &[named(1), unbound, named(3)]);
    create.refused(&gpu, UNSUCCESSFUL);
    let close = said!("close_allocation");
    assert_eq!(
        without_open(),
        [
            created("a1 a2 a3"),
            close.clone(),
            destroyed(1),
            destroyed(2),
            close,
            destroyed(3),
        ]
    );
}

pub fn one_wrong_answer_spoils_all() {
    let (gpu, device) = adapter();
    for place in 0..4 {
        let mut blobs: Vec<_> = (1..=4).map(named).collect();
        blobs[place] = blob(&[(wire::TAG, place as u64 + 1), (wire::PRIORITY, 0)]);
        let create = Create::scripted(device, &blobs).in_resource();
        create.refused(&gpu, UNSUCCESSFUL);
        let mut lines = log();
        let last = said!("destroy_resource r0");
        assert_eq!(lines.pop(), Some(last));
        lines[1..].sort();
        let first = said!("create_allocation resource=new data=0 a1 a2 a3 a4");
        let rest = (1..=4).map(destroyed);
        assert_eq!(lines, [first].into_iter().chain(rest).collect::<Vec<_>>());
    }
}

pub fn a_violation_in_an_append_leaves_the_resource() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    log();
    let append = Create::one(device, &[(wire::SIZE, 0)]).append(create.resource());
    append.refused(&gpu, UNSUCCESSFUL);
    logged(&[
        said!("create_allocation resource=r5 data=0 a0"),
        destroyed(0),
    ]);
    let append = Create::scripted(device, &[named(2)]).append(create.resource());
    append.made(&gpu);
    let lines = log();
    assert_eq!(lines[0], "create_allocation resource=r5 data=0 a2");
}
