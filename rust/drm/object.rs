// SPDX-License-Identifier: GPL-2.0

//! [`ObjectState`]: a GEM object on its device, with its pin and its dma-buf; used only inside the gate.

use super::drm_device::{
    refusal,
    DrmDevice, //
};
use crate::{
    bindings,
    sys::{
        dma_buf::DmaBuf,
        page_source::PageSource,
        write_fence::{
            Unfinished,
            WriteFence, //
        },
        PAGE_SIZE, //
    }, //
};
use core::ptr::NonNull;
use kernel::{
    alloc::{
        flags::__GFP_NOWARN,
        KVVec, //
    },
    bindings as c,
    error::{
        code::*,
        from_err_ptr,
        to_result, //
    },
    pr_warn_once,
    prelude::*, //
};

/// A reference on a GEM object.
///
/// # Invariants
///
/// The pointer is a live GEM object on which this value owns a reference.
pub(super) struct Reference(pub(super) NonNull<c::drm_gem_object>);

// SAFETY: GEM objects are reference-counted, and what changes in them has locks.
unsafe impl Send for Reference {}

impl Reference {
    fn get(&self) -> &c::drm_gem_object {
        // SAFETY: By the type invariant the object is live. Only fields are read that never change.
        unsafe { self.0.as_ref() }
    }

    /// Size in bytes, whole pages.
    fn size(&self) -> usize {
        self.get().size
    }

    fn funcs(&self) -> Result<&c::drm_gem_object_funcs> {
        // SAFETY: The functions are static data of the driver, whose code is there inside the gate, where
        // references are.
        unsafe { self.get().funcs.as_ref() }.ok_or(ENODEV)
    }

    /// Whether the memory belongs to this device, not to another driver's dma-buf.
    fn is_native(&self) -> bool {
        self.get().import_attach.is_null()
    }

    /// Whether its pages may be those of a shmem file, which the driver pins and lists. Other objects have
    /// these functions, too, but they must not be called for memory of other drivers, nor where the driver
    /// keeps the list that it returns.
    fn has_pages(&self) -> bool {
        self.is_native()
            && !self.get().filp.is_null()
            && (self.funcs()).is_ok_and(|funcs| {
                funcs.pin.is_some() && funcs.unpin.is_some() && funcs.get_sg_table.is_some()
            })
    }

    /// Has the driver pin the object's pages in memory.
    fn pin(&self) -> Result {
        let pin = self.funcs()?.pin.ok_or(EPERM)?;
        // DRM core takes the object's lock around the driver's function; so must we.
        let _lock = ResvLock::new(self)?;
        // SAFETY: The object is live and its reservation lock is held.
        to_result(unsafe { pin(self.0.as_ptr()) })
    }

    /// Drops a pin.
    fn unpin(&self) -> Result {
        let unpin = self.funcs()?.unpin.ok_or(EPERM)?;
        let _lock = ResvLock::new(self)?;
        // SAFETY: The object is live and its reservation lock is held; the caller has pinned it.
        unsafe { unpin(self.0.as_ptr()) };
        Ok(())
    }

    /// The first `count` pages of a pinned object that [has](Self::has_pages) any: `EPERM` if they are not
    /// pages of its file.
    fn pages(&self, count: usize) -> Result<GemPages> {
        let get_sg_table = self.funcs()?.get_sg_table.ok_or(EPERM)?;
        let file = NonNull::new(self.get().filp).ok_or(EPERM)?;
        // Not charged, as that may invoke the OOM killer; the segment limits it.
        let mut pages = KVVec::with_capacity(count, GFP_KERNEL | __GFP_NOWARN)?;
        // SAFETY: The object is live and pinned.
        let table = from_err_ptr(unsafe { get_sg_table(self.0.as_ptr()) }).map_err(refusal)?;
        // SAFETY: The table is valid and lists pages; the object has this file for all its life; there is
        // room for `count` pointers.
        let got = unsafe {
            bindings::dxg_sg_table_get_pages(
                table,
                file.as_ptr(),
                pages.spare_capacity_mut().as_mut_ptr().cast(),
                count,
            )
        };
        // SAFETY: The table is ours and not used after this.
        unsafe { bindings::dxg_sg_table_free(table) };
        // SAFETY: The function wrote `got` pointers, which are no more than there is room for.
        unsafe { pages.inc_len(got) };
        // INVARIANT: It took a reference on each of them.
        let pages = GemPages(pages);
        match pages.0.len() == count {
            true => Ok(pages),
            // The driver has some pages elsewhere.
            false => Err(EPERM),
        }
    }
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { bindings::dxg_drm_gem_object_put(self.0.as_ptr()) };
    }
}

