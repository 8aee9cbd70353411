// SPDX-License-Identifier: MIT OR Apache-2.0
//! Video memory as dma-bufs, for DRM and everything else on Linux that knows them.

use crate::{
    allocation::{Allocation, Owner},
    call,
    device::Device,
    handle::{AllocationHandle, ResourceHandle},
    resource::{OpenResource, Resource},
    sys::ext::DXGKRNL_DMA_BUF_READ_ONLY,
    Access, Error,
};
use std::{
    os::fd::{AsFd, OwnedFd},
    sync::Arc,
};

impl Access {
    fn flags(self) -> u32 {
        match self {
            Self::ReadOnly => DXGKRNL_DMA_BUF_READ_ONLY,
            Self::ReadWrite => 0,
        }
    }
}

impl Allocation {
    /// Makes a dma-buf of the memory: a descriptor that closes on exec. It keeps the memory whatever
    /// becomes of the allocation. PRIME import of it on the adapter's own card gives the very same GEM
    /// object.
    ///
    /// The allocation must be displayable, of a shared resource, or opened by a dma-buf. From now on it
    /// is one that others have, too: it is locked by [`Self::lock_sized`] alone.
    ///
    /// ```no_run
    /// # fn main() -> Result<(), libd3dkmt::Error> {
    /// use libd3dkmt::{
    ///     gem::{Format, Surface, Usage},
    ///     Access, AllocationInfo, Dxg,
    /// };
    ///
    /// let adapter = Dxg::open()?.adapters()?.remove(0);
    /// let device = adapter.create_device()?;
    /// let surface = Surface {
    ///     width: 640,
    ///     height: 480,
    ///     format: Format::Xrgb8888,
    ///     usage: Usage::CPU_VISIBLE | Usage::DISPLAYABLE,
    /// };
    /// let mut allocation = device.allocate(AllocationInfo::surface(surface))?;
    /// let dma_buf = allocation.export_dma_buf(Access::ReadWrite)?;
    ///
    /// // And back, here or in any process that was given the descriptor:
    /// let opened = device.open_dma_buf(&dma_buf, Access::ReadOnly)?;
    /// assert_eq!(opened.allocations()[0].size(), Some(640 * 480 * 4));
    /// # Ok(())
    /// # }
    /// ```
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for an allocation of another kind; `ACCESS_DENIED` for `ReadWrite` of what
    /// was opened for reading only, and while there is a dma-buf of it with the other access;
    /// `NOT_SUPPORTED` for memory of the caller, or when the DRM driver cannot; `NO_MEMORY`, also when
    /// there is no descriptor left; `DEVICE_REMOVED` when the adapter was unplugged.
    pub fn export_dma_buf(&mut self, access: Access) -> Result<OwnedFd, Error> {
        let handle = self.handle();
        let device = self.share();
        call::export_dma_buf(device.dxg(), device.handle(), handle, access.flags())
    }
}

impl Device {
    /// Opens a dma-buf, whoever made it, as a resource of one allocation on this device. The memory is
    /// the same; the descriptor is not needed any more.
    ///
    /// It is opened for reading only if that is asked for, or if the descriptor is. Who locks it
    /// ([`Allocation::lock_sized`]) must then not write.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for a descriptor of something else; `NOT_SUPPORTED` when the adapter's DRM
    /// driver cannot import it; `NO_MEMORY`; `DEVICE_REMOVED` when the adapter was unplugged.
    pub fn open_dma_buf(&self, dma_buf: impl AsFd, access: Access) -> Result<Resource, Error> {
        let (dxg, fd) = (self.dxg(), dma_buf.as_fd());
        let answer = call::open_dma_buf(dxg, self.handle(), fd, access.flags())?;
        let shared = OpenResource::new(self.shared().clone(), ResourceHandle(answer.resource));
        let shared = Arc::new(shared);
        let bytes = usize::try_from(answer.size).map_err(|_| Error::Answer {
            call: "DXGKRNL_IOCTL_OPEN_DMA_BUF",
            what: "there are more bytes than addresses",
        })?;
        let owner = Owner::Resource(shared.clone());
        let handle = AllocationHandle(answer.allocation);
        let allocation = Allocation::of_dma_buf(owner, handle, bytes);
        Ok(Resource::new(
            shared,
            vec![allocation],
            Vec::new(),
            Vec::new(),
        ))
    }
}
