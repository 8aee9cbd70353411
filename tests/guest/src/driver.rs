// SPDX-License-Identifier: MIT OR Apache-2.0
//! A driver of a DRM device that is unloaded and loaded again.

use crate::{calls::*, removal::Removable, state::soon, sysfs};
use std::{ffi::CStr, fs::File, os::fd::AsRawFd};

const NAME: &CStr = c"vkms";
const FILE: &str = "/lib/modules/vkms.ko";

/// The module of vkms, with its one device.
pub struct Driver {
    luid: Luid,
    loaded: bool,
}

fn vkms() -> Option<Luid> {
    sysfs::find("vkms")
}

impl Driver {
    /// Finds it.
    pub fn find() -> Self {
        Self {
            luid: vkms().expect("vkms"),
            loaded: true,
        }
    }

    fn insert(&mut self) {
        let file = File::open(FILE).expect(FILE);
        // SAFETY: The parameters are a C string.
        let result =
            unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), c"".as_ptr(), 0) };
        let error = std::io::Error::last_os_error();
        assert_eq!(result, 0, "insmod vkms: {error}");
        self.loaded = true;
    }
}

impl Removable for Driver {
    fn luid(&self) -> Luid {
        self.luid
    }

    fn remove(&mut self) {
        // SAFETY: The name is a C string.
        let result =
            unsafe { libc::syscall(libc::SYS_delete_module, NAME.as_ptr(), libc::O_NONBLOCK) };
        let error = std::io::Error::last_os_error();
        assert_eq!(result, 0, "rmmod vkms: {error}");
        self.loaded = false;
        // The adapter is gone when the call returns.
        assert!(!luids().contains(&self.luid));
    }

    fn restore(&mut self) -> Luid {
        self.insert();
        self.luid = soon(|| vkms().ok_or(())).expect("the adapter comes back");
        self.luid
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.loaded && !std::thread::panicking() {
            self.insert();
        }
    }
}
