// SPDX-License-Identifier: MIT OR Apache-2.0
//! Other processes: after fork, after exec, looking at it from outside.

use super::*;
use std::os::unix::process::ExitStatusExt;

pub(super) fn a_forked_child_has_no_mapping() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        locked.bytes()[0] = 11;
        let byte = locked.address as *const u8;
        // SAFETY: In the child the address is not mapped, and the read ends it.
        let status = child::fork(|| i32::from(unsafe { byte.read_volatile() }));
        assert_eq!(status.signal(), Some(libc::SIGSEGV), "{status}");
        assert_eq!(locked.bytes()[0], 11);
        locked.unlock();
    });
}

/// In a child: makes a lock, and becomes the same program in another role.
pub(super) fn before_exec(_: &[String]) {
    use std::os::{fd::AsRawFd, unix::process::CommandExt};
    let gpu = Gpu::first();
    let locked = Locked::new(&gpu, 1);
    locked.bytes().fill(0x77);
    // A duplicate is not closed by exec.
    // SAFETY: The descriptor is open.
    let fd = unsafe { libc::dup(std::os::fd::AsFd::as_fd(&gpu.dxg).as_raw_fd()) };
    let arguments = [fd as u32, locked.device, locked.allocation].map(|n| n.to_string());
    let error = child::command("after_exec", &arguments.each_ref().map(String::as_str)).exec();
    panic!("exec: {error}");
}

/// In the same process, after exec.
pub(super) fn after_exec(arguments: &[String]) {
    let [fd, device, allocation] = [0, 1, 2].map(|i| arguments[i].parse().expect("a number"));
    // SAFETY: The descriptor was left open for this program.
    let fd = unsafe { std::os::fd::BorrowedFd::borrow_raw(fd as i32) };
    let mut args = sys::D3DKMT_LOCK2 {
        device: handle(device),
        allocation: handle(allocation),
        ..Default::default()
    };
    let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
    assert!(!maps.contains("anon_inode:dxg"), "{maps}");
    // SAFETY: The address in the argument is an answer.
    assert_eq!(unsafe { sys::D3DKMTLock2(fd, &mut args) }, SUCCESS);
    // SAFETY: The lock has a page.
    let bytes = unsafe { bytes_at(args.data, PAGE) };
    assert!(bytes.iter().all(|&byte| byte == 0x77));
    let mut args = sys::D3DKMT_UNLOCK2 {
        device: handle(device),
        allocation: handle(allocation),
    };
    // The lock from before, and this one.
    for answer in [SUCCESS, SUCCESS, INVALID_PARAMETER] {
        // SAFETY: The argument holds no address.
        assert_eq!(unsafe { sys::D3DKMTUnlock2(fd, &mut args) }, answer);
    }
}

pub(super) fn exec_takes_the_mapping_but_not_the_objects() {
    Child::start(child::command("before_exec", &[])).succeed();
}

pub(super) fn other_processes_do_not_see_it() {
    on_each_adapter(|gpu| {
        let locked = Locked::new(gpu, 1);
        let mut copy = [0_u8; 16];
        let to = libc::iovec {
            iov_base: copy.as_mut_ptr().cast(),
            iov_len: 16,
        };
        let from = libc::iovec {
            iov_base: locked.address as _,
            iov_len: 16,
        };
        // SAFETY: Both ranges are this process's.
        let got = unsafe {
            let pid = libc::getpid();
            libc::process_vm_readv(pid, &to, 1, &from, 1, 0)
        };
        let error = std::io::Error::last_os_error().raw_os_error();
        assert_eq!((got, error), (-1, Some(libc::EFAULT)));
        locked.unlock();
    });
}
