// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for offers: in the models nobody makes one.

use super::{
    account::Account,
    lru_key::OfferPriority,
    residency::Bound, //
};
use crate::{
    fence::timeline::Timeline,
    status::NtResult,
    vidmm::paging_priority::PagingPriority, //
};
use kernel::sync::Arc;

#[allow(dead_code, reason = "in the models nobody answers it")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Reclaimed {
    Ok,
    Discarded,
    NotCommitted,
}

impl Account {
    pub(crate) fn offer(&self, _: &[Bound<'_>], _: OfferPriority, _: bool) -> NtResult {
        unreachable!()
    }

    pub(crate) fn reclaim(
        &self,
        _: &[Bound<'_>],
        _: PagingPriority,
        _: &Arc<Timeline>,
        _: impl FnOnce(&[Reclaimed], Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        unreachable!()
    }
}
