// SPDX-License-Identifier: MIT OR Apache-2.0
//! NTSTATUS, and how an ioctl carries it.

use super::bindings as c;
use rustix::io::Errno;
use std::fmt;

/// An NTSTATUS: what a D3DKMT call answers.
///
/// ```
/// use libd3dkmt::sys::NtStatus;
///
/// let status = NtStatus(0xC01E_0100);
/// assert_eq!(status, NtStatus::GRAPHICS_NO_VIDEO_MEMORY);
/// assert_eq!(status.name(), Some("GRAPHICS_NO_VIDEO_MEMORY"));
/// assert!(!status.is_success());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[must_use]
pub struct NtStatus(pub u32);

/// The WDK's name of [`NtStatus`].
pub type NTSTATUS = NtStatus;

/// Makes the constants and the table of their names from one list.
macro_rules! statuses {
    ($($(#[$doc:meta])* $name:ident = $value:ident;)*) => {
        impl NtStatus {
            $($(#[$doc])* pub const $name: Self = Self(c::$value);)*
        }

        /// Every status that has a name, in ascending order.
        const NAMES: &[(NtStatus, &str)] = &[$((NtStatus::$name, stringify!($name)),)*];
    };
}

statuses! {
    /// Done.
    SUCCESS = STATUS_SUCCESS;
    /// The owner of a mutex went away holding it.
    ABANDONED = STATUS_ABANDONED;
    /// The time was up. It counts as success.
    TIMEOUT = STATUS_TIMEOUT;
    /// Done when the paging fence is reached. It counts as success.
    PENDING = STATUS_PENDING;
    /// Failed for a reason that has no status of its own.
    UNSUCCESSFUL = STATUS_UNSUCCESSFUL;
    /// No such function.
    NOT_IMPLEMENTED = STATUS_NOT_IMPLEMENTED;
    /// Bad address.
    ACCESS_VIOLATION = STATUS_ACCESS_VIOLATION;
    /// No object, or one of a wrong type, behind a handle.
    INVALID_HANDLE = STATUS_INVALID_HANDLE;
    /// Malformed call.
    INVALID_PARAMETER = STATUS_INVALID_PARAMETER;
    /// No system memory, or over a limit on it.
    NO_MEMORY = STATUS_NO_MEMORY;
    /// What `EOPNOTSUPP` stands for.
    ILLEGAL_INSTRUCTION = STATUS_ILLEGAL_INSTRUCTION;
    /// Not allowed.
    ACCESS_DENIED = STATUS_ACCESS_DENIED;
    /// The caller's buffer can't hold the answer.
    BUFFER_TOO_SMALL = STATUS_BUFFER_TOO_SMALL;
    /// An NT handle of another type.
    OBJECT_TYPE_MISMATCH = STATUS_OBJECT_TYPE_MISMATCH;
    /// A malformed name.
    OBJECT_NAME_INVALID = STATUS_OBJECT_NAME_INVALID;
    /// No object of that name.
    OBJECT_NAME_NOT_FOUND = STATUS_OBJECT_NAME_NOT_FOUND;
    /// The name is taken.
    OBJECT_NAME_COLLISION = STATUS_OBJECT_NAME_COLLISION;
    /// A sum of the arguments does not fit.
    INTEGER_OVERFLOW = STATUS_INTEGER_OVERFLOW;
    /// Not by this device.
    NOT_SUPPORTED = STATUS_NOT_SUPPORTED;
    /// The adapter is gone.
    DEVICE_REMOVED = STATUS_DEVICE_REMOVED;
    /// User-mode and kernel-mode driver disagree about private data.
    GRAPHICS_DRIVER_MISMATCH = STATUS_GRAPHICS_DRIVER_MISMATCH;
    /// No video memory left to commit.
    GRAPHICS_NO_VIDEO_MEMORY = STATUS_GRAPHICS_NO_VIDEO_MEMORY;
    /// Pages could not be made resident.
    GRAPHICS_CANT_LOCK_MEMORY = STATUS_GRAPHICS_CANT_LOCK_MEMORY;
    /// The GPU uses the allocation.
    GRAPHICS_ALLOCATION_BUSY = STATUS_GRAPHICS_ALLOCATION_BUSY;
    /// Too many references to an allocation.
    GRAPHICS_TOO_MANY_REFERENCES = STATUS_GRAPHICS_TOO_MANY_REFERENCES;
    /// Later.
    GRAPHICS_TRY_AGAIN_LATER = STATUS_GRAPHICS_TRY_AGAIN_LATER;
    /// At once.
    GRAPHICS_TRY_AGAIN_NOW = STATUS_GRAPHICS_TRY_AGAIN_NOW;
    /// The allocation is not usable any more.
    GRAPHICS_ALLOCATION_INVALID = STATUS_GRAPHICS_ALLOCATION_INVALID;
    /// The allocation is pinned.
    GRAPHICS_CANT_EVICT_PINNED_ALLOCATION = STATUS_GRAPHICS_CANT_EVICT_PINNED_ALLOCATION;
    /// The allocation is not for this use.
    GRAPHICS_INVALID_ALLOCATION_USAGE = STATUS_GRAPHICS_INVALID_ALLOCATION_USAGE;
    /// The CPU has the allocation locked.
    GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION = STATUS_GRAPHICS_CANT_RENDER_LOCKED_ALLOCATION;
    /// The allocation was closed meanwhile.
    GRAPHICS_ALLOCATION_CLOSED = STATUS_GRAPHICS_ALLOCATION_CLOSED;
    /// Bad instance of an allocation.
    GRAPHICS_INVALID_ALLOCATION_INSTANCE = STATUS_GRAPHICS_INVALID_ALLOCATION_INSTANCE;
    /// Bad handle of an allocation.
    GRAPHICS_INVALID_ALLOCATION_HANDLE = STATUS_GRAPHICS_INVALID_ALLOCATION_HANDLE;
    /// The allocation is another device's.
    GRAPHICS_WRONG_ALLOCATION_DEVICE = STATUS_GRAPHICS_WRONG_ALLOCATION_DEVICE;
    /// The contents of the allocation are lost.
    GRAPHICS_ALLOCATION_CONTENT_LOST = STATUS_GRAPHICS_ALLOCATION_CONTENT_LOST;
    /// The GPU faulted.
    GRAPHICS_GPU_EXCEPTION_ON_DEVICE = STATUS_GRAPHICS_GPU_EXCEPTION_ON_DEVICE;
}

/// The statuses that travel as an errno, and come back from it.
const ERRNOS: &[(Errno, NtStatus)] = &[
    (Errno::INVAL, NtStatus::INVALID_PARAMETER),
    (Errno::BADF, NtStatus::INVALID_HANDLE),
    (Errno::NOMEM, NtStatus::NO_MEMORY),
    (Errno::NODEV, NtStatus::DEVICE_REMOVED),
    (Errno::ACCESS, NtStatus::ACCESS_DENIED),
    (Errno::OVERFLOW, NtStatus::BUFFER_TOO_SMALL),
    (Errno::EXIST, NtStatus::OBJECT_NAME_COLLISION),
    (Errno::NOENT, NtStatus::OBJECT_NAME_INVALID),
    (Errno::AGAIN, NtStatus::TIMEOUT),
    (Errno::PROTOTYPE, NtStatus::OBJECT_TYPE_MISMATCH),
    (Errno::INPROGRESS, NtStatus::GRAPHICS_ALLOCATION_BUSY),
    (Errno::OPNOTSUPP, NtStatus::ILLEGAL_INSTRUCTION),
    (Errno::NOSYS, NtStatus::NOT_SUPPORTED),
    (Errno::PERM, NtStatus::NOT_SUPPORTED),
];

impl NtStatus {
    /// What an `ioctl` meant that failed with `errno`.
    ///
    /// An errno that stands for no status (`ENOTTY`, `EFAULT`, `EINTR`, …) is [`Self::UNSUCCESSFUL`].
    pub fn from_errno(errno: Errno) -> Self {
        ERRNOS
            .iter()
            .find(|(candidate, _)| *candidate == errno)
            .map_or(Self::UNSUCCESSFUL, |(_, status)| *status)
    }

    /// What an `ioctl` meant that returned `result`, which is not -1: the status itself.
    pub fn from_result(result: i32) -> Self {
        Self(result as u32)
    }

    /// What an `ioctl` returned and set `errno` to, taken together.
    pub fn from_ioctl(result: Result<Self, Errno>) -> Self {
        result.unwrap_or_else(Self::from_errno)
    }

    /// Whether the call did its work: the severity is success or informational.
    pub const fn is_success(self) -> bool {
        self.0 < 0x8000_0000
    }

    /// Name without `STATUS_`, if the ABI has one for the value.
    pub fn name(self) -> Option<&'static str> {
        NAMES
            .binary_search_by_key(&self.0, |(status, _)| status.0)
            .ok()
            .map(|index| NAMES[index].1)
    }

    /// Name with `STATUS_`, or the number.
    pub fn full_name(self) -> impl fmt::Display {
        struct Name(NtStatus);
        impl fmt::Display for Name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                match self.0.name() {
                    Some(name) => write!(f, "STATUS_{name}"),
                    None => write!(f, "NTSTATUS {:#010X}", self.0 .0),
                }
            }
        }
        Name(self)
    }
}

impl fmt::Display for NtStatus {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.full_name().fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn names_are_sorted_and_found() {
        assert!(NAMES.windows(2).all(|pair| pair[0].0 .0 < pair[1].0 .0));
        assert_eq!(NAMES.len(), 37);
        for (status, name) in NAMES {
            assert_eq!(status.name(), Some(*name));
        }
        assert_eq!(NtStatus(0xC01E_7777).name(), None);
        assert_eq!(NtStatus(0xC01E_7777).to_string(), "NTSTATUS 0xC01E7777");
        assert_eq!(NtStatus::PENDING.to_string(), "STATUS_PENDING");
    }

    /// The table of the ABI, once more and with numbers.
    #[test]
    fn errnos_are_those_of_the_abi() {
        for (errno, status) in [
            (22, 0xC000_000D),
            (9, 0xC000_0008),
            (12, 0xC000_0017),
            (19, 0xC000_02B6),
            (13, 0xC000_0022),
            (75, 0xC000_0023),
            (17, 0xC000_0035),
            (2, 0xC000_0033),
            (11, 0x0000_0102),
            (91, 0xC000_0024),
            (115, 0xC01E_0102),
            (95, 0xC000_001D),
            (38, 0xC000_00BB),
            (1, 0xC000_00BB),
            (14, 0xC000_0001),
            (4, 0xC000_0001),
            (25, 0xC000_0001),
        ] {
            let errno = Errno::from_raw_os_error(errno);
            assert_eq!(NtStatus::from_errno(errno), NtStatus(status), "{errno:?}");
        }
    }

    proptest! {
        #[test]
        fn results_are_verbatim(result: i32) {
            let status = NtStatus::from_result(result);
            prop_assert_eq!(i64::from(status.0), i64::from(result) & 0xFFFF_FFFF);
            prop_assert_eq!(status.is_success(), result >= 0);
            prop_assert_eq!(NtStatus::from_ioctl(Ok(status)), status);
        }

        #[test]
        fn an_errno_has_the_status_of_the_table_or_none(raw in 1..4096) {
            let errno = Errno::from_raw_os_error(raw);
            let status = NtStatus::from_ioctl(Err(errno));
            let listed = ERRNOS.iter().filter(|(e, _)| *e == errno).count();
            prop_assert!(listed <= 1);
            prop_assert_eq!(listed == 0, status == NtStatus::UNSUCCESSFUL);
        }
    }
}
