// SPDX-License-Identifier: MIT OR Apache-2.0
//! What handles mean to the miniport during its calls.

use super::*;
use dxg_guest_tests::{
    calls::*,
    create,
    script::{blob, log, named, operand, wire, Create},
    share::share,
};

/// What the callbacks find during create_allocation: `(instruction, operand)` each.
fn find(gpu: &Gpu, device: u32, questions: &[(u64, u64)]) -> Vec<u64> {
    let create = Create::one(device, questions).made(gpu);
    let answers = create.blobs[0][1..].chunks(2).map(|pair| pair[1]).collect();
    let list = create.allocations();
    assert_eq!(destroy_allocations(&gpu.dxg, device, &list), SUCCESS);
    log();
    answers
}

fn found(value: impl Into<u64>) -> u64 {
    value.into() | wire::FOUND
}

const EVERY: [u64; 4] = [
    wire::LOOK_UP_ALLOCATION,
    wire::LOOK_UP_BINDING,
    wire::LOOK_UP_RESOURCE,
    wire::LOOK_UP_PARENT,
];

fn nothing_is(gpu: &Gpu, device: u32, handle: u64) {
    let questions: Vec<_> = (EVERY.into_iter().chain([wire::LOOK_UP_CHILD]))
        .map(|instruction| (instruction, handle))
        .collect();
    assert_eq!(find(gpu, device, &questions), [0; 5], "{handle:#x}");
}

pub fn data_of_allocations() {
    let (gpu, device) = adapter();
    let list = Create::named(device, 2).made(&gpu).allocations();
    let questions = list
        .iter()
        .map(|&handle| (wire::LOOK_UP_ALLOCATION, handle.into()));
    let questions: Vec<_> = questions.collect();
    assert_eq!(find(&gpu, device, &questions), [found(1_u64), found(2_u64)]);
    assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..1]), SUCCESS);
    assert_eq!(find(&gpu, device, &questions), [0, found(2_u64)]);
}

pub fn data_of_bindings_and_resources() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let (resource, allocation) = (create.resource(), create.allocation(0));
    let questions = [
        (wire::LOOK_UP_BINDING, allocation.into()),
        (wire::LOOK_UP_RESOURCE, resource.into()),
        (wire::LOOK_UP_ALLOCATION, resource.into()),
        (wire::LOOK_UP_BINDING, resource.into()),
        (wire::LOOK_UP_RESOURCE, allocation.into()),
    ];
    let answers = find(&gpu, device, &questions);
    assert_eq!(answers, [found(allocation), found(5_u64), 0, 0, 0]);
}

pub fn parents_and_children() {
    let (gpu, device) = adapter();
    let alone = Create::named(device, 1).made(&gpu).allocation(0);
    let create = Create::named(device, 3).in_resource().made(&gpu);
    let (resource, mut list) = (create.resource(), create.allocations());
    let child = |index: u64| (wire::LOOK_UP_CHILD, u64::from(resource) | (index << 32));
    let questions = [
        (wire::LOOK_UP_PARENT, alone.into()),
        (wire::LOOK_UP_PARENT, list[1].into()),
        (wire::LOOK_UP_PARENT, resource.into()),
        (wire::LOOK_UP_CHILD, alone.into()),
        (wire::LOOK_UP_CHILD, device.into()),
        child(0),
        child(1),
        child(2),
        child(3),
        child(0xffff_ffff),
    ];
    let mut expected = vec![0, found(resource), 0, 0, 0];
    expected.extend(list.iter().map(|&handle| found(handle)));
    expected.extend([0, 0]);
    assert_eq!(find(&gpu, device, &questions), expected);
    // Without the one in the middle, and with one at the end.
    assert_eq!(destroy_allocations(&gpu.dxg, device, &list[1..2]), SUCCESS);
    let append = Create::named(device, 1).append(resource).made(&gpu);
    list = vec![list[0], list[2], append.allocation(0)];
    expected[5..8].copy_from_slice(&[found(list[0]), found(list[1]), found(list[2])]);
    expected[1] = 0;
    assert_eq!(find(&gpu, device, &questions), expected);
}

