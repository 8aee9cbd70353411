// SPDX-License-Identifier: MIT OR Apache-2.0

//! Stands for the memory of an allocation, which the machine knows by the allocation's number.

use super::{
    account::Account, residency::Residency, CpuMapping, DmaBuf, SegmentGroup, SharedMapping, VidMm,
};
use crate::{
    ddi::{
        allocation::{AllocationDescription, ForeignMemory},
        memory::ImportedMemory,
        Cookie, Miniport,
    },
    mem::ACCOUNT,
    stand_in::machine::machine,
    status::NtResult,
    sys::{trace, write_fence::WriteFence},
};
use kernel::sync::Arc;
use std::{any::Any, num::NonZeroU32, ops::Deref};

/// Who fills memory, which nobody has to.
#[allow(dead_code, reason = "in the models nothing is paged")]
pub(crate) struct Pager<'a> {
    pub(crate) miniport: &'a dyn Miniport,
    pub(crate) allocation: &'a Cookie,
}

pub(crate) trait Paged: Send + Sync {
    #[allow(dead_code, reason = "in the models nothing is paged")]
    fn pager(&self) -> NtResult<Pager<'_>>;
}

pub(crate) struct Backing {
    mapping: SharedMapping,
    number: u32,
    /// As in the module, the memory keeps the miniport's allocation.
    _paged: Box<dyn Any + Send + Sync>,
}

pub(crate) struct BackingHandle(Arc<Backing>);

impl Deref for BackingHandle {
    type Target = Arc<Backing>;

    fn deref(&self) -> &Arc<Backing> {
        &self.0
    }
}

pub(crate) enum CpuAccess {
    #[allow(dead_code, reason = "in the models nobody hands memory in")]
    InPlace(usize),
    CpuMapping {
        mapping: SharedMapping,
        writable: bool,
    },
    #[allow(dead_code, reason = "in the models there is none")]
    DmaBuf(DmaBuf),
}

/// In the models there is none.
pub(crate) struct Imported {
    pub(crate) memory: ForeignMemory,
}

impl Imported {
    pub(crate) fn into_backing(self) -> BackingHandle {
        unreachable!()
    }
}

impl BackingHandle {
    /// The stand-in of a miniport says the number as the height.
    pub(crate) fn video(
        _: Arc<Account>,
        _: &Arc<VidMm>,
        _: SegmentGroup,
        description: Option<AllocationDescription>,
        _: u64,
        _: NonZeroU32,
        paged: Arc<impl Paged + 'static>,
    ) -> NtResult<Self> {
        let number = description.expect("a description").height;
        machine().log(|log| log.memory(number, true));
        let backing = Backing {
            mapping: Arc::new(CpuMapping, ACCOUNT)?,
            number,
            _paged: Box::new(paged),
        };
        Ok(Self(Arc::new(backing, ACCOUNT)?))
    }

    /// Likewise.
    pub(crate) fn user_pages(
        _: Arc<Account>,
        _: &Arc<VidMm>,
        _: usize,
        _: u64,
        _: bool,
        _: NonZeroU32,
    ) -> NtResult<Self> {
        unreachable!()
    }

    pub(crate) fn import(_: Arc<Account>, _: &Arc<VidMm>, _: ImportedMemory) -> NtResult<Imported> {
        unreachable!()
    }
}

impl Backing {
    pub(crate) fn traced(&self, _: u32) -> trace::Allocation {
        trace::Allocation
    }

    pub(crate) fn lock(&self) -> NtResult {
        Ok(())
    }

    pub(crate) fn unlock(&self, _: u32) {}

    pub(crate) fn priority(&self) -> u32 {
        unreachable!()
    }

    pub(crate) fn set_priority(&self, _: NonZeroU32) {
        unreachable!()
    }

    pub(crate) fn unlist(&self, _: &Residency, _: &Account) {}

    pub(crate) fn page_in_for_fault(&self) -> NtResult {
        unreachable!()
    }

    pub(crate) fn grown(&self) {
        unreachable!()
    }

    pub(crate) fn is_writable(&self) -> bool {
        true
    }

    pub(crate) fn is_imported(&self) -> bool {
        false
    }

    pub(crate) fn export(&self, _: bool) -> NtResult<DmaBuf> {
        unreachable!()
    }

    pub(crate) fn cancel_export(&self) {
        unreachable!()
    }

    pub(crate) fn add_write_fence(&self, _: &WriteFence) -> NtResult {
        unreachable!()
    }

    pub(crate) fn cpu_access(&self) -> NtResult<CpuAccess> {
        machine().log(|log| log.uses(self.number));
        Ok(CpuAccess::CpuMapping {
            mapping: self.mapping.clone(),
            writable: true,
        })
    }
}

impl Drop for Backing {
    fn drop(&mut self) {
        machine().log(|log| log.memory(self.number, false));
    }
}
