// SPDX-License-Identifier: MIT OR Apache-2.0
//! D3DKMTCreateAllocation2: from what is wanted to what there is.

use crate::{
    allocation::{Allocation, AllocationInfo, Content, Owner},
    call,
    device::Device,
    gem::Layout,
    global::GlobalHandle,
    handle::{AllocationHandle, ResourceHandle},
    resource::{OpenResource, Resource},
    sys, CreateFlags, Error,
};
use std::sync::Arc;

/// A call of D3DKMTCreateAllocation2 that is being put together.
///
/// It makes all of its allocations or none (case 62). [`Self::stand_alone`], [`Self::resource`]
/// and [`Self::append_to`] end it.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{gem::Buffer, AllocationInfo, Dxg};
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let resource = device
///     .create()
///     .runtime_data(*b"kept with the resource")
///     .allocation(AllocationInfo::buffer(Buffer::new(1 << 20)))
///     .allocation(AllocationInfo::buffer(Buffer::new(4096)).priority(0xa000_0000))
///     .resource()?;
/// assert_eq!(resource.allocations().len(), 2);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
#[must_use = "nothing is made before the call is ended"]
pub struct CreateAllocation<'a> {
    device: &'a Device,
    infos: Vec<AllocationInfo>,
    runtime_data: Vec<u8>,
    private_data: Vec<u8>,
    flags: CreateFlags,
}

impl<'a> CreateAllocation<'a> {
    pub(crate) fn new(device: &'a Device) -> Self {
        Self {
            device,
            infos: Vec::new(),
            runtime_data: Vec::new(),
            private_data: Vec::new(),
            flags: CreateFlags::empty(),
        }
    }

    /// Adds an allocation.
    pub fn allocation(mut self, info: AllocationInfo) -> Self {
        self.infos.push(info);
        self
    }

