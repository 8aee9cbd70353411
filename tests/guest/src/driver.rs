// SPDX-License-Identifier: MIT OR Apache-2.0
//! A driver of a DRM device that is unloaded and loaded again.

use crate::{calls::*, removal::Removable, state::soon, sysfs};
use std::{ffi::CStr, fs::File, io, os::fd::AsRawFd, thread};

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

    fn insert(&mut self) -> io::Result<()> {
        let file = File::open(FILE)?;
        // SAFETY: The parameters are a C string.
        match unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), c"".as_ptr(), 0) } {
            0 => self.loaded = true,
            _ => return Err(io::Error::last_os_error()),
        }
        Ok(())
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
        self.insert().expect("insmod vkms");
        self.luid = soon(|| vkms().ok_or(())).expect("the adapter comes back");
        self.luid
    }
}

impl Drop for Driver {
    fn drop(&mut self) {
        if !self.loaded {
            // Also after a failure: the suites that come later need it.
            let inserted = self.insert();
            assert!(inserted.is_ok() || thread::panicking(), "{inserted:?}");
        }
    }
}
