// SPDX-License-Identifier: GPL-2.0

//! [`Timeline`]: the fence of a queue, whose operations may end in any order.
//!
//! Each operation has the next value of the queue. The fence reaches a value when all operations up to it have
//! ended: it never falls, and never reports unfinished work as done.

use super::MonitoredFence;
use crate::{
    mem::ACCOUNT,
    status::NtResult, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// See the module's documentation.
#[pin_data]
pub(crate) struct Timeline {
    fence: Arc<MonitoredFence>,
    #[pin]
    state: Mutex<State>,
}

struct State {
    /// The value of the last operation that began.
    last: u64,
    /// Operations that have not ended.
    running: RBTree<u64, ()>,
}

// The pinned data is behind its pointers.
impl Unpin for State {}

impl State {
    /// The value up to which all operations have ended.
    fn reached(&self) -> u64 {
        let first = self.running.cursor_front().map(|first| *first.current().0);
        first.map_or(self.last, |first| first - 1)
    }
}

impl Timeline {
    /// The timeline of a fence with the value 0, which only the timeline signals.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(fence: Arc<MonitoredFence>) -> NtResult<Arc<Self>> {
        let state = State {
            last: 0,
            running: RBTree::new(),
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                fence,
                state <- new_mutex!(state, "Timeline::state"),
            }),
            ACCOUNT,
        )?)
    }

    /// Preallocates an operation that may have to begin.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn prepare(timeline: &Arc<Self>) -> NtResult<Prepared> {
        Ok(Prepared {
            timeline: timeline.clone(),
            room: RBTreeNodeReservation::new(ACCOUNT)?,
        })
    }
}

/// A preallocated operation.
pub(crate) struct Prepared {
    timeline: Arc<Timeline>,
    room: RBTreeNodeReservation<u64, ()>,
}

impl Prepared {
    /// Begins the operation, with the next value.
    pub(crate) fn begin(self) -> Operation {
        let Self { timeline, room } = self;
        let mut state = timeline.state.lock();
        // At one operation each nanosecond, it would take five centuries to overflow.
        state.last += 1;
        let value = state.last;
        // The value is unique: nothing is replaced.
        state.running.insert(room.into_node(value, ()));
        drop(state);
        Operation { timeline, value }
    }
}

/// An operation of a queue. It ends when it is dropped, whatever its result; that needs no memory.
pub(crate) struct Operation {
    timeline: Arc<Timeline>,
    value: u64,
}

impl Operation {
    /// The value of the fence when this operation and all before it have ended.
    pub(crate) fn value(&self) -> u64 {
        self.value
    }
}

impl Drop for Operation {
    fn drop(&mut self) {
        let (node, reached) = {
            let mut state = self.timeline.state.lock();
            (state.running.remove_node(&self.value), state.reached())
        };
        drop(node);
        // Two operations that end at once may get here in either order: a fence is never signalled down.
        MonitoredFence::signal(&self.timeline.fence, reached);
    }
}
