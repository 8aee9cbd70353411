// SPDX-License-Identifier: MIT OR Apache-2.0
//! The context: what is done to resources.

use crate::{
    pixels::{self, Block},
    raster::{Blend, Canvas, Vertex},
    resource::{Resource, Storage},
    scratch::Pad,
    screen::Screen,
};
use d3dddi::{functions::Rect, DeviceCallbacks, HResult, Result, D3DKMT_HANDLE};

/// Draws to the resources of a screen.
#[derive(Debug)]
pub struct Context<C: DeviceCallbacks> {
    screen: Screen<C>,
}

/// What is to be shown: enough for whoever has the allocation to make a framebuffer of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Flip {
    /// Which buffer of the resource.
    pub buffer: u32,
    /// The allocation that it is.
    pub allocation: D3DKMT_HANDLE,
    /// The kernel's resource.
    pub km_resource: D3DKMT_HANDLE,
    /// On which video present source.
    pub source: u32,
    /// Pixels in a row, and rows.
    pub size: (u32, u32),
    /// Bytes from one row to the next.
    pub pitch: u32,
    /// DRM fourcc.
    pub format: u32,
    /// Bytes.
    pub bytes: u64,
}

fn small(number: u64) -> Result<usize> {
    usize::try_from(number).map_err(|_| HResult::E_INVALIDARG)
}

/// The bytes of a region of a resource.
///
/// # Errors
///
/// `E_INVALIDARG`: it is not inside.
fn block(resource: &Resource, region: Rect) -> Result<Block> {
    let (width, height, element) = resource.extent();
    let end = |start: u32, length: u32| u64::from(start) + u64::from(length);
    if end(region.x, region.width) > width || end(region.y, region.height) > height {
        return Err(HResult::E_INVALIDARG);
    }
    Ok(Block {
        x: small(u64::from(region.x) * element)?,
        y: small(u64::from(region.y))?,
        row: small(u64::from(region.width) * element)?,
        rows: small(u64::from(region.height))?,
    })
}

impl<C: DeviceCallbacks> Context<C> {
    /// The context of a screen.
    pub fn new(screen: Screen<C>) -> Self {
        Self { screen }
    }

    /// The screen.
    pub fn screen(&self) -> &Screen<C> {
        &self.screen
    }

    /// Fills a rectangle with `0xAARRGGBB`.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: not an image, no such buffer, or not inside of it. The callback's.
    pub fn clear(&self, resource: &mut Resource, buffer: u32, rect: Rect, color: u32) -> Result {
        resource.check_image()?;
        let target = resource.buffer(buffer)?;
        let block = block(resource, rect)?;
        let pixel = resource.template.format.pack(color);
        let pitch = small(u64::from(target.layout.pitch))?;
        let (callbacks, scratch) = (self.screen.callbacks(), self.screen.scratch());
        scratch.with(callbacks, Pad::Fill, block.row, |row| {
            row.chunks_exact_mut(4)
                .for_each(|place| place.copy_from_slice(&pixel));
            self.screen.with_bytes(target, |bytes| {
                pixels::fill(bytes, pitch, block, row);
                Ok(())
            })
        })
    }

    /// Copies a region to a place in another resource.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: another format, no such buffers, or not inside of them. The callback's.
    pub fn copy(
        &self,
        (from, from_buffer): (&Resource, u32),
        region: Rect,
        (to, to_buffer): (&mut Resource, u32),
        place: (u32, u32),
    ) -> Result {
        if !from.is_like(to) {
            return Err(HResult::E_INVALIDARG);
        }
        let source = from.buffer(from_buffer)?;
        let target = to.buffer(to_buffer)?;
        let (from, to) = (block(from, region)?, block(to, at(region, place))?);
        let pitches = (
            small(u64::from(source.layout.pitch))?,
            small(u64::from(target.layout.pitch))?,
        );
        self.screen.with_bytes(source, |source| {
            self.screen.with_bytes(target, |target| {
                pixels::copy((source, pitches.0), from, (target, pitches.1), to);
                Ok(())
            })
        })
    }