pub fn handles_of_other_kinds() {
    let (gpu, device) = adapter();
    for handle in NO_HANDLES
        .into_iter()
        .filter(|&handle| handle != 0xffff_ffff)
    {
        nothing_is(&gpu, device, handle.into());
    }
    nothing_is(&gpu, device, device.into());
    nothing_is(&gpu, device, gpu.adapter.into());
    let gone = Create::named(device, 1).in_resource().made(&gpu);
    let destroy = destroy_resource(&gpu.dxg, device, gone.resource());
    assert_eq!(destroy, SUCCESS);
    nothing_is(&gpu, device, gone.resource().into());
    nothing_is(&gpu, device, gone.allocation(0).into());
}

pub fn handles_of_another_adapter() {
    let (gpu, device) = adapter();
    let other = luids().into_iter().find(|&luid| luid != gpu.luid);
    let other = Gpu::open(other.expect("another adapter"));
    let elsewhere = other.device();
    let create = create::Create::buffer(elsewhere, 4096).in_resource();
    let create = create.made(&other);
    nothing_is(&gpu, device, create.allocation(0).into());
    nothing_is(&gpu, device, create.resource().into());
}

/// It is the adapter that counts.
pub fn handles_of_another_device() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let create = Create::named(two, 1).in_resource().made(&gpu);
    let (resource, allocation) = (create.resource(), create.allocation(0));
    let questions = EVERY.map(|instruction| match instruction {
        wire::LOOK_UP_RESOURCE => (instruction, resource.into()),
        _ => (instruction, allocation.into()),
    });
    let expected = [
        found(1_u64),
        found(allocation),
        found(0_u64),
        found(resource),
    ];
    assert_eq!(find(&gpu, one, &questions), expected);
}

/// They are made by the very call.
pub fn new_handles_while_creating() {
    let (gpu, device) = adapter();
    let next = gpu.next_handle();
    let resource = next + HANDLE_STEP;
    let allocation = resource + HANDLE_STEP;
    let questions = [
        (wire::LOOK_UP_ALLOCATION, allocation.into()),
        (wire::LOOK_UP_BINDING, allocation.into()),
        (wire::LOOK_UP_PARENT, allocation.into()),
        (wire::LOOK_UP_CHILD, resource.into()),
        // What the miniport has just made is not known before the call has returned.
        (wire::LOOK_UP_RESOURCE, resource.into()),
    ];
    let create = Create::one(device, &questions).in_resource().made(&gpu);
    assert_eq!(create.resource(), resource);
    assert_eq!(create.allocation(0), allocation);
    let answers: Vec<_> = create.blobs[0][1..].chunks(2).map(|pair| pair[1]).collect();
    assert_eq!(answers, [0, 0, found(resource), found(allocation), 0]);
}

/// The instruction during open_allocation.
const fn at_open(instruction: u64) -> u64 {
    instruction + wire::AT_OPEN
}

pub fn new_handles_while_opening() {
    let (gpu, device) = adapter();
    let child = |index: u64| {
        (
            at_open(wire::LOOK_UP_CHILD),
            wire::OWN_PARENT | (index << 32),
        )
    };
    let questions = |tag| {
        blob(&[
            (wire::TAG, tag),
            (at_open(wire::LOOK_UP_ALLOCATION), wire::OWN),
            (at_open(wire::LOOK_UP_BINDING), wire::OWN),
            (at_open(wire::LOOK_UP_PARENT), wire::OWN),
            (at_open(wire::LOOK_UP_RESOURCE), wire::OWN_PARENT),
            child(0),
            child(1),
            child(2),
            (at_open(wire::REQUIRE_ALLOCATION), wire::OWN),
        ])
    };
    let create = Create::scripted(device, &[questions(1), questions(2)]).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let (resource, list) = (create.resource(), create.allocations());
    for (tag, blob) in (1_u64..).zip(&create.blobs) {
        let answers: Vec<_> = blob[3..].chunks(2).map(|pair| pair[1]).collect();
        assert_eq!(
            answers,
            [
                found(tag),
                0,
                found(resource),
                found(5_u64),
                found(list[0]),
                found(list[1]),
                0,
                found(tag),
            ]
        );
    }
    // A stand-alone one has no parent.
    let create = Create::one(device, &[(at_open(wire::LOOK_UP_PARENT), wire::OWN)]).made(&gpu);
    assert_eq!(operand(&create.blobs[0], at_open(wire::LOOK_UP_PARENT)), 0);
}

