// SPDX-License-Identifier: GPL-2.0

//! [`Log`]: the events of a test in their order, from all threads.

use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

#[pin_data]
pub(super) struct Log<T> {
    #[pin]
    events: Mutex<KVVec<T>>,
}

impl<T> Log<T> {
    pub(super) fn new() -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                events <- new_mutex!(KVVec::new(), "kunit::Log"),
            }),
            GFP_KERNEL,
        )
    }

    pub(super) fn note(&self, event: T) {
        if self.events.lock().push(event, GFP_KERNEL).is_err() {
            pr_err!("no memory for a test's log\n");
        }
    }

    /// The events since the last call.
    pub(super) fn take(&self) -> KVVec<T> {
        core::mem::take(&mut *self.events.lock())
    }
}

/// Notes its number when it is dropped.
pub(super) struct Noted {
    number: u32,
    log: Arc<Log<u32>>,
}

impl Noted {
    pub(super) fn new(number: u32, log: &Arc<Log<u32>>) -> Self {
        let log = log.clone();
        Self { number, log }
    }

    pub(super) fn number(&self) -> u32 {
        self.number
    }
}

impl Drop for Noted {
    fn drop(&mut self) {
        self.log.note(self.number);
    }
}
