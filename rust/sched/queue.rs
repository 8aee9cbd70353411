// SPDX-License-Identifier: GPL-2.0

//! [`Queue`]: the packets of a context. They begin in the order in which they were appended, one when the
//! one before it has ended.
//!
//! ```text
//! try_reserve → append → begin ─→ retire
//!                        ↑  └──→ put_back (others' turn) or wait (for something that wakes it)
//!                        └────────────┴───────────┘
//! ```
//!
//! Who closes the queue abandons what has not begun or waits; what runs is seen through to its retirement,
//! or to when it is put back. A packet leaves the queue once, on one of these ways.
//!
//! Only `try_reserve` and `reserve_beyond` take memory. Packets are dropped without a lock.

use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
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
    }, //
};

/// Packets of a queue, at most. Who has one more to append waits.
pub(crate) const MOST: usize = 4096;

/// Names a packet of a queue: where it stands, counted from the first one.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(crate) struct Number(pub(super) u64);

/// What the first packet does.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
enum Head {
    /// It has not begun, or is not there.
    Ready,
    /// Somebody has it. What it would wait for has come already, or not.
    Running { woken: bool },
    /// It can't go on.
    Waiting,
}

struct State<P> {
    packets: RBTree<Number, P>,
    /// Those that are there, and those that there is room for.
    count: usize,
    last: Number,
    head: Head,
    closed: bool,
}

// What is pinned is behind its pointers.
impl<P> Unpin for State<P> {}

impl<P> State<P> {
    fn first(&self) -> Option<Number> {
        Some(*self.packets.cursor_front()?.current().0)
    }

    fn is_running(&self, number: Number) -> bool {
        matches!(self.head, Head::Running { .. }) && self.first() == Some(number)
    }

    /// Takes the first one out.
    fn pop(&mut self) -> Option<RBTreeNode<Number, P>> {
        let first = self.first()?;
        self.head = Head::Ready;
        self.count -= 1;
        self.packets.remove_node(&first)
    }

    /// Whether somebody should begin it.
    fn is_ready(&self) -> bool {
        !self.closed && self.head == Head::Ready && self.first().is_some()
    }
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Queue<P> {
    #[pin]
    state: Mutex<State<P>>,
    /// There is room, nothing runs, or the queue was closed.
    #[pin]
    changed: CondVar,
}

/// What has become of a packet that was to be appended.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum Appended {
    /// It is the first one: somebody has to begin it.
    Ready,
    /// Others are before it.
    Queued,
    /// The queue is closed, and it was dropped.
    Abandoned,
}

