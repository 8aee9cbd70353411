// SPDX-License-Identifier: MIT OR Apache-2.0
//! Private data through the callbacks: what the miniport answers, and what it refuses.

use crate::{allocate_one, bytes, elements, INVALID};
use d3dddi::{types::D3DKMT_HANDLE, Allocate, DeviceCallbacks, Element, HResult};
use dxg_guest_tests::{
    calls::*,
    create::{buffer, surface},
    runtime::Runtime,
};
use libd3dkmt::sys::gem::dxgkrnl_gem_allocation;

pub fn case_085_private_data_is_answered() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let mut element = Element::new(bytes(surface(641, 479)));
        assert_eq!(allocate_one(&runtime, &mut element), Ok(()));
        let layout = libd3dkmt::gem::Layout::read(&element.private_data);
        let layout = layout.expect("an answer");
        assert_eq!((layout.pitch, layout.bytes), (2816, 1_351_680));
    });
}

/// Private data that is refused leaves everything as it was.
fn refused(runtime: &Runtime, private_data: &[u8], result: HResult) {
    let before = counters();
    let mut element = Element::new(private_data);
    assert_eq!(allocate_one(runtime, &mut element), Err(result));
    assert_eq!(element.handle, D3DKMT_HANDLE::NONE);
    assert_eq!(element.private_data, private_data);
    let resource = runtime.device().create_resource();
    let mut elements = [elements(1).remove(0), Element::new(private_data)];
    let mut request = Allocate::new(Some(resource), &mut elements);
    let refused = runtime.callbacks().allocate(&mut request);
    assert_eq!(refused, Err(result), "as one of two");
    assert_eq!(runtime.device().km_resource(resource), None);
    before.assert_restored();
}

pub fn case_064_another_version_is_a_mismatch() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let mismatch = HResult::ERROR_GRAPHICS_DRIVER_MISMATCH;
        for_each([0, 2, u32::MAX], |version| {
            let blob = dxgkrnl_gem_allocation {
                version,
                ..buffer(4096)
            };
            refused(&runtime, &bytes(blob), mismatch);
            refused(&runtime, &bytes(blob)[..8], mismatch);
            refused(&runtime, &[&bytes(blob)[..], &[0; 16]].concat(), mismatch);
        });
    });
}

pub fn case_062_private_data_that_makes_no_sense() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let good = bytes(buffer(4096));
        for length in [0, 1, 4, 8, 40, 47] {
            refused(&runtime, &good[..length], INVALID);
        }
        for length in [49, 64, 4096, 0x1_ffff, 0x2_0000, 0x20_0000] {
            let mut long = good.clone();
            long.resize(length, 0);
            refused(&runtime, &long, INVALID);
        }
        let image = surface(64, 64);
        let lies = [
            dxgkrnl_gem_allocation { magic: 0, ..image },
            dxgkrnl_gem_allocation { kind: 0, ..image },
            dxgkrnl_gem_allocation { kind: 3, ..image },
            dxgkrnl_gem_allocation { kind: 1, ..image },
            dxgkrnl_gem_allocation { usage: 16, ..image },
            dxgkrnl_gem_allocation { usage: 7, ..image },
            dxgkrnl_gem_allocation { usage: 4, ..image },
            dxgkrnl_gem_allocation { width: 0, ..image },
            dxgkrnl_gem_allocation {
                width: u32::MAX,
                ..image
            },
            dxgkrnl_gem_allocation {
                height: 16385,
                ..image
            },
            dxgkrnl_gem_allocation { format: 0, ..image },
            dxgkrnl_gem_allocation {
                pitch: 256,
                ..image
            },
            dxgkrnl_gem_allocation {
                bytes: 4096,
                ..image
            },
            dxgkrnl_gem_allocation {
                reserved: 1,
                ..image
            },
            dxgkrnl_gem_allocation {
                bytes: 0,
                ..buffer(0)
            },
            dxgkrnl_gem_allocation {
                bytes: u64::MAX,
                ..buffer(0)
            },
            dxgkrnl_gem_allocation {
                usage: 3,
                ..buffer(1)
            },
        ];
        for lie in lies {
            refused(&runtime, &bytes(lie), INVALID);
        }
    });
}

pub fn private_data_of_resources() {
    let gpu = Gpu::first();
    let runtime = Runtime::new(&gpu);
    let resource = runtime.device().create_resource();
    let good = libd3dkmt::gem::resource_private_data();
    let of_version_2 = [&good[..4], &[2], &good[5..]].concat();
    for (data, result) in [
        (&good[..15], INVALID),
        (&[0; 16][..], INVALID),
        (&of_version_2[..], HResult::ERROR_GRAPHICS_DRIVER_MISMATCH),
        (&[7; 0x2_0000][..], INVALID),
    ] {
        let mut elements = elements(1);
        let mut request = Allocate::new(Some(resource), &mut elements);
        request.private_data = data;
        let refused = runtime.callbacks().allocate(&mut request);
        assert_eq!(refused, Err(result));
    }
    assert_eq!(runtime.device().km_resource(resource), None);
}

pub fn case_065_no_video_memory() {
    on_each_adapter(|gpu| {
        let runtime = Runtime::new(gpu);
        let lack = HResult::D3DERR_OUTOFVIDEOMEMORY;
        for_each([1 << 30, 1 << 40, 1 << 62], |much| {
            refused(&runtime, &bytes(buffer(much)), lack);
        });
    });
}
