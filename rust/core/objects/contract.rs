// SPDX-License-Identifier: GPL-2.0

//! How dxgkrnl reports a miniport that breaks its contract.

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

/// Logs, rate-limited, how the miniport of `adapter` broke its contract. Returns the caller's
/// status.
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
