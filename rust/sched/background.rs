// SPDX-License-Identifier: GPL-2.0

//! [`Background`]: what is done for a context in a worker of its own, as it may wait for memory that is charged to its
//! process: no other process's work waits with it.

use super::{
    entity::{
        DeviceError,
        Entity, //
    },
    node::Node,
    packet::{
        Packet,
        TaskProgress, //
    },
    queue::Number, //
};
use crate::{
    ddi::execution::PacketFault,
    sys::worker::{
        Job,
        Progress, //
    }, //
};
use kernel::sync::Arc;

/// What is to be done with the first packet of a context, which counts as running meanwhile.
pub(super) enum Work {
    /// It is a task.
    Task(Number, Arc<Packet>),
    /// The engine has stopped at bytes that have to be paged in.
    PageIn(Number, u64),
}

/// See the module's documentation.
pub(super) struct Background {
    node: Arc<Node>,
    entity: Arc<Entity>,
}

impl Background {
    pub(super) fn new(node: Arc<Node>, entity: Arc<Entity>) -> Self {
        Self { node, entity }
    }

    /// Does some of a task. `true`: the context has something to begin.
    fn task(&self, number: Number, packet: Arc<Packet>) -> (bool, Progress) {
        let queue = self.entity.queue();
        let progress = match &*packet {
            Packet::Task(task) => task.run(),
            _ => TaskProgress::Done,
        };
        let is_ready = match progress {
            TaskProgress::More if !queue.is_closed() => {
                self.entity.set_work(Work::Task(number, packet));
                return (false, Progress::More);
            }
            TaskProgress::More => {
                drop(packet);
                queue.put_back(number)
            }
            TaskProgress::Done | TaskProgress::Failed => {
                // Whoever destroys the context is to find that nothing of it is left.
                drop(packet);
                if matches!(progress, TaskProgress::Failed) {
                    self.entity.owner().fail(DeviceError::OutOfMemory);
                }
                queue.retire(number)
            }
        };
        (is_ready, Progress::Done)
    }

    /// Pages bytes in. `true`: the context has something to begin.
    fn page_in(&self, number: Number, address: u64) -> bool {
        let (entity, queue) = (&self.entity, self.entity.queue());
        match entity.owner().page_in(address) {
            Ok(()) => queue.put_back(number),
            Err(_) => {
                // The fault record tells the user; the status is in no answer.
                let fault = PacketFault::Page {
                    address,
                    write: false,
                };
                entity.owner().fail(DeviceError::Fault(fault));
                queue.retire(number)
            }
        }
    }
}

impl Job for Background {
    fn run(&self) -> Progress {
        let (is_ready, progress) = match self.entity.take_work() {
            None => return Progress::Done,
            Some(Work::Task(number, packet)) => self.task(number, packet),
            Some(Work::PageIn(number, address)) => (self.page_in(number, address), Progress::Done),
        };
        if is_ready {
            self.node.make_ready(&self.entity);
        }
        progress
    }
}
