// SPDX-License-Identifier: MIT OR Apache-2.0
//! The driver of a DRM device is unloaded under the users of the adapter: nothing of ours keeps its
//! code, and nothing of ours uses it afterwards. Like `unplug`, it changes the machine, and puts it
//! back.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    driver::Driver,
    harness,
    memory::{bytes_at, unmap, Map, PAGE},
    removal::{cycles, race, while_calls_wait, while_fences_are_waited_for, End, Removable},
    state::Counters,
    tests,
};
use std::process::ExitCode;

fn main() -> ExitCode {
    harness::run(
        tests![
            the_driver_is_unloaded_under_its_users,
            the_driver_comes_back_as_a_new_adapter,
            a_mapping_is_all_that_is_left,
            a_hundred_removals_destroyed_before_the_return,
            a_hundred_removals_destroyed_after_the_return,
            a_hundred_removals_closed,
            a_hundred_removals_kept_until_the_next_one,
            eight_threads_call_while_the_driver_is_unloaded,
            the_driver_is_unloaded_while_calls_wait,
            the_driver_is_unloaded_while_fences_are_waited_for,
        ],
        &[],
    )
}

fn the_driver_is_unloaded_under_its_users() {
    let mut driver = Driver::find();
    let gpu = Gpu::open(driver.luid());
    let on = gpu.device();
    let memory = Map::new(2);
    let alone = Create::buffers(on, 3).made(&gpu);
    let resource = Create::buffers(on, 2).in_resource().made(&gpu);
    let heap = Create::heap(on, memory.address(), 2 * PAGE as u64).made(&gpu);
    let before = Counters::now();
    let address = gpu.lock(on, alone.allocation(0));
    // SAFETY: The lock has a page.
    let bytes = unsafe { bytes_at(address, PAGE) };
    bytes.fill(0x5a);
    // One that was touched and is not mapped any more.
    gpu.lock(on, resource.allocation(1));
    gpu.unlock(on, resource.allocation(1));
    assert_eq!(Counters::now().since(&before, "gem_objects"), 2);
    driver.remove();
    // All objects are there, without the memory that was on the device.
    let after = Counters::now();
    assert_eq!(after.since(&before, "gem_objects"), 0);
    assert_eq!(after.since(&before, "allocations"), 0);
    assert_eq!(after.since(&before, "mappings"), 1);
    assert!(bytes.iter().all(|&byte| byte == 0), "the mapping");
    bytes.fill(0xa5);
    assert_eq!(Create::buffer(on, 4096).call(&gpu), DEVICE_REMOVED);
    for allocation in [alone.allocation(0), alone.allocation(1), heap.allocation(0)] {
        assert_eq!(lock(&gpu.dxg, on, allocation).0, DEVICE_REMOVED);
    }
    gpu.unlock(on, alone.allocation(0));
    let destroyed = destroy_allocations(&gpu.dxg, on, &alone.allocations());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_resource(&gpu.dxg, on, resource.resource()), SUCCESS);
    let destroyed = destroy_allocations(&gpu.dxg, on, &heap.allocations());
    assert_eq!(destroyed, SUCCESS);
    assert_eq!(destroy_device(&gpu.dxg, on), SUCCESS);
    driver.restore();
}

fn the_driver_comes_back_as_a_new_adapter() {
    let mut driver = Driver::find();
    let old = Gpu::open(driver.luid());
    let on = old.device();
    let allocation = Create::buffer(on, 4096).made(&old).allocation(0);
    let address = old.lock(on, allocation);
    driver.remove();
    let luid = driver.restore();
    assert_ne!(luid, old.luid);
    let gpu = Gpu::open(luid);
    let device = gpu.device();
    let new = Create::buffer(device, 4096).made(&gpu).allocation(0);
    let new_address = gpu.lock(device, new);
    // SAFETY: Both locks have a page.
    let (bytes, new_bytes) = unsafe { (bytes_at(address, PAGE), bytes_at(new_address, PAGE)) };
    new_bytes.fill(7);
    assert!(bytes.iter().all(|&byte| byte == 0), "the old mapping");
    // The old one is what it was: removed.
    assert_eq!(lock(&old.dxg, on, allocation).0, DEVICE_REMOVED);
    old.unlock(on, allocation);
    gpu.unlock(device, new);
}

fn a_mapping_is_all_that_is_left() {
    let mut driver = Driver::find();
    let gpu = Gpu::open(driver.luid());
    let on = gpu.device();
    let create = Create::buffer(on, 3 * PAGE as u64).made(&gpu);
    let address = gpu.lock(on, create.allocation(0));
    // SAFETY: The lock has three pages.
    let bytes = unsafe { bytes_at(address, 3 * PAGE) };
    bytes.fill(0x5a);
    drop(gpu);
    // Part of it was never looked at since the device went, and part of it is unmapped first.
    driver.remove();
    unmap(address, PAGE);
    assert!(bytes[PAGE..].iter().all(|&byte| byte == 0));
    driver.restore();
    unmap(address + PAGE as u64, 2 * PAGE);
}

fn a_hundred_removals_destroyed_before_the_return() {
    cycles(&mut Driver::find(), End::DestroyedBefore);
}

fn a_hundred_removals_destroyed_after_the_return() {
    cycles(&mut Driver::find(), End::DestroyedAfter);
}

fn a_hundred_removals_closed() {
    cycles(&mut Driver::find(), End::Closed);
}

fn a_hundred_removals_kept_until_the_next_one() {
    cycles(&mut Driver::find(), End::Kept);
}

fn eight_threads_call_while_the_driver_is_unloaded() {
    race(&mut Driver::find(), 5);
}

fn the_driver_is_unloaded_while_calls_wait() {
    while_calls_wait(&mut Driver::find());
}

fn the_driver_is_unloaded_while_fences_are_waited_for() {
    while_fences_are_waited_for(&mut Driver::find());
}
