// SPDX-License-Identifier: GPL-2.0

//! [`NewDescriptor`]: a descriptor that is installed when nothing can fail any more.

use super::kernel_pages;
use crate::bindings;
use kernel::{
    bindings as c,
    fs::{
        file::FileDescriptorReservation,
        File, //
    },
    prelude::*,
    sync::aref::ARef, //
};

/// A file that has no descriptor yet, but a reserved number. Dropping it frees the number.
pub(crate) struct NewDescriptor {
    file: ARef<File>,
    reservation: FileDescriptorReservation,
}

impl NewDescriptor {
    /// Reserves a descriptor (close-on-exec) for a file.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`, `ENOMEM`; and errors of `make`.
    pub(crate) fn new(make: impl FnOnce() -> Result<ARef<File>>) -> Result<Self> {
        kernel_pages::leave_for_file(0)?;
        let reservation = FileDescriptorReservation::get_unused_fd_flags(c::O_CLOEXEC)?;
        Ok(Self {
            file: make()?,
            reservation,
        })
    }

    /// The number of the future descriptor.
    pub(crate) fn fd(&self) -> u32 {
        self.reservation.reserved_fd()
    }

    /// Frees the number and puts the file; if that was the last reference, the file has ended when this
    /// returns.
    pub(crate) fn cancel(self) {
        let file = ARef::into_raw(self.file);
        // SAFETY: The reference was ours, and is not used any more.
        unsafe { bindings::dxg_file_put_sync(file.as_ptr().cast()) };
    }

    /// Installs the descriptor.
    pub(crate) fn install(self) {
        self.reservation.fd_install(self.file);
    }
}
