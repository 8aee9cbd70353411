// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the video memory manager: there is always enough.

pub(crate) mod account;
pub(crate) mod access {
    pub(crate) use super::backing::CpuAccess;
}
pub(crate) mod backing;
pub(crate) mod backing_handle {
    pub(crate) use super::backing::BackingHandle;
}
pub(crate) mod engine_access;
pub(crate) mod offer;
#[path = "../../../../rust/vidmm/paging_priority.rs"]
#[rustfmt::skip]
pub(crate) mod paging_priority;
#[path = "../../../../rust/vidmm/lru_key.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod lru_key;
pub(crate) mod residency;

pub(crate) use crate::sys::dma_buf::DmaBuf;

use kernel::sync::{assert_no_lock, Arc};

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    Local,
    NonLocal,
}

pub(crate) struct GroupReport {
    pub(crate) usage: u64,
}

pub(crate) struct VidMm;

impl VidMm {
    pub(crate) fn start(&self) -> kernel::error::Result {
        Ok(())
    }

    pub(crate) fn unplug(&self) {}

    /// Nobody has work for it.
    pub(crate) fn queue(&self) {}

    pub(crate) fn size(&self, _: SegmentGroup) -> u64 {
        0
    }

    pub(crate) fn report(&self, _: SegmentGroup) -> GroupReport {
        GroupReport { usage: 0 }
    }

    /// So that the miniport is asked for a description, which says who it is.
    pub(crate) fn has_shapes(&self, _: SegmentGroup) -> bool {
        true
    }
}

pub(crate) struct CpuMapping;

impl Drop for CpuMapping {
    fn drop(&mut self) {
        assert_no_lock("a mapping goes");
    }
}

pub(crate) type SharedMapping = Arc<CpuMapping>;
