// SPDX-License-Identifier: GPL-2.0

//! Sharing: a resource that others may open, and the NT handles that keep it.

use super::{
    adapter::Adapter,
    allocation::Allocation,
    callbacks::{
        New,
        Scope, //
    },
    create::Created,
    device::Device,
    global_handles::Opening,
    open,
    process::Process,
    resource::{
        OpenResource,
        Resource, //
    },
    shared_sizes::SharedSizes, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    mem::{
        KBox,
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        descriptor::NewDescriptor,
        object_file::ObjectFile, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// A shared resource with its allocations: the halves that belong to the adapter. What is in it
/// never changes (cases 93, 116).
pub(crate) struct Shared {
    resource: Arc<Resource>,
    allocations: KVVec<Arc<Allocation>>,
}

impl Shared {
    pub(super) fn new(resource: Arc<Resource>, allocations: KVVec<Arc<Allocation>>) -> Self {
        Self {
            resource,
            allocations,
        }
    }

    pub(crate) fn resource(&self) -> &Arc<Resource> {
        &self.resource
    }

    fn adapter(&self) -> &Arc<Adapter> {
        self.resource.adapter()
    }

    /// What an opener on `device` has to know (cases 128, 161).
    ///
    /// # Errors
    ///
    /// INVALID_PARAMETER: another adapter. DEVICE_REMOVED: the adapter has gone (case 253).
    pub(crate) fn sizes_for(&self, device: &Device) -> NtResult<SharedSizes> {
        self.check_adapter(device)?;
        device.adapter().check_present()?;
        Ok(self.sizes())
    }

    /// Its sizes.
    pub(crate) fn sizes(&self) -> SharedSizes {
        let total: usize = self
            .allocations
            .iter()
            .map(|a| a.private_data().len())
            .sum();
        // CAST: all below 128 KiB, and 1024 allocations at most, as validation saw to.
        SharedSizes {
            runtime_data: self.resource.runtime_data().len() as u32,
            private_data: self.resource.private_data().len() as u32,
            total: total as u32,
            allocations: self.allocations.len() as u32,
        }
    }

    /// INVALID_PARAMETER when `device` is on another adapter (case 175).
    pub(crate) fn check_adapter(&self, device: &Device) -> NtResult {
        if !Arc::ptr_eq(self.adapter(), device.adapter()) {
            return Err(NtStatus::INVALID_PARAMETER);
        }
        Ok(())
    }

    /// D3DKMTOpenResource and its kin: binds the resource to `device`. Nothing names the new
    /// bindings yet.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the adapter has gone. NO_MEMORY, and what the miniport says.
    pub(crate) fn open<'a>(
        shared: &Arc<Self>,
        process: &'a Process,
        device: &Arc<Device>,
        read_only: bool,
        opening: Option<Opening>,
    ) -> NtResult<Created<'a>> {
        let adapter = device.adapter();
        adapter.check_present()?;
        let mut cookies = KVVec::with_capacity(shared.allocations.len(), ACCOUNT)?;
        for allocation in &shared.allocations {
            let cookie = allocation.cookie().ok_or(NtStatus::INVALID_HANDLE)?;
            cookies.push(cookie.clone(), ACCOUNT)?;
        }
        let reservation = process.reserve(shared.allocations.len() + 1)?;
        let Some((&handle, handles)) = reservation.handles().split_first() else {
            return Err(NtStatus::UNSUCCESSFUL);
        };
        let scope = Scope {
            process,
            adapter,
            new: New {
                resource: Some((handle, &shared.resource)),
                parent: Some(handle),
                handles,
                cookies: &cookies,
            },
        };
        let data = shared.resource.private_data();
        let allocations = open::again(device, &shared.allocations, read_only, &data, &scope)?;
        let resource = OpenResource::shared(device.clone(), shared.clone(), opening, read_only);
        Created::new(Some(Arc::new(resource, ACCOUNT)?), allocations, reservation)
    }
}

/// What an NT handle names.
pub(crate) struct NtHandle {
    shared: Arc<Shared>,
    /// Openings by it are for reading only (case 176).
    read_only: bool,
    _counted: Counted,
}

impl NtHandle {
    /// A file with a new NT handle, which has no descriptor yet.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: no memory, or no descriptor left.
    pub(crate) fn create(shared: Arc<Shared>, read_only: bool) -> NtResult<NewDescriptor> {
        let handle = KBox::new(
            Self {
                shared,
                read_only,
                _counted: Counted::new(Counter::NtHandles),
            },
            ACCOUNT,
        )?;
        Ok(ObjectFile::create(c"dxg-resource", handle)?)
    }

    /// Runs `f` with what the descriptor names.
    ///
    /// # Errors
    ///
    /// INVALID_HANDLE: no open descriptor. INVALID_PARAMETER: of another kind (case 171).
    pub(crate) fn with<R>(nt_handle: u64, f: impl FnOnce(&Self) -> NtResult<R>) -> NtResult<R> {
        let fd = u32::try_from(nt_handle).map_err(|_| NtStatus::INVALID_HANDLE)?;
        let file = ObjectFile::from_fd(fd).map_err(|error| match error {
            EBADF => NtStatus::INVALID_HANDLE,
            _ => NtStatus::INVALID_PARAMETER,
        })?;
        let handle = file.object().downcast_ref::<Self>();
        f(handle.ok_or(NtStatus::INVALID_PARAMETER)?)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.shared
    }

    pub(crate) fn read_only(&self) -> bool {
        self.read_only
    }
}
