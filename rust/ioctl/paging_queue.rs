// SPDX-License-Identifier: GPL-2.0

//! Paging queues: D3DKMTCreatePagingQueue, DestroyPagingQueue.

use super::{
    read,
    validate_sync,
    write,
    Caller, //
};
use crate::{
    core::bindings::{
        paging_queue::PagingQueue,
        process::Object, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult,
    uapi::{
        d3dddi_destroypagingqueue,
        d3dkmt_createpagingqueue, //
    }, //
};

/// D3DKMTCreatePagingQueue: creates a queue on the device, and the queue's fence below it.
///
/// # Errors
///
/// - INVALID_PARAMETER: no device; see [`validate_sync::create_paging_queue`].
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NO_MEMORY: no memory, or no free address range.
pub(super) fn create(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_createpagingqueue = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let priority = validate_sync::create_paging_queue(&args)?;

    let (queue, object) = PagingQueue::new(&device, priority)?;
    let address = object.address() as u64;
    let mut objects = KVVec::with_capacity(2, ACCOUNT)?;
    objects.push(Object::PagingQueue(queue), ACCOUNT)?;
    objects.push(Object::Sync(object), ACCOUNT)?;
    let reservation = caller.process.alloc_handles(2)?;
    let handle = |at: usize| reservation.handles().get(at).copied();
    write(
        argument,
        &d3dkmt_createpagingqueue {
            paging_queue: handle(0).unwrap_or(Handle::NULL).into(),
            sync_object: handle(1).unwrap_or(Handle::NULL).into(),
            fence_cpu_virtual_address: address,
            ..args
        },
    )?;
    let owner = Object::Device(device);
    reservation.publish_below(Some((args.device.into(), &owner)), objects, true)
}

/// D3DKMTDestroyPagingQueue, with its fence.
///
/// # Errors
///
/// INVALID_PARAMETER: no paging queue.
pub(super) fn destroy(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dddi_destroypagingqueue = read(argument as u64)?;
    caller
        .process
        .destroy_paging_queue(args.paging_queue.into())
}
