// SPDX-License-Identifier: MIT OR Apache-2.0
//! The node, and the adapters behind it.

use crate::{
    adapter::{Adapter, Luid},
    AdapterFilter, Error,
};
use rustix::fs::{open, Mode, OFlags};
use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    path::Path,
    sync::Arc,
};

/// An open `/dev/dxg`.
///
/// It is where everything begins; [`Adapter`]s and what is made from them keep it open. A clone is
/// the same open node. All opens of one process share one handle table, so that a second `Dxg`
/// finds nothing new.
///
/// # fork
///
/// The node belongs to the process that opened it: in a child made by `fork` every call on an
/// inherited `Dxg` fails with `ENOTTY` (case 261), dropping its objects there does nothing to the
/// parent's, and the child opens the node anew. The descriptor is closed by `exec`.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::Dxg;
///
/// for adapter in Dxg::open()?.adapters()? {
///     println!("{} {}", adapter.luid(), adapter.description()?);
/// }
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct Dxg {
    fd: Arc<OwnedFd>,
}

impl Dxg {
    /// Where the module puts its node.
    pub const PATH: &'static str = "/dev/dxg";

    /// Opens [`Self::PATH`].
    ///
    /// # Errors
    ///
    /// [`Error::Open`].
    pub fn open() -> Result<Self, Error> {
        Self::open_path(Self::PATH)
    }

    /// Opens the node at `path`, read-only, as clients of WSL do.
    ///
    /// # Errors
    ///
    /// [`Error::Open`].
    pub fn open_path(path: impl AsRef<Path>) -> Result<Self, Error> {
        let path = path.as_ref();
        let fd = open(path, OFlags::RDONLY | OFlags::CLOEXEC, Mode::empty()).map_err(|errno| {
            Error::Open {
                path: path.to_owned(),
                errno,
            }
        })?;
        Ok(Self { fd: Arc::new(fd) })
    }

    /// The adapters that can render, each opened (D3DKMTEnumAdapters3 without a filter, as the
    /// second version takes no more than 64 everywhere).
    ///
    /// # Errors
    ///
    /// `NO_MEMORY`.
    pub fn adapters(&self) -> Result<Vec<Adapter>, Error> {
        self.adapters_with(AdapterFilter::default())
    }

    /// The adapters that `filter` lets through, each opened (D3DKMTEnumAdapters3).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for reserved bits of the filter; `NO_MEMORY`.
    pub fn adapters_with(&self, filter: AdapterFilter) -> Result<Vec<Adapter>, Error> {
        crate::enumerate::adapters(self, filter)
    }

    /// Opens the adapter that has this LUID now (D3DKMTOpenAdapterFromLuid, case 9).
    ///
    /// A LUID names one instance of a device: when the device is unplugged and added again, it has
    /// another one (case 14).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` when no adapter has the LUID; `NO_MEMORY`.
    pub fn open_adapter(&self, luid: Luid) -> Result<Adapter, Error> {
        crate::enumerate::by_luid(self, luid)
    }
}

impl AsFd for Dxg {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.fd.as_fd()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use rustix::io::Errno;

    #[test]
    fn a_missing_node_is_named() {
        let error = Dxg::open_path("/dev/no-such-node").unwrap_err();
        assert_eq!(error.to_string(), "/dev/no-such-node: ENOENT");
        assert_eq!(error.errno(), Some(Errno::NOENT));
        assert_eq!(error.status(), None);
    }
}
