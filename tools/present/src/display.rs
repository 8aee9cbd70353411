// SPDX-License-Identifier: MIT OR Apache-2.0
//! One output of a card, and the frames that it shows.

use crate::{card::Card, error::Error};
use drm::{
    buffer::{self, DrmFourcc},
    control::{
        connector, crtc, framebuffer, ClipRect, Device as _, Event, Mode, ModeTypeFlags,
        PageFlipFlags,
    },
    Device as _,
};
use std::{cell::RefCell, collections::HashMap, io, os::fd::AsFd, path::Path};

/// How a picture lies in memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Layout {
    /// Pixels in a row.
    pub width: u32,
    /// Rows.
    pub height: u32,
    /// Bytes from one row to the next.
    pub pitch: u32,
    /// DRM fourcc of the pixels, such as XR24.
    pub format: u32,
}

/// The first connected output of a card, with the mode that the monitor prefers. When it goes, the
/// output is dark again.
pub struct Display {
    pub(crate) card: Card,
    connector: connector::Handle,
    pub(crate) crtc: crtc::Handle,
    mode: Mode,
    /// How many frames have each buffer: importing the same one gives the same handle.
    buffers: RefCell<HashMap<buffer::Handle, usize>>,
}

impl Display {
    /// Takes the display of the card at `path`, such as `/dev/dri/card0`.
    ///
    /// # Errors
    ///
    /// Each [`Error`] but `NoWriteback`: a clear sentence why there is no display.
    pub fn open(path: &Path) -> Result<Self, Error> {
        let card = Card::open(path)?;
        // The first one to open the card is the master; else it has to be asked for.
        if card.retry(|card| card.acquire_master_lock()).is_err() {
            return Err(Error::NotMaster { card: card.path() });
        }
        let connectors = card.connectors();
        let connectors = connectors.map_err(|_| Error::NoOutputs { card: card.path() })?;
        if connectors.is_empty() {
            return Err(Error::NoOutputs { card: card.path() });
        }
        let connected = connectors.iter().find_map(|connector| {
            let connected = connector.state() == connector::State::Connected;
            let mode = preferred(connector.modes()).filter(|_| connected)?;
            Some((connector, mode))
        });
        let Some((connector, mode)) = connected else {
            return Err(Error::NotConnected { card: card.path() });
        };
        let crtc = crtc_for(&card, connector)?;
        let connector = connector.handle();
        Ok(Self {
            card,
            connector,
            crtc,
            mode,
            buffers: RefCell::default(),
        })
    }

    /// Pixels in a row, and rows.
    pub fn size(&self) -> (u32, u32) {
        let (width, height) = self.mode.size();
        (width.into(), height.into())
    }

    /// Makes a frame of a dma-buf, whose descriptor is not needed after that.
    ///
    /// # Errors
    ///
    /// [`Error::Call`], when the card's driver cannot import it or show its layout.
    pub fn import(&self, dma_buf: impl AsFd, layout: Layout) -> Result<Frame<'_>, Error> {
        let buffer = self.card.call("importing the dma-buf", |card| {
            card.prime_fd_to_buffer(dma_buf.as_fd())
        })?;
        *self.buffers.borrow_mut().entry(buffer).or_default() += 1;
        let mut frame = Frame {
            display: self,
            buffer,
            layout,
            framebuffer: None,
        };
        let picture = Picture { buffer, layout };
        let flags = drm::control::FbCmd2Flags::empty();
        let framebuffer = self.card.call("making a framebuffer", |card| {
            card.add_planar_framebuffer(&picture, flags)
        })?;
        frame.framebuffer = Some(framebuffer);
        Ok(frame)
    }

    /// Shows a frame, of the display's size, by a mode set.
    ///
    /// # Errors
    ///
    /// [`Error::Call`].
    pub fn show(&self, frame: &Frame<'_>) -> Result<(), Error> {
        self.card.call("setting the mode", |card| {
            let connectors = [self.connector];
            card.set_crtc(
                self.crtc,
                frame.framebuffer,
                (0, 0),
                &connectors,
                Some(self.mode),
            )
        })
    }

    /// Shows another frame instead of the one that [`Display::show`] has shown, and waits until it
    /// is on the screen.
    ///
    /// # Errors
    ///
    /// [`Error::Call`].
    pub fn flip(&self, frame: &Frame<'_>) -> Result<(), Error> {
        const WHAT: &str = "flipping to the next frame";
        self.card.call(WHAT, |card| {
            let framebuffer = frame.framebuffer.ok_or(io::ErrorKind::NotFound)?;
            card.page_flip(self.crtc, framebuffer, PageFlipFlags::EVENT, None)
        })?;
        loop {
            let mut events = self.card.call(WHAT, |card| card.receive_events())?;
            if events.any(|event| matches!(event, Event::PageFlip(_))) {
                return Ok(());
            }
        }
    }

    fn forget(&self, buffer: buffer::Handle) {
        let mut buffers = self.buffers.borrow_mut();
        if let Some(frames) = buffers.get_mut(&buffer) {
            *frames -= 1;
            if *frames == 0 {
                buffers.remove(&buffer);
                // Nobody is there to be told.
                let _ = self.card.retry(|card| card.close_buffer(buffer));
            }
        }
    }
}

