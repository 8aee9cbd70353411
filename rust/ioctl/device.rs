// SPDX-License-Identifier: GPL-2.0

//! Devices: D3DKMTCreateDevice, DestroyDevice, GetDeviceState.

use super::{
    read,
    validate,
    write,
    Caller, //
};
use crate::{
    core::bindings::{
        device::{
            Device,
            ExecutionState, //
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
        d3dkmt_createdevice,
        d3dkmt_destroydevice,
        d3dkmt_getdevicestate,
        dxg_get_device_state,
        D3DKMT_DEVICEEXECUTION_ACTIVE,
        D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY, //
    }, //
};
use kernel::sync::Arc;

/// D3DKMTCreateDevice (case 19).
///
/// # Errors
///
/// - INVALID_PARAMETER: no adapter handle (case 18), or reserved flags.
/// - DEVICE_REMOVED: the adapter was unplugged (case 20).
/// - NO_MEMORY (case 21).
pub(super) fn create(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: d3dkmt_createdevice = read(argument)?;
    let adapter = caller.process.adapter(args.adapter.into())?;
    validate::create_device_flags(args.flags)?;
    adapter.check_present()?;

    let account = caller.process.account(&adapter)?;
    let space = caller.process.gpu_space(&adapter)?;
    let device = Arc::new(Device::new(adapter, account, space), ACCOUNT)?;
    let mut objects = KVVec::with_capacity(1, ACCOUNT)?;
    objects.push(Object::Device(device), ACCOUNT)?;
    let reservation = caller.process.alloc_handles(1)?;
    let handle = reservation.handles().first().copied();

    write(
        argument,
        &d3dkmt_createdevice {
            device: handle.unwrap_or(Handle::NULL).into(),
            // WDDM 2 has no command buffers allocated by the kernel.
            command_buffer: 0,
            command_buffer_size: 0,
            allocation_list: 0,
            allocation_list_size: 0,
            patch_location_list: 0,
            patch_location_list_size: 0,
            ..args
        },
    )?;
    reservation.publish(objects)
}

/// D3DKMTDestroyDevice (cases 22, 26).
///
/// # Errors
///
/// INVALID_PARAMETER: no device handle.
pub(super) fn destroy(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_destroydevice = read(argument as u64)?;
    caller.process.destroy_device(args.device.into())
}

/// D3DKMTGetDeviceState: the device's execution state. The rest of the answer is 0.
///
/// # Errors
///
/// - INVALID_PARAMETER: no device handle, or no such type. NOT_SUPPORTED: a type other than EXECUTION.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn get_state(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: dxg_get_device_state = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    validate::device_state(args.state_type)?;
    device.adapter().check_present()?;
    let execution_state = match device.execution_state() {
        ExecutionState::Active => D3DKMT_DEVICEEXECUTION_ACTIVE,
        ExecutionState::OutOfMemory => D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY,
    };
    write(
        argument,
        &dxg_get_device_state {
            execution_state,
            rest: [0; 11],
            ..args
        },
    )
}

const _: () = assert!(size_of::<dxg_get_device_state>() == size_of::<d3dkmt_getdevicestate>());
