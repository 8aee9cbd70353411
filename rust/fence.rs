// SPDX-License-Identifier: GPL-2.0

//! Monitored fences: 64-bit values that processes read in their own address space, and wait on.
//!
//! - [`MonitoredFence`]: the value, and the waits for it.
//! - [`wait::Wait`]: one wait, for any or all of several values, by a thread, an eventfd or a context.
//! - [`list::Fences`]: the fences of an adapter, all of which end when it goes.
//! - [`timeline::Timeline`]: the fence of a queue, whose operations end in any order.
//!
//! This room knows neither handles nor devices: the object model is above it, and the video memory manager
//! beside it.
//!
//! No path of a signal allocates memory, so that workers may signal. Users choose how many waits a fence has,
//! and how many fences a wait: no call handles more than a few of them, and a worker ([`WorkerQueue`]) does the
//! rest.

#![deny(unsafe_code)]

pub(crate) mod list;
pub(crate) mod timeline;
pub(crate) mod wait;

use crate::{
    counters::{
        Counted,
        Counter, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        fence_page::FencePage,
        killable,
        mapped_vma::MappedVma,
        worker::WorkerQueue, //
    }, //
};
use kernel::{
    impl_has_work,
    new_mutex,
    new_work,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::{
        Arc,
        Mutex, //
    },
    workqueue::{
        Work,
        WorkItem, //
    }, //
};
use wait::Wait;

/// Waits of a fence that a call completes, and targets of a wait that it removes from their fences, before it
/// leaves the others to a worker.
const AT_ONCE: usize = 64;

/// What happens to the value when the adapter is unplugged.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum OnUnplug {
    /// It becomes the maximum, so that polling threads go on.
    SignalMax,
    /// It does not change (NoSignalMaxValueOnTdr).
    Keep,
}

/// A value that a wait needs, ordered as the values are reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    value: u64,
    /// Address of the wait.
    wait: usize,
    /// The index of its target.
    target: usize,
}

/// A monitored fence. Its owner ends it ([`list::OwnedFence`]).
#[pin_data]
pub(crate) struct MonitoredFence {
    page: Arc<FencePage>,
    on_unplug: OnUnplug,
    #[pin]
    state: Mutex<State>,
    queue: Arc<WorkerQueue>,
    /// Completes the waits that a call has left.
    #[pin]
    completion: Work<Self>,
    _counted: Counted,
}

struct State {
    /// The waits, each of which keeps this fence until it is removed.
    waits: RBTree<Key, Arc<Wait>>,
    ended: Option<Ended>,
}

/// A fence that has ended does not change any more.
#[derive(Clone, Copy)]
struct Ended {
    /// What waits for a value that was not reached get.
    status: NtStatus,
    /// The last value.
    value: u64,
}

// The pinned data is behind its pointers.
impl Unpin for State {}

impl State {
    /// Removes a wait for `value` or less.
    fn take_due(&mut self, value: u64) -> Option<RBTreeNode<Key, Arc<Wait>>> {
        let first = *self.waits.cursor_front()?.current().0;
        if first.value > value {
            return None;
        }
        self.waits.remove_node(&first)
    }

    /// Removes a wait that is over, `value` being reached or the fence having ended; with its outcome.
    fn take_over(&mut self, value: u64) -> Option<(RBTreeNode<Key, Arc<Wait>>, NtResult)> {
        let Some(ended) = self.ended else {
            return Some((self.take_due(value)?, Ok(())));
        };
        match self.take_due(ended.value) {
            Some(node) => Some((node, Ok(()))),
            None => Some((self.take_due(u64::MAX)?, Err(ended.status))),
        }
    }
}

impl_has_work! {
    impl HasWork<Self> for MonitoredFence { self.completion }
}

impl WorkItem for MonitoredFence {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        Self::complete_some(&this);
    }
}

