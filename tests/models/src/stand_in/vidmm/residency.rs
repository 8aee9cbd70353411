// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for residency: in the models nobody asks for it.

use super::{
    account::Account,
    backing::Backing,
    VidMm, //
};
use crate::{
    fence::timeline::Timeline,
    status::NtResult,
    vidmm::paging_priority::PagingPriority, //
};
use kernel::sync::Arc;

pub(crate) struct Residency;

impl Residency {
    pub(crate) const fn new() -> Self {
        Self
    }
}

pub(crate) struct Listed;

impl Listed {
    pub(crate) fn is_listed(&self) -> bool {
        unreachable!()
    }
}

#[allow(dead_code, reason = "in the models nobody looks at it")]
pub(crate) struct Bound<'a> {
    pub(crate) residency: &'a Residency,
    pub(crate) backing: &'a Arc<Backing>,
}

pub(crate) enum Limit {
    Budget,
    Segment,
}

#[allow(dead_code, reason = "in the models nobody answers it")]
#[derive(Clone, Copy)]
pub(crate) enum Admission {
    Admitted(Option<u64>),
    OverBudget(u64),
}

#[allow(dead_code, reason = "in the models nobody answers it")]
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum ResidencyStatus {
    InGpuMemory,
    InSharedMemory,
    NotResident,
}

impl Backing {
    pub(crate) fn listed(&self, _: &Residency) -> NtResult<Arc<Listed>> {
        unreachable!()
    }

    pub(crate) fn residency_status(&self) -> ResidencyStatus {
        unreachable!()
    }
}

impl VidMm {
    pub(crate) fn make_resident(
        &self,
        _: &Account,
        _: &[Bound<'_>],
        _: Limit,
        _: PagingPriority,
        _: &Arc<Timeline>,
        _: impl FnOnce(Admission) -> NtResult,
    ) -> NtResult<Admission> {
        unreachable!()
    }

    pub(crate) fn evict(
        &self,
        _: &Account,
        _: &[Bound<'_>],
        _: bool,
        _: impl FnOnce(u64) -> NtResult,
    ) -> NtResult {
        unreachable!()
    }

    pub(crate) fn update_allocation_property(
        &self,
        _: &Account,
        _: Bound<'_>,
        _: bool,
        _: PagingPriority,
        _: &Arc<Timeline>,
        _: impl FnOnce(Option<u64>) -> NtResult,
    ) -> NtResult<Option<u64>> {
        unreachable!()
    }
}
