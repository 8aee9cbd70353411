// SPDX-License-Identifier: MIT OR Apache-2.0
//! Resources: what is wanted, and what there is.

use crate::{
    private_data::{self, pitch_of, Layout, MAX_EXTENT, PAGE, PIXEL},
    raster::Format,
};
use alloc::vec::Vec;
use core::ptr::NonNull;
use d3dddi::{HResult, Result, RtResource, D3DKMT_HANDLE};

/// The most buffers of a flip chain.
pub const MAX_BUFFERS: u32 = 16;

/// What a resource is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Linear bytes.
    Buffer {
        /// How many.
        bytes: u64,
    },
    /// An image.
    Texture,
    /// An image that is shown.
    Primary {
        /// On which video present source.
        source: u32,
    },
    /// Images that are shown in turn.
    FlipChain {
        /// On which video present source.
        source: u32,
        /// How many, 2 to 16.
        buffers: u32,
    },
}

/// Memory of the runtime's for one buffer.
#[derive(Clone, Copy, Debug)]
pub struct Memory {
    base: NonNull<u8>,
    pitch: u32,
    bytes: u64,
}

impl Memory {
    /// `bytes` bytes at `base`, whose rows begin `pitch` bytes apart.
    ///
    /// # Safety
    ///
    /// They are mapped, readable and writable, until the resource is destroyed, and are of no other
    /// resource; nobody has a reference to them while the driver does something.
    pub unsafe fn new(base: NonNull<u8>, pitch: u32, bytes: u64) -> Self {
        Self { base, pitch, bytes }
    }

    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }

    pub(crate) fn pitch(&self) -> u32 {
        self.pitch
    }

    /// Bytes of so many rows.
    pub(crate) fn image_bytes(&self, rows: u32) -> u64 {
        u64::from(self.pitch) * u64::from(rows)
    }
}

/// What a resource is to be.
#[derive(Clone, Debug)]
pub struct Template {
    /// What it is.
    pub kind: Kind,
    /// Pixels in a row and rows; not looked at for a buffer.
    pub size: (u32, u32),
    /// The format of its pixels; not looked at for a buffer.
    pub format: Format,
    /// Only the CPU works on it.
    pub staging: bool,
    /// Memory of the runtime's, a piece for each buffer; none: of the driver's choice.
    pub memory: Vec<Memory>,
}

impl Template {
    /// A buffer.
    pub fn buffer(bytes: u64) -> Self {
        Self::image(Kind::Buffer { bytes }, (0, 0), Format::Xr24)
    }

    /// An image of one of the other kinds.
    pub fn image(kind: Kind, size: (u32, u32), format: Format) -> Self {
        Self {
            kind,
            size,
            format,
            staging: false,
            memory: Vec::new(),
        }
    }

    fn is_buffer(&self) -> bool {
        matches!(self.kind, Kind::Buffer { .. })
    }

    /// The source that it is shown on.
    pub(crate) fn source(&self) -> Option<u32> {
        match self.kind {
            Kind::Primary { source } | Kind::FlipChain { source, .. } => Some(source),
            Kind::Buffer { .. } | Kind::Texture => None,
        }
    }

    pub(crate) fn buffers(&self) -> u32 {
        match self.kind {
            Kind::FlipChain { buffers, .. } => buffers,
            _ => 1,
        }
    }

    /// Whether the kernel-mode driver has to do with it. What only the CPU works on, in memory of
    /// the runtime's, is nothing to it.
    pub(crate) fn is_allocated(&self) -> bool {
        !self.staging || self.memory.is_empty()
    }

    /// Private data of each of its allocations.
    pub(crate) fn private_data(&self) -> Vec<u8> {
        match self.kind {
            Kind::Buffer { bytes } => private_data::buffer(bytes),
            _ => {
                let (width, height) = self.size;
                let shown = self.source().is_some();
                private_data::surface(width, height, self.format.fourcc(), shown)
            }
        }
    }

    /// Sees whether there can be such a resource.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`.
    pub(crate) fn check(&self) -> Result {
        let pieces = u32::try_from(self.memory.len()).map_err(|_| HResult::E_INVALIDARG)?;
        let shape = match self.kind {
            Kind::Buffer { bytes } => bytes != 0,
            _ => {
                let extent = 1..=MAX_EXTENT;
                extent.contains(&self.size.0) && extent.contains(&self.size.1)
            }
        };
        let chain = match self.kind {
            Kind::FlipChain { buffers, .. } => (2..=MAX_BUFFERS).contains(&buffers),
            _ => true,
        };
        // A display cannot reach memory of a process.
        let shown = self.source().is_some() && (self.staging || pieces != 0);
        let complete = pieces == 0 || pieces == self.buffers();
        let memory = self.memory.iter().all(|memory| self.fits(memory));
        if shape && chain && !shown && complete && memory {
            Ok(())
        } else {
            Err(HResult::E_INVALIDARG)
        }
    }

