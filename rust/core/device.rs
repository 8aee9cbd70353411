// SPDX-License-Identifier: GPL-2.0

//! [`Device`]: a process's way to use an adapter (D3DKMTCreateDevice).

use super::adapter::Adapter;
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    vidmm::account::Account, //
};
use kernel::sync::Arc;

/// A device. It owns bindings, through the handle table, and keeps its adapter (case 27).
pub(crate) struct Device {
    adapter: Arc<Adapter>,
    /// What its process uses on the adapter.
    account: Arc<Account>,
    _counted: Counted,
}

impl Device {
    pub(crate) fn new(adapter: Arc<Adapter>, account: Arc<Account>) -> Self {
        Self {
            adapter,
            account,
            _counted: Counted::new(Counter::Devices),
        }
    }

    pub(crate) fn adapter(&self) -> &Arc<Adapter> {
        &self.adapter
    }

    pub(super) fn account(&self) -> &Arc<Account> {
        &self.account
    }
}
