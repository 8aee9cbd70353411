// SPDX-License-Identifier: GPL-2.0

//! Waits and long loops that let other tasks run, and that a fatal signal interrupts.

use crate::bindings;
use kernel::{
    bindings as c,
    error::{
        code::*,
        to_result, //
    },
    prelude::*,
    sync::{
        Mutex,
        MutexGuard, //
    }, //
};

/// Locks a mutex.
///
/// # Errors
///
/// `EINTR`: the calling process is being killed.
pub(crate) fn lock_killable<T>(mutex: &Mutex<T>) -> Result<MutexGuard<'_, T>> {
    // CAST: the mutex of C is the first field of a lock, whose representation is that of C.
    let raw = core::ptr::from_ref(mutex).cast_mut().cast::<c::mutex>();
    // SAFETY: The lock was initialised when it was made, and lives as long as the borrow.
    to_result(unsafe { bindings::dxg_mutex_lock_killable(raw) })?;
    // SAFETY: The lock was just taken.
    Ok(unsafe { MutexGuard::<'_, T>::new(mutex, ()) })
}

/// Lets other tasks run, between two pieces of long work. `EINTR` when the calling process is being killed.
pub(crate) fn check() -> Result {
    match is_dying() {
        true => Err(EINTR),
        false => Ok(()),
    }
}

/// Lets other tasks run, likewise; whether the calling process is being killed.
pub(crate) fn is_dying() -> bool {
    // SAFETY: The callers may sleep: none holds a spinlock, as `check` and this stand where memory is
    // taken or a mutex was just given back.
    unsafe { bindings::dxg_resched_and_is_dying() }
}
