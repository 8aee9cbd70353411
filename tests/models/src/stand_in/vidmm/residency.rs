// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for residency: in the models nobody asks for it.

use super::backing::Backing;
use kernel::sync::Arc;

pub(crate) struct Residency;

impl Residency {
    pub(crate) const fn new() -> Self {
        Self
    }
}

#[allow(dead_code, reason = "in the models nobody looks at it")]
pub(crate) struct Bound<'a> {
    pub(crate) residency: &'a Residency,
    pub(crate) backing: &'a Arc<Backing>,
}
