// SPDX-License-Identifier: GPL-2.0

//! Access to an allocation's bytes: by the CPU, through a CPU mapping, and by other drivers, through a dma-buf.

use super::{
    backing::{
        AllowedPlacement,
        Backing,
        Inner,
        State, //
    },
    paging::Requirements,
    placement::Placement,
    VidMm, //
};
use crate::{
    counters::{
        Counted,
        Counter, //
    },
    ddi::memory::CpuPages,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        cpu_mapping::{
            CpuMapping,
            Source, //
        },
        dma_buf::DmaBuf,
        trace,
        write_fence::WriteFence,
        PAGE_SIZE, //
    }, //
};
use kernel::sync::Arc;

/// How the CPU accesses an allocation.
pub(crate) enum CpuAccess {
    /// The calling process has the pages already, at this address.
    InPlace(usize),
    /// This can be mapped.
    CpuMapping {
        mapping: Arc<CpuMapping>,
        /// Whether it may be written to.
        writable: bool,
    },
    /// The exporter of this dma-buf maps it.
    DmaBuf(DmaBuf),
}

/// Exports that are checked at a time for their end.
const CHECKED_AT_ONCE: usize = 256;

/// An export fails if the memory is evicted this many times meanwhile.
const EXPORT_TRIES: usize = 8;

impl Backing {
    /// A page fault has allocated system memory.
    pub(crate) fn grown(&self) {
        // The usage of a process being killed does not matter.
        let Ok(mut paging) = self.vidmm.lock_paging() else {
            return;
        };
        if let State::System(memory) = &self.inner(&mut paging).state {
            let usage = [0, memory.present()];
            self.vidmm.tracker().set_usage(self.key(), usage);
        }
    }

    /// What a CPU lock of the allocation maps. The bytes move to where they belong.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the adapter was unplugged; INVALID_PARAMETER while it is offered; NO_MEMORY;
    /// INTERRUPTED; errors of the miniport.
    pub(crate) fn cpu_access(self: &Arc<Self>) -> NtResult<CpuAccess> {
        if let Some(pages) = self.user_pages() {
            if let Some(address) = pages.address() {
                return Ok(CpuAccess::InPlace(address));
            }
            // Another process maps memory of the process that made the allocation.
            let new = CpuMapping::new(self.size()? / PAGE_SIZE, Source::Pages(pages.clone()))?;
            let mut paging = self.vidmm.lock_paging()?;
            let inner = self.inner(&mut paging);
            let mapping = inner.mapping.get_or_insert_with(|| new.clone()).clone();
            drop(paging);
            return Ok(CpuAccess::CpuMapping {
                mapping,
                writable: pages.is_writable(),
            });
        }
        let required = Requirements {
            in_segment: false,
            mapped: true,
        };
        self.validate(required, |inner| {
            if let State::Imported(memory) = &inner.state {
                match memory.cpu_pages() {
                    CpuPages::DmaBuf(dma_buf) => return Ok(CpuAccess::DmaBuf(dma_buf)),
                    CpuPages::Pages(_) => {}
                    CpuPages::None => return Err(NtStatus::DEVICE_REMOVED),
                }
            }
            let mapping = inner.mapping.clone();
            Ok(CpuAccess::CpuMapping {
                mapping: mapping.ok_or(NtStatus::UNSUCCESSFUL)?,
                writable: true,
            })
        })?
    }

    /// Serves a page fault on pages that were unmapped for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::cpu_access`].
    pub(crate) fn page_in_for_fault(self: &Arc<Self>) -> NtResult {
        trace::fault(|| self.traced(0));
        let required = Requirements {
            in_segment: false,
            mapped: true,
        };
        match self.validate(required, |_| ()) {
            // The adapter was unplugged: the CPU mapping shows zeros, or will in a moment.
            Err(NtStatus::DEVICE_REMOVED) => Ok(()),
            validated => validated,
        }
    }

