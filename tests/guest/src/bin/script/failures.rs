// SPDX-License-Identifier: MIT OR Apache-2.0
//! Calls of the miniport that fail: the caller gets the status, and everything is as before.

use super::*;
use dxg_guest_tests::{
    calls::*,
    memory::{bytes_at, PAGE, UNMAPPED},
    script::{blob, log, named, wire, Create},
    share::share,
};

/// Statuses with what they are for the caller.
const STATUSES: [(u32, Answer); 9] = [
    (0xc000_0001, UNSUCCESSFUL),
    (0xc000_0008, INVALID_HANDLE),
    (0xc000_000d, INVALID_PARAMETER),
    (0xc000_0017, NO_MEMORY),
    (0xc000_00bb, NOT_SUPPORTED),
    (0xc000_02b6, DEVICE_REMOVED),
    (0xc01e_0009, GRAPHICS_DRIVER_MISMATCH),
    (0xc01e_0100, GRAPHICS_NO_VIDEO_MEMORY),
    (0xc01e_0106, Ok(NtStatus(0xc01e_0106))),
];

/// What the test adapter can commit.
const COMMIT_LIMIT: u64 = 32 << 20;

/// Four allocations, of which the third one does `instruction`.
fn third(instruction: u64, operand: u64) -> Vec<Vec<u64>> {
    let mut blobs: Vec<_> = (1..=4).map(named).collect();
    blobs[2] = blob(&[(wire::TAG, 3), (instruction, operand)]);
    blobs
}

/// The allocations of a log that were destroyed, in the order of their names, and the other lines.
fn split(lines: Vec<String>) -> (Vec<String>, Vec<String>) {
    let (mut gone, others): (Vec<_>, _) =
        (lines.into_iter()).partition(|line| line.starts_with("destroy_allocation"));
    gone.sort();
    (gone, others)
}

/// Case 62: what was answered before is not destroyed: the whole call has not been.
pub fn statuses_of_create() {
    let (gpu, device) = adapter();
    for_each(STATUSES, |(status, answer)| {
        let blobs = third(wire::FAIL_CREATE, status.into());
        Create::scripted(device, &blobs).refused(&gpu, answer);
        logged(&[created("a1 a2 a3 a4"), said!("failed {status:#x}")]);
        let create = Create::scripted(device, &blobs).in_shared_resource();
        create.refused(&gpu, answer);
        logged(&[
            said!("create_allocation resource=new data=0 a1 a2 a3 a4"),
            said!("failed {status:#x}"),
        ]);
    });
}

/// Nothing is closed, everything is destroyed.
pub fn statuses_of_open() {
    let (gpu, device) = adapter();
    for_each(STATUSES, |(status, answer)| {
        let blobs = third(wire::FAIL_OPEN, status.into());
        let create = Create::scripted(device, &blobs).in_resource();
        create.refused(&gpu, answer);
        let (gone, lines) = split(log());
        assert_eq!(gone, (1..=4).map(destroyed).collect::<Vec<_>>());
        let [_, open, failed, resource] = &lines[..] else {
            panic!("{lines:?}");
        };
        assert!(open.starts_with("open_allocation create=1"), "{open}");
        assert_eq!(failed, &said!("failed {status:#x}"));
        assert_eq!(resource, "destroy_resource r0");
    });
}

/// The resource is what it was, for its other users, too.
pub fn a_failed_open_once_more() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    // The creator's data goes by: an opener cannot write, so its opening asks for this again.
    let again = (wire::FAIL_OPEN_AGAIN, 0xc000_0017);
    let mut blobs = third(wire::TAG, 3);
    blobs[2] = blob(&[(wire::TAG, 3), again]);
    let create = Create::scripted(one, &blobs)
        .in_shared_resource()
        .made(&gpu);
    let nt = share(&gpu, create.resource());
    log();
    create.opening(two, &nt).refused(&gpu, NO_MEMORY);
    let lines = log();
    assert_eq!(lines[1..], ["failed 0xc0000017"]);
    gpu.lock(one, create.allocation(2));
    gpu.unlock(one, create.allocation(2));
}

pub fn no_commitment_left() {
    let (gpu, device) = adapter();
    let mut blobs: Vec<_> = (1..=4).map(named).collect();
    blobs[2] = blob(&[(wire::TAG, 3), (wire::SIZE, COMMIT_LIMIT)]);
    Create::scripted(device, &blobs).refused(&gpu, GRAPHICS_NO_VIDEO_MEMORY);
    let (gone, lines) = split(log());
    // It was never opened.
    assert_eq!(lines, [created("a1 a2 a3 a4")]);
    assert_eq!(gone, (1..=4).map(destroyed).collect::<Vec<_>>());
    // What was committed for the others is free again.
    let all = [(wire::TAG, 1), (wire::SIZE, COMMIT_LIMIT)];
    Create::one(device, &all).made(&gpu);
}

