// SPDX-License-Identifier: GPL-2.0

//! [`Fences`]: the fences of an adapter, all of which end when the adapter goes.

use super::{
    MonitoredFence,
    OnUnplug,
    AT_ONCE, //
};
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        killable,
        worker::WorkerQueue, //
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

/// The fences of one adapter.
#[pin_data]
pub(crate) struct Fences {
    #[pin]
    all: Mutex<All>,
    queue: Arc<WorkerQueue>,
}

struct All {
    /// By the number of their device, and their own, which rises.
    fences: RBTree<(usize, u64), Arc<MonitoredFence>>,
    /// How many were ever entered.
    entered: u64,
    /// The adapter was unplugged.
    removed: bool,
}

// The pinned data is behind its pointers.
impl Unpin for All {}

impl Fences {
    pub(crate) fn new(queue: Arc<WorkerQueue>) -> Result<Arc<Self>> {
        let all = All {
            fences: RBTree::new(),
            entered: 0,
            removed: false,
        };
        Arc::pin_init(
            pin_init!(Self {
                all <- new_mutex!(all, "Fences::all"),
                queue,
            }),
            GFP_KERNEL,
        )
    }

    /// The work queue that its fences complete their waits by.
    pub(crate) fn queue(&self) -> &Arc<WorkerQueue> {
        &self.queue
    }

    /// The adapter goes: all fences end with DEVICE_REMOVED, and no new ones can be entered.
    pub(crate) fn unplug(&self) {
        self.all.lock().removed = true;
        loop {
            let first = {
                let mut all = self.all.lock();
                let key = all.fences.cursor_front().map(|first| *first.current().0);
                key.and_then(|key| all.fences.remove_node(&key))
            };
            let Some(node) = first else { break };
            MonitoredFence::unplug(&node.to_key_value().1);
            // Lets other tasks run: users choose how many fences there are.
            killable::is_dying();
        }
    }

    /// A device can signal nothing any more: its fences get the maximum, but those with NoSignalMaxValueOnTdr
    /// (case 434). Some of them, from a number on; returns the number to go on with, if there are more.
    pub(crate) fn reset(&self, device: usize, from: u64) -> Option<u64> {
        let mut next = from;
        for _ in 0..AT_ONCE {
            let (key, fence) = self
                .from((device, next))
                .filter(|(key, _)| key.0 == device)?;
            next = key.1 + 1;
            if fence.on_unplug == OnUnplug::SignalMax {
                MonitoredFence::signal(&fence, u64::MAX);
            }
        }
        Some(next)
    }

    /// The first fence from there on.
    fn from(&self, key: (usize, u64)) -> Option<((usize, u64), Arc<MonitoredFence>)> {
        let all = self.all.lock();
        let cursor = all.fences.cursor_lower_bound(&key)?;
        let (&key, fence) = cursor.current();
        Some((key, fence.clone()))
    }

    /// Enters a fence of a device, and returns its number.
    fn enter(&self, fence: &Arc<MonitoredFence>, device: usize) -> NtResult<u64> {
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let mut all = self.all.lock();
        if all.removed {
            // `room` was declared first, so it is dropped after the lock.
            return Err(NtStatus::DEVICE_REMOVED);
        }
        all.entered += 1;
        let number = all.entered;
        let replaced = all
            .fences
            .insert(room.into_node((device, number), fence.clone()));
        drop(all);
        // The number is unique.
        drop(replaced);
        Ok(number)
    }
}

/// The owner of a fence: dropping it ends the fence with INVALID_PARAMETER, the status that its handle, now
/// unused, would get.
pub(crate) struct OwnedFence {
    fences: Arc<Fences>,
    device: usize,
    number: u64,
    fence: Arc<MonitoredFence>,
}

impl OwnedFence {
    /// Enters a fence into the list of its adapter; `device` is a number of its device, which no other one has.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter has gone. NO_MEMORY.
    pub(crate) fn new(
        fences: &Arc<Fences>,
        fence: Arc<MonitoredFence>,
        device: usize,
    ) -> NtResult<Self> {
        Ok(Self {
            device,
            number: fences.enter(&fence, device)?,
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
        // Moved out of the lock before it is dropped.
        let node = self
            .fences
            .all
            .lock()
            .fences
            .remove_node(&(self.device, self.number));
        drop(node);
        MonitoredFence::end(&self.fence, NtStatus::INVALID_PARAMETER);
    }
}
