// SPDX-License-Identifier: GPL-2.0

//! Allocations: D3DKMTCreateAllocation2, DestroyAllocation2.

use super::{
    read,
    read_array,
    read_bytes,
    validate::{
        self,
        CheckedElement,
        CreateFlags,
        Destroy, //
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
        operations::create::{
            self,
            Created,
            Element,
            Membership,
            Request,
            Sharing, //
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
        d3dddi_allocationinfo2,
        d3dkmt_createallocation,
        d3dkmt_createstandardallocation,
        d3dkmt_destroyallocation2,
        d3dkmthandle, //
    }, //
};
use kernel::sync::Arc;

/// D3DKMTCreateAllocation2: creates allocations of a device, in a new resource, or in an existing
/// resource (cases 28 to 102).
///
/// # Errors
///
/// - INVALID_HANDLE: a resource handle that names none (cases 39, 87).
/// - INVALID_PARAMETER: see [`validate`], and `core::operations::create`; a resource of another device
///   (case 95) or a shared one (case 93); a standard allocation for an existing resource
///   (case 90); a bad address.
/// - BUFFER_TOO_SMALL: more private data than 128 KiB.
/// - The other errors of `core::operations::create`.
pub(super) fn create(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_createallocation = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let flags = CreateFlags::parse(args.flags)?;
    let count = validate::create_sizes(flags, &args)?;
    let membership = membership(caller, &device, flags, &args)?;

    let mut infos: KVVec<d3dddi_allocationinfo2> = read_array(args.allocation_info, count)?;
    let checked = check_elements(&device, &infos)?;
    let existing_heap = match (flags.standard_allocation(), checked.first()) {
        (true, Some(element)) => {
            let standard: d3dkmt_createstandardallocation = read(args.priv_drv_data)?;
            Some(validate::standard(flags, &standard, element)?)
        }
        _ => None,
    };
    let is_standard = existing_heap.is_some();
    let mut elements = KVVec::with_capacity(count, ACCOUNT)?;
    for element in &checked {
        elements.push(read_element(element, is_standard)?, ACCOUNT)?;
    }
    let private_data = if is_standard {
        KVVec::new()
    } else {
        // CAST: below 128 KiB.
        read_bytes(args.priv_drv_data, args.priv_drv_data_size as usize)?
    };

    let (parent, owner) = match &membership {
        Membership::Resource(_, open) => (args.resource, Object::Resource(open.clone())),
        _ => (args.device, Object::Device(device.clone())),
    };
    let created = create::create(
        caller.process,
        &device,
        Request {
            membership,
            private_data,
            elements,
            existing_heap,
            read_only: flags.read_only(),
        },
    )?;

    args.global_share.v = 0;
    if let Some((handle, resource)) = created.resource() {
        args.resource = handle.into();
        args.global_share.v = resource.global_handle().unwrap_or(0);
    }
    for (info, (handle, _)) in infos.iter_mut().zip(created.allocations()) {
        info.allocation = handle.into();
    }
    write_back(&created, &checked, &infos, &args, is_standard)?;
    write(argument, &args)?;
    created.publish((parent.into(), &owner))
}

/// The device or resource that will own the new allocations.
fn membership(
    caller: &Caller<'_>,
    device: &Arc<Device>,
    flags: CreateFlags,
    args: &d3dkmt_createallocation,
) -> NtResult<Membership> {
    let handle = Handle::from(args.resource);
    if handle.is_null() {
        if !flags.create_resource() {
            return Ok(Membership::Device);
        }
        // CAST: below 128 KiB.
        let size = args.private_runtime_data_size as usize;
        return Ok(Membership::NewResource {
            runtime_data: read_bytes(args.private_runtime_data, size)?,
            sharing: sharing(caller, flags)?,
        });
    }
    let resource = caller.process.resource(handle);
    let Some(resource) = resource.filter(|_| !flags.create_resource()) else {
        return Err(NtStatus::INVALID_HANDLE);
    };
    if !Arc::ptr_eq(resource.device(), device)
        || resource.resource().is_shared()
        || flags.standard_allocation()
    {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    Ok(Membership::Resource(handle, resource))
}

/// How a new resource may be shared. If global handles are disabled, NT handles are the only way
/// (case 100).
fn sharing(caller: &Caller<'_>, flags: CreateFlags) -> NtResult<Sharing> {
    if !flags.create_shared() {
        return Ok(Sharing::None);
    }
    if flags.nt_security_sharing() {
        return Ok(Sharing::NtHandle);
    }
    let globals = caller.registry.global_handles().cloned();
    globals
        .map(Sharing::Global)
        .ok_or(NtStatus::INVALID_PARAMETER)
}

fn check_elements(
    device: &Device,
    infos: &[d3dddi_allocationinfo2],
) -> NtResult<KVVec<CheckedElement>> {
    let sources = device.adapter().miniport().query_adapter_info().num_sources;
    let mut checked = KVVec::with_capacity(infos.len(), ACCOUNT)?;
    for info in infos {
        checked.push(validate::element(info, sources)?, ACCOUNT)?;
    }
    validate::elements(&checked)?;
    Ok(checked)
}

/// Reads the data that an element points to. Private data of a standard allocation is accepted and
/// ignored (case 33).
fn read_element(element: &CheckedElement, is_standard: bool) -> NtResult<Element> {
    Ok(Element {
        private_data: if is_standard {
            KVVec::new()
        } else {
            read_bytes(element.private_data, element.private_size)?
        },
        memory: match element.sysmem {
            Some(address) => {
                Some(usize::try_from(address).map_err(|_| NtStatus::INVALID_PARAMETER)?)
            }
            None => None,
        },
        priority: element.priority,
        primary: element.primary,
    })
}

/// Copies out the results, except the argument itself: private data as the miniport left
/// it (case 85), and the handles.
fn write_back(
    created: &Created<'_>,
    checked: &[CheckedElement],
    infos: &[d3dddi_allocationinfo2],
    args: &d3dkmt_createallocation,
    is_standard: bool,
) -> NtResult {
    if !is_standard {
        for (element, (_, open)) in checked.iter().zip(created.allocations()) {
            write_bytes(element.private_data, open.allocation().private_data())?;
        }
    }
    write_array(args.allocation_info, infos)
}

/// D3DKMTDestroyAllocation2 (cases 103 to 125). What packets may use lasts until they have ended (case 529), but with
/// AssumeNotInUse or SynchronousDestroy.
///
/// # Errors
///
/// INVALID_PARAMETER: see [`validate::destroy`] and `Process::destroy_allocations`; then nothing is
/// destroyed.
pub(super) fn destroy(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_destroyallocation2 = read(argument as u64)?;
    let device = caller.process.device(args.device.into())?;
    let in_use = args.flags.value == 0;
    match validate::destroy(&args)? {
        Destroy::Nothing => Ok(()),
        Destroy::Resource => caller
            .process
            .destroy_resource(&device, args.resource.into(), in_use),
        Destroy::Allocations(count) => {
            let raw: KVVec<d3dkmthandle> = read_array(args.allocations, count)?;
            let mut handles = KVVec::with_capacity(count, ACCOUNT)?;
            for handle in raw {
                handles.push(Handle::from(handle), ACCOUNT)?;
            }
            caller
                .process
                .destroy_allocations(&device, &handles, in_use)
        }
    }
}
