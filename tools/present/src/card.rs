// SPDX-License-Identifier: MIT OR Apache-2.0
//! The node of a card, for the `drm` crate.

use crate::error::Error;
use drm::control::{connector, Device as _};
use std::{
    fs::{File, OpenOptions},
    io,
    os::fd::{AsFd, BorrowedFd},
    path::{Path, PathBuf},
};

/// An open card.
pub(crate) struct Card {
    file: File,
    path: PathBuf,
}

impl AsFd for Card {
    fn as_fd(&self) -> BorrowedFd<'_> {
        self.file.as_fd()
    }
}

impl drm::Device for Card {}
impl drm::control::Device for Card {}

impl Card {
    pub(crate) fn open(path: &Path) -> Result<Self, Error> {
        let file = OpenOptions::new().read(true).write(true).open(path);
        let file = file.map_err(|source| {
            let card = path.to_owned();
            match source.kind() {
                io::ErrorKind::PermissionDenied => Error::NotAllowed { card },
                _ => Error::Open { card, source },
            }
        })?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// Makes a call, and makes it again when a signal has interrupted it, as libdrm does: the `drm`
    /// crate does not.
    pub(crate) fn retry<T>(&self, call: impl Fn(&Self) -> io::Result<T>) -> io::Result<T> {
        loop {
            match call(self) {
                Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
                answer => return answer,
            }
        }
    }

    /// The same, with what is being done in the error.
    pub(crate) fn call<T>(
        &self,
        what: &'static str,
        call: impl Fn(&Self) -> io::Result<T>,
    ) -> Result<T, Error> {
        let answer = self.retry(call);
        answer.map_err(|source| Error::Call { what, source })
    }

    /// All connectors, as they are now.
    pub(crate) fn connectors(&self) -> io::Result<Vec<connector::Info>> {
        let resources = self.retry(|card| card.resource_handles())?;
        let connectors = resources.connectors().iter();
        connectors
            .map(|&handle| self.retry(|card| card.get_connector(handle, true)))
            .collect()
    }
}
