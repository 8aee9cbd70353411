// SPDX-License-Identifier: GPL-2.0

//! [`Turns`]: one at a time moves the memory of an adapter, as a GPU has one paging engine.

use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        CondVar,
        Mutex, //
    }, //
};

/// See the module's documentation. It is no lock: whoever has the turn may allocate, call the
/// miniport and drop things, and takes no lock of an address space.
#[pin_data]
pub(super) struct Turns {
    #[pin]
    taken: Mutex<bool>,
    #[pin]
    free: CondVar,
}

impl Turns {
    pub(super) fn new() -> impl PinInit<Self> {
        pin_init!(Self {
            taken <- new_mutex!(false, "Turns::taken"),
            free <- new_condvar!("Turns::free"),
        })
    }

    /// Waits for the turn, until the result is dropped.
    pub(super) fn take(&self) -> Turn<'_> {
        let mut taken = self.taken.lock();
        while *taken {
            self.free.wait(&mut taken);
        }
        *taken = true;
        Turn(self)
    }
}

/// The right to move memory.
pub(super) struct Turn<'a>(&'a Turns);

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        *self.0.taken.lock() = false;
        self.0.free.notify_one();
    }
}
