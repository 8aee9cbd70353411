// SPDX-License-Identifier: MIT OR Apache-2.0
//! The module is unloaded, and loaded with other parameters. Each test loads it again as it was.

use dxg_guest_tests::{
    calls::*,
    create::Create,
    global, harness,
    share::{self, Share},
    state::{soon, without_counters},
    tests,
};
use libd3dkmt::{sys, Dxg};
use rustix::io::Errno;
use std::{
    ffi::CString,
    fs::{self, File},
    io,
    os::fd::AsRawFd,
    process::ExitCode,
    thread,
};

fn main() -> ExitCode {
    harness::run(
        tests![
            it_comes_back_with_all_adapters,
            case_100_without_global_handles,
        ],
        &[],
    )
}

/// Where the guest has the module.
const MODULE: &str = "/lib/modules/dxgkrnl.ko";

/// The parameters that this run has loaded it with.
fn usual_parameters() -> String {
    let text = fs::read_to_string("/etc/guest.conf").expect("a guest");
    let mut lines = text.lines();
    let words = lines.find_map(|line| line.strip_prefix("GUEST_MODULE_ARGS="));
    words.unwrap_or_default().replace(['\'', '\\'], "")
}

/// Loads the module.
fn load(parameters: &str) -> io::Result<()> {
    let file = File::open(MODULE)?;
    let words = CString::new(parameters)?;
    // SAFETY: The words are a C string.
    match unsafe { libc::syscall(libc::SYS_finit_module, file.as_raw_fd(), words.as_ptr(), 0) } {
        0 => Ok(()),
        _ => Err(io::Error::last_os_error()),
    }
}

/// Unloads it. What was closed last may take a moment to go.
fn unload() -> io::Result<()> {
    let name = c"dxgkrnl".as_ptr();
    // SAFETY: The name is a C string.
    soon(
        || match unsafe { libc::syscall(libc::SYS_delete_module, name, libc::O_NONBLOCK) } {
            0 => Ok(()),
            _ => Err(io::Error::last_os_error()),
        },
    )
}

fn adapters() -> usize {
    let dxg = Dxg::open().expect("/dev/dxg");
    enumerate2(&dxg, 64).1.len()
}

/// Waits until there are so many adapters: the module finds them after it was loaded.
fn wait_for_adapters(count: usize) -> Result<(), usize> {
    soon(|| match adapters() {
        now if now == count => Ok(()),
        now => Err(now),
    })
}

/// Loads the module as it was when a test ends, even if it fails.
struct Usual {
    adapters: usize,
}

impl Drop for Usual {
    fn drop(&mut self) {
        let again = unload().and_then(|()| load(&usual_parameters()));
        assert!(again.is_ok() || thread::panicking(), "{again:?}");
        let found = wait_for_adapters(self.adapters);
        assert!(found.is_ok() || thread::panicking(), "{found:?} adapters");
    }
}

/// Runs a test with the module loaded with some more parameters.
fn with(parameters: &str, test: impl FnOnce()) {
    let adapters = adapters();
    without_counters(|| {
        unload().expect("delete_module");
        let _usual = Usual { adapters };
        assert_eq!(
            Dxg::open().expect_err("no node").errno(),
            Some(Errno::NOENT)
        );
        load(&format!("{} {parameters}", usual_parameters())).expect("finit_module");
        assert_eq!(wait_for_adapters(adapters), Ok(()));
        test();
    });
}

fn it_comes_back_with_all_adapters() {
    let mut seen = luids();
    let adapters = seen.len();
    for _ in 0..3 {
        with("", || {
            let now = luids();
            assert_eq!(now.len(), adapters);
            assert!(now.iter().all(|luid| !seen.contains(luid)), "new LUIDs");
            seen.extend(now);
            on_each_adapter(|gpu| {
                let device = gpu.device();
                let create = share::shared(device, 2).made(gpu);
                gpu.lock(device, create.allocation(0));
                gpu.unlock(device, create.allocation(0));
            });
        });
    }
}

/// Without global handles there is CreateShared with NtSecuritySharing alone.
fn refuses_global_handles(gpu: &Gpu) {
    let device = gpu.device();
    let create = Create::buffer(device, 4096).in_global_resource();
    create.refused(gpu, INVALID_PARAMETER);
    let sizes = sys::D3DKMT_QUERYRESOURCEINFO {
        NumAllocations: 1,
        TotalPrivateDriverDataSize: 48,
        ..Default::default()
    };
    gpu.unchanged(|| {
        for_each(NO_HANDLES.into_iter().chain([0xc000_0042]), |number| {
            assert!(!global::is_there(gpu, device, number));
            let answer = global::Open::with(device, number, &sizes).call(gpu);
            assert_eq!(answer, INVALID_PARAMETER);
        });
    });
    let create = share::shared(device, 2).made(gpu);
    assert_eq!(create.global(), 0);
    let nt = Share::new(create.resource()).made(gpu);
    share::Open::new(device, &nt, 2).made(gpu);
}

fn case_100_without_global_handles() {
    with("global_handles=0", || {
        on_each_adapter(refuses_global_handles);
    });
}
