// SPDX-License-Identifier: MIT OR Apache-2.0
//! A picture, all the way: the user-mode driver (`umd`) draws into the buffers of a flip chain, the
//! runtime makes dma-bufs of them, and `dxg-present` shows these.
//!
//! ```no_run
//! use dxg_picture::{scene, Chain};
//! use dxg_present::Display;
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let adapter = libd3dkmt::Dxg::open()?.adapters()?.remove(0);
//! let display = Display::open("/dev/dri/card0".as_ref())?;
//! let mut chain = Chain::new(&display, adapter.create_device()?, 2)?;
//! for turn in 0..100 {
//!     scene::draw(&mut chain, turn, &["a triangle".to_owned()])?;
//!     chain.present()?;
//! }
//! # Ok(())
//! # }
//! ```

#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

mod chain;
mod error;
pub mod scene;
mod text;

pub use self::{chain::Chain, error::Error};
