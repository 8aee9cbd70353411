// SPDX-License-Identifier: MIT OR Apache-2.0

//! What the rooms take from the object model.

#[path = "../../../rust/core/objects/shared_sizes.rs"]
#[rustfmt::skip]
pub(crate) mod shared_sizes;

pub(crate) mod objects {
    pub(crate) use super::shared_sizes;
}
