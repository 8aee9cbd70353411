// SPDX-License-Identifier: MIT OR Apache-2.0
//! A user-mode driver, called as the runtime calls it.

use crate::{device::Device, kernel::Kernel};
use d3dddi::{functions::*, serve, HResult, Result, RtResource, HANDLE};
use std::{cell::RefCell, ptr, slice};

/// A resource: the runtime's, and the driver's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Resource {
    runtime: RtResource,
    driver: u32,
}

impl Resource {
    /// The runtime's number for it.
    pub fn runtime(self) -> RtResource {
        self.runtime
    }

    /// The driver's number for it.
    pub fn driver(self) -> u32 {
        self.driver
    }
}

/// A device with a driver on it: what an application would have.
///
/// Its functions answer what the driver does. `D3DDDIERR_DEVICEREMOVED` says that the adapter is
/// gone; what there is can then only be destroyed. Dropping it destroys everything.
pub struct Driver<K: Kernel> {
    // The driver calls back into it to the end; its address must not change.
    device: Box<Device<K>>,
    adapter: HANDLE,
    adapter_functions: AdapterFunctions,
    handle: HANDLE,
    functions: DeviceFunctions,
    resources: RefCell<Vec<Resource>>,
}

/// Calls a member of a table; one that the driver does not have is `E_NOTIMPL`.
macro_rules! call {
    ($member:expr, $($argument:expr),*) => {
        match $member {
            // SAFETY: Who opened the driver vouched for its functions. Handles are the driver's
            // own, this value has no other user (it is not Sync), and the arguments are good.
            Some(function) => unsafe { function($($argument),*) }.into_result(),
            None => Err(HResult::E_NOTIMPL),
        }
    };
}

impl<K: Kernel> Driver<K> {
    /// Opens a driver on a device.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    ///
    /// # Safety
    ///
    /// `open` is the entry point of a driver that does what [`d3dddi::functions`] says, and
    /// nothing after its device is destroyed.
    pub unsafe fn open(open: OpenAdapter, device: Device<K>) -> Result<Self> {
        let mut adapter_functions = AdapterFunctions::default();
        let mut args = OpenAdapterArgs {
            version: VERSION,
            functions: &raw mut adapter_functions,
            ..Default::default()
        };
        // SAFETY: The caller vouches for the function, and the argument is good.
        unsafe { open(&raw mut args) }.into_result()?;
        let mut driver = Self {
            device: Box::new(device),
            adapter: args.adapter,
            adapter_functions,
            handle: ptr::null_mut(),
            functions: DeviceFunctions::default(),
            resources: RefCell::default(),
        };
        let callbacks = serve::table::<Device<K>>();
        let mut args = CreateDeviceArgs {
            runtime_device: ptr::from_ref(&*driver.device).cast_mut().cast(),
            callbacks: &raw const callbacks,
            functions: &raw mut driver.functions,
            ..Default::default()
        };
        call!(
            adapter_functions.create_device,
            driver.adapter,
            &raw mut args
        )?;
        driver.handle = args.device;
        Ok(driver)
    }

    /// The runtime's side of the device.
    pub fn device(&self) -> &Device<K> {
        &self.device
    }

