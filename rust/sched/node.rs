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
    entity::{
        DeviceError,
        Entity,
        Place, //
    },
    packet::{
        Packet,
        TaskProgress, //
    },
    queue::Number, //
};
use crate::{
    ddi::execution::{
        self,
        Execution,
        FenceId,
        NodeFacts,
        Notifications,
        Outcome,
        PacketFault, //
    },
    mem::KVVec,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
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
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

/// How long a packet has the engine when others wait for it.
const QUANTUM: Delta = Delta::from_millis(2);

/// Nodes of an adapter, at most.
const MOST: usize = 16;

/// Nanoseconds that a packet may take.
const TIMEOUT: u64 = 2_000_000_000;

/// Entities, in the order in which they have come.
type List = RBTree<u64, Arc<Entity>>;

struct Current {
    entity: Arc<Entity>,
    number: Number,
    id: FenceId,
}

struct State {
    /// All that are not closed, by their numbers.
    entities: RBTree<usize, Arc<Entity>>,
    /// Their first packet was not looked at.
    ready: List,
    /// Their first packet needs the engine.
    runnable: List,
    /// The last turn that was given out.
    turn: u64,
    current: Option<Current>,
    last_id: u64,
    /// The engine is being reset, or could not be: it gets no packet.
    is_resetting: bool,
    stopped: bool,
}

// The pinned data is behind its pointers.
impl Unpin for State {}

/// The first one of a list, which is taken out.
fn pop(list: &mut List) -> Option<Arc<Entity>> {
    let (turn, entity) = list
        .cursor_front()
        .map(|first| (*first.current().0, first.current().1.clone()))?;
    *entity.place.lock() = match list.remove_node(&turn) {
        Some(node) => Place::Nowhere(node.into_reservation()),
        None => Place::Gone,
    };
    Some(entity)
}

impl State {
    /// Enters an entity into the list of those that are ready, or of those that need the engine, unless it is on one.
    fn push(&mut self, entity: &Arc<Entity>, is_runnable: bool) {
        let mut place = entity.place.lock();
        let room = match core::mem::replace(&mut *place, Place::Gone) {
            Place::Nowhere(room) => room,
            other => {
                *place = other;
                return;
            }
        };
        self.turn += 1;
        let node = room.into_node(self.turn, entity.clone());
        // The turn is unique: nothing is replaced.
        match is_runnable {
            true => {
                *place = Place::Runnable(self.turn);
                self.runnable.insert(node);
            }
            false => {
                *place = Place::Ready(self.turn);
                self.ready.insert(node);
            }
        }
    }

    /// Takes an entity off its list, for good. What is returned is to be dropped without the lock.
    fn take_off(&mut self, entity: &Entity) -> impl Sized {
        let place = core::mem::replace(&mut *entity.place.lock(), Place::Gone);
        let node = match &place {
            Place::Ready(turn) => self.ready.remove_node(turn),
            Place::Runnable(turn) => self.runnable.remove_node(turn),
            Place::Nowhere(_) | Place::Gone => None,
        };
        (place, node)
    }
}

/// What becomes of a packet that was looked at.
enum Next {
    Retire,
    GoOn,
    Wait,
    Execute,
}

/// See the module's documentation.
#[pin_data]
pub(crate) struct Node {
    ordinal: u32,
    engine: Arc<dyn Execution>,
    #[pin]
    state: Mutex<State>,
    worker: Arc<Worker>,
    watchdog: Arc<Worker>,
}

impl Node {
    fn new(
        ordinal: u32,
        engine: Arc<dyn Execution>,
        queue: &Arc<WorkerQueue>,
    ) -> Result<Arc<Self>> {
        let state = State {
            entities: RBTree::new(),
            ready: RBTree::new(),
            runnable: RBTree::new(),
            turn: 0,
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
        let watched = Arc::new(Watchdog(node.clone()), GFP_KERNEL)?;
        node.watchdog.set_job(Some(watched));
        node.worker.set_job(Some(node.clone()));
        Ok(node)
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

    /// An entity has a packet to begin.
    pub(super) fn make_ready(&self, entity: &Arc<Entity>) {
        {
            let mut state = self.state.lock();
            if state.stopped {
                return;
            }
            state.push(entity, false);
        }
        self.worker.wake();
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
    fn ended(&self, id: FenceId, outcome: Outcome) {
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
        let has_more = match outcome {
            Outcome::Completed => entity.queue().retire(number),
            Outcome::Preempted => entity.queue().put_back(number),
            Outcome::Faulted(fault) => {
                entity.owner().fail(DeviceError::Fault(fault));
                entity.queue().retire(number)
            }
        };
        if has_more {
            self.make_ready(&entity);
        }
        self.worker.wake();
    }

    /// Does what the first packet of an entity is, if that does not need the engine.
    fn begin(&self, entity: Arc<Entity>) {
        let queue = entity.queue();
        let Some((number, packet)) = queue.begin() else {
            return;
        };
        if entity.owner().is_in_error() {
            // It is abandoned: no fence says that it is done (case 464).
            if queue.retire(number) {
                self.make_ready(&entity);
            }
            return;
        }
        let next = match &*packet {
            Packet::Null => Next::Retire,
            Packet::Signal(signal) => {
                signal.arrive();
                Next::Retire
            }
            Packet::Task(task) => match task.run() {
                TaskProgress::More => Next::GoOn,
                TaskProgress::Done => Next::Retire,
                TaskProgress::Failed => {
                    entity.owner().fail(DeviceError::OutOfMemory);
                    Next::Retire
                }
            },
            Packet::Wait(wait) if wait.is_over(number.0) => Next::Retire,
            Packet::Wait(_) => Next::Wait,
            Packet::Execute { .. } => Next::Execute,
        };
        // Whoever destroys the context is to find that nothing of it is left.
        drop(packet);
        let is_ready = match next {
            Next::Retire => queue.retire(number),
            Next::GoOn => queue.put_back(number),
            // It may have been woken meanwhile.
            Next::Wait => !queue.wait(number) && queue.put_back(number),
            Next::Execute => {
                if queue.put_back(number) {
                    let mut state = self.state.lock();
                    if !state.stopped {
                        state.push(&entity, true);
                    }
                }
                false
            }
        };
        if is_ready {
            self.make_ready(&entity);
        }
    }

    /// Gives the engine the first packet of an entity, which may be another one by now.
    fn execute(&self, entity: Arc<Entity>) {
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
                self.make_ready(&entity);
            }
            return;
        }
        self.submit(&entity, number, packet);
    }

    /// Nothing begins any more. What runs is to be retired when the engine has stopped.
    fn stop(&self) -> Option<Current> {
        let (entities, lists, current) = {
            let mut state = self.state.lock();
            state.stopped = true;
            let lists = [
                core::mem::replace(&mut state.ready, RBTree::new()),
                core::mem::replace(&mut state.runnable, RBTree::new()),
            ];
            let entities = core::mem::replace(&mut state.entities, RBTree::new());
            (entities, lists, state.current.take())
        };
        drop(lists);
        for entity in entities.values() {
            entity.queue().shut();
        }
        self.worker.set_job(None);
        self.watchdog.set_job(None);
        current
    }
}

impl Job for Node {
    fn run(&self) -> Progress {
        let (runnable, ready) = {
            let mut state = self.state.lock();
            let runnable = match state.current {
                None if !state.is_resetting => pop(&mut state.runnable),
                _ => None,
            };
            let ready = match runnable {
                None => pop(&mut state.ready),
                Some(_) => None,
            };
            (runnable, ready)
        };
        match (runnable, ready) {
            (Some(entity), _) => self.execute(entity),
            (None, Some(entity)) => self.begin(entity),
            (None, None) => return Progress::Done,
        }
        Progress::More
    }
}

/// Watches the packet that the engine has.
struct Watchdog(Arc<Node>);

impl Watchdog {
    fn current(&self) -> Option<FenceId> {
        let state = self.0.state.lock();
        state.current.as_ref().map(|current| current.id)
    }

    /// The packet of now, and its entity; whether others wait for the engine, and it is the same as before.
    fn look(&self, since: FenceId) -> Option<(FenceId, bool, Arc<Entity>)> {
        let state = self.0.state.lock();
        let current = state.current.as_ref()?;
        let others = current.id == since && state.runnable.cursor_front().is_some();
        Some((current.id, others, current.entity.clone()))
    }

    /// A packet has taken too long.
    fn reset(&self, id: FenceId) {
        let node = &*self.0;
        let hung = {
            let mut state = node.state.lock();
            let hung = match &state.current {
                Some(current) if current.id == id => state.current.take(),
                _ => None,
            };
            state.is_resetting = hung.is_some();
            hung
        };
        let Some(hung) = hung else { return };
        match node.engine.reset_engine(node.ordinal) {
            Ok(_) => node.state.lock().is_resetting = false,
            Err(status) => pr_err!(
                "node {}: its engine does not answer: {status:?}\n",
                node.ordinal
            ),
        }
        hung.entity.owner().fail(DeviceError::Hung);
        if hung.entity.queue().retire(hung.number) {
            node.make_ready(&hung.entity);
        }
        node.worker.wake();
    }
}

impl Job for Watchdog {
    fn run(&self) -> Progress {
        let Some(before) = self.current() else {
            return Progress::Done;
        };
        fsleep(QUANTUM);
        if let Some((id, others, entity)) = self.look(before) {
            let busy = self.0.engine.query_engine_status(self.0.ordinal).busy;
            if busy > TIMEOUT && entity.may_time_out() {
                self.reset(id);
            } else if others {
                self.0.engine.preempt_command(self.0.ordinal);
            }
        }
        Progress::More
    }
}

/// The nodes of an adapter.
pub(crate) struct Nodes {
    engine: Option<Arc<dyn Execution>>,
    nodes: Stopped,
}

/// Nodes that are stopped, if they were not before: a node and its workers keep each other until then.
struct Stopped(KVVec<Arc<Node>>);

impl Drop for Stopped {
    fn drop(&mut self) {
        for node in &self.0 {
            drop(node.stop());
        }
    }
}

impl Nodes {
    /// The nodes of a miniport's engines, none if it has no engines. They have to be [stopped](Self::stop).
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        engine: Option<Arc<dyn Execution>>,
        queue: &Arc<WorkerQueue>,
    ) -> Result<Arc<Self>> {
        // It stops the nodes if this fails.
        let mut nodes = Stopped(KVVec::new());
        let facts = engine.iter().flat_map(|engine| engine.nodes());
        for (ordinal, _) in (0..).zip(facts.take(MOST)) {
            if let Some(engine) = &engine {
                let node = Node::new(ordinal, engine.clone(), queue)?;
                nodes.0.reserve(1, GFP_KERNEL)?;
                // There is capacity.
                drop(nodes.0.push_within_capacity(node));
            }
        }
        let nodes = Arc::new(Self { engine, nodes }, GFP_KERNEL)?;
        if let Some(engine) = &nodes.engine {
            engine.start(nodes.clone());
        }
        Ok(nodes)
    }

    /// The engines.
    pub(crate) fn engine(&self) -> Option<&Arc<dyn Execution>> {
        self.engine.as_ref()
    }

    /// What the nodes are.
    pub(crate) fn facts(&self) -> &[NodeFacts] {
        self.engine.as_ref().map_or(&[], |engine| engine.nodes())
    }

    /// A node by its ordinal.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: there is none.
    pub(crate) fn node(&self, ordinal: u32) -> Result<&Arc<Node>, NtStatus> {
        let index = usize::try_from(ordinal).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        self.nodes.0.get(index).ok_or(NtStatus::INVALID_PARAMETER)
    }

    /// The adapter is unplugged: when this returns, nothing runs any more.
    pub(crate) fn stop(&self) {
        let mut running = [const { None }; MOST];
        for (running, node) in running.iter_mut().zip(&self.nodes.0) {
            *running = node.stop();
        }
        if let Some(engine) = &self.engine {
            engine.stop();
        }
        for current in running.into_iter().flatten() {
            current.entity.queue().retire(current.number);
        }
    }
}

impl Notifications for Nodes {
    fn notify(&self, node: u32, id: FenceId, outcome: Outcome) {
        if let Ok(node) = self.node(node) {
            node.ended(id, outcome);
        }
    }
}
