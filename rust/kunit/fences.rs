// SPDX-License-Identifier: GPL-2.0

//! Fences, waits and timelines on the kernel's own trees, conditions and workers.

use crate::{
    fence::{
        list::{
            Fences,
            OwnedFence, //
        },
        timeline::{
            Operation,
            Timeline, //
        },
        wait::{
            Enough,
            Target,
            Wait, //
        },
        MonitoredFence,
        OnUnplug, //
    },
    mem::KVVec,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        worker::WorkerQueue,
        workqueue::OrderedQueue, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

impl From<NtStatus> for Error {
    /// For failures of a test's preparations.
    fn from(_: NtStatus) -> Self {
        ENOMEM
    }
}

fn worker_queue() -> Result<Arc<WorkerQueue>> {
    Ok(Arc::new(WorkerQueue::new(c"dxgkrnl-test")?, GFP_KERNEL)?)
}

fn fence(value: u64) -> Result<Arc<MonitoredFence>> {
    Ok(MonitoredFence::new(
        value,
        OnUnplug::SignalMax,
        worker_queue()?,
    )?)
}

/// Starts a wait.
fn wait(targets: &[(&Arc<MonitoredFence>, u64)], enough: Enough) -> Result<Arc<Wait>> {
    let mut list = KVVec::new();
    for &(fence, value) in targets {
        let fence = fence.clone();
        list.push(Target { fence, value }, GFP_KERNEL)?;
    }
    let wait = Wait::new(list, enough, None)?;
    Wait::start(&wait)?;
    Ok(wait)
}

/// Begins the next operation of a timeline.
fn begin(timeline: &Arc<Timeline>) -> Result<Operation> {
    Ok(Timeline::prepare(timeline)?.begin())
}

/// Signals a fence from a worker.
fn signal_later(fence: &Arc<MonitoredFence>, value: u64) -> Result<OrderedQueue> {
    let queue = OrderedQueue::new()?;
    let fence = fence.clone();
    queue
        .queue()
        .try_spawn(GFP_KERNEL, move || MonitoredFence::signal(&fence, value))?;
    Ok(queue)
}

#[kunit_tests(dxgkrnl_fences)]
mod tests {
    use super::*;

    #[test]
    fn a_worker_ends_a_wait() -> Result {
        let fence = fence(0)?;
        let wait = wait(&[(&fence, 7)], Enough::All)?;
        let queue = signal_later(&fence, 7)?;
        let outcome: NtResult = Wait::block(&wait);
        drop(queue);
        assert!(outcome == Ok(()));
        // The fence keeps no trace of the wait.
        drop(wait);
        assert!(Arc::into_unique_or_drop(fence).is_some());
        Ok(())
    }

    #[test]
    fn one_of_two_is_enough_or_not() -> Result {
        let [one, two] = [fence(0)?, fence(0)?];
        let targets = [(&one, 1), (&two, 1)];
        let any = wait(&targets, Enough::Any)?;
        let all = wait(&targets, Enough::All)?;
        MonitoredFence::signal(&one, 1);
        let first = Wait::block(&any);
        MonitoredFence::signal(&two, 1);
        let second = Wait::block(&all);
        assert!(first == Ok(()));
        assert!(second == Ok(()));
        drop((any, all));
        assert!(Arc::into_unique_or_drop(one).is_some());
        assert!(Arc::into_unique_or_drop(two).is_some());
        Ok(())
    }

    #[test]
    fn the_end_of_a_fence_ends_its_waits() -> Result {
        let fences = Fences::new(worker_queue()?)?;
        let [one, two] = [fence(0)?, fence(0)?];
        let owners = [
            OwnedFence::new(&fences, one.clone(), 0)?,
            OwnedFence::new(&fences, two.clone(), 0)?,
        ];
        let [first, second] = [&one, &two];
        let [first, second] = [
            wait(&[(first, 1)], Enough::All)?,
            wait(&[(second, 1)], Enough::All)?,
        ];
        let [owner, other] = owners;
        drop(owner);
        assert!(Wait::block(&first) == Err(NtStatus::INVALID_PARAMETER));
        fences.unplug();
        assert!(Wait::block(&second) == Err(NtStatus::DEVICE_REMOVED));
        // Neither fence changes any more, and no new one can be created.
        MonitoredFence::signal(&one, 9);
        MonitoredFence::signal(&two, 9);
        assert_eq!((one.value(), two.value()), (0, u64::MAX));
        let new = OwnedFence::new(&fences, fence(0)?, 0);
        assert!(new.err() == Some(NtStatus::DEVICE_REMOVED));
        drop(other);
        Ok(())
    }

    #[test]
    fn operations_end_on_workers() -> Result {
        let fence = fence(0)?;
        let timeline = Timeline::new(fence.clone())?;
        let queues = [OrderedQueue::new()?, OrderedQueue::new()?];
        for _ in 0..50 {
            for queue in &queues {
                let operation = begin(&timeline)?;
                queue
                    .queue()
                    .try_spawn(GFP_KERNEL, move || drop(operation))?;
            }
        }
        let all = wait(&[(&fence, 100)], Enough::All)?;
        assert!(Wait::block(&all) == Ok(()));
        drop(queues);
        assert_eq!(fence.value(), 100);
        Ok(())
    }
}
