// SPDX-License-Identifier: MIT OR Apache-2.0
//! The last part of the way to the screen, which is the ordinary Linux one: a dma-buf is imported on
//! the card (PRIME), becomes a framebuffer, and is shown by a mode set or a page flip.
//!
//! Whoever draws knows nothing of this, and this knows nothing of who draws: a dma-buf and a
//! [`Layout`] are all that passes.
//!
//! ```no_run
//! use dxg_present::{Display, Layout};
//! # fn draw(_: (u32, u32)) -> (std::os::fd::OwnedFd, Layout) { unimplemented!() }
//!
//! let display = Display::open("/dev/dri/card0".as_ref())?;
//! let (dma_buf, layout) = draw(display.size());
//! let frame = display.import(dma_buf, layout)?;
//! display.show(&frame)?;
//! # Ok::<_, dxg_present::Error>(())
//! ```

#![warn(missing_docs)]

mod card;
mod display;
mod error;
mod readback;

pub use display::{Display, Frame, Layout};
pub use error::Error;
