// SPDX-License-Identifier: GPL-2.0

//! [`DrmDevice`]: the DRM device behind an adapter, and our in-kernel client on it.

use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    bindings as c,
    error::{
        code::*,
        to_result, //
    },
    prelude::*,
    str::CString,
    types::Opaque, //
};

/// A reference on a DRM device. The module of its driver is not pinned, so that it can be unloaded.
///
/// # Invariants
///
/// `device` is a live `drm_device` on which this value owns a reference, and it is on its bus: who
/// makes the value drops it before the device has gone from the drm class. So the code of its driver
/// is there.
pub(super) struct DeviceRef {
    device: NonNull<c::drm_device>,
}

// SAFETY: DRM devices are reference-counted and used by many threads.
unsafe impl Send for DeviceRef {}
// SAFETY: As above; what changes in them is guarded by DRM's own locks.
unsafe impl Sync for DeviceRef {}

impl DeviceRef {
    /// Takes a reference.
    ///
    /// # Safety
    ///
    /// `device` is live, and in the drm class until the new value is dropped.
    pub(super) unsafe fn new(device: NonNull<c::drm_device>) -> Self {
        // SAFETY: The caller says that the device is live.
        unsafe { c::drm_dev_get(device.as_ptr()) };
        // INVARIANT: The reference was just taken; the caller answers for the rest.
        Self { device }
    }

    pub(super) fn as_ptr(&self) -> *mut c::drm_device {
        self.device.as_ptr()
    }

    fn device(&self) -> &c::drm_device {
        // SAFETY: Live by the type invariant. Only fields are read that do not change once the
        // device is registered.
        unsafe { self.device.as_ref() }
    }

    fn driver(&self) -> &c::drm_driver {
        // SAFETY: A DRM device has a driver for all its life, whose code is there by the type
        // invariant.
        unsafe { &*self.device().driver }
    }

    /// Name of the DRM driver, such as `virtio_gpu`.
    fn driver_name(&self) -> &CStr {
        // SAFETY: A driver's name is a static C string of its module, which is there by the type
        // invariant.
        unsafe { CStr::from_char_ptr(self.driver().name) }
    }

    /// Name of the primary node, such as `card0`.
    fn node_name(&self) -> Result<CString> {
        // SAFETY: The primary minor lives as long as its device.
        let index = unsafe { (*self.device().primary).index };
        CString::try_from_fmt(fmt!("card{index}"))
    }

    /// Its name for people, such as `virtio_gpu (card0)`.
    pub(super) fn name(&self) -> Result<CString> {
        let (driver, node) = (self.driver_name(), self.node_name()?);
        CString::try_from_fmt(fmt!("{driver} ({})", &*node))
    }
}

impl Drop for DeviceRef {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own a reference.
        unsafe { c::drm_dev_put(self.device.as_ptr()) };
    }
}

/// The error of a driver asked for something optional: either no memory, or not supported.
pub(super) fn refusal(error: Error) -> Error {
    match error {
        ENOMEM | ENOSPC => ENOMEM,
        EINTR | ERESTARTSYS => error,
        _ => EPERM,
    }
}

/// Our client on a DRM device: a `drm_file` of the kernel's own, to hold GEM handles.
///
/// It is initialised and never registered: a registered client cannot be released by its owner, and
/// this module must be unloadable.
///
/// # Invariants
///
/// `inner` was initialised by `drm_client_init`, which took a reference on the device.
#[pin_data(PinnedDrop)]
struct Client {
    #[pin]
    inner: Opaque<bindings::drm_client_dev>,
}

// SAFETY: The client is only used for its `drm_file`, whose tables have locks.
unsafe impl Send for Client {}
// SAFETY: As above.
unsafe impl Sync for Client {}

impl Client {
    fn new(device: &DeviceRef) -> impl PinInit<Self, Error> + '_ {
        try_pin_init!(Self {
            inner <- Opaque::try_ffi_init(move |slot: *mut bindings::drm_client_dev| {
                // SAFETY: `slot` is valid for writes; `drm_client_init` wants zeroed memory.
                unsafe { slot.write_bytes(0, 1) };
                // SAFETY: The device is live, `slot` zeroed and pinned, the name static.
                to_result(unsafe {
                    bindings::drm_client_init(
                        device.as_ptr(),
                        slot,
                        c"dxgkrnl".as_char_ptr(),
                        core::ptr::null(),
                    )
                })
            }),
        })
    }

    fn file(&self) -> *mut c::drm_file {
        // SAFETY: By the type invariant the client is initialised; the field never changes.
        unsafe { (*self.inner.get()).file }
    }
}

#[pinned_drop]
impl PinnedDrop for Client {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant the client is initialised, and it was never registered.
        unsafe { bindings::drm_client_release(self.inner.get()) };
    }
}

/// The address and identity of a PCI device.
pub(crate) use bindings::dxg_pci_identity as PciIdentity;

