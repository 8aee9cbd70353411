// SPDX-License-Identifier: GPL-2.0

//! [`ResidencyTracker`]: how much of an adapter's memory each allocation and each process has and wants.
//!
//! Bookkeeping only: nothing is allocated or freed here, so that all of it can be done under one lock, also in
//! direct reclaim.

use super::{
    budget::{
        Budgets,
        ProcessUsage, //
    },
    lru::{
        Key,
        LruItem,
        LruList,
        LruLists,
        Processes,
        Surplus, //
    },
    lru_key::{
        Class,
        LruKey,
        OfferPriority, //
    },
    SegmentGroup, //
};
use core::num::NonZeroU32;
use kernel::{
    alloc::Flags,
    error::Result,
    rbtree::{
        RBTree,
        RBTreeNode, //
    }, //
};

/// What an allocation has and wants.
struct Entry<T> {
    item: T,
    /// Bytes of the segment that it takes when it is there; 0 if it never is.
    bytes: u64,
    /// The process whose usage it counts in.
    owner: Key,
    /// Bytes of the segment, and of system memory.
    usage: [u64; 2],
    priority: NonZeroU32,
    /// When it was used.
    stamp: u64,
    /// How often it is on residency lists.
    listed: u32,
    offer: Option<OfferPriority>,
    /// How many users need it where it is.
    pins: u32,
    /// How many locks the CPU holds on it.
    locks: u32,
    /// On an LRU list, if it has memory that can be listed.
    lru: LruItem,
}

impl<T> Entry<T> {
    fn lru_key(&self) -> LruKey {
        let class = match (self.offer, self.listed) {
            (Some(priority), _) => Class::Offered(priority),
            (None, 0) => Class::Idle,
            (None, _) => Class::Listed,
        };
        LruKey {
            class,
            priority: self.priority.get(),
            stamp: self.stamp,
        }
    }

    /// The LRU list that it belongs on.
    fn list(&self) -> Option<LruList> {
        match self.usage {
            [0, 0] => None,
            [0, _] if self.pins > 0 => None,
            _ if self.pins > 0 => Some(LruList::Pinned),
            [0, _] => Some(LruList::System),
            _ => Some(LruList::Segment),
        }
    }

    /// Bytes that are offered.
    fn offered(&self) -> [u64; 2] {
        match self.lru_key().class {
            Class::Offered(_) if self.pins == 0 => self.usage,
            _ => [0, 0],
        }
    }

    /// Bytes of the segment that are pinned.
    fn pinned(&self) -> u64 {
        match self.list() {
            Some(LruList::Pinned) => self.usage[0],
            _ => 0,
        }
    }

    /// Bytes of the segment that no device lists and no CPU lock holds.
    fn idle(&self) -> u64 {
        match self.lru_key().class {
            Class::Idle if self.pins == 0 && self.locks == 0 => self.usage[0],
            _ => 0,
        }
    }
}

/// A new entry, with its preallocated nodes.
pub(crate) struct NewEntry<T>(RBTreeNode<Key, Entry<T>>);

impl<T> NewEntry<T> {
    /// The entry of an allocation that has no memory yet, and takes `bytes` bytes of the segment when it is
    /// there; 0 if it never will be.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(
        key: Key,
        item: T,
        bytes: u64,
        owner: Key,
        priority: NonZeroU32,
        flags: Flags,
    ) -> Result<Self> {
        let entry = Entry {
            item,
            bytes,
            owner,
            usage: [0, 0],
            priority,
            stamp: 0,
            listed: 0,
            offer: None,
            pins: 0,
            locks: 0,
            lru: LruItem::new(flags)?,
        };
        Ok(Self(RBTreeNode::new(key, entry, flags)?))
    }
}

/// The usage of a new process, with its preallocated node.
pub(crate) struct NewProcessUsage(RBTreeNode<Key, [ProcessUsage; 2]>);

