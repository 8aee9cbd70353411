// SPDX-License-Identifier: MIT OR Apache-2.0
//! What can go wrong between drawing and showing.

use d3dddi::HResult;
use libd3dkmt::NtStatus;

/// Why there is no picture.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// The driver, or the runtime below it, answered with an error.
    #[error("{what}: {result}")]
    Driver {
        /// What it was to do.
        what: &'static str,
        /// Its answer.
        result: HResult,
    },
    /// There is no dma-buf of a buffer.
    #[error("making a dma-buf of a buffer: {0}")]
    DmaBuf(NtStatus),
    /// The display's side.
    #[error(transparent)]
    Display(#[from] dxg_present::Error),
}

/// Says what the driver was to do.
pub(crate) trait Asked<T> {
    fn asked(self, what: &'static str) -> Result<T, Error>;
}

impl<T> Asked<T> for d3dddi::Result<T> {
    fn asked(self, what: &'static str) -> Result<T, Error> {
        self.map_err(|result| Error::Driver { what, result })
    }
}
