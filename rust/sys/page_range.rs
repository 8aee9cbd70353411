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
    /// Nothing.
    // INVARIANT: There are no pages.
    pub(crate) const EMPTY: Self = Self(&[]);

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

    /// Calls `each` with each page that has some of `bytes` bytes from `offset` on, the first byte in it, and how
    /// many there are; stops before the end of the range.
    fn each_part(
        &self,
        offset: usize,
        bytes: usize,
        mut each: impl FnMut(*mut c::page, usize, usize),
    ) -> Result {
        let end = offset.checked_add(bytes).ok_or(EINVAL)?;
        if end > self.bytes() {
            return Err(EINVAL);
        }
        let mut at = offset;
        while at < end {
            let &page = self.0.get(at / PAGE_SIZE).ok_or(EINVAL)?;
            let within = at % PAGE_SIZE;
            let part = (PAGE_SIZE - within).min(end - at);
            each(page, within, part);
            at += part;
        }
        Ok(())
    }

    /// Copies bytes from `offset` on.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it has fewer.
    pub(crate) fn read(&self, offset: usize, bytes: &mut [u8]) -> Result {
        let mut rest = &mut bytes[..];
        self.each_part(offset, rest.len(), |page, at, part| {
            let (now, later) = core::mem::take(&mut rest).split_at_mut(part);
            rest = later;
            // SAFETY: The page is allocated, as its source promises (the type invariant), and `at + part` is at
            // most its size; `now` has `part` bytes.
            unsafe { bindings::dxg_page_read(page, at, now.as_mut_ptr().cast(), part) };
        })
    }

    /// Copies bytes to `offset` and what follows.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it has fewer.
    pub(crate) fn write(&self, offset: usize, bytes: &[u8]) -> Result {
        let mut rest = bytes;
        self.each_part(offset, rest.len(), |page, at, part| {
            let (now, later) = rest.split_at(part);
            rest = later;
            // SAFETY: As in `read`.
            unsafe { bindings::dxg_page_write(page, at, now.as_ptr().cast(), part) };
        })
    }

    /// Fills `bytes` bytes from `offset` on with a pattern of four bytes: so few that nobody is in a hurry meanwhile.
    ///
    /// # Errors
    ///
    /// `EINVAL`: it has fewer; either is no multiple of 4.
    pub(crate) fn fill_part(&self, offset: usize, bytes: usize, pattern: u32) -> Result {
        let end = offset.checked_add(bytes).ok_or(EINVAL)?;
        if end > self.bytes() || offset % 4 != 0 || bytes % 4 != 0 {
            return Err(EINVAL);
        }
        let pages = self.0.get(offset / PAGE_SIZE..).ok_or(EINVAL)?;
        // SAFETY: The pages are allocated, as their source promises (the type invariant), and have the bytes: their
        // end is not behind that of the range. They consist of whole words, and both numbers are multiples of 4.
        unsafe {
            bindings::dxg_pages_fill_part(pages.as_ptr(), offset % PAGE_SIZE, bytes, pattern);
        }
        Ok(())
    }

    /// Copies `bytes` bytes of `source`, from `from` on, to `offset` and what follows: from the first one on, so that
    /// parts may overlap if the destination is lower.
    ///
    /// # Errors
    ///
    /// `EINVAL`: one of them has fewer.
    pub(crate) fn copy_part(
        &self,
        offset: usize,
        source: &PageRange<'_>,
        from: usize,
        bytes: usize,
    ) -> Result {
        let mut next = from;
        let mut copied = Ok(());
        self.each_part(offset, bytes, |to, at, part| {
            let mut to_at = at;
            let done = source.each_part(next, part, |page, from_at, piece| {
                // SAFETY: Both pages are allocated, as their sources promise; the pieces lie within them.
                unsafe { bindings::dxg_page_copy_part(to, to_at, page, from_at, piece) };
                to_at += piece;
            });
            copied = copied.and(done);
            next = next.saturating_add(part);
        })?;
        copied
    }

    /// Stores 64 bits at `offset`, at once.
    ///
    /// # Errors
    ///
    /// `EINVAL`: they are not there, or the offset is no multiple of 8.
    pub(crate) fn store(&self, offset: usize, value: u64) -> Result {
        self.each_word(offset, |page, at| {
            // SAFETY: The page is allocated, as its source promises; the aligned word lies within it.
            unsafe { bindings::dxg_page_store64(page, at, value) }
        })
    }

    /// Adds to the 64 bits at `offset`, at once.
    ///
    /// # Errors
    ///
    /// As [`Self::store`].
    pub(crate) fn add(&self, offset: usize, operand: u64) -> Result {
        self.each_word(offset, |page, at| {
            // SAFETY: As in `store`.
            unsafe { bindings::dxg_page_add64(page, at, operand) }
        })
    }

    fn each_word(&self, offset: usize, mut each: impl FnMut(*mut c::page, usize)) -> Result {
        if offset % 8 != 0 {
            return Err(EINVAL);
        }
        self.each_part(offset, 8, |page, at, _| each(page, at))
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
