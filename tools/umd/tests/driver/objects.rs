// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices and resources: what is allocated for them, and what goes with them.

use crate::*;
use d3dddi::functions::usage;
use std::ptr;
use wddm_runtime::fake::NtStatus;

const NO_MEMORY: NtStatus = NtStatus::NO_MEMORY;
const GRAPHICS_NO_VIDEO_MEMORY: NtStatus = NtStatus::GRAPHICS_NO_VIDEO_MEMORY;
const DEVICE_REMOVED: NtStatus = NtStatus::DEVICE_REMOVED;
const INVALID_PARAMETER: NtStatus = NtStatus::INVALID_PARAMETER;
const GRAPHICS_DRIVER_MISMATCH: NtStatus = NtStatus::GRAPHICS_DRIVER_MISMATCH;

#[test]
fn a_device_makes_its_scratch_pads_outside_of_any_resource() {
    let (driver, kernel) = driver();
    assert_eq!(kernel.log(), ["create Device 0 2"]);
    assert_eq!(kernel.living(), (2, 0));
    drop(driver);
    assert_eq!(kernel.living(), (0, 0));
}

#[test]
fn a_device_can_do_without_scratch_pads() {
    for lack in [NO_MEMORY, GRAPHICS_NO_VIDEO_MEMORY] {
        let kernel = FakeKernel::default();
        kernel.fail_next(lack);
        let mut driver = open(&kernel).unwrap();
        assert_eq!(kernel.living(), (0, 0));
        let texture = driver
            .create_resource(CreateResourceArgs::texture(8, 8, XR24))
            .unwrap();
        driver
            .clear(texture, 0, rect(0, 0, 2, 1), 0x00AA_BBCC)
            .unwrap();
        driver
            .copy((texture, 0), rect(0, 0, 7, 7), (texture, 0), (1, 1))
            .unwrap();
        let bytes = driver.read(texture, 0).unwrap();
        assert_eq!(pixel(&bytes, 256, 2, 1), 0xFFAA_BBCC);
    }
}

#[test]
fn other_failures_of_the_scratch_pads_are_the_devices() {
    for (status, result) in [
        (DEVICE_REMOVED, REMOVED),
        (INVALID_PARAMETER, INVALID),
        (
            GRAPHICS_DRIVER_MISMATCH,
            HResult::ERROR_GRAPHICS_DRIVER_MISMATCH,
        ),
    ] {
        let kernel = FakeKernel::default();
        kernel.fail_next(status);
        assert_eq!(open(&kernel).map(|_| ()), Err(result));
    }
}

#[test]
fn each_kind_is_one_call_for_the_runtimes_resource() {
    let (driver, kernel) = driver();
    for (args, allocations) in [
        (CreateResourceArgs::buffer(5000), 1),
        (CreateResourceArgs::texture(65, 9, AR24), 1),
        (CreateResourceArgs::primary(640, 480, XR24, 0), 1),
        (CreateResourceArgs::flip_chain(64, 48, XR24, 0, 3), 3),
        (CreateResourceArgs::flip_chain(1, 1, AR24, 0, 16), 16),
    ] {
        kernel.log();
        let resource = driver.create_resource(args).unwrap();
        let line = format!("create NewResource 16 {allocations}");
        assert_eq!(kernel.log(), [line]);
        assert_eq!(kernel.living(), (2 + allocations, 1));
        assert!(driver.device().km_resource(resource.runtime()).is_some());
        assert_eq!(driver.destroy_resource(resource), Ok(()));
        assert_eq!(kernel.living(), (2, 0));
        assert_eq!(driver.destroy_resource(resource), Err(INVALID));
    }
}

