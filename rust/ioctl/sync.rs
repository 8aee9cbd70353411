// SPDX-License-Identifier: GPL-2.0

//! Synchronisation objects: D3DKMTCreateSynchronizationObject2, DestroySynchronizationObject,
//! SignalSynchronizationObjectFromCpu, WaitForSynchronizationObjectFromCpu.

use super::{
    element,
    read,
    validate_sync,
    write,
    Caller, //
};
use crate::{
    core::bindings::{
        device::Device,
        process::Object,
        sync_object::{
            Rights,
            SyncObject, //
        }, //
    },
    fence::{
        wait::{
            Enough,
            Receiver,
            Target,
            Wait, //
        },
        MonitoredFence,
        OnUnplug, //
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
    sys::{
        event_fd::EventFd,
        killable,
        trace, //
    },
    uapi::{
        d3dkmt_createsynchronizationobject2,
        d3dkmt_destroysynchronizationobject,
        d3dkmt_signalsynchronizationobjectfromcpu,
        d3dkmt_waitforsynchronizationobjectfromcpu,
        d3dkmthandle,
        dxg_create_sync_object, //
    }, //
};
use core::mem::{
    offset_of,
    size_of, //
};
use kernel::{
    error::code::*,
    sync::Arc, //
};

// The argument as an array of words has the ABI's layout.
const _: () = {
    type Abi = d3dkmt_createsynchronizationobject2;
    type Words = dxg_create_sync_object;
    assert!(size_of::<Words>() == size_of::<Abi>());
    assert!(offset_of!(Words, type_) == offset_of!(Abi, info.type_));
    assert!(offset_of!(Words, flags) == offset_of!(Abi, info.flags));
    assert!(offset_of!(Words, data) == offset_of!(Abi, info.__bindgen_anon_1));
    assert!(offset_of!(Words, sync_object) == offset_of!(Abi, sync_object));
};

/// D3DKMTCreateSynchronizationObject2 (case 180).
///
/// # Errors
///
/// - See [`validate_sync::create_sync_object`] and [`validate_sync::fence_affinity`]; INVALID_PARAMETER: no device
///   (case 177).
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NO_MEMORY: no memory, or no free address range.
pub(super) fn create(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: dxg_create_sync_object = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let new = validate_sync::create_sync_object(args.type_, args.flags, args.data[0])?;
    validate_sync::fence_affinity(args.data[3])?;

    let on_unplug = if new.signal_max_on_unplug {
        OnUnplug::SignalMax
    } else {
        OnUnplug::Keep
    };
    let fence = MonitoredFence::new(
        new.value,
        on_unplug,
        device.adapter().fences().queue().clone(),
    )?;
    let rights = Rights {
        signal: new.signal,
        wait: new.wait,
        destroy: true,
    };
    let object = SyncObject::new(device.clone(), fence, rights, new.gpu)?;

    // The addresses at which the process, and engines, read the value.
    args.data[1] = object.address() as u64;
    args.data[2] = object.gpu_address();
    let mut objects = KVVec::with_capacity(1, ACCOUNT)?;
    objects.push(Object::Sync(object), ACCOUNT)?;
    let reservation = caller.process.alloc_handles(1)?;
    let handle = reservation.handles().first().copied();
    args.sync_object = handle.unwrap_or(Handle::NULL).into();
    // It is not shared.
    args.shared_handle = Handle::NULL.into();
    write(argument, &args)?;
    let owner = Object::Device(device);
    reservation.publish_below(Some((args.device.into(), &owner)), objects, false)
}

/// D3DKMTDestroySynchronizationObject (case 186).
///
/// # Errors
///
/// INVALID_PARAMETER: no synchronisation object, or the fence of a paging queue.
pub(super) fn destroy(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_destroysynchronizationobject = read(argument as u64)?;
    caller.process.destroy_sync_object(args.sync_object.into())
}

/// D3DKMTSignalSynchronizationObjectFromCpu: all of them, or none.
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_sync::signal_from_cpu`]; no device, no synchronisation object of
///   that device.
/// - ACCESS_DENIED: one with NoSignal (case 200), or the fence of a paging queue.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn signal(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_signalsynchronizationobjectfromcpu = read(argument as u64)?;
    let signal = validate_sync::signal_from_cpu(&args)?;
    let device = caller.process.device(args.device.into())?;
    device.adapter().check_present()?;
    let lists = (args.objects, args.fence_values);
    let (targets, traced) = named(caller, &device, signal.count, lists, Purpose::Signal)?;
    Purpose::Signal.trace(caller, &device, traced);
    for target in &targets {
        if signal.rewind {
            MonitoredFence::rewind(&target.fence, target.value);
        } else {
            MonitoredFence::signal(&target.fence, target.value);
        }
        // Lets other tasks run.
        killable::is_dying();
    }
    Ok(())
}

/// D3DKMTWaitForSynchronizationObjectFromCpu (case 198).
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_sync::wait_from_cpu`]; no device, no synchronisation object of
///   that device; one was destroyed meanwhile; a descriptor that is no eventfd.
/// - INVALID_HANDLE: no open descriptor.
/// - ACCESS_DENIED: one with NoWait (case 200).
/// - DEVICE_REMOVED: the adapter was unplugged, before the wait or during it. NO_MEMORY.
/// - INTERRUPTED: a signal arrived during the wait.
pub(super) fn wait(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_waitforsynchronizationobjectfromcpu = read(argument as u64)?;
    let wanted = validate_sync::wait_from_cpu(&args)?;
    let device = caller.process.device(args.device.into())?;
    device.adapter().check_present()?;
    let event = event(args.async_event)?;
    let blocks = event.is_none();
    let lists = (args.objects, args.fence_values);
    let (targets, traced) = named(caller, &device, wanted.count, lists, Purpose::Wait)?;
    let enough = if wanted.any { Enough::Any } else { Enough::All };
    let wait = Wait::new(targets, enough, event.map(Receiver::Event))?;
    Purpose::Wait.trace(caller, &device, traced);
    // A waiting thread does not keep the device alive.
    drop(device);

    Wait::start(&wait)?;
    if blocks {
        Wait::block(&wait)
    } else {
        Ok(())
    }
}

