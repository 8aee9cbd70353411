// SPDX-License-Identifier: GPL-2.0

//! Opening a shared resource: D3DKMTOpenResource and its kin.

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
            open_resource::OpenResource,
            process::Process, //
        },
        objects::{
            global_handles::GlobalHandleRef,
            shared::Shared, //
        }, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    }, //
};
use kernel::sync::Arc;

/// D3DKMTOpenResource and its kin: binds the resource to `device`. The new bindings' handles are not
/// published yet.
///
/// # Errors
///
/// DEVICE_REMOVED: the adapter was unplugged. NO_MEMORY, and the miniport's errors.
pub(crate) fn open<'a>(
    shared: &Arc<Shared>,
    process: &'a Process,
    device: &Arc<Device>,
    read_only: bool,
    global_handle: Option<GlobalHandleRef>,
) -> NtResult<Created<'a>> {
    let adapter = device.adapter();
    adapter.check_present()?;
    let mut cookies = KVVec::with_capacity(shared.allocations().len(), ACCOUNT)?;
    for allocation in shared.allocations() {
        let cookie = allocation.cookie().ok_or(NtStatus::INVALID_HANDLE)?;
        cookies.push(cookie.clone(), ACCOUNT)?;
    }
    let reservation = process.alloc_handles(shared.allocations().len() + 1)?;
    let Some((&handle, handles)) = reservation.handles().split_first() else {
        return Err(NtStatus::UNSUCCESSFUL);
    };
    let scope = Scope {
        process,
        adapter,
        new: New {
            resource: Some((handle, shared.resource())),
            parent: Some(handle),
            handles,
            cookies: &cookies,
        },
    };
    let data = shared.resource().private_data();
    let allocations = open::again(device, shared.allocations(), read_only, &data, &scope)?;
    let resource = OpenResource::shared(device.clone(), shared.clone(), global_handle, read_only);
    Created::new(Some(Arc::new(resource, ACCOUNT)?), allocations, reservation)
}
