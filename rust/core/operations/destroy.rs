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
        as_dyn,
        KVVec,
        ACCOUNT, //
    },
    sched::{
        channel::Channel,
        joint::{
            Joint,
            Part, //
        },
        packet::{
            Packet,
            Task,
            TaskProgress, //
        },
        queue::Slot, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

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
        self.reap(handle, drop);
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

    /// D3DKMTDestroyAllocation2 of a resource with its allocations. If it may be `in_use`, it lasts until the packets
    /// of the process have ended.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: `handle` names no resource of `device`. NO_MEMORY: only if there are packets.
    pub(crate) fn destroy_resource(
        &self,
        device: &Arc<Device>,
        handle: Handle,
        in_use: bool,
    ) -> NtResult {
        let packets = Packets::before(device, in_use)?;
        let resource = self.with_table(|table| match table.get(handle) {
            Some(Object::Resource(open)) if Arc::ptr_eq(open.device(), device) => {
                table.take(handle).ok_or(NtStatus::INVALID_PARAMETER)
            }
            _ => Err(NtStatus::INVALID_PARAMETER),
        })?;
        let mut objects = KVVec::new();
        self.reap(handle, |object| {
            // What there is no memory for is destroyed at once.
            if packets.are_there() && objects.reserve(1, ACCOUNT).is_ok() {
                drop(objects.push_within_capacity(object));
            }
        });
        packets.keep(objects);
        drop(resource);
        Ok(())
    }

    /// D3DKMTDestroyAllocation2 of single allocations, which may be `in_use` as above.
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER, and nothing is destroyed: a handle names no allocation of `device` (case 108),
    /// is listed twice (case 117), names part of a shared resource (case 116); or the allocations do
    /// not all have the same owner (case 114).
    pub(crate) fn destroy_allocations(
        &self,
        device: &Arc<Device>,
        handles: &[Handle],
        in_use: bool,
    ) -> NtResult {
        let packets = Packets::before(device, in_use)?;
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
            self.reap(handle, drop);
        }
        packets.keep(objects);
        Ok(())
    }
}

/// The packets of the process that may use what is being destroyed: it lasts until they have ended (case 529).
struct Packets(KVVec<(Arc<Channel>, Slot<Arc<Packet>>)>);

impl Packets {
    /// Those of all its contexts on the adapter, if there are any and what is destroyed may be `in_use`.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    fn before(device: &Device, in_use: bool) -> NtResult<Self> {
        let mut packets = KVVec::new();
        if in_use {
            for channel in device.gpu_space().busy_channels()? {
                match channel.reserve_beyond() {
                    Ok(slot) => packets.push((channel, slot), ACCOUNT)?,
                    // There is nothing to wait for in one that is closed.
                    Err(NtStatus::DEVICE_REMOVED) => {}
                    Err(status) => return Err(status),
                }
            }
        }
        Ok(Self(packets))
    }

    fn are_there(&self) -> bool {
        !self.0.is_empty()
    }

    /// Keeps objects until the packets have ended.
    fn keep(self, objects: KVVec<Object>) {
        if self.are_there() {
            // What there is no memory for is destroyed at once.
            let _ = self.try_keep(objects);
        }
    }

    fn try_keep(self, objects: KVVec<Object>) -> NtResult {
        let contexts = Joint::new(self.0.len())?;
        let kept = Arc::pin_init(
            pin_init!(Kept {
                objects <- new_mutex!(objects, "Kept::objects"),
            }),
            ACCOUNT,
        )?;
        let mut packets = KVVec::with_capacity(self.0.len(), ACCOUNT)?;
        for _ in 0..self.0.len() {
            let user = User {
                kept: kept.clone(),
                part: Part::new(contexts.clone()),
            };
            let user = Arc::new(user, ACCOUNT)?;
            packets.push(Arc::new(Packet::Task(as_dyn!(user)), ACCOUNT)?, ACCOUNT)?;
        }
        for ((channel, slot), packet) in self.0.into_iter().zip(packets) {
            channel.append(slot, packet);
        }
        Ok(())
    }
}

/// Objects that packets may use.
#[pin_data]
struct Kept {
    #[pin]
    objects: Mutex<KVVec<Object>>,
}

/// One of the contexts.
struct User {
    kept: Arc<Kept>,
    part: Part,
}

impl Drop for User {
    fn drop(&mut self) {
        // A context that is destroyed before it comes there does not use them any more, either.
        self.part.abandon();
    }
}

/// Objects that are destroyed in one piece.
const AT_ONCE: usize = 16;

impl Task for User {
    fn run(&self, _in_error: bool) -> TaskProgress {
        if !self.part.arrive() {
            return TaskProgress::Done;
        }
        for _ in 0..AT_ONCE {
            // Dropped after the lock is released.
            let object = self.kept.objects.lock().pop();
            if object.is_none() {
                return TaskProgress::Done;
            }
        }
        TaskProgress::More
    }
}