/// The eventfd that a wait signals; without one the call blocks.
fn event(async_event: u64) -> NtResult<Option<EventFd>> {
    if async_event == 0 {
        return Ok(None);
    }
    let event = EventFd::from_fd(async_event).map_err(|error| match error {
        EBADF => NtStatus::INVALID_HANDLE,
        _ => NtStatus::INVALID_PARAMETER,
    });
    event.map(Some)
}

/// What a call wants to do with the fences that it names.
#[derive(Clone, Copy)]
pub(super) enum Purpose {
    Signal,
    Wait,
}

impl Purpose {
    fn is_allowed(self, rights: Rights) -> bool {
        match self {
            Self::Signal => rights.signal,
            Self::Wait => rights.wait,
        }
    }

    fn is_traced(self) -> bool {
        match self {
            Self::Signal => trace::is_signal_on(),
            Self::Wait => trace::is_wait_on(),
        }
    }

    /// Traces what the call does, now that nothing in its lists can refuse it any more.
    pub(super) fn trace(self, caller: &Caller<'_>, device: &Device, traced: KVVec<Traced>) {
        let by = || caller.process.trace_owner(device.adapter());
        for &(handle, value) in &traced {
            match self {
                Self::Signal => trace::signal(by, handle.value(), value),
                Self::Wait => trace::wait(by, handle.value(), value),
            }
            // Lets other tasks run.
            killable::is_dying();
        }
    }
}

/// A fence and a value, as tracepoints record them.
type Traced = (Handle, u64);

/// Reads the lists of objects and of values; with what tracepoints record of them.
pub(super) fn named(
    caller: &Caller<'_>,
    device: &Arc<Device>,
    count: usize,
    (objects, values): (u64, u64),
    purpose: Purpose,
) -> NtResult<(KVVec<Target>, KVVec<Traced>)> {
    let is_traced = purpose.is_traced();
    let mut targets = KVVec::with_capacity(count, ACCOUNT)?;
    let mut traced = KVVec::with_capacity(if is_traced { count } else { 0 }, ACCOUNT)?;
    for at in 0..count {
        killable::check()?;
        let handle: d3dkmthandle = read(element(objects, at, size_of::<d3dkmthandle>())?)?;
        let value = read(element(values, at, size_of::<u64>())?)?;
        let object: Arc<SyncObject> = caller.process.sync_object(device, handle.into())?;
        if !purpose.is_allowed(object.rights()) {
            return Err(NtStatus::ACCESS_DENIED);
        }
        if is_traced {
            traced.push((handle.into(), value), ACCOUNT)?;
        }
        let fence = object.fence().clone();
        targets.push(Target { fence, value }, ACCOUNT)?;
    }
    Ok((targets, traced))
}
