// SPDX-License-Identifier: GPL-2.0

//! Sharing: D3DKMTShareObjects, QueryResourceInfo and OpenResource, by NT handle and by global handle.

use super::{
    read,
    validate::{
        self,
        OpenRequest, //
    },
    write,
    write_array,
    write_bytes,
    Caller, //
};
use crate::{
    core::{
        bindings::{
            device::Device,
            process::Object, //
        },
        objects::{
            global_handles::{
                GlobalHandleRef,
                GlobalHandles, //
            },
            nt_handle::NtHandle,
            shared::Shared, //
        },
        operations::{
            create::Created,
            open_shared, //
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
    },
    uapi::{
        d3dddi_openallocationinfo2,
        d3dkmt_openresourcefromnthandle,
        d3dkmt_queryresourceinfofromnthandle,
        d3dkmt_shareobjects,
        d3dkmthandle,
        D3DKMT_OPENRESOURCE,
        D3DKMT_QUERYRESOURCEINFO, //
    }, //
};
use kernel::sync::Arc;

/// D3DKMTShareObjects: creates an NT handle: a descriptor with close-on-exec (cases 146, 155).
///
/// # Errors
///
/// - INVALID_PARAMETER: not exactly one object (cases 150, 152, 155); not a resource (case 143); a resource
///   that was not created to be shared (case 144); a bad address.
/// - NO_MEMORY: also when the process has no free descriptor.
pub(super) fn share(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_shareobjects = read(argument as u64)?;
    validate::share(&args)?;
    let object: d3dkmthandle = read(args.objects)?;
    let open = caller.process.resource(object.into());
    let open = open.ok_or(NtStatus::INVALID_PARAMETER)?;
    let shared = open.nt_shareable().ok_or(NtStatus::INVALID_PARAMETER)?;
    let read_only = open.is_read_only() || !validate::grants_write(args.desired_access);
    let file = NtHandle::create(shared.clone(), read_only)?;
    write(args.shared_handle, &u64::from(file.fd()))?;
    file.install();
    Ok(())
}

/// D3DKMTQueryResourceInfoFromNtHandle: returns sizes only; the runtime's buffer is not written
/// (case 161).
///
/// # Errors
///
/// - INVALID_PARAMETER: no device; a descriptor of something else (case 171); another adapter.
/// - INVALID_HANDLE: no open descriptor.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn query_from_nt_handle(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_queryresourceinfofromnthandle = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let sizes = NtHandle::with(args.nt_handle, |handle| {
        handle.shared().sizes_for(device.adapter())
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
/// As [`open`]; and INVALID_HANDLE: no open descriptor; INVALID_PARAMETER: a descriptor of something
/// else (case 171).
pub(super) fn open_from_nt_handle(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_openresourcefromnthandle = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let request = OpenRequest {
        allocations: args.allocation_count,
        list: args.open_alloc_info,
        runtime_data: (args.private_runtime_data_size, args.private_runtime_data),
        private_data: (
            args.resource_priv_drv_data_size,
            args.resource_priv_drv_data,
        ),
        total: (args.total_priv_drv_data_size, args.total_priv_drv_data),
    };
    let (shared, read_only) = NtHandle::with(args.nt_handle, |handle| {
        Ok((handle.shared().clone(), handle.read_only()))
    })?;
    let created = bind(caller, &shared, &device, &request, read_only, None)?;

    args.resource = write_opened(&shared, &created, &request)?;
    args.total_priv_drv_data_size = shared.sizes().total;
    args.keyed_mutex = d3dkmthandle::default();
    args.keyed_mutex_private_data_size = 0;
    args.sync_object = d3dkmthandle::default();
    write(argument, &args)?;
    created.publish((args.device.into(), &Object::Device(device)))
}

/// D3DKMTQueryResourceInfo: returns sizes only; the runtime's buffer is not written (cases 126 to 129).
///
/// # Errors
///
/// INVALID_PARAMETER: no device; a number that names nothing for this user (case 126); another
/// adapter. DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn query(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: D3DKMT_QUERYRESOURCEINFO = read(argument)?;
    let device = caller.process.device(Handle::new(args.hDevice))?;
    let (shared, _opening) = named(caller, args.hGlobalShare)?;
    let sizes = shared.sizes_for(device.adapter())?;
    args.PrivateRuntimeDataSize = sizes.runtime_data;
    args.TotalPrivateDriverDataSize = sizes.total;
    args.ResourcePrivateDriverDataSize = sizes.private_data;
    args.NumAllocations = sizes.allocations;
    write(argument, &args)
}