#[test]
fn what_cannot_be_is_refused_before_anything_is_made() {
    let (driver, kernel) = driver();
    kernel.log();
    let texture = CreateResourceArgs::texture;
    let chain = CreateResourceArgs::flip_chain;
    for (name, args) in [
        ("no kind", CreateResourceArgs::default()),
        (
            "kind",
            CreateResourceArgs {
                kind: 5,
                ..texture(1, 1, XR24)
            },
        ),
        ("empty buffer", CreateResourceArgs::buffer(0)),
        (
            "buffer with a width",
            CreateResourceArgs {
                width: 1,
                ..CreateResourceArgs::buffer(1)
            },
        ),
        (
            "buffer with a format",
            CreateResourceArgs {
                format: XR24,
                ..CreateResourceArgs::buffer(1)
            },
        ),
        (
            "buffers",
            CreateResourceArgs {
                buffers: 2,
                ..CreateResourceArgs::buffer(1)
            },
        ),
        ("no width", texture(0, 1, XR24)),
        ("no height", texture(1, 0, XR24)),
        ("too wide", texture(16385, 1, XR24)),
        ("too high", texture(1, 16385, XR24)),
        ("format", texture(1, 1, u32::from_le_bytes(*b"XB24"))),
        (
            "bytes",
            CreateResourceArgs {
                bytes: 4,
                ..texture(1, 1, XR24)
            },
        ),
        (
            "source",
            CreateResourceArgs {
                source: 1,
                ..texture(1, 1, XR24)
            },
        ),
        (
            "usage",
            CreateResourceArgs {
                usage: 2,
                ..texture(1, 1, XR24)
            },
        ),
        ("chain of none", chain(1, 1, XR24, 0, 0)),
        ("chain of one", chain(1, 1, XR24, 0, 1)),
        ("chain of too many", chain(1, 1, XR24, 0, 17)),
        (
            "staging primary",
            CreateResourceArgs {
                usage: usage::STAGING,
                ..CreateResourceArgs::primary(1, 1, XR24, 0)
            },
        ),
    ] {
        assert_eq!(driver.create_resource(args), Err(INVALID), "{name}");
    }
    assert_eq!(kernel.log(), [""; 0]);
}

#[test]
fn a_failed_creation_leaves_nothing() {
    let (driver, kernel) = driver();
    for (status, result) in [
        (NO_MEMORY, HResult::E_OUTOFMEMORY),
        (GRAPHICS_NO_VIDEO_MEMORY, HResult::D3DERR_OUTOFVIDEOMEMORY),
        (DEVICE_REMOVED, REMOVED),
    ] {
        kernel.fail_next(status);
        let made = driver.create_resource(CreateResourceArgs::flip_chain(8, 8, XR24, 0, 2));
        assert_eq!(made, Err(result));
        assert_eq!(kernel.living(), (2, 0));
    }
}

#[test]
fn buffers_of_a_chain_are_shown_in_turn() {
    let (driver, _) = driver();
    let chain = CreateResourceArgs::flip_chain(65, 9, AR24, 2, 3);
    let chain = driver.create_resource(chain).unwrap();
    let km = driver.device().km_resource(chain.runtime()).unwrap();
    let flips: Vec<_> = (0..6).map(|_| driver.present(chain).unwrap()).collect();
    for (i, flip) in flips.iter().enumerate() {
        assert_eq!(flip.buffer as usize, i % 3);
        assert_eq!(flip.allocation, flips[i % 3].allocation);
        assert_eq!(flip.km_resource, km);
        assert_eq!((flip.source, flip.format), (2, AR24));
        assert_eq!((flip.width, flip.height), (65, 9));
        assert_eq!((flip.pitch, flip.bytes), (512, 8192));
    }
    assert_ne!(flips[0].allocation, flips[1].allocation);
    let primary = CreateResourceArgs::primary(8, 8, XR24, 0);
    let primary = driver.create_resource(primary).unwrap();
    let shown = driver.present(primary).unwrap().allocation;
    assert_eq!(driver.present(primary).unwrap().allocation, shown);
    // What is not made to be shown.
    for args in [
        CreateResourceArgs::texture(8, 8, XR24),
        CreateResourceArgs::buffer(8),
    ] {
        let resource = driver.create_resource(args).unwrap();
        assert_eq!(driver.present(resource).map(|_| ()), Err(INVALID));
    }
}

#[test]
fn destroying_unmaps() {
    let kernel = FakeKernel::default();
    let screen = umd::Screen::new(Device::new(kernel.clone())).unwrap();
    let template = umd::Template::buffer(4096);
    let mut resource = screen.create_resource(None, template).unwrap();
    let map = screen.map(&mut resource, 0).unwrap();
    assert_eq!(screen.map(&mut resource, 0), Ok(map), "maps nest");
    assert_eq!(screen.unmap(&mut resource, 0), Ok(()));
    screen.map(&mut resource, 0).unwrap();
    assert_eq!(kernel.locks(), 2);
    kernel.log();
    let handle = resource.allocation(0).unwrap().unwrap();
    assert_eq!(screen.destroy_resource(resource), Ok(()));
    let line = format!("destroy Allocations([{handle:?}]) 0");
    assert_eq!(
        kernel.log(),
        ["unlock".to_owned(), "unlock".to_owned(), line]
    );
}

