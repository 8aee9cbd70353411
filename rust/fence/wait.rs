// SPDX-License-Identifier: GPL-2.0

//! [`Wait`]: one wait for the values of fences.
//!
//! ```text
//! new → start → (complete, by signals and ends of fences) → outcome
//!                 └─ block: the thread waits for it    └─ or its receiver is told
//! ```
//!
//! The first of these sets the outcome, once: the last signal that was needed, the end of a fence, or a signal
//! to the thread. Soon after that no fence refers to the wait any more: the thread that sets the outcome removes
//! the wait from its fences, and so does [`Wait::start`] when it finds the outcome set; a worker goes on with
//! what is left.

use super::{
    Key,
    MonitoredFence,
    AT_ONCE, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
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
        killable, //
    }, //
};
use kernel::{
    impl_has_work,
    new_condvar,
    new_mutex,
    new_work,
    prelude::*,
    rbtree::RBTreeNodeReservation,
    sync::{
        Arc,
        CondVar,
        Mutex, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};

/// A value to be reached, or signalled.
pub(crate) struct Target {
    pub(crate) fence: Arc<MonitoredFence>,
    pub(crate) value: u64,
}

/// How many of the targets have to be reached.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Enough {
    /// All, in any order and at any times.
    All,
    /// The first one.
    Any,
}

/// Who is told of the outcome, if no thread waits for it.
pub(crate) enum Receiver {
    /// It is signalled, whatever the outcome.
    Event(EventFd),
    /// Its function is called, without a lock. It must not allocate, or wait.
    Context(Arc<dyn OnCompletion>),
}

/// What happens when a wait of a context is over.
pub(crate) trait OnCompletion: Send + Sync {
    fn completed(&self, outcome: NtResult);
}

impl Receiver {
    fn tell(self, outcome: NtResult) {
        match self {
            Self::Event(event) => event.signal(),
            Self::Context(context) => context.completed(outcome),
        }
    }
}

/// What the entries of a wait in its fences take.
pub(crate) type Entries = KVVec<RBTreeNodeReservation<Key, Arc<Wait>>>;

/// What becomes of a wait some of whose targets are missing.
#[derive(Clone, Copy)]
enum Missing {
    /// It goes on.
    Waits,
    /// It fails, and its receiver is told.
    Fails(NtStatus),
    /// It fails, and its receiver is not told.
    Abandons(NtStatus),
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Wait {
    targets: KVVec<Target>,
    #[pin]
    state: Mutex<State>,
    /// Signalled when the outcome is set.
    #[pin]
    completed: CondVar,
    /// Removes the targets that are left from their fences.
    #[pin]
    removal: Work<Self>,
    _counted: Counted,
}

impl_has_work! {
    impl HasWork<Self> for Wait { self.removal }
}

impl WorkItem for Wait {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::leave_some(&this);
    }
}

struct State {
    /// Targets that have yet to be reached.
    missing: usize,
    outcome: Option<NtResult>,
    /// How many targets may be in their fences, once the wait is started.
    entered: usize,
    /// How many of them were removed since the outcome was set.
    removed: usize,
    /// Told when the outcome is set.
    receiver: Option<Receiver>,
}

