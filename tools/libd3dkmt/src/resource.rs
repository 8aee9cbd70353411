// SPDX-License-Identifier: MIT OR Apache-2.0
//! Resources: allocations that are one thing.

use crate::{
    allocation::Allocation, call, device::OpenDevice, global::GlobalHandle, handle::ResourceHandle,
    DestroyFlags, Dxg, Error, PageBuf,
};
use std::sync::Arc;

/// A resource and its allocations.
///
/// Its allocations belong to it: they go with it, in one call. It keeps its device alive.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{gem::Buffer, AllocationInfo, Dxg};
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let mut resource = device
///     .create()
///     .allocation(AllocationInfo::buffer(Buffer::new(1 << 20)))
///     .allocation(AllocationInfo::buffer(Buffer::new(2 << 20)))
///     .resource()?;
/// for allocation in resource.allocations_mut() {
///     allocation.lock()?.fill(0xff);
/// }
/// resource.destroy()?;
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Resource {
    shared: Arc<OpenResource>,
    allocations: Vec<Allocation>,
    runtime_data: Vec<u8>,
    private_data: Vec<u8>,
    global: Option<GlobalHandle>,
}

/// The handle, destroyed when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct OpenResource {
    device: Arc<OpenDevice>,
    handle: ResourceHandle,
}

impl OpenResource {
    /// Takes over a handle that the kernel has just given out.
    pub(crate) fn new(device: Arc<OpenDevice>, handle: ResourceHandle) -> Self {
        Self { device, handle }
    }

    pub(crate) fn device(&self) -> &Arc<OpenDevice> {
        &self.device
    }

    fn destroy(&self, flags: DestroyFlags) -> Result<(), Error> {
        call::destroy_resource(self.device.dxg(), self.device.handle(), self.handle, flags)
    }
}

impl Drop for OpenResource {
    fn drop(&mut self) {
        // The handle is 0 after `Resource::destroy`.
        if self.handle.0 != 0 {
            let _ = self.destroy(DestroyFlags::empty());
        }
    }
}

impl Resource {
    pub(crate) fn new(
        shared: Arc<OpenResource>,
        allocations: Vec<Allocation>,
        runtime_data: Vec<u8>,
        private_data: Vec<u8>,
    ) -> Self {
        Self {
            shared,
            allocations,
            runtime_data,
            private_data,
            global: None,
        }
    }

    pub(crate) fn with_global(self, global: Option<GlobalHandle>) -> Self {
        Self { global, ..self }
    }

    pub(crate) fn shared(&self) -> &Arc<OpenResource> {
        &self.shared
    }

    /// Takes in what the kernel has just appended.
    pub(crate) fn extend(&mut self, allocations: Vec<Allocation>) {
        self.allocations.extend(allocations);
    }

    /// The resource's handle.
    pub fn handle(&self) -> ResourceHandle {
        self.shared.handle
    }

    /// The number by which other processes of this user can open it
    /// ([`Device::open_global`](crate::Device::open_global)). A resource has one that was created
    /// with `CREATE_SHARED` without `NT_SECURITY_SHARING`, and whoever opened that by its number.
    pub fn global_handle(&self) -> Option<GlobalHandle> {
        self.global
    }

    pub(crate) fn dxg(&self) -> &Dxg {
        self.shared.device.dxg()
    }

    /// The runtime's bytes that its creator gave it.
    pub fn runtime_data(&self) -> &[u8] {
        &self.runtime_data
    }

    /// The private driver data that its creator gave it.
    pub fn private_data(&self) -> &[u8] {
        &self.private_data
    }

    /// Its allocations, in the order in which they were asked for.
    pub fn allocations(&self) -> &[Allocation] {
        &self.allocations
    }

    /// Its allocations, to be locked.
    pub fn allocations_mut(&mut self) -> &mut [Allocation] {
        &mut self.allocations
    }

    /// Takes an allocation out, to destroy it alone. The resource stays, even without any
    /// allocation (case 109), and what was taken out but not destroyed goes with it.
    ///
    /// # Panics
    ///
    /// When there is no allocation at `index`.
    pub fn take(&mut self, index: usize) -> Allocation {
        self.allocations.remove(index)
    }

    /// Destroys the resource with its allocations and says whether that worked
    /// (D3DKMTDestroyAllocation2). Gives back the memory that each of its allocations was made of,
    /// in order. Dropping it does the same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when an allocation that was taken out is alive: it keeps the resource.
    pub fn destroy(self) -> Result<Vec<Option<PageBuf>>, Error> {
        self.destroy_with(DestroyFlags::empty())
    }

    /// [`Self::destroy`] with flags, as for [`Allocation::destroy_with`].
    ///
    /// # Errors
    ///
    /// As for [`Self::destroy`], and `INVALID_PARAMETER` for flags that are not for callers.
    pub fn destroy_with(self, flags: DestroyFlags) -> Result<Vec<Option<PageBuf>>, Error> {
        let Self {
            shared,
            mut allocations,
            ..
        } = self;
        let memory = allocations
            .iter_mut()
            .map(Allocation::take_memory)
            .collect();
        drop(allocations);
        let mut open = Arc::try_unwrap(shared).map_err(|_| Error::InUse("resource"))?;
        open.destroy(flags)?;
        open.handle = ResourceHandle(0);
        Ok(memory)
    }
}
