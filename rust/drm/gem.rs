// SPDX-License-Identifier: GPL-2.0

//! [`GemObject`]: video memory, as a GEM object of the DRM device's own driver.

use super::{
    device::{
        Device,
        Slot, //
    },
    drm_device::DrmDevice,
    object::{
        GemPages,
        ObjectState,
        Reference, //
    }, //
};
use crate::{
    bindings,
    counters::{
        Counted,
        Counter, //
    },
    sys::{
        dma_buf::DmaBuf,
        kernel_pages::KernelPages,
        write_fence::{
            Unfinished,
            WriteFence, //
        },
        ACCOUNT,
        PAGE_SIZE, //
    }, //
};
use kernel::{
    error::code::*,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    }, //
};

/// The layout of an object: rows of pixels of 4 bytes.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Shape {
    /// Pixels per row.
    pub(crate) width: u32,
    /// The number of rows.
    pub(crate) height: u32,
}

impl Shape {
    /// Bytes from one row to the next.
    fn pitch(self) -> u64 {
        u64::from(self.width) * 4
    }
}

/// Pages that an object takes besides its contents, such as its driver's structures.
const HEADROOM: usize = 32;

/// A GEM object on a device; it ends with this value or with the device, whichever goes first.
pub(crate) struct GemObject {
    device: Arc<Device>,
    slot: Arc<Slot>,
    pages: Option<Arc<GemPages>>,
    is_native: bool,
    _counted: Counted,
}

impl GemObject {
    /// Makes an object of the given layout, filled with zeros, with its first `bytes` bytes (whole pages) in
    /// memory and pinned. They are charged to the active memcg.
    ///
    /// With `named`, the object keeps a handle and gets a legacy global name, so that the DRM
    /// device's debugfs lists it, until it is exported.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device was unplugged, `EINVAL` when its driver lays the rows out differently, `EPERM`
    /// when it cannot list the pages, and any other error of the driver (`ENOMEM`, ...).
    pub(crate) fn new(
        device: &Arc<Device>,
        shape: Shape,
        bytes: usize,
        named: bool,
    ) -> Result<Arc<Self>> {
        // An allocation may wait for memory, and its memcg may be throttled: not inside the gate. So memory is
        // allocated here, and freed for the driver to find.
        drop(KernelPages::new(bytes + HEADROOM * PAGE_SIZE)?);
        let drm = device.enter()?;
        let _unthrottled = Unthrottled::begin(bytes)?;
        let handle = drm.create_dumb(shape.width, shape.height)?;
        // INVARIANT: The look-up returns a reference.
        let object = drm.lookup(handle.number).map(Reference);
        let state = object
            .ok_or(ENOENT)
            .map(|object| ObjectState::new(object, None));
        let mut state = state.inspect_err(|_| drm.delete_handle(handle.number))?;
        state.name(handle.number);
        let wanted = shape.pitch() * u64::from(shape.height);
        let made = if u64::from(handle.pitch) != shape.pitch() || handle.size < wanted {
            Err(EINVAL)
        } else {
            state.fill(&drm, bytes, named)
        };
        match made {
            Ok(pages) => Self::with(device, &drm, state, Some(pages)),
            Err(error) => {
                state.end(&drm);
                Err(error)
            }
        }
    }

    /// An object on a device that maps the memory of a dma-buf.
    ///
    /// # Errors
    ///
    /// `ENODEV` when the device was unplugged. `ENOMEM`. `EPERM`: its driver cannot import it.
    pub(crate) fn import(device: &Arc<Device>, dma_buf: DmaBuf) -> Result<Arc<Self>> {
        let drm = device.enter()?;
        let bytes = dma_buf.size();
        // INVARIANT: The function returns a reference.
        let object = Reference(drm.import(&dma_buf)?);
        let mut state = ObjectState::new(object, Some(dma_buf));
        if state.size() < bytes {
            state.end(&drm);
            return Err(EPERM);
        }
        let mut pages = None;
        if state.has_pages() {
            match state.pin(bytes) {
                Ok(pinned) => pages = Some(pinned),
                Err(error) => {
                    state.end(&drm);
                    return Err(error);
                }
            }
        }
        Self::with(device, &drm, state, pages)
    }

    fn with(
        device: &Arc<Device>,
        drm: &DrmDevice,
        state: ObjectState,
        pages: Option<GemPages>,
    ) -> Result<Arc<Self>> {
        let is_native = state.is_native();
        let pages = pages.map(|pages| Arc::new(pages, ACCOUNT));
        let pages = match pages.transpose() {
            Ok(pages) => pages,
            Err(error) => {
                state.end(drm);
                return Err(error.into());
            }
        };
        // From here on it ends with the new value.
        let new = Self {
            slot: device.add(drm, state)?,
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

    /// Whether the memory belongs to this device, not to another driver's dma-buf.
    pub(crate) fn is_native(&self) -> bool {
        self.is_native
    }

    /// Has readers of the object, such as a display's flips, wait for a fence; or returns one that has to end first.
    ///
    /// # Errors
    ///
    /// `ENODEV`: the device was unplugged. `ENOMEM`, `EINTR`.
    pub(crate) fn add_write_fence(&self, fence: &WriteFence) -> Result<Option<Unfinished>> {
        let _drm = self.device.enter()?;
        let slot = self.slot.state.lock();
        slot.as_ref().ok_or(ENODEV)?.add_write_fence(fence)
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

/// While it lives, the calling thread's allocations succeed at once or fail, and are charged to the active
/// memcg even beyond its limit.
struct Unthrottled {
    flags: c_uint,
    bytes: usize,
}

/// Bytes that threads may be allocating so now.
static UNTHROTTLED: Atomic<usize> = Atomic::new(0);

impl Unthrottled {
    /// `ENOMEM`: that many bytes are not free now, and would be taken from the kernel's reserves.
    fn begin(bytes: usize) -> Result<Self> {
        let all = UNTHROTTLED.fetch_add(bytes, Relaxed).saturating_add(bytes);
        // SAFETY: No preconditions.
        if !unsafe { bindings::dxg_has_free_bytes(all) } {
            UNTHROTTLED.fetch_sub(bytes, Relaxed);
            return Err(ENOMEM);
        }
        // SAFETY: No preconditions; `drop` undoes it in the same thread, as this value stays on its stack.
        let flags = unsafe { bindings::dxg_noreclaim_begin() };
        Ok(Self { flags, bytes })
    }
}

impl Drop for Unthrottled {
    fn drop(&mut self) {
        // SAFETY: It began with this value.
        unsafe { bindings::dxg_noreclaim_end(self.flags) };
        UNTHROTTLED.fetch_sub(self.bytes, Relaxed);
    }
}
