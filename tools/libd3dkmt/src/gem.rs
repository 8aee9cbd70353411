// SPDX-License-Identifier: MIT OR Apache-2.0
//! Private driver data of the module's `gem` miniport: what an allocation on a DRM device is.
//!
//! The layout is that of `uapi/dxgkrnl_gem.h`. A [`Buffer`] or a [`Surface`] says what is wanted;
//! the [`Layout`] says what the miniport made of it (case 85: it writes into the caller's data).

use crate::sys::gem as c;
use bitflags::bitflags;
use std::mem;

bitflags! {
    /// What an allocation is used for.
    #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
    pub struct Usage: u32 {
        /// Lock2 is legal.
        const CPU_VISIBLE = c::DXGKRNL_GEM_USAGE_CPU_VISIBLE;
        /// Can be scanned out; surfaces only.
        const DISPLAYABLE = c::DXGKRNL_GEM_USAGE_DISPLAYABLE;
        /// GPU time stamps; needs [`Self::CPU_VISIBLE`] and goes with no other bit.
        const HISTORY_BUFFER = c::DXGKRNL_GEM_USAGE_HISTORY_BUFFER;
        /// Rendered to by GDI; surfaces only.
        const GDI_SURFACE = c::DXGKRNL_GEM_USAGE_GDI_SURFACE;
    }
}

/// Linear bytes.
///
/// ```
/// use libd3dkmt::gem::{Buffer, Usage};
///
/// let buffer = Buffer::new(3 << 20);
/// assert_eq!(buffer.usage, Usage::CPU_VISIBLE);
/// assert_eq!(&buffer.private_data()[..4], b"DGEM");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Buffer {
    /// Wanted size in bytes; the miniport rounds it up to whole pages. 0 is refused.
    pub bytes: u64,
    /// What it is used for.
    pub usage: Usage,
}

impl Buffer {
    /// A CPU-visible buffer.
    pub fn new(bytes: u64) -> Self {
        Self {
            bytes,
            usage: Usage::CPU_VISIBLE,
        }
    }

    /// The private driver data that asks for this buffer.
    pub fn private_data(&self) -> Vec<u8> {
        bytes_of(c::dxgkrnl_gem_allocation {
            bytes: self.bytes,
            ..allocation(c::DXGKRNL_GEM_KIND_BUFFER, self.usage)
        })
    }
}

/// A pixel format by its DRM fourcc. All of these take four bytes a pixel.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[repr(u32)]
pub enum Format {
    /// `XR24`: blue, green, red and an unused byte in memory.
    Xrgb8888 = u32::from_le_bytes(*b"XR24"),
    /// `AR24`: blue, green, red, alpha in memory.
    Argb8888 = u32::from_le_bytes(*b"AR24"),
    /// `XB24`: red, green, blue and an unused byte in memory.
    Xbgr8888 = u32::from_le_bytes(*b"XB24"),
    /// `AB24`: red, green, blue, alpha in memory.
    Abgr8888 = u32::from_le_bytes(*b"AB24"),
}

/// A two-dimensional image.
///
/// ```
/// use libd3dkmt::gem::{Format, Surface, Usage};
///
/// let screen = Surface {
///     width: 1024,
///     height: 768,
///     format: Format::Xrgb8888,
///     usage: Usage::CPU_VISIBLE | Usage::DISPLAYABLE,
/// };
/// assert_eq!(screen.private_data().len(), 48);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Surface {
    /// Pixels in a row, 1 to 16384.
    pub width: u32,
    /// Rows, 1 to 16384.
    pub height: u32,
    /// The pixel format.
    pub format: Format,
    /// What it is used for.
    pub usage: Usage,
}

impl Surface {
    /// The private driver data that asks for this surface.
    pub fn private_data(&self) -> Vec<u8> {
        bytes_of(c::dxgkrnl_gem_allocation {
            width: self.width,
            height: self.height,
            format: self.format as u32,
            ..allocation(c::DXGKRNL_GEM_KIND_SURFACE, self.usage)
        })
    }
}

/// What the miniport wrote back: how an allocation lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Size in bytes, a whole number of pages.
    pub bytes: u64,
    /// Bytes from one row of a surface to the next, a multiple of 256; 0 for buffers.
    pub pitch: u32,
}

