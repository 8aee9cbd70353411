// SPDX-License-Identifier: GPL-2.0

//! [`Channel`]: what a context is told to do goes into its channel, which leads to a node.

use super::{
    background::Background,
    entity::{
        Entity,
        Owner, //
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
    },
    turns::Share, //
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
    /// A channel from a context of the miniport to a node; `share` is its process's. It has to be [closed](Self::close).
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the adapter was unplugged.
    pub(crate) fn new<O: Owner + 'static>(
        node: Arc<Node>,
        context: Cookie,
        owner: Arc<O>,
        share: Arc<Share>,
        no_timeout: bool,
    ) -> NtResult<Arc<Self>> {
        let entity = Entity::new(context, owner, share, no_timeout, node.queue())?;
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let background = Background::new(node.clone(), entity.clone());
        let background = Arc::new(background, ACCOUNT)?;
        let channel = Self {
            node,
            entity: entity.clone(),
        };
        let channel = Arc::new(channel, ACCOUNT)?;
        channel.node.enter(&entity, room)?;
        // They keep each other until the channel is closed.
        entity.worker().set_job(Some(background));
        Ok(channel)
    }

    /// A number that no other channel has while this one exists.
    pub(crate) fn number(&self) -> usize {
        self.entity.number()
    }

    /// Makes room for a packet, and waits for it if the queue is full.
    ///
    /// # Errors
    ///
    /// NO_MEMORY. DEVICE_REMOVED: the context is being destroyed. INTERRUPTED.
    pub(crate) fn reserve(&self) -> NtResult<Slot<Arc<Packet>>> {
        Queue::reserve(self.entity.queue())
    }

    /// Makes room for a packet; `None` if the queue is full.
    ///
    /// # Errors
    ///
    /// As [`Queue::try_reserve`].
    pub(crate) fn try_reserve(&self) -> NtResult<Option<Slot<Arc<Packet>>>> {
        Queue::try_reserve(self.entity.queue())
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
        self.entity.queue().shut();
        self.node.preempt(&self.entity);
        self.entity.queue().close();
        self.entity.worker().set_job(None);
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
