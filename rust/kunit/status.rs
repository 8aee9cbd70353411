// SPDX-License-Identifier: GPL-2.0

//! Statuses and the kernel's errno values.

use crate::{
    core::bindings::handle_table::TableError,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtStatus, //
};
use kernel::{
    bindings,
    error::{
        code::*,
        Error, //
    },
    prelude::*,
    uaccess::{
        UserPtr,
        UserSlice, //
    }, //
};

/// Statuses that have their own errno: code, and the kernel's constant.
const WITH_ERRNO: [(NtStatus, u32, u32); 13] = [
    (NtStatus::INVALID_HANDLE, 0xC000_0008, bindings::EBADF),
    (NtStatus::INVALID_PARAMETER, 0xC000_000D, bindings::EINVAL),
    (NtStatus::NO_MEMORY, 0xC000_0017, bindings::ENOMEM),
    (
        NtStatus::ILLEGAL_INSTRUCTION,
        0xC000_001D,
        bindings::EOPNOTSUPP,
    ),
    (NtStatus::ACCESS_DENIED, 0xC000_0022, bindings::EACCES),
    (NtStatus::BUFFER_TOO_SMALL, 0xC000_0023, bindings::EOVERFLOW),
    (
        NtStatus::OBJECT_TYPE_MISMATCH,
        0xC000_0024,
        bindings::EPROTOTYPE,
    ),
    (NtStatus::OBJECT_NAME_INVALID, 0xC000_0033, bindings::ENOENT),
    (
        NtStatus::OBJECT_NAME_COLLISION,
        0xC000_0035,
        bindings::EEXIST,
    ),
    (NtStatus::NOT_SUPPORTED, 0xC000_00BB, bindings::EPERM),
    (NtStatus::DEVICE_REMOVED, 0xC000_02B6, bindings::ENODEV),
    (
        NtStatus::GRAPHICS_ALLOCATION_BUSY,
        0xC01E_0102,
        bindings::EINPROGRESS,
    ),
    (NtStatus::INTERRUPTED, 0xE000_0001, bindings::ERESTARTSYS),
];

/// The kernel crate of 7.2 lacks this constant.
const EDQUOT: i32 = 122;

/// The status of an errno (positive) as `kernel::error::Error` carries it.
fn of_errno(errno: i32) -> NtStatus {
    Error::from_errno(-errno).into()
}

#[kunit_tests(dxgkrnl_status)]
mod tests {
    use super::*;

    #[test]
    fn statuses_travel_as_the_kernels_errnos() {
        for (status, code, errno) in WITH_ERRNO {
            assert_eq!(status.code(), code);
            assert_eq!(Ok(-status.ioctl_result()), isize::try_from(errno));
        }
        // User space takes no result below this as an errno.
        assert_eq!(bindings::MAX_ERRNO, 4095);
    }

    #[test]
    fn kernel_errors_become_statuses() {
        let expected = [
            (EPERM, NtStatus::NOT_SUPPORTED),
            (EINTR, NtStatus::INTERRUPTED),
            (ERESTARTSYS, NtStatus::INTERRUPTED),
            (ENOMEM, NtStatus::NO_MEMORY),
            (EAGAIN, NtStatus::NO_MEMORY),
            (ENFILE, NtStatus::NO_MEMORY),
            (EMFILE, NtStatus::NO_MEMORY),
            (ENOSPC, NtStatus::NO_MEMORY),
            (Error::from_errno(-EDQUOT), NtStatus::NO_MEMORY),
            (EACCES, NtStatus::ACCESS_DENIED),
            (EFAULT, NtStatus::INVALID_PARAMETER),
            (EINVAL, NtStatus::INVALID_PARAMETER),
            (ENODEV, NtStatus::DEVICE_REMOVED),
        ];
        for (error, status) in expected {
            assert_eq!(NtStatus::from(error), status);
        }
        for errno in 1..=4095 {
            let known = expected
                .iter()
                .find(|(error, _)| error.to_errno() == -errno)
                .map(|(_, status)| *status);
            assert_eq!(of_errno(errno), known.unwrap_or(NtStatus::UNSUCCESSFUL));
        }
    }

    #[test]
    fn memory_that_is_not_there_is_no_memory() {
        let refused = KVVec::<u8>::with_capacity(usize::MAX, ACCOUNT);
        let status = refused.err().map(NtStatus::from);
        assert_eq!(status, Some(NtStatus::NO_MEMORY));
        assert_eq!(NtStatus::from(TableError::NoMemory), NtStatus::NO_MEMORY);
        assert_eq!(NtStatus::from(TableError::Full), NtStatus::NO_MEMORY);
    }

    #[test]
    fn an_address_of_nobody_is_an_invalid_parameter() {
        let nowhere = UserPtr::from_addr(usize::MAX);
        let read = UserSlice::new(nowhere, 1).reader().read::<u8>();
        assert_eq!(read.err(), Some(EFAULT));
        let status = read.err().map(NtStatus::from);
        assert_eq!(status, Some(NtStatus::INVALID_PARAMETER));
    }
}