impl NewProcessUsage {
    /// No usage yet, of a process of `user`.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(crate) fn new(key: Key, user: u32, flags: Flags) -> Result<Self> {
        let process = ProcessUsage {
            user,
            ..ProcessUsage::default()
        };
        Ok(Self(RBTreeNode::new(key, [process; 2], flags)?))
    }
}

/// What the tracker knows of an allocation.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct ResidencyInfo {
    pub(crate) lru_key: LruKey,
    pub(crate) listed: u32,
    pub(crate) locks: u32,
    pub(crate) offer: Option<OfferPriority>,
}

/// See the module's documentation.
pub(crate) struct ResidencyTracker<T> {
    groups: [Budgets; 2],
    clock: u64,
    entries: RBTree<Key, Entry<T>>,
    lru: LruLists,
    processes: Processes,
    /// Bytes that are offered.
    offered: u64,
    /// Bytes of the segment that are idle.
    idle: u64,
}

pub(super) const fn index(group: SegmentGroup) -> usize {
    match group {
        SegmentGroup::Local => 0,
        SegmentGroup::NonLocal => 1,
    }
}

fn sum(bytes: [u64; 2]) -> u64 {
    bytes[0] + bytes[1]
}

impl<T: Clone> ResidencyTracker<T> {
    /// An empty tracker of groups of these sizes in bytes.
    pub(crate) fn new(local: u64, non_local: u64) -> Self {
        Self {
            groups: [Budgets::new(local), Budgets::new(non_local)],
            clock: 0,
            entries: RBTree::new(),
            lru: LruLists::new(),
            processes: RBTree::new(),
            offered: 0,
            idle: 0,
        }
    }

    /// The usage of a group by all processes.
    pub(crate) fn group(&self, group: SegmentGroup) -> &Budgets {
        &self.groups[index(group)]
    }

    /// Bytes that are offered.
    pub(crate) fn offered(&self) -> u64 {
        self.offered
    }

    /// Bytes of the segment that are idle.
    pub(crate) fn idle(&self) -> u64 {
        self.idle
    }

    /// Adds a process.
    pub(crate) fn add_process(&mut self, process: NewProcessUsage) -> Option<impl Sized> {
        self.processes.insert(process.0)
    }

    /// A process ends, and has no memory left. The result is to be dropped without the lock.
    pub(crate) fn remove_process(&mut self, key: Key) -> Option<impl Sized> {
        for group in [SegmentGroup::Local, SegmentGroup::NonLocal] {
            self.change_usage(key, group, |process| *process = ProcessUsage::default());
        }
        self.processes.remove_node(&key)
    }

    /// The usage of a group by a process.
    pub(crate) fn process_usage(&self, key: Key, group: SegmentGroup) -> ProcessUsage {
        let processes = self.processes.get(&key);
        processes.map_or_else(ProcessUsage::default, |processes| processes[index(group)])
    }

    /// How many bytes of a group are committed to all processes of a user, and to how many allocations.
    pub(crate) fn committed(&self, user: u32, group: SegmentGroup) -> (u64, u64) {
        let all = self
            .processes
            .iter()
            .map(|(_, processes)| &processes[index(group)]);
        let own = all.filter(|process| process.user == user);
        own.fold((0, 0), |(bytes, count), process| {
            let bytes = bytes.saturating_add(process.committed);
            (bytes, count.saturating_add(process.committed_allocations))
        })
    }

    /// Changes a process's usage of a group.
    pub(crate) fn change_usage(
        &mut self,
        key: Key,
        group: SegmentGroup,
        change: impl FnOnce(&mut ProcessUsage),
    ) {
        if let Some(processes) = self.processes.get_mut(&key) {
            self.groups[index(group)].change(&mut processes[index(group)], change);
        }
    }

