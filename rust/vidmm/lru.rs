// SPDX-License-Identifier: GPL-2.0

//! [`LruLists`]: the order in which memory is evicted, and the walks along it for what goes first.
//!
//! Bookkeeping only, as in the residency tracker, which these lists are a part of.

use super::{
    budget::{
        Budgets,
        ProcessUsage, //
    },
    lru_key::{
        Class,
        LruKey, //
    }, //
};
use kernel::{
    alloc::Flags,
    error::Result,
    rbtree::{
        RBTree,
        RBTreeNode,
        RBTreeNodeReservation, //
    }, //
};

/// Names an allocation or a process: its unique address.
pub(crate) type Key = usize;

/// What each process has of the segment, and of system memory.
pub(super) type Processes = RBTree<Key, [ProcessUsage; 2]>;

/// The lists of memory that can be reclaimed.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(super) enum LruList {
    /// In the segment: it can be evicted.
    Segment,
    /// In system memory: it can only be discarded.
    System,
    /// In the segment, and needed there: it cannot be taken.
    Pinned,
}

/// An owner, and the position of an allocation among those of that owner.
type Position = (Key, LruKey);

/// The place of an allocation on the lists (TTM has a `ttm_lru_item` for it).
pub(super) struct LruItem {
    /// The list that it is on, and where.
    at: Option<(LruList, Position)>,
    /// The tree node, while it is on none.
    node: Option<RBTreeNodeReservation<Position, Key>>,
}

impl LruItem {
    /// On no list, with its preallocated node.
    ///
    /// # Errors
    ///
    /// `ENOMEM`.
    pub(super) fn new(flags: Flags) -> Result<Self> {
        Ok(Self {
            at: None,
            node: Some(RBTreeNodeReservation::new(flags)?),
        })
    }
}

/// See the module's documentation.
pub(super) struct LruLists {
    /// By owner, and then in the order in which that owner's memory is evicted.
    lists: [RBTree<Position, Key>; 3],
    walk: LruWalk,
}

/// A walk along idle memory, which goes on behind memory that is locked.
#[derive(Default)]
struct LruWalk {
    /// Behind this one.
    after: Option<LruKey>,
    /// It has begun anew: what was unlocked meanwhile is found now.
    again: bool,
    /// How often it went on.
    rounds: usize,
}

/// What a [walk](LruLists::surplus) has found.
pub(crate) enum Surplus<T> {
    Found(T),
    /// Only locked memory so far.
    GoOn,
    Nothing,
}

/// Locked allocations that one step of a walk passes.
const AT_ONCE: usize = 64;

/// A walk goes on that often at most: a user may keep moving locked memory to where it has not been yet.
const MOST_ROUNDS: usize = 1024;

impl LruLists {
    /// Empty lists.
    pub(super) fn new() -> Self {
        Self {
            lists: [RBTree::new(), RBTree::new(), RBTree::new()],
            walk: LruWalk::default(),
        }
    }

    /// Puts an allocation on a list, unless it is on one (`list_lru_add`).
    pub(super) fn add(&mut self, list: LruList, at: Position, key: Key, item: &mut LruItem) {
        let Some(node) = item.node.take() else {
            return;
        };
        item.at = Some((list, at));
        // Stamps are unique.
        let replaced = self.lists[list as usize].insert(node.into_node(at, key));
        item.node = replaced.map(RBTreeNode::into_reservation);
    }

    /// Takes it off its list (`list_lru_del`).
    pub(super) fn del(&mut self, item: &mut LruItem) {
        if let Some((list, at)) = item.at.take() {
            let node = self.lists[list as usize].remove_node(&at);
            item.node = node.map(RBTreeNode::into_reservation);
        }
    }

