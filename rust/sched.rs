// SPDX-License-Identifier: GPL-2.0

//! The scheduler: what is submitted to contexts, and in which order it runs.
//!
//! - [`nodes::Nodes`]: the nodes of an adapter.
//! - [`node::Node`]: an engine, and which context has it.
//! - [`watchdog::Watchdog`]: ends its turn there, and what takes too long.
//! - [`turns::Turns`]: whose turn is next.
//! - [`client::Client`]: a process: its turns, and its worker.
//! - [`background::Background`]: what that does for contexts, beside the nodes.
//! - [`entity::Entity`]: a context, with its queue.
//! - [`channel::Channel`]: how packets come to both.
//! - [`packet::Packet`]: what it is told to do.
//! - [`queue::Queue`]: what one context has to do, in order.
//! - [`joint::Joint`]: what several contexts do together, once all of them have come there.
//!
//! This room knows neither handles nor address spaces. Lock order: `Node::state`, then `Entity::place`; no two others
//! are held together, and none over a call of the miniport.

#![deny(unsafe_code)]

mod background;
pub(crate) mod channel;
pub(crate) mod client;
pub(crate) mod entity;
pub(crate) mod joint;
mod node;
pub(crate) mod nodes;
pub(crate) mod packet;
pub(crate) mod queue;
mod turns;
mod watchdog;
