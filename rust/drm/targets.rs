// SPDX-License-Identifier: GPL-2.0

//! The DRM devices of the system: they appear and vanish at run time.
//!
//! A class interface on the drm class reports every device of that class, under the class's mutex
//! and before the DRM device is fully registered. So appearance only takes a reference here, and
//! the [`HotplugNotifier`] does the rest.

use super::{
    device::Device,
    hotplug_notifier::{
        HotplugNotifier,
        Listener,
        TargetId, //
    },
    target::{
        DeviceRef,
        Target, //
    }, //
};
use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr,
        to_result, //
    },
    prelude::*,
    str::CString,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        global_lock,
        Arc, //
    },
    types::Opaque, //
};

type Watch = HotplugNotifier<Arc<Device>>;

/// Whether there ever was a `Watcher`: `WATCH` can be initialised only once.
static STARTED: Atomic<bool> = Atomic::new(false);

global_lock! {
    // SAFETY: `Watcher::new` initialises it before the class interface is registered, and nothing
    // else uses it.
    unsafe(uninit) static WATCH: Mutex<Option<Arc<Watch>>> = None;
}

/// The class interface needs an address that never changes.
static INTERFACE: Interface = Interface(Opaque::uninit());

struct Interface(Opaque<c::class_interface>);

// SAFETY: Only `Watcher::new` writes to it, before it is registered; then it belongs to the class.
unsafe impl Sync for Interface {}

/// Watches the drm class until it is dropped.
///
/// # Invariants
///
/// There is at most one, and `INTERFACE` is registered while it lives.
pub(crate) struct Watcher(());

impl Watcher {
    /// Starts watching: `listener` is notified of the devices that are there already, too.
    ///
    /// # Errors
    ///
    /// `EBUSY` when called a second time; `ENOMEM`.
    pub(crate) fn new(listener: Arc<dyn Listener<Arc<Device>>>) -> Result<Self> {
        if STARTED.xchg(true, Relaxed) {
            return Err(EBUSY);
        }
        // SAFETY: `STARTED` lets only one caller get here, once.
        unsafe { WATCH.init() };
        // SAFETY: No preconditions but process context.
        let class = from_err_ptr(unsafe { bindings::dxg_drm_class() }.cast_mut())?;
        *WATCH.lock() = Some(Arc::new(Watch::new(listener)?, GFP_KERNEL)?);
        let interface = INTERFACE.0.get();
        // SAFETY: Nothing else uses the static before it is registered. The callbacks stay, since
        // `Drop` unregisters before the module goes.
        unsafe {
            interface.write(c::class_interface {
                class,
                add_dev: Some(add_dev),
                remove_dev: Some(remove_dev),
                ..pin_init::zeroed()
            });
        }
        // SAFETY: Filled in just now, and it never moves.
        let registered = to_result(unsafe { c::class_interface_register(interface) });
        if registered.is_err() {
            let watch = WATCH.lock().take();
            drop(watch);
        } else if let Some(watch) = watch() {
            watch.initial_scan_done();
        }
        // INVARIANT: Registered just now.
        registered.map(|()| Self(()))
    }
}

impl Drop for Watcher {
    fn drop(&mut self) {
        // SAFETY: By the type invariant it is registered. `remove_dev` is called for every device
        // that is still there.
        unsafe { c::class_interface_unregister(INTERFACE.0.get()) };
        // Moved out of the lock before it is dropped: dropping drains the queue.
        let watch = WATCH.lock().take();
        drop(watch);
    }
}

/// Logs why there is no adapter for a device.
pub(crate) fn refused(name: Result<CString>, error: Error) {
    let name = name.as_deref().unwrap_or(c"a DRM device");
    let why = match error {
        ENOTSUPP => "it has no mode setting or no dumb buffers",
        EPERM => "its driver's objects are no shared memory that it pins and lists",
        ENODEV => "it has gone",
        _ => "its driver makes no object as it is wanted",
    };
    pr_warn!("no adapter for {name}: {why} ({error:?})\n");
}

fn watch() -> Option<Arc<Watch>> {
    WATCH.lock().clone()
}

/// The DRM device whose primary minor `dev` is.
///
/// # Safety
///
/// `dev` is a live device of the drm class.
unsafe fn primary_device(dev: *mut c::device) -> Option<NonNull<c::drm_device>> {
    // SAFETY: Per the function's contract.
    let minor = NonNull::new(unsafe { bindings::dxg_drm_primary_minor(dev) })?;
    // SAFETY: A minor has its device for all its life.
    NonNull::new(unsafe { minor.as_ref().dev })
}

/// # Safety
///
/// The class calls it, for a device that is being added to it.
unsafe extern "C" fn add_dev(dev: *mut c::device) -> c_int {
    // SAFETY: Per the function's contract.
    let Some(device) = (unsafe { primary_device(dev) }) else {
        return 0;
    };
    let Some(watch) = watch() else { return 0 };
    let id = TargetId(device.as_ptr().addr());
    // SAFETY: The minor is being added, so its DRM device is live and in the class. When it leaves
    // the class, `remove_dev` returns only after the reference was dropped: as `HotplugNotifier` says,
    // the appearance has then been dealt with, and the listener uses nothing of the device.
    let device = unsafe { DeviceRef::new(device) };
    watch.appeared(move || {
        let name = device.name();
        let looked = Target::new(device).and_then(|target| Device::new(id, target));
        looked.inspect_err(|&error| refused(name, error))
    });
    0
}

/// # Safety
///
/// The class calls it, for a device that is being removed from it.
unsafe extern "C" fn remove_dev(dev: *mut c::device) {
    // SAFETY: Per the function's contract; the minor is taken off the device only after this.
    let Some(device) = (unsafe { primary_device(dev) }) else {
        return;
    };
    let Some(watch) = watch() else { return };
    watch.vanished(TargetId(device.as_ptr().addr()));
}
