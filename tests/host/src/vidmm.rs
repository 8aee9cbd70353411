// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `vidmm`: its pure rooms, and the type that pure rooms take from it.

#[path = "../../../rust/vidmm/residency_tracker.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod residency_tracker;
#[path = "../../../rust/vidmm/lru.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod lru;
#[path = "../../../rust/vidmm/budget.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod budget;
#[path = "../../../rust/vidmm/ledger.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod ledger;
#[path = "../../../rust/vidmm/placement.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod placement;
#[path = "../../../rust/vidmm/lru_key.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod lru_key;
#[path = "../../../rust/vidmm/paging_priority.rs"]
#[rustfmt::skip]
pub(crate) mod paging_priority;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    Local,
    NonLocal,
}
