// SPDX-License-Identifier: GPL-2.0

//! Global handles: numbers that name shared resources for all processes of a user.
//!
//! They are for programs that know no other way (D3D9, and what imitates it). A number can be
//! guessed, so it means something only to the user and in the user namespace that it was made in.
//! It keeps nothing alive: it goes with the last opening of its resource (case 142).

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
    openings: usize,
}

// What is pinned is behind its pointers.
impl Unpin for Table {}

/// The last number of the sequence: 24 bits of it are the handle's index.
const LAST: u32 = (1 << 24) - 1;

/// Numbers that are looked at with the table locked once.
const AT_ONCE: u32 = 64;

/// How a global handle looks: bits that no local handle has.
const fn value(number: u32) -> u32 {
    0xC000_0000 | number << 6 | 2
}

/// One opening of a resource that a global handle names. The handle goes with the last one.
pub(crate) struct Opening {
    handles: Arc<GlobalHandles>,
    handle: u32,
}

// As above.
impl Unpin for Opening {}

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

    /// Names a shared resource for the caller's user; the result is its creator's opening.
    ///
    /// # Errors
    ///
    /// NO_MEMORY: also when all handles are in use.
    pub(crate) fn name(handles: &Arc<Self>, shared: Arc<Shared>) -> NtResult<Opening> {
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
            openings: 1,
        };
        let replaced = table.named.insert(room.into_node(handle, named));
        drop(table);
        // The handle was free.
        drop(replaced);
        Ok(Opening {
            handles: handles.clone(),
            handle,
        })
    }

    /// What a handle names for the caller's user, with an opening of it.
    pub(crate) fn open(handles: &Arc<Self>, handle: u32) -> Option<(Arc<Shared>, Opening)> {
        let caller = Identity::current()?;
        let mut table = handles.table.lock();
        let named = table.named.get_mut(&handle)?;
        if named.owner != caller {
            return None;
        }
        named.openings += 1;
        let shared = named.shared.clone();
        drop(table);
        let opening = Opening {
            handles: handles.clone(),
            handle,
        };
        Some((shared, opening))
    }
}

impl Table {
    /// The next number that names nothing, if one of the next few is. Numbers are not used again at once.
    fn next_free(&mut self) -> Option<u32> {
        (0..AT_ONCE).find_map(|_| {
            self.last = self.last % LAST + 1;
            let handle = value(self.last);
            self.named.get(&handle).is_none().then_some(handle)
        })
    }
}

impl Opening {
    pub(crate) fn handle(&self) -> u32 {
        self.handle
    }
}

impl Drop for Opening {
    fn drop(&mut self) {
        let mut table = self.handles.table.lock();
        let mut last = None;
        if let Some(named) = table.named.get_mut(&self.handle) {
            named.openings -= 1;
            if named.openings == 0 {
                last = table.named.remove_node(&self.handle);
            }
        }
        drop(table);
        // The resource may go with it, which takes a while.
        drop(last);
    }
}
