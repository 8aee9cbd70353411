// SPDX-License-Identifier: GPL-2.0

//! [`Registry`]: the adapters of the machine and the processes that use them.

use super::{
    adapter::{
        Adapter,
        Luid,
        Origin, //
    },
    process::Process, //
};
use crate::{
    ddi::Miniport,
    mem::{
        KVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        self,
        pid::ProcessId, //
    },
    vidmm::VidMm, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// A process and how many open files of it there are.
struct Entry {
    process: Arc<Process>,
    files: usize,
}

/// All adapters and processes.
#[pin_data]
pub(crate) struct Registry {
    #[pin]
    processes: Mutex<KVec<Entry>>,
    #[pin]
    adapters: Mutex<Adapters>,
}

struct Adapters {
    list: KVec<Arc<Adapter>>,
    last_luid: u64,
}

impl Registry {
    pub(crate) fn new() -> Result<Arc<Self>> {
        let adapters = Adapters {
            list: KVec::new(),
            last_luid: 0,
        };
        Arc::pin_init(
            pin_init!(Self {
                processes <- new_mutex!(KVec::new(), "Registry::processes"),
                adapters <- new_mutex!(adapters, "Registry::adapters"),
            }),
            GFP_KERNEL,
        )
    }

    /// The calling process, for one more open file of it.
    pub(crate) fn enter_process(&self) -> NtResult<Arc<Process>> {
        let id = ProcessId::current().ok_or(NtStatus::UNSUCCESSFUL)?;
        let key = id.key();
        // Made without the lock; when the process is there already, it is dropped after it.
        let new = Process::new(id)?;
        let mut processes = self.processes.lock();
        let entry = processes
            .iter_mut()
            .find(|entry| entry.process.id().key() == key);
        if let Some(entry) = entry {
            entry.files += 1;
            return Ok(entry.process.clone());
        }
        processes.push(
            Entry {
                process: new.clone(),
                files: 1,
            },
            ACCOUNT,
        )?;
        Ok(new)
    }

    /// One open file of a process less; with the last one everything goes that it has.
    pub(crate) fn leave_process(&self, process: &Arc<Process>) {
        let mut left = None;
        {
            let mut processes = self.processes.lock();
            let position = processes
                .iter()
                .position(|entry| Arc::ptr_eq(&entry.process, process));
            let Some(position) = position else { return };
            processes[position].files -= 1;
            if processes[position].files == 0 {
                left = processes.remove(position).ok();
            }
        }
        drop(left);
    }

    /// A new adapter, with a LUID that was never there before.
    pub(crate) fn add_adapter(
        &self,
        origin: Origin,
        miniport: KBox<dyn Miniport>,
        vidmm: Arc<VidMm>,
    ) -> Result {
        let luid = {
            let mut adapters = self.adapters.lock();
            // From the clock, so that it is new after the module was loaded again, too.
            adapters.last_luid = sys::now_ns().max(adapters.last_luid + 1);
            Luid(adapters.last_luid)
        };
        let adapter = Arc::new(Adapter::new(luid, origin, miniport, vidmm), GFP_KERNEL)?;
        self.adapters.lock().list.push(adapter, GFP_KERNEL)?;
        Ok(())
    }

    /// The device behind an adapter is going: nothing new on it.
    pub(crate) fn mark_removed(&self, origin: Origin) {
        for adapter in self.adapters.lock().list.iter() {
            if adapter.origin() == origin {
                adapter.mark_removed();
            }
        }
    }

    /// The device behind an adapter is gone: it is not listed any more.
    pub(crate) fn remove_adapter(&self, origin: Origin) {
        self.mark_removed(origin);
        let mut removed = None;
        {
            let list = &mut self.adapters.lock().list;
            if let Some(position) = list.iter().position(|a| a.origin() == origin) {
                removed = list.remove(position).ok();
            }
        }
        drop(removed);
    }

    /// The adapters that are there.
    pub(crate) fn adapters(&self) -> NtResult<KVec<Arc<Adapter>>> {
        let adapters = self.adapters.lock();
        // None of these references can be the last one while the list has its own.
        let mut found = KVec::with_capacity(adapters.list.len(), ACCOUNT)?;
        for adapter in adapters.list.iter() {
            found.push(adapter.clone(), ACCOUNT)?;
        }
        Ok(found)
    }

    /// The adapter with that LUID.
    pub(crate) fn adapter(&self, luid: Luid) -> Option<Arc<Adapter>> {
        self.adapters
            .lock()
            .list
            .iter()
            .find(|adapter| adapter.luid() == luid)
            .cloned()
    }
}
