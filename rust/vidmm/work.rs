// SPDX-License-Identifier: GPL-2.0

//! What the paging worker of an adapter has to do, and how it does it.

use super::{
    backing::Backing,
    VidMm, //
};
use crate::{
    mem::{
        KVec,
        ACCOUNT, //
    },
    status::NtResult,
    sys::worker::Job, //
};
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

/// Who is told how far the worker is: a paging queue, whose fence counts what is done.
pub(crate) trait Progress: Send + Sync {
    /// The value of its fence that stands for one more piece of work. Whoever calls sees to it that
    /// the work is done in the order of the values.
    fn next(&self) -> u64;

    /// All work up to this value is done.
    fn done(&self, value: u64);
}

/// Which work goes first (D3DDDI_PAGINGQUEUE_PRIORITY).
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Urgency {
    AboveNormal,
    Normal,
    BelowNormal,
}

impl Urgency {
    const ALL: [Self; 3] = [Self::AboveNormal, Self::Normal, Self::BelowNormal];
}

/// Work that was submitted.
#[derive(Clone, Copy)]
pub(crate) struct Ticket {
    /// The value that the fence has when it is done.
    pub(crate) fence: u64,
}

/// A place in the worker's list.
type Slot = (Urgency, u64);

/// Work that is to be submitted, with the room that it takes.
pub(super) struct Order {
    moves: Moves,
    room: RBTreeNodeReservation<Slot, Work>,
}

impl Order {
    pub(super) fn bring_in(&mut self, backings: KVec<Arc<Backing>>) {
        self.moves = Moves::In(backings);
    }

    pub(super) fn put_out(&mut self, backings: KVec<Arc<Backing>>) {
        self.moves = Moves::Out(backings);
    }
}

enum Moves {
    In(KVec<Arc<Backing>>),
    Out(KVec<Arc<Backing>>),
}

struct Work {
    moves: Moves,
    progress: Option<(Arc<dyn Progress>, u64)>,
}

impl Drop for Work {
    fn drop(&mut self) {
        if let Some((progress, value)) = &self.progress {
            progress.done(*value);
        }
    }
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
        let first = |urgency| self.todo.cursor_lower_bound(&(urgency, 0));
        self.current.is_some_and(|current| current < number)
            || Urgency::ALL.into_iter().any(|urgency| {
                first(urgency).is_some_and(|at| {
                    let (slot, _) = at.current();
                    slot.0 == urgency && slot.1 < number
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
            moves: Moves::In(KVec::new()),
            room: RBTreeNodeReservation::new(ACCOUNT)?,
        })
    }

    /// Has the worker do it.
    pub(super) fn submit(
        &self,
        order: Order,
        urgency: Urgency,
        progress: Option<Arc<dyn Progress>>,
    ) -> Ticket {
        let mut list = self.list.lock();
        let number = list.submitted;
        list.submitted += 1;
        // With the list locked, so that the values are in the order of the work.
        let progress = progress.map(|progress| {
            let value = progress.next();
            (progress, value)
        });
        let ticket = Ticket {
            fence: progress.as_ref().map_or(0, |(_, value)| *value),
        };
        let work = Work {
            moves: order.moves,
            progress,
        };
        let mut rest = Some(work);
        if !list.closed {
            let node = (rest.take()).map(|work| order.room.into_node((urgency, number), work));
            // No other work has this number.
            let _ = node.and_then(|node| list.todo.insert(node));
        }
        drop(list);
        // Without a worker it is done as it is.
        drop(rest);
        self.worker.wake();
        ticket
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
                (true, 1..) => backing.settle(&stay, &turn),
                (false, 0) => backing.put_out(&stay, &turn),
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
