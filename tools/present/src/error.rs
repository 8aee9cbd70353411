// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can be in the way of a picture.

use std::{io, path::PathBuf};

/// Why nothing is shown. Each is a sentence for a person.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The node of the card cannot be opened.
    #[error("{} cannot be opened: {source}", .card.display())]
    Open {
        /// Its node.
        card: PathBuf,
        /// What the kernel said.
        source: io::Error,
    },
    /// The node is not for this user.
    #[error(
        "{} may not be opened by this user: run as root, or join the group that it belongs to",
        .card.display()
    )]
    NotAllowed {
        /// Its node.
        card: PathBuf,
    },
    /// Somebody else has the display.
    #[error("{} belongs to another program: one only can be DRM master", .card.display())]
    NotMaster {
        /// Its node.
        card: PathBuf,
    },
    /// The card has no outputs.
    #[error("{} has no display outputs", .card.display())]
    NoOutputs {
        /// Its node.
        card: PathBuf,
    },
    /// Nothing is plugged in.
    #[error("no connector of {} has a monitor", .card.display())]
    NotConnected {
        /// Its node.
        card: PathBuf,
    },
    /// There is no connector that writes to memory.
    #[error("what {} shows cannot be read back: it has no writeback connector", .card.display())]
    NoWriteback {
        /// Its node.
        card: PathBuf,
    },
    /// A call was refused.
    #[error("{what}: {source}")]
    Call {
        /// What was being done.
        what: &'static str,
        /// What the kernel said.
        source: io::Error,
    },
}

impl Error {
    /// There is no display to be had, but nothing has gone wrong either.
    pub fn is_absence(&self) -> bool {
        !matches!(self, Self::Call { .. })
    }
}
