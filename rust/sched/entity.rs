// SPDX-License-Identifier: GPL-2.0

//! [`Entity`]: what a node schedules: a context of the miniport, with its queue.

use super::{
    background::Work,
    packet::Packet,
    queue::Queue,
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
    status::NtResult,
    sys::worker::{
        Worker,
        WorkerQueue, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::RBTreeNodeReservation,
    sync::{
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
}

/// The device of a context.
pub(crate) trait Owner: Send + Sync {
    /// Whether nothing of it is executed any more.
    fn is_in_error(&self) -> bool;

    /// It is in error from now on. Called without a lock.
    fn fail(&self, error: DeviceError);

    /// Pages in what an engine needs at an address. It may wait for memory of the process.
    ///
    /// # Errors
    ///
    /// Any: the bytes cannot be had.
    fn page_in(&self, address: u64) -> NtResult;
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
    /// The turns of its process.
    share: Arc<Share>,
    /// Does its [`Work`].
    worker: Arc<Worker>,
    #[pin]
    work: Mutex<Option<Work>>,
    /// Its packets may take as long as they like.
    no_timeout: bool,
    /// Changes with the node's state locked.
    #[pin]
    pub(super) place: Mutex<Place>,
}

impl Entity {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new<O: Owner + 'static>(
        context: Cookie,
        owner: Arc<O>,
        share: Arc<Share>,
        no_timeout: bool,
        worker_queue: &Arc<WorkerQueue>,
    ) -> NtResult<Arc<Self>> {
        let queue = Queue::new()?;
        let worker = Worker::new(worker_queue.clone())?;
        let owner: Arc<dyn Owner> = owner;
        let place = Place::Nowhere(RBTreeNodeReservation::new(ACCOUNT)?);
        Ok(Arc::pin_init(
            pin_init!(Self {
                context,
                queue,
                owner,
                share,
                worker,
                work <- new_mutex!(None, "Entity::work"),
                no_timeout,
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
        &self.share
    }

    pub(super) fn worker(&self) -> &Arc<Worker> {
        &self.worker
    }

    /// What its worker has to do.
    pub(super) fn take_work(&self) -> Option<Work> {
        self.work.lock().take()
    }

    pub(super) fn set_work(&self, work: Work) {
        // There was none: a packet is with one thread.
        let old = self.work.lock().replace(work);
        drop(old);
    }

    /// Has its worker do something.
    pub(super) fn hand_over(&self, work: Work) {
        self.set_work(work);
        self.worker.wake();
    }

    pub(super) fn queue(&self) -> &Arc<Queue<Arc<Packet>>> {
        &self.queue
    }

    /// Whether a packet of its that takes long is to be ended. Of a context that is being destroyed all are.
    pub(super) fn may_time_out(&self) -> bool {
        !self.no_timeout || self.queue.is_closed()
    }
}
