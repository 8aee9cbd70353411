// SPDX-License-Identifier: GPL-2.0

//! [`GpuSpace`]: the GPU virtual addresses of a process on an adapter.

use crate::{
    core::objects::{
        adapter::Adapter,
        allocation::Allocation, //
    },
    fence::MonitoredFence,
    gpuva::{
        extents::{
            Key,
            Removed, //
        },
        space::{
            Space,
            Spare,
            Target,
            Translation,
            Wanted, //
        },
        update::{
            Operation,
            Reservations, //
        },
        AddressRequest,
        Span,
        Step,
        PAGE, //
    },
    mem::{
        KVVec,
        ACCOUNT, //
    },
    sched::{
        channel::Channel,
        client::Client, //
    },
    status::{
        NtResult,
        NtStatus, //
    },
    sys::killable,
    vidmm::residency::Listed, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        atomic::{
            Atomic,
            Relaxed, //
        },
        Arc,
        Mutex,
        MutexGuard, //
    }, //
};

/// What addresses map.
#[derive(Clone)]
pub(crate) enum Item {
    /// With whether the binding that was mapped is resident.
    Allocation(Arc<Allocation>, Arc<Listed>),
    Fence(Arc<MonitoredFence>),
}

/// The state of a space.
struct State {
    space: Space<Item>,
    /// Its contexts, by their numbers.
    channels: RBTree<usize, Arc<Channel>>,
    /// How many.
    channel_count: usize,
    /// Devices of the process on the adapter.
    devices: usize,
}

// What is pinned is behind its pointers.
impl Unpin for State {}

/// The GPU virtual address space of a process on an adapter. All its addresses are freed when the last
/// device of the process on the adapter is destroyed (case 368).
#[pin_data]
pub(crate) struct GpuSpace {
    adapter: Arc<Adapter>,
    /// The process on the adapter's nodes.
    client: Arc<Client>,
    #[pin]
    state: Mutex<State>,
    /// Held while an engine uses what it has found: see [`Self::settle`].
    #[pin]
    access: Mutex<()>,
}

/// Contexts of a process on an adapter, at most.
const CONTEXTS_MOST: usize = 4096;

/// Addresses that a call has given out, and can still take back.
pub(crate) struct Given {
    pub(crate) address: u64,
    range: u64,
}

impl GpuSpace {
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(in crate::core) fn new(adapter: Arc<Adapter>) -> NtResult<Arc<Self>> {
        let state = State {
            space: Space::new(),
            channels: RBTree::new(),
            channel_count: 0,
            devices: 0,
        };
        let client = Client::new(adapter.vidmm().queue())?;
        Ok(Arc::pin_init(
            pin_init!(Self {
                adapter,
                client,
                state <- new_mutex!(state, "GpuSpace::state"),
                access <- new_mutex!((), "GpuSpace::access"),
            }),
            ACCOUNT,
        )?)
    }

    /// Whether nobody can use the space any more: the adapter has gone, and all devices.
    pub(in crate::core) fn is_over(&self) -> bool {
        self.adapter.check_present().is_err() && self.state.lock().devices == 0
    }

    /// D3DKMTReserveGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::reserve`] says.
    pub(crate) fn reserve(&self, at: AddressRequest, bytes: u64, zero: bool) -> NtResult<Given> {
        let mut spare = Spare::new()?;
        self.give(|space, _| space.reserve(at, bytes, zero, &mut spare))
    }

    /// D3DKMTFreeGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::free`] says.
    pub(crate) fn free(&self, span: Span) -> NtResult {
        // A whole range can be freed without memory.
        let mut spare = Spare::new().unwrap_or_else(|_| Spare::none());
        self.in_steps(|space, removed| space.free(span, &mut spare, removed))
    }

    /// Makes a change step by step; what is taken out is dropped without the lock.
    fn in_steps<R>(
        &self,
        mut step: impl FnMut(&mut Space<Item>, &mut Removed<Item>) -> NtResult<Step<R>>,
    ) -> NtResult<R> {
        loop {
            let mut removed = Removed::new();
            let step = step(&mut self.state.lock().space, &mut removed);
            self.settle(removed);
            if let Step::Done(result) = step? {
                return Ok(result);
            }
            killable::check()?;
        }
    }

