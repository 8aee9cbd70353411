// SPDX-License-Identifier: GPL-2.0

//! The scheduler: what is submitted to contexts, and in which order it runs.
//!
//! - [`queue::Queue`]: what one context has to do, in order.
//! - [`joint::Joint`]: what several contexts do together, once all of them have come there.
//!
//! Nothing here knows what a packet is.

#![deny(unsafe_code)]

pub(crate) mod joint;
pub(crate) mod queue;
