// SPDX-License-Identifier: GPL-2.0

//! [`DeviceGate`]: a device that many threads use while it is there, and that goes for good.
//!
//! A user of the device enters its gate; unplug closes the gate and waits until all users have left, as
//! `drm_dev_enter` and `drm_dev_unplug` do for the hardware alone. Entering never waits, and no user inside
//! waits for a process: see [`may_be_delayed`](super::may_be_delayed).

use crate::bindings;
use core::{
    cell::UnsafeCell,
    ffi::c_int,
    marker::PhantomPinned,
    ops::Deref, //
};
use kernel::{
    bindings as c,
    error::{
        code::*,
        to_result, //
    },
    prelude::*,
    sync::atomic::{
        Acquire,
        Atomic,
        Full, //
    },
    types::{
        NotThreadSafe,
        Opaque, //
    }, //
};

/// See the module's documentation.
///
/// # Invariants
///
/// - `srcu` is an initialised SRCU domain.
/// - `device` is `Some`, and no thread changes it, while `open` is true, and after that until a grace
///   period of `srcu` has passed.
#[pin_data(PinnedDrop)]
pub(crate) struct DeviceGate<T> {
    #[pin]
    srcu: Opaque<c::srcu_struct>,
    open: Atomic<bool>,
    device: UnsafeCell<Option<T>>,
    #[pin]
    _pin: PhantomPinned,
}

// SAFETY: The gate owns a `T`; SRCU domains may be used and ended by any thread.
unsafe impl<T: Send> Send for DeviceGate<T> {}
// SAFETY: The threads inside share the `T`, and the one that closes the gate takes it out.
unsafe impl<T: Send + Sync> Sync for DeviceGate<T> {}

impl<T> DeviceGate<T> {
    /// An open gate.
    pub(crate) fn new(device: T) -> impl PinInit<Self, Error> {
        // INVARIANT: The domain is initialised, the gate open, and the device there.
        try_pin_init!(Self {
            srcu <- Opaque::try_ffi_init(|slot| {
                // SAFETY: `slot` is valid for writes, and pinned.
                to_result(unsafe { bindings::dxg_init_srcu(slot) })
            }),
            open: Atomic::new(true),
            device: UnsafeCell::new(Some(device)),
            _pin: PhantomPinned,
        })
    }

    /// Enters; `ENODEV` when the gate is closed.
    pub(crate) fn enter(&self) -> Result<Entered<'_, T>> {
        // SAFETY: By the type invariant.
        let index = unsafe { bindings::dxg_srcu_read_lock(self.srcu.get()) };
        // Its drop leaves the read-side section.
        let section = Section { gate: self, index };
        if !self.open.load(Acquire) {
            return Err(ENODEV);
        }
        // SAFETY: The gate was seen open inside of the read-side section, so that no grace period ends
        // before the section does: by the type invariant no thread changes the device meanwhile.
        let device = unsafe { &*self.device.get() }.as_ref().ok_or(ENODEV)?;
        Ok(Entered {
            device,
            _section: section,
            _not_send: NotThreadSafe,
        })
    }

    /// Closes the gate, waits until all users have left, and takes the device out. `None` for all but the first
    /// call.
    ///
    /// Not to be called from inside.
    pub(crate) fn close(&self) -> Option<T> {
        if !self.open.xchg(false, Full) {
            return None;
        }
        // SAFETY: By the type invariant.
        unsafe { c::synchronize_srcu(self.srcu.get()) };
        // SAFETY: Only the first call gets here. All threads that were inside have left, and later ones see
        // the gate closed, so no other thread uses the device.
        unsafe { &mut *self.device.get() }.take()
    }
}

#[pinned_drop]
impl<T> PinnedDrop for DeviceGate<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant; nobody is inside, as that borrows the gate.
        unsafe { c::cleanup_srcu_struct(self.srcu.get()) };
    }
}

/// An SRCU read-side section of the gate.
struct Section<'a, T> {
    gate: &'a DeviceGate<T>,
    /// As `dxg_srcu_read_lock` returned it.
    index: c_int,
}

impl<T> Drop for Section<'_, T> {
    fn drop(&mut self) {
        // SAFETY: By the gate's invariant; the section was begun with this index, and ends once.
        unsafe { bindings::dxg_srcu_read_unlock(self.gate.srcu.get(), self.index) };
    }
}

/// The right to use the device until this is dropped. It must be dropped in the thread that entered.
pub(crate) struct Entered<'a, T> {
    device: &'a T,
    _section: Section<'a, T>,
    _not_send: NotThreadSafe,
}

impl<T> Deref for Entered<'_, T> {
    type Target = T;

    fn deref(&self) -> &T {
        self.device
    }
}
