// SPDX-License-Identifier: GPL-2.0

//! Submission: D3DKMTSubmitCommand.

use super::{
    read,
    read_bytes,
    validate_submit,
    Caller, //
};
use crate::{
    core::operations::submission::{
        self,
        Commands, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::d3dkmt_submitcommand, //
};

/// D3DKMTSubmitCommand (cases 490 to 516).
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_submit::submit_command`]; a handle that names no context (cases 496, 497);
///   contexts of different devices (case 494), or for synchronisation alone (case 450); a written primary that is no
///   allocation of the device (case 505).
/// - INVALID_USER_BUFFER: a length, but no address (case 498a).
/// - DEVICE_REMOVED: the adapter was unplugged, or the device is in error (case 511). NO_MEMORY (case 516).
/// - INTERRUPTED: a signal came while the queue of a context was full, or many packets wrote to the same primary.
pub(super) fn command(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_submitcommand = read(argument as u64)?;
    let wanted = validate_submit::submit_command(&args)?;
    let handles = args.broadcast_context.get(..wanted.contexts);
    let handles = handles.ok_or(NtStatus::INVALID_PARAMETER)?;
    let (contexts, device) = caller
        .process
        .contexts(handles.iter().map(|&handle| handle.into()))?;
    let mut written_primaries = KVVec::with_capacity(wanted.primaries, ACCOUNT)?;
    for &primary in args.written_primaries.iter().take(wanted.primaries) {
        let primary = caller.process.allocation(&device, primary.into())?;
        written_primaries.push(primary, ACCOUNT)?;
    }
    let private_data = read_bytes(args.priv_drv_data, wanted.private_data)?;
    submission::submit(
        &contexts,
        &Commands {
            address: wanted.commands,
            length: wanted.length,
            null_rendering: wanted.null_rendering,
            private_data: &private_data,
            written_primaries: &written_primaries,
        },
    )
}
