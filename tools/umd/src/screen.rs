// SPDX-License-Identifier: MIT OR Apache-2.0
//! The screen: a device through its callbacks.

use crate::{
    private_data::{self, Layout},
    resource::{Buffer, Kind, Resource, Storage, Template},
    scratch::Scratch,
};
use alloc::{vec, vec::Vec};
use core::{ptr::NonNull, slice};
use d3dddi::{
    types::D3DDDI_ALLOCATIONINFO2_PRIMARY, Allocate, DeviceCallbacks, Element, HResult, Result,
    RtResource, SystemMemory, What, D3DKMT_HANDLE,
};

/// A device, on which resources are made.
#[derive(Debug)]
pub struct Screen<C: DeviceCallbacks> {
    callbacks: C,
    scratch: Scratch,
}

/// Where the bytes of a buffer are, for as long as it is mapped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Map {
    /// The first byte.
    pub base: NonNull<u8>,
    /// Pitch, and bytes that may be touched.
    pub layout: Layout,
}

impl<C: DeviceCallbacks> Screen<C> {
    /// Begins to work with a runtime's device: makes scratch pads.
    ///
    /// # Errors
    ///
    /// The callback's, but for a lack of memory: it goes without pads as well.
    pub fn new(callbacks: C) -> Result<Self> {
        let scratch = Scratch::new(&callbacks)?;
        Ok(Self { callbacks, scratch })
    }

    /// The callbacks.
    pub fn callbacks(&self) -> &C {
        &self.callbacks
    }

    /// The handles of the scratch pads; none if there was no memory for them.
    pub fn scratch_pads(&self) -> Option<[D3DKMT_HANDLE; 2]> {
        self.scratch.handles()
    }

    pub(crate) fn scratch(&self) -> &Scratch {
        &self.scratch
    }

    /// Makes a resource; all of its allocations by one call, for the runtime's resource.
    ///
    /// # Errors
    ///
    /// - `E_INVALIDARG`: there can be no such resource.
    /// - `ERROR_GRAPHICS_DRIVER_MISMATCH`: the kernel-mode driver's answer makes no sense.
    /// - The callback's.
    pub fn create_resource(
        &self,
        runtime: Option<RtResource>,
        template: Template,
    ) -> Result<Resource> {
        template.check()?;
        let (km, buffers) = if template.is_allocated() {
            self.allocate(runtime, &template)?
        } else {
            (D3DKMT_HANDLE::NONE, in_memory(&template)?)
        };
        Ok(Resource {
            runtime,
            km,
            template,
            buffers,
            next: 0,
        })
    }

    fn allocate(
        &self,
        runtime: Option<RtResource>,
        template: &Template,
    ) -> Result<(D3DKMT_HANDLE, Vec<Buffer>)> {
        let asked = template.private_data();
        let mut elements = vec![Element::new(&asked[..]); template.buffers() as usize];
        if let Some(source) = template.source() {
            for element in &mut elements {
                element.flags = D3DDDI_ALLOCATIONINFO2_PRIMARY;
                element.source = source;
            }
        }
        for (element, memory) in elements.iter_mut().zip(&template.memory) {
            // SAFETY: Whoever made the piece promised that it stays, and it is as large as the
            // allocation will be.
            element.system_memory = Some(unsafe { SystemMemory::new(memory.base()) });
        }
        let of_resource = private_data::resource();
        let mut request = Allocate::new(runtime, &mut elements);
        request.private_data = &of_resource;
        self.callbacks.allocate(&mut request)?;
        let km = request.km_resource;
        let buffers = elements.iter().map(|element| {
            Ok(Buffer {
                storage: Storage::Allocation(element.handle),
                layout: private_data::answer(&asked, &element.private_data)?,
                maps: 0,
            })
        });
        match buffers.collect::<Result<Vec<_>>>() {
            Ok(buffers) => Ok((km, buffers)),
            Err(result) => {
                let handles: Vec<_> = elements.iter().map(|element| element.handle).collect();
                // The answer that counts is why they are of no use.
                let _ = self.deallocate(runtime, &handles);
                Err(result)
            }
        }
    }