    /// For an engine that looks up what an address means, and uses it.
    pub(in crate::core) fn access(&self) -> MutexGuard<'_, ()> {
        self.access.lock()
    }

    /// Drops what was taken out, when no engine uses it any more: the last reference of an allocation frees it, which
    /// whoever has destroyed it waits for, and no engine.
    fn settle(&self, removed: Removed<Item>) {
        if !removed.is_empty() {
            drop(self.access.lock());
        }
        drop(removed);
    }

    /// Gives out addresses, step by step.
    fn give(
        &self,
        mut step: impl FnMut(&mut Space<Item>, &mut Removed<Item>) -> NtResult<Step<u64>>,
    ) -> NtResult<Given> {
        self.in_steps(|space, removed| {
            Ok(match step(space, removed)? {
                Step::Done(address) => Step::Done(Given {
                    address,
                    range: space.range_at(address),
                }),
                Step::More => Step::More,
            })
        })
    }

    /// Takes back addresses that nobody was told of, if they still belong to that range.
    pub(crate) fn take_back(&self, given: &Given, bytes: u64) {
        let Some(span) = Span::new(given.address, bytes) else {
            return;
        };
        let taken = self.in_steps(|space, removed| match space.range_at(given.address) {
            range if range == given.range => space.free(span, &mut Spare::none(), removed),
            _ => Ok(Step::Done(())),
        });
        // An error: the process has freed some of them by itself, or is being killed.
        taken.unwrap_or_default();
    }

    /// D3DKMTMapGpuVirtualAddress.
    ///
    /// # Errors
    ///
    /// As [`Space::map`] says.
    pub(in crate::core) fn map(
        &self,
        at: AddressRequest,
        bytes: u64,
        wanted: &Wanted<'_, Item>,
    ) -> NtResult<Given> {
        let mut spare = Spare::new()?;
        self.give(|space, removed| space.map(at, bytes, wanted, &mut spare, removed))
    }

    /// Whether a mapping could be made there, but for lack of memory.
    ///
    /// # Errors
    ///
    /// As [`Space::check_map`] says.
    pub(in crate::core) fn check_map(
        &self,
        start: u64,
        bytes: u64,
        wanted: &Wanted<'_, Item>,
    ) -> NtResult {
        self.state.lock().space.check_map(start, bytes, wanted)
    }

    /// The process on the adapter's nodes.
    pub(super) fn client(&self) -> &Arc<Client> {
        &self.client
    }

    /// A new context uses the space.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: there are too many.
    pub(super) fn enter_channel(
        &self,
        channel: &Arc<Channel>,
        room: RBTreeNodeReservation<usize, Arc<Channel>>,
    ) -> NtResult {
        let node = room.into_node(channel.number(), channel.clone());
        let mut state = self.state.lock();
        if state.channel_count >= CONTEXTS_MOST {
            drop(state);
            return Err(NtStatus::NO_MEMORY);
        }
        state.channel_count += 1;
        let replaced = state.channels.insert(node);
        drop(state);
        // The number is unique.
        drop(replaced);
        Ok(())
    }

    /// A context is destroyed.
    pub(super) fn leave_channel(&self, channel: &Channel) {
        let mut state = self.state.lock();
        let left = state.channels.remove_node(&channel.number());
        state.channel_count -= usize::from(left.is_some());
        drop(state);
        drop(left);
    }

    /// The contexts that have something to do.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(in crate::core) fn busy_channels(&self) -> NtResult<KVVec<Arc<Channel>>> {
        let mut busy = KVVec::new();
        let mut next = 0;
        loop {
            let channel = {
                let state = self.state.lock();
                let cursor = state.channels.cursor_lower_bound(&next);
                cursor.map(|cursor| (*cursor.current().0, cursor.current().1.clone()))
            };
            let Some((number, channel)) = channel else {
                return Ok(busy);
            };
            next = number.saturating_add(1);
            if !channel.is_idle() {
                busy.push(channel, ACCOUNT)?;
            }
        }
    }

    /// The reservations of operations of an update.
    ///
    /// # Errors
    ///
    /// As [`Space::check_update`] says.
    pub(in crate::core) fn check_update(
        &self,
        operations: &[Operation<Item>],
    ) -> NtResult<Reservations> {
        let mut reservations = Reservations::default();
        for operation in operations {
            (self.state.lock().space).check_update(operation, &mut reservations)?;
            killable::check()?;
        }
        Ok(reservations)
    }

    /// Does a step of an operation of an update, of which `done` bytes are done.
    ///
    /// # Errors
    ///
    /// As [`Space::update`] says.
    pub(in crate::core) fn update(
        &self,
        operation: &Operation<Item>,
        reservations: Reservations,
        done: &mut u64,
    ) -> NtResult<Step<()>> {
        let mut spare = Spare::new()?;
        let mut removed = Removed::new();
        let step = (self.state.lock().space).update(
            operation,
            reservations,
            done,
            &mut spare,
            &mut removed,
        );
        self.settle(removed);
        step
    }

    /// Gives a fence an address.
    ///
    /// # Errors
    ///
    /// NO_MEMORY.
    pub(in crate::core) fn map_fence(&self, fence: &Arc<MonitoredFence>) -> NtResult<u64> {
        let target = Target {
            item: Item::Fence(fence.clone()),
            // No binding has the address of a fence.
            key: core::ptr::from_ref(&**fence).addr(),
            bytes: PAGE,
            writable: true,
        };
        let mut spare = Spare::new()?;
        self.in_steps(|space, _| space.map_fence(&target, &mut spare))
    }

    /// The fence at an address is destroyed.
    pub(in crate::core) fn unmap_fence(&self, address: u64) {
        let removed = self.state.lock().space.unmap_fence(address);
        self.settle(removed);
    }

    /// What an address means.
    pub(in crate::core) fn translate(&self, address: u64) -> Translation<Item> {
        self.state.lock().space.translate(address)
    }

    /// Removes all mappings under a key.
    fn forget(&self, key: Key) {
        loop {
            let removed = self.state.lock().space.forget(key);
            match removed {
                Some(removed) => self.settle(removed),
                None => return,
            }
        }
    }
}

