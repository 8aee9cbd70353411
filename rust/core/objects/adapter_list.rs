// SPDX-License-Identifier: GPL-2.0

//! Adapters come and go: [`AdapterInstance`], and the [`AdapterList`] of those that are there.
//!
//! ```text
//! add → listed → remove → refuses, and is kept by who has a reference
//! ```
//!
//! The list takes anything that has an instance: its rules need no DRM device.

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
/// the device goes (case 14).
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct Luid(pub(crate) u64);

/// What an adapter stands for, as the wiring of the module names it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) struct HotplugSource(pub(crate) usize);

/// One instance of a device, until it goes.
pub(crate) struct AdapterInstance {
    luid: Luid,
    source: HotplugSource,
    removed: Atomic<bool>,
}

impl AdapterInstance {
    pub(crate) fn luid(&self) -> Luid {
        self.luid
    }

    /// DEVICE_REMOVED once the device has gone (cases 66, 223, 253).
    pub(crate) fn check_present(&self) -> NtResult {
        if self.removed.load(Relaxed) {
            return Err(NtStatus::DEVICE_REMOVED);
        }
        Ok(())
    }
}

/// The adapters that are there.
#[pin_data]
pub(crate) struct AdapterList<A> {
    #[pin]
    listed: Mutex<Listed<A>>,
}

struct Listed<A> {
    adapters: KVVec<Arc<A>>,
    /// How many there have been at once.
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

    /// A new adapter, as `make` makes it, with a LUID that was never there before.
    ///
    /// # Errors
    ///
    /// `ENOMEM`, and what `make` says; then nothing is listed.
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
        // Room first: an adapter for which there is none is dropped after the lock, not by `push`.
        listed.adapters.reserve(1, GFP_KERNEL)?;
        listed.adapters.push(adapter, GFP_KERNEL)?;
        listed.most = listed.most.max(listed.adapters.len());
        Ok(())
    }

    fn new_luid(&self) -> Luid {
        let mut listed = self.listed.lock();
        // From the clock, so that it is new after the module was loaded again, too.
        listed.last_luid = sys::now_ns().max(listed.last_luid + 1);
        Luid(listed.last_luid)
    }

    /// The device behind an adapter goes: the adapter is not listed any more, and only destroys
    /// succeed on it. Returns it, if it was listed.
    pub(crate) fn remove(&self, source: HotplugSource) -> Option<Arc<A>> {
        let adapters = &mut self.listed.lock().adapters;
        let position = adapters
            .iter()
            .position(|adapter| (**adapter).as_ref().source == source)?;
        let adapter = adapters.remove(position).ok()?;
        (*adapter).as_ref().removed.store(true, Relaxed);
        Some(adapter)
    }

    /// All of them, in the order in which they appeared.
    pub(crate) fn all(&self) -> NtResult<KVVec<Arc<A>>> {
        let listed = self.listed.lock();
        // None of these references can be the last one while the list has its own.
        let mut found = KVVec::with_capacity(listed.adapters.len(), ACCOUNT)?;
        for adapter in listed.adapters.iter() {
            found.push(adapter.clone(), ACCOUNT)?;
        }
        Ok(found)
    }

    /// How many there have been at once: what anybody can have been told as their number.
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
