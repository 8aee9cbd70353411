// SPDX-License-Identifier: MIT OR Apache-2.0
#![doc = include_str!("../README.md")]
#![no_std]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

extern crate alloc;

pub mod context;
mod entry;
#[allow(missing_docs, non_camel_case_types, dead_code)]
mod header;
mod pixels;
pub mod private_data;
pub mod raster;
pub mod resource;
mod scratch;
pub mod screen;

pub use self::{
    context::{Context, Flip},
    entry::open_adapter,
    raster::{Blend, Canvas, Format, Vertex},
    resource::{Kind, Memory, Resource, Template},
    screen::Screen,
};
