// SPDX-License-Identifier: GPL-2.0

//! `/dev/dxg`: which process opens it, and which may call through an open file.

#![deny(unsafe_code)]

use crate::{
    core::{
        bindings::process::Process,
        registry::Registry, //
    },
    ioctl::{
        self,
        Caller, //
    },
    mem::ACCOUNT,
    sys::misc_device::OpenFile,
    vidmm::SegmentGroup, //
};
use kernel::{
    prelude::*,
    seq_file::{
        seq_print,
        SeqFile, //
    },
    sync::Arc, //
};

/// One open file of `/dev/dxg`.
pub(crate) struct DxgFile {
    registry: Arc<Registry>,
    process: Arc<Process>,
}

impl OpenFile for DxgFile {
    type Device = Arc<Registry>;

    fn open(registry: &Arc<Registry>) -> Result<KBox<Self>> {
        let process = registry.enter_process().map_err(|_| ENOMEM)?;
        // Created before the box, so that a failed allocation of the box leaves the process again.
        let file = Self {
            registry: registry.clone(),
            process,
        };
        Ok(KBox::new(file, ACCOUNT)?)
    }

    /// The keys of drm-usage-stats, for each adapter that the process uses. Each segment group is a region,
    /// named after the adapter's LUID.
    fn show(&self, to: &SeqFile) {
        seq_print!(to, "drm-driver:\tdxgkrnl\n");
        seq_print!(to, "drm-client-id:\t{}\n", self.process.id().number());
        self.process.for_each_account(|luid, account| {
            for (name, group) in SegmentGroup::NAMED {
                let report = account.report(group);
                let line = |key: &str, bytes: u64| {
                    let (luid, kib) = (luid.0, bytes >> 10);
                    seq_print!(to, "drm-{key}-{name}-{luid:x}:\t{kib} KiB\n");
                };
                line("total", report.total);
                line("shared", 0);
                line("resident", report.usage);
                line("purgeable", report.offered);
                line("active", 0);
            }
        });
    }

    fn ioctl(&self, request: u32, argument: usize) -> isize {
        const ENOTTY: isize = -25;
        // A descriptor that another process got, as by fork, cannot be used there (case 261).
        if !self.process.id().is_current() {
            return ENOTTY;
        }
        #[cfg(dxg_gates)]
        if let Some(result) = crate::sys::gates::at_call(request) {
            return result;
        }
        let caller = Caller {
            registry: &self.registry,
            process: &self.process,
        };
        ioctl::dispatch(&caller, request, argument).unwrap_or(ENOTTY)
    }
}

impl Drop for DxgFile {
    fn drop(&mut self) {
        self.registry.leave_process(&self.process);
    }
}
