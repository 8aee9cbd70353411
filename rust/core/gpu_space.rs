// SPDX-License-Identifier: GPL-2.0

//! [`GpuSpace`]: the GPU virtual addresses of a process on an adapter.

use super::{
    adapter::Adapter,
    allocation::{
        Allocation,
        OpenAllocation, //
    },
    handle::Handle,
    paging_queue::PagingQueue,
    process::{
        Object,
        Process, //
    }, //
};
use crate::{
    fence::timeline::{
        Operation,
        Timeline, //
    },
    gpuva::{
        extents::{
            Key,
            Removed, //
        },
        space::{
            Space,
            Target,
            Wanted, //
        },
        Placement,
        Span, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// What is mapped.
type Item = Arc<Allocation>;

/// The state of a space.
struct State {
    space: Space<Item>,
    /// Devices of the process on the adapter.
    devices: usize,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

/// One for each process and adapter. Its addresses are free again when the last device of the process on the
/// adapter goes (case 368).
#[pin_data]
pub(crate) struct GpuSpace {
    adapter: Arc<Adapter>,
    #[pin]
    state: Mutex<State>,
}

/// Addresses that were given out, and can be taken back.
pub(crate) struct Given {
    pub(crate) address: u64,
    range: u64,
}

impl GpuSpace {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new(adapter: Arc<Adapter>) -> NtResult<Arc<Self>> {
        let state = State {
            space: Space::new(),
            devices: 0,
        };
        Ok(Arc::pin_init(
            pin_init!(Self {
                adapter,
                state <- new_mutex!(state, "GpuSpace::state"),
            }),
            ACCOUNT,
        )?)
    }

    /// Whether nobody can do anything with it any more: the adapter has gone, and all devices.
    pub(super) fn is_over(&self) -> bool {
        self.adapter.check_present().is_err() && self.state.lock().devices == 0
    }

    /// D3DKMTReserveGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::reserve`] says.
    pub(crate) fn reserve(&self, at: Placement, bytes: u64, zero: bool) -> NtResult<Given> {
        let space = &mut self.state.lock().space;
        let address = space.reserve(at, bytes, zero)?;
        Ok(Given {
            address,
            range: space.range_at(address),
        })
    }

    /// D3DKMTFreeGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::free`] says.
    pub(crate) fn free(&self, span: Span) -> NtResult {
        let removed = self.state.lock().space.free(span.start, span.bytes());
        // After the lock.
        removed.map(drop)
    }

    /// Takes addresses back that nobody was told of, if they are still what was given out.
    pub(crate) fn take_back(&self, given: &Given, bytes: u64) {
        let removed = {
            let space = &mut self.state.lock().space;
            match space.range_at(given.address) == given.range {
                true => space.free(given.address, bytes).ok(),
                false => None,
            }
        };
        drop(removed);
    }

    fn map(
        &self,
        at: Placement,
        bytes: u64,
        wanted: &Wanted<'_, Item>,
    ) -> NtResult<(Given, Removed<Item>)> {
        let space = &mut self.state.lock().space;
        let (address, removed) = space.map(at, bytes, wanted)?;
        let range = space.range_at(address);
        Ok((Given { address, range }, removed))
    }

    /// Whether a mapping could be made there, but for lack of memory.
    fn check_map(&self, start: u64, bytes: u64, wanted: &Wanted<'_, Item>) -> NtResult {
        self.state.lock().space.check_map(start, bytes, wanted)
    }

    /// What is mapped under a key is no more.
    fn forget(&self, key: Key) {
        loop {
            let removed = self.state.lock().space.forget(key);
            if removed.is_none() {
                return;
            }
        }
    }
}

/// What is to be mapped.
pub(crate) enum Mapped<'a> {
    Zero,
    NoAccess,
    /// An allocation's bytes from `offset` on.
    Memory {
        open: &'a OpenAllocation,
        offset: u64,
        write: bool,
        driver_protection: u64,
    },
}

impl PagingQueue {
    /// D3DKMTMapGpuVirtualAddress. `tell` gets the address and the value to wait for; when it fails, nothing
    /// has changed.
    ///
    /// # Errors
    ///
    /// As [`Space::map`] says; what `tell` says.
    pub(crate) fn map_gpu_va(
        &self,
        at: Placement,
        bytes: u64,
        what: &Mapped<'_>,
        tell: impl FnOnce(u64, u64) -> NtResult,
    ) -> NtResult {
        let space = self.device().gpu_space();
        let operation = Timeline::prepare(self.timeline())?;
        let target;
        let wanted = match *what {
            Mapped::Zero => Wanted::Zero,
            Mapped::NoAccess => Wanted::NoAccess,
            Mapped::Memory {
                open,
                offset,
                write,
                driver_protection,
            } => {
                target = open.mapped();
                Wanted::Memory {
                    target: &target,
                    offset,
                    write,
                    driver_protection,
                }
            }
        };
        // What nobody else can see can be taken back, what was replaced can't: there the caller is told
        // first.
        match at {
            Placement::At(address) => {
                space.check_map(address, bytes, &wanted)?;
                let operation = operation.begin();
                tell(address, Operation::value(&operation))?;
                let (_, removed) = space.map(at, bytes, &wanted)?;
                drop(removed);
            }
            Placement::Between { .. } => {
                let (given, removed) = space.map(at, bytes, &wanted)?;
                drop(removed);
                let operation = operation.begin();
                if let Err(status) = tell(given.address, Operation::value(&operation)) {
                    space.take_back(&given, bytes);
                    return Err(status);
                }
            }
        }
        Ok(())
    }
}

/// A device's part in the space of its process.
pub(super) struct SpaceOfDevice(Arc<GpuSpace>);

impl SpaceOfDevice {
    pub(super) fn new(space: Arc<GpuSpace>) -> Self {
        space.state.lock().devices += 1;
        Self(space)
    }

    pub(super) fn space(&self) -> &Arc<GpuSpace> {
        &self.0
    }
}

impl Drop for SpaceOfDevice {
    fn drop(&mut self) {
        let old = {
            let mut state = self.0.state.lock();
            state.devices -= 1;
            match state.devices {
                0 => Some(core::mem::replace(&mut state.space, Space::new())),
                _ => None,
            }
        };
        // After the lock.
        drop(old);
    }
}

/// The mappings of a binding, which go with it (cases 362, 363).
pub(super) struct Mappings {
    space: Arc<GpuSpace>,
    /// There has been one. Who ends the binding is the last one who has it.
    any: Atomic<bool>,
}

impl Mappings {
    pub(super) fn new(space: Arc<GpuSpace>) -> Self {
        Self {
            space,
            any: Atomic::new(false),
        }
    }

    /// What its mappings are found by: it does not move while there are any.
    fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// An allocation as it is mapped for the binding.
    pub(super) fn target(&self, allocation: &Arc<Allocation>, writable: bool) -> Target<Item> {
        self.any.store(true, Relaxed);
        Target {
            item: allocation.clone(),
            key: self.key(),
            bytes: allocation.facts().size(),
            writable,
        }
    }
}

impl Drop for Mappings {
    fn drop(&mut self) {
        if self.any.load(Relaxed) {
            self.space.forget(self.key());
        }
    }
}

impl Process {
    /// The space that an adapter's or a paging queue's handle stands for, and its adapter; INVALID_PARAMETER
    /// for anything else (case 313).
    pub(crate) fn space_by(&self, handle: Handle) -> NtResult<(Arc<Adapter>, Arc<GpuSpace>)> {
        match self.get(handle) {
            Some(Object::Adapter(open)) => {
                let adapter = open.adapter().clone();
                let space = self.gpu_space(&adapter)?;
                Ok((adapter, space))
            }
            Some(Object::PagingQueue(queue)) => {
                let device = queue.device();
                Ok((device.adapter().clone(), device.gpu_space().clone()))
            }
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }

    /// The allocation that a handle names, on any device of the queue's adapter (case 338);
    /// INVALID_PARAMETER for anything else (case 339).
    pub(crate) fn mappable(
        &self,
        queue: &PagingQueue,
        handle: Handle,
    ) -> NtResult<Arc<OpenAllocation>> {
        match self.get(handle) {
            Some(Object::Allocation(open))
                if Arc::ptr_eq(open.device().adapter(), queue.device().adapter()) =>
            {
                Ok(open)
            }
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }
}
