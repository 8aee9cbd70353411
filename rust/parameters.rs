// SPDX-License-Identifier: GPL-2.0

//! The module's parameters, checked: an undefined value is refused, with a line in the log.

#![deny(unsafe_code)]

use crate::{
    adapters::SoftAdapter,
    compat,
    module_parameters as given, //
};
use core::fmt;
use kernel::prelude::*;

/// The list in [`module!`] says what each of them means.
pub(crate) struct Parameters {
    pub(crate) node_mode: u16,
    pub(crate) local_segment_mib: u32,
    pub(crate) commit_mib: u32,
    pub(crate) global_handles: bool,
    pub(crate) soft_adapter: SoftAdapter,
    pub(crate) flink_names: bool,
}

impl Parameters {
    /// # Errors
    ///
    /// `EINVAL`, with a line in the log.
    pub(crate) fn checked() -> Result<Self> {
        let node_mode = compat::parameter::<u16>(given::node_mode.value());
        check(
            "node_mode",
            format_args!("{node_mode} (octal 0{node_mode:o})"),
            // The node can be neither executed nor entered.
            node_mode & !0o666 == 0,
            "permissions to read and write, octal 0 to 0666",
        )?;
        let local_segment_mib = compat::parameter::<u32>(given::local_segment_mib.value());
        check(
            "local_segment_mib",
            format_args!("{local_segment_mib}"),
            local_segment_mib != 0,
            "1 or more",
        )?;
        let soft_adapter = compat::parameter::<u8>(given::soft_adapter.value());
        check(
            "soft_adapter",
            format_args!("{soft_adapter}"),
            soft_adapter <= 2,
            "0, 1 or 2",
        )?;
        let global_handles = compat::parameter::<u8>(given::global_handles.value());
        let flink_names = compat::parameter::<u8>(given::flink_names.value());
        Ok(Self {
            node_mode,
            local_segment_mib,
            // Every number is valid.
            commit_mib: compat::parameter::<u32>(given::commit_mib.value()),
            global_handles: switch("global_handles", global_handles)?,
            soft_adapter: SoftAdapter::from_parameter(soft_adapter)?,
            flink_names: switch("flink_names", flink_names)?,
        })
    }
}

fn switch(name: &str, value: u8) -> Result<bool> {
    check(name, format_args!("{value}"), value <= 1, "0 or 1")?;
    Ok(value == 1)
}

fn check(name: &str, value: fmt::Arguments<'_>, is_allowed: bool, allowed: &str) -> Result {
    if is_allowed {
        return Ok(());
    }
    pr_err!("the parameter {name} cannot be {value}: {allowed}\n");
    Err(EINVAL)
}
