// SPDX-License-Identifier: MIT OR Apache-2.0
//! Contexts: where commands, waits and signals are queued, and executed in this order.

use crate::{
    call::check,
    device::OpenDevice,
    fence::{Fence, FencePoint},
    handle::{ContextHandle, DeviceHandle, SyncObjectHandle},
    submission::Progress,
    sys::{self, d3dkmthandle},
    ContextFlags, Device, Dxg, Error,
};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, TryLockError};

/// The first engine of a node, as a bit; there is no other.
const FIRST_ENGINE: u32 = 1;

/// A context on a node of a device (D3DKMT_CREATECONTEXTVIRTUAL). What is queued on it is executed in this
/// order; between contexts only fences make an order.
///
/// [`Submission`](crate::Submission)s keep it alive. Destroying it waits for what is being executed, and
/// abandons what is not: signals of that do not happen.
///
/// ```no_run
/// # fn main() -> Result<(), libd3dkmt::Error> {
/// use libd3dkmt::{
///     command::Commands, gem::Buffer, AllocationInfo, Dxg, GpuProtection, MadeResident, MakeResidentFlags,
///     PagingPriority, Waited,
/// };
/// use std::time::Duration;
///
/// let adapter = Dxg::open()?.adapters()?.remove(0);
/// let device = adapter.create_device()?;
/// let queue = device.create_paging_queue(PagingPriority::NORMAL)?;
/// let mut code = device.allocate(AllocationInfo::buffer(Buffer::new(4096)))?;
/// let mut data = device.allocate(AllocationInfo::buffer(Buffer::new(1 << 20)))?;
/// if let MadeResident::OverBudget(bytes) = queue.make_resident(&[&code, &data], MakeResidentFlags::empty())? {
///     panic!("{bytes} bytes too many");
/// }
/// // Mapping waits for what the queue was given before, too.
/// let at = queue.map_gpu_va(&mut code, GpuProtection::empty())?;
/// let target = queue.map_gpu_va(&mut data, GpuProtection::WRITE)?;
///
/// let mut commands = Commands::new();
/// commands.fill(target.address(), target.bytes(), 0xffff_ffff);
/// code.write(0, &commands.to_bytes())?;
///
/// let context = device.create_context(0)?;
/// let submission = context.submit(&at, 0..commands.bytes(), &[&target])?;
/// assert_eq!(submission.wait(Duration::from_secs(1))?, Waited::Reached);
/// let mut bytes = [0; 16];
/// data.read(0, &mut bytes)?;
/// assert_eq!(bytes, [0xff; 16]);
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Context {
    shared: Arc<OpenContext>,
}

/// The handle, destroyed when nobody needs it any more.
#[derive(Debug)]
pub(crate) struct OpenContext {
    device: Arc<OpenDevice>,
    handle: ContextHandle,
    /// What its commands use. Behind the handle: that goes first.
    progress: Mutex<Progress>,
    /// Reaches 1 when the first submission has ended, then 2, and so on.
    fence: Fence,
}

impl OpenContext {
    pub(crate) fn device(&self) -> &OpenDevice {
        &self.device
    }

    pub(crate) fn dxg(&self) -> &Dxg {
        self.device.dxg()
    }

    pub(crate) fn handle(&self) -> ContextHandle {
        self.handle
    }

    pub(crate) fn fence(&self) -> &Fence {
        &self.fence
    }

    pub(crate) fn progress(&self) -> MutexGuard<'_, Progress> {
        self.progress.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// `None` while a thread submits.
    pub(crate) fn try_progress(&self) -> Option<MutexGuard<'_, Progress>> {
        match self.progress.try_lock() {
            Ok(progress) => Some(progress),
            Err(TryLockError::Poisoned(poisoned)) => Some(poisoned.into_inner()),
            Err(TryLockError::WouldBlock) => None,
        }
    }

    /// Queues a signal (D3DKMTSignalSynchronizationObjectFromGpu).
    pub(crate) fn signal(&self, fence: SyncObjectHandle, value: u64) -> Result<(), Error> {
        let (objects, values) = ([d3dkmthandle::from(fence)], [value]);
        let mut argument = to_signal(self.handle, &objects, &values);
        // SAFETY: The addresses are those of arrays of one element each.
        let result =
            unsafe { sys::D3DKMTSignalSynchronizationObjectFromGpu(self.dxg(), &mut argument) };
        check("D3DKMTSignalSynchronizationObjectFromGpu", result)
    }

    fn destroy(&self) -> Result<(), Error> {
        let mut argument = sys::D3DKMT_DESTROYCONTEXT {
            context: self.handle.into(),
        };
        // SAFETY: The argument holds no address.
        let result = unsafe { sys::D3DKMTDestroyContext(self.dxg(), &mut argument) };
        check("D3DKMTDestroyContext", result)
    }
}

