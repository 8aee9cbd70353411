// SPDX-License-Identifier: GPL-2.0

//! [`SoftwareEngine`]: the engines of adapters that have none of their own. It runs the commands of
//! `uapi/dxgkrnl_engine.h` with the CPU.
//!
//! A node has one packet at a time, and a worker that runs it step by step ([`Machine`]). Between two steps it can
//! be preempted or reset.

use crate::{
    ddi::{
        execution::{
            self,
            CreateContext,
            EngineStatus,
            EngineType,
            Execution,
            FenceId,
            GpuMemory,
            GpuPages,
            Inaccessible,
            NodeFacts,
            Notifications,
            Outcome,
            Packet,
            PacketFault,
            ACCESS_MOST, //
        },
        Cookie, //
    },
    engine::{
        budget::PIECE_MOST,
        machine::{
            Machine,
            Progress, //
        },
        Access,
        Fault,
        Port,
        Unavailable,
        Update, //
    },
    gpuva::{
        space::Translation,
        PAGE, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        worker::{
            self,
            Job,
            Worker,
            WorkerQueue, //
        }, //
    }, //
};
use kernel::{
    new_condvar,
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        CondVar,
        Mutex, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

/// Nanoseconds of steps that the worker does in one piece, unless somebody wants the node: to queue it again takes as
/// long as some steps.
const PIECE: u64 = 2_000_000;

const _: () = assert!(PIECE_MOST <= ACCESS_MOST, "an access has no end");

/// How long a packet sleeps that waits for memory to change.
const POLL: Delta = Delta::from_micros(100);

const NODES: [NodeFacts; 3] = [
    node(EngineType::ThreeD, "3D"),
    node(EngineType::Copy, "Copy"),
    node(EngineType::Other, "Compute"),
];

const fn node(engine_type: EngineType, name: &'static str) -> NodeFacts {
    NodeFacts { engine_type, name }
}

/// See the module's documentation.
pub(crate) struct SoftwareEngine {
    nodes: [(Arc<EngineNode>, Arc<Worker>); NODES.len()],
}

impl SoftwareEngine {
    /// Engines whose workers run on that queue.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(queue: &Arc<WorkerQueue>) -> Result<Arc<Self>> {
        let [first, second, third] = [0, 1, 2];
        let node = |ordinal| -> Result<_> {
            let node = EngineNode::new(ordinal)?;
            let worker = Worker::new(queue.clone())?;
            worker.set_job(Some(node.clone()));
            Ok((node, worker))
        };
        let engine = Self {
            nodes: [node(first)?, node(second)?, node(third)?],
        };
        Ok(Arc::new(engine, GFP_KERNEL)?)
    }

    fn node(&self, ordinal: u32) -> Option<&(Arc<EngineNode>, Arc<Worker>)> {
        self.nodes.get(usize::try_from(ordinal).ok()?)
    }
}

impl Drop for SoftwareEngine {
    fn drop(&mut self) {
        // A worker and its node keep each other.
        for (_, worker) in &self.nodes {
            worker.set_job(None);
        }
    }
}

/// What is left of a packet.
struct Work {
    machine: Machine,
    /// Nanoseconds that it took so far.
    busy: u64,
}

/// What the engine keeps about a context.
#[pin_data]
struct Context {
    memory: Arc<dyn GpuMemory>,
    /// A packet that was preempted.
    #[pin]
    preempted: Mutex<Option<Work>>,
}

/// The packet of a node.
struct Running {
    id: FenceId,
    context: Cookie,
    work: Work,
    /// The last step has polled memory in vain.
    has_polled: bool,
}

impl Running {
    /// A number that no other context has while this one exists.
    fn number(&self) -> usize {
        let context = self.context.downcast_ref::<Context>();
        context.map_or(0, |context| core::ptr::from_ref(context).addr())
    }

    /// Runs one step; the packet's outcome, if it has one. `polls_again`: it has polled memory in vain, and no other packet
    /// has had the node since.
    fn step(&mut self, polls_again: bool) -> Option<Outcome> {
        let context = self.context.clone();
        let Some(context) = context.downcast_ref::<Context>() else {
            return Some(Outcome::Completed);
        };
        let begun = sys::now_ns();
        let progress = self.work.machine.step(&mut MemoryPort(&*context.memory));
        // Others have their turn at once; who polls alone leaves the CPU to others.
        self.has_polled = progress == Progress::Polling;
        if self.has_polled && polls_again {
            fsleep(POLL);
        }
        let took = sys::now_ns().saturating_sub(begun);
        self.work.busy = self.work.busy.saturating_add(took);
        match progress {
            Progress::Running => None,
            // Others have their turn.
            Progress::Polling => Some(Outcome::Preempted),
            Progress::NotPresent { address } => Some(Outcome::NotPresent { address }),
            Progress::Done => Some(Outcome::Completed),
            Progress::Faulted(fault) => Some(Outcome::Faulted(fault.into())),
        }
    }

