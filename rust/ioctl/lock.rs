// SPDX-License-Identifier: GPL-2.0

//! CPU access: D3DKMTLock2, Unlock2, InvalidateCache.

use super::{
    read,
    validate,
    write,
    Caller, //
};
use crate::{
    status::NtResult,
    sys::trace,
    uapi::{
        d3dkmt_invalidatecache,
        d3dkmt_lock2,
        d3dkmt_unlock2, //
    }, //
};

/// D3DKMTLock2 (case 212). Locks nest; all return the same address.
///
/// # Errors
///
/// - INVALID_PARAMETER: any flag, no device, no allocation of that device, or not CPU visible.
/// - DEVICE_REMOVED: the adapter was unplugged (case 223).
/// - NO_MEMORY.
pub(super) fn lock(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: d3dkmt_lock2 = read(argument)?;
    validate::lock_flags(args.flags)?;
    let device = caller.process.device(args.device.into())?;
    let allocation = caller.process.allocation(&device, args.allocation.into())?;
    args.data = allocation.lock()? as u64;
    trace::lock(|| allocation.traced(args.allocation.into()));
    // Undo the lock; if another thread has unlocked meanwhile, return that error.
    write(argument, &args).or_else(|error| allocation.unlock().and(Err(error)))
}

/// D3DKMTUnlock2.
///
/// # Errors
///
/// INVALID_PARAMETER: no device, no allocation of that device, or not locked (case 214).
pub(super) fn unlock(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_unlock2 = read(argument as u64)?;
    let device = caller.process.device(args.device.into())?;
    caller
        .process
        .allocation(&device, args.allocation.into())?
        .unlock()
}

/// D3DKMTInvalidateCache: a no-op, as CPU mappings are coherent here.
///
/// # Errors
///
/// - INVALID_PARAMETER: no device, no allocation of that device, or a range beyond its end.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn invalidate_cache(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_invalidatecache = read(argument as u64)?;
    let device = caller.process.device(args.device.into())?;
    let allocation = caller.process.allocation(&device, args.allocation.into())?;
    allocation.check_range(args.offset, args.length)?;
    device.adapter().check_present()
}
