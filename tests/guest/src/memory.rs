// SPDX-License-Identifier: MIT OR Apache-2.0
//! Memory in all the states that a caller's memory can be in.

use rustix::{
    io::Errno,
    mm::{mprotect, MprotectFlags},
};
use std::{fs::File, io::Read, os::fd::AsRawFd, ptr, slice};

/// Bytes in a page.
pub const PAGE: usize = 4096;

/// Bytes in a mebibyte.
pub const MIB: u64 = 1 << 20;

/// Nobody's address in the middle of the user's half.
pub const UNMAPPED: u64 = 0x1234_5678_9000;

/// Addresses that a user cannot have, with their names.
pub const BAD_ADDRESSES: [(&str, u64); 7] = [
    ("NULL", 0),
    ("the first page", 0x10),
    ("unmapped", UNMAPPED),
    ("kernel", 0xffff_8880_0010_0000),
    ("not canonical", 0x0001_0000_0000_0000),
    ("not canonical, negative", 0x8000_0000_0000_0000),
    ("the last bytes", u64::MAX - 7),
];

/// A mapping of whole pages, unmapped when dropped.
pub struct Map {
    base: *mut u8,
    bytes: usize,
}

impl Map {
    /// Anonymous zeroed memory.
    pub fn new(pages: usize) -> Self {
        Self::of(pages, libc::MAP_PRIVATE | libc::MAP_ANONYMOUS, -1)
    }

    /// The first pages of a file, private or shared.
    pub fn of_file(file: &File, pages: usize, shared: bool) -> Self {
        let kind = if shared {
            libc::MAP_SHARED
        } else {
            libc::MAP_PRIVATE
        };
        Self::of(pages, kind, file.as_raw_fd())
    }

    fn of(pages: usize, flags: i32, fd: i32) -> Self {
        let bytes = pages * PAGE;
        let prot = libc::PROT_READ | libc::PROT_WRITE;
        // SAFETY: The kernel chooses the address.
        let base = unsafe { libc::mmap(ptr::null_mut(), bytes, prot, flags, fd, 0) };
        assert_ne!(base, libc::MAP_FAILED, "mmap");
        Self {
            base: base.cast(),
            bytes,
        }
    }

    /// One mapped page with an unmapped one behind it.
    pub fn before_a_hole() -> Self {
        let map = Self::new(2);
        map.unmap_from(1);
        map
    }

    /// The address, as in an argument block.
    pub fn address(&self) -> u64 {
        self.base as u64
    }

    /// The address `bytes` before the end of the first page: what is longer reaches over it.
    pub fn before_end_of_first_page(&self, bytes: usize) -> u64 {
        self.address() + (PAGE - bytes) as u64
    }

    /// A pointer to a place in it.
    pub fn at<T>(&self, offset: usize) -> *mut T {
        assert!(offset + size_of::<T>() <= self.bytes);
        // SAFETY: Inside of the mapping.
        unsafe { self.base.add(offset) }.cast()
    }

    /// Puts a value at a place in it.
    pub fn put<T>(&self, offset: usize, value: T) -> *mut T {
        let at = self.at::<T>(offset);
        // SAFETY: The place is inside of the mapping, which tests have to themselves.
        unsafe { at.write_unaligned(value) };
        at
    }

    /// All bytes.
    pub fn bytes(&mut self) -> &mut [u8] {
        // SAFETY: The mapping has that many bytes, and is borrowed.
        unsafe { slice::from_raw_parts_mut(self.base, self.bytes) }
    }

    /// Changes what may be done with all of it (`PROT_*`).
    pub fn protect(&self, prot: i32) {
        // SAFETY: The range is this mapping.
        let result = unsafe { libc::mprotect(self.base.cast(), self.bytes, prot) };
        assert_eq!(result, 0, "mprotect");
    }

    /// Makes all of it read-only.
    pub fn read_only(&self) {
        self.protect(libc::PROT_READ);
    }

    /// Unmaps everything from a page on.
    pub fn unmap_from(&self, page: usize) {
        // SAFETY: The range is part of this mapping; unmapping it again on drop does nothing.
        let result =
            unsafe { libc::munmap(self.base.add(page * PAGE).cast(), self.bytes - page * PAGE) };
        assert_eq!(result, 0, "munmap");
    }
}

impl Drop for Map {
    fn drop(&mut self) {
        // SAFETY: The range is this mapping, or a hole where it was.
        unsafe { libc::munmap(self.base.cast(), self.bytes) };
    }
}

/// A file in memory with that many pages.
pub fn memory_file(pages: usize) -> File {
    use std::os::fd::FromRawFd;
    // SAFETY: The name is a C string; the descriptor is new and nobody else's.
    let file = unsafe {
        let fd = libc::memfd_create(c"dxg-test".as_ptr(), libc::MFD_CLOEXEC);
        assert!(fd >= 0, "memfd_create");
        File::from_raw_fd(fd)
    };
    file.set_len((pages * PAGE) as u64).expect("ftruncate");
    file
}

/// Bytes at an address that some call has answered.
///
/// # Safety
///
/// There must be that many bytes, and nobody may change them meanwhile.
pub unsafe fn bytes_at<'a>(address: u64, bytes: usize) -> &'a mut [u8] {
    // SAFETY: The caller vouches for it.
    unsafe { slice::from_raw_parts_mut(address as *mut u8, bytes) }
}

/// Unmaps a range.
pub fn unmap(address: u64, bytes: usize) {
    // SAFETY: Tests unmap what they have mapped.
    let result = unsafe { libc::munmap(address as *mut libc::c_void, bytes) };
    assert_eq!(result, 0, "munmap");
}

/// Unmaps all mappings of allocations that this process has.
pub fn unmap_views() {
    let maps = std::fs::read_to_string("/proc/self/maps").expect("maps");
    for line in maps.lines().filter(|line| line.contains("anon_inode:dxg")) {
        let range = line.split(' ').next().expect("a range");
        let (start, end) = range.split_once('-').expect("two ends");
        let [start, end] =
            [start, end].map(|end| u64::from_str_radix(end, 16).expect("an address"));
        unmap(start, (end - start) as usize);
    }
}

/// Whether the calling process may write to a byte: the kernel tries it.
pub fn is_writable(address: u64) -> bool {
    let mut zeros = File::open("/dev/zero").expect("/dev/zero");
    // SAFETY: A plain system call: nothing else has the byte, and the kernel writes to it only if
    // it may be written to.
    let bytes = unsafe { bytes_at(address, 1) };
    match zeros.read(bytes) {
        Ok(read) => read == 1,
        Err(error) => {
            assert_eq!(error.raw_os_error(), Some(libc::EFAULT));
            false
        }
    }
}

/// Whether a mapping of the module's can be made writable.
pub fn becomes_writable(address: u64, bytes: usize) -> bool {
    let flags = MprotectFlags::READ | MprotectFlags::WRITE;
    // SAFETY: The range is a mapping of the module's.
    match unsafe { mprotect(address as *mut _, bytes, flags) } {
        Ok(()) => true,
        Err(error) => {
            assert_eq!(error, Errno::ACCESS);
            false
        }
    }
}

/// The bytes of structures of the ABI.
pub fn bytes_of<T: Copy>(values: &[T]) -> &[u8] {
    // SAFETY: The structures of the ABI are plain integers without padding.
    unsafe { slice::from_raw_parts(values.as_ptr().cast(), size_of_val(values)) }
}