impl<P: Clone> Queue<P> {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new() -> NtResult<Arc<Self>> {
        let state = State {
            packets: RBTree::new(),
            count: 0,
            last: Number(0),
            head: Head::Ready,
            closed: false,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                state <- new_mutex!(state, "Queue::state"),
                changed <- new_condvar!("Queue::changed"),
            }),
            ACCOUNT,
        )?)
    }

    /// Waits until there is room for `count` more, at most [`MOST`], which is not kept for the caller.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the queue is closed. INTERRUPTED: a signal came while it waited.
    pub(crate) fn wait_for_room(&self, count: usize) -> NtResult {
        let most = MOST.saturating_sub(count);
        let mut state = self.state.lock();
        while state.count > most && !state.closed {
            if self.changed.wait_interruptible(&mut state) {
                return Err(NtStatus::INTERRUPTED);
            }
        }
        match state.closed {
            true => Err(NtStatus::DEVICE_REMOVED),
            false => Ok(()),
        }
    }

    /// Makes room for one more; `None` if the queue is full.
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the queue is closed.
    pub(crate) fn try_reserve(queue: &Arc<Self>) -> NtResult<Option<Slot<P>>> {
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let mut state = queue.state.lock();
        if state.closed {
            drop(state);
            return Err(NtStatus::DEVICE_REMOVED);
        }
        if state.count >= MOST {
            drop(state);
            return Ok(None);
        }
        state.count += 1;
        drop(state);
        Ok(Some(Slot {
            queue: queue.clone(),
            room: Some(room),
        }))
    }

    /// Makes room for one more, also if the queue is full: for packets that keep others' memory, of which there are no more
    /// than there is memory.
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the queue is closed.
    pub(crate) fn reserve_beyond(queue: &Arc<Self>) -> NtResult<Slot<P>> {
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let mut state = queue.state.lock();
        if state.closed {
            drop(state);
            return Err(NtStatus::DEVICE_REMOVED);
        }
        state.count += 1;
        drop(state);
        Ok(Slot {
            queue: queue.clone(),
            room: Some(room),
        })
    }

    /// Whether there is no packet.
    pub(crate) fn is_empty(&self) -> bool {
        self.state.lock().first().is_none()
    }

    /// The first packet, to be run by the caller; none if it is run or waits.
    pub(crate) fn begin(&self) -> Option<(Number, P)> {
        let mut state = self.state.lock();
        if !state.is_ready() {
            return None;
        }
        let first = state.first()?;
        let packet = state.packets.get(&first)?.clone();
        state.head = Head::Running { woken: false };
        Some((first, packet))
    }

    /// A packet that runs can't go on before it is woken. `false`: it was woken already, and goes on. Who closes
    /// the queue abandons it.
    pub(crate) fn wait(&self, number: Number) -> bool {
        let mut state = self.state.lock();
        if !state.is_running(number) {
            return true;
        }
        if state.head == (Head::Running { woken: true }) {
            state.head = Head::Running { woken: false };
            return false;
        }
        state.head = Head::Waiting;
        drop(state);
        self.changed.notify_all();
        true
    }

    /// What a packet waits for is there, whether it waits already or not. `true`: it can be begun again.
    pub(crate) fn wake(&self, number: Number) -> bool {
        let mut state = self.state.lock();
        if state.first() != Some(number) {
            return false;
        }
        match state.head {
            Head::Ready => false,
            Head::Running { .. } => {
                state.head = Head::Running { woken: true };
                false
            }
            Head::Waiting => {
                state.head = Head::Ready;
                true
            }
        }
    }

    /// A packet that runs goes on later: others have their turn. Who closes the queue abandons it. `true`: it can
    /// be begun again.
    pub(crate) fn put_back(&self, number: Number) -> bool {
        let mut state = self.state.lock();
        if !state.is_running(number) {
            return false;
        }
        state.head = Head::Ready;
        let is_ready = state.is_ready();
        drop(state);
        self.changed.notify_all();
        is_ready
    }

    /// A packet that runs has ended. `true`: there is one more that can be begun.
    pub(crate) fn retire(&self, number: Number) -> bool {
        let mut state = self.state.lock();
        if !state.is_running(number) {
            return false;
        }
        let ended = state.pop();
        let is_ready = state.is_ready();
        drop(state);
        self.changed.notify_all();
        drop(ended);
        is_ready
    }

    /// Nothing begins, or can be appended, any more.
    pub(crate) fn shut(&self) {
        self.state.lock().closed = true;
        self.changed.notify_all();
    }

    pub(crate) fn is_closed(&self) -> bool {
        self.state.lock().closed
    }

    /// Closes the queue: what does not run is abandoned, and what runs is waited for, which whoever runs it
    /// must not do. Nothing begins any more.
    pub(crate) fn close(&self) {
        self.shut();
        loop {
            let mut state = self.state.lock();
            if matches!(state.head, Head::Running { .. }) {
                // It is the first one; those behind it go when it has.
                self.changed.wait(&mut state);
                continue;
            }
            let abandoned = state.pop();
            drop(state);
            if abandoned.is_none() {
                return;
            }
        }
    }
}

/// Room for a packet. Dropping it gives the room back.
pub(crate) struct Slot<P> {
    queue: Arc<Queue<P>>,
    room: Option<RBTreeNodeReservation<Number, P>>,
}

impl<P> Slot<P> {
    /// Appends a packet.
    pub(crate) fn append(mut self, packet: P) -> Appended {
        let mut state = self.queue.state.lock();
        if state.closed {
            drop(state);
            return Appended::Abandoned;
        }
        let Some(room) = self.room.take() else {
            drop(state);
            return Appended::Abandoned;
        };
        state.last = Number(state.last.0 + 1);
        let number = state.last;
        // No other packet has this number: nothing is replaced.
        state.packets.insert(room.into_node(number, packet));
        match state.is_ready() && state.first() == Some(number) {
            true => Appended::Ready,
            false => Appended::Queued,
        }
    }
}

impl<P> Drop for Slot<P> {
    fn drop(&mut self) {
        if self.room.is_some() {
            self.queue.state.lock().count -= 1;
            self.queue.changed.notify_all();
        }
    }
}
