// SPDX-License-Identifier: MIT OR Apache-2.0

//! `vidmm/residency_tracker.rs` and `vidmm/lru.rs` against lists that are looked through.

use super::config;
use crate::vidmm::{
    budget::ProcessUsage,
    lru::{Key, Surplus},
    lru_key::{Class, LruKey, OfferPriority},
    residency_tracker::{NewEntry, NewProcessUsage, ResidencyTracker},
    SegmentGroup::{Local, NonLocal},
};
use kernel::alloc::GFP_KERNEL;
use proptest::prelude::*;
use std::{collections::BTreeMap, num::NonZeroU32};

const SIZE: u64 = 1 << 20;
const PROCESSES: [Key; 3] = [1000, 2000, 3000];

#[derive(Clone, Copy, Debug)]
enum Step {
    Enter { bytes: u64, owner: Key },
    Leave(usize),
    FaultResult(usize),
    Move { which: usize, usage: [u64; 2] },
    Priority(usize, u32),
    Offer(usize, Option<OfferPriority>),
    Resize(usize, u64),
    Pin(usize),
    Unpin(usize),
    Lock(usize),
    Unlock(usize),
    List(usize, Key),
    Unlist(usize, Key),
}

fn step() -> impl Strategy<Value = Step> {
    let which = || 0..16usize;
    let process = || prop::sample::select(PROCESSES.to_vec());
    let offer = prop::sample::select(vec![
        None,
        Some(OfferPriority::Low),
        Some(OfferPriority::Normal),
        Some(OfferPriority::High),
    ]);
    let usage = prop::sample::select(vec![
        [0, 0],
        [4096, 0],
        [SIZE / 4, 0],
        [0, 4096],
        [0, 12288],
    ]);
    prop_oneof![
        3 => (0..3u64, process()).prop_map(|(n, owner)| Step::Enter { bytes: n << 12, owner }),
        1 => which().prop_map(Step::Leave),
        2 => which().prop_map(Step::FaultResult),
        4 => (which(), usage).prop_map(|(which, usage)| Step::Move { which, usage }),
        1 => (which(), 1..4u32).prop_map(|(which, priority)| Step::Priority(which, priority)),
        2 => (which(), offer).prop_map(|(which, offer)| Step::Offer(which, offer)),
        1 => (which(), 0..3u64).prop_map(|(which, n)| Step::Resize(which, n << 12)),
        1 => which().prop_map(Step::Pin),
        1 => which().prop_map(Step::Unpin),
        1 => which().prop_map(Step::Lock),
        1 => which().prop_map(Step::Unlock),
        2 => (which(), process()).prop_map(|(which, process)| Step::List(which, process)),
        2 => (which(), process()).prop_map(|(which, process)| Step::Unlist(which, process)),
    ]
}

/// What the residency tracker should know of an allocation.
#[derive(Clone, Debug)]
struct Known {
    bytes: u64,
    owner: Key,
    usage: [u64; 2],
    priority: u32,
    stamp: u64,
    offer: Option<OfferPriority>,
    pins: u32,
    locks: u32,
    /// On whose lists, and what it counts there.
    listed: BTreeMap<Key, u64>,
}

impl Known {
    fn lru_key(&self) -> LruKey {
        let class = match self.offer {
            Some(priority) => Class::Offered(priority),
            None if self.listed.is_empty() => Class::Idle,
            None => Class::Listed,
        };
        LruKey {
            class,
            priority: self.priority,
            stamp: self.stamp,
        }
    }
}

/// The residency tracker, and what should be in them.
struct Pair {
    tracker: ResidencyTracker<Key>,
    known: BTreeMap<Key, Known>,
    last: Key,
    clock: u64,
}

impl Pair {
    fn new() -> Self {
        let mut tracker = ResidencyTracker::new(SIZE, SIZE);
        for process in PROCESSES {
            let process = NewProcessUsage::new(process, 0, GFP_KERNEL).unwrap();
            assert!(tracker.add_process(process).is_none());
        }
        Self {
            tracker,
            known: BTreeMap::new(),
            last: 0,
            clock: 0,
        }
    }

    fn tick(&mut self) -> u64 {
        self.clock += 1;
        self.clock
    }

