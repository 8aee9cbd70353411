// SPDX-License-Identifier: MIT OR Apache-2.0
//! The order of calls, row by row of the contract's table.

use super::*;
use dxg_guest_tests::{
    calls::*,
    child::{command, say, wait_for_parent, Child},
    memory::{bytes_at, unmap, PAGE},
    script::{log, named, start, stop, wire, Create},
    share::{inherited, share, Share, READ},
    state::soon,
};
use std::os::fd::{AsRawFd, BorrowedFd};

/// The log, when it has so many lines.
fn log_of(lines: usize) -> Vec<String> {
    let mut seen = Vec::new();
    let _ = soon(|| {
        seen.extend(log());
        if seen.len() >= lines {
            Ok(())
        } else {
            Err(())
        }
    });
    seen
}

pub fn create_opens_once_for_all() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 3).made(&gpu);
    let list = create.allocations();
    logged(&[created("a1 a2 a3"), opened(0, &list, 1)]);
    // The next call is a new one.
    let other = Create::scripted(device, &[named(9)]).made(&gpu);
    logged(&[created("a9"), opened(0, &other.allocations(), 9)]);
}

pub fn create_a_resource() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 2)
        .in_resource()
        .with_data(&[(wire::TAG, 5)])
        .made(&gpu);
    logged(&[
        said!("create_allocation resource=new data=24 a1 a2"),
        opened(24, &create.allocations(), 1),
    ]);
    let bare = Create::named(device, 1).in_resource().made(&gpu);
    logged(&[
        said!("create_allocation resource=new data=0 a1"),
        opened(0, &bare.allocations(), 1),
    ]);
}

pub fn case_091_append() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    log();
    let resource = create.resource();
    let append = Create::scripted(device, &[named(2), named(3)]).append(resource);
    let append = append.made(&gpu);
    assert_eq!(append.resource(), resource);
    // Only the new ones are opened.
    logged(&[
        said!("create_allocation resource=r5 data=0 a2 a3"),
        opened(24, &append.allocations(), 2),
    ]);
}

pub fn open_on_a_second_device() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let create = Create::named(one, 2).in_shared_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let nt = share(&gpu, create.resource());
    log();
    let open = create.opening(two, &nt).made(&gpu);
    logged(&[reopened(0, 24, &open.allocations())]);
    assert_eq!(destroy_resource(&gpu.dxg, two, open.resource()), SUCCESS);
    let list = open.allocations();
    logged(&[closed(list[0]), closed(list[1])]);
}

pub fn open_once_more_on_the_same_device() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 2).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    log();
    let open = create.opening(device, &nt).made(&gpu);
    logged(&[reopened(0, 0, &open.allocations())]);
}

pub fn open_for_reading_only() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let create = Create::named(one, 2).in_shared_resource().made(&gpu);
    let nt = Share::new(create.resource()).access(READ).made(&gpu);
    log();
    let open = create.opening(two, &nt).made(&gpu);
    logged(&[reopened(1, 0, &open.allocations())]);
}

/// In a child: opens the parent's resource by an NT handle, and waits.
pub fn opener(arguments: &[String]) {
    let numbers: Vec<u32> = arguments
        .iter()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let gpu = Gpu::open(Luid(numbers[0], numbers[1]));
    let device = gpu.device();
    let fd = i32::try_from(numbers[2]).expect("a descriptor");
    // SAFETY: The parent lets it be inherited.
    let nt = unsafe { BorrowedFd::borrow_raw(fd) };
    let open = Create::named(device, 2).opening(device, &nt).made(&gpu);
    let list = open.allocations();
    say(&format!("{} {}", list[0], list[1]));
    wait_for_parent();
}