impl Wait {
    /// A wait for targets, at least one.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(
        targets: KVVec<Target>,
        enough: Enough,
        receiver: Option<Receiver>,
    ) -> NtResult<Arc<Self>> {
        let state = State {
            missing: match enough {
                Enough::All => targets.len(),
                Enough::Any => 1,
            },
            outcome: None,
            entered: 0,
            removed: 0,
            receiver,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                targets,
                state <- new_mutex!(state, "Wait::state"),
                completed <- new_condvar!("Wait::completed"),
                removal <- new_work!("Wait::removal"),
                _counted: Counted::new(Counter::Waits),
            }),
            ACCOUNT,
        )?)
    }

    /// Starts waiting. If that fails, the receiver is told neither now nor later.
    ///
    /// # Errors
    ///
    /// NO_MEMORY, and the status that a fence has ended with. INTERRUPTED: the calling process is being killed.
    pub(crate) fn start(wait: &Arc<Self>) -> NtResult {
        Self::start_with(wait, || {
            killable::check()?;
            Ok(RBTreeNodeReservation::new(ACCOUNT)?)
        })
    }

    /// What [`Self::start_prepared`] takes.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn prepare(&self) -> NtResult<Entries> {
        let mut entries = KVVec::with_capacity(self.targets.len(), ACCOUNT)?;
        for _ in 0..self.targets.len() {
            entries.push(RBTreeNodeReservation::new(ACCOUNT)?, ACCOUNT)?;
        }
        Ok(entries)
    }

    /// Starts waiting, without allocating.
    ///
    /// # Errors
    ///
    /// The status that a fence has ended with.
    pub(crate) fn start_prepared(wait: &Arc<Self>, mut entries: Entries) -> NtResult {
        // There is one for each target.
        Self::start_with(wait, || entries.pop().ok_or(NtStatus::NO_MEMORY))
    }

    fn start_with(
        wait: &Arc<Self>,
        mut entry: impl FnMut() -> NtResult<RBTreeNodeReservation<Key, Arc<Wait>>>,
    ) -> NtResult {
        let mut started = Ok(());
        let mut entered = 0;
        for (at, target) in wait.targets.iter().enumerate() {
            if wait.is_settled() {
                break;
            }
            entered = at + 1;
            match Self::enter(wait, wait.key(at, target), target, &mut entry) {
                Ok(false) => {}
                Ok(true) => Self::complete(wait, Ok(())),
                Err(status) => {
                    started = Self::cancel(wait, status);
                    break;
                }
            }
        }
        // Targets that were entered after the outcome was set have to be removed, too: all of them once more.
        let is_settled = {
            let mut state = wait.state.lock();
            (state.entered, state.removed) = (entered, 0);
            state.outcome.is_some()
        };
        if is_settled {
            Self::leave_some(wait);
        }
        started
    }

    /// Enters a target into its fence, unless it is reached: then returns `true`.
    fn enter(
        wait: &Arc<Self>,
        key: Key,
        target: &Target,
        entry: &mut impl FnMut() -> NtResult<RBTreeNodeReservation<Key, Arc<Wait>>>,
    ) -> NtResult<bool> {
        if target.fence.has_reached(target.value)? {
            return Ok(true);
        }
        let node = entry()?.into_node(key, wait.clone());
        target.fence.enter(target.value, node)
    }

    /// Waits for the outcome, which is INTERRUPTED if a signal to the thread comes first.
    pub(crate) fn block(wait: &Arc<Self>) -> NtResult {
        let mut state = wait.state.lock();
        while state.outcome.is_none() {
            if wait.completed.wait_interruptible(&mut state) {
                break;
            }
        }
        match state.outcome {
            Some(outcome) => outcome,
            None => {
                drop(state);
                Self::cancel(wait, NtStatus::INTERRUPTED)
            }
        }
    }

    /// A target is reached, or its fence has ended.
    pub(super) fn complete(wait: &Arc<Self>, result: NtResult) {
        match result {
            Ok(()) => {
                Self::settle(wait, 1, Missing::Waits);
            }
            Err(status) => {
                let reached = wait.leave_first();
                Self::settle(wait, reached, Missing::Fails(status));
            }
        }
    }

    /// Gives up, unless the outcome is already set, or what was reached is enough. Returns the outcome.
    pub(crate) fn cancel(wait: &Arc<Self>, status: NtStatus) -> NtResult {
        let reached = wait.leave_first();
        Self::settle(wait, reached, Missing::Abandons(status)).unwrap_or(Err(status))
    }

    /// Removes the first targets from their fences. Returns how many of them are reached: a signal leaves some to the
    /// worker. Targets behind the first ones are not looked at.
    fn leave_first(&self) -> usize {
        let first = self.targets.iter().enumerate().take(AT_ONCE);
        let reached = first.filter(|(at, target)| target.fence.leave(&self.key(*at, target)));
        reached.count()
    }

    /// Counts `reached` more targets as reached. Returns the outcome, if there is one now.
    fn settle(wait: &Arc<Self>, reached: usize, missing: Missing) -> Option<NtResult> {
        let (outcome, receiver) = {
            let mut state = wait.state.lock();
            if state.outcome.is_some() {
                return state.outcome;
            }
            state.missing = state.missing.saturating_sub(reached);
            let outcome = match (state.missing, missing) {
                (0, _) => Ok(()),
                (_, Missing::Fails(status) | Missing::Abandons(status)) => Err(status),
                (_, Missing::Waits) => return None,
            };
            state.outcome = Some(outcome);
            (outcome, state.receiver.take())
        };
        wait.completed.notify_all();
        match (receiver, missing, outcome) {
            // Dropped, as nobody is told.
            (Some(receiver), Missing::Abandons(_), Err(_)) => drop(receiver),
            (Some(receiver), ..) => receiver.tell(outcome),
            (None, ..) => {}
        }
        Self::leave_some(wait);
        Some(outcome)
    }

    /// The outcome, if there is one.
    pub(crate) fn outcome(&self) -> Option<NtResult> {
        self.state.lock().outcome
    }

    fn is_settled(&self) -> bool {
        self.outcome().is_some()
    }

    /// Removes the next targets from their fences, and leaves to the worker what that leaves.
    fn leave_some(wait: &Arc<Self>) {
        let (from, entered) = {
            let mut state = wait.state.lock();
            let from = state.removed;
            state.removed = from.saturating_add(AT_ONCE).min(state.entered);
            (from, state.entered)
        };
        let mut left = wait.targets.iter().enumerate().take(entered).skip(from);
        for (at, target) in left.by_ref().take(AT_ONCE) {
            target.fence.leave(&wait.key(at, target));
        }
        if let Some((_, next)) = left.next() {
            next.fence.queue.enqueue(wait.clone());
        }
    }

    fn key(&self, at: usize, target: &Target) -> Key {
        Key {
            value: target.value,
            wait: core::ptr::from_ref(self).addr(),
            target: at,
        }
    }
}
