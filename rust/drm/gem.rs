// SPDX-License-Identifier: GPL-2.0

//! [`GemObject`]: video memory, as an object of the target's own driver.

use super::{
    prime::DmaBuf,
    target::Target, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    sys::{
        bindings,
        window::PageSource,
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
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
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
    /// Whether drivers make such images.
    pub(crate) fn is_usual(self) -> bool {
        self.width <= 16384 && self.height <= 65535
    }

    /// Bytes from one row to the next.
    pub(crate) fn pitch(self) -> u64 {
        u64::from(self.width) * 4
    }
}

/// A handle of a target's client.
///
/// # Invariants
///
/// It is there in the client's table, and nobody else deletes it.
struct Handle {
    number: u32,
    target: Arc<Target>,
}

impl Drop for Handle {
    fn drop(&mut self) {
        self.target.delete_handle(self.number);
    }
}

/// A reference on a GEM object.
///
/// # Invariants
///
/// `object` is a live GEM object of `target`, on which this value owns a reference.
struct Reference {
    object: NonNull<c::drm_gem_object>,
    target: Arc<Target>,
}

impl Drop for Reference {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { bindings::dxg_drm_gem_object_put(self.object.as_ptr()) };
    }
}

/// How others get at an object.
pub(super) struct Ways {
    /// The object's dma-buf, if it has one.
    pub(super) dma_buf: Option<DmaBuf>,
    /// What keeps its legacy name, until there is a dma-buf.
    named: Option<Handle>,
}

// What is pinned is behind its pointers.
impl Unpin for Ways {}

impl Ways {
    /// Ends the legacy name when it is dropped.
    pub(super) fn take_name(&mut self) -> impl Sized {
        self.named.take()
    }
}

/// A GEM object on a target.
#[pin_data]
pub(crate) struct GemObject {
    /// While the lock is held, no dma-buf is made.
    #[pin]
    ways: Mutex<Ways>,
    reference: Reference,
    _counted: Counted,
}

// SAFETY: GEM objects are reference-counted; what changes in them has locks.
unsafe impl Send for GemObject {}
// SAFETY: As above.
unsafe impl Sync for GemObject {}

impl GemObject {
    /// Makes an object of the given shape, filled with zeros.
    ///
    /// With `named`, the object keeps a handle and gets a legacy global name, so that the target's
    /// debugfs lists it, until it is exported.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device is gone, `EINVAL` when its driver lays the rows out in another way,
    /// and whatever else that driver says (`ENOMEM`, ...).
    pub(crate) fn new(target: &Arc<Target>, shape: Shape, named: bool) -> Result<Arc<Self>> {
        let dumb = target.create_dumb(shape.width, shape.height)?;
        // INVARIANT: It was made just now, for us.
        let handle = Handle {
            number: dumb.handle,
            target: target.clone(),
        };
        // INVARIANT: The look-up gives a reference.
        let reference = Reference {
            object: target.lookup(handle.number).ok_or(ENOENT)?,
            target: target.clone(),
        };
        let wanted = shape.pitch() * u64::from(shape.height);
        if u64::from(dumb.pitch) != shape.pitch() || dumb.size < wanted {
            return Err(EINVAL);
        }
        if named {
            // SAFETY: The object is live.
            to_result(unsafe { bindings::dxg_drm_gem_name(reference.object.as_ptr()) })?;
        }
        let named = named.then_some(handle);
        Self::with(
            reference,
            Ways {
                dma_buf: None,
                named,
            },
        )
    }

    /// The object on `target` that shows the memory of a dma-buf.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device is gone. `ENOMEM`. `EPERM`: its driver cannot.
    pub(crate) fn import(target: &Arc<Target>, dma_buf: DmaBuf) -> Result<Arc<Self>> {
        // INVARIANT: The function gives a reference.
        let reference = Reference {
            object: target.import(&dma_buf)?,
            target: target.clone(),
        };
        let bytes = dma_buf.size();
        let ways = Ways {
            dma_buf: Some(dma_buf),
            named: None,
        };
        let gem = Self::with(reference, ways)?;
        if gem.size() < bytes {
            return Err(EPERM);
        }
        Ok(gem)
    }

