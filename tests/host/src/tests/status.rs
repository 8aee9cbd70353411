// SPDX-License-Identifier: MIT OR Apache-2.0

//! `status.rs`, and that user space turns its results back into the same statuses.

use crate::status::NtStatus;
use libd3dkmt::sys;
use rustix::io::Errno;

/// Every failure that has an errno of its own, its code and that errno.
const WITH_ERRNO: [(NtStatus, u32, i32); 12] = [
    (NtStatus::INVALID_HANDLE, 0xC000_0008, 9),
    (NtStatus::INVALID_PARAMETER, 0xC000_000D, 22),
    (NtStatus::NO_MEMORY, 0xC000_0017, 12),
    (NtStatus::ILLEGAL_INSTRUCTION, 0xC000_001D, 95),
    (NtStatus::ACCESS_DENIED, 0xC000_0022, 13),
    (NtStatus::BUFFER_TOO_SMALL, 0xC000_0023, 75),
    (NtStatus::OBJECT_TYPE_MISMATCH, 0xC000_0024, 91),
    (NtStatus::OBJECT_NAME_INVALID, 0xC000_0033, 2),
    (NtStatus::OBJECT_NAME_COLLISION, 0xC000_0035, 17),
    (NtStatus::NOT_SUPPORTED, 0xC000_00BB, 1),
    (NtStatus::DEVICE_REMOVED, 0xC000_02B6, 19),
    (NtStatus::GRAPHICS_ALLOCATION_BUSY, 0xC01E_0102, 115),
];

/// Failures without one: code and ioctl result.
const RAW: [(NtStatus, u32, isize); 4] = [
    (NtStatus::INVALID_USER_BUFFER, 0xC000_00E8, -0x3FFF_FF18),
    (NtStatus::UNSUCCESSFUL, 0xC000_0001, -0x3FFF_FFFF),
    (
        NtStatus::GRAPHICS_DRIVER_MISMATCH,
        0xC01E_0009,
        -0x3FE1_FFF7,
    ),
    (
        NtStatus::GRAPHICS_NO_VIDEO_MEMORY,
        0xC01E_0100,
        -0x3FE1_FF00,
    ),
];

/// What user space makes of an ioctl result: libc takes -4095..=-1 for an errno, and hands
/// anything else on as an `int`.
fn as_user_space_reads(result: isize) -> sys::NtStatus {
    if (-4095..=-1).contains(&result) {
        sys::NtStatus::from_errno(Errno::from_raw_os_error(-result as i32))
    } else {
        sys::NtStatus::from_result(result as i32)
    }
}

#[test]
fn a_status_with_an_errno_travels_as_it() {
    for (status, code, errno) in WITH_ERRNO {
        assert_eq!(status.code(), code);
        assert_eq!(status.ioctl_result(), -(errno as isize), "{status:?}");
    }
}

#[test]
fn any_other_failure_travels_raw() {
    for (status, code, result) in RAW {
        assert_eq!(status.code(), code);
        assert_eq!(status.ioctl_result(), result, "{status:?}");
        assert!(result < -4095);
    }
}

#[test]
fn success_is_0() {
    assert_eq!(NtStatus::SUCCESS.code(), 0);
    assert_eq!(NtStatus::SUCCESS.ioctl_result(), 0);
}

#[test]
fn user_space_reads_the_status_that_was_meant() {
    let with_errno = WITH_ERRNO.map(|(status, ..)| status);
    let raw = RAW.map(|(status, ..)| status);
    for status in with_errno.into_iter().chain(raw).chain([NtStatus::SUCCESS]) {
        let read = as_user_space_reads(status.ioctl_result());
        assert_eq!(read, sys::NtStatus(status.code()), "{status:?}");
    }
}

/// The kernel turns it into a restart, or into EINTR, which stands for no status.
#[test]
fn an_interrupted_call_asks_for_its_restart() {
    assert_eq!(NtStatus::INTERRUPTED.ioctl_result(), -512);
    // A customer's code, so that it is none of Windows'.
    assert_eq!(NtStatus::INTERRUPTED.code(), 0xE000_0001);
    assert_eq!(sys::NtStatus(NtStatus::INTERRUPTED.code()).name(), None);
    assert_eq!(
        sys::NtStatus::from_errno(Errno::INTR),
        sys::NtStatus::UNSUCCESSFUL
    );
}

