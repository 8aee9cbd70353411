// SPDX-License-Identifier: GPL-2.0

//! [`PagingPriority`].
//!
//! Pure logic: also compiled on the host.

/// The paging queue with the higher priority is served first.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PagingPriority {
    BelowNormal,
    Normal,
    AboveNormal,
}
