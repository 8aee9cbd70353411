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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_absence_is_a_sentence() {
        let card = PathBuf::from("/dev/dri/card7");
        let source = || io::Error::from_raw_os_error(2);
        for (error, sentence) in [
            (
                Error::Open {
                    card: card.clone(),
                    source: source(),
                },
                "/dev/dri/card7 cannot be opened: No such file or directory (os error 2)",
            ),
            (
                Error::NotAllowed { card: card.clone() },
                "/dev/dri/card7 may not be opened by this user: run as root, or join the group \
                 that it belongs to",
            ),
            (
                Error::NotMaster { card: card.clone() },
                "/dev/dri/card7 belongs to another program: one only can be DRM master",
            ),
            (
                Error::NoOutputs { card: card.clone() },
                "/dev/dri/card7 has no display outputs",
            ),
            (
                Error::NotConnected { card: card.clone() },
                "no connector of /dev/dri/card7 has a monitor",
            ),
            (
                Error::NoWriteback { card },
                "what /dev/dri/card7 shows cannot be read back: it has no writeback connector",
            ),
        ] {
            assert_eq!(error.to_string(), sentence);
            assert!(error.is_absence());
        }
        let failed = Error::Call {
            what: "setting the mode",
            source: source(),
        };
        let sentence = "setting the mode: No such file or directory (os error 2)";
        assert_eq!(failed.to_string(), sentence);
        assert!(!failed.is_absence());
    }
}
