// SPDX-License-Identifier: MIT OR Apache-2.0
//! Monitored fences, waits for them, and paging queues.

use crate::{
    call,
    device::OpenDevice,
    event::{new_event, wait_for_event, Waited},
    handle::{PagingQueueHandle, SyncObjectHandle},
    sys, Device, Dxg, Error, FenceFlags, PagingPriority,
};
use std::{
    os::fd::{AsFd, BorrowedFd, OwnedFd},
    ptr::NonNull,
    sync::{
        atomic::{AtomicU64, Ordering::Acquire},
        Arc,
    },
    time::Duration,
};

/// The place of a value that the kernel writes, mapped for reading as long as its fence lives.
#[derive(Clone, Copy, Debug)]
struct Value(NonNull<AtomicU64>);

// SAFETY: The place is only read, by atomic operations.
unsafe impl Send for Value {}
// SAFETY: As above.
unsafe impl Sync for Value {}

impl Value {
    fn at(call: &'static str, address: u64) -> Result<Self, Error> {
        let place = usize::try_from(address).ok();
        let place = place.and_then(|place| NonNull::new(place as *mut AtomicU64));
        place.map(Self).ok_or(Error::Answer {
            call,
            what: "there is nothing at the address of the value",
        })
    }

    fn load(self) -> u64 {
        // SAFETY: The kernel has mapped a page there, aligned and for reading; whoever has this has
        // the fence, with which the mapping ends. A load is all that is done.
        unsafe { self.0.as_ref() }.load(Acquire)
    }
}

/// A monitored fence of a device: a 64-bit value that rises (D3DKMT_CREATESYNCHRONIZATIONOBJECT2).
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::Dxg;
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let fence = device.create_fence(0)?;
/// std::thread::scope(|scope| {
///     let waiting = scope.spawn(|| fence.wait(1));
///     fence.signal(1)?;
///     waiting.join().expect("no panic")
/// })?;
/// assert_eq!(fence.value(), 1);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Fence {
    device: Arc<OpenDevice>,
    handle: SyncObjectHandle,
    value: Value,
    gpu_address: u64,
}

impl Fence {
    /// Its handle.
    pub fn handle(&self) -> SyncObjectHandle {
        self.handle
    }

    /// The value now, without a call.
    pub fn value(&self) -> u64 {
        self.value.load()
    }

    /// Raises the value; one that is higher already stays (D3DKMTSignalSynchronizationObjectFromCpu).
    ///
    /// # Errors
    ///
    /// `ACCESS_DENIED`: made with [`FenceFlags::NO_SIGNAL`]. `DEVICE_REMOVED`.
    pub fn signal(&self, value: u64) -> Result<(), Error> {
        self.device.signal(self.handle, value, 0)
    }

    /// Sets the value, even to a lower one.
    ///
    /// # Errors
    ///
    /// As for [`Self::signal`].
    pub fn rewind(&self, value: u64) -> Result<(), Error> {
        let flags = sys::D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND;
        self.device.signal(self.handle, value, flags)
    }

    /// Waits until the fence has reached a value (D3DKMTWaitForSynchronizationObjectFromCpu).
    ///
    /// If the device is put in error, the fence gets 2^64-1, and the wait ends as if the value had been reached, though
    /// the commands may not have run: [`Device::execution_state`] says so, and `Submission::wait` asks for it. A fence
    /// with [`FenceFlags::NO_SIGNAL_MAX_VALUE_ON_TDR`] keeps its value, and goes on being waited for.
    ///
    /// # Errors
    ///
    /// `ACCESS_DENIED`: made with [`FenceFlags::NO_WAIT`]. `DEVICE_REMOVED`, also while it waits.
    pub fn wait(&self, value: u64) -> Result<(), Error> {
        self.device.wait(&[(self.handle, value)], false, None)
    }

    /// [`Self::wait`] with a time limit. A wait whose time is up stays with the kernel until it is over; a program that
    /// polls with short limits should read [`Self::value`] instead.
    ///
    /// # Errors
    ///
    /// As for [`Self::wait`]; [`Error::Event`] when there is no descriptor left.
    pub fn wait_timeout(&self, value: u64, timeout: Duration) -> Result<Waited, Error> {
        let event = self.event_at(value)?;
        if wait_for_event(event.as_fd(), timeout)? == Waited::TimedOut {
            return Ok(Waited::TimedOut);
        }
        let now = self.value();
        if now < value || now == u64::MAX {
            // The end of the adapter ends a wait, too: then this says so.
            self.device.execution_state()?;
        }
        Ok(Waited::Reached)
    }

