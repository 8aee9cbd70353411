// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `mem`.

use crate::status::NtStatus;
pub(crate) use kernel::alloc::{AllocError, Flags, KBox, KVVec, KVec};

pub(crate) const ACCOUNT: Flags = Flags;

impl From<AllocError> for NtStatus {
    fn from(_: AllocError) -> Self {
        NtStatus::NO_MEMORY
    }
}

pub(crate) fn boxed_array<T, const N: usize>(
    make: impl FnMut(usize) -> T,
) -> Result<KBox<[T; N]>, AllocError> {
    let elements: Box<[T]> = (0..N).map(make).collect();
    let array: Box<[T; N]> = elements.try_into().map_err(|_| AllocError)?;
    Ok(array.into())
}

/// See [`no_engine`].
macro_rules! as_dyn {
    ($object:expr) => {
        $crate::mem::no_engine($object)
    };
}
pub(crate) use as_dyn;

/// No model has an engine, so that nothing has to become an object of a trait.
pub(crate) fn no_engine<T, D: ?Sized>(_: T) -> kernel::sync::Arc<D> {
    panic!("there is no engine")
}
