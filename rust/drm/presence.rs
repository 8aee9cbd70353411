// SPDX-License-Identifier: GPL-2.0

//! [`Presence`]: something that many use while it is there, and that goes for good.
//!
//! A DRM device goes when its driver says so, and the driver's code may go right after it. So
//! whoever uses the device is on a [`Visit`]; and who takes the device away waits for the visits to
//! end.

use crate::sys;
use core::ops::Deref;
use kernel::{
    error::code::*,
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        CondVar,
        Mutex, //
    }, //
};

/// See the module's documentation.
#[pin_data]
pub(crate) struct Presence<T> {
    #[pin]
    state: Mutex<State<T>>,
    /// No visit is left.
    #[pin]
    empty: CondVar,
}

struct State<T> {
    there: Option<Arc<T>>,
    visits: usize,
}

/// A stretch in which the thing does not go. References on it must not outlive it, unless
/// [`Presence::end`] drops them.
pub(crate) struct Visit<'a, T> {
    // Dropped in this order: when the stay ends, the visit's own reference is gone.
    there: Arc<T>,
    _stay: Stay<'a, T>,
}

struct Stay<'a, T>(&'a Presence<T>);

impl<T> Presence<T> {
    pub(crate) fn new(there: Arc<T>) -> impl PinInit<Self> {
        let state = State {
            there: Some(there),
            visits: 0,
        };
        pin_init!(Self {
            state <- new_mutex!(state, "Presence::state"),
            empty <- new_condvar!("Presence::empty"),
        })
    }

    /// Begins a visit; `ENODEV` when the thing has gone, or is about to.
    pub(crate) fn visit(&self) -> Result<Visit<'_, T>> {
        let mut state = self.state.lock();
        let there = state.there.clone().ok_or(ENODEV)?;
        state.visits += 1;
        Ok(Visit {
            there,
            _stay: Stay(self),
        })
    }

    /// Lets no more visits begin, waits for the last one to end, and lets go. `drop_references` runs
    /// in between: after it nobody has a reference any more.
    ///
    /// The second call does nothing.
    pub(crate) fn end(&self, drop_references: impl FnOnce()) {
        let Some(there) = self.last_reference() else {
            return;
        };
        drop_references();
        // Whoever still had one would use code that is gone.
        if Arc::into_unique_or_drop(there).is_none() {
            sys::warn(c"somebody still has what is going");
        }
    }

    fn last_reference(&self) -> Option<Arc<T>> {
        let mut state = self.state.lock();
        let there = state.there.take()?;
        while state.visits > 0 {
            self.empty.wait(&mut state);
        }
        Some(there)
    }
}

impl<T> Deref for Visit<'_, T> {
    type Target = Arc<T>;

    fn deref(&self) -> &Arc<T> {
        &self.there
    }
}

impl<T> Drop for Stay<'_, T> {
    fn drop(&mut self) {
        let mut state = self.0.state.lock();
        state.visits -= 1;
        if state.visits == 0 {
            self.0.empty.notify_all();
        }
    }
}
