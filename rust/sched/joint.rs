// SPDX-License-Identifier: GPL-2.0

//! [`Joint`]: something that happens when all of several contexts have come to it, as a signal of
//! SignalSynchronizationObjectFromGpu2 (case 544).

use crate::{
    mem::ACCOUNT,
    status::NtResult, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// See the module's documentation. A context that never comes there, as its packets were abandoned, keeps
/// it from happening: no fence says that something is done which is not (case 464).
#[pin_data]
pub(crate) struct Joint {
    #[pin]
    missing: Mutex<usize>,
}

impl Joint {
    /// Of so many contexts.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(contexts: usize) -> NtResult<Arc<Self>> {
        Ok(Arc::pin_init(
            pin_init!(Self {
                missing <- new_mutex!(contexts, "Joint::missing"),
            }),
            ACCOUNT,
        )?)
    }

    /// A context has come there. `true`: it was the last one.
    pub(crate) fn arrive(&self) -> bool {
        let mut missing = self.missing.lock();
        match missing.checked_sub(1) {
            Some(left) => {
                *missing = left;
                left == 0
            }
            None => false,
        }
    }
}

/// What one of the contexts has of it.
pub(crate) struct Part {
    joint: Arc<Joint>,
    /// Relaxed: one thread at a time looks at it.
    has_come: Atomic<bool>,
}

impl Part {
    pub(crate) fn new(joint: Arc<Joint>) -> Self {
        Self {
            joint,
            has_come: Atomic::new(false),
        }
    }

    /// The context does not come there, and is not waited for, either.
    pub(crate) fn abandon(&self) {
        if !self.has_come.xchg(true, Relaxed) {
            self.joint.arrive();
        }
    }

    /// The context has come there. `true`: it is the last one, and does what is to happen; asked again, it says so
    /// again.
    pub(crate) fn arrive(&self) -> bool {
        self.has_come.xchg(true, Relaxed) || self.joint.arrive()
    }
}
