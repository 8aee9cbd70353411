// SPDX-License-Identifier: GPL-2.0

//! How others get at an allocation's bytes: the CPU, by a window, and other drivers, by a dma-buf.

use super::{
    backing::{
        Backing,
        Home,
        Memory,
        State, //
    },
    place::Place,
    provider::Stay,
    turn::Turn, //
};
use crate::{
    drm::prime::DmaBuf,
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        user_pages::{
            ShownPages,
            UserPages, //
        },
        window::{
            Source,
            Window, //
        },
        PAGE_SIZE, //
    }, //
};
use kernel::{
    prelude::*,
    sync::Arc, //
};

/// How the CPU gets at an allocation.
pub(crate) enum CpuAccess {
    /// The pages are in the calling process already, at this address.
    InPlace(usize),
    /// This can be mapped.
    Window {
        window: Arc<Window>,
        /// So that it may be written to.
        writable: bool,
    },
    /// This is to be mapped, as its exporter does that.
    DmaBuf(DmaBuf),
}

impl Backing {
    /// System memory came into being because somebody touched it.
    pub(crate) fn grown(&self) {
        let inner = self.inner.lock();
        if let State::System(memory) = &inner.state {
            let mut books = self.vidmm.books.lock();
            books.set_usage(self.key(), [0, memory.present()]);
        }
    }

    /// What a lock of the allocation shows. The bytes come to where they belong.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when the adapter is gone; INVALID_PARAMETER while it is offered; NO_MEMORY;
    /// what the miniport says.
    pub(crate) fn cpu_access(self: &Arc<Self>) -> NtResult<CpuAccess> {
        let stay = self.vidmm.provider.stay()?;
        if let State::UserPages(pages) = self.state() {
            return match pages.address() {
                Some(address) => Ok(CpuAccess::InPlace(address)),
                None => self.show_user_pages(pages),
            };
        }
        let turn = self.vidmm.turns.take();
        self.settle(&stay, &turn)?;
        if let State::Imported(gem) = self.state() {
            if let Some(dma_buf) = gem.to_map() {
                return Ok(CpuAccess::DmaBuf(dma_buf));
            }
        }
        Ok(CpuAccess::Window {
            window: self.show(&stay, &turn)?,
            writable: true,
        })
    }

    /// Shows memory of the process that made the allocation to another process.
    fn show_user_pages(&self, pages: Arc<UserPages>) -> NtResult<CpuAccess> {
        let writable = pages.is_writable();
        let source = Source::Pages(KBox::new(ShownPages(pages), ACCOUNT)?);
        let new = Window::new(self.size()? / PAGE_SIZE, source)?;
        let mut inner = self.inner.lock();
        let window = inner.window.get_or_insert_with(|| new.clone()).clone();
        drop(inner);
        Ok(CpuAccess::Window { window, writable })
    }

    /// The window, with the pages of where the bytes are.
    fn show(&self, _stay: &Stay<'_>, _turn: &Turn<'_>) -> NtResult<Arc<Window>> {
        let window = self.inner.lock().window.clone();
        if let Some(window) = window.as_ref().filter(|window| !window.is_away()) {
            return Ok(window.clone());
        }
        let bytes = self.size()?;
        let source = match self.state() {
            State::Local(memory) => Source::Pages(memory.source(bytes)?),
            State::Imported(gem) => Source::Pages(Memory::Gem(gem).source(bytes)?),
            State::System(memory) => Source::System(memory),
            State::UserPages(_) | State::Untouched | State::Discarded | State::Lost => {
                return Err(NtStatus::UNSUCCESSFUL)
            }
        };
        if let Some(window) = window {
            window.show(source);
            return Ok(window);
        }
        let window = Window::new(bytes / PAGE_SIZE, source)?;
        self.inner.lock().window = Some(window.clone());
        Ok(window)
    }

    /// Somebody touches pages that were taken away for a while.
    ///
    /// # Errors
    ///
    /// As [`Self::cpu_access`].
    pub(crate) fn bring_back(self: &Arc<Self>) -> NtResult {
        let stay = match self.vidmm.provider.stay() {
            Ok(stay) => stay,
            Err(gone) => {
                // The adapter's end may not have come this far yet; there will be zeros from now on.
                if let Some(window) = self.inner.lock().window.clone() {
                    window.revoke();
                }
                return Err(gone);
            }
        };
        let turn = self.vidmm.turns.take();
        self.settle(&stay, &turn)?;
        self.show(&stay, &turn).map(|_| ())
    }

    /// Takes the pages away from those who see them, until they touch them again.
    pub(super) fn hide(&self, _turn: &Turn<'_>) {
        let window = self.inner.lock().window.clone();
        if let Some(window) = window {
            window.hide();
        }
    }

    /// A dma-buf of the memory. As long as anybody uses it, it is the only one, and the memory stays
    /// in the segment.
    ///
    /// # Errors
    ///
    /// - NOT_SUPPORTED: system memory, of the caller or of ours; or the driver cannot.
    /// - DEVICE_REMOVED: the device is gone. INVALID_PARAMETER: it is offered.
    /// - ACCESS_DENIED: somebody uses a dma-buf of it with the other access.
    /// - NO_MEMORY: also when the segment is full of what cannot be put out.
    pub(crate) fn export(self: &Arc<Self>, writable: bool) -> NtResult<DmaBuf> {
        let stay = self.vidmm.provider.stay()?;
        if matches!(self.home, Home::System | Home::Segment(None)) {
            return Err(NtStatus::NOT_SUPPORTED);
        }
        let turn = self.vidmm.turns.take();
        self.settle_in_segment(&stay, &turn)?;
        let gem = match self.state() {
            State::Local(Memory::Gem(gem)) | State::Imported(gem) => gem,
            _ => return Err(NtStatus::NOT_SUPPORTED),
        };
        let dma_buf = gem.export(writable)?;
        let was = core::mem::replace(&mut self.inner.lock().exported, true);
        if !was {
            self.vidmm.books.lock().pin(self.key());
        }
        Ok(dma_buf)
    }

    /// Whether the memory came by a dma-buf.
    pub(crate) fn is_imported(&self) -> bool {
        self.place() == Place::Imported
    }

    /// Whether nobody has a dma-buf of the memory any more, nor anything else of it but us.
    pub(crate) fn end_export(&self) -> bool {
        let Ok(_stay) = self.vidmm.provider.stay() else {
            // It is lost.
            return true;
        };
        let _turn = self.vidmm.turns.take();
        let ended = match self.state() {
            State::Local(Memory::Gem(gem)) | State::Imported(gem) => gem.end_export(),
            _ => true,
        };
        if ended {
            let was = core::mem::replace(&mut self.inner.lock().exported, false);
            if was {
                self.vidmm.books.lock().unpin(self.key());
            }
        }
        ended
    }
}
