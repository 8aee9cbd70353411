// SPDX-License-Identifier: GPL-2.0

//! Text files in debugfs, which keep the module loaded while they are open.
//!
//! The kernel crate's debugfs files have no owner: closing one after the module has gone calls code that is no
//! longer there.

use super::user_sized::KVVec;
use crate::{
    bindings,
    compat, //
};
use core::{
    any::Any,
    cell::Cell,
    fmt,
    marker::PhantomData, //
};
use kernel::{
    bindings as c,
    prelude::*,
    seq_file::{
        seq_print,
        SeqFile, //
    },
    uaccess::{
        UserPtr,
        UserSlice,
        UserSliceReader, //
    }, //
};

/// The content of a file, and what it accepts.
pub(crate) trait Text: Send + Sync + 'static {
    /// Permissions; all that need them are root's.
    const MODE: u16 = 0o400;

    /// Prints the whole content; running out of memory is an error.
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result;

    /// Called for `write(2)`, if [`Self::MODE`] allows that.
    fn write(&self, _reader: &mut UserSliceReader) -> Result {
        Err(EINVAL)
    }
}

/// A file to be created.
///
/// # Invariants
///
/// `text` is a `T: Text`, and `operations` are its `Operations::<T>::TABLE`.
struct File {
    name: &'static CStr,
    mode: u16,
    operations: &'static c::file_operations,
    text: KBox<dyn Any + Send + Sync>,
}

/// Files that are not created yet.
pub(crate) struct Files(KVVec<File>);

impl Files {
    pub(crate) const fn new() -> Self {
        Self(KVVec::new())
    }

    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn add<T: Text>(&mut self, name: &'static CStr, text: T) -> Result {
        // INVARIANT: The table is that of the text's type.
        let file = File {
            name,
            mode: T::MODE,
            operations: &Operations::<T>::TABLE,
            text: KBox::new(text, GFP_KERNEL)?,
        };
        Ok(self.0.push(file, GFP_KERNEL)?)
    }

    /// Creates them, in a directory. To be called when nothing else can fail: an open file keeps a module that
    /// was loaded, but not one whose loading fails.
    pub(crate) fn show(self, directory: &'static CStr) -> Directory {
        // SAFETY: The name is a C string.
        let dentry = unsafe { bindings::dxg_debugfs_dir(directory.as_char_ptr()) };
        for file in &self.0 {
            let text: *const (dyn Any + Send + Sync) = &*file.text;
            // SAFETY: The parent is a directory or, if there is none, an error, with which nothing is
            // made. `text` is what the operations expect (the type invariant), and stays until the
            // directory is removed.
            unsafe {
                bindings::dxg_debugfs_file(
                    file.name.as_char_ptr(),
                    file.mode,
                    dentry,
                    text.cast_mut().cast(),
                    file.operations,
                )
            };
        }
        // INVARIANT: As just made.
        Directory {
            dentry,
            _files: self.0,
        }
    }
}

/// A directory with its files, until it is dropped.
///
/// # Invariants
///
/// `dentry` is a directory of ours, or an error.
pub(crate) struct Directory {
    dentry: *mut c::dentry,
    _files: KVVec<File>,
}

// SAFETY: Any thread may remove a directory, and drop the texts, which are `Send`.
unsafe impl Send for Directory {}
// SAFETY: Nothing can be done by a reference.
unsafe impl Sync for Directory {}

impl Drop for Directory {
    fn drop(&mut self) {
        // SAFETY: By the type invariant. The texts go after it: no file is open when the module goes,
        // and the function waits for a thread that is about to open one.
        unsafe { bindings::dxg_debugfs_remove(self.dentry) };
    }
}

/// The operations of files of one type.
struct Operations<T>(PhantomData<T>);

impl<T: Text> Operations<T> {
    const TABLE: c::file_operations = c::file_operations {
        owner: compat::this_module(),
        open: Some(Self::open),
        read: Some(c::seq_read),
        write: Some(Self::write),
        llseek: Some(c::seq_lseek),
        release: Some(c::single_release),
        ..pin_init::zeroed()
    };

    /// # Safety
    ///
    /// The kernel calls it through `TABLE` for a file that [`Files::show`] has made.
    unsafe extern "C" fn open(inode: *mut c::inode, file: *mut c::file) -> c_int {
        // SAFETY: The inode has the text; debugfs holds off its removal during calls, and only in
        // them it is used.
        unsafe { c::single_open(file, Some(Self::show), (*inode).i_private) }
    }

    /// # Safety
    ///
    /// The kernel calls it for a file that `open` succeeded for, with where to print to.
    unsafe extern "C" fn show(to: *mut c::seq_file, _: *mut c_void) -> c_int {
        // SAFETY: `open` has put the text there, see above.
        let text = unsafe { &*(*to).private.cast::<T>() };
        // SAFETY: Per the function's contract; nothing else uses it meanwhile.
        let to = unsafe { SeqFile::from_raw(to) };
        let printed = Printed(text, Cell::new(Ok(())));
        seq_print!(to, "{printed:?}");
        match printed.1.get() {
            Ok(()) => 0,
            Err(fmt::Error) => ENOMEM.to_errno(),
        }
    }

    /// # Safety
    ///
    /// As `show`, with memory of a process that it may read.
    unsafe extern "C" fn write(
        file: *mut c::file,
        from: *const c_char,
        count: usize,
        _: *mut c::loff_t,
    ) -> isize {
        // SAFETY: `single_open` has made it a file with a `seq_file`, in which `open` has put the text.
        let text = unsafe {
            let seq_file = (*file).private_data.cast::<c::seq_file>();
            &*(*seq_file).private.cast::<T>()
        };
        let from = UserPtr::from_ptr(from.cast_mut().cast());
        match text.write(&mut UserSlice::new(from, count).reader()) {
            // CAST: no write has 2^63 bytes.
            Ok(()) => count as isize,
            // CAST: widens.
            Err(error) => error.to_errno() as isize,
        }
    }
}

/// A text, and whether all of it was printed: `seq_print` does not say.
struct Printed<'a, T>(&'a T, Cell<fmt::Result>);

impl<T: Text> fmt::Debug for Printed<'_, T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let result = self.0.print(f);
        self.1.set(result);
        result
    }
}
