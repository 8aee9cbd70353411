// SPDX-License-Identifier: GPL-2.0

//! [`NtStatus`]: how every room reports failure, and its one way to an ioctl result.
//!
//! Pure logic: also compiled and tested on the host.

#![deny(unsafe_code)]

/// A Windows status code, as the D3DKMT functions return it.
///
/// The values and names are those of the WDK's `ntstatus.h`, without `STATUS_`.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct NtStatus(u32);

/// What the rooms return: a value, or the status that the caller will see.
pub(crate) type NtResult<T = ()> = core::result::Result<T, NtStatus>;

// Linux errno values of the table below, which is part of the ABI.
const EPERM: i32 = 1;
const ENOENT: i32 = 2;
const EINTR: i32 = 4;
const EBADF: i32 = 9;
const EAGAIN: i32 = 11;
const ENOMEM: i32 = 12;
const EACCES: i32 = 13;
const EFAULT: i32 = 14;
const EEXIST: i32 = 17;
const ENODEV: i32 = 19;
const EINVAL: i32 = 22;
const ENFILE: i32 = 23;
const EMFILE: i32 = 24;
const ENOSPC: i32 = 28;
const EOVERFLOW: i32 = 75;
const EPROTOTYPE: i32 = 91;
const EOPNOTSUPP: i32 = 95;
const EINPROGRESS: i32 = 115;
const EDQUOT: i32 = 122;
/// The kernel's own: user space sees it as a restart of the call, or as EINTR.
const ERESTARTSYS: i32 = 512;

impl NtStatus {
    pub(crate) const SUCCESS: Self = Self(0);
    /// A success: the call is done, but its effect comes later.
    pub(crate) const PENDING: Self = Self(0x0000_0103);
    pub(crate) const UNSUCCESSFUL: Self = Self(0xC000_0001);
    pub(crate) const INVALID_HANDLE: Self = Self(0xC000_0008);
    pub(crate) const INVALID_PARAMETER: Self = Self(0xC000_000D);
    pub(crate) const NO_MEMORY: Self = Self(0xC000_0017);
    pub(crate) const ILLEGAL_INSTRUCTION: Self = Self(0xC000_001D);
    pub(crate) const ACCESS_DENIED: Self = Self(0xC000_0022);
    pub(crate) const BUFFER_TOO_SMALL: Self = Self(0xC000_0023);
    pub(crate) const OBJECT_TYPE_MISMATCH: Self = Self(0xC000_0024);
    pub(crate) const OBJECT_NAME_INVALID: Self = Self(0xC000_0033);
    pub(crate) const OBJECT_NAME_COLLISION: Self = Self(0xC000_0035);
    pub(crate) const NOT_SUPPORTED: Self = Self(0xC000_00BB);
    pub(crate) const DEVICE_REMOVED: Self = Self(0xC000_02B6);
    pub(crate) const INVALID_USER_BUFFER: Self = Self(0xC000_00E8);
    pub(crate) const GRAPHICS_DRIVER_MISMATCH: Self = Self(0xC01E_0009);
    pub(crate) const GRAPHICS_NO_VIDEO_MEMORY: Self = Self(0xC01E_0100);
    pub(crate) const GRAPHICS_ALLOCATION_BUSY: Self = Self(0xC01E_0102);
    /// Not of Windows, and never seen by user space as a status: a signal came while the call was
    /// waiting. Only for calls that have changed nothing, their argument included, and that would
    /// do the same when they are made again.
    pub(crate) const INTERRUPTED: Self = Self(0xE000_0001);

    /// Any status: tests say which one a miniport answers.
    #[cfg(dxg_script)]
    pub(crate) const fn from_code(code: u32) -> Self {
        Self(code)
    }

    /// The status as Windows prints it.
    #[allow(dead_code, reason = "the host tests compare it")]
    pub(crate) const fn code(self) -> u32 {
        self.0
    }

    /// The errno that user space turns back into this very status, if there is one; for
    /// INTERRUPTED the one by which the kernel restarts the call.
    ///
    /// TIMEOUT is missing on purpose: it is a success code and travels as a positive value.
    const fn errno(self) -> Option<i32> {
        Some(match self {
            Self::INVALID_HANDLE => EBADF,
            Self::INVALID_PARAMETER => EINVAL,
            Self::NO_MEMORY => ENOMEM,
            Self::ILLEGAL_INSTRUCTION => EOPNOTSUPP,
            Self::ACCESS_DENIED => EACCES,
            Self::BUFFER_TOO_SMALL => EOVERFLOW,
            Self::OBJECT_TYPE_MISMATCH => EPROTOTYPE,
            Self::OBJECT_NAME_INVALID => ENOENT,
            Self::OBJECT_NAME_COLLISION => EEXIST,
            Self::NOT_SUPPORTED => EPERM,
            Self::DEVICE_REMOVED => ENODEV,
            Self::GRAPHICS_ALLOCATION_BUSY => EINPROGRESS,
            Self::INTERRUPTED => ERESTARTSYS,
            _ => return None,
        })
    }

    /// The value that the ioctl returns for this status.
    ///
    /// Success codes (PENDING, ...) are returned as they are. A failure with an errno of its own
    /// is that errno. Any other failure is the raw 32-bit code, sign-extended: it lies outside the
    /// range that libc takes for an errno and so reaches the caller unchanged.
    pub(crate) fn ioctl_result(self) -> isize {
        match self.errno() {
            Some(errno) => -(errno as isize),
            // CAST: the sign extension is the point; `isize` has 64 bits here.
            None => self.0 as i32 as isize,
        }
    }

    /// The status for a kernel errno (positive) that came up inside.
    ///
    /// An address that faults is the caller's mistake (case 262 as INVALID_PARAMETER).
    pub(crate) const fn from_errno(errno: i32) -> Self {
        match errno {
            0 => Self::SUCCESS,
            EPERM => Self::NOT_SUPPORTED,
            EINTR | ERESTARTSYS => Self::INTERRUPTED,
            // All are a lack of memory, or a limit on it: of what may be locked (EAGAIN, which mmap says),
            // of open files, of space in shmem or of TTM.
            ENOMEM | EAGAIN | ENFILE | EMFILE | ENOSPC | EDQUOT => Self::NO_MEMORY,
            EACCES => Self::ACCESS_DENIED,
            EINVAL | EFAULT => Self::INVALID_PARAMETER,
            ENODEV => Self::DEVICE_REMOVED,
            _ => Self::UNSUCCESSFUL,
        }
    }
}

impl core::fmt::Debug for NtStatus {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "NTSTATUS {:#010X}", self.0)
    }
}