impl MonitoredFence {
    /// A fence whose waits that queue may complete.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(
        value: u64,
        on_unplug: OnUnplug,
        queue: Arc<WorkerQueue>,
    ) -> NtResult<Arc<Self>> {
        let page = FencePage::new(value)?;
        let state = State {
            waits: RBTree::new(),
            ended: None,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                page,
                on_unplug,
                state <- new_mutex!(state, "MonitoredFence::state"),
                queue,
                completion <- new_work!("MonitoredFence::completion"),
                _counted: Counted::new(Counter::Fences),
            }),
            ACCOUNT,
        )?)
    }

    /// Maps the value read-only into the calling process and its future children.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: no memory, or no room in the address space.
    pub(crate) fn map(&self) -> NtResult<MappedVma> {
        Ok(FencePage::map(&self.page)?)
    }

    /// The value, as processes see it.
    pub(crate) fn value(&self) -> u64 {
        self.page.load()
    }

    /// Raises the value to `value`; a higher value stays.
    pub(crate) fn signal(fence: &Arc<Self>, value: u64) {
        {
            let state = fence.state.lock();
            if state.ended.is_none() && value > fence.page.load() {
                fence.page.store(value);
            }
        }
        Self::complete_some(fence);
    }

    /// Sets the value, even to a lower one, unless the process is being killed.
    pub(crate) fn rewind(fence: &Arc<Self>, value: u64) {
        while !Self::try_update(fence, |_| value) {
            if killable::is_dying() {
                return;
            }
        }
    }

    /// Gives it a value that depends on the one before, at once. `false`: waits whose value was reached stay completed,
    /// and some of them have yet to be, before it can change.
    #[must_use]
    pub(crate) fn try_update(fence: &Arc<Self>, change: impl Fn(u64) -> u64) -> bool {
        for _ in 0..AT_ONCE {
            let over = {
                let mut state = fence.state.lock();
                let over = state.take_over(fence.page.load());
                if over.is_none() && state.ended.is_none() {
                    fence.page.store(change(fence.page.load()));
                }
                over
            };
            let Some((node, outcome)) = over else {
                Self::complete_some(fence);
                return true;
            };
            Wait::complete(&node.to_key_value().1, outcome);
        }
        false
    }

    /// Completes waits that are over, and leaves to the worker what that leaves.
    fn complete_some(fence: &Arc<Self>) {
        for _ in 0..AT_ONCE {
            let over = fence.state.lock().take_over(fence.page.load());
            let Some((node, outcome)) = over else { return };
            Wait::complete(&node.to_key_value().1, outcome);
        }
        fence.queue.enqueue(fence.clone());
    }

    /// The adapter is unplugged. All waits for the fence, present and future, get DEVICE_REMOVED.
    fn unplug(fence: &Arc<Self>) {
        Self::end(fence, NtStatus::DEVICE_REMOVED);
    }

    /// Ends the fence: it does not change any more, and all waits for it, present and future, get `status`;
    /// but those whose value was reached. A second end does nothing.
    fn end(fence: &Arc<Self>, status: NtStatus) {
        {
            let mut state = fence.state.lock();
            if state.ended.is_some() {
                return;
            }
            let value = fence.page.load();
            state.ended = Some(Ended { status, value });
            if status == NtStatus::DEVICE_REMOVED && fence.on_unplug == OnUnplug::SignalMax {
                fence.page.store(u64::MAX);
            }
        }
        Self::complete_some(fence);
    }

    /// Whether `value` is reached; the status that the fence ended with, if it has.
    fn has_reached(&self, value: u64) -> NtResult<bool> {
        let state = self.state.lock();
        match state.ended {
            Some(ended) if value > ended.value => Err(ended.status),
            Some(_) => Ok(true),
            None => Ok(self.page.load() >= value),
        }
    }

    /// Enters a wait, unless its value is reached: then returns `true`.
    fn enter(&self, value: u64, wait: RBTreeNode<Key, Arc<Wait>>) -> NtResult<bool> {
        // A wait that is not entered is dropped after the lock, as arguments are.
        let mut state = self.state.lock();
        let reached = match state.ended {
            Some(ended) if value > ended.value => return Err(ended.status),
            Some(ended) => ended.value,
            None => self.page.load(),
        };
        if reached >= value {
            return Ok(true);
        }
        let replaced = state.waits.insert(wait);
        drop(state);
        // The key is unique.
        drop(replaced);
        Ok(false)
    }

    /// Removes a wait, if it is still there.
    /// Returns whether it was, with its value reached.
    fn leave(&self, key: &Key) -> bool {
        let mut state = self.state.lock();
        let wait = state.waits.remove_node(key);
        let value = state
            .ended
            .map_or_else(|| self.page.load(), |ended| ended.value);
        drop(state);
        wait.is_some() && key.value <= value
    }
}
