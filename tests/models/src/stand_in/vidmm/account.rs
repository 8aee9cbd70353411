// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for accounts, to which nothing is charged.

use super::{SegmentGroup, VidMm};
use crate::{mem::ACCOUNT, status::NtResult};
use kernel::sync::Arc;

pub(crate) struct Account;

pub(crate) struct MemoryInfo {
    pub(crate) budget: u64,
    pub(crate) usage: u64,
    pub(crate) reservation: u64,
    pub(crate) reservable: u64,
}

impl Account {
    pub(crate) fn new(_: Arc<VidMm>) -> NtResult<Arc<Self>> {
        Ok(Arc::new(Self, ACCOUNT)?)
    }

    pub(crate) fn info(&self, _: SegmentGroup) -> MemoryInfo {
        unreachable!()
    }
}
