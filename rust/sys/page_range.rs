// SPDX-License-Identifier: GPL-2.0

//! [`PageRange`]: memory that the CPU fills and copies without a user mapping of it.

use super::{
    killable,
    page_source::PageSource,
    PAGE_SIZE, //
};
use crate::bindings;
use kernel::{
    bindings as c,
    error::code::*,
    prelude::*, //
};

/// Pages of a source. Processes may have them mapped and write to them at the same time: such races only harm
/// themselves.
///
/// # Invariants
///
/// They are pages of a source that lives as long as `'a`.
#[derive(Clone, Copy)]
pub(crate) struct PageRange<'a>(&'a [*mut c::page]);

impl<'a> PageRange<'a> {
    /// All pages of a source.
    pub(crate) fn of(source: &'a dyn PageSource) -> Self {
        // INVARIANT: The source is borrowed for `'a`.
        Self(source.pages())
    }

    /// Pages `first..first + count` of a source.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it has fewer.
    pub(crate) fn part(source: &'a dyn PageSource, first: usize, count: usize) -> Result<Self> {
        let pages = source.pages().get(first..).ok_or(EINVAL)?;
        // INVARIANT: As above.
        pages.get(..count).map(Self).ok_or(EINVAL)
    }

    /// Size in bytes, whole pages.
    pub(crate) fn bytes(&self) -> usize {
        self.0.len() * PAGE_SIZE
    }

    /// Fills it with a pattern of four bytes.
    ///
    /// # Errors
    ///
    /// `EINTR`: the calling process is being killed.
    pub(crate) fn fill(&self, pattern: u32) -> Result {
        for &page in self.0 {
            killable::check()?;
            // SAFETY: The page is allocated, as its source promises (the type invariant).
            unsafe { bindings::dxg_page_fill(page, pattern) };
        }
        Ok(())
    }

    /// Whether `is` accepts every word of four bytes; stops at the first that it rejects.
    #[cfg(CONFIG_KUNIT = "y")]
    pub(crate) fn all_words(&self, mut is: impl FnMut(u32) -> bool) -> bool {
        let mut pages = self.0.iter();
        pages.all(|&page| {
            (0..PAGE_SIZE / 4).all(|word| {
                // SAFETY: The page is allocated, as its source promises (the type invariant), and has that many words.
                is(unsafe { bindings::dxg_page_word(page, word) })
            })
        })
    }

    /// Copies all of `source`, which has the same size.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it has not. `EINTR`: the calling process is being killed.
    pub(crate) fn copy_from(&self, source: &PageRange<'_>) -> Result {
        if self.bytes() != source.bytes() {
            return Err(EINVAL);
        }
        for (&to, &from) in self.0.iter().zip(source.0) {
            killable::check()?;
            // SAFETY: Both pages are allocated, as their sources promise.
            unsafe { bindings::dxg_page_copy(to, from) };
        }
        Ok(())
    }
}
