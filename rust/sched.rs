// SPDX-License-Identifier: GPL-2.0

//! The scheduler: what is submitted to contexts, and in which order it runs.
//!
//! - [`node::Node`]: an engine, and which context has it.
//! - [`entity::Entity`]: a context, with its queue.
//! - [`channel::Channel`]: how packets come to both.
//! - [`packet::Packet`]: what it is told to do.
//! - [`queue::Queue`]: what one context has to do, in order.
//! - [`joint::Joint`]: what several contexts do together, once all of them have come there.
//!
//! This room knows neither handles nor address spaces. Lock order: `Node::state`, then `Entity::place`; neither
//! is held together with `Queue::state` or over a call of the miniport.

#![deny(unsafe_code)]

pub(crate) mod channel;
pub(crate) mod entity;
pub(crate) mod joint;
pub(crate) mod node;
pub(crate) mod packet;
pub(crate) mod queue;
