// SPDX-License-Identifier: MIT OR Apache-2.0
//! A flip chain of the driver's, on a display.

use crate::error::{Asked, Error};
use d3dddi::functions::{CreateResourceArgs, PresentArgs, Rect, VertexArgs};
use dxg_present::{Display, Frame, Layout};
use wddm_runtime::{Device, Driver, KernelDevice, Resource};

const XR24: u32 = u32::from_le_bytes(*b"XR24");

/// Buffers of the display's size that are drawn by the user-mode driver and shown in turn.
pub struct Chain<'a> {
    display: &'a Display,
    /// Ends before the frames, which keep the memory until they are off the screen.
    driver: Driver<KernelDevice>,
    resource: Resource,
    /// What shows each buffer; made when the buffer is shown for the first time.
    frames: Vec<Option<Frame<'a>>>,
    /// The buffer behind, which is drawn to.
    back: u32,
    presented: u64,
}

impl<'a> Chain<'a> {
    /// Opens the driver on a device, and makes a chain of `buffers` buffers, 2 to 16.
    ///
    /// # Errors
    ///
    /// [`Error::Driver`]: `E_INVALIDARG` for another number of buffers,
    /// `D3DERR_OUTOFVIDEOMEMORY` if they are too large together.
    pub fn new(
        display: &'a Display,
        device: libd3dkmt::Device,
        buffers: u32,
    ) -> Result<Self, Error> {
        let device = Device::new(KernelDevice::new(device));
        // SAFETY: It is the entry point of a driver, which keeps to its interface.
        let driver = unsafe { Driver::open(umd::open_adapter, device) };
        let driver = driver.asked("opening the user-mode driver")?;
        let (width, height) = display.size();
        let args = CreateResourceArgs::flip_chain(width, height, XR24, 0, buffers);
        let resource = driver.create_resource(args).asked("making a flip chain")?;
        Ok(Self {
            display,
            frames: (0..buffers).map(|_| None).collect(),
            driver,
            resource,
            back: 0,
            presented: 0,
        })
    }

    /// Pixels in a row, and rows.
    pub fn size(&self) -> (u32, u32) {
        self.display.size()
    }

    /// How many pictures were shown.
    pub fn presented(&self) -> u64 {
        self.presented
    }

    /// Fills a rectangle of the buffer behind with `0xAARRGGBB`.
    ///
    /// # Errors
    ///
    /// [`Error::Driver`]: `E_INVALIDARG` if it is not inside.
    pub fn clear(&mut self, rect: Rect, color: u32) -> Result<(), Error> {
        let cleared = self.driver.clear(self.resource, self.back, rect, color);
        cleared.asked("clearing")
    }

    /// Draws a triangle or a convex quad to the buffer behind.
    ///
    /// # Errors
    ///
    /// [`Error::Driver`]: `E_INVALIDARG` for more or fewer corners, or such as are too far away.
    pub fn draw(&mut self, blend: u32, corners: &[VertexArgs]) -> Result<(), Error> {
        let drawn = self.driver.draw(self.resource, self.back, blend, corners);
        drawn.asked("drawing")
    }

    /// Lets `use_it` have the bytes of the buffer behind, and the bytes from one row to the next.
    ///
    /// # Errors
    ///
    /// [`Error::Driver`].
    pub fn with_bytes<R>(&mut self, use_it: impl FnOnce(&mut [u8], u32) -> R) -> Result<R, Error> {
        let done = self.driver.with_bytes(self.resource, self.back, use_it);
        done.asked("mapping a buffer")
    }

    /// Shows the buffer behind, the first one by a mode set, others by a flip, and waits until it is
    /// on the screen. The next buffer is the one behind then; in a chain of two, what was shown
    /// before.
    ///
    /// # Errors
    ///
    /// Each [`Error`].
    pub fn present(&mut self) -> Result<(), Error> {
        let shown = self.driver.present(self.resource);
        let shown = shown.asked("asking what is to be shown")?;
        let place = self.frames.get_mut(shown.buffer as usize);
        let place = place
            .ok_or(d3dddi::HResult::E_FAIL)
            .asked("counting buffers")?;
        let frame = match place {
            Some(frame) => frame,
            None => place.insert(import(self.display, &self.driver, &shown)?),
        };
        match self.presented {
            0 => self.display.show(frame)?,
            _ => self.display.flip(frame)?,
        }
        self.presented += 1;
        self.back = (shown.buffer + 1) % self.frames.len() as u32;
        Ok(())
    }
}

/// The ordinary way of a buffer to the screen: the allocation's dma-buf, as the driver lays it out.
fn import<'a>(
    display: &'a Display,
    driver: &Driver<KernelDevice>,
    shown: &PresentArgs,
) -> Result<Frame<'a>, Error> {
    let kernel = driver.device().kernel();
    let dma_buf = kernel
        .export_dma_buf(shown.allocation)
        .map_err(Error::DmaBuf)?;
    let layout = Layout {
        width: shown.width,
        height: shown.height,
        pitch: shown.pitch,
        format: shown.format,
    };
    Ok(display.import(dma_buf, layout)?)
}
