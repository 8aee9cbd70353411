// SPDX-License-Identifier: GPL-2.0

//! GEM objects as dma-bufs.
//!
//! A GEM object has at most one dma-buf at a time: DRM core treats two of them as a bug. So all exports of an
//! object share one dma-buf, which has one access mode, as long as it is in use.

use super::{
    drm_device::{
        refusal,
        DrmDevice, //
    },
    gem::GemObject,
    object::ObjectState, //
};
use crate::sys::{
    dma_buf::DmaBuf,
    kernel_pages, //
};
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr,
        to_result, //
    },
    prelude::*, //
};

impl GemObject {
    /// The object's dma-buf, made if it has none.
    ///
    /// # Errors
    ///
    /// - `EACCES`: a dma-buf of it with the other access is in use.
    /// - `ENODEV`: the device was unplugged. `ENOMEM`. `EPERM`: its driver cannot export it.
    pub(crate) fn export(&self, writable: bool) -> Result<DmaBuf> {
        // Not inside the gate, as the allocation may have to wait for memory.
        kernel_pages::leave_for_file(0)?;
        let drm = self.device().enter()?;
        let mut unused = None;
        let mut slot = self.slot().state.lock();
        let state = Option::as_mut(&mut slot).ok_or(ENODEV)?;
        if (state.dma_buf.as_ref())
            .is_some_and(|dma_buf| dma_buf.is_writable() != writable && state.is_unused(dma_buf))
        {
            unused = state.dma_buf.take();
        }
        // Before another one is made; meanwhile it could be reached only through this slot.
        if let Some(unused) = unused.take() {
            unused.put_sync();
        }
        let dma_buf = match &state.dma_buf {
            Some(dma_buf) => dma_buf.clone(),
            // Made with the slot locked, so that there is never a second one.
            None => {
                let new = drm.export(state.as_ptr(), writable)?;
                state.dma_buf.insert(new).clone()
            }
        };
        // With a handle, DRM core would keep the dma-buf. But while there was one, it may have made one for a
        // process that opened the name: that one was just found.
        state.end_name(&drm);
        // DRM core may already have had one, made through a legacy name.
        if dma_buf.is_writable() != writable {
            return Err(EACCES);
        }
        Ok(dma_buf)
    }

    /// The dma-buf that the object was imported from.
    pub(crate) fn dma_buf(&self) -> Option<DmaBuf> {
        let _drm = self.device().enter().ok()?;
        let slot = self.slot().state.lock();
        slot.as_ref()?.dma_buf.clone()
    }

    /// Drops the object's dma-buf if nothing but us uses it: no descriptor, mapping, importer, handle, or frame
    /// buffer. `true` when the object has none any more. Does not wait for an export in progress.
    pub(crate) fn end_export(&self) -> bool {
        let Ok(_drm) = self.device().enter() else {
            return true;
        };
        let Some(mut slot) = self.slot().state.try_lock() else {
            return false;
        };
        let Some(state) = &mut *slot else {
            return true;
        };
        if (state.dma_buf.as_ref()).is_some_and(|dma_buf| !state.is_unused(dma_buf)) {
            return false;
        }
        if let Some(unused) = state.dma_buf.take() {
            unused.put_sync();
        }
        true
    }
}

impl ObjectState {
    /// Whether only this value refers to `dma_buf`, and only this value and `dma_buf` refer to the object.
    ///
    /// Then both can be reached only through the slot that the caller has locked.
    fn is_unused(&self, dma_buf: &DmaBuf) -> bool {
        dma_buf.users() == 1 && self.users() == 2
    }
}

impl DrmDevice {
    /// A new dma-buf of an object on this device, or the one that DRM core already has.
    fn export(&self, object: NonNull<c::drm_gem_object>, writable: bool) -> Result<DmaBuf> {
        let (device, file) = (self.as_ptr(), self.file());
        // CAST: small flag words.
        let access = if writable { c::O_RDWR } else { c::O_RDONLY };
        let mut handle = 0;
        // SAFETY: Device and file are live, and so is the object, of this very device.
        to_result(unsafe { c::drm_gem_handle_create(file, object.as_ptr(), &mut handle) })
            .map_err(refusal)?;
        // SAFETY: As above.
        let dma_buf = from_err_ptr(unsafe {
            c::drm_gem_prime_handle_to_dmabuf(device, file, handle, access | c::O_CLOEXEC)
        });
        // With the handle, DRM core forgets the dma-buf, unless there are other handles.
        self.delete_handle(handle);
        // SAFETY: The function gave us a reference.
        unsafe { DmaBuf::from_raw(dma_buf.map_err(refusal)?) }.ok_or(EPERM)
    }

    /// The object on this device that maps the memory of a dma-buf, with a reference for the caller: the
    /// exported object itself, if it is on this device; else a new one.
    pub(super) fn import(&self, dma_buf: &DmaBuf) -> Result<NonNull<c::drm_gem_object>> {
        let import = self.prime_import();
        let (device, dma_buf) = (self.as_ptr(), dma_buf.as_ptr());
        // SAFETY: Device and dma-buf are live.
        let object = from_err_ptr(unsafe {
            match import {
                Some(import) => import(device, dma_buf),
                None => c::drm_gem_prime_import(device, dma_buf),
            }
        });
        NonNull::new(object.map_err(refusal)?).ok_or(EPERM)
    }
}
