// SPDX-License-Identifier: MIT OR Apache-2.0
//! A driver whose private data the kernel-mode driver does not understand: what goes down is spoiled
//! on its way.

use crate::INVALID;
use d3dddi::{types::D3DKMT_HANDLE, Allocate, DeviceCallbacks, HResult, Result, What};
use dxg_guest_tests::{calls::*, runtime::Runtime};
use std::{cell::Cell, ptr::NonNull};
use umd::{Format, Kind, Screen, Template};
use wddm_runtime::{Device, KernelDevice};

type Spoil = fn(&mut Allocate<'_>);

const MISMATCH: HResult = HResult::ERROR_GRAPHICS_DRIVER_MISMATCH;

struct Spoiled<'a> {
    device: &'a Device<KernelDevice>,
    spoil: Cell<Spoil>,
}

// SAFETY: All that matters here is the device's.
unsafe impl DeviceCallbacks for Spoiled<'_> {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        self.spoil.get()(request);
        self.device.allocate(request)
    }
    fn deallocate2(&self, what: What<'_>, flags: u32) -> Result {
        self.device.deallocate2(what, flags)
    }
    fn lock2(&self, allocation: D3DKMT_HANDLE) -> Result<NonNull<u8>> {
        self.device.lock2(allocation)
    }
    fn unlock2(&self, allocation: D3DKMT_HANDLE) -> Result {
        self.device.unlock2(allocation)
    }
    fn lock(&self, allocation: D3DKMT_HANDLE, flags: u32) -> Result<NonNull<u8>> {
        self.device.lock(allocation, flags)
    }
    fn unlock(&self, allocations: &[D3DKMT_HANDLE]) -> Result {
        self.device.unlock(allocations)
    }
}

/// Each kind of resource, and the device itself, with its scratch pads, are refused, and nothing is
/// left.
fn refused(spoils: &[(&str, Spoil)], result: HResult) {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let callbacks = |spoil| Spoiled {
            device: runtime.device(),
            spoil: Cell::new(spoil),
        };
        let screen = Screen::new(callbacks(|_| {})).expect("a screen");
        for &(name, spoil) in spoils {
            let before = counters();
            let new = Screen::new(callbacks(spoil)).map(|_| ());
            assert_eq!(new, Err(result), "a device: {name}");
            screen.callbacks().spoil.set(spoil);
            let image = |kind| Template::image(kind, (65, 9), Format::Xr24);
            for template in [
                Template::buffer(5000),
                image(Kind::Texture),
                image(Kind::Primary { source: 0 }),
                image(Kind::FlipChain {
                    source: 0,
                    buffers: 2,
                }),
            ] {
                let kind = format!("{template:?}: {name}");
                let resource = runtime.device().create_resource();
                let made = screen.create_resource(Some(resource), template);
                assert_eq!(made.map(|_| ()), Err(result), "{kind}");
                assert_eq!(runtime.device().km_resource(resource), None, "{kind}");
                assert_eq!(runtime.device().destroy_resource(resource), Ok(()));
            }
            before.assert_restored();
        }
    });
}

/// The private data of the last element: the ones before it are good.
fn last<'a>(request: &'a mut Allocate<'_>) -> &'a mut Vec<u8> {
    &mut request
        .elements
        .last_mut()
        .expect("an element")
        .private_data
}

pub fn case_064_a_driver_of_another_version() {
    let spoils: [(&str, Spoil); 5] = [
        ("version 0", |r| last(r)[4] = 0),
        ("version 2", |r| last(r)[4] = 2),
        ("all ones", |r| last(r)[4..8].fill(0xFF)),
        ("a short one of version 2", |r| {
            last(r)[4] = 2;
            last(r).truncate(8);
        }),
        ("a long one of version 2", |r| {
            last(r)[4] = 2;
            last(r).resize(64, 0);
        }),
    ];
    refused(&spoils, MISMATCH);
}

pub fn case_062_a_driver_that_talks_nonsense() {
    let spoils: [(&str, Spoil); 12] = [
        ("nothing", |r| last(r).clear()),
        ("a magic number alone", |r| last(r).truncate(4)),
        ("a byte too few", |r| last(r).truncate(47)),
        ("a byte too many", |r| last(r).push(0)),
        ("a page", |r| last(r).resize(4096, 0)),
        ("a megabyte", |r| last(r).resize(1 << 20, 0)),
        ("another magic number", |r| last(r)[0] ^= 1),
        ("no kind", |r| last(r)[8] = 0),
        ("the other kind", |r| last(r)[8] ^= 3),
        ("an unknown usage", |r| last(r)[12] |= 0x10),
        ("a pitch", |r| last(r)[29] = 1),
        ("reserved bits", |r| last(r)[47] = 0x80),
    ];
    refused(&spoils, INVALID);
}
