// SPDX-License-Identifier: GPL-2.0

//! The test adapter, with the script miniport, and its debugfs file.

use super::{
    Queues,
    SCRIPT, //
};
use crate::{
    core::{
        objects::adapter::Adapter,
        registry::Registry, //
    },
    ddi::Miniport,
    miniport::script::{
        log::Log,
        Script,
        COMMIT, //
    },
    sys::debugfs::{
        Files,
        Text, //
    },
    vidmm::VidMm, //
};
use core::fmt;
use kernel::{
    prelude::*,
    sync::Arc,
    uaccess::UserSliceReader, //
};

/// What the debugfs file controls.
pub(crate) struct Control {
    registry: Arc<Registry>,
    queues: Queues,
    log: Arc<Log>,
}

impl Control {
    fn add_adapter(&self) -> Result {
        self.registry.adapters().add(SCRIPT, |instance| {
            let miniport = KBox::new(Script::new(self.log.clone())?, GFP_KERNEL)?;
            let segments = miniport.query_segments();
            let vidmm = VidMm::new(segments, COMMIT, self.queues.paging.clone())?;
            Adapter::new(instance, miniport, vidmm, self.queues.fences.clone())
        })
    }

    fn stop(&self) {
        if let Some(adapter) = self.registry.adapters().remove(SCRIPT) {
            adapter.unplug();
        }
    }
}

impl Text for Control {
    const MODE: u16 = 0o600;

    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.log.print(f)
    }

    fn write(&self, reader: &mut UserSliceReader) -> Result {
        let mut bytes = [0; 8];
        let length = reader.len().min(bytes.len());
        reader.read_slice(&mut bytes[..length])?;
        match bytes[..length].trim_ascii() {
            b"clear" => self.log.clear(),
            b"stop" => self.stop(),
            b"start" => {
                self.stop();
                self.add_adapter()?;
            }
            _ => return Err(EINVAL),
        }
        Ok(())
    }
}

/// Adds the adapter and its debugfs file.
pub(crate) fn start(files: &mut Files, registry: &Arc<Registry>, queues: Queues) -> Result {
    let control = Control {
        registry: registry.clone(),
        queues,
        log: Log::new()?,
    };
    control.add_adapter()?;
    files.add(c"script", control)
}
