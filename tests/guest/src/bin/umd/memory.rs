// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory of the runtime's, and none left.

use crate::{make, pixel, rect, INVALID};
use d3dddi::{functions::*, HResult};
use dxg_guest_tests::{
    calls::*,
    create::{Create, XR24},
    memory::{Map, PAGE},
    runtime::{driver, try_driver},
    state::pinned_bytes,
};

pub fn piece(memory: &Map, offset: usize, pitch: u32, bytes: u64) -> MemoryArgs {
    MemoryArgs {
        address: memory.at::<u8>(offset),
        pitch,
        bytes,
    }
}

pub fn memory_of_the_runtime_becomes_an_allocation() {
    on_each_adapter(|gpu| {
        let mut memory = Map::new(2);
        let driver = driver(gpu);
        let (before, pinned) = (counters(), pinned_bytes());
        let args = CreateResourceArgs::texture(65, 9, XR24);
        // SAFETY: The memory stays longer than the driver, and nobody looks at it meanwhile.
        let made = unsafe { driver.create_resource_in(args, &[piece(&memory, 0, 512, 8192)]) };
        let texture = made.expect("a resource");
        assert_eq!(counters().since(&before, "allocations"), 1);
        assert_eq!(pinned_bytes() - pinned, 8192);
        let cleared = driver.clear(texture, 0, rect(64, 8, 1, 1), 0x0011_2233);
        assert_eq!(cleared, Ok(()));
        // Not at a page; and in two pieces.
        for pieces in [
            vec![piece(&memory, 64, 512, 8192)],
            vec![piece(&memory, 0, 512, 8192); 2],
        ] {
            // SAFETY: As above.
            let refused = unsafe { driver.create_resource_in(args, &pieces) };
            assert_eq!(refused, Err(INVALID));
        }
        assert_eq!(driver.destroy_resource(texture), Ok(()));
        // A scratch pad was touched for the first time.
        before.assert_grown(&[("gem_objects", 1)]);
        assert_eq!(pinned_bytes(), pinned);
        assert_eq!(pixel(memory.bytes(), 512, (64, 8)), 0xFF11_2233);
        let written = memory.bytes().iter().filter(|&&byte| byte != 0);
        assert_eq!(written.count(), 4);
    });
}

pub fn memory_that_only_the_cpu_reaches() {
    on_each_adapter(|gpu| {
        let memory = Map::new(1);
        let mut driver = driver(gpu);
        let (before, pinned) = (counters(), pinned_bytes());
        let args = CreateResourceArgs {
            usage: usage::STAGING,
            ..CreateResourceArgs::texture(3, 4, XR24)
        };
        // SAFETY: As above.
        let made = unsafe { driver.create_resource_in(args, &[piece(&memory, 20, 12, 48)]) };
        let staging = made.expect("a resource");
        let cleared = driver.clear(staging, 0, rect(0, 0, 3, 4), 0x0011_2233);
        assert_eq!(cleared, Ok(()));
        assert_eq!(counters().since(&before, "allocations"), 0);
        assert_eq!(counters().since(&before, "resources"), 0);
        assert_eq!(pinned_bytes(), pinned);
        let texture = make(&driver, CreateResourceArgs::texture(8, 8, XR24));
        let copied = driver.copy((staging, 0), rect(0, 0, 3, 4), (texture, 0), (5, 4));
        assert_eq!(copied, Ok(()));
        let bytes = driver.read(texture, 0).expect("bytes");
        assert_eq!(pixel(&bytes, 256, (7, 7)), 0xFF11_2233);
        assert_eq!(pixel(&bytes, 256, (4, 7)), 0);
    });
}

pub fn no_video_memory() {
    on_each_adapter(|gpu| {
        let driver = driver(gpu);
        let before = counters();
        // A GiB and more, of segments that have a quarter of it.
        let lack = Err(HResult::D3DERR_OUTOFVIDEOMEMORY);
        let args = CreateResourceArgs::texture(16384, 16384, XR24);
        assert_eq!(driver.create_resource(args), lack);
        let args = CreateResourceArgs::flip_chain(8192, 8192, XR24, 0, 4);
        assert_eq!(driver.create_resource(args), lack);
        assert_eq!(
            driver.create_resource(CreateResourceArgs::buffer(1 << 62)),
            lack
        );
        before.assert_restored();
    });
}

/// Scratch pads are something that the driver can do without.
pub fn without_room_for_scratch_pads() {
    on_each_adapter(|gpu| {
        let other = gpu.device();
        let mut size = 128 << 20;
        // All that is left of the segment, to the last page.
        while size >= PAGE as u64 {
            match Create::buffer(other, size).call(gpu) {
                SUCCESS => {}
                answer => {
                    assert_eq!(answer, GRAPHICS_NO_VIDEO_MEMORY);
                    size /= 2;
                }
            }
        }
        let before = counters();
        let memory = Map::new(1);
        let mut driver = try_driver(gpu).expect("a device without pads");
        assert_eq!(counters().since(&before, "allocations"), 0);
        let lack = driver.create_resource(CreateResourceArgs::texture(8, 8, XR24));
        assert_eq!(lack, Err(HResult::D3DERR_OUTOFVIDEOMEMORY));
        // In memory of the runtime's it works as ever, also what the pads are for.
        let args = CreateResourceArgs::texture(8, 8, XR24);
        // SAFETY: As above.
        let made = unsafe { driver.create_resource_in(args, &[piece(&memory, 0, 256, 4096)]) };
        let texture = made.expect("a resource");
        assert_eq!(
            driver.clear(texture, 0, rect(0, 0, 4, 4), 0x12_3456),
            Ok(())
        );
        let copied = driver.copy((texture, 0), rect(0, 0, 7, 7), (texture, 0), (1, 1));
        assert_eq!(copied, Ok(()));
        let bytes = driver.read(texture, 0).expect("bytes");
        assert_eq!(pixel(&bytes, 256, (4, 4)), 0xFF12_3456);
        assert_eq!(pixel(&bytes, 256, (5, 5)), 0);
        drop(driver);
        assert_eq!(destroy_device(&gpu.dxg, other), SUCCESS);
    });
}
