// SPDX-License-Identifier: GPL-2.0

//! Mapping GPU virtual addresses, and which space and allocation a handle stands for there.

use crate::{
    core::{
        bindings::{
            context::Context,
            device::Device,
            gpu_space::{
                GpuSpace,
                Item, //
            },
            open_allocation::OpenAllocation,
            paging_queue::PagingQueue,
            process::{
                Object,
                Process, //
            }, //
        },
        objects::adapter::Adapter,
        operations::submission, //
    },
    fence::{
        timeline::{
            Operation,
            Timeline, //
        },
        MonitoredFence, //
    },
    gpuva::{
        self,
        space::Wanted,
        update::Reservations,
        AddressRequest,
        Span,
        Step, //
    },
    handle::Handle,
    mem::{
        as_dyn,
        KVVec,
        ACCOUNT, //
    },
    sched::packet::{
        Task,
        TaskProgress, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    vidmm::account::Account, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

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
    /// D3DKMTMapGpuVirtualAddress. `tell` is called with the address and the value to wait for; if it fails,
    /// nothing has changed.
    ///
    /// # Errors
    ///
    /// As [`GpuSpace::map`] says; the errors of `tell`.
    pub(crate) fn map_gpu_va(
        &self,
        at: AddressRequest,
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
                target = open.mapped()?;
                Wanted::Memory {
                    target: &target,
                    offset,
                    write,
                    driver_protection,
                }
            }
        };
        // A new range can be taken back, a mapping that was replaced cannot: there the caller is told first.
        match at {
            AddressRequest::At(address) => {
                space.check_map(address, bytes, &wanted)?;
                let operation = operation.begin();
                tell(address, Operation::value(&operation))?;
                space.map(at, bytes, &wanted)?;
            }
            AddressRequest::Between { .. } => {
                let given = space.map(at, bytes, &wanted)?;
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

/// An operation of an update, with the allocation that it maps.
pub(crate) enum UpdateOperation {
    Map {
        span: Span,
        open: Arc<OpenAllocation>,
        offset: u64,
        bytes: u64,
        write: bool,
        driver_protection: u64,
    },
    Unmap {
        span: Span,
        zero: bool,
    },
    Copy {
        source: Span,
        to: Span,
    },
}

impl UpdateOperation {
    /// NO_MEMORY.
    fn operation(&self) -> NtResult<gpuva::update::Operation<Item>> {
        use gpuva::update::Operation;
        Ok(match self {
            Self::Map {
                span,
                open,
                offset,
                bytes,
                write,
                driver_protection,
            } => Operation::Map {
                span: *span,
                target: open.mapped()?,
                offset: *offset,
                bytes: *bytes,
                write: *write,
                driver_protection: *driver_protection,
            },
            &Self::Unmap { span, zero } => Operation::Unmap { span, zero },
            &Self::Copy { source, to } => Operation::Copy { source, to },
        })
    }
}

/// Steps of an update that are done in one piece.
const AT_ONCE: usize = 64;

/// An update of an address space that waits for its turn. It keeps the bindings that it maps: the mapping of one that
/// is destroyed meanwhile goes with it (case 411).
#[pin_data]
struct Update {
    space: Arc<GpuSpace>,
    account: Arc<Account>,
    operations: KVVec<gpuva::update::Operation<Item>>,
    reservations: Reservations,
    #[pin]
    next: Mutex<Next>,
    _bindings: KVVec<UpdateOperation>,
}

/// How far an update has come.
#[derive(Clone, Copy)]
struct Next {
    operation: usize,
    /// Bytes of it that are done.
    done: u64,
}

impl Task for Update {
    fn run(&self, in_error: bool) -> TaskProgress {
        if in_error {
            return TaskProgress::Done;
        }
        let mut next = *self.next.lock();
        for _ in 0..AT_ONCE {
            let Some(operation) = self.operations.get(next.operation) else {
                return TaskProgress::Done;
            };
            let step = self
                .account
                .charged(|| (self.space).update(operation, self.reservations, &mut next.done));
            match step {
                Ok(Step::More) => {}
                Ok(Step::Done(())) => {
                    next = Next {
                        operation: next.operation + 1,
                        done: 0,
                    }
                }
                Err(_) => return TaskProgress::Failed,
            }
        }
        *self.next.lock() = next;
        TaskProgress::More
    }
}

impl Context {
    /// D3DKMTUpdateGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::check_update`](gpuva::space::Space::check_update) says; those of [`submission::wait`].
    pub(crate) fn update_gpu_va(
        context: &Arc<Self>,
        operations: KVVec<UpdateOperation>,
        wait_first: bool,
        fence: &Arc<MonitoredFence>,
        value: u64,
    ) -> NtResult {
        let space = context.device().gpu_space().clone();
        let mut to_do = KVVec::with_capacity(operations.len(), ACCOUNT)?;
        for operation in &operations {
            to_do.push(operation.operation()?, ACCOUNT)?;
        }
        let (bindings, reservations) = (operations, space.check_update(&to_do)?);
        let start = Next {
            operation: 0,
            done: 0,
        };
        let update = Arc::pin_init(
            pin_init!(Update {
                space,
                account: context.device().account().clone(),
                operations: to_do,
                reservations,
                next <- new_mutex!(start, "Update::next"),
                _bindings: bindings,
            }),
            ACCOUNT,
        )?;
        submission::update(context, wait_first, fence, value, as_dyn!(update))
    }
}

impl Process {
    /// The adapter and the address space that the handle of an adapter or of a paging queue stands for;
    /// INVALID_PARAMETER for anything else (case 313).
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

    /// The allocation that a handle names, on any device of the same adapter (case 338); INVALID_PARAMETER for
    /// anything else (case 339).
    pub(crate) fn mappable(
        &self,
        device: &Device,
        handle: Handle,
    ) -> NtResult<Arc<OpenAllocation>> {
        match self.get(handle) {
            Some(Object::Allocation(open))
                if Arc::ptr_eq(open.device().adapter(), device.adapter()) =>
            {
                Ok(open)
            }
            _ => Err(NtStatus::INVALID_PARAMETER),
        }
    }
}
