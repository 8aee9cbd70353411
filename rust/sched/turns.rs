// SPDX-License-Identifier: GPL-2.0

//! [`Turns`]: in which order the entities of a node have their turn.
//!
//! Processes have it one after the other, however many contexts each of them has: a process that waits for its next
//! turn with a second entity has that one's later by one, in a time that passes by a turn of anybody (start-time fair
//! queueing).
//!
//! Pure logic: also compiled and tested on the host.

use kernel::{
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc, //
    }, //
};

/// Nodes of an adapter, at most.
pub(crate) const NODES_MOST: usize = 16;

/// A place in the order: a time, and among those of one time the order in which they have come.
pub(crate) type Turn = (u64, u64);

/// The memory that a place takes.
pub(crate) type Room<E> = RBTreeNodeReservation<Turn, Arc<E>>;

/// The last turns of a process, on each node.
pub(crate) struct Share([[Atomic<u64>; 2]; NODES_MOST]);

impl Share {
    pub(crate) const fn new() -> Self {
        Self([const { [const { Atomic::new(0) }; 2] }; NODES_MOST])
    }

    /// The last one on a node, among those that are ready or, if `is_runnable`, those that need the engine. It changes
    /// with the node's state locked.
    pub(crate) fn last(&self, node: u32, is_runnable: bool) -> Option<&Atomic<u64>> {
        let [ready, runnable] = self.0.get(usize::try_from(node).ok()?)?;
        Some(if is_runnable { runnable } else { ready })
    }
}

/// See the module's documentation.
pub(crate) struct Turns<E> {
    waiting: RBTree<Turn, Arc<E>>,
    /// The time of the last turn that somebody had.
    now: u64,
    /// How many have come so far.
    came: u64,
}

impl<E> Turns<E> {
    pub(crate) fn new() -> Self {
        Self {
            waiting: RBTree::new(),
            now: 0,
            came: 0,
        }
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.waiting.cursor_front().is_none()
    }

    /// Enters an entity; `last` is its process's last turn.
    pub(crate) fn push(&mut self, entity: Arc<E>, room: Room<E>, last: &Atomic<u64>) -> Turn {
        let time = self.now.max(last.load(Relaxed).saturating_add(1));
        last.store(time, Relaxed);
        self.came += 1;
        let turn = (time, self.came);
        // It is unique: nothing is replaced.
        self.waiting.insert(room.into_node(turn, entity));
        turn
    }

    /// Takes out the one whose turn it is.
    pub(crate) fn pop(&mut self) -> Option<(Arc<E>, Room<E>)> {
        let (turn, entity) = {
            let first = self.waiting.cursor_front()?;
            let (&turn, entity) = first.current();
            (turn, entity.clone())
        };
        self.now = turn.0;
        let node = self.waiting.remove_node(&turn)?;
        Some((entity, node.into_reservation()))
    }

    /// Takes one out. What is returned is to be dropped without the lock of the node.
    pub(crate) fn remove(&mut self, turn: Turn) -> impl Sized {
        self.waiting.remove_node(&turn)
    }

    /// Takes out all. What is returned is to be dropped without the lock of the node.
    pub(crate) fn take(&mut self) -> impl Sized {
        core::mem::replace(&mut self.waiting, RBTree::new())
    }
}
