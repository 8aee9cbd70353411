// SPDX-License-Identifier: GPL-2.0

//! A misc device with an owner and a mode.
//!
//! `kernel::miscdevice` cannot set a mode, and in 7.2 it leaves the owner out, so that the module could be
//! unloaded under an open file.

use crate::compat;
use core::marker::PhantomPinned;
use kernel::{
    bindings as c,
    error::to_result,
    prelude::*,
    seq_file::SeqFile,
    types::Opaque, //
};

/// One open file of the device.
pub(crate) trait OpenFile: Sized + Send + Sync + 'static {
    /// The data that all files of the device share.
    type Device: Send + Sync;

    /// Called for `open(2)`.
    fn open(device: &Self::Device) -> Result<KBox<Self>>;

    /// Called for `/proc/PID/fdinfo/FD`, in the context of its reader.
    fn show(&self, to: &SeqFile);

    /// Called for `ioctl(2)` with the request and its argument; the result goes to user space.
    fn ioctl(&self, request: u32, argument: usize) -> isize;
}

/// The registration of a device node.
///
/// # Invariants
///
/// `inner` is registered from initialisation to drop.
// `inner` is first: the address of one is the address of the other.
#[pin_data(PinnedDrop)]
#[repr(C)]
pub(crate) struct MiscDevice<T: OpenFile> {
    #[pin]
    inner: Opaque<c::miscdevice>,
    #[pin]
    _pin: PhantomPinned,
    device: T::Device,
}

// SAFETY: Registration and deregistration may happen on any thread; `device` is `Send`.
unsafe impl<T: OpenFile> Send for MiscDevice<T> {}
// SAFETY: Only `device` can be reached through a reference, and it is `Sync`.
unsafe impl<T: OpenFile> Sync for MiscDevice<T> {}

impl<T: OpenFile> MiscDevice<T> {
    /// Registers `/dev/<name>` with the given permission bits.
    pub(crate) fn register(
        name: &'static CStr,
        mode: u16,
        device: T::Device,
    ) -> impl PinInit<Self, Error> {
        try_pin_init!(Self {
            // Before `inner`: the node can be opened as soon as it is registered.
            device,
            inner <- Opaque::try_ffi_init(move |slot: *mut c::miscdevice| {
                // SAFETY: `slot` is valid for writes. All-zero is a valid `miscdevice`.
                unsafe { slot.write(pin_init::zeroed()) };
                // SAFETY: `slot` was just initialised.
                let device = unsafe { &mut *slot };
                // CAST: the constant is 255.
                device.minor = c::MISC_DYNAMIC_MINOR as c_int;
                device.name = name.as_char_ptr();
                device.fops = &Self::FOPS;
                device.mode = mode;
                // SAFETY: `slot` is filled in, and pinned until it is deregistered.
                to_result(unsafe { c::misc_register(slot) })
            }),
            _pin: PhantomPinned,
        })
    }

    const FOPS: c::file_operations = c::file_operations {
        owner: compat::this_module(),
        open: Some(Self::open),
        release: Some(Self::release),
        unlocked_ioctl: Some(Self::ioctl),
        #[cfg(CONFIG_PROC_FS)]
        show_fdinfo: Some(Self::show_fdinfo),
        // All arguments have the same layout for 32-bit callers.
        #[cfg(CONFIG_COMPAT)]
        compat_ioctl: c::compat_ptr_ioctl,
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// The kernel calls it through `FOPS` for a file that is being opened.
    unsafe extern "C" fn open(inode: *mut c::inode, file: *mut c::file) -> c_int {
        // SAFETY: Both pointers are valid per the function's contract.
        let ret = unsafe { c::generic_file_open(inode, file) };
        if ret != 0 {
            return ret;
        }
        // SAFETY: `misc_open` stored the address of the `miscdevice`, which `register` embedded
        // at the start of a `MiscDevice<T>`; it holds off deregistration during this call.
        let this = unsafe { &*(*file).private_data.cast::<Self>() };
        match T::open(&this.device) {
            Ok(open) => {
                // SAFETY: The file is being opened, so its private data is ours to set.
                unsafe { (*file).private_data = KBox::into_raw(open).cast() };
                0
            }
            Err(error) => error.to_errno(),
        }
    }

    /// # Safety
    ///
    /// The kernel calls it through `FOPS`, once, for a file that `open` succeeded for.
    unsafe extern "C" fn release(_inode: *mut c::inode, file: *mut c::file) -> c_int {
        // SAFETY: `open` put the box there, and nothing uses the file any more.
        drop(unsafe { KBox::<T>::from_raw((*file).private_data.cast()) });
        0
    }

    /// # Safety
    ///
    /// The kernel calls it through `FOPS` for an open file, with where to print to.
    #[cfg(CONFIG_PROC_FS)]
    unsafe extern "C" fn show_fdinfo(to: *mut c::seq_file, file: *mut c::file) {
        // SAFETY: `open` put the box there, and it stays until `release`.
        let open = unsafe { &*(*file).private_data.cast::<T>() };
        // SAFETY: Per the function's contract; nothing else uses it meanwhile.
        open.show(unsafe { SeqFile::from_raw(to) });
    }

    /// # Safety
    ///
    /// The kernel calls it through `FOPS` for an open file.
    unsafe extern "C" fn ioctl(file: *mut c::file, request: c_uint, argument: c_ulong) -> c_long {
        // SAFETY: `open` put the box there, and it stays until `release`.
        let open = unsafe { &*(*file).private_data.cast::<T>() };
        open.ioctl(request, argument)
    }
}

#[pinned_drop]
impl<T: OpenFile> PinnedDrop for MiscDevice<T> {
    fn drop(self: Pin<&mut Self>) {
        // SAFETY: By the type invariant the device is registered.
        unsafe { c::misc_deregister(self.inner.get()) };
    }
}
