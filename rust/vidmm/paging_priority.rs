// SPDX-License-Identifier: GPL-2.0

//! [`PagingPriority`].
//!
//! Pure logic: also compiled on the host.

/// Whose paging comes first: that of the queue with the higher priority.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum PagingPriority {
    BelowNormal,
    Normal,
    AboveNormal,
}
