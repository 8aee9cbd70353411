// SPDX-License-Identifier: MIT OR Apache-2.0
//! The machine is suspended and goes on.

use crate::state::soon;
use std::{
    collections::BTreeMap,
    fs::{self, File},
    os::fd::AsRawFd,
    path::{Path, PathBuf},
};

/// How much of the machine is suspended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Level {
    /// The tasks are frozen.
    Tasks,
    /// And the devices are suspended.
    Devices,
    /// All of it: it sleeps (S3), and its clock wakes it.
    Machine,
}

/// Seconds after which the clock wakes the machine: more than it takes to fall asleep.
const SLEEP: &str = "+5";

fn write(path: &str, text: &str) {
    fs::write(path, text).unwrap_or_else(|error| panic!("{path}: {error}"));
}

/// Suspends the machine; it goes on when this returns.
pub fn suspend(level: Level) {
    let test = match level {
        Level::Tasks => "freezer",
        Level::Devices => "devices",
        Level::Machine => "none",
    };
    if level == Level::Machine {
        write("/sys/power/mem_sleep", "deep");
        write("/sys/class/rtc/rtc0/wakealarm", "0");
        write("/sys/class/rtc/rtc0/wakealarm", SLEEP);
        // The emulated machine does not switch off any more: tools/guest/init then resets it.
        write("/run/has-slept", "");
    }
    // Seconds for which it stays so.
    write("/sys/module/suspend/parameters/pm_test_delay", "1");
    write("/sys/power/pm_test", test);
    let done = fs::write("/sys/power/state", "mem");
    write("/sys/power/pm_test", "none");
    if level != Level::Tasks {
        renew_ports();
    }
    done.expect("a suspend");
}

/// Has the guest's virtio ports made anew. Linux 7.3's `virtio_console` asks QEMU after a suspend whether a
/// port is open before it can take the answer, so that all of them seem to be closed. QEMU sees nothing of
/// it. Whoever has a port open has to open it again: that is this program, and the guest's scripts.
fn renew_ports() {
    let driver = Path::new("/sys/bus/virtio/drivers/virtio_console");
    let Ok(entries) = fs::read_dir(driver) else {
        return;
    };
    let names = entries.map(|entry| entry.expect("sysfs").file_name());
    let devices = names.filter(|name| name.as_encoded_bytes().starts_with(b"virtio"));
    let devices: Vec<_> = devices.map(|name| name.into_encoded_bytes()).collect();
    let open = open_ports();
    for file in ["unbind", "bind"] {
        for device in &devices {
            fs::write(driver.join(file), device).expect("virtio_console");
        }
    }
    write("/run/new-ports", "");
    for (port, numbers) in open {
        // It can be open once.
        let again = soon(|| File::options().read(true).write(true).open(&port));
        let again = again.unwrap_or_else(|error| panic!("{}: {error}", port.display()));
        for fd in numbers {
            // SAFETY: The number's old file is that of a port which has gone.
            assert_eq!(unsafe { libc::dup2(again.as_raw_fd(), fd) }, fd, "dup2");
        }
    }
}

/// The ports that this process has open, with their descriptors.
fn open_ports() -> BTreeMap<PathBuf, Vec<i32>> {
    let mut ports = BTreeMap::<_, Vec<_>>::new();
    for entry in fs::read_dir("/proc/self/fd").expect("procfs") {
        let path = entry.expect("procfs").path();
        let Ok(file) = fs::read_link(&path) else {
            continue;
        };
        if file.to_string_lossy().starts_with("/dev/vport") {
            let number = path
                .file_name()
                .and_then(|name| name.to_str()?.parse().ok());
            ports
                .entry(file)
                .or_default()
                .push(number.expect("a number"));
        }
    }
    ports
}
