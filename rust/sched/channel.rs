// SPDX-License-Identifier: GPL-2.0

//! [`Channel`]: a context as the scheduler knows it.

use super::{
    node::{
        Node,
        Place, //
    },
    packet::Packet,
    queue::{
        Appended,
        Number,
        Queue,
        Slot, //
    }, //
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

/// See the module's documentation.
#[pin_data]
pub(crate) struct Channel {
    node: Arc<Node>,
    context: Cookie,
    queue: Arc<Queue<Arc<Packet>>>,
    owner: Arc<dyn Owner>,
    /// Its packets may take as long as they like.
    no_timeout: bool,
    /// For its place in a list of the node, while it is on none. Changes with the node's state locked.
    #[pin]
    pub(super) place: Mutex<Option<Place>>,
}

impl Channel {
    /// A context of the miniport on a node. It has to be [closed](Self::close).
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the adapter was unplugged.
    pub(crate) fn new<O: Owner + 'static>(
        node: Arc<Node>,
        context: Cookie,
        owner: Arc<O>,
        no_timeout: bool,
    ) -> NtResult<Arc<Self>> {
        let queue = Queue::new()?;
        let owner: Arc<dyn Owner> = owner;
        let place = Some(RBTreeNodeReservation::new(ACCOUNT)?);
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let channel = Arc::pin_init(
            pin_init!(Self {
                node,
                context,
                queue,
                owner,
                no_timeout,
                place <- new_mutex!(place, "Channel::place"),
            }),
            ACCOUNT,
        )?;
        channel.node.enter(&channel, room)?;
        Ok(channel)
    }

    /// A number that no other channel has while this one exists.
    pub(crate) fn number(&self) -> usize {
        core::ptr::from_ref(self).addr()
    }

    pub(super) fn context(&self) -> &Cookie {
        &self.context
    }

    pub(super) fn owner(&self) -> &dyn Owner {
        &*self.owner
    }

    pub(super) fn queue(&self) -> &Queue<Arc<Packet>> {
        &self.queue
    }

    /// Whether a packet of its that takes long is to be ended. Of a context that is being destroyed all are.
    pub(super) fn may_time_out(&self) -> bool {
        !self.no_timeout || self.queue.is_closed()
    }

    /// Makes room for a packet, and waits for it if the queue is full.
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the context is being destroyed. INTERRUPTED.
    pub(crate) fn reserve(&self) -> NtResult<Slot<Arc<Packet>>> {
        Queue::reserve(&self.queue)
    }

    /// Makes room for a packet, if that needs no wait.
    ///
    /// # Errors
    ///
    /// As [`Queue::try_reserve`].
    pub(crate) fn try_reserve(&self) -> NtResult<Slot<Arc<Packet>>> {
        Queue::try_reserve(&self.queue)
    }

    /// Whether it has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.queue.is_empty()
    }

    /// Appends a packet to the queue; it cannot fail.
    pub(crate) fn append(channel: &Arc<Self>, slot: Slot<Arc<Packet>>, packet: Arc<Packet>) {
        if slot.append(packet) == Appended::Ready {
            channel.node.make_ready(channel);
        }
    }

    /// What a packet of its waits for has come.
    pub(super) fn wake(channel: &Arc<Self>, number: u64) {
        if channel.queue.wake(Number(number)) {
            channel.node.make_ready(channel);
        }
    }

    /// Abandons what has not begun, and waits for the end of what runs, which is ended early if the engine can do
    /// that (cases 461, 462).
    pub(crate) fn close(&self) {
        self.queue.shut();
        self.node.preempt(self);
        self.queue.close();
        self.node.leave(self);
    }
}
