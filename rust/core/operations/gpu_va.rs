// SPDX-License-Identifier: GPL-2.0

//! Mapping GPU virtual addresses, and which space and allocation a handle stands for there.

use crate::{
    core::{
        bindings::{
            gpu_space::GpuSpace,
            open_allocation::OpenAllocation,
            paging_queue::PagingQueue,
            process::{
                Object,
                Process, //
            }, //
        },
        objects::adapter::Adapter, //
    },
    fence::timeline::{
        Operation,
        Timeline, //
    },
    gpuva::{
        space::Wanted,
        AddressRequest, //
    },
    handle::Handle,
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::sync::Arc;

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
                target = open.mapped();
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
                let (_, removed) = space.map(at, bytes, &wanted)?;
                drop(removed);
            }
            AddressRequest::Between { .. } => {
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
