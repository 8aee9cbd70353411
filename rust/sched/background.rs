// SPDX-License-Identifier: GPL-2.0

//! [`Background`]: what is done for the contexts of a process in a worker of its own, as it may take long, or wait for
//! memory that is charged to the process: no other process's work waits with it.

use super::{
    packet::Packet,
    queue::Number, //
};
use crate::{
    mem::ACCOUNT,
    status::NtResult,
    sys::worker::{
        Job,
        Progress, //
    }, //
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

/// What is to be done with the first packet of a context, which counts as running meanwhile.
#[derive(Clone)]
pub(super) enum Work {
    /// It is a task.
    Task(Arc<Packet>),
    /// The engine has stopped at bytes that have to be paged in.
    PageIn(u64),
    /// It has put its device into error, whose fences from that number on have to get their last values.
    Failed(u64),
    /// There is no packet: the context is to be dropped here.
    Drop,
}

/// How far work has come.
#[derive(Clone, Copy)]
pub(super) enum Next {
    GoOn,
    /// The packet is begun again later.
    PutBack,
    /// The packet has ended.
    Retire,
    /// There was none.
    Nothing,
}

/// A context, as the worker of its process sees it.
pub(super) trait Subject: Send + Sync {
    /// Does the next piece of work, and changes it to what is left.
    fn run(&self, work: &mut Work) -> Next;

    /// There is no more of it.
    fn done(self: Arc<Self>, number: Number, next: Next, room: Room);
}

/// Work for a context.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) subject: Arc<dyn Subject>,
    pub(super) number: Number,
    pub(super) work: Work,
}

/// The memory that it takes.
pub(super) type Room = RBTreeNodeReservation<u64, Item>;

/// What has to be done, in the order in which it has come.
struct List {
    items: RBTree<u64, Item>,
    came: u64,
}

// The pinned data is behind its pointers.
impl Unpin for List {}

/// See the module's documentation.
#[pin_data]
pub(super) struct Background {
    #[pin]
    list: Mutex<List>,
}

impl Background {
    pub(super) fn new() -> NtResult<Arc<Self>> {
        let list = List {
            items: RBTree::new(),
            came: 0,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                list <- new_mutex!(list, "Background::list"),
            }),
            ACCOUNT,
        )?)
    }

    pub(super) fn push(&self, room: Room, item: Item) {
        let mut list = self.list.lock();
        list.came += 1;
        let node = room.into_node(list.came, item);
        let replaced = list.items.insert(node);
        drop(list);
        // The number is unique.
        drop(replaced);
    }

    fn pop(&self) -> Option<(Item, Room)> {
        let mut list = self.list.lock();
        let (number, item) = {
            let first = list.items.cursor_front()?;
            let (&number, item) = first.current();
            (number, item.clone())
        };
        let node = list.items.remove_node(&number);
        drop(list);
        // Its references are not the last ones: the item has them, too.
        Some((item, node?.into_reservation()))
    }
}

impl Job for Background {
    fn run(&self) -> Progress {
        let Some((mut item, room)) = self.pop() else {
            return Progress::Done;
        };
        let next = item.subject.run(&mut item.work);
        if let Next::GoOn = next {
            self.push(room, item);
            return Progress::More;
        }
        let Item {
            subject,
            number,
            work,
        } = item;
        // Whoever destroys the context is to find that nothing of it is left.
        drop(work);
        subject.done(number, next, room);
        Progress::More
    }
}
