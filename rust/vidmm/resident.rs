// SPDX-License-Identifier: GPL-2.0

//! [`Residents`]: the memory of an adapter, all of which goes when the adapter goes.

use super::{
    account::Charge,
    provider::Stay,
    VidMm, //
};
use crate::{
    drm::{
        gem::{
            GemObject,
            GemPages, //
        },
        prime::DmaBuf, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        kernel_pages::{
            KernelPages,
            ShownKernelPages, //
        },
        window::Window, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNode, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// What memory is made of.
#[derive(Clone)]
pub(super) enum Memory {
    /// An object on the adapter's device.
    Gem(Arc<GemObject>),
    /// System memory.
    Pages(Arc<KernelPages>),
}

impl Memory {
    /// A window onto the first `bytes` bytes (whole pages) of it.
    fn window(self, bytes: usize) -> Result<Arc<Window>> {
        match self {
            Self::Gem(gem) => Window::new(KBox::new(GemPages::new(gem, bytes)?, ACCOUNT)?),
            Self::Pages(pages) => Window::new(KBox::new(ShownKernelPages(pages), ACCOUNT)?),
        }
    }
}

/// Memory that backs an allocation, until it is lost.
#[pin_data]
pub(super) struct OnDevice {
    #[pin]
    held: Mutex<Option<Held>>,
}

struct Held {
    /// What processes see of it. Dropped before the memory.
    window: Option<Arc<Window>>,
    memory: Memory,
    _charge: Charge,
}

// What is pinned is behind its pointers.
impl Unpin for Held {}

impl OnDevice {
    fn new(memory: Memory, charge: Charge) -> impl PinInit<Self> {
        let held = Held {
            window: None,
            memory,
            _charge: charge,
        };
        pin_init!(Self { held <- new_mutex!(Some(held), "OnDevice::held") })
    }

    /// The window onto the first `bytes` bytes (whole pages) of it.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost; NO_MEMORY, and what the driver says.
    pub(super) fn window(&self, _stay: &Stay<'_>, bytes: usize) -> NtResult<Arc<Window>> {
        let memory = match &*self.held.lock() {
            None => return Err(NtStatus::DEVICE_REMOVED),
            Some(Held {
                window: Some(window),
                ..
            }) => return Ok(window.clone()),
            Some(held) => held.memory.clone(),
        };
        // Made without the lock, since that takes a while. Of two callers that come this far, the
        // second one's window is dropped after the lock.
        let window = memory.window(bytes)?;
        let mut held = self.held.lock();
        let slot = &mut (*held).as_mut().ok_or(NtStatus::DEVICE_REMOVED)?.window;
        let winner = slot.get_or_insert_with(|| window.clone()).clone();
        drop(held);
        Ok(winner)
    }

    fn memory(&self) -> NtResult<Memory> {
        let held = self.held.lock();
        let held = held.as_ref().ok_or(NtStatus::DEVICE_REMOVED)?;
        Ok(held.memory.clone())
    }

    /// The dma-buf that processes map instead of a window, where the pages cannot be had.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost.
    pub(super) fn to_map(&self, _stay: &Stay<'_>) -> NtResult<Option<DmaBuf>> {
        Ok(match self.memory()? {
            Memory::Gem(gem) => gem.to_map(),
            Memory::Pages(_) => None,
        })
    }

    /// The memory's dma-buf, made if it has none.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost; ACCESS_DENIED: somebody uses it with the other access;
    /// NOT_SUPPORTED: system memory, or the driver cannot; NO_MEMORY.
    pub(super) fn export(&self, _stay: &Stay<'_>, writable: bool) -> NtResult<DmaBuf> {
        match self.memory()? {
            Memory::Gem(gem) => Ok(gem.export(writable)?),
            Memory::Pages(_) => Err(NtStatus::NOT_SUPPORTED),
        }
    }

    /// Whether nobody has a dma-buf of it any more, nor anything else of it but us.
    pub(super) fn end_export(&self, _stay: &Stay<'_>) -> bool {
        match self.memory() {
            Ok(Memory::Gem(gem)) => gem.end_export(),
            _ => true,
        }
    }

    /// Gives the memory up. Processes that see it see zeros from now on.
    fn lose(&self) {
        // Out of the lock before it is dropped.
        let Some(held) = self.held.lock().take() else {
            return;
        };
        if let Some(window) = &held.window {
            window.revoke();
        }
    }
}

/// The memory of one adapter, by its address.
#[pin_data]
pub(super) struct Residents {
    #[pin]
    all: Mutex<RBTree<usize, Arc<OnDevice>>>,
}

impl Residents {
    pub(super) fn new() -> impl PinInit<Self> {
        pin_init!(Self { all <- new_mutex!(RBTree::new(), "Residents::all") })
    }

    /// Everything is lost.
    pub(super) fn lose_all(&self) {
        loop {
            let first = {
                let mut all = self.all.lock();
                all.cursor_front_mut()
                    .map(|cursor| cursor.remove_current().1)
            };
            let Some(node) = first else { break };
            node.to_key_value().1.lose();
        }
    }

    fn remove(&self, key: usize) {
        // Out of the lock before it is dropped.
        let node = self.all.lock().remove_node(&key);
        drop(node);
    }
}

/// The owner of memory of an adapter: dropping it frees the memory, if the adapter is still there.
pub(super) struct Resident {
    vidmm: Arc<VidMm>,
    memory: Arc<OnDevice>,
}

// As above.
impl Unpin for Resident {}

impl Resident {
    /// Enters `memory` into the list of what the adapter has.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new(
        vidmm: &Arc<VidMm>,
        _stay: &Stay<'_>,
        memory: Memory,
        charge: Charge,
    ) -> NtResult<Self> {
        let memory = Arc::pin_init(OnDevice::new(memory, charge), ACCOUNT)?;
        let node = RBTreeNode::new(key(&memory), memory.clone(), ACCOUNT)?;
        let replaced = vidmm.residents.all.lock().insert(node);
        // No other memory is at this address.
        drop(replaced);
        Ok(Self {
            vidmm: vidmm.clone(),
            memory,
        })
    }

    pub(super) fn memory(&self) -> &Arc<OnDevice> {
        &self.memory
    }
}

impl Drop for Resident {
    fn drop(&mut self) {
        // Without the adapter it was lost, or will be before the device's code goes.
        let Ok(_stay) = self.vidmm.provider.stay() else {
            return;
        };
        self.vidmm.residents.remove(key(&self.memory));
        self.memory.lose();
    }
}

fn key(memory: &Arc<OnDevice>) -> usize {
    core::ptr::from_ref::<OnDevice>(memory).addr()
}
