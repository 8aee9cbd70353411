// SPDX-License-Identifier: GPL-2.0

//! Tables in debugfs: the number of live objects, and the video memory in use in bytes, with a line for each
//! adapter and segment group, and one for each process as well.

#![deny(unsafe_code)]

use crate::{
    core::registry::Registry,
    counters,
    sys::debugfs::Text,
    vidmm::SegmentGroup, //
};
use core::fmt;
use kernel::sync::Arc;

/// The content of `counters`: a line for each counter, with its name, a space, its value.
pub(crate) struct Counters;

impl Text for Counters {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (name, value) in counters::all() {
            #[cfg(dxg_gates)]
            if crate::sys::gates::hides(name) {
                continue;
            }
            writeln!(f, "{name} {value}")?;
        }
        Ok(())
    }
}

/// The content of `adapters`.
pub(crate) struct Adapters(pub(crate) Arc<Registry>);

impl Text for Adapters {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "luid group size usage committed commit_limit")?;
        for adapter in self.0.adapters().all().map_err(|_| fmt::Error)? {
            for (name, group) in SegmentGroup::NAMED {
                let (luid, report) = (adapter.luid().0, adapter.vidmm().report(group));
                write!(f, "{luid:x} {name} {} {}", report.size, report.usage)?;
                writeln!(f, " {} {}", report.committed, report.commit_limit)?;
            }
        }
        Ok(())
    }
}

/// The content of `processes`.
pub(crate) struct Processes(pub(crate) Arc<Registry>);

impl Text for Processes {
    fn print(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "pid luid group total usage resident offered budget")?;
        for process in self.0.processes().map_err(|_| fmt::Error)? {
            let mut result = Ok(());
            let pid = process.id().pid();
            process.for_each_account(|luid, account| {
                for (name, group) in SegmentGroup::NAMED {
                    let is = account.report(group);
                    result = result.and_then(|()| {
                        write!(f, "{pid} {:x} {name} {} {}", luid.0, is.total, is.usage)?;
                        writeln!(f, " {} {} {}", is.listed, is.offered, is.budget)
                    });
                }
            });
            result?;
        }
        Ok(())
    }
}
