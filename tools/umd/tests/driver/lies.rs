// SPDX-License-Identifier: MIT OR Apache-2.0
//! Callbacks that spoil what goes down, or what comes back: a driver of another version than the
//! kernel's, and a kernel's driver that lies.

use crate::*;
use d3dddi::{types::*, Allocate, DeviceCallbacks, Result, What, D3DKMT_HANDLE};
use std::{cell::Cell, ptr::NonNull};
use umd::{Format, Kind, Screen, Template};

type Spoil = fn(&mut Allocate<'_>);

/// Callbacks of a device, with something done before and after each allocation.
struct Spoiled {
    device: Device<FakeKernel>,
    before: Cell<Spoil>,
    after: Cell<Spoil>,
}

// SAFETY: The addresses are those of the device. What is spoiled of an answer is never larger than
// the allocation, or such that the driver must see it.
unsafe impl DeviceCallbacks for Spoiled {
    fn allocate(&self, request: &mut Allocate<'_>) -> Result {
        self.before.get()(request);
        self.device.allocate(request)?;
        self.after.get()(request);
        Ok(())
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

fn screen() -> (Screen<Spoiled>, FakeKernel) {
    let kernel = FakeKernel::default();
    let callbacks = Spoiled {
        device: Device::new(kernel.clone()),
        before: Cell::new(|_| {}),
        after: Cell::new(|_| {}),
    };
    (Screen::new(callbacks).unwrap(), kernel)
}

fn texture() -> Template {
    Template::image(Kind::Texture, (65, 9), Format::Xr24)
}

#[test]
fn what_the_kernel_refuses_comes_back() {
    let (screen, kernel) = screen();
    let mismatch = HResult::ERROR_GRAPHICS_DRIVER_MISMATCH;
    let spoils: [(&str, HResult, Spoil); 7] = [
        ("version", mismatch, |r| r.elements[0].private_data[4] = 2),
        ("version 0", mismatch, |r| r.elements[0].private_data[4] = 0),
        ("magic", INVALID, |r| r.elements[0].private_data[0] ^= 1),
        ("nothing", INVALID, |r| r.elements[0].private_data.clear()),
        ("short", INVALID, |r| {
            r.elements[0].private_data.truncate(47)
        }),
        ("long", INVALID, |r| r.elements[0].private_data.push(0)),
        ("pitch", INVALID, |r| r.elements[0].private_data[28] = 1),
    ];
    for (name, result, spoil) in spoils {
        screen.callbacks().before.set(spoil);
        let made = screen.create_resource(None, texture());
        assert_eq!(made.map(|_| ()), Err(result), "{name}");
        assert_eq!(kernel.living(), (2, 0), "{name}");
    }
}

#[test]
fn answers_that_make_no_sense_are_not_believed() {
    let (screen, kernel) = screen();
    let spoils: [(&str, Spoil); 5] = [
        ("pitch 0", |r| r.elements[0].private_data[28..32].fill(0)),
        ("pitch too small", |r| r.elements[0].private_data[29] = 1),
        ("not all bytes", |r| r.elements[0].private_data[33] = 0x10),
        ("another width", |r| r.elements[0].private_data[16] = 64),
        ("nothing", |r| r.elements[0].private_data.clear()),
    ];
    for (name, spoil) in spoils {
        screen.callbacks().after.set(spoil);
        let made = screen.create_resource(None, texture());
        let mismatch = Err(HResult::ERROR_GRAPHICS_DRIVER_MISMATCH);
        assert_eq!(made.map(|_| ()), mismatch, "{name}");
        assert_eq!(kernel.living(), (2, 0), "what is of no use goes back");
        // The same in a resource, which goes as well.
        let runtime = screen.callbacks().device.create_resource();
        let made = screen.create_resource(Some(runtime), texture());
        assert_eq!(made.map(|_| ()), mismatch, "{name}");
        assert_eq!(kernel.living(), (2, 0), "{name}");
    }
}

#[test]
fn a_lie_about_the_scratch_pads_ends_the_device() {
    let kernel = FakeKernel::default();
    let callbacks = Spoiled {
        device: Device::new(kernel.clone()),
        before: Cell::new(|_| {}),
        after: Cell::new(|r| r.elements[1].private_data[34] = 0),
    };
    let made = Screen::new(callbacks).map(|_| ());
    assert_eq!(made, Err(HResult::ERROR_GRAPHICS_DRIVER_MISMATCH));
    assert_eq!(kernel.living(), (0, 0));
}

#[test]
fn primaries_say_so_and_others_do_not() {
    let (screen, _) = screen();
    for (kind, primary) in [
        (Kind::Buffer { bytes: 1 }, None),
        (Kind::Texture, None),
        (Kind::Primary { source: 3 }, Some(3)),
        (
            Kind::FlipChain {
                source: 5,
                buffers: 2,
            },
            Some(5),
        ),
    ] {
        let check: Spoil = match primary {
            None => |r| {
                for element in r.elements.iter() {
                    assert_eq!(
                        (element.flags, element.source),
                        (0, D3DDDI_ID_NOTAPPLICABLE)
                    );
                    assert_eq!(element.private_data[12], 1, "CPU-visible");
                }
            },
            Some(3) => |r| {
                assert_eq!((r.elements.len(), r.elements[0].source), (1, 3));
                assert_eq!(r.elements[0].flags, D3DDDI_ALLOCATIONINFO2_PRIMARY);
            },
            Some(_) => |r| {
                assert_eq!(r.elements.len(), 2);
                for element in r.elements.iter() {
                    assert_eq!(element.flags, D3DDDI_ALLOCATIONINFO2_PRIMARY);
                    assert_eq!(element.source, 5);
                    assert_eq!(element.private_data[12], 3, "and displayable");
                }
            },
        };
        screen.callbacks().before.set(check);
        let template = Template::image(kind, (8, 8), Format::Xr24);
        let resource = screen.create_resource(None, template).unwrap();
        screen.destroy_resource(resource).unwrap();
    }
}
