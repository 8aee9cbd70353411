// SPDX-License-Identifier: MIT OR Apache-2.0
//! The device goes while the driver is there.

use crate::{corners, make, memory::piece, pixel, rect, REMOVED};
use d3dddi::functions::*;
use dxg_guest_tests::{calls::Gpu, create::XR24, device, memory::Map, runtime::driver};
use wddm_runtime::{Driver, KernelDevice, Resource};

/// Every function that comes to the device hands back that it is gone; ends still work.
fn all_is_gone(driver: &mut Driver<KernelDevice>, chain: Resource) {
    let one = rect(0, 0, 1, 1);
    let gone = Err(REMOVED);
    let buffer = driver.create_resource(CreateResourceArgs::buffer(1));
    assert_eq!(buffer.map(|_| ()), gone);
    let primary = driver.create_resource(CreateResourceArgs::primary(8, 8, XR24, 0));
    assert_eq!(primary.map(|_| ()), gone);
    assert_eq!(driver.read(chain, 0).map(|_| ()), gone);
    assert_eq!(driver.clear(chain, 0, one, 0), gone);
    assert_eq!(driver.copy((chain, 0), one, (chain, 0), (1, 1)), gone);
    assert_eq!(driver.copy((chain, 0), one, (chain, 1), (1, 1)), gone);
    let corners = corners(&[(0, 0), (1, 0), (1, 1), (0, 1)], 0);
    for (blend, corners) in [(blend::REPLACE, &corners[..3]), (blend::OVER, &corners[..])] {
        assert_eq!(driver.draw(chain, 0, blend, corners), gone);
    }
    assert_eq!(driver.destroy_resource(chain), Ok(()));
}

pub fn case_255_a_removed_adapter() {
    let mut device = device::Device::find();
    let gpu = Gpu::open(device.luid);
    let memory = Map::new(1);
    let mut driver = driver(&gpu);
    let chain = make(&driver, CreateResourceArgs::flip_chain(8, 8, XR24, 0, 2));
    assert_eq!(driver.clear(chain, 0, rect(0, 0, 8, 8), 0), Ok(()));
    device.remove();
    let args = CreateResourceArgs::texture(8, 8, XR24);
    // SAFETY: Nothing is made of it.
    let made = unsafe { driver.create_resource_in(args, &[piece(&memory, 0, 256, 4096)]) };
    assert_eq!(made.map(|_| ()), Err(REMOVED));
    all_is_gone(&mut driver, chain);
    drop(driver);
    device.restore();
}

pub fn a_device_removed_while_it_is_mapped() {
    let mut device = device::Device::find();
    let gpu = Gpu::open(device.luid);
    let mut driver = driver(&gpu);
    let chain = make(&driver, CreateResourceArgs::flip_chain(8, 8, XR24, 0, 2));
    assert_eq!(driver.clear(chain, 1, rect(0, 0, 8, 8), 0xFF_FFFF), Ok(()));
    let bytes = driver.with_bytes(chain, 1, |bytes, _| {
        assert_eq!(pixel(bytes, 256, (7, 7)), 0xFFFF_FFFF);
        device.remove();
        // The memory went with the device; what is mapped can be touched all the same.
        let zeros = bytes.iter().all(|&byte| byte == 0);
        bytes.fill(1);
        zeros
    });
    assert_eq!(bytes, Ok(true));
    all_is_gone(&mut driver, chain);
    drop(driver);
    device.restore();
}
