// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a display really shows, through a writeback connector, as vkms has one.

use crate::{
    display::Display,
    error::{During, Error},
};
use drm::{
    buffer::{Buffer, DrmFourcc},
    control::{
        atomic::AtomicModeReq,
        connector::{self, Interface},
        dumbbuffer::DumbBuffer,
        framebuffer,
        property::{self, Value},
        AtomicCommitFlags, Device as _, ResourceHandle,
    },
    ClientCapability, Device as _,
};
use rustix::event::{poll, PollFd, PollFlags};
use std::{
    io,
    os::fd::{FromRawFd, OwnedFd},
};

const WHAT: &str = "reading the screen back";
/// How long a frame may take.
const LIMIT: rustix::event::Timespec = rustix::event::Timespec {
    tv_sec: 10,
    tv_nsec: 0,
};

impl Display {
    /// The pixels that are on the screen, row by row without gaps, as XR24.
    ///
    /// # Errors
    ///
    /// [`Error::NoWriteback`] when the card has no such connector; [`Error::Call`].
    pub fn read_back(&self) -> Result<Vec<u32>, Error> {
        let (width, height) = self.size();
        let missing = || Error::NoWriteback {
            card: self.card.path(),
        };
        for capability in [
            ClientCapability::Atomic,
            ClientCapability::WritebackConnectors,
        ] {
            let set = self.card.set_client_capability(capability, true);
            set.map_err(|_| missing())?;
        }
        let connectors = self.card.connectors().during(WHAT)?;
        let connector = connectors
            .iter()
            .find(|connector| connector.interface() == Interface::Writeback)
            .ok_or_else(missing)?
            .handle();
        let mut target = Target::new(self, (width, height))?;
        self.write_to(connector, target.framebuffer)?;
        target.pixels()
    }

    fn property<H: ResourceHandle>(&self, of: H, name: &str) -> Result<property::Handle, Error> {
        let properties = self.card.get_properties(of).during(WHAT)?;
        let properties = properties.as_hashmap(&self.card).during(WHAT)?;
        let info = properties.get(name).ok_or(io::ErrorKind::NotFound.into());
        Ok(info.during(WHAT)?.handle())
    }

    /// Lets the controller write one frame, and waits for it.
    fn write_to(
        &self,
        connector: connector::Handle,
        framebuffer: framebuffer::Handle,
    ) -> Result<(), Error> {
        let mut fence: i32 = -1;
        let mut request = AtomicModeReq::new();
        let mut set = |name, value| -> Result<(), Error> {
            request.add_property(connector, self.property(connector, name)?, value);
            Ok(())
        };
        set("CRTC_ID", Value::CRTC(Some(self.crtc)))?;
        set("WRITEBACK_FB_ID", Value::Framebuffer(Some(framebuffer)))?;
        let address = &raw mut fence as u64;
        set("WRITEBACK_OUT_FENCE_PTR", Value::UnsignedRange(address))?;
        let flags = AtomicCommitFlags::ALLOW_MODESET;
        self.card.atomic_commit(flags, request).during(WHAT)?;
        // SAFETY: The commit succeeded, so the kernel has written a new descriptor, which is ours.
        let fence = unsafe { OwnedFd::from_raw_fd(fence) };
        let ready = poll(&mut [PollFd::new(&fence, PollFlags::IN)], Some(&LIMIT));
        let ready = ready.map_err(io::Error::from).during(WHAT)?;
        if ready == 0 {
            return Err(io::ErrorKind::TimedOut.into()).during(WHAT);
        }
        // Else the connector would keep the controller busy.
        let mut request = AtomicModeReq::new();
        let property = self.property(connector, "CRTC_ID")?;
        request.add_property(connector, property, Value::CRTC(None));
        self.card.atomic_commit(flags, request).during(WHAT)
    }
}

/// Memory that a frame is written to.
struct Target<'a> {
    display: &'a Display,
    buffer: Option<DumbBuffer>,
    framebuffer: framebuffer::Handle,
}

impl<'a> Target<'a> {
    fn new(display: &'a Display, size: (u32, u32)) -> Result<Self, Error> {
        let card = &display.card;
        let buffer = card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32);
        let buffer = buffer.during(WHAT)?;
        let framebuffer = match card.add_framebuffer(&buffer, 24, 32) {
            Ok(framebuffer) => framebuffer,
            Err(error) => {
                let _ = card.destroy_dumb_buffer(buffer);
                return Err(error).during(WHAT);
            }
        };
        Ok(Self {
            display,
            buffer: Some(buffer),
            framebuffer,
        })
    }

    fn pixels(&mut self) -> Result<Vec<u32>, Error> {
        let Some(buffer) = &mut self.buffer else {
            return Ok(Vec::new());
        };
        let ((width, _), pitch) = (buffer.size(), buffer.pitch());
        let mapping = self.display.card.map_dumb_buffer(buffer).during(WHAT)?;
        let row = |bytes: &[u8]| -> Vec<u32> {
            let pixels = bytes.chunks_exact(4).take(width as usize);
            let pixel = |pixel: &[u8]| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], pixel[3]]);
            pixels.map(pixel).collect()
        };
        Ok(mapping.chunks_exact(pitch as usize).flat_map(row).collect())
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        let card = &self.display.card;
        let _ = card.destroy_framebuffer(self.framebuffer);
        if let Some(buffer) = self.buffer.take() {
            let _ = card.destroy_dumb_buffer(buffer);
        }
    }
}