impl Drop for Display {
    fn drop(&mut self) {
        let dark = |card: &Card| card.set_crtc(self.crtc, None, (0, 0), &[], None);
        let _ = self.card.retry(dark);
    }
}

fn preferred(modes: &[Mode]) -> Option<Mode> {
    let preferred = modes
        .iter()
        .find(|mode| mode.mode_type().contains(ModeTypeFlags::PREFERRED));
    preferred.or(modes.first()).copied()
}

/// A display controller that can drive the connector.
fn crtc_for(card: &Card, connector: &connector::Info) -> Result<crtc::Handle, Error> {
    const WHAT: &str = "looking for a display controller";
    let resources = card.call(WHAT, |card| card.resource_handles())?;
    for &encoder in connector.encoders() {
        let encoder = card.call(WHAT, |card| card.get_encoder(encoder))?;
        let crtcs = resources.filter_crtcs(encoder.possible_crtcs());
        if let Some(&crtc) = crtcs.first() {
            return Ok(crtc);
        }
    }
    Err(Error::NotConnected { card: card.path() })
}

/// A picture that a display can show. It lives on the card until it is dropped.
pub struct Frame<'a> {
    display: &'a Display,
    buffer: buffer::Handle,
    layout: Layout,
    framebuffer: Option<framebuffer::Handle>,
}

impl Frame<'_> {
    /// Tells the card that the pixels have changed while it shows them; cards that send them
    /// somewhere do so only when they are told.
    ///
    /// # Errors
    ///
    /// [`Error::Call`].
    pub fn touched(&self) -> Result<(), Error> {
        let Some(framebuffer) = self.framebuffer else {
            return Ok(());
        };
        let end = |pixels: u32| u16::try_from(pixels).unwrap_or(u16::MAX);
        let all = ClipRect::new(0, 0, end(self.layout.width), end(self.layout.height));
        let no_call = Some(rustix::io::Errno::NOSYS.raw_os_error());
        self.display.card.call("sending the pixels", |card| {
            match card.dirty_framebuffer(framebuffer, &[all]) {
                // Cards that show the memory itself have no such call.
                Err(error) if error.raw_os_error() == no_call => Ok(()),
                told => told,
            }
        })
    }
}

impl Drop for Frame<'_> {
    fn drop(&mut self) {
        if let Some(framebuffer) = self.framebuffer {
            let destroy = |card: &Card| card.destroy_framebuffer(framebuffer);
            let _ = self.display.card.retry(destroy);
        }
        self.display.forget(self.buffer);
    }
}

/// A buffer with its layout, for the `drm` crate.
struct Picture {
    buffer: buffer::Handle,
    layout: Layout,
}

impl buffer::PlanarBuffer for Picture {
    fn size(&self) -> (u32, u32) {
        (self.layout.width, self.layout.height)
    }

    fn format(&self) -> DrmFourcc {
        // An unknown one is refused by the kernel, like XR24 with a pitch that does not fit it.
        DrmFourcc::try_from(self.layout.format).unwrap_or(DrmFourcc::Xrgb8888)
    }

    fn modifier(&self) -> Option<buffer::DrmModifier> {
        None
    }

    fn pitches(&self) -> [u32; 4] {
        [self.layout.pitch, 0, 0, 0]
    }

    fn handles(&self) -> [Option<buffer::Handle>; 4] {
        [Some(self.buffer), None, None, None]
    }

    fn offsets(&self) -> [u32; 4] {
        [0; 4]
    }
}
