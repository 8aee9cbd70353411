// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for where memory comes from, which nobody has to fill.

use crate::ddi::{Cookie, Miniport};

#[allow(dead_code, reason = "in the models nothing is paged")]
pub(crate) struct Pager<'a> {
    pub(crate) miniport: &'a dyn Miniport,
    pub(crate) allocation: &'a Cookie,
}
