// SPDX-License-Identifier: GPL-2.0

//! The object model: processes, handles, adapters, devices, resources, allocations.
//!
//! Three layers, each of which imports only from those below it:
//!
//! - [`operations`]: what the calls do: create, open, destroy, share, export, make resident, map for the GPU;
//! - [`bindings`]: what belongs to a device or a process: the objects that handles name, and the handle table;
//! - [`objects`]: what belongs to an adapter, and may outlive the device that created it.
//!
//! [`registry`] is on top: it holds the machine's adapters and the processes that use them. Objects are
//! reference-counted: dropping the last reference makes the miniport call that destroys the object.
//! `Documentation/architecture.md` says which object owns which, and lists all locks with the pairs that nest.

#![deny(unsafe_code)]

pub(crate) mod bindings;
pub(crate) mod objects;
pub(crate) mod operations;
pub(crate) mod registry;
