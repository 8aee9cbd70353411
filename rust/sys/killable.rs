// SPDX-License-Identifier: GPL-2.0

//! Waiting for a lock so that the process can still be killed.

use super::bindings;
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

/// Takes a mutex.
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

/// `EINTR` when the calling process is being killed.
pub(crate) fn check() -> Result {
    match is_dying() {
        true => Err(EINTR),
        false => Ok(()),
    }
}

/// Whether the calling process is being killed.
pub(crate) fn is_dying() -> bool {
    // SAFETY: No preconditions.
    unsafe { bindings::dxg_fatal_signal_pending() }
}
