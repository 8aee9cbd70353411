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
            NodeFacts,
            Notifications,
            Outcome,
            Packet,
            PacketFault, //
        },
        Cookie, //
    },
    engine::{
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
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    },
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

/// How long a packet sleeps that waits for memory to change.
const POLL: Delta = Delta::from_micros(100);

const NODES: [NodeFacts; 3] = [
    node(EngineType::ThreeD, "3D"),
    node(EngineType::Copy, "Copy"),
    node(EngineType::Other, "Compute"),
];

const fn node(engine_type: EngineType, name: &'static str) -> NodeFacts {
    NodeFacts {
        engine_type,
        name,
        depth: 1,
        preemptible: true,
    }
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

/// What the engine keeps about a context.
#[pin_data]
struct Context {
    memory: Arc<dyn GpuMemory>,
    /// A packet that was preempted.
    #[pin]
    preempted: Mutex<Option<Machine>>,
}

/// The packet of a node.
struct Running {
    id: FenceId,
    context: Cookie,
    machine: Machine,
}

impl Running {
    fn context(&self) -> Option<&Context> {
        self.context.downcast_ref()
    }

    /// Keeps what is left of it for when it is submitted again.
    fn preempt(self) {
        let context = self.context.clone();
        if let Some(context) = context.downcast_ref::<Context>() {
            *context.preempted.lock() = Some(self.machine);
        }
    }
}

#[pin_data]
struct EngineNode {
    ordinal: u32,
    /// Held over a step.
    #[pin]
    running: Mutex<Option<Running>>,
    #[pin]
    notifications: Mutex<Option<Arc<dyn Notifications>>>,
    /// The packet is to make room for others.
    preempt: Atomic<bool>,
    /// Nanoseconds that it has worked for the packet.
    busy: Atomic<u64>,
    /// The last packet that was completed.
    completed: Atomic<u64>,
}

impl EngineNode {
    fn new(ordinal: u32) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                ordinal,
                running <- new_mutex!(None, "EngineNode::running"),
                notifications <- new_mutex!(None, "EngineNode::notifications"),
                preempt: Atomic::new(false),
                busy: Atomic::new(0),
                completed: Atomic::new(0),
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
}

impl Job for EngineNode {
    /// Runs one step.
    fn run(&self) -> worker::Progress {
        let mut slot = self.running.lock();
        let Some(mut running) = slot.take() else {
            return worker::Progress::Done;
        };
        let id = running.id;
        let outcome = match running.context() {
            _ if self.preempt.load(Relaxed) => Some(Outcome::Preempted),
            Some(context) => {
                let memory = context.memory.clone();
                let begun = sys::now_ns();
                let progress = running.machine.step(&mut MemoryPort(&*memory));
                if progress == Progress::Polling {
                    fsleep(POLL);
                }
                self.busy
                    .fetch_add(sys::now_ns().saturating_sub(begun), Relaxed);
                match progress {
                    Progress::Running => None,
                    // Others have their turn.
                    Progress::Polling => Some(Outcome::Preempted),
                    Progress::Done => Some(Outcome::Completed),
                    Progress::Faulted(fault) => Some(Outcome::Faulted(fault.into())),
                }
            }
            None => Some(Outcome::Completed),
        };
        match outcome {
            None => {
                *slot = Some(running);
                return worker::Progress::More;
            }
            Some(Outcome::Preempted) => running.preempt(),
            Some(_) => {
                self.completed.store(id.0, Relaxed);
                drop(running);
            }
        }
        drop(slot);
        if let Some(outcome) = outcome {
            self.notify(id, outcome);
        }
        worker::Progress::Done
    }
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
            let running = node.running.lock().take();
            drop(running);
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
        if preempted.is_none() {
            node.busy.store(0, Relaxed);
        }
        let machine = match preempted {
            Some(machine) => machine,
            None => Machine::new(packet.commands, packet.length, false)
                .ok_or(NtStatus::INVALID_PARAMETER)?,
        };
        node.preempt.store(false, Relaxed);
        let running = Running {
            id: packet.id,
            context,
            machine,
        };
        let old = node.running.lock().replace(running);
        drop(old);
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
        // Waits for the end of a step.
        let running = node.running.lock().take();
        drop(running);
        Ok(FenceId(node.completed.load(Relaxed)))
    }

    fn query_engine_status(&self, ordinal: u32) -> EngineStatus {
        let busy = self.node(ordinal);
        EngineStatus {
            responsive: true,
            busy: busy.map_or(0, |(node, _)| node.busy.load(Relaxed)),
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

fn access(result: NtResult) -> Access {
    // The packet's fault tells the user; the status is in no answer.
    result.map_err(|_| Unavailable)
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
