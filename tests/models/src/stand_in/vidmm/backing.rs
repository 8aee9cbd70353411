// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the memory of an allocation, which the machine knows by the allocation's number.

use super::{account::Account, provider::Pager, DmaBuf, SegmentGroup, SharedWindow, VidMm, Window};
use crate::{
    ddi::allocation::{AllocationDescription, ForeignMemory},
    mem::ACCOUNT,
    stand_in::machine::machine,
    status::NtResult,
};
use kernel::sync::Arc;

pub(crate) struct Backing {
    window: SharedWindow,
    number: u32,
}

pub(crate) enum CpuAccess {
    #[allow(dead_code, reason = "in the models nobody hands memory in")]
    InPlace(usize),
    Window {
        window: SharedWindow,
        writable: bool,
    },
    #[allow(dead_code, reason = "in the models there is none")]
    DmaBuf(DmaBuf),
}

/// In the models there is none.
pub(crate) struct Imported {
    pub(crate) memory: ForeignMemory,
}

impl Backing {
    /// The stand-in of a miniport says the number as the height.
    pub(crate) fn video(
        _: &Arc<VidMm>,
        _: Arc<Account>,
        _: SegmentGroup,
        description: Option<AllocationDescription>,
        _: u64,
    ) -> NtResult<Self> {
        let number = description.expect("a description").height;
        machine().log(|log| log.memory(number, true));
        Ok(Self {
            window: Arc::new(Window, ACCOUNT)?,
            number,
        })
    }

    /// Likewise.
    pub(crate) fn user_pages(
        _: &Arc<VidMm>,
        _: Arc<Account>,
        _: usize,
        _: u64,
        _: bool,
    ) -> NtResult<Self> {
        unreachable!()
    }

    pub(crate) fn import(_: &Arc<VidMm>, _: Arc<Account>, dma_buf: DmaBuf) -> NtResult<Imported> {
        match dma_buf {}
    }

    pub(crate) fn imported(_: Imported) -> Self {
        unreachable!()
    }

    pub(crate) fn is_imported(&self) -> bool {
        false
    }

    pub(crate) fn export(&self, _: bool, _: Pager<'_>) -> NtResult<DmaBuf> {
        unreachable!()
    }

    pub(crate) fn end_export(&self) -> bool {
        unreachable!()
    }

    pub(crate) fn cpu_access(&self, _: Pager<'_>) -> NtResult<CpuAccess> {
        machine().log(|log| log.uses(self.number));
        Ok(CpuAccess::Window {
            window: self.window.clone(),
            writable: true,
        })
    }
}

impl Drop for Backing {
    fn drop(&mut self) {
        machine().log(|log| log.memory(self.number, false));
    }
}
