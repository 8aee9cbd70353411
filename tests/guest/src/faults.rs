// SPDX-License-Identifier: MIT OR Apache-2.0
//! Calls whose first, second, ... inner step fails: no memory, or a copy from or to the user.
//!
//! The kernel does that to one thread (`fail-nth`, [`inject`]). Two things are built on it:
//!
//! - [`sweep`](sweep()) takes one call through all its places, for the suite `faults`, which has a
//!   table of the calls and their shapes.
//! - With `DXG_TEST_FAULTS=1`, every call of any suite is swept before it is made
//!   ([`every_call`]), so that each argument that a test makes up is tried.
//!
//! What is demanded of a call with a fault: an answer that is documented for it, nothing left
//! behind, and the usual answer the next time.

pub mod every_call;
pub mod inject;
mod saved;
mod sweep;
mod swept;

pub use self::sweep::{print_slowest, sweep, was_swept, Subject};

use crate::calls::{Answer, NO_MEMORY, SERVED};
use libd3dkmt::sys::request;

/// What a request answers when there is no memory for it; `None` for those that need none: they
/// cannot fail for that. A user address that could not be copied from or to is INVALID_PARAMETER
/// everywhere.
pub fn on_no_memory(number: u32) -> Option<Answer> {
    match number {
        request::CLOSEADAPTER
        | request::DESTROYCONTEXT
        | request::DESTROYDEVICE
        | request::DESTROYPAGINGQUEUE
        | request::DESTROYSYNCHRONIZATIONOBJECT
        | request::FLUSHHEAPTRANSITIONS
        | request::INVALIDATECACHE
        | request::MARKDEVICEASERROR
        | request::QUERYRESOURCEINFO
        | request::QUERYRESOURCEINFOFROMNTHANDLE
        | request::UNLOCK2 => None,
        _ => Some(NO_MEMORY),
    }
}

/// Counters that a call may have changed though it failed, and by how much at most.
pub fn may_stay(number: u32) -> &'static [(&'static str, i64)] {
    match number {
        // The first touch of an allocation makes its memory; mapping or exporting it comes after that.
        // Without memory for the segment it is system memory, which the next touch moves.
        request::LOCK2 => &[
            ("gem_objects", 1),
            ("system_memory", 1),
            ("kernel_pages", i64::MAX),
        ],
        request::EXPORT_DMA_BUF => &[("gem_objects", 1)],
        _ => &[],
    }
}

/// How a request is called in diagnostics.
pub fn name(number: u32) -> &'static str {
    SERVED
        .iter()
        .find(|(_, served, _)| *served == number)
        .map_or("calls that are not served", |(name, ..)| name)
}
