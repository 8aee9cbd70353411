// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of contexts, as in [`super::validate`].
//!
//! Pure logic: also compiled and tested on the host.

use super::validate::refuse_if;
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*, //
};

/// A bit for each engine of a node: it has one.
const ENGINES: u32 = 0x1;

/// A context to create, with its flags decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewContext {
    pub(crate) node: u32,
    /// A bit for each engine that may run its packets; 0 means any of them.
    pub(crate) engine_affinity: u32,
    /// Packets complete without being executed.
    pub(crate) null_rendering: bool,
    /// Packets may run as long as they like.
    pub(crate) disable_gpu_timeout: bool,
    /// It takes waits and signals, but no commands.
    pub(crate) synchronization_only: bool,
    /// Size of the private data in bytes.
    pub(crate) private_data: usize,
}

/// Checks CreateContextVirtual on an adapter with that many nodes. The client hint has no influence
/// (case 456). InitialData, NoKmdAccess and the flag of test contexts are accepted and change nothing
/// (cases 448, 452).
///
/// # Errors
///
/// - INVALID_PARAMETER: no such node (case 444); an engine that the node does not have (case 445); undefined
///   flags (case 452); as for [`private_data`].
/// - UNSUCCESSFUL: HwQueueSupported, as there is no hardware scheduling (case 451).
pub(crate) fn create_context_virtual(
    args: &d3dkmt_createcontextvirtual,
    nodes: u32,
) -> NtResult<NewContext> {
    // Without a name in the headers.
    const TEST_CONTEXT: u32 = 0x40;
    const KNOWN: u32 = D3DDDI_CREATECONTEXT_NULL_RENDERING
        | D3DDDI_CREATECONTEXT_INITIAL_DATA
        | D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT
        | D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY
        | D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED
        | D3DDDI_CREATECONTEXT_NO_KMD_ACCESS
        | TEST_CONTEXT;
    let has = |flag| args.flags.value & flag != 0;
    refuse_if(has(!KNOWN))?;
    refuse_if(args.node_ordinal >= nodes)?;
    refuse_if(args.engine_affinity & !ENGINES != 0)?;
    let private_data = private_data(args.priv_drv_data_size, args.priv_drv_data)?;
    if has(D3DDDI_CREATECONTEXT_HW_QUEUE_SUPPORTED) {
        return Err(NtStatus::UNSUCCESSFUL);
    }
    Ok(NewContext {
        node: args.node_ordinal,
        engine_affinity: args.engine_affinity,
        null_rendering: has(D3DDDI_CREATECONTEXT_NULL_RENDERING),
        disable_gpu_timeout: has(D3DDDI_CREATECONTEXT_DISABLE_GPU_TIMEOUT),
        synchronization_only: has(D3DDDI_CREATECONTEXT_SYNCHRONIZATION_ONLY),
        private_data,
    })
}

/// Checks the private data of a context or of a submission, and returns its size. Unlike an allocation's,
/// it may have D3DKMT_PRIVATE_DATA_MAX bytes.
///
/// # Errors
///
/// INVALID_PARAMETER: more than 128 KiB (cases 453, 501); a size without an address.
pub(super) fn private_data(size: u32, address: u64) -> NtResult<usize> {
    refuse_if(size > D3DKMT_PRIVATE_DATA_MAX || size != 0 && address == 0)?;
    // CAST: at most 131072.
    Ok(size as usize)
}
