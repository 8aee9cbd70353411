// SPDX-License-Identifier: GPL-2.0

//! Adapters are added and unplugged: [`AdapterInstance`], and the [`AdapterList`] of those that are present.
//!
//! ```text
//! add → listed → remove → refuses calls, and lives while it is referenced
//! ```
//!
//! The list takes any type that has an instance: its rules need no DRM device.

use crate::{
    mem::{
        KVVec,
        ACCOUNT, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys, //
};
use kernel::{
    new_mutex,
    prelude::*,
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex, //
    }, //
};

/// Locally unique identifier of an adapter: new for every instance of a device, and stable until
/// the device is unplugged (case 14).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Luid(pub(crate) u64);

/// Where an adapter comes from: the key under which the module's wiring knows it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HotplugSource(pub(crate) usize);

/// One instance of a device, until the device is unplugged.
pub(crate) struct AdapterInstance {
    luid: Luid,
    source: HotplugSource,
    removed: Atomic<bool>,
}

impl AdapterInstance {
    pub(crate) fn luid(&self) -> Luid {
        self.luid
    }

    /// DEVICE_REMOVED once the device was unplugged (cases 66, 223, 253).
    pub(crate) fn check_present(&self) -> NtResult {
        if self.removed.load(Relaxed) {
            return Err(NtStatus::DEVICE_REMOVED);
        }
        Ok(())
    }
}

/// The adapters that are present.
#[pin_data]
pub(crate) struct AdapterList<A> {
    #[pin]
    listed: Mutex<Listed<A>>,
}

struct Listed<A> {
    adapters: KVVec<Arc<A>>,
    /// The most adapters that were ever present at once.
    most: usize,
    last_luid: u64,
}

impl<A: AsRef<AdapterInstance>> AdapterList<A> {
    pub(crate) fn new() -> impl PinInit<Self> {
        let listed = Listed {
            adapters: KVVec::new(),
            most: 0,
            last_luid: 0,
        };
        pin_init!(Self {
            listed <- new_mutex!(listed, "AdapterList::listed"),
        })
    }

    /// Adds a new adapter, built by `make`, with a LUID that no adapter had before.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and the errors of `make`; then nothing is listed.
    pub(crate) fn add(
        &self,
        source: HotplugSource,
        make: impl FnOnce(AdapterInstance) -> Result<A>,
    ) -> Result {
        let instance = AdapterInstance {
            luid: self.new_luid(),
            source,
            removed: Atomic::new(false),
        };
        let adapter = Arc::new(make(instance)?, GFP_KERNEL)?;
        let mut listed = self.listed.lock();
        // Reserve first: if that fails, the adapter is dropped after the lock, not inside `push`.
        listed.adapters.reserve(1, GFP_KERNEL)?;
        listed.adapters.push(adapter, GFP_KERNEL)?;
        listed.most = listed.most.max(listed.adapters.len());
        Ok(())
    }

    fn new_luid(&self) -> Luid {
        let mut listed = self.listed.lock();
        // From the clock, so that it is new even after the module was loaded again.
        listed.last_luid = sys::now_ns().max(listed.last_luid + 1);
        Luid(listed.last_luid)
    }

    /// Removes an adapter that is unplugged: it is not listed any more, and only destroy calls succeed on it.
    /// Returns it, if it was listed.
    pub(crate) fn remove(&self, source: HotplugSource) -> Option<Arc<A>> {
        let adapters = &mut self.listed.lock().adapters;
        let position = adapters
            .iter()
            .position(|adapter| (**adapter).as_ref().source == source)?;
        let adapter = adapters.remove(position).ok()?;
        (*adapter).as_ref().removed.store(true, Relaxed);
        Some(adapter)
    }

    /// All adapters, in the order in which they were added.
    pub(crate) fn all(&self) -> NtResult<KVVec<Arc<A>>> {
        let listed = self.listed.lock();
        // The list holds its own references, so none of these can be the last one.
        let mut found = KVVec::with_capacity(listed.adapters.len(), ACCOUNT)?;
        for adapter in listed.adapters.iter() {
            found.push(adapter.clone(), ACCOUNT)?;
        }
        Ok(found)
    }

    /// The most adapters that were ever present at once: the largest number that a caller can have got.
    pub(crate) fn most(&self) -> usize {
        self.listed.lock().most
    }

    /// The adapter with that LUID.
    pub(crate) fn find(&self, luid: Luid) -> Option<Arc<A>> {
        self.listed
            .lock()
            .adapters
            .iter()
            .find(|adapter| (***adapter).as_ref().luid == luid)
            .cloned()
    }
}
