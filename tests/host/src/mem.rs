// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the module's `mem`: memory over `std` that fails when a test says so.

use crate::status::NtStatus;
use std::cell::{Cell, RefCell};

pub(crate) use kernel::alloc::GFP_KERNEL as ACCOUNT;

impl From<kernel::alloc::AllocError> for NtStatus {
    fn from(_: kernel::alloc::AllocError) -> Self {
        NtStatus::NO_MEMORY
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct AllocError;

pub(crate) type KBox<T> = Box<T>;

thread_local! {
    static LEFT: Cell<usize> = const { Cell::new(usize::MAX) };
    static SIZES: RefCell<Vec<usize>> = const { RefCell::new(Vec::new()) };
}

/// Runs `f`, in which only the first `count` allocations succeed.
pub(crate) fn with_allocations<R>(count: usize, f: impl FnOnce() -> R) -> R {
    LEFT.set(count);
    let result = f();
    LEFT.set(usize::MAX);
    result
}

/// Runs `f` and returns the bytes of each allocation that it made.
pub(crate) fn sizes_of(f: impl FnOnce()) -> Vec<usize> {
    SIZES.take();
    f();
    SIZES.take()
}

pub(crate) fn boxed_array<T, const N: usize>(
    make: impl FnMut(usize) -> T,
) -> Result<KBox<[T; N]>, AllocError> {
    let left = LEFT.get().checked_sub(1).ok_or(AllocError)?;
    if LEFT.get() != usize::MAX {
        LEFT.set(left);
    }
    SIZES.with_borrow_mut(|sizes| sizes.push(size_of::<[T; N]>()));
    let elements: Box<[T]> = (0..N).map(make).collect();
    elements.try_into().map_err(|_| AllocError)
}