    fn enter(&mut self, bytes: u64, owner: Key) {
        self.last += 1;
        let (key, priority) = (self.last, NonZeroU32::new(2).unwrap());
        let entry = || NewEntry::new(key, key, bytes, owner, priority, GFP_KERNEL).unwrap();
        assert!(self.tracker.enter(key, entry()).is_none());
        // The second one is not needed.
        assert!(self.tracker.enter(key, entry()).is_some());
        let known = Known {
            bytes,
            owner,
            usage: [0, 0],
            priority: 2,
            stamp: 0,
            offer: None,
            pins: 0,
            locks: 0,
            listed: BTreeMap::new(),
        };
        self.known.insert(key, known);
    }

    fn make(&mut self, step: Step) {
        if let Step::Enter { bytes, owner } = step {
            return self.enter(bytes, owner);
        }
        let (Step::Leave(which)
        | Step::FaultResult(which)
        | Step::Move { which, .. }
        | Step::Priority(which, _)
        | Step::Offer(which, _)
        | Step::Resize(which, _)
        | Step::Pin(which)
        | Step::Unpin(which)
        | Step::Lock(which)
        | Step::Unlock(which)
        | Step::List(which, _)
        | Step::Unlist(which, _)) = step
        else {
            unreachable!()
        };
        let keys: Vec<_> = self.known.keys().copied().collect();
        if keys.is_empty() {
            return;
        }
        let key = keys[which % keys.len()];
        let now = self.clock + 1;
        let known = self.known.get_mut(&key).unwrap();
        match step {
            Step::Enter { .. } => {}
            Step::Leave(_) => {
                // Bindings go before the allocation does.
                for (process, bytes) in std::mem::take(&mut known.listed) {
                    self.tracker.unlist(key, process, bytes);
                }
                assert!(self.tracker.leave(key).is_some());
                self.known.remove(&key);
            }
            Step::FaultResult(_) => {
                known.stamp = now;
                self.tick();
                self.tracker.touch(key);
            }
            Step::Move { usage, .. } => {
                known.usage = usage;
                if known.stamp == 0 {
                    known.stamp = now;
                }
                self.tick();
                self.tracker.set_usage(key, usage);
            }
            Step::Priority(_, priority) => {
                known.priority = priority;
                let priority = NonZeroU32::new(priority).unwrap();
                self.tracker.set_priority(key, priority);
            }
            Step::Offer(_, offer) => {
                known.offer = offer;
                self.tracker.set_offer(key, offer);
            }
            // It counts as before on the lists that it is on.
            Step::Resize(_, bytes) => {
                known.bytes = bytes;
                self.tracker.set_bytes(key, bytes);
            }
            Step::Pin(_) => {
                known.pins += 1;
                self.tracker.pin(key);
            }
            Step::Unpin(_) if known.pins > 0 => {
                known.pins -= 1;
                self.tracker.unpin(key);
            }
            Step::Lock(_) => {
                known.locks += 1;
                self.tracker.lock(key);
            }
            Step::Unlock(_) if known.locks > 0 => {
                known.locks -= 1;
                self.tracker.unlock(key, 1);
            }
            // The residency tracker is told of the first time on a list, and of the last.
            Step::List(_, process) if !known.listed.contains_key(&process) => {
                known.listed.insert(process, known.bytes);
                known.stamp = now;
                let bytes = known.bytes;
                self.tick();
                assert_eq!(self.tracker.list(key, process), bytes);
            }
            Step::Unlist(_, process) => {
                if let Some(bytes) = known.listed.remove(&process) {
                    self.tracker.unlist(key, process, bytes);
                }
            }
            Step::Unpin(_) | Step::Unlock(_) | Step::List(..) => {}
        }
    }

    /// Those that can be taken from a list, in the order in which they go.
    fn order(&self, list: usize) -> Vec<(LruKey, Key)> {
        let here = |known: &Known| match list {
            0 => known.usage[0] > 0,
            _ => known.usage[0] == 0 && known.usage[1] > 0,
        };
        let all = self.known.iter();
        let there = all.filter(|(_, known)| {
            let is_pinned = known.pins > 0 && known.usage[0] > 0;
            match list {
                2 => is_pinned,
                _ => known.pins == 0 && here(known),
            }
        });
        let mut order: Vec<_> = there.map(|(&key, known)| (known.lru_key(), key)).collect();
        order.sort();
        order
    }

