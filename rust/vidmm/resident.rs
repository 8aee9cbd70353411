// SPDX-License-Identifier: GPL-2.0

//! [`Residents`]: the memory on a device, all of which goes when the device goes.

use super::{
    account::Charge,
    VidMm, //
};
use crate::{
    drm::{
        gem::{
            GemObject,
            GemPages, //
        },
        presence::Visit,
        prime::DmaBuf,
        target::Target, //
    },
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::window::Window, //
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

/// A GEM object that backs an allocation, until it is lost.
#[pin_data]
pub(super) struct OnDevice {
    #[pin]
    held: Mutex<Option<Held>>,
}

struct Held {
    /// What processes see of it. Dropped before the object.
    window: Option<Arc<Window>>,
    gem: Arc<GemObject>,
    _charge: Charge,
}

// What is pinned is behind its pointers.
impl Unpin for Held {}

impl OnDevice {
    fn new(gem: Arc<GemObject>, charge: Charge) -> impl PinInit<Self> {
        let held = Held {
            window: None,
            gem,
            _charge: charge,
        };
        pin_init!(Self { held <- new_mutex!(Some(held), "OnDevice::held") })
    }

    /// The window onto the first `bytes` bytes (whole pages) of it.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost; NO_MEMORY, and what the driver says.
    pub(super) fn window(&self, _visit: &Visit<'_, Target>, bytes: usize) -> NtResult<Arc<Window>> {
        let gem = match &*self.held.lock() {
            None => return Err(NtStatus::DEVICE_REMOVED),
            Some(Held {
                window: Some(window),
                ..
            }) => return Ok(window.clone()),
            Some(held) => held.gem.clone(),
        };
        // Made without the lock, since that takes a while. Of two callers that come this far, the
        // second one's window is dropped after the lock.
        let window = Window::new(KBox::new(GemPages::new(gem, bytes)?, ACCOUNT)?)?;
        let mut held = self.held.lock();
        let slot = &mut (*held).as_mut().ok_or(NtStatus::DEVICE_REMOVED)?.window;
        let winner = slot.get_or_insert_with(|| window.clone()).clone();
        drop(held);
        Ok(winner)
    }

    fn gem(&self) -> NtResult<Arc<GemObject>> {
        let held = self.held.lock();
        let held = held.as_ref().ok_or(NtStatus::DEVICE_REMOVED)?;
        Ok(held.gem.clone())
    }

    /// The dma-buf that processes map instead of a window, where the pages cannot be had.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost.
    pub(super) fn to_map(&self, _visit: &Visit<'_, Target>) -> NtResult<Option<DmaBuf>> {
        Ok(self.gem()?.to_map())
    }

    /// The memory's dma-buf, made if it has none.
    ///
    /// # Errors
    ///
    /// DEVICE_REMOVED when it is lost; ACCESS_DENIED: somebody uses it with the other access;
    /// NOT_SUPPORTED: the driver cannot; NO_MEMORY.
    pub(super) fn export(&self, _visit: &Visit<'_, Target>, writable: bool) -> NtResult<DmaBuf> {
        Ok(self.gem()?.export(writable)?)
    }

    /// Whether nobody has a dma-buf of it any more, nor anything else of it but us.
    pub(super) fn end_export(&self, _visit: &Visit<'_, Target>) -> bool {
        self.gem().map_or(true, |gem| gem.end_export())
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

/// The memory on one device, by its address.
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

/// The owner of memory on a device: dropping it frees the memory, if the device is still there.
pub(super) struct Resident {
    vidmm: Arc<VidMm>,
    memory: Arc<OnDevice>,
}

// As above.
impl Unpin for Resident {}

impl Resident {
    /// Enters `gem` into the list of what is on the visited device.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(super) fn new(
        vidmm: &Arc<VidMm>,
        _visit: &Visit<'_, Target>,
        gem: Arc<GemObject>,
        charge: Charge,
    ) -> NtResult<Self> {
        let memory = Arc::pin_init(OnDevice::new(gem, charge), ACCOUNT)?;
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
        // Without the device it was lost, or will be before the device's code goes.
        let Ok(_visit) = self.vidmm.target.visit() else {
            return;
        };
        self.vidmm.residents.remove(key(&self.memory));
        self.memory.lose();
    }
}

fn key(memory: &Arc<OnDevice>) -> usize {
    core::ptr::from_ref::<OnDevice>(memory).addr()
}
