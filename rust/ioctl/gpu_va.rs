// SPDX-License-Identifier: GPL-2.0

//! GPU virtual addresses: D3DKMTReserveGpuVirtualAddress, MapGpuVirtualAddress, FreeGpuVirtualAddress,
//! UpdateGpuVirtualAddress.

use super::{
    read,
    read_array,
    validate_gpu_va::{
        self,
        Meaning,
        Operation,
        RawOperation, //
    },
    write,
    Caller, //
};
use crate::{
    core::{
        bindings::{
            context::Context,
            device::Device, //
        },
        operations::gpu_va::{
            Mapped,
            UpdateOperation, //
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
    sys::killable,
    uapi::{
        d3dddi_mapgpuvirtualaddress,
        d3dddi_reservegpuvirtualaddress,
        d3dkmt_freegpuvirtualaddress,
        d3dkmt_updategpuvirtualaddress, //
    }, //
};
use kernel::sync::Arc;

/// D3DKMTReserveGpuVirtualAddress (cases 301 to 325). It is done when the call returns.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_gpu_va::reserve`]; neither an adapter nor a paging queue (case 313);
///   the addresses are not free (case 305).
/// - DEVICE_REMOVED: the adapter has gone (case 325).
/// - NO_MEMORY: none are free (case 307); the process has 65,536 ranges; no memory.
pub(super) fn reserve(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dddi_reservegpuvirtualaddress = read(argument)?;
    let wanted = validate_gpu_va::reserve(&args)?;
    let (adapter, space) = caller.process.space_by(args.adapter.into())?;
    adapter.check_present()?;
    let given = space.reserve(wanted.at, wanted.bytes, wanted.zero)?;
    let told = write(
        argument,
        &d3dddi_reservegpuvirtualaddress {
            virtual_address: given.address,
            paging_fence_value: 0,
            ..args
        },
    );
    if told.is_err() {
        space.take_back(&given, wanted.bytes);
    }
    told
}

/// D3DKMTMapGpuVirtualAddress (cases 330 to 368). Its fence has the value when all that the queue was given
/// before is done.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_gpu_va::map`]; no paging queue; no allocation of its adapter; pages
///   that the allocation does not have (case 340); addresses of more than one range or of a fence (cases
///   346, 364); Zero or NoAccess for what was mapped by this call (case 347); another driver protection than
///   these pages have (case 357).
/// - ACCESS_DENIED: for writing, and the caller may not (case 356).
/// - DEVICE_REMOVED: the adapter has gone.
/// - NO_MEMORY: no such addresses are free; the process has 65,536 ranges or mappings; no memory.
pub(super) fn map(caller: &Caller<'_>, argument: usize) -> NtResult<NtStatus> {
    let argument = argument as u64;
    let args: d3dddi_mapgpuvirtualaddress = read(argument)?;
    let wanted = validate_gpu_va::map(&args)?;
    let queue = caller.process.paging_queue(args.paging_queue.into())?;
    let open = match wanted.meaning {
        Meaning::Memory { allocation, .. } => {
            let handle = Handle::new(allocation);
            Some(caller.process.mappable(queue.device(), handle)?)
        }
        Meaning::Zero | Meaning::NoAccess => None,
    };
    queue.device().check_usable()?;
    let what = match (wanted.meaning, &open) {
        (
            Meaning::Memory {
                offset,
                write,
                driver_protection,
                ..
            },
            Some(open),
        ) => Mapped::Memory {
            open,
            offset,
            write,
            driver_protection,
        },
        (Meaning::Zero, _) => Mapped::Zero,
        _ => Mapped::NoAccess,
    };
    queue.map_gpu_va(wanted.at, wanted.bytes, &what, |address, value| {
        write(
            argument,
            &d3dddi_mapgpuvirtualaddress {
                virtual_address: address,
                paging_fence_value: value,
                ..args
            },
        )
    })?;
    Ok(NtStatus::PENDING)
}

/// D3DKMTFreeGpuVirtualAddress (cases 375 to 385): the addresses are free when the call returns.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_gpu_va::free`]; no adapter; not all of one range, or of a fence
///   (cases 379, 381, 385).
/// - NO_MEMORY: a hole, for which there is no memory, or which would make too many ranges or mappings.
pub(super) fn free(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_freegpuvirtualaddress = read(argument as u64)?;
    let span = validate_gpu_va::free(&args)?;
    let adapter = caller.process.adapter(args.adapter.into())?;
    caller.process.gpu_space(&adapter)?.free(span)
}

/// D3DKMTUpdateGpuVirtualAddress (cases 391 to 418): the context applies the operations, in their order, when it gets
/// there, and then gives the fence the next value.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_gpu_va::update`] and [`validate_gpu_va::operation`]; no device, no context or
///   fence of it; an allocation of another adapter; destinations that are not all in one zero reservation (cases 402,
///   404), sources that are not all in one (case 403).
/// - ACCESS_DENIED: a fence with NoSignal (case 416), or with NoWait unless DoNotWait is set; memory that the caller
///   may not write to.
/// - DEVICE_REMOVED: the adapter was unplugged, or the device is in error. NO_MEMORY.
/// - INTERRUPTED: a signal came while the queue of the context was full.
pub(super) fn update(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_updategpuvirtualaddress = read(argument as u64)?;
    let wanted = validate_gpu_va::update(&args)?;
    let device = caller.process.device(args.device.into())?;
    device.check_usable()?;
    let context = caller.process.context(args.context.into())?;
    if !Arc::ptr_eq(context.device(), &device) {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    let fence = caller
        .process
        .sync_object(&device, args.fence_object.into())?;
    let rights = fence.rights();
    if !rights.signal || (!rights.wait && !wanted.do_not_wait) {
        return Err(NtStatus::ACCESS_DENIED);
    }
    let raw: KVVec<RawOperation> = read_array(args.operations, wanted.count)?;
    let mut operations = KVVec::with_capacity(raw.len(), ACCOUNT)?;
    for raw in &raw {
        killable::check()?;
        operations.push(operation(caller, &device, raw)?, ACCOUNT)?;
    }
    let (wait_first, value) = (!wanted.do_not_wait, args.fence_value);
    Context::update_gpu_va(&context, operations, wait_first, fence.fence(), value)
}

fn operation(
    caller: &Caller<'_>,
    device: &Device,
    raw: &RawOperation,
) -> NtResult<UpdateOperation> {
    Ok(match validate_gpu_va::operation(raw)? {
        Operation::Map {
            span,
            allocation,
            offset,
            bytes,
            write,
            driver_protection,
        } => UpdateOperation::Map {
            span,
            open: caller.process.mappable(device, Handle::new(allocation))?,
            offset,
            bytes,
            write,
            driver_protection,
        },
        Operation::Unmap { span, zero } => UpdateOperation::Unmap { span, zero },
        Operation::Copy { source, to } => UpdateOperation::Copy { source, to },
    })
}
