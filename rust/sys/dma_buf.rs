// SPDX-License-Identifier: GPL-2.0

//! [`DmaBuf`]: memory that drivers and processes share.

use super::{
    descriptor::NewDescriptor,
    kernel_pages,
    mapped_vma::MappedVma,
    AssertSync, //
};
use crate::{
    bindings,
    compat, //
};
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr, //
    },
    fs::File,
    prelude::*,
    sync::aref::ARef, //
};

/// A reference on a dma-buf.
///
/// # Invariants
///
/// `file` is the file of `dma_buf`. References on a dma-buf are references on its file.
#[derive(Clone)]
pub(crate) struct DmaBuf {
    dma_buf: NonNull<c::dma_buf>,
    file: ARef<File>,
}

// SAFETY: dma-bufs are reference-counted, and their references may be dropped by any thread.
unsafe impl Send for DmaBuf {}
// SAFETY: Only what never changes is read; all else is done by DRM core and takes its locks.
unsafe impl Sync for DmaBuf {}

impl DmaBuf {
    /// The dma-buf that a descriptor of the calling process names.
    ///
    /// # Errors
    ///
    /// `EBADF`: no open descriptor. `EINVAL`: not a dma-buf's.
    pub(crate) fn from_fd(fd: i32) -> Result<Self> {
        // SAFETY: No preconditions.
        let dma_buf = from_err_ptr(unsafe { c::dma_buf_get(fd) })?;
        // SAFETY: The function took a reference for us.
        unsafe { Self::from_raw(dma_buf) }.ok_or(EBADF)
    }

    /// # Safety
    ///
    /// `dma_buf` is NULL, or a live dma-buf on which the caller gives a reference away.
    pub(crate) unsafe fn from_raw(dma_buf: *mut c::dma_buf) -> Option<Self> {
        let dma_buf = NonNull::new(dma_buf)?;
        // SAFETY: It is live, and has its file for all its life.
        let file = NonNull::new(unsafe { dma_buf.as_ref().file })?.cast::<File>();
        // INVARIANT: It is the file of `dma_buf`.
        Some(Self {
            dma_buf,
            // SAFETY: The reference on the dma-buf is one on its file. Only DRM core and the exporter
            // use the file's position, by `llseek`, under the lock of its caller.
            file: unsafe { ARef::from_raw(file) },
        })
    }

    pub(crate) fn as_ptr(&self) -> *mut c::dma_buf {
        self.dma_buf.as_ptr()
    }

    fn get(&self) -> &c::dma_buf {
        // SAFETY: A dma-buf lives as long as its file, which we have. Only fields are read that
        // never change.
        unsafe { self.dma_buf.as_ref() }
    }

    /// Size in bytes.
    pub(crate) fn size(&self) -> usize {
        self.get().size
    }

    /// Whether descriptors of it can be mapped writable.
    pub(crate) fn is_writable(&self) -> bool {
        self.file.flags() & c::O_ACCMODE == c::O_RDWR
    }

    /// Whether its exporter lets the CPU map it at all.
    pub(crate) fn can_be_mapped(&self) -> bool {
        // SAFETY: The operations are static data of the exporter, whose module the dma-buf keeps.
        unsafe { (*self.get().ops).mmap.is_some() }
    }

    /// The number of references on it.
    pub(crate) fn users(&self) -> usize {
        // SAFETY: The file is live.
        unsafe { bindings::dxg_file_count(self.file.as_ptr()) }
    }

    /// Maps all of it into the calling process, through its exporter.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EPERM` for any other error of the exporter.
    pub(crate) fn map(&self, writable: bool) -> Result<MappedVma> {
        kernel_pages::leave_for_file(self.size())?;
        // The access of the mapped file bounds what mprotect() can make of the mapping later: so map a file
        // of our own, with exactly this access.
        // CAST: small flag words.
        let access = (if writable { c::O_RDWR } else { c::O_RDONLY } | c::O_CLOEXEC) as c_int;
        // SAFETY: The name is a C string, and the operations are static. The private data is a dma-buf that
        // lives longer than the file: nothing else refers to the file, and `mmap` leaves no mapping of it.
        let file = from_err_ptr(unsafe {
            bindings::anon_inode_getfile(
                c"dxg-dma-buf".as_char_ptr(),
                &FOPS.0,
                self.as_ptr().cast(),
                access,
            )
        })?;
        let file = NonNull::new(file.cast::<File>()).ok_or(ENOMEM)?;
        // SAFETY: The file is new and its one reference is ours; it has no position in use.
        let file = unsafe { ARef::<File>::from_raw(file) };
        MappedVma::of_file(&file, self.size(), writable).map_err(|error| match error {
            ENOMEM | ENOSPC | EAGAIN => ENOMEM,
            EINTR | ERESTARTSYS => error,
            _ => EPERM,
        })
    }

    /// A descriptor of it (close-on-exec), not yet installed.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub(crate) fn descriptor(&self) -> Result<NewDescriptor> {
        NewDescriptor::new(|| Ok(self.file.clone()))
    }

    /// Drops the reference; if it was the last one, the dma-buf has ended when this returns, and not only when
    /// the calling thread returns to user space.
    pub(crate) fn put_sync(self) {
        let file = ARef::into_raw(self.file);
        // SAFETY: The reference was ours, and is not used any more.
        unsafe { bindings::dxg_file_put_sync(file.as_ptr().cast()) };
    }
}

static FOPS: AssertSync<c::file_operations> = AssertSync(c::file_operations {
    owner: compat::this_module(),
    mmap: Some(mmap),
    ..pin_init::zeroed()
});

/// Makes the mapping one of the dma-buf, which its exporter fills. Children do not inherit it.
///
/// # Safety
///
/// The kernel calls it through `FOPS`: `file` is one that [`DmaBuf::map`] made, `vma` is being set up.
unsafe extern "C" fn mmap(file: *mut c::file, vma: *mut c::vm_area_struct) -> c_int {
    // SAFETY: Per the function's contract the private data is a live dma-buf, and nothing else uses the VMA
    // yet. From here on the VMA has the file of the dma-buf.
    let result = unsafe { c::dma_buf_mmap((*file).private_data.cast(), vma, 0) };
    if result == 0 {
        // SAFETY: The VMA is being set up, so that its flags may change.
        unsafe { bindings::dxg_vma_set_dontcopy(vma) };
    }
    result
}