pub fn open_by_a_second_process() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 2).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    inherited(&nt);
    log();
    let fd = nt.as_raw_fd().to_string();
    let (a, b) = (gpu.luid.0.to_string(), gpu.luid.1.to_string());
    let mut child = Child::start(command("opener", &[&a, &b, &fd]));
    let line = child.line();
    let handles: Vec<u32> = line
        .split(' ')
        .map(|n| n.parse().expect("a handle"))
        .collect();
    logged(&[reopened(0, 0, &handles)]);
    child.succeed();
    assert_eq!(log_of(2), [closed(handles[0]), closed(handles[1])]);
}

pub fn first_use_fills_once() {
    let (gpu, device) = adapter();
    let create = Create::one(device, &[(wire::TAG, 1), (wire::SIZE, 3 * 4096)]).made(&gpu);
    log();
    let allocation = create.allocation(0);
    for round in 0..3_u8 {
        let address = gpu.lock(device, allocation);
        // SAFETY: The lock has three pages.
        let bytes = unsafe { bytes_at(address, 3 * PAGE) };
        assert!(bytes.iter().all(|&byte| byte == round));
        bytes.fill(round + 1);
        gpu.unlock(device, allocation);
    }
    logged(&[said!("build_paging_buffer fill a1 12288 bytes with 0x0")]);
}

pub fn primaries_are_described() {
    let (gpu, device) = adapter();
    let instructions = [(wire::TAG, 1), (wire::SUPPORTED, 2)];
    let create = Create::one(device, &instructions).primary().made(&gpu);
    logged(&[
        created("a1"),
        said!("describe_allocation a1"),
        opened(0, &create.allocations(), 1),
    ]);
}

pub fn destroy_allocations_one_by_one() {
    let (gpu, device) = adapter();
    let list = Create::named(device, 3).made(&gpu).allocations();
    log();
    assert_eq!(destroy_allocations(&gpu.dxg, device, &[list[1]]), SUCCESS);
    logged(&[closed(list[1]), destroyed(2)]);
    let rest = [list[2], list[0]];
    assert_eq!(destroy_allocations(&gpu.dxg, device, &rest), SUCCESS);
    logged(&[closed(list[2]), destroyed(3), closed(list[0]), destroyed(1)]);
}

pub fn destroy_a_resource_with_its_allocations() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 2).in_resource();
    let create = create.with_data(&[(wire::TAG, 5)]).made(&gpu);
    let list = create.allocations();
    log();
    // Its allocations may go before it: it stays.
    assert_eq!(destroy_allocations(&gpu.dxg, device, &list[..1]), SUCCESS);
    logged(&[closed(list[0]), destroyed(1)]);
    let destroy = destroy_resource(&gpu.dxg, device, create.resource());
    assert_eq!(destroy, SUCCESS);
    logged(&[closed(list[1]), destroyed(2), said!("destroy_resource r5")]);
}

pub fn device_close() {
    let (gpu, device) = adapter();
    let other = gpu.device();
    let kept = Create::scripted(other, &[named(8)]).made(&gpu);
    let alone = Create::named(device, 2).made(&gpu).allocations();
    let create = Create::scripted(device, &[named(3), named(4)]).in_resource();
    let list = create.with_data(&[(wire::TAG, 5)]).made(&gpu).allocations();
    log();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    logged(&[
        closed(alone[0]),
        destroyed(1),
        closed(alone[1]),
        destroyed(2),
        closed(list[0]),
        destroyed(3),
        closed(list[1]),
        destroyed(4),
        said!("destroy_resource r5"),
    ]);
    assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
    logged(&[closed(kept.allocation(0)), destroyed(8)]);
}

/// In a child: makes something, and waits.
pub fn creator(arguments: &[String]) {
    let numbers: Vec<u32> = arguments
        .iter()
        .map(|n| n.parse().expect("a number"))
        .collect();
    let gpu = Gpu::open(Luid(numbers[0], numbers[1]));
    let device = gpu.device();
    let list = Create::named(device, 2)
        .in_resource()
        .made(&gpu)
        .allocations();
    say(&format!("{} {}", list[0], list[1]));
    wait_for_parent();
}

