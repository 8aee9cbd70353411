// SPDX-License-Identifier: GPL-2.0

//! [`Exports`]: allocations whose memory others have, as a dma-buf.
//!
//! The dma-buf is the target's own, so that the target knows it again. It keeps the memory, and
//! nobody is told when it goes. So what is exported is entered here, which keeps the allocation and
//! what it takes of its segment, and a worker looks whether the others still have it: soon at first,
//! then ever more rarely, up to once a second.

use super::allocation::Allocation;
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    mem::ACCOUNT,
    status::NtResult,
    sys::workqueue::OrderedQueue, //
};
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode,
        RBTreeNodeReservation, //
    },
    sync::{
        Arc,
        CondVar,
        Mutex, //
    },
    time::{
        msecs_to_jiffies,
        Msecs, //
    }, //
};

/// First and longest pause of the worker.
const PAUSES: (Msecs, Msecs) = (8, 1000);

/// All exports. Dropping it ends the worker, and forgets what is exported still.
pub(crate) struct Exports {
    // Dropped in this order: the worker is gone when the list goes.
    queue: OrderedQueue,
    list: Arc<List>,
}

#[pin_data]
struct List {
    #[pin]
    state: Mutex<State>,
    #[pin]
    wake: CondVar,
}

struct State {
    /// By the address of the allocation.
    all: RBTree<usize, Export>,
    /// How many were entered so far.
    entered: u64,
    /// There is a worker.
    watched: bool,
    /// The worker is to look at once.
    look: bool,
    /// The worker is to end.
    stop: bool,
}

struct Export {
    allocation: Arc<Allocation>,
    /// Which export of all it is.
    number: u64,
    _counted: Counted,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

impl Exports {
    pub(super) fn new() -> Result<Self> {
        let state = State {
            all: RBTree::new(),
            entered: 0,
            watched: false,
            look: false,
            stop: false,
        };
        Ok(Self {
            queue: OrderedQueue::new()?,
            list: Arc::pin_init(
                pin_init!(List {
                    state <- new_mutex!(state, "Exports::state"),
                    wake <- new_condvar!("Exports::wake"),
                }),
                GFP_KERNEL,
            )?,
        })
    }

    /// Keeps an allocation for as long as anybody has a dma-buf of its memory. The caller has one.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn keep(&self, allocation: &Arc<Allocation>) -> NtResult {
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let mut state = self.list.state.lock();
        if !state.watched {
            let list = self.list.clone();
            self.queue
                .queue()
                .try_spawn(GFP_KERNEL, move || list.watch())?;
            state.watched = true;
        }
        state.entered += 1;
        let export = Export {
            allocation: allocation.clone(),
            number: state.entered,
            _counted: Counted::new(Counter::Exports),
        };
        let replaced = state.all.insert(room.into_node(key(allocation), export));
        drop(state);
        // It was exported before.
        drop(replaced);
        self.look();
        Ok(())
    }

    /// Has the worker look at once: something may have gone.
    pub(crate) fn look(&self) {
        self.list.state.lock().look = true;
        self.list.wake.notify_all();
    }
}

impl Drop for Exports {
    fn drop(&mut self) {
        self.list.state.lock().stop = true;
        self.list.wake.notify_all();
    }
}

impl List {
    /// The worker: ends when there is nothing to watch.
    fn watch(&self) {
        let mut pause = PAUSES.0;
        loop {
            self.end_what_has_ended();
            let mut state = self.state.lock();
            if state.stop || state.all.is_empty() {
                state.watched = false;
                return;
            }
            if !state.look {
                // A worker gets no signals, and looks whatever has woken it.
                let _ = self
                    .wake
                    .wait_interruptible_timeout(&mut state, msecs_to_jiffies(pause));
                pause = PAUSES.1.min(pause * 2);
            }
            if core::mem::take(&mut state.look) {
                pause = PAUSES.0;
            }
        }
    }

    /// Looks at each export once.
    fn end_what_has_ended(&self) {
        let mut from = 0;
        while let Some((allocation, number)) = self.find(from) {
            let at = key(&allocation);
            if allocation.backing().end_export() {
                let ended = self.remove(at, number);
                drop(ended);
            }
            let Some(next) = at.checked_add(1) else { break };
            from = next;
        }
    }

    /// The first export of those whose allocation's address is not below `from`.
    fn find(&self, from: usize) -> Option<(Arc<Allocation>, u64)> {
        let state = self.state.lock();
        let cursor = state.all.cursor_lower_bound(&from)?;
        let export = cursor.current().1;
        Some((export.allocation.clone(), export.number))
    }

    /// Takes an export out, unless the allocation was exported anew since it was found.
    fn remove(&self, at: usize, number: u64) -> Option<RBTreeNode<usize, Export>> {
        let mut state = self.state.lock();
        if state.all.get(&at)?.number != number {
            return None;
        }
        state.all.remove_node(&at)
    }
}

fn key(allocation: &Arc<Allocation>) -> usize {
    core::ptr::from_ref::<Allocation>(allocation).addr()
}
