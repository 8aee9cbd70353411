// SPDX-License-Identifier: GPL-2.0

//! [`Background`]: what is done for the contexts of a process in a worker of its own, as it may take long, or wait for
//! memory that is charged to the process: no other process's work waits with it.

use super::{
    entity::{
        DeviceError,
        Entity, //
    },
    packet::{
        Packet,
        TaskProgress, //
    },
    queue::Number, //
};
use crate::{
    ddi::execution::PacketFault,
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
    /// It has put its device into error.
    Failed,
}

/// Work for a context.
#[derive(Clone)]
pub(super) struct Item {
    pub(super) entity: Arc<Entity>,
    pub(super) number: Number,
    pub(super) work: Work,
}

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

    pub(super) fn push(&self, room: RBTreeNodeReservation<u64, Item>, item: Item) {
        let mut list = self.list.lock();
        list.came += 1;
        let node = room.into_node(list.came, item);
        let replaced = list.items.insert(node);
        drop(list);
        // The number is unique.
        drop(replaced);
    }

    fn pop(&self) -> Option<(Item, RBTreeNodeReservation<u64, Item>)> {
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

/// What becomes of the packet.
enum Next {
    GoOn,
    PutBack,
    Retire,
}

impl Item {
    /// Does the next piece of it.
    fn run(&self) -> Next {
        let owner = self.entity.owner();
        match &self.work {
            Work::Task(packet) => {
                let Packet::Task(task) = &**packet else {
                    return Next::Retire;
                };
                match task.run(owner.is_in_error()) {
                    TaskProgress::More if self.entity.queue().is_closed() => Next::PutBack,
                    TaskProgress::More => Next::GoOn,
                    TaskProgress::Done => Next::Retire,
                    TaskProgress::Failed => {
                        owner.fail(DeviceError::OutOfMemory);
                        owner.end_fences();
                        Next::Retire
                    }
                }
            }
            Work::PageIn(address) => match owner.page_in(*address) {
                Ok(()) => Next::PutBack,
                Err(_) => {
                    // The fault record tells the user; the status is in no answer.
                    owner.fail(DeviceError::Fault(PacketFault::Page {
                        address: *address,
                        write: false,
                    }));
                    owner.end_fences();
                    Next::Retire
                }
            },
            Work::Failed => {
                owner.end_fences();
                Next::Retire
            }
        }
    }
}

impl Job for Background {
    fn run(&self) -> Progress {
        let Some((item, room)) = self.pop() else {
            return Progress::Done;
        };
        let next = item.run();
        if let Next::GoOn = next {
            self.push(room, item);
            return Progress::More;
        }
        let Item {
            entity,
            number,
            work,
        } = item;
        // Whoever destroys the context is to find that nothing of it is left.
        drop(work);
        entity.give_room(room);
        let is_ready = match next {
            Next::Retire => entity.queue().retire(number),
            Next::PutBack | Next::GoOn => entity.queue().put_back(number),
        };
        if is_ready {
            entity.node().make_ready(&entity);
        }
        Progress::More
    }
}
