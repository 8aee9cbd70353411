// SPDX-License-Identifier: GPL-2.0

//! [`Worker`]: runs one job in the background, whenever there is work for it.

use super::ACCOUNT;
use crate::bindings;
use core::ptr::NonNull;
use kernel::{
    alloc::AllocError,
    impl_has_work,
    new_mutex,
    new_work,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    },
    workqueue::{
        HasWork,
        Queue,
        Work,
        WorkItem, //
    }, //
};

/// A work queue whose jobs and items run concurrently.
///
/// # Invariants
///
/// The pointer is a live work queue that this value owns.
pub(crate) struct WorkerQueue(NonNull<kernel::bindings::workqueue_struct>);

// SAFETY: A work queue may be used and destroyed by any thread.
unsafe impl Send for WorkerQueue {}
// SAFETY: Queueing takes the queue's own locks.
unsafe impl Sync for WorkerQueue {}

impl WorkerQueue {
    pub(crate) fn new(name: &CStr) -> Result<Self, AllocError> {
        // SAFETY: A string of C, which is copied. There are no preconditions but process context, which `init` is.
        let queue = unsafe { bindings::dxg_alloc_worker_queue(name.as_char_ptr()) };
        // INVARIANT: Not NULL, so it is a new queue that is ours alone.
        NonNull::new(queue).map(Self).ok_or(AllocError)
    }

    fn queue(&self) -> &Queue {
        // SAFETY: By the type invariant the queue lives as long as `self`.
        unsafe { Queue::from_raw(self.0.as_ptr()) }
    }

    /// Runs an item once more, from its beginning. It does not allocate, and does not wait.
    pub(crate) fn enqueue<T>(&self, item: Arc<T>)
    where
        T: WorkItem<Pointer = Arc<T>> + HasWork<T> + Send + Sync + 'static,
    {
        // An error means that it is about to run anyway.
        drop(self.queue().enqueue(item));
    }

    /// Waits until no job or item runs, nor continues. Must not be called by one, and nothing may be queued any
    /// more.
    pub(crate) fn drain(&self) {
        // SAFETY: By the type invariant the queue is live.
        unsafe { bindings::dxg_drain_workqueue(self.0.as_ptr()) };
    }
}

impl Drop for WorkerQueue {
    fn drop(&mut self) {
        // SAFETY: By the type invariant we own the queue, and nothing can queue on it any more.
        unsafe { kernel::bindings::destroy_workqueue(self.0.as_ptr()) };
    }
}

/// How far a job has come.
pub(crate) enum Progress {
    /// All work is done.
    Done,
    /// The job continues when the worker runs again.
    More,
}

/// The work of a worker.
pub(crate) trait Job: Send + Sync {
    /// Does the next piece of work: a short one, as devices are suspended between two pieces.
    fn run(&self) -> Progress;
}

/// See the module's documentation. It never runs concurrently with itself.
#[pin_data]
pub(crate) struct Worker {
    queue: Arc<WorkerQueue>,
    #[pin]
    job: Mutex<Option<Arc<dyn Job>>>,
    #[pin]
    work: Work<Self>,
}

impl_has_work! {
    impl HasWork<Self> for Worker { self.work }
}

impl Worker {
    /// A worker without a job.
    pub(crate) fn new(queue: Arc<WorkerQueue>) -> Result<Arc<Self>> {
        Arc::pin_init(
            pin_init!(Self {
                queue,
                job <- new_mutex!(None, "Worker::job"),
                work <- new_work!("Worker::work"),
            }),
            ACCOUNT,
        )
    }

    /// Sets or removes its job. The old job ends when its last reference is dropped.
    pub(crate) fn set_job(&self, job: Option<Arc<dyn Job>>) {
        // Moved out of the lock before it is dropped.
        let old = core::mem::replace(&mut *self.job.lock(), job);
        drop(old);
    }

    /// Waits until its job does not run. Not to be called by the job.
    pub(crate) fn flush(&self) {
        // SAFETY: The work item was initialised with the worker.
        let work = unsafe { Work::raw_get(&self.work) };
        // SAFETY: It is live and initialised, and stays so during the call.
        unsafe { kernel::bindings::flush_work(work) };
    }

    /// Runs the job once more, from its beginning. It does not allocate, and does not wait.
    pub(crate) fn wake(self: &Arc<Self>) {
        self.queue.enqueue(self.clone());
    }
}

impl WorkItem for Worker {
    type Pointer = Arc<Self>;

    fn run(this: Arc<Self>) {
        let job = this.job.lock().clone();
        if let Some(Progress::More) = job.map(|job| job.run()) {
            this.wake();
        }
    }
}
