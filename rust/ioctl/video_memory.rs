// SPDX-License-Identifier: GPL-2.0

//! D3DKMTQueryVideoMemoryInfo.

use super::{
    read,
    validate,
    write,
    Caller, //
};
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::d3dkmt_queryvideomemoryinfo, //
};

/// D3DKMTQueryVideoMemoryInfo (case 243): what the calling process has and may have, in bytes.
///
/// The budget moves with what other processes use.
///
/// # Errors
///
/// - INVALID_HANDLE: a process other than 0; there are no process handles (case 246).
/// - INVALID_PARAMETER: no adapter, no such group, or a physical adapter other than 0.
/// - DEVICE_REMOVED: the adapter has gone.
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