    /// An eventfd that is signalled when the fence has reached a value, or the adapter goes.
    pub(crate) fn event_at(&self, value: u64) -> Result<OwnedFd, Error> {
        let event = new_event()?;
        let points = [(self.handle, value)];
        self.device.wait(&points, false, Some(event.as_fd()))?;
        Ok(event)
    }

    /// The GPU virtual address of the value, 8 bytes, in bytes; `None` if commands cannot use it, as
    /// with [`FenceFlags::NO_GPU_ACCESS`]. A command that writes a value there signals the fence.
    pub fn gpu_address(&self) -> Option<u64> {
        (self.gpu_address != 0).then_some(self.gpu_address)
    }

    /// The fence and a value of it, for [`Device::wait`] and for
    /// [`Context::wait_for_all`](crate::Context::wait_for_all).
    pub fn at(&self, value: u64) -> FencePoint<'_> {
        FencePoint {
            device: &self.device,
            handle: self.handle,
            value,
        }
    }

    /// Destroys the fence and says whether that worked (D3DKMTDestroySynchronizationObject). Dropping it
    /// does the same, without saying.
    ///
    /// # Errors
    ///
    /// What the kernel says.
    pub fn destroy(mut self) -> Result<(), Error> {
        let handle = std::mem::replace(&mut self.handle, SyncObjectHandle(0));
        call::destroy_sync_object(self.device.dxg(), handle)
    }
}

impl Drop for Fence {
    fn drop(&mut self) {
        // The handle is 0 after `destroy`.
        if self.handle.0 != 0 {
            let _ = call::destroy_sync_object(self.device.dxg(), self.handle);
        }
    }
}

/// A value of a fence, which can be waited for.
#[derive(Clone, Copy, Debug)]
pub struct FencePoint<'a> {
    device: &'a Arc<OpenDevice>,
    handle: SyncObjectHandle,
    value: u64,
}

impl FencePoint<'_> {
    pub(crate) fn parts(&self) -> (SyncObjectHandle, u64) {
        (self.handle, self.value)
    }
}

/// How many of some values a wait is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WaitFor {
    /// All of them.
    All,
    /// One of them is enough.
    Any,
}

/// A paging queue of a device, with the fence that says how far it has come
/// (D3DKMT_CREATEPAGINGQUEUE).
#[derive(Debug)]
pub struct PagingQueue {
    shared: Arc<OpenQueue>,
}

/// The handle, destroyed when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct OpenQueue {
    device: Arc<OpenDevice>,
    handle: PagingQueueHandle,
    fence: SyncObjectHandle,
    value: Value,
}

impl OpenQueue {
    pub(crate) fn device(&self) -> &Arc<OpenDevice> {
        &self.device
    }

    pub(crate) fn handle(&self) -> PagingQueueHandle {
        self.handle
    }

    pub(crate) fn value(&self) -> u64 {
        self.value.load()
    }

    pub(crate) fn wait(&self, value: u64) -> Result<(), Error> {
        self.device.wait(&[(self.fence, value)], false, None)
    }
}

impl PagingQueue {
    /// Its handle.
    pub fn handle(&self) -> PagingQueueHandle {
        self.shared.handle
    }

    pub(crate) fn shared(&self) -> &Arc<OpenQueue> {
        &self.shared
    }

    pub(crate) fn dxg(&self) -> &Dxg {
        self.shared.device.dxg()
    }

    /// The handle of its fence, which can be waited for and nothing else.
    pub fn fence_handle(&self) -> SyncObjectHandle {
        self.shared.fence
    }

    /// The value of its fence, without a call: everything up to it is done.
    pub fn value(&self) -> u64 {
        self.shared.value()
    }

    /// Waits until everything up to a value is done.
    ///
    /// # Errors
    ///
    /// `DEVICE_REMOVED`, also while it waits.
    pub fn wait(&self, value: u64) -> Result<(), Error> {
        self.shared.wait(value)
    }

