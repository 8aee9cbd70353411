// SPDX-License-Identifier: GPL-2.0

//! [`Watchdog`]: watches the packet that a node's engine has: after a quantum others have their turn, and a packet that
//! takes too long is ended.

use super::{
    background::Work,
    entity::{
        DeviceError,
        Entity, //
    },
    node::Node, //
};
use crate::{
    ddi::execution::FenceId,
    sys::worker::{
        Job,
        Progress, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc,
    time::{
        delay::fsleep,
        Delta, //
    }, //
};

/// How long a packet has the engine when others wait for it.
const QUANTUM: Delta = Delta::from_millis(2);

/// Nanoseconds that a packet may take.
const TIMEOUT: u64 = 2_000_000_000;

/// See the module's documentation.
pub(super) struct Watchdog(Arc<Node>);

impl Watchdog {
    pub(super) fn new(node: Arc<Node>) -> Self {
        Self(node)
    }

    fn current(&self) -> Option<FenceId> {
        let state = self.0.state.lock();
        state.current.as_ref().map(|current| current.id)
    }

    /// The packet of now, and its entity; whether others wait for the engine, and it is the same as before.
    fn look(&self, since: FenceId) -> Option<(FenceId, bool, Arc<Entity>)> {
        let state = self.0.state.lock();
        let current = state.current.as_ref()?;
        let others = current.id == since && !state.runnable.is_empty();
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
            Err(status) => {
                pr_err!(
                    "node {}: its engine does not answer: {status:?}\n",
                    node.ordinal
                );
                node.give_up();
            }
        }
        hung.entity.owner().fail(DeviceError::Hung);
        Entity::hand_over(&hung.entity, hung.number, Work::Failed(0));
        Entity::let_go(hung.entity);
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
            if busy > TIMEOUT && entity.may_time_out(TIMEOUT) {
                self.reset(id);
            } else if others {
                self.0.engine.preempt_command(self.0.ordinal);
            }
            Entity::let_go(entity);
        }
        Progress::More
    }
}
