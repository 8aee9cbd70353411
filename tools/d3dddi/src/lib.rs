// SPDX-License-Identifier: MIT OR Apache-2.0
#![doc = include_str!("../README.md")]
#![warn(missing_docs)]
#![deny(unsafe_op_in_unsafe_fn)]

pub mod call;
pub mod callbacks;
pub mod functions;
mod guard;
pub mod hresult;
pub mod serve;
pub mod table;
#[cfg(test)]
mod tests;
pub mod types;

pub use self::{
    call::Callbacks,
    callbacks::{Allocate, DeviceCallbacks, Element, RtResource, SystemMemory, What},
    guard::guard,
    hresult::{HResult, Result},
    table::D3DDDI_DEVICECALLBACKS,
    types::{D3DKMT_HANDLE, HANDLE},
};
