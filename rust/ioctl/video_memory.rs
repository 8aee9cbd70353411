// SPDX-License-Identifier: GPL-2.0

//! D3DKMTQueryVideoMemoryInfo, ChangeVideoMemoryReservation, FlushHeapTransitions.

use super::{
    read,
    validate,
    validate_memory,
    write,
    Caller, //
};
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        d3dkmt_changevideomemoryreservation,
        d3dkmt_flushheaptransitions,
        d3dkmt_queryvideomemoryinfo, //
    }, //
};

/// D3DKMTQueryVideoMemoryInfo (case 243): the calling process's usage and budget, in bytes.
///
/// The budget changes with other processes' usage.
///
/// # Errors
///
/// - INVALID_HANDLE: a process other than 0; there are no process handles (case 246).
/// - INVALID_PARAMETER: no adapter, no such group, or a physical adapter other than 0.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn query(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_queryvideomemoryinfo = read(argument)?;
    let adapter = caller.process.adapter(args.adapter.into())?;
    let group = validate::segment_group(args.memory_segment_group)?;
    if args.physical_adapter_index != 0 {
        return Err(NtStatus::INVALID_PARAMETER);
    }
    if args.process != 0 {
        return Err(NtStatus::INVALID_HANDLE);
    }
    adapter.check_present()?;

    let info = caller.process.account(&adapter)?.info(group);
    write(
        argument,
        &d3dkmt_queryvideomemoryinfo {
            budget: info.budget,
            current_usage: info.usage,
            current_reservation: info.reservation,
            available_for_reservation: info.reservable,
            ..args
        },
    )
}

/// D3DKMTChangeVideoMemoryReservation: how many bytes of a group the process wants reserved.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_memory::reservation`] (case 249); no adapter; more than
///   `available_for_reservation` of QueryVideoMemoryInfo.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn set_reservation(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_changevideomemoryreservation = read(argument as u64)?;
    let group = validate_memory::reservation(&args)?;
    let adapter = caller.process.adapter(args.adapter.into())?;
    adapter.check_present()?;
    caller
        .process
        .account(&adapter)?
        .set_reservation(group, args.reservation)
}

/// D3DKMTFlushHeapTransitions: waits until all paging that the process requested before is done.
///
/// # Errors
///
/// - INVALID_PARAMETER: no adapter. DEVICE_REMOVED: it has gone.
/// - INTERRUPTED: a signal arrived during the wait.
pub(super) fn flush(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_flushheaptransitions = read(argument as u64)?;
    let adapter = caller.process.adapter(args.adapter.into())?;
    adapter.check_present()?;
    match caller.process.existing_account(&adapter) {
        Some(account) if !account.flush() => Err(NtStatus::INTERRUPTED),
        _ => Ok(()),
    }
}
