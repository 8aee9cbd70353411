// SPDX-License-Identifier: MIT OR Apache-2.0
//! Why something did not work.

use crate::{sys::NtStatus, ExecutionState};
use rustix::io::Errno;
use std::{fmt, path::PathBuf};

/// A call that the kernel refused.
///
/// ```
/// use libd3dkmt::{CallError, NtStatus};
///
/// let error = CallError::from_status("D3DKMTCreateAllocation2", NtStatus::GRAPHICS_NO_VIDEO_MEMORY);
/// assert_eq!(
///     error.to_string(),
///     "D3DKMTCreateAllocation2: STATUS_GRAPHICS_NO_VIDEO_MEMORY (0xC01E0100)",
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CallError {
    call: &'static str,
    status: NtStatus,
    errno: Option<Errno>,
}

impl CallError {
    /// A status that came as the result of the call itself.
    pub fn from_status(call: &'static str, status: NtStatus) -> Self {
        Self {
            call,
            status,
            errno: None,
        }
    }

    /// A status that came as an errno.
    pub fn from_errno(call: &'static str, errno: Errno) -> Self {
        Self {
            call,
            status: NtStatus::from_errno(errno),
            errno: Some(errno),
        }
    }

    /// The D3DKMT function.
    pub fn call(&self) -> &'static str {
        self.call
    }

    /// What the call answered. An errno without a status of its own is `UNSUCCESSFUL`.
    pub fn status(&self) -> NtStatus {
        self.status
    }

    /// The errno, when the status came as one.
    pub fn errno(&self) -> Option<Errno> {
        self.errno
    }
}

impl fmt::Display for CallError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self {
            call,
            status,
            errno,
        } = self;
        write!(f, "{call}: {} (0x{:08X}", status.full_name(), status.0)?;
        match errno {
            Some(errno) => write!(f, ", {})", errno_name(*errno)),
            None => f.write_str(")"),
        }
    }
}

impl std::error::Error for CallError {}

/// Everything that can go wrong in this crate.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The node could not be opened: `ENOENT` when the module is not loaded, `EACCES` when the
    /// node's mode forbids it.
    #[error("{}: {}", path.display(), errno_name(*errno))]
    Open {
        /// The node.
        path: PathBuf,
        /// Why.
        errno: Errno,
    },
    /// The kernel refused a call.
    #[error(transparent)]
    Call(#[from] CallError),
    /// No memory of the wanted size could be mapped.
    #[error("mmap: {}", errno_name(*.0))]
    Memory(Errno),
    /// The object was not destroyed, because others made from it are alive. It is destroyed when
    /// the last of them goes.
    #[error("the {0} is not destroyed yet: objects made from it are alive")]
    InUse(&'static str),
    /// The allocation's private data is not known to this crate, so neither is its size.
    #[error("the size of the allocation is not known; lock it with its size")]
    SizeUnknown,
    /// The allocation is of a shared resource, so that its bytes may change at any time.
    #[error("the allocation is shared; lock it with its size")]
    Shared,
    /// The allocation has been mapped for the GPU, so that commands may change its bytes at any time.
    #[error("the allocation is mapped for the GPU; copy from and to it, or lock it with its size")]
    Mapped,
    /// The caller's memory is smaller than the allocation that was to be made of it.
    #[error("the allocation takes {needed} bytes, and its memory has {given}")]
    MemoryTooSmall {
        /// Bytes that the allocation has.
        needed: u64,
        /// Bytes that were given.
        given: usize,
    },
    /// The device is in error, so that nothing is executed for it any more: a command has faulted or took too long, or
    /// an update of GPU addresses found no memory. That the adapter has gone is `DEVICE_REMOVED`.
    #[error("the device is in error: {0:?}")]
    Device(ExecutionState),
    /// An eventfd could not be made, or not be waited for.
    #[error("eventfd: {}", errno_name(*.0))]
    Event(Errno),
    /// Arguments that this crate does not hand to the kernel.
    #[error("{0}")]
    Argument(&'static str),
    /// The kernel answered something that cannot be.
    #[error("{call}: answer makes no sense: {what}")]
    Answer {
        /// The D3DKMT function.
        call: &'static str,
        /// What is wrong with it.
        what: &'static str,
    },
}

impl Error {
    /// The status, when it was the kernel that refused.
    pub fn status(&self) -> Option<NtStatus> {
        match self {
            Self::Call(error) => Some(error.status()),
            _ => None,
        }
    }

    /// The errno, when there was one.
    pub fn errno(&self) -> Option<Errno> {
        match self {
            Self::Call(error) => error.errno(),
            Self::Open { errno, .. } | Self::Memory(errno) | Self::Event(errno) => Some(*errno),
            _ => None,
        }
    }
}

/// The name of an errno that `/dev/dxg` can answer, or its number.
fn errno_name(errno: Errno) -> String {
    let name = match errno {
        Errno::ACCESS => "EACCES",
        Errno::AGAIN => "EAGAIN",
        Errno::BADF => "EBADF",
        Errno::EXIST => "EEXIST",
        Errno::FAULT => "EFAULT",
        Errno::INPROGRESS => "EINPROGRESS",
        Errno::INTR => "EINTR",
        Errno::INVAL => "EINVAL",
        Errno::NODEV => "ENODEV",
        Errno::NOENT => "ENOENT",
        Errno::NOMEM => "ENOMEM",
        Errno::NOSYS => "ENOSYS",
        Errno::NOTTY => "ENOTTY",
        Errno::NXIO => "ENXIO",
        Errno::OPNOTSUPP => "EOPNOTSUPP",
        Errno::OVERFLOW => "EOVERFLOW",
        Errno::PERM => "EPERM",
        Errno::PROTOTYPE => "EPROTOTYPE",
        other => return format!("errno {}", other.raw_os_error()),
    };
    name.to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_names_status_and_errno() {
        let error = CallError::from_errno("D3DKMTCreateAllocation2", Errno::INVAL);
        assert_eq!(
            error.to_string(),
            "D3DKMTCreateAllocation2: STATUS_INVALID_PARAMETER (0xC000000D, EINVAL)"
        );
        assert_eq!(
            Error::from(error).status(),
            Some(NtStatus::INVALID_PARAMETER)
        );
        assert_eq!(Error::from(error).errno(), Some(Errno::INVAL));
    }

    #[test]
    fn an_errno_without_a_status_is_unsuccessful() {
        let error = CallError::from_errno("D3DKMTLock2", Errno::NOTTY);
        assert_eq!(
            error.to_string(),
            "D3DKMTLock2: STATUS_UNSUCCESSFUL (0xC0000001, ENOTTY)"
        );
    }

    #[test]
    fn an_unknown_status_is_a_number() {
        let error = CallError::from_status("D3DKMTLock2", NtStatus(0xC01E_7777));
        assert!(error.to_string().contains("0xC01E7777"), "{error}");
        assert_eq!(error.errno(), None);
    }
}
