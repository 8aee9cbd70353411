// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `vidmm`: its pure room, and the type that pure rooms take from it.

#[path = "../../../rust/vidmm/ledger.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
pub(crate) mod ledger;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum SegmentGroup {
    Local,
    NonLocal,
}
