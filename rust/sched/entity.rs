// SPDX-License-Identifier: GPL-2.0

//! [`Entity`]: what a node schedules: a context of the miniport, with its queue.

use super::{
    background::{
        self,
        Item,
        Next,
        Subject,
        Work, //
    },
    client::Client,
    packet::{
        Packet,
        TaskProgress, //
    },
    queue::{
        Number,
        Queue, //
    },
    turns::{
        Room,
        Share,
        Turn, //
    }, //
};
use crate::{
    ddi::{
        execution::PacketFault,
        Cookie, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        page_source::PageSource, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::RBTreeNodeReservation,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// Why a device cannot go on.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum DeviceError {
    /// A packet has faulted (case 425).
    Fault(PacketFault),
    /// A packet took too long.
    Hung,
    /// There was no memory for a packet.
    OutOfMemory,
    /// Its process says so.
    Marked,
}

/// The device of a context.
pub(crate) trait Owner: Send + Sync {
    /// Whether nothing of it is executed any more.
    fn is_in_error(&self) -> bool;

    /// It is in error from now on. `true`: this is the first error, which is the one that counts.
    fn fail(&self, error: DeviceError) -> bool;

    /// It is in error, and some of its fences, from a number on, get their last values (case 434). Returns the number to
    /// go on with, if there are more. Called without a lock.
    fn end_fences(&self, next: u64) -> Option<u64>;

    /// Pages in what an engine needs at an address. It stays in memory for as long as what is returned. It may wait for
    /// memory of the process.
    ///
    /// # Errors
    ///
    /// NO_MEMORY. Any other one: the bytes cannot be had.
    fn page_in(&self, address: u64) -> NtResult<Option<Arc<dyn PageSource>>>;
}

/// Where an entity is scheduled.
pub(super) trait Ready: Send + Sync {
    /// It has a packet to begin.
    fn make_ready(&self, entity: &Arc<Entity>);
}

/// Where an entity is in the lists of its node.
pub(super) enum Place {
    /// On none; with what a place takes.
    Nowhere(Room<Entity>),
    /// On a list, with its turn there.
    Ready(Turn),
    Runnable(Turn),
    /// It is closed, or its place is just changing.
    Gone,
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Entity {
    context: Cookie,
    queue: Arc<Queue<Arc<Packet>>>,
    owner: Arc<dyn Owner>,
    /// Where it is scheduled. They keep each other until it leaves the node.
    node: Arc<dyn Ready>,
    /// Its process.
    client: Arc<Client>,
    /// What was paged in last for its packet: both sides of a copy. The engine gets to use it, however short memory is.
    #[pin]
    paged_in: Mutex<[Option<Arc<dyn PageSource>>; 2]>,
    /// For work that the process's worker has to do: a piece at a time, as it is about the first packet.
    #[pin]
    room: Mutex<Option<background::Room>>,
    /// Its packets may take as long as they like.
    no_timeout: bool,
    /// When it began to be closed, in nanoseconds; 0 before.
    closed_at: Atomic<u64>,
    /// Changes with the node's state locked.
    #[pin]
    pub(super) place: Mutex<Place>,
}

impl Entity {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new<O: Owner + 'static>(
        node: Arc<dyn Ready>,
        context: Cookie,
        owner: Arc<O>,
        client: Arc<Client>,
        no_timeout: bool,
    ) -> NtResult<Arc<Self>> {
        let queue = Queue::new()?;
        let room = Some(RBTreeNodeReservation::new(ACCOUNT)?);
        let owner: Arc<dyn Owner> = owner;
        let place = Place::Nowhere(RBTreeNodeReservation::new(ACCOUNT)?);
        Ok(Arc::pin_init(
            pin_init!(Self {
                context,
                queue,
                owner,
                node,
                client,
                paged_in <- new_mutex!([const { None }; 2], "Entity::paged_in"),
                room <- new_mutex!(room, "Entity::room"),
                no_timeout,
                closed_at: Atomic::new(0),
                place <- new_mutex!(place, "Entity::place"),
            }),
            ACCOUNT,
        )?)
    }

    /// A number that no other one has while this one exists.
    pub(super) fn number(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    pub(super) fn context(&self) -> &Cookie {
        &self.context
    }

    pub(super) fn owner(&self) -> &dyn Owner {
        &*self.owner
    }

    pub(super) fn share(&self) -> &Share {
        self.client.share()
    }

    /// Has the worker of its process do something about its first packet, which runs.
    pub(super) fn hand_over(entity: &Arc<Self>, number: Number, work: Work) {
        let room = entity.room.lock().take();
        // A packet is with one thread: there is room.
        if let Some(room) = room {
            let item = Item {
                subject: entity.clone(),
                number,
                work,
            };
            entity.client.hand_over(room, item);
        }
    }

    pub(super) fn queue(&self) -> &Arc<Queue<Arc<Packet>>> {
        &self.queue
    }

    /// It is being closed from now on.
    pub(super) fn begin_close(&self) {
        if self.closed_at.load(Relaxed) == 0 {
            self.closed_at.store(sys::now_ns(), Relaxed);
        }
        self.queue.shut();
    }

    /// Whether a packet of its that has taken longer than `timeout` nanoseconds is to be ended. One that may take as
    /// long as it likes has as much time to stop when its context is being destroyed.
    pub(super) fn may_time_out(&self, timeout: u64) -> bool {
        let closed_at = self.closed_at.load(Relaxed);
        let closed_for = sys::now_ns().saturating_sub(closed_at);
        !self.no_timeout || (closed_at != 0 && closed_for > timeout)
    }
}

impl Entity {
    /// Drops a reference. If it is the last one, the worker of the process does, as with a context a whole device and all
    /// that it has may go.
    pub(super) fn let_go(entity: Arc<Self>) {
        if let Some(last) = Arc::into_unique_or_drop(entity) {
            Self::hand_over(&Arc::from(last), Number(0), Work::Drop);
        }
    }

    /// Keeps what was paged in, besides what was before.
    fn keep(&self, pages: Option<Arc<dyn PageSource>>) {
        let old = {
            let mut paged_in = self.paged_in.lock();
            let [last, before] = &mut *paged_in;
            let last = core::mem::replace(last, pages);
            core::mem::replace(before, last)
        };
        drop(old);
    }

    /// The packet has gone on, or has ended: nothing has to stay in memory for it.
    pub(super) fn keep_nothing(&self) {
        self.keep(None);
        self.keep(None);
    }

    fn fail(&self, error: DeviceError, work: &mut Work) -> Next {
        self.owner.fail(error);
        *work = Work::Failed(0);
        Next::GoOn
    }
}

impl Subject for Entity {
    fn run(&self, work: &mut Work) -> Next {
        match work {
            Work::Task(packet) => {
                let Packet::Task(task) = &**packet else {
                    return Next::Retire;
                };
                match task.run(self.owner.is_in_error()) {
                    TaskProgress::More if self.queue.is_closed() => Next::PutBack,
                    TaskProgress::More => Next::GoOn,
                    TaskProgress::Done => Next::Retire,
                    TaskProgress::Failed => self.fail(DeviceError::OutOfMemory, work),
                }
            }
            &mut Work::PageIn(address) => match self.owner.page_in(address) {
                Ok(pages) => {
                    self.keep(pages);
                    Next::PutBack
                }
                Err(NtStatus::NO_MEMORY) => self.fail(DeviceError::OutOfMemory, work),
                Err(_) => {
                    // The fault record tells the user; the status is in no answer.
                    let write = false;
                    let fault = PacketFault::Page { address, write };
                    self.fail(DeviceError::Fault(fault), work)
                }
            },
            Work::Failed(next) => match self.owner.end_fences(*next) {
                Some(more) => {
                    *next = more;
                    Next::GoOn
                }
                None => Next::Retire,
            },
            Work::Drop => Next::Nothing,
        }
    }

    fn done(self: Arc<Self>, number: Number, next: Next, room: background::Room) {
        let old = self.room.lock().replace(room);
        drop(old);
        let is_ready = match next {
            Next::Retire => {
                self.keep_nothing();
                self.queue.retire(number)
            }
            Next::PutBack | Next::GoOn => self.queue.put_back(number),
            Next::Nothing => false,
        };
        if is_ready {
            self.node.make_ready(&self);
        }
    }
}
