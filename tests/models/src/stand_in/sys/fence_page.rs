// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the page of a fence.

use super::mapped_vma::MappedVma;
use crate::{
    mem::{KBox, ACCOUNT},
    stand_in::vidmm::CpuMapping,
};
use kernel::{error::Result, sync::Arc};
use loom::sync::atomic::{AtomicU64, Ordering};

pub(crate) struct FencePage(AtomicU64);

impl FencePage {
    pub(crate) fn new(value: u64) -> Result<Arc<Self>> {
        Ok(Arc::new(Self(AtomicU64::new(value)), ACCOUNT)?)
    }

    pub(crate) fn load(&self) -> u64 {
        self.0.load(Ordering::Acquire)
    }

    pub(crate) fn store(&self, value: u64) {
        self.0.store(value, Ordering::Release);
    }

    pub(crate) fn map(page: &Arc<Self>) -> Result<MappedVma> {
        let keep = KBox::new(page.clone(), ACCOUNT)?;
        MappedVma::map(Arc::new(CpuMapping, ACCOUNT)?, false, keep)
    }
}
