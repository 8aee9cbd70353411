// SPDX-License-Identifier: GPL-2.0

//! Devices: D3DKMTCreateDevice, DestroyDevice, GetDeviceState, MarkDeviceAsError.

use super::{
    read,
    validate::{
        self,
        DeviceState, //
    },
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
    ddi::execution::PacketFault,
    handle::Handle,
    mem::{
        KVVec,
        ACCOUNT, //
    },
    sched::entity::DeviceError,
    status::NtResult,
    uapi::{
        d3dkmt_createdevice,
        d3dkmt_destroydevice,
        d3dkmt_getdevicestate,
        d3dkmt_markdeviceaserror,
        dxg_get_device_state,
        D3DKMT_DEVICEEXECUTION_ACTIVE,
        D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT,
        D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT,
        D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY,
        D3DKMT_DEVICEEXECUTION_HUNG,
        D3DKMT_DEVICEEXECUTION_RESET,
        DXGK_GENERAL_ERROR_INVALID_INSTRUCTION,
        DXGK_GENERAL_ERROR_PAGE_FAULT,
        DXGK_PAGE_FAULT_HW_CONTEXT_VALID,
        DXGK_PAGE_FAULT_WRITE, //
    }, //
};
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
    let device = Device::new(adapter, account, space)?;
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

/// D3DKMTGetDeviceState: the device's execution state, or the record of its page fault (case 426). The rest of the
/// answer is 0.
///
/// # Errors
///
/// - INVALID_PARAMETER: no device handle, or no such type. NOT_SUPPORTED: a type about presenting.
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn get_state(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let args: dxg_get_device_state = read(argument)?;
    let device = caller.process.device(args.device.into())?;
    let state = validate::device_state(args.state_type)?;
    device.adapter().check_present()?;
    let (execution_state, rest) = match state {
        DeviceState::Execution => (execution_state(&device), [0; 11]),
        DeviceState::PageFault => (0, page_fault(device.error())),
        // There is no desktop that could have been switched (case 657).
        DeviceState::Reset => (0, [0; 11]),
    };
    write(
        argument,
        &dxg_get_device_state {
            execution_state,
            rest,
            ..args
        },
    )
}

/// D3DKMTMarkDeviceAsError (cases 663 to 669).
///
/// # Errors
///
/// - INVALID_PARAMETER: no device handle, or no such reason (case 664).
/// - DEVICE_REMOVED: the adapter was unplugged.
pub(super) fn mark_as_error(caller: &Caller<'_>, argument: usize) -> NtResult {
    let args: d3dkmt_markdeviceaserror = read(argument as u64)?;
    let device = caller.process.device(args.device.into())?;
    validate::device_error_reason(args.reason)?;
    device.adapter().check_present()?;
    device.mark_as_error()
}

fn execution_state(device: &Device) -> u32 {
    match device.execution_state() {
        ExecutionState::Active => D3DKMT_DEVICEEXECUTION_ACTIVE,
        ExecutionState::OutOfMemory => D3DKMT_DEVICEEXECUTION_ERROR_OUTOFMEMORY,
        ExecutionState::Reset => D3DKMT_DEVICEEXECUTION_RESET,
        ExecutionState::Hung => D3DKMT_DEVICEEXECUTION_HUNG,
        ExecutionState::DmaFault => D3DKMT_DEVICEEXECUTION_ERROR_DMAFAULT,
        ExecutionState::DmaPageFault => D3DKMT_DEVICEEXECUTION_ERROR_DMAPAGEFAULT,
    }
}

/// struct d3dkmt_devicepagefault_state, as words behind the first one: of the sequence number, which is not known,
/// the other half; stage and table entry, which are not known, either; flags, error code, and the address.
fn page_fault(error: Option<DeviceError>) -> [u32; 11] {
    let (flags, code, address) = match error {
        Some(DeviceError::Fault(PacketFault::Page { address, write })) => {
            let write = if write { DXGK_PAGE_FAULT_WRITE } else { 0 };
            (write, DXGK_GENERAL_ERROR_PAGE_FAULT, address)
        }
        Some(DeviceError::Fault(PacketFault::Instruction { address })) => {
            (0, DXGK_GENERAL_ERROR_INVALID_INSTRUCTION, address)
        }
        _ => return [0; 11],
    };
    let mut words = [0; 11];
    words[3] = flags | DXGK_PAGE_FAULT_HW_CONTEXT_VALID;
    // Bit 0 says that the code is the driver's own.
    words[4] = code << 1;
    // CAST: the low half, and the high one.
    words[5] = address as u32;
    words[6] = (address >> 32) as u32;
    words
}

const _: () = assert!(size_of::<dxg_get_device_state>() == size_of::<d3dkmt_getdevicestate>());
