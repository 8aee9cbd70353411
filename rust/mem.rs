// SPDX-License-Identifier: GPL-2.0

//! Memory for the rooms, charged to the caller.
//!
//! The rooms of pure logic take their memory from here and import nothing of `kernel::`; the host
//! tests have a `mem` of their own with the same few items over `std`.

#![deny(unsafe_code)]

use crate::status::NtStatus;
use kernel::prelude::*;

pub(crate) use crate::sys::ACCOUNT;
pub(crate) use kernel::alloc::{
    AllocError,
    KBox, //
};

pub(crate) use crate::sys::user_sized::KVVec;

impl From<AllocError> for NtStatus {
    fn from(_: AllocError) -> Self {
        NtStatus::NO_MEMORY
    }
}

/// A reference to an object as one of a trait, which it becomes by itself. The stand-in for the models cannot do that.
macro_rules! as_dyn {
    ($object:expr) => {
        $object
    };
}
pub(crate) use as_dyn;

/// A boxed array, made element by element in place (no copy on the kernel stack).
pub(crate) fn boxed_array<T, const N: usize>(
    make: impl FnMut(usize) -> T,
) -> Result<KBox<[T; N]>, AllocError> {
    KBox::init(pin_init::init_array_from_fn(make), ACCOUNT).map_err(|_| AllocError)
}
