// SPDX-License-Identifier: GPL-2.0

//! Paging: what VidMm has a miniport do with the bytes of allocations (`DxgkDdiBuildPagingBuffer`).

use super::Cookie;
use crate::{
    status::NtResult,
    sys::page_range::PageRange, //
};

/// An operation (DXGK_BUILDPAGINGBUFFER_OPERATION). It is done when the call returns: there is no
/// paging queue of a GPU that it could be submitted to.
pub(crate) enum PagingOperation<'a> {
    /// DXGK_OPERATION_FILL: fills memory with a pattern.
    Fill {
        #[allow(dead_code, reason = "which memory it is suffices for the CPU")]
        allocation: &'a Cookie,
        destination: PageRange<'a>,
        pattern: u32,
    },
    /// DXGK_OPERATION_TRANSFER: copies bytes from one place to another, which is as large: some of the
    /// allocation's, from byte `offset` of it on.
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
    /// Has the CPU do it: for miniports without an engine of their own.
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
