// SPDX-License-Identifier: GPL-2.0

//! The paging work of a process, done in the background, in pieces.

use super::VidMm;
use crate::{
    fence::timeline::Operation,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult,
    sys::{
        killable,
        worker::{
            Job,
            Progress,
            Worker,
            WorkerQueue, //
        }, //
    },
    vidmm::paging_priority::PagingPriority, //
};
use core::cmp::Reverse;
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        Arc,
        CondVar,
        Mutex,
        MutexGuard, //
    }, //
};

/// A position in the list.
type Slot = (Reverse<PagingPriority>, u64);

const PRIORITIES: [PagingPriority; 3] = [
    PagingPriority::AboveNormal,
    PagingPriority::Normal,
    PagingPriority::BelowNormal,
];

/// Where bytes move: into the segment or out of it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Direction {
    In,
    Out,
}

/// An allocation whose bytes can be moved.
pub(super) trait Movable: Send + Sync {
    /// Moves its bytes in that direction, if that is still wanted.
    fn move_bytes(self: Arc<Self>, direction: Direction);
}

/// Allocations to be moved.
pub(super) type Movables = KVVec<Arc<dyn Movable>>;

/// Work to be submitted, with its preallocated nodes.
pub(super) struct PagingJob {
    moves: Moves,
    room: RBTreeNodeReservation<Slot, Work>,
}

impl PagingJob {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new() -> NtResult<Self> {
        Ok(Self {
            moves: Moves::In(KVVec::new()),
            room: RBTreeNodeReservation::new(ACCOUNT)?,
        })
    }

    pub(super) fn page_in(&mut self, backings: Movables) {
        self.moves = Moves::In(backings);
    }

    pub(super) fn evict(&mut self, backings: Movables) {
        self.moves = Moves::Out(backings);
    }
}

enum Moves {
    In(Movables),
    Out(Movables),
}

struct Work {
    moves: Moves,
    /// How many of them are done.
    done: usize,
    /// It ends with the work, and signals the fence of a paging queue.
    _operation: Option<Operation>,
}

impl Work {
    /// Moves the next allocation; `false` when there is none.
    fn go_on(&mut self) -> bool {
        let (backings, direction) = match &self.moves {
            Moves::In(backings) => (backings, Direction::In),
            Moves::Out(backings) => (backings, Direction::Out),
        };
        let Some(backing) = backings.get(self.done) else {
            return false;
        };
        self.done += 1;
        backing.clone().move_bytes(direction);
        true
    }
}

/// The submitted work.
struct List {
    /// How many jobs were submitted so far.
    submitted: u64,
    todo: RBTree<Slot, Work>,
    /// The job that is being done.
    current: Option<u64>,
}

// The pinned data is behind its pointers.
impl Unpin for List {}

impl List {
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

/// The paging work of one process on one adapter. It has a worker of its own, so that no other process waits
/// for memory that is charged to this one.
pub(super) struct PagingWork {
    todo: Arc<Todo>,
    worker: Arc<Worker>,
}

#[pin_data]
struct Todo {
    #[pin]
    list: Mutex<List>,
    /// The jobs that were begun.
    #[pin]
    current: Mutex<Option<(Slot, Work)>>,
    /// Signalled when work was done.
    #[pin]
    done: CondVar,
    /// See [`PagingWork::lock_list_calls`].
    #[pin]
    list_calls: Mutex<()>,
}

impl PagingWork {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new(queue: &Arc<WorkerQueue>) -> NtResult<Arc<Self>> {
        let list = List {
            submitted: 0,
            todo: RBTree::new(),
            current: None,
        };
        let todo = Arc::pin_init(
            pin_init!(Todo {
                list <- new_mutex!(list, "PagingWork::list"),
                current <- new_mutex!(None, "PagingWork::current"),
                done <- new_condvar!("PagingWork::done"),
                list_calls <- new_mutex!((), "PagingWork::list_calls"),
            }),
            ACCOUNT,
        )?;
        let worker = Worker::new(queue.clone())?;
        worker.set_job(Some(todo.clone()));
        Ok(Arc::new(Self { todo, worker }, ACCOUNT)?)
    }

    /// Serialises the process's threads in calls about a list, which succeed for all of it or nothing.
    ///
    /// # Errors
    ///
    /// INTERRUPTED: the process is being killed.
    pub(super) fn lock_list_calls(&self) -> NtResult<MutexGuard<'_, ()>> {
        Ok(killable::lock_killable(&self.todo.list_calls)?)
    }

    /// Submits a job: the more urgent goes first, else the earlier.
    pub(super) fn submit(
        &self,
        job: PagingJob,
        priority: PagingPriority,
        operation: Option<Operation>,
    ) {
        let work = Work {
            moves: job.moves,
            done: 0,
            _operation: operation,
        };
        let mut list = self.todo.list.lock();
        let slot = (Reverse(priority), list.submitted);
        list.submitted += 1;
        // The number is unique.
        let replaced = list.todo.insert(job.room.into_node(slot, work));
        drop(list);
        drop(replaced);
        self.worker.wake();
    }

    /// D3DKMTFlushHeapTransitions: waits until all work submitted so far is done. `false` when a signal came
    /// first.
    #[must_use]
    pub(super) fn flush(&self) -> bool {
        let mut list = self.todo.list.lock();
        let until = list.submitted;
        while list.is_left(until) {
            if self.todo.done.wait_interruptible(&mut list) {
                return false;
            }
        }
        true
    }
}

impl Todo {
    fn next(&self) -> Option<(Slot, Work)> {
        let mut list = self.list.lock();
        let node = (list.todo.cursor_front_mut()).map(|cursor| cursor.remove_current().1)?;
        let (slot, work) = node.to_key_value();
        list.current = Some(slot.1);
        Some((slot, work))
    }
}

impl Job for Todo {
    /// Moves one allocation at a time, so that others of the queue, and a suspend, need not wait for more.
    fn run(&self) -> Progress {
        let begun = self.current.lock().take();
        let Some((slot, mut work)) = begun.or_else(|| self.next()) else {
            return Progress::Done;
        };
        if work.go_on() {
            *self.current.lock() = Some((slot, work));
        } else {
            // Dropping it signals the fence.
            drop(work);
            self.list.lock().current = None;
            self.done.notify_all();
        }
        Progress::More
    }
}

impl Job for VidMm {
    fn run(&self) -> Progress {
        match self.shrink() {
            true => Progress::More,
            false => Progress::Done,
        }
    }
}
