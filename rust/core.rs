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
//! # Locks
//!
//! No lock is held over a call of a miniport (but for the paging lock, see below), over an access of user
//! memory, while memory of a user is pinned or mapped, or while objects are dropped; nor is anybody inside a
//! device gate then. [`sys::may_be_delayed`](crate::sys::may_be_delayed) stands where a process can delay the
//! caller, and has lockdep complain of whoever comes there with a lock.
//!
//! Hardly any of them is held while another of them is taken. These are all the pairs that nest:
//!
//! | held | taken | why |
//! |---|---|---|
//! | `VidMm::paging` | `VidMm::books`, `Window::state` | the books say where the bytes are, and nobody sees them move |
//! | `VidMm::paging` | `VidMm::committed` | what was given up with an offer is promised again |
//! | `VidMm::paging` | a device gate, `Slot::kept` (only tried) | exports are asked whether they have ended |
//! | a device gate | `Device::objects`, `Slot::kept`, DRM's own | objects are used inside the gate; an object gets one dma-buf and no second one |
//! | `Adapters::state` | all that making an adapter takes | there is one software adapter |
//! | `OpenAllocation::cpu` | the lock of the address space | is a mapping still there? |
//! | the lock of an address space | `Window::state` | a view is filled, or a page of it faults |
//! | `Window::state` | the lock of a file's mappings | pages are taken out of them |
//! | the mutex of the drm class | `WATCH`, `Adapters::state`, and, when a device goes, `AdapterList::listed`, `VidMm::paging`, `VidMm::books`, the locks of fences, a device gate | the class tells us |
//!
//! The paging lock is held over `DxgkDdiBuildPagingBuffer`, which copies and waits for nobody. Whoever waits
//! for it can be killed, but for those who end an allocation or an adapter. Whoever is short of memory takes
//! none of them: the shrinker reads atomics.
//!
//! Three things are waited for that are no locks, with none of the above held: a turn with a resource's
//! cookie (`Resource::turn`), over whose holder's call of the miniport others wait; and, under the drm
//! class's mutex, the end of all who are inside a gate (`DeviceGate::close`), and of all announcements
//! (`Announcer::vanished`). A thread that waits for a fence (`Wait::block`) holds nothing at all.

#![deny(unsafe_code)]

pub(crate) mod bindings;
pub(crate) mod objects;
pub(crate) mod operations;
pub(crate) mod registry;
