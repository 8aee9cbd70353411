// SPDX-License-Identifier: GPL-2.0

//! [`GemObject`]: video memory, as an object of the target's own driver.

use super::{
    device::{
        Device,
        Slot, //
    },
    target::{
        refusal,
        Target, //
    }, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    sys::{
        bindings,
        dma_buf::DmaBuf,
        kernel_pages::KernelPages,
        window::PageSource,
        ACCOUNT,
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
    prelude::*,
    sync::Arc, //
};

/// How an object is laid out: rows of pixels of 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Pixels in a row.
    pub(crate) width: u32,
    /// Rows.
    pub(crate) height: u32,
}

impl Shape {
    /// Bytes from one row to the next.
    fn pitch(self) -> u64 {
        u64::from(self.width) * 4
    }
}

/// Pages that an object takes besides its own, such as those of its driver's structures.
const SLACK: usize = 32;

/// A reference on a GEM object.
///
/// # Invariants
///
/// The pointer is a live GEM object on which this value owns a reference.
struct Reference(NonNull<c::drm_gem_object>);

// SAFETY: GEM objects are reference-counted, and what changes in them has locks.
unsafe impl Send for Reference {}

impl Reference {
    fn get(&self) -> &c::drm_gem_object {
        // SAFETY: By the type invariant the object is live. Only fields are read that never change.
        unsafe { self.0.as_ref() }
    }

    /// Bytes, whole pages.
    fn size(&self) -> usize {
        self.get().size
    }

    fn funcs(&self) -> Result<&c::drm_gem_object_funcs> {
        // SAFETY: The functions are static data of the driver, whose code is there inside the gate, where
        // references are.
        unsafe { self.get().funcs.as_ref() }.ok_or(ENODEV)
    }

    /// Whether the memory is this device's own, and not that of a dma-buf of somebody else's.
    fn is_native(&self) -> bool {
        self.get().import_attach.is_null()
    }

    /// Whether its pages may be those of a file of shared memory, which the driver pins and lists. The
    /// others have the functions, too, but they may not be called: for memory of other drivers, and
    /// where the driver keeps the list that it returns.
    fn has_pages(&self) -> bool {
        self.is_native()
            && !self.get().filp.is_null()
            && (self.funcs()).is_ok_and(|funcs| {
                funcs.pin.is_some() && funcs.unpin.is_some() && funcs.get_sg_table.is_some()
            })
    }

    /// Has the driver keep the object's pages in memory.
    fn pin(&self) -> Result {
        let pin = self.funcs()?.pin.ok_or(EPERM)?;
        // DRM core takes the object's lock around the driver's function; so must we.
        let _lock = ResvLock::new(self)?;
        // SAFETY: The object is live and its reservation lock is held.
        to_result(unsafe { pin(self.0.as_ptr()) })
    }

    /// Takes a pin back.
    fn unpin(&self) -> Result {
        let unpin = self.funcs()?.unpin.ok_or(EPERM)?;
        let _lock = ResvLock::new(self)?;
        // SAFETY: The object is live and its reservation lock is held; the caller has pinned it.
        unsafe { unpin(self.0.as_ptr()) };
        Ok(())
    }