    /// Enters an allocation, unless it is there. The caller drops an unused `new` without the lock.
    pub(crate) fn enter(&mut self, key: Key, new: NewEntry<T>) -> Option<NewEntry<T>> {
        if self.entries.get(&key).is_some() {
            return Some(new);
        }
        self.entries.insert(new.0).map(NewEntry)
    }

    /// An allocation ends. The result is to be dropped without the lock.
    pub(crate) fn leave(&mut self, key: Key) -> Option<impl Sized> {
        self.change(key, |entry| {
            entry.usage = [0, 0];
            entry.offer = None;
        });
        self.entries.remove_node(&key)
    }

    /// Any allocation that is still entered.
    pub(crate) fn first(&self) -> Option<T> {
        Some(self.entries.cursor_front()?.current().1.item.clone())
    }

    /// What the tracker knows of an allocation.
    pub(crate) fn residency_info(&self, key: Key) -> Option<ResidencyInfo> {
        let entry = self.entries.get(&key)?;
        Some(ResidencyInfo {
            lru_key: entry.lru_key(),
            listed: entry.listed,
            locks: entry.locks,
            offer: entry.offer,
        })
    }

    /// Changes an entry, and all sums that count it.
    fn change(&mut self, key: Key, change: impl FnOnce(&mut Entry<T>)) {
        let Some(entry) = self.entries.get_mut(&key) else {
            return;
        };
        self.lru.del(&mut entry.lru);
        let (usage, offered, idle) = (entry.usage, entry.offered(), entry.idle());
        let pinned = entry.pinned();
        change(entry);
        let now_offered = entry.offered();
        self.offered = (self.offered + sum(now_offered)).saturating_sub(sum(offered));
        self.idle = (self.idle + entry.idle()).saturating_sub(idle);
        if let Some(processes) = self.processes.get_mut(&entry.owner) {
            for (i, process) in processes.iter_mut().enumerate() {
                self.groups[i].change(process, |process| {
                    process.usage = (process.usage + entry.usage[i]).saturating_sub(usage[i]);
                    process.offered = (process.offered + now_offered[i]).saturating_sub(offered[i]);
                    if i == index(SegmentGroup::Local) {
                        process.pinned = (process.pinned + entry.pinned()).saturating_sub(pinned);
                    }
                });
            }
        }
        if let Some(list) = entry.list() {
            let at = (entry.owner, entry.lru_key());
            self.lru.add(list, at, key, &mut entry.lru);
        }
    }

    /// Marks it as used just now.
    pub(crate) fn touch(&mut self, key: Key) {
        self.clock += 1;
        let now = self.clock;
        self.change(key, |entry| entry.stamp = now);
    }

    /// Sets how many bytes it has of the segment and of system memory.
    pub(crate) fn set_usage(&mut self, key: Key, usage: [u64; 2]) {
        self.clock += 1;
        let now = self.clock;
        self.change(key, |entry| {
            // Stamps must be unique in an LRU list.
            if entry.stamp == 0 {
                entry.stamp = now;
            }
            entry.usage = usage;
        });
    }

    pub(crate) fn set_priority(&mut self, key: Key, priority: NonZeroU32) {
        self.change(key, |entry| entry.priority = priority);
    }

    pub(crate) fn set_offer(&mut self, key: Key, offer: Option<OfferPriority>) {
        self.change(key, |entry| entry.offer = offer);
    }

    /// One more user needs it where it is.
    pub(crate) fn pin(&mut self, key: Key) {
        self.change(key, |entry| entry.pins = entry.pins.saturating_add(1));
    }

    pub(crate) fn unpin(&mut self, key: Key) {
        self.change(key, |entry| entry.pins = entry.pins.saturating_sub(1));
    }

    /// One CPU lock more, or less.
    pub(crate) fn lock(&mut self, key: Key) {
        self.change(key, |entry| entry.locks = entry.locks.saturating_add(1));
    }

    pub(crate) fn unlock(&mut self, key: Key, count: u32) {
        self.change(key, |entry| entry.locks = entry.locks.saturating_sub(count));
    }