    /// Runs some steps: as many as are short together, or until somebody wants the node.
    fn steps(&mut self, wanted: &Atomic<bool>, polls_again: bool) -> Option<Outcome> {
        let until = self.work.busy.saturating_add(PIECE);
        loop {
            let outcome = self.step(polls_again);
            if outcome.is_some() || self.work.busy >= until || wanted.load(Relaxed) {
                return outcome;
            }
        }
    }

    /// Keeps what is left of it for when it is submitted again.
    fn preempt(self) {
        if let Some(context) = self.context.downcast_ref::<Context>() {
            *context.preempted.lock() = Some(self.work);
        }
    }
}

/// What a node has.
struct Slot {
    running: Option<Running>,
    /// A step is going on, and `running` is with it.
    is_stepping: bool,
    /// What is with the step is not to come back.
    is_reset: bool,
    stopped: bool,
    /// Nanoseconds that the packet has taken; 0 if there is none.
    busy: u64,
    /// The last packet that was completed.
    completed: FenceId,
}

// The pinned data is behind its pointers.
impl Unpin for Slot {}

#[pin_data]
struct EngineNode {
    ordinal: u32,
    #[pin]
    state: Mutex<Slot>,
    /// A step has ended.
    #[pin]
    stepped: CondVar,
    #[pin]
    notifications: Mutex<Option<Arc<dyn Notifications>>>,
    /// The packet is to make room for others. If there is none, the next one does: it goes on at once.
    preempt: Atomic<bool>,
    /// The context whose packet was the last one, if that has polled memory in vain; else 0.
    polled: Atomic<usize>,
}

impl EngineNode {
    fn new(ordinal: u32) -> Result<Arc<Self>> {
        let state = Slot {
            running: None,
            is_stepping: false,
            is_reset: false,
            stopped: false,
            busy: 0,
            completed: FenceId(0),
        };
        Arc::pin_init(
            pin_init!(Self {
                ordinal,
                state <- new_mutex!(state, "EngineNode::state"),
                stepped <- new_condvar!("EngineNode::stepped"),
                notifications <- new_mutex!(None, "EngineNode::notifications"),
                preempt: Atomic::new(false),
                polled: Atomic::new(0),
            }),
            GFP_KERNEL,
        )
    }

    fn notify(&self, id: FenceId, outcome: Outcome) {
        let notifications = self.notifications.lock().clone();
        if let Some(notifications) = notifications {
            notifications.notify(self.ordinal, id, outcome);
        }
    }

    /// Takes the packet from the node, and waits for the end of a step.
    fn reset(&self, stop: bool) -> FenceId {
        let mut slot = self.state.lock();
        slot.stopped |= stop;
        let running = slot.running.take();
        slot.busy = 0;
        slot.is_reset = slot.is_stepping;
        if slot.is_stepping {
            self.preempt.store(true, Relaxed);
        }
        while slot.is_stepping {
            self.stepped.wait(&mut slot);
        }
        let completed = slot.completed;
        drop(slot);
        drop(running);
        completed
    }
}

impl Job for EngineNode {
    /// Runs some steps.
    fn run(&self) -> worker::Progress {
        let taken = {
            let mut slot = self.state.lock();
            let taken = slot.running.take();
            slot.is_stepping = taken.is_some();
            taken
        };
        let Some(mut running) = taken else {
            return worker::Progress::Done;
        };
        let id = running.id;
        let polls_again = self.polled.load(Relaxed) == running.number();
        let outcome = match self.preempt.xchg(false, Relaxed) {
            true => Some(Outcome::Preempted),
            false => running.steps(&self.preempt, polls_again),
        };
        let polled = if running.has_polled {
            running.number()
        } else {
            0
        };
        self.polled.store(polled, Relaxed);
        let mut slot = self.state.lock();
        if slot.is_reset {
            // Whoever resets the node is to find that nothing of the packet is left.
            drop(slot);
            drop(running);
            slot = self.state.lock();
            (slot.is_reset, slot.is_stepping, slot.busy) = (false, false, 0);
            drop(slot);
            self.stepped.notify_all();
            return worker::Progress::Done;
        }
        slot.is_stepping = false;
        slot.busy = match outcome {
            None => running.work.busy,
            Some(_) => 0,
        };
        let Some(outcome) = outcome else {
            slot.running = Some(running);
            drop(slot);
            self.stepped.notify_all();
            return worker::Progress::More;
        };
        if !goes_on(outcome) {
            slot.completed = id;
        }
        drop(slot);
        self.stepped.notify_all();
        match goes_on(outcome) {
            true => running.preempt(),
            false => drop(running),
        }
        self.notify(id, outcome);
        worker::Progress::Done
    }
}

/// Whether the packet is submitted again.
fn goes_on(outcome: Outcome) -> bool {
    matches!(outcome, Outcome::Preempted | Outcome::NotPresent { .. })
}

impl Execution for SoftwareEngine {
    fn nodes(&self) -> &[NodeFacts] {
        &NODES
    }

    fn start(&self, notifications: Arc<dyn Notifications>) {
        for (node, _) in &self.nodes {
            let old = node.notifications.lock().replace(notifications.clone());
            drop(old);
        }
    }

