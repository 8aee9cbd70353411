// SPDX-License-Identifier: GPL-2.0

//! Kernel-mode drivers: implementations of the miniport contract.

#![deny(unsafe_code)]

pub(crate) mod gem;
mod linear;
pub(crate) mod private_data;
#[cfg(dxg_script)]
pub(crate) mod script;
pub(crate) mod soft;
pub(crate) mod software_engine;
