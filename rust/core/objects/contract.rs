// SPDX-License-Identifier: GPL-2.0

//! What happens when a miniport breaks its contract.

use super::adapter::Adapter;
use crate::{
    ddi::answer::Violation,
    status::NtStatus,
    sys, //
};
use kernel::{
    prelude::*,
    str::BStr, //
};

/// Says in the kernel's log, though not too often, how the miniport of `adapter` broke its contract.
/// Returns what the caller gets.
pub(in crate::core) fn broken(adapter: &Adapter, violation: Violation) -> NtStatus {
    if sys::may_log() {
        let driver = &adapter.miniport().query_adapter_info().driver;
        pr_warn!(
            "the miniport {} broke its contract: {violation:?}\n",
            BStr::from_bytes(driver)
        );
    }
    violation.status()
}
