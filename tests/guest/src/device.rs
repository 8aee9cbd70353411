// SPDX-License-Identifier: MIT OR Apache-2.0
//! A DRM device that goes away and comes back.

use crate::{calls::*, removal::Removable, state::soon, sysfs};
use std::{fs, path::PathBuf};

/// The device of virtio-gpu, which can be taken from its driver and given back.
pub struct Device {
    driver: PathBuf,
    name: String,
    /// The adapter's LUID, the last one if it is away.
    pub luid: Luid,
    bound: bool,
}

impl Device {
    /// Finds it.
    pub fn find() -> Self {
        let luid = virtio().expect("a virtio-gpu");
        let node = sysfs::node_name(&Gpu::open(luid));
        let device = fs::canonicalize(format!("/sys/class/drm/{node}/device")).expect("a device");
        // The DRM device's parent is the virtio device or its PCI function.
        let device = (fs::read_dir(&device).expect("a device"))
            .filter_map(|entry| entry.ok())
            .find(|entry| entry.file_name().to_string_lossy().starts_with("virtio"))
            .filter(|entry| entry.path().join("driver").exists())
            .map_or(device, |entry| entry.path());
        Self {
            driver: fs::canonicalize(device.join("driver")).expect("a driver"),
            name: (device.file_name().expect("a name").to_string_lossy()).into_owned(),
            luid,
            bound: true,
        }
    }

    fn write(&mut self, file: &str) {
        let path = self.driver.join(file);
        fs::write(&path, &self.name).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.bound = file == "bind";
    }

    /// Takes the device away and waits until the adapter is gone.
    pub fn remove(&mut self) {
        let luid = self.luid;
        self.write("unbind");
        let gone = soon(|| match luids().contains(&luid) {
            true => Err("still listed"),
            false => Ok(()),
        });
        assert_eq!(gone, Ok(()));
    }

    /// Brings the device back and waits for its adapter.
    pub fn restore(&mut self) -> Luid {
        self.write("bind");
        self.luid = soon(|| virtio().ok_or(())).expect("the adapter comes back");
        self.luid
    }
}

impl Removable for Device {
    fn luid(&self) -> Luid {
        self.luid
    }

    fn remove(&mut self) {
        Device::remove(self);
    }

    fn restore(&mut self) -> Luid {
        Device::restore(self)
    }
}

impl Drop for Device {
    fn drop(&mut self) {
        if !self.bound {
            let _ = fs::write(self.driver.join("bind"), &self.name);
        }
    }
}

fn virtio() -> Option<Luid> {
    sysfs::find("virtio_gpu")
}