/// The held reservation lock of an object.
struct ResvLock<'a>(&'a Reference);

impl<'a> ResvLock<'a> {
    fn new(object: &'a Reference) -> Result<Self> {
        // SAFETY: The object is live, and with it its reservation object.
        to_result(unsafe { c::dma_resv_lock(object.get().resv, core::ptr::null_mut()) })?;
        Ok(Self(object))
    }
}

impl Drop for ResvLock<'_> {
    fn drop(&mut self) {
        // SAFETY: `new` took the lock.
        unsafe { c::dma_resv_unlock(self.0.get().resv) };
    }
}

/// The state of an object on its device, used inside the gate.
pub(super) struct ObjectState {
    object: Reference,
    /// We hold a pin on it.
    pinned: bool,
    /// The object's dma-buf, if it has one.
    pub(super) dma_buf: Option<DmaBuf>,
    /// Our handle that keeps its legacy name, until there is a dma-buf.
    named: Option<u32>,
}

impl ObjectState {
    pub(super) fn new(object: Reference, dma_buf: Option<DmaBuf>) -> Self {
        Self {
            object,
            pinned: false,
            dma_buf,
            named: None,
        }
    }

    /// From now on our handle `handle` keeps its legacy name.
    pub(super) fn name(&mut self, handle: u32) {
        self.named = Some(handle);
    }

    pub(super) fn size(&self) -> usize {
        self.object.size()
    }

    /// Whether it has pages that the CPU can map.
    pub(super) fn has_pages(&self) -> bool {
        self.object.has_pages()
    }

    /// Whether the memory belongs to the device.
    pub(super) fn is_native(&self) -> bool {
        self.object.is_native()
    }

    pub(super) fn as_ptr(&self) -> NonNull<c::drm_gem_object> {
        self.object.0
    }

    /// The number of references on the object, including ours.
    pub(super) fn users(&self) -> usize {
        // SAFETY: By the invariant of the reference the object is live.
        let users = unsafe { bindings::dxg_drm_gem_object_users(self.as_ptr().as_ptr()) };
        users.try_into().unwrap_or(usize::MAX)
    }

    /// Whoever reads the object, or a dma-buf of it, under its reservation waits for the fence.
    pub(super) fn add_write_fence(&self, fence: &WriteFence) -> Result<Option<Unfinished>> {
        // SAFETY: By the invariant of the reference the object is live, and with it its reservation object, which this
        // room locks in no function that calls this one.
        unsafe { fence.add_to(self.object.get().resv) }
    }

    /// Ends the legacy name.
    pub(super) fn end_name(&mut self, drm: &DrmDevice) {
        if let Some(handle) = self.named.take() {
            drm.delete_handle(handle);
        }
    }

    /// Releases everything that we hold on the object.
    pub(super) fn end(mut self, drm: &DrmDevice) {
        self.end_name(drm);
        if self.pinned {
            if let Err(error) = self.object.unpin() {
                pr_warn_once!("a GEM object stays pinned: {error:?}\n");
            }
        }
        if let Some(dma_buf) = self.dma_buf.take() {
            dma_buf.put_sync();
        }
    }
}

/// Pages of a GEM object.
///
/// # Invariants
///
/// Every pointer is a page on which this value owns a reference.
pub(crate) struct GemPages(KVVec<*mut c::page>);

// SAFETY: The list never changes, and references may be dropped by any thread.
unsafe impl Send for GemPages {}
// SAFETY: There is no interior mutability.
unsafe impl Sync for GemPages {}

// SAFETY: By the type invariant the pages stay allocated until drop, also without the object.
unsafe impl PageSource for GemPages {
    fn pages(&self) -> &[*mut c::page] {
        &self.0
    }
}

impl Drop for GemPages {
    fn drop(&mut self) {
        for &page in &self.0 {
            // SAFETY: By the type invariant we own a reference.
            unsafe { bindings::dxg_page_put(page) };
        }
    }
}

impl ObjectState {
    /// Allocates the pages, and drops the handle unless it is to keep a name.
    pub(super) fn fill(&mut self, drm: &DrmDevice, bytes: usize, named: bool) -> Result<GemPages> {
        if named {
            // SAFETY: The object is live.
            to_result(unsafe { bindings::dxg_drm_gem_name(self.as_ptr().as_ptr()) })?;
        } else {
            self.end_name(drm);
        }
        if !self.object.has_pages() {
            return Err(EPERM);
        }
        self.pin(bytes)
    }

    pub(super) fn pin(&mut self, bytes: usize) -> Result<GemPages> {
        self.object.pin()?;
        self.pinned = true;
        self.object.pages(bytes / PAGE_SIZE)
    }
}