pub fn case_252_process_exit() {
    let (gpu, _) = adapter();
    let (a, b) = (gpu.luid.0.to_string(), gpu.luid.1.to_string());
    let mut child = Child::start(command("creator", &[&a, &b]));
    let line = child.line();
    let handles: Vec<u32> = line
        .split(' ')
        .map(|n| n.parse().expect("a handle"))
        .collect();
    log();
    child.kill();
    let expected = [
        closed(handles[0]),
        destroyed(1),
        closed(handles[1]),
        destroyed(2),
        said!("destroy_resource r0"),
    ];
    assert_eq!(log_of(expected.len()), expected);
}

pub fn last_reference_is_another_device() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let create = Create::named(one, 2).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    let open = create.opening(two, &nt).made(&gpu);
    drop(nt);
    log();
    let (first, second) = (create.allocations(), open.allocations());
    assert_eq!(destroy_device(&gpu.dxg, one), SUCCESS);
    logged(&[closed(first[0]), closed(first[1])]);
    assert_eq!(destroy_device(&gpu.dxg, two), SUCCESS);
    logged(&[
        closed(second[0]),
        closed(second[1]),
        destroyed(1),
        destroyed(2),
        said!("destroy_resource r0"),
    ]);
}

pub fn last_reference_is_an_nt_handle() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    log();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    logged(&[closed(create.allocation(0))]);
    drop(nt);
    assert_eq!(log_of(2), [destroyed(1), said!("destroy_resource r0")]);
}

pub fn last_reference_is_a_mapping() {
    let (gpu, device) = adapter();
    let create = Create::named(device, 1).made(&gpu);
    let address = gpu.lock(device, create.allocation(0));
    log();
    assert_eq!(destroy_device(&gpu.dxg, device), SUCCESS);
    logged(&[closed(create.allocation(0))]);
    unmap(address, PAGE);
    assert_eq!(log_of(1), [destroyed(1)]);
}

/// Starts the adapter again if a test has stopped it.
pub struct Stopped;

impl Drop for Stopped {
    fn drop(&mut self) {
        start();
    }
}

/// The normal sequence for what is there, and nothing new.
pub fn case_066_adapter_stop() {
    let (gpu, one) = adapter();
    let two = gpu.device();
    let alone = Create::scripted(one, &[named(7), named(8)]).made(&gpu);
    let create = Create::named(one, 2).in_shared_resource().made(&gpu);
    let nt = share(&gpu, create.resource());
    let open = create.opening(two, &nt).made(&gpu);
    let address = gpu.lock(one, alone.allocation(0));
    log();
    stop();
    let _stopped = Stopped;
    logged(&[said!("stop")]);
    // SAFETY: The lock has a page.
    assert!(unsafe { bytes_at(address, PAGE) }
        .iter()
        .all(|&byte| byte == 0));
    assert_eq!(Create::named(one, 1).call(&gpu), DEVICE_REMOVED);
    let mut append = Create::named(one, 1).in_resource();
    assert_eq!(append.call(&gpu), DEVICE_REMOVED);
    assert_eq!(create.opening(one, &nt).call(&gpu), DEVICE_REMOVED);
    assert_eq!(lock(&gpu.dxg, one, alone.allocation(1)).0, DEVICE_REMOVED);
    logged(&[]);

    let (first, second) = (create.allocations(), open.allocations());
    gpu.unlock(one, alone.allocation(0));
    let list = alone.allocations();
    assert_eq!(destroy_allocations(&gpu.dxg, one, &list), SUCCESS);
    logged(&[closed(list[0]), destroyed(7), closed(list[1]), destroyed(8)]);
    drop(nt);
    assert_eq!(destroy_device(&gpu.dxg, two), SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, one), SUCCESS);
    logged(&[
        closed(second[0]),
        closed(second[1]),
        closed(first[0]),
        closed(first[1]),
        destroyed(1),
        destroyed(2),
        said!("destroy_resource r0"),
    ]);
}