    /// Puts it on the residency list of a device of a process. Returns the bytes that this adds to the
    /// process's usage.
    pub(crate) fn list(&mut self, key: Key, process: Key) -> u64 {
        let mut bytes = 0;
        self.clock += 1;
        let now = self.clock;
        self.change(key, |entry| {
            entry.listed = entry.listed.saturating_add(1);
            entry.stamp = now;
            bytes = entry.bytes;
        });
        self.change_usage(process, SegmentGroup::Local, |process| {
            process.listed += bytes
        });
        bytes
    }

    /// Takes it off the residency list again, where it counted as `bytes` bytes.
    pub(crate) fn unlist(&mut self, key: Key, process: Key, bytes: u64) {
        self.change(key, |entry| entry.listed = entry.listed.saturating_sub(1));
        self.change_usage(process, SegmentGroup::Local, |process| {
            process.listed = process.listed.saturating_sub(bytes);
        });
    }

    /// Sets how many bytes of the segment it takes when it is there, for residency lists that it is put on from
    /// now on.
    pub(crate) fn set_bytes(&mut self, key: Key, bytes: u64) {
        self.change(key, |entry| entry.bytes = bytes);
    }

    /// Whether that many bytes of the segment are free.
    pub(crate) fn has_room(&self, bytes: u64) -> bool {
        let local = &self.groups[index(SegmentGroup::Local)];
        local.size().saturating_sub(local.usage()) >= bytes
    }

    /// The allocation to evict from the segment to make room for `bytes` bytes of a process's memory of that
    /// class and priority.
    pub(crate) fn victim(
        &self,
        process: Key,
        bytes: u64,
        class: Class,
        priority: u32,
    ) -> Option<(LruKey, T)> {
        let local = self.group(SegmentGroup::Local);
        let processes = &self.processes;
        let found = (self.lru).victim(processes, local, process, bytes, class, priority)?;
        self.item(found)
    }

    /// Whether a process may pin that much more of the segment: it may have at most half of what the others
    /// have not pinned, so that something is left for newcomers.
    pub(crate) fn may_pin(&self, process: Key, bytes: u64) -> bool {
        let local = self.group(SegmentGroup::Local);
        let own = self.process_usage(process, SegmentGroup::Local).pinned;
        let others = local.pinned().saturating_sub(own);
        own.saturating_add(bytes) <= local.size().saturating_sub(others) / 2
    }

    fn item(&self, (lru_key, key): (LruKey, Key)) -> Option<(LruKey, T)> {
        Some((lru_key, self.entries.get(&key)?.item.clone()))
    }

    /// What to reclaim first when the system is short of memory: offered memory, then, if `idle_too`, memory
    /// that is idle in the segment.
    pub(crate) fn surplus(&mut self, idle_too: bool) -> Surplus<T> {
        let entries = &self.entries;
        let is_locked = |key: Key| entries.get(&key).is_some_and(|entry| entry.locks > 0);
        match self.lru.surplus(&self.processes, idle_too, is_locked) {
            Surplus::Found(key) => match entries.get(&key) {
                Some(entry) => Surplus::Found(entry.item.clone()),
                None => Surplus::Nothing,
            },
            Surplus::GoOn => Surplus::GoOn,
            Surplus::Nothing => Surplus::Nothing,
        }
    }

    /// The next walk for a surplus begins at the front.
    pub(crate) fn end_walk(&mut self) {
        self.lru.end_walk();
    }

    /// The next allocation after `after` that is pinned in the segment.
    pub(crate) fn pinned(&self, after: Option<LruKey>) -> Option<(LruKey, T)> {
        self.item(self.lru.next_pinned(&self.processes, after)?)
    }

    /// Whether it is in the segment.
    pub(crate) fn is_in_segment(&self, key: Key) -> bool {
        self.entries
            .get(&key)
            .is_some_and(|entry| entry.usage[0] > 0)
    }
}
