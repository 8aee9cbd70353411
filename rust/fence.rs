// SPDX-License-Identifier: GPL-2.0

//! Monitored fences: 64-bit values that processes read in their own address space, and wait for.
//!
//! - [`MonitoredFence`]: the value, and who waits for it to be reached.
//! - [`wait::Wait`]: one wait, for one or all of several values, by a thread or by an eventfd.
//! - [`list::Fences`]: the fences of an adapter, all of which end when it goes.
//! - [`timeline::Timeline`]: the fence of a queue, whose operations end in any order.
//!
//! This room knows neither handles nor devices: the object model stands above it, and the video
//! memory manager beside it.
//!
//! Nothing in the way of a signal allocates memory, so that workers may signal.

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

/// What becomes of the value when the adapter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum AtRemoval {
    /// It becomes the highest that there is, so that whoever polls goes on.
    Maximum,
    /// It stays (NoSignalMaxValueOnTdr).
    Stays,
}

/// A value that is waited for, in the order in which they are reached.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
struct Key {
    value: u64,
    /// Address of the wait.
    wait: usize,
    /// Which of its targets.
    target: usize,
}

/// A monitored fence. Whoever owns it ends it ([`list::OwnedFence`]).
#[pin_data]
pub(crate) struct MonitoredFence {
    page: Arc<FencePage>,
    at_removal: AtRemoval,
    #[pin]
    state: Mutex<State>,
    _counted: Counted,
}

struct State {
    /// Those that wait, each of which keeps this fence until it is taken out of here.
    waits: RBTree<Key, Arc<Wait>>,
    /// The fence does not change any more, and what waits for it gets this.
    ended: Option<NtStatus>,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

impl State {
    /// Takes one out that waits for `value` or less.
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
    pub(crate) fn new(value: u64, at_removal: AtRemoval) -> NtResult<Arc<Self>> {
        let page = FencePage::new(value)?;
        let state = State {
            waits: RBTree::new(),
            ended: None,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                page,
                at_removal,
                state <- new_mutex!(state, "MonitoredFence::state"),
                _counted: Counted::new(Counter::Fences),
            }),
            ACCOUNT,
        )?)
    }

    /// Maps the value into the calling process and the children that it will have, for reading.
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

    /// Raises the value to `value`; one that is higher already stays.
    pub(crate) fn signal(&self, value: u64) {
        self.set(value, false);
    }

    /// Sets the value, even to a lower one. Whoever waited for what was reached is not put back.
    pub(crate) fn rewind(&self, value: u64) {
        self.set(value, true);
    }

    /// There may be very many who wait. Whoever is killed meanwhile leaves some of them to the fence's end,
    /// which is not far then.
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
                    // Nobody is left who waits for what is reached now, if it is going to fall.
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

    /// The adapter goes. Whatever waits for the fence, now or later, gets DEVICE_REMOVED.
    fn unplug(&self) {
        self.end(NtStatus::DEVICE_REMOVED);
    }

    /// Ends the fence: it does not change any more, and whatever waits for it, now or later, gets
    /// `status`. A second end does nothing.
    fn end(&self, status: NtStatus) {
        {
            let mut state = self.state.lock();
            if state.ended.is_some() {
                return;
            }
            state.ended = Some(status);
            if status == NtStatus::DEVICE_REMOVED && self.at_removal == AtRemoval::Maximum {
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

    /// Whether `value` is reached; what the fence ended with, if it has.
    fn has_reached(&self, value: u64) -> NtResult<bool> {
        let state = self.state.lock();
        match state.ended {
            Some(status) => Err(status),
            None => Ok(self.page.load() >= value),
        }
    }

    /// Enters one that waits, unless its value is reached: then the answer is `true`.
    fn enter(&self, value: u64, wait: RBTreeNode<Key, Arc<Wait>>) -> NtResult<bool> {
        // What is not entered is dropped after the lock, as arguments are.
        let mut state = self.state.lock();
        if let Some(status) = state.ended {
            return Err(status);
        }
        if self.page.load() >= value {
            return Ok(true);
        }
        let replaced = state.waits.insert(wait);
        drop(state);
        // The key was free.
        drop(replaced);
        Ok(false)
    }

    /// Takes one out that waits, if it still does.
    fn leave(&self, key: &Key) {
        let wait = self.state.lock().waits.remove_node(key);
        drop(wait);
    }
}

/// Tells a wait that was taken out of a fence how that ended.
fn complete(wait: Option<RBTreeNode<Key, Arc<Wait>>>, result: NtResult) {
    if let Some(node) = wait {
        node.to_key_value().1.complete(result);
    }
}
