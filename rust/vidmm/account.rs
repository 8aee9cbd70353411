// SPDX-License-Identifier: GPL-2.0

//! [`Account`]: how much video memory of one adapter a process uses.

use super::SegmentGroup;
use kernel::sync::{
    atomic::{
        Atomic,
        Relaxed, //
    },
    Arc, //
};

/// Bytes in use by one process on one adapter.
pub(crate) struct Account {
    local: Atomic<u64>,
    non_local: Atomic<u64>,
}

impl Account {
    pub(crate) const fn new() -> Self {
        Self {
            local: Atomic::new(0),
            non_local: Atomic::new(0),
        }
    }

    fn of(&self, group: SegmentGroup) -> &Atomic<u64> {
        match group {
            SegmentGroup::Local => &self.local,
            SegmentGroup::NonLocal => &self.non_local,
        }
    }

    /// Bytes of the group in use.
    pub(crate) fn usage(&self, group: SegmentGroup) -> u64 {
        self.of(group).load(Relaxed)
    }

    /// Charges `bytes` until the result is dropped.
    pub(super) fn charge(self: &Arc<Self>, group: SegmentGroup, bytes: u64) -> Charge {
        self.of(group).fetch_add(bytes, Relaxed);
        Charge {
            account: self.clone(),
            group,
            bytes,
        }
    }
}

/// Bytes that are charged to an account.
pub(super) struct Charge {
    account: Arc<Account>,
    group: SegmentGroup,
    bytes: u64,
}

impl Drop for Charge {
    fn drop(&mut self) {
        self.account
            .of(self.group)
            .fetch_add(self.bytes.wrapping_neg(), Relaxed);
    }
}
