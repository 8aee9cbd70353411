// SPDX-License-Identifier: GPL-2.0

//! [`PagingQueue`]: the order in which a device's memory is paged, and the fence that shows the
//! progress.

use super::{
    device::Device,
    sync_object::{
        Rights,
        SyncObject, //
    }, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    fence::{
        timeline::Timeline,
        MonitoredFence,
        OnUnplug, //
    },
    mem::ACCOUNT,
    status::NtResult,
    vidmm::paging_priority::PagingPriority, //
};
use kernel::sync::Arc;

/// A paging queue of a device.
pub(crate) struct PagingQueue {
    device: Arc<Device>,
    priority: PagingPriority,
    timeline: Arc<Timeline>,
    _counted: Counted,
}

impl PagingQueue {
    /// Creates a queue, and its fence in the calling process: the process can only wait for it, and cannot
    /// destroy it on its own.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY: no memory, or no free address range.
    pub(crate) fn new(
        device: &Arc<Device>,
        priority: PagingPriority,
    ) -> NtResult<(Arc<Self>, Arc<SyncObject>)> {
        let fence = MonitoredFence::new(
            0,
            OnUnplug::SignalMax,
            device.adapter().fences().queue().clone(),
        )?;
        let rights = Rights {
            signal: false,
            wait: true,
            destroy: false,
        };
        let queue = Self {
            device: device.clone(),
            priority,
            timeline: Timeline::new(fence.clone())?,
            _counted: Counted::new(Counter::PagingQueues),
        };
        let queue = Arc::new(queue, ACCOUNT)?;
        let object = SyncObject::new(device.clone(), fence, rights, false)?;
        Ok((queue, object))
    }

    pub(crate) fn device(&self) -> &Arc<Device> {
        &self.device
    }

    pub(crate) fn priority(&self) -> PagingPriority {
        self.priority
    }

    /// The timeline from which the queue's operations take their fence values.
    pub(crate) fn timeline(&self) -> &Arc<Timeline> {
        &self.timeline
    }
}
