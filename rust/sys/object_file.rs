// SPDX-License-Identifier: GPL-2.0

//! [`ObjectFile`]: an object behind a file descriptor, which is what an NT handle is on Linux.
//!
//! The file owns the object; a descriptor of it keeps the object alive, through fork, exec and SCM_RIGHTS. It
//! is only good for passing to a call of `/dev/dxg`.

use super::{
    descriptor::NewDescriptor,
    AssertSync,
    ACCOUNT, //
};
use crate::{
    bindings,
    compat, //
};
use core::{
    any::Any,
    ptr::NonNull, //
};
use kernel::{
    bindings as c,
    error::{
        code::*,
        from_err_ptr, //
    },
    fs::{
        file::LocalFile,
        File, //
    },
    prelude::*,
    sync::aref::ARef, //
};

/// What the file owns. A box in a box, as a C pointer is thin.
type Content = KBox<dyn Any + Send + Sync>;

/// A file with an object.
///
/// # Invariants
///
/// The file's operations are `FOPS`, and its private data is a box of a `Content` that lives until
/// the file is released.
pub(crate) struct ObjectFile(ARef<LocalFile>);

impl ObjectFile {
    /// The file behind a descriptor of the calling process.
    ///
    /// # Errors
    ///
    /// `EBADF`: no open descriptor. `EINVAL`: a file of another kind.
    pub(crate) fn from_fd(fd: u32) -> Result<Self> {
        let file = LocalFile::fget(fd).map_err(|_| EBADF)?;
        // SAFETY: The file is live; its operations never change.
        let operations = unsafe { (*file.as_ptr()).f_op };
        if !core::ptr::eq(operations, &FOPS.0) {
            return Err(EINVAL);
        }
        // INVARIANT: Only `create` makes files with these operations.
        Ok(Self(file))
    }

    /// Puts an object into a file, and reserves a descriptor for that.
    ///
    /// # Errors
    ///
    /// `EMFILE`, `ENFILE`, `ENOMEM`.
    pub(crate) fn create(name: &'static CStr, object: Content) -> Result<NewDescriptor> {
        NewDescriptor::new(|| {
            let content = KBox::into_raw(KBox::new(object, ACCOUNT)?);
            // SAFETY: The name is a static C string, `FOPS` names this module as its owner, and
            // `content` is what `release` expects.
            let file = from_err_ptr(unsafe {
                bindings::anon_inode_getfile(
                    name.as_char_ptr(),
                    &FOPS.0,
                    content.cast(),
                    // CAST: a small flag word.
                    (c::O_RDWR | c::O_CLOEXEC) as c_int,
                )
            })
            .inspect_err(|_| {
                // SAFETY: No file was made, so `content` is still only ours.
                drop(unsafe { KBox::from_raw(content) });
            })?;
            let file = NonNull::new(file.cast::<File>()).ok_or(ENOMEM)?;
            // SAFETY: The file is new and its one reference is ours; it has no position.
            Ok(unsafe { ARef::from_raw(file) })
        })
    }

    /// The object.
    pub(crate) fn object(&self) -> &(dyn Any + Send + Sync) {
        // SAFETY: By the type invariant; the box is not changed while the file lives, which is as
        // long as `self`.
        let content = unsafe { &*(*self.0.as_ptr()).private_data.cast::<Content>() };
        &**content
    }
}

static FOPS: AssertSync<c::file_operations> = AssertSync(c::file_operations {
    owner: compat::this_module(),
    release: Some(release),
    ..pin_init::zeroed()
});

/// # Safety
///
/// The kernel calls it through `FOPS`, once, when the last reference on the file is gone.
unsafe extern "C" fn release(_inode: *mut c::inode, file: *mut c::file) -> c_int {
    // SAFETY: Per the function's contract the private data is the box made by `create`, and nothing can
    // use it any more.
    drop(unsafe { KBox::from_raw((*file).private_data.cast::<Content>()) });
    0
}
