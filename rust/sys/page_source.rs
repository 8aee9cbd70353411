// SPDX-License-Identifier: GPL-2.0

//! [`PageSource`]: pages that can be mapped.

use kernel::bindings as c;

/// Something that has pages to show.
///
/// # Safety
///
/// Every pointer that [`Self::pages`] returns is a page that stays allocated, and belongs to the
/// object, for as long as `self` lives; the list never changes.
pub(crate) unsafe trait PageSource: Send + Sync + 'static {
    /// The pages, in order.
    fn pages(&self) -> &[*mut c::page];
}
