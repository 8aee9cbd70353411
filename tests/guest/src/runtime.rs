// SPDX-License-Identifier: MIT OR Apache-2.0
//! Runtime and driver on an adapter.

use crate::calls::Gpu;
use d3dddi::{serve, Callbacks};
use wddm_runtime::{Device, Driver, KernelDevice};

/// A device of the kernel's.
fn kernel(gpu: &Gpu) -> KernelDevice {
    let luid = libd3dkmt::Luid {
        low: gpu.luid.0,
        high: gpu.luid.1,
    };
    let adapter = gpu.dxg.open_adapter(luid).expect("an adapter");
    KernelDevice::new(adapter.create_device().expect("a device"))
}

/// A runtime's device, with the table that a driver would have of it.
pub struct Runtime {
    // The table's functions look for it at its address.
    device: Box<Device<KernelDevice>>,
}

impl Runtime {
    /// On a new device of an adapter.
    pub fn new(gpu: &Gpu) -> Self {
        Self {
            device: Box::new(Device::new(kernel(gpu))),
        }
    }

    /// The runtime's side.
    pub fn device(&self) -> &Device<KernelDevice> {
        &self.device
    }

    /// What a driver calls the table with.
    pub fn handle(&self) -> d3dddi::HANDLE {
        (&raw const *self.device).cast_mut().cast()
    }

    /// The callbacks, as a driver calls them: through the table.
    pub fn callbacks(&self) -> Callbacks {
        let table = serve::table::<Device<KernelDevice>>();
        // SAFETY: The table is that of the device; tests let the callbacks go before it.
        unsafe { Callbacks::new(table, self.handle()) }
    }

    /// The kernel's handle of the device.
    pub fn kernel_device(&self) -> u32 {
        self.device.kernel().device().handle().raw()
    }
}

/// The driver on a new device of an adapter.
pub fn driver(gpu: &Gpu) -> Driver<KernelDevice> {
    try_driver(gpu).expect("a device of the driver's")
}

/// The driver on a new device of an adapter, if it can be there.
pub fn try_driver(gpu: &Gpu) -> d3dddi::Result<Driver<KernelDevice>> {
    // SAFETY: It is the driver's entry point.
    unsafe { Driver::open(umd::open_adapter, Device::new(kernel(gpu))) }
}
