// SPDX-License-Identifier: MIT OR Apache-2.0
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod device;
pub mod driver;
pub mod fake;
pub mod kernel;
pub mod status;
#[cfg(test)]
mod tests;

pub use self::{
    device::Device,
    driver::{Driver, Resource},
    kernel::{Kernel, KernelDevice},
    status::hresult_of,
};
