// SPDX-License-Identifier: GPL-2.0

//! [`Registry`]: the adapters of the machine and the processes that use them.

use crate::{
    core::{
        bindings::process::Process,
        objects::{
            adapter::Adapter,
            adapter_list::AdapterList,
            global_handles::GlobalHandles, //
        }, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::pid::ProcessId, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// A process and the number of its open files.
struct Entry {
    process: Arc<Process>,
    files: usize,
}

/// All adapters and processes.
#[pin_data]
pub(crate) struct Registry {
    #[pin]
    processes: Mutex<KVVec<Entry>>,
    #[pin]
    adapters: AdapterList<Adapter>,
    global_handles: Option<Arc<GlobalHandles>>,
}

impl Registry {
    /// Without `global_handles`, resources cannot be shared by global handles.
    pub(crate) fn new(global_handles: bool) -> Result<Arc<Self>> {
        let global_handles = if global_handles {
            Some(GlobalHandles::new()?)
        } else {
            None
        };
        Arc::pin_init(
            pin_init!(Self {
                processes <- new_mutex!(KVVec::new(), "Registry::processes"),
                adapters <- AdapterList::new(),
                global_handles,
            }),
            GFP_KERNEL,
        )
    }

    /// The calling process, with one more open file.
    pub(crate) fn enter_process(&self) -> NtResult<Arc<Process>> {
        let id = ProcessId::current().ok_or(NtStatus::UNSUCCESSFUL)?;
        let key = id.key();
        // Created without the lock; if the process exists already, this is dropped after it.
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

    /// All processes.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(crate) fn processes(&self) -> NtResult<KVVec<Arc<Process>>> {
        let count = self.processes.lock().len();
        let mut all = KVVec::with_capacity(count, ACCOUNT)?;
        for entry in self.processes.lock().iter().take(count) {
            let room = all.push_within_capacity(entry.process.clone());
            room.map_err(|_| NtStatus::NO_MEMORY)?;
        }
        Ok(all)
    }

    /// Closes one open file of a process; the last one destroys everything that the process has.
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

    /// The global handles, if they are enabled.
    pub(crate) fn global_handles(&self) -> Option<&Arc<GlobalHandles>> {
        self.global_handles.as_ref()
    }

    /// The adapters of the machine.
    pub(crate) fn adapters(&self) -> &AdapterList<Adapter> {
        &self.adapters
    }
}