/// Cases 54 and 56.
pub fn memory_that_cannot_be_pinned() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).on_memory(UNMAPPED);
    create.refused(&gpu, INVALID_PARAMETER);
    logged(&[created("a1"), destroyed(1)]);
}

/// There is no memory in the segment that was not filled.
pub fn a_fill_that_fails() {
    let (gpu, device) = adapter();
    let others = STATUSES.iter().filter(|(_, answer)| *answer != NO_MEMORY);
    for_each(others.copied(), |(status, answer)| {
        let fail = (wire::FAIL_PAGING, status.into());
        let create = Create::one(device, &[(wire::TAG, 1), fail]).made(&gpu);
        let allocation = create.allocation(0);
        log();
        for _ in 0..2 {
            let seen = gpu.unchanged(|| lock(&gpu.dxg, device, allocation).0);
            assert_eq!(seen, answer);
            logged(&[
                said!("build_paging_buffer fill a1 4096 bytes with 0x0"),
                said!("failed {status:#x}"),
            ]);
        }
        assert_eq!(gpu.usage(0), 0);
        assert_eq!(unlock(&gpu.dxg, device, allocation), INVALID_PARAMETER);
        assert_eq!(
            destroy_allocations(&gpu.dxg, device, &[allocation]),
            SUCCESS
        );
    });
}

/// Without memory for the segment, system memory is used.
pub fn a_fill_without_memory() {
    let (gpu, device) = adapter();
    let fail = (wire::FAIL_PAGING, 0xc000_0017);
    let create = Create::one(device, &[(wire::TAG, 1), fail]).made(&gpu);
    let allocation = create.allocation(0);
    log();
    let address = gpu.lock(device, allocation);
    logged(&[
        said!("build_paging_buffer fill a1 4096 bytes with 0x0"),
        said!("failed 0xc0000017"),
    ]);
    assert_eq!([gpu.usage(0), gpu.usage(1)], [0, 4096]);
    // SAFETY: The lock has a page.
    assert!(unsafe { bytes_at(address, PAGE) }
        .iter()
        .all(|&byte| byte == 0));
    gpu.unlock(device, allocation);
}

/// A segment full of memory that cannot be evicted: after 16 failures system memory is used.
pub fn transfers_that_fail() {
    const BYTES: u64 = 800 << 10;
    let (gpu, device) = adapter();
    let new = |tag| {
        let fail = (wire::FAIL_TRANSFER, 0xc000_0001);
        let instructions = [(wire::TAG, tag), (wire::SIZE, BYTES), fail];
        Create::one(device, &instructions).made(&gpu).allocation(0)
    };
    let touch = |allocation| {
        gpu.lock(device, allocation);
        gpu.unlock(device, allocation);
    };
    (1..=20).map(new).for_each(touch);
    assert_eq!([gpu.usage(0), gpu.usage(1)], [20 * BYTES, 0]);
    let last = new(21);
    log();
    touch(last);
    // The longest unused first.
    let tried = (1..=16).flat_map(|tag| {
        [
            said!("build_paging_buffer transfer a{tag} {BYTES} bytes from 0"),
            said!("failed 0xc0000001"),
        ]
    });
    logged(&tried.collect::<Vec<_>>());
    assert_eq!([gpu.usage(0), gpu.usage(1)], [20 * BYTES, BYTES]);
}

pub fn a_description_that_fails() {
    let (gpu, device) = adapter();
    for_each(STATUSES, |(status, answer)| {
        let fail = (wire::FAIL_DESCRIBE, status.into());
        let create = Create::one(device, &[fail, (wire::SUPPORTED, 2)]);
        create.primary().refused(&gpu, answer);
        logged(&[
            created("a0"),
            said!("describe_allocation a0"),
            said!("failed {status:#x}"),
            destroyed(0),
        ]);
    });
}

pub fn a_failed_append_keeps_cookie_and_data() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let resource = create.resource();
    let other = [(wire::REPLACE_COOKIE, 6), (wire::TAG, 0)];
    let no_memory = 0xc000_0017;
    // The call fails that would have replaced the cookie.
    let append = Create::one(device, &[(wire::FAIL_CREATE, no_memory)]);
    let append = append.append(resource).with_data(&other);
    append.refused(&gpu, NO_MEMORY);
    log();
    let append = Create::scripted(device, &[named(2)])
        .append(resource)
        .made(&gpu);
    logged(&[
        said!("create_allocation resource=r5 data=0 a2"),
        opened(24, &append.allocations(), 2),
    ]);
    // It succeeds, and what comes after it fails: the cookie is the new one, as the miniport knows,
    // and the data is the old one.
    let append = Create::one(device, &[(wire::FAIL_OPEN, no_memory)]);
    let append = append.append(resource).with_data(&other);
    append.refused(&gpu, NO_MEMORY);
    log();
    let append = Create::scripted(device, &[named(3)])
        .append(resource)
        .made(&gpu);
    logged(&[
        said!("create_allocation resource=r6 data=0 a3"),
        opened(24, &append.allocations(), 3),
    ]);
}
