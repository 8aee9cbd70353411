// SPDX-License-Identifier: GPL-2.0

//! [`ClassInterface`]: the DRM devices of the system, which are added and unplugged at run time.
//!
//! A `class_interface` on the drm class reports every device of that class, under the class's mutex
//! and before the DRM device is fully registered. So `add_dev` only takes a reference here, and
//! the [`HotplugNotifier`] does the rest.

use super::{
    device::Device,
    drm_device::{
        DeviceRef,
        DrmDevice, //
    },
    hotplug_notifier::{
        DeviceId,
        HotplugNotifier,
        Listener, //
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

type Notifier = HotplugNotifier<Arc<Device>>;

/// Whether there ever was a `ClassInterface`: `NOTIFIER` can be initialised only once.
static STARTED: Atomic<bool> = Atomic::new(false);

global_lock! {
    // SAFETY: `ClassInterface::new` initialises it before the class interface is registered, and nothing
    // else uses it.
    unsafe(uninit) static NOTIFIER: Mutex<Option<Arc<Notifier>>> = None;
}

/// The class interface needs an address that never changes.
static INTERFACE: Interface = Interface(Opaque::uninit());

struct Interface(Opaque<c::class_interface>);

// SAFETY: Only `ClassInterface::new` writes to it, before it is registered; then it belongs to the class.
unsafe impl Sync for Interface {}

/// The module's interface of the drm class, registered until it is dropped.
///
/// # Invariants
///
/// There is at most one, and `INTERFACE` is registered while it lives.
pub(crate) struct ClassInterface(());

impl ClassInterface {
    /// Registers it: `listener` is notified of the devices that are there already, too.
    ///
    /// # Errors
    ///
    /// `EBUSY` when called a second time; `ENOMEM`.
    pub(crate) fn new(listener: Arc<dyn Listener<Arc<Device>>>) -> Result<Self> {
        if STARTED.xchg(true, Relaxed) {
            return Err(EBUSY);
        }
        // SAFETY: `STARTED` lets only one caller get here, once.
        unsafe { NOTIFIER.init() };
        // SAFETY: No preconditions but process context.
        let class = from_err_ptr(unsafe { bindings::dxg_drm_class() }.cast_mut())?;
        *NOTIFIER.lock() = Some(Arc::new(Notifier::new(listener)?, GFP_KERNEL)?);
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
            let notifier = NOTIFIER.lock().take();
            drop(notifier);
        } else if let Some(notifier) = notifier() {
            notifier.initial_scan_done();
        }
        // INVARIANT: Registered just now.
        registered.map(|()| Self(()))
    }
}

impl Drop for ClassInterface {
    fn drop(&mut self) {
        // SAFETY: By the type invariant it is registered. `remove_dev` is called for every device
        // that is still there.
        unsafe { c::class_interface_unregister(INTERFACE.0.get()) };
        // Moved out of the lock before it is dropped: dropping drains the queue.
        let notifier = NOTIFIER.lock().take();
        drop(notifier);
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

fn notifier() -> Option<Arc<Notifier>> {
    NOTIFIER.lock().clone()
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
    let Some(notifier) = notifier() else { return 0 };
    let id = DeviceId(device.as_ptr().addr());
    // SAFETY: The minor is being added, so its DRM device is live and in the class. When it leaves
    // the class, `remove_dev` returns only after the reference was dropped: as `HotplugNotifier` says,
    // the listener has then been told that it was added, and uses nothing of the device any more.
    let device = unsafe { DeviceRef::new(device) };
    notifier.added(move || {
        let name = device.name();
        let probed = DrmDevice::new(device).and_then(|drm| Device::new(id, drm));
        probed.inspect_err(|&error| refused(name, error))
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
    let Some(notifier) = notifier() else { return };
    notifier.unplugged(DeviceId(device.as_ptr().addr()));
}