/// Imports a dma-buf as an object.
pub(super) type PrimeImport =
    unsafe extern "C" fn(*mut c::drm_device, *mut c::dma_buf) -> *mut c::drm_gem_object;

/// A dumb buffer, as the DRM driver made it.
pub(super) struct Dumb {
    /// A handle in our client's table.
    pub(super) number: u32,
    /// Bytes from one row to the next.
    pub(super) pitch: u32,
    /// Total size in bytes, whole pages.
    pub(super) size: u64,
}

/// A DRM device with mode setting and dumb buffers: the basis of an adapter.
///
/// It may go away (unbound, unplugged, its driver unloaded) at any time: so it is used only inside the gate of
/// its [`Device`](super::device::Device).
pub(crate) struct DrmDevice {
    // Dropped in this order: the client's file first, which calls the driver's code.
    client: Pin<KBox<Client>>,
    device: DeviceRef,
}

impl DrmDevice {
    /// Opens our client on `device`.
    ///
    /// # Errors
    ///
    /// `ENOTSUPP`: no mode setting or no dumb buffers. `ENOMEM`.
    pub(super) fn new(device: DeviceRef) -> Result<Self> {
        // SAFETY: The device is live.
        if !unsafe { bindings::dxg_drm_is_usable(device.as_ptr()) } {
            return Err(ENOTSUPP);
        }
        Ok(Self {
            client: KBox::pin_init(Client::new(&device), GFP_KERNEL)?,
            device,
        })
    }

    pub(super) fn as_ptr(&self) -> *mut c::drm_device {
        self.device.as_ptr()
    }

    /// Name of the DRM driver, such as `virtio_gpu`.
    pub(crate) fn driver_name(&self) -> &CStr {
        self.device.driver_name()
    }

    /// Version of the DRM driver: major, minor, patch level.
    pub(crate) fn driver_version(&self) -> [u16; 3] {
        let driver = self.device.driver();
        [driver.major, driver.minor, driver.patchlevel].map(|n| u16::try_from(n).unwrap_or(0))
    }

    /// Name of the primary node, such as `card0`.
    pub(crate) fn node_name(&self) -> Result<CString> {
        self.device.node_name()
    }

    /// Its name for people, such as `virtio_gpu (card0)`.
    pub(crate) fn name(&self) -> Result<CString> {
        self.device.name()
    }

    /// Number of display controllers: WDDM's video present sources.
    pub(crate) fn num_sources(&self) -> u32 {
        u32::try_from(self.device.device().mode_config.num_crtc).unwrap_or(0)
    }

    /// The PCI function behind the device, if there is one.
    pub(crate) fn pci_identity(&self) -> Option<PciIdentity> {
        // SAFETY: All-zero is a valid value of this struct of integers.
        let mut id: PciIdentity = unsafe { core::mem::zeroed() };
        // SAFETY: The device is live and so are its parents; `id` is valid for writes.
        unsafe { bindings::dxg_drm_pci_identity(self.as_ptr(), &mut id) }.then_some(id)
    }

    /// Makes a dumb buffer of `width` x `height` pixels of 32 bits for our client.
    ///
    /// # Errors
    ///
    /// Any error of the driver.
    pub(super) fn create_dumb(&self, width: u32, height: u32) -> Result<Dumb> {
        let mut args = bindings::drm_mode_create_dumb {
            width,
            height,
            bpp: 32,
            flags: 0,
            handle: 0,
            pitch: 0,
            size: 0,
        };
        let create = self.device.driver().dumb_create.ok_or(ENODEV)?;
        // SAFETY: The device is there, the file is open on it, `args` is valid for the call. The
        // two names of the argument's type are the same C struct.
        to_result(unsafe {
            create(
                self.client.file(),
                self.as_ptr(),
                core::ptr::from_mut(&mut args).cast(),
            )
        })?;
        Ok(Dumb {
            number: args.handle,
            pitch: args.pitch,
            size: args.size,
        })
    }

    /// The file of our client.
    pub(super) fn file(&self) -> *mut c::drm_file {
        self.client.file()
    }

    /// The object that a handle of our client names, with a reference for the caller.
    pub(super) fn lookup(&self, handle: u32) -> Option<NonNull<c::drm_gem_object>> {
        // SAFETY: The client's file is open for as long as `self` lives.
        NonNull::new(unsafe { c::drm_gem_object_lookup(self.client.file(), handle) })
    }

    /// How the driver imports a dma-buf, unless it leaves that to DRM core.
    pub(super) fn prime_import(&self) -> Option<PrimeImport> {
        self.device.driver().gem_prime_import
    }

    /// Drops a handle of our client.
    pub(super) fn delete_handle(&self, handle: u32) {
        // SAFETY: As above; a handle that is not there is refused.
        unsafe { c::drm_gem_handle_delete(self.client.file(), handle) };
    }
}