/// The other way round: no errno but these twelve, and two that are never sent, stands for a status.
#[test]
fn user_space_has_no_errno_that_is_not_sent() {
    for errno in 1..4096 {
        let read = sys::NtStatus::from_errno(Errno::from_raw_os_error(errno));
        let sent = WITH_ERRNO.iter().find(|(.., sent)| *sent == errno);
        let expected = match (sent, errno) {
            (Some((_, code, _)), _) => *code,
            // EAGAIN is TIMEOUT, which travels as 0x102; ENOSYS is NOT_SUPPORTED, as EPERM is.
            (None, 11) => 0x102,
            (None, 38) => NtStatus::NOT_SUPPORTED.code(),
            (None, _) => NtStatus::UNSUCCESSFUL.code(),
        };
        assert_eq!(read.0, expected, "errno {errno}");
    }
}

/// Every constant has the name that user space prints for its code.
#[test]
fn the_names_are_user_spaces() {
    let names: [(NtStatus, &str); 16] = [
        (NtStatus::SUCCESS, "SUCCESS"),
        (NtStatus::UNSUCCESSFUL, "UNSUCCESSFUL"),
        (NtStatus::INVALID_HANDLE, "INVALID_HANDLE"),
        (NtStatus::INVALID_PARAMETER, "INVALID_PARAMETER"),
        (NtStatus::NO_MEMORY, "NO_MEMORY"),
        (NtStatus::ILLEGAL_INSTRUCTION, "ILLEGAL_INSTRUCTION"),
        (NtStatus::ACCESS_DENIED, "ACCESS_DENIED"),
        (NtStatus::BUFFER_TOO_SMALL, "BUFFER_TOO_SMALL"),
        (NtStatus::OBJECT_TYPE_MISMATCH, "OBJECT_TYPE_MISMATCH"),
        (NtStatus::OBJECT_NAME_INVALID, "OBJECT_NAME_INVALID"),
        (NtStatus::OBJECT_NAME_COLLISION, "OBJECT_NAME_COLLISION"),
        (NtStatus::NOT_SUPPORTED, "NOT_SUPPORTED"),
        (NtStatus::DEVICE_REMOVED, "DEVICE_REMOVED"),
        (
            NtStatus::GRAPHICS_DRIVER_MISMATCH,
            "GRAPHICS_DRIVER_MISMATCH",
        ),
        (
            NtStatus::GRAPHICS_NO_VIDEO_MEMORY,
            "GRAPHICS_NO_VIDEO_MEMORY",
        ),
        (
            NtStatus::GRAPHICS_ALLOCATION_BUSY,
            "GRAPHICS_ALLOCATION_BUSY",
        ),
    ];
    for (status, name) in names {
        assert_eq!(sys::NtStatus(status.code()).name(), Some(name));
    }
}

#[test]
fn a_kernels_errno_becomes_a_status() {
    for errno in 0..=4095 {
        let status = match errno {
            0 => NtStatus::SUCCESS,
            1 => NtStatus::NOT_SUPPORTED,
            // EINTR, ERESTARTSYS.
            4 | 512 => NtStatus::INTERRUPTED,
            // ENOMEM; EAGAIN, mmap's word for the limit of locked memory; ENFILE and EMFILE, the limits of
            // open files; ENOSPC and EDQUOT, a driver's lack of memory.
            11 | 12 | 23 | 24 | 28 | 122 => NtStatus::NO_MEMORY,
            13 => NtStatus::ACCESS_DENIED,
            // EFAULT is the caller's bad address (case 262).
            14 | 22 => NtStatus::INVALID_PARAMETER,
            19 => NtStatus::DEVICE_REMOVED,
            _ => NtStatus::UNSUCCESSFUL,
        };
        assert_eq!(NtStatus::from_errno(errno), status, "errno {errno}");
    }
    assert_eq!(NtStatus::from_errno(-22), NtStatus::UNSUCCESSFUL);
}

#[test]
fn a_status_is_printed_as_its_code() {
    assert_eq!(
        format!("{:?}", NtStatus::GRAPHICS_NO_VIDEO_MEMORY),
        "NTSTATUS 0xC01E0100"
    );
    assert_eq!(format!("{:?}", NtStatus::SUCCESS), "NTSTATUS 0x00000000");
}

/// Case 263.
#[test]
fn pending_is_a_success() {
    assert_eq!(NtStatus::PENDING.ioctl_result(), 0x103);
}