    /// Sets the runtime's bytes that the kernel keeps with a resource, as they are.
    pub fn runtime_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.runtime_data = data.into();
        self
    }

    /// Sets the private driver data of the resource.
    pub fn private_data(mut self, data: impl Into<Vec<u8>>) -> Self {
        self.private_data = data.into();
        self
    }

    /// Sets flags beyond those that the way of ending the call implies.
    pub fn flags(mut self, flags: CreateFlags) -> Self {
        self.flags = flags;
        self
    }

    /// Makes allocations outside of a resource (case 59), in order.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER` for anything malformed; `GRAPHICS_DRIVER_MISMATCH` for private data of
    /// another version (case 64); `GRAPHICS_NO_VIDEO_MEMORY` when no video memory is left (case
    /// 65); `NO_MEMORY`, also when the limit on locked memory forbids to pin the caller's;
    /// `DEVICE_REMOVED` when the adapter was unplugged (case 66). [`Error::MemoryTooSmall`] when the
    /// driver makes an allocation larger than the memory that was given for it, and
    /// [`Error::Argument`] for an existing heap that is not the only allocation.
    pub fn stand_alone(mut self) -> Result<Vec<Allocation>, Error> {
        let made = self.call(ResourceHandle(0))?;
        self.adopt(made.allocations, || {
            Owner::Device(self.device.shared().clone())
        })
    }

    /// Makes a new resource of the allocations (case 61).
    ///
    /// # Errors
    ///
    /// As for [`Self::stand_alone`].
    pub fn resource(mut self) -> Result<Resource, Error> {
        self.flags |= CreateFlags::CREATE_RESOURCE;
        let made = self.call(ResourceHandle(0))?;
        let device = self.device.shared().clone();
        let shared = Arc::new(OpenResource::new(device, made.resource));
        let allocations = self.adopt(made.allocations, || Owner::Resource(shared.clone()))?;
        let (runtime_data, private_data) = (self.runtime_data, self.private_data);
        let resource = Resource::new(shared, allocations, runtime_data, private_data);
        Ok(resource.with_global(made.global))
    }

    /// Appends the allocations to a resource of the same device (case 91).
    ///
    /// # Errors
    ///
    /// As for [`Self::stand_alone`]; `INVALID_PARAMETER` for a shared resource (case 93), a
    /// resource of another device (case 95) and for existing heaps (case 90).
    pub fn append_to(mut self, resource: &mut Resource) -> Result<(), Error> {
        let made = self.call(resource.handle())?;
        let shared = resource.shared();
        let allocations = self.adopt(made.allocations, || Owner::Resource(shared.clone()))?;
        resource.extend(allocations);
        Ok(())
    }

    /// Does the call. Each element's private data is written back to.
    fn call(&mut self, resource: ResourceHandle) -> Result<Made, Error> {
        let heap = self.existing_heap()?;
        let mut elements = self
            .infos
            .iter_mut()
            .map(element)
            .collect::<Result<Vec<_>, _>>()?;
        let mut argument = sys::D3DKMT_CREATEALLOCATION {
            device: self.device.handle().into(),
            resource: resource.into(),
            private_runtime_data: address(&self.runtime_data),
            private_runtime_data_size: count(self.runtime_data.len())?,
            priv_drv_data: address(&self.private_data),
            priv_drv_data_size: count(self.private_data.len())?,
            alloc_count: count(elements.len())?,
            allocation_info: elements.as_mut_ptr() as u64,
            ..Default::default()
        };
        if let Some(heap) = &heap {
            argument.priv_drv_data = std::ptr::from_ref(heap) as u64;
            self.flags |= CreateFlags::STANDARD_ALLOCATION | CreateFlags::EXISTING_SYSMEM;
        }
        argument.flags = self.flags.into();
        // SAFETY: Every address in the argument is that of a live buffer of the size that stands
        // beside it. The memory behind an element's `sysmem` lives as long as its allocation will.
        unsafe { call::create_allocation(self.device.dxg(), &mut argument) }?;
        let handles = elements.iter().map(|element| element.allocation.v);
        Ok(Made {
            resource: ResourceHandle(argument.resource.v),
            allocations: handles.map(AllocationHandle).collect(),
            global: GlobalHandle::answered(argument.global_share.v),
        })
    }

    /// The argument of a standard allocation, when the one allocation is an existing heap.
    fn existing_heap(&self) -> Result<Option<sys::D3DKMT_CREATESTANDARDALLOCATION>, Error> {
        let is_heap = |info: &AllocationInfo| matches!(info.content, Content::ExistingHeap);
        if !self.infos.iter().any(is_heap) {
            return Ok(None);
        }
        let [info] = self.infos.as_slice() else {
            return Err(Error::Argument("an existing heap goes alone into a call"));
        };
        if !self.private_data.is_empty() {
            return Err(Error::Argument("an existing heap takes no private data"));
        }
        let mut heap = sys::D3DKMT_CREATESTANDARDALLOCATION {
            type_: sys::D3DKMT_STANDARDALLOCATIONTYPE_EXISTINGHEAP,
            ..Default::default()
        };
        heap.existing_heap_data.size = info.memory.bytes().unwrap_or(0) as u64;
        Ok(Some(heap))
    }

    /// Makes objects of the new handles. When one is too large for its memory, none of them stays.
    fn adopt(
        &mut self,
        handles: Vec<AllocationHandle>,
        owner: impl Fn() -> Owner,
    ) -> Result<Vec<Allocation>, Error> {
        let shared = self.flags.contains(CreateFlags::CREATE_SHARED);
        let made: Vec<Allocation> = handles
            .into_iter()
            .zip(self.infos.drain(..))
            .map(|(handle, info)| Allocation::new(owner(), handle, info, shared))
            .collect();
        match made.iter().try_for_each(Allocation::check_size) {
            Ok(()) => Ok(made),
            Err(error) => {
                // By themselves members of a resource would stay with it.
                for allocation in made {
                    let _ = allocation.destroy();
                }
                Err(error)
            }
        }
    }
}

/// Handles that the call has answered.
struct Made {
    resource: ResourceHandle,
    allocations: Vec<AllocationHandle>,
    global: Option<GlobalHandle>,
}