    fn deallocate(&self, runtime: Option<RtResource>, handles: &[D3DKMT_HANDLE]) -> Result {
        self.callbacks.deallocate(match runtime {
            Some(resource) => What::Resource(resource),
            None => What::Allocations(handles),
        })
    }

    /// Destroys a resource. What is mapped is unmapped before.
    ///
    /// # Errors
    ///
    /// The callback's.
    pub fn destroy_resource(&self, resource: Resource) -> Result {
        let mut handles = Vec::new();
        for buffer in &resource.buffers {
            if let Storage::Allocation(handle) = buffer.storage {
                handles.push(handle);
                for _ in 0..buffer.maps {
                    self.callbacks.unlock2(handle)?;
                }
            }
        }
        if handles.is_empty() {
            return Ok(());
        }
        self.deallocate(resource.runtime, &handles)
    }

    /// Makes the bytes of a buffer reachable. Maps nest.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: there is no such buffer. The callback's.
    pub fn map(&self, resource: &mut Resource, buffer: u32) -> Result<Map> {
        let buffer = resource.buffer_mut(buffer)?;
        let maps = buffer.maps.checked_add(1).ok_or(HResult::E_OUTOFMEMORY)?;
        let base = self.base(buffer)?;
        buffer.maps = maps;
        Ok(Map {
            base,
            layout: buffer.layout,
        })
    }

    /// Takes one map back.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: there is no such buffer, or it is not mapped. The callback's.
    pub fn unmap(&self, resource: &mut Resource, buffer: u32) -> Result {
        let buffer = resource.buffer_mut(buffer)?;
        let maps = buffer.maps.checked_sub(1).ok_or(HResult::E_INVALIDARG)?;
        self.leave(buffer)?;
        buffer.maps = maps;
        Ok(())
    }

    /// Where a buffer begins. [`Self::leave`] has to follow.
    fn base(&self, buffer: &Buffer) -> Result<NonNull<u8>> {
        match buffer.storage {
            Storage::Allocation(handle) => self.callbacks.lock2(handle),
            Storage::Memory(base) => Ok(base),
        }
    }

    fn leave(&self, buffer: &Buffer) -> Result {
        match buffer.storage {
            Storage::Allocation(handle) => self.callbacks.unlock2(handle),
            Storage::Memory(_) => Ok(()),
        }
    }

    /// Reads and writes the bytes of a buffer.
    pub(crate) fn with_bytes<R>(
        &self,
        buffer: &Buffer,
        work: impl FnOnce(&mut [u8]) -> Result<R>,
    ) -> Result<R> {
        let base = self.base(buffer)?;
        // SAFETY: An allocation is there as a whole until it is unlocked, and has as many bytes as
        // the kernel-mode driver has said; memory of the runtime's has them by its maker's promise.
        // Nobody has another reference: who has mapped it has an address and calls nobody now, and
        // `work` gets at no other bytes of a resource than by this function, for another buffer.
        let bytes = unsafe { slice::from_raw_parts_mut(base.as_ptr(), buffer.layout.bytes) };
        let done = work(bytes);
        self.leave(buffer)?;
        done
    }
}

impl<C: DeviceCallbacks> Drop for Screen<C> {
    fn drop(&mut self) {
        self.scratch.end(&self.callbacks);
    }
}

/// The buffers of a resource that is nothing to the kernel-mode driver.
fn in_memory(template: &Template) -> Result<Vec<Buffer>> {
    let pieces = template.memory.iter().map(|memory| {
        let layout = match template.kind {
            Kind::Buffer { bytes } => (0, bytes),
            _ => (memory.pitch(), memory.image_bytes(template.size.1)),
        };
        Ok(Buffer {
            storage: Storage::Memory(memory.base()),
            layout: Layout {
                pitch: layout.0,
                bytes: usize::try_from(layout.1).map_err(|_| HResult::E_INVALIDARG)?,
            },
            maps: 0,
        })
    });
    pieces.collect()
}
