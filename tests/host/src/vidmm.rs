// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `vidmm`: its pure rooms, and the type that pure rooms take from it.

#[path = "../../../rust/vidmm/books.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod books;
#[path = "../../../rust/vidmm/budget.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod budget;
#[path = "../../../rust/vidmm/ledger.rs"]
#[rustfmt::skip]
#[allow(clippy::all, dead_code, reason = "the kernel's lints look at it")]
pub(crate) mod ledger;
#[path = "../../../rust/vidmm/place.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod place;
#[path = "../../../rust/vidmm/rank.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod rank;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    Local,
    NonLocal,
}
