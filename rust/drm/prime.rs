// SPDX-License-Identifier: GPL-2.0

//! [`DmaBuf`]: memory that drivers and processes hand to each other.
//!
//! A GEM object has at most one dma-buf at a time: DRM core takes two of them for a bug. So all
//! exports of an object are one dma-buf, which has one access, for as long as anybody uses it.

use super::{
    gem::GemObject,
    target::Target, //
};
use crate::sys::{
    bindings,
    descriptor::NewDescriptor,
    view::View, //
};
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr,
        to_result, //
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
    /// `EBADF`: no open descriptor. `EINVAL`: of something else.
    pub(crate) fn from_fd(fd: i32) -> Result<Self> {
        // SAFETY: No preconditions.
        let dma_buf = from_err_ptr(unsafe { c::dma_buf_get(fd) })?;
        // SAFETY: The function took a reference for us.
        unsafe { Self::from_raw(dma_buf) }.ok_or(EBADF)
    }

    /// # Safety
    ///
    /// `dma_buf` is NULL, or a live dma-buf on which the caller gives a reference away.
    unsafe fn from_raw(dma_buf: *mut c::dma_buf) -> Option<Self> {
        let dma_buf = NonNull::new(dma_buf)?;
        // SAFETY: It is live, and has its file for all its life.
        let file = NonNull::new(unsafe { dma_buf.as_ref().file })?.cast::<File>();
        // INVARIANT: It is the file of `dma_buf`.
        Some(Self {
            dma_buf,
            // SAFETY: The reference on the dma-buf is one on its file. Such a file has no position
            // that anybody could be using.
            file: unsafe { ARef::from_raw(file) },
        })
    }

    fn get(&self) -> &c::dma_buf {
        // SAFETY: A dma-buf lives as long as its file, which we have. Only fields are read that
        // never change.
        unsafe { self.dma_buf.as_ref() }
    }

    /// Bytes.
    pub(crate) fn size(&self) -> usize {
        self.get().size
    }

    /// Whether descriptors of it can be mapped writable.
    pub(crate) fn is_writable(&self) -> bool {
        self.file.flags() & c::O_ACCMODE == c::O_RDWR
    }

    /// Whether its exporter lets the CPU map it at all.
    pub(super) fn can_be_mapped(&self) -> bool {
        // SAFETY: The operations are static data of the exporter, whose module the dma-buf keeps.
        unsafe { (*self.get().ops).mmap.is_some() }
    }

    /// References on it.
    fn users(&self) -> usize {
        // SAFETY: The file is live.
        unsafe { bindings::dxg_file_count(self.file.as_ptr()) }
    }

    /// Maps all of it into the calling process, as its exporter does that.
    ///
    /// # Errors
    ///
    /// `ENOMEM`; `EPERM` for whatever else the exporter says.
    pub(crate) fn map(&self, writable: bool) -> Result<View> {
        View::of_file(&self.file, self.size(), writable).map_err(refusal)
    }

    /// A descriptor of it (close-on-exec), to be installed.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub(crate) fn descriptor(&self) -> Result<NewDescriptor> {
        NewDescriptor::new(|| Ok(self.file.clone()))
    }
}

/// What a driver that was asked for something optional says: there is no memory, or it cannot.
pub(super) fn refusal(error: Error) -> Error {
    match error {
        ENOMEM | ENOSPC => ENOMEM,
        EINTR | ERESTARTSYS => error,
        _ => EPERM,
    }
}

impl GemObject {
    /// The object's dma-buf, made if it has none.
    ///
    /// # Errors
    ///
    /// - `EACCES`: somebody uses a dma-buf of it with the other access.
    /// - `ENODEV`: the device is gone. `ENOMEM`. `EPERM`: its driver cannot.
    pub(crate) fn export(&self, writable: bool) -> Result<DmaBuf> {
        // Dropped after the lock.
        let (name, mut unused) = (self.ways().lock().take_name(), None);
        let mut ways = self.ways().lock();
        if (ways.dma_buf.as_ref())
            .is_some_and(|dma_buf| dma_buf.is_writable() != writable && self.is_unused(dma_buf))
        {
            unused = ways.dma_buf.take();
        }
        let dma_buf = match &ways.dma_buf {
            Some(dma_buf) => dma_buf.clone(),
            // Made with the lock held, so that there is never another one.
            None => {
                let new = self.target().export(self.as_ptr(), writable)?;
                ways.dma_buf.insert(new).clone()
            }
        };
        drop(ways);
        // With a handle, DRM core would keep the dma-buf. But while there was one, it may have made one
        // for whoever opened the name: that one was just found.
        drop((name, unused));
        // DRM core may have known one already, by a legacy name.
        if dma_buf.is_writable() != writable {
            return Err(EACCES);
        }
        Ok(dma_buf)
    }

    /// Gives the object's dma-buf up if nobody but us has anything of it: no descriptor, mapping,
    /// importer, handle, or frame buffer. `true` when it has none any more.
    pub(crate) fn end_export(&self) -> bool {
        let mut ways = self.ways().lock();
        if (ways.dma_buf.as_ref()).is_some_and(|dma_buf| !self.is_unused(dma_buf)) {
            return false;
        }
        let unused = ways.dma_buf.take();
        drop(ways);
        drop(unused);
        true
    }

    /// Whether only this value has `dma_buf`, and only this value and `dma_buf` have the object.
    ///
    /// Nobody can get at one of them any more then but through the lock that the caller holds.
    fn is_unused(&self, dma_buf: &DmaBuf) -> bool {
        dma_buf.users() == 1 && self.users() == 2
    }
}

impl Target {
    /// A new dma-buf of an object on this device, or the one that DRM core knows.
    fn export(&self, object: NonNull<c::drm_gem_object>, writable: bool) -> Result<DmaBuf> {
        // CAST: small flag words.
        let access = if writable { c::O_RDWR } else { c::O_RDONLY };
        let dma_buf = self.on_device(|device, file| {
            let mut handle = 0;
            // SAFETY: Device and file are live, and so is the object, of this very device.
            to_result(unsafe { c::drm_gem_handle_create(file, object.as_ptr(), &mut handle) })?;
            // SAFETY: As above.
            let dma_buf = from_err_ptr(unsafe {
                c::drm_gem_prime_handle_to_dmabuf(device, file, handle, access | c::O_CLOEXEC)
            });
            // With it, DRM core forgets the dma-buf, unless there are other handles.
            self.delete_handle(handle);
            dma_buf
        })?;
        // SAFETY: The function gave us a reference.
        unsafe { DmaBuf::from_raw(dma_buf) }.ok_or(EPERM)
    }

    /// The object on this device that shows the memory of a dma-buf, with a reference for the
    /// caller: the very one that was exported, if that is on this device; else a new one.
    pub(super) fn import(&self, dma_buf: &DmaBuf) -> Result<NonNull<c::drm_gem_object>> {
        let object = self.on_device(|device, _| {
            let import = self.prime_import();
            let dma_buf = dma_buf.dma_buf.as_ptr();
            // SAFETY: Device and dma-buf are live.
            from_err_ptr(unsafe {
                match import {
                    Some(import) => import(device, dma_buf),
                    None => c::drm_gem_prime_import(device, dma_buf),
                }
            })
        })?;
        NonNull::new(object).ok_or(EPERM)
    }
}
