// SPDX-License-Identifier: GPL-2.0

//! The engines of the script miniport: a packet's private data says what becomes of it.

use super::{
    log::{
        log,
        Log, //
    },
    tag,
    wire,
    words::{
        self,
        Words, //
    }, //
};
use crate::{
    ddi::{
        execution::{
            CreateContext,
            EngineStatus,
            EngineType,
            Execution,
            FenceId,
            NodeFacts,
            Notifications,
            Outcome,
            Packet,
            PacketFault, //
        },
        Cookie, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys, //
};
use core::fmt::Write;
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
    }, //
};

const NODES: [NodeFacts; 2] = [
    NodeFacts {
        engine_type: EngineType::ThreeD,
        name: "3D",
    },
    NodeFacts {
        engine_type: EngineType::Copy,
        name: "Copy",
    },
];

/// What the miniport keeps about a context.
struct Context {
    tag: u64,
    /// Nanoseconds that its packet was held before it was preempted.
    busy: Atomic<u64>,
}

/// How a packet ends.
struct Ending {
    id: FenceId,
    outcome: Outcome,
    /// Tells so twice.
    twice: bool,
}

/// A packet that has not ended.
struct Held {
    tag: u64,
    context: Cookie,
    begun: u64,
    /// It is not preempted.
    fast: bool,
    /// The engine cannot be reset while it has it.
    fail_reset: Option<u64>,
    ending: Ending,
}

impl Held {
    fn busy(&self) -> u64 {
        sys::now_ns().saturating_sub(self.begun)
    }
}

/// What is to be told of a packet that was taken.
struct Taken {
    stranger: Option<FenceId>,
    ending: Option<Ending>,
}

struct Node {
    held: Option<Held>,
    /// There was no packet to preempt: the next one is.
    preempt: bool,
    completed: FenceId,
}

impl Node {
    const IDLE: Self = Self {
        held: None,
        preempt: false,
        completed: FenceId(0),
    };
}

struct State {
    /// Also: it was started, and not stopped.
    notifications: Option<Arc<dyn Notifications>>,
    nodes: [Node; NODES.len()],
}

impl State {
    fn node(&mut self, ordinal: u32) -> NtResult<&mut Node> {
        let index = usize::try_from(ordinal).map_err(|_| NtStatus::INVALID_PARAMETER)?;
        let node = self.nodes.get_mut(index);
        node.ok_or(NtStatus::INVALID_PARAMETER)
    }

    fn take(&mut self, packet: &Packet<'_>) -> NtResult<Taken> {
        if self.notifications.is_none() {
            return Err(NtStatus::DEVICE_REMOVED);
        }
        let context = packet.context.downcast_ref::<Context>();
        let context = context.ok_or(NtStatus::INVALID_HANDLE)?;
        let node = self.node(packet.node)?;
        // The tests see it in the log: a node gets one packet at a time.
        if node.held.is_some() {
            return Err(NtStatus::UNSUCCESSFUL);
        }
        let words = Words::read_if_any(packet.private_data)?;
        if let Some(status) = words.get(wire::REFUSE) {
            return Err(words::status(status));
        }
        let FenceId(id) = packet.id;
        let mut taken = Taken {
            stranger: words
                .get(wire::STRANGER)
                .map(|behind| FenceId(id.wrapping_add(behind))),
            ending: None,
        };
        let fault = words.get(wire::FAULT).map(|address| PacketFault::Page {
            address,
            write: false,
        });
        let ending = Ending {
            id: packet.id,
            outcome: fault.map_or(Outcome::Completed, Outcome::Faulted),
            twice: words.get(wire::TWICE).is_some(),
        };
        let fast = words.get(wire::HOLD_FAST).is_some();
        let is_held = fast || words.get(wire::HOLD).is_some();
        let preempt = core::mem::replace(&mut node.preempt, false);
        match is_held {
            true if preempt && !fast => {
                taken.ending = Some(Ending {
                    outcome: Outcome::Preempted,
                    twice: false,
                    ..ending
                });
            }
            true => {
                let before = context.busy.xchg(0, Relaxed);
                node.held = Some(Held {
                    tag: tag(packet.private_data),
                    context: packet.context.clone(),
                    begun: sys::now_ns().saturating_sub(before),
                    fast,
                    fail_reset: words.get(wire::FAIL_RESET),
                    ending,
                });
            }
            false => taken.ending = Some(ending),
        }
        Ok(taken)
    }

    fn preempt(&mut self, ordinal: u32) -> Option<Ending> {
        let node = self.node(ordinal).ok()?;
        let Some(held) = &node.held else {
            node.preempt = true;
            return None;
        };
        if held.fast {
            return None;
        }
        let held = node.held.take()?;
        if let Some(context) = held.context.downcast_ref::<Context>() {
            context.busy.store(held.busy(), Relaxed);
        }
        Some(Ending {
            outcome: Outcome::Preempted,
            twice: false,
            ..held.ending
        })
    }

    /// Takes the packet that a node holds, if it has that name, or any.
    fn release(&mut self, ordinal: u32, tag: Option<u64>) -> Option<Held> {
        let node = self.node(ordinal).ok()?;
        match &node.held {
            Some(held) if tag.unwrap_or(held.tag) == held.tag => node.held.take(),
            _ => None,
        }
    }
}

