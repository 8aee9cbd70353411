// SPDX-License-Identifier: GPL-2.0

//! Memory of segments: the miniport makes it, and says how others get at it.

use super::{
    allocation::{
        AllocationDescription,
        ForeignMemory, //
    },
    Cookie, //
};
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        dma_buf::DmaBuf,
        page_source::PageSource, //
    }, //
};
use kernel::sync::Arc;

/// How the CPU gets at memory.
pub(crate) enum CpuPages {
    /// These are the pages, which do not change.
    Pages(Arc<dyn PageSource>),
    /// Its exporter maps it.
    DmaBuf(DmaBuf),
    /// It cannot.
    None,
}

/// Memory of an adapter. When it is dropped, it is free again; when the adapter goes, it is lost, whoever
/// still has it.
pub(crate) trait SegmentMemory: Send + Sync {
    /// How the CPU gets at it. Takes no memory, and does not wait.
    fn cpu_pages(&self) -> CpuPages;

    /// A dma-buf of it: the only one for as long as anybody uses it.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: there is no device, or its driver cannot. DEVICE_REMOVED. NO_MEMORY.
    /// - ACCESS_DENIED: somebody uses a dma-buf of it with the other access.
    fn export(&self, _writable: bool) -> NtResult<DmaBuf> {
        Err(NtStatus::NOT_SUPPORTED)
    }

    /// Gives the dma-buf up if nobody uses it: `true` when there is none any more. It does not wait.
    fn end_export(&self) -> bool {
        true
    }
}

/// Memory as VidMm has it.
pub(crate) type Memory = Arc<dyn SegmentMemory>;

/// Memory that is wanted in segment 1.
pub(crate) struct MemoryRequest<'a> {
    pub(crate) allocation: &'a Cookie,
    /// How it is laid out, if [`Segments`](super::adapter::Segments) says that the miniport wants to know.
    pub(crate) layout: Option<AllocationDescription>,
    /// Whole pages.
    pub(crate) bytes: usize,
}

/// Memory that came by a dma-buf.
pub(crate) struct ImportedMemory {
    pub(crate) memory: Memory,
    pub(crate) facts: ForeignMemory,
}
