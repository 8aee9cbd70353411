// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a display really shows, through a writeback connector, as vkms has one.

use crate::{card::Card, display::Display, error::Error};
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
            let set = |card: &Card| card.set_client_capability(capability, true);
            self.card.retry(set).map_err(|_| missing())?;
        }
        let connectors = self.card.call(WHAT, Card::connectors)?;
        let connector = connectors
            .iter()
            .find(|connector| connector.interface() == Interface::Writeback)
            .ok_or_else(missing)?
            .handle();
        let target = Target::new(self, (width, height))?;
        self.write_to(connector, target.framebuffer)?;
        target.pixels()
    }

    fn property<H: ResourceHandle>(&self, of: H, name: &str) -> Result<property::Handle, Error> {
        self.card.call(WHAT, |card| {
            let properties = card.get_properties(of)?.as_hashmap(card)?;
            let info = properties.get(name).ok_or(io::ErrorKind::NotFound)?;
            Ok(info.handle())
        })
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
        self.commit(flags, &request)?;
        // SAFETY: The commit succeeded, so the kernel has written a new descriptor, which is ours.
        let fence = unsafe { OwnedFd::from_raw_fd(fence) };
        self.card.call(WHAT, |_| {
            match poll(&mut [PollFd::new(&fence, PollFlags::IN)], Some(&LIMIT))? {
                0 => Err(io::ErrorKind::TimedOut.into()),
                _ => Ok(()),
            }
        })?;
        // Else the connector would keep the controller busy.
        let mut request = AtomicModeReq::new();
        let property = self.property(connector, "CRTC_ID")?;
        request.add_property(connector, property, Value::CRTC(None));
        self.commit(flags, &request)
    }

    fn commit(&self, flags: AtomicCommitFlags, request: &AtomicModeReq) -> Result<(), Error> {
        self.card
            .call(WHAT, |card| card.atomic_commit(flags, request.clone()))
    }
}

/// Memory that a frame is written to.
struct Target<'a> {
    display: &'a Display,
    buffer: DumbBuffer,
    framebuffer: framebuffer::Handle,
}

impl<'a> Target<'a> {
    fn new(display: &'a Display, size: (u32, u32)) -> Result<Self, Error> {
        let card = &display.card;
        let create = |card: &Card| card.create_dumb_buffer(size, DrmFourcc::Xrgb8888, 32);
        let buffer = card.call(WHAT, create)?;
        let framebuffer = match card.call(WHAT, |card| card.add_framebuffer(&buffer, 24, 32)) {
            Ok(framebuffer) => framebuffer,
            Err(error) => {
                let _ = card.retry(|card| card.destroy_dumb_buffer(buffer));
                return Err(error);
            }
        };
        Ok(Self {
            display,
            buffer,
            framebuffer,
        })
    }

    fn pixels(&self) -> Result<Vec<u32>, Error> {
        let (width, pitch) = (self.buffer.size().0 as usize, self.buffer.pitch() as usize);
        let row = |bytes: &[u8]| -> Vec<u32> {
            let pixels = bytes.chunks_exact(4).take(width);
            let pixel = |pixel: &[u8]| u32::from_le_bytes([pixel[0], pixel[1], pixel[2], pixel[3]]);
            pixels.map(pixel).collect()
        };
        self.display.card.call(WHAT, |card| {
            let mut buffer = self.buffer;
            let mapping = card.map_dumb_buffer(&mut buffer)?;
            Ok(mapping.chunks_exact(pitch).flat_map(row).collect())
        })
    }
}

impl Drop for Target<'_> {
    fn drop(&mut self) {
        let card = &self.display.card;
        let _ = card.retry(|card| card.destroy_framebuffer(self.framebuffer));
        let _ = card.retry(|card| card.destroy_dumb_buffer(self.buffer));
    }
}
