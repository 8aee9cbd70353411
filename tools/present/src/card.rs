// SPDX-License-Identifier: MIT OR Apache-2.0
//! The node of a card, for the `drm` crate.

use crate::error::Error;
use drm::control::{connector, Device as _};
use std::{
    fs::{File, OpenOptions},
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
        let file = file.map_err(|source| Error::Open {
            card: path.to_owned(),
            source,
        })?;
        Ok(Self {
            file,
            path: path.to_owned(),
        })
    }

    pub(crate) fn path(&self) -> PathBuf {
        self.path.clone()
    }

    /// All connectors, as they are now.
    pub(crate) fn connectors(&self) -> std::io::Result<Vec<connector::Info>> {
        let resources = self.resource_handles()?;
        let connectors = resources.connectors().iter();
        connectors
            .map(|&handle| self.get_connector(handle, true))
            .collect()
    }
}
