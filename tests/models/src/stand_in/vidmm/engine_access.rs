// SPDX-License-Identifier: MIT OR Apache-2.0

//! No model has an engine.

use super::backing::Backing;
use crate::{
    ddi::execution::Update,
    status::{NtResult, NtStatus},
    sys::page_source::PageSource,
};
use kernel::sync::Arc;

#[allow(dead_code, reason = "everything is lost")]
pub(crate) enum Unusable {
    NotPresent(usize),
    Busy,
    Lost,
}

pub(crate) type Access = Result<(), Unusable>;

#[derive(Clone, Copy)]
#[allow(dead_code, reason = "nobody reads it")]
pub(crate) struct EngineBytes<'a> {
    pub(crate) backing: &'a Arc<Backing>,
    pub(crate) offset: u64,
}

pub(crate) fn read(_: EngineBytes<'_>, _: &mut [u8]) -> Access {
    Err(Unusable::Lost)
}

pub(crate) fn write(_: EngineBytes<'_>, _: &[u8]) -> Access {
    Err(Unusable::Lost)
}

pub(crate) fn fill(_: EngineBytes<'_>, _: usize, _: u32) -> Access {
    Err(Unusable::Lost)
}

pub(crate) fn copy(_: EngineBytes<'_>, _: EngineBytes<'_>, _: usize) -> Access {
    Err(Unusable::Lost)
}

pub(crate) fn update(_: EngineBytes<'_>, _: Update) -> Access {
    Err(Unusable::Lost)
}

pub(crate) fn page_in(_: EngineBytes<'_>, _: usize) -> NtResult<Option<Arc<dyn PageSource>>> {
    Err(NtStatus::NOT_SUPPORTED)
}
