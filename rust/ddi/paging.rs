// SPDX-License-Identifier: GPL-2.0

//! Paging: what VidMm asks a miniport to do with allocations' bytes (`DxgkDdiBuildPagingBuffer`).

use super::Cookie;
use crate::{
    status::NtResult,
    sys::page_range::PageRange, //
};

/// An operation (DXGK_BUILDPAGINGBUFFER_OPERATION). It is complete when the call returns: there is no
/// GPU queue to submit it to.
pub(crate) enum PagingOperation<'a> {
    /// DXGK_OPERATION_FILL: fills memory with a pattern.
    Fill {
        #[allow(dead_code, reason = "which memory it is suffices for the CPU")]
        allocation: &'a Cookie,
        destination: PageRange<'a>,
        pattern: u32,
    },
    /// DXGK_OPERATION_TRANSFER: copies bytes from one place to another of the same size: a range of the
    /// allocation that starts at byte `offset`.
    Transfer {
        #[allow(dead_code, reason = "which memory it is suffices for the CPU")]
        allocation: &'a Cookie,
        #[allow(dead_code, reason = "which memory it is suffices for the CPU")]
        offset: usize,
        source: PageRange<'a>,
        destination: PageRange<'a>,
    },
}

impl PagingOperation<'_> {
    /// Performs it with the CPU: for miniports without a copy engine.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: a transfer between places of different sizes. INTERRUPTED: the calling process is
    /// being killed.
    pub(crate) fn by_cpu(self) -> NtResult {
        match self {
            Self::Fill {
                destination,
                pattern,
                ..
            } => destination.fill(pattern)?,
            Self::Transfer {
                source,
                destination,
                ..
            } => destination.copy_from(&source)?,
        }
        Ok(())
    }
}
