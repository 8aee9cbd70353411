// SPDX-License-Identifier: GPL-2.0

//! Video memory as dma-bufs: export of an allocation, and import into a new resource.

use super::{
    callbacks::{
        New,
        Scope, //
    },
    create::Created,
    open, //
};
use crate::{
    core::{
        bindings::{
            device::Device,
            open_allocation::OpenAllocation,
            open_resource::OpenResource,
            process::Process, //
        },
        objects::{
            allocation::{
                Allocation,
                MiniportAllocation, //
            },
            contract::broken,
            resource::Resource, //
        }, //
    },
    ddi::answer::{
        self,
        AllocationAnswer,
        CallerMemory,
        Requested, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::descriptor::NewDescriptor,
    vidmm::{
        backing_handle::BackingHandle,
        DmaBuf, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// Exports an allocation's memory as a dma-buf, with a reserved descriptor. The dma-buf keeps the memory
/// alive even without the allocation.
///
/// # Errors
///
/// As [`OpenAllocation::export`]; NO_MEMORY also when the process has no free descriptor.
pub(crate) fn export(open: &OpenAllocation, writable: bool) -> NtResult<Exported<'_>> {
    let dma_buf = open.export(writable)?;
    let descriptor = dma_buf.descriptor();
    dma_buf.put_sync();
    match descriptor {
        Ok(descriptor) => Ok(Exported { descriptor, open }),
        Err(_) => {
            open.allocation().backing().cancel_export();
            Err(NtStatus::NO_MEMORY)
        }
    }
}

/// A dma-buf that is not installed in a descriptor yet.
pub(crate) struct Exported<'a> {
    descriptor: NewDescriptor,
    open: &'a OpenAllocation,
}

impl Exported<'_> {
    /// The number of its descriptor.
    pub(crate) fn fd(&self) -> u32 {
        self.descriptor.fd()
    }

    /// Installs it in the calling process if `told` says that the result was copied out.
    pub(crate) fn install(self, told: NtResult) -> NtResult {
        match told {
            Ok(()) => self.descriptor.install(),
            Err(_) => {
                self.descriptor.cancel();
                self.open.allocation().backing().cancel_export();
            }
        }
        told
    }
}

/// The result of [`open`]; its handles are not published yet.
pub(crate) struct Opened<'a> {
    pub(crate) created: Created<'a>,
    /// CPU locks of it are read-only.
    pub(crate) read_only: bool,
    /// Size of the allocation in bytes, whole pages.
    pub(crate) bytes: u64,
}

/// Creates a resource of one allocation on `device`, from the memory behind a dma-buf.
///
/// # Errors
///
/// - INVALID_HANDLE: no open descriptor. INVALID_PARAMETER: a descriptor of something else.
/// - DEVICE_REMOVED: the adapter was unplugged.
/// - NOT_SUPPORTED: the driver cannot import it. NO_MEMORY.
/// - UNSUCCESSFUL: the miniport broke its contract.
pub(crate) fn open<'a>(
    process: &'a Process,
    device: &Arc<Device>,
    fd: i32,
    read_only: bool,
) -> NtResult<Opened<'a>> {
    let dma_buf = DmaBuf::from_fd(fd).map_err(|error| match error {
        EBADF => NtStatus::INVALID_HANDLE,
        _ => NtStatus::INVALID_PARAMETER,
    })?;
    let adapter = device.adapter();
    adapter.check_present()?;
    let read_only = read_only || !dma_buf.is_writable();

    let imported = adapter.miniport().import_memory(dma_buf)?;
    let imported = BackingHandle::import(device.account().clone(), adapter.vidmm(), imported)?;
    let bytes = imported.memory.bytes;
    let reservation = process.alloc_handles(2)?;
    let &[handle, ref handles @ ..] = reservation.handles() else {
        return Err(NtStatus::UNSUCCESSFUL);
    };
    let miniport = adapter.miniport();
    let AllocationAnswer { cookie, facts } = miniport.adopt_memory(imported.memory)?;
    let cookies = [cookie.clone()];
    let miniport = MiniportAllocation::new(adapter.clone(), cookie);
    let requested = Requested {
        traits: adapter.miniport().query_segments().traits,
        memory: CallerMemory::DmaBuf(bytes),
        primary: false,
    };
    let facts = answer::check(facts, &requested).map_err(|wrong| broken(adapter, wrong))?;

    let none = KVVec::new;
    let resource = Resource::new(adapter.clone(), true, none(), none())?;
    let resource = Arc::pin_init(resource, ACCOUNT)?;
    let miniport = miniport.of(Some(resource.clone()))?;
    let allocation = Allocation::new(imported.into_backing(), facts, none(), miniport)?;
    let mut allocations = KVVec::with_capacity(1, ACCOUNT)?;
    allocations.push(allocation, ACCOUNT)?;
    let scope = Scope {
        process,
        adapter,
        new: New {
            resource: Some((handle, &resource)),
            parent: Some(handle),
            handles,
            cookies: &cookies,
        },
    };
    let allocations = open::create(device, allocations, read_only, &[], &scope)?;
    let opened = OpenResource::imported(device.clone(), resource, read_only);
    let opened = Arc::new(opened, ACCOUNT)?;
    Ok(Opened {
        created: Created::new(Some(opened), allocations, reservation)?,
        read_only,
        bytes,
    })
}
