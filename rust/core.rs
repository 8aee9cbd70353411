// SPDX-License-Identifier: GPL-2.0

//! The object model: processes, handles, adapters, devices, resources, allocations.
//!
//! # Who owns whom
//!
//! ```text
//! Registry ─→ Process (one per tgid) ─→ HandleTable ─→ the objects that handles name
//!    └──────→ Adapter ←── Device ←── OpenResource, OpenAllocation   (device halves: bindings)
//!                ↑                        │              │
//!                └── Resource, Allocation ←┴─────────────┘           (adapter halves)
//! ```
//!
//! An allocation has two halves. The adapter's half ([`allocation::Allocation`]) has the private
//! data, the miniport's cookie and the backing; it lives while any binding, CPU view or export does. The
//! device's half ([`allocation::OpenAllocation`]) is one opening of it on one device, and is what a
//! handle names. Everything is reference-counted: dropping the last reference of a half makes the
//! call of the miniport that ends it.
//!
//! # Lock order
//!
//! Taken in this order; none is held over a call of a miniport, over an access of user memory, or
//! while objects are dropped.
//!
//! 1. `Registry::processes`
//! 2. `AdapterList::listed` (also taken under the drm class's mutex, when a device goes)
//! 3. `Process::accounts`
//! 4. `Process::table`
//! 5. `Resource::cookie`
//! 6. `OpenAllocation::cpu` (held while the address space is asked about a mapping)
//! 7. `GlobalHandles::table`
//! 8. `Exports::state`
//! 9. `Presence::state`
//! 10. `Backing::state`
//! 11. `OnDevice::held`
//! 12. `GemObject::ways` (held while DRM makes a dma-buf of the object; DRM's own locks come under it)
//! 13. `Residents::all`
//! 14. `Window::shown` (taken under the lock of the address space in which a page faults)
//! 15. `VidMm::local`, `VidMm::aperture`
//!
//! None of them is held while another of them is taken.

#![deny(unsafe_code)]

pub(crate) mod adapter;
pub(crate) mod adapter_list;
pub(crate) mod allocation;
pub(crate) mod create;
pub(crate) mod destroy;
pub(crate) mod device;
pub(crate) mod dma_buf;
pub(crate) mod exports;
pub(crate) mod global_handles;
pub(crate) mod handle;
pub(crate) mod handle_table;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod resource;
pub(crate) mod share;
pub(crate) mod shared_sizes;
