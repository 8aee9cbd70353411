// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for accounts, to which nothing is charged.

use super::{SegmentGroup, VidMm};
use crate::{mem::ACCOUNT, status::NtResult, sys::trace};
use kernel::sync::Arc;

pub(crate) struct MemoryInfo {
    pub(crate) budget: u64,
    pub(crate) usage: u64,
    pub(crate) listed: u64,
    pub(crate) reservation: u64,
    pub(crate) reservable: u64,
}

pub(crate) struct Account;

impl Account {
    pub(crate) fn new(_: Arc<VidMm>, _: trace::Owner) -> NtResult<Arc<Self>> {
        Ok(Arc::new(Self, ACCOUNT)?)
    }

    pub(crate) fn info(&self, _: SegmentGroup) -> MemoryInfo {
        MemoryInfo {
            budget: 0,
            usage: 0,
            listed: 0,
            reservation: 0,
            reservable: 0,
        }
    }

    pub(crate) fn charged<R>(&self, f: impl FnOnce() -> R) -> R {
        f()
    }

    #[must_use]
    pub(crate) fn flush(&self) -> bool {
        true
    }

    pub(crate) fn is_over(&self) -> bool {
        false
    }

    pub(crate) fn set_reservation(&self, _: SegmentGroup, _: u64) -> NtResult {
        Ok(())
    }
}
