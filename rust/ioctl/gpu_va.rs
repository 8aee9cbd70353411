// SPDX-License-Identifier: GPL-2.0

//! GPU virtual addresses: D3DKMTReserveGpuVirtualAddress, MapGpuVirtualAddress, FreeGpuVirtualAddress.

use super::{
    read,
    validate_gpu_va::{
        self,
        Meaning, //
    },
    write,
    Caller, //
};
use crate::{
    core::operations::gpu_va::Mapped,
    handle::Handle,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        d3dddi_mapgpuvirtualaddress,
        d3dddi_reservegpuvirtualaddress,
        d3dkmt_freegpuvirtualaddress, //
    }, //
};

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
            Some(caller.process.mappable(&queue, handle)?)
        }
        Meaning::Zero | Meaning::NoAccess => None,
    };
    queue.device().adapter().check_present()?;
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
