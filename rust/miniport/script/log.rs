// SPDX-License-Identifier: GPL-2.0

//! The log of the script miniport.

use super::objects;
use crate::{
    ddi::Cookie,
    status::NtResult, //
};
use core::fmt::{
    self,
    Write, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// Lines of text.
#[pin_data]
pub(crate) struct Log {
    #[pin]
    text: Mutex<Text>,
}

/// The buffer that a line is written to.
pub(super) struct Text(KVVec<u8>);

impl Write for Text {
    fn write_str(&mut self, text: &str) -> fmt::Result {
        let added = self.0.extend_from_slice(text.as_bytes(), GFP_KERNEL);
        added.map_err(|_| fmt::Error)
    }
}

/// Writes a line as `format!` makes it.
macro_rules! log {
    ($log:expr, $($format:tt)*) => {
        $log.line(|line| write!(line, $($format)*))
    };
}
pub(super) use log;

impl Log {
    pub(crate) fn new() -> Result<Arc<Self>> {
        let text = Text(KVVec::new());
        Arc::pin_init(
            pin_init!(Self { text <- new_mutex!(text, "script::Log::text") }),
            GFP_KERNEL,
        )
    }

    /// Appends a line; without memory, the line is truncated.
    pub(super) fn line(&self, write: impl FnOnce(&mut Text) -> fmt::Result) {
        let mut text = self.text.lock();
        let _ = write(&mut text).and_then(|()| text.write_str("\n"));
    }

    /// Logs a call about one object.
    pub(super) fn about(&self, call: &str, cookie: &Cookie) {
        self.line(|line| {
            write!(line, "{call} ")?;
            objects::name(line, cookie)
        });
    }

    /// Logs the end of a call that failed.
    pub(super) fn ended<T>(&self, result: NtResult<T>) -> NtResult<T> {
        result.inspect_err(|status| log!(self, "failed {:#x}", status.code()))
    }

    pub(crate) fn clear(&self) {
        let mut text = self.text.lock();
        let old = core::mem::replace(&mut text.0, KVVec::new());
        drop(text);
        drop(old);
    }

    /// Prints all lines.
    pub(crate) fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let text = self.text.lock();
        f.write_str(core::str::from_utf8(&text.0).map_err(|_| fmt::Error)?)
    }
}