/// See the module's documentation. Calls are logged with the state locked: who reads of one finds it done.
#[pin_data]
pub(crate) struct Engine {
    log: Arc<Log>,
    #[pin]
    state: Mutex<State>,
}

impl Engine {
    pub(super) fn new(log: Arc<Log>) -> Result<Arc<Self>> {
        let state = State {
            notifications: None,
            nodes: [Node::IDLE; NODES.len()],
        };
        Arc::pin_init(
            pin_init!(Self {
                log,
                state <- new_mutex!(state, "script::Engine::state"),
            }),
            GFP_KERNEL,
        )
    }

    /// Ends the packet of that name that is held, or all that are.
    ///
    /// # Errors
    ///
    /// `ENOENT`: none is held.
    pub(crate) fn complete(&self, tag: Option<u64>) -> Result {
        let mut result = Err(ENOENT);
        for (ordinal, _) in (0..).zip(&NODES) {
            let held = self.state.lock().release(ordinal, tag);
            if let Some(held) = held {
                self.end(ordinal, &held.ending);
                result = Ok(());
            }
        }
        result
    }

    /// Whom to tell. The state must not be locked then.
    fn notifications(&self) -> Option<Arc<dyn Notifications>> {
        self.state.lock().notifications.clone()
    }

    fn end(&self, ordinal: u32, ending: &Ending) {
        if ending.outcome == Outcome::Completed {
            if let Ok(node) = self.state.lock().node(ordinal) {
                node.completed = ending.id;
            }
        }
        let Some(notifications) = self.notifications() else {
            return;
        };
        notifications.notify(ordinal, ending.id, ending.outcome);
        if ending.twice {
            notifications.notify(ordinal, ending.id, ending.outcome);
        }
    }
}

/// What the private data of a new context asks for.
fn create(data: &mut [u8]) -> NtResult<Cookie> {
    let words = Words::read_if_any(data)?;
    let failure = words.get(wire::FAIL_CREATE);
    let context = Context {
        tag: tag(data),
        busy: Atomic::new(0),
    };
    words::invert(data, wire::WRITE_AT_CREATE);
    match failure {
        Some(status) => Err(words::status(status)),
        None => Ok(Arc::new(context, ACCOUNT)?),
    }
}

/// A context's name in the log.
fn name(context: &Cookie) -> u64 {
    let context = context.downcast_ref::<Context>();
    context.map_or(u64::MAX, |context| context.tag)
}

impl Execution for Engine {
    fn nodes(&self) -> &[NodeFacts] {
        &NODES
    }

    fn start(&self, notifications: Arc<dyn Notifications>) {
        let old = self.state.lock().notifications.replace(notifications);
        drop(old);
    }

    fn stop(&self) {
        let mut state = self.state.lock();
        let notifications = state.notifications.take();
        // It is stopped once more when the last reference to its adapter goes, which is not logged.
        if notifications.is_some() {
            log!(self.log, "stop");
        }
        for node in &mut state.nodes {
            node.held = None;
        }
        drop(state);
        drop(notifications);
    }

    fn create_context(&self, args: CreateContext<'_>) -> NtResult<Cookie> {
        log!(
            self.log,
            "create_context node={} engines={:#x} data={} c{}",
            args.node,
            args.engine_affinity,
            args.private_data.len(),
            tag(args.private_data)
        );
        self.log.ended(create(args.private_data))
    }

    fn destroy_context(&self, context: Cookie) {
        log!(self.log, "destroy_context c{}", name(&context));
    }

    fn submit_command_virtual(&self, packet: Packet<'_>) -> NtResult {
        let taken = {
            let mut state = self.state.lock();
            log!(
                self.log,
                "submit_command_virtual node={} id={} c{} p{} commands={:#x} length={} data={}",
                packet.node,
                packet.id.0,
                name(packet.context),
                tag(packet.private_data),
                packet.commands,
                packet.length,
                packet.private_data.len()
            );
            self.log.ended(state.take(&packet))?
        };
        if let Some((stranger, notifications)) = taken.stranger.zip(self.notifications()) {
            notifications.notify(packet.node, stranger, Outcome::Completed);
        }
        if let Some(ending) = taken.ending {
            self.end(packet.node, &ending);
        }
        Ok(())
    }

    fn preempt_command(&self, ordinal: u32) {
        let preempted = {
            let mut state = self.state.lock();
            log!(self.log, "preempt_command {ordinal}");
            state.preempt(ordinal)
        };
        if let Some(ending) = preempted {
            self.end(ordinal, &ending);
        }
    }

    fn reset_engine(&self, ordinal: u32) -> NtResult<FenceId> {
        let mut state = self.state.lock();
        log!(self.log, "reset_engine {ordinal}");
        let node = state.node(ordinal)?;
        if let Some(status) = node.held.as_ref().and_then(|held| held.fail_reset) {
            return self.log.ended(Err(words::status(status)));
        }
        node.held = None;
        node.preempt = false;
        Ok(node.completed)
    }

    /// A packet takes no time but while it is held.
    fn query_engine_status(&self, ordinal: u32) -> EngineStatus {
        let mut state = self.state.lock();
        let held = state.node(ordinal).ok().and_then(|node| node.held.as_ref());
        EngineStatus {
            busy: held.map_or(0, Held::busy),
        }
    }
}
