// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the kernel crate, as far as the rooms of the models use it.
//!
//! Locks, references and atomics are those of loom. What the kernel would not mind and the module's
//! own rules forbid fails a model here: to take a lock, to free memory, or to touch user memory while
//! a lock is held.

#![allow(clippy::new_without_default, reason = "the kernel's types have none")]

pub mod alloc;
pub mod error;
pub mod ioctl;
pub mod rbtree;
pub mod str;
pub mod sync;
pub mod time;
pub mod uaccess;
pub mod workqueue;

/// What every room imports.
pub mod prelude {
    pub use crate::{
        alloc::{KBox, KVec, GFP_KERNEL},
        error::{code::*, Error, Result},
        pin_init, pr_warn, PinInit,
    };
    pub use dxg_models_macros::pin_data;
    pub use std::pin::Pin;
}

/// Nothing is pinned here: an initialiser is the value.
pub trait PinInit<T> {
    fn value(self) -> T;
}

impl<T> PinInit<T> for T {
    fn value(self) -> T {
        self
    }
}

/// A structure, with values and initialisers for its fields.
#[macro_export]
macro_rules! pin_init {
    (@ $name:ident [$($done:tt)*]) => {
        $name { $($done)* }
    };
    (@ $name:ident [$($done:tt)*] $field:ident <- $init:expr $(, $($rest:tt)*)?) => {
        $crate::pin_init!(
            @ $name [$($done)* $field: $crate::PinInit::value($init),] $($($rest)*)?
        )
    };
    (@ $name:ident [$($done:tt)*] $field:ident : $value:expr $(, $($rest:tt)*)?) => {
        $crate::pin_init!(@ $name [$($done)* $field: $value,] $($($rest)*)?)
    };
    (@ $name:ident [$($done:tt)*] $field:ident $(, $($rest:tt)*)?) => {
        $crate::pin_init!(@ $name [$($done)* $field,] $($($rest)*)?)
    };
    ($name:ident { $($fields:tt)* }) => {
        $crate::pin_init!(@ $name [] $($fields)*)
    };
}

/// A warning fails the model.
#[macro_export]
macro_rules! pr_warn {
    ($($what:tt)*) => {
        $crate::warned(format!($($what)*))
    };
}

/// See [`pr_warn`].
#[track_caller]
pub fn warned(what: String) {
    panic!("{what}");
}
