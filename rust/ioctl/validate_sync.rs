// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of synchronisation objects and paging queues, as in [`super::validate`].
//!
//! Pure logic: also compiled and tested on the host.

use super::validate::refuse_if;
use crate::{
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::*,
    vidmm::paging_priority::PagingPriority, //
};

/// Most objects in one WaitForSynchronizationObjectFromCpu call; WSL's limit.
pub(crate) const WAITED_ON_MAX: u32 = 0x2_0000;

/// A monitored fence to create, with its flags decoded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct NewFence {
    pub(crate) value: u64,
    /// Its device may signal it.
    pub(crate) signal: bool,
    /// Its device may wait for it.
    pub(crate) wait: bool,
    /// Engines have an address of it.
    pub(crate) gpu: bool,
    /// When the adapter is unplugged, its value becomes the highest possible one (no NoSignalMaxValueOnTdr).
    pub(crate) signal_max_on_unplug: bool,
}

/// Checks CreateSynchronizationObject2. `data` is the first word of the type's own data.
///
/// # Errors
///
/// - INVALID_PARAMETER: not a type of Windows (case 177); reserved flags; NtSecuritySharing
///   without Shared (case 183); NoSignal with NoWait, or one of them or TopOfPipeline for anything but
///   a monitored fence (case 200); SignalByKmd, which is for the miniport's CPU notifications.
/// - INVALID_HANDLE: a CPU notification without an event (case 181).
/// - NOT_SUPPORTED: a type other than monitored fence, or Shared.
pub(crate) fn create_sync_object(
    kind: u32,
    flags: d3dddi_synchronizationobject_flags,
    data: u64,
) -> NtResult<NewFence> {
    const FENCES_ONLY: u32 = D3DDDI_SYNCHRONIZATIONOBJECT_TOP_OF_PIPELINE
        | D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL
        | D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT;
    let has = |bit| flags.value & bit != 0;
    let shared = has(D3DDDI_SYNCHRONIZATIONOBJECT_SHARED);
    let no_signal = has(D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL);
    let no_wait = has(D3DDDI_SYNCHRONIZATIONOBJECT_NO_WAIT);

    refuse_if(kind == 0 || kind >= D3DDDI_SYNCHRONIZATION_TYPE_LIMIT)?;
    // SignalByKmd is one of the reserved bits.
    refuse_if(has(
        D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED | D3DDDI_SYNCHRONIZATIONOBJECT_RESERVED0
    ))?;
    refuse_if(has(D3DDDI_SYNCHRONIZATIONOBJECT_NT_SECURITY_SHARING) && !shared)?;
    refuse_if(no_signal && no_wait)?;
    if kind != D3DDDI_MONITORED_FENCE {
        refuse_if(has(FENCES_ONLY))?;
        if kind == D3DDDI_CPU_NOTIFICATION && data == 0 {
            return Err(NtStatus::INVALID_HANDLE);
        }
        return Err(NtStatus::NOT_SUPPORTED);
    }
    if shared {
        return Err(NtStatus::NOT_SUPPORTED);
    }
    Ok(NewFence {
        value: data,
        signal: !no_signal,
        wait: !no_wait,
        gpu: !has(D3DDDI_SYNCHRONIZATIONOBJECT_NO_GPU_ACCESS),
        signal_max_on_unplug: !has(D3DDDI_SYNCHRONIZATIONOBJECT_NO_SIGNAL_MAX_VALUE_ON_TDR),
    })
}

/// Checks EngineAffinity of a monitored fence, a bit for each physical adapter (0 is all), and the padding behind it.
///
/// # Errors
///
/// INVALID_PARAMETER: a bit of no adapter; padding that is not 0 (case 592).
pub(crate) fn fence_affinity(affinity_and_padding: u64) -> NtResult {
    refuse_if(affinity_and_padding > 1)
}

/// A SignalSynchronizationObjectFromCpu request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CpuSignal {
    pub(crate) count: usize,
    /// Values may decrease.
    pub(crate) rewind: bool,
}

/// Checks SignalSynchronizationObjectFromCpu.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than 32 objects (case 197); reserved flags, or EnqueueCpuEvent, as
/// the call has no event.
pub(crate) fn signal_from_cpu(
    args: &d3dkmt_signalsynchronizationobjectfromcpu,
) -> NtResult<CpuSignal> {
    let known = D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION | D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND;
    refuse_if(args.flags.value & !known != 0)?;
    refuse_if(args.object_count == 0 || args.object_count > D3DDDI_MAX_OBJECT_SIGNALED)?;
    Ok(CpuSignal {
        // CAST: at most 32.
        count: args.object_count as usize,
        rewind: args.flags.value & D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND != 0,
    })
}

/// A WaitForSynchronizationObjectFromCpu request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct CpuWait {
    pub(crate) count: usize,
    /// The wait ends when one object has its value.
    pub(crate) any: bool,
}

/// Checks WaitForSynchronizationObjectFromCpu.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than [`WAITED_ON_MAX`] objects; reserved flags.
pub(crate) fn wait_from_cpu(
    args: &d3dkmt_waitforsynchronizationobjectfromcpu,
) -> NtResult<CpuWait> {
    refuse_if(args.flags.value & D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_RESERVED != 0)?;
    refuse_if(args.object_count == 0 || args.object_count > WAITED_ON_MAX)?;
    Ok(CpuWait {
        // CAST: at most 131072.
        count: args.object_count as usize,
        any: args.flags.value & D3DDDI_WAITFORSYNCHRONIZATIONOBJECTFROMCPU_WAIT_ANY != 0,
    })
}

/// Checks CreatePagingQueue.
///
/// # Errors
///
/// INVALID_PARAMETER: an undefined priority; a physical adapter that does not exist: an adapter has
/// one, with index 0.
pub(crate) fn create_paging_queue(args: &d3dkmt_createpagingqueue) -> NtResult<PagingPriority> {
    refuse_if(args.physical_adapter_index != 0)?;
    match args.priority {
        D3DDDI_PAGINGQUEUE_PRIORITY_BELOW_NORMAL => Ok(PagingPriority::BelowNormal),
        D3DDDI_PAGINGQUEUE_PRIORITY_NORMAL => Ok(PagingPriority::Normal),
        D3DDDI_PAGINGQUEUE_PRIORITY_ABOVE_NORMAL => Ok(PagingPriority::AboveNormal),
        _ => Err(NtStatus::INVALID_PARAMETER),
    }
}