    /// Whether a piece of memory is good for a buffer of it: whole pages in the kernel-mode driver's
    /// layout if they become an allocation.
    fn fits(&self, memory: &Memory) -> bool {
        let address = memory.base.as_ptr() as usize as u64;
        let in_pages = address % PAGE == 0;
        let needed = match self.kind {
            Kind::Buffer { bytes } => Some(bytes),
            _ => {
                let least = self.size.0.checked_mul(PIXEL);
                let right = if self.is_allocated() {
                    pitch_of(self.size.0) == Some(memory.pitch)
                } else {
                    least.is_some_and(|least| least <= memory.pitch)
                };
                right.then(|| memory.image_bytes(self.size.1))
            }
        };
        if self.is_allocated() {
            let pages = needed.and_then(|bytes| bytes.checked_next_multiple_of(PAGE));
            in_pages && pages.is_some_and(|bytes| bytes <= memory.bytes)
        } else {
            needed.is_some_and(|bytes| bytes <= memory.bytes)
        }
    }
}

/// Where the bytes of a buffer are.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Storage {
    Allocation(D3DKMT_HANDLE),
    Memory(NonNull<u8>),
}

/// One buffer of a resource.
#[derive(Debug)]
pub(crate) struct Buffer {
    pub(crate) storage: Storage,
    pub(crate) layout: Layout,
    /// How often it is mapped.
    pub(crate) maps: u32,
}

/// A resource. [`crate::Screen::destroy_resource`] ends it.
#[derive(Debug)]
pub struct Resource {
    pub(crate) runtime: Option<RtResource>,
    pub(crate) km: D3DKMT_HANDLE,
    pub(crate) template: Template,
    pub(crate) buffers: Vec<Buffer>,
    /// Which buffer is shown next.
    pub(crate) next: u32,
}

impl Resource {
    /// What it was to be.
    pub fn template(&self) -> &Template {
        &self.template
    }

    /// How many buffers it has.
    pub fn buffers(&self) -> u32 {
        self.template.buffers()
    }

    /// How one of its buffers lies in memory.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: there is no such buffer.
    pub fn layout(&self, buffer: u32) -> Result<Layout> {
        self.buffer(buffer).map(|buffer| buffer.layout)
    }

    /// The allocation that one of its buffers is; none in memory that is not allocated.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: there is no such buffer.
    pub fn allocation(&self, buffer: u32) -> Result<Option<D3DKMT_HANDLE>> {
        Ok(match self.buffer(buffer)?.storage {
            Storage::Allocation(handle) => Some(handle),
            Storage::Memory(_) => None,
        })
    }

    pub(crate) fn buffer(&self, buffer: u32) -> Result<&Buffer> {
        let index = usize::try_from(buffer).ok();
        index
            .and_then(|index| self.buffers.get(index))
            .ok_or(HResult::E_INVALIDARG)
    }

    pub(crate) fn buffer_mut(&mut self, buffer: u32) -> Result<&mut Buffer> {
        let index = usize::try_from(buffer).ok();
        index
            .and_then(|index| self.buffers.get_mut(index))
            .ok_or(HResult::E_INVALIDARG)
    }

    /// Width in elements, height, and bytes of an element: a buffer is one row of bytes.
    pub(crate) fn extent(&self) -> (u64, u64, u64) {
        match self.template.kind {
            Kind::Buffer { bytes } => (bytes, 1, 1),
            _ => {
                let (width, height) = self.template.size;
                (u64::from(width), u64::from(height), u64::from(PIXEL))
            }
        }
    }

    /// Whether what is in one can be copied to the other.
    pub(crate) fn is_like(&self, other: &Self) -> bool {
        self.template.is_buffer() == other.template.is_buffer()
            && self.template.format == other.template.format
    }

    /// `E_INVALIDARG` for a buffer, which has no pixels.
    pub(crate) fn check_image(&self) -> Result {
        if self.template.is_buffer() {
            return Err(HResult::E_INVALIDARG);
        }
        Ok(())
    }
}
