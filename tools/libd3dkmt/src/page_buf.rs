// SPDX-License-Identifier: MIT OR Apache-2.0
//! Whole pages of memory that can be handed to the kernel.

use crate::Error;
use rustix::mm::{mmap_anonymous, munmap, MapFlags, ProtFlags};
use std::{
    fmt,
    ops::{Deref, DerefMut},
    ptr::{self, NonNull},
    slice,
};

/// Page-aligned, zeroed memory of the caller, a whole number of pages long.
///
/// It is what an existing heap ([`crate::AllocationInfo::existing_heap`]) is made of: the address
/// and the size of such a heap must be multiples of the page size (cases 45 and 46). An allocation
/// made of a `PageBuf` owns it for its whole life and gives it back when it is destroyed.
///
/// ```
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::PageBuf;
///
/// let mut memory = PageBuf::new(10_000)?;
/// assert_eq!(memory.len() % PageBuf::page_size(), 0);
/// assert!(memory.len() >= 10_000);
/// memory[9_999] = 7;
/// assert_eq!(memory[..2], [0, 0]);
/// # Ok(())
/// # }
/// ```
pub struct PageBuf {
    base: NonNull<u8>,
    bytes: usize,
}

// SAFETY: The mapping belongs to the value alone, and reading or writing it is bound to a thread
// by nothing but the borrow of the value.
unsafe impl Send for PageBuf {}
// SAFETY: As above; `&PageBuf` only reads.
unsafe impl Sync for PageBuf {}

impl PageBuf {
    /// Maps `bytes` of zeroed memory, rounded up to whole pages.
    ///
    /// # Errors
    ///
    /// [`Error::Memory`]: `EINVAL` for 0 bytes, `ENOMEM` when there is not as much address space.
    pub fn new(bytes: usize) -> Result<Self, Error> {
        let bytes = bytes
            .checked_next_multiple_of(Self::page_size())
            .ok_or(Error::Memory(rustix::io::Errno::NOMEM))?;
        // SAFETY: The kernel chooses the address, so that no mapping that exists is replaced.
        let base = unsafe {
            mmap_anonymous(
                ptr::null_mut(),
                bytes,
                ProtFlags::READ | ProtFlags::WRITE,
                MapFlags::PRIVATE,
            )
        }
        .map_err(Error::Memory)?;
        let base = NonNull::new(base.cast()).ok_or(Error::Memory(rustix::io::Errno::NOMEM))?;
        Ok(Self { base, bytes })
    }

    /// The page size of this machine in bytes.
    pub fn page_size() -> usize {
        rustix::param::page_size()
    }

    /// The address of the first byte.
    pub fn as_ptr(&self) -> *const u8 {
        self.base.as_ptr()
    }

    /// The address of the first byte, as handed to the kernel.
    pub(crate) fn base(&self) -> NonNull<u8> {
        self.base
    }
}

impl Deref for PageBuf {
    type Target = [u8];

    fn deref(&self) -> &[u8] {
        // SAFETY: The mapping is as long as this, readable, initialized by the kernel and lives as
        // long as `self`.
        unsafe { slice::from_raw_parts(self.base.as_ptr(), self.bytes) }
    }
}

impl DerefMut for PageBuf {
    fn deref_mut(&mut self) -> &mut [u8] {
        // SAFETY: As in `deref`; the mapping is writable and `self` is borrowed exclusively.
        unsafe { slice::from_raw_parts_mut(self.base.as_ptr(), self.bytes) }
    }
}

impl Drop for PageBuf {
    fn drop(&mut self) {
        // SAFETY: The mapping was made by `new`, and nothing borrows from `self` any more. Pages
        // that the kernel has pinned stay with the kernel.
        let _ = unsafe { munmap(self.base.as_ptr().cast(), self.bytes) };
    }
}

impl fmt::Debug for PageBuf {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PageBuf")
            .field("base", &self.base)
            .field("bytes", &self.bytes)
            .finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn rounds_up_to_whole_aligned_pages() {
        let page = PageBuf::page_size();
        for (asked, got) in [(1, page), (page, page), (page + 1, 2 * page)] {
            let memory = PageBuf::new(asked).unwrap();
            assert_eq!(memory.len(), got);
            assert_eq!(memory.as_ptr() as usize % page, 0);
            assert!(memory.iter().all(|&byte| byte == 0));
        }
    }

    #[test]
    fn refuses_sizes_that_cannot_be() {
        let errno = |bytes| match PageBuf::new(bytes).unwrap_err() {
            Error::Memory(errno) => errno,
            other => panic!("{other}"),
        };
        assert_eq!(errno(0), rustix::io::Errno::INVAL);
        assert_eq!(errno(usize::MAX), rustix::io::Errno::NOMEM);
        assert_eq!(errno(isize::MAX as usize - 4095), rustix::io::Errno::NOMEM);
    }
}
