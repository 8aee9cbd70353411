// SPDX-License-Identifier: GPL-2.0

//! The handle table of a process: which objects its handles name, and which object owns which.
//!
//! Pure logic: also compiled and tested on the host.
//!
//! # Life of a slot
//!
//! ```text
//! Vacant → Reserved → Live → Vacant                     objects without children
//!                      └───→ Dying → (children go) → Vacant
//! ```
//!
//! A handle is reserved before its object is complete, and published after everything that can fail.
//! Cancelling a reservation returns its numbers, so a failed call consumes none.
//!
//! # Ownership
//!
//! Slots form a tree (device → resource → allocation). Taking an object out of the table takes its
//! descendants out as well. The caller gets them one by one, because neither objects nor memory may be
//! dropped under the lock that guards the table.

use crate::{
    handle::{
        Cursor,
        Handle,
        INDEX_BITS,
        INSTANCE_MASK, //
    },
    mem::{
        boxed_array,
        AllocError,
        KBox, //
    }, //
};

const LEAF_BITS: u32 = 7;
const NODE_BITS: u32 = 8;
const ROOT_BITS: u32 = INDEX_BITS - LEAF_BITS - NODE_BITS;
const LEAF: usize = 1 << LEAF_BITS;
const NODE: usize = 1 << NODE_BITS;
const ROOT: usize = 1 << ROOT_BITS;

/// Most handles that one process can have in use: all indices but one, so that a search always ends.
pub(crate) const MAX_HANDLES: u32 = (1 << INDEX_BITS) - 1;

/// Why a table operation was refused.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) enum TableError {
    /// No memory for a leaf or node of the table.
    NoMemory,
    /// [`MAX_HANDLES`] are in use.
    Full,
}

impl From<AllocError> for TableError {
    fn from(_: AllocError) -> Self {
        Self::NoMemory
    }
}

enum State<T> {
    Vacant,
    Reserved,
    Live(T),
    Dying,
}

/// One index of the table. Its links are handles of slots that are not vacant, or [`Handle::NULL`].
struct Slot<T> {
    state: State<T>,
    /// The parent's handle. Its instance bits, which are 0 in local handles, hold the `unique` of this
    /// slot's own handle: so a slot of `Arc`s takes 32 bytes, and a leaf fills one page.
    parent_and_unique: u32,
    first_child: Handle,
    next: Handle,
    prev: Handle,
}

impl<T> Slot<T> {
    const VACANT: Self = Self {
        state: State::Vacant,
        parent_and_unique: 0,
        first_child: Handle::NULL,
        next: Handle::NULL,
        prev: Handle::NULL,
    };

    const fn unique(&self) -> u32 {
        self.parent_and_unique & INSTANCE_MASK
    }

    const fn parent(&self) -> Handle {
        Handle::new(self.parent_and_unique & !INSTANCE_MASK)
    }

    fn set_parent(&mut self, parent: Handle) {
        self.parent_and_unique = parent.value() | self.unique();
    }
}

struct Leaf<T> {
    slots: KBox<[Slot<T>; LEAF]>,
    used: usize,
}

type Node<T> = [Option<Leaf<T>>; NODE];