    /// Its fence and a value of it, for [`Device::wait`] and for
    /// [`Context::wait_for_all`](crate::Context::wait_for_all).
    pub fn at(&self, value: u64) -> FencePoint<'_> {
        FencePoint {
            device: &self.shared.device,
            handle: self.shared.fence,
            value,
        }
    }

    /// Destroys the queue and its fence, and says whether that worked (D3DKMTDestroyPagingQueue).
    /// Dropping it does the same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when mappings in a [`Reservation`](crate::Reservation) were made by it and are
    /// alive: the last of them destroys it. What the kernel says.
    pub fn destroy(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("paging queue"))?;
        let handle = std::mem::replace(&mut open.handle, PagingQueueHandle(0));
        call::destroy_paging_queue(open.device.dxg(), handle)
    }
}

impl Drop for OpenQueue {
    fn drop(&mut self) {
        // The handle is 0 after `destroy`.
        if self.handle.0 != 0 {
            let _ = call::destroy_paging_queue(self.device.dxg(), self.handle);
        }
    }
}

impl OpenDevice {
    fn signal(&self, fence: SyncObjectHandle, value: u64, flags: u32) -> Result<(), Error> {
        call::signal_from_cpu(self.dxg(), self.handle(), fence, value, flags)
    }

    fn wait(
        &self,
        points: &[(SyncObjectHandle, u64)],
        any: bool,
        event: Option<BorrowedFd<'_>>,
    ) -> Result<(), Error> {
        call::wait_from_cpu(self.dxg(), self.handle(), points, any, event)
    }
}

impl Device {
    /// Makes a monitored fence with a value.
    ///
    /// # Errors
    ///
    /// `NO_MEMORY`, `DEVICE_REMOVED`.
    pub fn create_fence(&self, value: u64) -> Result<Fence, Error> {
        self.create_fence_with(value, FenceFlags::empty())
    }

    /// Makes a monitored fence with a value and flags.
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: flags that do not go together. `NOT_SUPPORTED`: shared ones.
    /// `NO_MEMORY`, `DEVICE_REMOVED`.
    pub fn create_fence_with(&self, value: u64, flags: FenceFlags) -> Result<Fence, Error> {
        let device = self.shared().clone();
        let (handle, made) = call::create_fence(device.dxg(), device.handle(), value, flags)?;
        Ok(Fence {
            value: Value::at(call::CREATE_SYNC_OBJECT, made.fence_cpu_virtual_address)?,
            device,
            handle,
            gpu_address: made.fence_gpu_virtual_address,
        })
    }

    /// Makes a paging queue.
    ///
    /// # Errors
    ///
    /// `NO_MEMORY`, `DEVICE_REMOVED`.
    pub fn create_paging_queue(&self, priority: PagingPriority) -> Result<PagingQueue, Error> {
        let device = self.shared().clone();
        let made = call::create_paging_queue(device.dxg(), device.handle(), priority)?;
        let open = OpenQueue {
            handle: PagingQueueHandle(made.paging_queue.v),
            fence: SyncObjectHandle(made.sync_object.v),
            value: Value::at(call::CREATE_PAGING_QUEUE, made.fence_cpu_virtual_address)?,
            device,
        };
        Ok(PagingQueue {
            shared: Arc::new(open),
        })
    }

    /// Waits for values of fences of this device.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`]: no value, or one of another device. As for [`Fence::wait`].
    pub fn wait(&self, points: &[FencePoint<'_>], wait_for: WaitFor) -> Result<(), Error> {
        self.wait_in(points, wait_for, None)
    }

    /// Has an eventfd signalled when fences of this device have reached values; or when the adapter
    /// goes or a fence is destroyed before that.
    ///
    /// # Errors
    ///
    /// As for [`Self::wait`], and `INVALID_PARAMETER`: no eventfd.
    pub fn signal_event_at(
        &self,
        points: &[FencePoint<'_>],
        wait_for: WaitFor,
        event: impl AsFd,
    ) -> Result<(), Error> {
        self.wait_in(points, wait_for, Some(event.as_fd()))
    }

    fn wait_in(
        &self,
        points: &[FencePoint<'_>],
        wait_for: WaitFor,
        event: Option<BorrowedFd<'_>>,
    ) -> Result<(), Error> {
        let device = self.shared();
        if points.is_empty() {
            return Err(Error::Argument("a wait for no value"));
        }
        if !points.iter().all(|point| Arc::ptr_eq(point.device, device)) {
            return Err(Error::Argument("a wait for a fence of another device"));
        }
        let points: Vec<_> = points.iter().map(|p| (p.handle, p.value)).collect();
        device.wait(&points, wait_for == WaitFor::Any, event)
    }
}