pub fn new_handles_of_an_append() {
    let (gpu, device) = adapter();
    let first = Create::named(device, 2).in_resource();
    let first = first.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let child = |index: u64| {
        (
            at_open(wire::LOOK_UP_CHILD),
            wire::OWN_PARENT | (index << 32),
        )
    };
    let append = Create::one(
        device,
        &[
            (at_open(wire::LOOK_UP_PARENT), wire::OWN),
            (at_open(wire::LOOK_UP_RESOURCE), wire::OWN_PARENT),
            child(0),
            child(1),
            child(2),
            child(3),
        ],
    );
    let append = append.append(first.resource()).made(&gpu);
    let answers: Vec<_> = append.blobs[0][1..].chunks(2).map(|pair| pair[1]).collect();
    assert_eq!(
        answers,
        [
            found(first.resource()),
            found(5_u64),
            found(first.allocation(0)),
            found(first.allocation(1)),
            found(append.allocation(0)),
            0,
        ]
    );
}

/// An opener's data cannot be written to: the log says what was found.
pub fn new_handles_of_an_opener() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let again = |instruction| instruction + wire::AT_OPEN_AGAIN;
    let questions = [
        (wire::TAG, 1),
        (again(wire::LOOK_UP_ALLOCATION), wire::OWN),
        (again(wire::LOOK_UP_BINDING), wire::OWN),
        (again(wire::LOOK_UP_PARENT), wire::OWN),
        (again(wire::LOOK_UP_RESOURCE), wire::OWN_PARENT),
        (again(wire::LOOK_UP_CHILD), wire::OWN_PARENT),
        (again(wire::LOOK_UP_CHILD), wire::OWN_PARENT | (1 << 32)),
    ];
    let create = Create::one(one, &questions).in_shared_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let nt = share(&gpu, create.resource());
    log();
    let open = create.opening(two, &nt).made(&gpu);
    let (resource, own) = (open.resource(), open.allocation(0));
    let callback = |instruction, handle: u32, found: &str| {
        said!("callback {} {handle:#x}: {found}", again(instruction))
    };
    logged(&[
        reopened(0, 24, &[own]),
        callback(wire::LOOK_UP_ALLOCATION, own, "Some(1)"),
        callback(wire::LOOK_UP_BINDING, own, "None"),
        callback(wire::LOOK_UP_PARENT, own, &said!("Some({resource:x})")),
        callback(wire::LOOK_UP_RESOURCE, resource, "Some(5)"),
        callback(wire::LOOK_UP_CHILD, resource, &said!("Some({own:x})")),
        callback(wire::LOOK_UP_CHILD, resource, "None"),
    ]);
}

pub fn what_is_required_and_not_there() {
    let (gpu, device) = adapter();
    let alone = Create::named(device, 1).made(&gpu).allocation(0);
    for handle in [0, 0x40, device, gpu.adapter] {
        let require = (wire::REQUIRE_ALLOCATION, handle.into());
        let blobs = [named(1), blob(&[require])];
        Create::scripted(device, &blobs).refused(&gpu, INVALID_HANDLE);
        let require = (at_open(wire::REQUIRE_ALLOCATION), handle.into());
        let blobs = [named(1), blob(&[require]), named(3)];
        let create = Create::scripted(device, &blobs).in_resource();
        create.refused(&gpu, INVALID_HANDLE);
    }
    let require = (wire::REQUIRE_ALLOCATION, alone.into());
    Create::one(device, &[require]).made(&gpu);
}
