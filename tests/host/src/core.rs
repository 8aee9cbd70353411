// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the rooms take from the object model.

#[path = "../../../rust/core/shared_sizes.rs"]
#[rustfmt::skip]
pub(crate) mod shared_sizes;