    fn with(reference: Reference, ways: Ways) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                ways <- new_mutex!(ways, "GemObject::ways"),
                reference,
                _counted: Counted::new(Counter::GemObjects),
            }),
            GFP_KERNEL_ACCOUNT,
        )
    }

    pub(super) fn as_ptr(&self) -> NonNull<c::drm_gem_object> {
        self.reference.object
    }

    pub(super) fn target(&self) -> &Target {
        &self.reference.target
    }

    pub(super) fn ways(&self) -> &Mutex<Ways> {
        &self.ways
    }

    /// References on the object, ours among them.
    pub(super) fn users(&self) -> usize {
        // SAFETY: By the invariant of the reference the object is live.
        let users = unsafe { bindings::dxg_drm_gem_object_users(self.as_ptr().as_ptr()) };
        users.try_into().unwrap_or(usize::MAX)
    }

    fn object(&self) -> &c::drm_gem_object {
        // SAFETY: By the invariant of the reference the object is live. Only fields are read that
        // never change.
        unsafe { self.reference.object.as_ref() }
    }

    /// Bytes, whole pages.
    fn size(&self) -> usize {
        self.object().size
    }

    fn funcs(&self) -> Result<&c::drm_gem_object_funcs> {
        // SAFETY: The functions are static data of the driver, whose code is there while the target
        // is.
        unsafe { self.object().funcs.as_ref() }.ok_or(ENODEV)
    }

    /// Whether the memory is this device's own, and not that of a dma-buf of somebody else's.
    pub(crate) fn is_native(&self) -> bool {
        self.object().import_attach.is_null()
    }

    /// Whether [`GemPages`] can have the object's pages.
    fn has_pages(&self) -> bool {
        // Objects made of other drivers' memory have the functions, too, but they may not be called.
        self.is_native()
            && self
                .funcs()
                .is_ok_and(|funcs| funcs.pin.is_some() && funcs.get_sg_table.is_some())
    }

    /// Whether the CPU can get at it.
    pub(crate) fn is_cpu_visible(&self) -> bool {
        self.has_pages() || (self.ways.lock().dma_buf.as_ref()).is_some_and(DmaBuf::can_be_mapped)
    }

    /// What the CPU has to map: the dma-buf, if the pages cannot be had.
    pub(crate) fn to_map(&self) -> Option<DmaBuf> {
        if self.has_pages() {
            return None;
        }
        self.ways.lock().dma_buf.clone()
    }
}

/// The pages of a GEM object, pinned.
///
/// # Invariants
///
/// `pages` are all the pages of `gem`, which this value has pinned.
pub(crate) struct GemPages {
    pages: KVVec<*mut c::page>,
    gem: Arc<GemObject>,
}

// SAFETY: The list never changes, and pins may be released by any thread.
unsafe impl Send for GemPages {}
// SAFETY: There is no interior mutability.
unsafe impl Sync for GemPages {}

// SAFETY: By the type invariant the pages belong to the object and are pinned until drop.
unsafe impl PageSource for GemPages {
    fn pages(&self) -> &[*mut c::page] {
        &self.pages
    }
}

impl GemPages {
    /// Pins the pages that hold the first `bytes` bytes (whole pages) of the object.
    ///
    /// # Errors
    ///
    /// `EOPNOTSUPP` when the driver cannot say its pages; `ENOMEM` and what else it says.
    pub(crate) fn new(gem: Arc<GemObject>, bytes: usize) -> Result<Self> {
        let funcs = gem.funcs()?;
        let unsupported = Error::from_errno(-(c::EOPNOTSUPP as i32));
        if !gem.is_native() {
            return Err(unsupported);
        }
        let (Some(pin), Some(get_sg_table)) = (funcs.pin, funcs.get_sg_table) else {
            return Err(unsupported);
        };
        let count = gem.size() / PAGE_SIZE;
        let max = i32::try_from(count).map_err(|_| EINVAL)?;
        // Not charged to anybody, as that may have somebody killed; the segment limits it.
        let mut pages = KVVec::with_capacity(count, GFP_KERNEL | __GFP_NOWARN)?;
        // DRM core takes the object's lock around the driver's function; so must we.
        let object = gem.as_ptr().as_ptr();
        {
            let _lock = ResvLock::new(&gem)?;
            // SAFETY: The object is live and its reservation lock is held.
            to_result(unsafe { pin(object) })?;
        }
        // INVARIANT: The pages are pinned from here on; a failure below unpins them by drop.
        let mut pinned = Self {
            pages: KVVec::new(),
            gem,
        };
        // SAFETY: The object is live and pinned.
        let table = from_err_ptr(unsafe { get_sg_table(object) })?;
        // SAFETY: The table is valid, and there is room for `max` pointers.
        let ret = unsafe {
            bindings::drm_prime_sg_to_page_array(
                table,
                pages.spare_capacity_mut().as_mut_ptr().cast(),
                max,
            )
        };
        // SAFETY: The table is ours and not used after this.
        unsafe { bindings::dxg_sg_table_free(table) };
        to_result(ret)?;
        // SAFETY: The function wrote all `count` pointers, within the capacity.
        unsafe { pages.inc_len(count) };
        pages.truncate(bytes / PAGE_SIZE);
        pinned.pages = pages;
        Ok(pinned)
    }
}

impl Drop for GemPages {
    fn drop(&mut self) {
        let Ok(funcs) = self.gem.funcs() else { return };
        let Some(unpin) = funcs.unpin else { return };
        let Ok(_lock) = ResvLock::new(&self.gem) else {
            return;
        };
        // SAFETY: By the type invariant the object is live and pinned by us; its lock is held.
        unsafe { unpin(self.gem.as_ptr().as_ptr()) };
    }
}

/// The reservation lock of an object, held.
struct ResvLock<'a>(&'a GemObject);

impl<'a> ResvLock<'a> {
    fn new(gem: &'a GemObject) -> Result<Self> {
        // SAFETY: The object is live, and with it its reservation object.
        to_result(unsafe { c::dma_resv_lock(gem.object().resv, core::ptr::null_mut()) })?;
        Ok(Self(gem))
    }
}

impl Drop for ResvLock<'_> {
    fn drop(&mut self) {
        // SAFETY: `new` took the lock.
        unsafe { c::dma_resv_unlock(self.0.object().resv) };
    }
}
