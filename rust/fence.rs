// SPDX-License-Identifier: GPL-2.0

//! Monitored fences: 64-bit values that processes read in their own address space, and wait on.
//!
//! - [`MonitoredFence`]: the value, and the waits for it.
//! - [`wait::Wait`]: one wait, for any or all of several values, by a thread or by an eventfd.
//! - [`list::Fences`]: the fences of an adapter, all of which end when it goes.
//! - [`timeline::Timeline`]: the fence of a queue, whose operations end in any order.
//!
//! This room knows neither handles nor devices: the object model is above it, and the video memory manager
//! beside it.
//!
//! No path of a signal allocates memory, so that workers may signal.

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
        mapped_vma::MappedVma, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};
use wait::Wait;

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
struct Key {
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
    _counted: Counted,
}

struct State {
    /// The waits, each of which keeps this fence until it is removed.
    waits: RBTree<Key, Arc<Wait>>,
    /// The fence does not change any more, and its waits get this status.
    ended: Option<NtStatus>,
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
}

impl MonitoredFence {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(value: u64, on_unplug: OnUnplug) -> NtResult<Arc<Self>> {
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
    #[allow(dead_code, reason = "the tests look at it")]
    pub(crate) fn value(&self) -> u64 {
        self.page.load()
    }

    /// Raises the value to `value`; a higher value stays.
    pub(crate) fn signal(&self, value: u64) {
        self.set(value, false);
    }

    /// Sets the value, even to a lower one. Waits whose value was reached stay completed.
    pub(crate) fn rewind(&self, value: u64) {
        self.set(value, true);
    }

    /// There may be very many waits. A process being killed leaves some of them to the fence's end, which is
    /// near then.
    fn set(&self, value: u64, may_fall: bool) {
        loop {
            let due = {
                let mut state = self.state.lock();
                let now = self.page.load();
                let due = match may_fall {
                    true => state.take_due(now),
                    false => None,
                };
                if due.is_none() {
                    // No wait is left for a value that is reached now, if the value is going to fall.
                    if state.ended.is_none() && (may_fall || value > now) {
                        self.page.store(value);
                    }
                    break;
                }
                due
            };
            complete(due, Ok(()));
            if killable::is_dying() {
                return;
            }
        }
        loop {
            let due = {
                let mut state = self.state.lock();
                state.take_due(self.page.load())
            };
            if due.is_none() {
                break;
            }
            complete(due, Ok(()));
            if killable::is_dying() {
                break;
            }
        }
    }

    /// The adapter goes. All waits for the fence, present and future, get DEVICE_REMOVED.
    fn unplug(&self) {
        self.end(NtStatus::DEVICE_REMOVED);
    }

    /// Ends the fence: it does not change any more, and all waits for it, present and future, get `status`. A
    /// second end does nothing.
    fn end(&self, status: NtStatus) {
        {
            let mut state = self.state.lock();
            if state.ended.is_some() {
                return;
            }
            state.ended = Some(status);
            if status == NtStatus::DEVICE_REMOVED && self.on_unplug == OnUnplug::SignalMax {
                self.page.store(u64::MAX);
            }
        }
        loop {
            let wait = self.state.lock().take_due(u64::MAX);
            if wait.is_none() {
                break;
            }
            complete(wait, Err(status));
        }
    }

    /// Whether `value` is reached; the status that the fence ended with, if it has.
    fn has_reached(&self, value: u64) -> NtResult<bool> {
        let state = self.state.lock();
        match state.ended {
            Some(status) => Err(status),
            None => Ok(self.page.load() >= value),
        }
    }

    /// Enters a wait, unless its value is reached: then returns `true`.
    fn enter(&self, value: u64, wait: RBTreeNode<Key, Arc<Wait>>) -> NtResult<bool> {
        // A wait that is not entered is dropped after the lock, as arguments are.
        let mut state = self.state.lock();
        if let Some(status) = state.ended {
            return Err(status);
        }
        if self.page.load() >= value {
            return Ok(true);
        }
        let replaced = state.waits.insert(wait);
        drop(state);
        // The key is unique.
        drop(replaced);
        Ok(false)
    }

    /// Removes a wait, if it is still there.
    fn leave(&self, key: &Key) {
        let wait = self.state.lock().waits.remove_node(key);
        drop(wait);
    }
}

/// Completes a wait that was removed from a fence.
fn complete(wait: Option<RBTreeNode<Key, Arc<Wait>>>, result: NtResult) {
    if let Some(node) = wait {
        node.to_key_value().1.complete(result);
    }
}
