// SPDX-License-Identifier: GPL-2.0

//! [`PageRange`]: memory that the CPU fills and copies without anybody's mapping of it.

use super::{
    bindings,
    window::PageSource,
    PAGE_SIZE, //
};
use kernel::{
    error::code::*,
    prelude::*, //
};

/// All pages of a source. Processes may see them and write to them at the same time: what they get is
/// what they have made.
#[derive(Clone, Copy)]
pub(crate) struct PageRange<'a>(&'a dyn PageSource);

impl<'a> PageRange<'a> {
    pub(crate) fn of(source: &'a dyn PageSource) -> Self {
        Self(source)
    }

    /// Bytes, whole pages.
    pub(crate) fn bytes(&self) -> usize {
        self.0.pages().len() * PAGE_SIZE
    }

    /// Fills it with a pattern of four bytes.
    pub(crate) fn fill(&self, pattern: u32) {
        for &page in self.0.pages() {
            // SAFETY: The page is allocated, as the source promises.
            unsafe { bindings::dxg_page_fill(page, pattern) };
        }
    }

    /// Whether `is` accepts every word of four bytes; it is asked until it does not.
    #[cfg(CONFIG_KUNIT = "y")]
    pub(crate) fn all_words(&self, mut is: impl FnMut(u32) -> bool) -> bool {
        let mut pages = self.0.pages().iter();
        pages.all(|&page| {
            (0..PAGE_SIZE / 4).all(|word| {
                // SAFETY: The page is allocated, as the source promises, and has that many words.
                is(unsafe { bindings::dxg_page_word(page, word) })
            })
        })
    }

    /// Copies all of `source`, which is as large.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it is not.
    pub(crate) fn copy_from(&self, source: &PageRange<'_>) -> Result {
        if self.bytes() != source.bytes() {
            return Err(EINVAL);
        }
        for (&to, &from) in self.0.pages().iter().zip(source.0.pages()) {
            // SAFETY: Both pages are allocated, as their sources promise.
            unsafe { bindings::dxg_page_copy(to, from) };
        }
        Ok(())
    }
}
