// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the rooms take from the object model.

#[path = "../../../rust/core/paging_priority.rs"]
#[rustfmt::skip]
pub(crate) mod paging_priority;
#[path = "../../../rust/core/shared_sizes.rs"]
#[rustfmt::skip]
pub(crate) mod shared_sizes;