impl Drop for OpenContext {
    fn drop(&mut self) {
        // The handle is 0 after `Context::destroy`.
        if self.handle.0 != 0 {
            let _ = self.destroy();
        }
    }
}

impl Context {
    /// Takes over a handle that the kernel has just given out.
    fn new(device: Arc<OpenDevice>, handle: ContextHandle, fence: Fence) -> Self {
        Self {
            shared: Arc::new(OpenContext {
                device,
                handle,
                progress: Mutex::default(),
                fence,
            }),
        }
    }

    pub(crate) fn shared(&self) -> &Arc<OpenContext> {
        &self.shared
    }

    /// Its handle.
    pub fn handle(&self) -> ContextHandle {
        self.shared.handle
    }

    /// Has what is queued later wait until a fence has reached a value, and no thread
    /// (D3DKMTWaitForSynchronizationObjectFromGpu). The signal may be queued, or made, after that. There
    /// is no time limit, and other contexts go on meanwhile. If the fence is destroyed before it has
    /// the value, this context stands still until it is destroyed.
    ///
    /// # Errors
    ///
    /// `ACCESS_DENIED`: made with [`FenceFlags::NO_WAIT`](crate::FenceFlags::NO_WAIT).
    /// `INVALID_PARAMETER`: a fence of another device. `NO_MEMORY`. `DEVICE_REMOVED`: the
    /// adapter has gone, or the device is in error.
    pub fn wait_for(&self, fence: &Fence, value: u64) -> Result<(), Error> {
        self.wait_for_all(&[fence.at(value)])
    }

    /// [`Self::wait_for`] several values, also such of paging queues
    /// ([`PagingQueue::at`](crate::PagingQueue::at)) and of other contexts
    /// ([`Submission::point`](crate::Submission::point)); at most 32.
    ///
    /// # Errors
    ///
    /// [`Error::Argument`]: no value. As for [`Self::wait_for`]; `INVALID_PARAMETER`: more than 32.
    pub fn wait_for_all(&self, points: &[FencePoint<'_>]) -> Result<(), Error> {
        if points.is_empty() {
            return Err(Error::Argument("a wait for no value"));
        }
        let (objects, values): (Vec<_>, Vec<_>) = points
            .iter()
            .map(FencePoint::parts)
            .map(|(fence, value)| (d3dkmthandle::from(fence), value))
            .unzip();
        let dxg = self.shared.dxg();
        let mut argument = to_wait(self.handle(), &objects, &values);
        // SAFETY: The addresses are those of arrays with as many elements as stated.
        let result = unsafe { sys::D3DKMTWaitForSynchronizationObjectFromGpu(dxg, &mut argument) };
        check("D3DKMTWaitForSynchronizationObjectFromGpu", result)
    }

    /// Raises a fence to a value when everything has ended that was queued before; one that is higher
    /// already stays (D3DKMTSignalSynchronizationObjectFromGpu).
    ///
    /// # Errors
    ///
    /// `ACCESS_DENIED`: made with [`FenceFlags::NO_SIGNAL`](crate::FenceFlags::NO_SIGNAL).
    /// `INVALID_PARAMETER`: a fence of another device. `NO_MEMORY`. `DEVICE_REMOVED`: the
    /// adapter has gone, or the device is in error.
    pub fn signal(&self, fence: &Fence, value: u64) -> Result<(), Error> {
        self.shared.signal(fence.handle(), value)
    }

    /// Destroys the context and says whether that worked (D3DKMTDestroyContext). Dropping it does the
    /// same, without saying.
    ///
    /// # Errors
    ///
    /// [`Error::InUse`] when submissions are alive: the last of them destroys it. What the kernel says.
    pub fn destroy(self) -> Result<(), Error> {
        let mut open = Arc::try_unwrap(self.shared).map_err(|_| Error::InUse("context"))?;
        let result = open.destroy();
        open.handle = ContextHandle(0);
        result
    }
}

impl Device {
    /// Makes a context on a node, by its number from 0 (D3DKMTCreateContextVirtual).
    ///
    /// # Errors
    ///
    /// `INVALID_PARAMETER`: there is no such node. `NO_MEMORY`. `DEVICE_REMOVED`: the adapter has gone,
    /// or the device is in error.
    pub fn create_context(&self, node: u32) -> Result<Context, Error> {
        self.create_context_with(node, ContextFlags::empty())
    }