/// A device's part in the space of its process.
pub(in crate::core) struct SpaceOfDevice(Arc<GpuSpace>);

impl SpaceOfDevice {
    pub(in crate::core) fn new(space: Arc<GpuSpace>) -> Self {
        space.state.lock().devices += 1;
        Self(space)
    }

    pub(in crate::core) fn space(&self) -> &Arc<GpuSpace> {
        &self.0
    }
}

impl Drop for SpaceOfDevice {
    fn drop(&mut self) {
        let old = {
            let mut state = self.0.state.lock();
            state.devices -= 1;
            match state.devices {
                0 => Some(core::mem::replace(&mut state.space, Space::new())),
                _ => None,
            }
        };
        // Dropped after the lock is released, and when no engine uses any of it.
        drop(self.0.access.lock());
        drop(old);
    }
}

/// The mappings of a binding, which go with it (cases 362, 363).
pub(in crate::core) struct GpuMappings {
    space: Arc<GpuSpace>,
    /// There has been one. Relaxed: only the last owner of the binding reads it.
    any: Atomic<bool>,
}

impl GpuMappings {
    pub(in crate::core) fn new(space: Arc<GpuSpace>) -> Self {
        Self {
            space,
            any: Atomic::new(false),
        }
    }

    /// The key of its mappings: the address, because the binding does not move.
    fn key(&self) -> Key {
        core::ptr::from_ref(self).addr()
    }

    /// An allocation as it is mapped for the binding.
    pub(in crate::core) fn target(
        &self,
        allocation: &Arc<Allocation>,
        listed: Arc<Listed>,
        writable: bool,
    ) -> Target<Item> {
        self.any.store(true, Relaxed);
        Target {
            item: Item::Allocation(allocation.clone(), listed),
            key: self.key(),
            bytes: allocation.facts().size(),
            writable,
        }
    }
}

impl Drop for GpuMappings {
    fn drop(&mut self) {
        if self.any.load(Relaxed) {
            self.space.forget(self.key());
        }
    }
}
