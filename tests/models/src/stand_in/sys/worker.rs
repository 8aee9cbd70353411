// SPDX-License-Identifier: MIT OR Apache-2.0

//! A queue that must stay empty: no model has so much to complete or to remove that a call may leave some of it.

use kernel::{sync::Arc, workqueue::WorkItem};

pub(crate) struct WorkerQueue;

impl WorkerQueue {
    pub(crate) fn enqueue<T: WorkItem<Pointer = Arc<T>>>(&self, _: Arc<T>) {
        panic!("a call leaves some of its work to the worker");
    }
}
