// SPDX-License-Identifier: GPL-2.0

//! Segment memory: the miniport allocates it, and says how the CPU and other drivers access it.

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
        page_source::PageSource,
        write_fence::{
            Unfinished,
            WriteFence, //
        }, //
    }, //
};
use kernel::sync::Arc;

/// How the CPU accesses memory.
pub(crate) enum CpuPages {
    /// Through these pages, which do not change.
    Pages(Arc<dyn PageSource>),
    /// Through the mapping of the dma-buf's exporter.
    DmaBuf(DmaBuf),
    /// Not at all.
    None,
}

/// Memory of an adapter. Dropping it frees it; when the adapter is unplugged, its contents are lost, even while
/// it is referenced.
pub(crate) trait SegmentMemory: Send + Sync {
    /// How the CPU accesses it. Must not allocate or wait.
    fn cpu_pages(&self) -> CpuPages;

    /// Exports it as a dma-buf: the only one while that is in use.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: there is no device, or its driver cannot export. DEVICE_REMOVED. NO_MEMORY.
    /// - ACCESS_DENIED: a dma-buf of it with the other access is in use.
    fn export(&self, _writable: bool) -> NtResult<DmaBuf> {
        Err(NtStatus::NOT_SUPPORTED)
    }

    /// Has other drivers that read it, such as a display's for a flip, wait for a fence. `Some`: a fence that has to end
    /// before this is called again, as there are so many.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED, NO_MEMORY, INTERRUPTED.
    fn add_write_fence(&self, _fence: &WriteFence) -> NtResult<Option<Unfinished>> {
        Ok(None)
    }

    /// Drops the dma-buf if it is not in use: `true` when there is none any more. Must not wait.
    fn end_export(&self) -> bool {
        true
    }
}

/// Memory as VidMm holds it.
pub(crate) type Memory = Arc<dyn SegmentMemory>;

/// A request for memory in segment 1.
pub(crate) struct MemoryRequest<'a> {
    pub(crate) allocation: &'a Cookie,
    /// Its layout, if [`Segments`](super::adapter::Segments) says that the miniport wants it.
    pub(crate) layout: Option<AllocationDescription>,
    /// Size in bytes, whole pages.
    pub(crate) bytes: usize,
}

/// Memory that was imported from a dma-buf.
pub(crate) struct ImportedMemory {
    pub(crate) memory: Memory,
    pub(crate) facts: ForeignMemory,
}
