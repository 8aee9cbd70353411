// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel's work items.

use std::marker::PhantomData;

/// What a queue needs to run a `T`.
pub struct Work<T>(PhantomData<fn() -> T>);

impl<T> Work<T> {
    pub fn new() -> Self {
        Self(PhantomData)
    }
}

/// What a queue runs.
pub trait WorkItem {
    type Pointer;

    fn run(this: Self::Pointer);
}

#[macro_export]
macro_rules! new_work {
    ($name:literal) => {
        $crate::workqueue::Work::new()
    };
}

/// There is nothing to say of it here.
#[macro_export]
macro_rules! impl_has_work {
    ($($item:tt)*) => {};
}
