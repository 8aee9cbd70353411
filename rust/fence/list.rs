// SPDX-License-Identifier: GPL-2.0

//! [`Fences`]: the fences of an adapter, all of which end when the adapter goes.

use super::MonitoredFence;
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// The fences of one adapter.
#[pin_data]
pub(crate) struct Fences {
    #[pin]
    all: Mutex<All>,
}

struct All {
    /// By their addresses.
    fences: RBTree<usize, Arc<MonitoredFence>>,
    /// The adapter has gone.
    lost: bool,
}

// What is pinned is behind its pointers.
impl Unpin for All {}

impl Fences {
    pub(crate) fn new() -> Result<Arc<Self>> {
        let all = All {
            fences: RBTree::new(),
            lost: false,
        };
        Arc::pin_init(
            pin_init!(Self { all <- new_mutex!(all, "Fences::all") }),
            GFP_KERNEL,
        )
    }

    /// The adapter goes: all fences end with DEVICE_REMOVED, and there are no new ones.
    pub(crate) fn lose_all(&self) {
        self.all.lock().lost = true;
        loop {
            let first = {
                let mut all = self.all.lock();
                let key = all.fences.cursor_front().map(|first| *first.current().0);
                key.and_then(|key| all.fences.remove_node(&key))
            };
            let Some(node) = first else { break };
            node.to_key_value().1.lose();
        }
    }

    fn enter(&self, fence: &Arc<MonitoredFence>) -> NtResult {
        let node = RBTreeNode::new(key(fence), fence.clone(), ACCOUNT)?;
        let mut all = self.all.lock();
        if all.lost {
            // The node, which came first, is dropped after the lock.
            return Err(NtStatus::DEVICE_REMOVED);
        }
        let replaced = all.fences.insert(node);
        drop(all);
        // No other fence is at this address.
        drop(replaced);
        Ok(())
    }
}

/// The owner of a fence: dropping it ends the fence with INVALID_PARAMETER, which is what its handle,
/// naming nothing any more, would be answered with.
pub(crate) struct OwnedFence {
    fences: Arc<Fences>,
    fence: Arc<MonitoredFence>,
}

impl OwnedFence {
    /// Enters a fence into the list of its adapter.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter has gone. NO_MEMORY.
    pub(crate) fn new(fences: &Arc<Fences>, fence: Arc<MonitoredFence>) -> NtResult<Self> {
        fences.enter(&fence)?;
        Ok(Self {
            fences: fences.clone(),
            fence,
        })
    }

    pub(crate) fn fence(&self) -> &Arc<MonitoredFence> {
        &self.fence
    }
}

impl Drop for OwnedFence {
    fn drop(&mut self) {
        // Out of the lock before it is dropped.
        let node = self.fences.all.lock().fences.remove_node(&key(&self.fence));
        drop(node);
        self.fence.end(NtStatus::INVALID_PARAMETER);
    }
}

fn key(fence: &Arc<MonitoredFence>) -> usize {
    core::ptr::from_ref::<MonitoredFence>(fence).addr()
}
