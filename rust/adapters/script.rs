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
        execution::Engine,
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
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    },
    uaccess::UserSliceReader, //
};

/// The engines of the adapter that is there, or was last.
#[pin_data]
struct Current {
    #[pin]
    engine: Mutex<Option<Arc<Engine>>>,
}

/// What the debugfs file controls.
pub(crate) struct Control {
    registry: Arc<Registry>,
    queues: Queues,
    log: Arc<Log>,
    current: Arc<Current>,
}

impl Control {
    fn add_adapter(&self) -> Result {
        let script = Script::new(self.log.clone())?;
        let engine = script.engine().clone();
        let old = self.current.engine.lock().replace(engine);
        drop(old);
        self.registry.adapters().add(SCRIPT, |instance| {
            let miniport = KBox::new(script, GFP_KERNEL)?;
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

    /// `complete`, or `complete` with the name of a packet.
    fn complete(&self, name: &[u8]) -> Result {
        let tag = match name.trim_ascii() {
            [] => None,
            name => {
                let name = core::str::from_utf8(name).map_err(|_| EINVAL)?;
                Some(name.parse::<u64>().map_err(|_| EINVAL)?)
            }
        };
        let engine = self.current.engine.lock().clone();
        engine.ok_or(ENOENT)?.complete(tag)
    }
}

impl Text for Control {
    const MODE: u16 = 0o600;

    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.log.print(f)
    }

    fn write(&self, reader: &mut UserSliceReader) -> Result {
        let mut bytes = [0; 32];
        let length = reader.len().min(bytes.len());
        reader.read_slice(&mut bytes[..length])?;
        match bytes[..length].trim_ascii() {
            b"clear" => self.log.clear(),
            b"stop" => self.stop(),
            b"start" => {
                self.stop();
                self.add_adapter()?;
            }
            other => {
                let name = other.strip_prefix(b"complete").ok_or(EINVAL)?;
                self.complete(name)?;
            }
        }
        Ok(())
    }
}

/// Adds the adapter and its debugfs file.
pub(crate) fn start(files: &mut Files, registry: &Arc<Registry>, queues: Queues) -> Result {
    let current = Arc::pin_init(
        pin_init!(Current {
            engine <- new_mutex!(None, "script::Current::engine"),
        }),
        GFP_KERNEL,
    )?;
    let control = Control {
        registry: registry.clone(),
        queues,
        log: Log::new()?,
        current,
    };
    control.add_adapter()?;
    files.add(c"script", control)
}