/// D3DKMTOpenResource, with elements of version 2: binds a shared resource to a device
/// (cases 131 to 141).
///
/// # Errors
///
/// - INVALID_PARAMETER: no device; a number that names nothing for this user; another adapter (case
///   175); counts or sizes that differ from the resource's (cases 134 to 137, 168), or that have no
///   address (cases 165, 167).
/// - NO_MEMORY: the buffer for the allocations' data is too small (case 170); no memory.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn open(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: D3DKMT_OPENRESOURCE = read(argument)?;
    let device = caller.process.device(Handle::new(args.hDevice))?;
    let request = OpenRequest {
        allocations: args.NumAllocations,
        list: args.pOpenAllocationInfo2,
        runtime_data: (args.PrivateRuntimeDataSize, args.pPrivateRuntimeData),
        private_data: (
            args.ResourcePrivateDriverDataSize,
            args.pResourcePrivateDriverData,
        ),
        total: (
            args.TotalPrivateDriverDataBufferSize,
            args.pTotalPrivateDriverDataBuffer,
        ),
    };
    let (shared, global_handle) = named(caller, args.hGlobalShare)?;
    let created = bind(
        caller,
        &shared,
        &device,
        &request,
        false,
        Some(global_handle),
    )?;

    args.hResource = write_opened(&shared, &created, &request)?.v;
    args.TotalPrivateDriverDataBufferSize = shared.sizes().total;
    write(argument, &args)?;
    let parent = Handle::new(args.hDevice);
    created.publish((parent, &Object::Device(device)))
}

/// The resource that a global handle names for the caller.
fn named(caller: &Caller<'_>, handle: u32) -> NtResult<(Arc<Shared>, GlobalHandleRef)> {
    let globals = caller.registry.global_handles();
    globals
        .and_then(|globals| GlobalHandles::open(globals, handle))
        .ok_or(NtStatus::INVALID_PARAMETER)
}

fn bind<'a>(
    caller: &Caller<'a>,
    shared: &Arc<Shared>,
    device: &Arc<Device>,
    request: &OpenRequest,
    read_only: bool,
    global_handle: Option<GlobalHandleRef>,
) -> NtResult<Created<'a>> {
    shared.check_adapter(device.adapter())?;
    validate::open_resource(request, &shared.sizes())?;
    open_shared::open(shared, caller.process, device, read_only, global_handle)
}

/// Copies out an opener's results, except the argument itself: the creator's data, the allocations'
/// data back to back, and for each allocation its handle and the address of its data (case 172).
/// Returns the handle of the resource, which is the first one.
fn write_opened(
    shared: &Shared,
    created: &Created<'_>,
    request: &OpenRequest,
) -> NtResult<d3dkmthandle> {
    let (resource, _) = created.resource().ok_or(NtStatus::UNSUCCESSFUL)?;
    write_bytes(request.runtime_data.1, shared.resource().runtime_data())?;
    write_bytes(request.private_data.1, &shared.resource().private_data())?;
    // CAST: 1024 at most.
    let mut infos = KVVec::with_capacity(request.allocations as usize, ACCOUNT)?;
    let (_, mut address) = request.total;
    for (handle, open) in created.allocations() {
        let data = open.allocation().private_data();
        write_bytes(address, data)?;
        infos.push(
            d3dddi_openallocationinfo2 {
                allocation: handle.into(),
                priv_drv_data: address,
                // CAST: below 128 KiB.
                priv_drv_data_size: data.len() as u32,
                ..Default::default()
            },
            ACCOUNT,
        )?;
        address += data.len() as u64;
    }
    write_array(request.list, &infos)?;
    Ok(resource.into())
}
