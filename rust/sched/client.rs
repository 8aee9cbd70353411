// SPDX-License-Identifier: GPL-2.0

//! [`Client`]: a process, as the nodes of an adapter know it.

use super::{
    background::{
        Background,
        Item,
        Room, //
    },
    turns::Share, //
};
use crate::{
    mem::ACCOUNT,
    status::NtResult,
    sys::worker::{
        Worker,
        WorkerQueue, //
    }, //
};
use kernel::sync::Arc;

/// See the module's documentation.
pub(crate) struct Client {
    share: Share,
    background: Arc<Background>,
    worker: Arc<Worker>,
}

impl Client {
    /// A client whose worker runs on a queue for work that may wait for memory of its process.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn new(queue: &Arc<WorkerQueue>) -> NtResult<Arc<Self>> {
        let background = Background::new()?;
        let worker = Worker::new(queue.clone())?;
        worker.set_job(Some(background.clone()));
        let client = Self {
            share: Share::new(),
            background,
            worker,
        };
        Ok(Arc::new(client, ACCOUNT)?)
    }

    /// The last turns of the process.
    pub(super) fn share(&self) -> &Share {
        &self.share
    }

    /// Has the worker do something.
    pub(super) fn hand_over(&self, room: Room, item: Item) {
        self.background.push(room, item);
        self.worker.wake();
    }
}