impl Layout {
    /// Reads private driver data that a successful creation has written back to.
    ///
    /// `None` when it is not an answer of the miniport: another magic number, version or kind, or
    /// the size missing.
    pub fn read(private_data: &[u8]) -> Option<Self> {
        let block: [u8; mem::size_of::<c::dxgkrnl_gem_allocation>()] =
            private_data.try_into().ok()?;
        // SAFETY: The structure has this size, and any bytes are a good value of it.
        let block: c::dxgkrnl_gem_allocation = unsafe { mem::transmute(block) };
        let known = block.magic == c::DXGKRNL_GEM_MAGIC
            && block.version == c::DXGKRNL_GEM_VERSION
            && [c::DXGKRNL_GEM_KIND_BUFFER, c::DXGKRNL_GEM_KIND_SURFACE].contains(&block.kind);
        (known && block.bytes != 0).then_some(Self {
            bytes: block.bytes,
            pitch: block.pitch,
        })
    }
}

/// The private driver data of a resource. It is optional: the miniport takes a resource without
/// any as well.
pub fn resource_private_data() -> Vec<u8> {
    bytes_of(c::dxgkrnl_gem_resource {
        magic: c::DXGKRNL_GEM_MAGIC,
        version: c::DXGKRNL_GEM_VERSION,
        ..Default::default()
    })
}

/// What the blobs of buffers and surfaces have in common.
fn allocation(kind: c::dxgkrnl_gem_kind, usage: Usage) -> c::dxgkrnl_gem_allocation {
    c::dxgkrnl_gem_allocation {
        magic: c::DXGKRNL_GEM_MAGIC,
        version: c::DXGKRNL_GEM_VERSION,
        kind,
        usage: usage.bits(),
        ..Default::default()
    }
}

/// A structure of the header.
///
/// # Safety
///
/// It has no padding.
unsafe trait Blob: Copy {}
// SAFETY: Eight 32-bit words and two 64-bit ones stand without gaps.
unsafe impl Blob for c::dxgkrnl_gem_allocation {}
// SAFETY: Two 32-bit words and one 64-bit word stand without gaps.
unsafe impl Blob for c::dxgkrnl_gem_resource {}

fn bytes_of(blob: impl Blob) -> Vec<u8> {
    // SAFETY: A blob is as many initialized bytes as it is large.
    let bytes = unsafe {
        std::slice::from_raw_parts((&raw const blob).cast::<u8>(), mem::size_of_val(&blob))
    };
    bytes.to_vec()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The words of a blob, so that tests show the whole layout.
    fn words(data: &[u8]) -> Vec<u32> {
        data.chunks_exact(4)
            .map(|word| u32::from_ne_bytes(word.try_into().unwrap()))
            .collect()
    }

    #[test]
    fn buffer_blob_is_as_in_the_header() {
        let data = Buffer::new(0x1_0000_2000).private_data();
        assert_eq!(
            words(&data),
            [0x4d45_4744, 1, 1, 1, 0, 0, 0, 0, 0x2000, 1, 0, 0]
        );
    }

    #[test]
    fn surface_blob_is_as_in_the_header() {
        let surface = Surface {
            width: 640,
            height: 480,
            format: Format::Argb8888,
            usage: Usage::CPU_VISIBLE | Usage::GDI_SURFACE,
        };
        assert_eq!(
            words(&surface.private_data()),
            [0x4d45_4744, 1, 2, 9, 640, 480, 0x3432_5241, 0, 0, 0, 0, 0]
        );
    }

    #[test]
    fn resource_blob_is_as_in_the_header() {
        assert_eq!(words(&resource_private_data()), [0x4d45_4744, 1, 0, 0]);
    }

    #[test]
    fn layout_reads_what_was_written_back() {
        let mut data = Buffer::new(5000).private_data();
        data[32..40].copy_from_slice(&8192_u64.to_ne_bytes());
        data[28..32].copy_from_slice(&256_u32.to_ne_bytes());
        assert_eq!(
            Layout::read(&data),
            Some(Layout {
                bytes: 8192,
                pitch: 256
            })
        );
    }

    #[test]
    fn layout_refuses_what_is_no_answer() {
        let good = Buffer::new(4096).private_data();
        assert!(Layout::read(&good).is_some());
        for (offset, wrong) in [(0, 1_u32), (4, 2), (8, 3), (8, 0), (32, 0)] {
            let mut data = good.clone();
            data[offset..offset + 4].copy_from_slice(&wrong.to_ne_bytes());
            assert_eq!(Layout::read(&data), None, "{wrong} at {offset}");
        }
        assert_eq!(Layout::read(&good[..39]), None);
        assert_eq!(Layout::read(&[]), None);
    }
}