    fn compare(&mut self) {
        for process in PROCESSES {
            for (i, group) in [Local, NonLocal].into_iter().enumerate() {
                let its = self.tracker.process_usage(process, group);
                let own = self.known.values().filter(|known| known.owner == process);
                assert_eq!(its.usage, own.map(|known| known.usage[i]).sum::<u64>());
                let on_list = |known: &Known| known.listed.get(&process).copied();
                let listed: u64 = self.known.values().filter_map(on_list).sum();
                assert_eq!(its.listed, if i == 0 { listed } else { 0 });
            }
        }
        for (i, group) in [Local, NonLocal].into_iter().enumerate() {
            let all = self.known.values().map(|known| known.usage[i]).sum::<u64>();
            assert_eq!(self.tracker.group(group).usage(), all);
        }
        let used = self.tracker.group(Local).usage();
        let left = SIZE.saturating_sub(used);
        assert!(self.tracker.has_room(left));
        assert!(!self.tracker.has_room(left + 1));
        for idle_too in [false, true] {
            let spare = self
                .known
                .values()
                .map(|known| match known.lru_key().class {
                    _ if known.pins > 0 => 0,
                    Class::Offered(_) => known.usage.iter().sum(),
                    Class::Idle if idle_too && known.locks == 0 => known.usage[0],
                    _ => 0,
                });
            let tracker = &self.tracker;
            let said = tracker.offered() + if idle_too { tracker.idle() } else { 0 };
            assert_eq!(said, spare.sum::<u64>());
        }
        self.compare_victims();
        self.compare_pins();
        self.compare_surplus();
    }

    /// What each process has of the segment, who takes part, and what each may keep.
    fn fair_shares(&self, asking: Key) -> BTreeMap<Key, (u64, u64)> {
        let processes: BTreeMap<_, _> = PROCESSES
            .into_iter()
            .map(|process| (process, self.tracker.process_usage(process, Local)))
            .collect();
        let takes_part = |process: Key, its: &ProcessUsage| {
            process == asking || its.usage > 0 || its.listed > 0 || its.reservation > 0
        };
        let takers = processes
            .iter()
            .filter(|(&process, its)| takes_part(process, its));
        let fair = SIZE / takers.count() as u64;
        processes
            .into_iter()
            .map(|(process, its)| (process, (its.usage, fair.max(its.reservation))))
            .collect()
    }

    /// The least that gives way, by the rules in words.
    fn compare_victims(&self) {
        for (class, priority) in [(Class::Listed, 3), (Class::Listed, 2), (Class::Idle, 1)] {
            for process in PROCESSES {
                for bytes in [0, SIZE / 4, SIZE] {
                    let processes = self.fair_shares(process);
                    let owner = |key: &Key| self.known[key].owner;
                    let is_over =
                        |owner: Key| owner != process && processes[&owner].0 > processes[&owner].1;
                    let order = self.order(0);
                    let (own, fair) = processes[&process];
                    let over = order.iter().find(|(_, key)| is_over(owner(key)));
                    let expected = match over {
                        Some(found) if own + bytes <= fair => Some(*found),
                        _ => order
                            .iter()
                            .find(|(lru_key, key)| {
                                lru_key.class != Class::Listed
                                    || owner(key) == process
                                    || is_over(owner(key))
                            })
                            .filter(|(lru_key, _)| lru_key.yields_to(class, priority))
                            .copied(),
                    };
                    let found = self.tracker.victim(process, bytes, class, priority);
                    assert_eq!(found, expected);
                }
            }
        }
        let mut after = None;
        let mut found = vec![];
        while let Some((lru_key, key)) = self.tracker.pinned(after) {
            found.push((lru_key, key));
            after = Some(lru_key);
        }
        assert_eq!(found, self.order(2));
    }

    /// Half of what the others have not pinned is the most.
    fn compare_pins(&self) {
        for process in PROCESSES {
            let pinned = |own: bool| -> u64 {
                let all = self.known.values();
                let these = all.filter(|known| known.pins > 0 && (known.owner == process) == own);
                these.map(|known| known.usage[0]).sum()
            };
            let most = SIZE.saturating_sub(pinned(false)) / 2;
            let left = most.checked_sub(pinned(true));
            assert_eq!(self.tracker.may_pin(process, 0), left.is_some());
            if let Some(left) = left {
                assert!(self.tracker.may_pin(process, left));
                assert!(!self.tracker.may_pin(process, left + 1));
            }
        }
    }

