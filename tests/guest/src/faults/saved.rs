// SPDX-License-Identifier: MIT OR Apache-2.0
//! What a call may overwrite, put aside, so that the same call can be made again.
//!
//! Addresses may be bad on purpose. So the kernel copies, to a file in memory and back: it stops
//! where nothing is. Sizes may be wrong on purpose, and what is behind a short array is somebody
//! else's: so from [`Saved::take`] to [`Saved::restore`] nothing but the call may change memory.

use libd3dkmt::sys::{self, request};
use std::{
    fs::File,
    mem::offset_of,
    os::{fd::AsRawFd, unix::fs::FileExt},
};

/// Numbers from here on are as good as each other.
const LARGE: u32 = 256;

/// Memory of the caller.
struct Range {
    address: u64,
    bytes: usize,
    /// Where it is in the file.
    offset: usize,
}

/// Memory of the caller as it was.
pub(super) struct Saved<'a> {
    file: &'a File,
    ranges: Vec<Range>,
    end: usize,
}

impl<'a> Saved<'a> {
    /// Finds out what a call may write to; `file` has no other use meanwhile.
    pub(super) fn of(file: &'a File, number: u32, argument: u64) -> Self {
        let mut saved = Self {
            file,
            ranges: Vec::new(),
            end: 0,
        };
        let size = ((number >> 16) & 0x3fff) as usize;
        saved.add(argument, size);
        match number {
            request::CREATEALLOCATION => saved.add_elements(),
            request::CREATECONTEXTVIRTUAL => saved.add_data_of_context(),
            request::QUERYADAPTERINFO => saved.add_block(),
            request::SHAREOBJECTS => saved.add_nt_handle(),
            request::OPENRESOURCEFROMNTHANDLE => saved.add_opened(),
            request::OPENRESOURCE => saved.add_opened_global(),
            _ => (),
        }
        saved
    }

    /// What QueryAdapterInfo fills.
    fn add_block(&mut self) {
        if let Some(args) = self.value::<sys::D3DKMT_QUERYADAPTERINFO>(0, 0) {
            let bytes = args.private_data_size.min(sys::D3DKMT_PRIVATE_DATA_MAX);
            self.add(args.private_data, bytes as usize);
        }
    }

    /// The array of elements, and the private data of each.
    fn add_elements(&mut self) {
        let Some(args) = self.value::<sys::D3DKMT_CREATEALLOCATION>(0, 0) else {
            return;
        };
        let count = args.alloc_count.min(sys::D3DKMT_CREATEALLOCATION_MAX) as usize;
        let size = size_of::<sys::D3DDDI_ALLOCATIONINFO2>();
        self.add(args.allocation_info, count * size);
        for i in 0..count {
            let info = self.value::<sys::D3DDDI_ALLOCATIONINFO2>(1, i * size);
            let Some(info) = info else { break };
            let bytes = info.priv_drv_data_size.min(sys::D3DKMT_PRIVATE_DATA_MAX);
            self.add(info.priv_drv_data, bytes as usize);
        }
    }

    /// The private data of a new context.
    fn add_data_of_context(&mut self) {
        if let Some(args) = self.value::<sys::D3DKMT_CREATECONTEXTVIRTUAL>(0, 0) {
            let bytes = args.priv_drv_data_size.min(sys::D3DKMT_PRIVATE_DATA_MAX);
            self.add(args.priv_drv_data, bytes as usize);
        }
    }

    /// What ShareObjects answers.
    fn add_nt_handle(&mut self) {
        if let Some(args) = self.value::<sys::D3DKMT_SHAREOBJECTS>(0, 0) {
            self.add(args.shared_handle, size_of::<u64>());
        }
    }

    /// What an opener by NT handle is told.
    fn add_opened(&mut self) {
        if let Some(args) = self.value::<sys::D3DKMT_OPENRESOURCEFROMNTHANDLE>(0, 0) {
            self.add_told(
                (args.allocation_count, args.open_alloc_info),
                [
                    (args.private_runtime_data_size, args.private_runtime_data),
                    (
                        args.resource_priv_drv_data_size,
                        args.resource_priv_drv_data,
                    ),
                    (args.total_priv_drv_data_size, args.total_priv_drv_data),
                ],
            );
        }
    }

    /// What an opener by global handle is told.
    fn add_opened_global(&mut self) {
        if let Some(args) = self.value::<sys::D3DKMT_OPENRESOURCE>(0, 0) {
            self.add_told(
                (args.NumAllocations, args.pOpenAllocationInfo2),
                [
                    (args.PrivateRuntimeDataSize, args.pPrivateRuntimeData),
                    (
                        args.ResourcePrivateDriverDataSize,
                        args.pResourcePrivateDriverData,
                    ),
                    (
                        args.TotalPrivateDriverDataBufferSize,
                        args.pTotalPrivateDriverDataBuffer,
                    ),
                ],
            );
        }
    }

