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
//! 1. `Registry::processes`
//! 2. `AdapterList::listed`
//! 3. `Process::accounts`
//! 4. `Process::table`
//! 5. `Resource::cookie`
//! 6. `OpenAllocation::cpu`
//! 7. `GlobalHandles::table`
//! 8. `Exports::state`
//! 9. `Presence::state`
//! 10. `Backing::state`
//! 11. `OnDevice::held`
//! 12. `GemObject::ways`
//! 13. `Residents::all`
//! 14. `Window::shown`
//! 15. `VidMm::local`, `VidMm::aperture`
//! 16. `WATCH` of `drm::targets`
//! 17. `Timeline::state`
//! 18. `Fences::all`
//! 19. `MonitoredFence::state`
//! 20. `Wait::state`
//!
//! None of them is held while another of them is taken, over a call of a miniport, over an access of
//! user memory, or while objects are dropped. Whoever has to hold two takes them in this order.
//!
//! Of the kernel's own locks these come between them:
//!
//! - The lock of an address space is taken with 6 held, to see whether a mapping is still there; 14
//!   is taken with it held, when a view is mapped or a page of it faults.
//! - The mutex of the drm class is held when a device comes or goes. Under it 16 is taken, and when
//!   the device goes 2, 9, 11, 13, 14, 18, 19 and 20.
//! - DRM's own are taken with 12 held, so that a GEM object gets one dma-buf and no second one.
//!
//! Three things are waited for that are no locks, with none of the list held: a turn with a
//! resource's cookie (`Resource::turn`), over whose holder's call of the miniport others wait; the
//! end of all visits (`Presence::end`) and of all announcements (`Announcer::vanished`), under the
//! drm class's mutex. So who has a turn waits for nothing else, and neither a visitor nor an
//! announcement takes that mutex. A thread that waits for a fence (`Wait::block`) has neither a turn
//! nor a visit, and holds nothing at all.

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
pub(crate) mod paging_priority;
pub(crate) mod paging_queue;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod resource;
pub(crate) mod share;
pub(crate) mod shared_sizes;
pub(crate) mod sync_object;
