// SPDX-License-Identifier: GPL-2.0

//! Global handles: numbers that name shared resources for all processes of a user.
//!
//! They serve programs that know no other way of sharing (D3D9, and programs modelled on it). A number
//! can be guessed, so it is valid only for the user and in the user namespace that created it. It keeps
//! nothing alive: it is freed with the last resource that was created or opened with it (case 142).

use super::shared::Shared;
use crate::{
    mem::ACCOUNT,
    status::{
        NtResult,
        NtStatus, //
    },
    sys::{
        identity::Identity,
        killable, //
    }, //
};
use kernel::{
    new_mutex,
    prelude::*,
    rbtree::{
        RBTree,
        RBTreeNodeReservation, //
    },
    sync::{
        Arc,
        Mutex, //
    }, //
};

/// All global handles.
#[pin_data]
pub(crate) struct GlobalHandles {
    #[pin]
    table: Mutex<Table>,
}

struct Table {
    named: RBTree<u32, Named>,
    last: u32,
}

struct Named {
    shared: Arc<Shared>,
    owner: Identity,
    references: usize,
}

// What is pinned lies behind the table's pointers.
impl Unpin for Table {}

/// The last number of the sequence: 24 bits of it are the handle's index.
const LAST: u32 = (1 << 24) - 1;

/// How many numbers one search tries with the table locked.
const AT_ONCE: u32 = 64;

/// The value of a global handle: it has bits set that no local handle has.
const fn value(number: u32) -> u32 {
    0xC000_0000 | number << 6 | 2
}

/// A reference on a global handle: every resource that was created or opened with it has one. The handle is
/// freed with the last one.
pub(crate) struct GlobalHandleRef {
    handles: Arc<GlobalHandles>,
    handle: u32,
}

// As above.
impl Unpin for GlobalHandleRef {}

impl GlobalHandles {
    pub(in crate::core) fn new() -> Result<Arc<Self>> {
        let table = Table {
            named: RBTree::new(),
            last: 0,
        };
        Arc::pin_init(
            pin_init!(Self { table <- new_mutex!(table, "GlobalHandles::table") }),
            GFP_KERNEL,
        )
    }

    /// Names a shared resource for the caller's user; returns the creator's reference.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: no memory, or all handles are in use.
    pub(crate) fn name(handles: &Arc<Self>, shared: Arc<Shared>) -> NtResult<GlobalHandleRef> {
        let owner = Identity::current().ok_or(NtStatus::UNSUCCESSFUL)?;
        let room = RBTreeNodeReservation::new(ACCOUNT)?;
        let mut tries = LAST / AT_ONCE;
        let (mut table, handle) = loop {
            let mut table = handles.table.lock();
            if let Some(handle) = table.next_free() {
                break (table, handle);
            }
            drop(table);
            killable::check()?;
            tries = tries.checked_sub(1).ok_or(NtStatus::NO_MEMORY)?;
        };
        let named = Named {
            shared,
            owner,
            references: 1,
        };
        let replaced = table.named.insert(room.into_node(handle, named));
        drop(table);
        // The handle was free: this drops no resource.
        drop(replaced);
        Ok(GlobalHandleRef {
            handles: handles.clone(),
            handle,
        })
    }

    /// The shared resource that a handle names for the caller's user, with a new reference on the handle.
    pub(crate) fn open(handles: &Arc<Self>, handle: u32) -> Option<(Arc<Shared>, GlobalHandleRef)> {
        let caller = Identity::current()?;
        let mut table = handles.table.lock();
        let named = table.named.get_mut(&handle)?;
        if named.owner != caller {
            return None;
        }
        named.references += 1;
        let shared = named.shared.clone();
        drop(table);
        let reference = GlobalHandleRef {
            handles: handles.clone(),
            handle,
        };
        Some((shared, reference))
    }
}

impl Table {
    /// The next free number, if one of the next few is free. A freed number is not reused at once.
    fn next_free(&mut self) -> Option<u32> {
        (0..AT_ONCE).find_map(|_| {
            self.last = self.last % LAST + 1;
            let handle = value(self.last);
            self.named.get(&handle).is_none().then_some(handle)
        })
    }
}

impl GlobalHandleRef {
    pub(crate) fn handle(&self) -> u32 {
        self.handle
    }
}

impl Drop for GlobalHandleRef {
    fn drop(&mut self) {
        let mut table = self.handles.table.lock();
        let mut last = None;
        if let Some(named) = table.named.get_mut(&self.handle) {
            named.references -= 1;
            if named.references == 0 {
                last = table.named.remove_node(&self.handle);
            }
        }
        drop(table);
        // This may drop the resource, which takes a while: so after the lock.
        drop(last);
    }
}
