// SPDX-License-Identifier: GPL-2.0

//! [`Nodes`]: the nodes of an adapter.

use super::{
    entity::Entity,
    node::Node,
    turns::NODES_MOST,
    watchdog::Watchdog, //
};
use crate::{
    ddi::execution::{
        Execution,
        FenceId,
        NodeFacts,
        Notifications,
        Outcome, //
    },
    mem::KVVec,
    status::NtStatus,
    sys::worker::WorkerQueue, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

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
        for (ordinal, _) in (0..).zip(facts.take(NODES_MOST)) {
            if let Some(engine) = &engine {
                let node = Node::new(ordinal, engine.clone(), queue)?;
                let watchdog = Watchdog::new(node.clone());
                node.set_watchdog(Arc::new(watchdog, GFP_KERNEL)?);
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

    /// A device is in error by now: what an engine has of it makes room, and does not come back.
    pub(crate) fn preempt_failed(&self) {
        for node in &self.nodes.0 {
            let Some(entity) = node.running() else {
                continue;
            };
            if entity.owner().is_in_error() {
                node.preempt(&entity);
            }
            Entity::let_go(entity);
        }
    }

    /// The adapter is unplugged: when this returns, nothing runs any more.
    pub(crate) fn stop(&self) {
        let mut running = [const { None }; NODES_MOST];
        for (running, node) in running.iter_mut().zip(&self.nodes.0) {
            *running = node.stop();
        }
        // The engine gets no call any more when it has stopped.
        self.nodes.0.iter().for_each(|node| node.flush());
        if let Some(engine) = &self.engine {
            engine.stop();
        }
        for current in running.into_iter().flatten() {
            current.entity.queue().retire(current.number);
            Entity::let_go(current.entity);
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
