// SPDX-License-Identifier: GPL-2.0

//! Destroying objects: handles are taken out under the table's lock, objects are dropped after it.

use crate::{
    core::bindings::{
        device::Device,
        process::{
            Object,
            Process, //
        }, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::sync::Arc;

impl Process {
    /// Takes out the object that `handle` names, if `is` accepts it, and destroys what it owns.
    fn destroy(&self, handle: Handle, is: impl FnOnce(&Object) -> bool) -> NtResult {
        let object = self.with_table(|table| {
            if !table.get(handle).is_some_and(is) {
                return Err(NtStatus::INVALID_PARAMETER);
            }
            table.take(handle).ok_or(NtStatus::INVALID_PARAMETER)
        })?;
        object.end();
        self.reap(handle);
        drop(object);
        Ok(())
    }

    /// D3DKMTCloseAdapter; INVALID_PARAMETER when `handle` names no adapter (case 7).
    ///
    /// Devices on the adapter keep working (case 27).
    pub(crate) fn close_adapter(&self, handle: Handle) -> NtResult {
        self.destroy(handle, |object| matches!(object, Object::Adapter(_)))
    }

    /// D3DKMTDestroyDevice, with everything on it (case 26); INVALID_PARAMETER when `handle` names
    /// no device (case 22).
    pub(crate) fn destroy_device(&self, handle: Handle) -> NtResult {
        self.destroy(handle, |object| matches!(object, Object::Device(_)))
    }

    /// D3DKMTDestroyPagingQueue, with its fence; INVALID_PARAMETER when `handle` names no paging queue.
    pub(crate) fn destroy_paging_queue(&self, handle: Handle) -> NtResult {
        self.destroy(handle, |object| matches!(object, Object::PagingQueue(_)))
    }

    /// D3DKMTDestroySynchronizationObject; INVALID_PARAMETER when `handle` names none (case 186), or
    /// names the fence of a paging queue.
    pub(crate) fn destroy_sync_object(&self, handle: Handle) -> NtResult {
        self.destroy(
            handle,
            |object| matches!(object, Object::Sync(object) if object.rights().destroy),
        )
    }

    /// D3DKMTDestroyContext; INVALID_PARAMETER when `handle` names no context (case 460).
    pub(crate) fn destroy_context(&self, handle: Handle) -> NtResult {
        self.destroy(handle, |object| matches!(object, Object::Context(_)))
    }

    /// D3DKMTDestroyAllocation2 of a resource with its allocations.
    ///
    /// INVALID_PARAMETER when `handle` names no resource of `device`.
    pub(crate) fn destroy_resource(&self, device: &Arc<Device>, handle: Handle) -> NtResult {
        self.destroy(
            handle,
            |object| matches!(object, Object::Resource(open) if Arc::ptr_eq(open.device(), device)),
        )
    }

    /// D3DKMTDestroyAllocation2 of single allocations.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER, and nothing is destroyed: a handle names no allocation of `device` (case 108),
    /// is listed twice (case 117), names part of a shared resource (case 116); or the allocations do
    /// not all have the same owner (case 114).
    pub(crate) fn destroy_allocations(&self, device: &Arc<Device>, handles: &[Handle]) -> NtResult {
        let mut objects = KVVec::with_capacity(handles.len(), ACCOUNT)?;
        self.with_table(|table| {
            let owner = handles.first().and_then(|&first| table.parent(first));
            let marked = handles.iter().take_while(|&&handle| {
                matches!(table.get(handle), Some(Object::Allocation(open))
                    if Arc::ptr_eq(open.device(), device)
                        && !open.is_shared()
                        && table.parent(handle) == owner
                        && open.mark())
            });
            let marked = marked.count();
            if marked < handles.len() {
                for &handle in handles.iter().take(marked) {
                    if let Some(Object::Allocation(open)) = table.get(handle) {
                        open.unmark();
                    }
                }
                return Err(NtStatus::INVALID_PARAMETER);
            }
            for &handle in handles.iter() {
                let Some(object) = table.take(handle) else {
                    continue;
                };
                // There is room for all; nothing is allocated or dropped here.
                if objects.push_within_capacity(object).is_err() {
                    break;
                }
            }
            Ok(())
        })?;
        for &handle in handles {
            self.reap(handle);
        }
        drop(objects);
        Ok(())
    }
}
