// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for files that hold an object, and the descriptors of the process.

use crate::{mem::KBox, stand_in::machine::machine};
use kernel::{
    error::{code::EBADF, Result},
    sync::assert_no_lock,
};
use std::{any::Any, collections::BTreeMap, ffi::CStr, sync::Arc};

type Content = Arc<dyn Any + Send + Sync>;

/// The process's descriptors; those that are reserved name nothing yet.
#[derive(Default)]
pub(crate) struct Descriptors {
    open: BTreeMap<u32, Option<Content>>,
    last: u32,
}

/// Closes a descriptor; whether it was open.
pub(crate) fn close(fd: u32) -> bool {
    let content = machine().with_files(|files| files.open.remove(&fd));
    content.flatten().is_some()
}

/// Closes all that the process has left open.
pub(crate) fn close_all() {
    let open = machine().with_files(|files| std::mem::take(&mut files.open));
    drop(open);
}

pub(crate) struct ObjectFile(Content);

impl ObjectFile {
    pub(crate) fn from_fd(fd: u32) -> Result<Self> {
        let content = machine().with_files(|files| files.open.get(&fd).cloned().flatten());
        content.map(Self).ok_or(EBADF)
    }

    pub(crate) fn create<T: Any + Send + Sync>(_: &CStr, object: KBox<T>) -> Result<NewDescriptor> {
        assert_no_lock("a file is made");
        let fd = machine().with_files(|files| {
            files.last += 1;
            files.open.insert(files.last, None);
            files.last
        });
        Ok(NewDescriptor {
            content: Some(Arc::new(object.into_inner())),
            fd,
        })
    }

    pub(crate) fn object(&self) -> &(dyn Any + Send + Sync) {
        &*self.0
    }
}

pub(crate) struct NewDescriptor {
    content: Option<Content>,
    fd: u32,
}

impl NewDescriptor {
    pub(crate) fn fd(&self) -> u32 {
        self.fd
    }

    pub(crate) fn cancel(self) {}

    pub(crate) fn install(mut self) {
        let content = self.content.take();
        machine().with_files(|files| files.open.insert(self.fd, content));
    }
}

impl Drop for NewDescriptor {
    fn drop(&mut self) {
        if self.content.is_some() {
            machine().with_files(|files| files.open.remove(&self.fd));
        }
    }
}
