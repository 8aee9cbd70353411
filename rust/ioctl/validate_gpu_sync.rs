// SPDX-License-Identifier: GPL-2.0

//! Checks of arguments of waits and signals by contexts, as in [`super::validate`].
//!
//! `data` is a union. Its first word is the address of the values, or a CPU event. It is no single value
//! (case 534), as there are only monitored fences.
//!
//! Pure logic: also compiled and tested on the host.

use super::validate::refuse_if;
use crate::{
    status::NtResult,
    uapi::*, //
};

/// The number of elements of a list: INVALID_PARAMETER for none, for more than `most`, or for no list
/// (case 545a).
fn list(count: u32, most: u32, address: u64) -> NtResult<usize> {
    refuse_if(count == 0 || count > most || address == 0)?;
    // CAST: at most 64.
    Ok(count as usize)
}

/// Checks WaitForSynchronizationObjectFromGpu, and returns the number of objects.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than 32 objects; no list of them, or of values (case 545a).
pub(crate) fn wait_from_gpu(args: &dxg_wait_from_gpu) -> NtResult<usize> {
    refuse_if(args.data[0] == 0)?;
    list(args.object_count, D3DDDI_MAX_OBJECT_WAITED_ON, args.objects)
}

/// Checks SignalSynchronizationObjectFromGpu, which has no flags (case 543), and returns the number of
/// objects.
///
/// # Errors
///
/// INVALID_PARAMETER: no or more than 32 objects (case 542); no list of them, or of values (case 545a).
pub(crate) fn signal_from_gpu(args: &dxg_signal_from_gpu) -> NtResult<usize> {
    refuse_if(args.data[0] == 0)?;
    list(args.object_count, D3DDDI_MAX_OBJECT_SIGNALED, args.objects)
}

/// A SignalSynchronizationObjectFromGpu2 request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct SignalFromGpu2 {
    /// 0 if there is a CPU event.
    pub(crate) objects: usize,
    /// All of them have to get there before anything is signalled (case 544).
    pub(crate) contexts: usize,
    /// Values may decrease.
    pub(crate) rewind: bool,
    /// When the packet before is submitted, not when it has completed (case 548).
    pub(crate) at_submission: bool,
    /// A descriptor to signal instead of objects (case 546).
    pub(crate) cpu_event: Option<u64>,
}

/// Checks SignalSynchronizationObjectFromGpu2.
///
/// # Errors
///
/// INVALID_PARAMETER: undefined flags; no or more than 64 contexts (case 545); with EnqueueCpuEvent objects,
/// or no event (case 547); without it no or more than 32 objects (case 542); no list of contexts, of objects
/// or of values (case 545a).
pub(crate) fn signal_from_gpu2(args: &dxg_signal_from_gpu2) -> NtResult<SignalFromGpu2> {
    const KNOWN: u32 = D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION
        | D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT
        | D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND;
    let has = |flag| args.flags.value & flag != 0;
    refuse_if(has(!KNOWN))?;
    let contexts = list(
        args.context_count,
        D3DDDI_MAX_BROADCAST_CONTEXT,
        args.contexts,
    )?;
    // The address of the values, or the event; 0 is neither.
    let data = args.data[0];
    refuse_if(data == 0)?;
    let (objects, cpu_event) = if has(D3DDDICB_SIGNAL_ENQUEUE_CPU_EVENT) {
        refuse_if(args.object_count != 0)?;
        (0, Some(data))
    } else {
        let objects = list(args.object_count, D3DDDI_MAX_OBJECT_SIGNALED, args.objects)?;
        (objects, None)
    };
    Ok(SignalFromGpu2 {
        objects,
        contexts,
        rewind: has(D3DDDICB_SIGNAL_ALLOW_FENCE_REWIND),
        at_submission: has(D3DDDICB_SIGNAL_SIGNAL_AT_SUBMISSION),
        cpu_event,
    })
}