    /// The first `count` pages of a pinned object that [has](Self::has_pages) any: `EPERM` if they are not
    /// those of its file.
    fn pages(&self, count: usize) -> Result<GemPages> {
        let get_sg_table = self.funcs()?.get_sg_table.ok_or(EPERM)?;
        let file = NonNull::new(self.get().filp).ok_or(EPERM)?;
        // Not charged to anybody, as that may have somebody killed; the segment limits it.
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
            // The driver has some elsewhere.
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

/// The reservation lock of an object, held.
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

/// What there is of an object on its device, inside the gate.
pub(super) struct Kept {
    object: Reference,
    /// We have pinned it.
    pinned: bool,
    /// The object's dma-buf, if it has one.
    pub(super) dma_buf: Option<DmaBuf>,
    /// The handle of ours that keeps its legacy name, until there is a dma-buf.
    named: Option<u32>,
}

impl Kept {
    fn new(object: Reference, dma_buf: Option<DmaBuf>) -> Self {
        Self {
            object,
            pinned: false,
            dma_buf,
            named: None,
        }
    }

    pub(super) fn as_ptr(&self) -> NonNull<c::drm_gem_object> {
        self.object.0
    }

    /// References on the object, ours among them.
    pub(super) fn users(&self) -> usize {
        // SAFETY: By the invariant of the reference the object is live.
        let users = unsafe { bindings::dxg_drm_gem_object_users(self.as_ptr().as_ptr()) };
        users.try_into().unwrap_or(usize::MAX)
    }

    /// Ends the legacy name.
    pub(super) fn end_name(&mut self, target: &Target) {
        if let Some(handle) = self.named.take() {
            target.delete_handle(handle);
        }
    }

    /// Nothing is left of ours when it returns.
    pub(super) fn end(mut self, target: &Target) {
        self.end_name(target);
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

/// A GEM object on a device; it ends with this value or with the device, whichever goes first.
pub(crate) struct GemObject {
    device: Arc<Device>,
    slot: Arc<Slot>,
    pages: Option<Arc<GemPages>>,
    is_native: bool,
    _counted: Counted,
}

impl GemObject {
    /// Makes an object of the given shape, filled with zeros, with its first `bytes` bytes (whole pages)
    /// in memory and pinned. They are charged to whoever pays.
    ///
    /// With `named`, the object keeps a handle and gets a legacy global name, so that the target's
    /// debugfs lists it, until it is exported.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device is gone, `EINVAL` when its driver lays the rows out in another way,
    /// `EPERM` when it cannot list the pages, and whatever else that driver says (`ENOMEM`, ...).
    pub(crate) fn new(
        device: &Arc<Device>,
        shape: Shape,
        bytes: usize,
        named: bool,
    ) -> Result<Arc<Self>> {
        // Whoever pays may have to wait for memory, and may be made to wait: not inside the gate. So the
        // memory is got here, and let go for the driver to find.
        drop(KernelPages::new(bytes + SLACK * PAGE_SIZE)?);
        let target = device.enter()?;
        let _unthrottled = Unthrottled::begin(bytes)?;
        let handle = target.create_dumb(shape.width, shape.height)?;
        // INVARIANT: The look-up gives a reference.
        let object = target.lookup(handle.number).map(Reference);
        let kept = object.ok_or(ENOENT).map(|object| Kept::new(object, None));
        let mut kept = kept.inspect_err(|_| target.delete_handle(handle.number))?;
        kept.named = Some(handle.number);
        let wanted = shape.pitch() * u64::from(shape.height);
        let made = if u64::from(handle.pitch) != shape.pitch() || handle.size < wanted {
            Err(EINVAL)
        } else {
            kept.fill(&target, bytes, named)
        };
        match made {
            Ok(pages) => Self::with(device, &target, kept, Some(pages)),
            Err(error) => {
                kept.end(&target);
                Err(error)
            }
        }
    }

    /// The object on a device that shows the memory of a dma-buf.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device is gone. `ENOMEM`. `EPERM`: its driver cannot.
    pub(crate) fn import(device: &Arc<Device>, dma_buf: DmaBuf) -> Result<Arc<Self>> {
        let target = device.enter()?;
        let bytes = dma_buf.size();
        // INVARIANT: The function gives a reference.
        let object = Reference(target.import(&dma_buf)?);
        let mut kept = Kept::new(object, Some(dma_buf));
        if kept.object.size() < bytes {
            kept.end(&target);
            return Err(EPERM);
        }
        let mut pages = None;
        if kept.object.has_pages() {
            match kept.pin(bytes) {
                Ok(pinned) => pages = Some(pinned),
                Err(error) => {
                    kept.end(&target);
                    return Err(error);
                }
            }
        }
        Self::with(device, &target, kept, pages)
    }

    fn with(
        device: &Arc<Device>,
        target: &Target,
        kept: Kept,
        pages: Option<GemPages>,
    ) -> Result<Arc<Self>> {
        let is_native = kept.object.is_native();
        let pages = pages.map(|pages| Arc::new(pages, ACCOUNT));
        let pages = match pages.transpose() {
            Ok(pages) => pages,
            Err(error) => {
                kept.end(target);
                return Err(error.into());
            }
        };
        // From here on it ends with the new value.
        let new = Self {
            slot: device.keep(target, kept)?,
            device: device.clone(),
            pages,
            is_native,
            _counted: Counted::new(Counter::GemObjects),
        };
        Ok(Arc::new(new, ACCOUNT)?)
    }

    pub(super) fn device(&self) -> &Device {
        &self.device
    }

    pub(super) fn slot(&self) -> &Slot {
        &self.slot
    }

    /// Whether the memory is this device's own, and not that of a dma-buf of somebody else's.
    pub(crate) fn is_native(&self) -> bool {
        self.is_native
    }

    /// The pages, if there is a list of them.
    pub(crate) fn pages(&self) -> Option<Arc<GemPages>> {
        self.pages.clone()
    }
}

impl Drop for GemObject {
    fn drop(&mut self) {
        self.device.end(&self.slot);
    }
}

impl Kept {
    /// Makes the pages, and ends the handle unless it is to keep a name.
    fn fill(&mut self, target: &Target, bytes: usize, named: bool) -> Result<GemPages> {
        if named {
            // SAFETY: The object is live.
            to_result(unsafe { bindings::dxg_drm_gem_name(self.as_ptr().as_ptr()) })?;
        } else {
            self.end_name(target);
        }
        if !self.object.has_pages() {
            return Err(EPERM);
        }
        self.pin(bytes)
    }

    fn pin(&mut self, bytes: usize) -> Result<GemPages> {
        self.object.pin()?;
        self.pinned = true;
        self.object.pages(bytes / PAGE_SIZE)
    }
}

/// Memory that the calling thread allocates comes at once or not at all, and is charged to whoever pays
/// also if that is too much for them.
struct Unthrottled(c_uint);

impl Unthrottled {
    /// `ENOMEM`: so many bytes are not free just now, and would be taken of the kernel's reserves.
    fn begin(bytes: usize) -> Result<Self> {
        // SAFETY: No preconditions.
        if !unsafe { bindings::dxg_has_free_bytes(bytes) } {
            return Err(ENOMEM);
        }
        // SAFETY: No preconditions; `drop` undoes it in the same thread, as this value stays on its stack.
        Ok(Self(unsafe { bindings::dxg_noreclaim_begin() }))
    }
}

impl Drop for Unthrottled {
    fn drop(&mut self) {
        // SAFETY: It began with this value.
        unsafe { bindings::dxg_noreclaim_end(self.0) };
    }
}
