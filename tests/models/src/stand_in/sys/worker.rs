// SPDX-License-Identifier: MIT OR Apache-2.0

//! A queue whose items run at once: no model has so many waits that a call leaves some of them.

use kernel::{sync::Arc, workqueue::WorkItem};

pub(crate) struct WorkerQueue;

impl WorkerQueue {
    pub(crate) fn enqueue<T: WorkItem<Pointer = Arc<T>>>(&self, item: Arc<T>) {
        T::run(item);
    }
}
