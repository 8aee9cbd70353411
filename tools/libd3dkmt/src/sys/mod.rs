// SPDX-License-Identifier: MIT OR Apache-2.0
//! The raw layer: the ABI of `/dev/dxg` under its own names.
//!
//! Nothing here owns or checks anything. The types are those of `uapi/misc/d3dkmthk.h`, made by
//! bindgen, with the WDK's names beside the C ones; the calls take an argument block as it is and
//! hand back what `ioctl` answered. The rest of the crate is written on top of it; tests use it to
//! make calls that the safe layer cannot make.
//!
//! | module | holds |
//! |---|---|
//! | [`bindings`] | what bindgen makes of the header: structures, constants, limits |
//! | [`types`] | the WDK's names of the structures |
//! | [`flags`] | a `bitflags` type for every flag word |
//! | [`enums`] | an enum for every enumeration |
//! | [`status`] | [`NtStatus`] and its relation to errno |
//! | [`request`] | the request number of every ioctl |
//! | [`calls`] | one function for each ioctl that the module serves |
//! | [`around`] | a place around every call |
//! | [`gem`] | private driver data of the module's miniport |
//! | [`engine`] | commands of the module's software engine |
//! | [`ext`] | calls that Windows does not have: dma-bufs |

pub mod around;
#[allow(missing_docs, non_camel_case_types, non_snake_case)]
pub mod bindings;
pub mod calls;
#[allow(missing_docs, non_camel_case_types)]
pub mod engine;
pub mod enums;
#[allow(missing_docs, non_camel_case_types)]
pub mod ext;
pub mod flags;
#[allow(missing_docs, non_camel_case_types)]
pub mod gem;
mod layout;
pub mod request;
pub mod status;
pub mod types;

pub use self::{bindings::*, calls::*, enums::*, flags::*, status::NtStatus, types::*};
