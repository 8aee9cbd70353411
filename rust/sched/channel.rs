// SPDX-License-Identifier: GPL-2.0

//! [`Channel`]: what a context is told to do goes into its channel, which leads to a node.

use super::{
    client::Client,
    entity::{
        Entity,
        Owner,
        Ready, //
    },
    node::Node,
    packet::{
        Packet,
        PacketWait,
        Resume, //
    },
    queue::{
        Appended,
        Number,
        Queue,
        Slot, //
    }, //
};
use crate::{
    ddi::Cookie,
    fence::wait::Target,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult, //
};
use kernel::{
    rbtree::RBTreeNodeReservation,
    sync::Arc, //
};

/// See the module's documentation.
pub(crate) struct Channel {
    node: Arc<Node>,
    entity: Arc<Entity>,
}

impl Channel {
    /// A channel from a context of the miniport to a node; `client` is its process. It has to be [closed](Self::close).
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the adapter was unplugged.
    pub(crate) fn new<O: Owner + 'static>(
        node: Arc<Node>,
        context: Cookie,
        owner: Arc<O>,
        client: Arc<Client>,
        no_timeout: bool,
    ) -> NtResult<Arc<Self>> {
        let entity = Entity::new(node.clone(), context, owner, client, no_timeout)?;
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let channel = Self {
            node,
            entity: entity.clone(),
        };
        let channel = Arc::new(channel, ACCOUNT)?;
        channel.node.enter(&entity, room)?;
        Ok(channel)
    }

    /// A number that no other channel has while this one exists.
    pub(crate) fn number(&self) -> usize {
        self.entity.number()
    }

    /// Waits until the queue has room for so many packets, which it does not keep.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the context is being destroyed. INTERRUPTED.
    pub(crate) fn wait_for_room(&self, count: usize) -> NtResult {
        self.entity.queue().wait_for_room(count)
    }

    /// Makes room for a packet; `None` if the queue is full.
    ///
    /// # Errors
    ///
    /// As [`Queue::try_reserve`].
    pub(crate) fn try_reserve(&self) -> NtResult<Option<Slot<Arc<Packet>>>> {
        Queue::try_reserve(self.entity.queue())
    }

    /// Makes room for a packet, also if the queue is full.
    ///
    /// # Errors
    ///
    /// As [`Queue::reserve_beyond`].
    pub(crate) fn reserve_beyond(&self) -> NtResult<Slot<Arc<Packet>>> {
        Queue::reserve_beyond(self.entity.queue())
    }

    /// Whether it has nothing to do.
    pub(crate) fn is_idle(&self) -> bool {
        self.entity.queue().is_empty()
    }

    /// A packet that waits for all targets, for this channel.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn wait(channel: &Arc<Self>, targets: KVVec<Target>) -> NtResult<Packet> {
        let wait = PacketWait::new(channel.clone(), targets)?;
        Ok(Packet::Wait(wait))
    }

    /// Appends a packet to the queue; it cannot fail.
    pub(crate) fn append(&self, slot: Slot<Arc<Packet>>, packet: Arc<Packet>) {
        if slot.append(packet) == Appended::Ready {
            self.node.make_ready(&self.entity);
        }
    }

    /// Abandons what has not begun, and waits for the end of what runs, which is ended early if the engine can do
    /// that (cases 461, 462).
    pub(crate) fn close(&self) {
        self.entity.begin_close();
        self.node.preempt(&self.entity);
        self.entity.queue().close();
        self.node.leave(&self.entity);
    }
}

impl Resume for Channel {
    fn resume(&self, number: u64) {
        if self.entity.queue().wake(Number(number)) {
            self.node.make_ready(&self.entity);
        }
    }
}