    /// What is offered comes first, then what is idle.
    fn compare_surplus(&mut self) {
        let is_offered = |(lru_key, _): &&(LruKey, Key)| matches!(lru_key.class, Class::Offered(_));
        let offered = [1, 0].into_iter().find_map(|list| {
            let order = self.order(list);
            let first = order.iter().find(is_offered).map(|(_, key)| *key);
            first
        });
        for idle_too in [false, true] {
            let order = self.order(0);
            let mut idle = order.into_iter().filter(|(lru_key, key)| {
                let known = &self.known[key];
                lru_key.class == Class::Idle && known.usage[0] > 0 && known.locks == 0
            });
            let idle = idle.next().filter(|_| idle_too).map(|(_, key)| key);
            self.tracker.end_walk();
            let found = loop {
                match self.tracker.surplus(idle_too) {
                    Surplus::Found(key) => break Some(key),
                    Surplus::Nothing => break None,
                    Surplus::GoOn => {}
                }
            };
            assert_eq!(found, offered.or(idle));
        }
    }
}

proptest! {
    #![proptest_config(config(256))]

    #[test]
    fn the_tracker_says_what_the_lists_say(steps in prop::collection::vec(step(), 1..80)) {
        // The stand-in for the kernel's trees wants to be in a model.
        loom::model(move || a_life_of_the_tracker(&steps));
    }
}

fn a_life_of_the_tracker(steps: &[Step]) {
    let mut pair = Pair::new();
    for &step in steps {
        pair.make(step);
        pair.compare();
    }
    // When all have gone, nothing is left.
    while let Some(key) = pair.tracker.first() {
        let known = pair.known.remove(&key).unwrap();
        for (process, bytes) in known.listed {
            pair.tracker.unlist(key, process, bytes);
        }
        assert!(pair.tracker.leave(key).is_some());
    }
    assert!(pair.known.is_empty());
    pair.compare();
    for process in PROCESSES {
        assert!(pair.tracker.remove_process(process).is_some());
    }
}

/// However much locked memory is before it, one search passes little of that, and the searches get there.
#[test]
fn searches_for_a_surplus_pass_locked_memory() {
    const LOCKED: Key = 200;
    fn search(tracker: &mut ResidencyTracker<Key>) -> (usize, Option<Key>) {
        let mut rounds = 0;
        loop {
            rounds += 1;
            match tracker.surplus(true) {
                Surplus::GoOn => {}
                Surplus::Found(key) => return (rounds, Some(key)),
                Surplus::Nothing => return (rounds, None),
            }
        }
    }
    loom::model(|| {
        let mut tracker = ResidencyTracker::new(SIZE, SIZE);
        let process = NewProcessUsage::new(1000, 0, GFP_KERNEL).unwrap();
        assert!(tracker.add_process(process).is_none());
        for key in 1..=LOCKED + 1 {
            let one = NonZeroU32::MIN;
            let entry = NewEntry::new(key, key, 4096, 1000, one, GFP_KERNEL).unwrap();
            assert!(tracker.enter(key, entry).is_none());
            tracker.set_usage(key, [4096, 0]);
            if key <= LOCKED {
                tracker.lock(key);
            }
        }
        assert_eq!(search(&mut tracker), (4, Some(LOCKED + 1)));
        // What is found is found again, as long as nobody takes it, without passing the others again.
        assert_eq!(search(&mut tracker), (1, Some(LOCKED + 1)));
        // What was unlocked behind the search is found before it ends, and what is offered at once.
        tracker.set_usage(LOCKED + 1, [0, 4096]);
        tracker.unlock(1, 1);
        assert_eq!(search(&mut tracker), (1, Some(1)));
        tracker.set_offer(2, Some(OfferPriority::High));
        assert_eq!(search(&mut tracker), (1, Some(2)));
        tracker.set_offer(2, None);
        tracker.lock(1);
        assert_eq!(search(&mut tracker).1, None);
        // A user who moves what is locked behind the search each time does not keep it going.
        let mut rounds = 0;
        while let Surplus::GoOn = tracker.surplus(true) {
            rounds += 1;
            (1..=LOCKED).for_each(|key| tracker.touch(key));
        }
        assert_eq!(rounds, 1023);
    });
}