    /// A dma-buf of the memory. As long as it is in use, it is the only one, and the memory stays in the
    /// segment.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: system memory, of the caller or of ours; or the driver cannot export it.
    /// - DEVICE_REMOVED: the device was unplugged. INVALID_PARAMETER: it is offered.
    /// - ACCESS_DENIED: a dma-buf of it with the other access is in use.
    /// - NO_MEMORY: also when the segment is full of memory that cannot be evicted, or the process would have
    ///   pinned more of it than it may.
    pub(crate) fn export(self: &Arc<Self>, writable: bool) -> NtResult<DmaBuf> {
        if matches!(
            self.allowed,
            AllowedPlacement::System | AllowedPlacement::Segment(None)
        ) || self.user_pages().is_some()
        {
            self.enter()?;
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let required = Requirements {
            in_segment: true,
            mapped: false,
        };
        for _ in 0..EXPORT_TRIES {
            let memory = self.validate(required, |inner| match &inner.state {
                State::Local(memory) if inner.exported.is_some() || self.may_pin() => {
                    Ok(memory.clone())
                }
                State::Local(_) => Err(NtStatus::GRAPHICS_ALLOCATION_BUSY),
                State::Imported(memory) => Ok(memory.clone()),
                _ => Err(NtStatus::NOT_SUPPORTED),
            })?;
            let memory = match memory {
                // Other exports of its may have ended.
                Err(NtStatus::GRAPHICS_ALLOCATION_BUSY) => {
                    self.vidmm.end_unused_exports()?;
                    if !self.may_pin() {
                        return Err(NtStatus::NO_MEMORY);
                    }
                    continue;
                }
                memory => memory?,
            };
            let exported = memory.export(writable);
            let mut paging = self.vidmm.lock_paging()?;
            let inner = self.inner(&mut paging);
            let is_same = match &inner.state {
                State::Local(now) => Arc::ptr_eq(now, &memory),
                // It never moves, and counts in its exporter's usage.
                State::Imported(_) => {
                    drop(paging);
                    return exported;
                }
                _ => false,
            };
            if !is_same {
                // It was evicted meanwhile.
                drop(paging);
                continue;
            }
            // Others may have a dma-buf even if this caller could not get one.
            if inner.exported.is_none() && (exported.is_ok() || !memory.end_export()) {
                inner.exported = Some(Counted::new(Counter::Exports));
                self.vidmm.tracker().pin(self.key());
            }
            drop(paging);
            return exported;
        }
        Err(NtStatus::NO_MEMORY)
    }

    /// Has other drivers that read the memory, such as a display's for a flip, wait for a fence. Other drivers have none
    /// that is outside the segment. Waits itself where many packets write to the memory already.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED: the device was unplugged. NO_MEMORY, INTERRUPTED.
    pub(crate) fn add_write_fence(&self, fence: &WriteFence) -> NtResult {
        loop {
            let memory = {
                let mut paging = self.vidmm.lock_paging()?;
                match &self.inner(&mut paging).state {
                    State::Local(memory) | State::Imported(memory) => Some(memory.clone()),
                    _ => None,
                }
            };
            let Some(memory) = memory else {
                return Ok(());
            };
            match memory.add_write_fence(fence)? {
                None => return Ok(()),
                Some(before) => before.wait()?,
            }
        }
    }

    /// The dma-buf did not reach its user.
    pub(crate) fn cancel_export(&self) {
        let mut paging = self.vidmm.paging.lock();
        self.end_export(self.inner(&mut paging));
    }

    /// Whether the memory was imported from a dma-buf.
    pub(crate) fn is_imported(&self) -> bool {
        self.placement() == Placement::Imported
    }

    /// Whether an export may pin it for its process.
    fn may_pin(&self) -> bool {
        self.vidmm
            .tracker()
            .may_pin(self.account.key(), self.bytes())
    }

    /// Notes whether anybody else still has a dma-buf of the memory, or any other reference on it.
    pub(super) fn end_export(&self, inner: &mut Inner) {
        if inner.exported.is_none() {
            return;
        }
        let ended = match &inner.state {
            State::Local(memory) => memory.end_export(),
            _ => true,
        };
        if ended {
            inner.exported = None;
            self.vidmm.tracker().unpin(self.key());
        }
    }
}

impl VidMm {
    /// VidMm is not told when a dma-buf ends; so it checks exports, some at a time, when room is needed.
    ///
    /// # Errors
    ///
    /// INTERRUPTED.
    pub(super) fn end_unused_exports(&self) -> NtResult {
        let mut first = None;
        for _ in 0..CHECKED_AT_ONCE {
            let mut paging = self.lock_paging()?;
            let tracker = self.tracker();
            let next =
                (tracker.pinned(paging.last_checked_export)).or_else(|| tracker.pinned(None));
            drop(tracker);
            let Some((lru_key, backing)) = next else {
                break;
            };
            if first == Some(lru_key) {
                // All exports were checked.
                break;
            }
            first.get_or_insert(lru_key);
            paging.last_checked_export = Some(lru_key);
            backing.end_export(backing.inner(&mut paging));
            drop(paging);
        }
        Ok(())
    }
}
