// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for dma-bufs: in the models there are none.

use crate::sys::descriptor::NewDescriptor;
use kernel::error::{code::EBADF, Result};

/// There is none.
pub(crate) enum DmaBuf {}

impl DmaBuf {
    pub(crate) fn from_fd(_: i32) -> Result<Self> {
        Err(EBADF)
    }

    pub(crate) fn is_writable(&self) -> bool {
        match *self {}
    }

    pub(crate) fn map(&self, _: bool) -> Result<crate::sys::mapped_vma::MappedVma> {
        match *self {}
    }

    pub(crate) fn put_sync(self) {
        match self {}
    }

    pub(crate) fn descriptor(&self) -> Result<NewDescriptor> {
        match *self {}
    }
}