    /// Makes a resource in memory of the driver's choice.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    pub fn create_resource(&self, args: CreateResourceArgs) -> Result<Resource> {
        // SAFETY: There is no memory.
        unsafe { self.create_resource_in(args, &[]) }
    }

    /// Makes a resource in memory of the caller's, a piece for each buffer; none: of the driver's
    /// choice.
    ///
    /// # Errors
    ///
    /// What the driver answers; `E_INVALIDARG` unless there are as many pieces as buffers.
    ///
    /// # Safety
    ///
    /// The memory is mapped, readable and writable, until the resource is destroyed, and is of no
    /// other resource; nobody has a reference to it while a function of this value runs.
    pub unsafe fn create_resource_in(
        &self,
        mut args: CreateResourceArgs,
        memory: &[MemoryArgs],
    ) -> Result<Resource> {
        if !memory.is_empty() && u32::try_from(memory.len()) != Ok(args.buffers) {
            return Err(HResult::E_INVALIDARG);
        }
        let runtime = self.device.create_resource();
        args.runtime_resource = runtime.to_handle();
        args.memory = match memory {
            [] => ptr::null(),
            memory => memory.as_ptr(),
        };
        let made = call!(self.functions.create_resource, self.handle, &raw mut args);
        if let Err(result) = made {
            // What the driver may have left goes with it; its answer is the one that counts.
            let _ = self.device.destroy_resource(runtime);
            return Err(result);
        }
        let resource = Resource {
            runtime,
            driver: args.resource,
        };
        self.resources.borrow_mut().push(resource);
        Ok(resource)
    }

    /// Destroys a resource.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG` for one that is not there.
    pub fn destroy_resource(&self, resource: Resource) -> Result {
        let mut resources = self.resources.borrow_mut();
        let place = resources.iter().position(|known| *known == resource);
        resources.swap_remove(place.ok_or(HResult::E_INVALIDARG)?);
        let driver = call!(
            self.functions.destroy_resource,
            self.handle,
            resource.driver
        );
        self.device.destroy_resource(resource.runtime).and(driver)
    }

    /// Lets `use_it` read and write the bytes of one buffer; it also gets the bytes from one row to
    /// the next.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    // Not by `&self`: `use_it` must not have the driver touch the same bytes.
    pub fn with_bytes<R>(
        &mut self,
        resource: Resource,
        buffer: u32,
        use_it: impl FnOnce(&mut [u8], u32) -> R,
    ) -> Result<R> {
        let mut args = MapArgs {
            resource: resource.driver,
            buffer,
            ..Default::default()
        };
        call!(self.functions.map, self.handle, &raw mut args)?;
        let bytes = usize::try_from(args.bytes).map_err(|_| HResult::E_FAIL)?;
        // SAFETY: The driver says that they may be touched, and it is not called while they are:
        // this value is borrowed.
        let done = use_it(
            unsafe { slice::from_raw_parts_mut(args.address, bytes) },
            args.pitch,
        );
        call!(self.functions.unmap, self.handle, resource.driver, buffer)?;
        Ok(done)
    }

    /// A copy of the bytes of one buffer, as they lie there.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    pub fn read(&mut self, resource: Resource, buffer: u32) -> Result<Vec<u8>> {
        self.with_bytes(resource, buffer, |bytes, _| bytes.to_vec())
    }

    /// Fills a rectangle with `0xAARRGGBB`.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    pub fn clear(&self, resource: Resource, buffer: u32, rect: Rect, color: u32) -> Result {
        let args = ClearArgs {
            resource: resource.driver,
            buffer,
            rect,
            color,
        };
        call!(self.functions.clear, self.handle, &raw const args)
    }

    /// Copies a region from a buffer of a resource to a place in another, or in the same one.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    pub fn copy(
        &self,
        from: (Resource, u32),
        region: Rect,
        to: (Resource, u32),
        place: (u32, u32),
    ) -> Result {
        let args = CopyArgs {
            from: from.0.driver,
            from_buffer: from.1,
            region,
            to: to.0.driver,
            to_buffer: to.1,
            x: place.0,
            y: place.1,
        };
        call!(self.functions.copy, self.handle, &raw const args)
    }

    /// Draws a triangle (three corners) or a convex quad (four).
    ///
    /// # Errors
    ///
    /// What the driver answers; `E_INVALIDARG` for more corners.
    pub fn draw(
        &self,
        resource: Resource,
        buffer: u32,
        blend: u32,
        corners: &[VertexArgs],
    ) -> Result {
        let mut args = DrawArgs {
            resource: resource.driver,
            buffer,
            blend,
            vertices: u32::try_from(corners.len()).map_err(|_| HResult::E_INVALIDARG)?,
            ..Default::default()
        };
        let place = args.vertex.get_mut(..corners.len());
        place.ok_or(HResult::E_INVALIDARG)?.copy_from_slice(corners);
        call!(self.functions.draw, self.handle, &raw const args)
    }

    /// What is to be shown next of a primary or a flip chain.
    ///
    /// # Errors
    ///
    /// What the driver answers.
    pub fn present(&self, resource: Resource) -> Result<PresentArgs> {
        let mut args = PresentArgs {
            resource: resource.driver,
            ..Default::default()
        };
        call!(self.functions.present, self.handle, &raw mut args)?;
        Ok(args)
    }
}

impl<K: Kernel> Drop for Driver<K> {
    fn drop(&mut self) {
        // There is no device if the driver could not make one. The kernel's goes behind this.
        if !self.handle.is_null() {
            let _ = call!(self.functions.destroy_device, self.handle);
        }
        let _ = call!(self.adapter_functions.close_adapter, self.adapter);
    }
}
