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
//! 5. `Resource::state`
//! 6. `OpenAllocation::cpu`
//! 7. `GlobalHandles::table`
//! 8. `Exports::state`
//! 9. `Presence::state`
//! 10. `Backing::inner`
//! 11. `Turns::taken`
//! 12. `GemObject::ways`
//! 13. `VidMm::list`
//! 14. `VidMm::books`
//! 15. `Window::state`
//! 16. `VidMm::committed`, `VidMm::aperture`, `VidMm::shrinker`, `Worker::job`
//! 17. `WATCH` of `drm::targets`
//! 18. `Timeline::state`
//! 19. `Fences::all`
//! 20. `MonitoredFence::state`
//! 21. `Wait::state`
//!
//! None of them is held while another of them is taken, over a call of a miniport, over an access of
//! user memory, or while objects are dropped. Whoever has to hold two takes them in this order:
//! 14 is taken with 10 held, so that the books say where the bytes are.
//! `Adapters::state` comes before all of them: it is held while the software adapter is listed.
//!
//! Of the kernel's own locks these come between them:
//!
//! - The lock of an address space is taken with 6 held, to see whether a mapping is still there. 15
//!   is taken with it held, when a view is mapped or a page of it faults; when the page is away,
//!   everything that brings it back is: 9 to 18.
//! - The mutex of the drm class is held when a device comes or goes. Under it 17 and
//!   `Adapters::state` are taken, and when the device goes 2, 9, 10, 13 to 16, and 18 to 21.
//! - DRM's own are taken with 12 held, so that a GEM object gets one dma-buf and no second one.
//! - Whoever is short of memory takes 14, in the middle of an allocation: with it held, nothing is
//!   allocated.
//!
//! Four things are waited for that are no locks, with none of the list held: a turn with a
//! resource's cookie (`Resource::turn`), over whose holder's call of the miniport others wait; the
//! turn to move an adapter's memory (`Turns`), likewise, also by whoever touches a page, with the lock
//! of the address space held; the end of all visits (`Presence::end`) and of all announcements
//! (`Announcer::vanished`), under the drm class's mutex. So who has a turn waits for nothing else of
//! these and takes no lock of an address space, and neither a visitor nor an announcement takes that
//! mutex. A thread that waits for a fence (`Wait::block`) has neither a turn nor a visit, and holds
//! nothing at all.

#![deny(unsafe_code)]

pub(crate) mod adapter;
pub(crate) mod adapter_list;
pub(crate) mod allocation;
mod callbacks;
mod contract;
pub(crate) mod create;
pub(crate) mod destroy;
pub(crate) mod device;
pub(crate) mod dma_buf;
pub(crate) mod exports;
pub(crate) mod global_handles;
pub(crate) mod handle;
pub(crate) mod handle_table;
mod open;
pub(crate) mod paging_priority;
pub(crate) mod paging_queue;
pub(crate) mod process;
pub(crate) mod registry;
pub(crate) mod residency;
pub(crate) mod resource;
pub(crate) mod share;
pub(crate) mod shared_sizes;
mod standard;
pub(crate) mod sync_object;
