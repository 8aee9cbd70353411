// SPDX-License-Identifier: GPL-2.0

//! [`Entity`]: what a node schedules: a context of the miniport, with its queue.

use super::{
    packet::Packet,
    queue::Queue, //
};
use crate::{
    ddi::{
        execution::PacketFault,
        Cookie, //
    },
    mem::ACCOUNT,
    status::NtResult, //
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
}

/// Where an entity is in the lists of its node.
pub(super) enum Place {
    /// On none; with what a place takes.
    Nowhere(RBTreeNodeReservation<u64, Arc<Entity>>),
    /// On a list, with its turn there.
    Ready(u64),
    Runnable(u64),
    /// It is closed, or its place is just changing.
    Gone,
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Entity {
    context: Cookie,
    queue: Arc<Queue<Arc<Packet>>>,
    owner: Arc<dyn Owner>,
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
        no_timeout: bool,
    ) -> NtResult<Arc<Self>> {
        let queue = Queue::new()?;
        let owner: Arc<dyn Owner> = owner;
        let place = Place::Nowhere(RBTreeNodeReservation::new(ACCOUNT)?);
        Ok(Arc::pin_init(
            pin_init!(Self {
                context,
                queue,
                owner,
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

    pub(super) fn queue(&self) -> &Arc<Queue<Arc<Packet>>> {
        &self.queue
    }

    /// Whether a packet of its that takes long is to be ended. Of a context that is being destroyed all are.
    pub(super) fn may_time_out(&self) -> bool {
        !self.no_timeout || self.queue.is_closed()
    }
}
