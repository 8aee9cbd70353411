// SPDX-License-Identifier: MIT OR Apache-2.0
//! Resources in memory of the runtime's.

use crate::*;
use d3dddi::functions::usage;
use std::slice;
use wddm_runtime::fake::PageBuf as Pages;

fn piece(pages: &Pages, offset: usize, pitch: u32, bytes: u64) -> MemoryArgs {
    MemoryArgs {
        address: pages.as_ptr().cast_mut().wrapping_add(offset),
        pitch,
        bytes,
    }
}

#[test]
fn what_the_device_reaches_becomes_an_allocation() {
    let (mut driver, kernel) = driver();
    let pages = Pages::new(8192).unwrap();
    let args = CreateResourceArgs::texture(65, 9, XR24);
    kernel.log();
    // SAFETY: The memory outlives the resource, and is only looked at between calls.
    let made = unsafe { driver.create_resource_in(args, &[piece(&pages, 0, 512, 8192)]) };
    let texture = made.unwrap();
    assert_eq!(kernel.log(), ["create NewResource 16 1"]);
    driver
        .clear(texture, 0, rect(64, 8, 1, 1), 0x0011_2233)
        .unwrap();
    assert_eq!(driver.read(texture, 0).unwrap().len(), 8192);
    driver.destroy_resource(texture).unwrap();
    // SAFETY: As above.
    let bytes = unsafe { slice::from_raw_parts(pages.as_ptr(), 8192) };
    assert_eq!(pixel(bytes, 512, 64, 8), 0xFF11_2233);
    assert_eq!(bytes.iter().filter(|&&byte| byte != 0).count(), 4);
}

#[test]
fn what_only_the_cpu_reaches_needs_no_allocation() {
    let (mut driver, kernel) = driver();
    let pages = Pages::new(4096).unwrap();
    let args = CreateResourceArgs {
        usage: usage::STAGING,
        ..CreateResourceArgs::texture(3, 4, XR24)
    };
    kernel.log();
    // Neither at a page, nor with the device's pitch.
    // SAFETY: As above.
    let made = unsafe { driver.create_resource_in(args, &[piece(&pages, 20, 12, 48)]) };
    let staging = made.unwrap();
    driver
        .clear(staging, 0, rect(0, 0, 3, 4), 0x0011_2233)
        .unwrap();
    assert_eq!(
        driver.read(staging, 0).unwrap(),
        [0x33, 0x22, 0x11, 0xFF].repeat(12)
    );
    let texture = CreateResourceArgs::texture(8, 8, XR24);
    let texture = driver.create_resource(texture).unwrap();
    driver
        .copy((staging, 0), rect(0, 0, 3, 4), (texture, 0), (5, 4))
        .unwrap();
    let bytes = driver.read(texture, 0).unwrap();
    assert_eq!(pixel(&bytes, 256, 7, 7), 0xFF11_2233);
    assert_eq!(driver.device().km_resource(staging.runtime()), None);
    driver.destroy_resource(staging).unwrap();
    let mut calls = kernel.log();
    calls.retain(|call| call != "unlock");
    assert_eq!(calls, ["create NewResource 16 1"], "that of the texture");
    // SAFETY: As above.
    let around = unsafe { slice::from_raw_parts(pages.as_ptr(), 4096) };
    assert!(around[..20]
        .iter()
        .chain(&around[68..])
        .all(|&byte| byte == 0));
}

#[test]
fn staging_without_memory_is_allocated() {
    let (driver, kernel) = driver();
    let args = CreateResourceArgs {
        usage: usage::STAGING,
        ..CreateResourceArgs::buffer(100)
    };
    driver.create_resource(args).unwrap();
    assert_eq!(kernel.living(), (3, 1));
}

#[test]
fn buffers_take_whole_pages() {
    let (mut driver, _) = driver();
    let pages = Pages::new(8192).unwrap();
    let args = CreateResourceArgs::buffer(5000);
    // SAFETY: As above.
    let small = unsafe { driver.create_resource_in(args, &[piece(&pages, 0, 0, 8191)]) };
    assert_eq!(small, Err(INVALID), "the allocation is of two pages");
    // SAFETY: As above.
    let made = unsafe { driver.create_resource_in(args, &[piece(&pages, 0, 0, 8192)]) };
    let buffer = made.unwrap();
    driver
        .with_bytes(buffer, 0, |bytes, pitch| {
            assert_eq!((bytes.len(), pitch), (8192, 0));
            bytes[4999] = 7;
        })
        .unwrap();
    drop(driver);
    // SAFETY: As above.
    assert_eq!(unsafe { *pages.as_ptr().add(4999) }, 7);
}

#[test]
fn memory_that_will_not_do() {
    let (driver, kernel) = driver();
    let pages = Pages::new(16384).unwrap();
    let texture = CreateResourceArgs::texture(65, 9, XR24);
    let staging = CreateResourceArgs {
        usage: usage::STAGING,
        ..texture
    };
    let null = MemoryArgs {
        pitch: 512,
        bytes: 8192,
        ..Default::default()
    };
    let good = piece(&pages, 0, 512, 8192);
    kernel.log();
    for (name, args, memory) in [
        ("NULL", texture, vec![null]),
        ("two pieces", texture, vec![good, good]),
        ("not at a page", texture, vec![piece(&pages, 4, 512, 8192)]),
        ("another pitch", texture, vec![piece(&pages, 0, 768, 16384)]),
        ("no pitch", texture, vec![piece(&pages, 0, 0, 8192)]),
        ("too small", texture, vec![piece(&pages, 0, 512, 8191)]),
        ("staging, NULL", staging, vec![null]),
        ("staging, pitch", staging, vec![piece(&pages, 0, 259, 8192)]),
        (
            "staging, too small",
            staging,
            vec![piece(&pages, 0, 260, 9 * 260 - 1)],
        ),
        (
            "primary",
            CreateResourceArgs::primary(65, 9, XR24, 0),
            vec![good],
        ),
        (
            "chain",
            CreateResourceArgs::flip_chain(65, 9, XR24, 0, 2),
            vec![good, good],
        ),
    ] {
        // SAFETY: What is not NULL is as it says.
        let made = unsafe { driver.create_resource_in(args, &memory) };
        assert_eq!(made, Err(INVALID), "{name}");
    }
    assert_eq!(kernel.log(), [""; 0]);
}