    fn stop(&self) {
        for (node, _) in &self.nodes {
            let old = node.notifications.lock().take();
            drop(old);
            node.reset(true);
        }
    }

    /// It takes no private data.
    fn create_context(&self, args: CreateContext<'_>) -> NtResult<Cookie> {
        if !args.private_data.is_empty() {
            return Err(NtStatus::GRAPHICS_DRIVER_MISMATCH);
        }
        let memory = args.memory;
        Ok(Arc::pin_init(
            pin_init!(Context {
                memory,
                preempted <- new_mutex!(None, "software_engine::Context::preempted"),
            }),
            ACCOUNT,
        )?)
    }

    fn destroy_context(&self, context: Cookie) {
        drop(context);
    }

    /// It takes no private data.
    fn submit_command_virtual(&self, packet: Packet<'_>) -> NtResult {
        let (node, worker) = (self.node(packet.node)).ok_or(NtStatus::INVALID_PARAMETER)?;
        let context = packet.context.clone();
        let known = (context.downcast_ref::<Context>()).ok_or(NtStatus::INVALID_HANDLE)?;
        if !packet.private_data.is_empty() {
            return Err(NtStatus::GRAPHICS_DRIVER_MISMATCH);
        }
        let preempted = known.preempted.lock().take();
        let work = match preempted {
            Some(work) => work,
            None => Work {
                machine: Machine::new(packet.commands, packet.length, false)
                    .ok_or(NtStatus::INVALID_PARAMETER)?,
                busy: 0,
            },
        };
        let busy = work.busy;
        let running = Running {
            id: packet.id,
            context,
            work,
            has_polled: false,
        };
        let refused = {
            let mut slot = node.state.lock();
            match slot.stopped || slot.running.is_some() || slot.is_stepping {
                true => Some(running),
                false => {
                    slot.busy = busy;
                    slot.running = Some(running);
                    None
                }
            }
        };
        if refused.is_some() {
            return Err(NtStatus::DEVICE_REMOVED);
        }
        worker.wake();
        Ok(())
    }

    fn preempt_command(&self, ordinal: u32) {
        if let Some((node, worker)) = self.node(ordinal) {
            node.preempt.store(true, Relaxed);
            worker.wake();
        }
    }

    fn reset_engine(&self, ordinal: u32) -> NtResult<FenceId> {
        let (node, _) = self.node(ordinal).ok_or(NtStatus::INVALID_PARAMETER)?;
        Ok(node.reset(false))
    }

    fn query_engine_status(&self, ordinal: u32) -> EngineStatus {
        let node = self.node(ordinal);
        EngineStatus {
            busy: node.map_or(0, |(node, _)| node.state.lock().busy),
        }
    }
}

impl From<Fault> for PacketFault {
    fn from(fault: Fault) -> Self {
        match fault {
            Fault::Page { address, write } => Self::Page { address, write },
            Fault::Instruction { address } => Self::Instruction { address },
        }
    }
}

/// Memory by the addresses of its pages.
struct MemoryPort<'a>(&'a dyn GpuMemory);

fn access(result: execution::Access) -> Access {
    result.map_err(|why| match why {
        Inaccessible::NotPresent { address } => Unavailable::NotPresent { address },
        Inaccessible::Busy => Unavailable::Busy,
        Inaccessible::Lost => Unavailable::Lost,
    })
}

impl Port for MemoryPort<'_> {
    type Memory = u64;

    fn translate(&mut self, address: u64) -> Translation<u64> {
        match self.0.look_up(address) {
            GpuPages::Invalid => Translation::Invalid,
            GpuPages::Zero { bytes } => Translation::Zero { bytes },
            GpuPages::Memory { bytes, writable } => Translation::Memory {
                // Offsets are as aligned as addresses.
                item: address - address % PAGE,
                offset: address % PAGE,
                bytes,
                writable,
            },
        }
    }

    fn read(&mut self, &memory: &u64, offset: u64, bytes: &mut [u8]) -> Access {
        access(self.0.read(memory.wrapping_add(offset), bytes))
    }

    fn write(&mut self, &memory: &u64, offset: u64, bytes: &[u8]) -> Access {
        access(self.0.write(memory.wrapping_add(offset), bytes))
    }

    fn fill(&mut self, &memory: &u64, offset: u64, bytes: u64, pattern: u32) -> Access {
        access(self.0.fill(memory.wrapping_add(offset), bytes, pattern))
    }

    fn copy(&mut self, to: (&u64, u64), from: (&u64, u64), bytes: u64) -> Access {
        let [to, from] = [to, from].map(|(memory, offset)| memory.wrapping_add(offset));
        access(self.0.copy(to, from, bytes))
    }

    fn update(&mut self, &memory: &u64, offset: u64, change: Update) -> Access {
        let change = match change {
            Update::Store(value) => execution::Update::Store(value),
            Update::Add(operand) => execution::Update::Add(operand),
        };
        access(self.0.update(memory.wrapping_add(offset), change))
    }

    fn now(&self) -> u64 {
        sys::now_ns()
    }
}
