// SPDX-License-Identifier: GPL-2.0

//! Waits and signals by contexts: D3DKMTWaitForSynchronizationObjectFromGpu, SignalSynchronizationObjectFromGpu,
//! FromGpu2.

use super::{
    read,
    read_array,
    sync::{
        named,
        Purpose, //
    },
    validate_gpu_sync,
    Caller, //
};
use crate::{
    core::operations::submission,
    mem::KVVec,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::event_fd::EventFd,
    uapi::{
        d3dkmt_signalsynchronizationobjectfromgpu,
        d3dkmt_signalsynchronizationobjectfromgpu2,
        d3dkmt_waitforsynchronizationobjectfromgpu,
        d3dkmthandle,
        dxg_signal_from_gpu,
        dxg_signal_from_gpu2,
        dxg_wait_from_gpu, //
    }, //
};
use core::{
    iter,
    mem::size_of, //
};
use kernel::error::Error;

// The arguments as words are as large as those of the ABI.
const _: () = {
    assert!(
        size_of::<dxg_wait_from_gpu>() == size_of::<d3dkmt_waitforsynchronizationobjectfromgpu>()
    );
    assert!(
        size_of::<dxg_signal_from_gpu>() == size_of::<d3dkmt_signalsynchronizationobjectfromgpu>()
    );
    assert!(
        size_of::<dxg_signal_from_gpu2>()
            == size_of::<d3dkmt_signalsynchronizationobjectfromgpu2>()
    );
};

/// D3DKMTWaitForSynchronizationObjectFromGpu (cases 532 to 545a).
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_gpu_sync::wait_from_gpu`]; no context; no synchronisation object of its device
///   (case 536).
/// - ACCESS_DENIED: one with NoWait (case 538).
/// - DEVICE_REMOVED: the adapter was unplugged, or the device is in error. NO_MEMORY.
/// - INTERRUPTED: a signal came while the queue of the context was full.
pub(super) fn wait(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: dxg_wait_from_gpu = read(argument as u64)?;
    let count = validate_gpu_sync::wait_from_gpu(&args)?;
    let (contexts, device) = caller.process.contexts(iter::once(args.context.into()))?;
    let context = contexts.first().ok_or(NtStatus::INVALID_PARAMETER)?;
    let lists = (args.objects, args.data[0]);
    let (targets, traced) = named(caller, &device, count, lists, Purpose::Wait)?;
    Purpose::Wait.trace(caller, &device, traced);
    submission::wait(context, targets)
}

/// D3DKMTSignalSynchronizationObjectFromGpu (cases 539 to 543).
///
/// # Errors
///
/// As [`wait`]; ACCESS_DENIED: one with NoSignal (case 539), or the fence of a paging queue.
pub(super) fn signal(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: dxg_signal_from_gpu = read(argument as u64)?;
    let count = validate_gpu_sync::signal_from_gpu(&args)?;
    let (contexts, device) = caller.process.contexts(iter::once(args.context.into()))?;
    let lists = (args.objects, args.data[0]);
    let (targets, traced) = named(caller, &device, count, lists, Purpose::Signal)?;
    Purpose::Signal.trace(caller, &device, traced);
    submission::signal(&contexts, targets, false, None)
}

/// D3DKMTSignalSynchronizationObjectFromGpu2 (cases 544 to 550). With SignalAtSubmission the signal comes as without:
/// when the packets before have ended, which is later (case 548).
///
/// # Errors
///
/// As [`signal`]; INVALID_PARAMETER: contexts of different devices; an event that is no eventfd (case 547).
pub(super) fn signal2(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: dxg_signal_from_gpu2 = read(argument as u64)?;
    let wanted = validate_gpu_sync::signal_from_gpu2(&args)?;
    let handles: KVVec<d3dkmthandle> = read_array(args.contexts, wanted.contexts)?;
    let (contexts, device) = caller
        .process
        .contexts(handles.iter().map(|&handle| handle.into()))?;
    let event = match wanted.cpu_event {
        Some(event) => {
            Some(EventFd::from_fd(event).map_err(|_: Error| NtStatus::INVALID_PARAMETER)?)
        }
        None => None,
    };
    let lists = (args.objects, args.data[0]);
    let (targets, traced) = named(caller, &device, wanted.objects, lists, Purpose::Signal)?;
    Purpose::Signal.trace(caller, &device, traced);
    submission::signal(&contexts, targets, wanted.rewind, event)
}
