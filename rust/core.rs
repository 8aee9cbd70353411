// SPDX-License-Identifier: GPL-2.0

//! The object model: processes, handles, adapters, devices, resources, allocations.
//!
//! Three layers, each of which imports only from those below it:
//!
//! - [`operations`]: what calls do: create, open, destroy, share, export, make resident;
//! - [`bindings`]: what belongs to a device or a process: what handles name, and the table of handles;
//! - [`objects`]: what belongs to an adapter, and may outlive the device that made it.
//!
//! [`registry`] is on top: the adapters of the machine and the processes that use them. Objects are
//! reference-counted: dropping the last reference of one makes the call of the miniport that ends it.
//! `Documentation/architecture.md` says who owns whom, and has all locks with the pairs that nest.

#![deny(unsafe_code)]

pub(crate) mod bindings;
pub(crate) mod objects;
pub(crate) mod operations;
pub(crate) mod registry;
