// SPDX-License-Identifier: GPL-2.0

//! Contexts: D3DKMTCreateContextVirtual, DestroyContext.

use super::{
    read,
    read_bytes,
    validate_context,
    write,
    write_bytes,
    Caller, //
};
use crate::{
    core::bindings::{
        context::{
            Context,
            ContextOptions, //
        },
        process::Object, //
    },
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::NtResult,
    uapi::{
        d3dkmt_createcontextvirtual,
        d3dkmt_destroycontext, //
    }, //
};

/// D3DKMTCreateContextVirtual (cases 441 to 458).
///
/// # Errors
///
/// - INVALID_PARAMETER: see [`validate_context::create_context_virtual`]; no device.
/// - UNSUCCESSFUL: HwQueueSupported (case 451).
/// - DEVICE_REMOVED: the adapter was unplugged, or the device is in error (case 433).
/// - GRAPHICS_DRIVER_MISMATCH and other errors of the miniport (case 454). NO_MEMORY.
pub(super) fn create(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_createcontextvirtual = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    // CAST: a few.
    let nodes = device.adapter().nodes().facts().len() as u32;
    let wanted = validate_context::create_context_virtual(&args, nodes)?;
    device.check_usable()?;
    let mut private_data = read_bytes(args.priv_drv_data, wanted.private_data)?;
    let options = ContextOptions {
        node: wanted.node,
        engine_affinity: wanted.engine_affinity,
        null_rendering: wanted.null_rendering,
        disable_gpu_timeout: wanted.disable_gpu_timeout,
        synchronization_only: wanted.synchronization_only,
    };
    let context = Context::new(&device, options, &mut private_data)?;

    let mut objects = KVVec::with_capacity(1, ACCOUNT)?;
    objects.push(Object::Context(context), ACCOUNT)?;
    let reservation = caller.process.alloc_handles(1)?;
    let handle = reservation.handles().first().copied();
    write_bytes(args.priv_drv_data, &private_data)?;
    write(
        argument,
        &d3dkmt_createcontextvirtual {
            context: handle.unwrap_or(Handle::NULL).into(),
            ..args
        },
    )?;
    let owner = Object::Device(device);
    reservation.publish_below(Some((args.device.into(), &owner)), objects, false)
}

/// D3DKMTDestroyContext: when it returns, nothing of the context runs any more (cases 459 to 464).
///
/// # Errors
///
/// INVALID_PARAMETER: no context (case 460).
pub(super) fn destroy(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_destroycontext = read(argument as u64)?;
    caller.process.destroy_context(args.context.into())
}
