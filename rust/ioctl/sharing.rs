// SPDX-License-Identifier: GPL-2.0

//! Sharing: D3DKMTShareObjects, QueryResourceInfoFromNtHandle, OpenResourceFromNtHandle.

use super::{
    read,
    validate,
    write,
    write_array,
    write_bytes,
    Caller, //
};
use crate::{
    core::{
        create::Created,
        handle::Handle,
        process::Object,
        share::{
            NtHandle,
            Shared, //
        }, //
    },
    mem::{
        KVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        d3dddi_openallocationinfo2,
        d3dkmt_openresourcefromnthandle,
        d3dkmt_queryresourceinfofromnthandle,
        d3dkmt_shareobjects,
        d3dkmthandle, //
    }, //
};
use kernel::prelude::*;

/// D3DKMTShareObjects: an NT handle, which is a descriptor that closes on exec (cases 146, 155).
///
/// # Errors
///
/// - INVALID_PARAMETER: not one object (cases 150, 152, 155); not a resource (case 143); a resource
///   that was not created to be shared (case 144); an address that cannot be used.
/// - NO_MEMORY: also when the process has no descriptor left.
pub(super) fn share(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_shareobjects = read(argument as u64)?;
    validate::share(&args)?;
    let object: d3dkmthandle = read(args.objects)?;
    let open = caller.process.resource(object.into());
    let shared = open
        .as_ref()
        .and_then(|open| open.nt_shareable())
        .ok_or(NtStatus::INVALID_PARAMETER)?;
    let read_only = !validate::grants_write(args.desired_access);
    let file = NtHandle::create(shared.clone(), read_only)?;
    write(args.shared_handle, &u64::from(file.fd()))?;
    file.install();
    Ok(())
}

/// D3DKMTQueryResourceInfoFromNtHandle: sizes only; the runtime's buffer is not written to (case
/// 161).
///
/// # Errors
///
/// - INVALID_PARAMETER: no device; a descriptor of something else (case 171); another adapter.
/// - INVALID_HANDLE: no open descriptor.
pub(super) fn query_from_nt_handle(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_queryresourceinfofromnthandle = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let sizes = NtHandle::with(args.nt_handle, |handle| {
        handle.shared().check_adapter(&device)?;
        Ok(handle.shared().sizes())
    })?;
    args.private_runtime_data_size = sizes.runtime_data;
    args.total_priv_drv_data_size = sizes.total;
    args.resource_priv_drv_data_size = sizes.private_data;
    args.allocation_count = sizes.allocations;
    write(argument, &args)
}

/// D3DKMTOpenResourceFromNtHandle: binds a shared resource to a device (cases 163 to 176).
///
/// # Errors
///
/// - INVALID_PARAMETER: no device; a descriptor of something else (case 171); another adapter
///   (case 175); counts or sizes that are not the resource's (cases 134, 135, 168), or that have no
///   address (cases 165, 167).
/// - INVALID_HANDLE: no open descriptor.
/// - NO_MEMORY: the buffer for the allocations' data is too small (case 170); no memory.
/// - DEVICE_REMOVED: the adapter has gone.
pub(super) fn open_from_nt_handle(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_openresourcefromnthandle = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let (shared, created) = NtHandle::with(args.nt_handle, |handle| {
        let shared = handle.shared();
        shared.check_adapter(&device)?;
        validate::open_resource(&args, &shared.sizes())?;
        Ok((shared.clone(), shared.open(&device, handle.read_only())?))
    })?;

    let objects = created.objects()?;
    let reservation = caller.process.reserve(objects.len())?;
    let mut handles = reservation.handles().iter().copied();
    args.resource = handles.next().unwrap_or(Handle::NULL).into();
    let (infos, total) = openings(&created, handles, &args)?;
    write_data(&shared, &created, &args)?;
    write_array(args.open_alloc_info, &infos)?;
    args.total_priv_drv_data_size = total;
    args.keyed_mutex = d3dkmthandle::default();
    args.keyed_mutex_private_data_size = 0;
    args.sync_object = d3dkmthandle::default();
    write(argument, &args)?;

    let owner = Object::Device(device);
    reservation.publish_below(Some((args.device.into(), &owner)), objects, true)
}

/// What the caller is told of each allocation: its handle, and where its data is in the common
/// buffer (case 172). Also the bytes of all data.
fn openings(
    created: &Created,
    handles: impl Iterator<Item = Handle>,
    args: &d3dkmt_openresourcefromnthandle,
) -> NtResult<(KVec<d3dddi_openallocationinfo2>, u32)> {
    let mut infos = KVec::with_capacity(created.allocations.len(), ACCOUNT)?;
    let mut offset = 0;
    for (open, handle) in created.allocations.iter().zip(handles) {
        // CAST: below 128 KiB, also in sum.
        let size = open.allocation().private_data().len() as u32;
        infos.push(
            d3dddi_openallocationinfo2 {
                allocation: handle.into(),
                priv_drv_data: args.total_priv_drv_data + u64::from(offset),
                priv_drv_data_size: size,
                ..Default::default()
            },
            ACCOUNT,
        )?;
        offset += size;
    }
    Ok((infos, offset))
}

/// Copies out what the creator attached: the runtime's data, the resource's, and the allocations'
/// one after the other.
fn write_data(
    shared: &Shared,
    created: &Created,
    args: &d3dkmt_openresourcefromnthandle,
) -> NtResult {
    write_bytes(args.private_runtime_data, shared.resource().runtime_data())?;
    write_bytes(args.resource_priv_drv_data, shared.resource().private_data())?;
    let mut address = args.total_priv_drv_data;
    for open in &created.allocations {
        let data = open.allocation().private_data();
        write_bytes(address, data)?;
        address += data.len() as u64;
    }
    Ok(())
}