/// A leaf of the table that became empty.
pub(crate) struct EmptyLeaf<T>(#[expect(dead_code, reason = "held to be dropped")] Leaf<T>);

/// What a vacated slot leaves behind; drop it after releasing the table's lock.
#[allow(dead_code, reason = "held to be dropped; the host tests look")]
pub(crate) struct Ended<T> {
    /// The object, unless it was taken out before.
    pub(crate) object: Option<T>,
    /// The slot's leaf, if this was the last slot in use there.
    pub(crate) leaf: Option<EmptyLeaf<T>>,
}

/// The handles of one process and the objects of type `T` that they name.
pub(crate) struct HandleTable<T> {
    root: KBox<[Option<KBox<Node<T>>>; ROOT]>,
    cursor: Cursor,
    /// Slots that are not vacant.
    used: u32,
}

impl<T> HandleTable<T> {
    /// Creates an empty table; the first handle will be 0x40000000.
    pub(crate) fn new() -> Result<Self, TableError> {
        Ok(Self {
            root: boxed_array(|_| None)?,
            cursor: Cursor::START,
            used: 0,
        })
    }

    fn leaf(&self, index: u32) -> Option<&Leaf<T>> {
        let (root, node, _) = split(index);
        self.root[root].as_ref()?[node].as_ref()
    }

    fn leaf_mut(&mut self, index: u32) -> Option<&mut Leaf<T>> {
        let (root, node, _) = split(index);
        self.root[root].as_mut()?[node].as_mut()
    }

    fn ensure_leaf(&mut self, index: u32) -> Result<&mut Leaf<T>, TableError> {
        let (root, node, _) = split(index);
        let entry = &mut self.root[root];
        if entry.is_none() {
            *entry = Some(boxed_array(|_| None)?);
        }
        let Some(nodes) = entry else {
            return Err(TableError::NoMemory);
        };
        let entry = &mut nodes[node];
        if entry.is_none() {
            *entry = Some(Leaf {
                slots: boxed_array(|_| Slot::VACANT)?,
                used: 0,
            });
        }
        entry.as_mut().ok_or(TableError::NoMemory)
    }

    /// The slot that `handle` names, in any state but vacant.
    fn slot(&self, handle: Handle) -> Option<&Slot<T>> {
        if !handle.is_local() {
            return None;
        }
        let index = handle.index();
        let slot = &self.leaf(index)?.slots[split(index).2];
        (slot.unique() == handle.unique()).then_some(slot)
    }

    fn slot_mut(&mut self, handle: Handle) -> Option<&mut Slot<T>> {
        if !handle.is_local() {
            return None;
        }
        let index = handle.index();
        let slot = &mut self.leaf_mut(index)?.slots[split(index).2];
        (slot.unique() == handle.unique()).then_some(slot)
    }

    /// The object that `handle` names, if it is published.
    pub(crate) fn get(&self, handle: Handle) -> Option<&T> {
        match &self.slot(handle)?.state {
            State::Live(object) => Some(object),
            _ => None,
        }
    }

    /// The handle of the object that owns `handle`; NULL for a top-level object.
    pub(crate) fn parent(&self, handle: Handle) -> Option<Handle> {
        self.slot(handle).map(Slot::parent)
    }

    /// The first child of `handle`; [`Self::next_sibling`] leads to the others.
    pub(crate) fn first_child(&self, handle: Handle) -> Handle {
        self.slot(handle).map_or(Handle::NULL, |s| s.first_child)
    }

    /// The next sibling of `handle`.
    #[allow(dead_code, reason = "not every miniport calls back for it")]
    pub(crate) fn next_sibling(&self, handle: Handle) -> Handle {
        self.slot(handle).map_or(Handle::NULL, |s| s.next)
    }

    /// Reserves the next handle of the sequence.
    fn reserve_one(&mut self) -> Result<Handle, TableError> {
        if self.used >= MAX_HANDLES {
            return Err(TableError::Full);
        }
        let mut cursor = self.cursor;
        loop {
            let handle = cursor.handle();
            let leaf = self.ensure_leaf(cursor.index)?;
            let slot = &mut leaf.slots[split(cursor.index).2];
            cursor = cursor.next();
            if !matches!(slot.state, State::Vacant) {
                continue;
            }
            slot.state = State::Reserved;
            slot.parent_and_unique = handle.unique();
            leaf.used += 1;
            self.used += 1;
            self.cursor = cursor;
            return Ok(handle);
        }
    }

    /// Reserves one handle for each element of `out`, in the order of the sequence.
    ///
    /// # Errors
    ///
    /// [`TableError::NoMemory`], [`TableError::Full`]; then none is reserved.
    pub(crate) fn alloc_handles(&mut self, out: &mut [Handle]) -> Result<(), TableError> {
        for i in 0..out.len() {
            match self.reserve_one() {
                Ok(handle) => out[i] = handle,
                Err(error) => {
                    self.cancel(&out[..i]);
                    return Err(error);
                }
            }
        }
        Ok(())
    }

    /// Cancels a reservation, except for its handles that were published. The numbers are reused if they
    /// were the last ones reserved.
    pub(crate) fn cancel(&mut self, handles: &[Handle]) {
        for &handle in handles.iter().rev() {
            let slot = self.slot(handle);
            if !slot.is_some_and(|slot| matches!(slot.state, State::Reserved)) {
                continue;
            }
            self.vacate(handle);
            let here = Cursor::at(handle);
            let mut after = here.next();
            while after != self.cursor && self.was_passed_over(after) {
                after = after.next();
            }
            if after == self.cursor {
                self.cursor = here;
            }
        }
    }

    /// Whether the sequence skipped a number because an object of an earlier lap still has its index.
    fn was_passed_over(&self, at: Cursor) -> bool {
        self.leaf(at.index).is_some_and(|leaf| {
            let slot = &leaf.slots[split(at.index).2];
            !matches!(slot.state, State::Vacant) && slot.unique() != at.unique
        })
    }

    /// Whether `parent` can own new children: NULL or a live object.
    pub(crate) fn is_live(&self, handle: Handle) -> bool {
        self.get(handle).is_some()
    }

    /// Makes a reserved handle name `object`, as the last child of `parent` (or at top level).
    ///
    /// Returns the object when `handle` is not reserved or `parent` is not live.
    pub(crate) fn publish(&mut self, handle: Handle, object: T, parent: Handle) -> Result<(), T> {
        if !parent.is_null() && !self.is_live(parent) {
            return Err(object);
        }
        let Some(slot) = self.slot_mut(handle) else {
            return Err(object);
        };
        if !matches!(slot.state, State::Reserved) {
            return Err(object);
        }
        slot.state = State::Live(object);
        slot.set_parent(parent);
        self.link(handle, parent);
        Ok(())
    }

    /// Appends a slot to the ring of siblings: `prev` of the first child is the last one.
    fn link(&mut self, handle: Handle, parent: Handle) {
        if parent.is_null() {
            return;
        }
        let first = self.first_child(parent);
        let last = self.slot(first).map_or(handle, |slot| slot.prev);
        if let Some(slot) = self.slot_mut(handle) {
            slot.prev = last;
            slot.next = Handle::NULL;
        }
        if first.is_null() {
            if let Some(slot) = self.slot_mut(parent) {
                slot.first_child = handle;
            }
            return;
        }
        if let Some(slot) = self.slot_mut(last) {
            slot.next = handle;
        }
        if let Some(slot) = self.slot_mut(first) {
            slot.prev = handle;
        }
    }

    fn unlink(&mut self, handle: Handle) {
        let Some(slot) = self.slot(handle) else {
            return;
        };
        let (parent, next, prev) = (slot.parent(), slot.next, slot.prev);
        if parent.is_null() {
            return;
        }
        let first = self.first_child(parent);
        if first == handle {
            if let Some(slot) = self.slot_mut(parent) {
                slot.first_child = next;
            }
        } else if let Some(slot) = self.slot_mut(prev) {
            slot.next = next;
        }
        // The next sibling; or the first child, whose `prev` names the last one, if this was the last.
        let back = if next.is_null() { first } else { next };
        if let Some(slot) = self.slot_mut(back) {
            slot.prev = prev;
        }
    }

    /// Empties a slot and returns the object that it named.
    fn vacate(&mut self, handle: Handle) -> Option<T> {
        let index = handle.index();
        let leaf = self.leaf_mut(index)?;
        let slot = core::mem::replace(&mut leaf.slots[split(index).2], Slot::VACANT);
        leaf.used -= 1;
        self.used -= 1;
        match slot.state {
            State::Live(object) => Some(object),
            _ => None,
        }
    }

    /// Takes out a live object; its children, if any, follow by [`Self::take_descendant`].
    ///
    /// From now on the handle names nothing and cannot own new objects.
    pub(crate) fn take(&mut self, handle: Handle) -> Option<T> {
        let slot = self.slot_mut(handle)?;
        if !matches!(slot.state, State::Live(_)) {
            return None;
        }
        if slot.first_child.is_null() {
            self.unlink(handle);
            return self.vacate(handle);
        }
        match core::mem::replace(&mut slot.state, State::Dying) {
            State::Live(object) => Some(object),
            _ => None,
        }
    }

    /// Empties one slot below a [taken](Self::take) handle, children before their owners, and finally
    /// the handle's own.
    ///
    /// Returns `None` when nothing is left; the slot of `handle` is vacant then.
    pub(crate) fn take_descendant(&mut self, handle: Handle) -> Option<Ended<T>> {
        if !matches!(self.slot(handle)?.state, State::Dying) {
            return None;
        }
        let mut lowest = handle;
        loop {
            let child = self.first_child(lowest);
            if child.is_null() {
                break;
            }
            lowest = child;
        }
        self.unlink(lowest);
        Some(Ended {
            object: self.vacate(lowest),
            leaf: self.take_empty_leaf(lowest),
        })
    }

    /// Takes out any top-level object, to tear the whole table down; `None` when the table is empty. The
    /// object itself is missing if it was taken out before, but its descendants may be left.
    ///
    /// The search starts at `from` and advances it; start with 0.
    fn take_any(&mut self, from: &mut u32) -> Option<(Handle, Option<T>)> {
        while *from < 1 << INDEX_BITS {
            let Some(leaf) = self.leaf(*from) else {
                // Go on with the next leaf, or with the next node if this one was never allocated.
                let (root, _, _) = split(*from);
                let step = match self.root[root] {
                    Some(_) => LEAF_BITS,
                    None => LEAF_BITS + NODE_BITS,
                };
                *from = (*from >> step) + 1 << step;
                continue;
            };
            let slot = &leaf.slots[split(*from).2];
            let handle = Handle::from_parts(*from, slot.unique());
            *from += 1;
            if slot.parent().is_null() && matches!(slot.state, State::Live(_) | State::Dying) {
                return Some((handle, self.take(handle)));
            }
        }
        None
    }

    /// Removes one leaf that has no slot in use, for the caller to drop outside the lock.
    ///
    /// Looks only at the leaf of `handle` (which was just vacated). The leaf that the next handle will
    /// come from stays.
    pub(crate) fn take_empty_leaf(&mut self, handle: Handle) -> Option<EmptyLeaf<T>> {
        let (root, node, _) = split(handle.index());
        let (cursor_root, cursor_node, _) = split(self.cursor.index);
        if (root, node) == (cursor_root, cursor_node) {
            return None;
        }
        let entry = &mut self.root[root].as_mut()?[node];
        if entry.as_ref()?.used != 0 {
            return None;
        }
        entry.take().map(EmptyLeaf)
    }

    /// Handles in use.
    #[allow(dead_code, reason = "the host tests count with it")]
    pub(crate) fn used(&self) -> u32 {
        self.used
    }

    /// Moves the sequence to `index` of lap `unique`, so that tests reach a wrap-around.
    #[cfg(test)]
    pub(crate) fn set_cursor(&mut self, index: u32, unique: u32) {
        self.cursor = Cursor { index, unique };
    }
}

impl<T> Drop for HandleTable<T> {
    /// Drops the objects that are left, children before their owners.
    fn drop(&mut self) {
        let mut from = 0;
        while let Some((handle, object)) = self.take_any(&mut from) {
            while let Some(ended) = self.take_descendant(handle) {
                drop(ended);
            }
            drop(object);
        }
    }
}

/// Positions of an index in the root, the node and the leaf.
const fn split(index: u32) -> (usize, usize, usize) {
    // CAST: each part has at most 9 bits.
    (
        (index >> (LEAF_BITS + NODE_BITS)) as usize & (ROOT - 1),
        (index >> LEAF_BITS) as usize & (NODE - 1),
        index as usize & (LEAF - 1),
    )
}