#[test]
fn what_is_not_mapped_cannot_be_unmapped() {
    let screen = umd::Screen::new(Device::new(FakeKernel::default())).unwrap();
    let template = umd::Template::buffer(4096);
    let mut resource = screen.create_resource(None, template).unwrap();
    assert_eq!(screen.unmap(&mut resource, 0), Err(INVALID));
    assert_eq!(screen.map(&mut resource, 1), Err(INVALID));
    assert_eq!(screen.unmap(&mut resource, 1), Err(INVALID));
}

#[test]
fn every_function_hands_back_that_the_device_is_gone() {
    let (mut driver, kernel) = driver();
    let chain = CreateResourceArgs::flip_chain(8, 8, XR24, 0, 2);
    let chain = driver.create_resource(chain).unwrap();
    kernel.remove();
    let texture = CreateResourceArgs::texture(8, 8, XR24);
    assert_eq!(driver.create_resource(texture), Err(REMOVED));
    assert_eq!(driver.read(chain, 0), Err(REMOVED));
    assert_eq!(driver.clear(chain, 0, rect(0, 0, 1, 1), 0), Err(REMOVED));
    let one = rect(0, 0, 1, 1);
    assert_eq!(
        driver.copy((chain, 0), one, (chain, 0), (1, 1)),
        Err(REMOVED)
    );
    assert_eq!(
        driver.copy((chain, 0), one, (chain, 1), (1, 1)),
        Err(REMOVED)
    );
    let corners = [
        corner(0, 0, 0),
        corner(16, 0, 0),
        corner(0, 16, 0),
        corner(0, 8, 0),
    ];
    assert_eq!(
        driver.draw(chain, 0, blend::REPLACE, &corners[..3]),
        Err(REMOVED)
    );
    assert_eq!(driver.draw(chain, 0, blend::OVER, &corners), Err(REMOVED));
    // What is there can be destroyed, and so can the device.
    assert_eq!(driver.destroy_resource(chain), Ok(()));
    drop(driver);
    assert_eq!(kernel.living(), (0, 0));
    assert_eq!(kernel.locks(), 0);
}

#[test]
fn a_driver_of_another_version_says_so() {
    let mut functions = AdapterFunctions::default();
    for version in [0, VERSION + 1, u32::MAX] {
        let mut args = OpenAdapterArgs {
            version,
            functions: &raw mut functions,
            ..Default::default()
        };
        // SAFETY: The argument is good.
        let result = unsafe { umd::open_adapter(&raw mut args) };
        assert_eq!(result, HResult::ERROR_GRAPHICS_DRIVER_MISMATCH);
        assert!(args.adapter.is_null() && functions.create_device.is_none());
    }
}

#[test]
fn null_is_an_invalid_argument() {
    // SAFETY: NULL is allowed everywhere.
    unsafe {
        assert_eq!(umd::open_adapter(ptr::null_mut()), INVALID);
        let mut args = OpenAdapterArgs {
            version: VERSION,
            ..Default::default()
        };
        assert_eq!(
            umd::open_adapter(&raw mut args),
            INVALID,
            "nowhere to put the functions"
        );
        let mut functions = AdapterFunctions::default();
        args.functions = &raw mut functions;
        assert_eq!(umd::open_adapter(&raw mut args), HResult::S_OK);
        let create = functions.create_device.unwrap();
        assert_eq!(create(args.adapter, ptr::null_mut()), INVALID);
        let mut no_callbacks = CreateDeviceArgs::default();
        assert_eq!(create(args.adapter, &raw mut no_callbacks), INVALID);
        let close = functions.close_adapter.unwrap();
        assert_eq!(close(args.adapter), HResult::S_OK);
        assert_eq!(close(ptr::null_mut()), INVALID);
    }
}

#[test]
fn without_callbacks_there_is_no_device() {
    let mut functions = AdapterFunctions::default();
    let mut args = OpenAdapterArgs {
        version: VERSION,
        functions: &raw mut functions,
        ..Default::default()
    };
    let (table, mut device) = (
        d3dddi::D3DDDI_DEVICECALLBACKS::default(),
        DeviceFunctions::default(),
    );
    let mut create = CreateDeviceArgs {
        callbacks: &raw const table,
        functions: &raw mut device,
        ..Default::default()
    };
    // SAFETY: The arguments are good; an empty table is a table.
    unsafe {
        assert_eq!(umd::open_adapter(&raw mut args), HResult::S_OK);
        let result = functions.create_device.unwrap()(args.adapter, &raw mut create);
        assert_eq!(result, HResult::E_NOTIMPL);
        assert_eq!(
            functions.close_adapter.unwrap()(args.adapter),
            HResult::S_OK
        );
    }
}
