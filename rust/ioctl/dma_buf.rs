// SPDX-License-Identifier: GPL-2.0

//! dma-bufs: the calls of `uapi/misc/dxgkrnl_ext.h`, which Windows does not have.

use super::{
    read,
    validate,
    write,
    Caller, //
};
use crate::{
    core::{
        bindings::process::Object,
        operations::dma_buf, //
    },
    handle::Handle,
    status::{
        NtResult,
        NtStatus, //
    },
    uapi::{
        dxgkrnl_export_dma_buf,
        dxgkrnl_open_dma_buf,
        DXGKRNL_DMA_BUF_READ_ONLY, //
    }, //
};

/// DXGKRNL_IOCTL_EXPORT_DMA_BUF: exports an allocation's memory as a descriptor.
///
/// # Errors
///
/// - INVALID_PARAMETER: unknown flags; no device; no allocation of that device; one that is neither
///   displayable nor part of a shared resource.
/// - ACCESS_DENIED: the allocation was opened read-only by an NT handle; a writable dma-buf is requested, but
///   it was opened read-only by a dma-buf; a dma-buf of it with the other access is in use.
/// - NOT_SUPPORTED: the memory is the caller's, or the driver cannot export.
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NO_MEMORY: also when the process has no free descriptor.
pub(super) fn export(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: dxgkrnl_export_dma_buf = read(argument)?;
    let flags = validate::export_dma_buf(&args)?;
    let device = caller.process.device(Handle::new(args.device))?;
    let open = caller
        .process
        .allocation(&device, Handle::new(args.allocation))?;
    let exported = dma_buf::export(&open, !flags.read_only)?;
    // CAST: descriptors have 31 bits.
    args.fd = exported.fd() as i32;
    exported.install(write(argument, &args))
}

/// DXGKRNL_IOCTL_OPEN_DMA_BUF: creates a resource of one allocation, from the memory behind a descriptor.
///
/// # Errors
///
/// - INVALID_PARAMETER: unknown flags, or a reserved field that is set; no device; a descriptor of
///   something else.
/// - INVALID_HANDLE: no open descriptor.
/// - NOT_SUPPORTED: the driver of the adapter cannot import it.
/// - DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY.
pub(super) fn open(caller: &Caller<'_>, argument: usize) -> NtResult {
    let argument = argument as u64;
    let mut args: dxgkrnl_open_dma_buf = read(argument)?;
    let flags = validate::open_dma_buf(&args)?;
    let device = caller.process.device(Handle::new(args.device))?;
    let opened = dma_buf::open(caller.process, &device, args.fd, flags.read_only)?;

    let created = opened.created;
    let (resource, _) = created.resource().ok_or(NtStatus::UNSUCCESSFUL)?;
    let (allocation, _) = created.allocations().next().ok_or(NtStatus::UNSUCCESSFUL)?;
    args.flags = if opened.read_only {
        DXGKRNL_DMA_BUF_READ_ONLY
    } else {
        0
    };
    args.resource = resource.value();
    args.allocation = allocation.value();
    args.size = opened.bytes;
    write(argument, &args)?;
    created.publish((Handle::new(args.device), &Object::Device(device)))
}