    /// The first allocation of a list after `after`, among the processes that `accept` admits.
    fn first(
        &self,
        list: LruList,
        after: Option<LruKey>,
        processes: &Processes,
        accept: impl Fn(Key, &ProcessUsage) -> bool,
    ) -> Option<(LruKey, Key)> {
        let lru = &self.lists[list as usize];
        let from = after.map_or(LruKey::LEAST, LruKey::next);
        let owners = processes.iter();
        let accepted = owners.filter(|(&owner, usage)| accept(owner, &usage[0]));
        let firsts = accepted.filter_map(|(&owner, _)| {
            let cursor = lru.cursor_lower_bound(&(owner, from))?;
            let (&(of, lru_key), &key) = cursor.current();
            (of == owner).then_some((lru_key, key))
        });
        firsts.min()
    }

    /// The allocation to evict from the segment, which all processes use as `local` says, to make room for
    /// `bytes` bytes of a process's memory of that class and priority.
    ///
    /// A process within its fair share evicts memory of processes that exceed theirs, however much these want
    /// it; made-resident memory of a process within its fair share is evicted only for that process itself.
    pub(super) fn victim(
        &self,
        processes: &Processes,
        local: &Budgets,
        process: Key,
        bytes: u64,
        class: Class,
        priority: u32,
    ) -> Option<(LruKey, Key)> {
        let own = processes.get(&process);
        let own = own.map_or_else(ProcessUsage::default, |usage| usage[0]);
        let takers = local.takers(&own);
        let is_over = |owner: Key, its: &ProcessUsage| {
            owner != process && its.usage > local.fair_share(its, takers)
        };
        if own.usage.saturating_add(bytes) <= local.fair_share(&own, takers) {
            let found = self.first(LruList::Segment, None, processes, is_over);
            if found.is_some() {
                return found;
            }
        }
        let first = self.first(LruList::Segment, None, processes, |_, _| true)?;
        let found = match first.0.class {
            Class::Offered(_) | Class::Idle => first,
            Class::Listed => self.first(LruList::Segment, None, processes, |owner, its| {
                owner == process || is_over(owner, its)
            })?,
        };
        found.0.yields_to(class, priority).then_some(found)
    }

    /// What to reclaim first when the system is short of memory: offered memory, then, if `idle_too`, memory
    /// that is idle in the segment. There may be much locked memory before that, which one step of the walk after
    /// the other passes.
    pub(super) fn surplus(
        &mut self,
        processes: &Processes,
        idle_too: bool,
        is_locked: impl Fn(Key) -> bool,
    ) -> Surplus<Key> {
        for list in [LruList::System, LruList::Segment] {
            let first = self.first(list, None, processes, |_, _| true);
            if let Some((lru_key, key)) = first {
                if matches!(lru_key.class, Class::Offered(_)) {
                    return Surplus::Found(key);
                }
            }
        }
        for _ in 0..AT_ONCE {
            let next = self.next_idle(processes, self.walk.after);
            match next.filter(|_| idle_too) {
                Some((_, key)) if !is_locked(key) => return Surplus::Found(key),
                Some((at, _)) => self.walk.after = Some(at),
                None if self.walk.after.take().is_some() && !self.walk.again => {
                    self.walk.again = true;
                }
                None => {
                    self.end_walk();
                    return Surplus::Nothing;
                }
            }
        }
        self.walk.rounds += 1;
        if self.walk.rounds >= MOST_ROUNDS {
            self.end_walk();
            return Surplus::Nothing;
        }
        Surplus::GoOn
    }

    /// The next walk begins at the front.
    pub(super) fn end_walk(&mut self) {
        self.walk = LruWalk::default();
    }

    /// The next one after `after` that is idle in the segment, locked or not.
    fn next_idle(&self, processes: &Processes, after: Option<LruKey>) -> Option<(LruKey, Key)> {
        let after = after.or(Some(LruKey::BEFORE_IDLE));
        self.first(LruList::Segment, after, processes, |_, _| true)
            .filter(|(lru_key, _)| lru_key.class == Class::Idle)
    }

    /// The next one after `after` that is pinned in the segment.
    pub(super) fn next_pinned(
        &self,
        processes: &Processes,
        after: Option<LruKey>,
    ) -> Option<(LruKey, Key)> {
        self.first(LruList::Pinned, after, processes, |_, _| true)
    }
}
