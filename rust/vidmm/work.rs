// SPDX-License-Identifier: GPL-2.0

//! What the paging worker of an adapter has to do, and how it does it.

use super::{
    backing::Backing,
    VidMm, //
};
use crate::{
    core::paging_priority::PagingPriority,
    fence::timeline::Operation,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult,
    sys::worker::Job, //
};
use core::cmp::Reverse;
use kernel::{
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        atomic::Relaxed,
        Arc, //
    }, //
};

/// A place in the worker's list.
type Slot = (Reverse<PagingPriority>, u64);

const PRIORITIES: [PagingPriority; 3] = [
    PagingPriority::AboveNormal,
    PagingPriority::Normal,
    PagingPriority::BelowNormal,
];

/// Work that is to be submitted, with the room that it takes.
pub(super) struct Order {
    moves: Moves,
    room: RBTreeNodeReservation<Slot, Work>,
}

impl Order {
    pub(super) fn bring_in(&mut self, backings: KVVec<Arc<Backing>>) {
        self.moves = Moves::In(backings);
    }

    pub(super) fn put_out(&mut self, backings: KVVec<Arc<Backing>>) {
        self.moves = Moves::Out(backings);
    }
}

enum Moves {
    In(KVVec<Arc<Backing>>),
    Out(KVVec<Arc<Backing>>),
}

struct Work {
    moves: Moves,
    /// It ends with the work: the fence of a paging queue says so.
    _operation: Option<Operation>,
}

/// What there is to do.
pub(super) struct List {
    /// How much was submitted so far.
    submitted: u64,
    todo: RBTree<Slot, Work>,
    /// What is being done.
    current: Option<u64>,
    /// Nothing is moved any more.
    closed: bool,
}

// What is pinned is behind its pointers.
impl Unpin for List {}

impl List {
    pub(super) fn new() -> Self {
        Self {
            closed: false,
            submitted: 0,
            todo: RBTree::new(),
            current: None,
        }
    }

    /// Whether anything is left of what was submitted before `number`.
    fn is_left(&self, number: u64) -> bool {
        let is_before = |number_of: u64| number_of < number;
        self.current.is_some_and(is_before)
            || PRIORITIES.into_iter().map(Reverse).any(|priority| {
                let first = self.todo.cursor_lower_bound(&(priority, 0));
                first.is_some_and(|at| {
                    let &(its, number) = at.current().0;
                    its == priority && is_before(number)
                })
            })
    }
}

impl VidMm {
    /// Room for work.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn order(&self) -> NtResult<Order> {
        Ok(Order {
            moves: Moves::In(KVVec::new()),
            room: RBTreeNodeReservation::new(ACCOUNT)?,
        })
    }

    /// Has the worker do it: what is more urgent goes first, else in the order in which it comes.
    pub(super) fn submit(
        &self,
        order: Order,
        priority: PagingPriority,
        operation: Option<Operation>,
    ) {
        let mut work = Some(Work {
            moves: order.moves,
            _operation: operation,
        });
        let mut list = self.list.lock();
        if !list.closed {
            let slot = (Reverse(priority), list.submitted);
            list.submitted += 1;
            let node = work.take().map(|work| order.room.into_node(slot, work));
            // No other work has this number.
            let _ = node.and_then(|node| list.todo.insert(node));
        }
        drop(list);
        // Without a worker it is done as it is.
        drop(work);
        self.worker.wake();
    }

    /// Nothing is moved any more: all work that there is, and that comes, is done as it is.
    pub(super) fn close(&self) {
        self.list.lock().closed = true;
        while let Some((_, work)) = self.next_work() {
            drop(work);
            self.finish();
        }
    }

    /// D3DKMTFlushHeapTransitions: waits until all that was submitted so far is done. `false` when a
    /// signal came first.
    #[must_use]
    pub(crate) fn flush(&self) -> bool {
        let mut list = self.list.lock();
        let until = list.submitted;
        while list.is_left(until) {
            if self.done.wait_interruptible(&mut list) {
                return false;
            }
        }
        true
    }

    fn next_work(&self) -> Option<(Slot, Work)> {
        let mut list = self.list.lock();
        let node = (list.todo.cursor_front_mut()).map(|cursor| cursor.remove_current().1)?;
        let (slot, work) = node.to_key_value();
        list.current = Some(slot.1);
        Some((slot, work))
    }

    fn finish(&self) {
        self.list.lock().current = None;
        self.done.notify_all();
    }

    fn do_work(&self, work: &Work) {
        let (backings, inwards) = match &work.moves {
            Moves::In(backings) => (backings, true),
            Moves::Out(backings) => (backings, false),
        };
        for backing in backings {
            // Without the adapter there is nothing to move, and nobody to wait for it.
            let Ok(stay) = self.provider.stay() else {
                return;
            };
            // One turn for each, so that whoever waits for one allocation waits for one.
            let turn = self.turns.take();
            let Some(known) = backing.standing() else {
                continue;
            };
            // What does not work is seen at the next use: the bytes are used where they are.
            let _ = match (inwards, known.listed) {
                // What is offered stays until the room is needed.
                _ if known.offer.is_some() => Ok(()),
                (true, 1..) => backing.settle(&stay, &turn),
                (false, 0) => backing.put_out(&stay, &turn),
                (false, 1..) if !backing.belongs_in_segment() => backing.put_out(&stay, &turn),
                _ => Ok(()),
            };
        }
    }
}

impl Job for VidMm {
    fn run(&self) {
        self.relieve(self.wanted.xchg(0, Relaxed));
        while let Some((_, work)) = self.next_work() {
            self.do_work(&work);
            // With it, the fence says so.
            drop(work);
            self.finish();
        }
    }
}
