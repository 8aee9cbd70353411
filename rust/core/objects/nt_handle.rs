// SPDX-License-Identifier: GPL-2.0

//! [`NtHandle`]: keeps a shared resource alive, and is passed on as a file descriptor.

use super::shared::Shared;
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    mem::{
        KBox,
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

/// What an NT handle names.
pub(crate) struct NtHandle {
    shared: Arc<Shared>,
    /// Resources that are opened by it are read-only (case 176).
    read_only: bool,
    _counted: Counted,
}

impl NtHandle {
    /// Creates a file with a new NT handle, not installed in a descriptor yet.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: no memory, or no free descriptor.
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

    /// Runs `f` with the NT handle that the descriptor names.
    ///
    /// # Errors
    ///
    /// INVALID_HANDLE: no open descriptor. INVALID_PARAMETER: a file of another kind (case 171).
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
