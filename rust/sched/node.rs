// SPDX-License-Identifier: GPL-2.0

//! [`Node`]: an engine of an adapter, and the contexts that have something for it to do.
//!
//! ```text
//!            make_ready                      begin: a packet of commands
//! (entity) ────────────→ ready ──────────────────────────────→ runnable ──→ current ──→ (entity)
//!                           ↑  waits, signals: done on the way                   │
//!                           └────────── it has more packets, or was preempted ───┘
//! ```
//!
//! A worker does what does not need the engine, and gives the engine one packet at a time. Another one watches
//! the packet: after a quantum others have their turn, and a packet that takes too long is ended.

use super::{
    background::Work,
    entity::{
        DeviceError,
        Entity,
        Place,
        Ready, //
    },
    packet::Packet,
    queue::Number,
    turns::Turns, //
};
use crate::{
    ddi::execution::{
        self,
        Execution,
        FenceId,
        Outcome,
        PacketFault, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        killable,
        worker::{
            Job,
            Progress,
            Worker,
            WorkerQueue, //
        }, //
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

/// The packet that the engine has.
pub(super) struct Current {
    pub(super) entity: Arc<Entity>,
    pub(super) number: Number,
    pub(super) id: FenceId,
}

pub(super) struct State {
    /// All that are not closed, by their numbers.
    entities: RBTree<usize, Arc<Entity>>,
    /// Their first packet was not looked at.
    ready: Turns<Entity>,
    /// Their first packet needs the engine.
    pub(super) runnable: Turns<Entity>,
    pub(super) current: Option<Current>,
    last_id: u64,
    /// The engine is being reset: it gets no packet.
    pub(super) is_resetting: bool,
    stopped: bool,
}

// The pinned data is behind its pointers.
impl Unpin for State {}

impl State {
    /// The entity whose turn it is among those that need the engine, or among those that are ready.
    fn pop(&mut self, is_runnable: bool) -> Option<Arc<Entity>> {
        let turns = match is_runnable {
            true => &mut self.runnable,
            false => &mut self.ready,
        };
        let (entity, room) = turns.pop()?;
        *entity.place.lock() = Place::Nowhere(room);
        Some(entity)
    }

    /// Enters an entity among those that are ready, or those that need the engine, unless it is there.
    fn push(&mut self, entity: &Arc<Entity>, node: u32, is_runnable: bool) {
        let Some(last) = entity.share().last(node, is_runnable) else {
            return;
        };
        let mut place = entity.place.lock();
        *place = match core::mem::replace(&mut *place, Place::Gone) {
            Place::Nowhere(room) if is_runnable => {
                Place::Runnable(self.runnable.push(entity.clone(), room, last))
            }
            Place::Nowhere(room) => Place::Ready(self.ready.push(entity.clone(), room, last)),
            other => other,
        };
    }

    /// Takes an entity out, for good. What is returned is to be dropped without the lock.
    fn take_off(&mut self, entity: &Entity) -> impl Sized {
        let place = core::mem::replace(&mut *entity.place.lock(), Place::Gone);
        let (ready, runnable) = match &place {
            Place::Ready(turn) => (Some(self.ready.remove(*turn)), None),
            Place::Runnable(turn) => (None, Some(self.runnable.remove(*turn))),
            Place::Nowhere(_) | Place::Gone => (None, None),
        };
        (place, ready, runnable)
    }
}

/// What becomes of a packet that was looked at.
enum Next {
    Retire,
    GoOn,
    Wait,
    Execute,
    /// The worker of its process does it.
    Background,
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Node {
    pub(super) ordinal: u32,
    pub(super) engine: Arc<dyn Execution>,
    #[pin]
    pub(super) state: Mutex<State>,
    pub(super) worker: Arc<Worker>,
    watchdog: Arc<Worker>,
}

impl Node {
    pub(super) fn new(
        ordinal: u32,
        engine: Arc<dyn Execution>,
        queue: &Arc<WorkerQueue>,
    ) -> Result<Arc<Self>> {
        let state = State {
            entities: RBTree::new(),
            ready: Turns::new(),
            runnable: Turns::new(),
            current: None,
            last_id: 0,
            is_resetting: false,
            stopped: false,
        };
        let (worker, watchdog) = (Worker::new(queue.clone())?, Worker::new(queue.clone())?);
        let node = Arc::pin_init(
            pin_init!(Self {
                ordinal,
                engine,
                state <- new_mutex!(state, "Node::state"),
                worker,
                watchdog,
            }),
            GFP_KERNEL,
        )?;
        node.worker.set_job(Some(node.clone()));
        Ok(node)
    }

    /// What watches the packet that the engine has.
    pub(super) fn set_watchdog(&self, watchdog: Arc<dyn Job>) {
        self.watchdog.set_job(Some(watchdog));
    }

    /// A new entity.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged.
    pub(super) fn enter(
        &self,
        entity: &Arc<Entity>,
        room: RBTreeNodeReservation<usize, Arc<Entity>>,
    ) -> NtResult {
        let mut state = self.state.lock();
        if state.stopped {
            drop(state);
            return Err(NtStatus::DEVICE_REMOVED);
        }
        // The number is unique: nothing is replaced.
        let node = room.into_node(entity.number(), entity.clone());
        state.entities.insert(node);
        Ok(())
    }

    /// An entity is closed.
    pub(super) fn leave(&self, entity: &Entity) {
        let left = {
            let mut state = self.state.lock();
            (
                state.take_off(entity),
                state.entities.remove_node(&entity.number()),
            )
        };
        drop(left);
    }

    /// The entity whose packet the engine has.
    pub(super) fn running(&self) -> Option<Arc<Entity>> {
        let state = self.state.lock();
        Some(state.current.as_ref()?.entity.clone())
    }

    /// Has the engine give up a packet of this entity.
    pub(super) fn preempt(&self, entity: &Entity) {
        let is_current = {
            let state = self.state.lock();
            let current = state.current.as_ref();
            current.is_some_and(|current| core::ptr::eq(&*current.entity, entity))
        };
        if is_current {
            self.engine.preempt_command(self.ordinal);
        }
    }

    /// Gives the engine a packet.
    fn submit(&self, entity: &Arc<Entity>, number: Number, packet: Arc<Packet>) {
        let Packet::Execute {
            commands,
            length,
            private_data,
            ..
        } = &*packet
        else {
            return;
        };
        let id = {
            let mut state = self.state.lock();
            if state.stopped {
                drop(state);
                drop(packet);
                entity.queue().retire(number);
                return;
            }
            state.last_id += 1;
            let id = FenceId(state.last_id);
            state.current = Some(Current {
                entity: entity.clone(),
                number,
                id,
            });
            id
        };
        // Whoever closes the queue after this finds the packet to be the current one, and preempts it.
        if entity.queue().is_closed() {
            drop(packet);
            self.ended(id, Outcome::Preempted);
            return;
        }
        let submitted = self.engine.submit_command_virtual(execution::Packet {
            context: entity.context(),
            node: self.ordinal,
            id,
            commands: *commands,
            length: *length,
            private_data,
        });
        match submitted {
            Ok(()) => self.watchdog.wake(),
            // Then the packet was retired.
            Err(_) if self.state.lock().stopped => {}
            // The packet counts as ended (case 512).
            Err(status) => {
                let fault = PacketFault::Driver {
                    code: status.code(),
                };
                self.ended(id, Outcome::Faulted(fault));
            }
        }
    }

    /// The engine has ended a packet.
    pub(super) fn ended(&self, id: FenceId, outcome: Outcome) {
        let ended = {
            let mut state = self.state.lock();
            match &state.current {
                Some(current) if current.id == id => state.current.take(),
                _ => None,
            }
        };
        let Some(Current { entity, number, .. }) = ended else {
            if sys::may_log() {
                pr_warn!(
                    "node {}: no packet {} has been running\n",
                    self.ordinal,
                    id.0
                );
            }
            return;
        };
        if !matches!(outcome, Outcome::NotPresent { .. }) {
            entity.keep_nothing();
        }
        let has_more = match outcome {
            Outcome::Completed => entity.queue().retire(number),
            Outcome::Preempted => entity.queue().put_back(number),
            Outcome::NotPresent { address } => {
                Entity::hand_over(&entity, number, Work::PageIn(address));
                false
            }
            Outcome::Faulted(fault) => {
                entity.owner().fail(DeviceError::Fault(fault));
                Entity::hand_over(&entity, number, Work::Failed(0));
                false
            }
        };
        if has_more {
            self.make_ready(&entity);
        }
        Entity::let_go(entity);
        self.worker.wake();
    }

    /// Does what the first packet of an entity is, if that does not need the engine.
    fn begin(&self, entity: &Arc<Entity>) {
        let queue = entity.queue();
        let Some((number, packet)) = queue.begin() else {
            return;
        };
        let next = match &*packet {
            Packet::Task(_) => Next::Background,
            // It is abandoned: no fence says that it is done (case 464).
            _ if entity.owner().is_in_error() => Next::Retire,
            Packet::Null { .. } => Next::Retire,
            Packet::Signal(signal) => match signal.run() {
                true => Next::Retire,
                false => Next::GoOn,
            },
            Packet::Wait(wait) if wait.is_over(number.0) => Next::Retire,
            Packet::Wait(_) => Next::Wait,
            Packet::Execute { .. } => Next::Execute,
        };
        if let Next::Background = next {
            Entity::hand_over(entity, number, Work::Task(packet));
            return;
        }
        // Whoever destroys the context is to find that nothing of it is left.
        drop(packet);
        let is_ready = match next {
            Next::Background => false,
            Next::Retire => queue.retire(number),
            Next::GoOn => queue.put_back(number),
            // It may have been woken meanwhile.
            Next::Wait => !queue.wait(number) && queue.put_back(number),
            Next::Execute => {
                if queue.put_back(number) {
                    let mut state = self.state.lock();
                    if !state.stopped {
                        state.push(entity, self.ordinal, true);
                    }
                }
                false
            }
        };
        if is_ready {
            self.make_ready(entity);
        }
    }

    /// Gives the engine the first packet of an entity, which may be another one by now.
    fn execute(&self, entity: &Arc<Entity>) {
        let Some((number, packet)) = entity.queue().begin() else {
            return;
        };
        let is_in_error = entity.owner().is_in_error();
        if is_in_error || !matches!(*packet, Packet::Execute { .. }) {
            let has_more = match is_in_error {
                true => entity.queue().retire(number),
                false => entity.queue().put_back(number),
            };
            if has_more {
                self.make_ready(entity);
            }
            return;
        }
        self.submit(entity, number, packet);
    }

    /// Nothing begins any more. What runs is to be retired when the engine has stopped.
    pub(super) fn stop(&self) -> Option<Current> {
        self.end(|_| ())
    }

    /// The engine does not answer: nothing begins any more, and no device that has a context here goes on.
    pub(super) fn give_up(&self) {
        let left = self.end(|entity| {
            // Once for each device.
            let mut next = entity.owner().fail(DeviceError::Hung).then_some(0);
            while let Some(number) = next {
                next = entity.owner().end_fences(number);
                // Lets other tasks run.
                killable::is_dying();
            }
        });
        if let Some(Current { entity, number, .. }) = left {
            entity.queue().retire(number);
            Entity::let_go(entity);
        }
    }

    /// Waits until its workers do nothing any more, once it is stopped.
    pub(super) fn flush(&self) {
        self.worker.flush();
        self.watchdog.flush();
    }

    fn end(&self, each: impl Fn(&Entity)) -> Option<Current> {
        let (entities, lists, current) = {
            let mut state = self.state.lock();
            state.stopped = true;
            let lists = (state.ready.take(), state.runnable.take());
            let entities = core::mem::replace(&mut state.entities, RBTree::new());
            (entities, lists, state.current.take())
        };
        drop(lists);
        for entity in entities.values() {
            entity.queue().shut();
            each(entity);
        }
        drop(entities);
        self.worker.set_job(None);
        self.watchdog.set_job(None);
        current
    }
}

impl Ready for Node {
    fn make_ready(&self, entity: &Arc<Entity>) {
        {
            let mut state = self.state.lock();
            if state.stopped {
                return;
            }
            state.push(entity, self.ordinal, false);
        }
        self.worker.wake();
    }
}

impl Job for Node {
    fn run(&self) -> Progress {
        let (runnable, ready) = {
            let mut state = self.state.lock();
            let runnable = match state.current {
                None if !state.is_resetting => state.pop(true),
                _ => None,
            };
            let ready = match runnable {
                None => state.pop(false),
                Some(_) => None,
            };
            (runnable, ready)
        };
        let entity = match (runnable, ready) {
            (Some(entity), _) => {
                self.execute(&entity);
                entity
            }
            (None, Some(entity)) => {
                self.begin(&entity);
                entity
            }
            (None, None) => return Progress::Done,
        };
        Entity::let_go(entity);
        Progress::More
    }
}