    /// Copies a region to a place in the same resource. What overlaps arrives as it was.
    ///
    /// # Errors
    ///
    /// As for [`Self::copy`].
    pub fn copy_within(
        &self,
        resource: &mut Resource,
        from_buffer: u32,
        region: Rect,
        to_buffer: u32,
        place: (u32, u32),
    ) -> Result {
        let source = resource.buffer(from_buffer)?;
        let target = resource.buffer(to_buffer)?;
        let from = block(resource, region)?;
        let to = block(resource, at(region, place))?;
        let pitch = small(u64::from(source.layout.pitch))?;
        if from_buffer != to_buffer {
            return self.screen.with_bytes(source, |source| {
                self.screen.with_bytes(target, |bytes| {
                    let pitch_there = small(u64::from(target.layout.pitch))?;
                    pixels::copy((source, pitch), from, (bytes, pitch_there), to);
                    Ok(())
                })
            });
        }
        let (callbacks, scratch) = (self.screen.callbacks(), self.screen.scratch());
        scratch.with(callbacks, Pad::Copy, from.row, |pad| {
            self.screen.with_bytes(source, |bytes| {
                pixels::copy_within(bytes, pitch, from, to, pad);
                Ok(())
            })
        })
    }

    /// Draws a filled triangle.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: not an image, no such buffer, or a corner too far away. The callback's.
    pub fn triangle(
        &self,
        resource: &mut Resource,
        buffer: u32,
        corners: [Vertex; 3],
        blend: Blend,
    ) -> Result {
        self.on_canvas(resource, buffer, |canvas| canvas.triangle(corners, blend))
    }

    /// Draws a filled convex quad.
    ///
    /// # Errors
    ///
    /// As for [`Self::triangle`].
    pub fn quad(
        &self,
        resource: &mut Resource,
        buffer: u32,
        corners: [Vertex; 4],
        blend: Blend,
    ) -> Result {
        self.on_canvas(resource, buffer, |canvas| canvas.quad(corners, blend))
    }

    /// Lets `draw` draw to a buffer.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: not an image, or no such buffer. Those of `draw`, and the callback's.
    pub fn on_canvas(
        &self,
        resource: &mut Resource,
        buffer: u32,
        draw: impl FnOnce(&mut Canvas<'_>) -> Result,
    ) -> Result {
        resource.check_image()?;
        let target = resource.buffer(buffer)?;
        let pitch = small(u64::from(target.layout.pitch))?;
        let (size, format) = (resource.template.size, resource.template.format);
        self.screen.with_bytes(target, |bytes| {
            let canvas = Canvas::new(bytes, pitch, size, format);
            draw(&mut canvas.ok_or(HResult::E_FAIL)?)
        })
    }

    /// Says what is to be shown next: the buffers of a flip chain take turns.
    ///
    /// # Errors
    ///
    /// `E_INVALIDARG`: the resource is not made to be shown.
    pub fn present(&self, resource: &mut Resource) -> Result<Flip> {
        let source = resource.template.source();
        let source = source.ok_or(HResult::E_INVALIDARG)?;
        let next = resource.next;
        let buffer = resource.buffer(next)?;
        let Storage::Allocation(allocation) = buffer.storage else {
            return Err(HResult::E_INVALIDARG);
        };
        let flip = Flip {
            buffer: next,
            allocation,
            km_resource: resource.km,
            source,
            size: resource.template.size,
            pitch: buffer.layout.pitch,
            format: resource.template.format.fourcc(),
            bytes: buffer.layout.bytes as u64,
        };
        resource.next = (next + 1) % resource.buffers();
        Ok(flip)
    }
}

/// A region of the same size somewhere else.
fn at(region: Rect, (x, y): (u32, u32)) -> Rect {
    Rect { x, y, ..region }
}
