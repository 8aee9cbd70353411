// SPDX-License-Identifier: GPL-2.0

//! [`Provider`]: where the memory of an adapter comes from, for as long as the adapter is there.

use super::resident::Memory;
use crate::{
    ddi::{
        paging::PagingOperation,
        Cookie,
        Miniport, //
    },
    drm::{
        gem::{
            GemObject,
            Shape, //
        },
        presence::{
            Presence,
            Visit, //
        },
        prime::DmaBuf,
        target::Target, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        kernel_pages::KernelPages,
        page_range::PageRange, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// See the module's documentation.
pub(crate) enum Provider {
    /// A DRM device makes local memory.
    Drm {
        target: Pin<KBox<Presence<Target>>>,
        /// Give GEM objects legacy names, for the target's debugfs.
        name_objects: bool,
    },
    /// All memory is system memory.
    System(Pin<KBox<Presence<()>>>),
}

impl Provider {
    pub(crate) fn drm(target: Arc<Target>, name_objects: bool) -> Result<Self> {
        Ok(Self::Drm {
            target: KBox::pin_init(Presence::new(target), GFP_KERNEL)?,
            name_objects,
        })
    }

    pub(crate) fn system() -> Result<Self> {
        let there = Arc::new((), GFP_KERNEL)?;
        let presence = KBox::pin_init(Presence::new(there), GFP_KERNEL)?;
        Ok(Self::System(presence))
    }

    /// Begins a stretch in which the adapter does not go; DEVICE_REMOVED when it has gone.
    pub(super) fn stay(&self) -> NtResult<Stay<'_>> {
        Ok(match self {
            Self::Drm {
                target,
                name_objects,
            } => Stay::Drm(target.visit()?, *name_objects),
            Self::System(there) => Stay::System {
                _visit: there.visit()?,
            },
        })
    }

    /// As [`Presence::end`].
    pub(super) fn end(&self, drop_references: impl FnOnce()) {
        match self {
            Self::Drm { target, .. } => target.end(drop_references),
            Self::System(there) => there.end(drop_references),
        }
    }
}

/// A stretch in which the adapter does not go. Memory of a device must not outlive it, unless
/// [`Provider::end`] drops it.
pub(super) enum Stay<'a> {
    Drm(Visit<'a, Target>, bool),
    System { _visit: Visit<'a, ()> },
}

/// Who fills memory of an allocation when it comes into being.
#[derive(Clone, Copy)]
pub(crate) struct Pager<'a> {
    pub(crate) miniport: &'a dyn Miniport,
    pub(crate) allocation: &'a Cookie,
}

impl Stay<'_> {
    /// New memory of `bytes` bytes (whole pages), all zero: of the device if it is to have a shape.
    ///
    /// # Errors
    ///
    /// NO_MEMORY, and what the device's driver or the miniport says.
    pub(super) fn make(
        &self,
        shape: Option<Shape>,
        bytes: usize,
        pager: Pager<'_>,
    ) -> NtResult<Memory> {
        // DRM drivers hand out zeros; the allocator of pages does not.
        if let (Self::Drm(target, named), Some(shape)) = (self, shape) {
            return Ok(Memory::Gem(GemObject::new(target, shape, *named)?));
        }
        let pages = KernelPages::new(bytes)?;
        pager.miniport.build_paging_buffer(PagingOperation::Fill {
            allocation: pager.allocation,
            destination: PageRange::of(&pages),
            pattern: 0,
        })?;
        Ok(Memory::Pages(Arc::new(pages, ACCOUNT)?))
    }

    /// The object of the device that shows the memory behind a dma-buf.
    ///
    /// # Errors
    ///
    /// NOT_SUPPORTED: there is no device, or its driver cannot. NO_MEMORY.
    pub(super) fn import(&self, dma_buf: DmaBuf) -> NtResult<Arc<GemObject>> {
        match self {
            Self::Drm(target, _) => Ok(GemObject::import(target, dma_buf)?),
            Self::System { .. } => Err(NtStatus::NOT_SUPPORTED),
        }
    }
}
