// SPDX-License-Identifier: GPL-2.0

//! What differs between the supported kernels, in one place.

#![deny(unsafe_code)]

/// The module itself, as the owner of its files.
#[cfg(not(dxg_linux_7_3))]
pub(crate) const fn this_module() -> *mut kernel::bindings::module {
    crate::THIS_MODULE.as_ptr()
}

/// The module itself, as the owner of its files.
#[cfg(dxg_linux_7_3)]
pub(crate) const fn this_module() -> *mut kernel::bindings::module {
    kernel::module::this_module::<crate::LocalModule>().as_ptr()
}

/// The value of a module parameter: 7.2 lends it, 7.3 gives it.
pub(crate) fn parameter<T: Copy>(value: impl core::borrow::Borrow<T>) -> T {
    *value.borrow()
}
