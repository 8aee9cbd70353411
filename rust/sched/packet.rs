// SPDX-License-Identifier: GPL-2.0

//! [`Packet`]: what a context has been told to do.

use super::joint::{
    Joint,
    Part, //
};
use crate::{
    fence::{
        wait::{
            Enough,
            Entries,
            OnCompletion,
            Receiver,
            Target,
            Wait, //
        },
        MonitoredFence, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        event_fd::EventFd,
        write_fence::WriteFence, //
    }, //
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

/// What a packet does.
pub(crate) enum Packet {
    /// It ends in its order, and that is all: there are no commands, or they are not to be executed.
    Null { _written: Option<Arc<WriteFence>> },
    /// It runs commands on an engine.
    Execute {
        /// GPU virtual address.
        commands: u64,
        /// Bytes.
        length: u32,
        private_data: KVVec<u8>,
        /// Ends when the last packet that has it is dropped: displays of what the commands write to wait for it.
        _written: Option<Arc<WriteFence>>,
    },
    /// What is behind it begins when fences have their values.
    Wait(Arc<PacketWait>),
    /// Fences get values.
    Signal(SignalPart),
    /// Something that needs no engine, and may wait for memory of its process.
    Task(Arc<dyn Task>),
}

/// What a packet does besides; it is dropped with the packet.
pub(crate) trait Task: Send + Sync {
    /// Does the next piece of it, a short one; `in_error`: its device is in error, for which nothing is done any more.
    /// Called without a lock, by one thread at a time, which may wait for memory of the process.
    fn run(&self, in_error: bool) -> TaskProgress;
}

/// How far a task has come.
pub(crate) enum TaskProgress {
    More,
    Done,
    /// There is no memory for the rest.
    Failed,
}

/// A wait of a context. It waits from when the packet begins.
#[pin_data]
pub(crate) struct PacketWait {
    wait: CancelledWait,
    resumption: Arc<Resumption>,
    /// Taken when the packet begins.
    #[pin]
    entries: Mutex<Option<Entries>>,
}

/// A channel whose first packet waits.
pub(super) trait Resume: Send + Sync {
    /// What the packet of that number waits for has come.
    fn resume(&self, number: u64);
}

/// Continues a context when its wait is over.
struct Resumption {
    channel: Arc<dyn Resume>,
    /// The packet's number in the queue of the context. Written before the wait starts.
    number: Atomic<u64>,
}

impl OnCompletion for Resumption {
    /// The adapter's end ends the context elsewhere. A fence that was destroyed is never signalled any more: the
    /// context stands still (case 564).
    fn completed(&self, outcome: NtResult) {
        if outcome.is_ok() {
            self.channel.resume(self.number.load(Relaxed));
        }
    }
}

impl PacketWait {
    /// A wait of `channel` for all targets.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new<C: Resume + 'static>(
        channel: Arc<C>,
        targets: KVVec<Target>,
    ) -> NtResult<Arc<Self>> {
        let resumption = Resumption {
            channel,
            number: Atomic::new(0),
        };
        let resumption = Arc::new(resumption, ACCOUNT)?;
        let receiver = Receiver::Context(resumption.clone());
        let wait = Wait::new(targets, Enough::All, Some(receiver))?;
        let entries = wait.prepare()?;
        Ok(Arc::pin_init(
            pin_init!(Self {
                wait: CancelledWait(wait),
                resumption,
                entries <- new_mutex!(Some(entries), "PacketWait::entries"),
            }),
            ACCOUNT,
        )?)
    }

    /// Starts waiting, if it has not; whether the wait is over and the context may go on.
    pub(super) fn is_over(&self, number: u64) -> bool {
        let entries = self.entries.lock().take();
        if let Some(entries) = entries {
            self.resumption.number.store(number, Relaxed);
            if Wait::start_prepared(&self.wait.0, entries).is_err() {
                return false;
            }
        }
        self.wait.0.outcome() == Some(Ok(()))
    }
}

/// A wait that ends with its packet, if it is not over.
struct CancelledWait(Arc<Wait>);

impl Drop for CancelledWait {
    fn drop(&mut self) {
        // The outcome was looked at, or does not matter.
        let _ = Wait::cancel(&self.0, NtStatus::INTERRUPTED);
    }
}

/// A signal of one context or of several together.
pub(crate) struct Signal {
    targets: KVVec<Target>,
    /// Fences may get a lower value.
    rewind: bool,
    /// Signalled as well.
    event: Option<EventFd>,
    contexts: Arc<Joint>,
}

impl Signal {
    /// Of so many contexts.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(
        targets: KVVec<Target>,
        rewind: bool,
        event: Option<EventFd>,
        contexts: usize,
    ) -> NtResult<Arc<Self>> {
        let signal = Self {
            targets,
            rewind,
            event,
            contexts: Joint::new(contexts)?,
        };
        Ok(Arc::new(signal, ACCOUNT)?)
    }
}

/// What one of the contexts has of a signal.
pub(crate) struct SignalPart {
    signal: Arc<Signal>,
    part: Part,
    /// The fence that is next. Relaxed: one thread at a time looks at it.
    next: Atomic<usize>,
}

impl SignalPart {
    pub(crate) fn new(signal: &Arc<Signal>) -> Self {
        Self {
            part: Part::new(signal.contexts.clone()),
            signal: signal.clone(),
            next: Atomic::new(0),
        }
    }

    /// The context has come there. `false`: a fence has yet to complete waits before it can be set back, and this is
    /// to be called again; it goes on with that fence.
    pub(super) fn run(&self) -> bool {
        if !self.part.arrive() {
            return true;
        }
        let signal = &self.signal;
        let next = self.next.load(Relaxed);
        for (n, target) in signal.targets.iter().enumerate().skip(next) {
            match signal.rewind {
                true if !MonitoredFence::try_update(&target.fence, |_| target.value) => {
                    self.next.store(n, Relaxed);
                    return false;
                }
                true => {}
                false => MonitoredFence::signal(&target.fence, target.value),
            }
        }
        if let Some(event) = &signal.event {
            event.signal();
        }
        true
    }
}