    /// What an opener is told of the allocations, and the data of all kinds: sizes and addresses.
    fn add_told(&mut self, (count, list): (u32, u64), data: [(u32, u64); 3]) {
        let count = count.min(sys::D3DKMT_CREATEALLOCATION_MAX) as usize;
        self.add(list, count * size_of::<sys::D3DDDI_OPENALLOCATIONINFO2>());
        for (size, address) in data {
            self.add(address, size.min(sys::D3DKMT_PRIVATE_DATA_MAX) as usize);
        }
    }

    /// Adds a range, or what is there of it.
    fn add(&mut self, address: u64, bytes: usize) {
        let (fd, offset) = (self.file.as_raw_fd(), self.end);
        // SAFETY: The kernel reads from what is there; an address without memory is an error.
        let done = unsafe { libc::pwrite(fd, address as _, bytes, offset as libc::off_t) };
        let bytes = usize::try_from(done).unwrap_or(0);
        self.ranges.push(Range {
            address,
            bytes,
            offset,
        });
        self.end += bytes;
    }

    /// A structure at a place of a range, if all of it is there.
    fn value<T: Copy>(&self, range: usize, at: usize) -> Option<T> {
        let range = self.ranges.get(range)?;
        if at + size_of::<T>() > range.bytes {
            return None;
        }
        let mut bytes = vec![0; size_of::<T>()];
        self.file
            .read_exact_at(&mut bytes, (range.offset + at) as u64)
            .expect("a file in memory");
        // SAFETY: There are as many bytes, and any bytes are a value of the ABI's structures.
        Some(unsafe { bytes.as_ptr().cast::<T>().read_unaligned() })
    }

    /// Puts everything aside as it is now.
    pub(super) fn take(&self) {
        for range in &self.ranges {
            let (fd, offset) = (self.file.as_raw_fd(), range.offset as libc::off_t);
            // SAFETY: The kernel reads from what is there; it was a moment ago.
            unsafe { libc::pwrite(fd, range.address as _, range.bytes, offset) };
        }
    }

    /// Puts everything back. What can't be written, no call has written to.
    pub(super) fn restore(&self) {
        for range in &self.ranges {
            let (fd, offset) = (self.file.as_raw_fd(), range.offset as libc::off_t);
            // SAFETY: The range held these very bytes when the call was made, and nobody but the
            // call has changed them since.
            unsafe { libc::pread(fd, range.address as _, range.bytes, offset) };
        }
    }

    /// What kind of call it is: the same for calls that differ only in large numbers, such as
    /// handles and addresses, of the argument and of the first and the last element; or in a
    /// descriptor, whose number depends on what else is open.
    pub(super) fn shape(&self, number: u32) -> Vec<u32> {
        let element = size_of::<sys::D3DDDI_ALLOCATIONINFO2>();
        let mut shape = Vec::new();
        for (i, range) in self.ranges.iter().enumerate() {
            let last = range.bytes.saturating_sub(element);
            match i {
                0 => self.small_words(range, 0, range.bytes, &mut shape),
                1 => {
                    self.small_words(range, 0, element, &mut shape);
                    self.small_words(range, last, element, &mut shape);
                }
                _ if i == 2 || i + 1 == self.ranges.len() => {
                    self.small_words(range, 0, element, &mut shape);
                }
                _ => (),
            }
        }
        let descriptor = match number {
            request::QUERYRESOURCEINFOFROMNTHANDLE => Some(offset_of!(
                sys::D3DKMT_QUERYRESOURCEINFOFROMNTHANDLE,
                nt_handle
            )),
            request::OPENRESOURCEFROMNTHANDLE => {
                Some(offset_of!(sys::D3DKMT_OPENRESOURCEFROMNTHANDLE, nt_handle))
            }
            request::WAITFORSYNCHRONIZATIONOBJECTFROMCPU => Some(offset_of!(
                sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMCPU,
                async_event
            )),
            // A descriptor, or the address of values.
            request::SIGNALSYNCHRONIZATIONOBJECTFROMGPU2 => Some(offset_of!(
                sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU2,
                __bindgen_anon_1
            )),
            request::OPEN_DMA_BUF => Some(offset_of!(sys::ext::dxgkrnl_open_dma_buf, fd)),
            _ => None,
        };
        // None is something else than one.
        let word = descriptor.and_then(|offset| shape.get_mut(offset / 4));
        if let Some(word) = word.filter(|word| **word != 0) {
            *word = LARGE;
        }
        shape
    }

    /// The words at a place of a range, without what is large about them.
    fn small_words(&self, range: &Range, at: usize, bytes: usize, to: &mut Vec<u32>) {
        let mut buffer = vec![0; bytes.min(range.bytes - at)];
        self.file
            .read_exact_at(&mut buffer, (range.offset + at) as u64)
            .expect("a file in memory");
        let words = buffer.chunks_exact(4).map(|word| {
            let word = [word[0], word[1], word[2], word[3]];
            u32::from_ne_bytes(word).min(LARGE)
        });
        to.extend(words);
    }
}
