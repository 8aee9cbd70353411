// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `ddi`: its pure room, and the types that pure rooms take from it.

#[path = "../../../rust/ddi/answer.rs"]
#[rustfmt::skip]
#[allow(clippy::all, reason = "the kernel's lints look at it")]
#[allow(dead_code, reason = "`AllocationAnswer` is for miniports")]
pub(crate) mod answer;

use crate::mem::KBox;
use std::any::Any;

#[allow(dead_code, reason = "as `AllocationAnswer`, which has one")]
pub(crate) type Cookie = KBox<dyn Any + Send + Sync>;

pub(crate) mod allocation {
    #[derive(Clone, Copy, PartialEq, Eq, Debug)]
    pub(crate) struct AllocationDescription {
        pub(crate) pitch: u32,
        pub(crate) height: u32,
    }
}
