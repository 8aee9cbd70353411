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

/// Lets other tasks run, between two pieces of long work. `EINTR` when the calling thread is being killed, with
/// its process or by an exec of another thread: for work that is undone then.
pub(crate) fn check() -> Result {
    // SAFETY: The callers may sleep: none holds a spinlock.
    match unsafe { bindings::dxg_resched_and_is_dying() } {
        true => Err(EINTR),
        false => Ok(()),
    }
}

/// Lets other tasks run, likewise; whether the whole calling process is ending: for work that its end does.
pub(crate) fn is_dying() -> bool {
    // SAFETY: As above.
    unsafe { bindings::dxg_resched_and_process_ends() }
}