    /// [`Self::create_context`] with flags.
    ///
    /// # Errors
    ///
    /// As for [`Self::create_context`]; `INVALID_PARAMETER`: flags that are not for callers.
    /// `UNSUCCESSFUL`: [`ContextFlags::HW_QUEUE_SUPPORTED`], and the adapter has no hardware queues.
    pub fn create_context_with(&self, node: u32, flags: ContextFlags) -> Result<Context, Error> {
        let device = self.shared().clone();
        let fence = self.create_fence(0)?;
        let mut argument = to_create(device.handle(), node, flags);
        // SAFETY: The one address is NULL.
        let result = unsafe { sys::D3DKMTCreateContextVirtual(self.dxg(), &mut argument) };
        check("D3DKMTCreateContextVirtual", result)?;
        let handle = ContextHandle(argument.context.v);
        Ok(Context::new(device, handle, fence))
    }
}

fn to_create(
    device: DeviceHandle,
    node: u32,
    flags: ContextFlags,
) -> sys::D3DKMT_CREATECONTEXTVIRTUAL {
    sys::D3DKMT_CREATECONTEXTVIRTUAL {
        device: device.into(),
        node_ordinal: node,
        engine_affinity: FIRST_ENGINE,
        flags: flags.into(),
        client_hint: sys::D3DKMT_CLIENTHINT::UNKNOWN.into(),
        ..Default::default()
    }
}

/// How many there are. More than the ABI can express is refused in any case.
fn count(objects: &[d3dkmthandle]) -> u32 {
    u32::try_from(objects.len()).unwrap_or(u32::MAX)
}

/// There are as many values as objects.
fn to_wait(
    context: ContextHandle,
    objects: &[d3dkmthandle],
    values: &[u64],
) -> sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU {
    let mut argument = sys::D3DKMT_WAITFORSYNCHRONIZATIONOBJECTFROMGPU {
        context: context.into(),
        object_count: count(objects),
        objects: objects.as_ptr() as u64,
        ..Default::default()
    };
    argument.__bindgen_anon_1.monitored_fence_values = values.as_ptr() as u64;
    argument
}

/// There are as many values as objects.
fn to_signal(
    context: ContextHandle,
    objects: &[d3dkmthandle],
    values: &[u64],
) -> sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU {
    let mut argument = sys::D3DKMT_SIGNALSYNCHRONIZATIONOBJECTFROMGPU {
        context: context.into(),
        object_count: count(objects),
        objects: objects.as_ptr() as u64,
        ..Default::default()
    };
    argument.__bindgen_anon_1.monitored_fence_values = values.as_ptr() as u64;
    argument
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_argument_of_a_context_names_node_and_engine() {
        let flags = ContextFlags::DISABLE_GPU_TIMEOUT | ContextFlags::SYNCHRONIZATION_ONLY;
        let argument = to_create(DeviceHandle(0x4000_0040), 2, flags);
        assert_eq!(argument.device.v, 0x4000_0040);
        assert_eq!((argument.node_ordinal, argument.engine_affinity), (2, 1));
        assert_eq!((argument.flags.value, argument.client_hint), (4 | 8, 0));
        assert_eq!(
            (argument.priv_drv_data, argument.priv_drv_data_size),
            (0, 0)
        );
        assert_eq!(argument.context.v, 0);
    }

    #[test]
    fn waits_and_signals_have_two_lists() {
        let context = ContextHandle(0x4000_0180);
        let objects = [1, 2].map(|v| d3dkmthandle { v });
        let values = [10, 20];
        let lists = (objects.as_ptr() as u64, values.as_ptr() as u64);

        let wait = to_wait(context, &objects, &values);
        assert_eq!((wait.context.v, wait.object_count), (0x4000_0180, 2));
        // SAFETY: Any bytes are numbers.
        let second = unsafe { wait.__bindgen_anon_1.reserved };
        assert_eq!(
            (wait.objects, second),
            (lists.0, [lists.1, 0, 0, 0, 0, 0, 0, 0])
        );

        let signal = to_signal(context, &objects, &values);
        assert_eq!((signal.context.v, signal.object_count), (0x4000_0180, 2));
        // SAFETY: As above.
        let second = unsafe { signal.__bindgen_anon_1.reserved };
        assert_eq!(
            (signal.objects, second),
            (lists.0, [lists.1, 0, 0, 0, 0, 0, 0, 0])
        );
    }
}