/// The element of the array that asks for `info`.
fn element(info: &mut AllocationInfo) -> Result<sys::D3DDDI_ALLOCATIONINFO2, Error> {
    let mut element = sys::D3DDDI_ALLOCATIONINFO2::default();
    if let Content::Gem(data) | Content::Opaque(data) = &mut info.content {
        element.priv_drv_data = if data.is_empty() {
            0
        } else {
            data.as_mut_ptr() as u64
        };
        element.priv_drv_data_size = count(data.len())?;
    }
    if let (Content::Gem(data), Some(given)) = (&info.content, info.memory.bytes()) {
        // A buffer says its size; of a surface the driver will, and `adopt` looks at it then.
        match Layout::read(data).map(|wanted| wanted.bytes) {
            Some(needed) if needed > given as u64 => {
                return Err(Error::MemoryTooSmall { needed, given });
            }
            _ => {}
        }
    }
    if let Some(base) = info.memory.base() {
        element.sysmem = base.as_ptr() as u64;
    }
    if let Some(source) = info.primary {
        element.vidpn_source_id = source;
        element.flags.value |= sys::D3DDDI_ALLOCATIONINFO2_PRIMARY;
    }
    if let Some(priority) = info.priority {
        element.priority = priority;
        element.flags.value |= sys::D3DDDI_ALLOCATIONINFO2_OVERRIDE_PRIORITY;
    }
    Ok(element)
}

/// The address of `data`, or NULL when there is none.
fn address(data: &[u8]) -> u64 {
    if data.is_empty() {
        0
    } else {
        data.as_ptr() as u64
    }
}

/// `len` as the ABI counts.
fn count(len: usize) -> Result<u32, Error> {
    u32::try_from(len).map_err(|_| Error::Argument("more than 4 GiB in one argument"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{adapter::Adapter, gem::Buffer, handle::AdapterHandle, Dxg, Luid, PageBuf};
    use rustix::io::Errno;

    /// An adapter on a node that refuses every call, so that calls that are made can be told from
    /// those that are not.
    fn adapter() -> Adapter {
        let dxg = Dxg::open_path("/dev/null").unwrap();
        let luid = Luid { high: 0, low: 1 };
        Adapter::new(&dxg, AdapterHandle(0x4000_0000), luid, 1)
    }

    fn device() -> Device {
        Device::for_tests(&adapter())
    }

    fn heap() -> AllocationInfo {
        AllocationInfo::existing_heap(PageBuf::new(4096).unwrap())
    }

    fn buffer() -> AllocationInfo {
        AllocationInfo::buffer(Buffer::new(4096))
    }

    #[test]
    fn an_existing_heap_goes_alone() {
        let device = device();
        for wrong in [
            device.create().allocation(heap()).allocation(heap()),
            device.create().allocation(buffer()).allocation(heap()),
            device.create().allocation(heap()).private_data(*b"data"),
        ] {
            assert!(matches!(wrong.stand_alone(), Err(Error::Argument(_))));
        }
        for right in [
            device.create().allocation(heap()).runtime_data(*b"data"),
            device.create().allocation(buffer()).allocation(buffer()),
        ] {
            let error = right.resource().unwrap_err();
            assert_eq!(error.errno(), Some(Errno::NOTTY), "{error}");
        }
    }

    #[test]
    fn a_buffer_fits_into_its_memory() {
        let memory = || PageBuf::new(4096).unwrap();
        let info = |bytes| AllocationInfo::buffer(Buffer::new(bytes)).memory(memory());
        assert!(element(&mut info(4096)).is_ok());
        assert!(matches!(
            element(&mut info(4097)),
            Err(Error::MemoryTooSmall {
                needed: 4097,
                given: 4096
            })
        ));
    }

    #[test]
    fn elements_say_what_was_asked_for() {
        let plain = element(&mut buffer()).unwrap();
        assert_ne!(plain.priv_drv_data, 0);
        assert_eq!(plain.priv_drv_data_size, 48);
        assert_eq!((plain.sysmem, plain.flags.value), (0, 0));

        let memory = PageBuf::new(4096).unwrap();
        let base = memory.as_ptr() as u64;
        let mut info = buffer().memory(memory).priority(0xa000_0000).primary(3);
        let full = element(&mut info).unwrap();
        assert_eq!(full.sysmem, base);
        assert_eq!(full.flags.value, 0x1 | 0x4);
        assert_eq!((full.priority, full.vidpn_source_id), (0xa000_0000, 3));

        let bare = element(&mut AllocationInfo::private_data([])).unwrap();
        assert_eq!((bare.priv_drv_data, bare.priv_drv_data_size), (0, 0));
    }

    #[test]
    fn parents_wait_for_their_children() {
        let adapter = adapter();
        let device = Device::for_tests(&adapter);
        assert!(matches!(adapter.close(), Err(Error::InUse("adapter"))));
        let resource = OpenResource::new(device.shared().clone(), ResourceHandle(0x4000_0080));
        assert!(matches!(device.destroy(), Err(Error::InUse("device"))));
        drop(resource);
    }
}
