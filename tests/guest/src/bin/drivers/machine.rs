// SPDX-License-Identifier: MIT OR Apache-2.0
//! Devices of the PCI bus, modules of the kernel, and its log.

use dxg_guest_tests::{
    calls::{luids, Luid},
    removal::Removable,
    state::soon,
    sysfs,
};
use std::{
    ffi::CString,
    fs::{self, File, OpenOptions},
    io::{self, ErrorKind, Read, Seek, SeekFrom},
    os::{fd::AsRawFd, unix::fs::OpenOptionsExt},
    path::PathBuf,
};

/// A PCI function that can be taken from its driver and given back.
pub struct Function {
    driver: PathBuf,
    name: String,
    bound: bool,
}

impl Function {
    /// The one behind the DRM device of a driver.
    pub fn of(drm_driver: &str) -> Self {
        let node = node_of(drm_driver).expect(drm_driver);
        let device = sysfs::pci_function(&node).expect("a PCI function");
        Self {
            driver: fs::canonicalize(device.join("driver")).expect("a driver"),
            name: (device.file_name().expect("a name").to_string_lossy()).into_owned(),
            bound: true,
        }
    }

    fn write(&mut self, file: &str) {
        let path = self.driver.join(file);
        fs::write(&path, &self.name).unwrap_or_else(|error| panic!("{}: {error}", path.display()));
        self.bound = file == "bind";
    }

    /// Takes it away; whatever was to be said of it has been said when this returns.
    pub fn unbind(&mut self) {
        self.write("unbind");
    }

    /// Gives it back.
    pub fn bind(&mut self) {
        self.write("bind");
    }
}

impl Drop for Function {
    fn drop(&mut self) {
        if !self.bound {
            // The test has failed already.
            fs::write(self.driver.join("bind"), &self.name).ok();
        }
    }
}

/// A PCI function with an adapter.
pub struct Card {
    function: Function,
    drm_driver: &'static str,
    luid: Luid,
}

impl Card {
    /// That of a driver.
    pub fn of(drm_driver: &'static str) -> Self {
        Self {
            function: Function::of(drm_driver),
            drm_driver,
            luid: sysfs::find(drm_driver).expect(drm_driver),
        }
    }
}

impl Removable for Card {
    fn luid(&self) -> Luid {
        self.luid
    }

    fn remove(&mut self) {
        self.function.unbind();
        // The adapter is gone when the call returns.
        assert!(!luids().contains(&self.luid));
    }

    fn restore(&mut self) -> Luid {
        self.function.bind();
        let found = soon(|| sysfs::find(self.drm_driver).ok_or(()));
        self.luid = found.expect("the adapter comes back");
        self.luid
    }
}

/// The primary node of a DRM driver.
pub fn node_of(drm_driver: &str) -> Option<String> {
    let mut nodes = sysfs::drm_nodes().into_iter();
    nodes.find(|node| sysfs::drm_driver(node) == drm_driver)
}

fn check(result: libc::c_long, what: &str) {
    let error = io::Error::last_os_error();
    assert_eq!(result, 0, "{what}: {error}");
}

/// Loads a module.
pub fn insert(module: &str) {
    let path = format!("/lib/modules/{module}.ko");
    let file = File::open(&path).expect(&path);
    // SAFETY: The parameters are a C string.
    let result =
        unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), c"".as_ptr(), 0) };
    check(result, module);
}

/// Unloads a module.
pub fn remove(module: &str) {
    let name = CString::new(module).expect("a name");
    // SAFETY: The name is a C string.
    let result = unsafe { libc::syscall(libc::SYS_delete_module, name.as_ptr(), libc::O_NONBLOCK) };
    check(result, module);
}

/// What dxgkrnl says in the kernel's log from some moment on.
pub struct Log(File);

impl Log {
    /// From now on.
    pub fn from_now() -> Self {
        let file = OpenOptions::new()
            .read(true)
            .custom_flags(libc::O_NONBLOCK)
            .open("/dev/kmsg");
        let mut file = file.expect("/dev/kmsg");
        file.seek(SeekFrom::End(0)).expect("its end");
        Self(file)
    }

    /// The lines since, without their prefix.
    pub fn lines(&mut self) -> Vec<String> {
        let mut lines = Vec::new();
        let mut record = [0; 8192];
        loop {
            // One record at a time: numbers, a semicolon, the text.
            match self.0.read(&mut record) {
                Ok(length) => {
                    let text = String::from_utf8_lossy(&record[..length]);
                    let text = text.split_once(';').expect("a record").1;
                    let line = text.lines().next().unwrap_or_default();
                    lines.extend(line.strip_prefix("dxgkrnl: ").map(str::to_owned));
                }
                Err(error) if error.kind() == ErrorKind::WouldBlock => return lines,
                Err(error) => panic!("/dev/kmsg: {error}"),
            }
        }
    }
}
