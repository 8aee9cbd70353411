// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of submissions, as in [`super::validate`].
//!
//! Pure logic: also compiled and tested on the host.

use super::{
    validate::refuse_if,
    validate_context::private_data, //
};
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*, //
};

/// A command buffer to run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Submit {
    /// Its GPU address.
    pub(crate) commands: u64,
    /// Its size in bytes; 0 is a packet that completes in order, with nothing to run (case 498).
    pub(crate) length: u32,
    /// The packet completes without being executed.
    pub(crate) null_rendering: bool,
    /// How many entries of the inline array name contexts.
    pub(crate) contexts: usize,
    /// Size of the private data in bytes.
    pub(crate) private_data: usize,
    /// How many entries of the inline array name primaries.
    pub(crate) primaries: usize,
}

/// Checks SubmitCommand. PresentRedirected is accepted and changes nothing; its token and the history
/// buffers are not read (case 508). Whether the commands are mapped is found out when they run (case 499).
///
/// # Errors
///
/// - INVALID_PARAMETER: undefined flags; no context (case 491), or more than the array has; more than
///   16 primaries (case 504); more than 1024 history buffers (case 509); as for [`private_data`] (case 501).
/// - INVALID_USER_BUFFER: a length without commands, even with NullRendering (case 498a).
pub(crate) fn submit_command(args: &d3dkmt_submitcommand) -> NtResult<Submit> {
    let contexts = args.broadcast_context_count;
    // NoKmdAccess, which is not for user mode, is one of the reserved bits.
    refuse_if(args.flags.value & D3DKMT_SUBMITCOMMAND_RESERVED != 0)?;
    refuse_if(contexts == 0 || contexts > D3DDDI_MAX_BROADCAST_CONTEXT)?;
    refuse_if(args.num_primaries > D3DDDI_MAX_WRITTEN_PRIMARIES)?;
    refuse_if(args.num_history_buffers > D3DKMT_HISTORY_BUFFERS_MAX)?;
    let private_data = private_data(args.priv_drv_data_size, args.priv_drv_data)?;
    if args.command_buffer == 0 && args.command_length != 0 {
        return Err(NtStatus::INVALID_USER_BUFFER);
    }
    Ok(Submit {
        commands: args.command_buffer,
        length: args.command_length,
        null_rendering: args.flags.value & D3DKMT_SUBMITCOMMAND_NULL_RENDERING != 0,
        // CAST: at most 64.
        contexts: contexts as usize,
        private_data,
        // CAST: at most 16.
        primaries: args.num_primaries as usize,
    })
}
