// SPDX-License-Identifier: MIT OR Apache-2.0
//! The module loaded again, with other parameters.

use crate::{
    calls::enumerate2,
    state::{soon, without_counters},
};
use libd3dkmt::Dxg;
use rustix::io::Errno;
use std::{
    ffi::CString,
    fs::{self, File},
    io,
    os::fd::AsRawFd,
    thread,
};

/// Where the guest has the module.
const MODULE: &str = "/lib/modules/dxgkrnl.ko";

/// The parameters that this run has loaded it with.
fn usual_parameters() -> String {
    let text = fs::read_to_string("/etc/guest.conf").expect("a guest");
    let mut lines = text.lines();
    let words = lines.find_map(|line| line.strip_prefix("GUEST_MODULE_ARGS="));
    words.unwrap_or_default().replace(['\'', '\\'], "")
}

/// They, with some others for their values.
fn parameters_with(others: &str) -> String {
    let name = |word: &str| word.split('=').next().map(str::to_owned);
    let changed: Vec<_> = others.split_whitespace().map(name).collect();
    let usual = usual_parameters();
    let kept = usual.split_whitespace();
    let kept = kept.filter(|word| !changed.contains(&name(word)));
    kept.chain([others]).collect::<Vec<_>>().join(" ")
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

/// In such a test: tries once to unload the module, and loads it again as usual.
///
/// # Errors
///
/// `EWOULDBLOCK` when it is in use; then it stays loaded.
pub fn unload_once() -> Result<(), Errno> {
    let name = c"dxgkrnl".as_ptr();
    // SAFETY: The name is a C string.
    if unsafe { libc::syscall(libc::SYS_delete_module, name, libc::O_NONBLOCK) } != 0 {
        let error = io::Error::last_os_error();
        return Err(Errno::from_io_error(&error).expect("an errno"));
    }
    load(&usual_parameters()).expect("finit_module");
    Ok(())
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

/// Runs `test` with the module loaded with some more parameters.
pub fn with(parameters: &str, test: impl FnOnce()) {
    with_adapters(parameters, 0, test);
}

/// Runs `test` with the module loaded with some more parameters, which bring so many adapters more.
pub fn with_adapters(parameters: &str, more: isize, test: impl FnOnce()) {
    let adapters = adapters();
    let expected = adapters.checked_add_signed(more).expect("adapters");
    without_counters(|| {
        unload().expect("delete_module");
        let _usual = Usual { adapters };
        assert_eq!(
            Dxg::open().expect_err("no node").errno(),
            Some(Errno::NOENT)
        );
        load(&parameters_with(parameters)).expect("finit_module");
        assert_eq!(wait_for_adapters(expected), Ok(()));
        test();
    });
}

/// In such a test: whether the module refuses to be loaded with some parameter, by which errno. It
/// is loaded as usual afterwards.
pub fn refuses(parameter: &str) -> Option<i32> {
    unload().expect("delete_module");
    let refused = load(&parameters_with(parameter)).err()?;
    load(&usual_parameters()).expect("finit_module");
    refused.raw_os_error()
}
